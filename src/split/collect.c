/* What is collected of every row: its class, group, time, and a hash to find its like by. */
#include <stdlib.h>

#include <tamis/number.h>

#include "split/state.h"
#include "split/strata.h"
#include "table/moment.h"

static int learn_classes(const tamis_split *s, tamis_split_partial *p, tamis_batch *batch, tamis_error *err) {
        p->classes = calloc(s->class_at.n + 1, sizeof *p->classes);
        if (!p->classes)
                return tamis_fail_memory(err);
        p->n_classes = s->class_at.n;
        for (size_t i = 0; i < s->class_at.n; i++) {
                size_t at = s->class_at.columns[i];
                const uint8_t *missing;
                int r = tamis_batch_missing(batch, at, &missing, err);

                for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                        /* a present cell is never empty, so the empty text is free to stand for the missing */
                        tamis_slice text = missing[row] ? (tamis_slice) {0} : tamis_batch_text(batch, row, at);

                        p->missing_class += missing[row];
                        r = tamis_codes_add(&p->classes[i], text, err);
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Two rows are the same when all their cells' texts are. */
static int learn_rows(tamis_split_partial *p, tamis_batch *batch, tamis_error *err) {
        p->hashes = calloc(batch->n_rows + 1, sizeof *p->hashes);
        if (!p->hashes)
                return tamis_fail_memory(err);
        for (size_t at = 0; at < batch->n_columns; at++)
                for (size_t row = 0; row < batch->n_rows; row++) {
                        uint64_t h = p->hashes[row] ^ tamis_slice_hash(tamis_batch_text(batch, row, at));

                        p->hashes[row] = (h << 27 | h >> 37) * UINT64_C(0x9e3779b97f4a7c15);
                }
        return 0;
}

/* The group's name: the cell, or where several columns make a group all of them with their lengths. Nobody knows what
 * group a missing cell belongs to, so all of them stay together: no group is torn apart by that. */
static int group_name(const tamis_split *s, tamis_batch *batch, size_t row, tamis_buffer *name, bool *missing,
                      tamis_error *err) {
        int r = 0;

        name->n = 0;
        *missing = false;
        for (size_t i = 0; i < s->group_at.n && r == 0; i++) {
                size_t at = s->group_at.columns[i];
                bool hole = tamis_batch_cell_missing(batch, row, at);
                tamis_slice text = hole ? (tamis_slice) {0} : tamis_batch_text(batch, row, at);

                *missing |= hole;
                if (s->group_at.n > 1)
                        r = tamis_buffer_addf(name, err, "%zu:", text.n);
                if (r == 0 && text.n > 0)
                        r = tamis_buffer_add(name, text.p, text.n, err);
        }
        return r;
}

static int learn_groups(const tamis_split *s, tamis_split_partial *p, tamis_batch *batch, tamis_error *err) {
        tamis_buffer name = {0};
        bool missing;
        int r = 0;

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                r = group_name(s, batch, row, &name, &missing, err);
                p->missing_group += missing;
                if (r == 0)
                        r = tamis_codes_add(&p->groups, (tamis_slice) { name.p, name.n }, err);
        }
        tamis_buffer_done(&name);
        return r;
}

static int learn_times(const tamis_split *s, tamis_split_partial *p, tamis_batch *batch, tamis_error *err) {
        int r = 0;

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                tamis_slice text = tamis_batch_text(batch, row, s->time_at);
                double v;

                if (tamis_batch_cell_missing(batch, row, s->time_at))
                        return tamis_batch_fail(batch, row, s->time_at, err, "the time is missing, so the row has no "
                                                "place in the order (fill it, or take the row away)");
                if (!tamis_number_parse(text, &v) && !tamis_moment_parse(text, &v))
                        return tamis_batch_fail(batch, row, s->time_at, err, "\"%.*s\" is neither a number nor a date "
                                                "like 2024-05-17 or "
                                                "2024-05-17T08:30:00Z", (int) (text.n < 80 ? text.n : 80), text.p);
                r = tamis_codes_add(&p->times, text, err);
        }
        return r;
}

