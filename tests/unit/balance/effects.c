#include <tamis/random.h>

#include "balance/balance.h"
#include "balance/effects.h"
#include "helper.h"

enum { ROWS = 500 };

/* x, y, an id, a word, a column of numbers with one word in it, a hole now and then in x */
static double x[ROWS], y[ROWS];
static uint32_t times[ROWS];

static char *table(void) {
        tamis_buffer out = { 0 };
        tamis_stream s;
        tamis_error err;

        tamis_stream_init(&s, 5, "test", 0, 0);
        for (size_t i = 0; i < ROWS; i++) {
                x[i] = floor(tamis_stream_uniform(&s) * 1000) / 8;
                y[i] = x[i] / 4 + floor(tamis_stream_uniform(&s) * 100) / 4;
                times[i] = (uint32_t) tamis_stream_below(&s, 4);
                if (i % 10 == 3)
                        x[i] = NAN;
                if (isnan(x[i]))
                        ck_assert_int_eq(tamis_buffer_addf(&out, &err, ",%.17g,%zu,w,1\n", y[i], i), 0);
                else
                        ck_assert_int_eq(tamis_buffer_addf(&out, &err, "%.17g,%.17g,%zu,w,%s\n", x[i], y[i], i,
                                                           i == 400 ? "word" : "2"), 0);
        }
        ck_assert_int_eq(tamis_buffer_add(&out, "", 1, &err), 0);
        return out.p;
}

/* Plain sums: (mean, sd) of x and y, and their correlation on rows that have both. */
struct naive { double mx, my, sx, sy, r; };

static struct naive naive(bool after) {
        long double n[2] = { 0 }, s[2] = { 0 }, q[2] = { 0 }, w = 0, wx = 0, wy = 0, wxx = 0, wyy = 0, wxy = 0;

        for (size_t i = 0; i < ROWS; i++) {
                double t = after ? times[i] : 1;

                if (!isnan(x[i])) {
                        n[0] += t, s[0] += t * x[i], q[0] += t * x[i] * x[i];
                        w += t, wx += t * x[i], wy += t * y[i];
                        wxx += t * x[i] * x[i], wyy += t * y[i] * y[i], wxy += t * x[i] * y[i];
                }
                n[1] += t, s[1] += t * y[i], q[1] += t * y[i] * y[i];
        }
        return (struct naive) {
                .mx = (double) (s[0] / n[0]), .my = (double) (s[1] / n[1]),
                .sx = (double) sqrtl(q[0] / n[0] - s[0] / n[0] * s[0] / n[0]),
                .sy = (double) sqrtl(q[1] / n[1] - s[1] / n[1] * s[1] / n[1]),
                .r = (double) ((wxy / w - wx / w * wy / w)
                               / sqrtl((wxx / w - wx / w * wx / w) * (wyy / w - wy / w * wy / w))),
        };
}

static double get(const json_t *o, const char *key) {
        ck_assert_msg(json_is_number(json_object_get(o, key)), "%s", key);
        return json_number_value(json_object_get(o, key));
}

static json_t *effects_of(struct lesson *l, const char *rows, size_t cut) {
        json_t *into = json_object();
        uint32_t once[ROWS];
        tamis_effects e = { 0 };
        tamis_batch batch = { 0 };
        size_t first = 0;

        for (size_t i = 0; i < ROWS; i++)
                once[i] = 1;
        ck_assert_int_eq(tamis_effects_begin(&e, &l->schema, -1, &l->err), 0);
        while (*rows) {
                const char *end = rows;

                for (size_t i = 0; i < cut && *end; i++)
                        end = strchr(end, '\n') + 1;
                begin_batch(l, &batch, (tamis_slice) { rows, (size_t) (end - rows) }, first);
                ck_assert_int_eq(tamis_effects_add(&e, &batch, once + first, times + first, &l->err), 0);
                first += batch.n_rows;
                rows = end;
        }
        tamis_batch_done(&batch);
        ck_assert_int_eq(tamis_effects_report(&e, into, &l->err), 0);
        tamis_effects_done(&e);
        return into;
}

