#include <math.h>
#include <stdlib.h>

#include "impute/knn_layout.h"

enum { PAIRS = 64 };            /* looked at to find the coordinate that spreads most */

struct layout {
        const tamis_knn_index *index;
        tamis_knn_group *group;
        uint32_t *rows;         /* index->order + group->first */
        uint32_t *at;           /* the index's coordinate, per place: numbers, then codes */
        uint64_t *keys;         /* room for one a row */
};

void tamis_knn_group_done(tamis_knn_group *g) {
        free(g->place);
        free(g->numbers);
        free(g->codes);
        free(g->number_masks);
        free(g->code_masks);
        free(g->roughness);
        for (size_t i = 0; i < KNN_LEVELS; i++) {
                free(g->levels[i].low);
                free(g->levels[i].high);
                free(g->levels[i].low_code);
                free(g->levels[i].high_code);
                free(g->levels[i].roughness);
        }
}

/* -- order --------------------------------------------------------------------------------------------------------- */

static double number_at(const struct layout *l, size_t row, size_t place) {
        double off;

        return (double) tamis_knn_rough(l->index, l->at[place], l->index->numbers[row * l->index->d + l->at[place]],
                                        &off);
}

static int32_t code_at(const struct layout *l, size_t row, size_t place) {
        return l->index->codes[row * l->index->c + l->at[l->group->d + place] - l->index->d];
}

/* The place where two rows differ most, going by some pairs of them. */
static size_t widest(const struct layout *l, const uint32_t *rows, size_t n) {
        size_t pairs = n / 2 < PAIRS ? n / 2 : PAIRS, best = 0;
        double most = -1;

        for (size_t place = 0; place < l->group->d + l->group->c; place++) {
                double sum = 0;

                for (size_t i = 0; i < pairs; i++) {
                        size_t a = rows[i * (n / 2) / pairs], b = rows[n / 2 + i * (n / 2) / pairs];

                        if (place < l->group->d)
                                sum += fabs(number_at(l, a, place) - number_at(l, b, place));
                        else
                                sum += code_at(l, a, place - l->group->d) != code_at(l, b, place - l->group->d);
                }
                if (sum > most) {
                        most = sum;
                        best = place;
                }
        }
        return best;
}

/* Whole numbers in the order of the floats. */
static uint64_t sortable(float x) {
        uint32_t bits;

        x += 0.0f;
        memcpy(&bits, &x, sizeof bits);
        return bits >> 31 ? ~bits : bits | 0x80000000u;
}

static inline void swap(uint64_t *a, uint64_t *b) {
        uint64_t kept = *a;

        *a = *b;
        *b = kept;
}

/* Hoare's selection: afterwards the `middle` smallest stand in front. No two are the same. Each is swapped, whichever
 * side it is for: a branch would be guessed wrong every other time. */
static void select_smallest(uint64_t *keys, size_t n, size_t middle) {
        size_t low = 0, high = n - 1;

        while (low < high) {
                uint64_t *a = &keys[low], *b = &keys[low + (high - low) / 2], *c = &keys[high], pivot;
                size_t to = low;

                /* the middle one of three comes last */
                if (*a > *b)
                        swap(a, b);
                if (*b < *c)
                        swap(b, c);
                if (*a > *c)
                        swap(a, c);
                pivot = *c;
                for (size_t i = low; i < high; i++) {
                        uint64_t key = keys[i];

                        keys[i] = keys[to];
                        keys[to] = key;
                        to += key < pivot;
                }
                swap(&keys[to], &keys[high]);
                if (middle < to)
                        high = to - 1;
                else if (middle > to)
                        low = to + 1;
                else
                        return;
        }
}

/* Halve down to whole leaves, sixteen of which, and sixteen times sixteen, are to be a subtree. Depth: a few dozen. */
static void arrange(const struct layout *l, uint32_t *rows, size_t n) {
        size_t leaves = (n + KNN_LEAF - 1) / KNN_LEAF, unit = 1, place, left;

        if (leaves <= 1)
                return;
        while (unit * KNN_FAN < leaves)
                unit *= KNN_FAN;
        left = (leaves / 2 + unit - 1) / unit * unit * KNN_LEAF;
        place = widest(l, rows, n);
        for (size_t i = 0; i < n; i++) {
                uint64_t key = place < l->group->d ? sortable((float) number_at(l, rows[i], place))
                                                   : (uint64_t) code_at(l, rows[i], place - l->group->d);

                l->keys[i] = key << 32 | rows[i];
        }
        select_smallest(l->keys, n, left);
        for (size_t i = 0; i < n; i++)
                rows[i] = (uint32_t) l->keys[i];
        arrange(l, rows, left);
        arrange(l, rows + left, n - left);
}

