/* What a person may say to sample, and what of it goes together. */
#include <stdlib.h>

#include "balance/sample.h"

const tamis_option tamis_sample_options[] = {
        { "ratio", 0, TAMIS_TEXT, "R", NULL,
          "over, under: auto, every class to the largest or smallest (default); R or R%: smaller / larger; "
          "'class=n,...'" },
        { "count", 'n', TAMIS_COUNT, "N", NULL,
          "train rows wanted in all, classes keeping their shares (weighted: draws)" },
        { "each", 0, TAMIS_COUNT, "N", NULL, "reservoir: rows wanted of each class" },
        { "share", 0, TAMIS_TEXT, "P", NULL,
          "bernoulli: the probability of a row to stay; under: the share that stays; P, P% or 'class=P,...' (else 1)" },
        { "cost", 0, TAMIS_TEXT, "LIST", NULL, "cost, costing, weighted: 'class=5,other=1'; a class that is not "
                                               "listed has 1" },
        { "cost-column", 0, TAMIS_SELECTION, "COL", NULL, "cost, costing: the column that holds each row's cost" },
        { "max-cost", 0, TAMIS_REAL, "COST", NULL,
          "the greatest cost in that column: it need not be looked for, and one reading is enough" },
        { "samples", 0, TAMIS_COUNT, "K", "10", "costing: how many samples, told apart by a column _sample" },
        { "weight", 0, TAMIS_SELECTION, "COL", NULL, "weighted: the column that holds each row's weight" },
        { "weigh-back", 0, TAMIS_FLAG, NULL, NULL,
          "add a column _weight that undoes the sampling: 1 / how often a row of its kind was to be expected" },
        { NULL },
};

static const tamis_strategy *const strategies[] = {
        &tamis_sampler_bernoulli.base, &tamis_sampler_cost.base, &tamis_sampler_costing.base, &tamis_sampler_over.base,
        &tamis_sampler_reservoir.base, &tamis_sampler_under.base, &tamis_sampler_weighted.base,
};

const tamis_strategy *const *tamis_sample_list(size_t *n) {
        *n = sizeof strategies / sizeof *strategies;
        return strategies;
}

/* -- configure ----------------------------------------------------------------------------------------------------- */

static int check_taken(const tamis_sample *s, const tamis_settings *settings, tamis_error *err) {
        static const struct { const char *name; unsigned bit; } all[] = {
                { "ratio", SAMPLE_RATIO }, { "count", SAMPLE_COUNT }, { "cost", SAMPLE_COST },
                { "cost-column", SAMPLE_COST_COLUMN }, { "weight", SAMPLE_WEIGHT }, { "share", SAMPLE_SHARE },
                { "each", SAMPLE_EACH }, { "max-cost", SAMPLE_MAX_COST }, { "samples", SAMPLE_SAMPLES },
        };
        bool said[] = { s->has_ratio, s->has_count, s->has_shares, tamis_settings_given(settings, "each") };

        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
                if (tamis_settings_given(settings, all[i].name) && !(s->sampler->takes & all[i].bit))
                        return tamis_fail(err, TAMIS_USAGE, "-s %s takes no --%s", s->sampler->base.name, all[i].name);
        if (said[0] + said[1] + said[2] + said[3] > 1)
                return tamis_fail(err, TAMIS_USAGE, "%s and %s both say how many rows to have: give one",
                                  said[0] ? "--ratio" : said[1] ? "--count" : "--share",
                                  said[3] ? "--each" : said[2] ? "--share" : "--count");
        if (s->has_ratio && !s->has_target)
                return tamis_fail(err, TAMIS_USAGE, "--ratio is about classes: --target COL is needed");
        if (s->shares.n > 0 && !s->has_target)
                return tamis_fail(err, TAMIS_USAGE, "--share names classes: --target COL is needed");
        return s->sampler->check(s, err);
}