START_TEST(shifts_are_those_of_plain_sums) {
        char *rows = table();
        struct naive before = naive(false), after = naive(true);
        struct lesson l;
        json_t *all, *cut;
        const json_t *e, *columns, *pair;
        double duplicates = 0, n = 0;

        ck_assert_int_eq(lesson_begin(&l, &tamis_step_sample, "x,y,row_id,word,late", rows, 1000, "strategy", "under",
                                      "count",
                                      "3", NULL), 0);
        all = effects_of(&l, rows, 1000);
        cut = effects_of(&l, rows, 7);
        /* the column with a late word is no column of numbers, wherever the batches end: whole rows are not those of
         * it */
        ck_assert(json_equal(all, cut));
        for (size_t i = 0; i < ROWS; i++) {
                duplicates += times[i] > 1 ? times[i] - 1 : 0;
                n += times[i];
        }
        e = json_object_get(all, "effects");
        ck_assert_double_eq(get(e, "duplicates"), duplicates);
        ck_assert_double_eq(get(e, "rows_after"), n);
        columns = json_object_get(e, "columns");
        ck_assert_uint_eq(json_array_size(columns), 2);
        ck_assert_double_eq_tol(get(json_array_get(columns, 0), "mean_before"), before.mx, 1e-12);
        ck_assert_double_eq_tol(get(json_array_get(columns, 0), "mean_after"), after.mx, 1e-12);
        ck_assert_double_eq_tol(get(json_array_get(columns, 0), "sd_after"), after.sx, 1e-11);
        ck_assert_double_eq_tol(get(json_array_get(columns, 1), "sd_before"), before.sy, 1e-11);
        ck_assert_double_eq_tol(get(json_array_get(columns, 1), "shift_of_mean_in_sds"),
                                (after.my - before.my) / before.sy, 1e-9);
        pair = json_object_get(e, "correlations");
        ck_assert_double_eq_tol(get(pair, "before"), before.r, 1e-9);
        ck_assert_double_eq_tol(get(pair, "after"), after.r, 1e-9);
        ck_assert_double_eq_tol(get(pair, "largest_change"), fabs(after.r - before.r), 1e-9);
        json_decref(all);
        json_decref(cut);
        lesson_done(&l);
        free(rows);
}
END_TEST

static uint64_t strangers(const tamis_points *real, const uint32_t *real_classes, const tamis_points *made,
                          const uint32_t *made_classes) {
        tamis_made m = { real, made, real_classes, made_classes, NULL, 2, NULL };
        tamis_neighbors *index;
        tamis_pool *pool;
        uint64_t n = 99;
        tamis_error err;

        ck_assert_int_eq(tamis_pool_new(2, &pool, &err), 0);
        ck_assert_int_eq(tamis_neighbors_new(real, &index, &err), 0);
        m.index = index;
        ck_assert_int_eq(tamis_effects_strangers(&m, pool, &n, &err), 0);
        tamis_neighbors_free(index);
        tamis_pool_free(pool);
        return n;
}

/* On a line: classes at 0, 1 | 10, 11 and both at 20; made of class 0 at .4 (its own), 6 (nearest is 10: a stranger),
 * 12 (a stranger), -1, 5.5 (as near to its own 1 as to 10: none), 20 and 21 (both are as near: none); of class 1 at 2
 * (a stranger), 21 */
START_TEST(strangers_by_hand) {
        const double real[] = { 0, 1, 10, 11, 20, 20 }, made[] = { .4, 6, 12, -1, 5.5, 20, 21, 2, 21 };
        const uint32_t real_classes[] = { 0, 0, 1, 1, 0, 1 }, made_classes[] = { 0, 0, 0, 0, 0, 0, 0, 1, 1 };

        ck_assert_uint_eq(strangers(&(tamis_points) { .n = 6, .d = 1, .numbers = real }, real_classes,
                                    &(tamis_points) { .n = 9, .d = 1, .numbers = made }, made_classes), 3);
}
END_TEST

/* Categories: a differing one counts 1. Class 0 has (0 0), class 1 has (1 1) and (0 1). Made of class 0: (1 1), a
 * stranger; (0 1), which class 1 has: a stranger; (1 0), one apart from its own, and from (1 1): none. */
START_TEST(strangers_among_categories) {
        const uint32_t real[] = { 0, 0, 1, 1, 0, 1 }, made[] = { 1, 1, 0, 1, 1, 0 };
        const uint32_t real_classes[] = { 0, 1, 1 }, made_classes[] = { 0, 0, 0 };

        ck_assert_uint_eq(strangers(&(tamis_points) { .n = 3, .c = 2, .codes = real, .mismatch = 1 }, real_classes,
                                    &(tamis_points) { .n = 3, .c = 2, .codes = made, .mismatch = 1 }, made_classes),
                          2);
}
END_TEST

