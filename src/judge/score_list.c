/* The judged cells given as a list: row,column,value; rows count from 1, columns go by name.
 *
 * What type a column is, the list alone cannot say: its other cells are in the imputed table, which comes later and may
 * overrule it (score_imputed.c). So the texts are kept as codes, and their numbers made of the dictionary.
 */
#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "judge/score_cells.h"
#include "table/show.h"

enum { ROW, COLUMN, VALUE };

static int row_of(tamis_batch *b, size_t row, size_t *ret, tamis_error *err) {
        tamis_slice text = tamis_batch_text(b, row, ROW);
        char shown[TAMIS_SHOW_SIZE];
        double number;

        tamis_show(text, shown, sizeof shown);
        if (!tamis_number_parse(text, &number) || number != floor(number) || number < 1 || number > 0x1p53)
                return tamis_batch_fail(b, row, ROW, err, "\"%s\" is no row: they count from 1", shown);
        *ret = (size_t) number - 1;
        return 0;
}

static int add(tamis_cells *c, const tamis_dict *names, const long *judged, size_t row, tamis_error *err) {
        tamis_batch *b = &c->truth.batch;
        tamis_slice name = tamis_batch_text(b, row, COLUMN);
        long at = tamis_dict_find(names, name);
        size_t cell = 0;
        double code;
        int r;

        if (at < 0) {
                char shown[TAMIS_SHOW_SIZE];

                tamis_show(name, shown, sizeof shown);
                return tamis_batch_fail(b, row, COLUMN, err, "%s has no column \"%s\"", tamis_feed_name(&c->imputed),
                                        shown);
        }
        r = row_of(b, row, &cell, err);
        if (r < 0)
                return r;
        if (cell >= c->rows)
                c->rows = cell + 1;
        if (judged[at] < 0 || tamis_batch_cell_missing(b, row, VALUE))
                return 0;
        r = tamis_judged_code(&c->columns[judged[at]], tamis_batch_text(b, row, VALUE), &code, err);
        return r == 0 ? tamis_judged_add(&c->columns[judged[at]], cell, code, err) : r;
}

/* All names of the imputed table, and which of them are judged: the list may speak of others. */
static int index_names(const tamis_cells *c, tamis_dict *names, long *judged, tamis_error *err) {
        size_t code;
        int r = 0;

        for (size_t i = 0; r == 0 && i < c->imputed.schema.n; i++) {
                const tamis_field *f = &c->imputed.schema.fields[i];

                r = tamis_dict_add(names, (tamis_slice) { f->name, f->name_length }, 1, &code, err);
                if (r == 0)
                        judged[code] = -1;
        }
        for (size_t i = 0; r == 0 && i < c->n; i++) {
                r = tamis_dict_add(names, c->columns[i].name, 1, &code, err);
                if (r == 0)
                        judged[code] = (long) i;
        }
        return r;
}

struct cell {
        size_t row;
        double value;
};

static int by_row(const void *a, const void *b) {
        const struct cell *x = a, *y = b;

        return (x->row > y->row) - (x->row < y->row);
}

/* Rows may come in any order, but each once. */
static int sort(tamis_judged *column, tamis_error *err) {
        struct cell *cells;
        size_t i = 1;
        char shown[TAMIS_SHOW_SIZE];

        while (i < column->list.n && column->list.rows[i - 1] < column->list.rows[i])
                i++;
        if (i >= column->list.n)
                return 0;
        cells = malloc(column->list.n * sizeof *cells);
        if (!cells)
                return tamis_fail_memory(err);
        for (i = 0; i < column->list.n; i++)
                cells[i] = (struct cell) { column->list.rows[i], column->truth[i] };
        qsort(cells, column->list.n, sizeof *cells, by_row);
        for (i = 0; i < column->list.n; i++) {
                column->list.rows[i] = cells[i].row;
                column->truth[i] = cells[i].value;
        }
        free(cells);
        for (i = 1; i < column->list.n; i++)
                if (column->list.rows[i - 1] == column->list.rows[i]) {
                        tamis_show(column->name, shown, sizeof shown);
                        return tamis_fail(err, TAMIS_BAD_DATA, "the cell at row %zu, column \"%s\" is listed twice",
                                          column->list.rows[i] + 1, shown);
                }
        return 0;
}

/* Codes become numbers, where all texts are. */
static int settle(tamis_judged *column, tamis_error *err) {
        double *numbers;

        if (!column->numeric)
                return 0;
        numbers = calloc(column->levels.n + 1, sizeof *numbers);
        if (!numbers)
                return tamis_fail_memory(err);
        for (size_t i = 0; column->numeric && i < column->levels.n; i++) {
                tamis_slice text = column->levels.entries[i].text;
                bool number = tamis_number_parse(text, &numbers[i]);
                char shown[TAMIS_SHOW_SIZE];

                tamis_show(text, shown, sizeof shown);
                if (column->forced && !number) {
                        free(numbers);
                        return tamis_fail(err, TAMIS_BAD_DATA, "the list of cells: \"%s\" is not a number", shown);
                }
                column->numeric = column->forced || (number && !tamis_number_zero_padded(text));
        }
        for (size_t i = 0; column->numeric && i < column->list.n; i++)
                column->truth[i] = numbers[(size_t) column->truth[i]];
        free(numbers);
        return 0;
}

static int read_all(tamis_cells *c, const tamis_dict *names, const long *judged, tamis_error *err) {
        int r;

        for (size_t i = 0; i < c->n; i++)
                tamis_judged_empty(&c->columns[i]);
        c->rows = 0;
        r = tamis_feed_next(&c->truth, err);
        while (r == 0 && c->truth.batch.n_rows > 0) {
                for (size_t row = 0; r == 0 && row < c->truth.batch.n_rows; row++)
                        r = add(c, names, judged, row, err);
                if (r == 0)
                        r = tamis_feed_next(&c->truth, err);
        }
        for (size_t i = 0; r == 0 && i < c->n; i++)
                r = sort(&c->columns[i], err);
        for (size_t i = 0; r == 0 && i < c->n; i++)
                r = settle(&c->columns[i], err);
        return r;
}

int tamis_cells_list(tamis_cells *c, tamis_error *err) {
        long *judged = calloc(c->imputed.schema.n + 1, sizeof *judged);
        tamis_dict names = {0};
        int r = judged ? index_names(c, &names, judged, err) : tamis_fail_memory(err);

        if (r == 0)
                r = read_all(c, &names, judged, err);
        tamis_dict_done(&names);
        free(judged);
        return r;
}
