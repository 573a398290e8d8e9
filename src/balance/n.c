/* SMOTE-N (section 6.2 of the paper): categories alone, measured as vdm.h says. A new row has, in each column, what
 * most of the parent and its k nearest neighbours have; ties go to the nearest, the parent first (the paper draws). So
 * the new rows of one parent are alike.
 *
 * With two classes a column's distance is that of the numbers 2 P, and rows are found as they are among numbers. With
 * more, rows that are alike are looked for once, and in a tree that knows nothing but distances (Yianilos 1993, "Data
 * structures and algorithms for nearest neighbor search in general metric spaces"): around a row, those nearer than the
 * median of the others' distances and those farther; what d, the distance of the row asked for, and the triangle's
 * inequality leave of neither is not looked at. What is found is what a look at all pairs would find. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "balance/vdm.h"

enum {
        LEAF = 12,
        PIECE = 32,
};

/* -- two classes --------------------------------------------------------------------------------------------------- */

/* |P - P'| of the two classes are the same, so their sum is the difference of 2 P. */
static int find_among_numbers(const tamis_vdm *vdm, const uint32_t *codes, tamis_smote_class *c, tamis_pool *pool,
                              tamis_error *err) {
        double *numbers = reallocarray(NULL, c->n, (vdm->width + 1) * sizeof *numbers);
        tamis_points points = { .n = c->n, .d = vdm->width, .numbers = numbers };
        tamis_neighbors *index = NULL;
        int r = numbers ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < c->n; i++)
                for (size_t j = 0; j < vdm->width; j++)
                        numbers[i * vdm->width + j] = 2 * tamis_vdm_first_share(&vdm->columns[j],
                                                                                codes[i * vdm->width + j]);
        if (r == 0)
                r = tamis_neighbors_build(&points, pool, &index, err);
        if (r == 0)
                r = tamis_neighbors_each(index, c->k, pool, c->neighbors, NULL, err);
        tamis_neighbors_free(index);
        free(numbers);
        return r;
}

/* -- the tree ------------------------------------------------------------------------------------------------------ */

/* Of kinds: members that are alike. A node is a range of `kinds`: its middle first, then the nearer half,
 * then the farther. */
struct tree {
        const tamis_vdm *vdm;
        const uint32_t *codes;          /* n * width, by place */
        size_t n, n_kinds, k;
        uint32_t *places;               /* n: kind after kind, ascending within */
        uint32_t *starts;               /* n_kinds + 1 */
        uint32_t *kinds;                /* n_kinds, as the tree has them */
        double *distances;              /* n_kinds: from the middle, while it is built */
        double *bounds;                 /* n_kinds * 4: the nearest and farthest of both halves */
        uint32_t *rows;                 /* the answer: n * k */
        int *status;                    /* per piece */
};

static void tree_done(struct tree *t) {
        free(t->places);
        free(t->starts);
        free(t->kinds);
        free(t->distances);
        free(t->bounds);
        free(t->status);
}

static const uint32_t *codes_of(const struct tree *t, uint32_t kind) {
        return t->codes + (size_t) t->places[t->starts[kind]] * t->vdm->width;
}

static int by_codes(const void *a, const void *b, void *arg) {
        const struct tree *t = arg;
        const uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
        int order =
                memcmp(t->codes + x * t->vdm->width, t->codes + y * t->vdm->width, t->vdm->width * sizeof *t->codes);

        return order ? order : x < y ? -1 : x > y;
}

static void find_kinds(struct tree *t) {
        for (size_t i = 0; i < t->n; i++)
                t->places[i] = (uint32_t) i;
        qsort_r(t->places, t->n, sizeof *t->places, by_codes, t);
        for (size_t i = 0; i < t->n; i++)
                if (i == 0 || memcmp(t->codes + t->places[i] * t->vdm->width,
                                     t->codes + t->places[i - 1] * t->vdm->width,
                                     t->vdm->width * sizeof *t->codes) != 0)
                        t->starts[t->n_kinds++] = (uint32_t) i;
        t->starts[t->n_kinds] = (uint32_t) t->n;
}

static void swap(struct tree *t, size_t a, size_t b) {
        const uint32_t kind = t->kinds[a];
        const double distance = t->distances[a];

        t->kinds[a] = t->kinds[b];
        t->distances[a] = t->distances[b];
        t->kinds[b] = kind;
        t->distances[b] = distance;
}

