/* What scores are made of: columns and their weights. */
#include <stdlib.h>

#include <tamis/random.h>

#include "judge/ampute.h"
#include "judge/ampute_grid.h"

static tamis_slice name_of(const tamis_schema *schema, size_t at) {
        return (tamis_slice) { schema->fields[at].name, schema->fields[at].name_length };
}

static bool holds(const tamis_selection *selection, size_t at) {
        for (size_t i = 0; i < selection->n; i++)
                if (selection->columns[i] == at)
                        return true;
        return false;
}

/* -- which columns ------------------------------------------------------------------------------------------------- */

static int take_inputs(tamis_ampute *s, tamis_schema *schema, const tamis_selection *by, tamis_error *err) {
        s->inputs = calloc(by->n + 1, sizeof *s->inputs);
        if (!s->inputs)
                return tamis_fail_memory(err);
        s->n_inputs = by->n;
        for (size_t i = 0; i < by->n; i++) {
                s->inputs[i].at = by->columns[i];
                s->inputs[i].name = schema->fields[by->columns[i]].name;
                s->inputs[i].text = tamis_schema_type(schema, by->columns[i]) == TAMIS_TYPE_CATEGORICAL;
        }
        return 0;
}

/* The columns that --weights gives a weight. */
static int by_of_weights(const tamis_ampute *s, const tamis_schema *schema, tamis_selection *ret, tamis_error *err) {
        tamis_grid g = {0};
        size_t *at = NULL;
        int r = tamis_grid_read(&g, tamis_settings_text(s->context->settings, "weights"), err);

        ret->n = 0;
        ret->columns = calloc(schema->n + 1, sizeof *ret->columns);
        if (r == 0 && (!ret->columns || !(at = calloc(g.schema.n + 1, sizeof *at))))
                r = tamis_fail_memory(err);
        if (r == 0)
                r = tamis_grid_locate(&g, schema, NULL, at, err);
        for (size_t i = 0; r == 0 && i < schema->n; i++)
                for (size_t c = 0; c < g.schema.n; c++) {
                        bool weighs = false;

                        for (size_t k = 0; at[c] == i && k < g.rows; k++)
                                weighs |= g.v[k * g.schema.n + c] != 0;
                        if (weighs)
                                ret->columns[ret->n++] = i;
                }
        free(at);
        tamis_grid_done(&g);
        if (r < 0)
                tamis_selection_done(ret);
        return r;
}

/* Numbers, without the target: categories are part of a sum only where somebody says so. */
static int by_default(const tamis_ampute *s, tamis_schema *schema, tamis_selection *ret, tamis_error *err) {
        return tamis_features_of(s->context, schema, NULL, "--by", 1U << TAMIS_TYPE_NUMERIC, ret, err);
}

static int by_asked(const tamis_ampute *s, tamis_schema *schema, bool *asked, tamis_selection *ret, tamis_error *err) {
        const char *sel = tamis_settings_text(s->context->settings, "by");

        *asked = true;
        if (tamis_settings_given(s->context->settings, "weights"))
                return by_of_weights(s, schema, ret, err);
        if (sel)
                return tamis_select(schema, sel, ret, err);
        *asked = false;
        return by_default(s, schema, ret, err);
}

/* A third of them, at least one, stays whole for the rest to hang on (after Muzellec et al. 2020, who keep 30 %): drawn
 * by their names, so that it does not matter in which order they stand. */
static void draw_third(const tamis_ampute *s, const tamis_schema *schema, tamis_selection *by) {
        size_t keep = by->n / 3 > 0 ? by->n / 3 : by->n > 0, n = 0;

        while (by->n > keep) {
                uint64_t most = 0;
                size_t out = 0;

                for (size_t i = 0; i < by->n; i++) {
                        tamis_stream stream;
                        uint64_t bits;

                        tamis_stream_init(&stream, s->context->seed, "ampute.by",
                                          tamis_slice_hash(name_of(schema, by->columns[i])), 0);
                        bits = tamis_stream_bits(&stream);
                        if (i == 0 || bits > most) {
                                most = bits;
                                out = i;
                        }
                }
                for (n = out; n + 1 < by->n; n++)
                        by->columns[n] = by->columns[n + 1];
                by->n--;
        }
}

