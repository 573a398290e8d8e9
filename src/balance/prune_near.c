/* Neighbours and lists of rows, for the strategies of prune. */
#include <stdlib.h>

#include "balance/prune.h"

double tamis_prune_square(const tamis_pruning *p, size_t a, size_t b) {
        const double *x = p->numbers + a * p->d, *y = p->numbers + b * p->d;
        const uint32_t *u = p->codes + a * p->c, *v = p->codes + b * p->c;
        double sum = 0;
        int differing = 0;

        for (size_t j = 0; j < p->d; j++)
                sum += (x[j] - y[j]) * (x[j] - y[j]);
        for (size_t j = 0; j < p->c; j++)
                differing += u[j] != v[j];
        return p->c > 0 ? sum + p->mismatch * (double) differing : sum;
}

bool tamis_prune_in_class(const tamis_pruning *p, size_t row, size_t class) {
        return p->class[row] == class;
}

bool tamis_prune_stays(const tamis_pruning *p, size_t row, size_t unused) {
        return !p->goes[row];
}

int tamis_prune_list(const tamis_pruning *p, bool (*want)(const tamis_pruning *p, size_t row, size_t arg), size_t arg,
                     uint32_t **ret, size_t *n, tamis_error *err) {
        uint32_t *rows;
        size_t wanted = 0;

        for (size_t i = 0; i < p->n; i++)
                wanted += want(p, i, arg);
        rows = calloc(wanted + 1, sizeof *rows);
        if (!rows)
                return tamis_fail_memory(err);
        wanted = 0;
        for (size_t i = 0; i < p->n; i++)
                if (want(p, i, arg))
                        rows[wanted++] = (uint32_t) i;
        *ret = rows;
        *n = wanted;
        return 0;
}

/* -- neighbours ---------------------------------------------------------------------------------------------------- */

struct part {
        tamis_points points;
        double *numbers;
        uint32_t *codes;
};

static void part_done(struct part *part) {
        free(part->numbers);
        free(part->codes);
}

static int part_init(struct part *part, const tamis_pruning *p, const uint32_t *rows, size_t n, tamis_error *err) {
        *part = (struct part) {
                .points = { .n = n, .d = p->d, .c = p->c, .mismatch = p->mismatch },
                .numbers = reallocarray(NULL, n + 1, (p->d + 1) * sizeof *part->numbers),
                .codes = reallocarray(NULL, n + 1, (p->c + 1) * sizeof *part->codes),
        };
        if (!part->numbers || !part->codes)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++) {
                memcpy(part->numbers + i * p->d, p->numbers + rows[i] * p->d, p->d * sizeof *part->numbers);
                memcpy(part->codes + i * p->c, p->codes + rows[i] * p->c, p->c * sizeof *part->codes);
        }
        part->points.numbers = part->numbers;
        part->points.codes = part->codes;
        return 0;
}

/* Which of `among` each of `of` is, TAMIS_NO_NEIGHBOR: none; the caller frees it. NULL: no memory. */
static uint32_t *find_own(const tamis_pruning *p, const uint32_t *among, size_t n_among, const uint32_t *of, size_t n) {
        uint32_t *place_of = reallocarray(NULL, p->n + 1, sizeof *place_of);
        uint32_t *own = reallocarray(NULL, n + 1, sizeof *own);

        for (size_t i = 0; place_of && i < n; i++)
                place_of[of[i]] = TAMIS_NO_NEIGHBOR;
        for (size_t i = 0; place_of && i < n_among; i++)
                place_of[among[i]] = (uint32_t) i;
        for (size_t i = 0; place_of && own && i < n; i++)
                own[i] = place_of[of[i]];
        if (!place_of) {
                free(own);
                own = NULL;
        }
        free(place_of);
        return own;
}

static void to_table(const uint32_t *among, uint32_t *near, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (near[i] != TAMIS_NO_NEIGHBOR)
                        near[i] = among[near[i]];
}

struct tamis_prune_index {
        const tamis_pruning *p;
        const uint32_t *among;
        size_t n;
        struct part part;
        tamis_neighbors *tree;
};

