/* Random hot deck: a hole takes a cell drawn from those observed in its column, each as likely as it is frequent, byte by
 * byte as it was written there.
 *
 * The column keeps its distribution, and loses what ties it to others; within groups it keeps what ties it to them. The draw
 * for a hole hangs on the seed, the column and the row.
 */
#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>
#include <tamis/random.h>

#include "impute/impute.h"

/* What was observed in a column: values (or codes) ascending, as they are written, and how many up to and including each. */
struct deck {
        double *values;
        tamis_slice *texts;     /* of numbers; NULL: codes */
        uint64_t *upto;
        size_t n;
        uint64_t name;          /* its hash */
};

struct random {
        struct deck *decks;     /* per column of the frame; none where it is not wanted */
        size_t n;
        uint64_t seed;
        char *purpose;
        tamis_arena arena;
};

static void random_free(void *model) {
        struct random *m = model;

        if (!m)
                return;
        for (size_t i = 0; m->decks && i < m->n; i++) {
                free(m->decks[i].values);
                free(m->decks[i].texts);
                free(m->decks[i].upto);
        }
        free(m->decks);
        free(m->purpose);
        tamis_arena_done(&m->arena);
        free(m);
}

static int make_deck(struct deck *d, bool texts, size_t room, tamis_error *err) {
        d->values = malloc((room + 1) * sizeof *d->values);
        d->upto = malloc((room + 1) * sizeof *d->upto);
        if (texts)
                d->texts = malloc((room + 1) * sizeof *d->texts);
        return d->values && d->upto && (d->texts || !texts) ? 0 : tamis_fail_memory(err);
}

/* -- learned ------------------------------------------------------------------------------------------------------- */

/* A cell that was observed, and how often. */
struct card {
        double value;
        tamis_slice text;
        uint64_t count;
};

static int compare(const void *a, const void *b) {
        const struct card *x = a, *y = b;

        if (x->value < y->value || x->value > y->value)
                return x->value < y->value ? -1 : 1;
        return tamis_slice_compare(x->text, y->text);
}

static void count_cards(const tamis_frame_column *c, size_t rows, struct card *cards, size_t n) {
        const int32_t *of = c->codes ? c->codes : c->spelling;

        for (size_t i = 0; i < n; i++)
                cards[i] = (struct card) { .value = (double) i };
        for (size_t row = 0; of && row < rows; row++)
                if (of[row] >= 0)
                        cards[of[row]].count++;
        if (c->codes)
                return;
        for (size_t i = 0; i < n; i++) {
                cards[i].text = c->spelled[i];
                if (!tamis_number_parse(c->spelled[i], &cards[i].value))
                        cards[i].count = 0;
        }
        qsort(cards, n, sizeof *cards, compare);
}

static int fit_deck(struct random *m, struct deck *d, const tamis_frame_column *c, size_t rows, tamis_error *err) {
        size_t n = c->codes ? c->levels : c->n_spelled;
        struct card *cards = calloc(n + 1, sizeof *cards);
        int r = cards ? make_deck(d, !c->codes, n, err) : tamis_fail_memory(err);

        if (r == 0)
                count_cards(c, rows, cards, n);
        for (size_t i = 0; r == 0 && i < n; i++) {
                if (cards[i].count == 0)
                        continue;
                d->values[d->n] = cards[i].value;
                d->upto[d->n] = cards[i].count + (d->n ? d->upto[d->n - 1] : 0);
                if (d->texts) {
                        d->texts[d->n] = (tamis_slice) { tamis_arena_copy(&m->arena, cards[i].text), cards[i].text.n };
                        if (!d->texts[d->n].p)
                                r = tamis_fail_memory(err);
                }
                d->n++;
        }
        free(cards);
        return r;
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
                        r = fit_deck(m, &m->decks[i], &train->columns[i], train->rows, err);
        }
        if (r < 0) {
                random_free(m);
                return r;
        }
        *ret = m;
        return 0;
}

/* -- drawn --------------------------------------------------------------------------------------------------------- */

/* Its place in the deck. */
static size_t draw(const struct random *m, const struct deck *d, uint64_t key) {
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
        return first;
}

static int random_fill(const void *model, size_t which, tamis_frame *rows, tamis_error *err) {
        const struct random *m = model;

        for (size_t i = 0; i < m->n; i++) {
                const struct deck *d = &m->decks[i];
                tamis_frame_column *c = &rows->columns[i];

                for (size_t row = 0; c->wanted && d->n > 0 && row < rows->rows; row++) {
                        size_t k;

                        if (c->numbers ? !isnan(c->numbers[row]) : c->codes[row] != TAMIS_CODE_MISSING)
                                continue;
                        k = draw(m, d, rows->keys[row]);
                        if (c->codes) {
                                c->codes[row] = (int32_t) d->values[k];
                                continue;
                        }
                        c->numbers[row] = d->values[k];
                        if (c->texts)
                                c->texts[row] = d->texts[k];
                }
        }
        return 0;
}

