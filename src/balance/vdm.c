#include <math.h>
#include <stdlib.h>

#include "balance/vdm.h"

enum { TABLE_LEVELS = 1024 };           /* a column of that many keeps the squares of all pairs: 8 MB */

void tamis_vdm_free(tamis_vdm *vdm) {
        if (!vdm)
                return;
        for (size_t j = 0; vdm->columns && j < vdm->width; j++) {
                free(vdm->columns[j].starts);
                free(vdm->columns[j].shares);
                free(vdm->columns[j].squares);
        }
        free(vdm->columns);
        free(vdm);
}

double tamis_vdm_first_share(const struct tamis_vdm_column *column, uint32_t level) {
        const struct tamis_vdm_share *first = column->shares + column->starts[level];

        return column->starts[level] < column->starts[level + 1] && first->class == 0 ? first->share : 0;
}

double tamis_vdm_square_of(const struct tamis_vdm_column *column, uint32_t a, uint32_t b) {
        const struct tamis_vdm_share *x = column->shares + column->starts[a], *y = column->shares + column->starts[b];
        const struct tamis_vdm_share *x_end = column->shares + column->starts[a + 1];
        const struct tamis_vdm_share *y_end = column->shares + column->starts[b + 1];
        double sum = 0;

        if (a == b)
                return 0;
        while (x < x_end && y < y_end) {
                if (x->class < y->class)
                        sum += x++->share;
                else if (y->class < x->class)
                        sum += y++->share;
                else
                        sum += fabs(x++->share - y++->share);
        }
        for (; x < x_end; x++)
                sum += x->share;
        for (; y < y_end; y++)
                sum += y->share;
        return sum * sum;
}

/* -- counting ------------------------------------------------------------------------------------------------------ */

struct counting {
        const tamis_smote *s;
        tamis_vdm *vdm;
        const uint32_t *rows;           /* those with a class, class after class */
        size_t n;
        int *status;                    /* per column */
};

/* Rows by level, and class after class within: sorted[starts[level]...]. */
static void sort_by_level(const struct counting *w, size_t j, size_t levels, size_t *starts, uint32_t *sorted) {
        const tamis_texts *t = &w->s->rows.categories;

        for (size_t i = 0; i < w->n; i++)
                starts[t->codes[w->rows[i] * t->width + j] + 1]++;
        for (size_t level = 0; level < levels; level++)
                starts[level + 1] += starts[level];
        for (size_t i = 0; i < w->n; i++)
                sorted[starts[t->codes[w->rows[i] * t->width + j]]++] = w->rows[i];
        /* each is now where the next begins */
        memmove(starts + 1, starts, levels * sizeof *starts);
        starts[0] = 0;
}

/* Runs of one class within a level are its shares; they take the place of the rows in `starts`. */
static void make_shares(const tamis_smote *s, struct tamis_vdm_column *column, const uint32_t *sorted) {
        size_t n = 0;

        for (size_t level = 0; level < column->levels; level++) {
                size_t first = column->starts[level], last = column->starts[level + 1], run;

                column->starts[level] = n;
                for (size_t i = first; i < last; i += run) {
                        uint32_t class = s->labels.codes[sorted[i]];
                        double share;

                        for (run = 1; i + run < last && s->labels.codes[sorted[i + run]] == class;)
                                run++;
                        share = (double) run / (double) (last - first);
                        column->shares[n++] = (struct tamis_vdm_share) { class, nearbyint(share * 0x1p24) * 0x1p-24 };
                }
        }
        column->starts[column->levels] = n;
}

static int make_squares(struct tamis_vdm_column *column) {
        size_t levels = column->levels;

        column->squares = reallocarray(NULL, levels + 1, levels * sizeof *column->squares);
        if (!column->squares)
                return TAMIS_NO_MEMORY;
        for (uint32_t a = 0; a < levels; a++)
                for (uint32_t b = a; b < levels; b++) {
                        double square = tamis_vdm_square_of(column, a, b);

                        column->squares[a * levels + b] = square;
                        column->squares[b * levels + a] = square;
                }
        return 0;
}

static void count_column(void *arg, size_t j) {
        const struct counting *w = arg;
        struct tamis_vdm_column *column = &w->vdm->columns[j];
        struct tamis_vdm_share *fewer;
        uint32_t *sorted = reallocarray(NULL, w->n + 1, sizeof *sorted);

        column->levels = w->s->rows.categories.dicts[j].n;
        column->starts = calloc(column->levels + 2, sizeof *column->starts);
        column->shares = reallocarray(NULL, w->n + 1, sizeof *column->shares);
        w->status[j] = sorted && column->starts && column->shares ? 0 : TAMIS_NO_MEMORY;
        if (w->status[j] == 0) {
                sort_by_level(w, j, column->levels, column->starts, sorted);
                make_shares(w->s, column, sorted);
                fewer = reallocarray(column->shares, column->starts[column->levels] + 1, sizeof *fewer);
                column->shares = fewer ? fewer : column->shares;
                if (w->s->labels.n_classes > 2 && column->levels <= TABLE_LEVELS)
                        w->status[j] = make_squares(column);
        }
        free(sorted);
}

int tamis_vdm_new(const tamis_smote_space *space, tamis_vdm **ret, tamis_error *err) {
        const tamis_smote *s = space->s;
        const size_t width = s->rows.categories.width;
        struct counting w = {
                .s = s, .vdm = calloc(1, sizeof *w.vdm), .status = calloc(width + 1, sizeof *w.status),
                .rows = space->by_class, .n = space->class_starts[s->labels.n_classes],
        };
        int r = w.vdm && w.status ? 0 : tamis_fail_memory(err);

        if (r == 0) {
                w.vdm->width = width;
                w.vdm->columns = calloc(width + 1, sizeof *w.vdm->columns);
                r = w.vdm->columns ? 0 : tamis_fail_memory(err);
        }
        if (r == 0)
                tamis_pool_for(space->context->pool, width, count_column, &w);
        for (size_t j = 0; r == 0 && j < width; j++)
                r = w.status[j] < 0 ? tamis_fail_memory(err) : 0;
        free(w.status);
        if (r == 0)
                *ret = w.vdm;
        else
                tamis_vdm_free(w.vdm);
        return r;
}
