/* Formulas, by values worked out by hand; what draws is compared with its moments. */
#include <math.h>
#include <stdlib.h>

#include <check.h>

#include "drill/functions.h"

/* A table of five rows: x 1..5, g in two groups, t texts, one cell of h missing. */
static tamis_drill_world world(void) {
        static double x[] = { 1, 2, 3, 4, 5 }, g[] = { 7, 9, 7, 9, 9 }, h[] = { 1, NAN, 0, 1, 0 };
        static const char *t[] = { "b", "a", NULL, "b", "c" };
        const tamis_drill_column columns[] = { { .n = 5, .number = x }, { .n = 5, .number = g },
                                               { .n = 5, .number = h }, { .n = 5, .text = true, .texts = t } };
        static const char *const names[] = { "x", "g", "h", "t" };
        tamis_drill_world w;
        tamis_drill_table *table;

        tamis_drill_world_init(&w, 1, false);
        ck_assert_int_eq(tamis_drill_world_add(&w, "five", 5, &table, NULL), 0);
        for (size_t i = 0; i < 4; i++)
                ck_assert_int_eq(tamis_drill_table_set(&w, table, names[i], &columns[i], NULL), 0);
        return w;
}

static const struct {
        const char *formula;
        double want[5];
        size_t n;               /* 1: a constant */
} numbers[] = {
        { "1 + 2 * 3 ^ 2 - -4", { 23 }, 1 },
        { "2 ^ 3 ^ 2", { 512 }, 1 },
        { "-2 ^ 2", { -4 }, 1 },
        { "7 - 2 - 1", { 4 }, 1 },
        { "-7 % 3", { 2 }, 1 },
        { "1.5e2 + .5", { 150.5 }, 1 },
        { "(1 + 2) * 3", { 9 }, 1 },
        { "x * 2 + 1", { 3, 5, 7, 9, 11 }, 5 },
        { "x >= 2 and x < 4", { 0, 1, 1, 0, 0 }, 5 },
        { "not x == 3", { 1, 1, 0, 1, 1 }, 5 },
        { "h or x > 1", { 1, 1, 1, 1, 1 }, 5 },
        { "h and x > 1", { 0, NAN, 0, 1, 0 }, 5 },
        { "h + 1", { 2, NAN, 1, 2, 1 }, 5 },
        { "t == 'b'", { 1, 0, NAN, 1, 0 }, 5 },
        { "t < 'b'", { 0, 1, NAN, 0, 0 }, 5 },
        { "ismissing(t) + ismissing(h)", { 0, 1, 1, 0, 0 }, 5 },
        { "if(h, x, -x)", { 1, NAN, -3, 4, -5 }, 5 },
        { "coalesce(h, 9)", { 1, 9, 0, 1, 0 }, 5 },
        { "five.x - row", { 0, 0, 0, 0, 0 }, 5 },
        { "rows", { 5 }, 1 },
        { "mean(x)", { 3 }, 1 },
        { "mean(h)", { .5 }, 1 },
        { "sum(x, g)", { 4, 11, 4, 11, 11 }, 5 },
        { "mean(x, t)", { 2.5, 2, NAN, 2.5, 5 }, 5 },
        { "count(x > 2)", { 3 }, 1 },
        { "count(h, g)", { 1, 1, 1, 1, 1 }, 5 },
        { "lowest(x, g) + 10 * highest(x)", { 51, 52, 51, 52, 52 }, 5 },
        { "sd(x) ^ 2", { 2.5 }, 1 },
        { "median(h)", { .5 }, 1 },
        { "quantile(x, .1)", { 1.4 }, 1 },
        { "rank(g)", { .3, .8, .3, .8, .8 }, 5 },
        { "cumsum(x, g)", { 1, 2, 4, 6, 11 }, 5 },
        { "lag(x, 2)", { NAN, NAN, 1, 2, 3 }, 5 },
        { "lag(x, -1)", { 2, 3, 4, 5, NAN }, 5 },
        { "correlation(x, 3 - 2 * x)", { -1 }, 1 },
        { "slope(2 * x + 1, x)", { 2 }, 1 },
        { "lookup(five.x, 6 - x)", { 5, 4, 3, 2, 1 }, 5 },
        { "lookup(five.x, x + 3)", { 4, 5, NAN, NAN, NAN }, 5 },
        { "match('b', five.t)", { 1 }, 1 },
        { "match(g, five.g)", { 1, 2, 1, 2, 2 }, 5 },
        { "match(x, five.g)", { NAN, NAN, NAN, NAN, NAN }, 5 },
        { "number(padded(x, 3)) + number('z')", { NAN, NAN, NAN, NAN, NAN }, 5 },
        { "number(join(x, '.', 5))", { 1.5, 2.5, 3.5, 4.5, 5.5 }, 5 },
        { "round(2.345 * x, 1)", { 2.3, 4.7, 7, 9.4, 11.7 }, 5 },
        { "clamp(x, 2, 4)", { 2, 2, 3, 4, 4 }, 5 },
        { "least(x, 3, g) + greatest(x, 3)", { 4, 5, 6, 7, 8 }, 5 },
        { "logit(logistic(x))", { 1, 2, 3, 4, 5 }, 5 },
        { "floor(x / 2) + sign(0 - x) + abs(-1)", { 0, 1, 1, 2, 2 }, 5 },
        { "altered", { 0 }, 1 },
        { "t == missing", { NAN, NAN, NAN, NAN, NAN }, 5 },
        { "missing ^ 0", { NAN }, 1 },
        { "match(missing, five.t)", { NAN }, 1 },
        { "cumsum(1)", { 1, 2, 3, 4, 5 }, 5 },
        { "lag(1, 1)", { NAN, 1, 1, 1, 1 }, 5 },
        { "rank(1)", { .6, .6, .6, .6, .6 }, 5 },
        { "ismissing(join('a', missing))", { 1 }, 1 },
        { "ismissing(upper(missing))", { 1 }, 1 },
        { "2 ^ -1", { .5 }, 1 },
        { "not (1 and 0) or 0", { 1 }, 1 },
        { "fixed(1 / 3, 2) == '0.33' and fixed(-0.001, 2) == '0.00'", { 1 }, 1 },
        { "mean(x) * 0 + sd(1)", { NAN }, 1 },
};

