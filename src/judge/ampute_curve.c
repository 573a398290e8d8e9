#include <math.h>
#include <stdlib.h>

#include "judge/ampute_curve.h"

/* Bins of 1/64 over [-32, 32). */
enum { PER_UNIT = 64, REACH = 32, BINS = 2 * REACH * PER_UNIT };

struct tamis_curve_bin {
        uint64_t n;
        double sum, squares;    /* of what is over the middle of the bin */
};

int tamis_curve_init(tamis_curve *curve, tamis_curve_type type, tamis_error *err) {
        *curve = (tamis_curve) { .type = type };
        curve->bins = calloc(BINS, sizeof *curve->bins);
        return curve->bins ? 0 : tamis_fail_memory(err);
}

void tamis_curve_done(tamis_curve *curve) {
        free(curve->bins);
        free(curve->far);
        curve->bins = NULL;
        curve->far = NULL;
        curve->n_far = curve->far_capacity = 0;
}

static int keep_far(tamis_curve *curve, double score, tamis_error *err) {
        if (curve->n_far == curve->far_capacity) {
                size_t capacity = curve->far_capacity ? curve->far_capacity * 2 : 16;
                double *more = realloc(curve->far, capacity * sizeof *more);

                if (!more)
                        return tamis_fail_memory(err);
                curve->far = more;
                curve->far_capacity = capacity;
        }
        curve->far[curve->n_far++] = score;
        return 0;
}

static inline double middle_of(size_t bin) {
        return ((double) bin + .5) / PER_UNIT - REACH;
}

int tamis_curve_add(tamis_curve *curve, double score, tamis_error *err) {
        if (curve->n == 0 || score < curve->min)
                curve->min = score;
        if (curve->n == 0 || score > curve->max)
                curve->max = score;
        curve->n++;
        if (score >= -REACH && score < REACH) {
                size_t i = (size_t) ((score + REACH) * PER_UNIT);
                struct tamis_curve_bin *bin = &curve->bins[i < BINS ? i : BINS - 1];
                double d = score - middle_of(i < BINS ? i : BINS - 1);

                bin->n++;
                bin->sum += d;
                bin->squares += d * d;
                return 0;
        }
        return keep_far(curve, score, err);
}

static inline double logistic(double x) {
        return 1 / (1 + exp(-x));
}

static inline double exponent(tamis_curve_type type, double x) {
        switch (type) {
        case TAMIS_CURVE_LEFT:
                return -x;
        case TAMIS_CURVE_MID:
                return .75 - fabs(x);
        case TAMIS_CURVE_TAIL:
                return fabs(x) - .75;
        default:
                return x;
        }
}

/* The probabilities of a bin's scores, summed. No bin lies on both sides of 0, where |x| bends; so the second
 * derivative in x is that of the logistic, whatever the type. */
static double sum_of_bin(const tamis_curve *curve, size_t i, double b) {
        const struct tamis_curve_bin *bin = &curve->bins[i];
        double n = (double) bin->n, mean = bin->sum / n;
        double p = logistic(exponent(curve->type, middle_of(i) + mean) + b);
        double spread = bin->squares - n * mean * mean;

        if (spread < 0)
                spread = 0;
        return n * p + .5 * spread * p * (1 - p) * (1 - 2 * p);
}

static double mean_probability(const tamis_curve *curve, double b) {
        double sum = 0;

        for (size_t i = 0; i < BINS; i++)
                if (curve->bins[i].n > 0)
                        sum += sum_of_bin(curve, i, b);
        for (size_t i = 0; i < curve->n_far; i++)
                sum += logistic(exponent(curve->type, curve->far[i]) + b);
        return sum / (double) curve->n;
}

/* It rises with b; beyond 700 the exponential has left the doubles. */
static double bisect(const tamis_curve *curve, double share) {
        double low = -700, high = 700;

        for (int i = 0; i < 80 && high - low > 1e-13; i++) {
                double b = .5 * (low + high);

                if (mean_probability(curve, b) < share)
                        low = b;
                else
                        high = b;
        }
        return .5 * (low + high);
}

void tamis_curve_solve(tamis_curve *curve, double share) {
        curve->share = curve->reached = share;
        curve->flat = curve->n == 0 || !(curve->min < curve->max) || share <= 0 || share >= 1;
        if (!curve->flat) {
                curve->b = bisect(curve, share);
                curve->reached = mean_probability(curve, curve->b);
        }
        tamis_curve_done(curve);
}

void tamis_curve_window(tamis_curve *curve, double low, double high, uint64_t inside, uint64_t n, double share) {
        double p = inside > 0 ? share * (double) n / (double) inside : 0;

        curve->window = true;
        curve->min = low;
        curve->max = high;
        curve->share = p < 1 ? p : 1;
        curve->reached = n > 0 ? curve->share * (double) inside / (double) n : 0;
        tamis_curve_done(curve);
}

double tamis_curve_at(const tamis_curve *curve, double score) {
        if (curve->window)
                return score >= curve->min && score <= curve->max ? curve->share : 0;
        return curve->flat ? curve->share : logistic(exponent(curve->type, score) + curve->b);
}
