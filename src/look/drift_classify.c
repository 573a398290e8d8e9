/* Could a model tell the new rows from those of the reference? A domain classifier sees what no column shows
 * alone: columns that each look as they did, and together do not (Rabanser, Gunnemann & Lipton 2019, "Failing
 * loudly").
 *
 * Boosted trees on the features, learned on four fifths of the rows kept whole and asked about the others, in five
 * turns. The AUC is the mean of the folds'; that of a fold has the variance of its placements (DeLong, DeLong &
 * Clarke-Pearson 1988), or where nothing drifted that of Mann & Whitney's statistic. Folds are not independent:
 * what fold a teaches about b, b teaches about a, so that without drift the AUCs of two folds go together, and
 * their mean has up to twice the variance that it would have else (the sum of d_a d_b over ordered pairs is twice
 * that over unordered ones). Twice is what is taken. Nothing is drawn but the shuffles that show which columns
 * were used.
 */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include <tamis/random.h>

#include "fit/boost.h"
#include "look/distinct.h"
#include "look/drift.h"

enum { FOLDS = 5, LEAST_ROWS = 50, ROUNDS = 50, DEPTH = 3, LEAF = 20 };
/* The variance of the folds' mean is at most so many times that of independent ones. */
static const double together = 2;
/* A normal column whose stability index is .1 has moved by .32 sd, and tells rows apart with an AUC of .59. */
static const double matters = .6;

struct classes {
        const tamis_drift_report *report;
        size_t rows, refs, p;           /* rows: those of the reference first */
        size_t *columns;                /* p: of the report */
        uint8_t *cells;                 /* rows * p: bins, row after row */
        uint8_t *bins;                  /* the same, column after column */
        const uint8_t **by_column;
        bool *category, *used;
        double *target, *scores;        /* by row */
        uint32_t *learned, *asked;
        struct scored { double score; size_t at; } *order;
        double *ranks, *within;
        double folds, auc, variance, chance;    /* sums over folds */
        double *use;                    /* p: the same */
};

/* -- rows ---------------------------------------------------------------------------------------------------------- */

static uint64_t cell(const struct classes *s, size_t column, size_t row) {
        const bool ref = row < s->refs;
        const tamis_drift_sample *from = ref ? &s->report->ref_sample : &s->report->fresh_sample;

        return from->cells[column * from->most + from->heap[ref ? row : row - s->refs].slot];
}

static int by_bits(const void *a, const void *b) {
        const uint64_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

/* Levels get codes in the order of their hashes. */
static int bin_levels(const struct classes *s, size_t column, tamis_binning *b, int32_t *codes, tamis_error *err) {
        uint64_t *seen = malloc((s->rows + 1) * sizeof *seen);
        size_t n = 0, levels = 0;
        int r;

        if (!seen)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < s->rows; i++)
                if (cell(s, column, i))
                        seen[n++] = cell(s, column, i);
        qsort(seen, n, sizeof *seen, by_bits);
        for (size_t i = 0; i < n; i++)
                if (i == 0 || seen[i] != seen[i - 1])
                        seen[levels++] = seen[i];
        for (size_t i = 0; i < s->rows; i++) {
                uint64_t key = cell(s, column, i);
                const uint64_t *found = key ? bsearch(&key, seen, levels, sizeof *seen, by_bits) : NULL;

                codes[i] = found ? (int32_t) (found - seen) : -1;
        }
        r = tamis_binning_of_codes(codes, s->rows, levels, b, err);
        free(seen);
        return r;
}

static int bin_column(struct classes *s, size_t k, double *x, int32_t *codes, tamis_error *err) {
        const tamis_drift_column *c = &s->report->columns[s->columns[k]];
        tamis_binning b = {0};
        int r;

        s->category[k] = !c->numeric;
        s->by_column[k] = s->bins + k * s->rows;
        for (size_t i = 0; c->numeric && i < s->rows; i++) {
                uint64_t bits = cell(s, s->columns[k], i);

                memcpy(&x[i], &bits, sizeof x[i]);
                if (i < s->refs && c->ref.type == TAMIS_TYPE_EMPTY)
                        x[i] = NAN;
        }
        r = c->numeric ? tamis_binning_of_numbers(x, s->rows, &b, err) : bin_levels(s, s->columns[k], &b, codes, err);
        for (size_t i = 0; r == 0 && i < s->rows; i++)
                s->cells[i * s->p + k] = s->bins[k * s->rows + i] =
                        c->numeric ? tamis_binning_number(&b, x[i]) : tamis_binning_code(&b, codes[i]);
        tamis_binning_done(&b);
        return r;
}

static void release(struct classes *s) {
        void *all[] = { s->columns, s->cells, s->bins, s->by_column, s->category, s->used, s->target, s->scores,
                        s->learned, s->asked, s->order, s->ranks, s->within, s->use };

        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
                free(all[i]);
}