START_TEST(values) {
        tamis_drill_world w = world();
        tamis_drill_scope scope = { .world = &w, .table = tamis_drill_world_table(&w, "five"), .file = "f" };
        tamis_drill_column got;
        tamis_error err = {0};
        int r = tamis_drill_formula(&scope, NULL, numbers[_i].formula, &got, &err);

        ck_assert_msg(r == 0, "%s: %s", numbers[_i].formula, err.message);
        ck_assert(!got.text);
        ck_assert_msg(got.n == numbers[_i].n, "%s: %zu rows", numbers[_i].formula, got.n);
        for (size_t i = 0; i < got.n; i++) {
                        double want = numbers[_i].want[i], is = got.number[i];

                        ck_assert_msg(isnan(want) ? isnan(is) : fabs(is - want) < 1e-9, "%s: row %zu is %g, not %g",
                                      numbers[_i].formula, i + 1, is, want);
                }
        tamis_drill_world_done(&w);
}
END_TEST

static const struct {
        const char *formula, *want;
} texts[] = {
        { "join('a', 2.50, 'c')", "a2.5c" },
        { "fixed(2.345, 1)", "2.3" },
        { "padded(123, 5)", "00123" },
        { "thousands(1234567.25)", "1,234,567.25" },
        { "thousands(-123)", "-123" },
        { "thousands(-1234)", "-1,234" },
        { "date(0)", "1970-01-01" },
        { "date(20000, '%d.%m.%Y')", "04.10.2024" },
        { "upper('aZ 1')", "AZ 1" },
        { "lower('aZ 1')", "az 1" },
        { "if(0, 'a', 'b')", "b" },
        { "if(1, 'a', missing)", "a" },
        { "if(0, 'a', missing)", NULL },
        { "lookup(five.t, 2)", "a" },
};

