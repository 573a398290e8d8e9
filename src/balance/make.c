/* Making new rows: a block of them, from what was planned. */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include <tamis/number.h>

#include "balance/smote.h"

enum { BLOCK = TAMIS_SMOTE_BLOCK };

/* One new row. */
struct making {
        size_t class, number;           /* the number-th new row of its class */
        uint32_t seed, other;           /* the rows it lies between */
        double gap;                     /* how far from the first to the second */
        double range[2];                /* from which gaps are drawn */
        bool steps;                     /* it has a gap */
        const uint32_t *neighbors;      /* the seed's, as places among the members; NULL: none vote */
        size_t n_neighbors;
};

size_t tamis_smote_blocks(const tamis_smote *s) {
        return (s->n_made + BLOCK - 1) / BLOCK;
}

/* Toward whom, and how far. */
static void decide_step(const tamis_smote *s, const tamis_smote_class *c, uint32_t place, struct making *m) {
        tamis_stream stream;
        uint64_t drawn;

        tamis_stream_init(&stream, s->seed, "smote.gap", m->class, m->number);
        drawn = tamis_stream_below(&stream, m->n_neighbors + (c->foreign != NULL));
        m->other = drawn < m->n_neighbors ? c->members[m->neighbors[drawn]] : c->foreign[place];
        m->range[0] = 0;
        m->range[1] = 1;
        if (s->smoter->reach)
                s->smoter->reach(c, place, drawn < m->n_neighbors ? m->neighbors[drawn] : TAMIS_NO_NEIGHBOR, m->range);
        m->gap = m->range[0] + (m->range[1] - m->range[0]) * tamis_stream_uniform(&stream);
        m->steps = true;
}

static struct making decide(const tamis_smote *s, size_t class, size_t i) {
        const tamis_smote_class *c = &s->classes[class];
        uint32_t place = c->seeds[i];
        struct making m = { .class = class, .number = i, .seed = c->members[place], .other = c->members[place] };

        if (!c->neighbors)
                return m;
        m.neighbors = c->neighbors + (size_t) place * c->k;
        while (m.n_neighbors < c->k && m.neighbors[m.n_neighbors] != TAMIS_NO_NEIGHBOR)
                m.n_neighbors++;
        if (s->smoter->takes & SMOTE_NUMBERS)
                decide_step(s, c, place, &m);
        return m;
}

/* New rows [first, first + n) of all classes, class after class. */
static void decide_all(const tamis_smote *s, size_t first, size_t n, struct making *all) {
        size_t class = 0, before = 0;

        for (size_t i = 0; i < n; i++) {
                while (first + i - before >= s->classes[class].made)
                        before += s->classes[class++].made;
                all[i] = decide(s, class, first + i - before);
        }
}

/* Between a and b, with as many decimals as the column has: else "not a whole number" would say "synthetic". */
static double between(double a, double b, double gap, int decimals) {
        double x = a + gap * (b - a);

        if (!isfinite(x))
                x = (1 - gap) * a + gap * b;
        if (gap >= 0 && gap <= 1)               /* a + (b - a) may be a digit beyond b */
                x = fmin(fmax(x, fmin(a, b)), fmax(a, b));
        return decimals <= 300 ? tamis_number_round(x, decimals) : x;
}

/* A gap of its own for each number: keyed by the column, so that each may be drawn alone. */
static double gap_of(const tamis_smote *s, const struct making *m, size_t j) {
        tamis_stream stream;

        if (!s->per_attribute || !m->steps)
                return m->gap;
        tamis_stream_init(&stream, s->seed, "smote.gaps", (uint64_t) m->class << 32 | j, m->number);
        return m->range[0] + (m->range[1] - m->range[0]) * tamis_stream_uniform(&stream);
}

static double disturbed(const tamis_smote *s, const struct making *m, size_t j) {
        const double x = s->rows.numbers[m->seed * s->rows.d + j];
        int decimals = s->rows.decimals[j];
        tamis_stream stream;
        double y;

        tamis_stream_init(&stream, s->seed, "smote.noise", (uint64_t) m->class << 32 | j, m->number);
        y = x + s->classes[m->class].noise[j] * gsl_ran_gaussian_ziggurat(&stream.rng, 1);
        if (!isfinite(y))
                y = x;
        return decimals <= 300 ? tamis_number_round(y, decimals) : y;
}

static double number_of(const tamis_smote *s, const struct making *m, size_t j) {
        const tamis_rows *rows = &s->rows;

        if (s->classes[m->class].noise)
                return disturbed(s, m, j);
        return between(rows->numbers[m->seed * rows->d + j], rows->numbers[m->other * rows->d + j], gap_of(s, m, j),
                       rows->decimals[j]);
}

