/* A reference as JSON, a column a line:
 *
 *     { "tamis_drift": 1, "tamis": "0.1.0", "rows": 600, "sample_rows": [...], "columns": [
 *       { "name": "age", "type": "numeric", "kept": true, "missing": 3, "min": 20, "max": 80, "median": 50,
 *         "iqr": 30, "sd": 17.6, "edges": [...], "counts": [...], "cleared": 0, "exact": true,
 *         "values": [...], "times": [...], "sample": [...] },
 *       { "name": "ward", "type": "categorical", "kept": true, "missing": 0, "halved": 0, "levels": [...],
 *         "times": [...], "sample": [...] },
 *       { "name": "id", "type": "categorical", "kept": false } ] }
 *
 * "tamis_drift" is the version of this layout.
 */
#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "look/drift.h"
#include "step/run.h"

static int put_number(tamis_buffer *out, double x, tamis_error *err) {
        int r = tamis_buffer_reserve(out, TAMIS_NUMBER_MAX, err);

        if (r == 0 && isfinite(x))
                out->n += tamis_number_print(x, out->p + out->n);
        else if (r == 0)
                r = tamis_buffer_add(out, "null", 4, err);
        return r;
}

static int put_named(tamis_buffer *out, const char *name, double x, tamis_error *err) {
        int r = tamis_buffer_addf(out, err, ", \"%s\": ", name);

        return r == 0 ? put_number(out, x, err) : r;
}

static int put_text(tamis_buffer *out, tamis_slice bytes, tamis_error *err) {
        json_t *json = tamis_json_bytes(bytes);
        char *text = json ? json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
        int r = text && !tamis_json_ran_out() ? tamis_buffer_add(out, text, strlen(text), err) : tamis_fail_memory(err);

        free(text);
        json_decref(json);
        return r;
}

static int put_doubles(tamis_buffer *out, const char *name, const double *x, size_t n, tamis_error *err) {
        int r = tamis_buffer_addf(out, err, ", \"%s\": [", name);

        for (size_t i = 0; r == 0 && i < n; i++) {
                r = i > 0 ? tamis_buffer_add(out, ",", 1, err) : 0;
                if (r == 0)
                        r = put_number(out, x[i], err);
        }
        return r == 0 ? tamis_buffer_add(out, "]", 1, err) : r;
}

/* Steps of about the same number of rows, each at the mean of its values; a value with more rows than that has a
 * step of its own. Into `values` and `times`, of r->n places. */
static size_t summarise(const tamis_runs *r, double *values, double *times) {
        const bool all = r->n <= 2 * TAMIS_DRIFT_SAVED;
        const double step = (double) r->total / TAMIS_DRIFT_SAVED;
        size_t n = 0;

        for (size_t i = 0, end; i < r->n; i = end) {
                double first = r->values[i], mean = first;

                times[n] = (double) r->counts[i];
                for (end = i + 1; !all && end < r->n && times[n] + (double) r->counts[end] <= step; end++) {
                        times[n] += (double) r->counts[end];
                        mean += (r->values[end] - mean) * ((double) r->counts[end] / times[n]);
                }
                /* rounding is not to move it past its neighbours */
                mean = fmin(fmax(mean, first), r->values[end - 1]);
                values[n++] = mean;
        }
        return n;
}

static int put_numbers(tamis_buffer *out, const tamis_drift_column *c, tamis_error *err) {
        const tamis_drift_side *s = &c->ref;
        double *values = malloc((s->runs.n + 1) * 2 * sizeof *values);
        double *times = values ? values + s->runs.n : NULL;
        size_t n = values ? summarise(&s->runs, values, times) : 0;
        const bool some = s->runs.total > 0;
        int r = values ? 0 : tamis_fail_memory(err);

        if (r == 0)
                r = put_named(out, "min", some ? s->runs.min + 0. : NAN, err);
        if (r == 0)
                r = put_named(out, "max", some ? s->runs.max + 0. : NAN, err);
        if (r == 0)
                r = put_named(out, "median", s->median, err);
        if (r == 0)
                r = put_named(out, "iqr", s->iqr, err);
        if (r == 0)
                r = put_named(out, "sd", s->sd, err);
        if (r == 0)
                r = put_doubles(out, "edges", c->edges, c->n_edges, err);
        if (r == 0)
                r = put_doubles(out, "counts", c->counts, some ? c->n_edges + 1 : 0, err);
        if (r == 0)
                r = tamis_buffer_addf(out, err, ", \"cleared\": %u, \"exact\": %s", s->runs.cleared,
                                      n == s->runs.n ? "true" : "false");
        if (r == 0)
                r = put_doubles(out, "values", values, n, err);
        if (r == 0)
                r = put_doubles(out, "times", times, n, err);
        free(values);
        return r;
}

