#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "clean/state.h"

/* -- what was asked ------------------------------------------------------------------------------------------------ */

static int add_format(tamis_mend_wishes *w, const char *format, size_t n, tamis_error *err) {
        char **more = realloc(w->formats, (w->n_formats + 1) * sizeof *more);

        if (!more)
                return tamis_fail_memory(err);
        w->formats = more;
        more[w->n_formats] = strndup(format, n);
        if (!more[w->n_formats])
                return tamis_fail_memory(err);
        if (!tamis_date_format_is_whole(more[w->n_formats++]))
                return tamis_fail(err, TAMIS_USAGE, "--date-format %.*s: a year (%%Y, %%y), a month (%%m, %%b) and a day (%%d), with "
                                  "%%H, %%M and %%S if need be", (int) n, format);
        return 0;
}

static int read_formats(tamis_mend_wishes *w, const char *list, tamis_error *err) {
        int r = 0;

        for (const char *end; list && r == 0; list = *end ? end + 1 : NULL) {
                end = strchrnul(list, '|');
                r = add_format(w, list, (size_t) (end - list), err);
        }
        return r;
}

static int read_alike(tamis_mend_wishes *w, const char *list, tamis_error *err) {
        static const char *const names[] = { "case", "blanks", "punctuation" };
        bool *const flags[] = { &w->alike_case, &w->alike_blanks, &w->alike_punctuation };

        for (const char *end; list; list = *end ? end + 1 : NULL) {
                bool known = false;

                end = strchrnul(list, ',');
                for (size_t i = 0; i < 3; i++)
                        if (tamis_slice_equal((tamis_slice) { list, (size_t) (end - list) }, tamis_slice_of(names[i])))
                                *flags[i] = known = true;
                if (!known)
                        return tamis_fail(err, TAMIS_USAGE, "--alike: \"%.*s\" is none of case, blanks, punctuation",
                                          (int) (end - list), list);
        }
        return 0;
}

static void read_outliers(tamis_mend_wishes *w, const tamis_settings *settings) {
        static const char *const methods[] = { "iqr", "mad", "z" }, *const actions[] = { "clip", "blank", "drop", "mark" };
        static const double limits[] = { 0, 1.5, 3.5, 3 };
        const char *method = tamis_settings_text(settings, "outliers");
        const char *action = tamis_settings_text(settings, "outliers-to");

        for (size_t i = 0; method && i < 3; i++)
                if (strcmp(method, methods[i]) == 0)
                        w->method = (tamis_out_method) (i + 1);
        for (size_t i = 0; i < 4; i++)
                if (strcmp(action, actions[i]) == 0)
                        w->action = (tamis_out_action) i;
        w->limit = tamis_settings_real(settings, "outlier-limit");
        if (isnan(w->limit))
                w->limit = limits[w->method];
}

static int check(const tamis_mend_wishes *w, const tamis_settings *settings, tamis_error *err) {
        const char *decimal = tamis_settings_text(settings, "decimal");

        if (strcmp(decimal, ".") != 0 && strcmp(decimal, ",") != 0)
                return tamis_fail(err, TAMIS_USAGE, "--decimal: . or ,");
        if (tamis_settings_given(settings, "decimal") && !w->numbers)
                return tamis_fail(err, TAMIS_USAGE, "--decimal goes with --numbers");
        if (w->n_formats && !w->dates)
                return tamis_fail(err, TAMIS_USAGE, "--date-format goes with --dates");
        if (w->flag && !tamis_settings_given(settings, "blank"))
                return tamis_fail(err, TAMIS_USAGE, "--flag goes with --blank");
        if (w->method == TAMIS_OUT_NONE && (tamis_settings_given(settings, "outliers-to")
                                            || tamis_settings_given(settings, "outlier-limit")))
                return tamis_fail(err, TAMIS_USAGE, "--outliers-to and --outlier-limit go with --outliers");
        if (w->method != TAMIS_OUT_NONE && !(w->limit > 0))
                return tamis_fail(err, TAMIS_USAGE, "--outlier-limit: more than 0");
        return 0;
}