static int make_numbers(const tamis_smote *s, const struct making *all, size_t n, tamis_batch *out, tamis_error *err) {
        double *values = tamis_arena_get(&out->arena, BLOCK * sizeof *values);
        int r = values ? 0 : tamis_fail_memory(err);

        for (size_t j = 0; r == 0 && j < s->rows.d; j++) {
                for (size_t i = 0; i < n; i++)
                        values[i] = number_of(s, &all[i], j);
                r = tamis_batch_set_numbers(out, s->numbers.at[j], values, err);
        }
        return r;
}

static uint32_t vote(const tamis_smote *s, const struct making *m, size_t column, uint32_t *votes) {
        const tamis_texts *t = &s->rows.categories;
        const tamis_smote_class *c = &s->classes[m->class];
        size_t n = 0;

        if (!m->neighbors)
                return t->codes[m->seed * t->width + column];
        if (s->smoter->votes_itself)
                votes[n++] = t->codes[m->seed * t->width + column];
        for (size_t i = 0; i < m->n_neighbors; i++)
                votes[n++] = t->codes[c->members[m->neighbors[i]] * t->width + column];
        return s->smoter->vote(votes, n);
}

static int set_number(tamis_batch *out, size_t row, long column, double value, tamis_error *err) {
        char text[TAMIS_NUMBER_MAX];
        size_t n = tamis_number_print(value, text);
        char *copy = tamis_arena_copy(&out->arena, (tamis_slice) { text, n });

        return copy ? tamis_batch_set_text(out, row, (size_t) column, (tamis_slice) { copy, n }, err)
                : tamis_fail_memory(err);
}

/* Train rows counted from 1, as in the table that came when all of it is train rows. */
static int make_provenance(const tamis_smote *s, const struct making *m, size_t row, tamis_batch *out,
                           tamis_error *err) {
        int r = set_number(out, row, s->at_parent, (double) m->seed + 1, err);

        if (r == 0 && m->steps)
                r = set_number(out, row, s->at_neighbor, (double) m->other + 1, err);
        if (r == 0 && m->steps && !s->per_attribute)
                r = set_number(out, row, s->at_gap, m->gap, err);
        return r;
}

static int make_texts(const tamis_smote *s, const struct making *m, size_t row, uint32_t *votes, tamis_batch *out,
                      tamis_error *err) {
        const tamis_texts *categories = &s->rows.categories;
        int r = tamis_batch_set_text(out, row, s->target.at[0], s->labels.names[m->class], err);

        for (size_t j = 0; r == 0 && j < categories->width; j++)
                r = tamis_batch_set_text(out, row, s->categories.at[j],
                                         categories->dicts[j].entries[vote(s, m, j, votes)].text, err);
        for (size_t j = 0; r == 0 && j < s->rows.carried.width; j++)
                r = tamis_batch_set_text(out, row, s->carried.at[j], tamis_texts_get(&s->rows.carried, m->seed, j),
                                         err);
        if (r == 0 && s->at_split >= 0)
                r = tamis_batch_set_text(out, row, (size_t) s->at_split, tamis_slice_of("train"), err);
        if (r == 0 && s->at_synthetic >= 0)
                r = tamis_batch_set_text(out, row, (size_t) s->at_synthetic, tamis_slice_of("1"), err);
        if (r == 0 && s->provenance)
                r = make_provenance(s, m, row, out, err);
        return r;
}

int tamis_smote_make(const tamis_smote *s, size_t block, tamis_batch *out, tamis_error *err) {
        size_t first = block * BLOCK, n = s->n_made - first < BLOCK ? s->n_made - first : BLOCK;
        struct making *all;
        uint32_t *votes;
        int r = tamis_batch_begin_empty(out, s->n_columns, n, err);

        if (r < 0)
                return r;
        all = tamis_arena_get(&out->arena, n * sizeof *all);
        votes = tamis_arena_get(&out->arena, (s->k + 1) * sizeof *votes);
        if (!all || !votes)
                return tamis_fail_memory(err);
        decide_all(s, first, n, all);
        r = make_numbers(s, all, n, out, err);
        for (size_t row = 0; r == 0 && row < n; row++)
                r = make_texts(s, &all[row], row, votes, out, err);
        return r;
}

int tamis_smote_foresee(const tamis_smote *s, size_t first, size_t n, double *numbers, uint32_t *codes,
                        uint32_t *classes, tamis_error *err) {
        const size_t d = s->rows.d, width = s->rows.categories.width;
        struct making *all = reallocarray(NULL, n + 1, sizeof *all);
        uint32_t *votes = reallocarray(NULL, s->k + 1, sizeof *votes);
        int r = all && votes ? 0 : tamis_fail_memory(err);

        if (r == 0)
                decide_all(s, first, n, all);
        for (size_t i = 0; r == 0 && i < n; i++) {
                classes[i] = (uint32_t) all[i].class;
                for (size_t j = 0; j < d; j++)
                        numbers[i * d + j] = number_of(s, &all[i], j);
                for (size_t j = 0; j < width; j++)
                        codes[i * width + j] = vote(s, &all[i], j, votes);
        }
        free(all);
        free(votes);
        return r;
}
