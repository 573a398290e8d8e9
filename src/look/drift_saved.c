/* A reference as JSON, a column a line:
 *
 *     { "tamis_drift": 1, "tamis": "0.1.0", "rows": 600, "sample_rows": [...], "columns": [
 *       { "name": "age", "type": "numeric", "kept": true, "missing": 3, "min": 20, "max": 80, "median": 50, "iqr": 30, "sd": 17.6,
 *         "edges": [...], "counts": [...], "cleared": 0, "exact": true, "values": [...], "times": [...], "sample": [...] },
 *       { "name": "ward", "type": "categorical", "kept": true, "missing": 0, "halved": 0, "levels": [...], "times": [...],
 *         "sample": [...] },
 *       { "name": "id", "type": "categorical", "kept": false } ] }
 *
 * "tamis_drift" is the version of this layout. What a file says is checked before it is believed.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include <tamis/number.h>

#include "look/drift.h"
#include "step/run.h"

enum { LAYOUT = 1, MANTISSA = 52, MOST_HALVED = 63 };
static const double most_rows = 0x1p53;

void tamis_drift_saved_done(tamis_drift_saved *s) {
        for (size_t i = 0; s->columns && i < s->schema.n; i++)
                tamis_drift_column_done(&s->columns[i]);
        free(s->columns);
        free(s->kept);
        tamis_drift_sample_done(&s->sample);
        tamis_schema_done(&s->schema);
        *s = (tamis_drift_saved) {0};
}

/* -- writing --------------------------------------------------------------------------------------------------------- */

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

/* Steps of about the same number of rows, each at the mean of its values; a value with more rows than that has a step of its own.
 * Into `values` and `times`, of r->n places. */
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
                r = tamis_buffer_addf(out, err, ", \"cleared\": %u, \"exact\": %s", s->runs.cleared, n == s->runs.n ? "true" : "false");
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
                        r = cell ? tamis_buffer_addf(out, err, "%lld", (long long) cell) : tamis_buffer_add(out, "null", 4, err);
        }
        return r == 0 ? tamis_buffer_add(out, "]", 1, err) : r;
}

static int put_column(tamis_buffer *out, const tamis_drift_report *report, const tamis_schema *schema, size_t at, size_t k,
                      tamis_error *err) {
        const tamis_field *f = &schema->fields[at];
        const tamis_drift_column *c = k < report->n ? &report->columns[k] : NULL;
        int r = tamis_buffer_addf(out, err, "%s{\"name\": ", at > 0 ? ",\n" : "");

        if (r == 0)
                r = put_text(out, (tamis_slice) { f->name, f->name_length }, err);
        if (r == 0)
                r = tamis_buffer_addf(out, err, ", \"type\": \"%s\", \"kept\": %s", tamis_type_name(f->type), c ? "true" : "false");
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

int tamis_drift_save(const tamis_drift_report *report, const tamis_schema *schema, tamis_buffer *out, tamis_error *err) {
        size_t *places = malloc((schema->n + 1) * sizeof *places);
        int r = places ? tamis_buffer_addf(out, err, "{\"tamis_drift\": %d, \"tamis\": \"%s\", \"rows\": %.0f, \"sample_rows\": [",
                                           LAYOUT, TAMIS_VERSION, report->reference_rows)
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

/* -- reading --------------------------------------------------------------------------------------------------------- */

static int bad(tamis_error *err, const char *what) {
        return tamis_fail(err, TAMIS_BAD_MODEL, "%s", what);
}

static int number_or_none(const json_t *from, const char *key, double *ret, tamis_error *err) {
        if (json_is_null(json_object_get(from, key))) {
                *ret = NAN;
                return 0;
        }
        return tamis_json_real(from, key, ret, err);
}

/* Numbers of rows, `sum` in all. */
static int counts_of(const json_t *array, const char *key, double least, double *ret, double *sum, tamis_error *err) {
        *sum = 0;
        for (size_t i = 0; i < json_array_size(array); i++) {
                const json_t *v = json_array_get(array, i);

                if (!json_is_integer(v) || (double) json_integer_value(v) < least)
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" holds what is no number of rows", key);
                ret[i] = (double) json_integer_value(v);
                *sum += ret[i];
        }
        return 0;
}

static int ascending(const json_t *array, const char *key, double *ret, tamis_error *err) {
        for (size_t i = 0; i < json_array_size(array); i++) {
                const json_t *v = json_array_get(array, i);

                if (!json_is_number(v))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" holds what is no number", key);
                ret[i] = json_number_value(v) + 0.;
                if (!isfinite(ret[i]) || (i > 0 && !(ret[i - 1] < ret[i])))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" does not ascend", key);
        }
        return 0;
}

