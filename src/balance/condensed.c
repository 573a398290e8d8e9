/* Condensing: rows that others of their class stand for go. Both begin, for each class by itself, with all rows of the
 * smallest class and one drawn row of the class, as imbalanced-learn does; the order of the table is the draw. */
#include <math.h>
#include <stdlib.h>

#include "balance/prune.h"

enum { LANES = 16, BLOCK = 2048 };

/* One class against the smallest. Kept rows lie sixteen to a tile, column by column, so that a row is measured against
 * sixteen at once. */
struct condensing {
        const tamis_pruning *p;
        const uint32_t *rows;
        size_t n;
        uint32_t *other;        /* n: the nearest row of the smallest class */
        double *square;         /* and how far it is */
        double *tiles;          /* numbers[tile][column][lane] */
        uint32_t *codes;
        uint32_t *kept;         /* rows of the table */
        size_t n_kept;

        size_t block;           /* the rows at work, in parallel: rows[block ..], against what was kept before */
        uint8_t *right;         /* n: a kept row of its class is nearer than any other */
};

static void condensing_done(struct condensing *c) {
        free(c->other);
        free(c->square);
        free(c->tiles);
        free(c->codes);
        free(c->kept);
        free(c->right);
}

static int condensing_init(struct condensing *c, const tamis_pruning *p, const uint32_t *small, size_t n_small,
                           const uint32_t *rows, size_t n, tamis_error *err) {
        size_t places = (n / LANES + 1) * LANES;

        *c = (struct condensing) {
                .p = p, .rows = rows, .n = n,
                .other = calloc(n + 1, sizeof *c->other), .square = calloc(n + 1, sizeof *c->square),
                .tiles = reallocarray(NULL, places, (p->d + 1) * sizeof *c->tiles),
                .codes = reallocarray(NULL, places, (p->c + 1) * sizeof *c->codes),
                .kept = calloc(n + 1, sizeof *c->kept), .right = calloc(n + 1, 1),
        };
        if (!c->other || !c->square || !c->tiles || !c->codes || !c->kept || !c->right)
                return tamis_fail_memory(err);
        return tamis_prune_near(p, small, n_small, rows, n, 1, c->other, c->square, err);
}

static void keep(struct condensing *c, uint32_t row) {
        const tamis_pruning *p = c->p;
        size_t tile = c->n_kept / LANES, lane = c->n_kept % LANES;

        for (size_t j = 0; j < p->d; j++) {
                double *column = c->tiles + (tile * p->d + j) * LANES;

                column[lane] = p->numbers[row * p->d + j];
                /* what is not filled yet is not looked at, but is reckoned with: it has to be a number */
                for (size_t l = lane + 1; lane == 0 && l < LANES; l++)
                        column[l] = column[0];
        }
        for (size_t j = 0; j < p->c; j++) {
                uint32_t *column = c->codes + (tile * p->c + j) * LANES;

                column[lane] = p->codes[row * p->c + j];
                for (size_t l = lane + 1; lane == 0 && l < LANES; l++)
                        column[l] = column[0];
        }
        c->kept[c->n_kept++] = row;
}

static void measure_tile(const struct condensing *c, size_t tile, uint32_t row, double sums[LANES]) {
        const tamis_pruning *p = c->p;
        const double *x = p->numbers + row * p->d, *column = c->tiles + tile * p->d * LANES;
        const uint32_t *u = p->codes + row * p->c, *codes = c->codes + tile * p->c * LANES;

        for (size_t l = 0; l < LANES; l++)
                sums[l] = 0;
        for (size_t j = 0; j < p->d; j++, column += LANES)
                for (size_t l = 0; l < LANES; l++)
                        sums[l] += (column[l] - x[j]) * (column[l] - x[j]);
        if (p->c > 0) {
                int differing[LANES] = { 0 };

                for (size_t j = 0; j < p->c; j++, codes += LANES)
                        for (size_t l = 0; l < LANES; l++)
                                differing[l] += codes[l] != u[j];
                for (size_t l = 0; l < LANES; l++)
                        sums[l] += p->mismatch * (double) differing[l];
        }
}

/* Is one of kept[from ..] nearer to rows[i] than any row of the smallest class? Equally far: the first of
 * the table is. */
static bool is_right(const struct condensing *c, size_t i, size_t from) {
        double sums[LANES], least = c->square[i];

        for (size_t tile = from / LANES; tile * LANES < c->n_kept; tile++) {
                size_t end = c->n_kept - tile * LANES < LANES ? c->n_kept - tile * LANES : LANES;

                measure_tile(c, tile, c->rows[i], sums);
                for (size_t l = 0; l < end; l++)
                        if (sums[l] < least || (sums[l] == least && c->kept[tile * LANES + l] < c->other[i]))
                                return true;
        }
        return false;
}

