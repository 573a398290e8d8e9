#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "split/strata.h"

struct value {
        double x;
        uint64_t count;
        size_t code;
};

static int ascending(const void *x, const void *y) {
        const struct value *a = x, *b = y;

        return (a->x > b->x) - (a->x < b->x);
}

/* The k-th of all rows, from 0, by running counts. */
static double order_statistic(const struct value *values, size_t n, uint64_t k) {
        size_t i = 0;

        for (uint64_t seen = 0; i + 1 < n && seen + values[i].count <= k; i++)
                seen += values[i].count;
        return values[i].x;
}

static double quantile(const struct value *values, size_t n, uint64_t rows, double p) {
        double place = p * (double) (rows - 1), below = floor(place), t = place - below;
        double a = order_statistic(values, n, (uint64_t) below), b = order_statistic(values, n, (uint64_t) below + 1);

        return t < .5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

/* stratum[code], 0 for what is missing. */
static int find_strata(const tamis_dict *d, size_t strata, size_t *stratum, tamis_error *err) {
        struct value *values = calloc(d->n + 1, sizeof *values);
        uint64_t rows = 0;
        size_t n = 0, at = 0;

        if (!values)
                return tamis_fail_memory(err);
        for (size_t c = 0; c < d->n; c++) {
                if (d->entries[c].text.n == 0 || !tamis_number_parse(d->entries[c].text, &values[n].x))
                        continue;
                values[n].count = d->entries[c].count;
                rows += values[n].count;
                values[n++].code = c;
        }
        qsort(values, n, sizeof *values, ascending);
        for (size_t s = 1; s <= strata && rows > 0; s++) {
                double edge = s == strata ? INFINITY : quantile(values, n, rows, (double) s / (double) strata);

                for (; at < n && values[at].x <= edge; at++)
                        stratum[values[at].code] = s;
        }
        free(values);
        return 0;
}

int tamis_strata_cut(tamis_codes *column, size_t strata, tamis_error *err) {
        size_t *stratum = calloc(column->dict.n + 1, sizeof *stratum);
        tamis_codes cut = {0};
        int r = stratum ? find_strata(&column->dict, strata, stratum, err) : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < column->n; row++) {
                char text[24];
                size_t s = stratum[column->codes[row]];
                int n = snprintf(text, sizeof text, "%zu", s);

                r = tamis_codes_add(&cut, (tamis_slice) { text, s ? (size_t) n : 0 }, err);
        }
        free(stratum);
        if (r < 0) {
                tamis_codes_done(&cut);
                return r;
        }
        tamis_codes_done(column);
        *column = cut;
        return 0;
}

/* A bar within a name is said to be one. */
static int add_name(tamis_buffer *name, tamis_slice text, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < text.n; i++) {
                if (text.p[i] == '|' || text.p[i] == '\\')
                        r = tamis_buffer_add(name, "\\", 1, err);
                if (r == 0)
                        r = tamis_buffer_add(name, text.p + i, 1, err);
        }
        return r;
}

int tamis_strata_join(const tamis_codes *columns, size_t n, tamis_codes *ret, tamis_error *err) {
        tamis_codes all = {0};
        tamis_buffer name = {0};
        int r = 0;

        for (size_t row = 0; r == 0 && row < columns[0].n; row++) {
                name.n = 0;
                for (size_t i = 0; r == 0 && i < n; i++) {
                        if (i > 0)
                                r = tamis_buffer_add(&name, "|", 1, err);
                        if (r == 0)
                                r = add_name(&name, columns[i].dict.entries[columns[i].codes[row]].text, err);
                }
                if (r == 0)
                        r = tamis_codes_add(&all, (tamis_slice) { name.p, name.n }, err);
        }
        tamis_buffer_done(&name);
        if (r < 0) {
                tamis_codes_done(&all);
                return r;
        }
        *ret = all;
        return 0;
}
