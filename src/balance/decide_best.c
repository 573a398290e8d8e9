/* The best threshold on labelled rows, over every distinct score, and how far it moves from fold to fold. */
#include <math.h>
#include <stdlib.h>

#include "balance/decide.h"

/* -- measures ------------------------------------------------------------------------------------------------------ */

static double share(uint64_t part, uint64_t rest) {
        return part + rest > 0 ? (double) part / (double) (part + rest) : 0;
}

/* Per row; negative, for the least is the best. */
static double of_cost(const tamis_outcomes *o, const tamis_mistakes *m) {
        double n = (double) (o->tp + o->fp + o->fn + o->tn);

        return -((double) o->tp * m->tp + (double) o->fp * m->fp + (double) o->fn * m->fn + (double) o->tn * m->tn) / n;
}

static double of_f1(const tamis_outcomes *o, const tamis_mistakes *m) {
        uint64_t all = 2 * o->tp + o->fp + o->fn;

        return all > 0 ? (double) (2 * o->tp) / (double) all : 0;
}

/* sqrt(tp tn / P N): of one quotient, so that what is equal is found to be */
static double of_gmean(const tamis_outcomes *o, const tamis_mistakes *m) {
        double all = (double) (o->tp + o->fn) * (double) (o->fp + o->tn);

        return all > 0 ? sqrt((double) o->tp * (double) o->tn / all) : 0;
}

static double of_balanced(const tamis_outcomes *o, const tamis_mistakes *m) {
        double p = (double) (o->tp + o->fn), n = (double) (o->fp + o->tn);

        return p > 0 && n > 0 ? ((double) o->tp * n + (double) o->tn * p) / (2 * p * n)
                : (share(o->tp, o->fn) + share(o->tn, o->fp)) / 2;
}

static double of_youden(const tamis_outcomes *o, const tamis_mistakes *m) {
        return 2 * of_balanced(o, m) - 1;
}

const char *const tamis_measure_names[] = { "cost", "f1", "gmean", "balanced", "youden", NULL };

static const tamis_measure measures[] = {
        { "cost", true, of_cost }, { "f1", false, of_f1 }, { "gmean", false, of_gmean },
        { "balanced", false, of_balanced },
        { "youden", false, of_youden },
};

const tamis_measure *tamis_measure_find(const char *name) {
        for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
                if (strcmp(measures[i].name, name) == 0)
                        return &measures[i];
        return NULL;
}

/* -- the search ---------------------------------------------------------------------------------------------------- */

/* The counts at each distinct score follow from those at the one before: all rows of the score change sides. */
tamis_best tamis_best_threshold(const tamis_scored *rows, size_t n, const tamis_measure *measure,
                                const tamis_mistakes *m) {
        tamis_outcomes o = { 0 };
        tamis_best best;

        for (size_t i = 0; i < n; i++) {
                o.fn += rows[i].positive;
                o.tn += !rows[i].positive;
        }
        best = (tamis_best) { INFINITY, measure->value(&o, m), o };
        for (size_t i = 0; i < n;) {
                double score = rows[i].score, value;

                for (; i < n && rows[i].score == score; i++) {
                        o.tp += rows[i].positive;
                        o.fn -= rows[i].positive;
                        o.fp += !rows[i].positive;
                        o.tn -= !rows[i].positive;
                }
                value = measure->value(&o, m);
                if (value > best.value)
                        best = (tamis_best) { score, value, o };
        }
        return best;
}

tamis_outcomes tamis_count_outcomes(const tamis_scored *rows, size_t n, double threshold) {
        tamis_outcomes o = { 0 };

        for (size_t i = 0; i < n; i++) {
                bool positive = rows[i].score >= threshold;

                o.tp += positive && rows[i].positive;
                o.fp += positive && !rows[i].positive;
                o.fn += !positive && rows[i].positive;
                o.tn += !positive && !rows[i].positive;
        }
        return o;
}

static int by_score(const void *a, const void *b) {
        double x = ((const tamis_scored *) a)->score, y = ((const tamis_scored *) b)->score;

        return (x < y) - (x > y);
}

static int by_fold(const void *a, const void *b) {
        uint32_t x = ((const tamis_scored *) a)->fold, y = ((const tamis_scored *) b)->fold;

        return x != y ? (x > y) - (x < y) : by_score(a, b);
}

