#include "../table/helper.h"

#include "impute/joints.h"

/* -- a strategy that writes down what it was given ----------------------------------------------------------------- */

struct stub {
        size_t rows, wanted;
        double least;
        char purpose[64];
};

static int stub_fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) {
        struct stub *m = calloc(1, sizeof *m);

        ck_assert_ptr_nonnull(m);
        m->rows = train->rows;
        m->least = INFINITY;
        snprintf(m->purpose, sizeof m->purpose, "%s", fit->purpose);
        for (size_t i = 0; i < train->n; i++)
                m->wanted += train->columns[i].wanted;
        for (size_t row = 0; row < train->rows; row++) {
                ck_assert_uint_eq(train->keys[row], row);
                m->least = fmin(m->least, train->columns[2].numbers[row]);
        }
        *ret = m;
        return 0;
}

/* Numbers: rows of the model + offset; texts: its last level. Without rows with a least number: nothing. */
static void stub_put(const struct stub *m, double offset, tamis_frame *rows) {
        for (size_t i = 0; i < rows->n; i++)
                for (size_t row = 0; rows->columns[i].wanted && row < rows->rows; row++) {
                        tamis_frame_column *c = &rows->columns[i];

                        if (c->numbers && isnan(c->numbers[row]) && isfinite(m->least))
                                c->numbers[row] = (double) m->rows + offset;
                        else if (c->codes && c->codes[row] == TAMIS_CODE_MISSING && c->levels > 0)
                                c->codes[row] = (int32_t) c->levels - 1;
                }
}

static int stub_take(const void *model, size_t which, tamis_frame *train, tamis_error *err) {
        stub_put(model, 100 * (double) (which + 1), train);
        return 0;
}

static int stub_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) {
        stub_put(model, 1000 * (double) (which + 1), rows);
        return 0;
}

static size_t stub_imputations(const void *model) {
        return 2;
}

static int stub_save(const void *model, json_t *into, tamis_error *err) {
        const struct stub *m = model;

        return json_object_set_new(into, "rows", json_integer((json_int_t) m->rows)) < 0
                || json_object_set_new(into, "least", tamis_json_number(isfinite(m->least) ? m->least : 1e9)) < 0;
}

static int stub_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
        struct stub *m = calloc(1, sizeof *m);
        uint64_t rows;

        ck_assert_ptr_nonnull(m);
        ck_assert_int_eq(tamis_json_count(from, "rows", &rows, err), 0);
        ck_assert_int_eq(tamis_json_real(from, "least", &m->least, err), 0);
        if (m->least > 1e8)
                m->least = INFINITY;
        m->rows = rows;
        *ret = m;
        return 0;
}

static const tamis_joint stub = {
        .base = { .name = "stub" }, .takes = 1U << TAMIS_TYPE_NUMERIC | 1U << TAMIS_TYPE_CATEGORICAL, .fitted = true,
        .fit = stub_fit, .take = stub_take, .fill = stub_fill, .imputations = stub_imputations,
        .save = stub_save, .load = stub_load, .free = free,
};
static const tamis_joint numbers_only = {
        .base = { .name = "numbers" }, .takes = 1U << TAMIS_TYPE_NUMERIC, .instead = "stub",
        .fit = stub_fit, .fill = stub_fill, .save = stub_save, .load = stub_load, .free = free,
};
static const tamis_joint at_least_three = {
        .base = { .name = "three" }, .takes = 1U << TAMIS_TYPE_NUMERIC | 1U << TAMIS_TYPE_CATEGORICAL, .fewest = 3,
        .fit = stub_fit, .fill = stub_fill, .save = stub_save, .load = stub_load, .free = free,
};

/* -- a table: y, city, x and a group -------------------------------------------------------------------------------- */

