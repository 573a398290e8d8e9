#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tamis/number.h>

#include "evaluate_plot.h"
#include "judge/measures.h"

extern char **environ;

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
        return kind_of(path) ? 0 : tamis_fail(err, TAMIS_USAGE, "--plot %s: a name that ends in .svg, .png or .pdf", path);
}

/* -- words ----------------------------------------------------------------------------------------------------------- */

/* As gnuplot quotes. */
static int add_quoted(tamis_buffer *out, tamis_slice text, tamis_error *err) {
        int r = tamis_buffer_add(out, "'", 1, err);

        for (size_t i = 0; r == 0 && i < text.n && i < 40; i++) {
                char c = (unsigned char) text.p[i] < 0x20 ? ' ' : text.p[i];

                r = tamis_buffer_add(out, c == '\'' ? "''" : &c, c == '\'' ? 2 : 1, err);
        }
        return r == 0 ? tamis_buffer_add(out, "'", 1, err) : r;
}

static int add_numbers(tamis_buffer *out, const double *x, size_t n, tamis_error *err) {
        int r = tamis_buffer_reserve(out, n * (TAMIS_NUMBER_MAX + 4) + 1, err);

        for (size_t i = 0; r == 0 && i < n; i++) {
                if (isfinite(x[i]))
                        out->n += tamis_number_print(x[i], out->p + out->n);
                else
                        out->p[out->n++] = '?';
                out->p[out->n++] = i + 1 < n ? ' ' : '\n';
        }
        return r;
}

/* -- what is drawn --------------------------------------------------------------------------------------------------- */

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

                        r = add_numbers(out, line, 3, err);
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
                                r = add_numbers(out, (double[]) { bins[b].predicted, bins[b].observed,
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
                        r = add_quoted(out, s->classes[c], err);
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

                        r = add_numbers(out, (double[]) { (double) d, (double) a, all[a] > 0 ? n / all[a] : 0, n }, 4, err);
                }
        if (r == 0)
                r = tamis_buffer_addf(out, err,
                                      "EOD\nset title 'Confusion: rows, coloured by share of the actual class'\nset xlabel 'predicted'\n"
                                      "set ylabel 'actual'\nset xrange [-.5:%g]\nset yrange [%g:-.5]\nunset key\nset cbrange [0:1]\n"
                                      "set palette defined (0 'white', 1 '#5b8db8')\nunset colorbox\nunset grid\n",
                                      (double) s->k - .5, (double) s->k - .5);
        for (int axis = 0; r == 0 && axis < 2; axis++) {
                r = tamis_buffer_addf(out, err, "set %ctics (", axis ? 'y' : 'x');
                for (size_t c = 0; r == 0 && c < s->k; c++) {
                        r = tamis_buffer_addf(out, err, "%s", c > 0 ? ", " : "");
                        if (r == 0)
                                r = add_quoted(out, s->classes[c], err);
                        if (r == 0)
                                r = tamis_buffer_addf(out, err, " %zu", c);
                }
                if (r == 0)
                        r = tamis_buffer_addf(out, err, ")\n");
        }
        free(rows);
        free(all);
        return r == 0 ? tamis_buffer_addf(out, err,
                                          "plot $m using 1:2:3 with image, $m using 1:2:(sprintf('%%.6g', $4)) with labels\n") : r;
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
                                      "set multiplot layout 2,2\nset xrange [0:1]\nset yrange [0:1.02]\nset size square\n"
                                      "set key bottom right\nset title 'ROC'\nset xlabel 'false positive rate'\nset ylabel 'true positive rate'\n");
        if (r == 0)
                r = add_plot(out, s, "c", "1:2 with lines", "x with lines lc 'gray' dt 2 notitle", err);
        if (r == 0)
                r = tamis_buffer_addf(out, err,
                                      "set key bottom left\nset title 'Precision and recall'\nset xlabel 'recall'\nset ylabel 'precision'\n");
        if (r == 0)
                r = add_plot(out, s, "c", "2:3 with fsteps", "", err);
        if (r == 0 && j.chances)
                r = tamis_buffer_addf(out, err,
                                      "set key top left\nset title 'Reliability'\nset xlabel 'predicted probability, mean of the bin'\n"
                                      "set ylabel 'share that was so'\n");
        if (r == 0 && j.chances)
                r = add_plot(out, s, "r", "1:2 with linespoints pt 7 ps .6", "x with lines lc 'gray' dt 2 notitle", err);
        if (r == 0)
                r = add_confusion(out, s, err);
        tamis_judged_done(&j);
        free(points);
        return r;
}

