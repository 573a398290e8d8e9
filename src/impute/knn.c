#include <math.h>
#include <stdlib.h>

#include "impute/impute.h"
#include "impute/joint.h"
#include "impute/knn.h"

enum {
        FEW = 5, FEW_GOWER = 10,        /* donors, where nobody says: scikit-learn's, and where the mean of
                                         * more errs less */
        PROBED = 48,                    /* rows searched for to find the cheaper way */
        WORTH_PROBING = 2048,
};

void tamis_knn_model_free(void *model) {
        tamis_knn_model *m = model;

        if (!m)
                return;
        tamis_knn_index_done(&m->index);
        tamis_frame_done(&m->shape);
        free(m->alone);
        free(m);
}

/* -- fit ----------------------------------------------------------------------------------------------------------- */

/* The columns, with names and texts of our own. */
static int copy_shape(const tamis_frame *from, tamis_frame *ret, tamis_error *err) {
        int r = tamis_frame_like(from, 0, ret, err);

        for (size_t i = 0; r == 0 && i < ret->n; i++) {
                tamis_frame_column *c = &ret->columns[i];
                tamis_slice *level;

                c->name = tamis_arena_copy(&ret->arena, tamis_slice_of(c->name));
                if (!c->name)
                        return tamis_fail_memory(err);
                if (c->type == TAMIS_TYPE_NUMERIC)
                        continue;
                level = tamis_arena_get(&ret->arena, c->levels * sizeof *level);
                for (size_t k = 0; level && k < c->levels; k++) {
                        level[k] = (tamis_slice) { tamis_arena_copy(&ret->arena, c->level[k]), c->level[k].n };
                        if (!level[k].p)
                                return tamis_fail_memory(err);
                }
                if (!level)
                        return tamis_fail_memory(err);
                c->level = level;
        }
        return r;
}

/* A row to try the index with: one of train, with a hole where it has none. */
static void copy_row(const tamis_frame *from, size_t row, tamis_frame *to, size_t at) {
        size_t wanted = 0, which = 0;
        bool hole = false;

        for (size_t i = 0; i < from->n; i++) {
                const tamis_frame_column *c = &from->columns[i];

                if (c->numbers)
                        to->columns[i].numbers[at] = c->numbers[row];
                else
                        to->columns[i].codes[at] = c->codes[row];
                wanted += c->wanted;
                hole |= c->wanted && (c->numbers ? isnan(c->numbers[row]) : c->codes[row] < 0);
        }
        if (hole || wanted == 0)
                return;
        which = at % wanted;
        for (size_t i = 0; i < from->n; i++) {
                tamis_frame_column *c = &to->columns[i];

                if (!c->wanted || which-- > 0)
                        continue;
                if (c->numbers)
                        c->numbers[at] = NAN;
                else
                        c->codes[at] = TAMIS_CODE_MISSING;
                return;
        }
}

static int probe(tamis_knn_model *m, const tamis_frame *train, tamis_error *err) {
        tamis_frame some = {0};
        int r;

        if (train->rows < WORTH_PROBING)
                return 0;
        r = tamis_frame_like(train, PROBED, &some, err);
        for (size_t i = 0; r == 0 && i < PROBED; i++)
                copy_row(train, i * (train->rows / PROBED), &some, i);
        if (r == 0)
                r = tamis_knn_probe(&m->index, &some, m->wishes.k, err);
        tamis_frame_done(&some);
        return r;
}

