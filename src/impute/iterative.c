#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "fit/bayes.h"
#include "fit/cross.h"
#include "impute/iterative.h"

/* While it is fitted. `total` are the cross-products (cross.h) of all rows as they are filled now. */
struct fitting {
        tamis_iterative *m;
        const tamis_frame *train;
        const tamis_fit *fit;
        double *z;              /* rows x n, the table as it is filled now */
        uint32_t **rows;        /* per feature: those with a hole, then the others */
        size_t *missing;        /* per feature: how many are the former */
        uint32_t *order;        /* features in the order they are regressed */
        size_t n_order, nearest;
        double *total, *part, *gram, *xy, *room, *changes, *chances;
};

static void fitting_done(struct fitting *f) {
        for (size_t i = 0; f->rows && i < f->m->n; i++)
                free(f->rows[i]);
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

/* -- features ------------------------------------------------------------------------------------------------------ */

static void add_number(tamis_iterative *m, const tamis_frame *train, size_t column) {
        const tamis_frame_column *c = &train->columns[column];
        double sum = 0;
        size_t n = 0;

        for (size_t row = 0; row < train->rows; row++)
                if (!isnan(c->numbers[row])) {
                        sum += c->numbers[row];
                        n++;
                }
        if (n == 0)
                return;
        m->first[column] = m->n;
        m->features[m->n++] = (tamis_iterative_feature) { column, -1, sum / (double) n, c->least, c->most };
}

static void add_levels(tamis_iterative *m, const tamis_frame *train, size_t column) {
        const tamis_frame_column *c = &train->columns[column];
        size_t counts[TAMIS_ITERATIVE_LEVELS] = { 0 }, n = 0;

        if (c->levels > TAMIS_ITERATIVE_LEVELS || c->levels < 2)
                return;
        for (size_t row = 0; row < train->rows; row++)
                if (c->codes[row] >= 0) {
                        counts[c->codes[row]]++;
                        n++;
                }
        m->first[column] = m->n;
        for (size_t l = 1; l < c->levels; l++)
                m->features[m->n++] = (tamis_iterative_feature) { column, (int32_t) l, (double) counts[l] / (double) n,
                                                                  -INFINITY, INFINITY };
}

static int find_features(tamis_iterative *m, const tamis_frame *train, tamis_error *err) {
        m->columns = train->n;
        m->first = malloc((train->n + 1) * sizeof *m->first);
        m->features = calloc(train->n * TAMIS_ITERATIVE_LEVELS + 1, sizeof *m->features);
        if (!m->first || !m->features)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < train->n; i++) {
                m->first[i] = SIZE_MAX;
                if (train->columns[i].numbers)
                        add_number(m, train, i);
                else
                        add_levels(m, train, i);
        }
        return 0;
}

/* -- the order of the sweep ---------------------------------------------------------------------------------------- */

struct turn {
        uint32_t feature;
        size_t missing;
};

static int by_missing(const void *a, const void *b) {
        const struct turn *x = a, *y = b;

        if (x->missing != y->missing)
                return x->missing < y->missing ? -1 : 1;
        return (x->feature > y->feature) - (x->feature < y->feature);
}

/* Every numeric feature has its turn: new rows may have holes where the train rows had none. */
static int find_order(struct fitting *f, tamis_error *err) {
        const char *sweep = tamis_settings_text(f->fit->context->settings, "sweep");
        struct turn *turns = malloc((f->m->n + 1) * sizeof *turns);
        size_t n = 0;

        f->order = malloc((f->m->n + 1) * sizeof *f->order);
        if (!turns || !f->order) {
                free(turns);
                return tamis_fail_memory(err);
        }
        for (uint32_t i = 0; i < f->m->n; i++)
                if (f->m->features[i].level < 0)
                        turns[n++] = (struct turn) { i, f->missing[i] };
        if (strcmp(sweep, "ascending") == 0 || strcmp(sweep, "descending") == 0)
                qsort(turns, n, sizeof *turns, by_missing);
        for (size_t i = 0; i < n; i++) {
                bool back = strcmp(sweep, "descending") == 0 || strcmp(sweep, "arabic") == 0;

                f->order[i] = turns[back ? n - 1 - i : i].feature;
        }
        f->n_order = f->m->n > 1 ? n : 0;
        free(turns);
        return 0;
}

/* -- the table ----------------------------------------------------------------------------------------------------- */