int tamis_mends_configure(struct tamis_clean *s, tamis_error *err) {
        const tamis_settings *settings = s->context->settings;
        const char *dates = tamis_settings_text(settings, "dates");
        tamis_mend_wishes *w = &s->wishes;
        int r;

        w->numbers = tamis_settings_flag(settings, "numbers");
        w->booleans = tamis_settings_flag(settings, "booleans");
        w->dates = dates != NULL;
        w->parts = dates && strcmp(dates, "parts") == 0;
        w->flag = tamis_settings_flag(settings, "flag");
        w->decimal = tamis_settings_text(settings, "decimal")[0];
        w->map_file = tamis_settings_text(settings, "map");
        read_outliers(w, settings);
        r = read_formats(w, tamis_settings_text(settings, "date-format"), err);
        if (r == 0)
                r = read_alike(w, tamis_settings_text(settings, "alike"), err);
        w->any = w->numbers || w->booleans || w->dates || w->flag || w->map_file || w->method || w->alike_case
                 || w->alike_blanks || w->alike_punctuation;
        return r < 0 ? r : check(w, settings, err);
}

/* -- the map ------------------------------------------------------------------------------------------------------- */

static int map_cell(tamis_mend *m, tamis_slice from, tamis_slice to, tamis_error *err) {
        size_t code, before = m->map.n;
        char **more;
        int r = tamis_dict_add(&m->map, from, 1, &code, err);

        if (r < 0)
                return r;
        if (m->map.n == before)
                return tamis_slice_equal(tamis_slice_of(m->map_to[code]), to)
                               ? 0 : tamis_fail(err, TAMIS_BAD_DATA, "--map: \"%.*s\" becomes two things", (int) from.n, from.p);
        more = realloc(m->map_to, (m->n_map + 1) * sizeof *more);
        if (!more)
                return tamis_fail_memory(err);
        m->map_to = more;
        more[m->n_map] = strndup(to.p ? to.p : "", to.n);
        if (!more[m->n_map])
                return tamis_fail_memory(err);
        m->n_map++;
        return 0;
}

/* A row of the map: [column,] from, to. */
static int map_row(struct tamis_clean *s, tamis_batch *rows, size_t row, tamis_error *err) {
        size_t width = rows->n_columns;
        tamis_slice name = tamis_batch_text(rows, row, 0);
        tamis_slice from = tamis_batch_text(rows, row, width - 2), to = tamis_batch_text(rows, row, width - 1);
        bool found = false;
        int r = 0;

        for (size_t i = 0; i < s->n_mends && r == 0; i++) {
                if (width == 3 && !tamis_slice_equal(name, tamis_slice_of(s->mended.names[i])))
                        continue;
                found = true;
                r = map_cell(&s->mends[i], from, to, err);
        }
        return r < 0 || found ? r : tamis_fail(err, TAMIS_BAD_DATA, "--map %s: \"%.*s\" is no column to work on",
                                               s->wishes.map_file, (int) name.n, name.p);
}

static int read_map(struct tamis_clean *s, tamis_error *err) {
        const tamis_reader_options options = {
                .paths = &s->wishes.map_file, .n_paths = 1, .dialect = { .delimiter = ',', .header = true },
        };
        tamis_reader *reader = NULL;
        tamis_batch rows = {0};
        int r = tamis_reader_new(&options, &reader, err);

        if (r == 0 && tamis_reader_header(reader)->cells != 2 && tamis_reader_header(reader)->cells != 3)
                r = tamis_fail(err, TAMIS_BAD_DATA, "--map %s: a header and columns from,to or column,from,to are needed",
                               s->wishes.map_file);
        while (r == 0) {
                tamis_batch_reset(&rows);
                r = tamis_reader_next(reader, &rows.chunk, err);
                if (r < 0 || rows.chunk.records == 0)
                        break;
                r = tamis_batch_begin(&rows, err);
                rows.missing = s->context->missing;
                for (size_t row = 0; row < rows.n_rows && r == 0; row++)
                        r = map_row(s, &rows, row, err);
        }
        tamis_batch_done(&rows);
        tamis_reader_free(reader);
        return r;
}

/* -- which columns ------------------------------------------------------------------------------------------------- */

