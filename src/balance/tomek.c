/* Tomek links (Tomek 1976, "Two modifications of CNN"): two rows of different classes, each the nearest neighbour of
 * the other. Every link has an end that is not of the largest class: only those rows are searched from, and then the
 * rows they point at. */
#include <stdlib.h>

#include "balance/prune.h"

static size_t largest_class(const tamis_pruning *p, const uint32_t *rows, size_t n, uint32_t *counts) {
        size_t largest = 0;

        for (size_t i = 0; i < n; i++)
                counts[p->class[rows[i]]]++;
        for (size_t class = 1; class < p->n_classes; class++)
                if (counts[class] > counts[largest])
                        largest = class;
        return largest;
}

/* near[row] for the rows in `of`. */
static int look(const tamis_prune_index *index, const uint32_t *of, size_t n_of, uint32_t *near, tamis_error *err) {
        uint32_t *found = calloc(n_of + 1, sizeof *found);
        int r = found ? tamis_prune_index_near(index, of, n_of, 1, found, NULL, err) : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < n_of; i++)
                near[of[i]] = found[i];
        free(found);
        return r;
}

/* `asked` and `near` have a place for each row of the table; near is TAMIS_NO_NEIGHBOR where nothing is known. */
static int find_near(const tamis_pruning *p, const tamis_prune_index *index, const uint32_t *rows, size_t n,
                     size_t largest, uint32_t *asked, uint32_t *near, tamis_error *err) {
        size_t n_asked = 0, n_pointed = 0;
        int r;

        for (size_t i = 0; i < n; i++)
                if (p->class[rows[i]] != largest)
                        asked[n_asked++] = rows[i];
        r = look(index, asked, n_asked, near, err);
        if (r < 0)
                return r;
        /* the rows pointed at across classes: each once, in the order of the table; `asked` is done with */
        for (size_t i = 0; i < n; i++) {
                uint32_t to = near[rows[i]];

                if (to != TAMIS_NO_NEIGHBOR && p->class[to] == largest)
                        near[to] = to;
        }
        for (size_t i = 0; i < n; i++)
                if (p->class[rows[i]] == largest && near[rows[i]] == rows[i])
                        asked[n_pointed++] = rows[i];
        return look(index, asked, n_pointed, near, err);
}

int tamis_prune_tomek(tamis_pruning *p, const uint32_t *rows, size_t n, uint64_t *links, tamis_error *err) {
        uint32_t *near = calloc(p->n + 1, sizeof *near), *asked = calloc(n + 1, sizeof *asked);
        uint32_t *counts = calloc(p->n_classes + 1, sizeof *counts);
        tamis_prune_index *index = NULL;
        int r = near && asked && counts ? tamis_prune_index_new(p, rows, n, &index, err) : tamis_fail_memory(err);
        uint64_t found = 0;

        for (size_t i = 0; r == 0 && i < p->n; i++)
                near[i] = TAMIS_NO_NEIGHBOR;
        if (r == 0)
                r = find_near(p, index, rows, n, largest_class(p, rows, n, counts), asked, near, err);
        for (size_t i = 0; r == 0 && i < n; i++) {
                uint32_t row = rows[i], to = near[row];

                if (to == TAMIS_NO_NEIGHBOR || near[to] != row || p->class[to] == p->class[row])
                        continue;
                found += row < to;
                p->goes[row] |= p->touched[p->class[row]];
        }
        tamis_prune_index_free(index);
        free(near);
        free(asked);
        free(counts);
        if (r == 0)
                *links = found;
        return r;
}

static int decide(tamis_pruning *p, tamis_error *err) {
        uint64_t links = 0;
        uint32_t *rows;
        size_t n;
        int r = tamis_prune_list(p, tamis_prune_stays, 0, &rows, &n, err);

        if (r < 0)
                return r;
        r = tamis_prune_tomek(p, rows, n, &links, err);
        free(rows);
        tamis_prune_count(p, "links", links);
        return r;
}

const tamis_pruner tamis_pruner_tomek = {
        .base = {
                .name    = "tomek",
                .summary = "remove rows that are the nearest to one of another class, and it to them",
                .source  = "Tomek 1976; imbalanced-learn TomekLinks",
        },
        .decide = decide,
};
