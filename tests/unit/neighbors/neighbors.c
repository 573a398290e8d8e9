/* Every answer is compared with one found by looking at all pairs, here, in the plainest way. */
#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <tamis/neighbors.h>
#include <tamis/random.h>

struct found {
        double square;
        uint32_t row;
};

static int by_distance(const void *a, const void *b) {
        const struct found *x = a, *y = b;

        if (x->square != y->square)
                return x->square < y->square ? -1 : 1;
        return x->row < y->row ? -1 : x->row > y->row;
}

/* All of `points` by distance from row `query` of `from`; `self` is left out (SIZE_MAX: none). Returns how many. */
static size_t all_pairs(const tamis_points *points, const tamis_points *from, size_t query, size_t self,
                        struct found *out) {
        size_t n = 0;

        for (size_t row = 0; row < points->n; row++) {
                double square = 0;
                size_t differing = 0;

                if (row == self)
                        continue;
                for (size_t j = 0; j < points->d; j++) {
                        double gap = points->numbers[row * points->d + j] - from->numbers[query * points->d + j];

                        square += gap * gap;
                }
                for (size_t j = 0; j < points->c; j++)
                        differing += points->codes[row * points->c + j] != from->codes[query * points->c + j];
                out[n++] = (struct found) { square + points->mismatch * (double) differing, row };
        }
        qsort(out, n, sizeof *out, by_distance);
        return n;
}

static void same(const tamis_points *points, const tamis_points *from, bool self, size_t k, const uint32_t *rows,
                 const double *squares) {
        struct found *all = calloc(points->n + 1, sizeof *all);

        for (size_t q = 0; q < from->n; q++) {
                size_t n = all_pairs(points, from, q, self ? q : SIZE_MAX, all);

                for (size_t i = 0; i < k; i++) {
                        ck_assert_uint_eq(rows[q * k + i], i < n ? all[i].row : TAMIS_NO_NEIGHBOR);
                        ck_assert(squares[q * k + i] == (i < n ? all[i].square : INFINITY));
                }
        }
        free(all);
}

enum {
        NARROW = 1000000,       /* far from 0 and close together: single precision cannot tell the rows apart */
        WIDE,                   /* from 1e-9 to 1e9, either sign: outliers */
        TINY,                   /* squares that single precision cannot hold */
};

static double draw(tamis_stream *s, unsigned levels) {
        double u = 2 * tamis_stream_uniform(s) - 1;

        switch (levels) {
        case 0:
                return u;
        case NARROW:
                return 1e6 + 1e-3 * u;
        case WIDE:
                return (tamis_stream_below(s, 2) ? 1 : -1) * pow(10, 9 * u);
        case TINY:
                return 3e-23 * u;
        }
        return (double) tamis_stream_below(s, levels);
}

/* levels 0: any double in [-1, 1); one of the above; else one of so many whole numbers, so that there are ties. */
static tamis_points random_points(uint64_t seed, size_t n, size_t d, size_t c, unsigned levels) {
        double *numbers = calloc(n * d + 1, sizeof *numbers);
        uint32_t *codes = calloc(n * c + 1, sizeof *codes);
        tamis_stream s;

        tamis_stream_init(&s, seed, "test", n, d);
        for (size_t i = 0; i < n * d; i++)
                numbers[i] = draw(&s, levels);
        for (size_t i = 0; i < n * c; i++)
                codes[i] = tamis_stream_below(&s, 3);
        return (tamis_points) { n, d, c, numbers, codes, .mismatch = c ? .3 : 0 };
}

static void points_done(tamis_points *p) {
        free((void *) p->numbers);
        free((void *) p->codes);
}

static const struct { size_t n, d, c, k; unsigned levels; } cases[] = {
        { 1, 2, 0, 3, 0 },
        { 2, 2, 0, 3, 0 },
        { 5, 1, 0, 5, 0 },
        { 64, 3, 0, 5, 0 },
        { 65, 3, 0, 5, 0 },
        { 300, 1, 0, 4, 0 },
        { 700, 2, 0, 5, 0 },
        { 700, 2, 0, 5, 4 },        /* many ties */
        { 700, 3, 0, 1, 1 },        /* all rows the same */
        { 500, 8, 0, 7, 0 },
        { 400, 40, 0, 5, 0 },
        { 600, 4, 3, 5, 0 },
        { 600, 2, 5, 9, 3 },
        { 300, 0, 4, 5, 0 },        /* codes alone */
        { 100, 3, 2, 120, 2 },      /* k beyond the rows there are */
        { 1037, 5, 1, 5, 0 },
        { 900, 6, 0, 5, NARROW },
        { 900, 6, 2, 5, NARROW },
        { 900, 4, 0, 5, WIDE },
        { 900, 12, 1, 3, WIDE },
        { 900, 4, 0, 5, TINY },
        { 3000, 10, 0, 5, 0 },
        { 3000, 10, 2, 5, 5 },
};

