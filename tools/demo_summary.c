/* What the demo shows of a table before and after: holes and ranges of its columns, the classes of its target.
 *
 *     demo_summary TARGET FILE...
 *
 * Each file is a table by itself. A small use of the library, too: a reader, batches, views.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/batch.h>
#include <tamis/number.h>
#include <tamis/stats.h>

#include "say.h"

struct column {
        tamis_typing typing;
        double low, high;
        tamis_dict levels;
};

struct table {
        tamis_reader *reader;
        tamis_schema schema;
        tamis_missing missing;
        struct column *columns;
        uint64_t rows;
};

static int look_at(struct table *t, tamis_batch *batch, size_t column, tamis_error *err) {
        struct column *c = &t->columns[column];
        const double *numbers;
        size_t code;
        int r = tamis_typing_learn(&c->typing, batch, column, err);

        if (r == 0)
                r = tamis_batch_numbers(batch, column, &numbers, err);
        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                c->low = fmin(c->low, numbers[row]);            /* a NaN is passed over by both */
                c->high = fmax(c->high, numbers[row]);
                if (!tamis_batch_cell_missing(batch, row, column))
                        r = tamis_dict_add(&c->levels, tamis_batch_text(batch, row, column), 1, &code, err);
        }
        return r;
}

static int read_table(struct table *t, const char *path, tamis_error *err) {
        const tamis_reader_options options = { .paths = &path,
                                               .n_paths = 1,
                                               .dialect = { .delimiter = ',', .header = true } };
        tamis_batch batch = {0};
        bool more = true;
        int r = tamis_reader_new(&options, &t->reader, err);

        if (r == 0)
                r = tamis_schema_from_header(tamis_reader_header(t->reader), tamis_reader_dialect(t->reader),
                                             &t->schema, err);
        if (r == 0)
                r = tamis_missing_init(&t->missing, "n/a", err);
        if (r == 0) {
                t->columns = calloc(t->schema.n, sizeof *t->columns);
                r = t->columns ? 0 : tamis_fail_memory(err);
        }
        for (size_t c = 0; r == 0 && c < t->schema.n; c++) {
                t->columns[c].low = INFINITY;
                t->columns[c].high = -INFINITY;
        }
        while (r == 0 && more) {
                tamis_batch_reset(&batch);
                r = tamis_reader_next(t->reader, &batch.chunk, err);
                more = batch.chunk.records > 0;
                if (r == 0 && more)
                        r = tamis_batch_begin(&batch, err);
                batch.schema = &t->schema;
                batch.missing = &t->missing;
                for (size_t c = 0; r == 0 && more && c < t->schema.n; c++)
                        r = look_at(t, &batch, c, err);
                t->rows += more ? batch.n_rows : 0;
        }
        tamis_batch_done(&batch);
        return r;
}

static void table_done(struct table *t) {
        for (size_t c = 0; t->columns && c < t->schema.n; c++)
                tamis_dict_done(&t->columns[c].levels);
        free(t->columns);
        tamis_missing_done(&t->missing);
        tamis_schema_done(&t->schema);
        tamis_reader_free(t->reader);
}

static void show_levels(const tamis_dict *levels) {
        if (levels->n > 6) {
                printf("%zu different", levels->n);
                return;
        }
        for (size_t i = 0; i < levels->n; i++)
                printf("%s%.*s %llu", i ? ", " : "", (int) levels->entries[i].text.n, levels->entries[i].text.p,
                       (unsigned long long) levels->entries[i].count);
}

static void show(const struct table *t, const char *path, const char *target) {
        printf("%s: %llu rows\n", path, (unsigned long long) t->rows);
        for (size_t c = 0; c < t->schema.n; c++) {
                const struct column *column = &t->columns[c];
                char low[TAMIS_NUMBER_MAX], high[TAMIS_NUMBER_MAX];

                printf("  %-12s %3llu holes   ", t->schema.fields[c].name, (unsigned long long) column->typing.missing);
                if (strcmp(t->schema.fields[c].name, target) == 0) {
                        printf("classes: ");
                        show_levels(&column->levels);
                } else if (tamis_typing_type(&column->typing) == TAMIS_TYPE_NUMERIC) {
                        printf("%.*s .. %.*s", (int) tamis_number_print(column->low, low), low,
                               (int) tamis_number_print(column->high, high), high);
                } else {
                        show_levels(&column->levels);
                }
                putchar('\n');
        }
}

int main(int argc, char **argv) {
        int r = 0;

        if (argc < 3) {
                fputs("Usage: demo_summary TARGET FILE...\n", stderr);
                return 2;
        }
        for (int i = 2; r == 0 && i < argc; i++) {
                struct table t = {0};
                tamis_error err = { .step = "demo" };

                r = read_table(&t, argv[i], &err);
                if (r == 0)
                        show(&t, argv[i], argv[1]);
                else
                        say_error(&err);
                table_done(&t);
        }
        return r < 0;
}
