/* The rows learned from. */
#include <math.h>
#include <stdlib.h>

#include "learn/state.h"

void tamis_lesson_done(tamis_lesson *t) {
        for (size_t j = 0; t->levels && j < t->p; j++)
                tamis_dict_done(&t->levels[j]);
        free(t->levels);
        tamis_dict_done(&t->labels);
        free(t->cells);
        free(t->y);
        free(t->weight);
        free(t->label);
        *t = (tamis_lesson) {0};
}

int tamis_lesson_start(tamis_lesson *t, size_t p, bool weights, bool labels, tamis_error *err) {
        t->p = p;
        t->levels = calloc(p + 1, sizeof *t->levels);
        t->weight = weights ? malloc(sizeof *t->weight) : NULL;
        t->label = labels ? malloc(sizeof *t->label) : NULL;
        return t->levels && (t->weight || !weights) && (t->label || !labels) ? 0 : tamis_fail_memory(err);
}

static int grow(void *at, size_t n, size_t size, tamis_error *err) {
        void **p = at, *more = reallocarray(*p, n + 1, size);

        if (!more)
                return tamis_fail_memory(err);
        *p = more;
        return 0;
}

int tamis_lesson_reserve(tamis_lesson *t, size_t more, tamis_error *err) {
        size_t capacity = t->capacity;
        int r;

        if (t->n + more <= capacity && t->cells)
                return 0;
        while (capacity < t->n + more)
                capacity = capacity ? 2 * capacity : more;
        r = grow(&t->cells, capacity, (t->p + 1) * sizeof *t->cells, err);
        if (r == 0)
                r = grow(&t->y, capacity, sizeof *t->y, err);
        if (r == 0 && t->weight)
                r = grow(&t->weight, capacity, sizeof *t->weight, err);
        if (r == 0 && t->label)
                r = grow(&t->label, capacity, sizeof *t->label, err);
        if (r == 0)
                t->capacity = capacity;
        return r;
}

/* -- merging ------------------------------------------------------------------------------------------------------- */

static void drop_labels(tamis_lesson *t) {
        free(t->label);
        t->label = NULL;
        t->too_many = true;
        tamis_dict_done(&t->labels);
        t->labels = (tamis_dict) {0};
}

static int merge_levels(tamis_lesson *into, const tamis_lesson *from, size_t column, tamis_error *err) {
        const tamis_dict *d = &from->levels[column];
        size_t *map = reallocarray(NULL, d->n + 1, sizeof *map);
        int r = map ? tamis_dict_merge(&into->levels[column], d, map, err) : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && d->n > 0 && i < from->n; i++) {
                double *cell = &into->cells[(into->n + i) * into->p + column];

                if (!isnan(*cell))
                        *cell = (double) map[(size_t) *cell];
        }
        free(map);
        return r;
}

static int merge_labels(tamis_lesson *into, const tamis_lesson *from, tamis_error *err) {
        size_t *map = reallocarray(NULL, from->labels.n + 1, sizeof *map);
        int r = map ? tamis_dict_merge(&into->labels, &from->labels, map, err) : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < from->n; i++)
                into->label[into->n + i] = (uint32_t) map[from->label[i]];
        free(map);
        return r;
}

int tamis_lesson_merge(tamis_lesson *into, const tamis_lesson *from, tamis_error *err) {
        int r = tamis_lesson_reserve(into, from->n, err);

        into->unlabelled += from->unlabelled;
        into->fraction = into->fraction || from->fraction;
        if (r < 0 || from->n == 0)
                return r;
        memcpy(into->cells + into->n * into->p, from->cells, from->n * from->p * sizeof *into->cells);
        memcpy(into->y + into->n, from->y, from->n * sizeof *into->y);
        if (into->weight)
                memcpy(into->weight + into->n, from->weight, from->n * sizeof *into->weight);
        for (size_t j = 0; r == 0 && j < into->p; j++)
                r = merge_levels(into, from, j, err);
        if (r == 0 && into->label && !from->label)
                drop_labels(into);
        if (r == 0 && into->label)
                r = merge_labels(into, from, err);
        into->n += from->n;
        return r;
}