START_TEST(texts_made) {
        tamis_drill_world w = world();
        tamis_drill_scope scope = { .world = &w, .file = "f" };
        tamis_drill_column got;

        ck_assert_int_eq(tamis_drill_formula(&scope, NULL, texts[_i].formula, &got, NULL), 0);
        ck_assert(got.text && got.n == 1);
        ck_assert_pstr_eq(got.texts[0], texts[_i].want);
        tamis_drill_world_done(&w);
}
END_TEST

static const struct {
        const char *formula, *said;
} wrong[] = {
        { "1 +", "ends too soon" },
        { "(1", "a ) is missing" },
        { "1 2", "not understood at \"2\"" },
        { "'a", "second '" },
        { "y + 1", "no column or figure \"y\"" },
        { "men(x)", "did you mean \"mean\"" },
        { "mean(x", "the ) of mean( is missing" },
        { "mean()", "at least 1" },
        { "mean(x, g, g)", "at most 2" },
        { "t + 1", "a text beside a number" },
        { "t + t", "but not computed with" },
        { "exp(t)", "argument 1 is a text" },
        { "upper(x)", "argument 1 is a number" },
        { "four.x", "called \"four\"" },
        { "five.z", "column of table five that is called \"z\"" },
        { "normal(0, 1)", "may" },
        { "x + lookup(five.x, 1) + two.y", "5 rows beside 2" },
        { "if(h, t, x)", "a text in one case" },
        { "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1", "too deep" },
        { "----------------------------------------------------------------------1", "too deep" },
        { "1.2.3", "is not a number" },
        { "1 < x < 3", "two comparisons in a row" },
        { "x = 3", "equality is ==" },
        { "x > 1 && x < 3", "it is the word and" },
        { "!x", "it is the word not" },
        { "t == \"b\"", "'single quotes'" },
        { "x + 1)", "a ) too many" },
        { "(x + 1", "a ) is missing at its end" },
        { "mean + 1", "mean is a function" },
        { "two + 1", "two is a table; a column of it is two.NAME" },
        { "row2 + 1", "did you mean \"rows\", \"row\"?" },
        { "fivee.x", "did you mean \"five\"?" },
        { "five.xx", "table five that is called \"xx\"" },
        { "mean(nosuch(1))", "no function \"nosuch\"" },
        { "x and t", "and goes between conditions" },
        { "quantile(x, x)", "the share must be one number" },
        { "lag(x, x)", "how far must be one number" },
        { "match(t, x)", "texts are looked for among texts" },
        { "x y", "not understood at \"y\"" },
        { "", "ends too soon" },
};

START_TEST(mistakes) {
        tamis_drill_world w = world();
        tamis_drill_table *two;
        double y[] = { 1, 2 };
        tamis_drill_scope scope = { .world = &w, .file = "some.ini", .line = 12 };
        tamis_drill_column got;
        tamis_error err = {0};

        ck_assert_int_eq(tamis_drill_world_add(&w, "two", 2, &two, NULL), 0);
        ck_assert_int_eq(tamis_drill_table_set(&w, two, "y", &(tamis_drill_column) { .n = 2, .number = y }, NULL), 0);
        scope.table = tamis_drill_world_table(&w, "five");
        ck_assert_int_eq(tamis_drill_formula(&scope, "z", wrong[_i].formula, &got, &err), TAMIS_BAD_DATA);
        ck_assert_msg(strstr(err.message, wrong[_i].said) != NULL, "%s: %s", wrong[_i].formula, err.message);
        ck_assert_str_eq(err.file, "some.ini");
        ck_assert_uint_eq(err.line, 12);
        tamis_drill_world_done(&w);
}
END_TEST

/* -- draws --------------------------------------------------------------------------------------------------------- */

enum { MANY = 20000 };

