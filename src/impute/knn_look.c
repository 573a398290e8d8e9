#include <math.h>

#include "impute/knn_look.h"

/* -- exactly ------------------------------------------------------------------------------------------------------- */

static size_t measure(const tamis_knn_looking *s, size_t row, double *distance) {
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
static void find_worst(tamis_knn_looking *s) {
        double sum;

        s->worst = 0;
        for (size_t i = 0; i < s->n_open; i++)
                s->worst = fmax(s->worst, tamis_knn_worst(&s->heaps, s->at, s->open[i]));
        sum = s->worst * (double) (s->query.numbers + s->query.codes);
        s->reach = s->index->gower ? sum : sqrt(sum);
}

bool tamis_knn_try(tamis_knn_looking *s, uint32_t row) {
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

/* With D the exact sum and e what rounding to single precision moved both rows by: the rough sum is at most D + e, or,
 * of squares, (sqrt(D) + e)^2 (triangle inequality), up to the rounding of as many operations as there are coordinates.
 * A row whose rough sum is above base + each * coordinates shared is too far, surely; all others are measured. */
static void find_limit(const tamis_knn_looking *s, double roughness, float *each, float *base) {
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

void tamis_knn_look_in_leaf(tamis_knn_looking *s, size_t leaf) {
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
                if (tamis_knn_try(s, rows[i]))
                        find_limit(s, (double) g->roughness[leaf], &each, &base);
        }
}

void tamis_knn_look_in_block(tamis_knn_looking *s, size_t level, size_t block, tamis_knn_cost *cost) {
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
                        tamis_knn_look_in_block(s, level - 1, block * KNN_FAN + best, cost);
                        continue;
                }
                cost->leaves++;
                tamis_knn_look_in_leaf(s, block * KNN_FAN + best);
        }
}

void tamis_knn_look_in_nearest(tamis_knn_looking *s) {
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
        tamis_knn_look_in_leaf(s, block);
}

/* -- what is shared ------------------------------------------------------------------------------------------------ */

bool tamis_knn_meet(tamis_knn_looking *s, const tamis_knn_group *group, const uint64_t *pattern) {
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

void tamis_knn_turn_to(tamis_knn_looking *s, size_t at) {
        s->at = at;
        for (size_t i = 0; i < s->query.numbers; i++)
                s->number_of[i] = s->rough[at * s->index->d + s->number[i]];
        for (size_t i = 0; i < s->query.codes; i++)
                s->code_of[i] = s->codes[at * s->index->c + s->code[i]];
        find_worst(s);
}
