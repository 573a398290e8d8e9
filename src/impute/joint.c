#include <math.h>
#include <stdlib.h>

#include "impute/joints.h"

static void model_done(const struct tamis_joint_strategy *s, tamis_joint_model *m) {
        for (size_t i = 0; m->taken && i < s->imputations; i++)
                tamis_frame_done(&m->taken[i]);
        free(m->taken);
        if (m->model)
                s->joint->free(m->model);
}

static void group_done(tamis_joint_group *g) {
        for (size_t i = 0; g->codes && i < g->frame.n; i++)
                free(g->codes[i]);
        free(g->codes);
        tamis_frame_done(&g->frame);
}

void tamis_joints_done(tamis_joints *j) {
        for (size_t i = 0; i < j->n_strategies; i++) {
                struct tamis_joint_strategy *s = &j->strategies[i];

                for (size_t g = 0; s->models && g < j->n_groups; g++)
                        model_done(s, &s->models[g]);
                free(s->models);
        }
        free(j->strategies);
        for (size_t g = 0; j->groups && g < j->n_groups; g++)
                group_done(&j->groups[g]);
        free(j->groups);
        for (size_t i = 0; j->levels && i < j->n; i++)
                tamis_dict_done(&j->levels[i]);
        free(j->levels);
        free(j->order);
        free(j->wishes);
        free(j->spelled);
        free(j->place);
        free(j->group);
        free(j->in_group);
        tamis_collected_done(&j->collected);
        tamis_arena_done(&j->arena);
        *j = (tamis_joints) {0};
}

bool tamis_joints_any(const tamis_joints *j) {
        for (size_t i = 0; j->wishes && i < j->columns->n; i++)
                if (j->wishes[i].joint)
                        return true;
        return false;
}

int tamis_joints_open(tamis_joints *j, const tamis_context *context, const tamis_columns *columns,
                      const tamis_grouping *grouping, tamis_error *err) {
        j->context = context;
        j->columns = columns;
        j->grouping = grouping;
        j->imputations = 1;
        j->wishes = calloc(columns->n + 1, sizeof *j->wishes);
        j->spelled = calloc(columns->n + 1, sizeof *j->spelled);
        if (!j->wishes || !j->spelled)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < columns->n; i++) {
                j->wishes[i].least = -INFINITY;
                j->wishes[i].most = INFINITY;
        }
        return 0;
}

static bool listed(const tamis_joints *j, const tamis_joint *joint) {
        for (size_t i = 0; i < j->n_strategies; i++)
                if (j->strategies[i].joint == joint)
                        return true;
        return false;
}

/* Each strategy once, in the order of the columns' names. */
int tamis_joints_list(tamis_joints *j, tamis_error *err) {
        j->strategies = calloc(j->columns->n + 1, sizeof *j->strategies);
        if (!j->strategies)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < j->n; i++) {
                const tamis_joint *joint = j->wishes[j->order[i]].joint;

                if (!joint || listed(j, joint))
                        continue;
                j->strategies[j->n_strategies].joint = joint;
                j->strategies[j->n_strategies].imputations = 1;
                j->strategies[j->n_strategies].models = calloc(j->n_groups, sizeof *j->strategies->models);
                if (!j->strategies[j->n_strategies++].models)
                        return tamis_fail_memory(err);
        }
        return 0;
}

void tamis_joints_want(const tamis_joints *j, const tamis_joint *joint, tamis_frame *frame) {
        for (size_t i = 0; i < frame->n; i++) {
                const tamis_joint_wish *wish = &j->wishes[j->order[i]];

                frame->columns[i].wanted = wish->joint && (!joint || wish->joint == joint);
        }
}