/* The rows that have a class and a score. */
static int gather(tamis_decide *d, tamis_scored **ret, size_t *n, tamis_error *err) {
        tamis_scored *rows = reallocarray(NULL, d->n + 1, sizeof *rows);
        long positive = tamis_labels_find(&d->labels, d->names[1]);

        if (!rows)
                return tamis_fail_memory(err);
        *n = 0;
        d->without_score = d->without_target = 0;
        for (size_t i = 0; i < d->n; i++) {
                double score = d->values[i];

                d->without_target += d->labels.codes[i] == TAMIS_NO_CLASS;
                d->without_score += isnan(score);
                if (d->labels.codes[i] == TAMIS_NO_CLASS || isnan(score))
                        continue;
                rows[(*n)++] = (tamis_scored) {
                        .score = d->shares ? tamis_undo_positive(score, d->shares) : score,
                        .fold = d->fold.n > 0 ? d->folds.codes[i] : 0,
                        .positive = d->labels.codes[i] == (uint32_t) positive,
                };
        }
        *ret = rows;
        return 0;
}

/* Each fold's own best, and what the threshold of all is worth there. Rows come by fold; those without one are last,
 * and in no fold. */
static int search_folds(tamis_decide *d, const tamis_scored *rows, size_t n, tamis_error *err) {
        d->by_fold = calloc(d->folds.n_classes + 1, sizeof *d->by_fold);
        if (!d->by_fold)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n && rows[i].fold != TAMIS_NO_CLASS;) {
                tamis_fold_best *f = &d->by_fold[d->n_folds++];
                tamis_outcomes here;
                size_t end = i;

                while (end < n && rows[end].fold == rows[i].fold)
                        end++;
                here = tamis_count_outcomes(rows + i, end - i, d->threshold);
                *f = (tamis_fold_best) {
                        .fold = rows[i].fold, .rows = end - i,
                        .best = tamis_best_threshold(rows + i, end - i, d->measure, &d->mistakes),
                        .value = d->measure->value(&here, &d->mistakes),
                };
                i = end;
        }
        return 0;
}