static void take_away(tamis_selection *from, const tamis_selection *what) {
        size_t n = 0;

        for (size_t i = 0; i < from->n; i++)
                if (!holds(what, from->columns[i]))
                        from->columns[n++] = from->columns[i];
        from->n = n;
}

int tamis_ampute_part_by(tamis_ampute *s, tamis_schema *schema, tamis_selection *chosen, tamis_error *err) {
        const char *columns = tamis_settings_text(s->context->settings, "columns");
        bool named = columns && *columns != '!', asked;         /* `!Name` means all but Name, and nobody all others */
        tamis_selection by = {0};
        int r = by_asked(s, schema, &asked, &by, err);

        if (r == 0 && asked && named)
                for (size_t i = 0; r == 0 && i < by.n; i++)
                        if (holds(chosen, by.columns[i]))
                                r = tamis_fail(err, TAMIS_USAGE,
                                               "column \"%s\" is to lose cells, and is what the probability hangs on: "
                                               "that is mnar (-s mnar), or --by names another",
                                               schema->fields[by.columns[i]].name);
        if (r == 0 && !asked && columns)
                take_away(&by, chosen);
        if (r == 0 && !asked && !columns)
                draw_third(s, schema, &by);
        if (r == 0 && by.n == 0)
                r = tamis_fail(err, TAMIS_USAGE,
                               "there is no column of numbers for the probability to hang on (--by names those that "
                               "it is to hang on, text too)");
        if (r == 0) {
                take_away(chosen, &by);
                r = take_inputs(s, schema, &by, err);
        }
        tamis_selection_done(&by);
        return r;
}

/* -- weights ------------------------------------------------------------------------------------------------------- */

/* Which column to lose cells each input is; SIZE_MAX: none. */
static size_t *slots_of(const tamis_ampute *s) {
        size_t *slot = calloc(s->n_inputs + 1, sizeof *slot);

        for (size_t i = 0; slot && i < s->n_inputs; i++) {
                slot[i] = SIZE_MAX;
                for (size_t j = 0; j < s->n_columns; j++)
                        if (s->columns[j].at == s->inputs[i].at)
                                slot[i] = j;
        }
        return slot;
}

/* All 1, but where a pattern says otherwise: under MAR the columns it leaves whole, under MNAR those it does not. */
static double default_weight(const tamis_ampute *s, size_t k, size_t slot) {
        bool goes = slot != SIZE_MAX &&
                (s->way == TAMIS_BY_PATTERNS ? s->patterns.holes[k * s->n_columns + slot] : slot == k);

        return goes == (s->mechanism == TAMIS_MNAR);
}

/* given[scorer][input] */
static int read_weights(const tamis_ampute *s, const tamis_schema *schema, double **given, tamis_error *err) {
        tamis_grid g = {0};
        size_t *at = NULL;
        int r = tamis_grid_read(&g, tamis_settings_text(s->context->settings, "weights"), err);

        if (r < 0)
                return r;
        at = calloc(g.schema.n + 1, sizeof *at);
        *given = calloc(s->n_scorers * s->n_inputs + 1, sizeof **given);
        r = at && *given ? tamis_grid_locate(&g, schema, NULL, at, err) : tamis_fail_memory(err);
        if (r == 0 && g.rows != s->n_scorers)
                r = tamis_fail_at(err, TAMIS_BAD_DATA, g.path, 0, 0, "it has %zu row%s of weights; %zu %s needed%s",
                                  g.rows, g.rows == 1 ? "" : "s", s->n_scorers, s->n_scorers == 1 ? "is" : "are",
                                  s->way == TAMIS_BY_PATTERNS ? ", one for each pattern" : "");
        for (size_t c = 0; r == 0 && c < g.schema.n; c++)
                for (size_t i = 0; i < s->n_inputs; i++)
                        for (size_t k = 0; s->inputs[i].at == at[c] && k < g.rows; k++)
                                (*given)[k * s->n_inputs + i] = g.v[k * g.schema.n + c];
        free(at);
        tamis_grid_done(&g);
        return r;
}

