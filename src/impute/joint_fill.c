/* Joint strategies applied: values for the holes of a batch. */
#include <math.h>
#include <stdlib.h>

#include "impute/joints.h"

struct filling {
        const tamis_joints *j;
        tamis_batch *batch;
        const uint8_t *const *missing;
        tamis_joint_values *values;     /* of the imputation at hand, per column of the step */

        /* per row of the batch */
        uint8_t *holes;                 /* in a column that a strategy fills */
        uint64_t *number;               /* of the train row; TAMIS_NOT_NUMBERED: it is none, or was not learned from */
        uint64_t *hash;                 /* of the cells */
        const int32_t *groups;          /* NULL: there are none */
        tamis_runs runs;
        uint8_t *wants;                 /* the strategy at hand has something to do here */
        uint32_t *rows;                 /* room for a list of them */

        /* per column of the frame */
        const double **numbers;
        int32_t **codes;
};

/* -- looking ------------------------------------------------------------------------------------------------------- */

static bool find_holes(struct filling *f) {
        const tamis_joints *j = f->j;
        bool any = false;

        for (size_t i = 0; i < j->n; i++) {
                size_t column = j->order[i];

                if (!j->wishes[column].joint)
                        continue;
                for (size_t row = 0; row < f->batch->n_rows; row++)
                        f->holes[row] |= f->missing[column][row];
        }
        for (size_t row = 0; !any && row < f->batch->n_rows; row++)
                any = f->holes[row];
        return any;
}

static void look_at_numbers(struct filling *f, size_t i) {
        for (size_t row = 0; row < f->batch->n_rows; row++)
                if (f->holes[row])
                        f->hash[row] = tamis_hash_add(f->hash[row], tamis_hash_number(f->numbers[i][row] + 0.0));
}

static void look_at_texts(struct filling *f, size_t i) {
        size_t column = f->j->order[i];

        for (size_t row = 0; row < f->batch->n_rows; row++) {
                tamis_slice text;
                long code;

                f->codes[i][row] = TAMIS_CODE_MISSING;
                if (!f->holes[row])
                        continue;
                if (f->missing[column][row]) {
                        f->hash[row] = tamis_hash_add(f->hash[row], TAMIS_HASH_MISSING);
                        continue;
                }
                text = tamis_batch_text(f->batch, row, f->j->columns->at[column]);
                code = tamis_dict_find(&f->j->levels[i], text);
                f->codes[i][row] = code < 0 ? TAMIS_CODE_UNSEEN : (int32_t) code;
                f->hash[row] = tamis_hash_add(f->hash[row], tamis_slice_hash(text));
        }
}

static int look_at_columns(struct filling *f, tamis_error *err) {
        const tamis_joints *j = f->j;

        for (size_t i = 0; i < j->n; i++) {
                size_t at = j->columns->at[j->order[i]];
                int r;

                if (j->groups[0].frame.columns[i].type == TAMIS_TYPE_NUMERIC) {
                        r = tamis_batch_numbers(f->batch, at, &f->numbers[i], err);
                        if (r < 0)
                                return r;
                        look_at_numbers(f, i);
                } else {
                        f->codes[i] = tamis_arena_get(&f->batch->arena, f->batch->n_rows * sizeof **f->codes);
                        if (!f->codes[i])
                                return tamis_fail_memory(err);
                        look_at_texts(f, i);
                }
        }
        return 0;
}

static void number_rows(struct filling *f) {
        uint64_t next = f->batch->first_train;

        for (size_t row = 0; row < f->batch->n_rows; row++) {
                f->number[row] = TAMIS_NOT_NUMBERED;
                if (next != TAMIS_NOT_NUMBERED && f->j->place && tamis_batch_is_train(f->batch, row))
                        f->number[row] = next++;
        }
}

/* -- the rows as a frame ------------------------------------------------------------------------------------------- */

static uint64_t key_of(const struct filling *f, uint32_t row) {
        return f->number[row] == TAMIS_NOT_NUMBERED ? f->hash[row] : f->j->place[f->number[row]];
}

static int gather(const struct filling *f, const tamis_joint *joint, const tamis_joint_group *group, size_t n,
                  tamis_frame *ret, tamis_error *err) {
        int r = tamis_frame_like(&group->frame, n, ret, err);

        if (r < 0)
                return r;
        tamis_joints_want(f->j, joint, ret);
        for (size_t k = 0; k < n; k++)
                ret->keys[k] = key_of(f, f->rows[k]);
        for (size_t i = 0; i < ret->n; i++) {
                tamis_frame_column *c = &ret->columns[i];

                if (c->wanted && c->numbers && joint->spells) {
                        c->texts = calloc(n + 1, sizeof *c->texts);
                        if (!c->texts)
                                return tamis_fail_memory(err);
                }
                c->missing = 0;
                for (size_t k = 0; k < n; k++) {
                        if (c->numbers) {
                                c->numbers[k] = f->numbers[i][f->rows[k]] + 0.0;
                                c->missing += isnan(c->numbers[k]);
                        } else {
                                int32_t code = f->codes[i][f->rows[k]];

                                c->codes[k] = group->codes && code >= 0 ? group->codes[i][code] : code;
                                c->missing += code == TAMIS_CODE_MISSING;
                        }
                }
        }
        return 0;
}

