#include <stdlib.h>
#include <string.h>

#include "neighbors/tree.h"

/* -- the order of the rows ----------------------------------------------------------------------------------------- */

struct key {
        double x;
        uint32_t row;
};

struct ordering {
        tamis_tree *tree;
        struct key *keys;       /* as many as rows; each part uses its own */
        unsigned level;         /* of the halving that is under way */
};

enum { SAMPLE = 64 };

/* The widest side of the rows, or nearly: any side gives the same answers. */
static size_t widest_side(const tamis_points *p, const uint32_t *rows, size_t n) {
        const size_t d = p->d, step = n / SAMPLE + 1;
        size_t widest = 0;
        double width = -1;

        for (size_t first = 0; first < d; first += 16) {
                const size_t m = d - first < 16 ? d - first : 16;
                double low[16], high[16];

                for (size_t j = 0; j < m; j++)
                        low[j] = high[j] = p->numbers[rows[0] * d + first + j];
                for (size_t i = step; i < n; i += step) {
                        const double *x = p->numbers + rows[i] * d + first;

                        for (size_t j = 0; j < m; j++) {
                                low[j] = x[j] < low[j] ? x[j] : low[j];
                                high[j] = x[j] > high[j] ? x[j] : high[j];
                        }
                }
                for (size_t j = 0; j < m; j++)
                        if (high[j] - low[j] > width) {
                                width = high[j] - low[j];
                                widest = first + j;
                        }
        }
        return widest;
}

static bool before(const struct key *a, const struct key *b) {
        return a->x < b->x || (a->x == b->x && a->row < b->row);
}

static void exchange(struct key *a, struct key *b) {
        struct key kept = *a;

        *a = *b;
        *b = kept;
}

/* Hoare's selection: afterwards keys[0 .. middle) come before keys[middle .. n). There are no ties. */
static void halve(struct key *keys, size_t n, size_t middle) {
        size_t low = 0, high = n - 1;

        while (low < high) {
                size_t centre = low + (high - low) / 2, i = low, j = high;
                struct key pivot;

                if (before(&keys[centre], &keys[low]))
                        exchange(&keys[centre], &keys[low]);
                if (before(&keys[high], &keys[low]))
                        exchange(&keys[high], &keys[low]);
                if (before(&keys[high], &keys[centre]))
                        exchange(&keys[high], &keys[centre]);
                pivot = keys[centre];
                while (i <= j) {
                        while (before(&keys[i], &pivot))
                                i++;
                        while (before(&pivot, &keys[j]))
                                j--;
                        if (i <= j) {
                                exchange(&keys[i], &keys[j]);
                                i++;
                                if (j == 0)
                                        break;
                                j--;
                        }
                }
                if (middle <= j)
                        high = j;
                else if (middle >= i)
                        low = i;
                else
                        low = high;
        }
}

/* Part `i` of 2^level: where its leaves begin and end is known. */
static void split_part(const struct ordering *o, unsigned level, size_t i) {
        tamis_tree *tree = o->tree;
        const tamis_points *p = tree->points;
        const unsigned below = tree->depth - level;
        const size_t first = tree->starts[i << below], last = tree->starts[(i + 1) << below];
        const size_t middle = tree->starts[(2 * i + 1) << (below - 1)];
        uint32_t *rows = tree->rows + first;
        struct key *keys = o->keys + first;
        size_t side = widest_side(p, rows, last - first);

        for (size_t at = 0; at < last - first; at++)
                keys[at] = (struct key) { p->d > 0 ? p->numbers[rows[at] * p->d + side] : 0, rows[at] };
        halve(keys, last - first, middle - first);
        for (size_t at = 0; at < last - first; at++)
                rows[at] = keys[at].row;
}

static void split_one(void *arg, size_t i) {
        const struct ordering *o = arg;

        split_part(o, o->level, i);
}

/* The part and all below it, depth first, which stays in the cache. */
static void split_deep(const struct ordering *o, unsigned level, size_t i) {
        if (level == o->tree->depth)
                return;
        split_part(o, level, i);
        split_deep(o, level + 1, 2 * i);
        split_deep(o, level + 1, 2 * i + 1);
}

static void split_all(void *arg, size_t i) {
        const struct ordering *o = arg;

        split_deep(o, o->level, i);
}

static void each(tamis_pool *pool, size_t n, void (*work)(void *arg, size_t i), void *arg) {
        if (pool)
                tamis_pool_for(pool, n, work, arg);
        for (size_t i = 0; !pool && i < n; i++)
                work(arg, i);
}

/* Halves of n rows, `leaves` leaves of them. */
static void share_out(uint32_t *starts, size_t first, size_t n, size_t leaves) {
        starts[0] = (uint32_t) first;
        if (leaves == 1)
                return;
        share_out(starts, first, n / 2, leaves / 2);
        share_out(starts + leaves / 2, first + n / 2, n - n / 2, leaves / 2);
}

