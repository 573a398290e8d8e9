/* What was asked: options that go together, and the columns they name. */
#include <stdlib.h>

#include "split/state.h"

/* Two that do not go together. */
static int refuse(const tamis_settings *settings, const char *one, const char *const *others, const char *why,
                  tamis_error *err) {
        for (; *others; others++)
                if (tamis_settings_given(settings, *others))
                        return tamis_fail(err, TAMIS_USAGE, "--%s %s: --%s does not go with it", one, why, *others);
        return 0;
}

static int configure_folds(tamis_split *s, const tamis_settings *settings, tamis_error *err) {
        static const char *const sizes[] = { "test", "valid", NULL },
                                 *const dealt[] = { "time", "fold", "each-group", NULL };
        tamis_plan *p = &s->plan;
        uint64_t folds = tamis_settings_count(settings, "folds"), fold = tamis_settings_count(settings, "fold");
        int r = refuse(settings, p->each_group ? "each-group" : "folds", sizes, "decides the sizes", err);

        if (r < 0)
                return r;
        if (p->each_group && tamis_settings_given(settings, "folds"))
                return tamis_fail(err, TAMIS_USAGE, "--each-group makes as many folds as there are groups: "
                                  "--folds does not go with it");
        if (!p->each_group && (folds < 2 || folds > UINT16_MAX))
                return tamis_fail(err, TAMIS_USAGE, "--folds %llu: from 2 to 65535 folds", (unsigned long long) folds);
        if (tamis_settings_given(settings, "fold") && (fold < 1 || fold > (p->each_group ? UINT16_MAX : folds)))
                return tamis_fail(err, TAMIS_USAGE, "--fold %llu: there are folds 1 to %llu", (unsigned long long) fold,
                                  (unsigned long long) folds);
        if (p->by_time && p->by_group && fold == 0)
                return tamis_fail(err, TAMIS_USAGE, "--folds with --time and --group: which rows are unused differs "
                                  "from fold to fold; say --fold I");
        if (s->repeats > 1)
                r = refuse(settings, "repeats", dealt, "deals the rows anew", err);
        p->folds = (unsigned) folds;
        p->fold = (unsigned) fold;
        p->test = p->valid = 0;
        return r;
}

static int configure_shares(const tamis_plan *p, const tamis_settings *settings, tamis_error *err) {
        if (tamis_settings_given(settings, "fold") || tamis_settings_given(settings, "repeats"))
                return tamis_fail(err, TAMIS_USAGE, "--%s goes with --folds K",
                                  tamis_settings_given(settings, "fold") ? "fold" : "repeats");
        if (p->test + p->valid == 0)
                return tamis_fail(err, TAMIS_USAGE, "--test 0 without --valid: there is nothing to split off");
        if (p->test + p->valid >= 1)
                return tamis_fail(err, TAMIS_USAGE, "--test %g and --valid %g leave no "
                                  "row to train on", p->test, p->valid);
        return 0;
}

static int configure_ways(tamis_split *s, const tamis_settings *settings, tamis_error *err) {
        static const char *const others[] = { "time",    "group",      "stratify", "keep-duplicates",
                                              "repeats", "each-group", NULL };
        static const char *const dealt[] = { "stratify", "keep-duplicates", "each-group", NULL };
        static const char *const timed[] = { "gap", "window", NULL }, *const each[] = { "stratify", NULL };
        tamis_plan *p = &s->plan;
        int r = 0;

        if (s->by_hash)
                r = refuse(settings, "hash", others, "sees no row but the one it marks", err);
        if (r == 0 && p->by_time)
                r = refuse(settings, "time", dealt,
                           "cuts by time alone (to choose among rows would train on the future)", err);
        if (r == 0 && p->each_group)
                r = refuse(settings, "each-group", each, "decides by itself", err);
        for (size_t i = 0; r == 0 && !p->by_time && timed[i]; i++)
                if (tamis_settings_given(settings, timed[i]))
                        r = tamis_fail(err, TAMIS_USAGE, "--%s goes with --time COL", timed[i]);
        if (r == 0 && p->each_group && !p->by_group)
                r = tamis_fail(err, TAMIS_USAGE, "--each-group goes with --group SEL");
        if (r == 0 && tamis_settings_given(settings, "strata") && !tamis_settings_given(settings, "stratify"))
                r = tamis_fail(err, TAMIS_USAGE, "--strata goes with --stratify SEL");
        if (r == 0 && (s->strata < 2 || s->strata > 1000))
                r = tamis_fail(err, TAMIS_USAGE, "--strata %llu: from 2 to 1000", (unsigned long long) s->strata);
        if (r == 0 && (s->repeats < 1 || s->repeats > 1000))
                r = tamis_fail(err, TAMIS_USAGE, "--repeats %zu: from 1 to 1000", s->repeats);
        return r;
}

