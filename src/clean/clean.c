#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "clean/clean.h"
#include "clean/duplicates.h"
#include "clean/picks.h"

struct rename {
        char *from, *to;
        size_t at;              /* in the schema that came in */
};

struct clean {
        const tamis_context *context;
        bool trim, blanks, dedupe, types, loaded;
        double rows_over, columns_over;         /* NaN: not asked */
        tamis_missing blank;
        double *blank_values;   /* of those tokens that are numbers, to tell of cells that are the same number */
        size_t n_blank_values;
        struct rename *renames;
        size_t n_renames;
        tamis_picks picks;
        json_t *gone;           /* the names of the columns that went, for the report */

        /* learning: holes first, where columns may go for them; then duplicates among what is left */
        const tamis_schema *in; /* the runner's, from bind to finish */
        bool counting;
        uint64_t rows;
        uint64_t *holes;        /* per column */
        tamis_duplicates duplicates;

        _Atomic uint64_t cells_trimmed, cells_blanked, rows_repeated, rows_hollow;
};

struct partial {
        uint64_t rows, *holes;
        size_t n_columns;
        tamis_duplicates prints;
};

static const tamis_option options[] = {
        { "drop", 0, TAMIS_SELECTION, "SEL", NULL, "columns to take away", NULL },
        { "keep", 0, TAMIS_SELECTION, "SEL", NULL, "take all other columns away (but the marks that begin with _)", NULL },
        { "rename", 0, TAMIS_TEXT, "LIST", NULL, "new names: 'old=new,...'", NULL },
        { "trim", 0, TAMIS_FLAG, NULL, NULL, "take blanks off the ends of cells", NULL },
        { "blank", 0, TAMIS_TEXT, "LIST", NULL, "cells that are one of these become empty: '0,unknown'", NULL },
        { "dedupe", 0, TAMIS_FLAG, NULL, NULL, "of rows that are the same in all columns keep the first", NULL },
        { "drop-rows-over", 0, TAMIS_SHARE, "SHARE", NULL, "take rows away of which more than this share is missing", NULL },
        { "drop-columns-over", 0, TAMIS_SHARE, "SHARE", NULL, "take columns away of which more than this share is missing",
          NULL },
        { NULL },
};

/* -- what was asked -------------------------------------------------------------------------------------------------- */

