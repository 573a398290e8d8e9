/* Figures of the order that scores put rows in: all rows of one score change sides together. */
#include <math.h>
#include <string.h>

#include "judge/measures.h"

/* The rows of `order` from *at on that share a score: how much they weigh. */
static double take_ties(const tamis_judged *j, const double *w, size_t c, size_t *at, double *tp, double *fp) {
        const uint32_t *order = j->order + c * j->n;
        double score = tamis_judged_score(j, order[*at], c);
        tamis_exact of_class = {0}, others = {0};

        for (; *at < j->n && tamis_judged_score(j, order[*at], c) == score; (*at)++) {
                uint32_t i = order[*at];

                tamis_exact_add(j->actual[i] == c ? &of_class : &others, w[i]);
        }
        *tp = tamis_exact_get(&of_class);
        *fp = tamis_exact_get(&others);
        return score;
}

/* Area under the ROC curve, by trapezoids: a tie counts a half. Average precision: the precision at each distinct
 * score, by how much recall it adds, without interpolation. */
static void of_class(const tamis_judged *j, const double *w, size_t c, double *auc, double *ap, double *rows) {
        tamis_exact tp = {0}, fp = {0}, area = {0}, sum = {0};
        double all_tp, all_fp;

        for (size_t at = 0; at < j->n;) {
                double more_tp, more_fp, all;

                take_ties(j, w, c, &at, &more_tp, &more_fp);
                tamis_exact_add(&area, more_fp * (tamis_exact_get(&tp) + more_tp / 2));
                tamis_exact_add(&tp, more_tp);
                tamis_exact_add(&fp, more_fp);
                all = tamis_exact_get(&tp) + tamis_exact_get(&fp);
                if (more_tp > 0)
                        tamis_exact_add(&sum, more_tp * (tamis_exact_get(&tp) / all));
        }
        all_tp = tamis_exact_get(&tp);
        all_fp = tamis_exact_get(&fp);
        *rows = all_tp;
        *auc = all_tp > 0 && all_fp > 0 ? tamis_exact_get(&area) / all_tp / all_fp : NAN;
        *ap = all_tp > 0 ? tamis_exact_get(&sum) / all_tp : NAN;
}

void tamis_measures_ranks(const tamis_judged *j, const double *w, double *values) {
        double auc_sum = 0, auc_n = 0, auc_rows = 0, weighted = 0, ap_sum = 0, ap_n = 0;

        for (size_t c = 0; c < j->k; c++) {
                double *of = values + TAMIS_N_OVERALL + c * TAMIS_N_OF_CLASS, auc, ap, rows;

                of_class(j, w, c, &auc, &ap, &rows);
                of[TAMIS_CLASS_AUC] = auc;
                of[TAMIS_CLASS_AP] = ap;
                if (!isnan(auc)) {
                        auc_sum += auc;
                        auc_n++;
                        auc_rows += rows;
                        weighted += rows * auc;
                }
                if (!isnan(ap)) {
                        ap_sum += ap;
                        ap_n++;
                }
        }
        if (j->k == 2) {
                const double *positive = values + TAMIS_N_OVERALL + TAMIS_N_OF_CLASS;

                values[TAMIS_AUC] = positive[TAMIS_CLASS_AUC];
                values[TAMIS_AVERAGE_PRECISION] = positive[TAMIS_CLASS_AP];
                return;
        }
        /* of the classes that have one */
        values[TAMIS_AUC] = auc_n > 0 ? auc_sum / auc_n : NAN;
        values[TAMIS_AUC_WEIGHTED] = auc_n > 0 ? weighted / auc_rows : NAN;
        values[TAMIS_AVERAGE_PRECISION] = ap_n > 0 ? ap_sum / ap_n : NAN;
}

/* -- curves -------------------------------------------------------------------------------------------------------- */

size_t tamis_curve(const tamis_judged *j, size_t c, tamis_curve_point *points) {
        tamis_exact tp = {0}, fp = {0};
        size_t n = 0;

        points[n++] = (tamis_curve_point) { .threshold = INFINITY };
        for (size_t at = 0; at < j->n;) {
                double more_tp, more_fp, score = take_ties(j, j->weight, c, &at, &more_tp, &more_fp);

                tamis_exact_add(&tp, more_tp);
                tamis_exact_add(&fp, more_fp);
                points[n++] = (tamis_curve_point) { score, tamis_exact_get(&tp), tamis_exact_get(&fp) };
        }
        return n;
}

double tamis_curve_best(const tamis_curve_point *points, size_t n, tamis_merit merit, const void *arg, double *value) {
        double tp = points[n - 1].tp, fp = points[n - 1].fp, best = NAN;

        *value = -INFINITY;
        for (size_t i = 0; i < n; i++) {
                double here = merit(points[i].tp, points[i].fp, tp - points[i].tp, fp - points[i].fp, arg);

                if (here > *value) {
                        *value = here;
                        best = points[i].threshold;
                }
        }
        return best;
}
