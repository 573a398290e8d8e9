#include <math.h>
#include <stdlib.h>

#include "impute/knn_heaps.h"
#include "impute/knn_search.h"

enum {
        MOST_ROWS = 512,                /* filled side by side */
        HEAP_BYTES = 1 << 20,
        CHUNK_BYTES = 1 << 16,          /* of leaves looked at in turn */
};

/* Rows that miss the same cells. */
struct run {
        const uint64_t *pattern;
        size_t first, n;                /* in the block */
        size_t holes;
};

struct search {
        const tamis_knn_index *index;
        const tamis_knn_lanes *lanes;
        const tamis_frame *frame;
        tamis_knn_cost *costs;
        size_t k;
        bool *wanted;                   /* per coordinate */

        uint64_t *patterns;             /* per row of the frame */
        uint32_t *sorted;               /* rows with holes, by pattern */
        size_t n_sorted;

        /* the block at hand */
        const uint32_t *rows;           /* of the frame */
        double *numbers;
        int32_t *codes;
        float *rough;
        double *off;
        tamis_knn_heaps heaps;

        /* the run at hand */
        struct run run;
        uint32_t *hole;                 /* per hole: its coordinate */

        /* what the run shares with the group at hand */
        const tamis_knn_group *group;
        size_t n_open;
        uint32_t *open;                 /* the holes that its rows may fill */
        uint32_t *number, *code;        /* coordinates shared */
        uint32_t *number_at, *code_at;  /* their places in its leaves */
        double slack, least;            /* what rounding that many terms may add: in parts, and in all */
        float *number_of;               /* the row's */
        int32_t *code_of;
        tamis_knn_query query;

        /* the row at hand */
        size_t at;                      /* in the block */
        double worst, reach;            /* the worst distance that counts, and its sum (squares: the root of it) */
};

/* -- exactly ------------------------------------------------------------------------------------------------------- */

static size_t measure(const struct search *s, size_t row, double *distance) {
        const tamis_knn_index *x = s->index;
        const double *own = s->numbers + s->at * x->d, *other = x->numbers + row * x->d;
        const int32_t *own_codes = s->codes + s->at * x->c, *other_codes = x->codes + row * x->c;
        size_t shared = 0, differing = 0;
        double sum = 0;

        for (size_t i = 0; i < s->query.numbers; i++) {
                size_t j = s->number[i];
                double gap;

                if (isnan(other[j]))
                        continue;
                shared++;
                gap = x->gower ? fabs(own[j] * x->half[j] - other[j] * x->half[j]) / x->range[j] : own[j] - other[j];
                sum += x->gower ? gap : gap * gap;
        }
        for (size_t i = 0; i < s->query.codes; i++) {
                size_t j = s->code[i];

                shared += other_codes[j] >= 0;
                differing += other_codes[j] >= 0 && other_codes[j] != own_codes[j];
        }
        *distance = (sum + (double) differing) / (double) shared;
        return shared;
}

static bool has_cell(const tamis_knn_index *x, size_t row, size_t coordinate) {
        return coordinate < x->d ? !isnan(x->numbers[row * x->d + coordinate])
                                 : x->codes[row * x->c + coordinate - x->d] >= 0;
}

/* How near a donor has to be to change anything. */
static void find_worst(struct search *s) {
        double sum;

        s->worst = 0;
        for (size_t i = 0; i < s->n_open; i++)
                s->worst = fmax(s->worst, tamis_knn_worst(&s->heaps, s->at, s->open[i]));
        sum = s->worst * (double) (s->query.numbers + s->query.codes);
        s->reach = s->index->gower ? sum : sqrt(sum);
}

/* True when it changed how near the next has to be. */
static bool try_row(struct search *s, uint32_t row) {
        bool some = !s->group || !s->group->masked, changed = false;
        double distance;

        for (size_t i = 0; !some && i < s->n_open; i++)
                some = has_cell(s->index, row, s->hole[s->open[i]]);
        if (!some || measure(s, row, &distance) == 0)
                return false;
        for (size_t i = 0; i < s->n_open; i++)
                if (!s->group || !s->group->masked || has_cell(s->index, row, s->hole[s->open[i]]))
                        changed |= tamis_knn_offer(&s->heaps, s->at, s->open[i], distance, row);
        if (changed)
                find_worst(s);
        return changed;
}

