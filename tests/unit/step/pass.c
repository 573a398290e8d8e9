/* Readings by many threads: tails behind tails, batches without rows, numbers of rows, failures in the middle. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <tamis/run.h>

enum { ROWS = 2000, BLOCKS = 5, BLOCK_ROWS = 3 };

static char input[64], output[64];
static tamis_error failure;
static char said[1024];

/* -- steps ----------------------------------------------------------------------------------------------------------- */

/* Adds BLOCKS blocks of rows "-1", "-2", ... behind the last. */
static size_t five(const void *state) {
        return BLOCKS;
}

static int add_rows(void *state, size_t block, tamis_batch *out, tamis_error *err) {
        int r = tamis_batch_begin_empty(out, 1, BLOCK_ROWS, err);

        for (size_t i = 0; r == 0 && i < BLOCK_ROWS; i++)
                r = tamis_batch_set_number(out, i, 0, -1.0 - (double) (block * BLOCK_ROWS + i), err);
        return r;
}

static const tamis_step_type grows = {
        .name = "grows", .traits = TAMIS_CHANGES_ROWS, .tail_blocks = five, .tail = add_rows,
};

static int fail_in_the_third(void *state, size_t block, tamis_batch *out, tamis_error *err) {
        return block == 2 ? tamis_fail(err, TAMIS_BAD_DATA, "block 2") : add_rows(state, block, out, err);
}

static const tamis_step_type grows_badly = {
        .name = "grows-badly", .traits = TAMIS_CHANGES_ROWS, .tail_blocks = five, .tail = fail_in_the_third,
};

/* Keeps every row whose number is a multiple of 100, so most batches are left without any. */
static int thin(void *state, tamis_batch *batch, tamis_error *err) {
        uint8_t *keep = tamis_arena_get(&batch->arena, batch->n_rows);

        for (size_t i = 0; i < batch->n_rows; i++)
                keep[i] = (batch->first_row + i) % 100 == 0;
        return tamis_batch_keep_rows(batch, keep, err);
}

static const tamis_step_type thins = { .name = "thins", .traits = TAMIS_CHANGES_ROWS, .apply = thin };

/* Writes each row's number in its place. */
static int number(void *state, tamis_batch *batch, tamis_error *err) {
        int r = 0;

        ck_assert_uint_eq(batch->first_row, batch->first_train);
        for (size_t i = 0; r == 0 && i < batch->n_rows; i++)
                r = tamis_batch_set_number(batch, i, 0, (double) (batch->first_row + i), err);
        return r;
}

static const tamis_step_type numbers = { .name = "numbers", .traits = TAMIS_RANDOM, .apply = number };

static int want_no_number(void *state, tamis_batch *batch, tamis_error *err) {
        ck_assert(batch->first_row == TAMIS_NOT_NUMBERED && batch->first_train == TAMIS_NOT_NUMBERED);
        return 0;
}

static const tamis_step_type plain = { .name = "plain", .apply = want_no_number };

/* Fails at every cell that ends with 77: the first in the input is to be told of, whoever comes to it first. */
static int refuse(tamis_batch *batch, tamis_error *err) {
        for (size_t i = 0; i < batch->n_rows; i++) {
                tamis_slice text = tamis_batch_text(batch, i, 0);

                if (text.n >= 2 && memcmp(text.p + text.n - 2, "77", 2) == 0)
                        return tamis_batch_fail(batch, i, 0, err, "77");
        }
        return 0;
}

static int refuse_applied(void *state, tamis_batch *batch, tamis_error *err) {
        return refuse(batch, err);
}

static int refuse_learned(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        return refuse(batch, err);
}

static const tamis_step_type refuses = { .name = "refuses", .apply = refuse_applied };
static const tamis_step_type refuses_to_learn = { .name = "refuses", .traits = TAMIS_LEARNS, .learn = refuse_learned };

/* Says what it takes the first column for. */
static int say_type(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        tamis_type type = tamis_schema_type(schema, 0);

        tamis_warn(context, "bound to %s", tamis_type_name(type));
        return type == TAMIS_TYPE_NUMERIC ? 0 : tamis_fail(err, TAMIS_BAD_DATA, "refused %s", tamis_type_name(type));
}

static const tamis_step_type says = { .name = "says", .traits = TAMIS_LEARNS, .bind = say_type };

/* Takes one step up: every number is one more behind it, once for each time it is applied. Learns how many rows there are. */
struct climber {
        tamis_type type;
        bool doubts;
        size_t rows;
        _Atomic uint64_t applied;
};

static int climber_bind(void *state, const tamis_context *context, tamis_schema *schema, tamis_error *err) {
        struct climber *c = state;

        c->type = tamis_schema_type(schema, 0);
        c->doubts = strcmp(context->type->name, "doubts") == 0;
        return 0;
}

