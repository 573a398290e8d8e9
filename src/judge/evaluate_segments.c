/* Among which rows predictions are worst. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "judge/evaluate.h"
#include "judge/segments.h"

enum { LEAST = 10, PRIOR = 20 };        /* rows a segment must have to be the worst; weight of the mean of all */

/* The segments of one column. */
struct cut {
        uint32_t *level;
        size_t levels;
        bool quarters;
        double quartiles[3];
};

/* The loss of a row, and what it is called. */
static const char *losses_of(const tamis_subject *s, double *loss) {
        bool chances = s->p;

        for (size_t i = 0; chances && i < s->n * s->k; i++)
                chances = s->p[i] >= 0 && s->p[i] <= 1;
        for (size_t i = 0; i < s->n; i++)
                if (s->numbers)
                        loss[i] = (s->y[i] - s->predicted[i]) * (s->y[i] - s->predicted[i]);
                else if (s->cost)
                        loss[i] = s->cost[s->actual[i] * s->k + s->decided[i]];
                else if (chances)
                        loss[i] = -log(fmin(fmax(s->p[i * s->k + s->actual[i]], DBL_EPSILON), 1 - DBL_EPSILON));
                else
                        loss[i] = s->actual[i] != s->decided[i];
        return s->numbers ? "segment-squared-error"
                : s->cost ? "segment-cost"
                : chances ? "segment-log-loss"
                          : "segment-error";
}

static int make_cut(const tamis_subject *s, const tamis_sheet_column *c, struct cut *cut, tamis_error *err) {
        double *x = NULL;
        int r;

        cut->level = reallocarray(NULL, s->n + 1, sizeof *cut->level);
        if (!cut->level)
                return tamis_fail_memory(err);
        /* a handful of numbers are names */
        cut->quarters = c->numeric && c->n_levels > 10;
        cut->levels = cut->quarters ? 4 : c->n_levels;
        for (size_t i = 0; !cut->quarters && i < s->n; i++)
                cut->level[i] = c->codes[s->row[i]] == TAMIS_NO_LEVEL ? TAMIS_NO_SEGMENT : c->codes[s->row[i]];
        if (!cut->quarters)
                return 0;
        x = reallocarray(NULL, s->n + 1, sizeof *x);
        if (!x)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < s->n; i++)
                x[i] = c->numbers[s->row[i]];
        r = tamis_segments_quarters(x, s->n, cut->level, cut->quartiles, err);
        free(x);
        return r;
}

static int add_number(tamis_buffer *text, double x, tamis_error *err) {
        char digits[TAMIS_NUMBER_MAX];

        return tamis_buffer_add(text, digits, tamis_number_print(x, digits), err);
}

/* `age<=22`, `age=(22,28]`, `town=York`. */
static int name_of(const tamis_sheet *sheet, size_t column, const struct cut *cut, size_t level, tamis_buffer *text,
                   tamis_error *err) {
        const tamis_sheet_column *c = &sheet->columns[column];
        int r;

        text->n = 0;
        r = tamis_buffer_add(text, sheet->schema.fields[column].name, sheet->schema.fields[column].name_length, err);
        if (r == 0 && !cut->quarters) {
                r = tamis_buffer_addf(text, err, "=");
                return r == 0 ? tamis_buffer_add(text, c->levels[level].p, c->levels[level].n, err) : r;
        }
        if (r == 0)
                r = tamis_buffer_addf(text, err, level == 0 ? "<=" : level == 3 ? ">" : "=(");
        if (r == 0)
                r = add_number(text, cut->quartiles[level == 0 ? 0 : level - 1], err);
        if (r == 0 && (level == 1 || level == 2)) {
                r = tamis_buffer_addf(text, err, ",");
                if (r == 0)
                        r = add_number(text, cut->quartiles[level], err);
                if (r == 0)
                        r = tamis_buffer_addf(text, err, "]");
        }
        return r;
}

static int write_cut(const tamis_subject *s, const tamis_sheet *sheet, size_t column, const struct cut *cut,
                     const double *loss,
                     const char *measure, tamis_verdicts *ret, tamis_error *err) {
        double *sums = calloc(cut->levels + 1, 3 * sizeof *sums);
        tamis_buffer text = {0};
        int r = sums ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < s->n; i++) {
                double w = s->weight ? s->weight[i] : 1;

                if (cut->level[i] == TAMIS_NO_SEGMENT)
                        continue;
                sums[cut->level[i] * 3] += w;
                sums[cut->level[i] * 3 + 1] += w * loss[i];
                sums[cut->level[i] * 3 + 2]++;
        }
        for (size_t l = 0; r == 0 && l < cut->levels; l++) {
                tamis_verdict line = { .measure = measure, .class = tamis_slice_of("*"), .low = NAN, .high = NAN,
                                       .value = sums[l * 3 + 1] / sums[l * 3], .n = sums[l * 3 + 2] };

                if (line.n <= 0)
                        continue;
                r = name_of(sheet, column, cut, l, &text, err);
                line.segment = (tamis_slice) { text.p, text.n };
                if (r == 0)
                        r = tamis_verdicts_add(ret, &line, err);
        }
        free(sums);
        tamis_buffer_done(&text);
        return r;
}

static int write_worst(const tamis_subject *s, const tamis_sheet *sheet, const struct cut *cuts, const double *loss,
                       tamis_verdicts *ret, tamis_error *err) {
        size_t m = s->segments.n, *levels = reallocarray(NULL, m, sizeof *levels);
        const uint32_t **level = reallocarray(NULL, m, sizeof *level);
        tamis_buffer text = {0};
        tamis_segment worst;
        int r = levels && level ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < m; i++) {
                levels[i] = cuts[i].levels;
                level[i] = cuts[i].level;
        }
        if (r == 0) {
                tamis_segments all = { .n = s->n, .loss = loss, .weight = s->weight, .columns = m, .level = level,
                                       .levels = levels, .least = LEAST, .prior = PRIOR };

                r = tamis_segments_worst(&all, &worst, err);
        }
        if (r == 0 && worst.column < SIZE_MAX) {
                tamis_verdict line = { .measure = "worst-segment", .class = tamis_slice_of("*"), .value = worst.loss,
                                       .low = NAN, .high = NAN, .n = (double) worst.rows };

                r = name_of(sheet, s->segments.columns[worst.column], &cuts[worst.column], worst.level, &text, err);
                line.segment = (tamis_slice) { text.p, text.n };
                if (r == 0)
                        r = tamis_verdicts_add(ret, &line, err);
        }
        tamis_buffer_done(&text);
        free(levels);
        free(level);
        return r;
}

int tamis_evaluate_segments(const tamis_subject *s, const tamis_sheet *sheet, tamis_verdicts *ret, tamis_error *err) {
        struct cut *cuts = calloc(s->segments.n, sizeof *cuts);
        double *loss = reallocarray(NULL, s->n + 1, sizeof *loss);
        const char *measure = NULL;
        int r = cuts && loss ? 0 : tamis_fail_memory(err);

        if (r == 0)
                measure = losses_of(s, loss);
        for (size_t i = 0; r == 0 && i < s->segments.n; i++) {
                r = make_cut(s, &sheet->columns[s->segments.columns[i]], &cuts[i], err);
                if (r == 0)
                        r = write_cut(s, sheet, s->segments.columns[i], &cuts[i], loss, measure, ret, err);
        }
        if (r == 0)
                r = write_worst(s, sheet, cuts, loss, ret, err);
        for (size_t i = 0; cuts && i < s->segments.n; i++)
                free(cuts[i].level);
        free(cuts);
        free(loss);
        return r;
}
