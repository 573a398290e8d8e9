/* The train rows in bins, and one forest of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "impute/forest.h"

void tamis_missforest_free(void *model) {
        tamis_missforest *m = model;

        if (!m)
                return;
        for (size_t j = 0; m->columns && j < m->train.n; j++) {
                tamis_missforest_column *c = &m->columns[j];

                tamis_binning_done(&c->binning);
                tamis_forest_done(&c->last);
                free(c->bins);
                free(c->seen);
                free(c->holes);
                free(c->filled);
                if (m->category && m->category[j])
                        free(c->targets);
                if (c->locks)
                        pthread_mutex_destroy(&c->lock);
        }
        free(m->columns);
        free(m->bins);
        free(m->category);
        free(m->order);
        free(m->purpose);
        tamis_frame_done(&m->train);
        free(m);
}

/* -- cells --------------------------------------------------------------------------------------------------------- */

double tamis_missforest_cell(const tamis_frame_column *c, size_t row) {
        if (c->type == TAMIS_TYPE_NUMERIC)
                return c->numbers[row];
        return c->codes[row] == TAMIS_CODE_MISSING ? NAN : c->codes[row];
}

void tamis_missforest_put(tamis_frame_column *c, size_t row, double value) {
        if (c->type == TAMIS_TYPE_NUMERIC)
                c->numbers[row] = value;
        else
                c->codes[row] = (int32_t) value;
}

uint8_t tamis_missforest_bin(const tamis_binning *b, double value) {
        if (b->category)
                return isnan(value) ? TAMIS_BIN_MISSING : tamis_binning_code(b, (int32_t) value);
        return tamis_binning_number(b, value);
}

/* -- columns ------------------------------------------------------------------------------------------------------- */

static double mean_of(const double *values, const uint32_t *rows, size_t n) {
        double mean = 0;

        for (size_t i = 0; i < n; i++)
                mean += (values[rows[i]] / (double) (i + 1) - mean / (double) (i + 1));
        return mean;
}

static int find_mode(const tamis_frame_column *c, size_t rows, double *ret, tamis_error *err) {
        size_t *times = calloc(c->levels + 1, sizeof *times), best = 0;

        if (!times)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < rows; row++)
                if (c->codes[row] >= 0)
                        times[c->codes[row]]++;
        for (size_t level = 0; level < c->levels; level++)
                if (times[level] > times[best])
                        best = level;
        free(times);
        *ret = (double) best;
        return 0;
}

static int find_rows(const tamis_frame_column *f, size_t rows, tamis_missforest_column *c, tamis_error *err) {
        c->seen = malloc((rows + 1) * sizeof *c->seen);
        c->holes = malloc((rows + 1) * sizeof *c->holes);
        if (!c->seen || !c->holes)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < rows; row++) {
                if (isnan(tamis_missforest_cell(f, row)))
                        c->holes[c->n_holes++] = (uint32_t) row;
                else
                        c->seen[c->n_seen++] = (uint32_t) row;
        }
        c->target = f->wanted && c->n_seen > 0;
        if (!c->target)
                c->n_holes = 0;
        c->filled = malloc((c->n_holes + 1) * sizeof *c->filled);
        return c->filled ? 0 : tamis_fail_memory(err);
}

static int find_targets(const tamis_frame_column *f, size_t rows, tamis_missforest_column *c, tamis_error *err) {
        if (f->type == TAMIS_TYPE_NUMERIC) {
                c->targets = f->numbers;
                return 0;
        }
        c->targets = malloc((rows + 1) * sizeof *c->targets);
        if (!c->targets)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < rows; row++)
                c->targets[row] = f->codes[row];
        return 0;
}

static int cut(const tamis_frame_column *f, size_t rows, tamis_missforest_column *c, tamis_error *err) {
        int r;

        if (f->type == TAMIS_TYPE_NUMERIC)
                r = tamis_binning_of_numbers(f->numbers, rows, &c->binning, err);
        else
                r = tamis_binning_of_codes(f->codes, rows, f->levels, &c->binning, err);
        if (r < 0)
                return r;
        c->bins = malloc(rows + 1);
        if (!c->bins)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < rows; row++)
                c->bins[row] = tamis_missforest_bin(&c->binning, tamis_missforest_cell(f, row));
        return 0;
}

