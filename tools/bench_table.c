#include <math.h>
#include <stdio.h>

#include "bench_table.h"

/* "-" for what there is not. */
static const char *figure(char *room, size_t size, const char *format, double x) {
        if (isnan(x))
                return "-";
        snprintf(room, size, format, x);
        return room;
}

static int add_line(const bench_summary *t, const bench_line *l, int width, tamis_buffer *out, tamis_error *err) {
        char rank[32], error[32], low[32], high[32], seconds[32], megabytes[32];

        return tamis_buffer_addf(out, err, "%-*.*s  %5s  %7s  %7s  %7s  %6zu  %7zu  %8s  %6s\n", width, width,
                                 bench_summary_name(t, l), figure(rank, sizeof rank, "%.2f", l->rank),
                                 figure(error, sizeof error, "%.4f", l->error), figure(low, sizeof low, "%.4f", l->low),
                                 figure(high, sizeof high, "%.4f", l->high), l->failed, l->ended[TAMIS_BENCH_PARTIAL],
                                 figure(seconds, sizeof seconds, "%.3f", l->seconds),
                                 figure(megabytes, sizeof megabytes, "%.0f", l->megabytes));
}

static int add_verdict(const bench_summary *t, tamis_buffer *out, tamis_error *err) {
        const tamis_ranking *r = &t->ranking;
        size_t near = bench_summary_near(t);
        int n = 0;

        if (isnan(r->statistic))
                return tamis_buffer_addf(out, err, "\nAll are the same in every block.\n");
        n = tamis_buffer_addf(out, err,
                              "\nFriedman's test: chi2 = %.2f on %zu degrees of freedom, p = %.2g, %zu block%s\n",
                              r->statistic, t->k - 1, r->p, t->blocks, t->blocks == 1 ? "" : "s");
        if (n == 0 && !isnan(r->critical))
                n = tamis_buffer_addf(
                        out, err,
                        "Mean ranks less than %.2f apart are not told apart (Nemenyi, .05): with \"%s\", %zu other%s\n",
                        r->critical, bench_summary_name(t, &t->lines[0]), near, near == 1 ? "" : "s");
        return n;
}

int bench_table(const bench_summary *t, tamis_buffer *out, tamis_error *err) {
        size_t few = 0;
        int width = 8, r;

        for (size_t s = 0; s < t->k; s++) {
                int n = (int) strlen(t->bench->options->strategies[s].name);

                width = n > width ? n : width;
        }
        width = width > 32 ? 32 : width;
        r = tamis_buffer_addf(out, err, "%-*s  %5s  %7s  %7s  %7s  %6s  %7s  %8s  %6s\n", width, "strategy", "rank",
                              "error", "low", "high", "failed", "partial", "seconds", "MB");
        for (size_t i = 0; r == 0 && i < t->k; i++)
                r = add_line(t, &t->lines[i], width, out, err);
        for (size_t i = 0; r == 0 && i < t->k; i++)
                if (t->lines[i].known > 0 && t->lines[i].known < t->blocks)
                        r = tamis_buffer_addf(
                                out, err, "%s\"%s\" has an error in %zu of %zu blocks: do not compare its mean.\n",
                                few++ ? "" : "\n", bench_summary_name(t, &t->lines[i]), t->lines[i].known, t->blocks);
        return r == 0 && t->k > 1 ? add_verdict(t, out, err) : r;
}
