/* As JSON:
 *
 *     { "seed": "7", "purpose": "mice", "imputations": 5, "iterations": 5, "donors": 5, "sweep": "roman",
 *       "methods": [ "pmm", ... ], "train": { rows and cells }, "filled": [ "22,38.5;0,1;", ... ] }
 *
 * `filled`: per imputation, per column with holes in the order of names, what is in its holes from row to row; a
 * category is the number of its level. The regressions for new rows follow from all this.
 */
#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "impute/joint_options.h"
#include "impute/mice.h"

static int save_filled(const tamis_mice *m, const tamis_mice_chain *chain, json_t *into, tamis_error *err) {
        tamis_buffer text = {0};
        int r = 0;

        for (size_t j = 0; r == 0 && j < m->train.n; j++) {
                if (!chain->filled[j])
                        continue;
                r = tamis_buffer_reserve(&text, m->columns[j].n_holes * (TAMIS_NUMBER_MAX + 1) + 1, err);
                for (size_t i = 0; r == 0 && i < m->columns[j].n_holes; i++) {
                        if (i > 0)
                                text.p[text.n++] = ',';
                        text.n += tamis_number_print(chain->filled[j][i], text.p + text.n);
                }
                if (r == 0)
                        text.p[text.n++] = ';';
        }
        if (r == 0 && json_array_append_new(into, json_stringn_nocheck(text.p ? text.p : "", text.n)) < 0)
                r = tamis_fail_memory(err);
        tamis_buffer_done(&text);
        return r;
}

int tamis_mice_save(const void *model, json_t *into, tamis_error *err) {
        const tamis_mice *m = model;
        json_t *methods, *filled, *train;
        char seed[24];
        int r = tamis_frame_save(&m->train, true, &train, err);

        if (r < 0)
                return r;
        snprintf(seed, sizeof seed, "%llu", (unsigned long long) m->options.seed);
        (void) json_object_del(train, "columns");       /* those of the model */
        r = json_object_set_new(into, "train", train);
        r |= json_object_set_new(into, "seed", json_string(seed));      /* no double would hold it */
        r |= json_object_set_new(into, "purpose", tamis_json_bytes((tamis_slice) { m->row_purpose,
                                                                                   strlen(m->row_purpose) - 4 }));
        r |= json_object_set_new(into, "imputations", json_integer((json_int_t) m->options.imputations));
        r |= json_object_set_new(into, "iterations", json_integer((json_int_t) m->options.iterations));
        r |= json_object_set_new(into, "donors", json_integer((json_int_t) m->options.donors));
        r |= json_object_set_new(into, "sweep", json_string(tamis_joint_sweeps[m->options.sweep]));
        methods = tamis_json_child(into, "methods", json_array());
        filled = tamis_json_child(into, "filled", json_array());
        for (size_t j = 0; j < m->train.n; j++)
                r |= json_array_append_new(methods, json_string(tamis_mice_methods[m->columns[j].method]));
        if (r < 0 || !filled)
                return tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < m->options.imputations; i++)
                r = save_filled(m, &m->chains[i], filled, err);
        return r;
}

/* -- loading ------------------------------------------------------------------------------------------------------- */

static bool load_cell(const tamis_mice *m, size_t column, tamis_slice text, double *ret) {
        const tamis_frame_column *f = &m->train.columns[column];

        return tamis_number_parse(text, ret)
               && (f->type == TAMIS_TYPE_NUMERIC || (*ret >= 0 && *ret < (double) f->levels && *ret == floor(*ret)));
}

static int load_filled(const tamis_mice *m, tamis_mice_chain *chain, const json_t *from, tamis_error *err) {
        const char *p = json_string_value(from), *end = p ? p + json_string_length(from) : NULL;

        for (size_t j = 0; j < m->train.n; j++)
                for (size_t i = 0; chain->filled[j] && i < m->columns[j].n_holes; i++) {
                        const char *from_here = p;

                        while (p < end && *p != ',' && *p != ';')
                                p++;
                        if (p == end || *p != (i + 1 < m->columns[j].n_holes ? ',' : ';')
                            || !load_cell(m, j, (tamis_slice) { from_here, (size_t) (p - from_here) },
                                          &chain->filled[j][i]))
                                return tamis_fail(err, TAMIS_BAD_MODEL,
                                                  "\"filled\" is not what the holes of the columns take");
                        p++;
                }
        return p == end && p ? 0
                             : tamis_fail(err, TAMIS_BAD_MODEL, "\"filled\" holds more than the holes of the columns");
}

