/* README.md tells of all functions there are, and of no others. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include <check.h>

#include "drill/functions.h"

static char *text;

static void setup(void) {
        FILE *f = fopen(getenv("TAMIS_DRILL_README"), "r");

        ck_assert_ptr_nonnull(f);
        text = calloc(1, 1 << 18);
        ck_assert_ptr_nonnull(text);
        ck_assert_uint_gt(fread(text, 1, (1 << 18) - 1, f), 1000);
        fclose(f);
}

static void teardown(void) {
        free(text);
}

static bool is_word(const char *name, size_t n) {
        static const char *const words[] = { "row", "rows", "altered" };

        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                if (strlen(words[i]) == n && memcmp(words[i], name, n) == 0)
                        return true;
        return false;
}

/* Its table: lines that begin with a bar, and in them what stands in `backticks`. */
static bool next_name(const char **at, const char **name, size_t *n) {
        for (const char *p = *at; *p;) {
                const char *end = p + strcspn(p, "\n"), *tick = memchr(p, '`', (size_t) (end - p)), *close;
                const char *line = p;

                while (line > text && line[-1] != '\n')
                        line--;
                if (*line != '|' || !tick) {
                        p = end + (*end == '\n');
                        continue;
                }
                close = strchr(tick + 1, '`');
                ck_assert_ptr_nonnull(close);
                *name = tick + 1;
                *n = 0;
                while (isalnum((unsigned char) (*name)[*n]))
                        ++*n;
                *at = close + 1;
                return true;
        }
        return false;
}

START_TEST(what_is_told_is_there) {
        const char *at = text, *name;
        size_t n, found = 0;

        for (; next_name(&at, &name, &n); found++)
                ck_assert_msg(is_word(name, n) || tamis_drill_function_find(name, n), "no %.*s()", (int) n, name);
        ck_assert_uint_gt(found, 70);
}
END_TEST

START_TEST(what_is_there_is_told) {
        const tamis_drill_function *const lists[] = { tamis_drill_draws, tamis_drill_rowwise, tamis_drill_texts,
                                                      tamis_drill_wholes, tamis_drill_measures };

        for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
                for (const tamis_drill_function *f = lists[l]; f->name; f++) {
                        const char *at = text, *name;
                        bool told = false;
                        size_t n;

                        while (!told && next_name(&at, &name, &n))
                                told = strlen(f->name) == n && memcmp(name, f->name, n) == 0;
                        ck_assert_msg(told, "%s() is not in README.md", f->name);
                        ck_assert_uint_le(f->least, f->most);
                        /* no name twice */
                        ck_assert_ptr_eq(tamis_drill_function_find(f->name, strlen(f->name)), f);
                }
}
END_TEST

int main(void) {
        Suite *s = suite_create("drill/functions");
        TCase *t = tcase_create("functions");
        SRunner *runner = srunner_create(s);
        int failures;

        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_test(t, what_is_told_is_there);
        tcase_add_test(t, what_is_there_is_told);
        suite_add_tcase(s, t);
        srunner_run_all(runner, CK_ENV);
        failures = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failures != 0;
}
