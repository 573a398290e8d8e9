/* Which columns lose cells, in which patterns, and with what probability in the mean. */
#include <stdlib.h>

#include "judge/ampute.h"
#include "judge/ampute_grid.h"

/* Doubled names are told apart by their number. */
static uint64_t key_of(const tamis_schema *schema, size_t at) {
        tamis_slice name = { schema->fields[at].name, schema->fields[at].name_length };
        uint64_t before = 0;

        for (size_t i = 0; i < at; i++)
                before +=
                        tamis_slice_equal((tamis_slice) { schema->fields[i].name, schema->fields[i].name_length }, name);
        return tamis_slice_hash(name) + before;
}

static int take_columns(tamis_ampute *s, const tamis_schema *schema, const tamis_selection *chosen, tamis_error *err) {
        if (chosen->n == 0)
                return tamis_fail(err, TAMIS_USAGE, "there is no column to make holes in%s",
                                  s->mechanism == TAMIS_MAR ? " besides those that the probability hangs on"
                                                            : " (--columns names those of ids too)");
        s->columns = calloc(chosen->n, sizeof *s->columns);
        if (!s->columns)
                return tamis_fail_memory(err);
        s->n_columns = chosen->n;
        for (size_t j = 0; j < chosen->n; j++) {
                s->columns[j].at = chosen->columns[j];
                s->columns[j].name = schema->fields[chosen->columns[j]].name;
                s->columns[j].key = key_of(schema, chosen->columns[j]);
        }
        return 0;
}

/* -- patterns ------------------------------------------------------------------------------------------------------ */

static int make_patterns(tamis_ampute *s, size_t n, tamis_error *err) {
        tamis_ampute_patterns *p = &s->patterns;

        if (n > UINT32_MAX)
                return tamis_fail(err, TAMIS_USAGE, "%zu patterns are too many", n);
        p->n = n;
        p->upto = calloc(n + 1, sizeof *p->upto);
        p->holes = calloc(n + 1, s->n_columns);
        p->rows = calloc(n + 1, sizeof *p->rows);
        p->hit = calloc(n + 1, sizeof *p->hit);
        return p->upto && p->holes && p->rows && p->hit ? 0 : tamis_fail_memory(err);
}

/* As mice has them where none are given: one hole in each column in turn, each as often as the others. */
static int default_patterns(tamis_ampute *s, tamis_error *err) {
        int r = make_patterns(s, s->n_columns, err);

        for (size_t k = 0; r == 0 && k < s->n_columns; k++) {
                s->patterns.upto[k] = (double) (k + 1) / (double) s->n_columns;
                s->patterns.holes[k * s->n_columns + k] = 1;
        }
        return r;
}

/* The cells are 0 and 1, every pattern makes a hole, and none in a column that is never changed. */
static int check_patterns(const tamis_ampute *s, const tamis_grid *g, const size_t *at, size_t target,
                          tamis_schema *schema, tamis_error *err) {
        for (size_t k = 0; k < g->rows; k++) {
                bool hole = false, kept = false;

                for (size_t c = 0; c < g->schema.n; c++) {
                        double v = g->v[k * g->schema.n + c];
                        const char *name = g->schema.fields[c].name;

                        if (at[c] == SIZE_MAX) {
                                if (v < 0)
                                        return tamis_fail_at(err, TAMIS_BAD_DATA, g->path, 0, 0,
                                                             "pattern %zu: a frequency below 0", k + 1);
                                continue;
                        }
                        if (v != 0 && v != 1)
                                return tamis_fail_at(err, TAMIS_BAD_DATA, g->path, 0, 0,
                                                     "pattern %zu, column \"%s\": %g is neither 0 "
                                                     "(the cell goes) nor 1 (it stays)",
                                                     k + 1, name, v);
                        hole |= v == 0;
                        kept |= v == 1;
                        if (v == 0 &&
                            (at[c] == target ||
                             tamis_reserved(
                                     (tamis_slice) { schema->fields[at[c]].name, schema->fields[at[c]].name_length })))
                                return tamis_fail_at(err, TAMIS_BAD_DATA, g->path, 0, 0,
                                                     "pattern %zu, column \"%s\": it is %s and is "
                                                     "never changed",
                                                     k + 1, name, at[c] == target ? "the target" : "a mark of tamis");
                }
                if (!hole)
                        return tamis_fail_at(err, TAMIS_BAD_DATA, g->path, 0, 0,
                                             "pattern %zu makes no hole: take it out (--rate says how "
                                             "many rows stay whole)",
                                             k + 1);
        }
        return 0;
}

static int fill_patterns(tamis_ampute *s, const tamis_grid *g, const size_t *at, tamis_error *err) {
        size_t n = g->schema.n;
        double sum = 0;
        int r = make_patterns(s, g->rows, err);

        for (size_t k = 0; r == 0 && k < g->rows; k++) {
                double frequency = 1;

                for (size_t c = 0; c < n; c++) {
                        if (at[c] == SIZE_MAX)
                                frequency = g->v[k * n + c];
                        for (size_t j = 0; j < s->n_columns; j++)
                                if (s->columns[j].at == at[c])
                                        s->patterns.holes[k * s->n_columns + j] = g->v[k * n + c] == 0;
                }
                sum += frequency;
                s->patterns.upto[k] = sum;
        }
        if (r == 0 && !(sum > 0))
                return tamis_fail_at(err, TAMIS_BAD_DATA, g->path, 0, 0, "the frequencies are all 0");
        for (size_t k = 0; r == 0 && k < g->rows; k++)
                s->patterns.upto[k] /= sum;
        return r;
}

