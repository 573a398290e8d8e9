#include <stdlib.h>

#include <tamis/number.h>

#include "split/deal.h"
#include "split/decide.h"
#include "table/moment.h"
#include "split/split.h"

/* A numeric target with more values than this is measured, not named: there are no classes to keep even. */
enum { MAX_NUMERIC_CLASSES = 20 };

struct split {
        tamis_plan plan;
        size_t class_at, time_at;
        tamis_selection group_at;
        bool numeric_target;    /* by default, from the target; given up when it turns out to be measured */
        uint64_t missing_class, missing_group;
        uint16_t *marks;        /* per row */
};

struct partial {
        tamis_codes classes, groups, times;
        size_t rows;
        uint64_t missing_class, missing_group;
};

static const tamis_option options[] = {
        { "test", 0, TAMIS_SHARE, "SHARE", "0.25", "share of the rows to judge on", NULL },
        { "valid", 0, TAMIS_SHARE, "SHARE", "0", "share of the rows to choose by", NULL },
        { "stratify", 0, TAMIS_SELECTION, "COL", NULL, "keep the shares of its classes "
          "(default: those of --target)", NULL },
        { "time", 0, TAMIS_SELECTION, "COL", NULL, "train on the past: the last rows by this time are the test", NULL },
        { "folds", 0, TAMIS_COUNT, "K", NULL, "mark folds 1 .. K in a column _fold", NULL },
        { "fold", 0, TAMIS_COUNT, "I", NULL, "with --folds: mark fold I as test, the others as train", NULL },
        { "out", 0, TAMIS_FILE, "PATTERN", NULL, "write each part to its own file: 'titanic.{}.csv'", NULL },
        { NULL },
};

/* -- what was asked ------------------------------------------------------------------------------------------------ */

static int configure_folds(tamis_plan *p, const tamis_settings *settings, tamis_error *err) {
        uint64_t folds = tamis_settings_count(settings, "folds"), fold = tamis_settings_count(settings, "fold");

        if (folds < 2 || folds > UINT16_MAX)
                return tamis_fail(err, TAMIS_USAGE, "--folds %llu: from 2 to 65535 folds", (unsigned long long) folds);
        if (tamis_settings_given(settings, "test") || tamis_settings_given(settings, "valid"))
                return tamis_fail(err, TAMIS_USAGE, "--folds decides the sizes: --test and --valid do not go with it");
        if (tamis_settings_given(settings, "time"))
                return tamis_fail(err, TAMIS_USAGE, "--folds would train on the future: --time does not go with it");
        if (tamis_settings_given(settings, "fold") && (fold < 1 || fold > folds))
                return tamis_fail(err, TAMIS_USAGE, "--fold %llu: there are folds 1 to %llu", (unsigned long long) fold,
                                  (unsigned long long) folds);
        p->folds = (unsigned) folds;
        p->fold = (unsigned) fold;
        p->test = p->valid = 0;
        return 0;
}

static int configure(void *state, const tamis_context *context, tamis_error *err) {
        struct split *s = state;
        tamis_plan *p = &s->plan;
        const tamis_settings *settings = context->settings;

        p->test = tamis_settings_real(settings, "test");
        p->valid = tamis_settings_real(settings, "valid");
        p->by_time = tamis_settings_given(settings, "time");
        p->by_group = tamis_settings_given(settings, "group");
        if (p->by_time && (p->by_group || tamis_settings_given(settings, "stratify")))
                return tamis_fail(err, TAMIS_USAGE, "--time decides by itself: "
                                  "--stratify and --group do not go with it");
        if (tamis_settings_given(settings, "folds"))
                return configure_folds(p, settings, err);
        if (tamis_settings_given(settings, "fold"))
                return tamis_fail(err, TAMIS_USAGE, "--fold goes with --folds K");
        if (p->test + p->valid == 0)
                return tamis_fail(err, TAMIS_USAGE, "--test 0 without --valid: there is nothing to split off");
        if (p->test + p->valid >= 1)
                return tamis_fail(err, TAMIS_USAGE, "--test %g and --valid %g leave no "
                                  "row to train on", p->test, p->valid);
        return 0;
}