START_TEST(duplicates_by_hand) {
        uint64_t real[] = { 7, 3, 3, 9 }, made[] = { 3, 5, 3, 8, 5, 5, 10, 9 };

        /* 3, 3 and 9 were there; of three 5s two follow the first */
        ck_assert_uint_eq(tamis_effects_duplicates(real, 4, made, 8), 5);
        ck_assert_uint_eq(tamis_effects_duplicates(real, 4, made, 0), 0);
        ck_assert_uint_eq(tamis_effects_duplicates(real, 0, (uint64_t[]) { 1, 2, 1 }, 3), 1);
}
END_TEST

/* Large numbers close together, of which sums of squares in doubles would leave nothing: a is 1e9 + (0 1 2 3), b is
 * 1e9 + (0 2 1 3), a third row is left out; 1e9 + 5 and 1e9 - 1 are made. By hand: see below. */
START_TEST(rows_that_were_made) {
        const double found[] = { 1e9, 1e9, 1e9 + 1, 1e9 + 2, NAN, NAN, 1e9 + 2, 1e9 + 1, 1e9 + 3, 1e9 + 3 };
        const double made[] = { 1e9 + 5, 1e9 + 3, 1e9 + 1, 1e9 - 1 };
        const uint32_t rows[] = { 4, 0, 3, 1 };
        char *const names[] = { (char[]) { "a" }, (char[]) { "b" } };
        json_t *into = json_object();
        const json_t *e, *column, *pair;
        tamis_effects effects = { 0 };
        tamis_pool *pool;
        tamis_error err;

        ck_assert_int_eq(tamis_pool_new(2, &pool, &err), 0);
        ck_assert_int_eq(tamis_effects_begin_made(&effects, names, 2, &err), 0);
        ck_assert_int_eq(tamis_effects_found(&effects, found, rows, 4, pool, &err), 0);
        ck_assert_int_eq(tamis_effects_made(&effects, made, 1, pool, &err), 0);
        ck_assert_int_eq(tamis_effects_made(&effects, made + 2, 1, pool, &err), 0);
        effects.strangers = 1;
        ck_assert_int_eq(tamis_effects_report(&effects, into, &err), 0);
        e = json_object_get(into, "effects");
        ck_assert_double_eq(get(e, "rows_before"), 4);
        ck_assert_double_eq(get(e, "rows_after"), 6);
        ck_assert_double_eq(get(e, "values_outside"), 2);
        ck_assert_double_eq(get(e, "share_nearest_of_another_class"), .5);
        column = json_array_get(json_object_get(e, "columns"), 0);
        /* of a: 0 1 2 3, then 5 and 1 */
        ck_assert_double_eq(get(column, "mean_before"), 1e9 + 1.5);
        ck_assert_double_eq(get(column, "mean_after"), 1e9 + 2);
        ck_assert_double_eq(get(column, "sd_before"), sqrt(1.25));
        ck_assert_double_eq_tol(get(column, "sd_after"), sqrt(16. / 6), 1e-12);
        ck_assert_double_eq(get(column, "values_outside"), 1);
        /* before: covariance (1.5^2 + .5 * -.5 * 2 + 1.5^2) / 4 = 1, of variances 1.25. After: b is 0 2 1 3, 3 and -1,
         * its mean 4/3; a b is 0 2 2 9 15 -1 = 27, less 6 * 2 * 4/3 = 16,
         * so 11/6; b's squares are 24, less 6 * 16/9, so 40/18 */
        pair = json_object_get(e, "correlations");
        ck_assert_double_eq_tol(get(pair, "before"), .8, 1e-9);
        ck_assert_double_eq_tol(get(pair, "after"), 11. / 6 / sqrt(16. / 6 * 40 / 18), 1e-9);
        json_decref(into);
        tamis_effects_done(&effects);
        tamis_pool_free(pool);
}
END_TEST

static void fill(TCase *t) {
        tcase_add_test(t, shifts_are_those_of_plain_sums);
        tcase_add_test(t, strangers_by_hand);
        tcase_add_test(t, strangers_among_categories);
        tcase_add_test(t, duplicates_by_hand);
        tcase_add_test(t, rows_that_were_made);
}

int main(void) {
        return run_suite("effects", fill);
}
