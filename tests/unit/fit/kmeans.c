/* Where k-means may end: every row is in the cluster of its nearest centre, every centre is the mean of its rows. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "fit/kmeans.h"

enum { N = 3000, D = 3 };

static void cluster(const double *x, size_t n, size_t d, size_t clusters, uint64_t seed, unsigned threads, uint32_t *of,
                    double *centres) {
        tamis_pool *pool;
        tamis_error err;

        ck_assert_int_eq(tamis_pool_new(threads, &pool, &err), 0);
        ck_assert_int_eq(tamis_kmeans(x, n, d, clusters, seed, 1000, pool, of, centres, &err), 0);
        tamis_pool_free(pool);
}

static double square(const double *a, const double *b, size_t d) {
        double sum = 0;

        for (size_t j = 0; j < d; j++)
                sum += (a[j] - b[j]) * (a[j] - b[j]);
        return sum;
}

START_TEST(rows_are_nearest_to_their_centres_and_centres_are_means) {
        static double x[N * D];
        static uint32_t of[N], again[N];
        double centres[7 * D], means[7 * D] = { 0 };
        size_t counts[7] = { 0 };
        tamis_stream s;

        tamis_stream_init(&s, 1, "test", 0, 0);
        for (size_t i = 0; i < N * D; i++)
                x[i] = tamis_stream_uniform(&s);
        cluster(x, N, D, 7, (uint64_t) _i, 1, of, centres);
        for (size_t i = 0; i < N; i++) {
                double own = square(x + i * D, centres + of[i] * D, D);

                for (size_t c = 0; c < 7; c++)
                        ck_assert(own <= square(x + i * D, centres + c * D, D));
                for (size_t j = 0; j < D; j++)
                        means[of[i] * D + j] += x[i * D + j];
                counts[of[i]]++;
        }
        for (size_t c = 0; c < 7; c++) {
                ck_assert_uint_gt(counts[c], 0);
                for (size_t j = 0; j < D; j++)
                        ck_assert_double_eq_tol(centres[c * D + j], means[c * D + j] / (double) counts[c], 1e-12);
        }
        cluster(x, N, D, 7, (uint64_t) _i, 3, again, centres);
        ck_assert_mem_eq(of, again, sizeof of);
}
END_TEST

/* Three spots, each its own cluster; of more clusters than spots, the others are empty. */
START_TEST(fewer_spots_than_clusters) {
        const double x[] = { 1, 1, 5, 5, 5, 9 };
        uint32_t of[6];
        double centres[8];

        cluster(x, 6, 1, (size_t) _i, 0, 2, of, centres);
        ck_assert_uint_eq(of[0], of[1]);
        ck_assert_uint_eq(of[2], of[3]);
        ck_assert_uint_eq(of[2], of[4]);
        ck_assert_uint_ne(of[0], of[2]);
        ck_assert_uint_ne(of[0], of[5]);
        ck_assert_uint_ne(of[2], of[5]);
}
END_TEST

START_TEST(one_row_and_one_cluster) {
        const double x[] = { 4, -2 };
        uint32_t of[1];
        double centres[2];

        cluster(x, 1, 2, 1, 0, 1, of, centres);
        ck_assert_uint_eq(of[0], 0);
        ck_assert_double_eq(centres[0], 4);
        ck_assert_double_eq(centres[1], -2);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("kmeans");
        TCase *tcase = tcase_create("kmeans");
        SRunner *runner;
        int failed;

        tcase_set_timeout(tcase, 0);
        tcase_add_loop_test(tcase, rows_are_nearest_to_their_centres_and_centres_are_means, 0, 5);
        tcase_add_loop_test(tcase, fewer_spots_than_clusters, 3, 9);
        tcase_add_test(tcase, one_row_and_one_cluster);
        suite_add_tcase(suite, tcase);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