int tamis_split_configure(void *state, const tamis_context *context, tamis_error *err) {
        tamis_split *s = state;
        tamis_plan *p = &s->plan;
        const tamis_settings *settings = context->settings;
        int r;

        p->test = tamis_settings_real(settings, "test");
        p->valid = tamis_settings_real(settings, "valid");
        p->by_time = tamis_settings_given(settings, "time");
        p->by_group = tamis_settings_given(settings, "group");
        p->gap = tamis_settings_count(settings, "gap");
        p->window = tamis_settings_count(settings, "window");
        p->each_group = tamis_settings_flag(settings, "each-group");
        s->by_hash = tamis_settings_given(settings, "hash");
        s->keep_duplicates = tamis_settings_flag(settings, "keep-duplicates");
        s->strata = tamis_settings_count(settings, "strata");
        s->repeats = tamis_settings_count(settings, "repeats");
        s->seed = context->seed;
        r = configure_ways(s, settings, err);
        if (r < 0)
                return r;
        if (tamis_settings_given(settings, "folds") || p->each_group)
                return configure_folds(s, settings, err);
        return configure_shares(p, settings, err);
}

/* A hash needs no other row. */
bool tamis_split_idle(const void *state) {
        return ((const tamis_split *) state)->by_hash;
}

/* "region, kind" of several. */
static int name_classes(tamis_split *s, const tamis_schema *schema, tamis_error *err) {
        tamis_buffer name = {0};
        int r = 0;

        for (size_t i = 0; r == 0 && i < s->class_at.n; i++)
                r = tamis_buffer_addf(&name, err, "%s%s", i ? ", " : "", schema->fields[s->class_at.columns[i]].name);
        if (r == 0)
                r = tamis_buffer_add(&name, "", 1, err);
        free(s->class_name);
        s->class_name = name.p;
        s->plan.class_name = name.p;
        return r;
}

static int bind_class(tamis_split *s, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        const char *stratify = tamis_settings_text(context->settings, "stratify");
        const char *target = tamis_settings_text(context->settings, "target");
        tamis_plan *p = &s->plan;
        int r = target ? tamis_target(context, schema, &s->target_at, err) : 0;

        if (r < 0)
                return r;
        s->by_default = target && !stratify && !p->by_group && !p->by_time && !s->keep_duplicates;
        p->by_class = s->by_default || stratify;
        if (!p->by_class)
                return 0;
        r = tamis_select(schema, stratify ? stratify : target, &s->class_at, err);
        if (r == 0 && s->class_at.n == 0)
                r = tamis_fail(err, TAMIS_USAGE, "--stratify %s: no column is meant", stratify);
        if (r < 0)
                return r;
        s->numeric = calloc(s->class_at.n, sizeof *s->numeric);
        s->classes = calloc(s->class_at.n, sizeof *s->classes);
        if (!s->numeric || !s->classes)
                return tamis_fail_memory(err);
        if (s->by_default)
                s->class_at.columns[0] = s->target_at;
        for (size_t i = 0; i < s->class_at.n; i++)
                s->numeric[i] = tamis_schema_type(schema, s->class_at.columns[i]) == TAMIS_TYPE_NUMERIC;
        return name_classes(s, schema, err);
}

int tamis_split_bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_split *s = state;
        tamis_plan *p = &s->plan;
        int r = bind_class(s, context, schema, err);

        if (r == 0 && p->by_group)
                r = tamis_select(schema, tamis_settings_text(context->settings, "group"), &s->group_at, err);
        if (r == 0 && p->by_time)
                r = tamis_select_one(schema, tamis_settings_text(context->settings, "time"), "--time", &s->time_at,
                                     err);
        if (r < 0)
                return r;
        if (p->by_group)
                p->group_name = schema->fields[s->group_at.columns[0]].name;
        if (p->by_time)
                p->time_name = schema->fields[s->time_at].name;
        return 0;
}