/* In time the same row may come again; in groups it is asked for by other means. */
bool tamis_split_minds_duplicates(const tamis_split *s) {
        return s->keep_duplicates || (!s->plan.by_time && !s->plan.by_group);
}

int tamis_split_learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const tamis_split *s = state;
        tamis_split_partial *p = partial;
        int r = 0;

        p->rows += batch->n_rows;
        if (s->plan.by_class)
                r = learn_classes(s, p, batch, err);
        if (r == 0 && s->plan.by_group)
                r = learn_groups(s, p, batch, err);
        if (r == 0 && s->plan.by_time)
                r = learn_times(s, p, batch, err);
        if (r == 0 && tamis_split_minds_duplicates(s))
                r = learn_rows(p, batch, err);
        return r;
}

void tamis_split_partial_done(void *partial) {
        tamis_split_partial *p = partial;

        for (size_t i = 0; i < p->n_classes; i++)
                tamis_codes_done(&p->classes[i]);
        free(p->classes);
        free(p->hashes);
        tamis_codes_done(&p->groups);
        tamis_codes_done(&p->times);
}

static bool is_measured(const tamis_split *s, size_t i) {
        size_t n = s->classes[i].dict.n - (tamis_dict_find(&s->classes[i].dict, (tamis_slice) {0}) >= 0);

        return s->numeric[i] && n > TAMIS_NUMERIC_CLASSES;
}

/* Measured, not named: then the classes of a target are let go, before they fill the memory. */
static bool gives_up(const tamis_split *s) {
        return s->by_default && is_measured(s, 0);
}

static int merge_rows(tamis_split *s, const tamis_split_partial *p, tamis_error *err) {
        if (s->plan.rows + p->rows > s->rows_capacity) {
                size_t room = 2 * s->rows_capacity + p->rows + 1024;
                uint64_t *rows = reallocarray(s->rows, room, sizeof *rows);

                if (!rows)
                        return tamis_fail_memory(err);
                s->rows = rows;
                s->rows_capacity = room;
        }
        if (p->rows)
                memcpy(s->rows + s->plan.rows, p->hashes, p->rows * sizeof *s->rows);
        return 0;
}

int tamis_split_merge(void *state, void *partial, tamis_error *err) {
        tamis_split *s = state;
        tamis_split_partial *p = partial;
        int r = p->hashes ? merge_rows(s, p, err) : 0;

        if (r < 0)
                return r;
        s->plan.rows += p->rows;
        s->missing_group += p->missing_group;
        if (s->plan.by_class && !gives_up(s)) {
                s->missing_class += p->missing_class;
                for (size_t i = 0; r == 0 && i < p->n_classes; i++)
                        r = tamis_codes_merge(&s->classes[i], &p->classes[i], err);
        }
        if (r == 0 && s->plan.by_group)
                r = tamis_codes_merge(&s->plan.groups, &p->groups, err);
        if (r == 0 && s->plan.by_time)
                r = tamis_codes_merge(&s->plan.times, &p->times, err);
        return r;
}

int tamis_split_settle_classes(tamis_split *s, const tamis_context *context, tamis_error *err) {
        int r = 0;

        if (gives_up(s)) {
                s->plan.by_class = false;
                tamis_codes_done(&s->classes[0]);
                return 0;
        }
        if (s->missing_class)
                tamis_warn(context, "column \"%s\": %llu missing cell%s a class of %s own", s->plan.class_name,
                           (unsigned long long) s->missing_class, s->missing_class == 1 ? " is" : "s are",
                           s->missing_class == 1 ? "its" : "their");
        for (size_t i = 0; r == 0 && i < s->class_at.n; i++)
                if (is_measured(s, i))
                        r = tamis_strata_cut(&s->classes[i], s->strata, err);
        if (r == 0 && s->class_at.n > 1)
                return tamis_strata_join(s->classes, s->class_at.n, &s->plan.classes, err);
        if (r == 0) {
                s->plan.classes = s->classes[0];
                s->classes[0] = (tamis_codes) {0};
        }
        return r;
}