static int add_rename(tamis_slice name, tamis_slice value, void *arg, tamis_error *err) {
        struct clean *s = arg;
        struct rename *more;

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
static int read_blanks(struct clean *s, const char *list, tamis_error *err) {
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
        struct clean *s = state;
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
        if (r < 0)
                return r;
        if (!s->trim && !blank && !rename && !s->dedupe && isnan(s->rows_over) && isnan(s->columns_over)
            && !tamis_settings_given(settings, "drop") && !tamis_settings_given(settings, "keep"))
                return tamis_fail(err, TAMIS_USAGE, "there is nothing to do: --drop, --keep, --rename, --trim, --blank, --dedupe, "
                                  "--drop-rows-over or --drop-columns-over is needed");
        if (tamis_settings_given(settings, "columns") && !s->trim && !blank)
                return tamis_fail(err, TAMIS_USAGE, "--columns says where --trim and --blank work, and neither is given "
                                  "(--keep takes other columns away)");
        return 0;
}

static bool idle(const void *state) {
        const struct clean *s = state;

        return !s->dedupe && isnan(s->columns_over) && !s->types;
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct clean *s = state;
        int r = tamis_picks_choose(&s->picks, context, schema, err);

        if (r == 0)
                r = tamis_picks_resolve(&s->picks, context, schema, err);
        if (r < 0)
                return r;
        s->in = schema;
        s->counting = !isnan(s->columns_over);
        s->holes = calloc(schema->n + 1, sizeof *s->holes);
        return s->holes ? 0 : tamis_fail_memory(err);
}

/* -- cells ----------------------------------------------------------------------------------------------------------- */

enum change { AS_IT_WAS, TRIMMED, BLANKED };

/* What trimming and blanking make of a cell of a column that is worked on. */
static enum change clean_cell(const struct clean *s, tamis_slice *text) {
        tamis_slice t = *text;

        while (t.n > 0 && (t.p[0] == ' ' || t.p[0] == '\t'))
                t.p++, t.n--;
        while (t.n > 0 && (t.p[t.n - 1] == ' ' || t.p[t.n - 1] == '\t'))
                t.n--;
        if (s->blanks && t.n > 0 && tamis_missing_is(&s->blank, t)) {
                *text = (tamis_slice) {0};
                return BLANKED;
        }
        if (!s->trim || t.n == text->n)
                return AS_IT_WAS;
        *text = t;
        return TRIMMED;
}

static bool changes_cells(const struct clean *s, size_t column) {
        return (s->trim || s->blanks) && s->picks.works[column];
}

/* --blank 0 was said, and there is a 0.0: that stays, and should not do so in silence. */
static bool is_blank_number(const struct clean *s, tamis_slice text) {
        double value;

        if (s->n_blank_values == 0 || !tamis_number_parse(text, &value))
                return false;
        for (size_t i = 0; i < s->n_blank_values; i++)
                if (s->blank_values[i] == value)
                        return true;
        return false;
}

static int change_column(struct clean *s, tamis_batch *batch, size_t column, tamis_error *err) {
        uint64_t n[3] = {0};
        bool look_alike = false;
        int r = 0;

        for (size_t row = 0; row < batch->n_rows && r == 0; row++) {
                tamis_slice text = tamis_batch_text(batch, row, column);
                enum change change = clean_cell(s, &text);

                n[change]++;
                look_alike = look_alike || (change != BLANKED && is_blank_number(s, text));
                if (change != AS_IT_WAS)
                        r = text.n > 0 ? tamis_batch_set_text(batch, row, column, text, err)
                                       : tamis_batch_set_missing(batch, row, column, err);
        }
        if (look_alike && batch->final)
                tamis_warn(s->context, "column \"%s\" has cells that are the same number as one of --blank, written otherwise "
                           "(like 0.0 for 0): they stay, unless --blank lists them too", batch->schema->fields[column].name);
        tamis_batch_count(batch, &s->cells_trimmed, n[TRIMMED]);
        tamis_batch_count(batch, &s->cells_blanked, n[BLANKED]);
        return r;
}

/* -- learning -------------------------------------------------------------------------------------------------------- */

/* Holes as they will be once the cells are cleaned; the batch itself is left alone. */
static int count_holes(const struct clean *s, tamis_batch *batch, size_t column, uint64_t *holes, tamis_error *err) {
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, column, &missing, err);

        if (r < 0)
                return r;
        for (size_t row = 0; row < batch->n_rows; row++) {
                bool hole = missing[row];

                if (!hole && changes_cells(s, column)) {
                        tamis_slice text = tamis_batch_text(batch, row, column);

                        hole = clean_cell(s, &text) != AS_IT_WAS && tamis_missing_is(batch->missing, text);
                }
                *holes += hole;
        }
        return 0;
}

static int take_prints(const struct clean *s, tamis_batch *batch, tamis_duplicates *into, tamis_error *err) {
        tamis_print *prints = tamis_arena_get_zeroed(&batch->arena, batch->n_rows + 1, sizeof *prints);

        if (!prints)
                return tamis_fail_memory(err);
        for (size_t column = 0; column < s->picks.n; column++) {
                if (!s->picks.counts[column])
                        continue;
                for (size_t row = 0; row < batch->n_rows; row++) {
                        tamis_slice text = tamis_batch_text(batch, row, column);

                        if (changes_cells(s, column))
                                clean_cell(s, &text);
                        tamis_print_add(&prints[row], text);
                }
        }
        return tamis_duplicates_add(into, prints, batch->n_rows, err);
}

static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const struct clean *s = state;
        struct partial *p = partial;
        int r = 0;

        if (!s->counting)
                return s->dedupe ? take_prints(s, batch, &p->prints, err) : 0;
        if (!p->holes) {
                p->n_columns = s->picks.n;
                p->holes = calloc(p->n_columns + 1, sizeof *p->holes);
                if (!p->holes)
                        return tamis_fail_memory(err);
        }
        p->rows += batch->n_rows;
        for (size_t column = 0; column < p->n_columns && r == 0; column++)
                if (s->picks.counts[column])
                        r = count_holes(s, batch, column, &p->holes[column], err);
        return r;
}