int tamis_tree_order(tamis_tree *tree, const tamis_points *points, tamis_pool *pool, tamis_error *err) {
        enum { WIDE = 6 };      /* 64 parts, each of them done by one thread */
        struct ordering o = { .tree = tree };
        unsigned depth = 0;

        *tree = (tamis_tree) { .points = points };
        if (points->n == 0)
                return 0;
        if (points->n >= UINT32_MAX)
                return tamis_fail(err, TAMIS_BAD_DATA, "%zu rows are too many to search for neighbours", points->n);
        while (((points->n - 1) >> depth) + 1 > LANES)
                depth++;
        tree->starts = calloc(((size_t) 1 << depth) + 1, sizeof *tree->starts);
        tree->rows = calloc(points->n, sizeof *tree->rows);
        o.keys = reallocarray(NULL, points->n, sizeof *o.keys);
        if (!tree->starts || !tree->rows || !o.keys) {
                free(o.keys);
                tamis_tree_done(tree);
                return tamis_fail_memory(err);
        }
        tree->depth = depth;
        tree->n_leaves = (size_t) 1 << depth;
        share_out(tree->starts, 0, points->n, tree->n_leaves);
        tree->starts[tree->n_leaves] = (uint32_t) points->n;
        for (size_t i = 0; i < points->n; i++)
                tree->rows[i] = (uint32_t) i;
        for (; o.level < WIDE && o.level < depth; o.level++)
                each(pool, (size_t) 1 << o.level, split_one, &o);
        each(pool, (size_t) 1 << o.level, split_all, &o);
        free(o.keys);
        return 0;
}

/* -- what is searched ---------------------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b) {
        const double x = *(const double *) a, y = *(const double *) b;

        return x < y ? -1 : x > y;
}

/* About the middle of most rows, so that an outlier takes the others nothing of their precision. */
static void find_centre(tamis_tree *tree) {
        enum { MOST = 255 };
        const tamis_points *p = tree->points;
        const size_t n = p->n < MOST ? p->n : MOST;
        double some[MOST];

        for (size_t j = 0; j < p->d; j++) {
                for (size_t i = 0; i < n; i++)
                        some[i] = p->numbers[p->n * i / n * p->d + j];
                qsort(some, n, sizeof *some, by_size);
                tree->centre[j] = some[n / 2];
        }
}

struct widening {
        float *low, *high;      /* LANES apart from column to column */
};

static struct widening box_of(const tamis_tree *tree, size_t level, size_t item) {
        float *boxes = tree->levels[level].boxes + item / LANES * 2 * tree->points->d * LANES + item % LANES;

        return (struct widening) { boxes, boxes + LANES };
}

/* The padding repeats the last row, so that it holds numbers. */
static void lay_out_numbers(tamis_tree *tree, const double *centre, size_t leaf) {
        const tamis_points *p = tree->points;
        const uint32_t *rows = tree->rows + tree->starts[leaf];
        const size_t n = tree->starts[leaf + 1] - tree->starts[leaf];
        float *numbers = tree->numbers + leaf * p->d * LANES;
        double sum = 0;

        for (size_t i = 0; i < LANES; i++) {
                const double *x = p->numbers + rows[i < n ? i : n - 1] * p->d;

                for (size_t j = 0; j < p->d; j++)
                        numbers[j * LANES + i] = tamis_rough(x[j], centre[j]);
        }
        for (size_t j = 0; j < p->d; j++) {
                float most = 0;
                double step;

                for (size_t i = 0; i < LANES; i++)
                        most = fmaxf(most, fabsf(numbers[j * LANES + i]));
                step = tamis_rough_step(most);
                sum += step * step;
        }
        tree->roughness[leaf] = sqrt(sum);
}

static void lay_out_codes(tamis_tree *tree, size_t leaf) {
        const tamis_points *p = tree->points;
        const uint32_t *rows = tree->rows + tree->starts[leaf];
        const size_t n = tree->starts[leaf + 1] - tree->starts[leaf];
        uint32_t *codes = tree->codes + leaf * p->c * LANES, lowest = UINT32_MAX;

        for (size_t i = 0; i < LANES; i++) {
                const size_t row = rows[i < n ? i : n - 1];

                lowest = row < lowest ? (uint32_t) row : lowest;
                for (size_t j = 0; j < p->c; j++)
                        codes[j * LANES + i] = p->codes[row * p->c + j];
        }
        tree->levels[0].lowest[leaf] = lowest;
}

/* Wide enough for the rows themselves. */
static void lay_out_box(tamis_tree *tree, size_t leaf) {
        const float *numbers = tree->numbers + leaf * tree->points->d * LANES;
        struct widening box = box_of(tree, 0, leaf);

        for (size_t j = 0; j < tree->points->d; j++, numbers += LANES) {
                float low = numbers[0], high = numbers[0];
                double step;

                for (size_t i = 1; i < LANES; i++) {
                        low = numbers[i] < low ? numbers[i] : low;
                        high = numbers[i] > high ? numbers[i] : high;
                }
                step = tamis_rough_step(fmaxf(fabsf(low), fabsf(high)));
                box.low[j * 2 * LANES] = nextafterf((float) ((double) low - step), -INFINITY);
                box.high[j * 2 * LANES] = nextafterf((float) ((double) high + step), INFINITY);
        }
}

