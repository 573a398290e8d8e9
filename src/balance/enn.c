/* Edited nearest neighbours, once (enn), until nothing changes (renn), with one neighbour, two, ... k (allknn); and the
 * neighbourhood cleaning rule (ncr), which begins with it.
 *
 * A round takes rows away, and the k nearest of a row that stays are the first k of its neighbours that stay. So
 * neighbours are searched for once, and again only for rows that fewer than k of those found are left of. */
#include <stdlib.h>

#include "balance/prune.h"

struct editing {
        tamis_pruning *p;
        size_t width;           /* neighbours kept a row */
        uint32_t *near;         /* n * width, nearest first; of touched rows alone */
        uint32_t *rows;         /* the touched rows that stay */
        size_t n;
        uint64_t *left;         /* per class */
        uint32_t *some;         /* n: which rows to search for */
        uint32_t *first;        /* width */
        uint32_t *votes;        /* per class */
};

static void editing_done(struct editing *e) {
        free(e->near);
        free(e->rows);
        free(e->left);
        free(e->some);
        free(e->first);
        free(e->votes);
}

static bool is_touched(const tamis_pruning *p, size_t row, size_t unused) {
        return p->touched[p->class[row]];
}

/* The neighbours of e->some[0 .. n_of) among the rows that stay. */
static int search(struct editing *e, size_t n_of, tamis_error *err) {
        tamis_pruning *p = e->p;
        uint32_t *stay, *found;
        size_t n;
        int r = tamis_prune_list(p, tamis_prune_stays, 0, &stay, &n, err);

        if (r < 0)
                return r;
        found = reallocarray(NULL, n_of + 1, e->width * sizeof *found);
        /* all of them: the quicker search, of each row among its likes */
        if (found)
                r = tamis_prune_near(p, stay, n, n_of == n ? stay : e->some, n_of, e->width, found, NULL, err);
        else
                r = tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < n_of; i++)
                memcpy(e->near + (size_t) e->some[i] * e->width, found + i * e->width, e->width * sizeof *found);
        free(stay);
        free(found);
        return r;
}

static int editing_init(struct editing *e, tamis_pruning *p, size_t k, tamis_error *err) {
        int r;

        *e = (struct editing) {
                .p = p, .width = k,
                .near = reallocarray(NULL, p->n + 1, k * sizeof *e->near),
                .left = calloc(p->n_classes + 1, sizeof *e->left),
                .some = calloc(p->n + 1, sizeof *e->some),
                .first = calloc(k + 1, sizeof *e->first),
                .votes = calloc(p->n_classes + 1, sizeof *e->votes),
        };
        if (!e->near || !e->left || !e->some || !e->first || !e->votes)
                return tamis_fail_memory(err);
        r = tamis_prune_list(p, is_touched, 0, &e->rows, &e->n, err);
        if (r < 0)
                return r;
        memcpy(e->left, p->counts, p->n_classes * sizeof *e->left);
        memcpy(e->some, e->rows, e->n * sizeof *e->some);
        return search(e, e->n, err);
}

/* The first k neighbours that stay; how many there are. */
static size_t find_first(const struct editing *e, uint32_t row, size_t k, uint32_t *first) {
        const uint32_t *near = e->near + (size_t) row * e->width;
        size_t n = 0;

        for (size_t j = 0; j < e->width && n < k && near[j] != TAMIS_NO_NEIGHBOR; j++)
                if (!e->p->goes[near[j]])
                        first[n++] = near[j];
        if (n < k)
                first[n] = TAMIS_NO_NEIGHBOR;
        return n;
}

/* A row whose list ends in TAMIS_NO_NEIGHBOR has all rows in it: there is nothing to search for. */
static int refresh(struct editing *e, size_t k, tamis_error *err) {
        size_t n = 0;

        for (size_t i = 0; i < e->n; i++)
                if (e->near[(size_t) e->rows[i] * e->width + e->width - 1] != TAMIS_NO_NEIGHBOR
                    && find_first(e, e->rows[i], k, e->first) < k)
                        e->some[n++] = e->rows[i];
        return n > 0 ? search(e, n, err) : 0;
}

static bool is_disliked(struct editing *e, uint32_t row, size_t k, bool mode) {
        const tamis_pruning *p = e->p;
        size_t n = find_first(e, row, k, e->first);

        if (n > 0 && mode)
                return tamis_prune_vote(p, e->first, n, e->votes) != p->class[row];
        for (size_t j = 0; j < n; j++)
                if (p->class[e->first[j]] != p->class[row])
                        return true;
        return false;
}

/* One round: all rows are judged by those that stand when it begins. */
static int edit(struct editing *e, size_t k, bool mode, size_t *removed, tamis_error *err) {
        tamis_pruning *p = e->p;
        size_t stay = 0, go = 0;
        int r = refresh(e, k, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < e->n; i++)
                if (is_disliked(e, e->rows[i], k, mode))
                        e->some[go++] = e->rows[i];
        for (size_t i = 0; i < go; i++) {
                p->goes[e->some[i]] = 1;
                e->left[p->class[e->some[i]]]--;
        }
        for (size_t i = 0; i < e->n; i++)
                if (!p->goes[e->rows[i]])
                        e->rows[stay++] = e->rows[i];
        e->n = stay;
        *removed = go;
        return 0;
}

/* imbalanced-learn's end of rounds: a class is gone, or smaller than the smallest was at first. */
static bool is_enough(const struct editing *e) {
        const tamis_pruning *p = e->p;

        for (size_t class = 0; class < p->n_classes; class++)
                if (e->left[class] == 0 || (class != p->smallest && e->left[class] < p->counts[p->smallest]))
                        return true;
        return false;
}