/* Texts to levels, for rows to come. */
int tamis_joints_index(tamis_joints *j, tamis_error *err) {
        j->levels = calloc(j->n + 1, sizeof *j->levels);
        if (!j->levels)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < j->n; i++) {
                const tamis_frame_column *c = &j->groups[0].frame.columns[i];

                for (size_t level = 0; level < c->levels; level++) {
                        size_t code;
                        int r = tamis_dict_add(&j->levels[i], c->level[level], 1, &code, err);

                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

/* Streams of a group are keyed by what it is, not by when it came. NULL: no memory. */
const char *tamis_joints_purpose(tamis_joints *j, const tamis_joint *joint, size_t group, tamis_error *err) {
        tamis_buffer text = {0};
        const char *p = NULL;
        int r = group == 0 ? tamis_buffer_addf(&text, err, "%s", joint->base.name)
                : tamis_buffer_addf(&text, err, "%s.%016llx", joint->base.name, (unsigned long long)
                                    tamis_slice_hash(j->grouping->keys.entries[group - 1].text));

        if (r == 0) {
                p = tamis_arena_copy(&j->arena, (tamis_slice) { text.p, text.n });
                if (!p)
                        (void) tamis_fail_memory(err);
        }
        tamis_buffer_done(&text);
        return p;
}

/* -- groups -------------------------------------------------------------------------------------------------------- */

/* The levels that the group's rows have, and its codes by them. */
static int group_levels(tamis_joint_group *g, size_t i, tamis_error *err) {
        tamis_frame_column *c = &g->frame.columns[i];
        int32_t *map = malloc((c->levels + 1) * sizeof *map);
        tamis_slice *level;
        size_t n = 0;

        g->codes[i] = map;
        if (!map)
                return tamis_fail_memory(err);
        for (size_t l = 0; l < c->levels; l++)
                map[l] = TAMIS_CODE_UNSEEN;
        for (size_t row = 0; row < g->frame.rows; row++)
                if (c->codes[row] >= 0)
                        map[c->codes[row]] = 0;
        level = tamis_arena_get(&g->frame.arena, c->levels * sizeof *level);
        if (!level)
                return tamis_fail_memory(err);
        for (size_t l = 0; l < c->levels; l++)
                if (map[l] == 0) {
                        level[n] = c->level[l];
                        map[l] = (int32_t) n++;
                }
        for (size_t row = 0; row < g->frame.rows; row++)
                if (c->codes[row] >= 0)
                        c->codes[row] = map[c->codes[row]];
        c->level = level;
        c->levels = n;
        return 0;
}

static int cut_spelling(const tamis_frame_column *from, const uint32_t *rows, size_t n, tamis_frame_column *c,
                        tamis_error *err) {
        c->spelling = malloc((n + 1) * sizeof *c->spelling);
        if (!c->spelling)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < n; row++)
                c->spelling[row] = from->spelling[rows[row]];
        return 0;
}

/* The rows of a group, in the order they have among all. */
static int cut_group(const tamis_frame *all, const uint32_t *rows, size_t n, tamis_joint_group *g, tamis_error *err) {
        int r = tamis_frame_like(all, n, &g->frame, err);

        if (r < 0)
                return r;
        g->codes = calloc(all->n + 1, sizeof *g->codes);
        if (!g->codes)
                return tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < all->n; i++) {
                const tamis_frame_column *from = &all->columns[i];
                tamis_frame_column *c = &g->frame.columns[i];

                c->missing = 0;
                for (size_t row = 0; row < n; row++) {
                        if (c->numbers) {
                                c->numbers[row] = from->numbers[rows[row]];
                                c->missing += isnan(c->numbers[row]);
                        } else {
                                c->codes[row] = from->codes[rows[row]];
                                c->missing += c->codes[row] < 0;
                        }
                }
                if (c->codes)
                        r = group_levels(g, i, err);
                else if (from->spelling)
                        r = cut_spelling(from, rows, n, c, err);
        }
        for (size_t row = 0; r == 0 && row < n; row++)
                g->frame.keys[row] = row;
        return r;
}

static int cut_groups(tamis_joints *j, tamis_error *err) {
        size_t n = j->collected.rows, n_groups = j->n_groups - 1;
        size_t *starts = calloc(n_groups + 2, sizeof *starts);
        int32_t *of = malloc((n + 1) * sizeof *of);             /* by row of the frame */
        uint32_t *rows = malloc((n + 1) * sizeof *rows);
        int r = starts && of && rows ? 0 : tamis_fail_memory(err);

        j->in_group = r == 0 ? calloc(n + 1, sizeof *j->in_group) : NULL;
        j->group = r == 0 ? calloc(n + 1, sizeof *j->group) : NULL;
        if (r == 0 && (!j->in_group || !j->group))
                r = tamis_fail_memory(err);
        for (size_t row = 0; r == 0 && row < n; row++) {
                of[j->place[row]] = j->collected.groups[row];
                j->group[row] = j->collected.groups[row] + 1;
                if (j->group[row] > 0)
                        starts[j->group[row] + 1]++;
        }
        for (size_t g = 2; r == 0 && g < n_groups + 2; g++)
                starts[g] += starts[g - 1];
        for (size_t row = 0; r == 0 && row < n; row++)
                if (of[row] >= 0)
                        rows[starts[of[row] + 1]++] = (uint32_t) row;
        /* starts[g] is now where group g begins, one behind the last: where it ends */
        for (size_t g = 1; r == 0 && g <= n_groups; g++) {
                size_t first = g > 1 ? starts[g - 1] : 0;

                r = cut_group(&j->groups[0].frame, rows + first, starts[g] - first, &j->groups[g], err);
                for (size_t i = first; r == 0 && i < starts[g]; i++)
                        of[rows[i]] = (int32_t) (i - first);
        }
        for (size_t row = 0; r == 0 && row < n; row++)
                if (j->group[row] > 0)
                        j->in_group[row] = (uint32_t) of[j->place[row]];
        free(starts);
        free(of);
        free(rows);
        return r;
}

/* -- fitting ------------------------------------------------------------------------------------------------------- */

/* What nobody will look up goes. */
static void drop_columns(tamis_frame *f, bool all) {
        for (size_t i = 0; i < f->n; i++)
                if (all || !f->columns[i].wanted || f->columns[i].missing == 0) {
                        free(f->columns[i].numbers);
                        free(f->columns[i].codes);
                        free(f->columns[i].spelling);
                        f->columns[i].numbers = NULL;
                        f->columns[i].codes = NULL;
                        f->columns[i].spelling = NULL;
                }
        free(f->keys);
        f->keys = NULL;
}