/* -- leaves -------------------------------------------------------------------------------------------------------- */

static void fill_leaf(const struct layout *l, size_t leaf) {
        tamis_knn_group *g = l->group;
        float *numbers = g->numbers + leaf * g->d * KNN_LEAF;
        int32_t *codes = g->codes + leaf * g->c * KNN_LEAF;
        size_t n = g->n - leaf * KNN_LEAF < KNN_LEAF ? g->n - leaf * KNN_LEAF : KNN_LEAF;

        for (size_t i = 0; i < KNN_LEAF; i++) {
                /* behind the last donor it is repeated */
                size_t row = l->rows[leaf * KNN_LEAF + (i < n ? i : n - 1)];
                double off, sum = 0;

                for (size_t j = 0; j < g->d; j++) {
                        double x = l->index->numbers[row * l->index->d + l->at[j]];

                        numbers[j * KNN_LEAF + i] = 0;
                        if (g->masked)
                                g->number_masks[(leaf * g->d + j) * KNN_LEAF + i] = isnan(x) ? 0 : -1;
                        if (isnan(x))
                                continue;
                        numbers[j * KNN_LEAF + i] = tamis_knn_rough(l->index, l->at[j], x, &off);
                        sum += l->index->gower ? off : off * off;
                }
                for (size_t j = 0; j < g->c; j++) {
                        codes[j * KNN_LEAF + i] = code_at(l, row, j);
                        if (g->masked)
                                g->code_masks[(leaf * g->c + j) * KNN_LEAF + i] = codes[j * KNN_LEAF + i] < 0 ? 0 : -1;
                }
                if (!l->index->gower)
                        sum = sqrt(sum);
                /* upwards */
                if (sum * 1.0001 > (double) g->roughness[leaf])
                        g->roughness[leaf] = nextafterf((float) (sum * 1.0001), INFINITY);
        }
}

/* -- boxes --------------------------------------------------------------------------------------------------------- */

static int make_level(tamis_knn_group *g, size_t children, tamis_knn_level **ret, tamis_error *err) {
        tamis_knn_level *level = &g->levels[g->n_levels++];

        level->blocks = (children + KNN_FAN - 1) / KNN_FAN;
        level->low = calloc(level->blocks * KNN_FAN * g->d + 1, sizeof *level->low);
        level->high = calloc(level->blocks * KNN_FAN * g->d + 1, sizeof *level->high);
        level->low_code = calloc(level->blocks * KNN_FAN * g->c + 1, sizeof *level->low_code);
        level->high_code = calloc(level->blocks * KNN_FAN * g->c + 1, sizeof *level->high_code);
        level->roughness = calloc(level->blocks + 1, sizeof *level->roughness);
        *ret = level;
        if (level->low && level->high && level->low_code && level->high_code && level->roughness)
                return 0;
        return tamis_fail_memory(err);
}

static void box_leaf(const tamis_knn_group *g, const tamis_knn_level *level, size_t leaf) {
        size_t block = leaf / KNN_FAN, lane = leaf % KNN_FAN;

        for (size_t j = 0; j < g->d; j++) {
                const float *x = g->numbers + (leaf * g->d + j) * KNN_LEAF;
                float low = x[0], high = x[0];

                for (size_t i = 1; i < KNN_LEAF; i++) {
                        low = x[i] < low ? x[i] : low;
                        high = x[i] > high ? x[i] : high;
                }
                level->low[(block * g->d + j) * KNN_FAN + lane] = low;
                level->high[(block * g->d + j) * KNN_FAN + lane] = high;
        }
        for (size_t j = 0; j < g->c; j++) {
                const int32_t *x = g->codes + (leaf * g->c + j) * KNN_LEAF;
                int32_t low = x[0], high = x[0];

                for (size_t i = 1; i < KNN_LEAF; i++) {
                        low = x[i] < low ? x[i] : low;
                        high = x[i] > high ? x[i] : high;
                }
                level->low_code[(block * g->c + j) * KNN_FAN + lane] = low;
                level->high_code[(block * g->c + j) * KNN_FAN + lane] = high;
        }
        level->roughness[block] = fmaxf(level->roughness[block], g->roughness[leaf]);
}

