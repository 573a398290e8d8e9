/* Skewness and kurtosis by hand, the area under a curve, characters. */
#include <check.h>
#include <math.h>

#include "look/pairs.h"
#include "look/words.h"

/* 1 2 6: mean 3, m2 = 14, m3 = 18: skew = 3 sqrt(2) / 1 * 18 / 14^1.5. 1 2 3 6: mean 3, m2 = 14, m4 = 98: by pandas' formula
 * 4 * 5 * 3 / (2 * 1) * 98 / 196 - 3 * 9 / 2 = 1.5. */
START_TEST(skew_and_kurtosis) {
        const tamis_powers three = { 3, 3, 14, 18, 0 }, four = { 4, 3, 14, 0, 98 }, flat = { 9, 1, 0, 0, 0 };

        ck_assert_double_eq_tol(tamis_powers_skew(&three), 3 * sqrt(2) * 18 / pow(14, 1.5), 1e-14);
        ck_assert_double_eq_tol(tamis_powers_kurtosis(&four), 1.5, 1e-14);
        ck_assert(isnan(tamis_powers_skew(&flat)) && isnan(tamis_powers_kurtosis(&flat)) &&
                  isnan(tamis_powers_kurtosis(&three)));
}
END_TEST

/* Pairs of a positive and a negative: (3 > 1) (3 > 2) (2 > 1) (2 = 2): 3.5 of 4. */
START_TEST(area_under_the_curve) {
        const double score[] = { 1, 3, NAN, 2, 2 };
        const uint8_t positive[] = { 0, 1, 1, 0, 1 }, none[5] = {0};
        double a[5], b[5];

        ck_assert_double_eq(tamis_look_auc(score, positive, 5, a, b), .875);
        ck_assert(isnan(tamis_look_auc(score, none, 5, a, b)));
}
END_TEST

START_TEST(characters) {
        ck_assert_uint_eq(tamis_characters(tamis_slice_of("")), 0);
        ck_assert_uint_eq(tamis_characters(tamis_slice_of("Stra\xc3\x9f" "e")), 6);
}
END_TEST

int main(void) {
        Suite *s = suite_create("shape");
        TCase *c = tcase_create("shape");
        SRunner *sr;
        int failures;

        tcase_add_test(c, skew_and_kurtosis);
        tcase_add_test(c, area_under_the_curve);
        tcase_add_test(c, characters);
        suite_add_tcase(s, c);
        sr = srunner_create(s);
        srunner_run_all(sr, CK_ENV);
        failures = srunner_ntests_failed(sr);
        srunner_free(sr);
        return failures != 0;
}
