/* From two tables to columns side by side. */
#include <math.h>
#include <stdlib.h>

#include <tamis/step.h>

#include "look/drift.h"
#include "table/feed.h"
#include "table/show.h"

struct reading {
        const tamis_drift_options *options;
        tamis_drift_report *report;
        tamis_missing missing;
        tamis_feed ref, fresh;
        tamis_drift_saved saved;
        tamis_schema *schema;           /* of the reference: read, or saved */
        tamis_slice target, score;      /* names; p NULL: none */
};

static tamis_slice name_of(const tamis_schema *schema, size_t i) {
        return (tamis_slice) { schema->fields[i].name, schema->fields[i].name_length };
}

static int open_table(struct reading *r, tamis_feed *feed, const char *path, bool lenient, tamis_error *err) {
        const tamis_drift_options *o = r->options;
        int s = tamis_feed_open(feed, path, &o->input, &r->missing, err);

        return s == 0 ? tamis_types_force(&feed->schema, o->types, lenient, err) : s;
}

static int open_both(struct reading *r, tamis_error *err) {
        const tamis_drift_options *o = r->options;
        int s;

        if (o->reference && o->fresh && strcmp(o->reference, "-") == 0 && strcmp(o->fresh, "-") == 0)
                return tamis_fail(err, TAMIS_USAGE, "standard input can be one of the tables, not both");
        s = tamis_missing_init(&r->missing, o->na, err);
        if (s == 0 && o->load)
                s = tamis_drift_load(o->load, &r->saved, err);
        else if (s == 0)
                s = open_table(r, &r->ref, o->reference, false, err);
        if (s == 0 && o->fresh)
                s = open_table(r, &r->fresh, o->fresh, !o->load, err);
        if (s == 0 && !o->load)
                s = tamis_feed_types(&r->ref, err);
        if (s == 0 && o->fresh)
                s = tamis_feed_types(&r->fresh, err);
        r->schema = o->load ? &r->saved.schema : &r->ref.schema;
        return s;
}

/* -- which columns --------------------------------------------------------------------------------------------------- */

static bool names(tamis_slice what, tamis_slice name) {
        return what.p && tamis_slice_equal(what, name);
}

/* Without -c: what tells rows apart is different in every table. */
static bool by_default(const struct reading *r, tamis_slice name) {
        return names(r->target, name) || names(r->score, name) || !(tamis_reserved(name) || tamis_names_id(name));
}

static int add(struct reading *r, const tamis_schema *schema, size_t at, tamis_drift_column *ret, tamis_error *err) {
        tamis_slice name = name_of(schema, at);
        const char *copy = tamis_arena_copy(&r->report->arena, name);

        if (!copy)
                return tamis_fail_memory(err);
        *ret = (tamis_drift_column) {
                .name = copy,
                .name_length = name.n,
                .role = names(r->target, name) ? "label" : names(r->score, name) ? "score" : "feature",
                .verdict = TAMIS_DRIFT_OK,
                .ref.at = SIZE_MAX, .fresh.at = SIZE_MAX,
        };
        return 0;
}

static bool compatible(tamis_type a, tamis_type b) {
        return a == b || a == TAMIS_TYPE_EMPTY || b == TAMIS_TYPE_EMPTY;
}

static int fail_twice(tamis_slice name, tamis_error *err) {
        char shown[TAMIS_SHOW_SIZE];

        tamis_show(name, shown, sizeof shown);
        return tamis_fail(err, TAMIS_BAD_DATA, "two columns are called \"%s\"", shown);
}

static int index_names(const tamis_schema *schema, tamis_dict *ret, tamis_error *err) {
        int s = 0;

        for (size_t i = 0; s == 0 && i < schema->n; i++) {
                size_t code;

                s = tamis_dict_add(ret, name_of(schema, i), 1, &code, err);
                if (s == 0 && ret->n == i)
                        s = fail_twice(name_of(schema, i), err);
        }
        return s;
}