START_TEST(each_row_gets_what_all_pairs_give) {
        tamis_points p = random_points(7, cases[_i].n, cases[_i].d, cases[_i].c, cases[_i].levels);
        size_t k = cases[_i].k;
        uint32_t *rows = calloc(p.n * k, sizeof *rows);
        double *squares = calloc(p.n * k, sizeof *squares);
        tamis_neighbors *index = NULL;
        tamis_pool *pool = NULL;
        tamis_error err;

        ck_assert_int_eq(tamis_pool_new(2, &pool, &err), 0);
        ck_assert_int_eq(tamis_neighbors_new(&p, &index, &err), 0);
        ck_assert_int_eq(tamis_neighbors_each(index, k, pool, rows, squares, &err), 0);
        same(&p, &p, true, k, rows, squares);
        tamis_neighbors_free(index);
        tamis_pool_free(pool);
        free(rows);
        free(squares);
        points_done(&p);
}
END_TEST

START_TEST(other_rows_find_theirs) {
        tamis_points p = random_points(7, cases[_i].n, cases[_i].d, cases[_i].c, cases[_i].levels);
        tamis_points q = random_points(8, 150, cases[_i].d, cases[_i].c, cases[_i].levels);
        size_t k = cases[_i].k;
        uint32_t *rows = calloc(q.n * k, sizeof *rows);
        double *squares = calloc(q.n * k, sizeof *squares);
        tamis_neighbors *index = NULL;
        tamis_pool *pool = NULL;
        tamis_error err;

        ck_assert_int_eq(tamis_pool_new(2, &pool, &err), 0);
        ck_assert_int_eq(tamis_neighbors_new(&p, &index, &err), 0);
        ck_assert_int_eq(tamis_neighbors_find(index, &q, k, pool, rows, squares, &err), 0);
        same(&p, &q, false, k, rows, squares);
        tamis_neighbors_free(index);
        tamis_pool_free(pool);
        free(rows);
        free(squares);
        points_done(&p);
        points_done(&q);
}
END_TEST

/* Limits of all kinds: at a row's own neighbours, so that ties count, between them, and beyond all. */
START_TEST(enough_are_near_or_not) {
        tamis_points p = random_points(9, cases[_i].n, cases[_i].d, cases[_i].c, cases[_i].levels);
        size_t k = cases[_i].k < 6 ? cases[_i].k : 6;
        double *limits = calloc(p.n, sizeof *limits);
        uint32_t *limit_rows = calloc(p.n, sizeof *limit_rows);
        uint8_t *enough = calloc(p.n, 1);
        struct found *all = calloc(p.n + 1, sizeof *all);
        tamis_neighbors *index = NULL;
        tamis_pool *pool = NULL;
        tamis_stream s;
        tamis_error err;

        tamis_stream_init(&s, 2, "test", 0, 0);
        for (size_t row = 0; row < p.n; row++) {
                size_t n = all_pairs(&p, &p, row, row, all), at = tamis_stream_below(&s, 2 * k);

                limits[row] = at < n ? all[at].square : INFINITY;
                if (tamis_stream_below(&s, 3) == 0)
                        limits[row] *= 1.01;
                limit_rows[row] = tamis_stream_below(&s, p.n + 1);
        }
        ck_assert_int_eq(tamis_pool_new(2, &pool, &err), 0);
        ck_assert_int_eq(tamis_neighbors_new(&p, &index, &err), 0);
        ck_assert_int_eq(tamis_neighbors_within(index, k, limits, limit_rows, pool, enough, &err), 0);
        for (size_t row = 0; row < p.n; row++) {
                size_t n = all_pairs(&p, &p, row, row, all), nearer = 0;
                const struct found limit = { limits[row], limit_rows[row] };

                for (size_t i = 0; i < n; i++)
                        nearer += by_distance(&all[i], &limit) < 0;
                ck_assert_uint_eq(enough[row], nearer >= k);
        }
        tamis_neighbors_free(index);
        tamis_pool_free(pool);
        free(limits);
        free(limit_rows);
        free(enough);
        free(all);
        points_done(&p);
}
END_TEST