static int load_bins(const json_t *from, tamis_drift_column *c, tamis_error *err) {
        const json_t *edges, *counts;
        double sum;
        int r = tamis_json_array(from, "edges", SIZE_MAX, &edges, err);

        if (r == 0 && json_array_size(edges) >= TAMIS_DRIFT_BINS)
                r = bad(err, "\"edges\" are too many");
        if (r < 0)
                return r;
        c->n_edges = json_array_size(edges);
        r = ascending(edges, "edges", c->edges, err);
        if (r == 0)
                r = tamis_json_array(from, "counts", c->ref.runs.total > 0 ? c->n_edges + 1 : 0, &counts, err);
        if (r == 0)
                r = counts_of(counts, "counts", 0, c->counts, &sum, err);
        if (r == 0 && sum != (double) c->ref.runs.total)
                r = bad(err, "\"counts\" do not sum to the number of values");
        return r;
}

static int load_runs(const json_t *from, tamis_runs *runs, tamis_error *err) {
        const json_t *values, *times;
        double *counts, sum = 0;
        size_t n = 0;
        int r = tamis_json_array(from, "values", SIZE_MAX, &values, err);

        if (r == 0) {
                n = json_array_size(values);
                r = tamis_json_array(from, "times", n, &times, err);
        }
        if (r < 0)
                return r;
        runs->values = malloc((n + 1) * sizeof *runs->values);
        runs->counts = malloc((n + 1) * sizeof *runs->counts);
        counts = malloc((n + 1) * sizeof *counts);
        r = runs->values && runs->counts && counts ? ascending(values, "values", runs->values, err) : tamis_fail_memory(err);
        if (r == 0)
                r = counts_of(times, "times", 1, counts, &sum, err);
        for (size_t i = 0; r == 0 && i < n; i++)
                runs->counts[i] = (uint64_t) counts[i];
        free(counts);
        if (r == 0 && !(sum <= most_rows))
                r = bad(err, "\"times\" are too many");
        runs->n = r == 0 ? n : 0;
        runs->total = r == 0 ? (uint64_t) sum : 0;
        return r;
}

static int load_numbers(const json_t *from, tamis_drift_column *c, tamis_error *err) {
        tamis_drift_side *s = &c->ref;
        const json_t *exact = json_object_get(from, "exact");
        uint64_t cleared;
        int r = load_runs(from, &s->runs, err);

        if (r == 0)
                r = load_bins(from, c, err);
        if (r == 0)
                r = number_or_none(from, "min", &s->runs.min, err);
        if (r == 0)
                r = number_or_none(from, "max", &s->runs.max, err);
        if (r == 0)
                r = number_or_none(from, "median", &s->median, err);
        if (r == 0)
                r = number_or_none(from, "iqr", &s->iqr, err);
        if (r == 0)
                r = number_or_none(from, "sd", &s->sd, err);
        if (r == 0)
                r = tamis_json_count(from, "cleared", &cleared, err);
        if (r < 0)
                return r;
        if (cleared > MANTISSA || !json_is_boolean(exact))
                return bad(err, "\"cleared\" or \"exact\" is not what it can be");
        if (s->runs.total > 0 && !(s->runs.min <= s->runs.max && s->runs.min <= s->median && s->median <= s->runs.max))
                return bad(err, "\"min\", \"median\" and \"max\" are not in order");
        if (s->iqr < 0 || s->sd < 0)
                return bad(err, "\"iqr\" or \"sd\" is below 0");
        s->runs.cleared = (unsigned) cleared;
        c->sketch = !json_is_true(exact);
        return 0;
}