/* One for all, or one for each class that is listed. */
static int take_shares(tamis_sample *s, const char *text, tamis_error *err) {
        int r = 0;

        s->has_shares = text != NULL;
        s->share = 1;
        if (!text)
                return 0;
        if (!tamis_percent_parse(tamis_slice_of(text), &s->share))
                r = tamis_class_values_parse(&s->shares, text, "--share", err);
        for (size_t i = 0; r == 0 && i < s->shares.n; i++)
                if (!(s->shares.values[i].value <= 1))
                        s->share = s->shares.values[i].value;
        if (r == 0 && !(s->share >= 0 && s->share <= 1))
                r = tamis_fail(err, TAMIS_USAGE, "--share %s: a share is from 0 to 1, or to 100%%", text);
        return r;
}

/* What only those that stream take. */
static int configure_stream(tamis_sample *s, const tamis_settings *settings, tamis_error *err) {
        s->samples = s->sampler->takes & SAMPLE_SAMPLES ? tamis_settings_count(settings, "samples") : 0;
        if (s->sampler->takes & SAMPLE_SAMPLES && s->samples == 0)
                return tamis_fail(err, TAMIS_USAGE, "--samples 0: one sample at least");
        if (tamis_settings_given(settings, "max-cost")) {
                s->has_max_cost = true;
                s->greatest = tamis_settings_real(settings, "max-cost");
                if (!(s->greatest > 0))
                        return tamis_fail(err, TAMIS_USAGE, "--max-cost %s: a cost is above 0",
                                          tamis_settings_text(settings, "max-cost"));
        }
        return 0;
}

int tamis_sample_configure(void *state, const tamis_context *context, tamis_error *err) {
        tamis_sample *s = state;
        const tamis_settings *settings = context->settings;
        const char *strategy = tamis_settings_text(settings, "strategy"), *text;
        const tamis_strategy *found;
        int r;

        if (!strategy)
                return tamis_fail(err, TAMIS_USAGE, "--strategy is needed: bernoulli, cost, costing, over, reservoir, "
                                  "under or weighted");
        r = tamis_strategy_find(context->type, strategy, &found, err);
        if (r < 0)
                return r;
        s->sampler = (const tamis_sampler *) found;
        s->seed = context->seed;
        s->has_target = tamis_settings_given(settings, "target");
        s->has_count = tamis_settings_given(settings, "count");
        s->count = tamis_settings_count(settings, "count");
        s->value_option = tamis_settings_given(settings, "weight") ? "--weight"
                : tamis_settings_given(settings, "cost-column") ? "--cost-column" : NULL;
        text = tamis_settings_text(settings, "ratio");
        s->has_ratio = text != NULL;
        r = tamis_ratio_parse(&s->ratio, text ? text : "auto", err);
        text = tamis_settings_text(settings, "cost");
        if (r == 0 && text) {
                s->has_costs = true;
                r = tamis_class_values_parse(&s->costs, text, "--cost", err);
        }
        if (r == 0 && s->count >= UINT32_MAX)
                r = tamis_fail(err, TAMIS_USAGE, "--count %llu is too much", (unsigned long long) s->count);
        if (r == 0 && tamis_settings_given(settings, "each")) {
                s->each = tamis_settings_count(settings, "each");
                if (s->each == 0 || s->each >= UINT32_MAX)
                        r = tamis_fail(err, TAMIS_USAGE, "--each %s: 1 row at least",
                                       tamis_settings_text(settings, "each"));
        }
        s->weighs_back = tamis_settings_flag(settings, "weigh-back");
        s->at_weight = s->at_sample = -1;
        if (r == 0)
                r = take_shares(s, tamis_settings_text(settings, "share"), err);
        if (r == 0)
                r = configure_stream(s, settings, err);
        if (r == 0)
                r = check_taken(s, settings, err);
        return r == 0 && s->sampler->streams ? tamis_sample_stream_begin(s, err) : r;
}
