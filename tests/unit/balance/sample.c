#include "balance/sample.h"
#include "helper.h"

/* The rows as they are in the output: "1,a\n" -> how often "1" comes, in times[1]. */
static void count_rows(const char *out, unsigned *times, size_t n) {
        memset(times, 0, n * sizeof *times);
        for (const char *at = out; *at; at = strchr(at, '\n') + 1) {
                size_t row = strtoul(at, NULL, 10);

                ck_assert_uint_lt(row, n);
                times[row]++;
        }
}

/* n rows "i,class,weight": class a for i % 4 == 0, else b; the weight is i % 3. */
static char *make_rows(size_t n) {
        tamis_buffer out = { 0 };
        tamis_error err;

        for (size_t i = 0; i < n; i++)
                ck_assert_int_eq(tamis_buffer_addf(&out, &err, "%zu,%c,%zu\n", i, i % 4 == 0 ? 'a' : 'b', i % 3), 0);
        ck_assert_int_eq(tamis_buffer_add(&out, "", 1, &err), 0);
        return out.p;
}

static char *run_one(const char *rows, size_t cut, const char *strategy, const char *option, const char *value) {
        struct lesson l;
        char *out;
        int r = lesson_begin(&l, &tamis_step_sample, "i,y,w", rows, cut, "target", "y", "strategy", strategy, option,
                             value, NULL);

        ck_assert_msg(r == 0, "%s", l.err.message);
        out = lesson_output(&l, rows);
        lesson_done(&l);
        return out;
}

START_TEST(over_repeats_behind) {
        char *rows = make_rows(40), *out = run_one(rows, 7, "over", "seed", "1");
        unsigned times[40], thrice = 0;

        ck_assert_mem_eq(out, rows, strlen(rows));
        count_rows(out, times, 40);
        for (size_t i = 0; i < 40; i++) {
                ck_assert(i % 4 != 0 ? times[i] == 1 : times[i] == 3);
                thrice += times[i] == 3;
        }
        ck_assert_uint_eq(thrice, 10);          /* 10 rows of a, 30 of b: each of a comes twice more */
        free(out);
        out = run_one(rows, 7, "over", "ratio", ".5");          /* 15 of a: five of ten come once more */
        count_rows(out, times, 40);
        thrice = 0;
        for (size_t i = 0; i < 40; i += 4) {
                ck_assert(times[i] == 1 || times[i] == 2);
                thrice += times[i] == 2;
        }
        ck_assert_uint_eq(thrice, 5);
        free(out);
        free(rows);
}
END_TEST

START_TEST(under_keeps_some_in_order) {
        char *rows = make_rows(40), *out = run_one(rows, 40, "under", "seed", "1");
        unsigned times[40], b = 0;
        size_t last = 0;

        count_rows(out, times, 40);
        for (size_t i = 0; i < 40; i++)
                if (i % 4 == 0)
                        ck_assert_uint_eq(times[i], 1);
                else
                        b += times[i];
        ck_assert_uint_eq(b, 10);
        for (const char *at = out; *at; at = strchr(at, '\n') + 1) {
                size_t row = strtoul(at, NULL, 10);

                ck_assert(at == out || row > last);
                last = row;
        }
        free(out);
        free(rows);
}
END_TEST

START_TEST(a_count_keeps_the_shares) {
        char *rows = make_rows(40), *out = run_one(rows, 40, "under", "count", "18");
        unsigned times[40], a = 0, all = 0;

        count_rows(out, times, 40);
        for (size_t i = 0; i < 40; i++) {
                a += i % 4 == 0 ? times[i] : 0;
                all += times[i];
        }
        ck_assert_uint_eq(all, 18);
        ck_assert_uint_eq(a, 5);        /* 4.5 and 13.5: a tie of remainders goes to the first */
        free(out);
        free(rows);
}
END_TEST

/* Class a costs 4, the others 1: every a is kept, and of 3000 b about 750 (sd 24). */
START_TEST(costs_are_chances) {
        char *rows = make_rows(4000), *out = run_one(rows, 1000, "cost", "cost", "a=4");
        unsigned *times = calloc(4000, sizeof *times), b = 0;

        count_rows(out, times, 4000);
        for (size_t i = 0; i < 4000; i++)
                if (i % 4 == 0)
                        ck_assert_uint_eq(times[i], 1);
                else
                        b += times[i];
        ck_assert(b > 630 && b < 870);
        free(times);
        free(out);
        free(rows);
}
END_TEST

