/* Every strategy of smote at its edges: each either makes exactly the rows that are missing, of finite numbers, or says
 * in one error what is wrong. What the rows are is compared in tests/parity. */
#include "balance/smote.h"
#include "helper.h"

#include <tamis/number.h>

static const char *const strategies[] = { "adasyn", "borderline1", "borderline2", "kmeans", "n", "nc", "plain", "rose",
                                          "safe-level", "svm" };
enum { N_STRATEGIES = sizeof strategies / sizeof *strategies };

/* n takes categories; the others are given numbers. */
static bool takes_numbers(size_t strategy) {
        return strcmp(strategies[strategy], "n") != 0;
}

static void add(tamis_buffer *out, const char *format, ...) {
        char text[256];
        va_list list;
        tamis_error err;

        va_start(list, format);
        vsnprintf(text, sizeof text, format, list);
        va_end(list);
        ck_assert_int_eq(tamis_buffer_add(out, text, strlen(text), &err), 0);
}

/* Two numbers and a class, or two categories and a class, by what is asked for. */
enum table { MIXED, IDENTICAL, ALL_ONE, CONSTANT_COLUMN, MANY_CLASSES, TWO, FIVE, UNSEEN, N_TABLES };

static char *make_rows(enum table which, bool numbers) {
        const char *letters = "abcdefgh";
        tamis_buffer out = { 0 };
        tamis_stream s;
        size_t n = which == MANY_CLASSES ? 2000 : 60;
        tamis_error err;

        tamis_stream_init(&s, 8, "test", which, 0);
        for (size_t i = 0; i < n; i++) {
                bool few = which == TWO ? i < 2 : which == FIVE ? i < 5 : i % 5 == 0;
                unsigned x = (unsigned) tamis_stream_below(&s, 8), y = (unsigned) tamis_stream_below(&s, 5) + 3 * few;

                if (which == IDENTICAL)
                        x = y = few ? 7 : 1;
                if (which == ALL_ONE)
                        x = y = 3;
                if (which == CONSTANT_COLUMN)
                        y = 2;
                if (which == UNSEEN)
                        y = few ? 1 : 2;        /* no level of the second column is in both */
                if (numbers)
                        add(&out, "%u,%u.5,", x, y);
                else
                        add(&out, "%c,%c,", letters[x], letters[y % 8]);
                if (which == MANY_CLASSES)      /* 200 classes, of 7 to 13 rows */
                        add(&out, "class%zu\n", i < 1400 ? i / 7 : i % 200 / (i % 3 + 1));
                else
                        add(&out, few ? "few\n" : "many\n");
        }
        ck_assert_int_eq(tamis_buffer_add(&out, "", 1, &err), 0);
        return out.p;
}

/* Rows of each class are as many as of the largest, but for those that are left as they are for the reason `why`, of
 * which there are some, but not all; and every cell of a number is one. */
static void check_output(const struct lesson *l, const char *out, bool numbers, const char *why) {
        const tamis_smote *s = l->state;
        uint64_t most = 0, counts[256] = { 0 };
        size_t n_left = 0;

        ck_assert_uint_le(s->labels.n_classes, 256);
        for (size_t i = 0; i < s->labels.n_classes; i++)
                most = s->labels.counts[i] > most ? s->labels.counts[i] : most;
        while (*out) {
                const char *end = strchr(out, '\n'), *comma = strchr(out, ','), *last = strchr(comma + 1, ',');
                long class = tamis_labels_find(&s->labels, (tamis_slice) { last + 1, (size_t) (end - last - 1) });
                double x, y;

                ck_assert_int_ge(class, 0);
                counts[class]++;
                if (numbers) {
                        ck_assert(tamis_number_parse((tamis_slice) { out, (size_t) (comma - out) }, &x));
                        ck_assert(tamis_number_parse((tamis_slice) { comma + 1, (size_t) (last - comma - 1) }, &y));
                        ck_assert(isfinite(x) && isfinite(y));
                        ck_assert_double_eq(x, floor(x));
                } else
                        ck_assert(comma == out + 1 && last == comma + 2);
                out = end + 1;
        }
        for (size_t i = 0; i < s->labels.n_classes; i++) {
                const char *left = s->classes[i].why;

                ck_assert_msg(!left || (why && strstr(left, why)), "%s", left);
                ck_assert_uint_eq(counts[i], left ? s->labels.counts[i] : most);
                n_left += left != NULL;
        }
        ck_assert_uint_lt(n_left, s->labels.n_classes - 1);
        ck_assert_int_eq(n_left > 0, why != NULL);
}

