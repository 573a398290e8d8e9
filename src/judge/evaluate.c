/* Figures of predicted numbers, and who does what. */
#include <math.h>
#include <stdlib.h>

#include "judge/bootstrap.h"
#include "judge/evaluate.h"
#include "judge/measures_residuals.h"

static void figures_of(const void *arg, const double *weight, double *work, double *figures) {
        tamis_residuals_of(arg, weight, figures);
}

int tamis_evaluate_numbers(const tamis_subject *s, const tamis_evaluate_options *o, tamis_verdicts *ret,
                           tamis_error *err) {
        double values[TAMIS_N_RESIDUAL], low[TAMIS_N_RESIDUAL], high[TAMIS_N_RESIDUAL];
        tamis_residuals t = {0};
        int r = tamis_residuals_init(&t, s->n, s->y, s->predicted, s->weight, err);

        for (size_t f = 0; f < TAMIS_N_RESIDUAL; f++)
                low[f] = high[f] = NAN;
        if (r == 0)
                tamis_residuals_of(&t, NULL, values);
        if (r == 0 && o->bootstrap > 0 && s->n > 0 && !o->figures_only) {
                tamis_bootstrap b = {
                        .rows = t.n, .figures = TAMIS_N_RESIDUAL, .times = o->bootstrap, .conf = o->conf, .seed = o->seed,
                        .weight = t.weight, .of = figures_of, .arg = &t,
                };

                r = tamis_bootstrap_run(&b, o->pool, low, high, err);
        }
        for (size_t f = 0; r == 0 && f < TAMIS_N_RESIDUAL; f++) {
                tamis_verdict line = {
                        .measure = tamis_residual_names[f], .class = tamis_slice_of("*"), .segment = o->segment,
                        .value = values[f], .low = low[f], .high = high[f], .n = (double) s->n,
                };

                r = tamis_verdicts_add(ret, &line, err);
        }
        tamis_residuals_done(&t);
        return r;
}

int tamis_evaluate(const tamis_subject *s, const tamis_sheet *sheet, const tamis_evaluate_options *o,
                   tamis_verdicts *ret, tamis_error *err) {
        int r = s->numbers ? tamis_evaluate_numbers(s, o, ret, err) : tamis_evaluate_classes(s, o, ret, err);

        return r == 0 && s->segments.n > 0 && !o->figures_only ? tamis_evaluate_segments(s, sheet, ret, err) : r;
}
