/* From judged cells to figures: a column's, then those of all columns together. */
#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "judge/score_cells.h"
#include "judge/score_figures.h"

const struct tamis_measure tamis_measures_of_cells[TAMIS_N_SCORES] = {
        [TAMIS_SCORE_LEFT] = { "left", TAMIS_OF_NUMBERS | TAMIS_OF_TEXTS | TAMIS_OF_ALL },
        [TAMIS_SCORE_RMSE] = { "rmse", TAMIS_OF_NUMBERS | TAMIS_OF_ALL },
        [TAMIS_SCORE_NRMSE] = { "nrmse", TAMIS_OF_NUMBERS | TAMIS_OF_ALL },
        [TAMIS_SCORE_MAE] = { "mae", TAMIS_OF_NUMBERS | TAMIS_OF_ALL },
        [TAMIS_SCORE_BIAS] = { "bias", TAMIS_OF_NUMBERS | TAMIS_OF_ALL },
        [TAMIS_SCORE_PERCENT_BIAS] = { "percent-bias", TAMIS_OF_NUMBERS },
        [TAMIS_SCORE_R2] = { "r2", TAMIS_OF_NUMBERS },
        [TAMIS_SCORE_KS] = { "ks", TAMIS_OF_NUMBERS },
        [TAMIS_SCORE_WASSERSTEIN] = { "wasserstein", TAMIS_OF_NUMBERS },
        [TAMIS_SCORE_ENERGY] = { "energy", TAMIS_OF_NUMBERS | TAMIS_OF_ALL },
        [TAMIS_SCORE_COVERAGE] = { "coverage", TAMIS_OF_NUMBERS | TAMIS_OF_ALL },
        [TAMIS_SCORE_WIDTH] = { "width", TAMIS_OF_NUMBERS },
        [TAMIS_SCORE_ACCURACY] = { "accuracy", TAMIS_OF_TEXTS | TAMIS_OF_ALL },
        [TAMIS_SCORE_PFC] = { "pfc", TAMIS_OF_TEXTS | TAMIS_OF_ALL },
        [TAMIS_SCORE_F1] = { "f1", TAMIS_OF_TEXTS | TAMIS_OF_ALL },
        [TAMIS_SCORE_CORR_MAX] = { "corr-max", TAMIS_OF_ALL },
        [TAMIS_SCORE_CORR_MEAN] = { "corr-mean", TAMIS_OF_ALL },
        [TAMIS_SCORE_CORR_FROBENIUS] = { "corr-frobenius", TAMIS_OF_ALL },
};

/* Figures, and of how many cells they are; both as means over imputations. */
struct figures {
        double value[TAMIS_N_SCORES], n[TAMIS_N_SCORES];
};

/* What is summed over columns, for one imputation. */
struct pool {
        tamis_errors errors;
        double texts, wrong, f1, f1_columns, left, judged;
};

struct scoring {
        tamis_cells cells;
        tamis_scores *out;
        bool wanted[TAMIS_N_SCORES];
        double *truth, *filled;         /* pairs of one column */
        struct pool *pools;             /* by imputation */
        tamis_spread spread;            /* of all columns */
        bool numbers, texts;            /* there are cells of the kind */
};

void tamis_scores_done(tamis_scores *s) {
        for (size_t i = 0; i < s->n_notes; i++)
                free(s->notes[i]);
        free(s->notes);
        free(s->lines);
        tamis_arena_done(&s->arena);
        *s = (tamis_scores) {0};
}

/* -- which measures ------------------------------------------------------------------------------------------------ */

static int want_one(tamis_slice name, bool *wanted, tamis_error *err) {
        tamis_slice names[TAMIS_N_SCORES];
        char near[256];

        for (size_t i = 0; i < TAMIS_N_SCORES; i++) {
                names[i] = tamis_slice_of(tamis_measures_of_cells[i].name);
                if (tamis_slice_equal(names[i], name)) {
                        wanted[i] = true;
                        return 0;
                }
        }
        tamis_nearest(name, names, TAMIS_N_SCORES, near, sizeof near);
        return tamis_fail(err, TAMIS_USAGE, "--measures: no measure \"%.*s\"%s%s", (int) name.n, name.p,
                          *near ? "; near: " : "", near);
}

