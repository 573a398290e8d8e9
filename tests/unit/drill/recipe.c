/* A drill.ini read, its tables made and its files written. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <check.h>

#include "drill/formula.h"
#include "drill/recipe.h"

static char folder[64];

static void setup(void) {
        snprintf(folder, sizeof folder, "/tmp/tamis-recipe-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void) {
        char command[128];

        snprintf(command, sizeof command, "rm -rf %s", folder);
        ck_assert_int_eq(system(command), 0);
}

static const char *in_folder(const char *name) {
        static char path[128];

        snprintf(path, sizeof path, "%s/%s", folder, name);
        return path;
}

static int read_config(const char *text, tamis_drill_config *c, tamis_error *err) {
        FILE *f = fopen(in_folder("drill.ini"), "w");

        ck_assert_ptr_nonnull(f);
        fputs(text, f);
        fclose(f);
        return tamis_drill_config_read(in_folder("drill.ini"), c, err);
}

static const char *text_of(const char *name) {
        static char text[4096];
        FILE *f = fopen(in_folder(name), "r");
        size_t n;

        ck_assert_ptr_nonnull(f);
        n = fread(text, 1, sizeof text - 1, f);
        fclose(f);
        text[n] = '\0';
        return text;
}

START_TEST(sections_and_values) {
        tamis_drill_config c;
        const tamis_drill_section *s;

        ck_assert_int_eq(read_config("title = A  title   # with a comment\n# another\nodd=1\n\n"
                                     "[ table  two words ]\r\n x = 1 # no\n", &c, NULL),
                         TAMIS_BAD_DATA);
        ck_assert_int_eq(read_config("title = A  title   # with a comment\n# another\nodd=1\nodd = 'a # b' \n\n"
                                     "[ table  two words ]\r\n"
                                     "x = 1 +\n  2\n\t+ 3\ny =\n", &c, NULL), 0);
        ck_assert_uint_eq(c.n, 2);
        ck_assert_str_eq(tamis_drill_config_value(&c.sections[0], "title"), "A  title");
        ck_assert_str_eq(tamis_drill_config_value(&c.sections[0], "odd"), "'a # b'");
        s = tamis_drill_config_section(&c, "table", "two words");
        ck_assert_ptr_nonnull(s);
        ck_assert_ptr_null(tamis_drill_config_section(&c, "table", "x"));
        ck_assert_uint_eq(s->line, 6);
        ck_assert_str_eq(tamis_drill_config_value(s, "x"), "1 + 2 + 3");
        ck_assert_str_eq(tamis_drill_config_value(s, "y"), "");
        ck_assert_ptr_null(tamis_drill_config_value(s, "z"));
        ck_assert_ptr_null(tamis_drill_config_value(NULL, "z"));
        ck_assert_uint_eq(s->entries[1].line, 10);
        tamis_drill_config_done(&c);
}
END_TEST

START_TEST(bad_configs) {
        static const char *const texts[] = { "x\n", "[table\n", "= 3\n", "  go on\n" };
        tamis_drill_config c;
        tamis_error err = {0};

        ck_assert_int_eq(read_config(texts[_i], &c, &err), TAMIS_BAD_DATA);
        ck_assert_uint_eq(err.line, 1);
        ck_assert_int_eq(tamis_drill_config_read("/nowhere/drill.ini", &c, &err), TAMIS_IO);
}
END_TEST

static const char recipe[] =
        "[table codes]\nrows = 3\nname = join('c', row)\neffect = row * 10\n"
        "[table all]\nrows = 2 * 3\n.i = (row - 1) % 3 + 1\ncode = lookup(codes.name, .i)\n"
        "x = lookup(codes.effect, .i) + row\n"
        "one = 1\nx = if(altered and row > 3, -x, x)\nkeep = row != 2\norder = -row\n"
        "[table most]\nrows = 1\nx = highest(all.x)\nodd = lookup(all.one, 4)\n"
        "[file a.csv]\ntable = all\ncolumns = x, code as \"The, code\"\n"
        "[file b.csv]\ntable = all\nwhere = x > 20\nmissing = NA\n";

START_TEST(tables_and_files) {
        tamis_drill_config c;
        tamis_drill_world w;

        ck_assert_int_eq(read_config(recipe, &c, NULL), 0);
        tamis_drill_world_init(&w, 1, _i == 1);
        ck_assert_int_eq(tamis_drill_recipe_make(&c, &w, NULL), 0);
        ck_assert_double_eq(tamis_drill_table_column(tamis_drill_world_table(&w, "most"), "odd")->number[0], 1);
        ck_assert_int_eq(tamis_drill_recipe_write(&c, &w, folder, NULL), 0);
        ck_assert_str_eq(text_of("a.csv"), _i == 0 ? "x,\"The, code\"\n36,c3\n25,c2\n14,c1\n33,c3\n11,c1\n"
                                                   : "x,\"The, code\"\n-36,c3\n-25,c2\n-14,c1\n33,c3\n11,c1\n");
        ck_assert_str_eq(text_of("b.csv"), _i == 0 ? "code,x,one\nc3,36,1\nc2,25,1\nc3,33,1\n"
                         : "code,x,one\nc3,33,1\n");
        tamis_drill_world_done(&w);
        tamis_drill_config_done(&c);
}
END_TEST

/* No -0, quotes where they are needed, a record of one missing cell that is no empty line; no rows at all. */
START_TEST(cells) {
        static const char *const recipe_of[] = {
                "[table t]\nrows = 3\nx = -(row - 2)\ny = if(row == 2, 'a, \"b\"', ' c ')\n.z = if(row > 1, missing, 1e21)\n"
                "[file a.csv]\ntable = t\n[file b.csv]\ntable = t\ncolumns = .z as z\n",
                "[table t]\nrows = 0\nx = normal(0, 1)\ny = join('a', row)\nm = mean(x, y) + cumsum(x) + rank(x)\n"
                "order = x\nkeep = x > 0\n[table s]\nrows = 1\nx = mean(t.x)\ny = lookup(t.y, 1)\n"
                "[file a.csv]\ntable = t\n[file b.csv]\ntable = s\nwhere = ismissing(y)\n",
        };
        static const char *const want[][2] = {
                { "x,y\n1, c \n0,\"a, \"\"b\"\"\"\n-1, c \n", "z\n1e+21\n\"\"\n\"\"\n" },
                { "x,y,m\n", "x,y\n,\n" },
        };
        tamis_drill_config c;
        tamis_drill_world w;
        tamis_error err = {0};

        ck_assert_int_eq(read_config(recipe_of[_i], &c, NULL), 0);
        tamis_drill_world_init(&w, 1, false);
        ck_assert_msg(tamis_drill_recipe_make(&c, &w, &err) == 0, "%s", err.message);
        ck_assert_int_eq(tamis_drill_recipe_write(&c, &w, folder, NULL), 0);
        ck_assert_str_eq(text_of("a.csv"), want[_i][0]);
        ck_assert_str_eq(text_of("b.csv"), want[_i][1]);
        ck_assert_int_eq(tamis_drill_recipe_write(&c, &w, "/nowhere/at/all", &err), TAMIS_IO);
        ck_assert_str_eq(err.file, "/nowhere/at/all/a.csv");
        tamis_drill_world_done(&w);
        tamis_drill_config_done(&c);
}
END_TEST

