/* Scores of a batch: weighted sums of z-scores. */
#include <math.h>
#include <stdlib.h>

#include "judge/ampute.h"

int tamis_ampute_assign(const tamis_ampute *s, tamis_batch *batch, uint32_t **ret, tamis_error *err) {
        size_t n = batch->n_rows;
        double *u = tamis_arena_get(&batch->arena, (n + 1) * sizeof *u);
        uint32_t *pattern = tamis_arena_get(&batch->arena, (n + 1) * sizeof *pattern);
        const double *upto = s->patterns.upto;

        if (!u || !pattern)
                return tamis_fail_memory(err);
        tamis_ampute_uniform(s->context->seed, "ampute.pattern", 0, batch->first_row, n, u);
        for (size_t row = 0; row < n; row++) {
                size_t low = 0, high = s->patterns.n - 1;

                while (low < high) {
                        size_t middle = (low + high) / 2;

                        if (u[row] < upto[middle])
                                high = middle;
                        else
                                low = middle + 1;
                }
                pattern[row] = (uint32_t) low;
        }
        *ret = pattern;
        return 0;
}

/* The frequency rank of each cell's text. */
static int rank_values(const tamis_ampute_input *input, tamis_batch *batch, double *values, tamis_error *err) {
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, input->at, &missing, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                long code = missing[row] ? -1 : tamis_dict_find(&input->dict, tamis_batch_text(batch, row, input->at));

                values[row] = code < 0 ? NAN : input->ranks[code];
        }
        return r;
}

int tamis_ampute_values(const tamis_ampute_input *input, tamis_batch *batch, const double **ret, tamis_error *err) {
        double *values;
        int r;

        if (!input->text)
                return tamis_batch_numbers(batch, input->at, ret, err);
        values = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *values);
        r = values ? rank_values(input, batch, values, err) : tamis_fail_memory(err);
        if (r == 0)
                *ret = values;
        return r;
}

/* A missing cell adds nothing, as one at its column's mean; a row of nothing but those has no score. */
static inline double score_row(const tamis_ampute_scorer *scorer, const double *const *values, size_t row) {
        double sum = 0;
        bool any = false;

        for (size_t i = 0; i < scorer->n; i++) {
                double x = values[scorer->inputs[i]][row];

                if (isnan(x))
                        continue;
                sum += scorer->weights[i] * ((x - scorer->sums[i].mean) * scorer->sums[i].scale);
                any = true;
        }
        return any ? sum : NAN;
}

static inline double standard(const tamis_ampute_scorer *scorer, double sum) {
        return isnan(sum) ? 0 : (sum - scorer->total.mean) * scorer->total.scale;
}

int tamis_ampute_score(const tamis_ampute *s, tamis_batch *batch, const uint32_t *pattern, bool total, double **ret,
                       tamis_error *err) {
        size_t n = batch->n_rows, tables = pattern ? 1 : s->n_scorers;
        const double **values = tamis_arena_get(&batch->arena, (s->n_inputs + 1) * sizeof *values);
        double *scores = tamis_arena_get(&batch->arena, (n * tables + 1) * sizeof *scores);
        int r = values && scores ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < s->n_inputs; i++)
                r = tamis_ampute_values(&s->inputs[i], batch, &values[i], err);
        if (r < 0)
                return r;
        for (size_t k = 0; k < tables; k++)
                for (size_t row = 0; row < n; row++) {
                        const tamis_ampute_scorer *scorer = &s->scorers[pattern ? pattern[row] : k];
                        double sum = score_row(scorer, values, row);

                        scores[k * n + row] = total ? standard(scorer, sum) : sum;
                }
        *ret = scores;
        return 0;
}