static int want(const char *list, bool *wanted, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; i < TAMIS_N_SCORES; i++)
                wanted[i] = !list;
        while (r == 0 && list) {
                size_t n = strcspn(list, ",");

                r = want_one((tamis_slice) { list, n }, wanted, err);
                list = list[n] ? list + n + 1 : NULL;
        }
        return r;
}

/* -- one column ---------------------------------------------------------------------------------------------------- */

static void clear(double *figures) {
        for (size_t i = 0; i < TAMIS_N_SCORES; i++)
                figures[i] = NAN;
}

/* The cells that were filled in; returns how many. */
static size_t pairs_of(struct scoring *s, const tamis_judged *column, size_t k) {
        size_t n = 0;

        for (size_t i = 0; i < column->list.n; i++)
                if (!isnan(column->filled[k][i])) {
                        s->truth[n] = column->truth[i];
                        s->filled[n++] = column->filled[k][i];
                }
        return n;
}

static int figures_of(struct scoring *s, const tamis_judged *column, size_t k, double *figures, size_t *ret,
                      tamis_error *err) {
        struct pool *pool = &s->pools[k];
        size_t n = pairs_of(s, column, k);
        tamis_errors errors = {0};
        int r = 0;

        *ret = n;
        figures[TAMIS_SCORE_LEFT] = (double) (column->list.n - n);
        pool->left += figures[TAMIS_SCORE_LEFT];
        pool->judged += (double) column->list.n;
        if (column->numeric) {
                r = tamis_errors_add(&errors, s->truth, s->filled, n, err);
                if (r == 0)
                        r = tamis_errors_add(&pool->errors, s->truth, s->filled, n, err);
                tamis_errors_figure(&errors, figures);
                tamis_errors_done(&errors);
                if (r == 0 &&
                    (s->wanted[TAMIS_SCORE_KS] || s->wanted[TAMIS_SCORE_WASSERSTEIN] || s->wanted[TAMIS_SCORE_ENERGY]))
                        r = tamis_distances(s->truth, s->filled, n, figures, err);
        } else if (n > 0) {
                r = tamis_levels(s->truth, s->filled, n, column->levels.n, figures, err);
                pool->texts += (double) n;
                pool->wrong += round(figures[TAMIS_SCORE_PFC] * (double) n);
                pool->f1 += figures[TAMIS_SCORE_F1];
                pool->f1_columns += 1;
        }
        return r;
}

/* -- means over imputations, and lines ----------------------------------------------------------------------------- */

static void add_means(struct figures *mean, const double *figures, const double *n, double *seen) {
        for (size_t i = 0; i < TAMIS_N_SCORES; i++) {
                mean->n[i] += n[i];
                if (!isnan(figures[i])) {
                        seen[i] += 1;
                        mean->value[i] += figures[i];
                }
        }
}

static void end_means(struct figures *mean, size_t m, const double *seen) {
        for (size_t i = 0; i < TAMIS_N_SCORES; i++) {
                mean->n[i] /= (double) m;
                mean->value[i] = seen[i] > 0 ? mean->value[i] / seen[i] : NAN;
        }
}

static int add_line(tamis_scores *out, const tamis_score *line, tamis_error *err) {
        if (out->n == out->capacity) {
                size_t capacity = out->capacity ? 2 * out->capacity : 64;
                tamis_score *lines = reallocarray(out->lines, capacity, sizeof *lines);

                if (!lines)
                        return tamis_fail_memory(err);
                out->lines = lines;
                out->capacity = capacity;
        }
        out->lines[out->n++] = *line;
        return 0;
}

