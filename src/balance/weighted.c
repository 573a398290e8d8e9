/* Draws with replacement, a row's chance being its weight (Walker's alias method, in GSL). */
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include "balance/sample.h"

static int check(const tamis_sample *s, tamis_error *err) {
        if (s->has_costs && s->value_option)
                return tamis_fail(err, TAMIS_USAGE, "--cost and --weight both say what a row weighs: give one");
        if (!s->value_option && !s->has_target)
                return tamis_fail(err, TAMIS_USAGE, "-s weighted needs --weight COL, or --target COL to weigh the "
                                  "classes evenly");
        return 0;
}

/* By class: --cost, else so that each class has the same weight in all: n / (K n_c). A row without a class gets 0. */
static int weigh_by_class(const tamis_sample *s, double *weights, tamis_error *err) {
        double *by_class;
        int r = tamis_sample_class_costs(s, &by_class, err);

        if (r < 0)
                return r;
        for (size_t c = 0; !s->has_costs && c < s->labels.n_classes; c++)
                by_class[c] = (double) (s->labels.n - s->labels.missing)
                        / ((double) s->labels.n_classes * (double) s->labels.counts[c]);
        for (size_t row = 0; row < s->n; row++)
                weights[row] = s->labels.codes[row] == TAMIS_NO_CLASS ? 0 : by_class[s->labels.codes[row]];
        free(by_class);
        return 0;
}

static int draw(tamis_sample *s, const double *weights, uint64_t draws, tamis_error *err) {
        double greatest = 0;
        gsl_ran_discrete_t *table;
        tamis_stream stream;

        for (size_t row = 0; row < s->n; row++)
                if (weights[row] > greatest)
                        greatest = weights[row];
        if (!(greatest > 0))
                return tamis_fail(err, TAMIS_BAD_DATA, "no row has a weight above 0");
        table = gsl_ran_discrete_preproc(s->n, weights);
        if (!table)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < s->n; row++)
                s->times[row] = !s->value_option && s->labels.codes[row] == TAMIS_NO_CLASS;
        tamis_stream_init(&stream, s->seed, "sample.weighted", 0, 0);
        for (uint64_t i = 0; i < draws; i++)
                s->times[gsl_ran_discrete(&stream.rng, table)]++;
        gsl_ran_discrete_free(table);
        return 0;
}

/* A row is drawn draws * w / sum w times, expected (Hansen & Hurwitz 1943). Exact sums: the order of rows does not
 * matter. */
static int weigh_back(tamis_sample *s, const double *weights, uint64_t draws, tamis_error *err) {
        tamis_moments sum = { 0 };
        int r = tamis_moments_add(&sum, weights, s->n, err);

        s->undo = reallocarray(NULL, s->n + 1, sizeof *s->undo);
        if (r == 0 && !s->undo)
                r = tamis_fail_memory(err);
        for (size_t row = 0; r == 0 && row < s->n; row++)
                s->undo[row] = weights[row] > 0 ? tamis_moments_sum(&sum) / weights[row] / (double) draws : 1;
        tamis_moments_done(&sum);
        return r;
}

static int decide(tamis_sample *s, const tamis_context *context, tamis_error *err) {
        uint64_t classless = s->value_option ? 0 : s->labels.missing;
        uint64_t draws = s->has_count ? s->count : s->n - classless;
        double *own = NULL;
        int r = 0;

        if (!s->value_option) {
                own = reallocarray(NULL, s->n + 1, sizeof *own);
                r = own ? weigh_by_class(s, own, err) : tamis_fail_memory(err);
        }
        if (r == 0)
                r = draw(s, own ? own : s->values, draws, err);
        if (r == 0 && s->weighs_back)
                r = weigh_back(s, own ? own : s->values, draws, err);
        free(own);
        return r;
}

const tamis_sampler tamis_sampler_weighted = {
        .base = {
                .name    = "weighted",
                .summary = "draw rows with replacement, by weight",
                .source  = "weighted bootstrap; Walker 1977, alias method",
        },
        .takes = SAMPLE_COUNT | SAMPLE_COST | SAMPLE_WEIGHT,
        .check = check, .decide = decide,
};