static const char names[] = "y,city,x,group\n";
static const char *const rows[] = {
        "1,Ulm,10,g\n", ",Bath,20,g\n", "3,,30,h\n", ",Aix,,g\n", "-0,Bath,50,h\n", "0,Bath,50,h\n", ",Dax,60,\n", "8,,70,k\n",
};
enum { N_ROWS = sizeof rows / sizeof *rows };

struct world {
        struct table t;
        tamis_context context;
        tamis_columns columns;
        tamis_grouping grouping;
        tamis_joints joints;
};

static void bind(tamis_columns *c, size_t n, const char *const *bound, const tamis_type *types, const size_t *at) {
        *c = (tamis_columns) {
                .n = n, .names = calloc(n, sizeof *c->names), .nth = calloc(n, sizeof *c->nth),
                .types = calloc(n, sizeof *c->types), .at = calloc(n, sizeof *c->at),
        };
        for (size_t i = 0; i < n; i++) {
                c->names[i] = strdup(bound[i]);
                c->types[i] = types[i];
                c->at[i] = at[i];
        }
}

static void open_world(struct world *w, bool grouped) {
        *w = (struct world) { .context.seed = 1 };
        ck_assert_int_eq(tamis_pool_new(2, &w->context.pool, NULL), 0);
        bind(&w->columns, 3, (const char *const[]) { "y", "city", "x" },
             (tamis_type[]) { TAMIS_TYPE_NUMERIC, TAMIS_TYPE_CATEGORICAL, TAMIS_TYPE_NUMERIC }, (size_t[]) { 0, 1, 2 });
        if (grouped)
                bind(&w->grouping.columns, 1, (const char *const[]) { "group" },
                     (tamis_type[]) { TAMIS_TYPE_CATEGORICAL }, (size_t[]){ 3 });
        ck_assert_int_eq(tamis_joints_open(&w->joints, &w->context, &w->columns, &w->grouping, NULL), 0);
}

static void close_world(struct world *w) {
        tamis_joints_done(&w->joints);
        tamis_columns_done(&w->columns);
        tamis_grouping_done(&w->grouping);
        tamis_pool_free(w->context.pool);
}

/* Teach rows `order`, the first `cut` of them in a batch of their own. */
static void teach(struct world *w, const size_t *order, size_t cut) {
        for (size_t part = 0; part < 2; part++) {
                tamis_collected some = {0};
                tamis_dict keys = {0};
                const int32_t *codes;
                char text[512] = "";
                struct table t;

                for (size_t i = part ? cut : 0; i < (part ? (size_t) N_ROWS : cut); i++)
                        strcat(text, rows[order[i]]);
                if (!*text)
                        continue;
                table_begin(&t, names, text);
                assert_ok(tamis_collected_learn(&some, &t.batch, &w->columns, NULL, &w->grouping, &t.err));
                if (w->grouping.columns.n) {
                        assert_ok(tamis_grouping_codes(&w->grouping, &keys, &t.batch, &codes, &t.err));
                        assert_ok(tamis_dict_merge(&w->grouping.keys, &keys, NULL, &t.err));
                }
                assert_ok(tamis_collected_merge(&w->joints.collected, &some, &w->grouping, &t.err));
                tamis_collected_done(&some);
                tamis_dict_done(&keys);
                table_done(&t);
        }
}

static const size_t as_is[] = { 0, 1, 2, 3, 4, 5, 6, 7 }, shuffled[] = { 5, 3, 7, 0, 6, 4, 2, 1 };

/* -- the frame ------------------------------------------------------------------------------------------------------ */

