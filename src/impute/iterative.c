#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/bayes.h"
#include "fit/cross.h"
#include "impute/iterative_run.h"

static void run_done(tamis_iterative_run *f) {
        for (size_t i = 0; i < f->train->n; i++) {
                if (f->rows)
                        free(f->rows[i]);
                if (f->codes)
                        free(f->codes[i]);
        }
        free(f->codes);
        free(f->rows);
        free(f->missing);
        free(f->order);
        free(f->z);
        free(f->total);
        free(f->part);
        free(f->gram);
        free(f->xy);
        free(f->room);
        free(f->changes);
        free(f->chances);
}

/* -- the order of the sweep ---------------------------------------------------------------------------------------- */

struct turn {
        size_t column, missing;
};

static int by_missing(const void *a, const void *b) {
        const struct turn *x = a, *y = b;

        if (x->missing != y->missing)
                return x->missing < y->missing ? -1 : 1;
        return (x->column > y->column) - (x->column < y->column);
}

/* Every number has its turn, and every category that is wanted: new rows may have holes where the train
 * rows had none. */
static bool has_turn(const tamis_iterative_run *f, size_t column) {
        const tamis_iterative_column *c = &f->m->columns[column];

        return c->n > 0 && (!c->place || f->missing[column] > 0 || f->train->columns[column].wanted);
}

static int find_order(tamis_iterative_run *f, tamis_error *err) {
        const char *sweep = tamis_settings_text(f->fit->context->settings, "sweep");
        struct turn *turns = malloc((f->train->n + 1) * sizeof *turns);
        size_t n = 0, predictors = 0;

        f->order = malloc((f->train->n + 1) * sizeof *f->order);
        if (!turns || !f->order) {
                free(turns);
                return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < f->train->n; i++) {
                predictors += f->m->columns[i].n > 0;
                if (has_turn(f, i))
                        turns[n++] = (struct turn) { i, f->missing[i] };
        }
        if (strcmp(sweep, "ascending") == 0 || strcmp(sweep, "descending") == 0)
                qsort(turns, n, sizeof *turns, by_missing);
        for (size_t i = 0; i < n; i++) {
                bool back = strcmp(sweep, "descending") == 0 || strcmp(sweep, "arabic") == 0;

                f->order[i] = turns[back ? n - 1 - i : i].column;
        }
        f->n_order = predictors > 1 ? n : 0;
        free(turns);
        return 0;
}

/* -- the table ----------------------------------------------------------------------------------------------------- */

/* Only a category's regression, and one of few rows, asks which rows have the cell: of the others, which have
 * not is enough. */
static bool lists_others(const tamis_iterative_run *f, size_t i) {
        const tamis_frame_column *c = &f->train->columns[i];

        return !c->numbers || c->missing > f->train->rows / 2;
}

static void lay_row(tamis_iterative_run *f, size_t row, int32_t *codes, uint8_t *holes, size_t *others) {
        const size_t rows = f->train->rows;

        tamis_iterative_row(f->m, f->train, row, f->z + row * f->m->n, codes, holes);
        for (size_t i = 0; i < f->train->n; i++) {
                if (f->m->columns[i].n == 0)
                        continue;
                if (f->codes[i])
                        f->codes[i][row] = codes[i];
                if (holes[i])
                        f->rows[i][f->missing[i]++] = (uint32_t) row;
                else if (lists_others(f, i))
                        f->rows[i][rows - ++others[i]] = (uint32_t) row;
        }
}

static int lay_out(tamis_iterative_run *f, tamis_error *err) {
        const size_t n = f->train->n, rows = f->train->rows;
        int32_t *codes = calloc(n + 1, sizeof *codes);
        uint8_t *holes = calloc(n + 1, 1);
        size_t *others = calloc(n + 1, sizeof *others);
        bool there;

        f->z = malloc((rows * f->m->n + 1) * sizeof *f->z);
        f->rows = calloc(n + 1, sizeof *f->rows);
        f->codes = calloc(n + 1, sizeof *f->codes);
        f->missing = calloc(n + 1, sizeof *f->missing);
        f->changes = malloc((rows + 1) * sizeof *f->changes);
        there = codes && holes && others && f->z && f->rows && f->codes && f->missing && f->changes;
        for (size_t i = 0; there && i < n; i++) {
                f->rows[i] =
                        malloc(((lists_others(f, i) ? rows : f->train->columns[i].missing) + 1) * sizeof **f->rows);
                if (f->m->columns[i].place)
                        f->codes[i] = malloc((rows + 1) * sizeof **f->codes);
                there = f->rows[i] && (!f->m->columns[i].place || f->codes[i]);
        }
        for (size_t row = 0; there && row < rows; row++)
                lay_row(f, row, codes, holes, others);
        free(codes);
        free(holes);
        free(others);
        return there ? 0 : tamis_fail_memory(err);
}