int tamis_prune_edit(tamis_pruning *p, bool mode, tamis_error *err) {
        struct editing e;
        uint8_t *large = calloc(p->n + 1, 1);
        size_t removed;
        long class = -1;
        int r = large ? tamis_prune_edit_large(p, mode, large, &class, err) : tamis_fail_memory(err);

        if (r < 0) {
                free(large);
                return r;
        }
        if (class >= 0)
                p->touched[class] = false;
        r = editing_init(&e, p, p->k, err);
        if (r == 0)
                r = edit(&e, p->k, mode, &removed, err);
        editing_done(&e);
        for (size_t i = 0; i < p->n; i++)
                p->goes[i] |= large[i];
        if (class >= 0)
                p->touched[class] = true;
        free(large);
        return r;
}

static int decide_enn(tamis_pruning *p, tamis_error *err) {
        return tamis_prune_edit(p, p->mode, err);
}

static int decide_renn(tamis_pruning *p, tamis_error *err) {
        const size_t most = 100;        /* rounds, as imbalanced-learn */
        struct editing e;
        size_t removed = 1, rounds = 0;
        int r = editing_init(&e, p, p->k, err);

        for (; r == 0 && removed > 0 && rounds < most && (rounds == 0 || !is_enough(&e)); rounds++)
                r = edit(&e, p->k, p->mode, &removed, err);
        editing_done(&e);
        tamis_prune_count(p, "rounds", rounds);
        return r;
}

static int decide_allknn(tamis_pruning *p, tamis_error *err) {
        struct editing e;
        size_t removed, k = 0;
        int r = editing_init(&e, p, p->k, err);

        for (; r == 0 && k < p->k && (k == 0 || !is_enough(&e)); k++)
                r = edit(&e, k + 1, p->mode, &removed, err);
        editing_done(&e);
        tamis_prune_count(p, "rounds", k);
        return r;
}

/* -- the neighbourhood cleaning rule ------------------------------------------------------------------------------- */

/* The neighbours of rows of the smallest class that their neighbours misclassify. The row has no vote itself, as in the
 * paper and in Wilson's rule; imbalanced-learn counts it among its own neighbours here. */
static int clean_around(tamis_pruning *p, uint8_t *around, tamis_error *err) {
        uint32_t *rows, *all = NULL, *near = NULL, *votes = calloc(p->n_classes + 1, sizeof *votes);
        size_t n, n_all;
        int r = votes ? tamis_prune_list(p, tamis_prune_in_class, p->smallest, &rows, &n, err) : tamis_fail_memory(err);

        if (r < 0) {
                free(votes);
                return r;
        }
        r = tamis_prune_list(p, tamis_prune_stays, 0, &all, &n_all, err);
        near = reallocarray(NULL, n + 1, p->k * sizeof *near);
        if (r == 0)
                r = near ? tamis_prune_near(p, all, n_all, rows, n, p->k, near, NULL, err) : tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < n; i++) {
                const uint32_t *of = near + i * p->k;

                if (tamis_prune_vote(p, of, p->k, votes) == p->smallest)
                        continue;
                for (size_t j = 0; j < p->k && of[j] != TAMIS_NO_NEIGHBOR; j++)
                        around[of[j]] = p->touched[p->class[of[j]]];
        }
        free(rows);
        free(all);
        free(near);
        free(votes);
        return r;
}

/* Laurikkala 2001. Both parts look at all rows; then both go. */
static int decide_ncr(tamis_pruning *p, tamis_error *err) {
        uint8_t *around = calloc(p->n + 1, 1);
        uint64_t noisy = 0, more = 0;
        int r = around ? clean_around(p, around, err) : tamis_fail_memory(err);

        if (r == 0)
                r = tamis_prune_edit(p, true, err);
        for (size_t i = 0; r == 0 && i < p->n; i++) {
                noisy += p->goes[i];
                more += around[i] && !p->goes[i];
                p->goes[i] |= around[i];
        }
        free(around);
        tamis_prune_count(p, "noisy", noisy);
        tamis_prune_count(p, "around_misclassified", more);
        return r;
}

const tamis_pruner tamis_pruner_enn = {
        .base = {
                .name    = "enn",
                .summary = "remove rows that their neighbours speak against",
                .source  = "Wilson 1972; imbalanced-learn EditedNearestNeighbours",
        },
        .takes = PRUNE_NEIGHBORS | PRUNE_KIND, .k = 3, .decide = decide_enn,
};

const tamis_pruner tamis_pruner_renn = {
        .base = {
                .name    = "renn",
                .summary = "enn again and again, until it finds nothing, or a class is nearly gone",
                .source  = "Tomek 1976; imbalanced-learn RepeatedEditedNearestNeighbours",
        },
        .takes = PRUNE_NEIGHBORS | PRUNE_KIND, .k = 3, .decide = decide_renn,
};

const tamis_pruner tamis_pruner_allknn = {
        .base = {
                .name    = "allknn",
                .summary = "enn with one neighbour, then with two, up to K",
                .source  = "Tomek 1976; imbalanced-learn AllKNN",
        },
        .takes = PRUNE_NEIGHBORS | PRUNE_KIND, .k = 3, .decide = decide_allknn,
};

const tamis_pruner tamis_pruner_ncr = {
        .base = {
                .name    = "ncr",
                .summary = "enn by vote, and the neighbours of misclassified rows of the smallest class",
                .source  = "neighbourhood cleaning rule, Laurikkala 2001; a row is not its own neighbour, in "
                           "imbalanced-learn it is",
        },
        .takes = PRUNE_NEIGHBORS, .k = 3, .decide = decide_ncr,
};
