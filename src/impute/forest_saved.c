/* As JSON:
 *
 *     { "seed": "7", "purpose": "forest", "trees": 100, "rounds": 4, "errors": [ 0.4, null, ... ],
 *       "train": { columns and cells }, "filled": "22,38.5;0,1;" }
 *
 * `filled`: per column with holes in the order of names, what is in its holes from row to row; a category is the number
 * of its level. `errors`: per column, of rows that a tree did not draw.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tamis/number.h>

#include "impute/forest.h"

static int save_filled(const tamis_missforest *m, json_t *into, tamis_error *err) {
        tamis_buffer text = {0};
        int r = 0;

        for (size_t j = 0; r == 0 && j < m->train.n; j++) {
                const tamis_missforest_column *c = &m->columns[j];

                if (c->n_holes == 0)
                        continue;
                r = tamis_buffer_reserve(&text, c->n_holes * (TAMIS_NUMBER_MAX + 1) + 1, err);
                for (size_t i = 0; r == 0 && i < c->n_holes; i++) {
                        text.n += tamis_number_print(c->filled[i], text.p + text.n);
                        text.p[text.n++] = i + 1 < c->n_holes ? ',' : ';';
                }
        }
        if (r == 0 && json_object_set_new(into, "filled", json_stringn_nocheck(text.p ? text.p : "", text.n)) < 0)
                r = tamis_fail_memory(err);
        tamis_buffer_done(&text);
        return r;
}

int tamis_missforest_save(const void *model, json_t *into, tamis_error *err) {
        const tamis_missforest *m = model;
        json_t *errors, *train;
        char seed[24];
        int r = tamis_frame_save(&m->train, true, &train, err);

        if (r < 0)
                return r;
        snprintf(seed, sizeof seed, "%llu", (unsigned long long) m->seed);
        r = json_object_set_new(into, "train", train);
        r |= json_object_set_new(into, "seed", json_string(seed));      /* no double would hold it */
        r |= json_object_set_new(into, "purpose", tamis_json_bytes(tamis_slice_of(m->purpose)));
        r |= json_object_set_new(into, "trees", json_integer((json_int_t) m->trees));
        r |= json_object_set_new(into, "rounds", json_integer((json_int_t) m->rounds));
        errors = tamis_json_child(into, "errors", json_array());
        for (size_t j = 0; j < m->train.n; j++)
                r |= json_array_append_new(
                        errors, isfinite(m->columns[j].error) ? tamis_json_number(m->columns[j].error) : json_null());
        return r < 0 || !errors ? tamis_fail_memory(err) : save_filled(m, into, err);
}

/* -- loading ------------------------------------------------------------------------------------------------------- */

static bool load_cell(const tamis_frame_column *f, tamis_slice text, double *ret) {
        return tamis_number_parse(text, ret)
               && (f->type == TAMIS_TYPE_NUMERIC || (*ret >= 0 && *ret < (double) f->levels && *ret == floor(*ret)));
}

static int load_filled(tamis_missforest *m, const json_t *from, tamis_error *err) {
        const char *p, *end;
        size_t length;
        int r = tamis_json_text(from, "filled", &p, &length, err);

        if (r < 0)
                return r;
        end = p + length;
        for (size_t j = 0; j < m->train.n; j++) {
                tamis_missforest_column *c = &m->columns[j];

                for (size_t i = 0; i < c->n_holes; i++) {
                        const char *cell = p;

                        while (p < end && *p != ',' && *p != ';')
                                p++;
                        if (p == end || *p != (i + 1 < c->n_holes ? ',' : ';') ||
                            !load_cell(&m->train.columns[j], (tamis_slice) { cell, (size_t) (p - cell) }, &c->filled[i]))
                                return tamis_fail(err, TAMIS_BAD_MODEL,
                                                  "\"filled\" is not what the holes of the columns take");
                        c->bins[c->holes[i]] = tamis_missforest_bin(&c->binning, c->filled[i]);
                        p++;
                }
        }
        return p == end ? 0 : tamis_fail(err, TAMIS_BAD_MODEL, "\"filled\" holds more than the holes of the columns");
}

static int load_errors(tamis_missforest *m, const json_t *from, tamis_error *err) {
        const json_t *errors;
        uint64_t rounds = 0;
        int r = tamis_json_array(from, "errors", m->train.n, &errors, err);

        for (size_t j = 0; r == 0 && j < m->train.n; j++) {
                const json_t *one = json_array_get(errors, j);

                if (!json_is_null(one) && !json_is_number(one))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"errors\" are numbers, or null");
                m->columns[j].error = json_is_null(one) ? NAN : json_number_value(one);
        }
        if (r == 0)
                r = tamis_json_count(from, "rounds", &rounds, err);
        m->rounds = rounds;
        return r;
}

static bool same_columns(const tamis_frame *a, const tamis_frame *b) {
        bool same = a->n == b->n;

        for (size_t j = 0; same && j < a->n; j++) {
                same = strcmp(a->columns[j].name, b->columns[j].name) == 0 && a->columns[j].type == b->columns[j].type
                       && a->columns[j].levels == b->columns[j].levels;
                for (size_t i = 0; same && i < a->columns[j].levels; i++)
                        same = tamis_slice_equal(a->columns[j].level[i], b->columns[j].level[i]);
        }
        return same;
}

int tamis_missforest_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
        tamis_missforest *m = NULL;
        tamis_frame train = {0};
        tamis_arena arena = {0};
        tamis_slice purpose = {0};
        const char *seed = NULL, *text = NULL;
        uint64_t trees = 0;
        int r = tamis_frame_load(json_object_get(from, "train"), &train, err);

        if (r == 0 && !same_columns(&train, shape))
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"train\" has other columns than the model");
        if (r == 0)
                r = tamis_json_count(from, "trees", &trees, err);
        if (r == 0 && (trees < 1 || trees > TAMIS_MISSFOREST_TREES_MOST))
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"trees\" is from 1 to %d", TAMIS_MISSFOREST_TREES_MOST);
        if (r == 0)
                r = tamis_json_text(from, "seed", &seed, NULL, err);
        if (r == 0)
                r = tamis_json_bytes_get(json_object_get(from, "purpose"), &arena, &purpose, err);
        if (r == 0) {
                text = tamis_arena_copy(&arena, purpose);
                r = text ? 0 : tamis_fail_memory(err);
        }
        if (r == 0)
                r = tamis_missforest_new(&train, trees, 1, strtoull(seed, NULL, 10), text, &m, err);
        if (r == 0)
                r = load_filled(m, from, err);
        if (r == 0)
                r = load_errors(m, from, err);
        tamis_frame_done(&train);
        tamis_arena_done(&arena);
        if (r < 0) {
                tamis_missforest_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

/* -- what it did --------------------------------------------------------------------------------------------------- */

int tamis_missforest_report(const void *model, json_t *into, tamis_error *err) {
        const tamis_missforest *m = model;
        int r = json_object_set_new(into, "trees", json_integer((json_int_t) m->trees));
        json_t *errors;

        r |= json_object_set_new(into, "rounds", json_integer((json_int_t) m->rounds));
        errors = tamis_json_child(into, "out_of_bag", json_object());
        r |= errors ? 0 : -1;
        for (size_t j = 0; r == 0 && j < m->train.n; j++) {
                json_t *one;

                if (isnan(m->columns[j].error))
                        continue;
                one = json_object();
                r |= json_object_set_new_nocheck(errors, m->train.columns[j].name, one);
                r |= json_object_set_new(one, m->category[j] ? "pfc" : "nrmse", tamis_json_figure(m->columns[j].error));
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}