int tamis_prune_index_new(const tamis_pruning *p, const uint32_t *among, size_t n, tamis_prune_index **ret,
                          tamis_error *err) {
        tamis_prune_index *index = calloc(1, sizeof *index);
        int r;

        if (!index)
                return tamis_fail_memory(err);
        *index = (tamis_prune_index) { .p = p, .among = among, .n = n };
        r = part_init(&index->part, p, among, n, err);
        if (r == 0)
                r = tamis_neighbors_build(&index->part.points, p->context->pool, &index->tree, err);
        if (r < 0)
                tamis_prune_index_free(index);
        else
                *ret = index;
        return r;
}

void tamis_prune_index_free(tamis_prune_index *index) {
        if (!index)
                return;
        tamis_neighbors_free(index->tree);
        part_done(&index->part);
        free(index);
}

static int find_others(const tamis_prune_index *index, const uint32_t *of, size_t n, size_t k, uint32_t *near,
                       double *squares, tamis_error *err) {
        const tamis_pruning *p = index->p;
        uint32_t *own = find_own(p, index->among, index->n, of, n);
        struct part queries = { 0 };
        int r = own ? part_init(&queries, p, of, n, err) : tamis_fail_memory(err);

        if (r == 0)
                r = tamis_neighbors_find_others(index->tree, &queries.points, own, k, p->context->pool, near, squares,
                                                err);
        part_done(&queries);
        free(own);
        return r;
}

int tamis_prune_index_near(const tamis_prune_index *index, const uint32_t *of, size_t n, size_t k, uint32_t *near,
                           double *squares, tamis_error *err) {
        int r = 0;

        if (n > 0)
                r = of == index->among && n == index->n
                        ? tamis_neighbors_each(index->tree, k, index->p->context->pool, near, squares, err)
                        : find_others(index, of, n, k, near, squares, err);
        if (r == 0)
                to_table(index->among, near, n * k);
        return r;
}

int tamis_prune_near(const tamis_pruning *p, const uint32_t *among, size_t n_among, const uint32_t *of, size_t n_of,
                     size_t k, uint32_t *near, double *squares, tamis_error *err) {
        tamis_prune_index *index = NULL;
        int r = n_of > 0 ? tamis_prune_index_new(p, among, n_among, &index, err) : 0;

        if (r == 0 && index)
                r = tamis_prune_index_near(index, of, n_of, k, near, squares, err);
        tamis_prune_index_free(index);
        return r;
}

uint32_t tamis_prune_vote(const tamis_pruning *p, const uint32_t *near, size_t k, uint32_t *votes) {
        uint32_t best = UINT32_MAX;

        for (size_t j = 0; j < k && near[j] != TAMIS_NO_NEIGHBOR; j++)
                votes[p->class[near[j]]]++;
        for (size_t j = 0; j < k && near[j] != TAMIS_NO_NEIGHBOR; j++) {
                uint32_t class = p->class[near[j]];

                if (best == UINT32_MAX || votes[class] > votes[best] || (votes[class] == votes[best] && class < best))
                        best = class;
        }
        for (size_t j = 0; j < k && near[j] != TAMIS_NO_NEIGHBOR; j++)
                votes[p->class[near[j]]] = 0;
        return best;
}

/* -- sizes --------------------------------------------------------------------------------------------------------- */

struct scored {
        double score;
        uint32_t row;
};

static int by_score(const void *a, const void *b) {
        const struct scored *x = a, *y = b;

        if (x->score != y->score)
                return x->score < y->score ? -1 : 1;
        return x->row < y->row ? -1 : x->row > y->row;
}

int tamis_prune_keep_lowest(tamis_pruning *p, size_t class, const uint32_t *rows, const double *score, size_t n,
                            tamis_error *err) {
        struct scored *all = calloc(n + 1, sizeof *all);

        if (!all)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++)
                all[i] = (struct scored) { score[i], rows[i] };
        qsort(all, n, sizeof *all, by_score);
        for (size_t i = p->sizes[class]; i < n; i++)
                p->goes[all[i].row] = 1;
        free(all);
        return 0;
}
