#include <math.h>
#include <stdlib.h>

#include "impute/iterative.h"

void tamis_iterative_free(void *model) {
        tamis_iterative *m = model;

        if (!m)
                return;
        for (size_t i = 0; i < m->n_steps; i++) {
                free(m->steps[i].features);
                free(m->steps[i].weights);
                free(m->steps[i].class);
        }
        for (size_t i = 0; m->columns && i < m->n_columns; i++)
                free(m->columns[i].place);
        free(m->steps);
        free(m->features);
        free(m->columns);
        free(m);
}

double tamis_iterative_dummy(const tamis_iterative *m, size_t feature, int32_t code) {
        const tamis_iterative_feature *f = &m->features[feature];
        const tamis_iterative_column *c = &m->columns[f->column];
        const int32_t place = code >= 0 && (size_t) code < c->levels               ? c->place[code]
                : m->features[c->first + c->n - 1].level == TAMIS_ITERATIVE_OTHERS ? (int32_t) c->n - 1
                                                                                   : TAMIS_ITERATIVE_STRANGE;

        if (place == TAMIS_ITERATIVE_STRANGE)
                return 0;
        return (place >= 0 && c->first + (size_t) place == feature) - f->mean;
}

void tamis_iterative_row(const tamis_iterative *m, const tamis_frame *frame, size_t row, double *z, int32_t *codes,
                         uint8_t *holes) {
        for (size_t i = 0; i < m->n_columns; i++) {
                const tamis_frame_column *c = &frame->columns[i];

                holes[i] = c->numbers ? isnan(c->numbers[row]) : c->codes[row] == TAMIS_CODE_MISSING;
                codes[i] = c->numbers ? -1 : holes[i] ? m->columns[i].mode : c->codes[row];
        }
        for (size_t i = 0; i < m->n; i++) {
                const tamis_iterative_feature *f = &m->features[i];

                if (f->level != TAMIS_ITERATIVE_NUMBER)
                        z[i] = tamis_iterative_dummy(m, i, codes[f->column]);
                else
                        z[i] = holes[f->column] ? 0 : frame->columns[f->column].numbers[row] - f->mean;
        }
}

double tamis_iterative_predict(const tamis_iterative *m, const tamis_iterative_step *step, const double *z) {
        const tamis_iterative_feature *f = &m->features[step->target];
        double value = step->intercept, x;

        for (size_t i = 0; i < step->n; i++)
                value += step->weights[i] * z[step->features[i]];
        x = value + f->mean;
        if (x < f->least)
                return f->least - f->mean;
        return x > f->most ? f->most - f->mean : value;
}

/* The first of equals. */
int32_t tamis_iterative_level(const tamis_iterative_step *step, const double *z) {
        const double *w = step->weights;
        double best = 0;
        size_t class = 0;

        for (size_t c = 1; c < step->classes; c++, w += step->n + 1) {
                double score = w[0];

                for (size_t i = 0; i < step->n; i++)
                        score += w[1 + i] * z[step->features[i]];
                if (score > best) {
                        best = score;
                        class = c;
                }
        }
        return step->class[class];
}

static void take_step(const tamis_iterative *m, const tamis_iterative_step *step, double *z, int32_t *codes) {
        const tamis_iterative_column *c = &m->columns[step->column];

        if (step->classes == 0) {
                z[step->target] = tamis_iterative_predict(m, step, z);
                return;
        }
        codes[step->column] = tamis_iterative_level(step, z);
        for (size_t k = c->first; k < c->first + c->n; k++)
                z[k] = tamis_iterative_dummy(m, k, codes[step->column]);
}

static void fill_row(const tamis_iterative *m, tamis_frame *rows, size_t row, double *z, int32_t *codes,
                     const uint8_t *holes) {
        for (size_t i = 0; i < m->n_steps; i++)
                if (holes[m->steps[i].column])
                        take_step(m, &m->steps[i], z, codes);
        for (size_t i = 0; i < m->n_columns; i++) {
                const tamis_iterative_feature *f = &m->features[m->columns[i].first];
                tamis_frame_column *c = &rows->columns[i];

                if (!holes[i] || !c->wanted)
                        continue;
                if (c->codes && codes[i] >= 0)
                        c->codes[row] = codes[i];
                else if (c->numbers && m->columns[i].n > 0)
                        c->numbers[row] = fmin(fmax(z[m->columns[i].first] + f->mean, f->least), f->most);
        }
}

int tamis_iterative_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) {
        const tamis_iterative *m = model;
        double *z = malloc((m->n + 1) * sizeof *z);
        int32_t *codes = malloc((m->n_columns + 1) * sizeof *codes);
        uint8_t *holes = malloc(m->n_columns + 1);
        int r = z && codes && holes ? 0 : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < rows->rows; row++) {
                tamis_iterative_row(m, rows, row, z, codes, holes);
                fill_row(m, rows, row, z, codes, holes);
        }
        free(z);
        free(codes);
        free(holes);
        return r;
}