int tamis_mends_find(struct tamis_clean *s, const tamis_schema *schema, tamis_error *err) {
        int r = tamis_columns_attach(&s->mended, schema, err);

        if (r < 0)
                return r;
        free(s->mend_at);
        s->mend_at = calloc(schema->n + 1, sizeof *s->mend_at);
        if (!s->mend_at)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < s->n_mends; i++)
                s->mend_at[s->mended.at[i]] = &s->mends[i];
        return 0;
}

static int make_mends(struct tamis_clean *s, tamis_error *err) {
        s->mends = calloc(s->mended.n + 1, sizeof *s->mends);
        if (!s->mends)
                return tamis_fail_memory(err);
        s->n_mends = s->mended.n;
        return 0;
}

int tamis_mends_bind(struct tamis_clean *s, tamis_schema *schema, tamis_error *err) {
        tamis_selection work = {0};
        bool alike = s->wishes.alike_case || s->wishes.alike_blanks || s->wishes.alike_punctuation;
        int r = tamis_features(s->context, schema, 0, &work, err);

        for (size_t i = 0; i < work.n && r == 0; i++)
                if (s->picks.works[work.columns[i]])
                        r = tamis_picks_remember(&s->mended, schema, work.columns[i], err);
        tamis_selection_done(&work);
        if (r == 0)
                r = make_mends(s, err);
        if (r == 0)
                r = tamis_mends_find(s, schema, err);
        for (size_t i = 0; i < s->n_mends && r == 0; i++)       /* -1 and 1 are no spellings of each other */
                s->mends[i].spells = alike && (s->picks.chosen
                                               || tamis_schema_type(schema, s->mended.at[i]) == TAMIS_TYPE_CATEGORICAL);
        return r == 0 && s->wishes.map_file ? read_map(s, err) : r;
}

static bool has_work(const tamis_mend *m) {
        return tamis_mend_writes(m) || m->flag || m->bounded || m->parts;
}

/* Columns that nothing is done to are forgotten: a table without them need not be refused. */
static void forget_idle(struct tamis_clean *s) {
        size_t n = 0;

        for (size_t i = 0; i < s->n_mends; i++) {
                tamis_looks_done(&s->mends[i].looks);
                if (!has_work(&s->mends[i])) {
                        tamis_mend_done(&s->mends[i]);
                        free(s->mended.names[i]);
                        continue;
                }
                if (n != i) {
                        memcpy(&s->mends[n], &s->mends[i], sizeof *s->mends);
                        s->mended.names[n] = s->mended.names[i];
                        s->mended.nth[n] = s->mended.nth[i];
                        s->mended.types[n] = s->mended.types[i];
                        s->mended.at[n] = s->mended.at[i];
                }
                n++;
        }
        s->n_mends = s->mended.n = n;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

static int learn_looks(const struct tamis_clean *s, size_t i, tamis_looks *looks, tamis_batch *batch, tamis_error *err) {
        size_t column = s->mended.at[i];
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, column, &missing, err);

        for (size_t row = 0; row < batch->n_rows && r == 0; row++) {
                tamis_slice text;

                if (missing[row])
                        continue;
                text = tamis_batch_text(batch, row, column);
                if (tamis_clean_cell(s, &text) == TAMIS_BLANKED)
                        looks->blanked++;
                else if (!tamis_missing_is(batch->missing, text))
                        r = tamis_mend_look(&s->mends[i], &s->wishes, looks, text, err);
        }
        return r;
}

/* The column's values as they will be. */
static int values_of(const struct tamis_clean *s, size_t column, tamis_batch *batch, double *values, uint64_t *nonnumbers,
                     tamis_error *err) {
        const double *numbers;
        int r;

        if (!tamis_clean_changes(s, column)) {
                r = tamis_batch_numbers(batch, column, &numbers, err);
                if (r < 0)
                        return r;
                memcpy(values, numbers, batch->n_rows * sizeof *values);
                *nonnumbers += batch->columns[column].nonnumbers;
                return 0;
        }
        for (size_t row = 0; row < batch->n_rows; row++) {
                char room[TAMIS_FORM_MAX];
                tamis_slice text = tamis_clean_text(s, batch, row, column, room);

                values[row] = NAN;
                if (tamis_missing_is(batch->missing, text))
                        continue;
                if (!tamis_number_parse(text, &values[row]) || tamis_number_zero_padded(text)) {
                        values[row] = NAN;
                        ++*nonnumbers;
                }
        }
        return 0;
}