/* -- an order of their own ----------------------------------------------------------------------------------------- */

static int sort_dict(tamis_dict *d, size_t *place, tamis_error *err) {
        size_t *order = reallocarray(NULL, d->n + 1, sizeof *order);
        tamis_dict sorted = {0};
        int r = order ? tamis_dict_sort(d, false, order, err) : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < d->n; i++) {
                size_t code;

                r = tamis_dict_add(&sorted, d->entries[order[i]].text, d->entries[order[i]].count, &code, err);
                place[order[i]] = i;
        }
        free(order);
        tamis_dict_done(r == 0 ? d : &sorted);
        if (r == 0)
                *d = sorted;
        return r;
}

static int sort_codes(tamis_lesson *t, size_t column, tamis_error *err) {
        tamis_dict *d = column < t->p ? &t->levels[column] : &t->labels;
        size_t *place = reallocarray(NULL, d->n + 1, sizeof *place);
        int r = place ? sort_dict(d, place, err) : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < t->n; i++) {
                double *cell = &t->cells[i * t->p + column];

                if (column == t->p)
                        t->label[i] = (uint32_t) place[t->label[i]];
                else if (!isnan(*cell))
                        *cell = (double) place[(size_t) *cell];
        }
        free(place);
        return r;
}

static int by_number(double a, double b) {
        return isnan(a) || isnan(b) ? isnan(a) - isnan(b) : (a > b) - (a < b);
}

static int by_cells(const void *x, const void *y, void *arg) {
        const tamis_lesson *t = arg;
        size_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
        int r = t->label ? (t->label[a] > t->label[b]) - (t->label[a] < t->label[b]) : 0;

        if (r == 0)
                r = by_number(t->y[a], t->y[b]);
        for (size_t j = 0; r == 0 && j < t->p; j++)
                r = by_number(t->cells[a * t->p + j], t->cells[b * t->p + j]);
        return r == 0 && t->weight ? by_number(t->weight[a], t->weight[b]) : r;
}

static int gather(void *at, const uint32_t *order, size_t n, size_t size, tamis_error *err) {
        char **p = at, *sorted;

        if (!*p || size == 0)
                return 0;
        sorted = reallocarray(NULL, n + 1, size);
        if (!sorted)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++)
                memcpy(sorted + i * size, *p + order[i] * size, size);
        free(*p);
        *p = sorted;
        return 0;
}

/* Sums and ties then run the same way whatever order the rows came in. */
int tamis_lesson_settle(tamis_lesson *t, tamis_error *err) {
        uint32_t *order = reallocarray(NULL, t->n + 1, sizeof *order);
        int r = order ? 0 : tamis_fail_memory(err);

        if (r == 0 && t->n >= UINT32_MAX)
                r = tamis_fail(err, TAMIS_BAD_DATA, "%zu rows: more than can be learned from", t->n);
        for (size_t j = 0; r == 0 && j < t->p; j++)
                if (t->levels[j].n > 0)
                        r = sort_codes(t, j, err);
        if (r == 0 && t->label)
                r = sort_codes(t, t->p, err);
        for (size_t i = 0; r == 0 && i < t->n; i++)
                order[i] = (uint32_t) i;
        if (r == 0)
                qsort_r(order, t->n, sizeof *order, by_cells, t);
        if (r == 0)
                r = gather(&t->cells, order, t->n, t->p * sizeof *t->cells, err);
        if (r == 0)
                r = gather(&t->y, order, t->n, sizeof *t->y, err);
        if (r == 0)
                r = gather(&t->weight, order, t->n, sizeof *t->weight, err);
        if (r == 0)
                r = gather(&t->label, order, t->n, sizeof *t->label, err);
        free(order);
        t->capacity = t->n;
        return r;
}
