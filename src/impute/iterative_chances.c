#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "impute/iterative_run.h"

int tamis_iterative_chances(tamis_iterative_run *f, tamis_error *err) {
        const size_t n = f->m->n;
        const double rows = (double) f->train->rows;

        f->nearest = tamis_settings_count(f->fit->context->settings, "nearest");
        if (f->nearest == 0 || f->nearest >= n)
                return 0;
        f->chances = malloc(n * n * sizeof *f->chances);
        if (!f->chances)
                return tamis_fail_memory(err);
        for (size_t a = 0; a < n; a++)
                for (size_t b = 0; b < n; b++) {
                        double cross = *tamis_iterative_product(f->total, n, a, b) - f->total[a] * f->total[b] / rows;
                        double own = *tamis_iterative_product(f->total, n, a, a) - f->total[a] * f->total[a] / rows;
                        double other = *tamis_iterative_product(f->total, n, b, b) - f->total[b] * f->total[b] / rows;
                        double r = fabs(cross) / sqrt(own * other);

                        f->chances[a * n + b] = a == b ? 0 : r > 1e-6 ? r : 1e-6;       /* NaN: the floor too */
                }
        return 0;
}

/* A category's is the best of its features'. */
static double chance(const tamis_iterative_run *f, size_t column, size_t feature) {
        const tamis_iterative_column *c = &f->m->columns[column];
        double best = 0;

        if (f->m->features[feature].column == column)
                return 0;
        for (size_t k = 0; k < c->n; k++)
                best = fmax(best, f->chances[(c->first + k) * f->m->n + feature]);
        return best;
}

/* Without replacement, one after the other. */
void tamis_iterative_draw(const tamis_iterative_run *f, size_t round, tamis_iterative_step *step) {
        const size_t n = f->m->n;
        const tamis_frame_column *c = &f->train->columns[step->column];
        char purpose[128];
        tamis_stream stream;

        snprintf(purpose, sizeof purpose, "%.100s.nearest", f->fit->purpose);
        tamis_stream_init(&stream, f->fit->context->seed, purpose, round, tamis_slice_hash(tamis_slice_of(c->name)));
        while (step->n < f->nearest) {
                double sum = 0, at;
                size_t pick = SIZE_MAX;

                for (size_t i = 0; i < n; i++) {
                        bool taken = false;

                        for (size_t k = 0; k < step->n; k++)
                                taken |= step->features[k] == i;
                        f->xy[i] = taken ? 0 : chance(f, step->column, i);
                        sum += f->xy[i];
                }
                at = tamis_stream_uniform(&stream) * sum;
                for (size_t i = 0; i < n; i++) {
                        if (f->xy[i] == 0)
                                continue;
                        pick = i;
                        if (at < f->xy[i])
                                break;
                        at -= f->xy[i];
                }
                if (pick == SIZE_MAX)
                        return;
                step->features[step->n++] = (uint32_t) pick;
        }
}
