#include <stdlib.h>

#include <tamis/number.h>

#include "encode/coding.h"

void tamis_coding_done(tamis_coding *c) {
        tamis_dict_done(&c->levels);
        free(c->slots);
        free(c->codes);
        c->slots = NULL;
        c->codes = NULL;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

static int add_level(tamis_coding *c, tamis_slice text, uint64_t times, bool limited, tamis_error *err) {
        size_t code;

        if (limited && c->levels.n >= TAMIS_MAX_LEVELS && tamis_dict_find(&c->levels, text) < 0) {
                c->overflow = true;
                return 0;
        }
        return tamis_dict_add(&c->levels, text, times, &code, err);
}

int tamis_coding_learn(tamis_coding *c, tamis_batch *batch, size_t column, bool limited, tamis_error *err) {
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, column, &missing, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                if (missing[row])
                        c->missing_learned++;
                else
                        r = add_level(c, tamis_batch_text(batch, row, column), 1, limited, err);
        }
        return r;
}

int tamis_coding_merge(tamis_coding *into, const tamis_coding *from, bool limited, tamis_error *err) {
        int r = 0;

        into->overflow |= from->overflow;
        into->missing_learned += from->missing_learned;
        for (size_t i = 0; r == 0 && i < from->levels.n; i++)
                r = add_level(into, from->levels.entries[i].text, from->levels.entries[i].count, limited, err);
        return r;
}

/* -- slots --------------------------------------------------------------------------------------------------------- */

static bool all_numbers(const tamis_dict *d) {
        double v;

        for (size_t i = 0; i < d->n; i++)
                if (!tamis_number_parse(d->entries[i].text, &v))
                        return false;
        return true;
}

struct ranked {
        uint64_t count;
        size_t place;           /* among the sorted levels */
};

/* Rarest first; of equals the one that sorts first, as a stable sort by count has it. */
static int rarest_first(const void *x, const void *y) {
        const struct ranked *a = x, *b = y;

        if (a->count != b->count)
                return a->count < b->count ? -1 : 1;
        return (a->place > b->place) - (a->place < b->place);
}

/* rare[place] = 1 for levels that are to share a slot. */
static int find_rare(const tamis_coding *c, const tamis_coding_options *o, const size_t *order, uint8_t *rare,
                     tamis_error *err) {
        struct ranked *ranked;
        size_t n = c->levels.n, n_rare = 0, slots;

        for (size_t i = 0; i < n; i++) {
                rare[i] = c->levels.entries[order[i]].count < o->min_count;
                n_rare += rare[i];
        }
        slots = n - n_rare + (n_rare > 0);
        if (!o->max_slots || slots <= o->max_slots)
                return 0;
        ranked = calloc(n + 1, sizeof *ranked);
        if (!ranked)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++)
                ranked[i] = (struct ranked) { c->levels.entries[order[i]].count, i };
        qsort(ranked, n, sizeof *ranked, rarest_first);
        for (size_t i = 0; i < n - (o->max_slots - 1); i++)
                rare[ranked[i].place] = 1;
        free(ranked);
        return 0;
}

int tamis_coding_settle(tamis_coding *c, const tamis_coding_options *o, tamis_error *err) {
        size_t n = c->levels.n, *order = calloc(n + 1, sizeof *order);
        uint8_t *rare = calloc(n + 1, 1);
        int r = 0;

        c->slots = calloc(n + 1, sizeof *c->slots);
        c->codes = calloc(n + 1, sizeof *c->codes);
        c->n_slots = 0;
        c->has_missing = c->missing_learned > 0;
        if (!order || !rare || !c->slots || !c->codes) {
                r = tamis_fail_memory(err);
                goto out;
        }
        r = tamis_dict_sort(&c->levels, all_numbers(&c->levels), order, err);
        if (r == 0)
                r = find_rare(c, o, order, rare, err);
        if (r < 0)
                goto out;
        for (size_t i = 0; i < n; i++)
                if (!rare[i]) {
                        c->slots[order[i]] = (int32_t) c->n_slots;
                        c->codes[c->n_slots++] = order[i];
                }
        c->infrequent = c->n_slots < n;
        for (size_t i = 0; i < n; i++)
                if (rare[i])
                        c->slots[order[i]] = (int32_t) c->n_slots;
        if (c->infrequent)
                c->codes[c->n_slots++] = SIZE_MAX;
out:
        free(order);
        free(rare);
        return r;
}

/* -- cells --------------------------------------------------------------------------------------------------------- */

/* Said once, however many there are; the report has the number. */
static void warn_about(const tamis_coding *c, const tamis_coding_options *o, uint64_t unknown, uint64_t missing) {
        if (unknown && c->encoder->replaces)
                tamis_warn(c->context, "column \"%s\": there are levels that were not learned; "
                           "all columns are 0 there", c->name);
        else if (unknown)
                tamis_warn(c->context, "column \"%s\": there are levels that were not learned; "
                           "the cells are left empty", c->name);
        if (missing && !c->has_missing && c->encoder->replaces)
                tamis_warn(c->context, "column \"%s\": there are missing cells, and none were learned from; all "
                           "columns are 0 there%s", c->name, o->missing_column ? "" : " (impute them first)");
}

int tamis_coding_slots(tamis_coding *c, const tamis_coding_options *o, tamis_batch *batch, const int32_t **ret,
                       tamis_error *err) {
        int32_t *slots = tamis_arena_get(&batch->arena, batch->n_rows * sizeof *slots);
        uint64_t n_unknown = 0, n_missing = 0;
        const uint8_t *missing;
        int r = slots ? tamis_batch_missing(batch, c->at, &missing, err) : tamis_fail_memory(err);

        if (r < 0)
                return r;
        for (size_t row = 0; row < batch->n_rows; row++) {
                tamis_slice text;
                long code;

                if (missing[row]) {
                        slots[row] = TAMIS_SLOT_MISSING;
                        n_missing++;
                        continue;
                }
                text = tamis_batch_text(batch, row, c->at);
                code = tamis_dict_find(&c->levels, text);
                if (code < 0 && !o->pass_unknown)
                        return tamis_batch_fail(batch, row, c->at, err, "\"%.*s\" is no level that "
                                                "was learned (--unknown %s, said when it is learned)",
                                                (int) (text.n < 80 ? text.n : 80), text.p, c->encoder->replaces ?
                                                "zeros writes 0 in all its columns" : "missing leaves the cell empty");
                n_unknown += code < 0;
                slots[row] = code < 0 ? TAMIS_SLOT_UNKNOWN : c->slots[code];
        }
        tamis_batch_count(batch, &c->unknown, n_unknown);
        tamis_batch_count(batch, &c->missing, n_missing);
        if (batch->final)
                warn_about(c, o, n_unknown, n_missing);
        *ret = slots;
        return 0;
}