int tamis_knn_model_new(const tamis_frame *train, const tamis_knn_wishes *wishes, tamis_knn_model **ret,
                        tamis_error *err) {
        tamis_knn_model *m = calloc(1, sizeof *m);
        int r;

        if (!m)
                return tamis_fail_memory(err);
        m->wishes = *wishes;
        r = copy_shape(train, &m->shape, err);
        for (size_t i = 0; i < m->shape.n; i++)
                if (m->shape.columns[i].type != TAMIS_TYPE_NUMERIC && m->shape.columns[i].levels > m->levels)
                        m->levels = m->shape.columns[i].levels;
        if (r == 0)
                r = tamis_knn_index_init(&m->index, train, wishes->gower, err);
        if (r == 0) {
                m->alone = calloc(m->index.d + m->index.c + 1, sizeof *m->alone);
                r = m->alone ? 0 : tamis_fail_memory(err);
        }
        for (size_t i = 0; r == 0 && i < m->index.d + m->index.c; i++)
                r = tamis_knn_alone(m, i, &m->alone[i], err);
        if (r == 0)
                r = probe(m, train, err);
        if (r < 0) {
                tamis_knn_model_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

static int fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) {
        const tamis_settings *settings = fit->context->settings;
        bool gower = strcmp(tamis_settings_text(settings, "metric"), "gower") == 0;
        const tamis_knn_wishes wishes = {
                .k = tamis_settings_given(settings, "neighbors") ? tamis_settings_count(settings, "neighbors") : gower ? FEW_GOWER : FEW,
                .gower = gower,
                .weighted = strcmp(tamis_settings_text(settings, "weights"), "distance") == 0,
                .median = strcmp(tamis_settings_text(settings, "average"), "median") == 0,
        };
        tamis_knn_model *m;
        int r;

        if (wishes.k == 0)
                return tamis_fail(err, TAMIS_USAGE, "--neighbors: at least 1 is needed");
        if (wishes.median && wishes.weighted)
                return tamis_fail(err, TAMIS_USAGE,
                                  "--average median counts donors alike: it goes with --weights uniform");
        for (size_t i = 0; !wishes.gower && i < train->n; i++) {
                const tamis_frame_column *c = &train->columns[i];

                if (c->wanted && c->missing > 0 && c->type != TAMIS_TYPE_NUMERIC)
                        return tamis_fail(err, TAMIS_USAGE,
                                          "column \"%s\" is not numeric: --metric nan-euclidean cannot fill "
                                          "it, --metric gower can",
                                          c->name);
        }
        r = tamis_knn_model_new(train, &wishes, &m, err);
        if (r == 0)
                *ret = m;
        return r;
}

/* -- fill ---------------------------------------------------------------------------------------------------------- */

struct filling {
        tamis_frame *rows;
        tamis_knn_vote vote;
};

static void take(void *arg, const tamis_knn_donors *donors) {
        struct filling *f = arg;
        const tamis_knn_index *x = &f->vote.model->index;
        tamis_frame_column *c = &f->rows->columns[x->column[donors->coordinate]];
        tamis_knn_value value = tamis_knn_vote_take(&f->vote, donors);

        if (donors->coordinate < x->d)
                c->numbers[donors->row] = value.number;
        else
                c->codes[donors->row] = value.code;
}

int tamis_knn_model_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) {
        const tamis_knn_model *m = model;
        struct filling f = { .rows = rows };
        int r = tamis_knn_vote_init(&f.vote, m, err);

        if (r == 0)
                r = tamis_knn_search(&m->index, rows, m->wishes.k, take, &f, NULL, err);
        tamis_knn_vote_done(&f.vote);
        return r;
}

/* -- saved --------------------------------------------------------------------------------------------------------- */

static int save(const void *model, json_t *into, tamis_error *err) {
        const tamis_knn_model *m = model;
        const tamis_knn_index *x = &m->index;
        tamis_frame frame = {0};
        json_t *rows = NULL;
        int r = tamis_frame_like(&m->shape, x->rows, &frame, err);

        for (size_t i = 0; r == 0 && i < x->d + x->c; i++) {
                tamis_frame_column *c = &frame.columns[x->column[i]];

                for (size_t row = 0; row < x->rows; row++) {
                        if (i < x->d)
                                c->numbers[row] = x->numbers[row * x->d + i];
                        else
                                c->codes[row] = x->codes[row * x->c + i - x->d];
                }
        }
        if (r == 0)
                r = tamis_frame_save(&frame, true, &rows, err);
        tamis_frame_done(&frame);
        if (r < 0)
                return r;
        r = json_object_set_new(into, "neighbors", json_integer((json_int_t) m->wishes.k));
        r |= json_object_set_new(into, "metric", json_string(m->wishes.gower ? "gower" : "nan-euclidean"));
        r |= json_object_set_new(into, "weights", json_string(m->wishes.weighted ? "distance" : "uniform"));
        r |= json_object_set_new(into, "average", json_string(m->wishes.median ? "median" : "mean"));
        r |= json_object_set_new(into, "train", rows);
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static int load_choice(const json_t *from, const char *key, const char *no, const char *yes, bool *ret,
                       tamis_error *err) {
        const char *text;
        int r = tamis_json_text(from, key, &text, NULL, err);

        if (r < 0)
                return r;
        *ret = strcmp(text, yes) == 0;
        if (!*ret && strcmp(text, no) != 0)
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" is neither \"%s\" nor \"%s\"", key, no, yes);
        return 0;
}

