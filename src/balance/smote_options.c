/* What a person may say to smote, and what of it goes together. */
#include <stdlib.h>

#include "balance/smote.h"

static const char *const rare_choices[] = { "error", "reduce", "duplicate", "skip", NULL };
static const char *const metric_choices[] = { "scaled", "raw", NULL };

const tamis_option tamis_smote_options[] = {
        { "neighbors", 'k', TAMIS_COUNT, "K", "5",
          "how many neighbours in the class a row may be drawn toward; adasyn, safe-level: and say what is around" },
        { "ratio", 0, TAMIS_TEXT, "R", "auto",
          "auto: every class to the largest; R: smaller / larger class; 'class=n,...': rows of a class" },
        { "rare", 0, TAMIS_CHOICE, "WHAT", "error",
          "a class of K rows or fewer: error, reduce K, duplicate rows, skip it", rare_choices },
        { "metric", 0, TAMIS_CHOICE, "WHAT", "scaled",
          "scaled: numbers are divided by their standard deviation for distances; raw: as they are", metric_choices },
        { "around", 0, TAMIS_COUNT, "M", "10",
          "borderline, svm: how many of the nearest rows, of any class, say whether a row is in danger" },
        { "clusters", 0, TAMIS_COUNT, "N", "8", "kmeans: how many clusters" },
        { "shrinkage", 0, TAMIS_REAL, "H", "1", "rose: the noise is multiplied by this; 0: none" },
        { "per-attribute", 0, TAMIS_FLAG, NULL, NULL,
          "draw a share of the way for each number, as in the paper, not one for the row" },
        { "group", 'g', TAMIS_SELECTION, "SEL", NULL,
          "columns that a new row takes over from its parent; no features" },
        { "provenance", 0, TAMIS_FLAG, NULL, NULL,
          "add columns _parent and _neighbor, the train rows a new row lies between, and _gap, where" },
        { "mark", 0, TAMIS_FLAG, NULL, NULL, "add a column _synthetic: 1 in new rows, 0 in the others" },
        { NULL },
};

static const tamis_strategy *const strategies[] = {
        &tamis_smoter_adasyn.base, &tamis_smoter_borderline1.base, &tamis_smoter_borderline2.base,
        &tamis_smoter_kmeans.base, &tamis_smoter_n.base, &tamis_smoter_nc.base, &tamis_smoter_plain.base,
        &tamis_smoter_rose.base, &tamis_smoter_safe_level.base, &tamis_smoter_svm.base,
};

const tamis_strategy *const *tamis_smote_list_strategies(size_t *n) {
        *n = sizeof strategies / sizeof *strategies;
        return strategies;
}

static int check_count(const tamis_settings *settings, const char *name, uint64_t *ret, tamis_error *err) {
        *ret = tamis_settings_count(settings, name);
        if (*ret == 0 || *ret > 100000)
                return tamis_fail(err, TAMIS_USAGE, "--%s %s: 1 to 100000", name, tamis_settings_text(settings, name));
        return 0;
}

/* Options that some strategies take. */
static int configure_few(tamis_smote *s, const tamis_settings *settings, tamis_error *err) {
        static const struct { const char *name; unsigned bit; } few[] = {
                { "neighbors", SMOTE_NEIGHBORS }, { "around", SMOTE_AROUND }, { "clusters", SMOTE_CLUSTERS },
                { "shrinkage", SMOTE_SHRINKAGE }, { "per-attribute", SMOTE_NUMBERS },
        };
        /* whichever the types choose, nc, n or plain */
        unsigned takes = s->smoter ? s->smoter->takes : SMOTE_NEIGHBORS | SMOTE_NUMBERS;
        int r = check_count(settings, "neighbors", &s->k, err);

        for (size_t i = 0; r == 0 && i < sizeof few / sizeof *few; i++)
                if (tamis_settings_given(settings, few[i].name) && !(takes & few[i].bit))
                        r = tamis_fail(err, TAMIS_USAGE, "-s %s does not take --%s",
                                       s->smoter ? s->smoter->base.name : "nc", few[i].name);
        if (r == 0)
                r = check_count(settings, "around", &s->around, err);
        if (r == 0)
                r = check_count(settings, "clusters", &s->clusters, err);
        s->shrinkage = tamis_settings_real(settings, "shrinkage");
        if (r == 0 && !(s->shrinkage >= 0 && s->shrinkage <= 1e6))
                r = tamis_fail(err, TAMIS_USAGE, "--shrinkage %s: 0 to 1000000",
                               tamis_settings_text(settings, "shrinkage"));
        return r;
}

int tamis_smote_configure(void *state, const tamis_context *context, tamis_error *err) {
        tamis_smote *s = state;
        const tamis_settings *settings = context->settings;
        const char *strategy = tamis_settings_text(settings, "strategy");
        const char *rare = tamis_settings_text(settings, "rare");
        const tamis_strategy *found;
        int r;

        if (strategy) {
                r = tamis_strategy_find(context->type, strategy, &found, err);
                if (r < 0)
                        return r;
                s->smoter = (const tamis_smoter *) found;
        }
        s->seed = context->seed;
        r = configure_few(s, settings, err);
        if (r < 0)
                return r;
        s->mark = tamis_settings_flag(settings, "mark");
        s->per_attribute = tamis_settings_flag(settings, "per-attribute");
        s->provenance = tamis_settings_flag(settings, "provenance");
        s->scaled = strcmp(tamis_settings_text(settings, "metric"), "scaled") == 0;
        for (size_t i = 0; rare_choices[i]; i++)
                if (strcmp(rare, rare_choices[i]) == 0)
                        s->rare = (enum tamis_rare) i;
        return tamis_ratio_parse(&s->ratio, tamis_settings_text(settings, "ratio"), err);
}