static int make_room(tamis_iterative_run *f, tamis_error *err) {
        const size_t n = f->m->n;

        f->total = malloc(tamis_cross_room(n) * sizeof(double) + 1);
        f->part = malloc(tamis_cross_room(n) * sizeof(double) + 1);
        f->gram = malloc((n * n + 1) * sizeof(double));
        f->xy = malloc((n + 1) * sizeof(double));
        f->room = malloc((tamis_bayes_room(n) + 1) * sizeof(double));
        if (!f->total || !f->part || !f->gram || !f->xy || !f->room)
                return tamis_fail_memory(err);
        return tamis_cross(f->z, n, NULL, f->train->rows, f->fit->context->pool, f->total, err);
}

/* -- a regression -------------------------------------------------------------------------------------------------- */

static int open_step(const tamis_iterative_run *f, size_t round, size_t column, tamis_iterative_step *step,
                     tamis_error *err) {
        const size_t n = f->m->n, most = f->chances ? f->nearest : n;

        step->column = column;
        step->target = (uint32_t) f->m->columns[column].first;
        step->features = malloc((most + 1) * sizeof *step->features);
        if (!step->features)
                return tamis_fail_memory(err);
        if (f->chances)
                tamis_iterative_draw(f, round, step);
        for (uint32_t i = 0; !f->chances && i < n; i++)
                if (f->m->features[i].column != column)
                        step->features[step->n++] = i;
        return 0;
}

/* The cross-products of the rows where the target is there: those of all less those of the others, or the sum
 * of the few. */
static int observed_part(tamis_iterative_run *f, size_t column, tamis_error *err) {
        const size_t n = f->m->n, rows = f->train->rows, missing = f->missing[column];
        tamis_pool *pool = f->fit->context->pool;
        int r;

        if (missing > rows / 2)
                return tamis_cross(f->z, n, f->rows[column] + missing, rows - missing, pool, f->part, err);
        r = tamis_cross(f->z, n, f->rows[column], missing, pool, f->part, err);
        for (size_t i = 0; r == 0 && i < tamis_cross_room(n); i++)
                f->part[i] = f->total[i] - f->part[i];
        return r;
}

static int regress(tamis_iterative_run *f, tamis_iterative_step *step, tamis_error *err) {
        const size_t n = f->m->n, p = step->n, rows = f->train->rows - f->missing[step->column];
        const double count = (double) rows, *sum = f->part, own = sum[step->target];
        double yy = *tamis_iterative_product(f->part, n, step->target, step->target) - own * own / count;
        tamis_bayes b;
        int r;

        step->weights = malloc((p + 1) * sizeof *step->weights);
        if (!step->weights)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < p; i++) {
                size_t a = step->features[i];

                for (size_t k = 0; k < p; k++) {
                        size_t c = step->features[k];

                        f->gram[i * p + k] = *tamis_iterative_product(f->part, n, a, c) - sum[a] * sum[c] / count;
                }
                f->xy[i] = *tamis_iterative_product(f->part, n, a, step->target) - sum[a] * own / count;
        }
        r = tamis_bayes_fit(f->gram, f->xy, yy, rows, p, f->room, step->weights, &b, err);
        step->intercept = own;
        for (size_t i = 0; i < p; i++)
                step->intercept -= step->weights[i] * sum[step->features[i]];
        step->intercept /= count;
        return r;
}

/* A feature of a row changes: what that makes of the cross-products. */
static void shift(tamis_iterative_run *f, size_t row, size_t target, double new) {
        const size_t n = f->m->n;
        double *z = f->z + row * n, old = z[target], by = new - old;

        f->total[target] += by;
        for (size_t k = 0; k < n; k++)
                if (k != target)
                        *tamis_iterative_product(f->total, n, target, k) += by * z[k];
        *tamis_iterative_product(f->total, n, target, target) += by * (new + old);
        z[target] = new;
}

/* New values for the target's holes. */
static void refill(tamis_iterative_run *f, const tamis_iterative_step *step) {
        const size_t column = step->column, target = step->target;

        for (size_t i = 0; i < f->missing[column]; i++) {
                const size_t row = f->rows[column][i];
                const double *z = f->z + row * f->m->n, new = tamis_iterative_predict(f->m, step, z);

                f->changes[row] += fabs(new - z[target]);
                shift(f, row, target, new);
        }
}

/* Returns how many levels changed. */
static size_t reclassify(tamis_iterative_run *f, const tamis_iterative_step *step) {
        const tamis_iterative_column *c = &f->m->columns[step->column];
        size_t changed = 0;

        for (size_t i = 0; i < f->missing[step->column]; i++) {
                const size_t row = f->rows[step->column][i];
                int32_t *code = &f->codes[step->column][row];
                const int32_t new = tamis_iterative_level(step, f->z + row * f->m->n);

                changed += new != *code;
                for (size_t k = c->first; new != *code && k < c->first + c->n; k++) {
                        const double x = tamis_iterative_dummy(f->m, k, new);

                        if (x != f->z[row * f->m->n + k])
                                shift(f, row, k, x);
                }
                *code = new;
        }
        return changed;
}