static int bind_class(struct split *s, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        const char *stratify = tamis_settings_text(context->settings, "stratify");
        const char *target = tamis_settings_text(context->settings, "target");
        tamis_plan *p = &s->plan;
        int r;

        if (target) {
                r = tamis_target(context, schema, &s->class_at, err);
                if (r < 0)
                        return r;
                p->by_class = !p->by_group && !p->by_time && !stratify;
        }
        if (p->by_class)
                s->numeric_target = tamis_schema_type(schema, s->class_at) == TAMIS_TYPE_NUMERIC;
        if (stratify) {
                r = tamis_select_one(schema, stratify, "--stratify", &s->class_at, err);
                if (r < 0)
                        return r;
                p->by_class = true;
        }
        p->class_name = schema->fields[s->class_at].name;
        return 0;
}

static int bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct split *s = state;
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

/* -- what is collected --------------------------------------------------------------------------------------------- */

static int learn_classes(const struct split *s, struct partial *p, tamis_batch *batch, tamis_error *err) {
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, s->class_at, &missing, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                /* a present cell is never empty, so the empty text is free to stand for the missing */
                tamis_slice text = missing[row] ? (tamis_slice) {0} : tamis_batch_text(batch, row, s->class_at);

                p->missing_class += missing[row];
                r = tamis_codes_add(&p->classes, text, err);
        }
        return r;
}

/* The group's name: the cell, or where several columns make a group all of them with their lengths. Nobody knows what
 * group a missing cell belongs to, so all of them stay together: no group is torn apart by that. */
static int group_name(const struct split *s, tamis_batch *batch, size_t row, tamis_buffer *name, bool *missing,
                      tamis_error *err) {
        int r = 0;

        name->n = 0;
        *missing = false;
        for (size_t i = 0; i < s->group_at.n && r == 0; i++) {
                size_t at = s->group_at.columns[i];
                bool hole = tamis_batch_cell_missing(batch, row, at);
                tamis_slice text = hole ? (tamis_slice) {0} : tamis_batch_text(batch, row, at);

                *missing |= hole;
                if (s->group_at.n > 1)
                        r = tamis_buffer_addf(name, err, "%zu:", text.n);
                if (r == 0 && text.n > 0)
                        r = tamis_buffer_add(name, text.p, text.n, err);
        }
        return r;
}

static int learn_groups(const struct split *s, struct partial *p, tamis_batch *batch, tamis_error *err) {
        tamis_buffer name = {0};
        bool missing;
        int r = 0;

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                r = group_name(s, batch, row, &name, &missing, err);
                p->missing_group += missing;
                if (r == 0)
                        r = tamis_codes_add(&p->groups, (tamis_slice) { name.p, name.n }, err);
        }
        tamis_buffer_done(&name);
        return r;
}

static int learn_times(const struct split *s, struct partial *p, tamis_batch *batch, tamis_error *err) {
        int r = 0;

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                tamis_slice text = tamis_batch_text(batch, row, s->time_at);
                double v;

                if (tamis_batch_cell_missing(batch, row, s->time_at))
                        return tamis_batch_fail(batch, row, s->time_at, err, "the time is missing, so the row has no "
                                                "place in the order (fill it, or take the row away)");
                if (!tamis_number_parse(text, &v) && !tamis_moment_parse(text, &v))
                        return tamis_batch_fail(batch, row, s->time_at, err, "\"%.*s\" is neither a number nor a date "
                                                "like 2024-05-17 or "
                                                "2024-05-17T08:30:00Z", (int) (text.n < 80 ? text.n : 80), text.p);
                r = tamis_codes_add(&p->times, text, err);
        }
        return r;
}

static int learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const struct split *s = state;
        struct partial *p = partial;
        int r = 0;

        p->rows += batch->n_rows;
        if (s->plan.by_class)
                r = learn_classes(s, p, batch, err);
        if (r == 0 && s->plan.by_group)
                r = learn_groups(s, p, batch, err);
        if (r == 0 && s->plan.by_time)
                r = learn_times(s, p, batch, err);
        return r;
}

static void partial_done(void *partial) {
        struct partial *p = partial;

        tamis_codes_done(&p->classes);
        tamis_codes_done(&p->groups);
        tamis_codes_done(&p->times);
}

/* Measured, not named: then the classes are let go, before they fill the memory. */
static bool is_measured(const struct split *s) {
        size_t n = s->plan.classes.dict.n - (s->missing_class > 0);

        return s->numeric_target && n > MAX_NUMERIC_CLASSES;
}

