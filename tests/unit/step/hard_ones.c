/* Prototypes of steps that strain the interface: if one of these needs a change in step.h, the interface is wrong. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <tamis/random.h>
#include <tamis/run.h>
#include <tamis/stats.h>

/* -- Tomek links: collects train rows, decides in finish, drops by number ------------------------------------------------ */

struct points {
        double *x, *y;
        bool *label;
        size_t n;
};

struct tomek {
        tamis_columns columns;
        size_t target;
        struct points points;
        uint8_t *goes;
};

static int add_point(struct points *p, double x, double y, bool label) {
        p->x = realloc(p->x, (p->n + 1) * sizeof *p->x);
        p->y = realloc(p->y, (p->n + 1) * sizeof *p->y);
        p->label = realloc(p->label, (p->n + 1) * sizeof *p->label);
        p->x[p->n] = x, p->y[p->n] = y, p->label[p->n] = label;
        p->n++;
        return 0;
}

static void points_done(void *points) {
        struct points *p = points;

        free(p->x);
        free(p->y);
        free(p->label);
        *p = (struct points) {0};
}

static int tomek_bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct tomek *t = state;
        tamis_selection features = {0};
        int r = tamis_target(context, schema, &t->target, err);

        if (r == 0)
                r = tamis_features(context, schema, 1 << TAMIS_TYPE_NUMERIC, &features, err);
        if (r == 0)
                r = tamis_columns_bind(&t->columns, schema, &features, err);
        tamis_selection_done(&features);
        return r;
}

static int tomek_learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const struct tomek *t = state;
        const double *x, *y;

        ck_assert_uint_eq(t->columns.n, 2);
        ck_assert_int_eq(tamis_batch_numbers(batch, t->columns.at[0], &x, err), 0);
        ck_assert_int_eq(tamis_batch_numbers(batch, t->columns.at[1], &y, err), 0);
        for (size_t i = 0; i < batch->n_rows; i++)
                add_point(partial, x[i], y[i],
                          tamis_slice_equal(tamis_batch_text(batch, i, t->target), tamis_slice_of("b")));
        return 0;
}

static int tomek_merge(void *state, void *partial, tamis_error *err) {
        struct tomek *t = state;
        struct points *p = partial;

        for (size_t i = 0; i < p->n; i++)
                add_point(&t->points, p->x[i], p->y[i], p->label[i]);
        return 0;
}

static size_t nearest(const struct points *p, size_t i) {
        double best = 1e300;
        size_t at = i;

        for (size_t j = 0; j < p->n; j++) {
                double dx = p->x[i] - p->x[j], dy = p->y[i] - p->y[j];

                if (j != i && dx * dx + dy * dy < best)
                        best = dx * dx + dy * dy, at = j;
        }
        return at;
}

static int tomek_finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        struct tomek *t = state;

        t->goes = calloc(t->points.n + 1, 1);
        for (size_t i = 0; i < t->points.n; i++) {
                size_t j = nearest(&t->points, i);

                /* the majority's end of the link goes */
                t->goes[i] = !t->points.label[i] && t->points.label[j] && nearest(&t->points, j) == i;
        }
        return 0;
}

static int tomek_apply(void *state, tamis_batch *batch, tamis_error *err) {
        struct tomek *t = state;
        uint8_t *keep = tamis_arena_get(&batch->arena, batch->n_rows);
        uint64_t train = batch->first_train;

        for (size_t i = 0; i < batch->n_rows; i++)
                keep[i] = !tamis_batch_is_train(batch, i) || !t->goes[train++];
        return tamis_batch_keep_rows(batch, keep, err);
}

static void tomek_done(void *state) {
        struct tomek *t = state;

        tamis_columns_done(&t->columns);
        points_done(&t->points);
        free(t->goes);
}

static const tamis_step_type tomek = {
        .name = "tomek",
        .common = TAMIS_OPT_TARGET | TAMIS_OPT_COLUMNS,
        .traits = TAMIS_LEARNS | TAMIS_CHANGES_ROWS | TAMIS_TRAIN_ONLY | TAMIS_HOLDS_ROWS,
        .state_size = sizeof(struct tomek),
        .bind = tomek_bind,
        .partial_size = sizeof(struct points),
        .learn = tomek_learn,
        .merge = tomek_merge,
        .partial_done = points_done,
        .finish = tomek_finish,
        .apply = tomek_apply,
        .done = tomek_done,
};

/* -- profile: learns, reports, writes nothing ---------------------------------------------------------------------------- */

struct profile {
        size_t n;
        tamis_moments *moments;         /* a column each */
};

static int profile_bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct profile *p = state;

        p->n = schema->n;
        p->moments = calloc(p->n, sizeof *p->moments);
        return 0;
}

static int profile_learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        struct profile *p = partial;
        int r = 0;

        p->n = batch->n_columns;
        p->moments = calloc(p->n, sizeof *p->moments);
        for (size_t c = 0; c < p->n && r == 0; c++) {
                const double *x;

                r = tamis_batch_numbers(batch, c, &x, err);
                if (r == 0)
                        r = tamis_moments_add(&p->moments[c], x, batch->n_rows, err);
        }
        return r;
}

static int profile_merge(void *state, void *partial, tamis_error *err) {
        struct profile *p = state, *q = partial;
        int r = 0;

        for (size_t c = 0; c < p->n && r == 0; c++)
                r = tamis_moments_merge(&p->moments[c], &q->moments[c], err);
        return r;
}

static int profile_report(const void *state, json_t *into, tamis_error *err) {
        const struct profile *p = state;

        return json_object_set_new(into, "mean", tamis_json_number(tamis_moments_mean(&p->moments[0])));
}

