#include <math.h>

#include <check.h>

#include "encode/coding.h"
#include "encode/encode.h"

enum { MAX = 5 };

/* Levels with counts, in order of arrival; the levels of the slots as a text, the infrequent one as "*".
 * What is rare is as scikit-learn 1.9 has it (OneHotEncoder, min_frequency and max_categories). */
static const struct {
        struct { const char *text; uint64_t n; } levels[MAX];
        uint64_t min_count, max_slots;
        const char *want;
} cases[] = {
        { { { "c", 2 }, { "a", 3 }, { "b", 2 } }, 0, 0, "a b c" },
        { { { "c", 2 }, { "a", 3 }, { "b", 2 } }, 3, 0, "a *" },
        { { { "c", 2 }, { "a", 3 }, { "b", 2 } }, 4, 0, "*" },
        { { { "c", 2 }, { "a", 3 }, { "b", 2 } }, 0, 2, "a *" },
        { { { "c", 2 }, { "a", 3 }, { "b", 2 } }, 0, 1, "*" },
        /* three columns hold three levels: nothing is grouped (scikit-learn would) */
        { { { "c", 2 }, { "a", 3 }, { "b", 2 } }, 0, 3, "a b c" },
        /* of equals the one that sorts last stays */
        { { { "a", 2 }, { "b", 2 }, { "c", 2 }, { "d", 9 } }, 0, 3, "c d *" },
        { { { "a", 1 }, { "b", 2 }, { "c", 3 }, { "d", 9 } }, 2, 3, "c d *" },
        { { { "a", 1 }, { "b", 2 }, { "c", 3 }, { "d", 9 } }, 2, 4, "b c d *" },
        /* bytewise: upper case first; a prefix first */
        { { { "b", 1 }, { "B", 1 }, { "ab", 1 }, { "a", 1 } }, 0, 0, "B a ab b" },
        /* all numbers: by value; else by bytes */
        { { { "10", 1 }, { "9", 1 }, { "-1", 1 }, { "1e1", 1 } }, 0, 0, "-1 9 10 1e1" },
        { { { "10", 1 }, { "9", 1 }, { "x", 1 } }, 0, 0, "10 9 x" },
        { { { NULL } }, 0, 0, "" },
};

START_TEST(levels_have_slots) {
        tamis_coding c = {0};
        tamis_coding_options o = { .min_count = cases[_i].min_count, .max_slots = cases[_i].max_slots };
        char got[64] = "";
        size_t n = 0, code;
        tamis_error err;

        for (size_t i = 0; i < MAX && cases[_i].levels[i].text; i++)
                ck_assert_int_eq(tamis_dict_add(&c.levels, tamis_slice_of(cases[_i].levels[i].text),
                                                cases[_i].levels[i].n, &code, &err), 0);
        ck_assert_int_eq(tamis_coding_settle(&c, &o, &err), 0);
        for (size_t slot = 0; slot < c.n_slots; slot++) {
                tamis_slice text = c.codes[slot] == SIZE_MAX ? tamis_slice_of("*")
                                                             : c.levels.entries[c.codes[slot]].text;

                n += (size_t) snprintf(got + n, sizeof got - n, "%s%.*s", slot ? " " : "", (int) text.n, text.p);
                if (c.codes[slot] != SIZE_MAX)
                        ck_assert_int_eq(c.slots[c.codes[slot]], (int) slot);
        }
        ck_assert_str_eq(got, cases[_i].want);
        /* every level that has no slot of its own is in the last */
        for (size_t i = 0; i < c.levels.n; i++)
                if (c.codes[c.slots[i]] != i) {
                        ck_assert(c.infrequent);
                        ck_assert_uint_eq((size_t) c.slots[i], c.n_slots - 1);
                }
        tamis_coding_done(&c);
}
END_TEST

/* Every run of `folds` rows has one in each fold, and not always in the same order. */
START_TEST(folds_are_dealt) {
        for (uint64_t folds = 2; folds < 9; folds++) {
                unsigned first[9] = {0};

                for (uint64_t deal = 0; deal < 400; deal++) {
                        unsigned seen = 0;

                        for (uint64_t i = 0; i < folds; i++)
                                seen |= 1U << tamis_coding_fold(7, folds, deal * folds + i);
                        ck_assert_uint_eq(seen, (1U << folds) - 1);
                        first[tamis_coding_fold(7, folds, deal * folds)]++;
                }
                for (uint64_t fold = 0; fold < folds; fold++)           /* 5 sd of a fair deal */
                        ck_assert_double_le(fabs(first[fold] - 400. / (double) folds),
                                            5 * sqrt(400. / (double) folds * (1 - 1. / (double) folds)));
        }
}
END_TEST

