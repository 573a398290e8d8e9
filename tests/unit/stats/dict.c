#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/stats.h>

static size_t add(tamis_dict *d, const char *text, uint64_t times) {
        size_t code = SIZE_MAX;

        ck_assert_int_eq(tamis_dict_add(d, tamis_slice_of(text), times, &code, NULL), 0);
        return code;
}

static void add_all(tamis_dict *d, const char *const *texts) {
        for (; *texts; texts++)
                add(d, *texts, 1);
}

START_TEST(an_empty_one_has_nothing) {
        tamis_dict d = {0};

        ck_assert_int_eq(tamis_dict_find(&d, tamis_slice_of("")), -1);
        ck_assert_int_eq(tamis_dict_find(&d, tamis_slice_of("a")), -1);
        ck_assert_int_eq(tamis_dict_mode(&d), -1);
        ck_assert_int_eq(tamis_dict_sort(&d, false, NULL, NULL), 0);
        tamis_dict_done(&d);
        tamis_dict_done(NULL);
}
END_TEST

START_TEST(codes_count_up_as_texts_arrive) {
        tamis_dict d = {0};

        ck_assert_uint_eq(add(&d, "male", 1), 0);
        ck_assert_uint_eq(add(&d, "female", 1), 1);
        ck_assert_uint_eq(add(&d, "male", 3), 0);
        ck_assert_uint_eq(add(&d, "", 0), 2);
        ck_assert_uint_eq(add(&d, "fem", 1), 3);
        ck_assert_uint_eq(d.n, 4);
        ck_assert_uint_eq(d.entries[0].count, 4);
        ck_assert_uint_eq(d.entries[1].count, 1);
        ck_assert_uint_eq(d.entries[2].count, 0);
        ck_assert_int_eq(tamis_dict_find(&d, tamis_slice_of("male")), 0);
        ck_assert_int_eq(tamis_dict_find(&d, tamis_slice_of("female")), 1);
        ck_assert_int_eq(tamis_dict_find(&d, (tamis_slice) { NULL, 0 }), 2);
        ck_assert_int_eq(tamis_dict_find(&d, tamis_slice_of("fem")), 3);
        ck_assert_int_eq(tamis_dict_find(&d, tamis_slice_of("femal")), -1);
        ck_assert_uint_eq(d.n, 4);
        tamis_dict_done(&d);
        ck_assert_uint_eq(d.n, 0);
}
END_TEST

START_TEST(texts_are_copied_and_every_byte_counts) {
        char bytes[3] = { 'a', '\0', 'b' };
        tamis_dict d = {0};
        size_t code;

        ck_assert_int_eq(tamis_dict_add(&d, (tamis_slice) { bytes, 3 }, 1, &code, NULL), 0);
        ck_assert_uint_eq(code, 0);
        bytes[2] = 'c';
        ck_assert_int_eq(tamis_dict_find(&d, (tamis_slice) { bytes, 3 }), -1);
        ck_assert_int_eq(tamis_dict_find(&d, (tamis_slice) { bytes, 1 }), -1);
        ck_assert_int_eq(tamis_dict_add(&d, (tamis_slice) { bytes, 1 }, 1, &code, NULL), 0);
        ck_assert_uint_eq(code, 1);
        ck_assert_int_eq(tamis_dict_find(&d, (tamis_slice) { "a\0b", 3 }), 0);
        ck_assert(tamis_slice_equal(d.entries[0].text, (tamis_slice) { "a\0b", 3 }));
        tamis_dict_done(&d);
}
END_TEST

START_TEST(many_are_all_found) {
        enum { N = 50000 };
        tamis_dict d = {0};
        char text[16];

        for (int round = 0; round < 2; round++)
                for (int i = 0; i < N; i++) {
                        snprintf(text, sizeof text, "%d", i);
                        ck_assert_uint_eq(add(&d, text, 1), (size_t) i);
                }
        ck_assert_uint_eq(d.n, N);
        for (int i = 0; i < N; i++) {
                snprintf(text, sizeof text, "%d", i);
                ck_assert_int_eq(tamis_dict_find(&d, tamis_slice_of(text)), i);
                ck_assert(tamis_slice_equal(d.entries[i].text, tamis_slice_of(text)));
                ck_assert_uint_eq(d.entries[i].count, 2);
        }
        ck_assert_int_eq(tamis_dict_find(&d, tamis_slice_of("50000")), -1);
        tamis_dict_done(&d);
}
END_TEST

