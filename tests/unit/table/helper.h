/* helper.h: batches made of text, for the tests of this folder. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/batch.h>
#include <tamis/number.h>

static const tamis_dialect comma = { ',', "\n", true };

/* What a test needs: a batch over `rows`, its schema from the line `names`, the default tokens. */
struct table {
        tamis_chunk header;
        tamis_schema schema;
        tamis_missing missing;
        tamis_batch batch;
        tamis_error err;
};

static inline void table_done(struct table *t) {
        tamis_batch_done(&t->batch);
        tamis_schema_done(&t->schema);
        tamis_missing_done(&t->missing);
        tamis_chunk_done(&t->header);
}

static inline size_t count_cells(const char *names) {
        size_t n = 1;

        for (bool quoted = false; *names; names++) {
                quoted ^= *names == '"';
                n += *names == ',' && !quoted;
        }
        return n;
}

static inline void table_schema(struct table *t, const char *names) {
        ck_assert_int_eq(tamis_chunk_parse(&t->header, tamis_slice_of(names), ',', count_cells(names), &t->err), 0);
        ck_assert_int_eq(tamis_schema_from_header(&t->header, &comma, &t->schema, &t->err), 0);
}

static inline void table_begin_n(struct table *t, const char *names, tamis_slice rows, const char *na) {
        *t = (struct table) { 0 };
        table_schema(t, names);
        ck_assert_int_eq(tamis_missing_init(&t->missing, na, &t->err), 0);
        tamis_batch_reset(&t->batch);
        ck_assert_int_eq(tamis_chunk_parse(&t->batch.chunk, rows, ',', t->schema.n, &t->err), 0);
        t->batch.chunk.file = "t.csv";
        t->batch.chunk.first_line = 2;
        ck_assert_int_eq(tamis_batch_begin(&t->batch, &t->err), 0);
        t->batch.schema = &t->schema;
        t->batch.missing = &t->missing;
}

static inline void table_begin(struct table *t, const char *names, const char *rows) {
        table_begin_n(t, names, tamis_slice_of(rows), NULL);
}

#define assert_ok(expr) ck_assert_msg((expr) == 0, "%s", t.err.message)

static inline bool slice_is(tamis_slice s, const char *want) {
        return tamis_slice_equal(s, tamis_slice_of(want));
}

#define assert_slice(s, want) do {                                                                              \
        tamis_slice s_ = (s);                                                                                   \
        ck_assert_msg(slice_is(s_, (want)), "\"%.*s\" is not \"%s\"", (int) s_.n, s_.p, (want));                \
} while (0)

/* Rows [first, last) print as `want`, and leave the last row open or not. */
#define assert_prints(b, first, last, dialect, want, want_open) do {                                            \
        tamis_buffer out_ = { 0 };                                                                              \
        bool open_ = !(want_open);                                                                              \
        ck_assert_int_eq(tamis_batch_print((b), (first), (last), (dialect), &out_, &open_, NULL), 0);           \
        assert_slice(((tamis_slice) { out_.p, out_.n }), (want));                                               \
        ck_assert_int_eq(open_, (want_open));                                                                   \
        tamis_buffer_done(&out_);                                                                               \
} while (0)

#define TEST_MAIN(name, ...)                                                                                    \
        int main(void) {                                                                                        \
                TCase *tc = tcase_create(name);                                                                 \
                Suite *suite = suite_create(name);                                                              \
                SRunner *runner = srunner_create(suite);                                                        \
                int failed;                                                                                     \
                                                                                                                \
                tcase_set_timeout(tc, 0);                                                                       \
                __VA_ARGS__                                                                                     \
                suite_add_tcase(suite, tc);                                                                     \
                srunner_run_all(runner, CK_ENV);                                                                \
                failed = srunner_ntests_failed(runner);                                                         \
                srunner_free(runner);                                                                           \
                return failed != 0;                                                                             \
        }
#define TEST(name) tcase_add_test(tc, name);
#define TESTS(name, cases) tcase_add_loop_test(tc, name, 0, sizeof(cases) / sizeof *(cases));
