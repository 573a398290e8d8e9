/* What each column adds to a linear score: exact Shapley values where features are independent of each other
 * (Lundberg & Lee 2017, "A unified approach to interpreting model predictions", corollary 1). */
#include <stdlib.h>

#include "learn/state.h"

/* The vector whose score is explained: of two classes the positive one's log-odds or margin. */
static double part(const tamis_learn *l, const double *x, size_t feature) {
        const tamis_feature *f = &l->form[feature];
        double sum = 0;

        for (size_t i = 0; i < f->places; i++)
                sum += l->b[f->offset + i] * (x[f->offset + i] - (f->category ? f->shares[i] : 0));
        return sum;
}

int tamis_learn_explain(const tamis_learn *l, const double *cells, size_t n, double *out, tamis_error *err) {
        size_t p = l->features.n;
        double *x = reallocarray(NULL, l->places, sizeof *x), base = l->b[0];

        if (!x)
                return tamis_fail_memory(err);
        for (size_t j = 0; j < p; j++)
                for (size_t i = 0; l->form[j].category && i < l->form[j].places; i++)
                        base += l->b[l->form[j].offset + i] * l->form[j].shares[i];
        for (size_t i = 0; i < n; i++) {
                double *row = out + i * (p + 1);

                tamis_learn_vector(l, cells + i * p, x);
                row[0] = base;
                for (size_t j = 0; j < p; j++)
                        row[1 + j] = part(l, x, j);
        }
        free(x);
        return 0;
}
