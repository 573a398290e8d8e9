#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "clean/clean.h"
#include "clean/state.h"

static const char *const date_forms[] = { "iso", "parts", NULL };
static const char *const outlier_methods[] = { "iqr", "mad", "z", NULL };
static const char *const outlier_actions[] = { "clip", "blank", "drop", "mark", NULL };

static const tamis_option options[] = {
        { "drop", 0, TAMIS_SELECTION, "SEL", NULL, "columns to take away", NULL },
        { "keep", 0, TAMIS_SELECTION, "SEL", NULL, "take all other columns away (but the marks "
          "that begin with _)", NULL },
        { "rename", 0, TAMIS_TEXT, "LIST", NULL, "new names: 'old=new,...'", NULL },
        { "trim", 0, TAMIS_FLAG, NULL, NULL, "take blanks off the ends of cells", NULL },
        { "blank", 0, TAMIS_TEXT, "LIST", NULL, "cells that are one of these become empty: '0,unknown'", NULL },
        { "flag", 0, TAMIS_FLAG, NULL, NULL, "--blank: a column COL_blanked of 0 and 1 where cells became empty", NULL },
        { "map", 0, TAMIS_TEXT, "FILE", NULL, "values that become others: a CSV of from,to or column,from,to", NULL },
        { "alike", 0, TAMIS_TEXT, "RULES", NULL, "texts that differ by case, blanks, punctuation alone get "
          "the spelling that most rows have: 'case,blanks'", NULL },
        { "numbers", 0, TAMIS_FLAG, NULL, NULL, "1,234 and $5 and 12% as plain numbers", NULL },
        { "decimal", 0, TAMIS_TEXT, "CHAR", ".", "--numbers: what is before the decimals, . or ,", NULL },
        { "dates", 0, TAMIS_CHOICE, "HOW", NULL, "dates as 2020-12-25 (iso), or columns COL_year, _month, _day, "
          "_weekday behind the others (parts)", date_forms },
        { "date-format", 0, TAMIS_TEXT, "FORMAT", NULL, "--dates: how they are written, '%d/%m/%Y'; several with |", NULL },
        { "booleans", 0, TAMIS_FLAG, NULL, NULL, "yes and no, true and false, on and off as 1 and 0", NULL },
        { "outliers", 0, TAMIS_CHOICE, "HOW", NULL, "look for values far from the others: iqr, mad, z", outlier_methods },
        { "outlier-limit", 0, TAMIS_REAL, "K", NULL, "how far: interquartile ranges beyond the quartiles (1.5), or "
          "standard deviations by the MAD (3.5) or by themselves (3)", NULL },
        { "outliers-to", 0, TAMIS_CHOICE, "HOW", "mark", "outliers: clip to the bound, blank, drop (train rows), or "
          "mark in a column COL_outlier", outlier_actions },
        { "dedupe", 0, TAMIS_FLAG, NULL, NULL, "of rows that are the same in all columns keep the first", NULL },
        { "drop-rows-over", 0, TAMIS_SHARE, "SHARE", NULL, "take rows away of which more than "
          "this share is missing", NULL },
        { "drop-columns-over", 0, TAMIS_SHARE, "SHARE", NULL, "take columns away of which more than "
          "this share is missing",
          NULL },
        { NULL },
};

/* -- what was asked ------------------------------------------------------------------------------------------------ */

static int add_rename(tamis_slice name, tamis_slice value, void *arg, tamis_error *err) {
        struct tamis_clean *s = arg;
        struct tamis_rename *more;

        if (name.n == 0 || value.n == 0)
                return tamis_fail(err, TAMIS_USAGE, "--rename: each part is old=new");
        more = realloc(s->renames, (s->n_renames + 1) * sizeof *more);
        if (!more)
                return tamis_fail_memory(err);
        s->renames = more;
        more += s->n_renames++;
        more->from = strndup(name.p, name.n);
        more->to = strndup(value.p, value.n);
        return more->from && more->to ? 0 : tamis_fail_memory(err);
}

/* The tokens of --blank, and no others: "=LIST" is how tamis_missing is told so. */
static int read_blanks(struct tamis_clean *s, const char *list, tamis_error *err) {
        tamis_buffer only = {0};
        int r = tamis_buffer_addf(&only, err, "=%s", list);

        if (r == 0)
                r = tamis_buffer_add(&only, "", 1, err);
        if (r == 0)
                r = tamis_missing_init(&s->blank, only.p, err);
        tamis_buffer_done(&only);
        if (r < 0)
                return r;
        s->blanks = true;
        s->blank_values = calloc(s->blank.n + 1, sizeof *s->blank_values);
        if (!s->blank_values)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < s->blank.n; i++)
                if (tamis_number_parse(s->blank.tokens[i], &s->blank_values[s->n_blank_values]))
                        s->n_blank_values++;
        return 0;
}

