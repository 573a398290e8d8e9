/* helper.h: a step taught rows of text, its state open to view. */
#include <check.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "step/run.h"

struct lesson {
        const tamis_step_type *type;
        void *state;
        tamis_settings *settings;
        tamis_context context;
        tamis_schema schema;
        tamis_missing missing;
        tamis_chunk header;
        struct tamis_notes notes;
        tamis_pool *pool;
        tamis_error err;
};

static inline void begin_batch(struct lesson *l, tamis_batch *batch, tamis_slice rows, uint64_t first) {
        tamis_batch_reset(batch);
        ck_assert_int_eq(tamis_chunk_parse(&batch->chunk, rows, ',', l->header.cells, &l->err), 0);
        batch->chunk.file = "t.csv";
        batch->chunk.first_line = first + 2;
        ck_assert_int_eq(tamis_batch_begin(batch, &l->err), 0);
        batch->schema = &l->schema;
        batch->missing = &l->missing;
        batch->precision = -1;
        batch->first_row = batch->first_train = first;
        batch->n_train = batch->n_rows;
}

/* `cut` lines of `rows` at a time, each batch merged before the next. */
static inline int teach(struct lesson *l, const char *rows, size_t cut) {
        void *partial = calloc(1, l->type->partial_size);
        tamis_batch batch = { 0 };
        uint64_t first = 0;
        int r = 0;

        while (r == 0 && *rows) {
                const char *end = rows;

                for (size_t i = 0; i < cut && *end; i++)
                        end = strchr(end, '\n') + 1;
                begin_batch(l, &batch, (tamis_slice) { rows, (size_t) (end - rows) }, first);
                first += batch.n_rows;
                memset(partial, 0, l->type->partial_size);
                r = l->type->learn(l->state, partial, &batch, &l->err);
                if (r == 0)
                        r = l->type->merge(l->state, partial, &l->err);
                l->type->partial_done(partial);
                rows = end;
        }
        tamis_batch_done(&batch);
        free(partial);
        return r;
}

static inline void find_types(struct lesson *l, const char *rows) {
        tamis_batch batch = { 0 };

        begin_batch(l, &batch, tamis_slice_of(rows), 0);
        for (size_t c = 0; c < l->schema.n; c++) {
                tamis_typing typing = { 0 };

                ck_assert_int_eq(tamis_typing_learn(&typing, &batch, c, &l->err), 0);
                l->schema.fields[c].type = tamis_typing_type(&typing);
        }
        tamis_batch_done(&batch);
}

/* configure .. attach; options as name, value, ..., NULL. What it returns is what the step said first that is no 0. */
static inline int lesson_begin(struct lesson *l, const tamis_step_type *type, const char *names, const char *rows,
                               size_t cut, ...) {
        const tamis_dialect comma = { ',', "\n", true };
        size_t cells = 1;
        bool again = false;
        const char *name;
        va_list options;
        int r = 0;

        *l = (struct lesson) { .type = type };
        pthread_mutex_init(&l->notes.lock, NULL);
        for (const char *c = names; *c; c++)
                cells += *c == ',';
        ck_assert_int_eq(tamis_chunk_parse(&l->header, tamis_slice_of(names), ',', cells, &l->err), 0);
        ck_assert_int_eq(tamis_schema_from_header(&l->header, &comma, &l->schema, &l->err), 0);
        ck_assert_int_eq(tamis_missing_init(&l->missing, NULL, &l->err), 0);
        ck_assert_int_eq(tamis_pool_new(2, &l->pool, &l->err), 0);
        ck_assert_int_eq(tamis_settings_new(type, &l->settings, &l->err), 0);
        va_start(options, cut);
        while ((name = va_arg(options, const char *)))
                ck_assert_msg(tamis_settings_set(l->settings, name, va_arg(options, const char *), &l->err) == 0, "%s",
                              l->err.message);
        va_end(options);
        l->context = (tamis_context) {
                .type = type, .settings = l->settings, .pool = l->pool, .missing = &l->missing, .notes = &l->notes,
                .seed = tamis_settings_count(l->settings, "seed"),
        };
        l->state = calloc(1, type->state_size);
        find_types(l, rows);
        r = type->configure(l->state, &l->context, &l->err);
        if (r == 0)
                r = type->bind(l->state, &l->context, &l->schema, &l->err);
        do {
                if (r == 0)
                        r = teach(l, rows, cut);
                again = false;
                if (r == 0)
                        r = type->finish(l->state, &l->context, &again, &l->err);
        } while (r == 0 && again);
        if (r == 0 && type->attach)
                r = type->attach(l->state, &l->context, &l->schema, &l->err);
        return r;
}

static inline void lesson_done(struct lesson *l) {
        l->type->done(l->state);
        free(l->state);
        tamis_settings_free(l->settings);
        tamis_schema_done(&l->schema);
        tamis_missing_done(&l->missing);
        tamis_chunk_done(&l->header);
        tamis_pool_free(l->pool);
        tamis_notes_done(&l->notes);
}

static inline void print_batch(struct lesson *l, tamis_batch *batch, tamis_buffer *out) {
        bool open = false;

        ck_assert_int_eq(tamis_batch_print(batch, 0, batch->n_rows, &l->schema.dialect, out, &open, &l->err), 0);
}

/* What goes out of `rows`: them, changed, and the tail behind. NUL-terminated; the caller frees it. */
static inline char *lesson_output(struct lesson *l, const char *rows) {
        tamis_buffer out = { 0 };
        tamis_batch batch = { 0 };
        size_t blocks = l->type->tail_blocks ? l->type->tail_blocks(l->state) : 0;

        begin_batch(l, &batch, tamis_slice_of(rows), 0);
        ck_assert_int_eq(l->type->apply(l->state, &batch, &l->err), 0);
        print_batch(l, &batch, &out);
        for (size_t block = 0; block < blocks; block++) {
                tamis_batch_reset(&batch);
                batch.schema = &l->schema;
                batch.missing = &l->missing;
                batch.precision = -1;
                ck_assert_int_eq(l->type->tail(l->state, block, &batch, &l->err), 0);
                print_batch(l, &batch, &out);
        }
        tamis_batch_done(&batch);
        ck_assert_int_eq(tamis_buffer_add(&out, "", 1, &l->err), 0);
        return out.p;
}

static inline int run_suite(const char *name, void (*fill)(TCase *)) {
        Suite *suite = suite_create(name);
        TCase *tcase = tcase_create(name);
        SRunner *runner;
        int failed;

        tcase_set_timeout(tcase, 0);
        fill(tcase);
        suite_add_tcase(suite, tcase);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
