#include <math.h>
#include <stdlib.h>

#include "impute/iterative.h"

static void add_number(tamis_iterative *m, const tamis_frame *train, size_t column) {
        const tamis_frame_column *c = &train->columns[column];
        double sum = 0;
        size_t n = 0;

        for (size_t row = 0; row < train->rows; row++)
                if (!isnan(c->numbers[row])) {
                        sum += c->numbers[row];
                        n++;
                }
        if (n == 0)
                return;
        m->columns[column].n = 1;
        m->features[m->n++] =
                (tamis_iterative_feature) { column, TAMIS_ITERATIVE_NUMBER, sum / (double) n, c->least, c->most };
}

struct level {
        int32_t level;
        size_t count;
};

/* The most frequent first; of equals, the first by its text. */
static int by_count(const void *a, const void *b) {
        const struct level *x = a, *y = b;

        if (x->count != y->count)
                return x->count > y->count ? -1 : 1;
        return (x->level > y->level) - (x->level < y->level);
}

static int by_level(const void *a, const void *b) {
        const struct level *x = a, *y = b;

        return (x->level > y->level) - (x->level < y->level);
}

static void add_level(tamis_iterative *m, size_t column, int32_t level, size_t count, size_t n) {
        m->columns[column].n++;
        m->features[m->n++] =
                (tamis_iterative_feature) { column, level, (double) count / (double) n, -INFINITY, INFINITY };
}

static int add_levels(tamis_iterative *m, const tamis_frame *train, size_t column, tamis_error *err) {
        const tamis_frame_column *c = &train->columns[column];
        struct level *levels = malloc((c->levels + 1) * sizeof *levels);
        size_t n = 0, seen = 0, own = 0, told;

        if (!levels)
                return tamis_fail_memory(err);
        for (size_t l = 0; l < c->levels; l++)
                levels[l] = (struct level) { (int32_t) l, 0 };
        for (size_t row = 0; row < train->rows; row++)
                if (c->codes[row] >= 0) {
                        seen += levels[c->codes[row]].count++ == 0;
                        n++;
                }
        qsort(levels, c->levels, sizeof *levels, by_count);
        if (seen > 0)
                m->columns[column].mode = levels[0].level;
        told = seen > TAMIS_ITERATIVE_LEVELS + 1 ? TAMIS_ITERATIVE_LEVELS : seen;
        qsort(levels, told, sizeof *levels, by_level);
        for (size_t i = seen == 2; seen > 1 && i < told; i++) {
                add_level(m, column, levels[i].level, levels[i].count, n);
                own += levels[i].count;
        }
        if (told < seen)
                add_level(m, column, TAMIS_ITERATIVE_OTHERS, n - own, n);
        free(levels);
        return 0;
}

int tamis_iterative_find(tamis_iterative *m, const tamis_frame *train, tamis_error *err) {
        int r = 0;

        m->n_columns = train->n;
        m->columns = calloc(train->n + 1, sizeof *m->columns);
        m->features = calloc(train->n * (TAMIS_ITERATIVE_LEVELS + 1) + 1, sizeof *m->features);
        if (!m->columns || !m->features)
                return tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < train->n; i++) {
                m->columns[i] =
                        (tamis_iterative_column) { .first = m->n, .mode = -1, .levels = train->columns[i].levels };
                if (train->columns[i].numbers)
                        add_number(m, train, i);
                else
                        r = add_levels(m, train, i, err);
        }
        return r == 0 ? tamis_iterative_place(m, err) : r;
}

int tamis_iterative_place(tamis_iterative *m, tamis_error *err) {
        for (size_t i = 0; i < m->n_columns; i++) {
                tamis_iterative_column *c = &m->columns[i];
                int32_t rest = c->n == 1 ? TAMIS_ITERATIVE_BASE : TAMIS_ITERATIVE_STRANGE;

                if (c->n == 0 || m->features[c->first].level == TAMIS_ITERATIVE_NUMBER)
                        continue;
                c->place = malloc((c->levels + 1) * sizeof *c->place);
                if (!c->place)
                        return tamis_fail_memory(err);
                if (m->features[c->first + c->n - 1].level == TAMIS_ITERATIVE_OTHERS)
                        rest = (int32_t) c->n - 1;
                for (size_t l = 0; l < c->levels; l++)
                        c->place[l] = rest;
                for (size_t k = 0; k < c->n; k++)
                        if (m->features[c->first + k].level >= 0)
                                c->place[m->features[c->first + k].level] = (int32_t) k;
        }
        return 0;
}