/* The value in `c`, if it has one, into a hole that has none yet. */
static void put(const struct filling *f, size_t column, size_t row, const tamis_frame_column *c, size_t at) {
        tamis_joint_values *into = &f->values[column];

        if (!f->missing[column][row])
                return;
        if (into->numbers && isnan(into->numbers[row])) {
                /* too large for a number: it stays a hole */
                into->numbers[row] = isfinite(c->numbers[at]) ? c->numbers[at] : NAN;
                if (into->texts && c->texts)
                        into->texts[row] = c->texts[at];
        } else if (!into->numbers && into->texts && !into->texts[row].p && c->codes[at] >= 0) {
                into->texts[row] = c->level[c->codes[at]];
        }
}

static bool is_open(const struct filling *f, const tamis_joint *joint, size_t row) {
        for (size_t i = 0; i < f->j->n; i++) {
                size_t column = f->j->order[i];
                const tamis_joint_values *v = &f->values[column];

                if (f->j->wishes[column].joint != joint || !f->missing[column][row])
                        continue;
                if (v->numbers ? isnan(v->numbers[row]) : !v->texts[row].p)
                        return true;
        }
        return false;
}

/* -- one strategy, one imputation ---------------------------------------------------------------------------------- */

static void look_up(const struct filling *f, const struct tamis_joint_strategy *s, size_t which, size_t row) {
        const tamis_joints *j = f->j;
        uint64_t number = f->number[row];
        size_t group = j->group ? (size_t) j->group[number] : 0;

        for (size_t i = 0; i < j->n; i++) {
                if (j->wishes[j->order[i]].joint != s->joint)
                        continue;
                if (group > 0 && s->models[group].taken)
                        put(f, j->order[i], row, &s->models[group].taken[which].columns[i], j->in_group[number]);
                if (s->models[0].taken)
                        put(f, j->order[i], row, &s->models[0].taken[which].columns[i], j->place[number]);
        }
}

static int fill_rows(const struct filling *f, const struct tamis_joint_strategy *s, size_t group, size_t which,
                     size_t n, tamis_error *err) {
        tamis_frame rows = {0};
        int r;

        if (n == 0 || !s->models[group].model)
                return 0;
        r = gather(f, s->joint, &f->j->groups[group], n, &rows, err);
        if (r == 0)
                r = s->joint->fill(s->models[group].model, which, &rows, err);
        for (size_t i = 0; r == 0 && i < rows.n; i++)
                for (size_t k = 0; rows.columns[i].wanted && k < n; k++)
                        put(f, f->j->order[i], f->rows[k], &rows.columns[i], k);
        tamis_frame_done(&rows);
        return r;
}

static int fill_groups(const struct filling *f, const struct tamis_joint_strategy *s, size_t which, tamis_error *err) {
        int r = 0;

        for (size_t g = 1; r == 0 && g < f->j->n_groups; g++) {
                size_t n = 0;

                for (size_t k = f->runs.starts[g - 1]; k < f->runs.starts[g]; k++)
                        if (f->wants[f->runs.rows[k]])
                                f->rows[n++] = f->runs.rows[k];
                r = fill_rows(f, s, g, which, n, err);
        }
        return r;
}

static int fill_strategy(const struct filling *f, const struct tamis_joint_strategy *s, size_t which,
                         tamis_error *err) {
        size_t n = 0;
        int r = 0;

        if (which >= s->imputations)
                which = s->imputations - 1;
        for (size_t row = 0; row < f->batch->n_rows; row++) {
                f->wants[row] = f->holes[row] && is_open(f, s->joint, row);
                if (f->wants[row] && s->joint->fitted && f->number[row] != TAMIS_NOT_NUMBERED) {
                        look_up(f, s, which, row);
                        f->wants[row] = false;
                }
        }
        if (f->groups)
                r = fill_groups(f, s, which, err);
        for (size_t row = 0; row < f->batch->n_rows; row++)
                if (f->wants[row] && (!f->groups || is_open(f, s->joint, row)))
                        f->rows[n++] = (uint32_t) row;
        return r == 0 ? fill_rows(f, s, 0, which, n, err) : r;
}

