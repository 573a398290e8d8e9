#include <math.h>
#include <stdlib.h>

#include <tamis/stats.h>

#include "impute/knn.h"

int tamis_knn_vote_init(tamis_knn_vote *vote, const tamis_knn_model *model, tamis_error *err) {
        size_t k = model->wishes.k < model->index.rows ? model->wishes.k : model->index.rows;

        *vote = (tamis_knn_vote) {
                .model = model,
                .weights = calloc(k + 1, sizeof *vote->weights),
                .values = calloc(k + 1, sizeof *vote->values),
                .tally = calloc(model->levels + 1, sizeof *vote->tally),
        };
        if (vote->weights && vote->values && vote->tally)
                return 0;
        tamis_knn_vote_done(vote);
        return tamis_fail_memory(err);
}

void tamis_knn_vote_done(tamis_knn_vote *vote) {
        free(vote->weights);
        free(vote->values);
        free(vote->tally);
        *vote = (tamis_knn_vote) {0};
}

/* What each donor counts; returns the sum. Distances ascend: were one 0, the first is. */
static double weigh(const tamis_knn_vote *v, const tamis_knn_donors *donors) {
        const tamis_knn_wishes *w = &v->model->wishes;
        bool equal = !w->weighted || !(donors->distances[0] < INFINITY);
        double sum = 0;

        for (size_t i = 0; i < donors->n; i++) {
                double distance = w->gower ? donors->distances[i] : sqrt(donors->distances[i]);

                if (equal)
                        v->weights[i] = 1;
                else if (donors->distances[0] == 0)
                        v->weights[i] = distance == 0;
                else    /* in parts of the nearest, so that it fits */
                        v->weights[i] = (w->gower ? donors->distances[0] : sqrt(donors->distances[0])) / distance;
                sum += v->weights[i];
        }
        return sum;
}

/* Never beyond the donors' values, as rounded weights may have it: of equal ones it is that value. */
static double mean(const tamis_knn_vote *v, const tamis_knn_donors *donors, double all) {
        double sum = 0, least = INFINITY, most = -INFINITY;

        for (size_t i = 0; i < donors->n; i++) {
                sum += v->weights[i] * v->values[i];
                least = fmin(least, v->values[i]);
                most = fmax(most, v->values[i]);
        }
        if (isfinite(sum))
                return fmax(least, fmin(most, sum / all)) + 0.0;
        sum = 0;
        for (size_t i = 0; i < donors->n; i++)
                sum += v->weights[i] / all * v->values[i];
        return fmax(least, fmin(most, sum)) + 0.0;
}

static int32_t most_frequent(const tamis_knn_vote *v, const tamis_knn_donors *donors) {
        const tamis_knn_index *x = &v->model->index;
        size_t place = donors->coordinate - x->d;
        int32_t best = TAMIS_CODE_MISSING;
        double most = 0;

        for (size_t i = 0; i < donors->n; i++)
                v->tally[x->codes[donors->rows[i] * x->c + place]] += v->weights[i];
        for (size_t i = 0; i < donors->n; i++)
                most = fmax(most, v->tally[x->codes[donors->rows[i] * x->c + place]]);
        for (size_t i = 0; i < donors->n; i++) {
                int32_t code = x->codes[donors->rows[i] * x->c + place];

                /* sums that differ by their rounding are a tie too */
                if (v->tally[code] >= most * (1 - 1e-12) && (best == TAMIS_CODE_MISSING || code < best))
                        best = code;
        }
        for (size_t i = 0; i < donors->n; i++)
                v->tally[x->codes[donors->rows[i] * x->c + place]] = 0;
        return best;
}

tamis_knn_value tamis_knn_vote_take(const tamis_knn_vote *v, const tamis_knn_donors *donors) {
        const tamis_knn_index *x = &v->model->index;
        double all;

        if (donors->n == 0)
                return v->model->alone[donors->coordinate];
        all = weigh(v, donors);
        if (donors->coordinate >= x->d)
                return (tamis_knn_value) { NAN, most_frequent(v, donors) };
        for (size_t i = 0; i < donors->n; i++)
                v->values[i] = x->numbers[donors->rows[i] * x->d + donors->coordinate];
        if (v->model->wishes.median)
                return (tamis_knn_value) { tamis_quantile(v->values, donors->n, .5), TAMIS_CODE_MISSING };
        return (tamis_knn_value) { mean(v, donors, all), TAMIS_CODE_MISSING };
}

/* -- without donors ------------------------------------------------------------------------------------------------ */

static int alone_number(const tamis_knn_model *m, size_t coordinate, double *room, double *ret, tamis_error *err) {
        const tamis_knn_index *x = &m->index;
        tamis_moments moments = {0};
        size_t n = 0;
        int r = 0;

        for (size_t row = 0; row < x->rows; row++)
                if (!isnan(x->numbers[row * x->d + coordinate]))
                        room[n++] = x->numbers[row * x->d + coordinate];
        if (n == 0)
                return 0;
        if (m->wishes.median) {
                *ret = tamis_quantile(room, n, .5);
                return 0;
        }
        r = tamis_moments_add(&moments, room, n, err);
        if (r == 0)
                *ret = tamis_moments_mean(&moments);
        tamis_moments_done(&moments);
        return r;
}

static void alone_code(const tamis_knn_model *m, size_t coordinate, double *tally, int32_t *ret) {
        const tamis_knn_index *x = &m->index;
        double most = 0;

        for (size_t row = 0; row < x->rows; row++) {
                int32_t code = x->codes[row * x->c + coordinate - x->d];

                if (code >= 0)
                        tally[code]++;
        }
        for (size_t code = 0; code < m->levels; code++)
                if (tally[code] > most) {
                        most = tally[code];
                        *ret = (int32_t) code;
                }
}

int tamis_knn_alone(const tamis_knn_model *m, size_t coordinate, tamis_knn_value *ret, tamis_error *err) {
        size_t n = m->index.rows > m->levels ? m->index.rows : m->levels;
        double *room = calloc(n + 1, sizeof *room);
        int r = 0;

        if (!room)
                return tamis_fail_memory(err);
        *ret = (tamis_knn_value) { NAN, TAMIS_CODE_MISSING };
        if (coordinate < m->index.d)
                r = alone_number(m, coordinate, room, &ret->number, err);
        else
                alone_code(m, coordinate, room, &ret->code);
        free(room);
        return r;
}