static int configure(void *state, const tamis_context *context, tamis_error *err) {
        struct tamis_clean *s = state;
        const tamis_settings *settings = context->settings;
        const char *rename = tamis_settings_text(settings, "rename"), *blank = tamis_settings_text(settings, "blank");
        int r = 0;

        s->context = context;
        s->trim = tamis_settings_flag(settings, "trim");
        s->dedupe = tamis_settings_flag(settings, "dedupe");
        s->rows_over = tamis_settings_real(settings, "drop-rows-over");
        s->columns_over = tamis_settings_real(settings, "drop-columns-over");
        s->types = tamis_picks_need_types(settings);
        if (rename)
                r = tamis_pairs(rename, "--rename", add_rename, s, err);
        if (r == 0 && blank)
                r = read_blanks(s, blank, err);
        if (r == 0)
                r = tamis_mends_configure(s, err);
        if (r < 0)
                return r;
        s->phase = s->wishes.any ? TAMIS_CLEAN_LOOKS : isnan(s->columns_over) ? TAMIS_CLEAN_REPEATS : TAMIS_CLEAN_HOLES;
        if (!s->wishes.any && !s->trim && !blank && !rename && !s->dedupe && isnan(s->rows_over) &&
            isnan(s->columns_over) && !tamis_settings_given(settings, "drop") &&
            !tamis_settings_given(settings, "keep"))
                return tamis_fail(err, TAMIS_USAGE, "there is nothing to do: --drop, --keep, --rename, --trim, "
                                  "--blank, --map, --alike, --numbers, --dates, --booleans, --outliers, --dedupe, "
                                  "--drop-rows-over or --drop-columns-over is needed");
        if (tamis_settings_given(settings, "columns") && !s->trim && !blank && !s->wishes.any)
                return tamis_fail(err, TAMIS_USAGE,
                                  "--columns says where --trim, --blank and the like work, and none is "
                                  "given (--keep takes other columns away)");
        return 0;
}

static bool idle(const void *state) {
        const struct tamis_clean *s = state;

        return !s->dedupe && isnan(s->columns_over) && !s->types && !s->wishes.any;
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct tamis_clean *s = state;
        int r = tamis_picks_choose(&s->picks, context, schema, err);

        if (r == 0)
                r = tamis_picks_resolve(&s->picks, context, schema, err);
        if (r < 0)
                return r;
        s->in = schema;
        s->holes = calloc(schema->n + 1, sizeof *s->holes);
        if (!s->holes)
                return tamis_fail_memory(err);
        return s->wishes.any ? tamis_mends_bind(s, schema, err) : 0;
}

/* -- what goes out ------------------------------------------------------------------------------------------------- */

static int find_renamed(struct tamis_clean *s, tamis_schema *schema, tamis_error *err) {
        for (size_t i = 0; i < s->n_renames; i++) {
                struct tamis_rename *n = &s->renames[i];
                long at = tamis_schema_find(schema, tamis_slice_of(n->from));
                int r;

                n->at = (size_t) at;
                if (at < 0) {
                        r = tamis_select_one(schema, n->from, "--rename", &n->at, err);
                        if (r < 0)
                                return r;
                }
                if (s->picks.goes[n->at])
                        return tamis_fail(err, TAMIS_USAGE, "--rename: column \"%s\" is dropped", n->from);
                for (size_t k = 0; k < i; k++)
                        if (s->renames[k].at == n->at)
                                return tamis_fail(err, TAMIS_USAGE, "--rename: column \"%s\" gets two names", n->from);
        }
        return 0;
}

/* First to names nobody has, so that two columns can change theirs. */
static int rename_columns(const struct tamis_clean *s, tamis_schema *schema, const size_t *place, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; i < s->n_renames && r == 0; i++) {
                char aside[32];
                int n = snprintf(aside, sizeof aside, "\001%zu", i);

                r = tamis_schema_rename(schema, place[s->renames[i].at], (tamis_slice) { aside, (size_t) n }, err);
        }
        for (size_t i = 0; i < s->n_renames && r == 0; i++)
                r = tamis_schema_rename(schema, place[s->renames[i].at], tamis_slice_of(s->renames[i].to), err);
        return r;
}

static int attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct tamis_clean *s = state;
        size_t n = schema->n, gone = 0, *place = calloc(n + 1, sizeof *place);
        int r = 0;

        if (!place)
                return tamis_fail_memory(err);
        json_decref(s->gone);
        s->gone = json_array();
        if (s->n_renames && !schema->dialect.header)
                r = tamis_fail(err, TAMIS_USAGE, "--rename: without a header there are no names");
        if (r == 0 && idle(s) && !s->loaded)
                r = tamis_picks_choose(&s->picks, context, schema, err);
        if (r == 0)
                r = tamis_picks_resolve(&s->picks, context, schema, err);
        if (r == 0 && s->n_mends)
                r = tamis_mends_find(s, schema, err);
        if (r == 0)
                r = find_renamed(s, schema, err);
        for (size_t at = 0; at < n && r == 0; at++) {
                json_t *name;

                place[at] = at - gone;
                if (!s->picks.goes[at])
                        continue;
                name = tamis_json_bytes(tamis_slice_of(schema->fields[place[at]].name));
                if (json_array_append_new(s->gone, name) < 0)
                        r = tamis_fail_memory(err);
                tamis_schema_remove(schema, at - gone++);
        }
        if (r == 0)
                r = rename_columns(s, schema, place, err);
        if (r == 0 && s->n_mends)
                r = tamis_mends_attach(s, schema, place, err);
        free(place);
        return r;
}