/* In the order of their texts: that of the rows is not to be seen. */
static int put_levels(tamis_buffer *out, const tamis_drift_column *c, tamis_error *err) {
        size_t *order = calloc(c->levels.n + 1, sizeof *order);
        int r = order ? tamis_dict_sort(&c->levels, false, order, err) : tamis_fail_memory(err);

        if (r == 0)
                r = tamis_buffer_addf(out, err, ", \"halved\": %u, \"levels\": [", c->halved);
        for (size_t i = 0; r == 0 && i < c->levels.n; i++) {
                r = i > 0 ? tamis_buffer_add(out, ",", 1, err) : 0;
                if (r == 0)
                        r = put_text(out, c->levels.entries[order[i]].text, err);
        }
        if (r == 0)
                r = tamis_buffer_addf(out, err, "], \"times\": [");
        for (size_t i = 0; r == 0 && i < c->levels.n; i++)
                r = tamis_buffer_addf(out, err, i > 0 ? ",%llu" : "%llu",
                                      (unsigned long long) c->levels.entries[order[i]].count);
        free(order);
        return r == 0 ? tamis_buffer_add(out, "]", 1, err) : r;
}

static int put_sample(tamis_buffer *out, const tamis_drift_sample *s, size_t column, bool numeric, tamis_error *err) {
        int r = tamis_buffer_addf(out, err, ", \"sample\": [");

        for (size_t i = 0; r == 0 && i < s->n; i++) {
                uint64_t cell = s->cells[column * s->most + s->heap[i].slot];
                double x;

                memcpy(&x, &cell, sizeof x);
                r = i > 0 ? tamis_buffer_add(out, ",", 1, err) : 0;
                if (r == 0 && numeric)
                        r = put_number(out, x, err);
                else if (r == 0)
                        r = cell ? tamis_buffer_addf(out, err, "%lld", (long long) cell)
                                 : tamis_buffer_add(out, "null", 4, err);
        }
        return r == 0 ? tamis_buffer_add(out, "]", 1, err) : r;
}

static int put_column(tamis_buffer *out, const tamis_drift_report *report, const tamis_schema *schema, size_t at,
                      size_t k, tamis_error *err) {
        const tamis_field *f = &schema->fields[at];
        const tamis_drift_column *c = k < report->n ? &report->columns[k] : NULL;
        int r = tamis_buffer_addf(out, err, "%s{\"name\": ", at > 0 ? ",\n" : "");

        if (r == 0)
                r = put_text(out, (tamis_slice) { f->name, f->name_length }, err);
        if (r == 0)
                r = tamis_buffer_addf(out, err, ", \"type\": \"%s\", \"kept\": %s", tamis_type_name(f->type),
                                      c ? "true" : "false");
        if (r == 0 && c) {
                r = put_named(out, "missing", c->ref.missing, err);
                if (r == 0 && f->type == TAMIS_TYPE_NUMERIC)
                        r = put_numbers(out, c, err);
                else if (r == 0 && f->type == TAMIS_TYPE_CATEGORICAL)
                        r = put_levels(out, c, err);
                if (r == 0 && f->type != TAMIS_TYPE_EMPTY)
                        r = put_sample(out, &report->ref_sample, k, f->type == TAMIS_TYPE_NUMERIC, err);
        }
        return r == 0 ? tamis_buffer_add(out, "}", 1, err) : r;
}

int tamis_drift_save(const tamis_drift_report *report, const tamis_schema *schema, tamis_buffer *out,
                     tamis_error *err) {
        size_t *places = malloc((schema->n + 1) * sizeof *places);
        int r = places
                ? tamis_buffer_addf(out, err,
                                    "{\"tamis_drift\": %d, \"tamis\": \"%s\", \"rows\": %.0f, \"sample_rows\": [",
                                    TAMIS_DRIFT_LAYOUT, TAMIS_VERSION, report->reference_rows)
                : tamis_fail_memory(err);

        for (size_t i = 0; places && i < schema->n; i++)
                places[i] = SIZE_MAX;
        for (size_t k = 0; r == 0 && k < report->n; k++)
                if (report->columns[k].ref.at != SIZE_MAX)
                        places[report->columns[k].ref.at] = k;
        for (size_t i = 0; r == 0 && i < report->ref_sample.n; i++)
                r = tamis_buffer_addf(out, err, i > 0 ? ",%lld" : "%lld", (long long) report->ref_sample.heap[i].hash);
        if (r == 0)
                r = tamis_buffer_addf(out, err, "],\n\"columns\": [\n");
        for (size_t i = 0; r == 0 && i < schema->n; i++)
                r = put_column(out, report, schema, i, places[i], err);
        free(places);
        return r == 0 ? tamis_buffer_addf(out, err, "\n]}\n") : r;
}
