#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "encode/evidence.h"

void tamis_evidence_done(tamis_evidence *e) {
        tamis_dict_done(&e->labels);
        free(e->y);
        free(e->order);
        e->y = NULL;
        e->order = NULL;
}

/* -- learning ------------------------------------------------------------------------------------------------------ */

static int grow(tamis_evidence *e, size_t more, tamis_error *err) {
        size_t n = e->n + more;
        double *y;

        if (n <= e->capacity)
                return 0;
        n += n / 2;
        y = realloc(e->y, n * sizeof *y);
        if (!y)
                return tamis_fail_memory(err);
        e->y = y;
        e->capacity = n;
        return 0;
}

int tamis_evidence_learn(tamis_evidence *e, tamis_batch *batch, size_t target, tamis_error *err) {
        const double *numbers;
        const uint8_t *missing;
        int r = grow(e, batch->n_rows, err);

        if (r == 0)
                r = e->numeric ? tamis_batch_numbers(batch, target, &numbers, err)
                               : tamis_batch_missing(batch, target, &missing, err);
        for (size_t row = 0; row < batch->n_rows && r == 0; row++) {
                size_t code = 0;

                if (e->numeric) {
                        e->y[e->n++] = numbers[row];
                        continue;
                }
                if (!missing[row])
                        r = tamis_dict_add(&e->labels, tamis_batch_text(batch, row, target), 1, &code, err);
                e->y[e->n++] = missing[row] ? NAN : (double) code;
        }
        return r;
}

int tamis_evidence_merge(tamis_evidence *into, const tamis_evidence *from, tamis_error *err) {
        size_t *map = calloc(from->labels.n + 1, sizeof *map);
        int r = map ? grow(into, from->n, err) : tamis_fail_memory(err);

        if (r == 0)
                r = tamis_dict_merge(&into->labels, &from->labels, map, err);
        for (size_t i = 0; i < from->n && r == 0; i++)
                into->y[into->n++] =
                        into->numeric || isnan(from->y[i]) ? from->y[i] : (double) map[(size_t) from->y[i]];
        free(map);
        return r;
}

/* -- classes ------------------------------------------------------------------------------------------------------- */

/* Two values and no third: classes, the greater one counted unless the other is `positive`. */
static int settle_numbers(tamis_evidence *e, const char *positive, tamis_error *err) {
        double low = NAN, high = NAN, asked = NAN;
        bool two = true;

        for (size_t i = 0; i < e->n && two; i++) {
                double y = e->y[i];

                if (isnan(y) || y == low || y == high)
                        continue;
                if (isnan(low))
                        low = y;
                else if (isnan(high))
                        high = y;
                else
                        two = false;
        }
        if (positive &&
            (!tamis_number_parse(tamis_slice_of(positive), &asked) || (asked != low && asked != high) || !two))
                return tamis_fail(err, TAMIS_USAGE, "--positive %s: it is none of two values of the target", positive);
        if (!two || isnan(high))
                return 0;
        e->n_classes = 2;
        if (isnan(asked))
                asked = low > high ? low : high;
        for (size_t i = 0; i < e->n; i++)
                if (!isnan(e->y[i]))
                        e->y[i] = e->y[i] == asked;
        return 0;
}

static bool all_numbers(const tamis_dict *d) {
        double v;

        for (size_t i = 0; i < d->n; i++)
                if (!tamis_number_parse(d->entries[i].text, &v))
                        return false;
        return true;
}

static int settle_labels(tamis_evidence *e, const char *positive, const char *target, tamis_error *err) {
        size_t n = e->labels.n, *class = calloc(n + 1, sizeof *class);
        int r = 0;

        e->order = calloc(n + 1, sizeof *e->order);
        r = class && e->order ? tamis_dict_sort(&e->labels, all_numbers(&e->labels), e->order, err)
                              : tamis_fail_memory(err);
        if (r == 0 && n < 2)
                r = tamis_fail(err, TAMIS_BAD_DATA,
                               "the target \"%s\" has one class alone in the rows learned from: it says "
                               "nothing of the levels",
                               target);
        if (r == 0 && n > TAMIS_MAX_LEVELS)
                r = tamis_fail(err, TAMIS_BAD_DATA,
                               "the target \"%s\" has more than %d classes, and each would be a column "
                               "for every column encoded",
                               target, TAMIS_MAX_LEVELS);
        if (r == 0 && positive && (n != 2 || tamis_dict_find(&e->labels, tamis_slice_of(positive)) < 0))
                r = tamis_fail(err, TAMIS_USAGE, "--positive %s: it is none of two classes of the target", positive);
        if (r == 0 && positive && tamis_dict_find(&e->labels, tamis_slice_of(positive)) == (long) e->order[0]) {
                e->order[0] = e->order[1];
                e->order[1] = (size_t) tamis_dict_find(&e->labels, tamis_slice_of(positive));
        }
        for (size_t i = 0; i < n && r == 0; i++)
                class[e->order[i]] = i;
        for (size_t i = 0; i < e->n && r == 0; i++)
                if (!isnan(e->y[i]))
                        e->y[i] = (double) class[(size_t) e->y[i]];
        e->n_classes = n;
        free(class);
        return r;
}

int tamis_evidence_settle(tamis_evidence *e, const char *positive, const char *target, tamis_error *err) {
        for (size_t i = 0; i < e->n; i++)
                e->known += !isnan(e->y[i]);
        if (e->known < 2)
                return tamis_fail(err, TAMIS_BAD_DATA,
                                  "%s to learn from has a target \"%s\": at least two must, as each is "
                                  "encoded from the others",
                                  e->known ? "one row alone" : "no row", target);
        return e->numeric ? settle_numbers(e, positive, err) : settle_labels(e, positive, target, err);
}
