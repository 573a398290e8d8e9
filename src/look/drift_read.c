/* From two tables to columns side by side. */
#include <stdlib.h>

#include <tamis/step.h>

#include "look/drift_reading.h"

static int open_table(tamis_drift_reading *r, tamis_feed *feed, const char *path, bool lenient, tamis_error *err) {
        const tamis_drift_options *o = r->options;
        int s = tamis_feed_open(feed, path, &o->input, &r->missing, err);

        return s == 0 ? tamis_types_force(&feed->schema, o->types, lenient, err) : s;
}

static int open_both(tamis_drift_reading *r, tamis_error *err) {
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

/* -- cells --------------------------------------------------------------------------------------------------------- */

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

static int read_all(tamis_drift_reading *r, tamis_feed *feed, bool fresh, tamis_error *err) {
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

/* -- the reference ------------------------------------------------------------------------------------------------- */

static int read_reference(tamis_drift_reading *r, tamis_error *err) {
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
static int take_rows(tamis_drift_reading *r, tamis_error *err) {
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

static int save(tamis_drift_reading *r, tamis_error *err) {
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
        tamis_drift_reading r = { .options = options, .report = report };
        int s = open_both(&r, err);

        if (s == 0)
                s = tamis_drift_choose(&r, err);
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
