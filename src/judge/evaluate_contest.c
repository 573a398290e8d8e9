#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "judge/evaluate_contest.h"
#include "judge/paired.h"

/* One chain over all trials. */
struct entry {
        const tamis_contest *c;
        const tamis_trial *trial;
        tamis_verdicts folds;           /* figures of each fold, one behind the other */
        size_t figures;                 /* a fold has */
};

static size_t trials_of(const tamis_contest *c) {
        return c->plan->folds * c->plan->repeats;
}

static double figure_of(const struct entry *e, size_t trial, size_t figure) {
        return e->folds.lines[trial * e->figures + figure].value;
}

/* The figures of what was tested in this trial. */
static int measure_fold(struct entry *e, const tamis_subject *s, size_t trial, const uint8_t *tested,
                        tamis_error *err) {
        const tamis_trial_plan *plan = e->c->plan;
        tamis_evaluate_options o = *e->c->evaluate;
        tamis_subject some = {0};
        char name[48];
        int r = tamis_subject_some(s, tested, &some, err);

        snprintf(name, sizeof name, plan->repeats > 1 ? "fold=%2$zu.%1$zu" : "fold=%zu", trial % plan->folds + 1,
                 trial / plan->folds + 1);
        o.figures_only = true;
        o.segment = tamis_slice_of(name);
        if (r == 0)
                r = tamis_evaluate(&some, e->c->sheet, &o, &e->folds, err);
        e->figures = e->folds.n / (trial + 1);
        tamis_subject_done(&some);
        return r;
}

/* `s` and `tested` keep what the first repeat said; later repeats work on a copy. */
static int run_trials(struct entry *e, tamis_subject *s, uint8_t *tested, tamis_error *err) {
        uint8_t *here = malloc(s->n + 1), *all = malloc(s->n + 1);
        int r = here && all ? 0 : tamis_fail_memory(err);

        memset(tested, 0, s->n);
        if (all)
                memset(all, 1, s->n);
        for (size_t t = 0; r == 0 && t < trials_of(e->c); t++) {
                tamis_subject copy = {0};
                bool first = t < e->c->plan->folds;

                if (!first)
                        r = tamis_subject_some(s, all, &copy, err);
                memset(here, 0, s->n);
                if (r == 0)
                        r = tamis_trial_run(e->trial, e->c->plan, t, first ? s : &copy, here, err);
                if (r == 0)
                        r = measure_fold(e, first ? s : &copy, t, here, err);
                for (size_t i = 0; first && i < s->n; i++)
                        tested[i] |= here[i];
                tamis_subject_done(&copy);
        }
        free(here);
        free(all);
        return r;
}

/* -- lines --------------------------------------------------------------------------------------------------------- */

static int write_all(const struct entry *e, tamis_subject *s, const uint8_t *tested, const char *segment,
                     tamis_verdicts *ret,
                     tamis_error *err) {
        tamis_evaluate_options o = *e->c->evaluate;
        tamis_subject some = {0};
        int r = tamis_subject_some(s, tested, &some, err);

        if (segment) {
                o.figures_only = true;
                o.segment = tamis_slice_of(segment);
        }
        if (r == 0) {
                some.segments = s->segments;    /* lent */
                r = tamis_evaluate(&some, e->c->sheet, &o, ret, err);
                some.segments = (tamis_selection) {0};
        }
        tamis_subject_done(&some);
        return r;
}

static double mean_of(const struct entry *e, size_t figure, double *sd) {
        size_t n = trials_of(e->c);
        double sum = 0, squares = 0;

        for (size_t t = 0; t < n; t++)
                sum += figure_of(e, t, figure);
        for (size_t t = 0; t < n; t++)
                squares += pow(figure_of(e, t, figure) - sum / (double) n, 2);
        *sd = sqrt(squares / (double) (n - 1));
        return sum / (double) n;
}

static int write_folds(const struct entry *e, tamis_verdicts *ret, tamis_error *err) {
        int r = 0;

        if (e->c->plan->one_part)
                return 0;
        for (size_t i = 0; r == 0 && i < e->folds.n; i++)
                r = tamis_verdicts_add(ret, &e->folds.lines[i], err);
        for (size_t f = 0; r == 0 && f < e->figures; f++) {
                tamis_verdict line = e->folds.lines[f];
                double sd;

                line.segment = tamis_slice_of("mean of folds");
                line.value = mean_of(e, f, &sd);
                line.low = line.high = NAN;
                line.n = (double) trials_of(e->c);
                r = tamis_verdicts_add(ret, &line, err);
                line.segment = tamis_slice_of("sd of folds");
                line.value = sd;
                if (r == 0)
                        r = tamis_verdicts_add(ret, &line, err);
        }
        return r;
}