/* -- roughly ------------------------------------------------------------------------------------------------------- */

/* With D the exact sum and e what rounding to single precision moved both rows by: the rough sum is at most D + e, or, of
 * squares, (sqrt(D) + e)^2 (triangle inequality), up to the rounding of as many operations as there are coordinates. A
 * row whose rough sum is above base + each * coordinates shared is too far, surely; all others are measured. */
static void find_limit(const struct search *s, double roughness, float *each, float *base) {
        double off = s->off[s->at] + roughness, sum;

        *each = 0;
        if (!s->group->masked) {
                sum = s->reach + off;
                if (!s->index->gower)
                        sum *= sum;
        } else {
                sum = s->index->gower ? off : off * (2 * s->reach + off);
                *each = (float) (s->worst * s->slack);
        }
        *base = (float) (sum * s->slack + s->least);
        if (!(*base < INFINITY))
                *base = INFINITY;
}

static void look_in_leaf(struct search *s, size_t leaf) {
        const tamis_knn_group *g = s->group;
        const tamis_knn_leaf at = {
                g->numbers + leaf * g->d * KNN_LEAF, g->codes + leaf * g->c * KNN_LEAF,
                g->masked ? g->number_masks + leaf * g->d * KNN_LEAF : NULL,
                g->masked ? g->code_masks + leaf * g->c * KNN_LEAF : NULL,
        };
        const uint32_t *rows = s->index->order + g->first + leaf * KNN_LEAF;
        size_t n = g->n - leaf * KNN_LEAF;
        float sums[KNN_LEAF], each, base;
        uint64_t near;

        find_limit(s, (double) g->roughness[leaf], &each, &base);
        if (g->masked)
                near = s->lanes->look_masked[s->index->gower](&at, &s->query, each, base, sums);
        else
                near = s->lanes->look[s->index->gower](&at, &s->query, 0, base, sums);
        if (n < KNN_LEAF)
                near &= (UINT64_C(1) << n) - 1;
        /* measuring a donor is mostly waiting for its row */
        for (uint64_t rest = near; rest; rest &= rest - 1)
                __builtin_prefetch(s->index->numbers + rows[__builtin_ctzll(rest)] * s->index->d);
        for (; near; near &= near - 1) {
                size_t i = (size_t) __builtin_ctzll(near);

                if (!g->masked && sums[i] > base)
                        continue;
                if (try_row(s, rows[i]))
                        find_limit(s, (double) g->roughness[leaf], &each, &base);
        }
}

/* Boxes that may hold something near, the nearest first. Depth: levels. */
static void look_in_block(struct search *s, size_t level, size_t block, tamis_knn_cost *cost) {
        const tamis_knn_group *g = s->group;
        const tamis_knn_level *l = &g->levels[level];
        const tamis_knn_block at = {
                l->low + block * g->d * KNN_FAN, l->high + block * g->d * KNN_FAN,
                l->low_code + block * g->c * KNN_FAN, l->high_code + block * g->c * KNN_FAN,
        };
        size_t children = (level > 0 ? g->levels[level - 1].blocks : g->leaves) - block * KNN_FAN;
        float gaps[KNN_FAN], each, limit;
        uint32_t near;

        find_limit(s, (double) l->roughness[block], &each, &limit);
        near = s->lanes->gaps[s->index->gower](&at, &s->query, limit, gaps);
        if (children < KNN_FAN)
                near &= (UINT32_C(1) << children) - 1;
        cost->blocks++;
        while (near) {
                size_t best = (size_t) __builtin_ctz(near);

                for (uint32_t rest = near & (near - 1); rest; rest &= rest - 1)
                        if (gaps[__builtin_ctz(rest)] < gaps[best])
                                best = (size_t) __builtin_ctz(rest);
                near &= ~(UINT32_C(1) << best);
                find_limit(s, (double) l->roughness[block], &each, &limit);
                if (gaps[best] > limit)
                        return;
                if (level > 0) {
                        look_in_block(s, level - 1, block * KNN_FAN + best, cost);
                        continue;
                }
                cost->leaves++;
                look_in_leaf(s, block * KNN_FAN + best);
        }
}