static void look_before(void *arg, size_t i) {
        struct condensing *c = arg;

        c->right[c->block + i] = is_right(c, c->block + i, 0);
}

/* Hart 1968, "The condensed nearest neighbor rule": row by row, what is misclassified by the rows held so far joins
 * them. The rows of the smallest class are held from the start, so that a row of another class classified rightly stays
 * so: one pass is all. Rows are looked at a block at a time, on all threads, against what was held before the block;
 * what was added since is then looked at in turn: the answer is that of one after the other. */
static void condense(struct condensing *c) {
        keep(c, c->rows[0]);
        for (c->block = 0; c->block < c->n; c->block += BLOCK) {
                size_t end = c->n - c->block < BLOCK ? c->n : c->block + BLOCK, before = c->n_kept;

                tamis_pool_for(c->p->context->pool, end - c->block, look_before, c);
                for (size_t i = c->block; i < end; i++)
                        if (i > 0 && !c->right[i] && !is_right(c, i, before))
                                keep(c, c->rows[i]);
        }
}

/* Kubat & Matwin 1997, "Addressing the curse of imbalanced training sets: one-sided selection": what one drawn row and
 * the smallest class misclassify. */
static void select_one_sided(struct condensing *c) {
        keep(c, c->rows[0]);
        for (size_t i = 1; i < c->n; i++) {
                double square = tamis_prune_square(c->p, c->rows[i], c->rows[0]);

                if (square > c->square[i] || (square == c->square[i] && c->rows[0] > c->other[i]))
                        c->kept[c->n_kept++] = c->rows[i];
        }
}

static int treat_class(tamis_pruning *p, const uint32_t *small, size_t n_small, size_t class,
                       void (*choose)(struct condensing *c), tamis_error *err) {
        struct condensing c;
        uint32_t *rows;
        size_t n;
        int r = tamis_prune_list(p, tamis_prune_in_class, class, &rows, &n, err);

        if (r < 0)
                return r;
        r = condensing_init(&c, p, small, n_small, rows, n, err);
        if (r == 0) {
                choose(&c);
                for (size_t i = 0; i < n; i++)
                        p->goes[rows[i]] = 1;
                for (size_t i = 0; i < c.n_kept; i++)
                        p->goes[c.kept[i]] = 0;
        }
        condensing_done(&c);
        free(rows);
        return r;
}

static int decide(tamis_pruning *p, void (*choose)(struct condensing *c), tamis_error *err) {
        uint32_t *small;
        size_t n_small;
        int r;

        if (p->touched[p->smallest])
                return tamis_fail(err, TAMIS_USAGE,
                                  "cnn and oss keep the smallest class whole and measure the others by it: "
                                  "--only cannot name it");
        r = tamis_prune_list(p, tamis_prune_in_class, p->smallest, &small, &n_small, err);
        if (r < 0)
                return r;
        for (size_t class = 0; r == 0 && class < p->n_classes; class++)
                if (p->touched[class])
                        r = treat_class(p, small, n_small, class, choose, err);
        free(small);
        return r;
}

static int decide_cnn(tamis_pruning *p, tamis_error *err) {
        return decide(p, condense, err);
}

static int decide_oss(tamis_pruning *p, tamis_error *err) {
        uint64_t links = 0;
        uint32_t *rows;
        size_t n;
        int r = decide(p, select_one_sided, err);

        if (r == 0)
                r = tamis_prune_list(p, tamis_prune_stays, 0, &rows, &n, err);
        if (r < 0)
                return r;
        r = tamis_prune_tomek(p, rows, n, &links, err);
        free(rows);
        tamis_prune_count(p, "links", links);
        return r;
}

const tamis_pruner tamis_pruner_cnn = {
        .base = {
                .name    = "cnn",
                .summary = "keep the rows that one neighbour needs to tell a class from the smallest",
                .source  = "condensed nearest neighbour, Hart 1968, each class against the smallest as in "
                           "imbalanced-learn; the order is drawn",
        },
        .takes = PRUNE_DRAWS, .decide = decide_cnn,
};

const tamis_pruner tamis_pruner_oss = {
        .base = {
                .name    = "oss",
                .summary = "keep what one drawn row does not stand for, then remove Tomek links",
                .source  = "one-sided selection, Kubat & Matwin 1997; imbalanced-learn OneSidedSelection",
        },
        .takes = PRUNE_DRAWS, .decide = decide_oss,
};