START_TEST(a_frame_does_not_hang_on_the_order_of_rows) {
        tamis_frame f[2];
        size_t n[2];

        for (int i = 0; i < 2; i++) {
                const size_t *order = i ? shuffled : as_is;
                uint32_t *place;
                size_t *columns;
                struct world w;

                open_world(&w, false);
                teach(&w, order, (size_t) _i);
                ck_assert_int_eq(tamis_frame_order(&w.columns, &columns, &n[i], NULL), 0);
                ck_assert_int_eq(
                        tamis_collected_frame(&w.joints.collected, &w.columns, columns, n[i], w.context.pool, &f[i],
                                              &place, NULL), 0);
                ck_assert_uint_eq(f[i].rows, N_ROWS);
                ck_assert_uint_eq(f[i].n, 3);
                ck_assert_str_eq(f[i].columns[0].name, "city");
                ck_assert_str_eq(f[i].columns[1].name, "x");
                ck_assert_str_eq(f[i].columns[2].name, "y");
                ck_assert_uint_eq(f[i].columns[0].levels, 4);
                assert_slice(f[i].columns[0].level[0], "Aix");
                assert_slice(f[i].columns[0].level[3], "Ulm");
                ck_assert_uint_eq(f[i].columns[0].missing, 2);
                ck_assert_uint_eq(f[i].columns[2].missing, 3);
                for (size_t row = 0; row < N_ROWS; row++)
                        if (order[row] == 0) {
                                ck_assert_double_eq(f[i].columns[2].numbers[place[row]], 1);
                                ck_assert_double_eq(f[i].columns[1].numbers[place[row]], 10);
                                ck_assert_int_eq(f[i].columns[0].codes[place[row]], 3);
                        }
                free(place);
                free(columns);
                close_world(&w);
        }
        for (size_t row = 0; row < N_ROWS; row++)
                ck_assert_int_eq(f[0].columns[0].codes[row], f[1].columns[0].codes[row]);
        for (size_t c = 1; c < 3; c++)
                ck_assert_mem_eq(f[0].columns[c].numbers, f[1].columns[c].numbers, N_ROWS * sizeof(double));
        tamis_frame_done(&f[0]);
        tamis_frame_done(&f[1]);
}
END_TEST

START_TEST(a_frame_is_saved_and_loaded) {
        double x[] = { 1.5, NAN, -3e-7, 4 };
        int32_t s[] = { 1, 0, TAMIS_CODE_MISSING, 1 };
        const tamis_slice levels[] = { tamis_slice_of("a, b"), tamis_slice_of("\xff;") };
        tamis_frame_column columns[] = {
                { .name = "s", .type = TAMIS_TYPE_CATEGORICAL, .codes = s, .levels = 2, .level = levels, .least = -INFINITY,
                  .most = INFINITY },
                { .name = "x", .type = TAMIS_TYPE_NUMERIC, .numbers = x, .wanted = true, .least = -1, .most = INFINITY },
        };
        tamis_frame frame = { .rows = 4, .n = 2, .columns = columns }, got;
        json_t *saved;

        ck_assert_int_eq(tamis_frame_save(&frame, true, &saved, NULL), 0);
        ck_assert_str_eq(json_string_value(json_object_get(saved, "cells")), "1,1.5;0,;,-3e-07;1,4;");
        ck_assert_int_eq(tamis_frame_load(saved, &got, NULL), 0);
        ck_assert_uint_eq(got.rows, 4);
        ck_assert_uint_eq(got.columns[0].missing, 1);
        ck_assert_uint_eq(got.columns[1].missing, 1);
        ck_assert_mem_eq(got.columns[0].codes, s, sizeof s);
        for (size_t i = 0; i < 4; i++)
                ck_assert(isnan(x[i]) ? isnan(got.columns[1].numbers[i]) : got.columns[1].numbers[i] == x[i]);
        assert_slice(got.columns[0].level[1], "\xff;");
        ck_assert(got.columns[1].wanted && !got.columns[0].wanted);
        ck_assert_double_eq(got.columns[1].least, -1);
        ck_assert(isinf(got.columns[1].most));
        tamis_frame_done(&got);
        json_decref(saved);
}
END_TEST

static const char *const damaged[] = {
        "0,1;", "0,1;0,1;0,1;", "0,1;2,1;", "0,1;0;", "0,1;0,1,2;", "0,1;-1,1;", "0,1;0,x;", "0,1;0,1", "0,1;99999999999,1;",
};