/* What was saved of a column becomes the report's. */
static int take_saved(struct reading *r, size_t at, tamis_drift_column *c, tamis_error *err) {
        tamis_drift_column *from = &r->saved.columns[at];
        char shown[TAMIS_SHOW_SIZE];

        if (!r->saved.kept[at]) {
                tamis_show(name_of(r->schema, at), shown, sizeof shown);
                return tamis_fail(err, TAMIS_USAGE, "%s: holds no figures of column \"%s\": it was not asked for when "
                                  "it was saved", r->options->load, shown);
        }
        c->ref = from->ref;
        memcpy(c->edges, from->edges, sizeof c->edges);
        memcpy(c->counts, from->counts, sizeof c->counts);
        c->n_edges = from->n_edges;
        c->sketch = from->sketch;
        c->levels = from->levels;
        c->halved = from->halved;
        c->known = from->known;
        *from = (tamis_drift_column) {0};
        return 0;
}

/* One column of the reference, and where it is in the new table (code; below 0: nowhere). */
static int add_one(struct reading *r, size_t i, long code, tamis_error *err) {
        tamis_drift_column *c = &r->report->columns[r->report->n];
        int s = add(r, r->schema, i, c, err);

        if (s < 0)
                return s;
        r->report->n++;
        if (r->options->load)
                s = take_saved(r, i, c, err);
        c->ref.at = i;
        c->ref.type = r->schema->fields[i].type;
        if (!r->options->fresh)
                return s;
        c->fresh.at = code < 0 ? SIZE_MAX : (size_t) code;
        if (code < 0)
                c->verdict = TAMIS_DRIFT_GONE;
        else
                c->fresh.type = r->fresh.schema.fields[code].type;
        if (code >= 0 && !compatible(c->ref.type, c->fresh.type))
                c->verdict = TAMIS_DRIFT_TYPE;
        return s;
}

static bool is_numeric(const tamis_drift_column *c) {
        return c->ref.type == TAMIS_TYPE_NUMERIC ||
                (c->ref.type != TAMIS_TYPE_CATEGORICAL && c->verdict == TAMIS_DRIFT_OK &&
                 c->fresh.type == TAMIS_TYPE_NUMERIC);
}

static int add_reference(struct reading *r, const bool *wanted, size_t *there, tamis_error *err) {
        tamis_dict names_seen = {0}, own = {0};
        int s = index_names(&r->fresh.schema, &names_seen, err);

        if (s == 0)
                s = index_names(r->schema, &own, err);
        for (size_t i = 0; s == 0 && i < r->schema->n; i++) {
                long code = tamis_dict_find(&names_seen, name_of(r->schema, i));

                if (code >= 0)
                        there[code]++;
                if (wanted[i])
                        s = add_one(r, i, code, err);
        }
        tamis_dict_done(&names_seen);
        tamis_dict_done(&own);
        return s;
}

/* A column of the new table alone; with -c nobody asked. */
static int add_new(struct reading *r, const size_t *there, tamis_error *err) {
        int s = 0;

        for (size_t i = 0; s == 0 && i < r->fresh.schema.n; i++) {
                tamis_drift_column *c = &r->report->columns[r->report->n];

                if (there[i] > 0 || !by_default(r, name_of(&r->fresh.schema, i)))
                        continue;
                s = add(r, &r->fresh.schema, i, c, err);
                r->report->n += s == 0;
                c->verdict = TAMIS_DRIFT_NEW;
                c->ref.at = SIZE_MAX;
                c->fresh.at = i;
                c->fresh.type = r->fresh.schema.fields[i].type;
        }
        return s;
}

static int choose(struct reading *r, bool *wanted, tamis_error *err) {
        const tamis_drift_options *o = r->options;
        tamis_selection selection = {0};
        size_t at;
        int s = 0;

        if (o->target)
                s = tamis_select_one(r->schema, o->target, "--target", &at, err);
        if (s == 0 && o->target)
                r->target = name_of(r->schema, at);
        if (s == 0 && o->score)
                s = tamis_select_one(r->schema, o->score, "--score", &at, err);
        if (s == 0 && o->score)
                r->score = name_of(r->schema, at);
        if (s == 0 && o->columns)
                s = tamis_select(r->schema, o->columns, &selection, err);
        for (size_t i = 0; s == 0 && i < selection.n; i++)
                wanted[selection.columns[i]] = true;
        for (size_t i = 0; s == 0 && !o->columns && i < r->schema->n; i++)
                wanted[i] = by_default(r, name_of(r->schema, i)) && (!o->load || r->saved.kept[i]);
        for (size_t i = 0; s == 0 && i < r->schema->n; i++)
                wanted[i] |= names(r->target, name_of(r->schema, i)) || names(r->score, name_of(r->schema, i));
        tamis_selection_done(&selection);
        return s;
}