static const struct {
        const char *formula;
        double mean, sd;
} drawn[] = {
        { "normal(3, 2)", 3, 2 },
        { "uniform(1, 4)", 2.5, .8660254 },
        { "integer(1, 6)", 3.5, 1.7078251 },
        { "bernoulli(.3)", .3, .4582576 },
        { "poisson(4)", 4, 2 },
        { "exponential(2)", 2, 2 },
        { "lognormal(0, .5)", 1.1331485, .6039005 },
        { "student(10)", 0, 1.1180340 },
        { "beta(2, 3)", .4, .2 },
        /* 1, 1/2, 1/3 over 11/6 */
        { "zipf(3, 1)", 18 / 11., .7713892 },
        { "zipf(3 * (row > 0), 1)", 18 / 11., .7713892 },
        { "choice(1, .5, 5, .25, 9, .25)", 4, 3.3166248 },
        { "coalesce(hole(1, .2), 0)", .8, .4 },
        { "sentinel(0, 10, .1)", 1, 3 },
        { "slip(1, 3, .5)", 2, 1 },
        /* every spelling another one, two of four with a blank */
        { "variant('ab', 1) != 'ab'", 1, 0 },
        { "variant('1', 1) != '1'", 1, 0 },
        { "lower(variant('ab', 1)) == 'ab'", .25, .4330127 },
        { "variant('Ab', .5) == 'Ab'", .5, .5 },
        { "mean(shuffle(row)) / rows + 0 * normal(0, 1)", .500025, 0 },
};

static void draw(const char *table, const char *key, const char *formula, uint64_t seed, double *ret) {
        tamis_drill_world w;
        tamis_drill_table *t;
        tamis_drill_scope scope = { .world = &w, .may_draw = true, .file = "f" };
        tamis_drill_column c;
        tamis_error err = {0};

        tamis_drill_world_init(&w, seed, false);
        ck_assert_int_eq(tamis_drill_world_add(&w, table, MANY, &t, NULL), 0);
        scope.table = t;
        ck_assert_msg(tamis_drill_formula(&scope, key, formula, &c, &err) == 0, "%s", err.message);
        ck_assert_uint_eq(c.n, MANY);
        memcpy(ret, c.number, MANY * sizeof *ret);
        tamis_drill_world_done(&w);
}

START_TEST(moments) {
        static double x[MANY];
        double mean = 0, square = 0;

        draw("t", "x", drawn[_i].formula, 5, x);
        for (size_t i = 0; i < MANY; i++)
                mean += x[i] / MANY;
        for (size_t i = 0; i < MANY; i++)
                square += (x[i] - mean) * (x[i] - mean) / MANY;
        ck_assert_msg(fabs(mean - drawn[_i].mean) <= 5 * drawn[_i].sd / sqrt(MANY) + 1e-9, "%s: mean %g",
                      drawn[_i].formula, mean);
        ck_assert_msg(fabs(sqrt(square) - drawn[_i].sd) <= .05 * drawn[_i].sd + 1e-9, "%s: sd %g", drawn[_i].formula,
                      sqrt(square));
}
END_TEST

/* Keyed by seed, table, column and place in the formula; nothing else. */
START_TEST(keys) {
        static double a[MANY], b[MANY], c[MANY];
        double same = 0, other = 0;

        draw("t", "x", "normal(0, 1)", 5, a);
        draw("t", "x", "normal(0, 1) + 0 * normal(0, 1)", 5, b);
        ck_assert_int_eq(memcmp(a, b, sizeof a), 0);
        draw("t", "x", "0 * normal(0, 1) + normal(0, 1)", 5, b);
        draw("t", "y", "normal(0, 1)", 5, c);
        for (size_t i = 0; i < MANY; i++) {
                same += a[i] * b[i] / MANY;
                other += a[i] * c[i] / MANY;
        }
        ck_assert_double_lt(fabs(same), .05);
        ck_assert_double_lt(fabs(other), .05);
        draw("t", "x", "normal(0, 1)", 6, b);
        ck_assert(memcmp(a, b, sizeof a) != 0);
}
END_TEST

int main(void) {
        Suite *s = suite_create("drill/formula");
        TCase *t = tcase_create("formula");
        SRunner *runner = srunner_create(s);
        int failures;

        tcase_add_loop_test(t, values, 0, sizeof numbers / sizeof *numbers);
        tcase_add_loop_test(t, texts_made, 0, sizeof texts / sizeof *texts);
        tcase_add_loop_test(t, mistakes, 0, sizeof wrong / sizeof *wrong);
        tcase_add_loop_test(t, moments, 0, sizeof drawn / sizeof *drawn);
        tcase_add_test(t, keys);
        suite_add_tcase(s, t);
        srunner_run_all(runner, CK_ENV);
        failures = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failures != 0;
}