/* A box around `n` boxes of the level below. */
static void box_block(const tamis_knn_group *g, const tamis_knn_level *level, const tamis_knn_level *below,
                      size_t child, size_t n) {
        size_t block = child / KNN_FAN, lane = child % KNN_FAN;

        for (size_t j = 0; j < g->d; j++) {
                const float *low = below->low + (child * g->d + j) * KNN_FAN, *high = below->high + (low - below->low);
                float least = low[0], most = high[0];

                for (size_t i = 1; i < n; i++) {
                        least = low[i] < least ? low[i] : least;
                        most = high[i] > most ? high[i] : most;
                }
                level->low[(block * g->d + j) * KNN_FAN + lane] = least;
                level->high[(block * g->d + j) * KNN_FAN + lane] = most;
        }
        for (size_t j = 0; j < g->c; j++) {
                const int32_t *low = below->low_code + (child * g->c + j) * KNN_FAN;
                const int32_t *high = below->high_code + (low - below->low_code);
                int32_t least = low[0], most = high[0];

                for (size_t i = 1; i < n; i++) {
                        least = low[i] < least ? low[i] : least;
                        most = high[i] > most ? high[i] : most;
                }
                level->low_code[(block * g->c + j) * KNN_FAN + lane] = least;
                level->high_code[(block * g->c + j) * KNN_FAN + lane] = most;
        }
        level->roughness[block] = fmaxf(level->roughness[block], below->roughness[child]);
}

static int make_boxes(tamis_knn_group *g, tamis_error *err) {
        size_t children = g->leaves;
        tamis_knn_level *level;
        int r = make_level(g, children, &level, err);

        if (r < 0)
                return r;
        for (size_t leaf = 0; leaf < g->leaves; leaf++)
                box_leaf(g, level, leaf);
        while (level->blocks > 1 && g->n_levels < KNN_LEVELS) {
                const tamis_knn_level *below = level;

                r = make_level(g, below->blocks, &level, err);
                if (r < 0)
                        return r;
                for (size_t i = 0; i < below->blocks; i++)
                        box_block(g, level, below, i,
                                  children - i * KNN_FAN < KNN_FAN ? children - i * KNN_FAN : KNN_FAN);
                children = below->blocks;
        }
        return 0;
}

/* -- all of it ----------------------------------------------------------------------------------------------------- */

static int allocate(struct layout *l, tamis_error *err) {
        const tamis_knn_index *x = l->index;
        tamis_knn_group *g = l->group;
        size_t rows;

        g->place = calloc(x->d + x->c + 1, sizeof *g->place);
        l->at = calloc(x->d + x->c + 1, sizeof *l->at);
        if (!g->place || !l->at)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < x->d + x->c; i++) {
                if (!tamis_knn_has(g->pattern, i))
                        continue;
                l->at[g->d + g->c] = (uint32_t) i;
                g->place[i] = (uint32_t) (i < x->d ? g->d++ : g->c++);
        }
        g->leaves = (g->n + KNN_LEAF - 1) / KNN_LEAF;
        rows = g->leaves * KNN_LEAF;
        l->keys = g->masked ? NULL : calloc(g->n + 1, sizeof *l->keys);
        g->numbers = reallocarray(NULL, rows * g->d + 1, sizeof *g->numbers);
        g->codes = reallocarray(NULL, rows * g->c + 1, sizeof *g->codes);
        g->roughness = calloc(g->leaves + 1, sizeof *g->roughness);
        if (g->masked) {
                g->number_masks = reallocarray(NULL, rows * g->d + 1, sizeof *g->number_masks);
                g->code_masks = reallocarray(NULL, rows * g->c + 1, sizeof *g->code_masks);
        }
        if (g->numbers && g->codes && g->roughness
            && (g->masked ? g->number_masks && g->code_masks : l->keys != NULL))
                return 0;
        return tamis_fail_memory(err);
}

int tamis_knn_group_lay_out(tamis_knn_index *index, tamis_knn_group *group, tamis_error *err) {
        struct layout l = { .index = index, .group = group, .rows = index->order + group->first };
        int r = allocate(&l, err);

        if (r == 0) {
                if (!group->masked)
                        arrange(&l, l.rows, group->n);
                for (size_t leaf = 0; leaf < group->leaves; leaf++)
                        fill_leaf(&l, leaf);
                if (!group->masked)
                        r = make_boxes(group, err);
        }
        free(l.at);
        free(l.keys);
        return r;
}
