#include <stdlib.h>

#include <tamis/number.h>

#include "balance/costs.h"

void tamis_costs_done(tamis_costs *costs) {
        free(costs->names);
        free(costs->cost);
        tamis_arena_done(&costs->arena);
        *costs = (tamis_costs) { 0 };
}

long tamis_costs_find(const tamis_costs *costs, tamis_slice name) {
        size_t low = 0, high = costs->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = tamis_slice_compare(costs->names[middle], name);

                if (order == 0)
                        return (long) middle;
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return -1;
}

/* -- the file ------------------------------------------------------------------------------------------------------ */

static tamis_slice value_of(const tamis_chunk *chunk, size_t record, size_t cell, tamis_arena *arena) {
        size_t start = cell ? chunk->ends[record * chunk->cells + cell - 1] + 1 : chunk->starts[record];
        size_t end = chunk->ends[record * chunk->cells + cell];

        return tamis_cell_value((tamis_slice) { chunk->bytes.p + start, end - start }, arena);
}

static int by_text(const void *a, const void *b) {
        return tamis_slice_compare(*(const tamis_slice *) a, *(const tamis_slice *) b);
}

static int read_names(tamis_costs *costs, const tamis_chunk *header, const char *path, tamis_error *err) {
        size_t n = header->cells - 1;

        if (header->records == 0 || n < 2)
                return tamis_fail_at(err, TAMIS_BAD_DATA, path, 1, 0, "a matrix of costs has a row for each actual "
                                     "class and a column for each decided one, two at least");
        costs->names = calloc(n, sizeof *costs->names);
        costs->cost = calloc(n, n * sizeof *costs->cost);
        if (!costs->names || !costs->cost)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++) {
                tamis_slice name = value_of(header, 0, i + 1, &costs->arena);
                const char *copy = name.p || name.n == 0 ? tamis_arena_copy(&costs->arena, name) : NULL;

                if (!copy)
                        return tamis_fail_memory(err);
                costs->names[i] = (tamis_slice) { copy, name.n };
        }
        costs->n = n;
        qsort(costs->names, n, sizeof *costs->names, by_text);
        for (size_t i = 1; i < n; i++)
                if (tamis_slice_equal(costs->names[i - 1], costs->names[i]))
                        return tamis_fail_at(err, TAMIS_BAD_DATA, path, 1, 0, "class \"%s\" has two columns",
                                             costs->names[i].p);
        return 0;
}

static int fail_cell(const tamis_chunk *chunk, size_t record, size_t cell, tamis_error *err, const char *what,
                     tamis_slice value) {
        const char *file;
        uint64_t line, column;

        tamis_chunk_place(chunk, record, cell, &file, &line, &column);
        return tamis_fail_at(err, TAMIS_BAD_DATA, file, line, column, "\"%.*s\" %s", (int) value.n, value.n ? value.p
                             : "",
                             what);
}

static int read_row(tamis_costs *costs, const tamis_chunk *header, const tamis_chunk *chunk, size_t record,
                    uint8_t *seen,
                    tamis_error *err) {
        tamis_slice name = value_of(chunk, record, 0, &costs->arena);
        long actual = tamis_costs_find(costs, name);

        if (actual < 0)
                return fail_cell(chunk, record, 0, err, "is a row of the matrix of costs, and no column of it", name);
        if (seen[actual]++)
                return fail_cell(chunk, record, 0, err, "has two rows in the matrix of costs", name);
        for (size_t i = 1; i < chunk->cells; i++) {
                tamis_slice cell = value_of(chunk, record, i, &costs->arena);
                long decided = tamis_costs_find(costs, value_of(header, 0, i, &costs->arena));

                if (decided < 0)
                        return tamis_fail_memory(err);  /* the name was there a moment ago */
                if (!tamis_number_parse(cell, &costs->cost[(size_t) actual * costs->n + (size_t) decided]))
                        return fail_cell(chunk, record, i, err, "is no cost: a number is needed", cell);
        }
        return 0;
}