/* The leaf that a way down to the nearest box leads to, so that the first donors are near ones. */
static void look_in_nearest(struct search *s) {
        const tamis_knn_group *g = s->group;
        size_t block = 0;

        for (size_t level = g->n_levels; level-- > 0;) {
                const tamis_knn_level *l = &g->levels[level];
                const tamis_knn_block at = {
                        l->low + block * g->d * KNN_FAN, l->high + block * g->d * KNN_FAN,
                        l->low_code + block * g->c * KNN_FAN, l->high_code + block * g->c * KNN_FAN,
                };
                size_t children = (level > 0 ? g->levels[level - 1].blocks : g->leaves) - block * KNN_FAN, best = 0;
                float gaps[KNN_FAN];

                s->lanes->gaps[s->index->gower](&at, &s->query, INFINITY, gaps);
                for (size_t i = 1; i < children && i < KNN_FAN; i++)
                        if (gaps[i] < gaps[best])
                                best = i;
                block = block * KNN_FAN + best;
        }
        look_in_leaf(s, block);
}

/* -- runs and groups ----------------------------------------------------------------------------------------------- */

/* What the run at hand and the rows of `pattern` have in common; false: nothing that could fill a hole. */
static bool meet(struct search *s, const tamis_knn_group *group, const uint64_t *pattern) {
        const tamis_knn_index *x = s->index;

        s->group = group;
        s->query.numbers = s->query.codes = s->n_open = 0;
        for (size_t h = 0; h < s->run.holes; h++)
                if (tamis_knn_has(pattern, s->hole[h]))
                        s->open[s->n_open++] = (uint32_t) h;
        if (s->n_open == 0)
                return false;
        for (size_t w = 0; w < x->words; w++)
                for (uint64_t bits = pattern[w] & s->run.pattern[w]; bits; bits &= bits - 1) {
                        size_t i = w * 64 + (size_t) __builtin_ctzll(bits);

                        if (i < x->d) {
                                s->number[s->query.numbers] = (uint32_t) i;
                                s->number_at[s->query.numbers++] = group ? group->place[i] : 0;
                        } else {
                                s->code[s->query.codes] = (uint32_t) (i - x->d);
                                s->code_at[s->query.codes++] = group ? group->place[i] : 0;
                        }
                }
        s->slack = 1 + (double) (s->query.numbers + s->query.codes + 16) * 0x1p-23;
        s->least = (double) (s->query.numbers + s->query.codes + 2) * 0x1p-148;
        return s->query.numbers + s->query.codes > 0;
}

static void turn_to(struct search *s, size_t at) {
        s->at = at;
        for (size_t i = 0; i < s->query.numbers; i++)
                s->number_of[i] = s->rough[at * s->index->d + s->number[i]];
        for (size_t i = 0; i < s->query.codes; i++)
                s->code_of[i] = s->codes[at * s->index->c + s->code[i]];
        find_worst(s);
}

/* The run beginning at `first` of n rows of the block. */
static void begin_run(struct search *s, size_t first, size_t n) {
        const tamis_knn_index *x = s->index;
        const uint64_t *pattern = s->patterns + s->rows[first] * x->words;
        size_t end = first + 1;

        while (end < n && memcmp(pattern, s->patterns + s->rows[end] * x->words, x->words * sizeof *pattern) == 0)
                end++;
        s->run = (struct run) { pattern, first, end - first, 0 };
        for (size_t i = 0; i < x->d + x->c; i++)
                if (s->wanted[i] && !tamis_knn_has(pattern, i)) {
                        s->heaps.full[s->run.holes] = s->k < x->donors[i] ? s->k : x->donors[i];
                        s->hole[s->run.holes++] = (uint32_t) i;
                }
}

