#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <tamis/stats.h>

#include "judge/segments.h"

struct sum {
        size_t rows;
        double weight, loss;
};

static bool worse(const tamis_segment *a, const tamis_segment *b) {
        return b->column == SIZE_MAX || a->shrunk > b->shrunk || (a->shrunk == b->shrunk && a->rows > b->rows);
}

static int look_at(const tamis_segments *s, size_t column, double mean, tamis_segment *worst, tamis_error *err) {
        struct sum *sums = calloc(s->levels[column] + 1, sizeof *sums);

        if (!sums)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < s->n; i++) {
                uint32_t level = s->level[column][i];
                double w = s->weight ? s->weight[i] : 1;

                if (level == TAMIS_NO_SEGMENT)
                        continue;
                sums[level].rows++;
                sums[level].weight += w;
                sums[level].loss += w * s->loss[i];
        }
        for (size_t l = 0; l < s->levels[column]; l++) {
                const struct sum *m = &sums[l];
                tamis_segment here = {
                        .column = column, .level = (uint32_t) l, .rows = m->rows,
                        .loss = m->loss / m->weight, .shrunk = (m->loss + s->prior * mean) / (m->weight + s->prior),
                };

                if (m->rows >= s->least && m->weight > 0 && worse(&here, worst))
                        *worst = here;
        }
        free(sums);
        return 0;
}

int tamis_segments_worst(const tamis_segments *s, tamis_segment *ret, tamis_error *err) {
        tamis_segment worst = { .column = SIZE_MAX };
        double weight = 0, loss = 0;
        int r = 0;

        for (size_t i = 0; i < s->n; i++) {
                weight += s->weight ? s->weight[i] : 1;
                loss += s->loss[i] * (s->weight ? s->weight[i] : 1);
        }
        for (size_t c = 0; r == 0 && weight > 0 && c < s->columns; c++)
                r = look_at(s, c, loss / weight, &worst, err);
        if (r == 0)
                *ret = worst;
        return r;
}

int tamis_segments_quarters(const double *x, size_t n, uint32_t *level, double quartiles[3], tamis_error *err) {
        double *values = reallocarray(NULL, n + 1, sizeof *values);
        size_t m = 0;

        if (!values)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++)
                if (!isnan(x[i]))
                        values[m++] = x[i];
        for (size_t q = 0; q < 3; q++)
                quartiles[q] = m > 0 ? tamis_quantile(values, m, .25 * (double) (q + 1)) : NAN;
        free(values);
        for (size_t i = 0; i < n; i++) {
                level[i] = isnan(x[i]) ? TAMIS_NO_SEGMENT : 0;
                for (uint32_t q = 0; q < 3; q++)
                        if (x[i] > quartiles[q])
                                level[i] = q + 1;
        }
        return 0;
}
