#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "encode/coding.h"

void tamis_coding_done(tamis_coding *c) {
        tamis_dict_done(&c->levels);
        free(c->slots);
        free(c->codes);
        free(c->values);
        free(c->fold_values);
        free(c->rows);
        for (size_t i = 0; c->outputs && i < c->n_outputs; i++)
                free(c->outputs[i]);
        free(c->outputs);
        c->slots = NULL;
        c->codes = NULL;
        c->values = c->fold_values = NULL;
        c->outputs = NULL;
        c->rows = NULL;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

static int add_level(tamis_coding *c, tamis_slice text, uint64_t times, bool limited, size_t *code, tamis_error *err) {
        if (limited && c->levels.n >= TAMIS_MAX_LEVELS && tamis_dict_find(&c->levels, text) < 0) {
                c->overflow = true;
                return 0;
        }
        return tamis_dict_add(&c->levels, text, times, code, err);
}

/* Room for `more` rows to be remembered. */
static int grow_rows(tamis_coding *c, size_t more, tamis_error *err) {
        size_t n = c->n_rows + more;
        uint32_t *rows;

        if (n <= c->rows_capacity)
                return 0;
        n += n / 2;
        rows = realloc(c->rows, n * sizeof *rows);
        if (!rows)
                return tamis_fail_memory(err);
        c->rows = rows;
        c->rows_capacity = n;
        return 0;
}

int tamis_coding_learn(tamis_coding *c, tamis_batch *batch, size_t column, bool limited, tamis_error *err) {
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, column, &missing, err);

        if (r == 0 && c->encoder->supervised)
                r = grow_rows(c, batch->n_rows, err);
        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                size_t code = UINT32_MAX;

                if (missing[row])
                        c->missing_learned++;
                else if (!c->encoder->no_levels)
                        r = add_level(c, tamis_batch_text(batch, row, column), 1, limited, &code, err);
                if (c->encoder->supervised)
                        c->rows[c->n_rows++] = (uint32_t) code;
        }
        return r;
}

int tamis_coding_merge(tamis_coding *into, const tamis_coding *from, bool limited, tamis_error *err) {
        uint32_t *map = from->n_rows ? malloc((from->levels.n + 1) * sizeof *map) : NULL;
        int r = from->n_rows && !map ? tamis_fail_memory(err) : 0;

        into->overflow |= from->overflow;
        into->missing_learned += from->missing_learned;
        for (size_t i = 0; r == 0 && i < from->levels.n; i++) {
                size_t code = 0;

                r = add_level(into, from->levels.entries[i].text, from->levels.entries[i].count, limited, &code, err);
                if (map)
                        map[i] = (uint32_t) code;
        }
        if (r == 0)
                r = grow_rows(into, from->n_rows, err);
        for (size_t i = 0; r == 0 && i < from->n_rows; i++)
                into->rows[into->n_rows++] = from->rows[i] == UINT32_MAX ? UINT32_MAX : map[from->rows[i]];
        free(map);
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

bool tamis_coding_works(const tamis_coding *c) {
        if (c->encoder->keeps)
                return c->has_missing;
        return c->encoder->no_levels || c->levels.n > 0;
}

bool tamis_coding_replaces(const tamis_coding *c) {
        return !c->encoder->keeps && tamis_coding_works(c) && (c->encoder->replaces || c->n_outputs > 1);
}

/* What becomes of a level that was not learned. */
static const char *fate_of_unknown(const tamis_coding *c, const tamis_coding_options *o) {
        if (o->unknown_is_rare && c->infrequent)
                return "they count as rare ones";
        if (c->encoder->zeros)
                return "all columns are 0 there";
        return c->values && !isnan(c->values[(c->n_slots + 1) * tamis_coding_outputs(c)])
                       ? "they have the value of what nothing is known of" : "the cells are left empty";
}

/* Said once, however many there are; the report has the number. */
static void warn_about(const tamis_coding *c, const tamis_coding_options *o, uint64_t unknown, uint64_t missing) {
        if (unknown)
                tamis_warn(c->context, "column \"%s\": there are levels that were not learned; %s", c->name,
                           fate_of_unknown(c, o));
        if (missing && !c->has_missing && c->encoder->zeros)
                tamis_warn(c->context, "column \"%s\": there are missing cells, and none were learned from; all "
                           "columns are 0 there%s", c->name, o->missing_column ? "" : " (impute them first)");
}

static const char *cure_of_unknown(const tamis_coding *c) {
        return c->encoder->zeros ? "zeros writes 0 in all its columns" :
               c->encoder->supervised ? "ignore puts what is known of all rows" : "missing leaves the cell empty";
}

int tamis_coding_slots(tamis_coding *c, const tamis_coding_options *o, tamis_batch *batch, const int32_t **ret,
                       tamis_error *err) {
        int32_t *slots = tamis_arena_get(&batch->arena, batch->n_rows * sizeof *slots);
        int32_t unknown = o->unknown_is_rare && c->infrequent ? (int32_t) c->n_slots - 1 : TAMIS_SLOT_UNKNOWN;
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
                                                (int) (text.n < 80 ? text.n : 80), text.p, cure_of_unknown(c));
                n_unknown += code < 0;
                slots[row] = code >= 0 ? c->slots[code] : unknown;
        }
        tamis_batch_count(batch, &c->unknown, n_unknown);
        tamis_batch_count(batch, &c->missing, n_missing);
        if (batch->final)
                warn_about(c, o, n_unknown, n_missing);
        *ret = slots;
        return 0;
}