static int make_column(tamis_missforest *m, size_t j, tamis_error *err) {
        const tamis_frame_column *f = &m->train.columns[j];
        tamis_missforest_column *c = &m->columns[j];
        int r = find_rows(f, m->train.rows, c, err);

        c->error = NAN;
        c->least = f->least;
        c->most = f->most;
        m->category[j] = f->type == TAMIS_TYPE_CATEGORICAL;
        if (r == 0)
                r = find_targets(f, m->train.rows, c, err);
        if (r == 0)
                r = cut(f, m->train.rows, c, err);
        if (r == 0 && m->category[j])
                r = find_mode(f, m->train.rows, &c->start, err);
        else if (r == 0)
                c->start = fmin(fmax(mean_of(f->numbers, c->seen, c->n_seen), f->least), f->most);
        if (r < 0)
                return r;
        m->bins[j] = c->bins;
        if (m->category[j] && f->levels > m->most_levels)
                m->most_levels = f->levels;
        for (size_t i = 0; i < c->n_holes; i++) {
                c->filled[i] = c->start;
                c->bins[c->holes[i]] = tamis_missforest_bin(&c->binning, c->start);
        }
        c->locks = pthread_mutex_init(&c->lock, NULL) == 0;
        return c->locks ? 0 : tamis_fail_memory(err);
}

/* Fewer holes first; of equals, in the order of the frame. */
static void order_columns(tamis_missforest *m) {
        for (size_t j = 0; j < m->train.n; j++) {
                size_t k = m->n_order;

                if (!m->columns[j].target)
                        continue;
                for (; k > 0 && m->columns[m->order[k - 1]].n_holes > m->columns[j].n_holes; k--)
                        m->order[k] = m->order[k - 1];
                m->order[k] = j;
                m->n_order++;
        }
}

int tamis_missforest_new(const tamis_frame *train, size_t trees, size_t rounds_most, uint64_t seed, const char *purpose,
                         tamis_missforest **ret, tamis_error *err) {
        tamis_missforest *m = calloc(1, sizeof *m);
        int r = m ? tamis_frame_copy(train, &m->train, err) : tamis_fail_memory(err);

        if (r < 0) {
                free(m);
                return r;
        }
        m->trees = trees;
        m->rounds_most = rounds_most;
        m->seed = seed;
        m->purpose = strdup(purpose);
        m->category = calloc(train->n + 1, sizeof *m->category);
        m->columns = calloc(train->n + 1, sizeof *m->columns);
        m->bins = calloc(train->n + 1, sizeof *m->bins);
        m->order = calloc(train->n + 1, sizeof *m->order);
        r = m->purpose && m->category && m->columns && m->bins && m->order ? 0 : tamis_fail_memory(err);
        if (r == 0 && (train->n > TAMIS_CART_PREDICTORS || train->rows >= UINT32_MAX / 4))
                r = tamis_fail(err, TAMIS_BAD_DATA, "too many columns or rows for a forest");
        for (size_t j = 0; r == 0 && j < train->n; j++)
                r = make_column(m, j, err);
        if (r < 0) {
                tamis_missforest_free(m);
                return r;
        }
        order_columns(m);
        *ret = m;
        return 0;
}

/* -- one forest ---------------------------------------------------------------------------------------------------- */

/* As missForest sets it, floor(sqrt(p)) predictors a node for a class, p all columns; for a number one more, unless
 * that were more than a third of the predictors and one: tests/quality has tables where that finds more, and none where
 * it finds less. A number's node of five rows is not split. */
static size_t tries_of(const tamis_missforest *m, bool category) {
        size_t root = (size_t) sqrt((double) m->train.n), third = (m->train.n - 1) / 3;

        return category ? root : (root < third ? root : third) + 1;
}

int tamis_missforest_learn(const tamis_missforest *m, size_t column, size_t round, tamis_pool *pool, double *outside,
                           tamis_forest *ret, tamis_error *err) {
        const tamis_missforest_column *c = &m->columns[column];
        bool category = m->category[column];
        const uint8_t **bins = malloc((m->train.n + 1) * sizeof *bins);
        tamis_cart_data data = { m->train.n, bins, m->category, c->targets,
                                 category ? m->train.columns[column].levels : 0 };
        tamis_forest_options options = {
                .trees = m->trees, .seed = m->seed, .purpose = m->purpose, .pool = pool,
                .key = round * m->train.n + column,
                .tree = { .tries = tries_of(m, category), .leaf = 1, .split = category ? 2 : 6 },
                .mixed = true,
        };
        int r;

        if (!bins)
                return tamis_fail_memory(err);
        for (size_t j = 0; j < m->train.n; j++)
                bins[j] = j == column ? NULL : m->bins[j];
        r = tamis_forest_grow(&data, &options, c->seen, c->n_seen, outside, ret, err);
        free(bins);
        return r;
}
