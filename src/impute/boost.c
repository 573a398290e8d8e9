/* The rounds over the train rows, and the strategy. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "impute/boost.h"
#include "impute/joint_options.h"

enum { PIECE = 128 };

/* The column at hand. */
struct saying {
        tamis_boosting *m;
        size_t column;
        const tamis_boost *boost;
        const tamis_boosting_donors *donors;
        int *results;                   /* by piece of its holes */
};

static void say(void *arg, size_t piece) {
        const struct saying *s = arg;
        const tamis_missforest *rows = s->m->rows;
        tamis_missforest_column *c = &rows->columns[s->column];
        size_t end = (piece + 1) * PIECE < c->n_holes ? (piece + 1) * PIECE : c->n_holes;
        uint8_t *row = malloc(rows->train.n + 1);
        double scores[TAMIS_BOOST_CLASSES];

        s->results[piece] = row ? 0 : TAMIS_NO_MEMORY;
        for (size_t i = piece * PIECE; row && i < end; i++) {
                for (size_t j = 0; j < rows->train.n; j++)
                        row[j] = rows->bins[j][c->holes[i]];
                c->filled[i] = tamis_boosting_value(s->m, s->column, s->boost, s->donors, row,
                                                    rows->train.keys[c->holes[i]], scores);
        }
        free(row);
}

/* *changed: whether a hole is another to the other columns now. */
static int fill_column(struct saying *s, size_t column, tamis_pool *pool, bool *changed, tamis_error *err) {
        tamis_boosting_column *b = &s->m->columns[column];
        tamis_missforest_column *c = &s->m->rows->columns[column];
        size_t pieces = (c->n_holes + PIECE - 1) / PIECE;
        bool first = b->trees == 0;
        tamis_boosting_donors donors = {0};
        tamis_boost boost = {0};
        int r = tamis_boosting_learn(s->m, column, first, pool, &boost, &donors, err);

        if (r < 0)
                return r;
        if (first) {
                b->trees = boost.rounds ? boost.rounds : 1;
                b->loss = boost.loss;
        }
        s->column = column;
        s->boost = &boost;
        s->donors = &donors;
        if (pool)
                tamis_pool_for(pool, pieces, say, s);
        for (size_t i = 0; !pool && i < pieces; i++)
                say(s, i);
        for (size_t i = 0; r == 0 && i < pieces; i++)
                if (s->results[i] < 0)
                        r = tamis_fail_memory(err);
        for (size_t i = 0; i < c->n_holes; i++) {
                uint8_t *bin = &c->bins[c->holes[i]], now = tamis_missforest_bin(&c->binning, c->filled[i]);

                *changed |= *bin != now;
                *bin = now;
        }
        tamis_boost_done(&boost);
        tamis_boosting_donors_done(&donors);
        return r;
}

/* A boosting hangs on bins alone: when none has changed, nothing will. The first round does not count, in which the
 * number of trees was found. */
static int run(tamis_boosting *m, tamis_pool *pool, tamis_error *err) {
        tamis_missforest *rows = m->rows;
        struct saying s = { .m = m, .results = malloc((rows->train.rows / PIECE + 1) * sizeof *s.results) };
        size_t with_holes = 0, most;
        bool changed = true;
        int r = s.results ? 0 : tamis_fail_memory(err);

        for (size_t j = 0; j < rows->train.n; j++)
                with_holes += rows->columns[j].n_holes > 0;
        /* one column alone: what it is filled from does not change */
        most = with_holes < 2 ? with_holes : m->options.iterations;
        while (r == 0 && rows->rounds < most && (changed || rows->rounds < 2)) {
                changed = false;
                for (size_t k = 0; r == 0 && k < rows->n_order; k++)
                        if (rows->columns[rows->order[k]].n_holes > 0)
                                r = fill_column(&s, rows->order[k], pool, &changed, err);
                rows->rounds++;
        }
        free(s.results);
        return r;
}

/* -- the strategy -------------------------------------------------------------------------------------------------- */

static int whole(const tamis_settings *settings, const char *name, size_t presumed, size_t most, size_t *ret,
                 tamis_error *err) {
        uint64_t n =
                tamis_settings_given(settings, name) || !presumed ? tamis_settings_count(settings, name) : presumed;

        if (n < 1 || n > most)
                return tamis_fail(err, TAMIS_USAGE, "--%s: a whole number from 1 to %zu is needed", name, most);
        *ret = n;
        return 0;
}

static int read_options(const tamis_settings *settings, tamis_boosting_options *o, tamis_error *err) {
        int r = whole(settings, "iterations", 0, TAMIS_MISSFOREST_TREES_MOST, &o->iterations, err);

        if (r == 0)
                r = whole(settings, "trees", 0, TAMIS_MISSFOREST_TREES_MOST, &o->trees, err);
        if (r == 0)
                r = whole(settings, "depth", 6, TAMIS_BOOST_DEPTH, &o->depth, err);
        if (r == 0)
                r = whole(settings, "donors", 0, UINT32_MAX, &o->donors, err);
        if (r < 0)
                return r;
        o->match = tamis_settings_flag(settings, "match");
        o->rate = tamis_settings_real(settings, "rate");
        if (!(o->rate > 0 && o->rate <= 1))
                return tamis_fail(err, TAMIS_USAGE, "--rate: a number above 0, up to 1, is needed");
        return 0;
}

static int fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) {
        tamis_boosting_options options = {0};
        tamis_missforest *rows = NULL;
        tamis_boosting *m = NULL;
        int r = read_options(fit->context->settings, &options, err);

        if (r == 0)
                r = tamis_missforest_new(train, options.trees, options.iterations, fit->context->seed, fit->purpose,
                                         &rows, err);
        if (r == 0)
                r = tamis_boosting_new(rows, &options, &m, err);
        if (r == 0)
                r = run(m, fit->context->pool, err);
        if (r < 0) {
                tamis_boosting_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

static int take(const void *model, size_t which, tamis_frame *train, tamis_error *err) {
        const tamis_boosting *m = model;

        for (size_t j = 0; j < m->rows->train.n; j++) {
                const tamis_missforest_column *c = &m->rows->columns[j];

                for (size_t i = 0; i < c->n_holes; i++)
                        tamis_missforest_put(&train->columns[j], c->holes[i], c->filled[i]);
        }
        return 0;
}

static const char *const options[] = { "trees", "iterations", "depth", "rate", "match", "donors", NULL };

const tamis_joint tamis_joint_boost = {
        .base = {
                .name = "boost",
                .summary = "gradient-boosted trees, a column from all others, round after round; numbers and categories",
                .source = "as miceforest and mixgb (Deng & Lumley 2024)",
        },
        .takes = 1U << TAMIS_TYPE_NUMERIC | 1U << TAMIS_TYPE_CATEGORICAL,
        .options = options,
        .random = true,
        .fitted = true,
        .why = "nothing was observed in the column",
        .fit = fit,
        .take = take,
        .fill = tamis_boosting_fill,
        .save = tamis_boosting_save,
        .load = tamis_boosting_load,
        .report = tamis_boosting_report,
        .free = tamis_boosting_free,
};