static int climber_learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const struct climber *c = state;
        const double *x;
        int r = tamis_batch_numbers(batch, 0, &x, err);

        *(size_t *) partial = batch->n_rows;
        if (r == 0 && c->doubts && c->type == TAMIS_TYPE_NUMERIC && batch->columns[0].nonnumbers)
                return tamis_batch_fail(batch, 0, 0, err, "a word among numbers");
        return r;
}

static int climber_merge(void *state, void *partial, tamis_error *err) {
        ((struct climber *) state)->rows += *(size_t *) partial;
        return 0;
}

static int climber_apply(void *state, tamis_batch *batch, tamis_error *err) {
        struct climber *c = state;
        const double *x;
        double up[64];
        int r = tamis_batch_numbers(batch, 0, &x, err);

        if (r < 0)
                return r;
        ck_assert_uint_le(batch->n_rows, 64);
        for (size_t i = 0; i < batch->n_rows; i++)
                up[i] = x[i] + 1;
        tamis_batch_count(batch, &c->applied, batch->n_rows);
        return tamis_batch_set_numbers(batch, 0, up, err);
}

static void climber_done(void *state) {
        struct climber *c = state;

        if (c->applied) {       /* it came to the end */
                ck_assert_uint_eq(c->applied, ROWS + 1);
                ck_assert_uint_eq(c->rows, ROWS + 1);
        }
}

#define CLIMBER(title) {                                                                                        \
        .name = title, .traits = TAMIS_LEARNS, .state_size = sizeof(struct climber), .bind = climber_bind,      \
        .partial_size = sizeof(size_t), .learn = climber_learn, .merge = climber_merge, .apply = climber_apply, \
        .done = climber_done,                                                                                   \
}

static const tamis_step_type climbs = CLIMBER("climbs"), doubts = CLIMBER("doubts");

/* -- running --------------------------------------------------------------------------------------------------------- */

static void hear(void *arg, const char *step, const char *text) {
        strncat(said, text, sizeof said - strlen(said) - 2);
        strcat(said, "\n");
}

static void write_input(const char *first, const char *cell_format, const char *last) {
        FILE *f = fopen(input, "w");

        fprintf(f, "x\n%s", first);
        for (int i = 0; i < ROWS; i++)
                fprintf(f, cell_format, i);
        fprintf(f, "%s", last);
        fclose(f);
}

static void setup(void) {
        snprintf(input, sizeof input, "/tmp/tamis-pass-in-%d", (int) getpid());
        snprintf(output, sizeof output, "/tmp/tamis-pass-out-%d", (int) getpid());
        write_input("", "%d\n", "");
        *said = 0;
}

static void teardown(void) {
        unlink(input);
        unlink(output);
}

/* The chain's status; what it wrote lies in `output`. */
static int go(const tamis_step_type *const *types, unsigned threads) {
        const char *paths[] = { input };
        tamis_run_options options = {
                .input = { .paths = paths, .n_paths = 1, .dialect = { .delimiter = ',', .header = true }, .chunk_bytes = 64 },
                .output = output, .threads = threads, .note = hear,
        };
        tamis_run *run;
        int r;

        failure = (tamis_error) {0};
        unlink(output);
        ck_assert_int_eq(tamis_run_new(&options, &run, &failure), 0);
        for (; *types; types++) {
                tamis_settings *settings;

                ck_assert_int_eq(tamis_settings_new(*types, &settings, &failure), 0);
                ck_assert_int_eq(tamis_run_add(run, settings, &failure), 0);
        }
        r = tamis_run_go(run, &failure);
        tamis_run_free(run);
        return r;
}

/* The i-th line of the output is what(i), and there are n of them. */
static void expect(size_t n, long (*what)(size_t i)) {
        char line[64];
        FILE *f = fopen(output, "r");

        ck_assert_ptr_nonnull(f);
        ck_assert_ptr_nonnull(fgets(line, sizeof line, f));
        for (size_t i = 0; i < n; i++) {
                ck_assert_ptr_nonnull(fgets(line, sizeof line, f));
                ck_assert_int_eq(strtol(line, NULL, 10), what(i));
        }
        ck_assert_ptr_null(fgets(line, sizeof line, f));
        fclose(f);
}

static const unsigned threads[] = { 1, 2, 7 };

/* -- the tests ------------------------------------------------------------------------------------------------------- */

/* the rows; the tail of the first; the tail of the second */
static long two_tails_hold(size_t i) {
        return i < ROWS ? (long) i : -1 - (long) ((i - ROWS) % (BLOCKS * BLOCK_ROWS));
}

START_TEST(a_tail_comes_behind_a_tail) {
        const tamis_step_type *chain[] = { &grows, &plain, &grows, NULL };

        ck_assert_msg(go(chain, threads[_i]) == 0, "%s", failure.message);
        expect(ROWS + 2 * BLOCKS * BLOCK_ROWS, two_tails_hold);
}
END_TEST

