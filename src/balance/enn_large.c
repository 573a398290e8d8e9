/* Wilson's rule for a class that most rows are of: how near is the row of another class that would decide, and are
 * there rows of the class nearer than it, as many as would decide otherwise? The first is looked for among few rows;
 * the second is over, for nearly all rows, as soon as a few are found. Twice to four times as fast as the nearest
 * neighbours of all. */
#include <stdlib.h>

#include "balance/prune.h"

struct large {
        const tamis_pruning *p;
        uint32_t *mine, *others;        /* rows of the class; all others */
        size_t n, n_others;
        size_t against;                 /* neighbours of another class that make a row go */
        double *square;                 /* n: how far the last of them is */
        uint32_t *before;               /* n: rows of the class that come before it in the table */
        uint8_t *enough;                /* n */
};

static void large_done(struct large *l) {
        free(l->mine);
        free(l->others);
        free(l->square);
        free(l->before);
        free(l->enough);
}

static bool is_other(const tamis_pruning *p, size_t row, size_t class) {
        return p->class[row] != class;
}

/* The row of another class that decides, for each row. There are enough of them. */
static int find_border(struct large *l, tamis_error *err) {
        size_t m = l->against;
        uint32_t *near = reallocarray(NULL, l->n + 1, m * sizeof *near), *rank = calloc(l->p->n + 1, sizeof *rank);
        double *squares = reallocarray(NULL, l->n + 1, m * sizeof *squares);
        int r = near && rank && squares
                ? tamis_prune_near(l->p, l->others, l->n_others, l->mine, l->n, m, near, squares, err)
                : tamis_fail_memory(err);

        for (size_t i = 0, n = 0; r == 0 && i < l->p->n; i++) {
                rank[i] = (uint32_t) n;
                n += n < l->n && l->mine[n] == i;
        }
        for (size_t i = 0; r == 0 && i < l->n; i++) {
                l->square[i] = squares[i * m + m - 1];
                l->before[i] = rank[near[i * m + m - 1]];
        }
        free(near);
        free(rank);
        free(squares);
        return r;
}

static int compare(struct large *l, size_t in_favour, tamis_error *err) {
        size_t d = l->p->d, c = l->p->c;
        tamis_points points = { .n = l->n, .d = d, .c = c, .mismatch = l->p->mismatch };
        double *numbers = reallocarray(NULL, l->n + 1, (d + 1) * sizeof *numbers);
        uint32_t *codes = reallocarray(NULL, l->n + 1, (c + 1) * sizeof *codes);
        tamis_neighbors *index = NULL;
        int r = numbers && codes ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < l->n; i++) {
                memcpy(numbers + i * d, l->p->numbers + l->mine[i] * d, d * sizeof *numbers);
                memcpy(codes + i * c, l->p->codes + l->mine[i] * c, c * sizeof *codes);
        }
        points.numbers = numbers;
        points.codes = codes;
        if (r == 0)
                r = tamis_neighbors_build(&points, l->p->context->pool, &index, err);
        if (r == 0)
                r = tamis_neighbors_within(index, in_favour, l->square, l->before, l->p->context->pool, l->enough, err);
        tamis_neighbors_free(index);
        free(numbers);
        free(codes);
        return r;
}

/* How many of k neighbours speak against a row. By vote, with two classes: the first of equals by text wins. */
static size_t count_against(const tamis_pruning *p, bool mode, size_t class) {
        if (!mode)
                return 1;
        return class == 0 ? p->k / 2 + 1 : (p->k + 1) / 2;
}

int tamis_prune_edit_large(const tamis_pruning *p, bool mode, uint8_t *goes, long *ret, tamis_error *err) {
        size_t class = p->largest;
        struct large l = { .p = p, .against = count_against(p, mode, class) };
        int r;

        if (!p->touched[class] || p->counts[class] < p->n - p->n / 4 || (mode && p->n_classes > 2)
            || p->n - p->counts[class] < l.against)
                return 0;
        r = tamis_prune_list(p, tamis_prune_in_class, class, &l.mine, &l.n, err);
        if (r == 0)
                r = tamis_prune_list(p, is_other, class, &l.others, &l.n_others, err);
        l.square = calloc(l.n + 1, sizeof *l.square);
        l.before = calloc(l.n + 1, sizeof *l.before);
        l.enough = calloc(l.n + 1, sizeof *l.enough);
        if (r == 0)
                r = l.square && l.before && l.enough ? find_border(&l, err) : tamis_fail_memory(err);
        if (r == 0)
                r = compare(&l, p->k - l.against + 1, err);
        for (size_t i = 0; r == 0 && i < l.n; i++)
                goes[l.mine[i]] = !l.enough[i];
        large_done(&l);
        if (r == 0)
                *ret = (long) class;
        return r;
}