static int load_levels(const json_t *from, tamis_drift_column *c, double *present, tamis_error *err) {
        const json_t *levels, *times;
        tamis_arena arena = {0};
        uint64_t halved;
        double sum, count;
        size_t code, n;
        int r = tamis_json_count(from, "halved", &halved, err);

        if (r == 0 && halved > MOST_HALVED)
                r = bad(err, "\"halved\" is too great");
        if (r == 0)
                r = tamis_json_array(from, "levels", SIZE_MAX, &levels, err);
        if (r < 0)
                return r;
        n = json_array_size(levels);
        r = n > TAMIS_DRIFT_LEVELS ? bad(err, "\"levels\" are too many") : tamis_json_array(from, "times", n, &times, err);
        *present = 0;
        for (size_t i = 0; r == 0 && i < n; i++) {
                const json_t *v = json_array_get(times, i);
                tamis_slice text;

                count = json_is_integer(v) ? (double) json_integer_value(v) : 0;
                r = count >= 1 && count <= most_rows ? tamis_json_bytes_get(json_array_get(levels, i), &arena, &text, err)
                                                     : bad(err, "\"times\" holds what is no number of rows");
                sum = *present += count;
                if (r == 0 && !(sum <= most_rows))
                        r = bad(err, "\"times\" are too many");
                if (r == 0)
                        r = tamis_dict_add(&c->levels, text, (uint64_t) count, &code, err);
                if (r == 0 && c->levels.n == i)
                        r = bad(err, "a level is there twice");
        }
        tamis_arena_done(&arena);
        c->halved = (unsigned) halved;
        c->known = c->levels.n;
        return r;
}

static int load_rows(const json_t *from, tamis_drift_sample *s, size_t column, bool numeric, tamis_error *err) {
        const json_t *rows;
        int r = tamis_json_array(from, "sample", s->n, &rows, err);

        for (size_t i = 0; r == 0 && i < s->n; i++) {
                const json_t *v = json_array_get(rows, i);
                double x = numeric && json_is_number(v) ? json_number_value(v) : NAN;
                uint64_t *cell = &s->cells[column * s->most + i];

                if (!json_is_null(v) && !(numeric ? json_is_number(v) : json_is_integer(v)))
                        r = bad(err, "\"sample\" holds what is no cell");
                else if (numeric)
                        memcpy(cell, &x, sizeof x);
                else
                        *cell = json_is_null(v) ? 0 : (uint64_t) json_integer_value(v);
        }
        return r;
}

static int type_of(const json_t *from, tamis_type *ret, tamis_error *err) {
        const char *name;
        int r = tamis_json_text(from, "type", &name, NULL, err);

        if (r < 0)
                return r;
        for (*ret = TAMIS_TYPE_EMPTY; *ret <= TAMIS_TYPE_CATEGORICAL; (*ret)++)
                if (strcmp(name, tamis_type_name(*ret)) == 0)
                        return 0;
        return bad(err, "\"type\" is none that there is");
}

static int load_column(const json_t *from, size_t at, tamis_drift_saved *s, tamis_error *err) {
        tamis_drift_column *c = &s->columns[at];
        const json_t *kept = json_object_get(from, "kept");
        tamis_type type = TAMIS_TYPE_UNKNOWN;
        tamis_arena arena = {0};
        tamis_slice name = {0};
        double present = 0;
        uint64_t missing = 0;
        int r = json_is_object(from) ? type_of(from, &type, err) : bad(err, "it is no object");

        if (r == 0)
                r = tamis_json_bytes_get(json_object_get(from, "name"), &arena, &name, err);
        if (r == 0 && tamis_schema_find(&s->schema, name) >= 0)
                r = bad(err, "its name is that of another");
        if (r == 0)
                r = tamis_schema_add(&s->schema, at, name, type, err);
        tamis_arena_done(&arena);
        if (r == 0 && !json_is_boolean(kept))
                r = bad(err, "\"kept\" is neither true nor false");
        if (r < 0 || !json_is_true(kept))
                return r;
        s->kept[at] = true;
        r = tamis_json_count(from, "missing", &missing, err);
        if (r == 0 && type == TAMIS_TYPE_NUMERIC) {
                r = load_numbers(from, c, err);
                present = (double) c->ref.runs.total;
        } else if (r == 0 && type == TAMIS_TYPE_CATEGORICAL) {
                r = load_levels(from, c, &present, err);
        }
        if (r == 0 && type != TAMIS_TYPE_EMPTY)
                r = load_rows(from, &s->sample, at, type == TAMIS_TYPE_NUMERIC, err);
        c->ref.missing = (double) missing;
        if (r == 0 && (c->halved == 0 ? c->ref.missing + present != s->rows : c->ref.missing + present > s->rows))
                r = bad(err, "cells that are missing and those that are there do not sum to \"rows\"");
        return r;
}