static void profile_done(void *state) {
        struct profile *p = state;

        for (size_t c = 0; p->moments && c < p->n; c++)
                tamis_moments_done(&p->moments[c]);
        free(p->moments);
}

static const tamis_step_type profile = {
        .name = "profile",
        .traits = TAMIS_LEARNS,
        .state_size = sizeof(struct profile),
        .bind = profile_bind,
        .partial_size = sizeof(struct profile),
        .learn = profile_learn,
        .merge = profile_merge,
        .partial_done = profile_done,
        .report = profile_report,
        .done = profile_done,
};

/* -- a table: two clusters, one crossing pair, test rows between ---------------------------------------------------------- */

static char input[] = "/tmp/tamis-hard-XXXXXX", output[] = "/tmp/tamis-hard-XXXXXX";

static void setup(void) {
        FILE *f;

        strcpy(strrchr(input, '-'), "-XXXXXX");
        strcpy(strrchr(output, '-'), "-XXXXXX");
        f = fdopen(mkstemp(input), "w");
        close(mkstemp(output));
        fprintf(f, "x,y,label,_split\n");
        for (int i = 0; i < 3000; i++) {
                /* pairs of a's far from each other; a test row behind each */
                fprintf(f, "%d,%d,a,train\n", i * 10, i % 2);
                fprintf(f, "%d,%d,b,test\n", i * 10, i % 2);
                /* every 100th is crossed by a b nearer than any a */
                if (i % 100 == 0)
                        fprintf(f, "%d.5,%d,b,train\n", i * 10, i % 2);
        }
        fclose(f);
}

static void teardown(void) {
        unlink(input);
        unlink(output);
}

/* The run that has been gone through; the caller's to free. */
static tamis_run *run_chain(const tamis_step_type *type, const char *target, bool no_output, unsigned threads) {
        const char *paths[] = { input };
        tamis_run_options options = {
                .input = { .paths = paths, .n_paths = 1, .dialect = { .delimiter = ',', .header = true }, .chunk_bytes = 512 },
                .output = output, .threads = threads, .no_output = no_output,
        };
        tamis_settings *settings;
        tamis_error err = {0};
        tamis_run *run;

        ck_assert_int_eq(tamis_run_new(&options, &run, &err), 0);
        ck_assert_int_eq(tamis_settings_new(type, &settings, &err), 0);
        if (target)
                ck_assert_int_eq(tamis_settings_set(settings, "target", target, &err), 0);
        ck_assert_msg(tamis_run_add(run, settings, &err) == 0, "%s", err.message);
        ck_assert_msg(tamis_run_go(run, &err) == 0, "%s", err.message);
        return run;
}

/* Lines of the output that hold `what`. */
static size_t count(const char *what) {
        char line[256];
        size_t n = 0;
        FILE *f = fopen(output, "r");

        while (fgets(line, sizeof line, f))
                n += strstr(line, what) != NULL;
        fclose(f);
        return n;
}

START_TEST(tomek_links_go_by_number) {
        for (unsigned threads = 1; threads <= 4; threads += 3) {
                tamis_run_free(run_chain(&tomek, "label", false, threads));
                ck_assert_uint_eq(count("a,train"), 3000 - 30);
                ck_assert_uint_eq(count("b,train"), 30);
                ck_assert_uint_eq(count("b,test"), 3000);
                /* the a's that are crossed are those that went */
                ck_assert_uint_eq(count("\n"), 1 + 2970 + 30 + 3000);
                ck_assert_uint_eq(count("1000,0,a,train"), 0);
                ck_assert_uint_ge(count("1010,1,a,train"), 1);
        }
}
END_TEST

START_TEST(profile_learns_and_writes_nothing) {
        /* train rows: the a's 0, 10, .. 29990; the b's 0.5, 1000.5, .. 29000.5 */
        double sum = 10.0 * 2999 * 3000 / 2 + 30 * .5 + 1000.0 * 29 * 30 / 2;

        tamis_run *run = run_chain(&profile, NULL, true, 2);
        json_t *report, *step;
        tamis_error err = {0};

        ck_assert_int_eq(tamis_run_report(run, &report, &err), 0);
        step = json_array_get(json_object_get(report, "steps"), 0);
        ck_assert_double_eq(json_number_value(json_object_get(step, "mean")), sum / 3030);
        ck_assert_int_eq(json_integer_value(json_object_get(step, "rows_learned_from")), 3030);
        ck_assert_int_eq(json_integer_value(json_object_get(report, "rows_in")), 6030);
        ck_assert_ptr_null(json_object_get(step, "rows_out"));
        json_decref(report);
        tamis_run_free(run);
        ck_assert_uint_eq(count("\n"), 0);
}
END_TEST

START_TEST(a_chain_runs_many_times) {
        for (int i = 0; i < 10; i++)
                tamis_run_free(run_chain(&tomek, "label", false, 1 + i % 3));
        ck_assert_uint_eq(count("a,train"), 2970);
}
END_TEST

int main(void) {
        Suite *s = suite_create("hard_ones");
        TCase *t = tcase_create("prototypes");
        SRunner *runner;
        int failed;

        tcase_add_checked_fixture(t, setup, teardown);
        tcase_set_timeout(t, 0);
        tcase_add_test(t, tomek_links_go_by_number);
        tcase_add_test(t, profile_learns_and_writes_nothing);
        tcase_add_test(t, a_chain_runs_many_times);
        suite_add_tcase(s, t);
        runner = srunner_create(s);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
