/* What is judged, put in its orders. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge/measures.h"

const char *const tamis_overall_names[TAMIS_N_OVERALL] = {
        [TAMIS_ACCURACY] = "accuracy",
        [TAMIS_BALANCED] = "balanced-accuracy",
        [TAMIS_PRECISION_MACRO] = "precision-macro",
        [TAMIS_RECALL_MACRO] = "recall-macro",
        [TAMIS_F1_MACRO] = "f1-macro",
        [TAMIS_PRECISION_WEIGHTED] = "precision-weighted",
        [TAMIS_RECALL_WEIGHTED] = "recall-weighted",
        [TAMIS_F1_WEIGHTED] = "f1-weighted",
        [TAMIS_MCC] = "mcc",
        [TAMIS_KAPPA] = "kappa",
        [TAMIS_GMEAN] = "gmean",
        [TAMIS_AUC] = "auc",
        [TAMIS_AUC_WEIGHTED] = "auc-weighted",
        [TAMIS_AVERAGE_PRECISION] = "average-precision",
        [TAMIS_LOG_LOSS] = "log-loss",
        [TAMIS_BRIER] = "brier",
        [TAMIS_ECE] = "ece",
        [TAMIS_ECE_FILLED] = "ece-quantile",
        [TAMIS_COST] = "cost",
};

const char *const tamis_class_names[TAMIS_N_OF_CLASS] = {
        [TAMIS_SUPPORT] = "support",
        [TAMIS_PRECISION] = "precision",
        [TAMIS_RECALL] = "recall",
        [TAMIS_F1] = "f1",
        [TAMIS_CLASS_AUC] = "auc",
        [TAMIS_CLASS_AP] = "average-precision",
};

bool tamis_measures_has(const tamis_judged *j, size_t figure) {
        if (figure >= TAMIS_N_OVERALL)
                return (figure - TAMIS_N_OVERALL) % TAMIS_N_OF_CLASS < TAMIS_CLASS_AUC || j->p;
        switch (figure) {
        case TAMIS_AUC:
        case TAMIS_AVERAGE_PRECISION:
                return j->p;
        case TAMIS_AUC_WEIGHTED:
                return j->p && j->k > 2;
        case TAMIS_LOG_LOSS:
        case TAMIS_BRIER:
        case TAMIS_ECE:
        case TAMIS_ECE_FILLED:
                return j->p && j->chances;
        case TAMIS_COST:
                return j->cost;
        default:
                return true;
        }
}

/* -- orders -------------------------------------------------------------------------------------------------------- */

static int by_number(double a, double b) {
        return (a > b) - (a < b);
}

static int by_all(const void *x, const void *y, void *arg) {
        const tamis_predictions *p = arg;
        uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
        int r = (p->actual[a] > p->actual[b]) - (p->actual[a] < p->actual[b]);

        if (r == 0)
                r = (p->decided[a] > p->decided[b]) - (p->decided[a] < p->decided[b]);
        for (size_t c = 0; r == 0 && p->p && c < p->k; c++)
                r = by_number(p->p[a * p->k + c], p->p[b * p->k + c]);
        if (r == 0 && p->weight)
                r = by_number(p->weight[a], p->weight[b]);
        return r != 0 ? r : (a > b) - (a < b);
}

struct of_class {
        const tamis_judged *j;
        size_t c;
};

static int by_score(const void *x, const void *y, void *arg) {
        const struct of_class *o = arg;
        uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
        int r = -by_number(tamis_judged_score(o->j, a, o->c), tamis_judged_score(o->j, b, o->c));

        return r != 0 ? r : (a > b) - (a < b);
}

/* -- bins ---------------------------------------------------------------------------------------------------------- */

/* The probability in which the calibration of everything is measured: class 1's, or the likeliest class'. */
static double surest(const tamis_judged *j, size_t i) {
        const double *p = j->p + i * j->k;
        double most = p[0];

        if (j->k == 2)
                return p[1];
        for (size_t c = 1; c < j->k; c++)
                most = fmax(most, p[c]);
        return most;
}

static int rising(const void *a, const void *b) {
        return by_number(*(const double *) a, *(const double *) b);
}

static int set_bins(tamis_judged *j, tamis_error *err) {
        double *sorted = reallocarray(NULL, j->n + 1, sizeof *sorted);

        if (!sorted)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < j->n; i++)
                sorted[i] = surest(j, i);
        qsort(sorted, j->n, sizeof *sorted, rising);
        for (size_t b = 0; b <= TAMIS_RELIABILITY_BINS; b++) {
                j->width[b] = tamis_reliability_share(b);
                j->filled[b] = j->n > 0 ? tamis_reliability_edge(sorted, j->n, b) : 0;
        }
        free(sorted);
        return 0;
}