/* A column added to a recipe leaves the others alone. */
START_TEST(columns_do_not_meddle) {
        static const char *const recipes[] = { "[table t]\nrows = 9\nx = normal(0, 1)\n[file a.csv]\ntable = t\n",
                                               "[table t]\nrows = 9\n.y = normal(0, 1)\nx = normal(0, 1)\n"
                                               "[file a.csv]\ntable = t\n" };
        char first[4096] = "";

        for (size_t i = 0; i < 2; i++) {
                tamis_drill_config c;
                tamis_drill_world w;

                ck_assert_int_eq(read_config(recipes[i], &c, NULL), 0);
                tamis_drill_world_init(&w, 3, false);
                ck_assert_int_eq(tamis_drill_recipe_make(&c, &w, NULL), 0);
                ck_assert_int_eq(tamis_drill_recipe_write(&c, &w, folder, NULL), 0);
                if (i == 0)
                        snprintf(first, sizeof first, "%s", text_of("a.csv"));
                else
                        ck_assert_str_eq(text_of("a.csv"), first);
                tamis_drill_world_done(&w);
                tamis_drill_config_done(&c);
        }
}
END_TEST

/* A column that is set again draws anew: holes do not hang on what the value was drawn from. */
START_TEST(set_again) {
        tamis_drill_config c;
        tamis_drill_world w;
        const tamis_drill_column *mean, *low;

        ck_assert_int_eq(read_config("[table t]\nrows = 20000\n.u = uniform(0, 1)\nx = uniform(0, 1)\n"
                                     "x = hole(x, .3)\nx = x + uniform(0, 1)\n"
                                     "[table s]\nrows = 1\nmean = mean(t.x)\nvariance = sd(t.x) ^ 2\n", &c, NULL), 0);
        tamis_drill_world_init(&w, 3, false);
        ck_assert_int_eq(tamis_drill_recipe_make(&c, &w, NULL), 0);
        mean = tamis_drill_table_column(tamis_drill_world_table(&w, "s"), "mean");
        low = tamis_drill_table_column(tamis_drill_world_table(&w, "s"), "variance");
        ck_assert_double_lt(fabs(mean->number[0] - 1), .02);
        ck_assert_double_lt(fabs(low->number[0] - 1 / 6.), .01);        /* of twice the same it would be 1/3 */
        tamis_drill_world_done(&w);
        tamis_drill_config_done(&c);
}
END_TEST