static int merge(void *state, void *partial, tamis_error *err) {
        struct split *s = state;
        struct partial *p = partial;
        int r = 0;

        s->plan.rows += p->rows;
        s->missing_group += p->missing_group;
        if (s->plan.by_class && !is_measured(s)) {
                s->missing_class += p->missing_class;
                r = tamis_codes_merge(&s->plan.classes, &p->classes, err);
        }
        if (r == 0 && s->plan.by_group)
                r = tamis_codes_merge(&s->plan.groups, &p->groups, err);
        if (r == 0 && s->plan.by_time)
                r = tamis_codes_merge(&s->plan.times, &p->times, err);
        return r;
}

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        struct split *s = state;

        if (is_measured(s)) {
                s->plan.by_class = false;
                tamis_codes_done(&s->plan.classes);
        }
        if (s->plan.by_class && s->missing_class)
                tamis_warn(context, "column \"%s\": %llu missing cell%s a class of %s own", s->plan.class_name,
                           (unsigned long long) s->missing_class, s->missing_class == 1 ? " is" : "s are",
                           s->missing_class == 1 ? "its" : "their");
        if (s->missing_group)
                tamis_warn(context, "column \"%s\": the group of %llu row%s is missing: kept together as one group",
                           s->plan.group_name, (unsigned long long) s->missing_group, s->missing_group == 1 ? "" : "s");
        s->marks = calloc(s->plan.rows + 1, sizeof *s->marks);
        if (!s->marks)
                return tamis_fail_memory(err);
        return tamis_plan_decide(&s->plan, context, s->marks, err);
}

/* -- what is written ----------------------------------------------------------------------------------------------- */

static bool marks_folds(const struct split *s) {
        return s->plan.folds && !s->plan.fold;
}

static int attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        const struct split *s = state;
        const char *name = marks_folds(s) ? "_fold" : "_split";

        if (!schema->dialect.header && !tamis_settings_given(context->settings, "out"))
                return tamis_fail(err, TAMIS_USAGE, "without a header the column %s would have no name, and no later "
                                  "step would find it (--out 'name.{}.csv' writes the parts to files)", name);
        return tamis_schema_add(schema, schema->n, tamis_slice_of(name),
                                marks_folds(s) ? TAMIS_TYPE_NUMERIC : TAMIS_TYPE_CATEGORICAL, err);
}

static int apply(void *state, tamis_batch *batch, tamis_error *err) {
        static const tamis_slice names[] = { { "train", 5 }, { "valid", 5 }, { "test", 4 } };
        const struct split *s = state;
        size_t at = batch->schema->n;
        int r;

        if (batch->first_row + batch->n_rows > s->plan.rows)
                return tamis_fail(err, TAMIS_IO, "the input has grown while it was read");
        r = tamis_batch_add_column(batch, at, err);
        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                uint16_t mark = s->marks[batch->first_row + row];

                r = marks_folds(s) ? tamis_batch_set_number(batch, row, at, mark, err)
                                   : tamis_batch_set_text(batch, row, at, names[mark], err);
        }
        return r;
}

/* -- what is told -------------------------------------------------------------------------------------------------- */

static const char *mark_name(const struct split *s, size_t mark, char *space, size_t size) {
        static const char *const parts[] = { "train", "valid", "test" };

        if (!marks_folds(s))
                return parts[mark];
        snprintf(space, size, "%zu", mark);
        return space;
}

/* { "train": 668, "test": 223 } of one row of counts. */
static json_t *counts_json(const struct split *s, const tamis_slice *class, const uint64_t *counts, size_t n_marks) {
        json_t *o = json_object();
        char space[32];
        int r = 0;

        if (class)
                r |= json_object_set_new(o, "class", tamis_json_bytes(*class));
        for (size_t mark = marks_folds(s); mark < n_marks; mark++)
                if (marks_folds(s) || mark != TAMIS_SPLIT_VALID || s->plan.valid > 0)
                        r |= json_object_set_new(o, mark_name(s, mark, space, sizeof space),
                                                 json_integer((json_int_t) counts[mark]));
        if (r < 0) {
                json_decref(o);
                return NULL;
        }
        return o;
}

