/* As JSON:
 *
 *     { "target": "Survived", "classes": ["0", "1"] or null, "each": false, "explain": false, "columns": [...],
 *       "form": [ { "mean": 3, "sd": 2 }, { "levels": ["a", "b"], "shares": [.25, .75] } ],
 *       "coefficients": [...], or "shares", or "rows": { "cells": [...], "y": [...], "weight": [...] } and what the learner
 *       was told; a model that holds rows is made anew from them }
 */
#include <math.h>
#include <stdlib.h>

#include "learn/learn.h"
#include "learn/state.h"

json_t *tamis_learn_numbers(const double *x, size_t n) {
        json_t *list = json_array();
        int r = list ? 0 : -1;

        for (size_t i = 0; r == 0 && i < n; i++)
                r = json_array_append_new(list, isfinite(x[i]) ? tamis_json_number(x[i]) : json_null());
        if (r == 0)
                return list;
        json_decref(list);
        return NULL;
}

int tamis_learn_numbers_get(const json_t *from, const char *key, size_t n, bool holes, double **ret, tamis_error *err) {
        const json_t *list;
        int r = tamis_json_array(from, key, n, &list, err);

        if (r < 0)
                return r;
        free(*ret);
        *ret = reallocarray(NULL, n + 1, sizeof **ret);
        if (!*ret)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++) {
                const json_t *one = json_array_get(list, i);

                if (!json_is_number(one) && !(holes && json_is_null(one)))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" holds what is no number", key);
                (*ret)[i] = json_is_null(one) ? NAN : json_number_value(one);
        }
        return 0;
}

/* -- saving -------------------------------------------------------------------------------------------------------- */

static int save_form(const tamis_learn *l, json_t *into) {
        json_t *form = tamis_json_child(into, "form", json_array());
        int r = form ? 0 : -1;

        for (size_t j = 0; r == 0 && j < l->features.n; j++) {
                const tamis_feature *f = &l->form[j];
                json_t *one = tamis_json_child(form, NULL, json_object()), *levels;

                if (!f->category) {
                        r = json_object_set_new(one, "mean", tamis_json_number(f->mean));
                        r |= json_object_set_new(one, "sd", tamis_json_number(f->sd));
                        continue;
                }
                levels = tamis_json_child(one, "levels", json_array());
                for (size_t i = 0; i < l->rows.levels[j].n; i++)
                        r |= json_array_append_new(levels, tamis_json_bytes(l->rows.levels[j].entries[i].text));
                r |= json_object_set_new(one, "shares", tamis_learn_numbers(f->shares, l->rows.levels[j].n));
                r |= levels ? 0 : -1;
        }
        return r;
}

static int save_rows(const tamis_learn *l, json_t *into) {
        const tamis_lesson *t = &l->rows;
        json_t *rows = tamis_json_child(into, "rows", json_object());
        int r = json_object_set_new(rows, "n", json_integer((json_int_t) t->n));

        r |= json_object_set_new(rows, "cells", tamis_learn_numbers(t->cells, t->n * t->p));
        r |= json_object_set_new(rows, "y", tamis_learn_numbers(t->y, t->n));
        if (t->weight)
                r |= json_object_set_new(rows, "weight", tamis_learn_numbers(t->weight, t->n));
        return r;
}

int tamis_learn_save(const void *state, json_t *into, tamis_error *err) {
        const tamis_learn *l = state;
        json_t *columns, *classes;
        int r = tamis_columns_save(&l->features, &columns, err);

        if (r < 0)
                return r;
        r = json_object_set_new(into, "columns", columns);
        r |= json_object_set_new(into, "learner", json_string(l->learner->strategy.name));
        classes = l->classes ? tamis_json_child(into, "classes", json_array()) : NULL;
        for (size_t c = 0; classes && c < l->k; c++)
                r |= json_array_append_new(classes, tamis_json_bytes(l->names[c]));
        r |= l->classes && !classes ? -1 : 0;
        r |= json_object_set_new(into, "each", json_boolean(l->each));
        r |= json_object_set_new(into, "explain", json_boolean(l->explain));
        r |= json_object_set_new(into, "neighbors", json_integer((json_int_t) l->neighbors));
        r |= json_object_set_new(into, "rounds", json_integer((json_int_t) l->rounds));
        r |= json_object_set_new(into, "depth", json_integer((json_int_t) l->depth));
        r |= json_object_set_new(into, "rate", tamis_json_number(l->rate));
        r |= save_form(l, into);
        if (r == 0 && l->learner->holds_rows)
                r = save_rows(l, into);
        if (r < 0)
                return tamis_fail_memory(err);
        return l->learner->save ? l->learner->save(l, into, err) : 0;
}