static int take(const struct tamis_joint_strategy *s, tamis_joint_model *m, const tamis_frame *train,
                tamis_error *err) {
        int r = 0;

        m->taken = calloc(s->imputations, sizeof *m->taken);
        if (!m->taken)
                return tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < s->imputations; i++) {
                r = tamis_frame_head(train, train->rows, &m->taken[i], err);
                if (r == 0)
                        r = s->joint->take(m->model, i, &m->taken[i], err);
                if (r == 0)
                        drop_columns(&m->taken[i], false);
        }
        return r;
}

static int fit_one(tamis_joints *j, struct tamis_joint_strategy *s, size_t group, tamis_error *err) {
        tamis_frame *train = &j->groups[group].frame;
        tamis_joint_model *m = &s->models[group];
        tamis_fit fit = { .context = j->context };
        size_t imputations;
        int r;

        if (group > 0 && train->rows < s->joint->fewest)
                return 0;
        fit.purpose = tamis_joints_purpose(j, s->joint, group, err);
        if (!fit.purpose)
                return TAMIS_NO_MEMORY;
        tamis_joints_want(j, s->joint, train);
        r = s->joint->fit(train, &fit, &m->model, err);
        if (r < 0)
                return r;
        imputations = s->joint->imputations ? s->joint->imputations(m->model) : 1;
        if (group == 0 && imputations > 0)
                s->imputations = imputations;
        if (s->imputations > j->imputations)
                j->imputations = s->imputations;
        return s->joint->fitted ? take(s, m, train, err) : 0;
}

/* What a strategy cannot fill is refused where there is something to fill. */
static int check_types(const tamis_joints *j, tamis_error *err) {
        for (size_t i = 0; i < j->n; i++) {
                size_t column = j->order[i];
                const tamis_joint_wish *wish = &j->wishes[column];
                tamis_type type = j->columns->types[column];

                if (!wish->joint || !wish->holes || (wish->joint->takes & 1U << type))
                        continue;
                return tamis_fail(err, TAMIS_USAGE,
                                  "strategy %s fills no %s columns, and \"%s\" is one and has missing cells "
                                  "(-s '%s=NAME,*=%s' with %s)",
                                  wish->joint->base.name, tamis_type_name(type), j->columns->names[column],
                                  j->columns->names[column], wish->joint->base.name,
                                  wish->joint->instead ? wish->joint->instead : "mode");
        }
        return 0;
}

/* Whether train rows must be told apart when they come again. */
static bool needs_places(const tamis_joints *j) {
        for (size_t i = 0; i < j->n_strategies; i++)
                if (j->strategies[i].joint->fitted || j->strategies[i].joint->random)
                        return true;
        return false;
}

static int open_groups(tamis_joints *j, tamis_error *err) {
        j->n_groups = 1 + (j->grouping->columns.n ? j->grouping->keys.n : 0);
        j->groups = calloc(j->n_groups, sizeof *j->groups);
        return j->groups ? 0 : tamis_fail_memory(err);
}

static int fit_all(tamis_joints *j, tamis_error *err) {
        int r = 0;

        for (size_t g = 0; r == 0 && g < j->n_groups; g++) {
                for (size_t i = 0; r == 0 && i < j->n_strategies; i++)
                        r = fit_one(j, &j->strategies[i], g, err);
                drop_columns(&j->groups[g].frame, true);
                j->groups[g].frame.rows = 0;
        }
        return r;
}

static void find_range(const tamis_frame *frame, size_t i, tamis_joint_wish *wish) {
        const double *x = frame->columns[i].numbers;
        double low = INFINITY, high = -INFINITY;

        for (size_t row = 0; x && row < frame->rows; row++) {
                low = x[row] < low ? x[row] : low;
                high = x[row] > high ? x[row] : high;
        }
        if (low < high) {
                wish->low = low;
                wish->high = high;
        }
}

int tamis_joints_fit(tamis_joints *j, tamis_error *err) {
        int r = tamis_frame_order(j->columns, &j->order, &j->n, err);

        if (r == 0)
                r = check_types(j, err);
        if (r == 0)
                r = open_groups(j, err);
        if (r == 0)
                r = tamis_joints_list(j, err);
        if (r == 0)
                r = tamis_collected_frame(&j->collected, j->columns, j->order, j->n, j->context->pool,
                                          &j->groups[0].frame, &j->place, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < j->n; i++) {
                j->groups[0].frame.columns[i].least = j->wishes[j->order[i]].least;
                j->groups[0].frame.columns[i].most = j->wishes[j->order[i]].most;
                find_range(&j->groups[0].frame, i, &j->wishes[j->order[i]]);
        }
        j->rows = j->collected.rows;
        r = tamis_joints_index(j, err);
        if (r == 0 && j->n_groups > 1)
                r = cut_groups(j, err);
        tamis_collected_done(&j->collected);
        if (r == 0)
                r = fit_all(j, err);
        if (r == 0 && !needs_places(j)) {
                free(j->place);
                free(j->group);
                free(j->in_group);
                j->place = NULL;
                j->group = NULL;
                j->in_group = NULL;
        }
        return r;
}
