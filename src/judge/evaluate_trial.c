#include <math.h>
#include <stdlib.h>

#include "judge/evaluate_trial.h"

/* Two step types are made for each trial: they carry what the trial knows, and are no verbs. */

/* The first: marks rows, and takes the target from those held out. */
struct hold {
        tamis_step_type type;           /* first: the step finds its hold by its type */
        const uint16_t *fold;
        size_t rows, trial;
        bool forward;
        const char *target;
};

struct holding {
        const struct hold *hold;
        size_t target, mark;
        bool adds;
};

static int hold_configure(void *state, const tamis_context *context, tamis_error *err) {
        ((struct holding *) state)->hold = (const struct hold *) context->type;
        return 0;
}

static int hold_attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct holding *h = state;
        long mark = tamis_schema_find(schema, tamis_slice_of("_split"));
        int r = tamis_select_one(schema, h->hold->target, "--target", &h->target, err);

        h->adds = mark < 0;
        h->mark = h->adds ? schema->n : (size_t) mark;
        return r == 0 && h->adds ? tamis_schema_add(schema, h->mark, tamis_slice_of("_split"), TAMIS_TYPE_CATEGORICAL,
                                                    err) : r;
}

static int hold_apply(void *state, tamis_batch *batch, tamis_error *err) {
        static const tamis_slice train = { "train", 5 }, test = { "test", 4 }, none = { "valid", 5 };
        const struct holding *h = state;
        int r = 0;

        if (batch->first_row + batch->n_rows > h->hold->rows)
                return tamis_fail(err, TAMIS_IO, "the input has grown while it was read");
        if (h->adds)
                r = tamis_batch_add_column(batch, h->mark, err);
        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                uint16_t fold = h->hold->fold[batch->first_row + row];
                bool later = h->hold->forward && fold > h->hold->trial && fold < TAMIS_NEVER_USED;
                bool tested = fold == h->hold->trial, unused = fold == TAMIS_NEVER_USED || later;

                r = tamis_batch_set_text(batch, row, h->mark, tested ? test : unused ? none : train, err);
                if (r == 0 && (tested || unused))
                        r = tamis_batch_set_missing(batch, row, h->target, err);
        }
        return r;
}

/* The last: gathers what the chain says of the rows held out. */
struct gather {
        tamis_step_type type;
        const tamis_subject *s;
        size_t n;                       /* test rows so far */
        size_t capacity;
        double *p;                      /* n * k, or n numbers */
        uint32_t *decided;
};

struct gathering {
        struct gather *gather;
        size_t mark, predicted, *score;
};

struct gathered {
        size_t n;
        double *p;
        uint32_t *decided;
};

static int gather_configure(void *state, const tamis_context *context, tamis_error *err) {
        ((struct gathering *) state)->gather = (struct gather *) (uintptr_t) context->type;
        return 0;
}

/* A class that the train rows did not have has no column: SIZE_MAX. */
static int find_score(const tamis_schema *schema, tamis_slice class, size_t *ret, tamis_error *err) {
        tamis_buffer name = {0};
        int r = tamis_buffer_add(&name, "_score_", 7, err);

        if (r == 0)
                r = tamis_buffer_add(&name, class.p, class.n, err);
        if (r == 0) {
                long at = tamis_schema_find(schema, (tamis_slice) { name.p, name.n });

                *ret = at < 0 ? SIZE_MAX : (size_t) at;
        }
        tamis_buffer_done(&name);
        return r;
}