/* -- saved --------------------------------------------------------------------------------------------------------- */

/* The shortest text of the value is what it would be written as anyway. */
static bool is_plain(double value, tamis_slice text) {
        char plain[TAMIS_NUMBER_MAX];

        return tamis_slice_equal(text, (tamis_slice) { plain, tamis_number_print(value, plain) });
}

static json_t *text_of(const struct deck *d, size_t i) {
        return is_plain(d->values[i], d->texts[i]) ? json_null() : tamis_json_bytes(d->texts[i]);
}

static int save_deck(const struct deck *d, json_t *one) {
        json_t *values = tamis_json_child(one, "values", json_array());
        json_t *upto = tamis_json_child(one, "upto", json_array());
        json_t *texts = NULL;
        bool plain = true;
        int r = values && upto ? 0 : -1;

        for (size_t i = 0; d->texts && i < d->n; i++)
                plain &= is_plain(d->values[i], d->texts[i]);
        if (!plain) {
                texts = tamis_json_child(one, "texts", json_array());
                r |= texts ? 0 : -1;
        }
        for (size_t i = 0; r == 0 && i < d->n; i++) {
                r |= json_array_append_new(values, tamis_json_number(d->values[i]));
                r |= json_array_append_new(upto, json_integer((json_int_t) d->upto[i]));
                if (texts)
                        r |= json_array_append_new(texts, text_of(d, i));
        }
        return r;
}

/* "texts" only where a value is not written as a number is printed; null in it: this one is. */
static int random_save(const void *model, json_t *into, tamis_error *err) {
        const struct random *m = model;
        json_t *decks;
        int r = json_object_set_new(into, "seed", json_integer((json_int_t) m->seed));

        r |= json_object_set_new(into, "purpose", json_string(m->purpose));
        decks = tamis_json_child(into, "decks", json_array());
        r |= decks ? 0 : -1;
        for (size_t i = 0; r == 0 && i < m->n; i++)
                r = save_deck(&m->decks[i], tamis_json_child(decks, NULL, json_object()));
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static int load_text(struct random *m, const struct deck *d, const json_t *from, tamis_slice *ret, tamis_error *err) {
        char plain[TAMIS_NUMBER_MAX];
        double value;
        int r;

        if (from && !json_is_null(from)) {
                r = tamis_json_bytes_get(from, &m->arena, ret, err);
                if (r < 0)
                        return r;
                if (tamis_number_parse(*ret, &value) && value >= d->values[d->n] && value <= d->values[d->n])
                        return 0;
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"%.*s\" in \"texts\" is not the value beside it", (int) ret->n, ret->p);
        }
        ret->n = tamis_number_print(d->values[d->n], plain);
        ret->p = tamis_arena_copy(&m->arena, (tamis_slice) { plain, ret->n });
        return ret->p ? 0 : tamis_fail_memory(err);
}

/* The next of the deck. */
static int load_card(struct random *m, struct deck *d, const json_t *value, const json_t *upto, const json_t *text,
                     const tamis_frame_column *c, tamis_error *err) {
        json_int_t before = d->n ? (json_int_t) d->upto[d->n - 1] : 0;

        if (!json_is_number(value) || !json_is_integer(upto) || json_integer_value(upto) <= before)
                return tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\": \"values\" or \"upto\" is damaged", c->name);
        d->values[d->n] = json_number_value(value);
        d->upto[d->n] = (uint64_t) json_integer_value(upto);
        if (d->texts)
                return load_text(m, d, text, &d->texts[d->n], err);
        if (!(d->values[d->n] >= 0 && d->values[d->n] < (double) c->levels))
                return tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\": there is no such level", c->name);
        return 0;
}

static int load_deck(struct random *m, struct deck *d, const json_t *from, const tamis_frame_column *c, tamis_error *err) {
        const json_t *values, *upto, *texts = NULL;
        int r = tamis_json_array(from, "values", SIZE_MAX, &values, err);

        d->name = tamis_slice_hash(tamis_slice_of(c->name));
        if (r == 0)
                r = tamis_json_array(from, "upto", json_array_size(values), &upto, err);
        if (r == 0 && json_object_get(from, "texts"))
                r = tamis_json_array(from, "texts", json_array_size(values), &texts, err);
        if (r == 0)
                r = make_deck(d, c->type == TAMIS_TYPE_NUMERIC, json_array_size(values), err);
        for (; r == 0 && d->n < json_array_size(values); d->n++)
                r = load_card(m, d, json_array_get(values, d->n), json_array_get(upto, d->n), json_array_get(texts, d->n), c, err);
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
                r = load_deck(m, &m->decks[i], json_array_get(decks, i), &shape->columns[i], err);
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
        .spells = true,
        .why = "nothing was observed in the column",
        .fit = random_fit,
        .fill = random_fill,
        .save = random_save,
        .load = random_load,
        .free = random_free,
};
