/* The rounds over the train rows, and the strategy. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "impute/forest.h"
#include "impute/joint_options.h"

/* What a round changed: of numbers, squares in parts of those of all; of categories, the share of holes. */
struct change {
        bool any[2];
        double share[2];
};

struct round {
        tamis_missforest *m;
        tamis_pool *pool;
        size_t number;
        double **before;                /* by column, what was in its holes */
        double *outside;                /* room for the rows of one column */

        /* the column at hand */
        size_t column;
        const tamis_forest *forest;
        int *results;                   /* by piece of its holes */
};

/* Later rounds of missForest draw other trees, and find no more. */
enum { PIECE = 128, ROUNDS = 4, ROUGH_ROUNDS = 3 };

/* -- one column ---------------------------------------------------------------------------------------------------- */

static double within(const tamis_missforest_column *c, double value) {
        return fmin(fmax(value, c->least), c->most);
}

static void say(void *arg, size_t piece) {
        const struct round *r = arg;
        const tamis_missforest *m = r->m;
        tamis_missforest_column *c = &m->columns[r->column];
        size_t width = m->train.n, first = piece * PIECE, n = c->n_holes - first < PIECE ? c->n_holes - first : PIECE;
        uint8_t *cells = malloc(n * width + 1);

        if (!cells) {
                r->results[piece] = TAMIS_NO_MEMORY;
                return;
        }
        for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < width; j++)
                        cells[i * width + j] = m->bins[j][c->holes[first + i]];
        r->results[piece] = tamis_forest_ask(r->forest, cells, width, n, NULL, 0, c->filled + first, NULL);
        for (size_t i = first; r->results[piece] == 0 && !m->category[r->column] && i < first + n; i++)
                c->filled[i] = within(c, c->filled[i]);
        free(cells);
}

/* Of the observed rows, as far as some tree did not draw them. */
static double error_of(const tamis_missforest *m, size_t column, const double *outside) {
        const tamis_missforest_column *c = &m->columns[column];
        double wrong = 0, n = 0, unit = 0, mean = 0, spread = 0;

        for (size_t i = 0; i < c->n_seen; i++)
                unit = fmax(unit, fabs(c->targets[c->seen[i]]));
        unit = unit > 0 ? unit : 1;
        for (size_t i = 0; i < c->n_seen; i++) {
                double is = c->targets[c->seen[i]];

                if (isnan(outside[i]))
                        continue;
                n++;
                if (m->category[column])
                        wrong += outside[i] < is || outside[i] > is;
                else
                        wrong += (outside[i] / unit - is / unit) * (outside[i] / unit - is / unit);
                mean += is / unit;
        }
        if (!(n > 0))
                return NAN;
        if (m->category[column])
                return wrong / n;
        mean /= n;
        for (size_t i = 0; i < c->n_seen; i++)
                if (!isnan(outside[i]))
                        spread += (c->targets[c->seen[i]] / unit - mean) * (c->targets[c->seen[i]] / unit - mean);
        return spread > 0 ? sqrt(wrong / spread) : NAN;
}

static int fill_column(struct round *r, size_t column, tamis_error *err) {
        tamis_missforest *m = r->m;
        tamis_missforest_column *c = &m->columns[column];
        size_t pieces = (c->n_holes + PIECE - 1) / PIECE;
        tamis_forest forest = {0};
        int result = tamis_missforest_learn(m, column, r->number, r->pool, r->outside, &forest, err);

        if (result < 0)
                return result;
        c->error = error_of(m, column, r->outside);
        r->column = column;
        r->forest = &forest;
        if (r->pool)
                tamis_pool_for(r->pool, pieces, say, r);
        for (size_t i = 0; !r->pool && i < pieces; i++)
                say(r, i);
        for (size_t i = 0; result == 0 && i < pieces; i++)
                if (r->results[i] < 0)
                        result = tamis_fail_memory(err);
        for (size_t i = 0; i < c->n_holes; i++)
                c->bins[c->holes[i]] = tamis_missforest_bin(&c->binning, c->filled[i]);
        tamis_forest_done(&forest);
        return result;
}

/* -- rounds -------------------------------------------------------------------------------------------------------- */

/* Every column counts in parts of its largest value: the unit it is in does not matter. */
static void add_numbers(const tamis_missforest_column *c, const double *before, double *changed, double *all) {
        double unit = 0;

        for (size_t i = 0; i < c->n_seen; i++)
                unit = fmax(unit, fabs(c->targets[c->seen[i]]));
        unit = unit > 0 ? unit : 1;
        for (size_t i = 0; i < c->n_seen; i++)
                *all += c->targets[c->seen[i]] / unit * (c->targets[c->seen[i]] / unit);
        for (size_t i = 0; i < c->n_holes; i++) {
                double is = c->filled[i] / unit, was = before[i] / unit;

                *all += is * is;
                *changed += (is - was) * (is - was);
        }
}

static struct change measure(const struct round *r) {
        double changed[2] = {0}, all[2] = {0};
        struct change result = {0};

        for (size_t k = 0; k < r->m->n_order; k++) {
                size_t j = r->m->order[k];
                const tamis_missforest_column *c = &r->m->columns[j];

                if (c->n_holes == 0)
                        continue;
                result.any[r->m->category[j]] = true;
                if (!r->m->category[j])
                        add_numbers(c, r->before[j], &changed[0], &all[0]);
                for (size_t i = 0; r->m->category[j] && i < c->n_holes; i++) {
                        all[1]++;
                        changed[1] += c->filled[i] < r->before[j][i] || c->filled[i] > r->before[j][i];
                }
        }
        for (int k = 0; k < 2; k++)
                result.share[k] = all[k] > 0 ? changed[k] / all[k] : 0;
        return result;
}

