/* Random hot deck: a hole takes a value drawn from those observed in its column, each as likely as it is frequent.
 *
 * The column keeps its distribution, and loses what ties it to others; within groups it keeps what ties it to them. The draw
 * for a hole hangs on the seed, the column and the row.
 */
#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "impute/impute.h"

/* What was observed in a column: values (or codes), ascending, and how many up to and including each. */
struct deck {
        double *values;
        uint64_t *upto;
        size_t n;
        uint64_t name;          /* its hash */
};

struct random {
        struct deck *decks;     /* per column of the frame; none where it is not wanted */
        size_t n;
        uint64_t seed;
        char *purpose;
};

static void random_free(void *model) {
        struct random *m = model;

        if (!m)
                return;
        for (size_t i = 0; m->decks && i < m->n; i++) {
                free(m->decks[i].values);
                free(m->decks[i].upto);
        }
        free(m->decks);
        free(m->purpose);
        free(m);
}

static int compare(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

static int make_deck(struct deck *d, size_t room, tamis_error *err) {
        d->values = malloc((room + 1) * sizeof *d->values);
        d->upto = malloc((room + 1) * sizeof *d->upto);
        return d->values && d->upto ? 0 : tamis_fail_memory(err);
}

static int fit_deck(struct deck *d, const tamis_frame_column *c, size_t rows, tamis_error *err) {
        size_t n = 0;
        int r = make_deck(d, rows - c->missing, err);

        if (r < 0)
                return r;
        for (size_t row = 0; row < rows; row++) {
                if (c->numbers && !isnan(c->numbers[row]))
                        d->values[n++] = c->numbers[row];
                else if (c->codes && c->codes[row] >= 0)
                        d->values[n++] = c->codes[row];
        }
        qsort(d->values, n, sizeof *d->values, compare);
        for (size_t i = 0; i < n; i++) {
                if (d->n == 0 || d->values[d->n - 1] < d->values[i])
                        d->values[d->n++] = d->values[i];
                d->upto[d->n - 1] = i + 1;
        }
        return 0;
}

static int make(size_t n, uint64_t seed, const char *purpose, struct random **ret, tamis_error *err) {
        struct random *m = calloc(1, sizeof *m);

        if (!m)
                return tamis_fail_memory(err);
        m->n = n;
        m->seed = seed;
        m->decks = calloc(n + 1, sizeof *m->decks);
        m->purpose = strdup(purpose);
        if (!m->decks || !m->purpose) {
                random_free(m);
                return tamis_fail_memory(err);
        }
        *ret = m;
        return 0;
}

static int random_fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) {
        struct random *m = NULL;
        int r = make(train->n, fit->context->seed, fit->purpose, &m, err);

        if (r < 0)
                return r;
        for (size_t i = 0; r == 0 && i < m->n; i++) {
                m->decks[i].name = tamis_slice_hash(tamis_slice_of(train->columns[i].name));
                if (train->columns[i].wanted)
                        r = fit_deck(&m->decks[i], &train->columns[i], train->rows, err);
        }
        if (r < 0) {
                random_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

static double draw(const struct random *m, const struct deck *d, uint64_t key) {
        size_t first = 0, last = d->n - 1;
        tamis_stream stream;
        uint64_t place;

        tamis_stream_init(&stream, m->seed, m->purpose, key, d->name);
        place = tamis_stream_below(&stream, d->upto[last]);
        while (first < last) {
                size_t middle = first + (last - first) / 2;

                if (d->upto[middle] > place)
                        last = middle;
                else
                        first = middle + 1;
        }
        return d->values[first];
}

static int random_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) {
        const struct random *m = model;

        for (size_t i = 0; i < m->n; i++) {
                tamis_frame_column *c = &rows->columns[i];

                if (!c->wanted || m->decks[i].n == 0)
                        continue;
                for (size_t row = 0; row < rows->rows; row++) {
                        if (c->numbers && isnan(c->numbers[row]))
                                c->numbers[row] = draw(m, &m->decks[i], rows->keys[row]);
                        else if (c->codes && c->codes[row] == TAMIS_CODE_MISSING)
                                c->codes[row] = (int32_t) draw(m, &m->decks[i], rows->keys[row]);
                }
        }
        return 0;
}

/* -- saved --------------------------------------------------------------------------------------------------------- */

static int random_save(const void *model, json_t *into, tamis_error *err) {
        const struct random *m = model;
        json_t *decks;
        int r = json_object_set_new(into, "seed", json_integer((json_int_t) m->seed));

        r |= json_object_set_new(into, "purpose", json_string(m->purpose));
        decks = tamis_json_child(into, "decks", json_array());
        r |= decks ? 0 : -1;
        for (size_t i = 0; r == 0 && i < m->n; i++) {
                json_t *one = tamis_json_child(decks, NULL, json_object());
                json_t *values = tamis_json_child(one, "values", json_array());
                json_t *upto = tamis_json_child(one, "upto", json_array());

                r |= values && upto ? 0 : -1;
                for (size_t k = 0; r == 0 && k < m->decks[i].n; k++) {
                        r |= json_array_append_new(values, tamis_json_number(m->decks[i].values[k]));
                        r |= json_array_append_new(upto, json_integer((json_int_t) m->decks[i].upto[k]));
                }
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static int load_deck(struct deck *d, const json_t *from, const tamis_frame_column *c, tamis_error *err) {
        const json_t *values, *upto;
        int r = tamis_json_array(from, "values", SIZE_MAX, &values, err);

        d->name = tamis_slice_hash(tamis_slice_of(c->name));
        if (r == 0)
                r = tamis_json_array(from, "upto", json_array_size(values), &upto, err);
        if (r == 0)
                r = make_deck(d, json_array_size(values), err);
        for (; r == 0 && d->n < json_array_size(values); d->n++) {
                const json_t *value = json_array_get(values, d->n), *up = json_array_get(upto, d->n);
                json_int_t before = d->n ? (json_int_t) d->upto[d->n - 1] : 0;

                if (!json_is_number(value) || !json_is_integer(up) || json_integer_value(up) <= before)
                        return tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\": \"values\" or \"upto\" is damaged", c->name);
                d->values[d->n] = json_number_value(value);
                d->upto[d->n] = (uint64_t) json_integer_value(up);
                if (c->type == TAMIS_TYPE_CATEGORICAL
                    && !(d->values[d->n] >= 0 && d->values[d->n] < (double) c->levels))
                        return tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\": there is no such level", c->name);
        }
        return r;
}

static int random_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
        const char *purpose;
        const json_t *decks;
        struct random *m = NULL;
        uint64_t seed;
        int r = tamis_json_count(from, "seed", &seed, err);

        if (r == 0)
                r = tamis_json_text(from, "purpose", &purpose, NULL, err);
        if (r == 0)
                r = tamis_json_array(from, "decks", shape->n, &decks, err);
        if (r == 0)
                r = make(shape->n, seed, purpose, &m, err);
        if (r < 0)
                return r;
        for (size_t i = 0; r == 0 && i < m->n; i++)
                r = load_deck(&m->decks[i], json_array_get(decks, i), &shape->columns[i], err);
        if (r < 0) {
                random_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

const tamis_joint tamis_joint_random = {
        .base = {
                .name = "random",
                .summary = "a draw from the observed values of the column",
                .source = "random hot deck (Andridge & Little 2010)",
        },
        .takes = 1U << TAMIS_TYPE_NUMERIC | 1U << TAMIS_TYPE_CATEGORICAL,
        .random = true,
        .why = "nothing was observed in the column",
        .fit = random_fit,
        .fill = random_fill,
        .save = random_save,
        .load = random_load,
        .free = random_free,
};