static int report_classes(const struct split *s, size_t n_marks, json_t *into, tamis_error *err) {
        const tamis_dict *d = &s->plan.classes.dict;
        uint64_t *counts = calloc(d->n * n_marks + 1, sizeof *counts);
        size_t *order = calloc(d->n + 1, sizeof *order);
        json_t *classes = json_array(), *name = tamis_json_bytes(tamis_slice_of(s->plan.class_name));
        int r = counts && order && classes ? tamis_dict_sort(d, false, order, err) : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < s->plan.rows; row++)
                counts[s->plan.classes.codes[row] * n_marks + s->marks[row]]++;
        for (size_t i = 0; r == 0 && i < d->n; i++) {
                json_t *one = counts_json(s, &d->entries[order[i]].text, counts + order[i] * n_marks, n_marks);

                if (json_array_append_new(classes, one) < 0)
                        r = tamis_fail_memory(err);
        }
        if (r == 0 && (json_object_set(into, "stratified_by", name) < 0
                       || json_object_set(into, "classes", classes) < 0))
                r = tamis_fail_memory(err);
        json_decref(name);
        json_decref(classes);
        free(counts);
        free(order);
        return r;
}

static int report(const void *state, json_t *into, tamis_error *err) {
        const struct split *s = state;
        size_t n_marks = marks_folds(s) ? s->plan.folds + 1 : 3;
        uint64_t *counts;
        int r = 0;

        if (!s->marks)
                return 0;
        counts = calloc(n_marks, sizeof *counts);
        if (!counts)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < s->plan.rows; row++)
                counts[s->marks[row]]++;
        if (json_object_set_new(into, marks_folds(s) ? "folds" : "parts", counts_json(s, NULL, counts, n_marks)) < 0)
                r = tamis_fail_memory(err);
        if (r == 0 && s->plan.by_group
            && json_object_set_new(into, "groups", json_integer((json_int_t) s->plan.groups.dict.n)) < 0)
                r = tamis_fail_memory(err);
        if (r == 0 && s->plan.by_class)
                r = report_classes(s, n_marks, into, err);
        free(counts);
        return r;
}

static void done(void *state) {
        struct split *s = state;

        tamis_plan_done(&s->plan);
        tamis_selection_done(&s->group_at);
        free(s->marks);
}

const tamis_step_type tamis_step_split = {
        .name = "split",
        .summary = "mark which rows are for training and which for judging",
        .details = "Adds a column _split (train, valid, test), or _fold (1 .. K), behind the last. Every later step "
                   "learns from the train rows alone, so this comes first.\n\n"
                   "The test part has the rows of --test, rounded up. With --target, the classes keep their shares in "
                   "every part (not when the target is numeric with more than 20 values, nor with --group or --time), "
                   "and a class of two rows or more has one in train and one in test; a class of one row goes to "
                   "train. --stratify does so for any column.\n\n"
                   "With --group no group is in two parts; sizes are counted in rows and met as nearly as the groups "
                   "allow; rows whose group is missing stay together. --stratify and --group together keep the classes "
                   "as even as the groups allow.\n\nWith --time the last rows are the test, those before them valid, "
                   "the oldest train. A time is a number, or a date like 2024-05-17 or 2024-05-17T08:30:00Z (UTC where "
                   "it does not say). Rows of one time keep the order of the table, and may come to lie in two parts.",
        .options = options,
        .common = TAMIS_OPT_TARGET | TAMIS_OPT_GROUP | TAMIS_OPT_SEED | TAMIS_OPT_MISSING,
        .examples = "tamis split -t Survived --test 0.25 --seed 7 titanic.csv\n"
                    "tamis split -t outcome --test 20% --valid 20% --group patient visits.csv\n"
                    "tamis split --time date --test 0.2 sales.csv\n"
                    "tamis split -t species --folds 5 --fold 1 penguins.csv\n"
                    "tamis split -t Survived --out 'titanic.{}.csv' titanic.csv",
        .traits = TAMIS_LEARNS | TAMIS_LEARNS_ALL | TAMIS_RANDOM | TAMIS_TRAIN_ONLY | TAMIS_HOLDS_ROWS,
        .state_size = sizeof(struct split),
        .configure = configure,
        .bind = bind,
        .partial_size = sizeof(struct partial),
        .learn = learn,
        .merge = merge,
        .partial_done = partial_done,
        .finish = finish,
        .attach = attach,
        .apply = apply,
        .report = report,
        .done = done,
};