static int gather_bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct gathering *g = state;
        const tamis_subject *s = g->gather->s;
        long predicted = tamis_schema_find(schema, tamis_slice_of("_predicted"));
        long score = tamis_schema_find(schema, tamis_slice_of("_score"));
        long mark = tamis_schema_find(schema, tamis_slice_of("_split"));

        /* after a first try that turned out wrong */
        free(g->gather->p);
        free(g->gather->decided);
        g->gather->p = NULL;
        g->gather->decided = NULL;
        g->gather->n = g->gather->capacity = 0;
        g->score = calloc(s->k + 1, sizeof *g->score);
        if (!g->score)
                return tamis_fail_memory(err);
        if (mark < 0 || (s->numbers ? score < 0 : predicted < 0))
                return tamis_fail(err, TAMIS_BAD_DATA, "the pipeline has taken away the column %s",
                                  mark < 0 ? "_split" : "of predictions");
        g->mark = (size_t) mark;
        g->predicted = (size_t) predicted;
        g->score[0] = (size_t) score;
        for (size_t c = 0; !s->numbers && c < s->k; c++) {
                int r = s->classes[c].p ? find_score(schema, s->classes[c], &g->score[c], err) : 0;

                if (r < 0)
                        return r;
                if (!s->classes[c].p)
                        g->score[c] = SIZE_MAX;
        }
        return 0;
}

static uint32_t class_of(const tamis_subject *s, tamis_slice name) {
        for (size_t c = 0; c < s->k; c++)
                if (s->classes[c].p && tamis_slice_equal(s->classes[c], name))
                        return (uint32_t) c;
        return UINT32_MAX;
}

static int take_row(const struct gathering *g, struct gathered *t, tamis_batch *batch, size_t row, tamis_error *err) {
        const tamis_subject *s = g->gather->s;
        size_t k = s->numbers ? 1 : s->k;

        for (size_t c = 0; c < k; c++) {
                double *p = &t->p[t->n * k + c];
                const double *numbers;
                int r;

                *p = 0;
                if (g->score[c] == SIZE_MAX)
                        continue;
                r = tamis_batch_numbers_only(batch, g->score[c], &numbers, err);
                if (r < 0)
                        return r;
                *p = numbers[row];
                if (isnan(*p)) {
                        const char *file;
                        uint64_t line, column;

                        tamis_batch_place(batch, row, -1, &file, &line, &column);
                        return tamis_fail_at(err, TAMIS_BAD_DATA, file, line, 0,
                                             "a row held out has missing cells, and the model has no "
                                             "use for them: fill them before (--pipeline 'impute ...')");
                }
        }
        t->decided[t->n] = s->numbers ? 0 : class_of(s, tamis_batch_text(batch, row, g->predicted));
        t->n++;
        return 0;
}

static int gather_learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const struct gathering *g = state;
        size_t k = g->gather->s->numbers ? 1 : g->gather->s->k;
        struct gathered *t = partial;
        int r = 0;

        t->p = reallocarray(NULL, batch->n_rows + 1, k * sizeof *t->p);
        t->decided = reallocarray(NULL, batch->n_rows + 1, sizeof *t->decided);
        if (!t->p || !t->decided)
                return tamis_fail_memory(err);
        for (size_t row = 0; r == 0 && row < batch->n_rows; row++)
                if (tamis_slice_equal(tamis_batch_text(batch, row, g->mark), tamis_slice_of("test")))
                        r = take_row(g, t, batch, row, err);
        return r;
}

static int gather_merge(void *state, void *partial, tamis_error *err) {
        struct gather *g = ((struct gathering *) state)->gather;
        const struct gathered *t = partial;
        size_t k = g->s->numbers ? 1 : g->s->k;

        if (g->n + t->n > g->capacity) {
                size_t capacity = 2 * (g->n + t->n);
                double *p = reallocarray(g->p, capacity, k * sizeof *p);
                uint32_t *decided;

                if (!p)
                        return tamis_fail_memory(err);
                g->p = p;
                decided = reallocarray(g->decided, capacity, sizeof *decided);
                if (!decided)
                        return tamis_fail_memory(err);
                g->decided = decided;
                g->capacity = capacity;
        }
        if (t->n > 0) {
                memcpy(g->p + g->n * k, t->p, t->n * k * sizeof *t->p);
                memcpy(g->decided + g->n, t->decided, t->n * sizeof *t->decided);
        }
        g->n += t->n;
        return 0;
}

static void gathered_done(void *partial) {
        struct gathered *t = partial;

        free(t->p);
        free(t->decided);
}

static int gather_finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        return 0;
}

static int gather_attach(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        return 0;
}

static int gather_apply(void *state, tamis_batch *batch, tamis_error *err) {
        return 0;
}

