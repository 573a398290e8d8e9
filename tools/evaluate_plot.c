#include <stdlib.h>

#include "evaluate_plot.h"
#include "gnuplot.h"
#include "judge/measures.h"

/* What each ending is drawn by; a panel is about 4 inches. */
static const struct kind {
        const char *ending, *one, *four;
} kinds[] = {
        { ".svg", "svg size 480,420 noenhanced font 'sans,11' background 'white'",
          "svg size 960,840 noenhanced font 'sans,11' background 'white'" },
        { ".png", "pngcairo size 720,630 noenhanced font 'sans,11'", "pngcairo size 1440,1260 noenhanced font 'sans,13'" },
        { ".pdf", "pdfcairo size 5,4.4 noenhanced font 'sans,10'", "pdfcairo size 10,8.8 noenhanced font 'sans,10'" },
};

static const struct kind *kind_of(const char *path) {
        size_t n = strlen(path);

        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
                if (n > 4 && strcmp(path + n - 4, kinds[i].ending) == 0)
                        return &kinds[i];
        return NULL;
}

int evaluate_plot_check(const char *path, tamis_error *err) {
        return kind_of(path) ? 0
                             : tamis_fail(err, TAMIS_USAGE, "--plot %s: a name that ends in .svg, .png or .pdf", path);
}

/* -- what is drawn ------------------------------------------------------------------------------------------------- */

/* Of two classes the positive one's curve says all. */
static size_t first_class(const tamis_subject *s) {
        return s->k == 2;
}

/* $cN: false positive rate, true positive rate, precision. */
static int add_curves(tamis_buffer *out, const tamis_subject *s, const tamis_judged *j, tamis_curve_point *points,
                      tamis_error *err) {
        int r = 0;

        for (size_t c = first_class(s); r == 0 && c < s->k; c++) {
                size_t n = tamis_curve(j, c, points);

                r = tamis_buffer_addf(out, err, "$c%zu << EOD\n", c);
                for (size_t i = 0; r == 0 && i < n; i++) {
                        double tp = points[i].tp, fp = points[i].fp;
                        const double line[] = { fp / points[n - 1].fp, tp / points[n - 1].tp,
                                                tp + fp > 0 ? tp / (tp + fp) : 1 };

                        r = gnuplot_numbers(out, line, 3, err);
                }
                if (r == 0)
                        r = tamis_buffer_addf(out, err, "EOD\n");
        }
        return r;
}

/* $rN: predicted, observed, rows. */
static int add_reliability(tamis_buffer *out, const tamis_subject *s, const tamis_judged *j, tamis_error *err) {
        tamis_reliability bins[TAMIS_RELIABILITY_BINS];
        int r = 0;

        for (size_t c = first_class(s); r == 0 && c < s->k; c++) {
                r = tamis_reliability_of(j, c, false, bins, err);
                if (r == 0)
                        r = tamis_buffer_addf(out, err, "$r%zu << EOD\n", c);
                for (size_t b = 0; r == 0 && b < TAMIS_RELIABILITY_BINS; b++)
                        if (bins[b].weight > 0)
                                r = gnuplot_numbers(out, (double[]) { bins[b].predicted, bins[b].observed,
                                                                  bins[b].weight }, 3, err);
                if (r == 0)
                        r = tamis_buffer_addf(out, err, "EOD\n");
        }
        return r;
}

/* A class has its colour in every panel. Precision is that of the point at the right, as average precision adds it up.
 * plot $PREFIX0 using ... title 'no', ... */
static int add_plot(tamis_buffer *out, const tamis_subject *s, const char *prefix, const char *how,
                    const char *diagonal, tamis_error *err) {
        int r = tamis_buffer_addf(out, err, "plot %s", diagonal);

        for (size_t c = first_class(s); r == 0 && c < s->k; c++) {
                r = tamis_buffer_addf(out, err, "%s$%s%zu using %s lw 2 lc %zu title ", c > first_class(s)
                                      || *diagonal ? ", " : "", prefix, c, how, c + 1);
                if (r == 0)
                        r = gnuplot_quote(out, s->classes[c], err);
        }
        return r == 0 ? tamis_buffer_addf(out, err, "\n") : r;
}

