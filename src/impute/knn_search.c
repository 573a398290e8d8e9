#include <math.h>
#include <stdlib.h>

#include "impute/knn_look.h"

enum {
        MOST_ROWS = 512,                /* filled side by side */
        HEAP_BYTES = 1 << 20,
        CHUNK_BYTES = 1 << 16,          /* of leaves looked at in turn */
};

/* -- runs and groups ----------------------------------------------------------------------------------------------- */

/* The run beginning at `first` of n rows of the block. */
static void begin_run(tamis_knn_looking *s, size_t first, size_t n) {
        const tamis_knn_index *x = s->index;
        const uint64_t *pattern = s->patterns + s->rows[first] * x->words;
        size_t end = first + 1;

        while (end < n && memcmp(pattern, s->patterns + s->rows[end] * x->words, x->words * sizeof *pattern) == 0)
                end++;
        s->run = (tamis_knn_run) { pattern, first, end - first, 0 };
        for (size_t i = 0; i < x->d + x->c; i++)
                if (s->wanted[i] && !tamis_knn_has(pattern, i)) {
                        s->heaps.full[s->run.holes] = s->k < x->donors[i] ? s->k : x->donors[i];
                        s->hole[s->run.holes++] = (uint32_t) i;
                }
}

/* Some donors for each hole to begin with. */
static void seed_run(tamis_knn_looking *s) {
        const tamis_knn_index *x = s->index;
        const tamis_knn_group *last = &x->groups[x->n_groups - 1];

        for (size_t h = 0; h < s->run.holes; h++) {
                size_t coordinate = s->hole[h], root = x->roots[coordinate];
                bool seen = false;

                for (size_t other = 0; other < h; other++)
                        seen |= x->roots[s->hole[other]] == root;
                if (root < x->n_groups) {
                        if (seen || x->groups[root].boxed ||
                            !tamis_knn_meet(s, &x->groups[root], x->groups[root].pattern))
                                continue;
                        for (size_t b = 0; b < s->run.n; b++) {
                                tamis_knn_turn_to(s, s->run.first + b);
                                tamis_knn_look_in_nearest(s);
                        }
                        continue;
                }
                /* all its donors are in the masked group */
                if (!tamis_knn_meet(s, last, last->pattern))
                        continue;
                for (size_t b = 0; b < s->run.n; b++) {
                        tamis_knn_turn_to(s, s->run.first + b);
                        for (size_t i = 0; i < KNN_SAMPLE && x->sample[coordinate * KNN_SAMPLE + i] != UINT32_MAX; i++)
                                tamis_knn_try(s, x->sample[coordinate * KNN_SAMPLE + i]);
                }
        }
}

static void search_boxes(tamis_knn_looking *s, size_t g, size_t n) {
        const tamis_knn_group *group = &s->index->groups[g];
        tamis_knn_cost unused = {0}, *cost = s->costs ? &s->costs[g] : &unused;

        for (size_t first = 0; first < n; first += s->run.n) {
                begin_run(s, first, n);
                if (!tamis_knn_meet(s, group, group->pattern))
                        continue;
                cost->rows += s->run.n;
                for (size_t b = 0; b < s->run.n; b++) {
                        tamis_knn_turn_to(s, first + b);
                        tamis_knn_look_in_block(s, group->n_levels - 1, 0, cost);
                }
        }
}

static void search_leaves(tamis_knn_looking *s, size_t g, size_t n) {
        const tamis_knn_group *group = &s->index->groups[g];
        size_t chunk = CHUNK_BYTES / ((group->d + group->c + 1) * KNN_LEAF * sizeof(float)) + 1;

        for (size_t from = 0; from < group->leaves; from += chunk) {
                size_t to = from + chunk < group->leaves ? from + chunk : group->leaves;

                for (size_t first = 0; first < n; first += s->run.n) {
                        begin_run(s, first, n);
                        if (!tamis_knn_meet(s, group, group->pattern))
                                continue;
                        for (size_t b = 0; b < s->run.n; b++) {
                                tamis_knn_turn_to(s, first + b);
                                for (size_t leaf = from; leaf < to; leaf++)
                                        tamis_knn_look_in_leaf(s, leaf);
                        }
                }
        }
}

/* -- blocks of rows ------------------------------------------------------------------------------------------------ */