START_TEST(a_saved_coding_is_the_same) {
        tamis_coding c = { .encoder = &tamis_encoder_onehot, .missing_learned = 3 }, back = {0};
        tamis_coding_options o = { .min_count = 2 };
        static const struct { tamis_slice text; uint64_t n; } levels[] = {
                { { "b", 1 }, 5 }, { { "\xff", 1 }, 4 }, { { "rare", 4 }, 1 }, { { "a\0b", 3 }, 2 },
                { { "odd", 3 }, 1 },
        };
        size_t code;
        json_t *json = NULL;
        tamis_error err;

        for (size_t i = 0; i < 5; i++)
                ck_assert_int_eq(tamis_dict_add(&c.levels, levels[i].text, levels[i].n, &code, &err), 0);
        ck_assert_int_eq(tamis_coding_settle(&c, &o, &err), 0);
        ck_assert_int_eq(tamis_coding_save(&c, &json, &err), 0);
        ck_assert_int_eq(tamis_coding_load(&back, &tamis_step_encode, json, &err), 0);
        ck_assert_ptr_eq(back.encoder, c.encoder);
        ck_assert_uint_eq(back.n_slots, 4);
        ck_assert_uint_eq(c.n_slots, 4);
        ck_assert(back.infrequent && back.has_missing);
        for (size_t i = 0; i < 5; i++) {
                long there = tamis_dict_find(&back.levels, levels[i].text);

                ck_assert_int_ge(there, 0);
                ck_assert_int_eq(back.slots[there], c.slots[i]);
        }
        json_decref(json);
        tamis_coding_done(&c);
        tamis_coding_done(&back);
}
END_TEST

/* Each is what a damaged or foreign model might hold. */
static const char *const broken[] = {
        "{}",
        "{\"strategy\": \"onehot\"}",
        "{\"strategy\": \"hush\", \"levels\": [], \"missing\": false}",
        "{\"strategy\": \"onehot\", \"levels\": \"a\", \"missing\": false}",
        "{\"strategy\": \"onehot\", \"levels\": [\"a\", \"a\"], \"missing\": false}",
        "{\"strategy\": \"onehot\", \"levels\": [\"a\"], \"infrequent\": [\"a\"], \"missing\": false}",
        "{\"strategy\": \"onehot\", \"levels\": [\"a\"], \"infrequent\": 3, \"missing\": false}",
        "{\"strategy\": \"onehot\", \"levels\": [1], \"missing\": false}",
        "{\"strategy\": \"onehot\", \"levels\": [\"a\"], \"missing\": 0}",
        "{\"strategy\": \"target\", \"levels\": [\"a\"], \"missing\": false}",
        "{\"strategy\": \"target\", \"levels\": [\"a\"], \"missing\": false, \"values\": [1, 2]}",
        "{\"strategy\": \"target\", \"levels\": [\"a\"], \"missing\": false, \"values\": [1, 2, \"x\"]}",
        "{\"strategy\": \"woe\", \"levels\": [\"a\"], \"missing\": false, \"values\": [1, 2, 3], \"outputs\": [\"a\"]}",
};

START_TEST(a_broken_coding_is_refused) {
        json_t *json = json_loads(broken[_i], 0, NULL);
        tamis_coding c = {0};
        tamis_error err;

        ck_assert_ptr_nonnull(json);
        ck_assert_int_eq(tamis_coding_load(&c, &tamis_step_encode, json, &err), TAMIS_BAD_MODEL);
        tamis_coding_done(&c);
        json_decref(json);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("coding");
        Suite *suite = suite_create("coding");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, levels_have_slots, 0, sizeof cases / sizeof *cases);
        tcase_add_test(tc, folds_are_dealt);
        tcase_add_test(tc, a_saved_coding_is_the_same);
        tcase_add_loop_test(tc, a_broken_coding_is_refused, 0, sizeof broken / sizeof *broken);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