/* $m: decided, actual, share of the actual class, rows. */
static int add_confusion(tamis_buffer *out, const tamis_subject *s, tamis_error *err) {
        double *rows = calloc(s->k * s->k, sizeof *rows), *all = calloc(s->k, sizeof *all);
        int r = rows && all ? tamis_buffer_addf(out, err, "$m << EOD\n") : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < s->n; i++) {
                double w = s->weight ? s->weight[i] : 1;

                rows[s->actual[i] * s->k + s->decided[i]] += w;
                all[s->actual[i]] += w;
        }
        for (size_t a = 0; r == 0 && a < s->k; a++)
                for (size_t d = 0; r == 0 && d < s->k; d++) {
                        double n = rows[a * s->k + d];

                        r = gnuplot_numbers(out, (double[]){ (double) d, (double) a, all[a] > 0 ? n / all[a] : 0, n },
                                            4, err);
                }
        if (r == 0)
                r = tamis_buffer_addf(out, err,
                                      "EOD\nset title 'Confusion: rows, coloured by share of the actual class'\nset "
                                      "xlabel 'predicted'\n"
                                      "set ylabel 'actual'\nset xrange [-.5:%g]\nset yrange [%g:-.5]\nunset "
                                      "key\nset cbrange [0:1]\n"
                                      "set palette defined (0 'white', 1 '#5b8db8')\nunset colorbox\nunset grid\n",
                                      (double) s->k - .5, (double) s->k - .5);
        for (int axis = 0; r == 0 && axis < 2; axis++) {
                r = tamis_buffer_addf(out, err, "set %ctics (", axis ? 'y' : 'x');
                for (size_t c = 0; r == 0 && c < s->k; c++) {
                        r = tamis_buffer_addf(out, err, "%s", c > 0 ? ", " : "");
                        if (r == 0)
                                r = gnuplot_quote(out, s->classes[c], err);
                        if (r == 0)
                                r = tamis_buffer_addf(out, err, " %zu", c);
                }
                if (r == 0)
                        r = tamis_buffer_addf(out, err, ")\n");
        }
        free(rows);
        free(all);
        return r == 0 ? tamis_buffer_addf(out, err,
                                          "plot $m using 1:2:3 with image, $m using 1:2:(sprintf('%%.6g', "
                                          "$4)) with labels\n") : r;
}

static int add_classes(tamis_buffer *out, const tamis_subject *s, tamis_error *err) {
        tamis_predictions p = { .n = s->n, .k = s->k, .actual = s->actual, .decided = s->decided, .p = s->p,
                                .weight = s->weight };
        tamis_curve_point *points = reallocarray(NULL, s->n + 1, sizeof *points);
        tamis_judged j = {0};
        int r = points ? tamis_judged_init(&j, &p, err) : tamis_fail_memory(err);

        if (r == 0)
                r = add_curves(out, s, &j, points, err);
        if (r == 0 && j.chances)
                r = add_reliability(out, s, &j, err);
        if (r == 0)
                r = tamis_buffer_addf(out, err,
                                      "set multiplot layout 2,2\nset xrange [0:1]\nset yrange "
                                      "[0:1.02]\nset size square\n"
                                      "set key bottom right\nset title 'ROC'\nset xlabel 'false positive rate'\nset "
                                      "ylabel 'true positive rate'\n");
        if (r == 0)
                r = add_plot(out, s, "c", "1:2 with lines", "x with lines lc 'gray' dt 2 notitle", err);
        if (r == 0)
                r = tamis_buffer_addf(out, err,
                                      "set key bottom left\nset title 'Precision and recall'\nset xlabel 'recall'\nset "
                                      "ylabel 'precision'\n");
        if (r == 0)
                r = add_plot(out, s, "c", "2:3 with fsteps", "", err);
        if (r == 0 && j.chances)
                r = tamis_buffer_addf(out, err,
                                      "set key top left\nset title 'Reliability'\nset xlabel 'predicted probability, "
                                      "mean of the bin'\n"
                                      "set ylabel 'share that was so'\n");
        if (r == 0 && j.chances)
                r = add_plot(out, s, "r", "1:2 with linespoints pt 7 ps .6", "x with lines lc 'gray' dt 2 notitle",
                             err);
        if (r == 0)
                r = add_confusion(out, s, err);
        tamis_judged_done(&j);
        free(points);
        return r;
}

static int add_errors(tamis_buffer *out, const tamis_subject *s, tamis_error *err) {
        int r = tamis_buffer_addf(out, err, "$n << EOD\n");

        for (size_t i = 0; r == 0 && i < s->n; i++)
                r = gnuplot_numbers(out, (double[]) { s->y[i], s->predicted[i] }, 2, err);
        return r == 0 ? tamis_buffer_addf(out, err,
                                          "EOD\nset title 'Predicted against actual'\nset xlabel 'actual'\nset "
                                          "ylabel 'predicted'\n"
                                          "unset key\nset size square\nplot $n using 1:2 with points pt 7 ps .4 lc "
                                          "'#5b8db8', x with lines lc 'gray' dt 2\n")
                      : r;
}

int evaluate_plot(const char *path, const tamis_subject *s, tamis_error *err) {
        bool four = !s->numbers && s->p;
        const struct kind *kind = kind_of(path);
        tamis_buffer script = {0};
        int r;

        if (s->n == 0)
                return tamis_fail(err, TAMIS_BAD_DATA, "--plot: there are no rows to draw");
        r = tamis_buffer_addf(&script, err, "set datafile missing '?'\nset grid lc 'gray90'\nset key opaque\n");
        if (r == 0)
                r = s->numbers ? add_errors(&script, s, err) : four ? add_classes(&script, s,
                                err) : add_confusion(&script, s, err);
        if (r == 0)
                r = gnuplot_draw(path, four ? kind->four : kind->one, &script, err);
        tamis_buffer_done(&script);
        return r;
}