static int prepare(struct classes *s, tamis_error *err) {
        double *x = malloc((s->rows + 1) * sizeof *x);
        int32_t *codes = malloc((s->rows + 1) * sizeof *codes);
        int r;

        s->cells = reallocarray(NULL, s->rows, s->p);
        s->bins = reallocarray(NULL, s->rows, s->p);
        s->by_column = calloc(s->p, sizeof *s->by_column);
        s->category = calloc(s->p, sizeof *s->category);
        s->used = calloc(s->p, sizeof *s->used);
        s->use = calloc(s->p, sizeof *s->use);
        s->target = calloc(s->rows, sizeof *s->target);
        s->scores = calloc(s->rows, sizeof *s->scores);
        s->learned = calloc(s->rows, sizeof *s->learned);
        s->asked = calloc(s->rows, sizeof *s->asked);
        s->order = calloc(s->rows, sizeof *s->order);
        s->ranks = calloc(s->rows, sizeof *s->ranks);
        s->within = calloc(s->rows, sizeof *s->within);
        r = x && codes && s->cells && s->bins && s->by_column && s->category && s->used && s->use && s->target &&
            s->scores && s->learned && s->asked && s->order && s->ranks && s->within ? 0 : tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < s->rows; i++)
                s->target[i] = i >= s->refs;
        for (size_t k = 0; r == 0 && k < s->p; k++)
                r = bin_column(s, k, x, codes, err);
        free(x);
        free(codes);
        return r;
}

/* -- ranks --------------------------------------------------------------------------------------------------------- */

static int by_score(const void *a, const void *b) {
        const struct scored *x = a, *y = b;

        if (x->score != y->score)
                return x->score < y->score ? -1 : 1;
        return (x->at > y->at) - (x->at < y->at);
}

/* Mean ranks, from 1, of the asked rows for which target == of (of < 0: all), by their place among those asked. */
static void rank(const struct classes *s, size_t n, double of, double *ranks) {
        size_t m = 0;

        for (size_t i = 0; i < n; i++)
                if (of < 0 || s->target[s->asked[i]] == of)
                        s->order[m++] = (struct scored) { s->scores[i], i };
        qsort(s->order, m, sizeof *s->order, by_score);
        for (size_t i = 0, end; i < m; i = end) {
                for (end = i; end < m && s->order[end].score == s->order[i].score; end++)
                        ;
                for (size_t k = i; k < end; k++)
                        ranks[s->order[k].at] = ((double) i + (double) end + 1) / 2;
        }
}

/* Of the n asked rows, scored; `variance` may be NULL. */
static double auc_of(const struct classes *s, size_t n, double *variance) {
        double news = 0, refs, sum = 0, squares[2] = {0}, auc;

        rank(s, n, -1, s->ranks);
        for (size_t i = 0; i < n; i++) {
                news += s->target[s->asked[i]];
                sum += s->target[s->asked[i]] > 0 ? s->ranks[i] : 0;
        }
        refs = (double) n - news;
        auc = (sum - news * (news + 1) / 2) / (news * refs);
        if (!variance)
                return auc;
        rank(s, n, 0, s->within);
        rank(s, n, 1, s->within);
        for (size_t i = 0; i < n; i++) {
                bool new = s->target[s->asked[i]] > 0;
                double placement = (s->ranks[i] - s->within[i]) / (new ? refs : news);
                double off = (new ? placement : 1 - placement) - auc;

                squares[new] += off * off;
        }
        *variance = squares[1] / ((news - 1) * news) + squares[0] / ((refs - 1) * refs);
        return auc;
}

/* -- folds --------------------------------------------------------------------------------------------------------- */

static void ask(const struct classes *s, const tamis_boost *b, size_t n) {
        double scores[TAMIS_BOOST_CLASSES] = {0};

        for (size_t i = 0; i < n; i++) {
                if (b->width > 0)
                        (void) tamis_boost_predict(b, s->cells + (size_t) s->asked[i] * s->p, scores);
                s->scores[i] = scores[0];
        }
}

/* Splits lie in preorder, one behind the other. */
static void note_used(struct classes *s, const tamis_boost *b) {
        memset(s->used, 0, s->p * sizeof *s->used);
        for (size_t t = 0; t < b->rounds * b->width; t++)
                for (size_t i = 0; i < b->trees[t].n; ) {
                        uint32_t what = b->trees[t].words[i].node.what;

                        if (what != TAMIS_CART_LEAF)
                                s->used[what >> 10] = true;
                        i += what == TAMIS_CART_LEAF ? 2 : what >> 8 & 1 ? 5 : 1;
                }
}

