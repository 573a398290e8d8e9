/* The models, as JSON:
 *
 *     "joint": { "frame": { ... }, "groups": [ { frame }, ... ], "observed": [ [lowest, highest], null, ... ],
 *                "strategies": [ { "strategy": "knn", "imputations": 1, "models": [ { ... }, null, ... ] } ] }
 *
 * The first model is that of all rows; then one for each group, null where it has none.
 */
#include <math.h>
#include <stdlib.h>

#include "impute/joints.h"

static json_t *model_child(const struct tamis_joint_strategy *s, size_t g, json_t *all) {
        return tamis_json_child(all, NULL, s->models[g].model ? json_object() : json_null());
}

static int save_strategy(const tamis_joints *j, const struct tamis_joint_strategy *s, json_t *all, tamis_error *err) {
        json_t *one = tamis_json_child(all, NULL, json_object()), *models;
        int r = json_object_set_new(one, "strategy", json_string(s->joint->base.name));

        if (!s->joint->save)
                return tamis_fail(err, TAMIS_USAGE,
                                  "strategy %s cannot be saved: what it fills in hangs on the rows around a hole, "
                                  "and new rows have others",
                                  s->joint->base.name);
        r |= json_object_set_new(one, "imputations", json_integer((json_int_t) s->imputations));
        models = tamis_json_child(one, "models", json_array());
        if (r < 0 || !models)
                return tamis_fail_memory(err);
        for (size_t g = 0; g < j->n_groups; g++) {
                json_t *into = model_child(s, g, models);

                if (!into)
                        return tamis_fail_memory(err);
                r = s->models[g].model ? s->joint->save(s->models[g].model, into, err) : 0;
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Per column of the frame; null: no range. */
static int save_ranges(const tamis_joints *j, json_t *joint) {
        json_t *all = tamis_json_child(joint, "observed", json_array());
        int r = all ? 0 : -1;

        for (size_t i = 0; r == 0 && i < j->n; i++) {
                const tamis_joint_wish *w = &j->wishes[j->order[i]];
                json_t *one = tamis_json_child(all, NULL, w->low < w->high ? json_array() : json_null());

                r = one ? 0 : -1;
                if (w->low < w->high) {
                        r |= json_array_append_new(one, tamis_json_number(w->low));
                        r |= json_array_append_new(one, tamis_json_number(w->high));
                }
        }
        return r;
}

int tamis_joints_save(const tamis_joints *j, json_t *into, tamis_error *err) {
        json_t *joint, *groups, *strategies, *frame;
        int r = 0;

        if (j->n_strategies == 0)
                return 0;
        joint = tamis_json_child(into, "joint", json_object());
        for (size_t g = 0; r == 0 && g < j->n_groups; g++) {
                r = tamis_frame_save(&j->groups[g].frame, false, &frame, err);
                if (r < 0)
                        return r;
                groups = g == 0  ? NULL
                        : g == 1 ? tamis_json_child(joint, "groups", json_array())
                                 : json_object_get(joint, "groups");
                r = g == 0 ? json_object_set_new(joint, "frame", frame) : json_array_append_new(groups, frame);
        }
        r = r < 0 ? r : save_ranges(j, joint);
        strategies = tamis_json_child(joint, "strategies", json_array());
        if (r < 0 || !strategies)
                return tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < j->n_strategies; i++)
                r = save_strategy(j, &j->strategies[i], strategies, err);
        return r;
}

/* -- loading ------------------------------------------------------------------------------------------------------- */

/* A frame of the step's columns: their names and types in their order. */
static int check_frame(const tamis_joints *j, const tamis_frame *f, tamis_error *err) {
        bool same = f->n == j->n;

        for (size_t i = 0; same && i < f->n; i++)
                same = strcmp(f->columns[i].name, j->columns->names[j->order[i]]) == 0
                        && f->columns[i].type == j->columns->types[j->order[i]];
        return same ? 0 : tamis_fail(err, TAMIS_BAD_MODEL, "the columns of \"frame\" are not those of \"columns\"");
}

static int load_frame(const tamis_joints *j, const json_t *from, tamis_frame *ret, tamis_error *err) {
        int r = tamis_frame_load(from, ret, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < ret->n; i++) {
                free(ret->columns[i].numbers);
                free(ret->columns[i].codes);
                ret->columns[i].numbers = NULL;
                ret->columns[i].codes = NULL;
        }
        ret->rows = 0;
        return check_frame(j, ret, err);
}

/* From the levels of all rows to those of the group. */
static int map_group(tamis_joints *j, tamis_joint_group *g, tamis_error *err) {
        g->codes = calloc(j->n + 1, sizeof *g->codes);
        if (!g->codes)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < j->n; i++) {
                const tamis_frame_column *all = &j->groups[0].frame.columns[i], *c = &g->frame.columns[i];

                if (c->type == TAMIS_TYPE_NUMERIC)
                        continue;
                g->codes[i] = malloc((all->levels + 1) * sizeof **g->codes);
                if (!g->codes[i])
                        return tamis_fail_memory(err);
                for (size_t l = 0; l < all->levels; l++)
                        g->codes[i][l] = TAMIS_CODE_UNSEEN;
                for (size_t l = 0; l < c->levels; l++) {
                        long code = tamis_dict_find(&j->levels[i], c->level[l]);

                        if (code < 0)
                                return tamis_fail(err, TAMIS_BAD_MODEL,
                                                  "a group has a level of column \"%s\" that \"frame\" "
                                                  "has not",
                                                  c->name);
                        g->codes[i][code] = (int32_t) l;
                }
        }
        return 0;
}

