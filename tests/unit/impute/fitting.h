/* A frame from a few numbers, a joint strategy fitted to it, rows filled. */
#ifndef TESTS_IMPUTE_FITTING_H
#define TESTS_IMPUTE_FITTING_H

#include <check.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>

#include <tamis/pool.h>
#include <tamis/step.h>

#include "impute/impute.h"
#include "impute/joint.h"
#include "step/run.h"

enum { FITTING_COLUMNS = 8, FITTING_LEVELS = 8 };
#define N NAN

struct fitting {
        const tamis_joint *joint;
        tamis_error err;
        tamis_pool *pool;
        tamis_settings *settings;
        tamis_notes notes;
        tamis_context context;
        void *model;
};

/* Rows of n cells; a letter in `types` for each column: n a number, c a category, whose cells are levels. Capital: not
 * wanted. */
static inline tamis_frame frame_of(const char *types, const double *cells, size_t rows) {
        static const char *const names[FITTING_COLUMNS] = { "a", "b", "c", "d", "e", "f", "g", "h" };
        static const tamis_slice texts[FITTING_LEVELS] = {
                { "A", 1 }, { "B", 1 }, { "C", 1 }, { "D", 1 }, { "E", 1 }, { "F", 1 }, { "G", 1 }, { "H", 1 },
        };
        tamis_frame_column columns[FITTING_COLUMNS] = { 0 };
        tamis_frame shape = { .n = strlen(types), .columns = columns }, ret;

        ck_assert(shape.n <= FITTING_COLUMNS);
        for (size_t j = 0; j < shape.n; j++) {
                bool number = types[j] == 'n' || types[j] == 'N';

                columns[j] = (tamis_frame_column) {
                        .name = names[j], .type = number ? TAMIS_TYPE_NUMERIC : TAMIS_TYPE_CATEGORICAL,
                        .wanted = types[j] >= 'a', .least = -INFINITY, .most = INFINITY,
                        .levels = number ? 0 : FITTING_LEVELS, .level = number ? NULL : texts,
                };
        }
        ck_assert_int_eq(tamis_frame_like(&shape, rows, &ret, NULL), 0);
        for (size_t row = 0; row < rows; row++) {
                ret.keys[row] = row;
                for (size_t j = 0; j < shape.n; j++) {
                        double x = cells[row * shape.n + j];
                        tamis_frame_column *c = &ret.columns[j];

                        c->missing -= !isnan(x);
                        if (c->numbers)
                                c->numbers[row] = x;
                        else if (!isnan(x))
                                c->codes[row] = (int32_t) x;
                }
        }
        return ret;
}

/* Options as name, value, ..., NULL. */
static inline int fit(struct fitting *f, const tamis_joint *joint, const tamis_frame *train, ...) {
        const char *name;
        va_list options;
        tamis_fit surroundings = { &f->context, "test" };

        *f = (struct fitting) { .joint = joint };
        pthread_mutex_init(&f->notes.lock, NULL);
        ck_assert_int_eq(tamis_pool_new(2, &f->pool, &f->err), 0);
        ck_assert_int_eq(tamis_settings_new(&tamis_step_impute, &f->settings, &f->err), 0);
        va_start(options, train);
        while ((name = va_arg(options, const char *)))
                ck_assert_int_eq(tamis_settings_set(f->settings, name, va_arg(options, const char *), &f->err), 0);
        va_end(options);
        f->context = (tamis_context) { .type = &tamis_step_impute, .settings = f->settings, .pool = f->pool, .seed = 1,
                                        .notes = &f->notes };
        return joint->fit(train, &surroundings, &f->model, &f->err);
}

static inline void fitting_done(struct fitting *f) {
        f->joint->free(f->model);
        tamis_settings_free(f->settings);
        tamis_pool_free(f->pool);
        tamis_notes_done(&f->notes);
}

/* Saved and loaded again, it is the same model. */
static inline void reload(struct fitting *f, const tamis_frame *shape) {
        json_t *into = json_object();

        ck_assert_int_eq(f->joint->save(f->model, into, &f->err), 0);
        f->joint->free(f->model);
        f->model = NULL;
        ck_assert_msg(f->joint->load(into, shape, &f->model, &f->err) == 0, "%s", f->err.message);
        json_decref(into);
}

/* Train filled; cells as they went in, codes as numbers. */
static inline double filled(const struct fitting *f, tamis_frame *rows, size_t row, size_t column) {
        ck_assert_int_eq(f->joint->fill(f->model, 0, rows, NULL), 0);
        return rows->columns[column].numbers ? rows->columns[column].numbers[row] : rows->columns[column].codes[row];
}

#endif