static int lay_out(struct fitting *f, tamis_error *err) {
        const size_t n = f->m->n, rows = f->train->rows;
        uint8_t *holes = malloc(n + 1);
        size_t *others = calloc(n + 1, sizeof *others);

        f->z = malloc((rows * n + 1) * sizeof *f->z);
        f->rows = calloc(n + 1, sizeof *f->rows);
        f->missing = calloc(n + 1, sizeof *f->missing);
        f->changes = malloc((rows + 1) * sizeof *f->changes);
        if (!holes || !others || !f->z || !f->rows || !f->missing || !f->changes)
                goto no_memory;
        for (size_t i = 0; i < n; i++) {
                f->rows[i] = malloc((rows + 1) * sizeof **f->rows);
                if (!f->rows[i])
                        goto no_memory;
        }
        for (size_t row = 0; row < rows; row++) {
                tamis_iterative_row(f->m, f->train, row, f->z + row * n, holes);
                for (size_t i = 0; i < n; i++) {
                        if (f->m->features[i].level >= 0)
                                continue;
                        if (holes[i])
                                f->rows[i][f->missing[i]++] = (uint32_t) row;
                        else
                                f->rows[i][rows - ++others[i]] = (uint32_t) row;
                }
        }
        free(holes);
        free(others);
        return 0;
no_memory:
        free(holes);
        free(others);
        return tamis_fail_memory(err);
}

