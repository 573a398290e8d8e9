#include <stdlib.h>

#include <tamis/number.h>

#include "judge/ampute_grid.h"

void tamis_grid_done(tamis_grid *grid) {
        tamis_schema_done(&grid->schema);
        free(grid->v);
        *grid = (tamis_grid) {0};
}

/* The bytes of a cell. */
static tamis_slice cell(const tamis_chunk *chunk, size_t record, size_t c) {
        size_t begin = c ? (size_t) chunk->ends[record * chunk->cells + c - 1] + 1 : chunk->starts[record];

        return (tamis_slice) { chunk->bytes.p + begin, chunk->ends[record * chunk->cells + c] - begin };
}

static int read_chunk(tamis_grid *grid, const tamis_chunk *chunk, tamis_error *err) {
        size_t n = grid->schema.n;
        tamis_arena arena = {0};
        double *more = realloc(grid->v, (grid->rows + chunk->records) * n * sizeof *more);
        int r = 0;

        if (!more)
                return tamis_fail_memory(err);
        grid->v = more;
        for (size_t i = 0; r == 0 && i < chunk->records; i++, grid->rows++)
                for (size_t c = 0; r == 0 && c < n; c++) {
                        tamis_slice text = tamis_cell_value(cell(chunk, i, c), &arena);
                        const char *file;
                        uint64_t line, column;

                        if (text.p && tamis_number_parse(text, &grid->v[grid->rows * n + c]))
                                continue;
                        tamis_chunk_place(chunk, i, c, &file, &line, &column);
                        r = tamis_fail_at(err, TAMIS_BAD_DATA, file, line, column,
                                          "column \"%s\": \"%.*s\" is no number", grid->schema.fields[c].name,
                                          (int) (text.n < 80 ? text.n : 80), text.p ? text.p : "");
                }
        tamis_arena_done(&arena);
        return r;
}

static int read_all(tamis_grid *grid, tamis_reader *reader, tamis_error *err) {
        tamis_chunk chunk = {0};
        int r = tamis_schema_from_header(tamis_reader_header(reader), tamis_reader_dialect(reader), &grid->schema, err);

        if (r == 0)
                r = tamis_reader_next(reader, &chunk, err);
        while (r == 0 && chunk.records > 0) {
                r = read_chunk(grid, &chunk, err);
                if (r == 0)
                        r = tamis_reader_next(reader, &chunk, err);
        }
        tamis_chunk_done(&chunk);
        if (r == 0 && grid->rows == 0)
                r = tamis_fail_at(err, TAMIS_BAD_DATA, grid->path, 0, 0, "there is no row in it");
        return r;
}

int tamis_grid_read(tamis_grid *grid, const char *path, tamis_error *err) {
        const tamis_reader_options options = {
                .paths = &path, .n_paths = 1, .dialect = { .delimiter = ',', .header = true },
        };
        tamis_reader *reader = NULL;
        int r;

        *grid = (tamis_grid) { .path = path };
        r = tamis_reader_new(&options, &reader, err);
        if (r == 0)
                r = read_all(grid, reader, err);
        tamis_reader_free(reader);
        if (r < 0)
                tamis_grid_done(grid);
        return r;
}

int tamis_grid_locate(const tamis_grid *grid, const tamis_schema *table, const char *special, size_t *at,
                      tamis_error *err) {
        for (size_t c = 0; c < grid->schema.n; c++) {
                const tamis_field *f = &grid->schema.fields[c];
                tamis_slice name = { f->name, f->name_length };
                long found = tamis_schema_find(table, name);

                if (tamis_schema_find(&grid->schema, name) != (long) c)
                        return tamis_fail_at(err, TAMIS_BAD_DATA, grid->path, 1, 0, "two columns are called \"%s\"",
                                             f->name);
                at[c] = SIZE_MAX;
                if (special && tamis_slice_equal(name, tamis_slice_of(special)))
                        continue;
                if (found < 0)
                        return tamis_fail_at(err, TAMIS_BAD_DATA, grid->path, 1, 0, "the table has no column \"%s\"",
                                             f->name);
                at[c] = (size_t) found;
        }
        return 0;
}