static void gather_done(void *state) {
        free(((struct gathering *) state)->score);
}

/* -- a trial ------------------------------------------------------------------------------------------------------- */

static const tamis_step_type hold_type = {
        .name = "evaluate", .summary = "hold rows out", .traits = TAMIS_HOLDS_ROWS | TAMIS_TRAIN_ONLY, .state_size = sizeof(struct holding),
        .configure = hold_configure, .attach = hold_attach, .apply = hold_apply,
};

static const tamis_step_type gather_type = {
        .name = "evaluate", .summary = "gather scores", .traits = TAMIS_LEARNS | TAMIS_LEARNS_ALL, .state_size = sizeof(struct gathering),
        .configure = gather_configure, .bind = gather_bind, .partial_size = sizeof(struct gathered), .learn = gather_learn,
        .merge = gather_merge, .partial_done = gathered_done, .finish = gather_finish, .attach = gather_attach,
        .apply = gather_apply, .done = gather_done,
};

static int add_own(tamis_run *run, const tamis_step_type *type, tamis_error *err) {
        tamis_settings *settings;
        int r = tamis_settings_new(type, &settings, err);

        return r == 0 ? tamis_run_add(run, settings, err) : r;
}

static int run_chain(const tamis_trial *t, struct hold *hold, struct gather *gather, tamis_error *err) {
        tamis_run_options o = t->run;
        tamis_run *run = NULL;
        int r;

        o.output = o.save = o.report = o.parts = NULL;
        o.no_output = true;
        o.learn_all = false;
        r = tamis_run_new(&o, &run, err);
        if (r == 0)
                r = add_own(run, &hold->type, err);
        if (r == 0)
                r = t->steps(t->arg, run, err);
        if (r == 0)
                r = add_own(run, &gather->type, err);
        if (r == 0)
                r = tamis_run_go(run, err);
        tamis_run_free(run);
        return r;
}

/* Test rows go out in the order they came in. */
static int put_back(const struct gather *g, const struct hold *hold, tamis_subject *s, uint8_t *tested,
                    tamis_error *err) {
        size_t k = s->numbers ? 1 : s->k, n = 0;

        for (size_t i = 0; i < s->n; i++)
                n += hold->fold[s->row[i]] == hold->trial;
        if (n != g->n)
                return tamis_fail(err, TAMIS_BAD_DATA, "%zu rows were held out, and the pipeline gave %zu back", n,
                                  g->n);
        n = 0;
        for (size_t i = 0; i < s->n; i++) {
                if (hold->fold[s->row[i]] != hold->trial)
                        continue;
                tested[i] = 1;
                if (s->numbers) {
                        s->predicted[i] = g->p[n++];
                        continue;
                }
                if (g->decided[n] == UINT32_MAX)
                        return tamis_fail(err, TAMIS_BAD_DATA,
                                          "a class was predicted that the target does not have: the "
                                          "pipeline has changed it");
                s->decided[i] = g->decided[n];
                if (k == 2 && !isnan(s->threshold))
                        s->decided[i] = g->p[n * k + 1] >= s->threshold;
                memcpy(s->p + i * k, g->p + n++ * k, k * sizeof *s->p);
        }
        return 0;
}

int tamis_trial_run(const tamis_trial *t, const tamis_trial_plan *plan, size_t trial, tamis_subject *s, uint8_t *tested,
                    tamis_error *err) {
        struct hold hold = { .type = hold_type,
                             .fold = plan->fold + trial / plan->folds * plan->rows,
                             .rows = plan->rows,
                             .trial = trial % plan->folds,
                             .forward = plan->forward,
                             .target = t->target };
        struct gather gather = { .type = gather_type, .s = s };
        int r = 0;

        if (!s->numbers && !s->p) {
                s->p = calloc(s->n + 1, s->k * sizeof *s->p);
                r = s->p ? 0 : tamis_fail_memory(err);
        }
        if (r == 0)
                r = run_chain(t, &hold, &gather, err);
        if (r == 0)
                r = put_back(&gather, &hold, s, tested, err);
        free(gather.p);
        free(gather.decided);
        return r;
}