/* What has to be refused, and in what words; everything else has to succeed. Two rows among sixty, or eight of each of
 * 200 classes, strewn at random, have none of their own around them (of the latter, some do, and the others are left); where all rows of the class lie apart from all
 * others, none is in danger. */
static const char *refusal(const char *strategy, enum table which) {
        bool strewn = which == TWO || which == MANY_CLASSES;

        if (strncmp(strategy, "borderline", 10) == 0 && (strewn || which == IDENTICAL || which == UNSEEN))
                return "no row is in danger";
        /* all on one spot, everybody's nearest are the same five, the first in order, and those are many here */
        if (strcmp(strategy, "safe-level") == 0 && (strewn || which == ALL_ONE))
                return "there is no safe one to use";
        if (strcmp(strategy, "svm") == 0 && strewn)
                return "nearest rows of each are of other classes";
        if (strcmp(strategy, "kmeans") == 0 && which == TWO)
                return "none has two of its rows";
        return NULL;
}

START_TEST(edges) {
        size_t strategy = (size_t) _i / N_TABLES;
        enum table which = (enum table) (_i % N_TABLES);
        bool numbers = takes_numbers(strategy);
        char *rows = make_rows(which, numbers), *out;
        const char *want = refusal(strategies[strategy], which);
        struct lesson l;
        int r = lesson_begin(&l, &tamis_step_smote, "x,z,y", rows, 17, "target", "y", "strategy", strategies[strategy],
                             "rare", "reduce", NULL);

        if (r < 0) {
                ck_assert_msg(want != NULL, "%s, table %d: %s", strategies[strategy], (int) which, l.err.message);
                ck_assert_msg(strstr(l.err.message, want) != NULL, "%s", l.err.message);
        } else {
                ck_assert_msg(!want || which == MANY_CLASSES, "%s takes table %d", strategies[strategy], (int) which);
                out = lesson_output(&l, rows);
                check_output(&l, out, numbers, want);
                free(out);
        }
        lesson_done(&l);
        free(rows);
}
END_TEST

/* A class of one row: by --rare an error, copies or nothing, of every strategy. */
START_TEST(a_class_of_one_row) {
        bool numbers = takes_numbers((size_t) _i);
        const char *rows = numbers ? "1,7,a\n2,9,a\n3,8,b\n" : "p,q,a\nq,q,a\nr,s,b\n";
        const char *copy = numbers ? "1,7,a\n2,9,a\n3,8,b\n3,8,b\n" : "p,q,a\nq,q,a\nr,s,b\nr,s,b\n";
        static const char *const rares[] = { "error", "reduce", "duplicate", "skip" };

        for (size_t i = 0; i < 4; i++) {
                struct lesson l;
                int r = lesson_begin(&l, &tamis_step_smote, "x,z,y", rows, 10, "target", "y", "strategy",
                                     strategies[_i], "rare", rares[i], NULL);
                char *out;

                ck_assert_int_eq(r, i < 2 ? TAMIS_BAD_DATA : 0);
                if (i < 2)
                        ck_assert_msg(strstr(l.err.message, "class \"b\" has 1 row")
                                      || strstr(l.err.message, "has one row"), "%s", l.err.message);
                if (r == 0) {
                        out = lesson_output(&l, rows);
                        ck_assert_str_eq(out, i == 2 ? copy : rows);
                        free(out);
                }
                lesson_done(&l);
        }
}
END_TEST