static int columns_of(struct reading *r, tamis_error *err) {
        bool *wanted = calloc(r->schema->n + 1, sizeof *wanted);
        size_t *there = calloc(r->fresh.schema.n + 1, sizeof *there);
        int s = 0;

        r->report->columns = calloc(r->schema->n + r->fresh.schema.n + 1, sizeof *r->report->columns);
        if (!wanted || !there || !r->report->columns)
                s = tamis_fail_memory(err);
        if (s == 0)
                s = choose(r, wanted, err);
        if (s == 0)
                s = add_reference(r, wanted, there, err);
        if (s == 0 && !r->options->columns && r->options->fresh)
                s = add_new(r, there, err);
        for (size_t i = 0; s == 0 && i < r->report->n; i++)
                r->report->columns[i].numeric = is_numeric(&r->report->columns[i]);
        free(wanted);
        free(there);
        return s;
}

/* -- cells ----------------------------------------------------------------------------------------------------------- */

struct drawing {                        /* rows of a batch that are to be kept, and where */
        struct { size_t row, slot; } *list;
        size_t n, capacity;
};

static int draw(struct drawing *d, tamis_drift_sample *s, uint64_t first, size_t n, tamis_error *err) {
        d->n = 0;
        if (n > d->capacity) {
                void *list = reallocarray(d->list, n, sizeof *d->list);

                if (!list)
                        return tamis_fail_memory(err);
                d->list = list;
                d->capacity = n;
        }
        for (size_t i = 0; s->most > 0 && i < n; i++) {
                size_t slot = tamis_drift_sample_slot(s, first + i);

                if (slot == SIZE_MAX)
                        continue;
                d->list[d->n].row = i;
                d->list[d->n++].slot = slot;
        }
        return 0;
}

/* One batch of one column of one table. */
struct portion {
        tamis_drift_column *column;
        tamis_drift_side *side;
        bool fresh;
        tamis_batch *batch;
        const uint8_t *missing;
        const struct drawing *drawing;
        uint64_t *cells;                /* the column's, of the rows kept whole */
};

static int add_numbers(const struct portion *p, tamis_error *err) {
        const double *x;
        int s = tamis_batch_numbers_only(p->batch, p->side->at, &x, err);

        for (size_t i = 0; s == 0 && i < p->drawing->n; i++)
                memcpy(&p->cells[p->drawing->list[i].slot], &x[p->drawing->list[i].row], sizeof *x);
        return s == 0 ? tamis_drift_keep_numbers(p->side, x, p->batch->n_rows, err) : s;
}

static int add_texts(const struct portion *p, tamis_error *err) {
        const size_t at = p->side->at;
        int s = 0;

        for (size_t i = 0; s == 0 && i < p->batch->n_rows; i++)
                if (!p->missing[i])
                        s = tamis_drift_keep_text(p->column, p->fresh, tamis_batch_text(p->batch, i, at), err);
        for (size_t i = 0; s == 0 && i < p->drawing->n; i++) {
                size_t row = p->drawing->list[i].row;
                uint64_t *cell = &p->cells[p->drawing->list[i].slot];

                *cell = p->missing[row] ? 0 : tamis_drift_text_hash(tamis_batch_text(p->batch, row, at));
        }
        return s;
}

static int add_batch(struct portion *p, bool all, tamis_error *err) {
        int s = tamis_batch_missing(p->batch, p->side->at, &p->missing, err);

        if (s < 0)
                return s;
        p->side->rows += (double) p->batch->n_rows;
        for (size_t i = 0; i < p->batch->n_rows; i++)
                p->side->missing += p->missing[i];
        if (p->column->verdict != TAMIS_DRIFT_OK && !all)
                return 0;
        return p->column->numeric ? add_numbers(p, err) : add_texts(p, err);
}