static int load_all(const json_t *json, const char *path, tamis_drift_saved *s, tamis_error *err) {
        const json_t *version = json_object_get(json, "tamis_drift"), *columns;
        const char *writer = json_string_value(json_object_get(json, "tamis"));
        tamis_error why = {0};
        const json_t *sample;
        uint64_t rows;
        size_t n = 0, sampled = 0;
        int r;

        if (!json_is_integer(version) || json_integer_value(version) < 1)
                return tamis_fail(err, TAMIS_BAD_MODEL, "%s: not a reference saved by drift: it is JSON, but has no \"tamis_drift\"", path);
        if (json_integer_value(version) > LAYOUT)
                return tamis_fail(err, TAMIS_BAD_MODEL, "%s: a newer tamis (%.20s) saved this reference; this is %s", path,
                                  writer ? writer : "version not given", TAMIS_VERSION);
        r = tamis_json_count(json, "rows", &rows, &why);
        if (r == 0)
                r = tamis_json_array(json, "sample_rows", SIZE_MAX, &sample, &why);
        if (r == 0)
                sampled = json_array_size(sample);
        if (r == 0)
                r = tamis_json_array(json, "columns", SIZE_MAX, &columns, &why);
        if (r == 0 && ((double) rows > most_rows || sampled > rows || sampled > TAMIS_DRIFT_ROWS))
                r = bad(&why, "\"rows\" or \"sample_rows\" is not what it can be");
        if (r == 0) {
                n = json_array_size(columns);
                s->rows = (double) rows;
                s->columns = calloc(n + 1, sizeof *s->columns);
                s->kept = calloc(n + 1, sizeof *s->kept);
                s->sample.most = s->sample.n = sampled;
                s->sample.heap = calloc(sampled + 1, sizeof *s->sample.heap);
                s->sample.cells = calloc((sampled + 1) * (n + 1), sizeof *s->sample.cells);
                if (!s->columns || !s->kept || !s->sample.heap || !s->sample.cells)
                        return tamis_fail_memory(err);
        }
        for (size_t i = 0; r == 0 && i < sampled; i++) {
                const json_t *v = json_array_get(sample, i);

                s->sample.heap[i] = (struct tamis_drift_row) { (uint64_t) json_integer_value(v), i };
                if (!json_is_integer(v))
                        r = bad(&why, "\"sample_rows\" holds what is no number of a row");
        }
        if (r < 0)
                return tamis_fail(err, TAMIS_BAD_MODEL, "%s: not a reference saved by drift: %s", path, why.message);
        for (size_t i = 0; i < n; i++) {
                r = load_column(json_array_get(columns, i), i, s, &why);
                if (r == TAMIS_NO_MEMORY)
                        return tamis_fail_memory(err);
                if (r < 0)
                        return tamis_fail(err, TAMIS_BAD_MODEL, "%s: not a reference saved by drift: column %zu: %s", path, i + 1,
                                          why.message);
        }
        return 0;
}

static int read_all(const char *path, tamis_buffer *text, tamis_error *err) {
        int fd = open(path, O_RDONLY | O_CLOEXEC), r = 0;
        ssize_t n = 1;

        if (fd < 0)
                return tamis_fail(err, TAMIS_IO, "%s: %s", path, strerror(errno));
        while (r == 0 && n != 0) {
                r = tamis_buffer_reserve(text, 1 << 16, err);
                if (r < 0)
                        break;
                n = read(fd, text->p + text->n, text->capacity - text->n);
                if (n < 0 && errno != EINTR)
                        r = tamis_fail(err, TAMIS_IO, "%s: %s", path, strerror(errno));
                text->n += n > 0 ? (size_t) n : 0;
        }
        close(fd);
        return r;
}

int tamis_drift_load(const char *path, tamis_drift_saved *ret, tamis_error *err) {
        tamis_drift_saved s = {0};
        tamis_buffer text = {0};
        json_t *json = NULL;
        json_error_t why;
        int r = read_all(path, &text, err);

        if (r == 0)
                r = tamis_json_parse((tamis_slice) { text.p, text.n }, &json, &why, err);
        tamis_buffer_done(&text);
        if (r == 0 && !json)
                r = tamis_fail_at(err, TAMIS_BAD_MODEL, path, (uint64_t) (why.line > 0 ? why.line : 0),
                                  (uint64_t) (why.column > 0 ? why.column : 0), "not a reference saved by drift: %s", why.text);
        if (r == 0)
                r = load_all(json, path, &s, err);
        json_decref(json);
        if (r < 0) {
                tamis_drift_saved_done(&s);
                return r;
        }
        *ret = s;
        return 0;
}
