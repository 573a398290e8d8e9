#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "fit/cholesky.h"
#include "fit/logistic.h"
#include "impute/regression.h"

/* -- the code ------------------------------------------------------------------------------------------------------ */

/* Mean and sd of what was observed; a sd that rounding alone makes is none. */
static void scale_column(const double *x, size_t n, tamis_regression_column *c) {
        double mean = 0, squares = 0, largest = 0, first = NAN;

        c->spread = 0;
        c->rows = 0;
        for (size_t i = 0; i < n; i++)
                if (!isnan(x[i])) {
                        first = c->rows++ ? first : x[i];
                        largest = fmax(largest, fabs(x[i]));
                }
        c->centre = first;
        if (c->rows < 2 || largest == 0)
                return;
        for (size_t i = 0; i < n; i++)
                mean += isnan(x[i]) ? 0 : x[i] / largest / (double) c->rows;
        for (size_t i = 0; i < n; i++)
                squares += isnan(x[i]) ? 0 : (x[i] / largest - mean) * (x[i] / largest - mean);
        squares = sqrt(squares / (double) c->rows);
        if (squares > 1e-13 && squares * largest > 1e-300) {
                c->centre = mean * largest;
                c->spread = squares * largest;
        }
}

static int count_levels(const tamis_frame_column *from, size_t rows, size_t **ret, tamis_error *err) {
        size_t *counts = calloc(from->levels + 1, sizeof *counts);

        if (!counts)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < rows; row++)
                if (from->codes[row] >= 0)
                        counts[from->codes[row]]++;
        *ret = counts;
        return 0;
}

/* Places for the levels seen but the first; with too many of them for the most frequent, of equal ones the first. */
static void place_levels(tamis_regression_column *c, const size_t *counts) {
        size_t least = 0, over = 0;

        if (c->classes > TAMIS_REGRESSION_LEVELS + 1)
                for (least = 1; ; least++) {
                        over = 0;
                        for (size_t i = 1; i < c->classes; i++)
                                over += counts[c->class[i]] > least;
                        if (over <= TAMIS_REGRESSION_LEVELS)
                                break;
                }
        for (size_t i = 1; i < c->classes; i++) {
                size_t count = counts[c->class[i]];
                bool in = least == 0 || count > least;

                if (!in && count == least && over < TAMIS_REGRESSION_LEVELS)
                        in = true, over++;
                if (in)
                        c->place[c->class[i]] = (int32_t) c->width++;
        }
}

static int look_at_levels(tamis_regression_column *c, const tamis_frame_column *from, size_t rows, tamis_error *err) {
        size_t *counts;
        int r = count_levels(from, rows, &counts, err);

        if (r < 0)
                return r;
        c->levels = from->levels;
        c->place = malloc((c->levels + 1) * sizeof *c->place);
        c->class = malloc((c->levels + 1) * sizeof *c->class);
        if (!c->place || !c->class) {
                free(counts);
                return tamis_fail_memory(err);
        }
        c->mode = -1;
        c->rows = 0;
        for (size_t i = 0; i < c->levels; i++) {
                c->place[i] = -1;
                if (counts[i] == 0)
                        continue;
                c->class[c->classes++] = (int32_t) i;
                c->rows += counts[i];
                if (c->mode < 0 || counts[i] > counts[c->mode])
                        c->mode = (int32_t) i;
        }
        place_levels(c, counts);
        free(counts);
        return 0;
}

static int make_code(tamis_regression *m, const tamis_frame *train, tamis_error *err) {
        int r = 0;

        m->q = 1;
        for (size_t j = 0; r == 0 && j < m->n; j++) {
                tamis_regression_column *c = &m->columns[j];

                if (train->columns[j].numbers) {
                        scale_column(train->columns[j].numbers, train->rows, c);
                        c->width = c->spread > 0;
                } else
                        r = look_at_levels(c, &train->columns[j], train->rows, err);
                c->at = m->q;
                m->q += c->width;
        }
        return r;
}

/* Far beyond what was learned from, products must not overflow. */
static double number_of(const tamis_regression_column *c, double x) {
        return isnan(x) ? 0 : fmin(fmax((x - c->centre) / c->spread, -1e100), 1e100);
}

