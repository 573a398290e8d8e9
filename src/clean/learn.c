#include <math.h>
#include <stdlib.h>

#include "clean/state.h"

/* Holes as they will be once the cells are cleaned; the batch itself is left alone. */
static int count_holes(const struct tamis_clean *s, tamis_batch *batch, size_t column, uint64_t *holes,
                       tamis_error *err) {
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, column, &missing, err);

        if (r < 0)
                return r;
        for (size_t row = 0; row < batch->n_rows; row++) {
                bool hole = missing[row];

                if (!hole && tamis_clean_changes(s, column)) {
                        char room[TAMIS_FORM_MAX];

                        hole = tamis_missing_is(batch->missing, tamis_clean_text(s, batch, row, column, room));
                }
                *holes += hole;
        }
        return 0;
}

static int take_prints(const struct tamis_clean *s, tamis_batch *batch, tamis_duplicates *into, tamis_error *err) {
        tamis_print *prints = tamis_arena_get_zeroed(&batch->arena, batch->n_rows + 1, sizeof *prints);

        if (!prints)
                return tamis_fail_memory(err);
        for (size_t column = 0; column < s->picks.n; column++) {
                if (!s->picks.counts[column])
                        continue;
                for (size_t row = 0; row < batch->n_rows; row++) {
                        char room[TAMIS_FORM_MAX];

                        tamis_print_add(&prints[row], tamis_clean_text(s, batch, row, column, room));
                }
        }
        return tamis_duplicates_add(into, prints, batch->n_rows, err);
}

int tamis_clean_learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const struct tamis_clean *s = state;
        struct tamis_clean_partial *p = partial;
        int r = 0;

        if (s->phase < TAMIS_CLEAN_HOLES)
                return tamis_mends_learn(s, p, batch, err);
        if (s->phase == TAMIS_CLEAN_REPEATS)
                return s->dedupe ? take_prints(s, batch, &p->prints, err) : 0;
        if (!p->holes) {
                p->holes = calloc(s->picks.n + 1, sizeof *p->holes);
                if (!p->holes)
                        return tamis_fail_memory(err);
                p->n_columns = s->picks.n;
        }
        p->rows += batch->n_rows;
        for (size_t column = 0; column < p->n_columns && r == 0; column++)
                if (s->picks.counts[column])
                        r = count_holes(s, batch, column, &p->holes[column], err);
        return r;
}

int tamis_clean_merge(void *state, void *partial, tamis_error *err) {
        struct tamis_clean *s = state;
        struct tamis_clean_partial *p = partial;

        int r = tamis_mends_merge(s, p, err);

        if (r < 0)
                return r;
        s->rows += p->rows;
        for (size_t column = 0; column < p->n_columns; column++)
                s->holes[column] += p->holes[column];
        return p->prints.n > 0 ? tamis_duplicates_add(&s->duplicates, p->prints.prints, p->prints.n, err) : 0;
}

void tamis_clean_partial_done(void *partial) {
        struct tamis_clean_partial *p = partial;

        for (size_t i = 0; i < p->n_looks; i++)
                tamis_looks_done(&p->looks[i]);
        free(p->looks);
        free(p->holes);
        tamis_duplicates_done(&p->prints);
}

static int drop_hollow_columns(struct tamis_clean *s, const tamis_context *context, tamis_error *err) {
        size_t left = s->picks.n_counts;
        int r = 0;

        for (size_t column = 0; column < s->picks.n && r == 0; column++) {
                double share = (double) s->holes[column] / (double) s->rows;

                if (!s->picks.counts[column] || !(share > s->columns_over))
                        continue;
                tamis_warn(context, "column \"%s\" is dropped: "
                           "%llu of %llu cells are missing", s->in->fields[column].name,
                           (unsigned long long) s->holes[column], (unsigned long long) s->rows);
                r = tamis_picks_drop(&s->picks, s->in, column, err);
                left--;
        }
        if (r == 0 && left == 0)
                return tamis_fail(err, TAMIS_BAD_DATA, "every column has more than a share of %g "
                                  "missing: none would be left",
                                  s->columns_over);
        return r < 0 ? r : tamis_picks_resolve(&s->picks, context, s->in, err);
}

int tamis_clean_finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        struct tamis_clean *s = state;
        bool was_holes = s->phase == TAMIS_CLEAN_HOLES;
        int r = 0;

        if (s->phase < TAMIS_CLEAN_HOLES) {
                r = tamis_mends_finish(s, again, err);
                if (r < 0 || s->phase < TAMIS_CLEAN_HOLES) {
                        *again = true;
                        return r;
                }
                if (isnan(s->columns_over))
                        s->phase = TAMIS_CLEAN_REPEATS;
                *again = !isnan(s->columns_over) || s->dedupe;
                return 0;
        }
        if (was_holes) {
                s->phase = TAMIS_CLEAN_REPEATS;
                *again = s->dedupe;
                r = drop_hollow_columns(s, context, err);
                return r;
        }
        return s->dedupe ? tamis_duplicates_settle(&s->duplicates, err) : 0;
}
