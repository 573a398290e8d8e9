#include <stdlib.h>

#include "clean/state.h"

/* -- the map ------------------------------------------------------------------------------------------------------- */

static int map_cell(tamis_mend *m, tamis_slice from, tamis_slice to, tamis_error *err) {
        size_t code, before = m->map.n;
        int r = tamis_dict_add(&m->map, from, 1, &code, err);

        if (r < 0)
                return r;
        if (m->map.n == before)
                return tamis_slice_equal(tamis_slice_of(m->map_to[code]), to)
                        ? 0
                        : tamis_fail(err, TAMIS_BAD_DATA, "--map: \"%.*s\" becomes two things", (int) from.n, from.p);
        return tamis_keep_text(&m->map_to, &m->n_map, to, err);
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
                r = tamis_fail(err, TAMIS_BAD_DATA,
                               "--map %s: a header and columns from,to or column,from,to are needed",
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

static int learn_looks(const struct tamis_clean *s, size_t i, tamis_looks *looks, tamis_batch *batch,
                       tamis_error *err) {
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

int tamis_mends_learn(const struct tamis_clean *s, struct tamis_clean_partial *p, tamis_batch *batch,
                      tamis_error *err) {
        double *values = s->phase == TAMIS_CLEAN_LOOKS
                ? NULL
                : tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *values);
        int r = 0;

        p->looks = calloc(s->n_mends + 1, sizeof *p->looks);
        if (!p->looks || (!values && s->phase != TAMIS_CLEAN_LOOKS))
                return tamis_fail_memory(err);
        p->n_looks = s->n_mends;
        for (size_t i = 0; i < s->n_mends && r == 0; i++)
                r = s->phase == TAMIS_CLEAN_LOOKS ? learn_looks(s, i, &p->looks[i], batch, err)
                    : s->mends[i].dates ? 0 : tamis_bounds_learn(s, i, &p->looks[i], batch, values, err);
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

/* -- phases -------------------------------------------------------------------------------------------------------- */

static int finish_looks(struct tamis_clean *s, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; i < s->n_mends && r == 0; i++)
                r = tamis_mend_decide(&s->mends[i], &s->wishes, s->mended.names[i], s->picks.chosen, s->context, err);
        if (r == 0 && s->wishes.method != TAMIS_OUT_NONE && s->wishes.method != TAMIS_OUT_Z)
                r = tamis_bounds_ask(s, s->wishes.method == TAMIS_OUT_IQR, err);
        s->phase = s->wishes.method != TAMIS_OUT_NONE ? TAMIS_CLEAN_BOUNDS : TAMIS_CLEAN_HOLES;
        return r;
}

int tamis_mends_finish(struct tamis_clean *s, bool *again, tamis_error *err) {
        int r = 0;

        if (s->phase == TAMIS_CLEAN_LOOKS) {
                r = finish_looks(s, err);
        } else {
                if (s->wishes.method != TAMIS_OUT_Z)
                        r = tamis_bounds_settle(s, again, err);
                if (r < 0 || *again)
                        return r;
                if (s->phase == TAMIS_CLEAN_BOUNDS && s->wishes.method == TAMIS_OUT_MAD) {
                        for (size_t i = 0; i < s->n_mends; i++)
                                s->mends[i].centre = tamis_quantiles_get(s->mends[i].looks.quantiles, 0);
                        s->phase = TAMIS_CLEAN_SPREADS;
                        return tamis_bounds_ask(s, false, err);
                }
                tamis_bounds_finish(s);
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
