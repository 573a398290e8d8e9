/* Random hot deck: a hole takes a cell drawn from those observed in its column, each as likely as it is frequent, byte
 * by byte as it was written there.
 *
 * The column keeps its distribution, and loses what ties it to others; within groups it keeps what ties it to them. The
 * draw for a hole hangs on the seed, the column and the row.
 *
 * A deck is one text, in memory and in the saved model: the cells that were observed, ascending, commas between them,
 * each followed by `*` and how often it was there if that was more than once: 1.50*3,2,2.0*12. A category is the number
 * of its level. So a model is no longer than the cells it learned from.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/number.h>
#include <tamis/random.h>

#include "csv/number_plain.h"
#include "impute/impute.h"

struct card {
        uint64_t upto;          /* how many cells up to and including this */
        size_t at;              /* where it begins in the text */
};

struct deck {
        tamis_slice text;       /* of the arena; TEXT_BEFORE bytes may be read before it */
        struct card *cards;
        size_t n;
        bool codes;
        uint64_t name;          /* its hash */
};

enum { TEXT_BEFORE = 16, COUNT_MAX = 21 };

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
        for (size_t i = 0; m->decks && i < m->n; i++)
                free(m->decks[i].cards);
        free(m->decks);
        free(m->purpose);
        tamis_arena_done(&m->arena);
        free(m);
}

/* -- a deck -------------------------------------------------------------------------------------------------------- */

/* The cell that begins at p. */
static tamis_slice cell_at(const char *p, const char *end) {
        const char *from = p;

        while (p < end && *p != ',' && *p != '*')
                p++;
        return (tamis_slice) { from, (size_t) (p - from) };
}

static tamis_slice cell_of(const struct deck *d, size_t i) {
        return cell_at(d->text.p + d->cards[i].at, d->text.p + d->text.n);
}

static bool parse_cell(tamis_slice text, double *ret) {
#if TAMIS_NUMBER_PLAIN
        if (tamis_number_plain(text.p + text.n, text.n, ret))
                return true;
#endif
        return tamis_number_parse(text, ret);
}

/* What follows a cell: `*` and a count of at least 2, or nothing. NULL: something else. */
static const char *parse_count(const char *p, const char *end, uint64_t *ret) {
        uint64_t count = 0;

        *ret = 1;
        if (p == end || *p != '*')
                return p;
        for (p++; p < end && *p >= '0' && *p <= '9'; p++) {
                if (count > (UINT64_MAX - 9) / 10)
                        return NULL;
                count = 10 * count + (uint64_t) (*p - '0');
        }
        *ret = count;
        return count > 1 ? p : NULL;
}

/* An order of cells that leaves none equal: by value, then by text. */
static bool comes_before(double a, tamis_slice a_text, double b, tamis_slice b_text) {
        return a < b || (!(a > b) && tamis_slice_compare(a_text, b_text) < 0);
}

/* The next of the deck; where it ends, or NULL. `levels`: 0 for numbers. */
static const char *take_card(struct deck *d, const char *p, size_t levels, double *value, tamis_slice *cell) {
        const char *end = d->text.p + d->text.n;
        double before = *value;
        tamis_slice text = cell_at(p, end);
        uint64_t count, upto = d->n ? d->cards[d->n - 1].upto : 0;

        if (!parse_cell(text, value) || (d->n > 0 && !comes_before(before, *cell, *value, text)))
                return NULL;
        if (d->codes && !(*value >= 0 && *value < (double) levels && *value == floor(*value)))
                return NULL;
        d->cards[d->n] = (struct card) { .at = (size_t) (p - d->text.p) };
        *cell = text;
        p = parse_count(text.p + text.n, end, &count);
        if (!p || count > UINT64_MAX - upto || (p < end && *p != ','))
                return NULL;
        d->cards[d->n++].upto = upto + count;
        return p;
}

/* Copies the text and finds the cards in it. False in *ret: it is no deck. */
static int read_deck(struct random *m, struct deck *d, tamis_slice text, size_t levels, bool *ret, tamis_error *err) {
        char *copy = tamis_arena_get(&m->arena, TEXT_BEFORE + text.n + 1);
        const char *p, *end;
        tamis_slice cell = {0};
        double value = 0;
        size_t commas = 0;

        for (size_t i = 0; i < text.n; i++)
                commas += text.p[i] == ',';
        d->cards = malloc((commas + 1) * sizeof *d->cards);
        if (!copy || !d->cards)
                return tamis_fail_memory(err);
        memset(copy, ' ', TEXT_BEFORE);
        memcpy(copy + TEXT_BEFORE, text.p, text.n);
        copy[TEXT_BEFORE + text.n] = 0;
        d->text = (tamis_slice) { copy + TEXT_BEFORE, text.n };
        end = d->text.p + text.n;
        p = d->text.p;
        while (p && p < end) {
                p = take_card(d, p, levels, &value, &cell);
                if (p && p < end && ++p == end)
                        p = NULL;       /* a comma, and nothing behind it */
        }
        *ret = p != NULL;
        return 0;
}

/* -- learned ------------------------------------------------------------------------------------------------------- */

/* A cell that was observed, and how often. */
struct seen {
        double value;
        tamis_slice text;
        uint64_t count;
};

static int compare(const void *a, const void *b) {
        const struct seen *x = a, *y = b;

        if (x->value < y->value || x->value > y->value)
                return x->value < y->value ? -1 : 1;
        return tamis_slice_compare(x->text, y->text);
}