struct laying {
        tamis_tree *tree;
        const double *centre;
};

enum { PIECE = 256 };

static void lay_out_piece(void *arg, size_t piece) {
        const struct laying *l = arg;
        size_t last = (piece + 1) * PIECE;

        for (size_t leaf = piece * PIECE; leaf < last && leaf < l->tree->n_leaves; leaf++) {
                lay_out_numbers(l->tree, l->centre, leaf);
                if (l->tree->n_levels == 0)
                        continue;
                lay_out_codes(l->tree, leaf);
                lay_out_box(l->tree, leaf);
        }
}

/* The boxes of a level, around those of the level below. */
static void enclose(tamis_tree *tree, size_t level) {
        const tamis_tree_level *below = &tree->levels[level - 1];

        for (size_t item = 0; item < tree->levels[level].n; item++) {
                struct widening box = box_of(tree, level, item);
                const size_t first = item * LANES, n = below->n - first < LANES ? below->n - first : LANES;
                const struct widening part = box_of(tree, level - 1, first);
                uint32_t *lowest = &tree->levels[level].lowest[item];

                *lowest = UINT32_MAX;
                for (size_t i = 0; i < n; i++)
                        *lowest = below->lowest[first + i] < *lowest ? below->lowest[first + i] : *lowest;
                for (size_t j = 0; j < tree->points->d; j++) {
                        const float *low = part.low + j * 2 * LANES, *high = part.high + j * 2 * LANES;
                        float lower = low[0], higher = high[0];

                        for (size_t i = 1; i < n; i++) {
                                lower = low[i] < lower ? low[i] : lower;
                                higher = high[i] > higher ? high[i] : higher;
                        }
                        box.low[j * 2 * LANES] = lower;
                        box.high[j * 2 * LANES] = higher;
                }
        }
}

static int add_level(tamis_tree *tree, size_t items, tamis_error *err) {
        const size_t sixteens = (items + LANES - 1) / LANES;
        tamis_tree_level *level = &tree->levels[tree->n_levels++];

        level->n = items;
        level->boxes = calloc(sixteens * 2 * LANES, (tree->points->d + 1) * sizeof *level->boxes);
        level->lowest = calloc(items, sizeof *level->lowest);
        return level->boxes && level->lowest ? 0 : tamis_fail_memory(err);
}

/* Leaves begin where cache lines do. */
static void *aligned(size_t leaves, size_t columns, size_t size) {
        return aligned_alloc(64, (leaves * columns + 1) * LANES * size);
}

static int make_room(tamis_tree *tree, bool searched, tamis_error *err) {
        size_t items = tree->n_leaves;
        int r;

        tree->numbers = aligned(items, tree->points->d, sizeof *tree->numbers);
        tree->roughness = calloc(items, sizeof *tree->roughness);
        if (!tree->numbers || !tree->roughness)
                return tamis_fail_memory(err);
        if (!searched)
                return 0;
        tree->centre = calloc(tree->points->d + 1, sizeof *tree->centre);
        tree->codes = aligned(items, tree->points->c, sizeof *tree->codes);
        if (!tree->centre || !tree->codes)
                return tamis_fail_memory(err);
        r = add_level(tree, items, err);
        while (r == 0 && items > LANES) {
                items = (items + LANES - 1) / LANES;
                r = add_level(tree, items, err);
        }
        return r;
}

int tamis_tree_lay_out(tamis_tree *tree, const tamis_tree *like, tamis_pool *pool, tamis_error *err) {
        struct laying l = { .tree = tree };
        int r;

        if (tree->n_leaves == 0)
                return 0;
        r = make_room(tree, !like, err);
        if (r < 0) {
                tamis_tree_done(tree);
                return r;
        }
        if (!like)
                find_centre(tree);
        l.centre = like ? like->centre : tree->centre;
        if (l.centre)           /* in an empty tree nothing is looked for */
                each(pool, (tree->n_leaves + PIECE - 1) / PIECE, lay_out_piece, &l);
        for (size_t level = 1; level < tree->n_levels; level++)
                enclose(tree, level);
        tree->usual = 4 * tree->roughness[tree->n_leaves / 2];
        return 0;
}

void tamis_tree_done(tamis_tree *tree) {
        if (!tree)
                return;
        for (size_t i = 0; i < tree->n_levels; i++) {
                free(tree->levels[i].boxes);
                free(tree->levels[i].lowest);
        }
        free(tree->starts);
        free(tree->rows);
        free(tree->centre);
        free(tree->numbers);
        free(tree->codes);
        free(tree->roughness);
        *tree = (tamis_tree) { 0 };
}