/* -- all ----------------------------------------------------------------------------------------------------------- */

/* Room in the columns that have a hole to fill. */
static int open_values(const struct filling *f, tamis_joint_values *values, tamis_error *err) {
        const tamis_joints *j = f->j;
        size_t rows = f->batch->n_rows;

        for (size_t i = 0; i < j->n; i++) {
                size_t column = j->order[i];
                tamis_joint_values *v = &values[column];
                bool numbers = j->groups[0].frame.columns[i].type == TAMIS_TYPE_NUMERIC, texts;

                if (!j->wishes[column].joint)
                        continue;
                texts = !numbers || j->wishes[column].joint->spells;
                if (numbers)
                        v->numbers = tamis_arena_get(&f->batch->arena, rows * sizeof *v->numbers);
                if (texts)
                        v->texts = tamis_arena_get_zeroed(&f->batch->arena, rows, sizeof *v->texts);
                if ((numbers && !v->numbers) || (texts && !v->texts))
                        return tamis_fail_memory(err);
                for (size_t row = 0; v->numbers && row < rows; row++)
                        v->numbers[row] = NAN;
        }
        return 0;
}

static int open_filling(struct filling *f, tamis_error *err) {
        tamis_arena *arena = &f->batch->arena;
        size_t rows = f->batch->n_rows, n = f->j->n;

        f->number = tamis_arena_get(arena, rows * sizeof *f->number);
        f->hash = tamis_arena_get(arena, rows * sizeof *f->hash);
        f->wants = tamis_arena_get(arena, rows);
        f->rows = tamis_arena_get(arena, rows * sizeof *f->rows);
        f->numbers = tamis_arena_get_zeroed(arena, n + 1, sizeof *f->numbers);
        f->codes = tamis_arena_get_zeroed(arena, n + 1, sizeof *f->codes);
        if (!f->number || !f->hash || !f->wants || !f->rows || !f->numbers || !f->codes)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < rows; row++)
                f->hash[row] = TAMIS_HASH_START;
        return 0;
}

static int find_groups(struct filling *f, tamis_error *err) {
        int r;

        if (f->j->n_groups == 1)
                return 0;
        r = tamis_grouping_codes(f->j->grouping, NULL, f->batch, &f->groups, err);
        return r < 0 ? r : tamis_grouping_runs(f->groups, f->j->n_groups - 1, f->batch, &f->runs, err);
}

/* A model that is asked for what it has not seen goes on along its lines; where columns nearly follow from each other, far. */
static void look_for_far(const struct filling *f, size_t column) {
        tamis_joint_wish *wish = &f->j->wishes[column];
        const tamis_joint_values *v = &f->values[column];
        const double range = wish->high - wish->low;
        uint64_t far = 0;

        for (size_t row = 0; v->numbers && range > 0 && row < f->batch->n_rows; row++) {
                double x = v->numbers[row];

                x = x < wish->least ? wish->least : x > wish->most ? wish->most : x;
                far += x > wish->high + range || x < wish->low - range;
        }
        if (far == 0)
                return;
        tamis_batch_count(f->batch, &wish->far, far);
        tamis_warn(f->j->context, "strategy %s fills some cells far beyond what was observed in their column, by more than "
                   "its range (--report says how many and where; --min and --max bound them; knn and auto stay near)",
                   wish->joint->base.name);
}

int tamis_joints_fill(const tamis_joints *j, tamis_batch *batch, const uint8_t *const *missing,
                      tamis_joint_values **ret, tamis_error *err) {
        size_t columns = j->columns->n;
        struct filling f = { .j = j, .batch = batch, .missing = missing };
        tamis_joint_values *values =
                tamis_arena_get_zeroed(&batch->arena, j->imputations * columns + 1, sizeof *values);
        int r = 0;

        f.holes = tamis_arena_get_zeroed(&batch->arena, batch->n_rows, 1);
        if (!values || !f.holes)
                return tamis_fail_memory(err);
        *ret = values;
        if (j->n_strategies == 0 || !find_holes(&f))
                return 0;
        r = open_filling(&f, err);
        if (r == 0)
                r = look_at_columns(&f, err);
        if (r == 0)
                r = find_groups(&f, err);
        if (r < 0)
                return r;
        number_rows(&f);
        for (size_t which = 0; r == 0 && which < j->imputations; which++) {
                f.values = values + which * columns;
                r = open_values(&f, f.values, err);
                for (size_t i = 0; r == 0 && i < j->n_strategies; i++)
                        r = fill_strategy(&f, &j->strategies[i], which, err);
                for (size_t column = 0; r == 0 && column < columns; column++)
                        if (j->wishes[column].joint)
                                look_for_far(&f, column);
        }
        return r;
}
