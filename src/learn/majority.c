/* What can be said without looking at a row: the baseline of every other model. */
#include <stdlib.h>

#include "learn/state.h"

/* Rows lie by rising y: the middle of the weight; between two rows, halfway. */
static double median(const tamis_lesson *t) {
        double all = 0, below = 0;

        for (size_t i = 0; i < t->n; i++)
                all += t->weight ? t->weight[i] : 1;
        for (size_t i = 0; i < t->n; i++) {
                below += t->weight ? t->weight[i] : 1;
                if (2 * below > all || i + 1 == t->n)
                        return t->y[i];
                if (2 * below >= all)
                        return (t->y[i] + t->y[i + 1]) / 2;
        }
        return 0;
}

static int majority_fit(tamis_learn *l, tamis_error *err) {
        const tamis_lesson *t = &l->rows;
        double all = 0;

        l->share = calloc(l->k, sizeof *l->share);
        if (!l->share)
                return tamis_fail_memory(err);
        if (!l->classes) {
                l->share[0] = median(t);
                return 0;
        }
        for (size_t i = 0; i < t->n; i++) {
                double w = t->weight ? t->weight[i] : 1;

                all += w;
                l->share[(size_t) t->y[i]] += w;
        }
        for (size_t c = 0; c < l->k; c++)
                l->share[c] /= all;
        return 0;
}

static int majority_score(const tamis_learn *l, const double *cells, size_t n, double *out, tamis_error *err) {
        for (size_t i = 0; i < n; i++)
                memcpy(out + i * l->k, l->share, l->k * sizeof *out);
        return 0;
}

static int majority_save(const tamis_learn *l, json_t *into, tamis_error *err) {
        return json_object_set_new(into, "shares", tamis_learn_numbers(l->share, l->k)) < 0 ? tamis_fail_memory(err)
                                                                                            : 0;
}

static int majority_load(tamis_learn *l, const json_t *from, tamis_error *err) {
        return tamis_learn_numbers_get(from, "shares", l->k, false, &l->share, err);
}

const tamis_learner tamis_learner_majority = {
        .strategy = { "majority", "the classes' shares, or the median, for every row: the baseline",
                      "scikit-learn DummyClassifier (prior), DummyRegressor (median)" },
        .numbers = true, .classes = true, .weights = true, .holes = true,
        .fit = majority_fit, .score = majority_score, .save = majority_save, .load = majority_load,
};
