#include <stdlib.h>

#include <tamis/random.h>

#include "split/state.h"

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
        { "hash", 0, TAMIS_SELECTION, "SEL", NULL, "by these columns' text alone: a row stays in its part when others "
          "come; in one reading", NULL },
        { "keep-duplicates", 0, TAMIS_FLAG, NULL, NULL, "rows that are the same in every cell stay together", NULL },
        { "out", 0, TAMIS_FILE, "PATTERN", NULL, "write each part to its own file: 'titanic.{}.csv'", NULL },
        { NULL },
};

/* -- duplicates ---------------------------------------------------------------------------------------------------- */

/* Those who are the same are one group. */
static int group_duplicates(tamis_split *s, tamis_error *err) {
        tamis_plan *p = &s->plan;
        int r = 0;

        for (size_t row = 0; r == 0 && row < p->rows; row++)
                r = tamis_codes_add(&p->groups, (tamis_slice) { (const char *) &s->rows[row], sizeof *s->rows }, err);
        p->by_group = true;
        p->group_name = "duplicates";
        return r;
}

/* Rows whose like is in another part: what was learned by heart is judged as if it were understood. A table of slots,
 * as large as there are rows twice over: no sorting of all. */
static int warn_duplicates(const tamis_split *s, const tamis_context *context, tamis_error *err) {
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
                tamis_warn(context,
                           "%zu row%s the same, in every cell, as one in another part: what was learned by heart "
                           "is judged as if it were understood (--keep-duplicates; or `tamis clean --dedupe`)",
                           astride, astride == 1 ? " is" : "s are");
        return 0;
}

static int decide(tamis_split *s, const tamis_context *context, tamis_error *err) {
        tamis_plan *p = &s->plan;
        tamis_context again = *context;
        int r = 0;

        if (p->each_group) {
                if (p->groups.dict.n > UINT16_MAX || p->groups.dict.n < 2)
                        return tamis_fail(err, TAMIS_BAD_DATA,
                                          "column \"%s\" has %zu group%s: --each-group makes from 2 to "
                                          "65535 folds",
                                          p->group_name, p->groups.dict.n, p->groups.dict.n == 1 ? "" : "s");
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
        tamis_split *s = state;
        int r = s->plan.by_class ? tamis_split_settle_classes(s, context, err) : 0;

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

bool tamis_split_marks_folds(const tamis_split *s) {
        return s->plan.folds && !s->plan.fold;
}

size_t tamis_split_n_marks(const tamis_split *s) {
        return tamis_split_marks_folds(s) ? s->plan.folds + 1 : 4;
}

static int attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_split *s = state;
        bool folds = s->plan.folds ? tamis_split_marks_folds(s) : s->plan.each_group && !s->plan.fold;
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
        if (r == 0 && s->by_hash && !s->hashed) {
                s->hashed = calloc(tamis_split_n_marks(s), sizeof *s->hashed);
                r = s->hashed ? 0 : tamis_fail_memory(err);
        }
        for (size_t i = 0; r == 0 && i < s->repeats; i++) {
                char later[32];

                snprintf(later, sizeof later, "_fold_%zu", i + 1);
                r = tamis_schema_add(schema, schema->n, tamis_slice_of(i ? later : name),
                                     folds ? TAMIS_TYPE_NUMERIC : TAMIS_TYPE_CATEGORICAL, err);
        }
        return r;
}

/* The mark of a row by its text alone: FNV-1a (Fowler, Noll & Vo) over the columns, each with its length, then a draw
 * keyed by that. It must never change, or rows would change their part from one version to the next. */
static uint16_t hashed(const tamis_split *s, tamis_batch *batch, size_t row) {
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
        tamis_batch_count(batch, &((tamis_split *) s)->missing_hash, missing);
        tamis_stream_init(&stream, s->seed, "split.hash", h, n);
        u = tamis_stream_uniform(&stream);
        if (s->plan.folds) {
                uint16_t fold = (uint16_t) (1 + (unsigned) (u * s->plan.folds));

                return !s->plan.fold ? fold : fold == s->plan.fold ? TAMIS_SPLIT_TEST : TAMIS_SPLIT_TRAIN;
        }
        return u < s->plan.test                    ? TAMIS_SPLIT_TEST
                : u < s->plan.test + s->plan.valid ? TAMIS_SPLIT_VALID
                                                   : TAMIS_SPLIT_TRAIN;
}

static int apply(void *state, tamis_batch *batch, tamis_error *err) {
        static const tamis_slice names[] = { { "train", 5 }, { "valid", 5 }, { "test", 4 }, { "unused", 6 } };
        const tamis_split *s = state;
        size_t at = batch->schema->n, n_marks = tamis_split_n_marks(s);
        uint64_t *counts = s->by_hash ? tamis_arena_get_zeroed(&batch->arena, n_marks, sizeof *counts) : NULL;
        int r = 0;

        if (s->by_hash && !counts)
                return tamis_fail_memory(err);
        if (!s->by_hash && batch->first_row + batch->n_rows > s->plan.rows)
                return tamis_fail(err, TAMIS_IO, "the input has grown while it was read");
        for (size_t i = 0; r == 0 && i < s->repeats; i++)
                r = tamis_batch_add_column(batch, at + i, err);
        for (size_t i = 0; i < s->repeats; i++)
                for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                        uint16_t mark = s->by_hash ? hashed(s, batch, row)
                                                   : s->marks[i * s->plan.rows + batch->first_row + row];

                        if (counts)
                                counts[mark]++;
                        r = tamis_split_marks_folds(s) ? tamis_batch_set_number(batch, row, at + i, mark, err)
                                           : tamis_batch_set_text(batch, row, at + i, names[mark], err);
                }
        for (size_t mark = 0; counts && mark < n_marks; mark++)
                if (counts[mark] > 0)
                        tamis_batch_count(batch, &s->hashed[mark], counts[mark]);
        return r;
}

static int end(void *state, const tamis_context *context, tamis_error *err) {
        const tamis_split *s = state;

        if (s->missing_hash)
                tamis_warn(context, "%llu row%s nothing in --hash: all of them are in one part",
                           (unsigned long long) s->missing_hash, s->missing_hash == 1 ? " has" : "s have");
        return 0;
}

static void done(void *state) {
        tamis_split *s = state;

        tamis_plan_done(&s->plan);
        tamis_selection_done(&s->group_at);
        tamis_selection_done(&s->hash_at);
        for (size_t i = 0; s->classes && i < s->class_at.n; i++)
                tamis_codes_done(&s->classes[i]);
        tamis_selection_done(&s->class_at);
        free(s->classes);
        free(s->hashed);
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
                   "it does not say). Rows of one time keep the order of the table, and may come to lie in two parts. "
                   "--gap leaves rows unused in front of what is judged on (mark unused); with --group, so are rows of "
                   "a group that comes again later. With --folds the last K / (K + 1) of the rows are K folds, each "
                   "judged on by what is older (_fold 0: older than all).\n\n"
                   "With --hash a row's part hangs on the seed and the text of those columns alone: it does not change "
                   "when the table grows, rows of one id stay together, and nothing is read ahead. Shares are "
                   "met by chance.\n\n"
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
        .state_size = sizeof(tamis_split),
        .configure = tamis_split_configure,
        .idle = tamis_split_idle,
        .bind = tamis_split_bind,
        .partial_size = sizeof(tamis_split_partial),
        .learn = tamis_split_learn,
        .merge = tamis_split_merge,
        .partial_done = tamis_split_partial_done,
        .finish = finish,
        .attach = attach,
        .apply = apply,
        .end = end,
        .report = tamis_split_report,
        .done = done,
};