/* Every third row of the index asks, and rows that are not in it. */
START_TEST(rows_of_the_index_leave_themselves_out) {
        tamis_points p = random_points(7, cases[_i].n, cases[_i].d, cases[_i].c, cases[_i].levels);
        tamis_points q = random_points(8, 200, cases[_i].d, cases[_i].c, cases[_i].levels);
        size_t k = cases[_i].k;
        uint32_t *rows = calloc(q.n * k, sizeof *rows), *own = calloc(q.n, sizeof *own);
        struct found *all = calloc(p.n + 1, sizeof *all);
        tamis_neighbors *index = NULL;
        tamis_pool *pool = NULL;
        tamis_error err;

        for (size_t i = 0; i < q.n; i++) {
                own[i] = i % 2 && 3 * i < p.n ? 3 * i : TAMIS_NO_NEIGHBOR;
                if (own[i] == TAMIS_NO_NEIGHBOR)
                        continue;
                for (size_t j = 0; j < p.d; j++)
                        ((double *) q.numbers)[i * p.d + j] = p.numbers[own[i] * p.d + j];
                for (size_t j = 0; j < p.c; j++)
                        ((uint32_t *) q.codes)[i * p.c + j] = p.codes[own[i] * p.c + j];
        }
        ck_assert_int_eq(tamis_pool_new(2, &pool, &err), 0);
        ck_assert_int_eq(tamis_neighbors_build(&p, pool, &index, &err), 0);
        ck_assert_int_eq(tamis_neighbors_find_others(index, &q, own, k, pool, rows, NULL, &err), 0);
        for (size_t i = 0; i < q.n; i++) {
                size_t n = all_pairs(&p, &q, i, own[i] == TAMIS_NO_NEIGHBOR ? SIZE_MAX : own[i], all);

                for (size_t j = 0; j < k; j++)
                        ck_assert_uint_eq(rows[i * k + j], j < n ? all[j].row : TAMIS_NO_NEIGHBOR);
        }
        tamis_neighbors_free(index);
        tamis_pool_free(pool);
        free(rows);
        free(own);
        free(all);
        points_done(&p);
        points_done(&q);
}
END_TEST

/* Enough rows that the tree is made of parts; 100 of them against all pairs. */
START_TEST(a_tree_built_on_threads_finds_the_same) {
        tamis_points p = random_points(11, 30000, 4, 1, _i ? 20 : 0);
        tamis_points q = random_points(12, 100, 4, 1, _i ? 20 : 0);
        uint32_t *alone = calloc(p.n * 3, sizeof *alone), *rows = calloc(p.n * 3, sizeof *rows);
        tamis_neighbors *one = NULL, *index = NULL;
        tamis_pool *pool = NULL;
        double squares[300];
        tamis_error err;

        ck_assert_int_eq(tamis_pool_new(3, &pool, &err), 0);
        ck_assert_int_eq(tamis_neighbors_new(&p, &one, &err), 0);
        ck_assert_int_eq(tamis_neighbors_build(&p, pool, &index, &err), 0);
        ck_assert_int_eq(tamis_neighbors_each(one, 3, pool, alone, NULL, &err), 0);
        ck_assert_int_eq(tamis_neighbors_each(index, 3, pool, rows, NULL, &err), 0);
        ck_assert_mem_eq(rows, alone, p.n * 3 * sizeof *rows);
        ck_assert_int_eq(tamis_neighbors_find(index, &q, 3, pool, rows, squares, &err), 0);
        same(&p, &q, false, 3, rows, squares);
        tamis_neighbors_free(one);
        tamis_neighbors_free(index);
        tamis_pool_free(pool);
        free(alone);
        free(rows);
        points_done(&p);
        points_done(&q);
}
END_TEST

/* Limits at the distance of the first, second or third, which is not nearer than itself; then with categories that count
 * otherwise than when the index was made. */