static int merge(void *state, void *partial, tamis_error *err) {
        struct clean *s = state;
        struct partial *p = partial;

        s->rows += p->rows;
        for (size_t column = 0; column < p->n_columns; column++)
                s->holes[column] += p->holes[column];
        return p->prints.n > 0 ? tamis_duplicates_add(&s->duplicates, p->prints.prints, p->prints.n, err) : 0;
}

static void partial_done(void *partial) {
        struct partial *p = partial;

        free(p->holes);
        tamis_duplicates_done(&p->prints);
}

static int drop_hollow_columns(struct clean *s, const tamis_context *context, tamis_error *err) {
        size_t left = s->picks.n_counts;
        int r = 0;

        for (size_t column = 0; column < s->picks.n && r == 0; column++) {
                double share = (double) s->holes[column] / (double) s->rows;

                if (!s->picks.counts[column] || !(share > s->columns_over))
                        continue;
                tamis_warn(context, "column \"%s\" is dropped: %llu of %llu cells are missing", s->in->fields[column].name,
                           (unsigned long long) s->holes[column], (unsigned long long) s->rows);
                r = tamis_picks_drop(&s->picks, s->in, column, err);
                left--;
        }
        if (r == 0 && left == 0)
                return tamis_fail(err, TAMIS_BAD_DATA, "every column has more than a share of %g missing: none would be left",
                                  s->columns_over);
        return r < 0 ? r : tamis_picks_resolve(&s->picks, context, s->in, err);
}

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        struct clean *s = state;

        if (s->counting) {
                s->counting = false;
                *again = s->dedupe;
                return drop_hollow_columns(s, context, err);
        }
        return s->dedupe ? tamis_duplicates_settle(&s->duplicates, err) : 0;
}

/* -- what goes out --------------------------------------------------------------------------------------------------- */