/* -- making -------------------------------------------------------------------------------------------------------- */

static int allocate(tamis_judged *j, const tamis_predictions *p, tamis_error *err) {
        size_t room = j->n + 1;

        j->row = reallocarray(NULL, room, sizeof *j->row);
        j->actual = reallocarray(NULL, room, sizeof *j->actual);
        j->decided = reallocarray(NULL, room, sizeof *j->decided);
        j->weight = reallocarray(NULL, room, sizeof *j->weight);
        if (!j->row || !j->actual || !j->decided || !j->weight)
                return tamis_fail_memory(err);
        if (p->cost) {
                j->cost = reallocarray(NULL, j->k * j->k, sizeof *j->cost);
                if (!j->cost)
                        return tamis_fail_memory(err);
                memcpy(j->cost, p->cost, j->k * j->k * sizeof *j->cost);
        }
        if (!p->p)
                return 0;
        j->p = reallocarray(NULL, room, j->k * sizeof *j->p);
        j->order = reallocarray(NULL, room, j->k * sizeof *j->order);
        return j->p && j->order ? 0 : tamis_fail_memory(err);
}

static void copy(tamis_judged *j, const tamis_predictions *p) {
        for (size_t i = 0; i < j->n; i++)
                j->row[i] = (uint32_t) i;
        qsort_r(j->row, j->n, sizeof *j->row, by_all, (void *) p);
        j->chances = p->p;
        for (size_t i = 0; i < j->n; i++) {
                size_t from = j->row[i];

                j->actual[i] = p->actual[from];
                j->decided[i] = p->decided[from];
                j->weight[i] = p->weight ? p->weight[from] : 1;
                for (size_t c = 0; p->p && c < j->k; c++) {
                        double x = p->p[from * j->k + c];

                        j->p[i * j->k + c] = x;
                        j->chances = j->chances && x >= 0 && x <= 1;
                }
        }
}

static int put_in_order(tamis_judged *j, tamis_error *err) {
        for (size_t c = 0; c < j->k; c++) {
                uint32_t *order = j->order + c * j->n;

                for (size_t i = 0; i < j->n; i++)
                        order[i] = (uint32_t) i;
                qsort_r(order, j->n, sizeof *order, by_score, &(struct of_class) { j, c });
        }
        return set_bins(j, err);
}

int tamis_judged_init(tamis_judged *j, const tamis_predictions *p, tamis_error *err) {
        int r;

        if (p->n > UINT32_MAX)
                return tamis_fail(err, TAMIS_BAD_DATA, "%zu rows: more than can be judged at once", p->n);
        *j = (tamis_judged) { .n = p->n, .k = p->k };
        r = allocate(j, p, err);
        if (r == 0)
                copy(j, p);
        if (r == 0 && p->p)
                r = put_in_order(j, err);
        if (r < 0)
                tamis_judged_done(j);
        return r;
}

void tamis_judged_done(tamis_judged *j) {
        free(j->row);
        free(j->actual);
        free(j->decided);
        free(j->p);
        free(j->weight);
        free(j->cost);
        free(j->order);
        *j = (tamis_judged) {0};
}

/* -- everything ---------------------------------------------------------------------------------------------------- */

void tamis_measures_of(const tamis_judged *j, const double *weight, double *confusion, double *values) {
        const double *w = weight ? weight : j->weight;
        size_t k = j->k;

        for (size_t f = 0; f < tamis_measures_count(k); f++)
                values[f] = NAN;
        memset(confusion, 0, k * k * sizeof *confusion);
        /* rows of one cell lie together, by weight */
        for (size_t i = 0; i < j->n;) {
                double *cell = &confusion[j->actual[i] * k + j->decided[i]];
                uint32_t actual = j->actual[i], decided = j->decided[i];
                tamis_exact sum = {0};

                for (; i < j->n && j->actual[i] == actual && j->decided[i] == decided; i++)
                        tamis_exact_add(&sum, w[i]);
                *cell = tamis_exact_get(&sum);
        }
        tamis_measures_confusion(confusion, j->cost, k, values);
        if (!j->p)
                return;
        tamis_measures_ranks(j, w, values);
        if (j->chances)
                tamis_measures_chances(j, w, values);
}
