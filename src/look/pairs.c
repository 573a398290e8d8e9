#include <math.h>
#include <stdlib.h>

#include "look/little.h"
#include "look/pairs.h"
#include "look/sort_doubles.h"

/* More columns than this and a matrix of them says nothing to anybody. */
enum { MOST_COLUMNS = 1000 };
/* Pairs times rows: beyond it fewer rows are looked at. About a second. */
static const double most_work = 6e8;

/* -- blocks: where in the table cells are missing ------------------------------------------------------------------ */

static int fill_blocks(tamis_profile *p, const tamis_look_frame *f, tamis_error *err) {
        size_t n = f->rows < TAMIS_LOOK_BLOCKS ? f->rows : TAMIS_LOOK_BLOCKS;

        p->n_blocks = n;
        p->blocks = tamis_arena_get_zeroed(&p->arena, n * p->n + 1, sizeof *p->blocks);
        if (!p->blocks)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < p->n; i++)
                for (size_t b = 0; f->missing[i] && b < n; b++) {
                        size_t first = b * f->rows / n, last = (b + 1) * f->rows / n, missing = 0;

                        for (size_t row = first; row < last; row++)
                                missing += f->missing[i][row];
                        p->blocks[b * p->n + i] = (float) missing / (float) (last - first);
                }
        return 0;
}

/* -- correlations -------------------------------------------------------------------------------------------------- */

/* Of the pairs both present; two passes. */
static double correlate(const double *x, const double *y, size_t n) {
        double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0, count = 0, mx, my;

        for (size_t i = 0; i < n; i++) {
                bool both = x[i] == x[i] && y[i] == y[i];

                sx += both ? x[i] : 0;
                sy += both ? y[i] : 0;
                count += both;
        }
        if (count < 2)
                return NAN;
        mx = sx / count;
        my = sy / count;
        for (size_t i = 0; i < n; i++) {
                bool both = x[i] == x[i] && y[i] == y[i];
                double dx = both ? x[i] - mx : 0, dy = both ? y[i] - my : 0;

                sxx += dx * dx;
                syy += dy * dy;
                sxy += dx * dy;
        }
        /* constant but for rounding */
        if (!(sxx > count * 1e-28 * mx * mx) || !(syy > count * 1e-28 * my * my))
                return NAN;
        sxy = sxy / sqrt(sxx) / sqrt(syy);
        return sxy > 1 ? 1 : sxy < -1 ? -1 : sxy;
}

struct matrix {
        const tamis_profile *p;
        const tamis_look_frame *f;
        size_t rows;
        double *to;
        bool nullity;
};

static bool numeric(const tamis_profile *p, const tamis_look_frame *f, size_t i) {
        return p->columns[i].type == TAMIS_TYPE_NUMERIC && f->n_numbers[i] > 1;
}

/* Being missing is 1 or 0: correlations of counts. */
static double correlate_missing(const tamis_look_frame *f, size_t i, size_t k, size_t rows) {
        double n = (double) rows, a = 0, b = 0, both = 0;

        if (!f->missing[i] || !f->missing[k])
                return NAN;
        for (size_t row = 0; row < rows; row++) {
                a += f->missing[i][row];
                b += f->missing[k][row];
                both += f->missing[i][row] & f->missing[k][row];
        }
        if (a == 0 || b == 0 || a == n || b == n)
                return NAN;
        return (n * both - a * b) / sqrt(a * (n - a) * b * (n - b));
}

static void fill_row(void *arg, size_t i) {
        const struct matrix *m = arg;
        size_t n = m->p->n;

        for (size_t k = 0; k <= i; k++) {
                double r = NAN;

                if (m->nullity)
                        r = correlate_missing(m->f, i, k, m->rows);
                else if (numeric(m->p, m->f, i) && numeric(m->p, m->f, k))
                        r = correlate(m->f->numbers[i], m->f->numbers[k], m->rows);
                if (i == k && !isnan(r))
                        r = 1;
                m->to[i * n + k] = m->to[k * n + i] = r;
        }
}

static int fill_matrix(tamis_profile *p, const tamis_look_frame *f, tamis_pool *pool, bool nullity, double **ret,
                       tamis_error *err) {
        double work = (double) p->n * (double) p->n / 2 * (double) f->rows;
        struct matrix m = { p, f, f->rows, NULL, nullity };

        if (p->n > MOST_COLUMNS)
                return 0;
        if (work > most_work) {
                m.rows = (size_t) ((double) f->rows * most_work / work);
                p->sampled = true;
                if (m.rows < p->sample_rows)
                        p->sample_rows = m.rows;
        }
        m.to = tamis_arena_get(&p->arena, (p->n * p->n + 1) * sizeof *m.to);
        if (!m.to)
                return tamis_fail_memory(err);
        tamis_pool_for(pool, p->n, fill_row, &m);
        *ret = m.to;
        return 0;
}

int tamis_look_pairs(tamis_profile *p, tamis_look_frame *f, tamis_gather *g, tamis_error *err) {
        int r = fill_blocks(p, f, err);

        if (r == 0)
                r = fill_matrix(p, f, g->pool, true, &p->nullity, err);
        if (r == 0)
                r = fill_matrix(p, f, g->pool, false, &p->correlation, err);
        p->little_chi2 = p->little_df = p->little_p = NAN;
        return r == 0 ? tamis_look_little(p, f, err) : r;
}

/* Mann-Whitney: the mean rank of the positives, ties counted half. */
double tamis_look_auc(const double *score, const uint8_t *positive, size_t n, double *negatives, double *spare) {
        size_t n0 = 0, n1 = 0;
        double sum = 0;

        for (size_t i = 0; i < n; i++)
                if (score[i] == score[i] && !positive[i])
                        negatives[n0++] = score[i];
        tamis_sort_doubles(negatives, spare, n0);
        for (size_t i = 0; i < n; i++) {
                size_t low = 0, high = n0, below;

                if (score[i] != score[i] || !positive[i])
                        continue;
                while (low < high) {
                        size_t middle = (low + high) / 2;

                        if (negatives[middle] < score[i])
                                low = middle + 1;
                        else
                                high = middle;
                }
                below = low;
                for (high = n0; low < high;) {
                        size_t middle = (low + high) / 2;

                        if (negatives[middle] <= score[i])
                                low = middle + 1;
                        else
                                high = middle;
                }
                sum += ((double) below + (double) low) / 2;
                n1++;
        }
        return n0 > 0 && n1 > 0 ? sum / (double) n0 / (double) n1 : NAN;
}
