/* A reference that was saved (drift_save.c) is read again. What a file says is checked before it is believed. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "look/drift.h"
#include "step/run.h"

enum { MANTISSA = 52, MOST_HALVED = 63 };
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
        r = runs->values && runs->counts && counts ? ascending(values, "values", runs->values, err)
                                                   : tamis_fail_memory(err);
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
        r = n > TAMIS_DRIFT_LEVELS ? bad(err, "\"levels\" are too many")
                                   : tamis_json_array(from, "times", n, &times, err);
        *present = 0;
        for (size_t i = 0; r == 0 && i < n; i++) {
                const json_t *v = json_array_get(times, i);
                tamis_slice text;

                count = json_is_integer(v) ? (double) json_integer_value(v) : 0;
                r = count >= 1 && count <= most_rows
                        ? tamis_json_bytes_get(json_array_get(levels, i), &arena, &text, err)
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
                return tamis_fail(err, TAMIS_BAD_MODEL,
                                  "%s: not a reference saved by drift: it is JSON, but has no \"tamis_drift\"", path);
        if (json_integer_value(version) > TAMIS_DRIFT_LAYOUT)
                return tamis_fail(err, TAMIS_BAD_MODEL, "%s: a newer tamis (%.20s) saved this reference; this is %s",
                                  path, writer ? writer : "version not given", TAMIS_VERSION);
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
                        return tamis_fail(err, TAMIS_BAD_MODEL, "%s: not a reference saved by drift: column %zu: %s",
                                          path, i + 1, why.message);
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
                                  (uint64_t) (why.column > 0 ? why.column : 0), "not a reference saved by drift: %s",
                                  why.text);
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
