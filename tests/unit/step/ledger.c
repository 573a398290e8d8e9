#include "../table/helper.h"

#include "step/ledger.h"

/* A summary that needs two passes: first the mean, then the sum of the distances to it. */
struct spread {
        double sum, away;
        size_t n, calls;
        unsigned pass;
};

static int spread_partial(const void *of, void *ret, tamis_error *err) {
        const struct spread *s = of;

        *(struct spread *) ret = (struct spread) {
                .pass = s->pass, .sum = s->pass ? s->sum : 0, .n = s->pass ? s->n : 0,
        };
        return 0;
}

static int spread_add(void *sum, const double *x, size_t n, tamis_error *err) {
        struct spread *s = sum;

        s->calls++;
        for (size_t i = 0; i < n; i++) {
                if (isnan(x[i]))
                        continue;
                if (s->pass == 0)
                        s->sum += x[i], s->n++;
                else
                        s->away += fabs(x[i] - s->sum / (double) s->n);
        }
        return 0;
}

static int spread_merge(void *into, void *from, tamis_error *err) {
        struct spread *a = into, *b = from;

        if (a->pass == 0)
                a->sum += b->sum, a->n += b->n;
        a->away += b->away;
        a->calls += b->calls;
        return 0;
}

static int spread_settle(void *sum, bool *again, tamis_error *err) {
        struct spread *s = sum;

        *again = s->pass++ == 0;
        return 0;
}

static const tamis_summary spread = {
        .size = sizeof(struct spread), .partial = spread_partial, .add_numbers = spread_add, .merge = spread_merge,
        .settle = spread_settle,
};

static int plain_settle(void *sum, bool *again, tamis_error *err) {
        *again = false;
        return 0;
}

/* The same, but one pass is enough for it. */
static const tamis_summary plain = {
        .size = sizeof(struct spread), .add_numbers = spread_add, .merge = spread_merge, .settle = plain_settle,
};

static int texts_add(void *sum, const tamis_slice *texts, size_t n, tamis_error *err) {
        size_t *total = sum;

        for (size_t i = 0; i < n; i++)
                *total += texts[i].n;
        return 0;
}

static int texts_merge(void *into, void *from, tamis_error *err) {
        *(size_t *) into += *(size_t *) from;
        return 0;
}

static const tamis_summary lengths = { .size = sizeof(size_t), .add_texts = texts_add, .merge = texts_merge };

/* -- a table in pieces --------------------------------------------------------------------------------------------- */

static const char *const pieces[] = {
        "1,10,ab,,g\n,20,,,h\n3,,abc,,g\n",
        "5,60,x,,\n7,30,y,,g\n",
        "9,40,zz,,k\n",
};

static void bind_column(tamis_columns *c, size_t i, const char *name, tamis_type type) {
        c->names[i] = strdup(name);
        c->types[i] = type;
        c->at[i] = i;
}

static void new_columns(tamis_columns *c, size_t n) {
        *c = (tamis_columns) {
                .n = n, .names = calloc(n, sizeof *c->names), .nth = calloc(n, sizeof *c->nth),
                .types = calloc(n, sizeof *c->types), .at = calloc(n, sizeof *c->at),
        };
}

static void one_pass(tamis_ledger *ledger, tamis_grouping *grouping, size_t *seen) {
        for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
                struct table t;
                tamis_page page = {0};

                table_begin(&t, "a,b,c,d,group\n", pieces[i]);
                assert_ok(tamis_ledger_learn(ledger, &page, &t.batch, &t.err));
                assert_ok(tamis_ledger_merge(ledger, &grouping->keys, &page, &t.err));
                *seen += t.batch.n_rows;
                tamis_page_done(&page);
                tamis_page_done(&page);
                table_done(&t);
        }
}