void tamis_regression_encode(const tamis_regression *m, const tamis_frame *rows, size_t row, double *code) {
        memset(code, 0, m->q * sizeof *code);
        code[0] = 1;
        for (size_t j = 0; j < m->n; j++) {
                const tamis_regression_column *c = &m->columns[j];
                int32_t level;

                if (c->width == 0)
                        continue;
                if (rows->columns[j].numbers) {
                        code[c->at] = number_of(c, rows->columns[j].numbers[row]);
                        continue;
                }
                level = rows->columns[j].codes[row] >= 0 ? rows->columns[j].codes[row] : c->mode;
                if (c->place[level] >= 0)
                        code[c->at + (size_t) c->place[level]] = 1;
        }
}

/* -- numbers ------------------------------------------------------------------------------------------------------- */

struct job {
        tamis_regression *m;
        const tamis_frame *train;
        int *status;
};

struct room {
        double *code;                   /* q */
        double *gram, *root;            /* k * k, k = q less the column's own places */
        double *moment, *x;             /* k */
};

static void room_done(struct room *w) {
        free(w->code);
        free(w->gram);
        free(w->root);
        free(w->moment);
        free(w->x);
}

static int room_init(struct room *w, size_t q) {
        *w = (struct room) {0};
        w->code = calloc(q + 1, sizeof *w->code);
        w->gram = calloc(q * q + 1, sizeof *w->gram);
        w->root = calloc(q * q + 1, sizeof *w->root);
        w->moment = calloc(q + 1, sizeof *w->moment);
        w->x = calloc(q + 1, sizeof *w->x);
        return w->code && w->gram && w->root && w->moment && w->x ? 0 : TAMIS_NO_MEMORY;
}

/* The row's code less the column's own places. */
static void predictors(const struct job *job, const tamis_regression_column *c, size_t row, double *code, double *x) {
        size_t behind = c->at + c->width;

        tamis_regression_encode(job->m, job->train, row, code);
        memcpy(x, code, c->at * sizeof *x);
        memcpy(x + c->at, code + behind, (job->m->q - behind) * sizeof *x);
}

static void spread_out(const tamis_regression *m, const tamis_regression_column *c, const double *x, double *b) {
        memcpy(b, x, c->at * sizeof *b);
        memcpy(b + c->at + c->width, x + c->at, (m->q - c->at - c->width) * sizeof *b);
}

/* Coefficients into w->x; where a predictor follows from others a ridge decides, next to nothing at first. */
static bool solve(struct room *w, size_t k, double rows) {
        double ridge = 0;
        bool fine;

        do {
                memcpy(w->root, w->gram, k * k * sizeof *w->root);
                for (size_t i = 1; i < k; i++)
                        w->root[i * k + i] += ridge * rows;
                fine = tamis_cholesky(w->root, k, k);
                if (!fine)
                        ridge = ridge > 0 ? ridge * 10 : 1e-9;
        } while (!fine && ridge < 1e10);
        memcpy(w->x, w->moment, k * sizeof *w->x);
        tamis_cholesky_forward(w->root, k, k, w->x);
        tamis_cholesky_backward(w->root, k, k, w->x);
        return ridge > 0;
}

static int fit_number(const struct job *job, size_t j) {
        tamis_regression *m = job->m;
        tamis_regression_column *c = &m->columns[j];
        const double *y = job->train->columns[j].numbers;
        size_t k = m->q - c->width;
        double left = 0;
        struct room w;
        int r = room_init(&w, m->q);

        c->b = calloc(m->q, sizeof *c->b);
        c->k = m->q;
        if (r < 0 || !c->b) {
                room_done(&w);
                return TAMIS_NO_MEMORY;
        }
        for (size_t row = 0; row < job->train->rows; row++) {
                double z = number_of(c, y[row]);

                if (isnan(y[row]))
                        continue;
                predictors(job, c, row, w.code, w.x);
                for (size_t a = 0; a < k; a++) {
                        double x = w.x[a], *to = w.gram + a * k;

                        if (x == 0)
                                continue;
                        w.moment[a] += x * z;
                        for (size_t b = 0; b <= a; b++)
                                to[b] += x * w.x[b];
                }
        }
        c->ridge = solve(&w, k, (double) c->rows);
        spread_out(m, c, w.x, c->b);
        for (size_t row = 0; row < job->train->rows; row++) {
                double gap = number_of(c, y[row]);

                if (isnan(y[row]))
                        continue;
                tamis_regression_encode(m, job->train, row, w.code);
                for (size_t a = 0; a < m->q; a++)
                        gap -= c->b[a] * w.code[a];
                left += gap * gap;
        }
        c->explained = 1 - left / (double) c->rows;
        c->sd = sqrt(left / (double) (c->rows > k ? c->rows - k : 1));
        room_done(&w);
        return 0;
}