static int find_renamed(struct clean *s, tamis_schema *schema, tamis_error *err) {
        for (size_t i = 0; i < s->n_renames; i++) {
                struct rename *n = &s->renames[i];
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
static int rename_columns(const struct clean *s, tamis_schema *schema, const size_t *place, tamis_error *err) {
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
        struct clean *s = state;
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
        if (r == 0)
                r = find_renamed(s, schema, err);
        for (size_t at = 0; at < n && r == 0; at++) {
                place[at] = at - gone;
                if (!s->picks.goes[at])
                        continue;
                if (json_array_append_new(s->gone, tamis_json_bytes(tamis_slice_of(schema->fields[place[at]].name))) < 0)
                        r = tamis_fail_memory(err);
                tamis_schema_remove(schema, at - gone++);
        }
        if (r == 0)
                r = rename_columns(s, schema, place, err);
        free(place);
        return r;
}

/* holes[row]: missing cells in the columns that count. */
static int count_row_holes(const struct clean *s, tamis_batch *batch, uint32_t *holes, tamis_error *err) {
        for (size_t column = 0; column < s->picks.n; column++) {
                const uint8_t *missing;
                int r;

                if (!s->picks.counts[column])
                        continue;
                r = tamis_batch_missing(batch, column, &missing, err);
                if (r < 0)
                        return r;
                for (size_t row = 0; row < batch->n_rows; row++)
                        holes[row] += missing[row];
        }
        return 0;
}

static int choose_rows(struct clean *s, tamis_batch *batch, uint8_t *keep, tamis_error *err) {
        uint32_t *holes = tamis_arena_get_zeroed(&batch->arena, batch->n_rows + 1, sizeof *holes);
        uint64_t train = batch->first_train, repeated = 0, hollow = 0;
        int r = holes ? 0 : tamis_fail_memory(err);

        if (r == 0 && !isnan(s->rows_over))
                r = count_row_holes(s, batch, holes, err);
        if (r < 0)
                return r;
        if (s->dedupe && batch->first_train + batch->n_train > s->duplicates.n)
                return tamis_fail(err, TAMIS_IO, "the input has grown while it was read");
        for (size_t row = 0; row < batch->n_rows; row++) {
                keep[row] = 1;
                if (!tamis_batch_is_train(batch, row))
                        continue;
                if (!isnan(s->rows_over) && (double) holes[row] / (double) s->picks.n_counts > s->rows_over) {
                        keep[row] = 0;
                        hollow++;
                } else if (s->dedupe && s->duplicates.repeats[train]) {
                        keep[row] = 0;
                        repeated++;
                }
                train++;
        }
        tamis_batch_count(batch, &s->rows_hollow, hollow);
        tamis_batch_count(batch, &s->rows_repeated, repeated);
        return 0;
}

static int apply(void *state, tamis_batch *batch, tamis_error *err) {
        struct clean *s = state;
        bool rows = (s->dedupe || !isnan(s->rows_over)) && !s->loaded;
        uint8_t *keep = NULL;
        int r = 0;

        for (size_t column = 0; column < s->picks.n && r == 0; column++)
                if (changes_cells(s, column))
                        r = change_column(s, batch, column, err);
        if (r == 0 && rows) {
                keep = tamis_arena_get(&batch->arena, batch->n_rows + 1);
                r = keep ? choose_rows(s, batch, keep, err) : tamis_fail_memory(err);
        }
        for (size_t column = s->picks.n; column-- > 0 && r == 0;)
                if (s->picks.goes[column])
                        tamis_batch_remove_column(batch, column);
        return r == 0 && rows ? tamis_batch_keep_rows(batch, keep, err) : r;
}

/* -- what is kept and told ------------------------------------------------------------------------------------------- */

static int save(const void *state, json_t *into, tamis_error *err) {
        const struct clean *s = state;

        return tamis_picks_save(&s->picks, into, err);
}

static int load(void *state, const tamis_context *context, const json_t *from, tamis_error *err) {
        struct clean *s = state;

        s->loaded = true;
        return tamis_picks_load(&s->picks, from, err);
}

static int report(const void *state, json_t *into, tamis_error *err) {
        const struct clean *s = state;
        int r = json_object_set_new(into, "cells_trimmed", json_integer((json_int_t) s->cells_trimmed));

        r |= json_object_set_new(into, "cells_blanked", json_integer((json_int_t) s->cells_blanked));
        r |= json_object_set_new(into, "rows_repeated", json_integer((json_int_t) s->rows_repeated));
        r |= json_object_set_new(into, "rows_over_share", json_integer((json_int_t) s->rows_hollow));
        r |= json_object_set(into, "columns_dropped", s->gone);
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static void done(void *state) {
        struct clean *s = state;

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
}

const tamis_step_type tamis_step_clean = {
        .name = "clean",
        .summary = "drop and rename columns, trim and blank cells, take repeated and hollow rows away",
        .details = "In this order: columns go (--drop, --keep), cells are trimmed, cells are blanked, columns with too many missing "
                   "cells go, rows with too many and repeated rows go, columns are renamed. Each part sees what those before it "
                   "left; all of them call columns by the names they came with.\n\n"
                   "--trim and --blank work on --columns (default: all); the other parts look at all columns. Only cells that "
                   "change are written anew. --blank compares texts, blanks around them aside: 0 is not 0.0. Rows are the same "
                   "when the values of all columns that stay are, quotes aside. Columns that begin with _ are neither compared "
                   "nor counted, and go only when --drop names them.\n\n"
                   "Rows go from the train part alone. A saved model takes no rows away: whoever asks for a prediction wants "
                   "one for every row.",
        .options = options,
        .common = TAMIS_OPT_COLUMNS | TAMIS_OPT_LEARN | TAMIS_OPT_MISSING,
        .examples = "tamis clean --drop PassengerId,Name,Ticket,Cabin titanic.csv\n"
                    "tamis clean -c glucose,bmi --blank 0 pima.csv\n"
                    "tamis clean --trim --dedupe --rename 'SibSp=siblings' titanic.csv",
        .traits = TAMIS_LEARNS | TAMIS_CHANGES_ROWS | TAMIS_HOLDS_ROWS,
        .state_size = sizeof(struct clean),
        .configure = configure,
        .idle = idle,
        .bind = bind,
        .partial_size = sizeof(struct partial),
        .learn = learn,
        .merge = merge,
        .partial_done = partial_done,
        .finish = finish,
        .attach = attach,
        .apply = apply,
        .save = save,
        .load = load,
        .report = report,
        .done = done,
};