static int check_shape(const tamis_frame *a, const tamis_frame *b, tamis_error *err) {
        bool same = a->n == b->n;

        for (size_t i = 0; same && i < a->n; i++) {
                const tamis_frame_column *c = &a->columns[i], *d = &b->columns[i];

                same = strcmp(c->name, d->name) == 0 && c->type == d->type
                    && (c->type == TAMIS_TYPE_NUMERIC || c->levels == d->levels);
                for (size_t k = 0; same && c->type != TAMIS_TYPE_NUMERIC && k < c->levels; k++)
                        same = tamis_slice_equal(c->level[k], d->level[k]);
        }
        return same ? 0 : tamis_fail(err, TAMIS_BAD_MODEL, "\"train\" has not the columns of the model");
}

static int load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
        tamis_knn_wishes wishes;
        tamis_knn_model *m;
        tamis_frame train = {0};
        uint64_t k;
        int r = tamis_json_count(from, "neighbors", &k, err);

        if (r == 0 && k == 0)
                r = tamis_fail(err, TAMIS_BAD_MODEL, "\"neighbors\" is 0");
        if (r == 0)
                r = load_choice(from, "metric", "nan-euclidean", "gower", &wishes.gower, err);
        if (r == 0)
                r = load_choice(from, "weights", "uniform", "distance", &wishes.weighted, err);
        if (r == 0)
                r = load_choice(from, "average", "mean", "median", &wishes.median, err);
        if (r == 0)
                r = tamis_frame_load(json_object_get(from, "train"), &train, err);
        if (r < 0)
                return r;
        wishes.k = k;
        r = check_shape(&train, shape, err);
        if (r == 0)
                r = tamis_knn_model_new(&train, &wishes, &m, err);
        if (r == 0)
                *ret = m;
        tamis_frame_done(&train);
        return r;
}

static int report(const void *model, json_t *into, tamis_error *err) {
        const tamis_knn_model *m = model;
        int r = json_object_set_new(into, "neighbors", json_integer((json_int_t) m->wishes.k));

        r |= json_object_set_new(into, "metric", json_string(m->wishes.gower ? "gower" : "nan-euclidean"));
        r |= json_object_set_new(into, "weights", json_string(m->wishes.weighted ? "distance" : "uniform"));
        r |= json_object_set_new(into, "average", json_string(m->wishes.median ? "median" : "mean"));
        r |= json_object_set_new(into, "rows", json_integer((json_int_t) m->index.rows));
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static const char *const options[] = { "neighbors", "weights", "metric", "average", NULL };

const tamis_joint tamis_joint_knn = {
        .base = {
                .name = "knn",
                .summary = "from the nearest rows that have the cell",
                .source = "Gower distance as VIM's kNN (which is -k 5 --average median), scikit-learn KNNImputer "
                          "(--metric nan-euclidean); ties to the first row in the order of the cells",
        },
        .takes = 1u << TAMIS_TYPE_NUMERIC | 1u << TAMIS_TYPE_CATEGORICAL,
        .options = options,
        .fit = fit,
        .fill = tamis_knn_model_fill,
        .save = save,
        .load = load,
        .report = report,
        .free = tamis_knn_model_free,
};
