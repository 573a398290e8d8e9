#include <check.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>
#include <tamis/random.h>

/* The known-answer vectors published with Random123 (kat_vectors, philox4x64 10). */
static const struct { uint64_t counter[4], key[2], want[4]; } known[] = {
        { { 0, 0, 0, 0 }, { 0, 0 },
          { 0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b } },
        { { -1, -1, -1, -1 }, { -1, -1 },
          { 0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0 } },
        { { 0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89 },
          { 0x452821e638d01377, 0xbe5466cf34e90c6c },
          { 0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6 } },
};

START_TEST(philox_gives_the_published_vectors) {
        uint64_t out[4];

        tamis_philox_block(known[_i].key, known[_i].counter, out);
        for (int i = 0; i < 4; i++)
                ck_assert_uint_eq(out[i], known[_i].want[i]);
}
END_TEST

START_TEST(gsl_generator_seeded_with_0_is_philox_from_counter_0) {
        gsl_rng *rng = gsl_rng_alloc(tamis_rng_philox);
        static const uint64_t one[4] = { 1 }, key[2] = { 0 };
        uint64_t second[4];

        ck_assert_ptr_nonnull(rng);
        gsl_rng_set(rng, 0);
        for (int i = 0; i < 4; i++)
                ck_assert_uint_eq(gsl_rng_get(rng), known[0].want[i]);
        tamis_philox_block(key, one, second);
        for (int i = 0; i < 4; i++)
                ck_assert_uint_eq(gsl_rng_get(rng), second[i]);
        gsl_rng_free(rng);
}
END_TEST

START_TEST(same_key_same_stream) {
        tamis_stream a, b;

        tamis_stream_init(&a, 7, "smote.gap", 3, 17);
        tamis_stream_init(&b, 7, "smote.gap", 3, 17);
        for (int i = 0; i < 100; i++)
                ck_assert_uint_eq(tamis_stream_bits(&a), tamis_stream_bits(&b));
}
END_TEST

/* Every part of the key tells. The chance that two unlike streams agree in one word is 2^-64. */
START_TEST(another_key_another_stream) {
        static const struct { uint64_t seed; const char *purpose; uint64_t a, b; } keys[] = {
                { 7, "smote.gap", 3, 17 }, { 8, "smote.gap", 3, 17 }, { 7, "smote.gaq", 3, 17 },
                { 7, "smote.gap", 4, 17 }, { 7, "smote.gap", 3, 18 }, { 7, "smote.gap", 17, 3 },
                { 3, "smote.gap", 7, 17 }, { 7, "", 3, 17 }, { 7, "smote.gap ", 3, 17 },
        };
        enum { N = sizeof keys / sizeof *keys };
        uint64_t seen[N][8];

        for (int i = 0; i < N; i++) {
                tamis_stream s;

                tamis_stream_init(&s, keys[i].seed, keys[i].purpose, keys[i].a, keys[i].b);
                for (int j = 0; j < 8; j++)
                        seen[i][j] = tamis_stream_bits(&s);
        }
        for (int i = 0; i < 8 * N; i++)
                for (int j = 0; j < i; j++)
                        ck_assert_uint_ne(seen[i / 8][i % 8], seen[j / 8][j % 8]);
}
END_TEST

START_TEST(gsl_draws_from_the_stream) {
        tamis_stream a, b;

        tamis_stream_init(&a, 1, "x", 0, 0);
        tamis_stream_init(&b, 1, "x", 0, 0);
        ck_assert_uint_eq(gsl_rng_get(&a.rng), tamis_stream_bits(&b));
        ck_assert_double_eq(gsl_rng_uniform(&a.rng), tamis_stream_uniform(&b));
        gsl_ran_gaussian(&a.rng, 1);
        ck_assert_uint_ne(tamis_stream_bits(&a), 0);
}
END_TEST

START_TEST(uniform_is_in_the_half_open_interval_with_the_right_mean) {
        tamis_stream s;
        double sum = 0, squares = 0;
        int n = 100000;

        tamis_stream_init(&s, 42, "test.uniform", 0, 0);
        for (int i = 0; i < n; i++) {
                double u = tamis_stream_uniform(&s);

                ck_assert_double_ge(u, 0);
                ck_assert_double_lt(u, 1);
                sum += u;
                squares += u * u;
        }
        /* the mean's standard error is 0.289 / sqrt(n) = 0.0009; that of the mean square, 1/3, 0.298 / sqrt(n) */
        ck_assert_double_eq_tol(sum / n, 0.5, 0.005);
        ck_assert_double_eq_tol(squares / n, 1 / 3., 0.005);
}
END_TEST

START_TEST(below_stays_below_and_favours_none) {
        tamis_stream s;
        int seen[6] = { 0 }, n = 60000, upper = 0;

        tamis_stream_init(&s, 42, "test.below", 0, 0);
        for (int i = 0; i < n; i++)
                seen[tamis_stream_below(&s, 6)]++;
        for (int i = 0; i < 6; i++)
                ck_assert_int_lt(abs(seen[i] - n / 6), 500);    /* sd sqrt(60000 * 1/6 * 5/6) = 91 */

        for (int i = 0; i < 100; i++)
                ck_assert_uint_eq(tamis_stream_below(&s, 1), 0);

        /* n = 3 * 2^62: without drawing again, the results that are 0 mod 3 would come twice as often */
        for (int i = 0; i < n; i++) {
                uint64_t draw = tamis_stream_below(&s, UINT64_C(3) << 62);

                ck_assert_uint_lt(draw, UINT64_C(3) << 62);
                upper += draw % 3 == 0;
        }
        ck_assert_int_lt(abs(upper - n / 3), 600);              /* sd 115 */
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("random");
        Suite *suite = suite_create("random");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_add_loop_test(tc, philox_gives_the_published_vectors, 0, sizeof known / sizeof *known);
        tcase_add_test(tc, gsl_generator_seeded_with_0_is_philox_from_counter_0);
        tcase_add_test(tc, same_key_same_stream);
        tcase_add_test(tc, another_key_another_stream);
        tcase_add_test(tc, gsl_draws_from_the_stream);
        tcase_add_test(tc, uniform_is_in_the_half_open_interval_with_the_right_mean);
        tcase_add_test(tc, below_stays_below_and_favours_none);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