int tamis_decide_search(tamis_decide *d, const tamis_context *context, tamis_error *err) {
        uint64_t positives = 0;
        tamis_scored *rows = NULL;
        size_t n = 0;
        int r = gather(d, &rows, &n, err);

        if (r < 0)
                return r;
        qsort(rows, n, sizeof *rows, by_score);
        for (size_t i = 0; i < n; i++)
                positives += rows[i].positive;
        if (d->measure && (positives == 0 || positives == n)) {
                r = tamis_fail(err, TAMIS_BAD_DATA, "of the %zu labelled rows with a score %s is \"%.*s\": no "
                               "threshold can be sought among them", n, positives ? "each" : "none",
                               (int) d->names[1].n, d->names[1].p);
        } else if (d->measure) {
                d->best = tamis_best_threshold(rows, n, d->measure, &d->mistakes);
                d->threshold = d->best.threshold;
        }
        if (r == 0)
                d->best.outcomes = tamis_count_outcomes(rows, n, d->threshold);
        if (r == 0 && d->measure && isinf(d->threshold))
                tamis_warn(context, "by %s the best is to decide no row \"%.*s\"", d->measure->name,
                           (int) d->names[1].n,
                           d->names[1].p);
        if (r == 0 && d->measure && d->fold.n > 0) {
                qsort(rows, n, sizeof *rows, by_fold);
                r = search_folds(d, rows, n, err);
        }
        if (r == 0 && d->without_score > 0)
                tamis_warn(context, "%llu labelled row%s without a score: left out of the count",
                           (unsigned long long) d->without_score, d->without_score == 1 ? "" : "s");
        free(rows);
        return r;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

int tamis_decide_learn(const tamis_decide *d, void *partial, tamis_batch *batch, tamis_error *err) {
        bool one = d->scores.n == 1;
        tamis_decide_partial *p = partial;
        const double *values;
        double *more;
        int r = tamis_labels_learn(&p->labels, batch, d->target.at[0], one, err);

        if (r == 0 && d->fold.n > 0)
                r = tamis_labels_learn(&p->folds, batch, d->fold.at[0], true, err);
        if (r < 0 || !one)
                return r;
        r = tamis_batch_numbers_only(batch, d->scores.at[0], &values, err);
        if (r < 0)
                return r;
        more = reallocarray(p->values, p->n + batch->n_rows + 1, sizeof *more);
        if (!more)
                return tamis_fail_memory(err);
        p->values = more;
        memcpy(more + p->n, values, batch->n_rows * sizeof *more);
        p->n += batch->n_rows;
        return 0;
}

int tamis_decide_merge(tamis_decide *d, void *partial, tamis_error *err) {
        tamis_decide_partial *p = partial;
        int r = tamis_labels_merge(&d->labels, &p->labels, err);

        if (r == 0 && d->fold.n > 0)
                r = tamis_labels_merge(&d->folds, &p->folds, err);
        if (r == 0 && d->n + p->n > d->capacity) {
                size_t capacity = d->capacity * 2 > d->n + p->n ? d->capacity * 2 : d->n + p->n;
                double *more = reallocarray(d->values, capacity, sizeof *more);

                if (!more)
                        return tamis_fail_memory(err);
                d->values = more;
                d->capacity = capacity;
        }
        if (r == 0 && p->n > 0) {
                memcpy(d->values + d->n, p->values, p->n * sizeof *p->values);
                d->n += p->n;
        }
        return r;
}

void tamis_decide_partial_done(void *partial) {
        tamis_decide_partial *p = partial;

        tamis_labels_done(&p->labels);
        tamis_labels_done(&p->folds);
        free(p->values);
}

/* -- the report ---------------------------------------------------------------------------------------------------- */

static json_t *threshold_json(double threshold) {
        return isinf(threshold) ? json_null() : tamis_json_number(threshold);
}

static double shown(const tamis_measure *measure, double value) {
        return measure->costs ? 0 - value : value;      /* 0 - -0 is 0 */
}

struct spread {
        size_t n;
        double mean, sd, min, max;
};

static struct spread spread_of(const tamis_decide *d, bool thresholds) {
        struct spread s = { .min = INFINITY, .max = -INFINITY };
        double squares = 0;

        for (int pass = 0; pass < 2; pass++)
                for (size_t i = 0; i < d->n_folds; i++) {
                        const tamis_fold_best *f = &d->by_fold[i];
                        double x = thresholds ? f->best.threshold : shown(d->measure, f->value);

                        if (isinf(x))
                                continue;
                        if (pass) {
                                squares += (x - s.mean / (double) s.n) * (x - s.mean / (double) s.n);
                                continue;
                        }
                        s.n++;
                        s.mean += x;
                        s.min = fmin(s.min, x);
                        s.max = fmax(s.max, x);
                }
        s.mean /= (double) s.n;
        s.sd = s.n > 1 ? sqrt(squares / (double) (s.n - 1)) : NAN;
        return s;
}

static int put_spread(json_t *into, const char *key, const struct spread *s) {
        json_t *o = tamis_json_child(into, key, json_object());
        int r = json_object_set_new(o, "folds", json_integer((json_int_t) s->n));

        if (s->n == 0)
                return r;
        r |= json_object_set_new(o, "mean", tamis_json_number(s->mean));
        r |= json_object_set_new(o, "sd", s->n > 1 ? tamis_json_number(s->sd) : json_null());
        r |= json_object_set_new(o, "min", tamis_json_number(s->min));
        return r | json_object_set_new(o, "max", tamis_json_number(s->max));
}

static int report_folds(const tamis_decide *d, json_t *into) {
        struct spread thresholds = spread_of(d, true), values = spread_of(d, false);
        json_t *folds = tamis_json_child(into, "folds", json_array());
        int r = folds ? 0 : -1;

        for (size_t i = 0; i < d->n_folds; i++) {
                const tamis_fold_best *f = &d->by_fold[i];
                json_t *one = tamis_json_child(folds, NULL, json_object());

                r |= json_object_set_new(one, "fold", tamis_json_bytes(d->folds.names[f->fold]));
                r |= json_object_set_new(one, "rows", json_integer((json_int_t) f->rows));
                r |= json_object_set_new(one, "threshold", threshold_json(f->best.threshold));
                r |= json_object_set_new(one, "value", tamis_json_number(shown(d->measure, f->best.value)));
                r |= json_object_set_new(one, "value_of_the_threshold_of_all",
                                         tamis_json_number(shown(d->measure, f->value)));
        }
        r |= put_spread(into, "spread_of_thresholds", &thresholds);
        return r | put_spread(into, "spread_of_values", &values);
}

int tamis_decide_report_search(const tamis_decide *d, json_t *into, tamis_error *err) {
        const tamis_outcomes *o = &d->best.outcomes;
        json_t *learned = tamis_json_child(into, "labelled", json_object());
        int r = json_object_set_new(learned, "tp", json_integer((json_int_t) o->tp));

        r |= json_object_set_new(learned, "fp", json_integer((json_int_t) o->fp));
        r |= json_object_set_new(learned, "fn", json_integer((json_int_t) o->fn));
        r |= json_object_set_new(learned, "tn", json_integer((json_int_t) o->tn));
        r |= json_object_set_new(learned, "without_score", json_integer((json_int_t) d->without_score));
        r |= json_object_set_new(learned, "without_target", json_integer((json_int_t) d->without_target));
        for (size_t i = 0; o->tp + o->fp + o->fn + o->tn > 0 && i < sizeof measures / sizeof *measures; i++)
                if (!measures[i].costs || d->has_costs)
                        r |= json_object_set_new(learned, measures[i].name, tamis_json_number(
                                shown(&measures[i], measures[i].value(o, &d->mistakes))));
        if (d->measure)
                r |= json_object_set_new(into, "best", json_string(d->measure->name));
        if (d->measure && d->fold.n > 0)
                r |= report_folds(d, into);
        return r < 0 ? tamis_fail_memory(err) : 0;
}
