#include <stdlib.h>

#include <tamis/number.h>

#include <tamis/random.h>

#include "split/deal.h"
#include "split/decide.h"
#include "split/split.h"
#include "split/strata.h"
#include "table/moment.h"

struct split {
        tamis_plan plan;
        size_t target_at, time_at;
        tamis_selection class_at, group_at, hash_at;
        char *class_name;       /* of several columns, with commas; owned */
        bool *numeric;          /* beside class_at */
        tamis_codes *classes;   /* beside class_at, until finish makes plan.classes of them */
        bool by_default;        /* classes are the target's because nobody said; given up when it is measured */
        bool by_hash, keep_duplicates;
        uint64_t strata, seed;
        size_t repeats;
        uint64_t *rows;         /* a hash of each, to find duplicates */
        size_t rows_capacity;
        uint64_t missing_class, missing_group;
        _Atomic uint64_t missing_hash;
        uint16_t *marks;        /* per row; one repetition behind the other */
};

struct partial {
        tamis_codes *classes;
        size_t n_classes;
        tamis_codes groups, times;
        uint64_t *hashes;
        size_t rows;
        uint64_t missing_class, missing_group;
};

static const tamis_option options[] = {
        { "test", 0, TAMIS_SHARE, "SHARE", "0.25", "share of the rows to judge on", NULL },
        { "valid", 0, TAMIS_SHARE, "SHARE", "0", "share of the rows to choose by", NULL },
        { "stratify", 0, TAMIS_SELECTION, "SEL", NULL, "keep the shares of the classes of these columns together "
          "(default: those of --target)", NULL },
        { "strata", 0, TAMIS_COUNT, "K", "5", "at how many quantiles --stratify cuts a column of many numbers", NULL },
        { "time", 0, TAMIS_SELECTION, "COL", NULL, "train on the past: the last rows by this time are the test", NULL },
        { "gap", 0, TAMIS_COUNT, "N", "0", "with --time: rows left unused in front of what is judged on", NULL },
        { "window", 0, TAMIS_COUNT, "N", NULL, "with --time: train on the last N rows of the past alone", NULL },
        { "folds", 0, TAMIS_COUNT, "K", NULL, "mark folds 1 .. K in a column _fold", NULL },
        { "fold", 0, TAMIS_COUNT, "I", NULL, "with --folds: mark fold I as test, the others as train", NULL },
        { "repeats", 0, TAMIS_COUNT, "N", "1", "with --folds: deal N times, into columns _fold, _fold_2, ...", NULL },
        { "each-group", 0, TAMIS_FLAG, NULL, NULL, "with --group: a fold for each group, by name", NULL },
        { "hash", 0, TAMIS_SELECTION, "SEL", NULL, "by these columns' text alone: a row stays in its part when others come; in one "
          "reading", NULL },
        { "keep-duplicates", 0, TAMIS_FLAG, NULL, NULL, "rows that are the same in every cell stay together", NULL },
        { "out", 0, TAMIS_FILE, "PATTERN", NULL, "write each part to its own file: 'titanic.{}.csv'", NULL },
        { NULL },
};

/* -- what was asked ------------------------------------------------------------------------------------------------ */

/* Two that do not go together. */
static int refuse(const tamis_settings *settings, const char *one, const char *const *others, const char *why,
                  tamis_error *err) {
        for (; *others; others++)
                if (tamis_settings_given(settings, *others))
                        return tamis_fail(err, TAMIS_USAGE, "--%s %s: --%s does not go with it", one, why, *others);
        return 0;
}