/* -- what is kept and told ----------------------------------------------------------------------------------------- */

static int save(const void *state, json_t *into, tamis_error *err) {
        const struct tamis_clean *s = state;

        int r = tamis_picks_save(&s->picks, into, err);

        return r < 0 ? r : tamis_mends_save(s, into, err);
}

static int load(void *state, const tamis_context *context, const json_t *from, tamis_error *err) {
        struct tamis_clean *s = state;

        int r = tamis_picks_load(&s->picks, from, err);

        s->loaded = true;
        return r < 0 ? r : tamis_mends_load(s, from, err);
}

static int report(const void *state, json_t *into, tamis_error *err) {
        const struct tamis_clean *s = state;
        int r = json_object_set_new(into, "cells_trimmed", json_integer((json_int_t) s->cells_trimmed));

        r |= json_object_set_new(into, "cells_blanked", json_integer((json_int_t) s->cells_blanked));
        r |= json_object_set_new(into, "rows_repeated", json_integer((json_int_t) s->rows_repeated));
        r |= json_object_set_new(into, "rows_over_share", json_integer((json_int_t) s->rows_hollow));
        r |= json_object_set(into, "columns_dropped", s->gone);
        return r < 0 ? tamis_fail_memory(err) : tamis_mends_report(s, into, err);
}

static void done(void *state) {
        struct tamis_clean *s = state;

        for (size_t i = 0; i < s->n_renames; i++) {
                free(s->renames[i].from);
                free(s->renames[i].to);
        }
        free(s->renames);
        free(s->holes);
        free(s->blank_values);
        json_decref(s->gone);
        tamis_missing_done(&s->blank);
        tamis_picks_done(&s->picks);
        tamis_duplicates_done(&s->duplicates);
        tamis_mends_done(s);
}

const tamis_step_type tamis_step_clean = {
        .name = "clean",
        .summary = "drop and rename columns, mend cells, bound outliers, take repeated and hollow rows away",
        .details = "In this order: columns go (--drop, --keep), cells are trimmed, blanked, mapped, read as dates, "
                   "numbers or truth or else respelled, columns with too many missing cells go, outliers are dealt "
                   "with, rows with too many missing cells and repeated rows go, columns are renamed. Each part sees "
                   "what those before it left (rows repeat by their values before outliers change); all of them call "
                   "columns by the names they came with.\n\n"
                   "--trim and --blank work on --columns (default: all), and so do --map, --alike, --numbers, --dates, "
                   "--booleans and --outliers, which by default leave ids alone; the other parts look at all columns. "
                   "Unless --columns names it, a column is taken for dates, numbers or truth where at least nine in "
                   "ten of its present cells are, and for spellings where it is categorical. What is not of the form "
                   "stays as it came and is counted in the report. Whether 03/04/2020 is in March or in April is told "
                   "by the dates of the column that can be read in one way alone; where they do not tell, it stays, "
                   "and that is said.\n\n"
                   "Bounds of outliers are learned from the train rows, and hold for all. --alike puts the most "
                   "frequent spelling in the place of the others.\n\n"
                   "Only cells that change are written anew. --blank compares texts, blanks around them aside: 0 is "
                   "not 0.0. Rows are the same when the values of all columns that stay are, quotes aside. Columns "
                   "that begin with _ are neither compared nor counted, and go only when --drop names them.\n\n"
                   "Rows go from the train part alone. A saved model takes no rows away: whoever asks for a prediction "
                   "wants one for every row.",
        .options = options,
        .common = TAMIS_OPT_COLUMNS | TAMIS_OPT_LEARN | TAMIS_OPT_MISSING,
        .examples = "tamis clean --drop PassengerId,Name,Ticket,Cabin titanic.csv\n"
                    "tamis clean -c glucose,bmi --blank 0 pima.csv\n"
                    "tamis clean --trim --dedupe --rename 'SibSp=siblings' titanic.csv\n"
                    "tamis clean --numbers --dates iso --booleans orders.csv\n"
                    "tamis clean -c Fare --outliers iqr --outliers-to clip titanic.csv",
        .traits = TAMIS_LEARNS | TAMIS_CHANGES_ROWS | TAMIS_HOLDS_ROWS,
        .state_size = sizeof(struct tamis_clean),
        .configure = configure,
        .idle = idle,
        .bind = bind,
        .partial_size = sizeof(struct tamis_clean_partial),
        .learn = tamis_clean_learn,
        .merge = tamis_clean_merge,
        .partial_done = tamis_clean_partial_done,
        .finish = tamis_clean_finish,
        .attach = attach,
        .apply = tamis_clean_apply,
        .save = save,
        .load = load,
        .report = report,
        .done = done,
};