/* -- two of them --------------------------------------------------------------------------------------------------- */

/* What is between them in one figure, fold by fold. */
static int write_difference(const struct entry *a, const struct entry *b, size_t figure, double rows,
                            tamis_verdicts *ret, tamis_error *err) {
        const tamis_trial_plan *plan = a->c->plan;
        size_t n = trials_of(a->c);
        double *d = reallocarray(NULL, n, sizeof *d), share = rows / (double) plan->folds, conf = a->c->evaluate->conf;
        bool alpaydin = plan->folds == 2 && plan->repeats == 5;
        tamis_verdict line = a->folds.lines[figure];
        tamis_paired t;
        int r;

        if (!d)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++)
                d[i] = figure_of(a, i, figure) - figure_of(b, i, figure);
        t = tamis_paired_t(d, n, rows - share, share);
        line.segment = tamis_slice_of("difference");
        line.value = t.difference;
        line.low = line.high = NAN;
        if (isfinite(t.statistic) && fabs(t.statistic) > 0) {
                double half = fabs(t.difference / t.statistic) * gsl_cdf_tdist_Pinv(1 - (1 - conf) / 2, t.df);

                line.low = t.difference - half;
                line.high = t.difference + half;
        }
        line.n = (double) n;
        r = tamis_verdicts_add(ret, &line, err);
        line.segment = tamis_slice_of(alpaydin ? "p-value (5x2 F)" : "p-value (corrected t)");
        line.value = alpaydin ? tamis_paired_5x2(d).p : t.p;
        line.low = line.high = NAN;
        if (r == 0)
                r = tamis_verdicts_add(ret, &line, err);
        free(d);
        return r;
}

/* One part alone: of the rows that one of the two has right. */
static int write_mcnemar(const tamis_subject *a, const tamis_subject *b, const uint8_t *tested, tamis_verdicts *ret,
                         tamis_error *err) {
        tamis_verdict line = { .measure = "accuracy", .class = tamis_slice_of("*"),
                               .segment = tamis_slice_of("p-value (McNemar)"),
                               .low = NAN, .high = NAN };
        uint64_t first = 0, second = 0;

        for (size_t i = 0; i < a->n; i++) {
                bool x = a->decided[i] == a->actual[i], y = b->decided[i] == a->actual[i];

                first += tested[i] && x && !y;
                second += tested[i] && y && !x;
        }
        line.value = tamis_paired_mcnemar(first, second).p;
        line.n = (double) (first + second);
        return tamis_verdicts_add(ret, &line, err);
}

static int compare(const tamis_contest *c, const struct entry *a, tamis_subject *s, const uint8_t *tested,
                   tamis_verdicts *ret,
                   tamis_error *err) {
        struct entry b = { .c = c, .trial = c->second };
        uint8_t *all = malloc(s->n + 1), *again = malloc(s->n + 1);
        tamis_subject other = {0};
        int r = all && again ? 0 : tamis_fail_memory(err);

        if (r == 0) {
                memset(all, 1, s->n);
                r = tamis_subject_some(s, all, &other, err);
        }
        if (r == 0)
                r = run_trials(&b, &other, again, err);
        if (r == 0)
                r = write_all(&b, &other, again, "versus", ret, err);
        for (size_t f = 0; r == 0 && !c->plan->one_part && f < a->figures; f++)
                r = write_difference(a, &b, f, (double) s->n, ret, err);
        if (r == 0 && c->plan->one_part && !s->numbers)
                r = write_mcnemar(s, &other, tested, ret, err);
        tamis_subject_done(&other);
        tamis_verdicts_done(&b.folds);
        free(all);
        free(again);
        return r;
}

int tamis_contest_run(const tamis_contest *c, tamis_subject *s, uint8_t *tested, tamis_verdicts *ret,
                      tamis_error *err) {
        struct entry a = { .c = c, .trial = c->first };
        int r = run_trials(&a, s, tested, err);

        if (r == 0)
                r = write_all(&a, s, tested, NULL, ret, err);
        if (r == 0)
                r = write_folds(&a, ret, err);
        if (r == 0 && c->second)
                r = compare(c, &a, s, tested, ret, err);
        tamis_verdicts_done(&a.folds);
        return r;
}