START_TEST(a_damaged_frame_is_refused) {
        json_t *from =
                json_pack("{s:[{s:s,s:s,s:[s,s]},{s:s,s:s}],s:i,s:s}", "columns", "name", "s", "type", "categorical",
                          "levels", "a", "b", "name", "x", "type", "numeric", "rows", 2, "cells", damaged[_i]);
        tamis_frame got;
        tamis_error err;

        ck_assert_ptr_nonnull(from);
        ck_assert_int_eq(tamis_frame_load(from, &got, &err), TAMIS_BAD_MODEL);
        json_decref(from);
}
END_TEST

/* -- fitted and applied ----------------------------------------------------------------------------------------------- */

static void wish(struct world *w, const tamis_joint *y, const tamis_joint *city) {
        w->joints.wishes[0].joint = y;
        w->joints.wishes[1].joint = city;
        w->joints.wishes[0].holes = w->joints.wishes[1].holes = true;
}

/* What goes into column `column` of the rows, first_train as given. */
static tamis_joint_values *apply(struct world *w, const char *text, uint64_t first) {
        const uint8_t *missing[3];
        tamis_joint_values *ret;

        table_begin(&w->t, names, text);
        w->t.batch.first_train = first;
        for (size_t i = 0; i < 3; i++)
                ck_assert_int_eq(tamis_batch_missing(&w->t.batch, i, &missing[i], NULL), 0);
        ck_assert_int_eq(tamis_joints_fill(&w->joints, &w->t.batch, missing, &ret, NULL), 0);
        return ret;
}

START_TEST(train_rows_take_what_was_fitted_and_new_rows_are_filled) {
        tamis_joint_values *v;
        struct world w;

        open_world(&w, false);
        wish(&w, &stub, &stub);
        teach(&w, shuffled, 3);
        ck_assert_int_eq(tamis_joints_fit(&w.joints, NULL), 0);
        ck_assert_uint_eq(w.joints.imputations, 2);
        ck_assert_uint_eq(((struct stub *) w.joints.strategies[0].models[0].model)->wanted, 2);
        /* the second train row is the one with Aix; the third has no city */
        v = apply(&w, ",Aix,,g\n8,,70,k\n", 1);
        ck_assert_double_eq(v[0].numbers[0], N_ROWS + 100);
        ck_assert_double_eq(v[3].numbers[0], N_ROWS + 200);
        assert_slice(v[1].texts[1], "Ulm");
        ck_assert_ptr_null(v[2].numbers);       /* x is nobody's */
        table_done(&w.t);
        v = apply(&w, ",Aix,,g\n", TAMIS_NOT_NUMBERED);
        ck_assert_double_eq(v[0].numbers[0], N_ROWS + 1000);
        ck_assert_double_eq(v[3].numbers[0], N_ROWS + 2000);
        table_done(&w.t);
        close_world(&w);
}
END_TEST

START_TEST(groups_have_models_and_others_that_of_all) {
        const struct { const tamis_joint *joint; const char *row; double want; } cases[] = {
                { &at_least_three, ",Bath,1,g\n", 3 + 1000 },
                { &at_least_three, ",Bath,1,k\n", 8 + 1000 },           /* one row */
                { &at_least_three, ",Bath,1,new\n", 8 + 1000 },
                { &at_least_three, ",Bath,1,\n", 8 + 1000 },
                { &numbers_only, ",Bath,1,k\n", 1 + 1000 },
        };
        const struct stub *whole, *part;
        tamis_joint_values *v;
        struct world w;

        open_world(&w, true);
        wish(&w, cases[_i].joint, NULL);
        teach(&w, as_is, 4);
        ck_assert_int_eq(tamis_joints_fit(&w.joints, NULL), 0);
        whole = w.joints.strategies[0].models[0].model;
        part = w.joints.strategies[0].models[1].model;
        ck_assert_str_eq(whole->purpose, cases[_i].joint->base.name);
        ck_assert_str_ne(part->purpose, whole->purpose);
        v = apply(&w, cases[_i].row, TAMIS_NOT_NUMBERED);
        ck_assert_double_eq(v[0].numbers[0], cases[_i].want);
        table_done(&w.t);
        close_world(&w);
}
END_TEST