static int learn_bounds(const struct tamis_clean *s, size_t i, tamis_looks *looks, tamis_batch *batch, double *values,
                        tamis_error *err) {
        const tamis_mend *m = &s->mends[i];
        int r = values_of(s, s->mended.at[i], batch, values, &looks->nonnumbers, err);

        if (r < 0)
                return r;
        if (s->wishes.method == TAMIS_OUT_Z)
                return tamis_moments_add(&looks->moments, values, batch->n_rows, err);
        if (s->phase == TAMIS_CLEAN_SPREADS)
                for (size_t row = 0; row < batch->n_rows; row++)
                        values[row] = fabs(values[row] - m->centre);
        r = tamis_quantiles_partial(m->looks.quantiles, &looks->quantiles, err);
        return r < 0 ? r : tamis_quantiles_add(looks->quantiles, values, batch->n_rows, err);
}

int tamis_mends_learn(const struct tamis_clean *s, struct tamis_clean_partial *p, tamis_batch *batch, tamis_error *err) {
        double *values = s->phase == TAMIS_CLEAN_LOOKS ? NULL
                                                       : tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *values);
        int r = 0;

        p->looks = calloc(s->n_mends + 1, sizeof *p->looks);
        if (!p->looks || (!values && s->phase != TAMIS_CLEAN_LOOKS))
                return tamis_fail_memory(err);
        p->n_looks = s->n_mends;
        for (size_t i = 0; i < s->n_mends && r == 0; i++)
                r = s->phase == TAMIS_CLEAN_LOOKS ? learn_looks(s, i, &p->looks[i], batch, err)
                    : s->mends[i].dates ? 0 : learn_bounds(s, i, &p->looks[i], batch, values, err);
        return r;
}

int tamis_mends_merge(struct tamis_clean *s, struct tamis_clean_partial *p, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; i < p->n_looks && r == 0; i++) {
                tamis_looks *into = &s->mends[i].looks, *from = &p->looks[i];

                r = tamis_looks_merge(into, from, err);
                if (r == 0)
                        r = tamis_moments_merge(&into->moments, &from->moments, err);
                if (r == 0 && from->quantiles)
                        r = tamis_quantiles_merge(into->quantiles, from->quantiles, err);
        }
        return r;
}

/* -- bounds -------------------------------------------------------------------------------------------------------- */

static int ask_quantiles(struct tamis_clean *s, bool fences, tamis_error *err) {
        static const double quarters[] = { .25, .75 }, half[] = { .5 };
        int r = 0;

        for (size_t i = 0; i < s->n_mends && r == 0; i++) {
                tamis_quantiles_free(s->mends[i].looks.quantiles);
                s->mends[i].looks.quantiles = NULL;
                r = tamis_quantiles_new(fences ? quarters : half, fences ? 2 : 1, (size_t) 64 << 20, &s->mends[i].looks.quantiles, err);
        }
        return r;
}

static int settle_quantiles(struct tamis_clean *s, bool *again, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; i < s->n_mends && r == 0; i++) {
                bool more = false;

                s->mends[i].looks.nonnumbers = *again ? 0 : s->mends[i].looks.nonnumbers;
                r = tamis_quantiles_settle(s->mends[i].looks.quantiles, &more, err);
                *again |= more;
        }
        return r;
}

static void set_bounds(struct tamis_clean *s, tamis_mend *m, const char *name, double centre, double low, double high) {
        const tamis_looks *l = &m->looks;

        if (m->dates || l->nonnumbers > 0) {
                if (s->picks.chosen && !m->dates)
                        tamis_warn(s->context, "column \"%s\" has cells that are no numbers: no outliers are looked for", name);
                return;
        }
        if (isnan(low) || isnan(high))
                return;                 /* no cell is there */
        if (!(high > low)) {
                tamis_warn(s->context, "column \"%s\": most cells are %g: no cell can be called an outlier by %s", name, centre,
                           tamis_settings_text(s->context->settings, "outliers"));
                return;
        }
        m->bounded = true;
        m->low = low;
        m->high = high;
        m->marks = s->wishes.action == TAMIS_OUT_MARK;
}