/* The column's cells of the rows asked change places (Fisher & Yates), and come back. */
static double without(struct classes *s, const tamis_boost *b, size_t k, size_t fold, size_t n) {
        tamis_stream stream;
        double auc;

        tamis_stream_init(&stream, 0, "drift.shuffle", k, fold);
        for (size_t i = n; i-- > 1; ) {
                size_t j = tamis_stream_below(&stream, i + 1);
                uint8_t *x = &s->cells[s->asked[i] * s->p + k], *y = &s->cells[s->asked[j] * s->p + k], swap = *x;

                *x = *y;
                *y = swap;
        }
        ask(s, b, n);
        auc = auc_of(s, n, NULL);
        for (size_t i = 0; i < n; i++)
                s->cells[s->asked[i] * s->p + k] = s->bins[k * s->rows + s->asked[i]];
        return auc;
}

/* By the number of the row: rows that are in both tables at the same place (the new one may be the old one, and
 * more) are in one fold. Else each would be judged by trees that have seen it on the other side. */
static size_t fold_of(const struct classes *s, size_t row) {
        const tamis_drift_sample *from = row < s->refs ? &s->report->ref_sample : &s->report->fresh_sample;

        return tamis_mix(from->heap[row < s->refs ? row : row - s->refs].hash) % FOLDS;
}

static int turn(struct classes *s, size_t fold, tamis_error *err) {
        const tamis_cart_data data = { .n = s->p, .columns = s->by_column, .category = s->category, .target = s->target,
                                       .classes = 2 };
        size_t n = 0, m = 0;
        double news = 0, refs, variance, auc;
        tamis_boost_options o = { .rounds = ROUNDS, .purpose = "drift",
                                  .shape = { .depth = DEPTH, .rate = .1, .lambda = 1 } };
        tamis_boost b;
        int r;

        for (size_t i = 0; i < s->rows; i++)
                if (fold_of(s, i) == fold)
                        s->asked[m++] = (uint32_t) i;
                else
                        s->learned[n++] = (uint32_t) i;
        for (size_t i = 0; i < m; i++)
                news += s->target[s->asked[i]];
        refs = (double) m - news;
        if (news < 2 || refs < 2)       /* of 50 rows, once in a thousand times */
                return 0;
        o.shape.leaf = n >= LEAF * LEAF ? LEAF : n / LEAF + 1;
        r = tamis_boost_grow(&data, &o, s->learned, n, &b, err);
        if (r < 0)
                return r;
        ask(s, &b, m);
        auc = auc_of(s, m, &variance);
        s->folds += 1;
        s->auc += auc;
        s->variance += together * variance;
        s->chance += together * (news + refs + 1) / (12 * news * refs);
        note_used(s, &b);
        for (size_t k = 0; k < s->p; k++)
                if (s->used[k])
                        s->use[k] += auc - without(s, &b, k, fold, m);
        tamis_boost_done(&b);
        return 0;
}

/* -- what it says -------------------------------------------------------------------------------------------------- */

static bool takes_part(const tamis_drift_column *c) {
        return *c->role == 'f' && c->verdict != TAMIS_DRIFT_GONE && c->verdict != TAMIS_DRIFT_NEW &&
               c->verdict != TAMIS_DRIFT_TYPE;
}

static void conclude(const struct classes *s, double alpha, tamis_drift_report *report, tamis_drift_classifier *ret) {
        const double half = 1.959963984540054 * sqrt(s->variance) / s->folds;

        ret->auc = s->auc / s->folds;
        ret->low = fmax(0, ret->auc - half);
        ret->high = fmin(1, ret->auc + half);
        ret->p = gsl_cdf_ugaussian_Q((ret->auc - .5) * s->folds / sqrt(s->chance));
        ret->alarm = ret->p <= alpha && ret->auc >= matters;
        for (size_t k = 0; k < s->p; k++)
                report->columns[s->columns[k]].use = s->use[k] / s->folds;
}

int tamis_drift_classify(const tamis_drift_options *options, tamis_drift_report *report, tamis_error *err) {
        tamis_drift_classifier *ret = &report->classifier;
        struct classes s = { .report = report, .refs = report->ref_sample.n,
                             .rows = report->ref_sample.n + report->fresh_sample.n };
        int r = 0;

        *ret = (tamis_drift_classifier) { .asked = true, .ref_rows = s.refs, .fresh_rows = s.rows - s.refs,
                                          .auc = NAN, .low = NAN, .high = NAN, .p = NAN };
        s.columns = calloc(report->n + 1, sizeof *s.columns);
        if (!s.columns)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < report->n; i++)
                if (takes_part(&report->columns[i]))
                        s.columns[s.p++] = i;
        ret->columns = s.p;
        if (s.p > 0 && s.refs >= LEAST_ROWS && s.rows - s.refs >= LEAST_ROWS) {
                r = prepare(&s, err);
                for (size_t fold = 0; r == 0 && fold < FOLDS; fold++)
                        r = turn(&s, fold, err);
                if (r == 0 && s.folds > 0)
                        conclude(&s, options->alpha, report, ret);
        }
        release(&s);
        return r;
}