static const struct {
        const char *recipe;
        unsigned line;
        const char *said;
} wrong[] = {
        { "[table t]\nx = 1\n", 1, "how many rows" },
        { "[table t]\nrows = -1\n", 1, "rows = -1" },
        { "[table t]\nrows = 3\nx = 1\ny = u\n", 4, "no column or figure \"u\"" },
        { "[table t]\nrows = 3\n[table t]\nrows = 1\n", 3, "second table" },
        { "[table t]\nrows = 3\nx = 1\n[file a.csv]\ntable = t\nwhere = normal(0, 1)\n", 6, "draws" },
        { "[table t]\nrows = 3\nx = 1\n[file a.csv]\ntable = u\n", 5, "\"u\" is none" },
        { "[table t]\nrows = 3\nx = 1\n[file a.csv]\ntable = t\ncolumns = y\n", 6, "no column \"y\"" },
        { "[table t]\nrows = 3\nx = 1\n[file ../a.csv]\ntable = t\n", 4, "plain file" },
        { "[table t]\nrows = 3\nx = 1\n[file a.csv]\nx = 1\n", 4, "table = NAME" },
        { "[table t]\nrows = 3\nx = 1\n[file a.csv]\ntable = t\ncolums = x\n", 6, "no \"colums\"" },
        { "[table t]\nrows = 3\nprice = 1\n[file a.csv]\ntable = t\ncolumns = price,\n   prize\n", 6,
          "did you mean \"price\"?" },
        { "[table t]\nrows = 3\n.x = 1\n[file a.csv]\ntable = t\n", 4, "no columns" },
        { "[table t]\nrows = 3\nx = 'a'\nkeep = x\n", 4, "no condition" },
        { "[table t]\nrows = 3\nmy x = 1\n", 3, "\"my x\" cannot be" },
        { "[table t]\nrows = 3\nrow = 1\n", 3, "\"row\" cannot be" },
        { "[table]\nrows = 3\n", 1, "has a name" },
        { "[tabel t]\nrows = 3\n", 1, "(did you mean \"table\"?)" },
        { "[table t]\nrows = 3\nx = normal(0, 1 / 0)\n", 3, "row 1: there is no normal(0, inf)" },
        { "[table t]\nrows = 3\nx = poisson(2 - row)\n", 3, "row 3: there is no poisson(-1)" },
        { "[table t]\nrows = 3\nx = choice('a', .6, 'b', .6)\n", 3, "come to 1.2" },
        { "[table t]\nrows = 3\nx = choice('a', .6, 'b', .4, 'c')\n", 3, "in turn" },
        { "[table t]\nrows = 3\nx = choice('a', .6, 1, .4)\n", 3, "of one kind" },
};

START_TEST(mistakes) {
        tamis_drill_config c;
        tamis_drill_world w;
        tamis_error err = {0};
        int r;

        ck_assert_int_eq(read_config(wrong[_i].recipe, &c, NULL), 0);
        tamis_drill_world_init(&w, 1, false);
        r = tamis_drill_recipe_make(&c, &w, &err);
        if (r == 0)
                r = tamis_drill_recipe_write(&c, &w, folder, &err);
        ck_assert_int_eq(r, TAMIS_BAD_DATA);
        ck_assert_uint_eq(err.line, wrong[_i].line);
        ck_assert_msg(strstr(err.message, wrong[_i].said) != NULL, "%s", err.message);
        tamis_drill_world_done(&w);
        tamis_drill_config_done(&c);
}
END_TEST

int main(void) {
        Suite *s = suite_create("drill/recipe");
        TCase *t = tcase_create("recipe");
        SRunner *runner = srunner_create(s);
        int failures;

        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_test(t, sections_and_values);
        tcase_add_loop_test(t, bad_configs, 0, 4);
        tcase_add_loop_test(t, tables_and_files, 0, 2);
        tcase_add_loop_test(t, cells, 0, 2);
        tcase_add_test(t, columns_do_not_meddle);
        tcase_add_test(t, set_again);
        tcase_add_loop_test(t, mistakes, 0, sizeof wrong / sizeof *wrong);
        suite_add_tcase(s, t);
        srunner_run_all(runner, CK_ENV);
        failures = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failures != 0;
}