/* -- loading ------------------------------------------------------------------------------------------------------- */

static int load_feature(tamis_learn *l, size_t j, const json_t *from, tamis_error *err) {
        tamis_feature *f = &l->form[j];
        const json_t *levels;
        int r;

        f->category = json_object_get(from, "levels");
        f->sd = 1;
        if (!f->category) {
                r = tamis_json_real(from, "mean", &f->mean, err);
                if (r == 0)
                        r = tamis_json_real(from, "sd", &f->sd, err);
                return r == 0 && !(f->sd > 0) ? tamis_fail(err, TAMIS_BAD_MODEL, "\"sd\" must be above 0") : r;
        }
        r = tamis_json_array(from, "levels", SIZE_MAX, &levels, err);
        for (size_t i = 0; r == 0 && i < json_array_size(levels); i++) {
                tamis_slice text;
                size_t code;

                r = tamis_json_bytes_get(json_array_get(levels, i), &l->arena, &text, err);
                if (r == 0)
                        r = tamis_dict_add(&l->rows.levels[j], text, 1, &code, err);
                if (r == 0 && code != i)
                        r = tamis_fail(err, TAMIS_BAD_MODEL, "\"levels\" holds one twice");
        }
        return r == 0 ? tamis_learn_numbers_get(from, "shares", l->rows.levels[j].n, false, &f->shares, err) : r;
}

static int load_form(tamis_learn *l, const json_t *from, tamis_error *err) {
        const json_t *form;
        int r = tamis_json_array(from, "form", l->features.n, &form, err);

        l->form = calloc(l->features.n + 1, sizeof *l->form);
        if (r == 0 && !l->form)
                r = tamis_fail_memory(err);
        if (r == 0)
                r = tamis_lesson_start(&l->rows, l->features.n, false, false, err);
        for (size_t j = 0; r == 0 && j < l->features.n; j++)
                r = load_feature(l, j, json_array_get(form, j), err);
        if (r == 0)
                tamis_learn_place(l);
        return r;
}

static int load_classes(tamis_learn *l, const json_t *from, tamis_error *err) {
        const json_t *classes;
        int r;

        l->classes = json_object_get(from, "classes");
        l->k = 1;
        if (!l->classes)
                return 0;
        r = tamis_json_array(from, "classes", SIZE_MAX, &classes, err);
        if (r < 0)
                return r;
        l->k = json_array_size(classes);
        if (l->k < 2 || l->k > TAMIS_LEARN_CLASSES)
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"classes\": from 2 to %d", TAMIS_LEARN_CLASSES);
        l->names = calloc(l->k, sizeof *l->names);
        if (!l->names)
                return tamis_fail_memory(err);
        for (size_t c = 0; r == 0 && c < l->k; c++)
                r = tamis_json_bytes_get(json_array_get(classes, c), &l->arena, &l->names[c], err);
        return r;
}

/* What is in the rows must be what the form has places for. */
static int check_rows(const tamis_learn *l, tamis_error *err) {
        const tamis_lesson *t = &l->rows;

        for (size_t i = 0; i < t->n; i++) {
                bool bad = isnan(t->y[i]) || (l->classes && !(t->y[i] >= 0 && t->y[i] < (double) l->k
                                                              && t->y[i] == floor(t->y[i])));

                bad = bad || (t->weight && !(t->weight[i] >= 0));
                for (size_t j = 0; j < t->p; j++) {
                        double cell = t->cells[i * t->p + j];

                        bad = bad || (isnan(cell) && !l->learner->holes);
                        bad = bad || (l->form[j].category && !isnan(cell)
                                      && !(cell >= 0 && cell < (double) t->levels[j].n && cell == floor(cell)));
                }
                if (bad)
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"rows\" are not what the columns take");
        }
        return 0;
}

static int load_rows(tamis_learn *l, const json_t *from, tamis_error *err) {
        const json_t *rows = json_object_get(from, "rows");
        tamis_lesson *t = &l->rows;
        uint64_t n = 0;
        size_t cells;
        int r = tamis_json_count(rows, "n", &n, err);

        if (r == 0 && (n < 1 || n >= UINT32_MAX || __builtin_mul_overflow(n, t->p, &cells)))
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"n\": not so many rows");
        if (r == 0)
                r = tamis_learn_numbers_get(rows, "cells", n * t->p, true, &t->cells, err);
        if (r == 0)
                r = tamis_learn_numbers_get(rows, "y", n, false, &t->y, err);
        if (r == 0 && json_object_get(rows, "weight"))
                r = tamis_learn_numbers_get(rows, "weight", n, false, &t->weight, err);
        if (r < 0)
                return r;
        t->n = n;
        r = check_rows(l, err);
        return r == 0 ? l->learner->fit(l, err) : r;
}