START_TEST(merging_adds_counts_and_tells_the_codes) {
        tamis_dict into = {0}, from = {0}, none = {0};
        size_t map[3];

        add_all(&into, (const char *const[]) { "S", "C", "S", NULL });
        add_all(&from, (const char *const[]) { "Q", "S", "Q", "C", NULL });
        ck_assert_int_eq(tamis_dict_merge(&into, &none, NULL, NULL), 0);
        ck_assert_int_eq(tamis_dict_merge(&into, &from, map, NULL), 0);
        tamis_dict_done(&from);         /* nothing is borrowed from it */

        ck_assert_uint_eq(into.n, 3);
        ck_assert_uint_eq(map[0], 2);
        ck_assert_uint_eq(map[1], 0);
        ck_assert_uint_eq(map[2], 1);
        ck_assert_uint_eq(into.entries[0].count, 3);
        ck_assert_uint_eq(into.entries[1].count, 2);
        ck_assert_uint_eq(into.entries[2].count, 2);
        ck_assert_int_eq(tamis_dict_find(&into, tamis_slice_of("Q")), 2);

        ck_assert_int_eq(tamis_dict_merge(&none, &into, NULL, NULL), 0);
        ck_assert_uint_eq(none.n, 3);
        ck_assert_uint_eq(none.entries[0].count, 3);
        tamis_dict_done(&into);
        tamis_dict_done(&none);
}
END_TEST

/* -- order --------------------------------------------------------------------------------------------------------- */

static const struct { bool numeric; const char *texts[12], *sorted[12]; } orders[] = {
        { false, { "b", "a", "ab", "", "B", "\xc3\xa9", "10", "9" },
                 { "", "10", "9", "B", "a", "ab", "b", "\xc3\xa9" } },
        /* alike in the first eight bytes, or as long as those */
        { false, { "longer text b", "longer text", "longer text a", "longer t", "longer ", "longer z" },
                 { "longer ", "longer t", "longer text", "longer text a", "longer text b", "longer z" } },
        { true, { "10", "9", "-1", "1e1", "0.5", "-20", "0", "-0", "+0", "1e300" },
                { "-20", "-1", "+0", "-0", "0", "0.5", "9", "10", "1e1", "1e300" } },
        /* what is no number, behind */
        { true, { "x", "2", "", "-1" }, { "-1", "2", "", "x" } },
};

START_TEST(sorted_by_bytes_or_by_value) {
        tamis_dict d = {0};
        size_t order[12], n = 0;

        add_all(&d, orders[_i].texts);
        ck_assert_int_eq(tamis_dict_sort(&d, orders[_i].numeric, order, NULL), 0);
        for (; orders[_i].sorted[n]; n++)
                ck_assert_msg(tamis_slice_equal(d.entries[order[n]].text, tamis_slice_of(orders[_i].sorted[n])),
                              "place %zu: %s", n, d.entries[order[n]].text.p);
        ck_assert_uint_eq(n, d.n);
        tamis_dict_done(&d);
}
END_TEST

START_TEST(a_nul_sorts_behind_its_prefix) {
        tamis_dict d = {0};
        size_t code, order[2];

        ck_assert_int_eq(tamis_dict_add(&d, (tamis_slice) { "a\0", 2 }, 1, &code, NULL), 0);
        ck_assert_int_eq(tamis_dict_add(&d, (tamis_slice) { "a", 1 }, 1, &code, NULL), 0);
        ck_assert_int_eq(tamis_dict_sort(&d, false, order, NULL), 0);
        ck_assert_uint_eq(order[0], 1);
        ck_assert_uint_eq(order[1], 0);
        tamis_dict_done(&d);
}
END_TEST

static const struct { const char *texts[8], *mode; } modes[] = {
        { { "a" }, "a" },
        { { "a", "b", "b" }, "b" },
        { { "b", "a", "b", "a" }, "a" },        /* ties: the smallest */
        { { "a", "b", "a", "b" }, "a" },
        { { "9", "10" }, "10" },                /* of the bytes, not the values */
        { { "c", "b", "a", "b", "c" }, "b" },
        { { "", "b", "b", "" }, "" },
};

START_TEST(the_mode_does_not_hang_on_the_order) {
        tamis_dict d = {0};
        long mode;

        add_all(&d, modes[_i].texts);
        mode = tamis_dict_mode(&d);
        ck_assert_int_ge(mode, 0);
        ck_assert(tamis_slice_equal(d.entries[mode].text, tamis_slice_of(modes[_i].mode)));
        tamis_dict_done(&d);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("dict");
        Suite *suite = suite_create("dict");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_test(tc, an_empty_one_has_nothing);
        tcase_add_test(tc, codes_count_up_as_texts_arrive);
        tcase_add_test(tc, texts_are_copied_and_every_byte_counts);
        tcase_add_test(tc, many_are_all_found);
        tcase_add_test(tc, merging_adds_counts_and_tells_the_codes);
        tcase_add_loop_test(tc, sorted_by_bytes_or_by_value, 0, sizeof orders / sizeof *orders);
        tcase_add_test(tc, a_nul_sorts_behind_its_prefix);
        tcase_add_loop_test(tc, the_mode_does_not_hang_on_the_order, 0, sizeof modes / sizeof *modes);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