static int load_groups(tamis_joints *j, const json_t *joint, tamis_error *err) {
        const json_t *groups;
        int r = load_frame(j, json_object_get(joint, "frame"), &j->groups[0].frame, err);

        if (r == 0)
                r = tamis_joints_index(j, err);
        if (r < 0 || j->n_groups == 1)
                return r;
        r = tamis_json_array(joint, "groups", j->n_groups - 1, &groups, err);
        for (size_t g = 1; r == 0 && g < j->n_groups; g++) {
                r = load_frame(j, json_array_get(groups, g - 1), &j->groups[g].frame, err);
                if (r == 0)
                        r = map_group(j, &j->groups[g], err);
        }
        return r;
}

static int load_strategy(tamis_joints *j, struct tamis_joint_strategy *s, const json_t *one, tamis_error *err) {
        const json_t *models;
        const char *name;
        uint64_t imputations;
        int r = tamis_json_text(one, "strategy", &name, NULL, err);

        if (r == 0 && (strcmp(name, s->joint->base.name) != 0 || !s->joint->load))
                r = tamis_fail(err, TAMIS_BAD_MODEL, "strategy \"%s\" stands where %s should", name,
                               s->joint->base.name);
        if (r == 0)
                r = tamis_json_count(one, "imputations", &imputations, err);
        if (r == 0 && (imputations == 0 || imputations > 1000000))
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"imputations\" is out of bounds");
        if (r == 0)
                r = tamis_json_array(one, "models", j->n_groups, &models, err);
        for (size_t g = 0; r == 0 && g < j->n_groups; g++) {
                const json_t *from = json_array_get(models, g);

                tamis_joints_want(j, s->joint, &j->groups[g].frame);
                if (!json_is_null(from))
                        r = s->joint->load(from, &j->groups[g].frame, &s->models[g].model, err);
                if (r == 0 && s->models[g].model && s->joint->imputations
                    && s->joint->imputations(s->models[g].model) < imputations)
                        r = tamis_fail(err, TAMIS_BAD_MODEL, "\"imputations\" is more than a model has");
        }
        if (r < 0)
                return r;
        s->imputations = imputations;
        if (imputations > j->imputations)
                j->imputations = imputations;
        return 0;
}

/* A model without them does not tell of cells far beyond. */
static void load_ranges(tamis_joints *j, const json_t *joint) {
        const json_t *all = json_object_get(joint, "observed");

        for (size_t i = 0; i < j->n; i++) {
                const json_t *one = json_array_get(all, i), *low = json_array_get(one, 0), *high = json_array_get(one, 1);

                if (json_is_number(low) && json_is_number(high)) {
                        j->wishes[j->order[i]].low = json_number_value(low);
                        j->wishes[j->order[i]].high = json_number_value(high);
                }
        }
}

int tamis_joints_load(tamis_joints *j, const json_t *from, tamis_error *err) {
        const json_t *joint = json_object_get(from, "joint"), *strategies;
        int r;

        if (!joint)
                return tamis_joints_any(j) ? tamis_fail(err, TAMIS_BAD_MODEL, "\"joint\" is missing") : 0;
        r = tamis_frame_order(j->columns, &j->order, &j->n, err);
        if (r < 0)
                return r;
        j->n_groups = 1 + (j->grouping->columns.n ? j->grouping->keys.n : 0);
        j->groups = calloc(j->n_groups, sizeof *j->groups);
        if (!j->groups)
                return tamis_fail_memory(err);
        r = load_groups(j, joint, err);
        if (r == 0)
                r = tamis_joints_list(j, err);
        if (r == 0)
                r = tamis_json_array(joint, "strategies", j->n_strategies, &strategies, err);
        for (size_t i = 0; r == 0 && i < j->n_strategies; i++)
                r = load_strategy(j, &j->strategies[i], json_array_get(strategies, i), err);
        if (r == 0)
                load_ranges(j, joint);
        /* bounds are in the frame */
        for (size_t i = 0; r == 0 && i < j->n; i++) {
                j->wishes[j->order[i]].least = j->groups[0].frame.columns[i].least;
                j->wishes[j->order[i]].most = j->groups[0].frame.columns[i].most;
        }
        return r;
}

/* -- reporting ----------------------------------------------------------------------------------------------------- */

static int report_model(const tamis_joints *j, const struct tamis_joint_strategy *s, size_t g, json_t *all,
                        tamis_error *err) {
        json_t *one = tamis_json_child(all, NULL, json_object());
        int r = json_object_set_new(one, "strategy", json_string(s->joint->base.name));

        if (g > 0)
                r |= json_object_set_new(one, "of", tamis_grouping_texts(j->grouping, g - 1));
        if (r < 0)
                return tamis_fail_memory(err);
        return s->joint->report ? s->joint->report(s->models[g].model, one, err) : 0;
}

int tamis_joints_report(const tamis_joints *j, json_t *into, tamis_error *err) {
        json_t *all;
        int r = 0;

        if (j->n_strategies == 0)
                return 0;
        all = tamis_json_child(into, "models", json_array());
        if (!all)
                return tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < j->n_strategies; i++)
                for (size_t g = 0; r == 0 && g < j->n_groups; g++)
                        if (j->strategies[i].models[g].model)
                                r = report_model(j, &j->strategies[i], g, all, err);
        return r;
}