/* Some donors for each hole to begin with. */
static void seed_run(struct search *s) {
        const tamis_knn_index *x = s->index;
        const tamis_knn_group *last = &x->groups[x->n_groups - 1];

        for (size_t h = 0; h < s->run.holes; h++) {
                size_t coordinate = s->hole[h], root = x->roots[coordinate];
                bool seen = false;

                for (size_t other = 0; other < h; other++)
                        seen |= x->roots[s->hole[other]] == root;
                if (root < x->n_groups) {
                        if (seen || x->groups[root].boxed || !meet(s, &x->groups[root], x->groups[root].pattern))
                                continue;
                        for (size_t b = 0; b < s->run.n; b++) {
                                turn_to(s, s->run.first + b);
                                look_in_nearest(s);
                        }
                        continue;
                }
                /* all its donors are in the masked group */
                if (!meet(s, last, last->pattern))
                        continue;
                for (size_t b = 0; b < s->run.n; b++) {
                        turn_to(s, s->run.first + b);
                        for (size_t i = 0; i < KNN_SAMPLE && x->sample[coordinate * KNN_SAMPLE + i] != UINT32_MAX; i++)
                                try_row(s, x->sample[coordinate * KNN_SAMPLE + i]);
                }
        }
}

static void search_boxes(struct search *s, size_t g, size_t n) {
        const tamis_knn_group *group = &s->index->groups[g];
        tamis_knn_cost unused = {0}, *cost = s->costs ? &s->costs[g] : &unused;

        for (size_t first = 0; first < n; first += s->run.n) {
                begin_run(s, first, n);
                if (!meet(s, group, group->pattern))
                        continue;
                cost->rows += s->run.n;
                for (size_t b = 0; b < s->run.n; b++) {
                        turn_to(s, first + b);
                        look_in_block(s, group->n_levels - 1, 0, cost);
                }
        }
}

static void search_leaves(struct search *s, size_t g, size_t n) {
        const tamis_knn_group *group = &s->index->groups[g];
        size_t chunk = CHUNK_BYTES / ((group->d + group->c + 1) * KNN_LEAF * sizeof(float)) + 1;

        for (size_t from = 0; from < group->leaves; from += chunk) {
                size_t to = from + chunk < group->leaves ? from + chunk : group->leaves;

                for (size_t first = 0; first < n; first += s->run.n) {
                        begin_run(s, first, n);
                        if (!meet(s, group, group->pattern))
                                continue;
                        for (size_t b = 0; b < s->run.n; b++) {
                                turn_to(s, first + b);
                                for (size_t leaf = from; leaf < to; leaf++)
                                        look_in_leaf(s, leaf);
                        }
                }
        }
}

/* -- blocks of rows ------------------------------------------------------------------------------------------------ */

static void gather(struct search *s, size_t n) {
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

static void search_block(struct search *s, size_t n, void (*take)(void *arg, const tamis_knn_donors *donors), void *arg) {
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
        const struct search *s = arg;
        uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
        const uint64_t *p = s->patterns + x * s->index->words, *q = s->patterns + y * s->index->words;

        for (size_t w = 0; w < s->index->words; w++)
                if (p[w] != q[w])
                        return p[w] > q[w] ? -1 : 1;
        return x < y ? -1 : x > y;
}

/* Returns the most holes a row has. */
static size_t find_holes(struct search *s) {
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

static int open_search(struct search *s, size_t *block, tamis_error *err) {
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
        if (s->numbers && s->codes && s->rough && s->off && s->heaps.full && s->heaps.distances && s->heaps.rows && s->hole
            && s->open && s->number && s->code && s->number_at && s->code_at && s->number_of && s->code_of)
                return 0;
        return tamis_fail_memory(err);
}

static void close_search(struct search *s) {
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
        struct search s = { .index = index, .lanes = tamis_knn_lanes_at(0), .frame = rows, .costs = costs };
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

                /* measured: sixteen boxes cost half as much as a leaf of 64 rows, and a leaf out of turn a third more */
                if (group->boxed)
                        group->boxed = costs[g].blocks * 3 + costs[g].leaves * 8 < costs[g].rows * group->leaves * 6;
        }
        free(costs);
        return r;
}