static void finish_bounds(struct tamis_clean *s) {
        double k = s->wishes.limit;

        for (size_t i = 0; i < s->n_mends; i++) {
                tamis_mend *m = &s->mends[i];
                const tamis_quantiles *q = m->looks.quantiles;
                const char *name = s->mended.names[i];

                if (s->wishes.method == TAMIS_OUT_Z) {
                        double mean = tamis_moments_mean(&m->looks.moments), sd = tamis_moments_sd(&m->looks.moments, 0);

                        set_bounds(s, m, name, mean, mean - k * sd, mean + k * sd);
                } else if (s->wishes.method == TAMIS_OUT_IQR) {
                        double a = tamis_quantiles_get(q, 0), b = tamis_quantiles_get(q, 1);

                        set_bounds(s, m, name, a, b > a ? a - k * (b - a) : a, b > a ? b + k * (b - a) : a);
                } else {        /* 0.6745, the normal's third quartile, makes a sd of a MAD (Iglewicz & Hoaglin 1993) */
                        double spread = k * tamis_quantiles_get(q, 0) / 0.6744897501960817;

                        set_bounds(s, m, name, m->centre, m->centre - spread, m->centre + spread);
                }
        }
}

static int finish_looks(struct tamis_clean *s, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; i < s->n_mends && r == 0; i++)
                r = tamis_mend_decide(&s->mends[i], &s->wishes, s->mended.names[i], s->picks.chosen, s->context, err);
        if (r == 0 && s->wishes.method != TAMIS_OUT_NONE && s->wishes.method != TAMIS_OUT_Z)
                r = ask_quantiles(s, s->wishes.method == TAMIS_OUT_IQR, err);
        s->phase = s->wishes.method != TAMIS_OUT_NONE ? TAMIS_CLEAN_BOUNDS : TAMIS_CLEAN_HOLES;
        return r;
}

int tamis_mends_finish(struct tamis_clean *s, bool *again, tamis_error *err) {
        int r = 0;

        if (s->phase == TAMIS_CLEAN_LOOKS) {
                r = finish_looks(s, err);
        } else {
                if (s->wishes.method != TAMIS_OUT_Z)
                        r = settle_quantiles(s, again, err);
                if (r < 0 || *again)
                        return r;
                if (s->phase == TAMIS_CLEAN_BOUNDS && s->wishes.method == TAMIS_OUT_MAD) {
                        for (size_t i = 0; i < s->n_mends; i++)
                                s->mends[i].centre = tamis_quantiles_get(s->mends[i].looks.quantiles, 0);
                        s->phase = TAMIS_CLEAN_SPREADS;
                        return ask_quantiles(s, false, err);
                }
                finish_bounds(s);
                s->phase = TAMIS_CLEAN_HOLES;
        }
        if (r == 0 && s->phase == TAMIS_CLEAN_HOLES) {
                forget_idle(s);
                r = tamis_mends_find(s, s->in, err);
        }
        return r;
}

/* -- new columns --------------------------------------------------------------------------------------------------- */

static int add_extra(tamis_schema *schema, const char *name, const char *what, tamis_error *err) {
        tamis_buffer full = {0};
        int r = tamis_buffer_addf(&full, err, "%s_%s", name, what);

        if (r == 0)
                r = tamis_schema_add(schema, schema->n, (tamis_slice) { full.p, full.n }, TAMIS_TYPE_NUMERIC, err);
        tamis_buffer_done(&full);
        return r;
}