static int configure_folds(struct split *s, const tamis_settings *settings, tamis_error *err) {
        static const char *const sizes[] = { "test", "valid", NULL }, *const dealt[] = { "time", "fold", "each-group", NULL };
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

static int configure_ways(struct split *s, const tamis_settings *settings, tamis_error *err) {
        static const char *const others[] = { "time", "group", "stratify", "keep-duplicates", "repeats", "each-group", NULL };
        static const char *const dealt[] = { "stratify", "keep-duplicates", "each-group", NULL };
        static const char *const timed[] = { "gap", "window", NULL }, *const each[] = { "stratify", NULL };
        tamis_plan *p = &s->plan;
        int r = 0;

        if (s->by_hash)
                r = refuse(settings, "hash", others, "sees no row but the one it marks", err);
        if (r == 0 && p->by_time)
                r = refuse(settings, "time", dealt, "decides by itself", err);
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

static int configure(void *state, const tamis_context *context, tamis_error *err) {
        struct split *s = state;
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
static bool idle(const void *state) {
        return ((const struct split *) state)->by_hash;
}

/* "region, kind" of several. */
static int name_classes(struct split *s, const tamis_schema *schema, tamis_error *err) {
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

static int bind_class(struct split *s, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
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
        p->classes = calloc(s->class_at.n + 1, sizeof *p->classes);
        if (!p->classes)
                return tamis_fail_memory(err);
        p->n_classes = s->class_at.n;
        for (size_t i = 0; i < s->class_at.n; i++) {
                size_t at = s->class_at.columns[i];
                const uint8_t *missing;
                int r = tamis_batch_missing(batch, at, &missing, err);

                for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                        /* a present cell is never empty, so the empty text is free to stand for the missing */
                        tamis_slice text = missing[row] ? (tamis_slice) {0} : tamis_batch_text(batch, row, at);

                        p->missing_class += missing[row];
                        r = tamis_codes_add(&p->classes[i], text, err);
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Two rows are the same when all their cells' texts are. */
static int learn_rows(struct partial *p, tamis_batch *batch, tamis_error *err) {
        p->hashes = calloc(batch->n_rows + 1, sizeof *p->hashes);
        if (!p->hashes)
                return tamis_fail_memory(err);
        for (size_t at = 0; at < batch->n_columns; at++)
                for (size_t row = 0; row < batch->n_rows; row++) {
                        uint64_t h = p->hashes[row] ^ tamis_slice_hash(tamis_batch_text(batch, row, at));

                        p->hashes[row] = (h << 27 | h >> 37) * UINT64_C(0x9e3779b97f4a7c15);
                }
        return 0;
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

/* In time the same row may come again; in groups it is asked for by other means. */
static bool minds_duplicates(const struct split *s) {
        return s->keep_duplicates || (!s->plan.by_time && !s->plan.by_group);
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
        if (r == 0 && minds_duplicates(s))
                r = learn_rows(p, batch, err);
        return r;
}

static void partial_done(void *partial) {
        struct partial *p = partial;

        for (size_t i = 0; i < p->n_classes; i++)
                tamis_codes_done(&p->classes[i]);
        free(p->classes);
        free(p->hashes);
        tamis_codes_done(&p->groups);
        tamis_codes_done(&p->times);
}

static bool is_measured(const struct split *s, size_t i) {
        size_t n = s->classes[i].dict.n - (tamis_dict_find(&s->classes[i].dict, (tamis_slice) {0}) >= 0);

        return s->numeric[i] && n > TAMIS_NUMERIC_CLASSES;
}

/* Measured, not named: then the classes of a target are let go, before they fill the memory. */
static bool gives_up(const struct split *s) {
        return s->by_default && is_measured(s, 0);
}

static int merge_rows(struct split *s, const struct partial *p, tamis_error *err) {
        if (s->plan.rows + p->rows > s->rows_capacity) {
                size_t room = 2 * s->rows_capacity + p->rows + 1024;
                uint64_t *rows = reallocarray(s->rows, room, sizeof *rows);

                if (!rows)
                        return tamis_fail_memory(err);
                s->rows = rows;
                s->rows_capacity = room;
        }
        if (p->rows)
                memcpy(s->rows + s->plan.rows, p->hashes, p->rows * sizeof *s->rows);
        return 0;
}

static int merge(void *state, void *partial, tamis_error *err) {
        struct split *s = state;
        struct partial *p = partial;
        int r = p->hashes ? merge_rows(s, p, err) : 0;

        if (r < 0)
                return r;
        s->plan.rows += p->rows;
        s->missing_group += p->missing_group;
        if (s->plan.by_class && !gives_up(s)) {
                s->missing_class += p->missing_class;
                for (size_t i = 0; r == 0 && i < p->n_classes; i++)
                        r = tamis_codes_merge(&s->classes[i], &p->classes[i], err);
        }
        if (r == 0 && s->plan.by_group)
                r = tamis_codes_merge(&s->plan.groups, &p->groups, err);
        if (r == 0 && s->plan.by_time)
                r = tamis_codes_merge(&s->plan.times, &p->times, err);
        return r;
}

static int settle_classes(struct split *s, const tamis_context *context, tamis_error *err) {
        int r = 0;

        if (gives_up(s)) {
                s->plan.by_class = false;
                tamis_codes_done(&s->classes[0]);
                return 0;
        }
        if (s->missing_class)
                tamis_warn(context, "column \"%s\": %llu missing cell%s a class of %s own", s->plan.class_name,
                           (unsigned long long) s->missing_class, s->missing_class == 1 ? " is" : "s are",
                           s->missing_class == 1 ? "its" : "their");
        for (size_t i = 0; r == 0 && i < s->class_at.n; i++)
                if (is_measured(s, i))
                        r = tamis_strata_cut(&s->classes[i], s->strata, err);
        if (r == 0 && s->class_at.n > 1)
                return tamis_strata_join(s->classes, s->class_at.n, &s->plan.classes, err);
        if (r == 0) {
                s->plan.classes = s->classes[0];
                s->classes[0] = (tamis_codes) {0};
        }
        return r;
}

/* -- duplicates ---------------------------------------------------------------------------------------------------- */

/* Those who are the same are one group. */
static int group_duplicates(struct split *s, tamis_error *err) {
        tamis_plan *p = &s->plan;
        int r = 0;

        for (size_t row = 0; r == 0 && row < p->rows; row++)
                r = tamis_codes_add(&p->groups, (tamis_slice) { (const char *) &s->rows[row], sizeof *s->rows }, err);
        p->by_group = true;
        p->group_name = "duplicates";
        return r;
}

/* Rows whose like is in another part: what was learned by heart is judged as if it were understood. A table of slots, as
 * large as there are rows twice over: no sorting of all. */
static int warn_duplicates(const struct split *s, const tamis_context *context, tamis_error *err) {
        size_t n = 16, astride = 0;
        uint32_t *slots;

        while (n < 2 * s->plan.rows)
                n *= 2;
        if (s->plan.rows >= UINT32_MAX)
                return 0;
        slots = calloc(n, sizeof *slots);
        if (!slots)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < s->plan.rows; row++) {
                size_t i = s->rows[row] & (n - 1);

                while (slots[i] && s->rows[slots[i] - 1] != s->rows[row])
                        i = (i + 1) & (n - 1);
                if (!slots[i])
                        slots[i] = (uint32_t) (row + 1);
                else
                        astride += s->marks[slots[i] - 1] != s->marks[row];
        }
        free(slots);
        if (astride)
                tamis_warn(context, "%zu row%s the same, in every cell, as one in another part: what was learned by heart "
                           "is judged as if it were understood (--keep-duplicates; or `tamis clean --dedupe`)",
                           astride, astride == 1 ? " is" : "s are");
        return 0;
}

static int decide(struct split *s, const tamis_context *context, tamis_error *err) {
        tamis_plan *p = &s->plan;
        tamis_context again = *context;
        int r = 0;

        if (p->each_group) {
                if (p->groups.dict.n > UINT16_MAX || p->groups.dict.n < 2)
                        return tamis_fail(err, TAMIS_BAD_DATA, "column \"%s\" has %zu group%s: --each-group makes from 2 to "
                                          "65535 folds", p->group_name, p->groups.dict.n, p->groups.dict.n == 1 ? "" : "s");
                p->folds = (unsigned) p->groups.dict.n;
                if (p->fold > p->folds)
                        return tamis_fail(err, TAMIS_USAGE, "--fold %u: there are folds 1 to %u", p->fold, p->folds);
        }
        for (size_t i = 0; r == 0 && i < s->repeats; i++) {
                tamis_stream stream;

                tamis_stream_init(&stream, context->seed, "split.repeat", i, 0);
                again.seed = i ? tamis_stream_bits(&stream) : context->seed;
                r = tamis_plan_decide(p, &again, s->marks + i * p->rows, err);
        }
        return r;
}

static int finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        struct split *s = state;
        int r = s->plan.by_class ? settle_classes(s, context, err) : 0;

        if (r < 0)
                return r;
        if (s->missing_group)
                tamis_warn(context, "column \"%s\": the group of %llu row%s is missing: kept together as one group",
                           s->plan.group_name, (unsigned long long) s->missing_group, s->missing_group == 1 ? "" : "s");
        s->marks = calloc(s->plan.rows * s->repeats + 1, sizeof *s->marks);
        if (!s->marks)
                return tamis_fail_memory(err);
        /* a group's rows stay together, and so do its duplicates */
        if (s->keep_duplicates && !s->plan.by_group)
                r = group_duplicates(s, err);
        if (r == 0)
                r = decide(s, context, err);
        if (r == 0 && s->rows && !s->keep_duplicates)
                r = warn_duplicates(s, context, err);
        free(s->rows);
        s->rows = NULL;
        return r;
}

/* -- what is written ----------------------------------------------------------------------------------------------- */

static bool marks_folds(const struct split *s) {
        return s->plan.folds && !s->plan.fold;
}

static int attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct split *s = state;
        bool folds = s->plan.folds ? marks_folds(s) : s->plan.each_group && !s->plan.fold;
        const char *name = folds ? "_fold" : "_split";
        int r = 0;

        if (!schema->dialect.header && !tamis_settings_given(context->settings, "out"))
                return tamis_fail(err, TAMIS_USAGE, "without a header the column %s would have no name, and no later "
                                  "step would find it (--out 'name.{}.csv' writes the parts to files)", name);
        tamis_selection_done(&s->hash_at);
        if (s->by_hash)
                r = tamis_select(schema, tamis_settings_text(context->settings, "hash"), &s->hash_at, err);
        if (r == 0 && s->by_hash && s->hash_at.n == 0)
                r = tamis_fail(err, TAMIS_USAGE, "--hash: no column is meant");
        for (size_t i = 0; r == 0 && i < s->repeats; i++) {
                char later[32];

                snprintf(later, sizeof later, "_fold_%zu", i + 1);
                r = tamis_schema_add(schema, schema->n, tamis_slice_of(i ? later : name),
                                     folds ? TAMIS_TYPE_NUMERIC : TAMIS_TYPE_CATEGORICAL, err);
        }
        return r;
}

/* The mark of a row by its text alone: FNV-1a (Fowler, Noll & Vo) over the columns, each with its length, then a draw keyed
 * by that. It must never change, or rows would change their part from one version to the next. */
static uint16_t hashed(const struct split *s, tamis_batch *batch, size_t row) {
        uint64_t h = UINT64_C(0xcbf29ce484222325), n = 0;
        bool missing = true;
        tamis_stream stream;
        double u;

        for (size_t i = 0; i < s->hash_at.n; i++) {
                size_t at = s->hash_at.columns[i];
                bool hole = tamis_batch_cell_missing(batch, row, at);
                tamis_slice text = hole ? (tamis_slice) {0} : tamis_batch_text(batch, row, at);

                missing &= hole;
                for (size_t k = 0; k < text.n; k++)
                        h = (h ^ (unsigned char) text.p[k]) * UINT64_C(0x100000001b3);
                h = (h ^ text.n) * UINT64_C(0x100000001b3);
                n += text.n;
        }
        tamis_batch_count(batch, &((struct split *) s)->missing_hash, missing);
        tamis_stream_init(&stream, s->seed, "split.hash", h, n);
        u = tamis_stream_uniform(&stream);
        if (s->plan.folds) {
                uint16_t fold = (uint16_t) (1 + (unsigned) (u * s->plan.folds));

                return !s->plan.fold ? fold : fold == s->plan.fold ? TAMIS_SPLIT_TEST : TAMIS_SPLIT_TRAIN;
        }
        return u < s->plan.test ? TAMIS_SPLIT_TEST : u < s->plan.test + s->plan.valid ? TAMIS_SPLIT_VALID : TAMIS_SPLIT_TRAIN;
}

static int apply(void *state, tamis_batch *batch, tamis_error *err) {
        static const tamis_slice names[] = { { "train", 5 }, { "valid", 5 }, { "test", 4 }, { "unused", 6 } };
        const struct split *s = state;
        size_t at = batch->schema->n;
        int r = 0;

        if (!s->by_hash && batch->first_row + batch->n_rows > s->plan.rows)
                return tamis_fail(err, TAMIS_IO, "the input has grown while it was read");
        for (size_t i = 0; r == 0 && i < s->repeats; i++)
                r = tamis_batch_add_column(batch, at + i, err);
        for (size_t i = 0; i < s->repeats; i++)
                for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                        uint16_t mark = s->by_hash ? hashed(s, batch, row)
                                                   : s->marks[i * s->plan.rows + batch->first_row + row];

                        r = marks_folds(s) ? tamis_batch_set_number(batch, row, at + i, mark, err)
                                           : tamis_batch_set_text(batch, row, at + i, names[mark], err);
                }
        return r;
}

static int end(void *state, const tamis_context *context, tamis_error *err) {
        const struct split *s = state;

        if (s->missing_hash)
                tamis_warn(context, "%llu row%s nothing in --hash: all of them are in one part",
                           (unsigned long long) s->missing_hash, s->missing_hash == 1 ? " has" : "s have");
        return 0;
}

/* -- what is told -------------------------------------------------------------------------------------------------- */

static const char *mark_name(const struct split *s, size_t mark, char *space, size_t size) {
        static const char *const parts[] = { "train", "valid", "test", "unused" };

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
        for (size_t mark = 0; mark < n_marks; mark++)
                if (counts[mark] > 0 || (marks_folds(s) ? mark > 0 : mark == TAMIS_SPLIT_TEST || mark == TAMIS_SPLIT_TRAIN
                                         || (mark == TAMIS_SPLIT_VALID && s->plan.valid > 0)))
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
        size_t n_marks = marks_folds(s) ? s->plan.folds + 1 : 4;
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
        tamis_selection_done(&s->hash_at);
        for (size_t i = 0; s->classes && i < s->class_at.n; i++)
                tamis_codes_done(&s->classes[i]);
        tamis_selection_done(&s->class_at);
        free(s->classes);
        free(s->class_name);
        free(s->numeric);
        free(s->rows);
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
                   "it does not say). Rows of one time keep the order of the table, and may come to lie in two parts. --gap "
                   "leaves rows unused in front of what is judged on (mark unused); with --group, so are rows of a group "
                   "that comes again later. With --folds the last K / (K + 1) of the rows are K folds, each judged on by "
                   "what is older (_fold 0: older than all).\n\n"
                   "With --hash a row's part hangs on the seed and the text of those columns alone: it does not change when "
                   "the table grows, rows of one id stay together, and nothing is read ahead. Shares are met by chance.\n\n"
                   "--stratify takes several columns; one of more than 20 numbers is cut at --strata quantiles.",
        .options = options,
        .common = TAMIS_OPT_TARGET | TAMIS_OPT_GROUP | TAMIS_OPT_SEED | TAMIS_OPT_MISSING,
        .examples = "tamis split -t Survived --test 0.25 --seed 7 titanic.csv\n"
                    "tamis split -t outcome --test 20% --valid 20% --group patient visits.csv\n"
                    "tamis split --time date --test 0.2 --gap 100 sales.csv\n"
                    "tamis split --stratify region,price --keep-duplicates homes.csv\n"
                    "tamis split --hash customer --test 0.1 events.csv\n"
                    "tamis split -t species --folds 5 --fold 1 penguins.csv\n"
                    "tamis split -t Survived --out 'titanic.{}.csv' titanic.csv",
        .traits = TAMIS_LEARNS | TAMIS_LEARNS_ALL | TAMIS_RANDOM | TAMIS_TRAIN_ONLY | TAMIS_HOLDS_ROWS,
        .state_size = sizeof(struct split),
        .configure = configure,
        .idle = idle,
        .bind = bind,
        .partial_size = sizeof(struct partial),
        .learn = learn,
        .merge = merge,
        .partial_done = partial_done,
        .finish = finish,
        .attach = attach,
        .apply = apply,
        .end = end,
        .report = report,
        .done = done,
};
