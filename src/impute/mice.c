#include <stdlib.h>

#include "impute/joint_options.h"
#include "impute/mice.h"
#include "step/rules.h"

bool tamis_mice_suits(tamis_mice_method method, const tamis_frame_column *column) {
        switch (method) {
        case TAMIS_MICE_PMM:
        case TAMIS_MICE_NORM:
        case TAMIS_MICE_NORM_PREDICT:
                return column->type == TAMIS_TYPE_NUMERIC;
        case TAMIS_MICE_LOGREG:
                return column->type == TAMIS_TYPE_CATEGORICAL && column->levels <= 2;
        case TAMIS_MICE_POLYREG:
                return column->type == TAMIS_TYPE_CATEGORICAL;
        default:
                return true;
        }
}

static tamis_mice_method presumed(const tamis_frame_column *c) {
        if (c->type == TAMIS_TYPE_NUMERIC)
                return TAMIS_MICE_PMM;
        if (c->levels <= 2)
                return TAMIS_MICE_LOGREG;
        return c->levels <= TAMIS_MICE_CLASSES ? TAMIS_MICE_POLYREG : TAMIS_MICE_SAMPLE;
}

static int method_of(const char *word, tamis_mice_method *ret, tamis_error *err) {
        unsigned i = 0;

        while (tamis_mice_methods[i] && strcmp(tamis_mice_methods[i], word) != 0)
                i++;
        if (!tamis_mice_methods[i])
                return tamis_fail(err, TAMIS_USAGE, "--method: \"%s\" is none of cart, forest, logreg, mean, norm, "
                                  "norm-predict, pmm, polyreg, sample", word);
        *ret = (tamis_mice_method) i;
        return 0;
}

/* A rule that names a column must suit it; what is said for the rest is for those it suits. */
static int take_rule(const tamis_rule *rule, const tamis_frame_column *c, tamis_mice_method *ret, tamis_error *err) {
        tamis_mice_method method = TAMIS_MICE_PMM;
        int r = method_of(rule->value, &method, err);

        if (r < 0)
                return r;
        if (tamis_mice_suits(method, c))
                *ret = method;
        else if (rule->item && rule->item[0] != '@' && c->wanted)
                return tamis_fail(err, TAMIS_USAGE, "--method %s=%s: column \"%s\" is %s%s (%s)", rule->item,
                                  rule->value, c->name, tamis_type_name(c->type),
                                  method == TAMIS_MICE_LOGREG && c->levels > 2 ? " with more than two levels" : "",
                                  c->type == TAMIS_TYPE_NUMERIC
                                          ? "pmm, norm, norm-predict, cart, forest, sample or mean"
                                          : "logreg, polyreg, cart, forest, sample or mean");
        return 0;
}

static int apply_rules(const tamis_rules *rules, const tamis_frame *f, tamis_mice_method *methods, tamis_error *err) {
        tamis_schema schema = {0};
        size_t *all = calloc(f->n + 1, sizeof *all);
        long *which = calloc(f->n + 1, sizeof *which);
        int r = all && which ? 0 : tamis_fail_memory(err);

        for (size_t j = 0; r == 0 && j < f->n; j++) {
                all[j] = j;
                r = tamis_schema_add(&schema, j, tamis_slice_of(f->columns[j].name), f->columns[j].type, err);
        }
        if (r == 0)
                r = tamis_rules_resolve(rules, &schema, &(tamis_selection) { all, f->n }, which, err);
        for (size_t j = 0; r == 0 && j < f->n; j++)
                if (which[j] >= 0)
                        r = take_rule(&rules->rules[which[j]], &f->columns[j], &methods[j], err);
        tamis_schema_done(&schema);
        free(all);
        free(which);
        return r;
}

static int choose(const tamis_frame *f, const tamis_settings *settings, tamis_mice_method *methods, tamis_error *err) {
        const char *text = tamis_settings_text(settings, "method");
        tamis_rules rules = {0};
        int r = 0;

        for (size_t j = 0; j < f->n; j++)
                methods[j] = presumed(&f->columns[j]);
        if (text)
                r = tamis_rules_parse(text, "--method", &rules, err);
        if (r == 0 && text)
                r = apply_rules(&rules, f, methods, err);
        tamis_rules_done(&rules);
        return r;
}

int tamis_mice_sweep_of(const char *word, tamis_mice_sweep *ret, tamis_error *err) {
        unsigned i = 0;

        while (tamis_joint_sweeps[i] && strcmp(tamis_joint_sweeps[i], word) != 0)
                i++;
        if (!tamis_joint_sweeps[i])
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"sweep\": \"%s\" is no order of columns", word);
        *ret = (tamis_mice_sweep) i;
        return 0;
}

static int count_of(const tamis_settings *settings, const char *name, size_t *ret, tamis_error *err) {
        uint64_t n = tamis_settings_count(settings, name);

        if (n < 1 || n > TAMIS_MICE_MOST)
                return tamis_fail(err, TAMIS_USAGE, "--%s: a whole number from 1 to %d is needed", name,
                                  TAMIS_MICE_MOST);
        *ret = n;
        return 0;
}

static int read_options(const tamis_fit *fit, tamis_mice_options *o, tamis_error *err) {
        const tamis_settings *settings = fit->context->settings;
        int r;

        *o = (tamis_mice_options) { .seed = fit->context->seed, .purpose = fit->purpose };
        r = count_of(settings, "imputations", &o->imputations, err);
        if (r == 0)
                r = count_of(settings, "iterations", &o->iterations, err);
        if (r == 0)
                r = count_of(settings, "donors", &o->donors, err);
        o->sweep = TAMIS_MICE_ROMAN;
        if (r == 0 && tamis_settings_given(settings, "sweep"))
                r = tamis_mice_sweep_of(tamis_settings_text(settings, "sweep"), &o->sweep, err);
        return r;
}

static int fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) {
        tamis_mice_method *methods = calloc(train->n + 1, sizeof *methods);
        tamis_mice_options options;
        tamis_mice *m = NULL;
        int r = methods ? read_options(fit, &options, err) : tamis_fail_memory(err);

        if (r == 0)
                r = choose(train, fit->context->settings, methods, err);
        if (r == 0)
                r = tamis_mice_new(train, &options, methods, &m, err);
        if (r == 0)
                r = tamis_mice_run(m, fit->context->pool, err);
        free(methods);
        if (r < 0) {
                tamis_mice_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

static size_t imputations(const void *model) {
        return ((const tamis_mice *) model)->options.imputations;
}

static const char *const options[] = { "method", "imputations", "iterations", "donors", "sweep", NULL };

const tamis_joint tamis_joint_mice = {
        .base = {
                .name = "mice",
                .summary = "chained equations, several imputations, each column drawn by a method of its own",
                .source = "van Buuren & Groothuis-Oudshoorn 2011; R's mice",
        },
        .takes = 1U << TAMIS_TYPE_NUMERIC | 1U << TAMIS_TYPE_CATEGORICAL,
        .instead = "median or mode",
        .options = options,
        .random = true,
        .fitted = true,
        .fit = fit,
        .take = tamis_mice_take,
        .fill = tamis_mice_fill,
        .imputations = imputations,
        .save = tamis_mice_save,
        .load = tamis_mice_load,
        .report = tamis_mice_report,
        .free = tamis_mice_free,
};