static int read_all(struct reading *r, tamis_feed *feed, bool fresh, tamis_error *err) {
        tamis_drift_sample *sample = fresh ? &r->report->fresh_sample : &r->report->ref_sample;
        double *rows = fresh ? &r->report->fresh_rows : &r->report->reference_rows;
        struct drawing drawing = {0};
        int s = 0;

        if (r->options->classifier || (r->options->save && !fresh))
                s = tamis_drift_sample_open(sample, r->report->n, err);
        if (s == 0)
                s = tamis_feed_next(feed, err);
        while (s == 0 && feed->batch.n_rows > 0) {
                s = draw(&drawing, sample, (uint64_t) *rows, feed->batch.n_rows, err);
                *rows += (double) feed->batch.n_rows;
                for (size_t i = 0; s == 0 && i < r->report->n; i++) {
                        tamis_drift_column *c = &r->report->columns[i];
                        struct portion p = { c, fresh ? &c->fresh : &c->ref, fresh, &feed->batch, NULL, &drawing,
                                             sample->cells + i * sample->most };

                        if (p.side->at != SIZE_MAX)
                                s = add_batch(&p, r->options->save && !fresh, err);
                }
                if (s == 0)
                        s = tamis_feed_next(feed, err);
        }
        free(drawing.list);
        tamis_drift_sample_sort(sample);
        return s;
}

/* -- the reference --------------------------------------------------------------------------------------------------- */

static int read_reference(struct reading *r, tamis_error *err) {
        int s = read_all(r, &r->ref, false, err);

        for (size_t i = 0; s == 0 && i < r->report->n; i++) {
                tamis_drift_column *c = &r->report->columns[i];

                c->known = c->levels.n;
                s = tamis_drift_settle(&c->ref, err);
                if (s == 0)
                        tamis_drift_bins(c);
        }
        return s;
}

/* The rows that were saved, of the columns that are compared. */
static int take_rows(struct reading *r, tamis_error *err) {
        tamis_drift_sample *from = &r->saved.sample, *to = &r->report->ref_sample;
        int s;

        r->report->reference_rows = r->saved.rows;
        for (size_t i = 0; i < r->report->n; i++)
                if (r->report->columns[i].ref.at != SIZE_MAX)
                        r->report->columns[i].ref.rows = r->saved.rows;
        if (!r->options->classifier || from->n == 0)
                return 0;
        s = tamis_drift_sample_open(to, r->report->n, err);
        if (s < 0)
                return s;
        /* of fewer columns there could be more rows; there are those that were saved */
        to->n = from->n < to->most ? from->n : to->most;
        for (size_t i = 0; i < to->n; i++)
                to->heap[i] = from->heap[i];
        for (size_t k = 0; k < r->report->n; k++) {
                size_t at = r->report->columns[k].ref.at;

                if (at != SIZE_MAX)
                        memcpy(to->cells + k * to->most, from->cells + at * from->most, to->n * sizeof *to->cells);
        }
        return 0;
}

static int save(struct reading *r, tamis_error *err) {
        tamis_output *output = NULL;
        tamis_buffer text = {0};
        int s = tamis_drift_save(r->report, r->schema, &text, err);

        if (s == 0)
                s = tamis_output_new(r->options->save, &output, err);
        if (s == 0)
                s = tamis_output_write(output, text.p, text.n, err);
        if (s == 0)
                s = tamis_output_commit(output, err);
        tamis_output_free(output);
        tamis_buffer_done(&text);
        return s;
}

static size_t room_of(size_t columns) {
        size_t values = 2 * (size_t) TAMIS_DRIFT_VALUES;

        return columns <= 64 ? values : values * 64 / columns < 1 << 13 ? 1 << 13 : values * 64 / columns;
}

int tamis_drift_read(const tamis_drift_options *options, tamis_drift_report *report, tamis_error *err) {
        struct reading r = { .options = options, .report = report };
        int s = open_both(&r, err);

        if (s == 0)
                s = columns_of(&r, err);
        for (size_t i = 0; s == 0 && i < report->n; i++)
                report->columns[i].ref.runs.room = report->columns[i].fresh.runs.room = room_of(report->n);
        if (s == 0)
                s = options->load ? take_rows(&r, err) : read_reference(&r, err);
        if (s == 0 && options->save)
                s = save(&r, err);
        if (s == 0 && options->fresh)
                s = read_all(&r, &r.fresh, true, err);
        for (size_t i = 0; s == 0 && i < report->n; i++)
                s = tamis_drift_settle(&report->columns[i].fresh, err);
        tamis_feed_done(&r.ref);
        tamis_feed_done(&r.fresh);
        tamis_missing_done(&r.missing);
        tamis_drift_saved_done(&r.saved);
        return s;
}
