#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "bench_table.h"
#include "judge/bench_ranks.h"

enum { RESAMPLES = 2000 };

/* One strategy, over all cells. */
struct line {
        size_t strategy, failed, left, known;
        double rank, error, low, high, seconds, megabytes;
};

struct table {
        const tamis_bench *bench;
        size_t k, blocks, repeats;
        double *errors;                 /* block * k + strategy: the mean over repeats; NaN: none has one */
        struct line *lines;
};

static int ascending(const void *a, const void *b) {
        const double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

static int by_rank(const void *a, const void *b) {
        const struct line *x = a, *y = b;

        if (x->rank < y->rank || x->rank > y->rank)
                return x->rank < y->rank ? -1 : 1;
        return (x->strategy > y->strategy) - (x->strategy < y->strategy);
}

static const tamis_bench_group *group_of(const struct table *t, size_t cell, size_t strategy) {
        return &t->bench->groups[cell * t->k + strategy];
}

static void find_errors(struct table *t) {
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

/* The mean over blocks that have an error, and the percentiles of what it is when blocks are drawn anew (with replacement). */
static int find_mean(const struct table *t, struct line *l, tamis_error *err) {
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

static int fill_line(const struct table *t, struct line *l, tamis_error *err) {
        const size_t cells = t->bench->n_cells;
        double *seconds = malloc((cells + 1) * sizeof *seconds);
        size_t n = 0;

        if (!seconds)
                return tamis_fail_memory(err);
        l->megabytes = NAN;
        for (size_t c = 0; c < cells; c++) {
                const tamis_bench_group *g = group_of(t, c, l->strategy);

                l->failed += g->status > TAMIS_BENCH_PARTIAL;
                l->left += g->status == TAMIS_BENCH_PARTIAL;
                if (!isnan(g->seconds))
                        seconds[n++] = g->seconds;
                l->megabytes = fmax(l->megabytes, g->megabytes);
        }
        qsort(seconds, n, sizeof *seconds, ascending);
        l->seconds = n ? seconds[n / 2] : NAN;
        free(seconds);
        return find_mean(t, l, err);
}

/* -- words --------------------------------------------------------------------------------------------------------- */

/* "-" for what there is not. */
static const char *figure(char *room, size_t size, const char *format, double x) {
        if (isnan(x))
                return "-";
        snprintf(room, size, format, x);
        return room;
}

static int add_line(const struct table *t, const struct line *l, int width, tamis_buffer *out, tamis_error *err) {
        char rank[32], error[32], low[32], high[32], seconds[32], megabytes[32];

        return tamis_buffer_addf(out, err, "%-*.*s  %5s  %7s  %7s  %7s  %6zu  %7zu  %8s  %6s\n", width, width,
                                 t->bench->options->strategies[l->strategy].name, figure(rank, sizeof rank, "%.2f", l->rank),
                                 figure(error, sizeof error, "%.4f", l->error), figure(low, sizeof low, "%.4f", l->low),
                                 figure(high, sizeof high, "%.4f", l->high), l->failed, l->left,
                                 figure(seconds, sizeof seconds, "%.3f", l->seconds),
                                 figure(megabytes, sizeof megabytes, "%.0f", l->megabytes));
}

static int add_verdict(const struct table *t, const tamis_ranking *r, tamis_buffer *out, tamis_error *err) {
        const struct line *l = t->lines;
        size_t near = 0;
        int n = 0;

        if (isnan(r->statistic))
                return tamis_buffer_addf(out, err, "\nAll are the same in every block.\n");
        n = tamis_buffer_addf(out, err, "\nFriedman's test: chi2 = %.2f on %zu degrees of freedom, p = %.2g, %zu block%s\n", r->statistic,
                              t->k - 1, r->p, t->blocks, t->blocks == 1 ? "" : "s");
        while (!isnan(r->critical) && near + 1 < t->k && l[near + 1].rank - l[0].rank < r->critical)
                near++;
        if (n == 0 && !isnan(r->critical))
                n = tamis_buffer_addf(out, err, "Mean ranks less than %.2f apart are not told apart (Nemenyi, .05): with \"%s\", %zu other%s\n",
                                      r->critical, t->bench->options->strategies[l[0].strategy].name, near, near == 1 ? "" : "s");
        return n;
}

static int print(const struct table *t, const tamis_ranking *ranking, tamis_buffer *out, tamis_error *err) {
        int width = 8, r;

        for (size_t s = 0; s < t->k; s++) {
                int n = (int) strlen(t->bench->options->strategies[s].name);

                width = n > width ? n : width;
        }
        width = width > 32 ? 32 : width;
        r = tamis_buffer_addf(out, err, "%-*s  %5s  %7s  %7s  %7s  %6s  %7s  %8s  %6s\n", width, "strategy", "rank", "error", "low", "high",
                              "failed", "partial", "seconds", "MB");
        for (size_t i = 0; r == 0 && i < t->k; i++)
                r = add_line(t, &t->lines[i], width, out, err);
        return r == 0 && t->k > 1 ? add_verdict(t, ranking, out, err) : r;
}

int bench_table(const tamis_bench *bench, tamis_buffer *out, tamis_error *err) {
        struct table t = { .bench = bench, .k = bench->options->n_strategies, .repeats = bench->options->repeats };
        tamis_ranking ranking = {0};
        int r;

        t.blocks = bench->n_cells / t.repeats;
        t.errors = calloc(t.blocks * t.k + 1, sizeof *t.errors);
        t.lines = calloc(t.k + 1, sizeof *t.lines);
        r = t.errors && t.lines ? 0 : tamis_fail_memory(err);
        if (r == 0) {
                find_errors(&t);
                r = tamis_rank(t.errors, t.blocks, t.k, &ranking, err);
        }
        for (size_t s = 0; r == 0 && s < t.k; s++) {
                t.lines[s] = (struct line) { .strategy = s, .rank = ranking.ranks[s] };
                r = fill_line(&t, &t.lines[s], err);
        }
        if (r == 0) {
                qsort(t.lines, t.k, sizeof *t.lines, by_rank);
                r = print(&t, &ranking, out, err);
        }
        free(ranking.ranks);
        free(t.errors);
        free(t.lines);
        return r;
}