static int columns_of_patterns(tamis_ampute *s, const tamis_schema *schema, const tamis_grid *g, const size_t *at,
                               tamis_error *err) {
        tamis_selection chosen = { .columns = calloc(schema->n + 1, sizeof *chosen.columns) };
        int r;

        if (!chosen.columns)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < schema->n; i++)
                for (size_t c = 0; c < g->schema.n; c++) {
                        bool goes = false;

                        for (size_t k = 0; k < g->rows; k++)
                                goes |= at[c] == i && g->v[k * g->schema.n + c] == 0;
                        if (goes)
                                chosen.columns[chosen.n++] = i;
                }
        r = take_columns(s, schema, &chosen, err);
        tamis_selection_done(&chosen);
        return r;
}

static int read_patterns(tamis_ampute *s, tamis_schema *schema, tamis_error *err) {
        const tamis_settings *settings = s->context->settings;
        tamis_grid g = {0};
        size_t target = SIZE_MAX, *at = NULL;
        int r = tamis_settings_given(settings, "target") ? tamis_target(s->context, schema, &target, err) : 0;

        if (r == 0)
                r = tamis_grid_read(&g, tamis_settings_text(settings, "patterns"), err);
        if (r == 0 && !(at = calloc(g.schema.n + 1, sizeof *at)))
                r = tamis_fail_memory(err);
        if (r == 0)
                r = tamis_grid_locate(&g, schema, "_frequency", at, err);
        if (r == 0)
                r = check_patterns(s, &g, at, target, schema, err);
        if (r == 0)
                r = columns_of_patterns(s, schema, &g, at, err);
        if (r == 0)
                r = fill_patterns(s, &g, at, err);
        free(at);
        tamis_grid_done(&g);
        return r;
}

/* A row that is hit loses as many cells as its pattern has holes: so many of a row's cells in the mean. mice divides
 * the cells among the patterns first, which comes to the same where all patterns have equally many holes, and misses
 * the share where not. */
static double holes_of_a_row(const tamis_ampute *s) {
        double sum = 0;

        for (size_t k = 0; k < s->patterns.n; k++) {
                double holes = 0;

                for (size_t j = 0; j < s->n_columns; j++)
                        holes += s->patterns.holes[k * s->n_columns + j];
                sum += holes * (s->patterns.upto[k] - (k ? s->patterns.upto[k - 1] : 0));
        }
        return sum;
}

/* -- the share ----------------------------------------------------------------------------------------------------- */

static int decide_share(tamis_ampute *s, tamis_error *err) {
        bool given = tamis_settings_given(s->context->settings, "rate");

        s->share = s->rate;
        if (s->way == TAMIS_BY_PATTERNS && !s->of_rows && (given || !s->window || s->draws_window)) {
                double most = holes_of_a_row(s) / (double) s->n_columns;

                s->share = s->rate / most;
                if (s->share > 1 + 1e-12)
                        return tamis_fail(err, TAMIS_USAGE,
                                          "--rate %g: were every row hit, these patterns would take %g of the cells "
                                          "(patterns with more holes take more)",
                                          s->rate, most);
                if (s->share > 1)
                        s->share = 1;
        }
        if (s->window && !s->draws_window && s->share > s->high - s->low + 1e-12)
                return tamis_fail(
                        err, TAMIS_USAGE,
                        "--window %s holds %g of the candidates, and %g of them are to go: widen it, or lower "
                        "--rate",
                        tamis_settings_text(s->context->settings, "window"), s->high - s->low, s->share);
        return 0;
}

static int choose_columns(tamis_ampute *s, tamis_schema *schema, tamis_error *err) {
        tamis_selection chosen = {0};
        int r;

        if (tamis_settings_given(s->context->settings, "patterns"))
                return read_patterns(s, schema, err);
        r = tamis_features(s->context, schema, 0, &chosen, err);
        if (r == 0 && s->mechanism == TAMIS_MAR &&
            (s->way == TAMIS_BY_CELLS || tamis_settings_given(s->context->settings, "by")))
                r = tamis_ampute_part_by(s, schema, &chosen, err);
        if (r == 0)
                r = take_columns(s, schema, &chosen, err);
        tamis_selection_done(&chosen);
        if (r == 0 && s->way == TAMIS_BY_PATTERNS)
                r = default_patterns(s, err);
        return r;
}

int tamis_ampute_resolve(tamis_ampute *s, tamis_schema *schema, tamis_error *err) {
        int r = choose_columns(s, schema, err);

        if (r == 0 && s->across > s->n_columns)
                r = tamis_fail(err, TAMIS_USAGE, "--block %s: there are %zu columns to make holes in",
                               tamis_settings_text(s->context->settings, "block"), s->n_columns);
        if (r == 0)
                r = decide_share(s, err);
        if (r == 0 && s->mechanism != TAMIS_MCAR)
                r = tamis_ampute_resolve_scores(s, schema, err);
        s->bound = r == 0;
        return r;
}