static void gather(tamis_knn_looking *s, size_t n) {
        const tamis_knn_index *x = s->index;

        for (size_t b = 0; b < n; b++) {
                double sum = 0, off;

                for (size_t i = 0; i < x->d; i++) {
                        double value = s->frame->columns[x->column[i]].numbers[s->rows[b]];

                        s->numbers[b * x->d + i] = value;
                        s->rough[b * x->d + i] = 0;
                        if (isnan(value))
                                continue;
                        s->rough[b * x->d + i] = tamis_knn_rough(x, i, value, &off);
                        sum += x->gower ? off : off * off;
                }
                for (size_t i = 0; i < x->c; i++)
                        s->codes[b * x->c + i] = s->frame->columns[x->column[x->d + i]].codes[s->rows[b]];
                s->off[b] = x->gower ? sum : sqrt(sum);
        }
}

static void search_block(tamis_knn_looking *s, size_t n, void (*take)(void *arg, const tamis_knn_donors *donors),
                         void *arg) {
        const tamis_knn_index *x = s->index;

        gather(s, n);
        for (size_t b = 0; b < n; b++)
                tamis_knn_empty(&s->heaps, b, s->heaps.wide);
        for (size_t first = 0; first < n; first += s->run.n) {
                begin_run(s, first, n);
                seed_run(s);
        }
        for (size_t g = 0; g < x->n_groups; g++) {
                if (x->groups[g].boxed)
                        search_boxes(s, g, n);
                else
                        search_leaves(s, g, n);
        }
        for (size_t first = 0; take && first < n; first += s->run.n) {
                begin_run(s, first, n);
                for (size_t b = first; b < first + s->run.n; b++)
                        for (size_t h = 0; h < s->run.holes; h++) {
                                size_t at = (b * s->heaps.wide + h) * s->k;
                                tamis_knn_donors d = {
                                        .row = s->rows[b], .coordinate = s->hole[h],
                                        .distances = s->heaps.distances + at, .rows = s->heaps.rows + at,
                                };

                                while (d.n < s->heaps.full[h] && d.rows[d.n] != UINT32_MAX)
                                        d.n++;
                                take(arg, &d);
                        }
        }
}

/* -- rows ---------------------------------------------------------------------------------------------------------- */

static int compare_rows(const void *a, const void *b, void *arg) {
        const tamis_knn_looking *s = arg;
        uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
        const uint64_t *p = s->patterns + x * s->index->words, *q = s->patterns + y * s->index->words;

        for (size_t w = 0; w < s->index->words; w++)
                if (p[w] != q[w])
                        return p[w] > q[w] ? -1 : 1;
        return x < y ? -1 : x > y;
}

/* Returns the most holes a row has. */
static size_t find_holes(tamis_knn_looking *s) {
        const tamis_knn_index *x = s->index;
        size_t most = 0;

        for (size_t i = 0; i < x->d + x->c; i++) {
                const tamis_frame_column *c = &s->frame->columns[x->column[i]];

                s->wanted[i] = c->wanted && x->donors[i] > 0;
                for (size_t row = 0; row < s->frame->rows; row++) {
                        bool there = i < x->d ? !isnan(c->numbers[row]) : c->codes[row] != TAMIS_CODE_MISSING;

                        s->patterns[row * x->words + i / 64] |= (uint64_t) there << i % 64;
                }
        }
        for (size_t row = 0; row < s->frame->rows; row++) {
                size_t holes = 0;

                for (size_t i = 0; i < x->d + x->c; i++)
                        holes += s->wanted[i] && !tamis_knn_has(s->patterns + row * x->words, i);
                if (holes > 0)
                        s->sorted[s->n_sorted++] = (uint32_t) row;
                most = holes > most ? holes : most;
        }
        qsort_r(s->sorted, s->n_sorted, sizeof *s->sorted, compare_rows, s);
        return most;
}