/* -- categories ---------------------------------------------------------------------------------------------------- */

/* Shares alone: the logarithm of each class's rows over the first one's. */
static int fit_shares(const struct job *job, size_t j) {
        tamis_regression_column *c = &job->m->columns[j];
        size_t *counts;
        int r = count_levels(&job->train->columns[j], job->train->rows, &counts, NULL);

        if (r < 0)
                return r;
        c->k = 1;
        c->b = calloc(c->classes, sizeof *c->b);
        for (size_t i = 1; c->b && i < c->classes; i++)
                c->b[i - 1] = log((double) counts[c->class[i]] / (double) counts[c->class[0]]);
        free(counts);
        return c->b ? 0 : TAMIS_NO_MEMORY;
}

static int fit_classes(const struct job *job, size_t j) {
        tamis_regression *m = job->m;
        tamis_regression_column *c = &m->columns[j];
        const int32_t *codes = job->train->columns[j].codes;
        size_t k = m->q - c->width;
        double *code = malloc(m->q * sizeof *code);
        int32_t *class_of = calloc(c->levels + 1, sizeof *class_of);
        tamis_logistic l = {0};
        int r = code && class_of ? tamis_logistic_init(&l, c->rows, k, c->classes, NULL) : TAMIS_NO_MEMORY;

        c->k = m->q;
        c->b = calloc(c->classes * m->q, sizeof *c->b);
        if (r == 0 && !c->b)
                r = TAMIS_NO_MEMORY;
        if (r == 0) {
                size_t n = 0;

                for (size_t i = 0; i < c->classes; i++)
                        class_of[c->class[i]] = (int32_t) i;
                for (size_t row = 0; row < job->train->rows; row++) {
                        if (codes[row] < 0)
                                continue;
                        predictors(job, c, row, code, l.x + n * k);
                        l.weight[n] = 1;
                        l.class[n++] = (uint32_t) class_of[codes[row]];
                }
                tamis_logistic_climb(&l);
                for (size_t i = 0; i + 1 < c->classes; i++)
                        spread_out(m, c, l.b + i * k, c->b + i * m->q);
        }
        tamis_logistic_done(&l);
        free(class_of);
        free(code);
        return r;
}

/* -- all ----------------------------------------------------------------------------------------------------------- */

static void fit_column(void *arg, size_t j) {
        const struct job *job = arg;
        tamis_regression_column *c = &job->m->columns[j];
        const tamis_frame_column *from = &job->train->columns[j];

        if (!from->wanted)
                return;
        if (from->numbers) {
                c->fitted = c->spread > 0;
                job->status[j] = c->fitted ? fit_number(job, j) : 0;
                return;
        }
        c->fitted = c->classes > 1;
        if (c->fitted)
                job->status[j] = c->classes > TAMIS_REGRESSION_CLASSES ? fit_shares(job, j) : fit_classes(job, j);
}

int tamis_regression_run(tamis_regression *m, const tamis_frame *train, tamis_pool *pool, tamis_error *err) {
        struct job job = { .m = m, .train = train };
        int r = make_code(m, train, err);

        if (r < 0)
                return r;
        job.status = calloc(m->n + 1, sizeof *job.status);
        if (!job.status)
                return tamis_fail_memory(err);
        tamis_pool_for(pool, m->n, fit_column, &job);
        for (size_t j = 0; r == 0 && j < m->n; j++)
                r = job.status[j] < 0 ? tamis_fail_memory(err) : 0;
        free(job.status);
        return r;
}
