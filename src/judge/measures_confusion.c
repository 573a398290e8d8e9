/* Figures of a confusion matrix. */
#include <math.h>
#include <string.h>

#include "judge/measures.h"

/* 0 where nothing can be shared, as scikit-learn has it (zero_division). */
static double share(double part, double all) {
        return all > 0 ? part / all : 0;
}

/* Sums over classes: those of all that occur or were decided, of those that have rows, and by their rows. */
struct sums {
        double all, diagonal, by_chance;        /* by_chance: sum of rows * decisions */
        double rows_squared, decided_squared;
        double occurring, with_rows;
        double precision, recall, f1, recall_there;
        double weighted_precision, weighted_recall, weighted_f1;
        double product, log_recall;
        bool blind;                             /* a class that occurs has recall 0 */
};

static void add_class(struct sums *s, const double *confusion, size_t k, size_t c, double *of_class) {
        double right = confusion[c * k + c], rows = 0, decided = 0, precision, recall, f1;

        for (size_t d = 0; d < k; d++) {
                rows += confusion[c * k + d];
                decided += confusion[d * k + c];
        }
        s->all += rows;
        s->diagonal += right;
        s->by_chance += rows * decided;
        s->rows_squared += rows * rows;
        s->decided_squared += decided * decided;
        if (rows <= 0 && decided <= 0)
                return;
        of_class[TAMIS_SUPPORT] = rows;
        of_class[TAMIS_PRECISION] = precision = share(right, decided);
        of_class[TAMIS_RECALL] = recall = share(right, rows);
        of_class[TAMIS_F1] = f1 = share(2 * right, rows + decided);
        s->occurring++;
        s->precision += precision;
        s->recall += recall;
        s->f1 += f1;
        s->weighted_precision += rows * precision;
        s->weighted_recall += rows * recall;
        s->weighted_f1 += rows * f1;
        if (rows > 0) {
                s->with_rows++;
                s->recall_there += recall;
        }
        s->blind = s->blind || recall <= 0;
        s->product *= recall;
        s->log_recall += recall > 0 ? log(recall) : 0;
}

/* Matthews' coefficient of many classes (Gorodkin 2004, "Comparing two K-category assignments by a K-category
 * correlation coefficient"); 0 where either side has one class, as in scikit-learn. */
static double mcc(const struct sums *s) {
        double a = s->all * s->all - s->decided_squared, b = s->all * s->all - s->rows_squared;

        return a > 0 && b > 0 ? (s->diagonal * s->all - s->by_chance) / (sqrt(a) * sqrt(b)) : 0;
}

static double mean_cost(const double *confusion, const double *cost, size_t k, double all) {
        tamis_exact sum = {0};

        for (size_t i = 0; i < k * k; i++)
                if (confusion[i] > 0)
                        tamis_exact_add(&sum, confusion[i] * cost[i]);
        return tamis_exact_get(&sum) / all;
}

void tamis_measures_confusion(const double *confusion, const double *cost, size_t k, double *values) {
        struct sums s = { .product = 1 };

        for (size_t c = 0; c < k; c++)
                add_class(&s, confusion, k, c, values + TAMIS_N_OVERALL + c * TAMIS_N_OF_CLASS);
        if (!(s.all > 0))
                return;
        values[TAMIS_ACCURACY] = s.diagonal / s.all;
        values[TAMIS_BALANCED] = s.recall_there / s.with_rows;
        values[TAMIS_PRECISION_MACRO] = s.precision / s.occurring;
        values[TAMIS_RECALL_MACRO] = s.recall / s.occurring;
        values[TAMIS_F1_MACRO] = s.f1 / s.occurring;
        values[TAMIS_PRECISION_WEIGHTED] = s.weighted_precision / s.all;
        values[TAMIS_RECALL_WEIGHTED] = s.weighted_recall / s.all;
        values[TAMIS_F1_WEIGHTED] = s.weighted_f1 / s.all;
        values[TAMIS_MCC] = mcc(&s);
        /* 1 - disagreement / what chance would leave of it (Cohen 1960) */
        values[TAMIS_KAPPA] = s.occurring > 1 ? 1 - (s.all - s.diagonal) / (s.all - s.by_chance / s.all) : NAN;
        values[TAMIS_GMEAN] = s.blind ? 0
                : s.occurring <= 2    ? pow(s.product, 1 / s.occurring)
                                      : exp(s.log_recall / s.occurring);
        if (cost)
                values[TAMIS_COST] = mean_cost(confusion, cost, k, s.all);
}