static int open_search(tamis_knn_looking *s, size_t *block, tamis_error *err) {
        const tamis_knn_index *x = s->index;
        size_t all = x->d + x->c + 1, most, each;

        s->wanted = calloc(all, sizeof *s->wanted);
        s->patterns = calloc(s->frame->rows * x->words + 1, sizeof *s->patterns);
        s->sorted = calloc(s->frame->rows + 1, sizeof *s->sorted);
        if (!s->wanted || !s->patterns || !s->sorted)
                return tamis_fail_memory(err);
        most = find_holes(s);
        if (most > SIZE_MAX / 16 / s->k)
                return tamis_fail_memory(err);
        each = most * s->k * (sizeof(double) + sizeof(uint32_t)) + x->d * 2 * sizeof(double) + 1;
        *block = HEAP_BYTES / each < MOST_ROWS ? HEAP_BYTES / each + 1 : MOST_ROWS;
        if (*block > s->n_sorted)
                *block = s->n_sorted;
        s->numbers = reallocarray(NULL, *block * x->d + 1, sizeof *s->numbers);
        s->codes = reallocarray(NULL, *block * x->c + 1, sizeof *s->codes);
        s->rough = reallocarray(NULL, *block * x->d + 1, sizeof *s->rough);
        s->off = reallocarray(NULL, *block + 1, sizeof *s->off);
        s->heaps = (tamis_knn_heaps) { .k = s->k, .wide = most };
        s->heaps.full = calloc(most + 1, sizeof *s->heaps.full);
        s->heaps.distances = reallocarray(NULL, *block * most * s->k + 1, sizeof *s->heaps.distances);
        s->heaps.rows = reallocarray(NULL, *block * most * s->k + 1, sizeof *s->heaps.rows);
        s->hole = calloc(all, sizeof *s->hole);
        s->open = calloc(all, sizeof *s->open);
        s->number = calloc(all, sizeof *s->number);
        s->code = calloc(all, sizeof *s->code);
        s->number_at = calloc(all, sizeof *s->number_at);
        s->code_at = calloc(all, sizeof *s->code_at);
        s->number_of = calloc(all, sizeof *s->number_of);
        s->code_of = calloc(all, sizeof *s->code_of);
        s->query = (tamis_knn_query) { 0, 0, s->number_at, s->code_at, s->number_of, s->code_of };
        if (s->numbers && s->codes && s->rough && s->off && s->heaps.full && s->heaps.distances && s->heaps.rows &&
            s->hole && s->open && s->number && s->code && s->number_at && s->code_at && s->number_of && s->code_of)
                return 0;
        return tamis_fail_memory(err);
}

static void close_search(tamis_knn_looking *s) {
        free(s->wanted);
        free(s->patterns);
        free(s->sorted);
        free(s->numbers);
        free(s->codes);
        free(s->rough);
        free(s->off);
        free(s->heaps.full);
        free(s->heaps.distances);
        free(s->heaps.rows);
        free(s->hole);
        free(s->open);
        free(s->number);
        free(s->code);
        free(s->number_at);
        free(s->code_at);
        free(s->number_of);
        free(s->code_of);
}

int tamis_knn_search(const tamis_knn_index *index, const tamis_frame *rows, size_t k,
                     void (*take)(void *arg, const tamis_knn_donors *donors), void *arg, tamis_knn_cost *costs,
                     tamis_error *err) {
        tamis_knn_looking s = { .index = index, .lanes = tamis_knn_lanes_at(0), .frame = rows, .costs = costs };
        size_t block = 0;
        int r;

        /* more donors than rows there cannot be */
        s.k = k < index->rows ? k : index->rows;
        if (s.k == 0)
                return 0;
        r = open_search(&s, &block, err);
        for (size_t at = 0; r == 0 && at < s.n_sorted; at += block) {
                s.rows = s.sorted + at;
                search_block(&s, s.n_sorted - at < block ? s.n_sorted - at : block, take, arg);
        }
        close_search(&s);
        return r;
}

/* -- which way ----------------------------------------------------------------------------------------------------- */

int tamis_knn_probe(tamis_knn_index *index, const tamis_frame *rows, size_t k, tamis_error *err) {
        tamis_knn_cost *costs = calloc(index->n_groups + 1, sizeof *costs);
        int r;

        if (!costs)
                return tamis_fail_memory(err);
        for (size_t g = 0; g < index->n_groups; g++)
                index->groups[g].boxed = !index->groups[g].masked && index->groups[g].leaves > 1;
        r = tamis_knn_search(index, rows, k, NULL, NULL, costs, err);
        for (size_t g = 0; g < index->n_groups; g++) {
                tamis_knn_group *group = &index->groups[g];

                /* measured: sixteen boxes cost half as much as a leaf of 64 rows, and a leaf out of turn
                 * a third more */
                if (group->boxed)
                        group->boxed = costs[g].blocks * 3 + costs[g].leaves * 8 < costs[g].rows * group->leaves * 6;
        }
        free(costs);
        return r;
}