START_TEST(columns_groups_and_passes) {
        const tamis_summary *const summaries[] = { &spread, &plain, &lengths, NULL };
        tamis_columns columns;
        tamis_grouping grouping = {0};
        tamis_ledger ledger = {0};
        tamis_error err = {0};
        const struct spread *s;
        bool again = false;
        size_t rows = 0;

        new_columns(&columns, 4);
        bind_column(&columns, 0, "a", TAMIS_TYPE_NUMERIC);
        bind_column(&columns, 1, "b", TAMIS_TYPE_NUMERIC);
        bind_column(&columns, 2, "c", TAMIS_TYPE_CATEGORICAL);
        bind_column(&columns, 3, "d", TAMIS_TYPE_EMPTY);
        new_columns(&grouping.columns, 1);
        bind_column(&grouping.columns, 0, "group", TAMIS_TYPE_CATEGORICAL);
        grouping.columns.at[0] = 4;
        ck_assert_int_eq(tamis_ledger_init(&ledger, &columns, &grouping, summaries, &err), 0);

        one_pass(&ledger, &grouping, &rows);
        ck_assert_int_eq(tamis_ledger_settle(&ledger, &again, &err), 0);
        ck_assert(again);
        one_pass(&ledger, &grouping, &rows);
        ck_assert_int_eq(tamis_ledger_settle(&ledger, &again, &err), 0);
        ck_assert(!again);
        ck_assert_uint_eq(rows, 12);

        /* a: 1 3 5 7 9, mean 5, distances 4 2 0 2 4 */
        s = ledger.lines[0].sum;
        ck_assert_double_eq(s->sum, 25);
        ck_assert_double_eq(s->away, 12);
        ck_assert_uint_eq(ledger.lines[0].rows, 6);
        ck_assert_uint_eq(ledger.lines[0].missing, 1);
        /* b was settled after the first pass, and not added to in the second */
        s = ledger.lines[1].sum;
        ck_assert_double_eq(s->sum, 160);
        ck_assert_uint_eq(s->n, 5);
        ck_assert_uint_eq(*(size_t *) ledger.lines[2].sum, 2 + 3 + 1 + 1 + 2);
        ck_assert_ptr_null(ledger.lines[3].sum);
        ck_assert_uint_eq(ledger.lines[3].missing, 6);

        /* groups g, h, k in the order they came; the row without one is in none */
        ck_assert_uint_eq(grouping.keys.n, 3);
        ck_assert_uint_eq(ledger.groups, 3);
        s = tamis_ledger_grouped(&ledger, 0, 0);
        ck_assert_double_eq(s->sum, 1 + 3 + 7);
        ck_assert_uint_eq(s->calls, 2);         /* pieces with rows of it; groups learn in the first pass alone */
        ck_assert_ptr_null(tamis_ledger_grouped(&ledger, 1, 0));
        s = tamis_ledger_grouped(&ledger, 0, 1);
        ck_assert_double_eq(s->sum, 10 + 30);
        s = tamis_ledger_grouped(&ledger, 1, 1);
        ck_assert_double_eq(s->sum, 20);
        s = tamis_ledger_grouped(&ledger, 2, 1);
        ck_assert_double_eq(s->sum, 40);
        ck_assert_uint_eq(*(const size_t *) tamis_ledger_grouped(&ledger, 0, 2), 2 + 3 + 1);
        ck_assert_ptr_null(tamis_ledger_grouped(&ledger, 1, 2));

        tamis_ledger_done(&ledger);
        tamis_ledger_done(&ledger);
        tamis_grouping_done(&grouping);
        tamis_columns_done(&columns);
}
END_TEST

/* -- groups -------------------------------------------------------------------------------------------------------- */

START_TEST(keys_do_not_run_together) {
        struct table t;
        tamis_grouping grouping = {0};
        const int32_t *codes, *found;
        json_t *texts;
        /* "a","bc" is not "ab","c"; a hole is in no group; quotes are no part of a text */
        static const int32_t want[] = { 0, 1, -1, 0, 2 };

        table_begin(&t, "x,y\n", "a,bc\nab,c\n,c\n\"a\",\"bc\"\nbc,a\n");
        new_columns(&grouping.columns, 2);
        bind_column(&grouping.columns, 0, "x", TAMIS_TYPE_CATEGORICAL);
        bind_column(&grouping.columns, 1, "y", TAMIS_TYPE_CATEGORICAL);
        assert_ok(tamis_grouping_codes(&grouping, &grouping.keys, &t.batch, &codes, &t.err));
        assert_ok(tamis_grouping_codes(&grouping, NULL, &t.batch, &found, &t.err));
        ck_assert_mem_eq(codes, want, sizeof want);
        ck_assert_mem_eq(found, want, sizeof want);

        texts = tamis_grouping_texts(&grouping, 1);
        ck_assert_str_eq(json_string_value(json_array_get(texts, 0)), "ab");
        ck_assert_str_eq(json_string_value(json_array_get(texts, 1)), "c");
        ck_assert_int_eq(tamis_grouping_load(&grouping, texts, &t.err), TAMIS_BAD_MODEL);
        json_array_append_new(texts, json_string("z"));
        ck_assert_int_eq(tamis_grouping_load(&grouping, texts, &t.err), TAMIS_BAD_MODEL);
        json_decref(texts);
        tamis_grouping_done(&grouping);
        table_done(&t);
}
END_TEST

START_TEST(runs_are_the_rows_of_each_group) {
        struct table t;
        tamis_runs runs;
        static const int32_t codes[] = { 2, -1, 0, 2, 0, 2 };
        static const uint32_t rows[] = { 2, 4, 0, 3, 5 };
        static const size_t starts[] = { 0, 2, 2, 5 };

        table_begin(&t, "x\n", "1\n2\n3\n4\n5\n6\n");
        assert_ok(tamis_grouping_runs(codes, 3, &t.batch, &runs, &t.err));
        ck_assert_mem_eq(runs.rows, rows, sizeof rows);
        ck_assert_mem_eq(runs.starts, starts, sizeof starts);
        table_done(&t);
}
END_TEST

int main(void) {
        Suite *s = suite_create("ledger");
        TCase *t = tcase_create("ledger");
        SRunner *runner;
        int failed;

        tcase_add_test(t, columns_groups_and_passes);
        tcase_add_test(t, keys_do_not_run_together);
        tcase_add_test(t, runs_are_the_rows_of_each_group);
        suite_add_tcase(s, t);
        runner = srunner_create(s);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