/* Weights 0, 1, 2, and 3000 draws: none, a third, two thirds (sd 26). */
START_TEST(weights_are_chances) {
        char *rows = make_rows(300), *out;
        unsigned times[300], n[3] = { 0 };
        struct lesson l;
        int r = lesson_begin(&l, &tamis_step_sample, "i,y,w", rows, 11, "strategy", "weighted", "weight", "w", "count",
                             "3000", NULL);

        ck_assert_msg(r == 0, "%s", l.err.message);
        out = lesson_output(&l, rows);
        count_rows(out, times, 300);
        for (size_t i = 0; i < 300; i++)
                n[i % 3] += times[i];
        ck_assert_uint_eq(n[0], 0);
        ck_assert_uint_eq(n[1] + n[2], 3000);
        ck_assert(n[1] > 870 && n[1] < 1130);
        free(out);
        lesson_done(&l);
        free(rows);
}
END_TEST

START_TEST(even_classes_without_weights) {
        char *rows = make_rows(4000), *out = run_one(rows, 4000, "weighted", "seed", "3");
        unsigned *times = calloc(4000, sizeof *times), a = 0, all = 0;

        count_rows(out, times, 4000);
        for (size_t i = 0; i < 4000; i++) {
                a += i % 4 == 0 ? times[i] : 0;
                all += times[i];
        }
        ck_assert_uint_eq(all, 4000);
        ck_assert(a > 1840 && a < 2160);        /* half of 4000, sd 32 */
        free(times);
        free(out);
        free(rows);
}
END_TEST

/* 12 rows, 3 of class a: of them 1, of the others 2 (--each is for all; --ratio for these). Over 3000 seeds each a
 * comes 1000 times (sd 26), each b 667 (sd 23): all choices equally likely. */
START_TEST(a_reservoir_is_fair) {
        char *rows = make_rows(12);
        unsigned times[12], sums[12] = { 0 };

        for (unsigned seed = 0; seed < 3000; seed++) {
                char text[16], *out;
                unsigned all = 0;
                struct lesson l;
                int r;

                snprintf(text, sizeof text, "%u", seed);
                r = lesson_begin(&l, &tamis_step_sample, "i,y,w", rows, 5, "target", "y", "strategy", "reservoir",
                                 "ratio",
                                 "a=1,b=2", "seed", text, NULL);
                ck_assert_msg(r == 0, "%s", l.err.message);
                out = lesson_output(&l, rows);
                count_rows(out, times, 12);
                ck_assert_uint_eq(times[0] + times[4] + times[8], 1);
                for (size_t i = 0; i < 12; i++) {
                        sums[i] += times[i];
                        all += times[i];
                }
                ck_assert_uint_eq(all, 3);
                free(out);
                lesson_done(&l);
        }
        for (size_t i = 0; i < 12; i++)
                ck_assert_msg(i % 4 == 0 ? sums[i] > 880 && sums[i] < 1120 : sums[i] > 560 && sums[i] < 775,
                              "row %zu: %u", i,
                              sums[i]);
        free(rows);
}
END_TEST

/* More is pushed out than is held, so that room is taken back; what stays are the very bytes, in order. */
START_TEST(a_reservoir_keeps_bytes) {
        enum { ROWS = 60000, WIDE = 60 };
        tamis_buffer text = { 0 };
        struct lesson l;
        size_t last = 0, n = 0;
        char *out;
        int r;

        for (size_t i = 0; i < ROWS; i++)
                ck_assert_int_eq(tamis_buffer_addf(&text, &l.err, "%zu,a,%0*zu\n", i, WIDE, i), 0);
        ck_assert_int_eq(tamis_buffer_add(&text, "", 1, &l.err), 0);
        r = lesson_begin(&l, &tamis_step_sample, "i,y,w", text.p, 1000, "strategy", "reservoir", "count", "2500", NULL);
        ck_assert_msg(r == 0, "%s", l.err.message);
        out = lesson_output(&l, text.p);
        for (const char *at = out; *at; at = strchr(at, '\n') + 1, n++) {
                size_t row = strtoul(at, NULL, 10);
                char want[128];

                ck_assert(n == 0 || row > last);
                last = row;
                snprintf(want, sizeof want, "%zu,a,%0*zu\n", row, WIDE, row);
                ck_assert_mem_eq(at, want, strlen(want));
        }
        ck_assert_uint_eq(n, 2500);
        free(out);
        lesson_done(&l);
        tamis_buffer_done(&text);
}
END_TEST

/* Of 3000 b a quarter (sd 24), every a; and the weights add up to about the rows there were. */
START_TEST(shares_are_chances) {
        char *rows = make_rows(4000), *out = run_one(rows, 700, "bernoulli", "share", "b=25%");
        unsigned *times = calloc(4000, sizeof *times), b = 0;

        count_rows(out, times, 4000);
        for (size_t i = 0; i < 4000; i++)
                if (i % 4 == 0)
                        ck_assert_uint_eq(times[i], 1);
                else
                        b += times[i];
        ck_assert(b > 630 && b < 870);
        free(times);
        free(out);
        free(rows);
}
END_TEST