static int read_rows(tamis_costs *costs, tamis_reader *reader, const char *path, tamis_error *err) {
        const tamis_chunk *header = tamis_reader_header(reader);
        uint8_t *seen = calloc(costs->n, 1);
        tamis_chunk chunk = { 0 };
        int r = seen ? tamis_reader_next(reader, &chunk, err) : tamis_fail_memory(err);

        while (r == 0 && chunk.records > 0) {
                for (size_t i = 0; r == 0 && i < chunk.records; i++)
                        r = read_row(costs, header, &chunk, i, seen, err);
                if (r == 0)
                        r = tamis_reader_next(reader, &chunk, err);
        }
        for (size_t i = 0; r == 0 && i < costs->n; i++)
                if (!seen[i])
                        r = tamis_fail_at(err, TAMIS_BAD_DATA, path, 0, 0, "class \"%s\" has a column in the matrix "
                                          "of costs, and no row", costs->names[i].p);
        tamis_chunk_done(&chunk);
        free(seen);
        return r;
}

int tamis_costs_read(tamis_costs *costs, const char *path, tamis_error *err) {
        const tamis_reader_options options = {
                .paths = &path, .n_paths = 1, .dialect = { .delimiter = ',', .header = true },
        };
        tamis_reader *reader = NULL;
        int r = tamis_reader_new(&options, &reader, err);

        if (r == 0)
                r = read_names(costs, tamis_reader_header(reader), path, err);
        if (r == 0)
                r = read_rows(costs, reader, path, err);
        tamis_reader_free(reader);
        return r;
}

/* -- two classes --------------------------------------------------------------------------------------------------- */

tamis_mistakes tamis_costs_mistakes(const tamis_costs *costs, size_t positive) {
        size_t p = positive, n = !positive;

        return (tamis_mistakes) {
                .tn = costs->cost[n * 2 + n], .fp = costs->cost[n * 2 + p],
                .fn = costs->cost[p * 2 + n], .tp = costs->cost[p * 2 + p],
        };
}

struct listing {
        tamis_mistakes *mistakes;
        unsigned given;
};

static int take_mistake(tamis_slice name, tamis_slice value, void *arg, tamis_error *err) {
        static const char *const names[] = { "tn", "fp", "fn", "tp" };
        struct listing *l = arg;
        double *places[] = { &l->mistakes->tn, &l->mistakes->fp, &l->mistakes->fn, &l->mistakes->tp };

        for (size_t i = 0; name.p && i < 4; i++) {
                if (!tamis_slice_equal(name, tamis_slice_of(names[i])))
                        continue;
                if (l->given & 1U << i)
                        return tamis_fail(err, TAMIS_USAGE, "--cost: %s is given twice", names[i]);
                l->given |= 1U << i;
                if (tamis_number_parse(value, places[i]))
                        return 0;
                return tamis_fail(err, TAMIS_USAGE, "--cost: \"%.*s\" of %s is no number", (int) value.n,
                                  value.p ? value.p : "", names[i]);
        }
        return tamis_fail(err, TAMIS_USAGE, "--cost: \"%.*s\" is none of fn=, fp=, tn=, tp= (a file of costs: "
                          "--cost-matrix)",
                          (int) (name.p ? name.n : value.n), name.p ? name.p : value.p ? value.p : "");
}

int tamis_mistakes_parse(tamis_mistakes *ret, const char *text, tamis_error *err) {
        struct listing l = { .mistakes = ret };

        *ret = (tamis_mistakes) { .fp = 1, .fn = 1 };
        return tamis_pairs(text, "--cost", take_mistake, &l, err);
}

int tamis_mistakes_threshold(const tamis_mistakes *m, double *ret, tamis_error *err) {
        double alarm = m->fp - m->tn, miss = m->fn - m->tp;

        if (!(alarm > 0) || !(miss > 0))
                return tamis_fail(err, TAMIS_USAGE, "a row that is %s costs %.6g decided wrongly and %.6g decided "
                                  "rightly: the costs want one and the same decision, whatever the probability",
                                  alarm > 0 ? "positive" : "negative", alarm > 0 ? m->fn : m->fp,
                                  alarm > 0 ? m->tp : m->tn);
        *ret = alarm / (alarm + miss);
        return 0;
}