/* The same rows in another order, and cut otherwise: the same new rows, in the same order. */
START_TEST(the_order_of_rows_does_not_show) {
        bool numbers = takes_numbers((size_t) _i);
        char *rows = make_rows(MIXED, numbers), *other, *out[2];
        size_t n = strlen(rows), at = n;
        struct lesson l;

        other = malloc(n + 1);
        ck_assert_ptr_nonnull(other);
        for (size_t i = 0; i < n;) {            /* last line first */
                size_t length = strcspn(rows + i, "\n") + 1;

                memcpy(other + (at -= length), rows + i, length);
                i += length;
        }
        other[n] = 0;
        for (size_t i = 0; i < 2; i++) {
                ck_assert_int_eq(lesson_begin(&l, &tamis_step_smote, "x,z,y", i ? other : rows, i ? 5 : 100, "target",
                                              "y", "strategy", strategies[_i], NULL), 0);
                out[i] = lesson_output(&l, i ? other : rows);
                lesson_done(&l);
        }
        ck_assert_uint_gt(strlen(out[0]), n);
        ck_assert_str_eq(out[0] + n, out[1] + n);
        ck_assert_str_ne(out[0], out[1]);
        for (size_t i = 0; i < 2; i++)
                free(out[i]);
        free(rows);
        free(other);
}
END_TEST

/* Option, value, strategy -> the usage error holds this. */
static const struct { const char *option, *value, *strategy, *error; } wrong[] = {
        { "around", "0", "svm", "1 to 100000" },
        { "clusters", "0", "kmeans", "1 to 100000" },
        { "neighbors", "0", "plain", "1 to 100000" },
        { "shrinkage", "-1", "rose", "0 to 1000000" },
        { "around", "5", "adasyn", "-s adasyn does not take --around" },
        { "clusters", "5", "plain", "-s plain does not take --clusters" },
        { "neighbors", "5", "rose", "-s rose does not take --neighbors" },
        { "per-attribute", "", "n", "-s n does not take --per-attribute" },
        { "shrinkage", "1", "nc", "-s nc does not take --shrinkage" },
};

START_TEST(options_that_do_not_fit) {
        struct lesson l;
        int r = lesson_begin(&l, &tamis_step_smote, "x,y", "1,a\n2,b\n", 10, "target", "y", "strategy",
                             wrong[_i].strategy, wrong[_i].option, wrong[_i].value, NULL);

        ck_assert_int_eq(r, TAMIS_USAGE);
        ck_assert_msg(strstr(l.err.message, wrong[_i].error) != NULL, "%s", l.err.message);
        lesson_done(&l);
}
END_TEST

/* Turns by weight, totals exact: (weights, turns) -> times, by hand; equal rests may fall either way. */
static const struct { double weights[4]; uint64_t made; uint64_t least[4], most[4]; } shares[] = {
        { { 1, 1, 1, 1 }, 8, { 2, 2, 2, 2 }, { 2, 2, 2, 2 } },
        { { 1, 1, 1, 1 }, 6, { 1, 1, 1, 1 }, { 2, 2, 2, 2 } },
        { { 3, 1, 0, 0 }, 10, { 7, 2, 0, 0 }, { 8, 3, 0, 0 } },         /* 7.5 and 2.5 */
        { { 5, 3, 2, 0 }, 7, { 3, 2, 1, 0 }, { 4, 2, 2, 0 } },          /* 3.5, 2.1, 1.4 */
        { { 1e-9, 1, 0, 0 }, 5, { 0, 5, 0, 0 }, { 0, 5, 0, 0 } },
};

START_TEST(turns_are_shared) {
        tamis_smote s = { .seed = 3 };
        tamis_smote_class c = { .n = 4, .made = shares[_i].made };
        uint64_t times[4] = { 0 }, sum = 0;
        tamis_error err;

        ck_assert_int_eq(tamis_smote_share(&s, 0, &c, shares[_i].weights, &err), 0);
        for (size_t i = 0; i < c.made; i++)
                times[c.seeds[i]]++;
        for (size_t i = 0; i < 4; i++) {
                ck_assert_uint_ge(times[i], shares[_i].least[i]);
                ck_assert_uint_le(times[i], shares[_i].most[i]);
                sum += times[i];
        }
        ck_assert_uint_eq(sum, shares[_i].made);
        if (_i == 3)
                ck_assert_uint_eq(times[0], 4);
        free(c.seeds);
}
END_TEST