static double largest_observed(const tamis_frame *train) {
        double largest = 0;

        for (size_t i = 0; i < train->n; i++)
                for (size_t row = 0; train->columns[i].numbers && row < train->rows; row++)
                        largest = fmax(largest, fabs(train->columns[i].numbers[row]));  /* fmax passes NaN over */
        return largest;
}

/* One turn. Counts what it changes in a category. */
static int turn(tamis_iterative_run *f, size_t column, size_t *changed, tamis_error *err) {
        tamis_iterative *m = f->m;
        tamis_iterative_step *step = &m->steps[m->n_steps++];
        const tamis_iterative_step *before = m->rounds > 0 ? step - f->n_order : NULL;
        int r = open_step(f, m->rounds, column, step, err);

        if (r == 0)
                r = observed_part(f, column, err);
        if (r == 0)
                r = m->columns[column].place ? tamis_iterative_classify(f, step, before, err) : regress(f, step, err);
        if (r < 0)
                return r;
        if (step->classes > 0)
                *changed += reclassify(f, step);
        else
                refill(f, step);
        return 0;
}

static int sweep(tamis_iterative_run *f, tamis_error *err) {
        tamis_iterative *m = f->m;
        size_t changed = 0, holes = 0;
        int r = 0;

        memset(f->changes, 0, f->train->rows * sizeof *f->changes);
        for (size_t i = 0; r == 0 && i < f->n_order; i++) {
                if (m->columns[f->order[i]].place)
                        holes += f->missing[f->order[i]];
                r = turn(f, f->order[i], &changed, err);
        }
        m->change = 0;
        for (size_t row = 0; row < f->train->rows; row++)
                m->change = fmax(m->change, f->changes[row]);
        m->changed = holes ? (double) changed / (double) holes : NAN;
        m->rounds++;
        return r;
}

static bool has_numbers(const tamis_iterative *m) {
        for (size_t i = 0; i < m->n; i++)
                if (m->features[i].level == TAMIS_ITERATIVE_NUMBER)
                        return true;
        return false;
}

static int iterate(tamis_iterative_run *f, tamis_error *err) {
        const tamis_settings *settings = f->fit->context->settings;
        const size_t most = tamis_settings_count(settings, "max-iter");
        const double part = tamis_settings_real(settings, "tol"), tolerance = part * largest_observed(f->train);
        const bool numbers = has_numbers(f->m);
        tamis_iterative *m = f->m;
        int r = 0;

        if (f->n_order == 0)
                return 0;
        while (r == 0 && m->rounds < most && !m->converged) {
                tamis_iterative_step *steps = reallocarray(m->steps, m->n_steps + f->n_order, sizeof *steps);

                if (!steps)
                        return tamis_fail_memory(err);
                m->steps = steps;
                memset(steps + m->n_steps, 0, f->n_order * sizeof *steps);
                r = sweep(f, err);
                m->converged = (!numbers || m->change < tolerance) && (isnan(m->changed) || m->changed < part);
        }
        return r;
}

static int iterative_fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) {
        tamis_iterative_run f = { .train = train, .fit = fit, .m = calloc(1, sizeof *f.m) };
        int r = f.m ? tamis_iterative_find(f.m, train, err) : tamis_fail_memory(err);

        if (r == 0)
                r = lay_out(&f, err);
        if (r == 0)
                r = find_order(&f, err);
        if (r == 0)
                r = make_room(&f, err);
        if (r == 0)
                r = tamis_iterative_chances(&f, err);
        if (r == 0)
                r = iterate(&f, err);
        if (f.m)
                run_done(&f);
        if (r < 0) {
                tamis_iterative_free(f.m);
                return r;
        }
        *ret = f.m;
        return 0;
}

static const char *const options[] = { "max-iter", "tol", "sweep", "nearest", NULL };

const tamis_joint tamis_joint_iterative = {
        .base = {
                .name = "iterative",
                .summary = "every column regressed on all others in turns, until they settle",
                .source = "scikit-learn IterativeImputer (BayesianRidge; LogisticRegression for categories)",
        },
        .takes = 1U << TAMIS_TYPE_NUMERIC | 1U << TAMIS_TYPE_CATEGORICAL,
        .instead = "knn, forest or mice",
        .options = options,
        .why = "nothing was observed in the column, or what is predicted is too large for a number",
        .fit = iterative_fit,
        .fill = tamis_iterative_fill,
        .save = tamis_iterative_save,
        .load = tamis_iterative_load,
        .report = tamis_iterative_report,
        .free = tamis_iterative_free,
};