static long itself(size_t i) {
        return (long) i;
}

START_TEST(rows_of_tails_have_numbers) {
        const tamis_step_type *chain[] = { &grows, &grows, &numbers, NULL };

        ck_assert_msg(go(chain, threads[_i]) == 0, "%s", failure.message);
        expect(ROWS + 2 * BLOCKS * BLOCK_ROWS, itself);
}
END_TEST

START_TEST(batches_without_rows_leave_no_gap) {
        const tamis_step_type *chain[] = { &thins, &plain, &numbers, NULL };

        ck_assert_msg(go(chain, threads[_i]) == 0, "%s", failure.message);
        expect(ROWS / 100, itself);
}
END_TEST

static void expect_failure_at(const tamis_step_type *const *chain, unsigned n, uint64_t line) {
        for (int again = 0; again < 20; again++) {
                ck_assert_int_eq(go(chain, n), TAMIS_BAD_DATA);
                ck_assert_uint_eq(failure.line, line);
                ck_assert_str_eq(failure.step, "refuses");
                ck_assert_int_ne(access(output, F_OK), 0);
        }
}

START_TEST(the_first_failure_is_told) {
        const tamis_step_type *applied[] = { &refuses, &numbers, NULL },
                              *learned[] = { &plain, &refuses_to_learn, NULL };

        expect_failure_at(applied, threads[_i], 79);    /* 77 is the 78th row, behind the header */
        expect_failure_at(learned, threads[_i], 79);
}
END_TEST

START_TEST(a_tail_may_fail) {
        const tamis_step_type *chain[] = { &grows, &grows_badly, &numbers, NULL };

        for (int again = 0; again < 20; again++) {
                ck_assert_int_eq(go(chain, threads[_i]), TAMIS_BAD_DATA);
                ck_assert_str_eq(failure.message, "block 2");
                ck_assert_str_eq(failure.step, "grows-badly");
                ck_assert_int_ne(access(output, F_OK), 0);
        }
}
END_TEST

START_TEST(what_was_presumed_wrong_is_not_said) {
        const tamis_step_type *chain[] = { &says, NULL };

        /* a first batch of holes: presumed empty, and refused; found to be numbers */
        write_input("\"\"\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\nNA\n",
                    "%d\n", "");
        ck_assert_msg(go(chain, threads[_i]) == 0, "%s", failure.message);
        ck_assert_str_eq(said, "bound to numeric\n");
}
END_TEST

START_TEST(what_was_presumed_right_is_refused_for_good) {
        const tamis_step_type *chain[] = { &says, NULL };

        write_input("", "a%d\n", "");
        ck_assert_int_eq(go(chain, threads[_i]), TAMIS_BAD_DATA);
        ck_assert_str_eq(failure.message, "refused categorical");
        ck_assert_str_eq(said, "bound to categorical\n");
        /* numbers at first, a word at the end: refused for what it is, not for what it was presumed */
        *said = 0;
        write_input("", "%d\n", "word\n");
        ck_assert_int_eq(go(chain, threads[_i]), TAMIS_BAD_DATA);
        ck_assert_str_eq(failure.message, "refused categorical");
        ck_assert_str_eq(said, "bound to categorical\n");
}
END_TEST

static long five_up(size_t i) {
        return i < ROWS ? (long) i + 5 : 0;     /* the last is a word */
}

/* Between the passes of a long chain the table may stay in memory: each row climbs each step once all the same, whatever
 * is learned twice. */
START_TEST(each_row_climbs_once) {
        const tamis_step_type *chain[] = { &climbs, &climbs, &doubts, &climbs, &doubts, NULL };

        write_input("", "%d\n", "word\n");
        ck_assert_msg(go(chain, threads[_i]) == 0, "%s", failure.message);
        expect(ROWS + 1, five_up);
}
END_TEST

int main(void) {
        Suite *s = suite_create("pass");
        TCase *t = tcase_create("threads");
        SRunner *runner;
        int failed;

        tcase_add_checked_fixture(t, setup, teardown);
        tcase_set_timeout(t, 0);
        tcase_add_loop_test(t, a_tail_comes_behind_a_tail, 0, 3);
        tcase_add_loop_test(t, rows_of_tails_have_numbers, 0, 3);
        tcase_add_loop_test(t, batches_without_rows_leave_no_gap, 0, 3);
        tcase_add_loop_test(t, the_first_failure_is_told, 0, 3);
        tcase_add_loop_test(t, a_tail_may_fail, 0, 3);
        tcase_add_loop_test(t, what_was_presumed_wrong_is_not_said, 0, 3);
        tcase_add_loop_test(t, what_was_presumed_right_is_refused_for_good, 0, 3);
        tcase_add_loop_test(t, each_row_climbs_once, 0, 3);
        suite_add_tcase(s, t);
        runner = srunner_create(s);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