/* Parent's group, and where it came from, in columns that may be there already. */
START_TEST(provenance_and_group) {
        static const char rows[] = "1,g1,a,\n2,g1,a,9\n3,g2,a,\n8,g3,b,\n8,g3,b,\n";
        struct lesson l;
        char *out;

        ck_assert_int_eq(lesson_begin(&l, &tamis_step_smote, "x,who,y,_parent", rows, 2, "target", "y", "neighbors",
                                      "1", "group", "who", "provenance", "", "strategy", "plain", NULL), 0);
        out = lesson_output(&l, rows);
        ck_assert_msg(strstr(out, "1,g1,a,,,\n2,g1,a,9,,\n") == out, "%s", out);
        ck_assert_msg(strstr(out, "\n8,g3,b,4,5,0.") || strstr(out, "\n8,g3,b,5,4,0."), "%s", out);
        free(out);
        lesson_done(&l);
}
END_TEST

/* More rows on one spot than neighbours are asked for: the row itself may not be among those found, and is not counted.
 * */
START_TEST(a_crowd_on_one_spot) {
        tamis_buffer rows = { 0 };
        struct lesson l;
        const tamis_smote_class *b;

        for (int i = 0; i < 36; i++)
                add(&rows, "%d,7,%c\n", _i, i % 6 ? 'a' : 'b');
        add(&rows, "%d,8,a\n", _i);
        ck_assert_int_eq(tamis_buffer_add(&rows, "", 1, &l.err), 0);
        ck_assert_int_eq(lesson_begin(&l, &tamis_step_smote, "x,z,y", rows.p, 100, "target", "y", "strategy", "adasyn",
                                      NULL), 0);
        b = &((tamis_smote *) l.state)->classes[1];
        ck_assert_uint_eq(b->n, 6);
        ck_assert_uint_eq(b->around, 5);
        for (size_t i = 0; i < 6; i++)
                ck_assert_uint_le(b->others[i], 5);
        lesson_done(&l);
        tamis_buffer_done(&rows);
}
END_TEST

/* 1 and 3 have sd sqrt(2), 5 and 5 none; 2 numbers, 2 rows: (4 / (4 * 2))^(1/6). */
START_TEST(the_noise_of_rose) {
        struct lesson l;
        const tamis_smote_class *b;

        ck_assert_int_eq(lesson_begin(&l, &tamis_step_smote, "x,z,y", "1,5,b\n3,5,b\n2,2,a\n9,9,a\n4,5,a\n", 100,
                                      "target", "y", "strategy", "rose", "shrinkage", "2", NULL), 0);
        b = &((tamis_smote *) l.state)->classes[1];
        ck_assert_double_eq_tol(b->noise[0], 2 * pow(.5, 1. / 6) * sqrt(2), 1e-12);
        ck_assert_double_eq(b->noise[1], 0);
        lesson_done(&l);
}
END_TEST

static void fill(TCase *t) {
        tcase_add_loop_test(t, edges, 0, N_STRATEGIES * N_TABLES);
        tcase_add_loop_test(t, a_class_of_one_row, 0, N_STRATEGIES);
        tcase_add_loop_test(t, the_order_of_rows_does_not_show, 0, N_STRATEGIES);
        tcase_add_loop_test(t, options_that_do_not_fit, 0, sizeof wrong / sizeof *wrong);
        tcase_add_loop_test(t, turns_are_shared, 0, sizeof shares / sizeof *shares);
        tcase_add_test(t, provenance_and_group);
        tcase_add_loop_test(t, a_crowd_on_one_spot, 1, 13);
        tcase_add_test(t, the_noise_of_rose);
}

int main(void) {
        return run_suite("smotes", fill);
}
