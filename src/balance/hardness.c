/* Instance hardness: the rows that a model gets wrong go first.
 *
 * The model is k nearest neighbours, each row judged by all others: cross-validation with as many parts as rows, so
 * that nothing hangs on how folds fall. Of the measures that Smith, Martinez & Giraud-Carrier 2014 ("An instance
 * level analysis of data complexity", Machine Learning 95) compared, the share of disagreeing neighbours went best
 * with how often nine learners misclassified a row. It takes categories, and borders of any shape, which a logistic
 * model does not.
 *
 * Many rows are equally hard, most often not at all: of those, who stays is drawn. */
#include <stdlib.h>

#include "balance/prune.h"

static int score_rows(const tamis_pruning *p, size_t class, const uint32_t *all, const uint32_t *rows, size_t n,
                      double *score, tamis_error *err) {
        uint32_t *near = reallocarray(NULL, n + 1, p->k * sizeof *near);
        int r = near ? tamis_prune_near(p, all, p->n, rows, n, p->k, near, NULL, err) : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < n; i++)
                for (size_t j = 0; j < p->k && near[i * p->k + j] != TAMIS_NO_NEIGHBOR; j++)
                        score[i] += p->class[near[i * p->k + j]] != class;
        free(near);
        return r;
}

static int treat_class(tamis_pruning *p, size_t class, const uint32_t *all, tamis_error *err) {
        uint32_t *rows;
        double *score;
        size_t n;
        int r = tamis_prune_list(p, tamis_prune_in_class, class, &rows, &n, err);

        if (r < 0)
                return r;
        score = calloc(n + 1, sizeof *score);
        r = score ? score_rows(p, class, all, rows, n, score, err) : tamis_fail_memory(err);
        if (r == 0)
                r = tamis_prune_keep_lowest(p, class, rows, score, n, err);
        free(rows);
        free(score);
        return r;
}

static int decide(tamis_pruning *p, tamis_error *err) {
        uint32_t *all;
        size_t n;
        int r = tamis_prune_list(p, tamis_prune_stays, 0, &all, &n, err);

        if (r < 0)
                return r;
        for (size_t class = 0; r == 0 && class < p->n_classes; class++)
                if (p->sizes[class] < p->counts[class])
                        r = treat_class(p, class, all, err);
        free(all);
        return r;
}

const tamis_pruner tamis_pruner_iht = {
        .base = {
                .name    = "iht",
                .summary = "remove the rows that K neighbours misjudge most, ties by lot",
                .source  = "instance hardness threshold, Smith et al. 2014, by disagreeing neighbours; "
                           "imbalanced-learn asks a random forest",
        },
        .takes = PRUNE_NEIGHBORS | PRUNE_RATIO | PRUNE_DRAWS, .k = 10, .decide = decide,
};
