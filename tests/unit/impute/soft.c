#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "impute/soft.h"

enum { ROWS = 40, COLUMNS = 12 };

/* Cells of a table, those with keep(i, j). */
static tamis_soft_cells cells_of(double (*cell)(size_t i, size_t j), bool (*keep)(size_t i, size_t j)) {
        tamis_soft_cells c = { .rows = ROWS, .columns = COLUMNS };
        tamis_error err = {0};

        c.row_at = calloc(ROWS + 1, sizeof *c.row_at);
        c.column = calloc(ROWS * COLUMNS, sizeof *c.column);
        c.by_row = calloc(ROWS * COLUMNS, sizeof *c.by_row);
        for (size_t i = 0; i < ROWS; i++) {
                for (size_t j = 0; j < COLUMNS; j++)
                        if (keep(i, j)) {
                                c.column[c.n] = (uint32_t) j;
                                c.by_row[c.n++] = cell(i, j);
                        }
                c.row_at[i + 1] = c.n;
        }
        ck_assert_int_eq(tamis_soft_transpose(&c, &err), 0);
        return c;
}

static bool every(size_t i, size_t j) {
        return true;
}

static bool most(size_t i, size_t j) {
        return (i * 7 + j * 5) % 4 != 0;
}

/* Rank 2. */
static double low_rank(size_t i, size_t j) {
        return sin((double) i) * cos((double) j) + .5 * cos(2. * (double) i) * sin(3. * (double) j);
}

/* Columns square to each other, with the lengths 3 and 1: its singular values. */
static double two_lengths(size_t i, size_t j) {
        return i == 0 && j == 0 ? 3 : i == 1 && j == 1 ? 1 : 0;
}

static tamis_soft solved(const tamis_soft_cells *c, size_t rank, double lambda, unsigned threads, bool end) {
        tamis_error err = {0};
        tamis_pool *pool;
        tamis_soft s = {0};

        ck_assert_int_eq(tamis_pool_new(threads, &pool, &err), 0);
        ck_assert_int_eq(tamis_soft_init(&s, c, rank, 1, "test", &err), 0);
        for (double l = 100 * lambda; l > lambda; l /= 10)      /* from far off, as the strategy does */
                ck_assert_int_eq(tamis_soft_run(&s, c, l, 1000, 1e-12, pool, &err), 0);
        ck_assert_int_eq(tamis_soft_run(&s, c, lambda, 4000, 1e-16, pool, &err), 0);
        if (end)
                ck_assert_int_eq(tamis_soft_end(&s, c, lambda, pool, &err), 0);
        tamis_pool_free(pool);
        return s;
}

START_TEST(by_column_is_by_row) {
        tamis_soft_cells c = cells_of(low_rank, most);

        ck_assert_uint_eq(c.column_at[0], 0);
        ck_assert_uint_eq(c.column_at[COLUMNS], c.n);
        for (size_t j = 0; j < COLUMNS; j++)
                for (size_t e = c.column_at[j]; e < c.column_at[j + 1]; e++) {
                        ck_assert(most(c.row[e], j) && c.by_column[e] == low_rank(c.row[e], j));
                        ck_assert(e == c.column_at[j] || c.row[e] > c.row[e - 1]);
                }
        tamis_soft_cells_done(&c);
}
END_TEST

/* All cells there: the singular values, less lambda. */
START_TEST(singular_values_are_shrunk) {
        tamis_soft_cells c = cells_of(two_lengths, every);
        tamis_soft s = solved(&c, 4, .25, 1, true);
        double rows[ROWS], columns[COLUMNS];

        ck_assert_double_eq_tol(s.d[0], 2.75, 1e-6);
        ck_assert_double_eq_tol(s.d[1], .75, 1e-6);
        ck_assert(s.d[2] == 0 && s.d[3] == 0);
        ck_assert_double_eq_tol(fabs(s.v[0]), 1, 1e-6);
        ck_assert_double_eq_tol(fabs(s.v[s.rank + 1]), 1, 1e-6);
        ck_assert_double_eq_tol(tamis_soft_largest(&c, rows, columns), 3, 1e-6);
        tamis_soft_done(&s);
        tamis_soft_cells_done(&c);
}
END_TEST

/* A quarter is missing of what has rank 2, and is found again. */
START_TEST(a_low_rank_table_is_completed) {
        tamis_soft_cells c = cells_of(low_rank, most);
        tamis_soft s = solved(&c, 2, 1e-2, 1, false);

        for (size_t i = 0; i < ROWS; i++)
                for (size_t j = 0; j < COLUMNS; j++)
                        ck_assert_double_eq_tol(tamis_soft_cell(&s, i, j), low_rank(i, j), .02);
        tamis_soft_done(&s);
        tamis_soft_cells_done(&c);
}
END_TEST

START_TEST(threads_change_nothing) {
        tamis_soft_cells c = cells_of(low_rank, most);
        tamis_soft a = solved(&c, 3, .1, 1, true), b = solved(&c, 3, .1, 4, true);

        ck_assert_mem_eq(a.v, b.v, COLUMNS * 3 * sizeof *a.v);
        ck_assert_mem_eq(a.d, b.d, 3 * sizeof *a.d);
        tamis_soft_done(&a);
        tamis_soft_done(&b);
        tamis_soft_cells_done(&c);
}
END_TEST

int main(void) {
        Suite *s = suite_create("soft");
        TCase *t = tcase_create("soft");
        SRunner *r;
        int failed;

        tcase_add_test(t, by_column_is_by_row);
        tcase_add_test(t, singular_values_are_shrunk);
        tcase_add_test(t, a_low_rank_table_is_completed);
        tcase_add_test(t, threads_change_nothing);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
