#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/texts.h"

/* The text of number i: i % 40 bytes, none like another's of that length. */
static tamis_slice text_of(size_t i, char *room) {
        size_t n = i % 40;

        for (size_t k = 0; k < n; k++)
                room[k] = (char) (i * 31 + k * 7);
        return (tamis_slice) { room, n };
}

static void add(tamis_texts *t, size_t first, size_t last) {
        char room[40];

        for (size_t i = first; i < last; i++)
                ck_assert_int_eq(tamis_texts_add(t, text_of(i, room), NULL), 0);
}

static void assert_texts(const tamis_texts *t, size_t n) {
        char room[40];

        ck_assert_uint_eq(t->n, n);
        for (size_t i = 0; i < n; i++) {
                ck_assert_msg(tamis_slice_equal(tamis_texts_at(t, i), text_of(i, room)), "text %zu is another", i);
                ck_assert_int_eq(tamis_texts_empty(t, i), i % 40 == 0);
        }
}

START_TEST(texts_of_any_length_come_back) {
        tamis_texts t = {0};

        add(&t, 0, 5000);
        assert_texts(&t, 5000);
        tamis_texts_done(&t);
        ck_assert_uint_eq(t.n, 0);
}
END_TEST

START_TEST(what_is_appended_is_found_behind) {
        tamis_texts all = {0}, none = {0};

        for (size_t first = 0; first < 3000; first += 300) {
                tamis_texts some = {0};

                add(&some, first, first + 300);
                ck_assert_int_eq(tamis_texts_append(&all, &some, NULL), 0);
                ck_assert_int_eq(tamis_texts_append(&all, &none, NULL), 0);
                tamis_texts_done(&some);
        }
        add(&all, 3000, 3100);
        assert_texts(&all, 3100);
        tamis_texts_done(&all);
}
END_TEST

START_TEST(null_is_an_empty_text) {
        tamis_texts t = {0};

        ck_assert_int_eq(tamis_texts_add(&t, (tamis_slice) {0}, NULL), 0);
        ck_assert(tamis_texts_empty(&t, 0));
        ck_assert_uint_eq(tamis_texts_at(&t, 0).n, 0);
        tamis_texts_done(&t);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("texts");
        Suite *suite = suite_create("texts");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_test(tc, texts_of_any_length_come_back);
        tcase_add_test(tc, what_is_appended_is_found_behind);
        tcase_add_test(tc, null_is_an_empty_text);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