/* Hoare's: afterwards none of [first, middle) is farther than any of [middle, last). */
static void halve(struct tree *t, size_t first, size_t last, size_t middle) {
        while (last - first > 1) {
                const double pivot = t->distances[first + (last - first - 1) / 2];
                size_t i = first, j = last - 1;

                for (;;) {
                        while (t->distances[i] < pivot)
                                i++;
                        while (t->distances[j] > pivot)
                                j--;
                        if (i >= j)
                                break;
                        swap(t, i++, j--);
                }
                if (middle <= j)
                        last = j + 1;
                else
                        first = j + 1;
        }
}

static size_t middle_of(size_t first, size_t last) {
        return first + 1 + (last - first - 1) / 2;
}

static void find_bounds(const struct tree *t, size_t first, size_t last, double bounds[2]) {
        bounds[0] = INFINITY;
        bounds[1] = 0;
        for (size_t i = first; i < last; i++) {
                bounds[0] = t->distances[i] < bounds[0] ? t->distances[i] : bounds[0];
                bounds[1] = t->distances[i] > bounds[1] ? t->distances[i] : bounds[1];
        }
}

static void build(struct tree *t, size_t first, size_t last) {
        const size_t middle = middle_of(first, last);

        if (last - first <= LEAF)
                return;
        for (size_t i = first + 1; i < last; i++)
                t->distances[i] =
                        sqrt(tamis_vdm_square(t->vdm, codes_of(t, t->kinds[first]), codes_of(t, t->kinds[i])));
        halve(t, first + 1, last, middle);
        find_bounds(t, first + 1, middle, t->bounds + 4 * first);
        find_bounds(t, middle, last, t->bounds + 4 * first + 2);
        build(t, first + 1, middle);
        build(t, middle, last);
}

static int tree_init(struct tree *t, const tamis_vdm *vdm, const uint32_t *codes, const tamis_smote_class *c,
                     tamis_error *err) {
        *t = (struct tree) {
                .vdm = vdm, .codes = codes, .n = c->n, .k = c->k, .rows = c->neighbors,
                .places = reallocarray(NULL, c->n + 1, sizeof *t->places),
                .starts = reallocarray(NULL, c->n + 1, sizeof *t->starts),
        };
        if (!t->places || !t->starts)
                return tamis_fail_memory(err);
        find_kinds(t);
        t->kinds = reallocarray(NULL, t->n_kinds, sizeof *t->kinds);
        t->distances = reallocarray(NULL, t->n_kinds, sizeof *t->distances);
        t->bounds = reallocarray(NULL, t->n_kinds, 4 * sizeof *t->bounds);
        t->status = calloc(t->n_kinds / PIECE + 1, sizeof *t->status);
        if (!t->kinds || !t->distances || !t->bounds || !t->status)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < t->n_kinds; i++)
                t->kinds[i] = (uint32_t) i;
        build(t, 0, t->n_kinds);
        return 0;
}

/* -- who is near --------------------------------------------------------------------------------------------------- */

/* One more than k, for a row is among those that are nearest to it. */
struct query {
        const struct tree *tree;
        const uint32_t *codes;
        size_t n;
        double *squares;                /* k + 1 */
        uint32_t *places;
        double reach;                   /* farther than that nothing counts */
};

/* Equal distances go by place. */
static void offer(struct query *q, uint32_t kind, double square) {
        const struct tree *t = q->tree;

        for (size_t i = t->starts[kind]; i < t->starts[kind + 1]; i++) {
                const uint32_t place = t->places[i];
                size_t at = q->n;

                if (q->n == t->k + 1) {
                        at--;
                        if (square > q->squares[at] || (square == q->squares[at] && place > q->places[at]))
                                return;
                } else
                        q->n++;
                for (; at > 0 && (square < q->squares[at - 1]
                                  || (square == q->squares[at - 1] && place < q->places[at - 1])); at--) {
                        q->squares[at] = q->squares[at - 1];
                        q->places[at] = q->places[at - 1];
                }
                q->squares[at] = square;
                q->places[at] = place;
                if (q->n == t->k + 1)
                        q->reach = sqrt(q->squares[t->k]);
        }
}

/* How near one that is bounds[0] to bounds[1] from a middle may be to a row that is d from it; with what the roots and
 * sums may be wrong by taken off. */
static double gap(double d, const double bounds[2]) {
        return fmax(bounds[0] - d, d - bounds[1]) - 1e-12 * (1 + d + bounds[1]);
}