static void count_cells(const tamis_frame_column *c, size_t rows, struct seen *seen, size_t n) {
        const int32_t *of = c->codes ? c->codes : c->spelling;

        for (size_t i = 0; i < n; i++)
                seen[i] = (struct seen) { .value = (double) i };
        for (size_t row = 0; of && row < rows; row++)
                if (of[row] >= 0)
                        seen[of[row]].count++;
        if (c->codes)
                return;
        for (size_t i = 0; i < n; i++) {
                seen[i].text = c->spelled[i];
                if (!tamis_number_parse(c->spelled[i], &seen[i].value))
                        seen[i].count = 0;
        }
        qsort(seen, n, sizeof *seen, compare);
}

static int write_deck(const struct seen *seen, size_t n, bool codes, tamis_buffer *text, tamis_error *err) {
        for (size_t i = 0; i < n; i++) {
                int r;

                if (seen[i].count == 0)
                        continue;
                r = tamis_buffer_reserve(text, seen[i].text.n + 2 * COUNT_MAX + 2, err);
                if (r < 0)
                        return r;
                if (text->n > 0)
                        text->p[text->n++] = ',';
                if (codes)
                        text->n += (size_t) snprintf(text->p + text->n, COUNT_MAX, "%zu", (size_t) seen[i].value);
                else
                        memcpy(text->p + text->n, seen[i].text.p, seen[i].text.n);
                text->n += seen[i].text.n;
                if (seen[i].count > 1)
                        text->n += (size_t) snprintf(text->p + text->n, COUNT_MAX + 1, "*%" PRIu64, seen[i].count);
        }
        return 0;
}

static int fit_deck(struct random *m, struct deck *d, const tamis_frame_column *c, size_t rows, tamis_error *err) {
        size_t n = c->codes ? c->levels : c->n_spelled;
        struct seen *seen = calloc(n + 1, sizeof *seen);
        tamis_buffer text = {0};
        bool fits;
        int r = seen ? 0 : tamis_fail_memory(err);

        d->codes = c->codes != NULL;
        if (r == 0) {
                count_cells(c, rows, seen, n);
                r = write_deck(seen, n, d->codes, &text, err);
        }
        if (r == 0)
                r = read_deck(m, d, (tamis_slice) { text.p ? text.p : "", text.n }, n, &fits, err);
        free(seen);
        tamis_buffer_done(&text);
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
        place = tamis_stream_below(&stream, d->cards[last].upto);
        while (first < last) {
                size_t middle = first + (last - first) / 2;

                if (d->cards[middle].upto > place)
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
                        tamis_slice cell;
                        double value;

                        if (c->numbers ? !isnan(c->numbers[row]) : c->codes[row] != TAMIS_CODE_MISSING)
                                continue;
                        cell = cell_of(d, draw(m, d, rows->keys[row]));
                        if (!parse_cell(cell, &value))
                                continue;       /* it has been parsed before */
                        if (c->codes)
                                c->codes[row] = (int32_t) value;
                        else
                                c->numbers[row] = value;
                        if (c->texts)
                                c->texts[row] = cell;
                }
        }
        return 0;
}

/* -- saved --------------------------------------------------------------------------------------------------------- */

static int random_save(const void *model, json_t *into, tamis_error *err) {
        const struct random *m = model;
        json_t *decks;
        char seed[24];
        int r;

        snprintf(seed, sizeof seed, "%" PRIu64, m->seed);       /* JSON's whole numbers end at 2^63 */
        r = json_object_set_new(into, "seed", json_string(seed));
        r |= json_object_set_new(into, "purpose", json_string(m->purpose));
        decks = tamis_json_child(into, "decks", json_array());
        r |= decks ? 0 : -1;
        for (size_t i = 0; r == 0 && i < m->n; i++)
                r |= json_array_append_new(decks,
                                           json_stringn(m->decks[i].n ? m->decks[i].text.p : "", m->decks[i].text.n));
        return r < 0 ? tamis_fail_memory(err) : 0;
}

static int load_deck(struct random *m, struct deck *d, const json_t *from, const tamis_frame_column *c,
                     tamis_error *err) {
        bool fits = json_is_string(from);
        int r = 0;

        d->name = tamis_slice_hash(tamis_slice_of(c->name));
        d->codes = c->type != TAMIS_TYPE_NUMERIC;
        if (fits)
                r = read_deck(m, d, (tamis_slice) { json_string_value(from), json_string_length(from) }, c->levels,
                              &fits, err);
        if (r == 0 && !fits)
                r = tamis_fail(err, TAMIS_BAD_MODEL, "column \"%s\": cell %zu of \"decks\" is damaged", c->name,
                               d->n + 1);
        return r;
}

static int random_load(const json_t *from, const tamis_frame *shape, void **ret, tamis_error *err) {
        const char *purpose, *seed;
        const json_t *decks;
        struct random *m = NULL;
        int r = tamis_json_text(from, "seed", &seed, NULL, err);

        if (r == 0)
                r = tamis_json_text(from, "purpose", &purpose, NULL, err);
        if (r == 0)
                r = tamis_json_array(from, "decks", shape->n, &decks, err);
        if (r == 0)
                r = make(shape->n, strtoull(seed, NULL, 10), purpose, &m, err);
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
