/* From two tables to columns side by side. */
#include <math.h>
#include <stdlib.h>

#include <tamis/step.h>

#include "look/drift.h"
#include "stats/order.h"
#include "table/feed.h"
#include "table/show.h"

struct reading {
        const tamis_drift_options *options;
        tamis_drift_report *report;
        tamis_missing missing;
        tamis_feed ref, fresh;
        tamis_slice target, score;      /* names; p NULL: none */
};

static tamis_slice name_of(const tamis_schema *schema, size_t i) {
        return (tamis_slice) { schema->fields[i].name, schema->fields[i].name_length };
}

static int open_both(struct reading *r, tamis_error *err) {
        const tamis_drift_options *o = r->options;
        int s;

        if (strcmp(o->reference, "-") == 0 && strcmp(o->fresh, "-") == 0)
                return tamis_fail(err, TAMIS_USAGE, "standard input can be one of the tables, not both");
        s = tamis_missing_init(&r->missing, o->na, err);
        if (s == 0)
                s = tamis_feed_open(&r->ref, o->reference, &o->input, &r->missing, err);
        if (s == 0)
                s = tamis_feed_open(&r->fresh, o->fresh, &o->input, &r->missing, err);
        if (s == 0)
                s = tamis_types_force(&r->ref.schema, o->types, false, err);
        if (s == 0)
                s = tamis_types_force(&r->fresh.schema, o->types, true, err);
        if (s == 0)
                s = tamis_feed_types(&r->ref, err);
        return s == 0 ? tamis_feed_types(&r->fresh, err) : s;
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

static int index_fresh(const struct reading *r, tamis_dict *ret, tamis_error *err) {
        int s = 0;

        for (size_t i = 0; s == 0 && i < r->fresh.schema.n; i++) {
                size_t code;

                s = tamis_dict_add(ret, name_of(&r->fresh.schema, i), 1, &code, err);
                if (s == 0 && ret->n == i)
                        s = fail_twice(name_of(&r->fresh.schema, i), err);
        }
        return s;
}

static int add_reference(struct reading *r, const bool *wanted, size_t *there, tamis_error *err) {
        tamis_dict names_seen = {0};
        int s = index_fresh(r, &names_seen, err);

        for (size_t i = 0; s == 0 && i < r->ref.schema.n; i++) {
                tamis_drift_column *c = &r->report->columns[r->report->n];
                long code = tamis_dict_find(&names_seen, name_of(&r->ref.schema, i));

                if (code >= 0 && there[code]++ > 0)
                        s = fail_twice(name_of(&r->ref.schema, i), err);
                if (s == 0 && wanted[i])
                        s = add(r, &r->ref.schema, i, c, err);
                if (s < 0 || !wanted[i])
                        continue;
                r->report->n++;
                c->ref.at = i;
                c->ref.type = r->ref.schema.fields[i].type;
                c->fresh.at = code < 0 ? SIZE_MAX : (size_t) code;
                if (code < 0)
                        c->verdict = TAMIS_DRIFT_GONE;
                else
                        c->fresh.type = r->fresh.schema.fields[code].type;
                if (code >= 0 && !compatible(c->ref.type, c->fresh.type))
                        c->verdict = TAMIS_DRIFT_TYPE;
        }
        tamis_dict_done(&names_seen);
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
                s = tamis_select_one(&r->ref.schema, o->target, "--target", &at, err);
        if (s == 0 && o->target)
                r->target = name_of(&r->ref.schema, at);
        if (s == 0 && o->score)
                s = tamis_select_one(&r->ref.schema, o->score, "--score", &at, err);
        if (s == 0 && o->score)
                r->score = name_of(&r->ref.schema, at);
        if (s == 0 && o->columns)
                s = tamis_select(&r->ref.schema, o->columns, &selection, err);
        for (size_t i = 0; s == 0 && i < selection.n; i++)
                wanted[selection.columns[i]] = true;
        for (size_t i = 0; s == 0 && !o->columns && i < r->ref.schema.n; i++)
                wanted[i] = by_default(r, name_of(&r->ref.schema, i));
        for (size_t i = 0; s == 0 && i < r->ref.schema.n; i++)
                wanted[i] |= names(r->target, name_of(&r->ref.schema, i)) || names(r->score, name_of(&r->ref.schema, i));
        tamis_selection_done(&selection);
        return s;
}

static int columns_of(struct reading *r, tamis_error *err) {
        bool *wanted = calloc(r->ref.schema.n + 1, sizeof *wanted);
        size_t *there = calloc(r->fresh.schema.n + 1, sizeof *there);
        int s = 0;

        r->report->columns = calloc(r->ref.schema.n + r->fresh.schema.n + 1, sizeof *r->report->columns);
        if (!wanted || !there || !r->report->columns)
                s = tamis_fail_memory(err);
        if (s == 0)
                s = choose(r, wanted, err);
        if (s == 0)
                s = add_reference(r, wanted, there, err);
        if (s == 0 && !r->options->columns)
                s = add_new(r, there, err);
        free(wanted);
        free(there);
        return s;
}

/* -- cells ----------------------------------------------------------------------------------------------------------- */

static int add_numbers(tamis_drift_side *side, tamis_batch *b, tamis_error *err) {
        const double *x;
        int s = tamis_batch_numbers_only(b, side->at, &x, err);

        if (s == 0 && side->n + b->n_rows > side->capacity) {
                size_t capacity = 2 * side->capacity + b->n_rows;
                double *values = reallocarray(side->values, capacity, sizeof *values);

                if (!values)
                        return tamis_fail_memory(err);
                side->values = values;
                side->capacity = capacity;
        }
        for (size_t i = 0; s == 0 && i < b->n_rows; i++)
                if (!isnan(x[i]))
                        side->values[side->n++] = x[i] + 0.;
        return s;
}

static int grow_counts(tamis_drift_column *c, size_t capacity, tamis_error *err) {
        double *counts = reallocarray(c->fresh_counts, capacity, sizeof *counts);

        if (!counts)
                return tamis_fail_memory(err);
        memset(counts + c->fresh.capacity, 0, (capacity - c->fresh.capacity) * sizeof *counts);
        c->fresh_counts = counts;
        c->fresh.capacity = capacity;
        return 0;
}

static int add_texts(tamis_drift_column *c, bool fresh, tamis_batch *b, const uint8_t *missing, size_t at, tamis_error *err) {
        int s = 0;

        for (size_t i = 0; s == 0 && i < b->n_rows; i++) {
                size_t code;

                if (missing[i])
                        continue;
                s = tamis_dict_add(&c->levels, tamis_batch_text(b, i, at), fresh ? 0 : 1, &code, err);
                if (s < 0 || !fresh)
                        continue;
                if (code >= c->fresh.capacity)
                        s = grow_counts(c, 2 * code + 16, err);
                if (s == 0)
                        c->fresh_counts[code] += 1;
        }
        return s;
}

static bool is_numeric(const tamis_drift_column *c) {
        return c->ref.type == TAMIS_TYPE_NUMERIC || (c->ref.type != TAMIS_TYPE_CATEGORICAL
                                                     && c->fresh.type == TAMIS_TYPE_NUMERIC);
}

static int add_batch(tamis_drift_column *c, bool fresh, tamis_batch *b, tamis_error *err) {
        tamis_drift_side *side = fresh ? &c->fresh : &c->ref;
        const uint8_t *missing;
        int s;

        if (side->at == SIZE_MAX)
                return 0;
        s = tamis_batch_missing(b, side->at, &missing, err);
        if (s < 0)
                return s;
        side->rows += (double) b->n_rows;
        for (size_t i = 0; i < b->n_rows; i++)
                side->missing += missing[i];
        if (c->verdict != TAMIS_DRIFT_OK)
                return 0;
        return is_numeric(c) ? add_numbers(side, b, err) : add_texts(c, fresh, b, missing, side->at, err);
}

static int read_all(struct reading *r, tamis_feed *feed, bool fresh, tamis_error *err) {
        int s = tamis_feed_next(feed, err);

        while (s == 0 && feed->batch.n_rows > 0) {
                *(fresh ? &r->report->fresh_rows : &r->report->reference_rows) += (double) feed->batch.n_rows;
                for (size_t i = 0; s == 0 && i < r->report->n; i++)
                        s = add_batch(&r->report->columns[i], fresh, &feed->batch, err);
                if (s == 0)
                        s = tamis_feed_next(feed, err);
        }
        return s;
}

static int settle(tamis_drift_side *side, tamis_error *err) {
        tamis_moments m = {0};
        int s = tamis_order_sort(side->values, side->n, err);

        side->median = side->iqr = side->sd = NAN;
        if (s == 0)
                s = tamis_moments_add(&m, side->values, side->n, err);
        if (s == 0 && side->n > 0) {
                double part, at[3];

                for (int i = 0; i < 3; i++) {
                        uint64_t rank = tamis_order_place(side->n, (i + 1) / 4., &part);

                        at[i] = tamis_order_between(side->values[rank], part > 0 ? side->values[rank + 1] : 0, part, (i + 1) / 4.);
                }
                side->median = at[1];
                side->iqr = at[2] - at[0];
                side->sd = tamis_moments_sd(&m, 0);
        }
        tamis_moments_done(&m);
        return s;
}

int tamis_drift_read(const tamis_drift_options *options, tamis_drift_report *report, tamis_error *err) {
        struct reading r = { .options = options, .report = report };
        int s = open_both(&r, err);

        if (s == 0)
                s = columns_of(&r, err);
        if (s == 0)
                s = read_all(&r, &r.ref, false, err);
        for (size_t i = 0; i < report->n; i++)
                report->columns[i].known = report->columns[i].levels.n;
        if (s == 0)
                s = read_all(&r, &r.fresh, true, err);
        for (size_t i = 0; s == 0 && i < report->n; i++) {
                tamis_drift_column *c = &report->columns[i];

                if (c->verdict == TAMIS_DRIFT_OK && !is_numeric(c))
                        s = c->levels.n > c->fresh.capacity ? grow_counts(c, c->levels.n, err) : 0;
                else if (c->verdict == TAMIS_DRIFT_OK) {
                        s = settle(&c->ref, err);
                        if (s == 0)
                                s = settle(&c->fresh, err);
                }
        }
        tamis_feed_done(&r.ref);
        tamis_feed_done(&r.fresh);
        tamis_missing_done(&r.missing);
        return s;
}