static void visit(struct query *q, size_t first, size_t last) {
        const struct tree *t = q->tree;
        const size_t middle = middle_of(first, last);
        double square, near, far;

        if (last - first <= LEAF) {
                for (size_t i = first; i < last; i++)
                        offer(q, t->kinds[i], tamis_vdm_square(t->vdm, q->codes, codes_of(t, t->kinds[i])));
                return;
        }
        square = tamis_vdm_square(t->vdm, q->codes, codes_of(t, t->kinds[first]));
        offer(q, t->kinds[first], square);
        near = gap(sqrt(square), t->bounds + 4 * first);
        far = gap(sqrt(square), t->bounds + 4 * first + 2);
        if (near <= far && near <= q->reach)
                visit(q, first + 1, middle);
        if (far <= q->reach)
                visit(q, middle, last);
        if (near > far && near <= q->reach)
                visit(q, first + 1, middle);
}

/* The members of a kind have the same neighbours, but for themselves. */
static void answer(const struct query *q, uint32_t kind) {
        const struct tree *t = q->tree;

        for (size_t i = t->starts[kind]; i < t->starts[kind + 1]; i++) {
                uint32_t *rows = t->rows + (size_t) t->places[i] * t->k;
                size_t n = 0;

                for (size_t j = 0; j < q->n && n < t->k; j++)
                        if (q->places[j] != t->places[i])
                                rows[n++] = q->places[j];
                while (n < t->k)
                        rows[n++] = TAMIS_NO_NEIGHBOR;
        }
}

static void find_piece(void *arg, size_t piece) {
        const struct tree *t = arg;
        struct query q = {
                .tree = t, .squares = reallocarray(NULL, t->k + 1, sizeof *q.squares),
                .places = reallocarray(NULL, t->k + 1, sizeof *q.places),
        };

        t->status[piece] = q.squares && q.places ? 0 : TAMIS_NO_MEMORY;
        for (size_t i = piece * PIECE; t->status[piece] == 0 && i < t->n_kinds && i < (piece + 1) * PIECE; i++) {
                q.codes = codes_of(t, t->kinds[i]);
                q.n = 0;
                q.reach = INFINITY;
                visit(&q, 0, t->n_kinds);
                answer(&q, t->kinds[i]);
        }
        free(q.squares);
        free(q.places);
}

static int find_in_tree(const tamis_vdm *vdm, const uint32_t *codes, tamis_smote_class *c, tamis_pool *pool,
                        tamis_error *err) {
        struct tree t;
        int r = tree_init(&t, vdm, codes, c, err);

        if (r == 0)
                tamis_pool_for(pool, (t.n_kinds + PIECE - 1) / PIECE, find_piece, &t);
        for (size_t i = 0; r == 0 && i < (t.n_kinds + PIECE - 1) / PIECE; i++)
                r = t.status[i] < 0 ? tamis_fail_memory(err) : 0;
        tree_done(&t);
        return r;
}

/* -- the strategy -------------------------------------------------------------------------------------------------- */

static int suits(const tamis_smote *s, tamis_error *err) {
        char names[1024] = "";
        size_t n = 0;

        for (size_t i = 0; i < s->numbers.n && n < sizeof names; i++)
                n += (size_t) snprintf(names + n, sizeof names - n, "%s\"%s\"", i ? ", " : "", s->numbers.names[i]);
        if (s->numbers.n == 0)
                return 0;
        return tamis_fail(err, TAMIS_USAGE, "SMOTE-N takes categories, and these columns are numbers: %s (-s nc takes "
                          "both, --columns leaves them out, --types %s=text reads one as categories)", names,
                          s->numbers.names[0]);
}

static int look(tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err) {
        const tamis_texts *t = &space->s->rows.categories;
        uint32_t *codes = reallocarray(NULL, c->n, (t->width + 1) * sizeof *codes);
        int r = codes ? 0 : tamis_fail_memory(err);

        c->neighbors = reallocarray(NULL, c->n, c->k * sizeof *c->neighbors);
        if (r == 0 && !c->neighbors)
                r = tamis_fail_memory(err);
        if (r == 0 && !space->vdm)
                r = tamis_vdm_new(space, &space->vdm, err);
        for (size_t i = 0; r == 0 && i < c->n; i++)
                memcpy(codes + i * t->width, t->codes + c->members[i] * t->width, t->width * sizeof *codes);
        if (r == 0)
                r = space->s->labels.n_classes == 2
                        ? find_among_numbers(space->vdm, codes, c, space->context->pool, err)
                        : find_in_tree(space->vdm, codes, c, space->context->pool, err);
        free(codes);
        return r;
}

const tamis_smoter tamis_smoter_n = {
        .base = {
                .name    = "n",
                .summary = "categories alone, by the vote of a row and its neighbours",
                .source  = "SMOTE-N, Chawla et al. 2002: value difference metric; ties to the nearest, not drawn",
        },
        .takes = SMOTE_NEIGHBORS, .votes_itself = true,
        .suits = suits, .mismatch = tamis_smote_mismatch, .vote = tamis_smote_vote, .look = look,
};