static int add_errors(tamis_buffer *out, const tamis_subject *s, tamis_error *err) {
        int r = tamis_buffer_addf(out, err, "$n << EOD\n");

        for (size_t i = 0; r == 0 && i < s->n; i++)
                r = add_numbers(out, (double[]) { s->y[i], s->predicted[i] }, 2, err);
        return r == 0 ? tamis_buffer_addf(out, err,
                                          "EOD\nset title 'Predicted against actual'\nset xlabel 'actual'\nset ylabel 'predicted'\n"
                                          "unset key\nset size square\nplot $n using 1:2 with points pt 7 ps .4 lc '#5b8db8', x with lines lc 'gray' dt 2\n")
                      : r;
}

/* -- gnuplot --------------------------------------------------------------------------------------------------------- */

static int run_gnuplot(const tamis_buffer *script, tamis_error *err) {
        char *const argv[] = { (char *) "gnuplot", NULL };
        posix_spawn_file_actions_t actions;
        FILE *f = tmpfile();
        int status = 0, failed;
        pid_t child;

        if (!f || fwrite(script->p, 1, script->n, f) != script->n || fflush(f) != 0 || fseek(f, 0, SEEK_SET) != 0) {
                if (f)
                        fclose(f);
                return tamis_fail(err, TAMIS_IO, "a temporary file: %s", strerror(errno));
        }
        if (posix_spawn_file_actions_init(&actions) != 0) {
                fclose(f);
                return tamis_fail_memory(err);
        }
        failed = posix_spawn_file_actions_adddup2(&actions, fileno(f), STDIN_FILENO);
        if (!failed)
                failed = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
        fclose(f);
        if (failed)
                return tamis_fail(err, TAMIS_IO, "--plot needs gnuplot (Debian: gnuplot-nox): %s", strerror(failed));
        while (waitpid(child, &status, 0) < 0)
                if (errno != EINTR)
                        return tamis_fail(err, TAMIS_IO, "gnuplot: %s", strerror(errno));
        /* where a process is made by fork(), as under valgrind, the child finds out that there is no such program */
        if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
                return tamis_fail(err, TAMIS_IO, "--plot needs gnuplot (Debian: gnuplot-nox): %s", strerror(ENOENT));
        if (status != 0)
                return tamis_fail(err, TAMIS_IO, "gnuplot has failed");
        return 0;
}

int evaluate_plot(const char *path, const tamis_subject *s, tamis_error *err) {
        bool four = !s->numbers && s->p, empty = s->n == 0;
        tamis_buffer script = {0}, aside = {0};
        const struct kind *kind = kind_of(path);
        int r = tamis_buffer_addf(&aside, err, "%s.%ld.part%s", path, (long) getpid(), kind->ending);

        if (empty) {
                tamis_buffer_done(&aside);
                return tamis_fail(err, TAMIS_BAD_DATA, "--plot: there are no rows to draw");
        }
        if (r == 0)
                r = tamis_buffer_add(&aside, "", 1, err);
        if (r == 0)
                r = tamis_buffer_addf(&script, err, "set terminal %s\nset output ", four ? kind->four : kind->one);
        if (r == 0)
                r = tamis_buffer_addf(&script, err, "\"");
        for (size_t i = 0; r == 0 && aside.p[i]; i++)
                r = tamis_buffer_addf(&script, err, strchr("\"\\$`", aside.p[i]) ? "\\%c" : "%c", aside.p[i]);
        if (r == 0)
                r = tamis_buffer_addf(&script, err, "\"\nset datafile missing '?'\nset grid lc 'gray90'\nset key opaque\n");
        if (r == 0)
                r = s->numbers ? add_errors(&script, s, err) : four ? add_classes(&script, s,
                                err) : add_confusion(&script, s, err);
        if (r == 0)
                r = run_gnuplot(&script, err);
        if (r == 0 && rename(aside.p, path) < 0)
                r = tamis_fail(err, TAMIS_IO, "%s: %s", path, strerror(errno));
        if (r < 0 && aside.p)
                unlink(aside.p);
        tamis_buffer_done(&script);
        tamis_buffer_done(&aside);
        return r;
}