START_TEST(a_type_that_cannot_be_filled_is_refused) {
        tamis_error err = {0};
        struct world w;

        open_world(&w, false);
        wish(&w, &numbers_only, &numbers_only);
        w.joints.wishes[1].holes = _i;
        teach(&w, as_is, 4);
        if (_i) {
                ck_assert_int_eq(tamis_joints_fit(&w.joints, &err), TAMIS_USAGE);
                ck_assert_ptr_nonnull(strstr(err.message, "\"city\""));
                ck_assert_ptr_nonnull(strstr(err.message, "stub"));
        } else {
                ck_assert_int_eq(tamis_joints_fit(&w.joints, &err), 0);
        }
        close_world(&w);
}
END_TEST

START_TEST(what_was_saved_fills_the_same) {
        const char *const new_rows = ",Bath,1,g\n,,2,h\n,New,3,other\n1,,,k\n";
        json_t *saved = json_object();
        tamis_joint_values *v[2];
        struct world w[2];

        for (int i = 0; i < 2; i++) {
                open_world(&w[i], true);
                wish(&w[i], &stub, &at_least_three);
        }
        teach(&w[0], shuffled, 2);
        ck_assert_int_eq(tamis_joints_fit(&w[0].joints, NULL), 0);
        ck_assert_int_eq(tamis_joints_save(&w[0].joints, saved, NULL), 0);
        ck_assert_int_eq(tamis_dict_merge(&w[1].grouping.keys, &w[0].grouping.keys, NULL, NULL), 0);
        ck_assert_int_eq(tamis_joints_load(&w[1].joints, saved, NULL), 0);
        ck_assert_uint_eq(w[1].joints.imputations, 2);
        for (int i = 0; i < 2; i++)
                v[i] = apply(&w[i], new_rows, TAMIS_NOT_NUMBERED);
        for (size_t k = 0; k < 2; k++)
                for (size_t row = 0; row < 4; row++) {
                        ck_assert(isnan(v[0][3 * k].numbers[row]) ? isnan(v[1][3 * k].numbers[row])
                                  : v[0][3 * k].numbers[row] == v[1][3 * k].numbers[row]);
                        ck_assert(tamis_slice_equal(v[0][3 * k + 1].texts[row], v[1][3 * k + 1].texts[row]));
                }
        /* the levels of h are Bath alone, and it has three rows */
        assert_slice(v[1][1].texts[1], "Bath");
        assert_slice(v[1][1].texts[3], "Ulm");
        for (int i = 0; i < 2; i++) {
                table_done(&w[i].t);
                close_world(&w[i]);
        }
        json_decref(saved);
}
END_TEST

int main(void) {
        Suite *s = suite_create("joint");
        TCase *t = tcase_create("joint");
        SRunner *sr;
        int failed;

        tcase_add_loop_test(t, a_frame_does_not_hang_on_the_order_of_rows, 0, N_ROWS);
        tcase_add_test(t, a_frame_is_saved_and_loaded);
        tcase_add_loop_test(t, a_damaged_frame_is_refused, 0, sizeof damaged / sizeof *damaged);
        tcase_add_test(t, train_rows_take_what_was_fitted_and_new_rows_are_filled);
        tcase_add_loop_test(t, groups_have_models_and_others_that_of_all, 0, 5);
        tcase_add_loop_test(t, a_type_that_cannot_be_filled_is_refused, 0, 2);
        tcase_add_test(t, what_was_saved_fills_the_same);
        suite_add_tcase(s, t);
        sr = srunner_create(s);
        srunner_run_all(sr, CK_ENV);
        failed = srunner_ntests_failed(sr);
        srunner_free(sr);
        return failed != 0;
}
