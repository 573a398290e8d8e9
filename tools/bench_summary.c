#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "bench_summary.h"

enum { RESAMPLES = 2000 };
static const double WIDE = 8;

static int ascending(const void *a, const void *b) {
        const double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

static int by_rank(const void *a, const void *b) {
        const bench_line *x = a, *y = b;

        if (x->rank < y->rank || x->rank > y->rank)
                return x->rank < y->rank ? -1 : 1;
        return (x->strategy > y->strategy) - (x->strategy < y->strategy);
}

static const tamis_bench_group *group_of(const bench_summary *t, size_t cell, size_t strategy) {
        return &t->bench->groups[cell * t->k + strategy];
}

static void find_errors(bench_summary *t) {
        for (size_t b = 0; b < t->blocks; b++)
                for (size_t s = 0; s < t->k; s++) {
                        double sum = 0, n = 0;

                        for (size_t i = 0; i < t->repeats; i++) {
                                double error = group_of(t, b * t->repeats + i, s)->error;

                                sum += isnan(error) ? 0 : error;
                                n += !isnan(error);
                        }
                        t->errors[b * t->k + s] = n > 0 ? sum / n : NAN;
                }
}

/* The mean over blocks that have an error, and the percentiles of what it is when blocks are drawn anew (with
 * replacement). */
static int find_mean(const bench_summary *t, bench_line *l, tamis_error *err) {
        double *has = malloc((t->blocks + 1) * sizeof *has), *means = malloc(RESAMPLES * sizeof *means), sum = 0;
        size_t n = 0;

        if (!has || !means) {
                free(has);
                free(means);
                return tamis_fail_memory(err);
        }
        for (size_t b = 0; b < t->blocks; b++)
                if (!isnan(t->errors[b * t->k + l->strategy]))
                        sum += has[n++] = t->errors[b * t->k + l->strategy];
        l->known = n;
        l->error = n ? sum / (double) n : NAN;
        l->low = l->high = NAN;
        for (size_t i = 0; n > 1 && i < RESAMPLES; i++) {
                tamis_stream stream;

                tamis_stream_init(&stream, t->bench->options->seed, "bench.table", i, 0);
                means[i] = 0;
                for (size_t j = 0; j < n; j++)
                        means[i] += has[tamis_stream_below(&stream, n)] / (double) n;
        }
        if (n > 1) {
                qsort(means, RESAMPLES, sizeof *means, ascending);
                l->low = means[RESAMPLES / 40];
                l->high = means[RESAMPLES - 1 - RESAMPLES / 40];
        }
        free(has);
        free(means);
        return 0;
}

static int fill_line(const bench_summary *t, bench_line *l, tamis_error *err) {
        const size_t cells = t->bench->n_cells;
        double *seconds = malloc((cells + 1) * sizeof *seconds);
        size_t n = 0;

        if (!seconds)
                return tamis_fail_memory(err);
        l->megabytes = NAN;
        for (size_t c = 0; c < cells; c++) {
                const tamis_bench_group *g = group_of(t, c, l->strategy);

                l->ended[g->status]++;
                l->failed += g->status > TAMIS_BENCH_PARTIAL;
                if (!isnan(g->seconds))
                        seconds[n++] = g->seconds;
                l->megabytes = fmax(l->megabytes, g->megabytes);
        }
        qsort(seconds, n, sizeof *seconds, ascending);
        l->seconds = n ? seconds[n / 2] : NAN;
        free(seconds);
        return find_mean(t, l, err);
}

int bench_summary_make(const tamis_bench *bench, bench_summary *ret, tamis_error *err) {
        bench_summary t = { .bench = bench, .k = bench->options->n_strategies, .repeats = bench->options->repeats };
        int r;

        t.blocks = bench->n_cells / t.repeats;
        t.errors = calloc(t.blocks * t.k + 1, sizeof *t.errors);
        t.lines = calloc(t.k + 1, sizeof *t.lines);
        r = t.errors && t.lines ? 0 : tamis_fail_memory(err);
        if (r == 0) {
                find_errors(&t);
                r = tamis_rank(t.errors, t.blocks, t.k, &t.ranking, err);
        }
        for (size_t s = 0; r == 0 && s < t.k; s++) {
                t.lines[s] = (bench_line) { .strategy = s, .rank = t.ranking.ranks[s] };
                r = fill_line(&t, &t.lines[s], err);
        }
        if (r < 0) {
                bench_summary_done(&t);
                return r;
        }
        qsort(t.lines, t.k, sizeof *t.lines, by_rank);
        *ret = t;
        return 0;
}

void bench_summary_done(bench_summary *s) {
        free(s->ranking.ranks);
        free(s->errors);
        free(s->lines);
        *s = (bench_summary) {0};
}

/* -- views of it --------------------------------------------------------------------------------------------------- */

size_t bench_summary_near(const bench_summary *s) {
        size_t near = 0;

        while (!isnan(s->ranking.critical) && near + 1 < s->k &&
               s->lines[near + 1].rank - s->lines[0].rank < s->ranking.critical)
                near++;
        return near;
}

double bench_summary_error(const bench_summary *s, size_t mechanism, size_t rate, size_t strategy) {
        const tamis_bench_options *o = s->bench->options;
        double sum = 0;

        for (size_t f = 0; f < o->n_files; f++)
                sum += s->errors[((f * o->n_mechanisms + mechanism) * o->n_rates + rate) * s->k + strategy];
        return sum / (double) o->n_files;
}

void bench_summary_rates(const bench_summary *s, size_t *order) {
        const double *rates = s->bench->options->rates;

        for (size_t i = 0; i < s->bench->options->n_rates; i++) {
                size_t below = 0;

                for (size_t j = 0; j < s->bench->options->n_rates; j++)
                        below += rates[j] < rates[i];
                order[below] = i;
        }
}

void bench_summary_range(const bench_summary *s, double *low, double *high) {
        const tamis_bench_options *o = s->bench->options;

        *low = INFINITY;
        *high = -INFINITY;
        for (size_t m = 0; m < o->n_mechanisms; m++)
                for (size_t r = 0; r < o->n_rates; r++)
                        for (size_t i = 0; i < s->k; i++) {
                                double error = bench_summary_error(s, m, r, i);

                                *low = fmin(*low, error);
                                *high = fmax(*high, error);
                        }
}

bool bench_summary_wide(const bench_summary *s) {
        double low, most, middle = NAN;

        bench_summary_range(s, &low, &most);
        /* of the lines that have an error, which are the first */
        for (size_t i = 0; i < s->k && !isnan(s->lines[i].error); i++)
                middle = s->lines[i / 2].error;
        return middle > 0 && most > WIDE * middle;
}