static int add_lines(struct scoring *s, tamis_slice name, unsigned of, const struct figures *f, tamis_error *err) {
        const char *copy = tamis_arena_copy(&s->out->arena, name);
        int r = copy ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < TAMIS_N_SCORES; i++) {
                tamis_score line = { { copy, name.n }, tamis_measures_of_cells[i].name, f->value[i], f->n[i] };

                if (!s->wanted[i] || !(tamis_measures_of_cells[i].of & of))
                        continue;
                if ((i == TAMIS_SCORE_COVERAGE || i == TAMIS_SCORE_WIDTH) && !s->cells.stacked)
                        continue;
                r = add_line(s->out, &line, err);
        }
        return r;
}

static int score_column(struct scoring *s, const tamis_judged *column, tamis_error *err) {
        double seen[TAMIS_N_SCORES] = {0}, figures[TAMIS_N_SCORES], n[TAMIS_N_SCORES];
        struct figures mean = {0};
        tamis_spread spread = {0};
        size_t pairs;
        int r = 0;

        if (column->list.n == 0)
                return 0;
        for (size_t k = 0; r == 0 && k < s->cells.m; k++) {
                clear(figures);
                r = figures_of(s, column, k, figures, &pairs, err);
                for (size_t i = 0; i < TAMIS_N_SCORES; i++)
                        n[i] = (double) (i == TAMIS_SCORE_LEFT ? column->list.n : pairs);
                add_means(&mean, figures, n, seen);
        }
        end_means(&mean, s->cells.m, seen);
        if (column->numeric && s->cells.stacked) {
                tamis_spread_add(&spread, column->truth, column->filled, s->cells.m, column->list.n);
                tamis_spread_add(&s->spread, column->truth, column->filled, s->cells.m, column->list.n);
                tamis_spread_figure(&spread, mean.value);
                mean.n[TAMIS_SCORE_COVERAGE] = mean.n[TAMIS_SCORE_WIDTH] = spread.n;
        }
        *(column->numeric ? &s->numbers : &s->texts) = true;
        return r == 0 ? add_lines(s, column->name, column->numeric ? TAMIS_OF_NUMBERS : TAMIS_OF_TEXTS, &mean, err) : r;
}

/* -- all columns --------------------------------------------------------------------------------------------------- */

static bool is_of_texts(size_t i) {
        return tamis_measures_of_cells[i].of & TAMIS_OF_TEXTS;
}

static void pooled(const struct pool *p, double *figures, double *n) {
        clear(figures);
        tamis_errors_figure(&p->errors, figures);
        for (size_t i = 0; i < TAMIS_N_SCORES; i++)
                n[i] = is_of_texts(i) ? p->texts : p->errors.n;
        figures[TAMIS_SCORE_LEFT] = p->left;
        n[TAMIS_SCORE_LEFT] = p->judged;
        n[TAMIS_SCORE_F1] = p->f1_columns;
        if (p->texts > 0) {
                figures[TAMIS_SCORE_PFC] = p->wrong / p->texts;
                figures[TAMIS_SCORE_ACCURACY] = (p->texts - p->wrong) / p->texts;
                figures[TAMIS_SCORE_F1] = p->f1 / p->f1_columns;
        }
}

