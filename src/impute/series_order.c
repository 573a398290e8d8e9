/* The order of the rows: by group, then by the columns of --order, then as they came. */
#include <math.h>
#include <stdlib.h>

#include "impute/series.h"
#include "table/moment.h"

/* Texts that are all times become seconds; others their rank. */
static int rank_texts(struct tamis_serial_column *c, size_t rows, bool *times, tamis_error *err) {
        size_t n = c->texts.n, *sorted = calloc(n + 1, sizeof *sorted);
        double *key = calloc(n + 1, sizeof *key);
        int r = sorted && key ? tamis_dict_sort(&c->texts, false, sorted, err) : tamis_fail_memory(err);

        *times = n > 0;
        for (size_t i = 0; r == 0 && *times && i < n; i++)
                *times = tamis_moment_parse(c->texts.entries[i].text, &key[i]);
        for (size_t i = 0; r == 0 && !*times && i < n; i++)
                key[sorted[i]] = (double) i;
        if (r == 0) {
                c->numbers = malloc((rows + 1) * sizeof *c->numbers);
                if (!c->numbers)
                        r = tamis_fail_memory(err);
        }
        for (size_t row = 0; r == 0 && row < rows; row++)
                c->numbers[row] = c->codes[row] < 0 ? NAN : key[c->codes[row]];
        free(sorted);
        free(key);
        return r;
}

static int compare(const void *a, const void *b, void *arg) {
        const tamis_serial *s = arg;
        uint32_t p = *(const uint32_t *) a, q = *(const uint32_t *) b;

        if (s->rows.groups && s->rows.groups[p] != s->rows.groups[q])
                return s->rows.groups[p] < s->rows.groups[q] ? -1 : 1;
        for (size_t i = 0; i < s->order.n; i++) {
                const double *key = s->rows.columns[s->n + i].numbers;
                bool no_p = isnan(key[p]), no_q = isnan(key[q]);

                if (no_p != no_q)
                        return no_p ? 1 : -1;
                if (key[p] < key[q] || key[p] > key[q])
                        return key[p] < key[q] ? -1 : 1;
        }
        return (p > q) - (p < q);
}

/* Only one column says where a row stands, and only if it measures something. */
int tamis_serial_order(const tamis_serial *s, uint32_t **order, double **x, tamis_error *err) {
        uint32_t *rows = malloc((s->rows.n + 1) * sizeof *rows);
        bool measures = s->order.n == 1;
        int r = rows ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < s->order.n; i++) {
                struct tamis_serial_column *c = &s->rows.columns[s->n + i];
                bool times = true;

                if (!c->numbers)
                        r = rank_texts(c, s->rows.n, &times, err);
                measures &= times;
        }
        for (size_t row = 0; r == 0 && row < s->rows.n; row++)
                rows[row] = (uint32_t) row;
        if (r < 0) {
                free(rows);
                return r;
        }
        if (s->rows.groups || s->order.n > 0)
                qsort_r(rows, s->rows.n, sizeof *rows, compare, (void *) s);
        *order = rows;
        *x = measures ? s->rows.columns[s->n].numbers : NULL;
        return 0;
}