static int load_methods(const json_t *from, const tamis_frame *train, tamis_mice_method *methods, tamis_error *err) {
        const json_t *names;
        int r = tamis_json_array(from, "methods", train->n, &names, err);

        for (size_t j = 0; r == 0 && j < train->n; j++) {
                const char *name = json_string_value(json_array_get(names, j));
                unsigned i = 0;

                while (name && tamis_mice_methods[i] && strcmp(tamis_mice_methods[i], name) != 0)
                        i++;
                if (!name || !tamis_mice_methods[i]
                    || !tamis_mice_suits((tamis_mice_method) i, &train->columns[j]))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"methods\": \"%s\" is none for column \"%s\"",
                                          name ? name : "", train->columns[j].name);
                methods[j] = (tamis_mice_method) i;
        }
        return r;
}

static int load_options(const json_t *from, tamis_mice_options *o, tamis_arena *arena, tamis_error *err) {
        uint64_t imputations = 0, iterations = 0, donors = 0;
        const char *seed, *sweep;
        tamis_slice purpose;
        int r = tamis_json_count(from, "imputations", &imputations, err);

        if (r == 0)
                r = tamis_json_count(from, "iterations", &iterations, err);
        if (r == 0)
                r = tamis_json_count(from, "donors", &donors, err);
        if (r == 0)
                r = tamis_json_text(from, "seed", &seed, NULL, err);
        if (r == 0)
                r = tamis_json_text(from, "sweep", &sweep, NULL, err);
        if (r == 0)
                r = tamis_mice_sweep_of(sweep, &o->sweep, err);
        if (r == 0)
                r = tamis_json_bytes_get(json_object_get(from, "purpose"), arena, &purpose, err);
        if (r < 0)
                return r;
        if (imputations < 1 || imputations > TAMIS_MICE_MOST || iterations < 1 || iterations > TAMIS_MICE_MOST ||
            donors < 1)
                return tamis_fail(err, TAMIS_BAD_MODEL,
                                  "\"imputations\", \"iterations\" and \"donors\" are from 1 to %d", TAMIS_MICE_MOST);
        o->imputations = imputations;
        o->iterations = iterations;
        o->donors = donors;
        o->seed = strtoull(seed, NULL, 10);
        o->purpose = tamis_arena_copy(arena, purpose);
        return o->purpose ? 0 : tamis_fail_memory(err);
}

/* The cells with the columns of the model. */
static int load_train(const json_t *from, const tamis_frame *shape, tamis_frame *ret, tamis_error *err) {
        json_t *columns, *whole;
        int r = tamis_frame_save(shape, false, &columns, err);

        if (r < 0)
                return r;
        whole = json_object();
        if (!json_is_object(from))
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"train\" is missing");
        else if (json_object_update(whole, (json_t *) (uintptr_t) from) < 0 || json_object_update(whole, columns) < 0)
                r = tamis_fail_memory(err);
        if (r == 0)
                r = tamis_frame_load(whole, ret, err);
        json_decref(columns);
        json_decref(whole);
        return r;
}

int tamis_mice_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
        tamis_mice_method *methods = calloc(shape->n + 1, sizeof *methods);
        tamis_mice_options options = {0};
        tamis_frame train = {0};
        tamis_mice *m = NULL;
        tamis_arena arena = {0};
        const json_t *filled;
        int r = methods ? load_train(json_object_get(from, "train"), shape, &train, err) : tamis_fail_memory(err);

        if (r == 0)
                r = load_options(from, &options, &arena, err);
        if (r == 0)
                r = load_methods(from, &train, methods, err);
        if (r == 0)
                r = tamis_json_array(from, "filled", options.imputations, &filled, err);
        if (r == 0)
                r = tamis_mice_new(&train, &options, methods, &m, err);
        for (size_t i = 0; r == 0 && i < options.imputations; i++)
                r = load_filled(m, &m->chains[i], json_array_get(filled, i), err);
        tamis_frame_done(&train);
        free(methods);
        tamis_arena_done(&arena);
        if (r < 0) {
                tamis_mice_free(m);
                return r;
        }
        *ret = m;
        return 0;
}