static int score_all(struct scoring *s, tamis_error *err) {
        double seen[TAMIS_N_SCORES] = {0}, figures[TAMIS_N_SCORES], n[TAMIS_N_SCORES];
        struct figures mean = {0};
        bool wanted[TAMIS_N_SCORES];
        size_t rows;
        int r;

        for (size_t k = 0; k < s->cells.m; k++) {
                pooled(&s->pools[k], figures, n);
                n[TAMIS_SCORE_CORR_MAX] = (double) tamis_whole_figure(&s->cells.whole, k + 1, figures);
                n[TAMIS_SCORE_CORR_MEAN] = n[TAMIS_SCORE_CORR_FROBENIUS] = n[TAMIS_SCORE_CORR_MAX];
                r = tamis_apart_figure(&s->cells.apart, k, figures, &rows, err);
                if (r < 0)
                        return r;
                n[TAMIS_SCORE_ENERGY] = (double) rows;
                add_means(&mean, figures, n, seen);
        }
        end_means(&mean, s->cells.m, seen);
        tamis_spread_figure(&s->spread, mean.value);
        mean.n[TAMIS_SCORE_COVERAGE] = s->spread.n;
        /* no line about what the table has none of */
        memcpy(wanted, s->wanted, sizeof wanted);
        for (size_t i = TAMIS_SCORE_RMSE; i < TAMIS_N_SCORES; i++)
                if (is_of_texts(i) ? !s->texts : i < TAMIS_SCORE_CORR_MAX ? !s->numbers : s->cells.whole.p == 0)
                        s->wanted[i] = false;
        if (s->cells.apart.p == 0 || s->cells.apart.over)
                s->wanted[TAMIS_SCORE_ENERGY] = false;
        r = add_lines(s, tamis_slice_of("*"), TAMIS_OF_ALL, &mean, err);
        memcpy(s->wanted, wanted, sizeof wanted);
        return r;
}

/* What was asked for by name and cannot be had is said. */
static int say_what_is_not_there(struct scoring *s, tamis_error *err) {
        const tamis_score_options *o = s->cells.options;
        bool wants_m = s->wanted[TAMIS_SCORE_COVERAGE] || s->wanted[TAMIS_SCORE_WIDTH];
        int r = 0;

        if (o->measures && wants_m && !s->cells.stacked)
                r = tamis_scores_note(s->out, err, "no coverage or width: %s has no column _imputation",
                                      tamis_feed_name(&s->cells.imputed));
        if (r == 0 && o->measures && s->cells.correlations && s->cells.listed)
                r = tamis_scores_note(s->out, err, "no correlations: %s is a list of cells, not a table",
                                      tamis_feed_name(&s->cells.truth));
        else if (r == 0 && o->measures && s->cells.correlations && s->cells.p == 0)
                r = tamis_scores_note(s->out, err, "no correlations: fewer than two columns of numbers, or too many");
        return r;
}

static int score(struct scoring *s, tamis_error *err) {
        size_t most = 1;
        int r = say_what_is_not_there(s, err);

        for (size_t i = 0; i < s->cells.n; i++)
                if (s->cells.columns[i].list.n > most)
                        most = s->cells.columns[i].list.n;
        s->truth = calloc(most, sizeof *s->truth);
        s->filled = calloc(most, sizeof *s->filled);
        s->pools = calloc(s->cells.m, sizeof *s->pools);
        if (!s->truth || !s->filled || !s->pools)
                return tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < s->cells.n; i++)
                r = score_column(s, &s->cells.columns[i], err);
        if (r == 0 && !s->numbers && !s->texts)
                r = tamis_scores_note(s->out, err, "no cell to judge: nothing is missing where the truth is known");
        return r == 0 ? score_all(s, err) : r;
}

int tamis_score_tables(const tamis_score_options *options, tamis_scores *ret, tamis_error *err) {
        tamis_scores out = {0};
        struct scoring s = { .out = &out };
        int r = want(options->measures, s.wanted, err);

        s.cells.correlations = s.wanted[TAMIS_SCORE_CORR_MAX] || s.wanted[TAMIS_SCORE_CORR_MEAN] ||
                s.wanted[TAMIS_SCORE_CORR_FROBENIUS];
        s.cells.energy = s.wanted[TAMIS_SCORE_ENERGY];
        if (r == 0)
                r = tamis_cells_read(&s.cells, options, &out, err);
        if (r == 0)
                r = score(&s, err);
        for (size_t k = 0; s.pools && k < s.cells.m; k++)
                tamis_errors_done(&s.pools[k].errors);
        tamis_cells_done(&s.cells);
        free(s.truth);
        free(s.filled);
        free(s.pools);
        if (r == 0)
                *ret = out;
        else
                tamis_scores_done(&out);
        return r;
}