/* Ten samples, each of them a cost sample of its own: of 300 b a quarter in each (sd 7.5), and no two alike. */
START_TEST(costing_is_many_samples) {
        char *rows = make_rows(400), *out = run_one(rows, 60, "costing", "cost", "a=4");
        unsigned b[11] = { 0 }, a[11] = { 0 }, same = 0;
        bool in[11][400] = { 0 };

        for (const char *at = out; *at; at = strchr(at, '\n') + 1) {
                size_t row = strtoul(at, NULL, 10), sample = strtoul(strrchr(strndupa(at, strcspn(at, "\n")),
                                                                             ',') + 1, NULL, 10);

                ck_assert(sample >= 1 && sample <= 10);
                ck_assert(!in[sample][row]);
                in[sample][row] = true;
                a[sample] += row % 4 == 0;
                b[sample] += row % 4 != 0;
        }
        for (size_t i = 1; i <= 10; i++) {
                ck_assert_uint_eq(a[i], 100);
                ck_assert_msg(b[i] > 40 && b[i] < 110, "sample %zu: %u", i, b[i]);
                for (size_t j = 1; j < i; j++)
                        same += memcmp(in[i], in[j], sizeof in[i]) == 0;
        }
        ck_assert_uint_eq(same, 0);
        free(out);
        free(rows);
}
END_TEST

static const char *const strategies[] = { "over", "under", "weighted" };

/* The options a strategy cannot do without. */
static const struct { const char *strategy, *option, *value; } streams[] = {
        { "bernoulli", "share", ".5" }, { "cost", "cost", "a=2" }, { "costing", "cost", "a=2" },
        { "reservoir", "each", "7" },
        { "reservoir", "count", "30" },
};

START_TEST(batches_do_not_show_in_streams) {
        char *rows = make_rows(100), *a = run_one(rows, 1, streams[_i].strategy, streams[_i].option, streams[_i].value);
        char *b = run_one(rows, 33, streams[_i].strategy, streams[_i].option, streams[_i].value);

        ck_assert_uint_gt(strlen(a), 20);
        ck_assert_str_eq(a, b);
        free(a);
        free(b);
        free(rows);
}
END_TEST

START_TEST(batches_do_not_show) {
        char *rows = make_rows(100), *a = run_one(rows, 1, strategies[_i], "seed", "4");
        char *b = run_one(rows, 33, strategies[_i], "seed", "4");

        ck_assert_str_eq(a, b);
        free(a);
        free(b);
        free(rows);
}
END_TEST

/* (strategy, option, value, what the error holds) */
static const struct { const char *strategy, *option, *value, *error; } faults[] = {
        { "over", "count", "39", "there are 40 train rows, and -s over removes none" },
        { "under", "count", "41", "there are 40 train rows, and -s under adds none" },
        { "under", "cost", "a=2", "-s under takes no --cost" },
        { "cost", "seed", "1", "-s cost needs --cost" },
        { "cost", "cost", "c=2", "no train row is of class \"c\"" },
        { "cost", "cost", "a=0,b=0", "no row costs anything" },
        { "cost", "cost-column", "w", "column \"w\": \"0\" is no cost: a number above 0 is needed" },
        { "weighted", "weight", "y", "column \"y\": \"a\" is no weight" },
        { "weighted", "ratio", "1", "-s weighted takes no --ratio" },
        { "over", "ratio", ".1", "adds rows and never removes any" },
};

START_TEST(faults_are_named) {
        char *rows = make_rows(40);
        struct lesson l;
        int r = lesson_begin(&l, &tamis_step_sample, "i,y,w", rows, 9, "target", "y", "strategy", faults[_i].strategy,
                             faults[_i].option, faults[_i].value, NULL);

        ck_assert_int_lt(r, 0);
        ck_assert_msg(strstr(l.err.message, faults[_i].error) != NULL, "%s", l.err.message);
        lesson_done(&l);
        free(rows);
}
END_TEST

static void fill(TCase *t) {
        tcase_add_test(t, a_reservoir_is_fair);
        tcase_add_test(t, a_reservoir_keeps_bytes);
        tcase_add_test(t, shares_are_chances);
        tcase_add_test(t, costing_is_many_samples);
        tcase_add_loop_test(t, batches_do_not_show_in_streams, 0, sizeof streams / sizeof *streams);
        tcase_add_test(t, over_repeats_behind);
        tcase_add_test(t, under_keeps_some_in_order);
        tcase_add_test(t, a_count_keeps_the_shares);
        tcase_add_test(t, costs_are_chances);
        tcase_add_test(t, weights_are_chances);
        tcase_add_test(t, even_classes_without_weights);
        tcase_add_loop_test(t, batches_do_not_show, 0, sizeof strategies / sizeof *strategies);
        tcase_add_loop_test(t, faults_are_named, 0, sizeof faults / sizeof *faults);
}

int main(void) {
        return run_suite("sample", fill);
}