static int load_options(tamis_learn *l, const json_t *from, tamis_error *err) {
        uint64_t neighbors = 0, rounds = 0, depth = 0;
        const tamis_strategy *strategy;
        const char *name;
        int r = tamis_json_text(from, "learner", &name, NULL, err);

        if (r == 0 && tamis_strategy_find(&tamis_step_learn, name, &strategy, err) < 0)
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"learner\": there is no %.40s", name);
        if (r == 0)
                r = tamis_json_count(from, "neighbors", &neighbors, err);
        if (r == 0)
                r = tamis_json_count(from, "rounds", &rounds, err);
        if (r == 0)
                r = tamis_json_count(from, "depth", &depth, err);
        if (r == 0)
                r = tamis_json_real(from, "rate", &l->rate, err);
        if (r < 0)
                return r;
        if (neighbors < 1 || neighbors > 1000 || rounds < 1 || rounds > 100000 || depth < 1 || depth > 30 ||
            !(l->rate > 0))
                return tamis_fail(err, TAMIS_BAD_MODEL, "what the learner was told cannot be");
        l->learner = (const tamis_learner *) strategy;
        l->neighbors = neighbors;
        l->rounds = rounds;
        l->depth = depth;
        l->each = json_is_true(json_object_get(from, "each"));
        l->explain = json_is_true(json_object_get(from, "explain"));
        return 0;
}

int tamis_learn_load(void *state, const tamis_context *context, const json_t *from, tamis_error *err) {
        tamis_learn *l = state;
        int r = tamis_columns_load(&l->features, json_object_get(from, "columns"), err);

        if (r == 0)
                r = load_options(l, from, err);
        if (r == 0)
                r = load_classes(l, from, err);
        if (r == 0)
                r = load_form(l, from, err);
        if (r == 0 && !(l->classes ? l->learner->classes : l->learner->numbers))
                r = tamis_fail(err, TAMIS_BAD_MODEL, "the learner is not for such a target");
        if (r == 0 && l->explain && (!l->learner->load || l->learner == &tamis_learner_majority || l->k > 2))
                r = tamis_fail(err, TAMIS_BAD_MODEL, "what the learner was told cannot be");
        if (r == 0 && l->learner->holds_rows)
                return load_rows(l, from, err);
        return r == 0 ? l->learner->load(l, from, err) : r;
}

/* -- what it did --------------------------------------------------------------------------------------------------- */

/* Per vector: the 1's, then each place by its name. */
static int report_vector(const tamis_learn *l, const double *b, json_t *into) {
        int r = json_object_set_new(into, "(intercept)", tamis_json_figure(b[0]));
        tamis_buffer name = {0};

        for (size_t j = 0; r == 0 && j < l->features.n; j++)
                for (size_t i = 0; r == 0 && i < l->form[j].places; i++) {
                        json_t *key;

                        name.n = 0;
                        r = tamis_buffer_add(&name, l->features.names[j], strlen(l->features.names[j]), NULL);
                        if (r == 0 && l->form[j].category)
                                r = tamis_buffer_add(&name, "=", 1, NULL);
                        if (r == 0 && l->form[j].category)
                                r = tamis_buffer_add(&name, l->rows.levels[j].entries[i].text.p,
                                                     l->rows.levels[j].entries[i].text.n, NULL);
                        if (r == 0)
                                r = tamis_buffer_add(&name, "", 1, NULL);
                        if (r < 0)
                                break;
                        key = tamis_json_bytes(tamis_slice_of(name.p));
                        if (!key)
                                r = -1;
                        else if (json_is_string(key))
                                r = json_object_set_new_nocheck(into, json_string_value(key),
                                                                tamis_json_figure(b[l->form[j].offset + i]));
                        json_decref(key);
                }
        tamis_buffer_done(&name);
        return r;
}

int tamis_learn_report(const void *state, json_t *into, tamis_error *err) {
        const tamis_learn *l = state;
        int r = json_object_set_new(into, "rows", json_integer((json_int_t) l->rows.n));

        r |= json_object_set_new(into, "learner", json_string(l->learner->strategy.name));
        if (l->b) {
                json_t *list = tamis_json_child(into, "coefficients", json_array());

                r |= list ? 0 : -1;
                for (size_t v = 0; r == 0 && v < l->n_b; v++) {
                        json_t *one = tamis_json_child(list, NULL, json_object());

                        r = one ? report_vector(l, l->b + v * l->places, one) : -1;
                }
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}