START_TEST(any_is_nearer_or_none) {
        tamis_points p = random_points(9, cases[_i].n, cases[_i].d, cases[_i].c, cases[_i].levels);
        tamis_points q = random_points(10, 300, cases[_i].d, cases[_i].c, cases[_i].levels);
        double limits[300];
        uint8_t nearer[300];
        struct found *all = calloc(p.n + 1, sizeof *all);
        tamis_neighbors *index = NULL;
        tamis_pool *pool = NULL;
        tamis_error err;

        ck_assert_int_eq(tamis_pool_new(2, &pool, &err), 0);
        ck_assert_int_eq(tamis_neighbors_new(&p, &index, &err), 0);
        for (int round = 0; round < 2; round++) {
                for (size_t row = 0; row < q.n; row++) {
                        size_t n = all_pairs(&p, &q, row, SIZE_MAX, all), at = row % 3;

                        limits[row] = at < n ? all[at].square : INFINITY;
                        limits[row] *= row % 7 == 6 ? 1.01 : 1;
                }
                ck_assert_int_eq(tamis_neighbors_nearer(index, &q, limits, pool, nearer, &err), 0);
                for (size_t row = 0; row < q.n; row++) {
                        size_t n = all_pairs(&p, &q, row, SIZE_MAX, all);

                        ck_assert_uint_eq(nearer[row], n > 0 && all[0].square < limits[row]);
                }
                p.mismatch = 7;
                tamis_neighbors_set_mismatch(index, 7);
        }
        tamis_neighbors_free(index);
        tamis_pool_free(pool);
        free(all);
        points_done(&p);
        points_done(&q);
}
END_TEST

/* By hand: 0, 1, 3, 3 on a line. Row 1 is as far from 2 as from 3: the lower number comes first. */
START_TEST(ties_go_to_the_lowest_row) {
        const double x[] = { 0, 1, 3, 3 };
        const uint32_t want[] = { 1, 2, 0, 2, 3, 1, 2, 1 };
        tamis_points p = { .n = 4, .d = 1, .numbers = x };
        tamis_neighbors *index = NULL;
        tamis_pool *pool = NULL;
        uint32_t rows[8];
        tamis_error err;

        ck_assert_int_eq(tamis_pool_new(1, &pool, &err), 0);
        ck_assert_int_eq(tamis_neighbors_new(&p, &index, &err), 0);
        ck_assert_int_eq(tamis_neighbors_each(index, 2, pool, rows, NULL, &err), 0);
        ck_assert_mem_eq(rows, want, sizeof want);
        tamis_neighbors_free(index);
        tamis_pool_free(pool);
}
END_TEST

/* Values whose squares overflow are all infinitely far: the order is then that of the row numbers, and nothing
 * hangs. */
START_TEST(huge_values_are_ordered_too) {
        double x[200];
        uint32_t rows[200 * 2];
        tamis_points p = { .n = 200, .d = 1, .numbers = x };
        tamis_neighbors *index = NULL;
        tamis_pool *pool = NULL;
        tamis_error err;

        for (size_t i = 0; i < 200; i++)
                x[i] = i % 2 ? 1e300 * (double) i : -1e300 * (double) i;
        ck_assert_int_eq(tamis_pool_new(2, &pool, &err), 0);
        ck_assert_int_eq(tamis_neighbors_new(&p, &index, &err), 0);
        ck_assert_int_eq(tamis_neighbors_each(index, 2, pool, rows, NULL, &err), 0);
        ck_assert_uint_eq(rows[2 * 100], 0);
        ck_assert_uint_eq(rows[2 * 100 + 1], 1);
        ck_assert_uint_eq(rows[0], 1);
        ck_assert_uint_eq(rows[1], 2);
        tamis_neighbors_free(index);
        tamis_pool_free(pool);
}
END_TEST

START_TEST(no_rows_is_no_fault) {
        tamis_points p = { .d = 3 };
        tamis_neighbors *index = NULL;
        tamis_pool *pool = NULL;
        tamis_error err;

        ck_assert_int_eq(tamis_pool_new(1, &pool, &err), 0);
        ck_assert_int_eq(tamis_neighbors_new(&p, &index, &err), 0);
        ck_assert_int_eq(tamis_neighbors_each(index, 2, pool, NULL, NULL, &err), 0);
        tamis_neighbors_free(index);
        tamis_neighbors_free(NULL);
        tamis_pool_free(pool);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("neighbors");
        TCase *tcase = tcase_create("neighbors");
        SRunner *runner;
        int failed;

        tcase_add_loop_test(tcase, each_row_gets_what_all_pairs_give, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(tcase, other_rows_find_theirs, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(tcase, enough_are_near_or_not, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(tcase, any_is_nearer_or_none, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(tcase, rows_of_the_index_leave_themselves_out, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(tcase, a_tree_built_on_threads_finds_the_same, 0, 2);
        tcase_add_test(tcase, ties_go_to_the_lowest_row);
        tcase_add_test(tcase, huge_values_are_ordered_too);
        tcase_add_test(tcase, no_rows_is_no_fault);
        tcase_set_timeout(tcase, 0);
        suite_add_tcase(suite, tcase);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