/* What has no weight is left out. */
static int fill_scorer(tamis_ampute_scorer *scorer, const double *weights, size_t n, tamis_error *err) {
        size_t held = 0;

        for (size_t i = 0; i < n; i++)
                held += weights[i] != 0;
        scorer->inputs = calloc(held + 1, sizeof *scorer->inputs);
        scorer->weights = calloc(held + 1, sizeof *scorer->weights);
        scorer->sums = calloc(held + 1, sizeof *scorer->sums);
        if (!scorer->inputs || !scorer->weights || !scorer->sums)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++)
                if (weights[i] != 0) {
                        scorer->inputs[scorer->n] = i;
                        scorer->weights[scorer->n++] = weights[i];
                }
        return 0;
}

static int fill_scorers(tamis_ampute *s, const double *given, const size_t *slot, double *row, tamis_error *err) {
        for (size_t k = 0; k < s->n_scorers; k++) {
                int r;

                for (size_t i = 0; i < s->n_inputs; i++)
                        row[i] = given ? given[k * s->n_inputs + i] : default_weight(s, k, slot[i]);
                r = fill_scorer(&s->scorers[k], row, s->n_inputs, err);
                if (r == 0 && s->scorers[k].n == 0)
                        r = tamis_fail(err, TAMIS_USAGE,
                                       "pattern %zu: there is no column for the probability to hang on (%s)", k + 1,
                                       given ? "all its weights are 0"
                                             : "it leaves no number whole; --by names columns of text too");
                if (r < 0)
                        return r;
        }
        return 0;
}

static int make_scorers(tamis_ampute *s, const tamis_schema *schema, tamis_error *err) {
        size_t n = s->way == TAMIS_BY_PATTERNS ? s->patterns.n : s->mechanism == TAMIS_MAR ? 1 : s->n_columns;
        double *given = NULL, *row = calloc(s->n_inputs + 1, sizeof *row);
        size_t *slot = slots_of(s);
        int r = 0;

        s->scorers = calloc(n, sizeof *s->scorers);
        s->n_scorers = s->scorers ? n : 0;
        if (!row || !slot || !s->scorers)
                r = tamis_fail_memory(err);
        if (r == 0 && tamis_settings_given(s->context->settings, "weights"))
                r = read_weights(s, schema, &given, err);
        if (r == 0)
                r = fill_scorers(s, given, slot, row, err);
        free(given);
        free(row);
        free(slot);
        return r;
}

static int make_curves(tamis_ampute *s, tamis_error *err) {
        size_t n = s->way == TAMIS_BY_PATTERNS ? s->patterns.n : s->n_columns;
        int r = 0;

        s->curves = calloc(n, sizeof *s->curves);
        s->inside = calloc(n, sizeof *s->inside);
        s->candidates = calloc(n, sizeof *s->candidates);
        if (!s->curves || !s->inside || !s->candidates)
                return tamis_fail_memory(err);
        s->n_curves = n;
        for (size_t j = 0; r == 0 && !s->window && j < n; j++)
                r = tamis_curve_init(&s->curves[j], s->type, err);
        return r;
}

/* Under MNAR the columns that lose cells, whatever their type. */
static int by_itself(const tamis_ampute *s, tamis_selection *ret, tamis_error *err) {
        ret->columns = calloc(s->n_columns + 1, sizeof *ret->columns);
        if (!ret->columns)
                return tamis_fail_memory(err);
        for (size_t j = 0; j < s->n_columns; j++)
                ret->columns[ret->n++] = s->columns[j].at;
        return 0;
}

int tamis_ampute_resolve_scores(tamis_ampute *s, tamis_schema *schema, tamis_error *err) {
        bool given = tamis_settings_given(s->context->settings, "weights"), asked;
        tamis_selection by = {0};
        int r = 0;

        if (!s->inputs) {
                r = s->mechanism == TAMIS_MNAR && !given ? by_itself(s, &by, err)
                                                         : by_asked(s, schema, &asked, &by, err);
                if (r == 0)
                        r = take_inputs(s, schema, &by, err);
                tamis_selection_done(&by);
        }
        if (r == 0)
                r = make_scorers(s, schema, err);
        if (r == 0)
                r = make_curves(s, err);
        s->stage = TAMIS_AMPUTE_MOMENTS;
        for (size_t i = 0; i < s->n_inputs; i++)
                if (s->inputs[i].text)
                        s->stage = TAMIS_AMPUTE_RANKS;
        return r;
}
