/* How many rows of each class there are, are to be, and have become. */
#include <math.h>
#include <stdlib.h>

#include "balance/sample.h"

size_t tamis_sample_classes(const tamis_sample *s) {
        return s->has_target ? s->labels.n_classes : 1;
}

uint64_t tamis_sample_class_size(const tamis_sample *s, size_t class) {
        return s->has_target ? s->labels.counts[class] : s->n;
}

int tamis_sample_members(const tamis_sample *s, size_t class, uint32_t **ret, tamis_error *err) {
        uint32_t *rows = reallocarray(NULL, tamis_sample_class_size(s, class) + 1, sizeof *rows);
        size_t n = 0;

        if (!rows)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < s->n; row++)
                if (!s->has_target || s->labels.codes[row] == class)
                        rows[n++] = (uint32_t) row;
        *ret = rows;
        return 0;
}

static int share_sizes(tamis_sample *s, tamis_error *err) {
        size_t n = tamis_sample_classes(s);
        double *shares = calloc(n + 1, sizeof *shares);
        int r = 0;

        if (!shares)
                return tamis_fail_memory(err);
        for (size_t c = 0; c < n; c++)
                shares[c] = s->share;
        if (s->shares.n > 0)
                r = tamis_class_values_apply(&s->shares, &s->labels, "--share", shares, err);
        for (size_t c = 0; r == 0 && c < n; c++)
                s->after[c] = (uint64_t) llround((double) s->after[c] * shares[c]);
        free(shares);
        return r;
}

int tamis_sample_sizes(tamis_sample *s, bool raise, tamis_error *err) {
        size_t n = tamis_sample_classes(s);
        uint64_t before = s->n - s->labels.missing;

        s->after = calloc(n + 1, sizeof *s->after);
        if (!s->after)
                return tamis_fail_memory(err);
        if (s->has_shares) {
                for (size_t c = 0; c < n; c++)
                        s->after[c] = tamis_sample_class_size(s, c);
                return share_sizes(s, err);
        }
        if (!s->has_count)
                return tamis_ratio_sizes(&s->ratio, &s->labels, raise, s->after, err);
        if (raise ? s->count < before : s->count > before)
                return tamis_fail(err, TAMIS_USAGE, "--count %llu: there are %llu train rows, and -s %s %s any",
                                  (unsigned long long) s->count, (unsigned long long) before, s->sampler->base.name,
                                  raise ? "removes none and never will remove" : "adds none and never will add");
        tamis_share_out(s->count, s->has_target ? s->labels.counts : &before, n, s->after);
        return 0;
}

int tamis_sample_class_costs(const tamis_sample *s, double **ret, tamis_error *err) {
        double *costs = calloc(s->labels.n_classes + 1, sizeof *costs);
        int r;

        if (!costs)
                return tamis_fail_memory(err);
        for (size_t c = 0; c < s->labels.n_classes; c++)
                costs[c] = 1;
        r = tamis_class_values_apply(&s->costs, &s->labels, "--cost", costs, err);
        if (r < 0) {
                free(costs);
                return r;
        }
        *ret = costs;
        return 0;
}

/* What is known of each class after a strategy that only decided row by row. */
int tamis_sample_count_after(tamis_sample *s, tamis_error *err) {
        if (s->after)
                return 0;
        s->after = calloc(tamis_sample_classes(s) + 1, sizeof *s->after);
        if (!s->after)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < s->n; row++)
                if (!s->has_target)
                        s->after[0] += s->times[row];
                else if (s->labels.codes[row] != TAMIS_NO_CLASS)
                        s->after[s->labels.codes[row]] += s->times[row];
        return 0;
}

/* A class that is there after[c] / n_c times as often weighs so much less. */
int tamis_sample_weigh_back(tamis_sample *s, tamis_error *err) {
        if (!s->weighs_back || s->undo)
                return 0;
        s->undo = reallocarray(NULL, s->n + 1, sizeof *s->undo);
        if (!s->undo)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < s->n; row++) {
                uint32_t class = s->has_target ? s->labels.codes[row] : 0;

                s->undo[row] = class == TAMIS_NO_CLASS || s->after[class] == 0 ? 1
                        : (double) tamis_sample_class_size(s, class) / (double) s->after[class];
        }
        return 0;
}