int tamis_mends_attach(struct tamis_clean *s, tamis_schema *schema, const size_t *place, tamis_error *err) {
        static const char *const parts[] = { "year", "month", "day", "weekday" };
        int r = 0;

        s->first_extra = schema->n;
        for (size_t at = 0; at < s->picks.n && r == 0; at++) {
                const tamis_mend *m = s->mend_at ? s->mend_at[at] : NULL;

                for (size_t i = 0; m && m->parts && i < 4 && r == 0; i++)
                        r = add_extra(schema, schema->fields[place[at]].name, parts[i], err);
                if (r == 0 && m && m->flag)
                        r = add_extra(schema, schema->fields[place[at]].name, "blanked", err);
                if (r == 0 && m && m->marks)
                        r = add_extra(schema, schema->fields[place[at]].name, "outlier", err);
        }
        return r;
}

/* -- what is kept and told ----------------------------------------------------------------------------------------- */

int tamis_mends_save(const struct tamis_clean *s, json_t *into, tamis_error *err) {
        json_t *columns, *mends, *one;
        int r;

        if (s->n_mends == 0)
                return 0;
        r = tamis_columns_save(&s->mended, &columns, err);
        if (r < 0)
                return r;
        if (json_object_set_new(into, "mended", columns) < 0)
                return tamis_fail_memory(err);
        mends = tamis_json_child(into, "mends", json_array());
        for (size_t i = 0; i < s->n_mends && r == 0; i++) {
                r = tamis_mend_save(&s->mends[i], &one, err);
                if (r == 0 && json_array_append_new(mends, one) < 0)
                        r = tamis_fail_memory(err);
        }
        return r;
}

int tamis_mends_load(struct tamis_clean *s, const json_t *from, tamis_error *err) {
        const json_t *mends;
        int r;

        if (!json_object_get(from, "mended"))
                return 0;
        r = tamis_columns_load(&s->mended, json_object_get(from, "mended"), err);
        if (r == 0)
                r = tamis_json_array(from, "mends", s->mended.n, &mends, err);
        if (r == 0)
                r = make_mends(s, err);
        for (size_t i = 0; i < s->n_mends && r == 0; i++)
                r = tamis_mend_load(&s->mends[i], json_array_get(mends, i), err);
        return r;
}

static int report_one(const tamis_mend *m, const char *name, json_t *o) {
        static const char *const kinds[] = { "mapped", "numbers", "dates", "booleans", "respelled" };
        static const char *const lefts[] = { NULL, "not_numbers", "not_dates", "not_booleans", NULL };
        int r = json_object_set_new(o, "column", tamis_json_bytes(tamis_slice_of(name)));
        bool is[] = { m->map.n > 0, m->numbers, m->dates, m->booleans, m->from.n > 0 };

        for (size_t i = 0; i < TAMIS_MEND_KINDS; i++) {
                if (is[i])
                        r |= json_object_set_new(o, kinds[i], json_integer((json_int_t) m->changed[i]));
                if (is[i] && lefts[i])
                        r |= json_object_set_new(o, lefts[i], json_integer((json_int_t) m->left[i]));
        }
        if (m->flag)
                r |= json_object_set_new(o, "blanked", json_integer((json_int_t) m->flagged));
        if (m->bounded) {
                r |= json_object_set_new(o, "low", tamis_json_figure(m->low));
                r |= json_object_set_new(o, "high", tamis_json_figure(m->high));
                r |= json_object_set_new(o, "outliers", json_integer((json_int_t) m->out));
        }
        return r;
}

int tamis_mends_report(const struct tamis_clean *s, json_t *into, tamis_error *err) {
        json_t *columns = s->n_mends ? tamis_json_child(into, "columns", json_array()) : NULL;
        int r = 0;

        for (size_t i = 0; i < s->n_mends && r == 0; i++)
                r = report_one(&s->mends[i], s->mended.names[i], tamis_json_child(columns, NULL, json_object()));
        if (r == 0 && s->wishes.method != TAMIS_OUT_NONE && s->wishes.action == TAMIS_OUT_DROP)
                r = json_object_set_new(into, "rows_with_outliers", json_integer((json_int_t) s->rows_out));
        return r < 0 ? tamis_fail_memory(err) : 0;
}

void tamis_mends_done(struct tamis_clean *s) {
        for (size_t i = 0; i < s->n_mends; i++)
                tamis_mend_done(&s->mends[i]);
        free(s->mends);
        free(s->mend_at);
        tamis_columns_done(&s->mended);
        tamis_mend_wishes_done(&s->wishes);
}
