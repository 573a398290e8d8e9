/* Which cells of a batch go, and their going.
 *
 * All is decided before anything is changed, for under MNAR a cell's going hangs on what it says.
 */
#include "judge/ampute.h"

struct work {
        tamis_ampute *s;
        tamis_batch *batch;
        uint8_t *flags;         /* [columns][rows]: the cell goes */
        double *u;              /* [rows] */
};

/* -- deciding ------------------------------------------------------------------------------------------------------ */

static void draw_cells(struct work *w, size_t j, const double *scores) {
        const tamis_ampute *s = w->s;
        size_t n = w->batch->n_rows;
        uint8_t *flags = w->flags + j * n;

        tamis_ampute_uniform(s->context->seed, "ampute.cell", s->columns[j].key, w->batch->first_row, n, w->u);
        for (size_t row = 0; row < n; row++)
                flags[row] = w->u[row] < (scores ? tamis_curve_at(&s->curves[j], scores[row]) : s->share);
}

static int by_cells(struct work *w, tamis_error *err) {
        tamis_ampute *s = w->s;
        double *scores = NULL;
        int r = s->n_scorers ? tamis_ampute_score(s, w->batch, NULL, true, &scores, err) : 0;

        for (size_t j = 0; r == 0 && j < s->n_columns; j++)
                draw_cells(w, j, scores ? scores + (s->n_scorers > 1 ? j * w->batch->n_rows : 0) : NULL);
        return r;
}

static int by_patterns(struct work *w, uint32_t **ret, tamis_error *err) {
        tamis_ampute *s = w->s;
        size_t n = w->batch->n_rows;
        uint32_t *pattern;
        double *scores = NULL;
        int r = tamis_ampute_assign(s, w->batch, &pattern, err);

        if (r == 0 && s->n_scorers)
                r = tamis_ampute_score(s, w->batch, pattern, true, &scores, err);
        if (r < 0)
                return r;
        memset(w->flags, 0, n * s->n_columns);
        tamis_ampute_uniform(s->context->seed, "ampute.row", 0, w->batch->first_row, n, w->u);
        for (size_t row = 0; row < n; row++) {
                const uint8_t *holes = s->patterns.holes + pattern[row] * s->n_columns;

                if (w->u[row] < (scores ? tamis_curve_at(&s->curves[pattern[row]], scores[row]) : s->share))
                        for (size_t j = 0; j < s->n_columns; j++)
                                w->flags[j * n + row] = holes[j];
        }
        *ret = pattern;
        return 0;
}

/* -- going --------------------------------------------------------------------------------------------------------- */

/* What is missing already stays so, and is no hole of ours. */
static int leave_missing(struct work *w, tamis_error *err) {
        tamis_ampute *s = w->s;
        size_t n = w->batch->n_rows;

        for (size_t j = 0; j < s->n_columns; j++) {
                uint64_t there = 0, holes = 0;
                const uint8_t *missing;
                int r = tamis_batch_missing(w->batch, s->columns[j].at, &missing, err);

                if (r < 0)
                        return r;
                for (size_t row = 0; row < n; row++) {
                        w->flags[j * n + row] &= !missing[row];
                        there += !missing[row];
                        holes += w->flags[j * n + row];
                }
                tamis_batch_count(w->batch, &s->columns[j].there, there);
                tamis_batch_count(w->batch, &s->columns[j].holes, holes);
        }
        return 0;
}

static void count_rows(struct work *w, const uint32_t *pattern) {
        tamis_ampute *s = w->s;
        size_t n = w->batch->n_rows;
        uint64_t hit = 0;

        for (size_t row = 0; row < n; row++) {
                uint8_t any = 0;

                for (size_t j = 0; j < s->n_columns; j++)
                        any |= w->flags[j * n + row];
                hit += any;
                if (pattern) {
                        tamis_batch_count(w->batch, &s->patterns.rows[pattern[row]], 1);
                        tamis_batch_count(w->batch, &s->patterns.hit[pattern[row]], any);
                }
        }
        tamis_batch_count(w->batch, &s->rows, n);
        tamis_batch_count(w->batch, &s->rows_hit, hit);
}

static int tell_truth(struct work *w, tamis_error *err) {
        tamis_ampute *s = w->s;
        size_t n = w->batch->n_rows;
        tamis_buffer lines = {0};
        int r = 0;

        for (size_t row = 0; r == 0 && row < n; row++)
                for (size_t j = 0; r == 0 && j < s->n_columns; j++)
                        if (w->flags[j * n + row])
                                r = tamis_ampute_truth_line(w->batch, row, s->columns[j].at, &lines, err);
        if (r == 0 && w->batch->no_memory)
                r = tamis_fail_memory(err);
        if (r == 0)
                r = tamis_ampute_truth_add(s->truth, w->batch->first_row, n, &lines, err);
        tamis_buffer_done(&lines);
        return r;
}

static int take_away(struct work *w, tamis_error *err) {
        const tamis_ampute *s = w->s;
        size_t n = w->batch->n_rows;
        int r = 0;

        for (size_t j = 0; j < s->n_columns; j++)
                for (size_t row = 0; r == 0 && row < n; row++)
                        if (w->flags[j * n + row])
                                r = tamis_batch_set_missing(w->batch, row, s->columns[j].at, err);
        return r;
}

int tamis_ampute_apply(void *state, tamis_batch *batch, tamis_error *err) {
        tamis_ampute *s = state;
        struct work w = { .s = s, .batch = batch };
        uint32_t *pattern = NULL;
        int r = 0;

        w.flags = tamis_arena_get(&batch->arena, s->n_columns * batch->n_rows + 1);
        w.u = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *w.u);
        if (!w.flags || !w.u)
                return tamis_fail_memory(err);
        if (s->way == TAMIS_BY_RUNS)
                tamis_ampute_runs(s, batch->first_row, batch->n_rows, w.flags);
        else
                r = s->way == TAMIS_BY_CELLS ? by_cells(&w, err) : by_patterns(&w, &pattern, err);
        if (r == 0)
                r = leave_missing(&w, err);
        if (r < 0)
                return r;
        count_rows(&w, pattern);
        if (s->truth && batch->final)
                r = tell_truth(&w, err);
        return r < 0 ? r : take_away(&w, err);
}
