/* ampute_curve.h: how probable a hole is, by a score.
 *
 * Logistic curves after mice's ampute (Schouten, Lugtig & Vink 2018): with x a score of mean 0 and sd 1, the
 * probability is logistic(x + b) (right), logistic(-x + b) (left), logistic(-|x| + .75 + b) (mid),
 * logistic(|x| - .75 + b) (tail), and b is such that its mean over all scores is the share asked for. mice finds b on
 * normal numbers it draws, so that its share is met where the scores look normal; here the scores themselves are asked,
 * and it is met whatever they look like.
 *
 * The scores are not kept. They are counted in bins of width 1/64 between -32 and 32, with their sum and sum of
 * squares, and the mean probability is summed over the bins to second order: it is right to 1e-8, b to about 1e-7, in
 * 98 KB however long the table. Those beyond are kept: of scores with an sd of 1 at most one in 1024. What is added in
 * the same order gives the same bits.
 *
 * A window (after Jaeger, Allhorn & Biessmann 2021) has one probability between two scores and none beyond them.
 */
#ifndef TAMIS_JUDGE_AMPUTE_CURVE_H
#define TAMIS_JUDGE_AMPUTE_CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tamis/error.h>

typedef enum tamis_curve_type {
        TAMIS_CURVE_RIGHT,
        TAMIS_CURVE_LEFT,
        TAMIS_CURVE_MID,
        TAMIS_CURVE_TAIL
} tamis_curve_type;

typedef struct tamis_curve {
        tamis_curve_type type;
        uint64_t n;             /* scores added */
        double min, max;        /* of them */
        struct tamis_curve_bin *bins;
        double *far;            /* the scores beyond all bins */
        size_t n_far, far_capacity;
        /* once solved */
        bool flat;              /* the same for every score: `share` */
        bool window;            /* `share` in [min, max], 0 beyond */
        double share, b;
        double reached;         /* the mean probability over the scores added */
} tamis_curve;

int tamis_curve_init(tamis_curve *curve, tamis_curve_type type, tamis_error *err) TAMIS_CHECKED;
void tamis_curve_done(tamis_curve *curve);
int tamis_curve_add(tamis_curve *curve, double score, tamis_error *err) TAMIS_CHECKED;
/* Find b; the bins go. Fewer than two different scores, or a share of 0 or 1: the share is the probability of all. */
void tamis_curve_solve(tamis_curve *curve, double share);
/* Between two scores, `inside` of the `n` candidates lie there: the probability inside that gives `share` overall,
 * at most 1. */
void tamis_curve_window(tamis_curve *curve, double low, double high, uint64_t inside, uint64_t n, double share);

double tamis_curve_at(const tamis_curve *curve, double score);

#endif