static int make_room(struct fitting *f, tamis_error *err) {
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

/* An element of the upper triangle. */
static double *product(double *sums, size_t n, size_t a, size_t b) {
        return &sums[n + (a < b ? a * n + b : b * n + a)];
}

/* -- predictors ---------------------------------------------------------------------------------------------------- */

/* Absolute correlations after the first fill, as chances to be a predictor. */
static int find_chances(struct fitting *f, tamis_error *err) {
        const size_t n = f->m->n;
        const double rows = (double) f->train->rows;

        f->nearest = tamis_settings_count(f->fit->context->settings, "nearest");
        if (f->nearest == 0 || f->nearest >= n)
                return 0;
        f->chances = malloc(n * n * sizeof *f->chances);
        if (!f->chances)
                return tamis_fail_memory(err);
        for (size_t a = 0; a < n; a++)
                for (size_t b = 0; b < n; b++) {
                        double cross = *product(f->total, n, a, b) - f->total[a] * f->total[b] / rows;
                        double own = *product(f->total, n, a, a) - f->total[a] * f->total[a] / rows;
                        double other = *product(f->total, n, b, b) - f->total[b] * f->total[b] / rows;
                        double r = fabs(cross) / sqrt(own * other);

                        f->chances[a * n + b] = a == b ? 0 : r > 1e-6 ? r : 1e-6;       /* NaN: the floor too */
                }
        return 0;
}

/* Without replacement, one after the other. */
static void draw_predictors(const struct fitting *f, size_t round, tamis_iterative_step *step) {
        const size_t n = f->m->n;
        const double *chances = f->chances + step->target * n;
        const tamis_frame_column *c = &f->train->columns[f->m->features[step->target].column];
        char purpose[128];
        tamis_stream stream;

        snprintf(purpose, sizeof purpose, "%.100s.nearest", f->fit->purpose);
        tamis_stream_init(&stream, f->fit->context->seed, purpose, round, tamis_slice_hash(tamis_slice_of(c->name)));
        while (step->n < f->nearest) {
                double sum = 0, at;
                size_t pick = SIZE_MAX;

                for (size_t i = 0; i < n; i++) {
                        bool taken = false;

                        for (size_t k = 0; k < step->n; k++)
                                taken |= step->features[k] == i;
                        f->xy[i] = taken ? 0 : chances[i];
                        sum += f->xy[i];
                }
                at = tamis_stream_uniform(&stream) * sum;
                for (size_t i = 0; i < n; i++) {
                        if (f->xy[i] == 0)
                                continue;
                        pick = i;
                        if (at < f->xy[i])
                                break;
                        at -= f->xy[i];
                }
                if (pick == SIZE_MAX)
                        return;
                step->features[step->n++] = (uint32_t) pick;
        }
}

static int open_step(const struct fitting *f, size_t round, uint32_t target, tamis_iterative_step *step, tamis_error *err) {
        const size_t n = f->m->n, most = f->chances ? f->nearest : n;
        const size_t own = f->m->features[target].column;

        step->target = target;
        step->features = malloc((most + 1) * sizeof *step->features);
        step->weights = malloc((most + 1) * sizeof *step->weights);
        if (!step->features || !step->weights)
                return tamis_fail_memory(err);
        if (f->chances)
                draw_predictors(f, round, step);
        for (uint32_t i = 0; !f->chances && i < n; i++)
                if (f->m->features[i].column != own)
                        step->features[step->n++] = i;
        return 0;
}

/* -- a regression -------------------------------------------------------------------------------------------------- */

/* The cross-products of the rows where the target is there: those of all less those of the others, or the sum of the few. */
static int observed_part(struct fitting *f, uint32_t target, tamis_error *err) {
        const size_t n = f->m->n, rows = f->train->rows, missing = f->missing[target];
        tamis_pool *pool = f->fit->context->pool;
        int r;

        if (missing > rows / 2)
                return tamis_cross(f->z, n, f->rows[target] + missing, rows - missing, pool, f->part, err);
        r = tamis_cross(f->z, n, f->rows[target], missing, pool, f->part, err);
        for (size_t i = 0; r == 0 && i < tamis_cross_room(n); i++)
                f->part[i] = f->total[i] - f->part[i];
        return r;
}

static int regress(struct fitting *f, tamis_iterative_step *step, tamis_error *err) {
        const size_t n = f->m->n, p = step->n, rows = f->train->rows - f->missing[step->target];
        const double count = (double) rows, *sum = f->part, own = sum[step->target];
        double yy = *product(f->part, n, step->target, step->target) - own * own / count;
        tamis_bayes b;
        int r;

        for (size_t i = 0; i < p; i++) {
                size_t a = step->features[i];

                for (size_t k = 0; k < p; k++) {
                        size_t c = step->features[k];

                        f->gram[i * p + k] = *product(f->part, n, a, c) - sum[a] * sum[c] / count;
                }
                f->xy[i] = *product(f->part, n, a, step->target) - sum[a] * own / count;
        }
        r = tamis_bayes_fit(f->gram, f->xy, yy, rows, p, f->room, step->weights, &b, err);
        step->intercept = own;
        for (size_t i = 0; i < p; i++)
                step->intercept -= step->weights[i] * sum[step->features[i]];
        step->intercept /= count;
        return r;
}

/* New values for the target's holes, and what they change in the cross-products. */
static void refill(struct fitting *f, const tamis_iterative_step *step) {
        const size_t n = f->m->n, target = step->target;

        for (size_t i = 0; i < f->missing[target]; i++) {
                const size_t row = f->rows[target][i];
                double *z = f->z + row * n, old = z[target], new = tamis_iterative_predict(f->m, step, z), by = new - old;

                f->changes[row] += fabs(by);
                f->total[target] += by;
                for (size_t k = 0; k < n; k++)
                        if (k != target)
                                *product(f->total, n, target, k) += by * z[k];
                *product(f->total, n, target, target) += by * (new + old);
                z[target] = new;
        }
}

static double largest_observed(const tamis_frame *train) {
        double largest = 0;

        for (size_t i = 0; i < train->n; i++)
                for (size_t row = 0; train->columns[i].numbers && row < train->rows; row++)
                        largest = fmax(largest, fabs(train->columns[i].numbers[row]));  /* fmax passes NaN over */
        return largest;
}

static int sweep(struct fitting *f, tamis_error *err) {
        tamis_iterative *m = f->m;
        int r = 0;

        memset(f->changes, 0, f->train->rows * sizeof *f->changes);
        for (size_t i = 0; r == 0 && i < f->n_order; i++) {
                tamis_iterative_step *step = &m->steps[m->n_steps++];

                r = open_step(f, m->rounds, f->order[i], step, err);
                if (r == 0)
                        r = observed_part(f, step->target, err);
                if (r == 0)
                        r = regress(f, step, err);
                if (r < 0)
                        return r;
                refill(f, step);
        }
        m->change = 0;
        for (size_t row = 0; row < f->train->rows; row++)
                m->change = fmax(m->change, f->changes[row]);
        m->rounds++;
        return r;
}

static int iterate(struct fitting *f, tamis_error *err) {
        const tamis_settings *settings = f->fit->context->settings;
        const size_t most = tamis_settings_count(settings, "max-iter");
        const double tolerance = tamis_settings_real(settings, "tol") * largest_observed(f->train);
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
                m->converged = m->change < tolerance;
        }
        return r;
}

static int iterative_fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) {
        struct fitting f = { .train = train, .fit = fit, .m = calloc(1, sizeof *f.m) };
        int r = f.m ? find_features(f.m, train, err) : tamis_fail_memory(err);

        if (r == 0)
                r = lay_out(&f, err);
        if (r == 0)
                r = find_order(&f, err);
        if (r == 0)
                r = make_room(&f, err);
        if (r == 0)
                r = find_chances(&f, err);
        if (r == 0)
                r = iterate(&f, err);
        if (f.m)
                fitting_done(&f);
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
                .summary = "numbers regressed on all other columns in turns, until they settle",
                .source = "scikit-learn IterativeImputer (BayesianRidge)",
        },
        .takes = 1U << TAMIS_TYPE_NUMERIC,
        .instead = "knn or mice",
        .options = options,
        .why = "nothing was observed in the column, or what is predicted is too large for a number",
        .fit = iterative_fit,
        .fill = tamis_iterative_fill,
        .save = tamis_iterative_save,
        .load = tamis_iterative_load,
        .report = tamis_iterative_report,
        .free = tamis_iterative_free,
};