static bool goes_on(const struct change *now, const struct change *before) {
        for (int k = 0; k < 2; k++)
                if (now->any[k] && now->share[k] < before->share[k])
                        return true;
        return false;
}

static void remember(struct round *r) {
        for (size_t j = 0; j < r->m->train.n; j++)
                memcpy(r->before[j], r->m->columns[j].filled, r->m->columns[j].n_holes * sizeof **r->before);
}

/* Two rounds' forests err less than one's: a number is the mean of what the last two said. */
static void settle(struct round *r) {
        for (size_t j = 0; j < r->m->train.n; j++) {
                tamis_missforest_column *c = &r->m->columns[j];

                for (size_t i = 0; !r->m->category[j] && i < c->n_holes; i++) {
                        c->filled[i] = within(c, r->before[j][i] / 2 + c->filled[i] / 2);
                        c->bins[c->holes[i]] = tamis_missforest_bin(&c->binning, c->filled[i]);
                }
        }
}

static int one_round(struct round *r, tamis_error *err) {
        int result = 0;

        for (size_t k = 0; result == 0 && k < r->m->n_order; k++)
                if (r->m->columns[r->m->order[k]].n_holes > 0)
                        result = fill_column(r, r->m->order[k], err);
        return result;
}

static int all_rounds(struct round *r, tamis_error *err) {
        struct change now, before = { .share = { INFINITY, INFINITY } };
        size_t with_holes = 0, most;
        int result = 0;

        for (size_t j = 0; j < r->m->train.n; j++)
                with_holes += r->m->columns[j].n_holes > 0;
        /* one column alone: what it is filled from does not change */
        most = with_holes < 2 ? with_holes : r->m->rounds_most;
        for (r->number = 1; result == 0 && r->number <= most; r->number++) {
                remember(r);
                result = one_round(r, err);
                if (result < 0)
                        break;
                r->m->rounds++;
                now = measure(r);
                if (!goes_on(&now, &before))
                        break;
                before = now;
        }
        if (result == 0 && r->m->rounds > 1)
                settle(r);
        return result;
}

int tamis_missforest_run(tamis_missforest *m, tamis_pool *pool, tamis_error *err) {
        struct round round = { .m = m, .pool = pool };
        int r = 0;

        round.before = calloc(m->train.n + 1, sizeof *round.before);
        round.outside = malloc((m->train.rows + 1) * sizeof *round.outside);
        round.results = malloc((m->train.rows / PIECE + 1) * sizeof *round.results);
        if (!round.before || !round.outside || !round.results)
                r = tamis_fail_memory(err);
        for (size_t j = 0; r == 0 && j < m->train.n; j++) {
                round.before[j] = malloc((m->columns[j].n_holes + 1) * sizeof **round.before);
                r = round.before[j] ? 0 : tamis_fail_memory(err);
        }
        if (r == 0)
                r = all_rounds(&round, err);
        for (size_t j = 0; round.before && j < m->train.n; j++)
                free(round.before[j]);
        free(round.before);
        free(round.outside);
        free(round.results);
        return r;
}

/* -- the strategy -------------------------------------------------------------------------------------------------- */

static int fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) {
        uint64_t trees = tamis_settings_count(fit->context->settings, "trees");
        bool given = tamis_settings_given(fit->context->settings, "max-iter");
        uint64_t rounds = given ? tamis_settings_count(fit->context->settings, "max-iter") : ROUNDS;
        tamis_missforest *m = NULL;
        int r;

        if (trees < 1 || trees > TAMIS_MISSFOREST_TREES_MOST)
                return tamis_fail(err, TAMIS_USAGE, "--trees: a whole number from 1 to %d is needed",
                                  TAMIS_MISSFOREST_TREES_MOST);
        if (rounds < 1)
                return tamis_fail(err, TAMIS_USAGE, "--max-iter: at least one round is needed");
        if (fit->rough) {
                trees = (trees + 2) / 3;
                rounds = rounds < ROUGH_ROUNDS ? rounds : ROUGH_ROUNDS;
        }
        r = tamis_missforest_new(train, trees, rounds, fit->context->seed, fit->purpose, &m, err);
        if (r == 0)
                r = tamis_missforest_run(m, fit->context->pool, err);
        if (r < 0) {
                tamis_missforest_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

static int take(const void *model, size_t which, tamis_frame *train, tamis_error *err) {
        const tamis_missforest *m = model;

        for (size_t j = 0; j < m->train.n; j++)
                for (size_t i = 0; i < m->columns[j].n_holes; i++)
                        tamis_missforest_put(&train->columns[j], m->columns[j].holes[i], m->columns[j].filled[i]);
        return 0;
}

static const char *const options[] = { "trees", "max-iter", NULL };

const tamis_joint tamis_joint_forest = {
        .base = {
                .name = "forest",
                .summary = "random forests, a column from all others, round after round; numbers and categories",
                .source = "missForest (Stekhoven & Buehlmann 2012), half of its trees with drawn cuts "
                          "(Geurts et al. 2006)",
        },
        .takes = 1U << TAMIS_TYPE_NUMERIC | 1U << TAMIS_TYPE_CATEGORICAL,
        .options = options,
        .random = true,
        .fitted = true,
        .why = "nothing was observed in the column",
        .fit = fit,
        .take = take,
        .fill = tamis_missforest_fill,
        .save = tamis_missforest_save,
        .load = tamis_missforest_load,
        .report = tamis_missforest_report,
        .free = tamis_missforest_free,
};
