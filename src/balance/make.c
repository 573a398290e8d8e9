/* Making new rows: a block of them, from what was planned. */
#include <math.h>

#include <tamis/number.h>

#include "balance/smote.h"

enum { BLOCK = 1024 };

/* One new row. */
struct making {
        size_t class;
        uint32_t seed, other;           /* the rows it lies between */
        double gap;                     /* how far from the first to the second */
        const uint32_t *neighbors;      /* the seed's, as places among the members; NULL: a copy */
};

size_t tamis_smote_blocks(const tamis_smote *s) {
        return (s->n_made + BLOCK - 1) / BLOCK;
}

static struct making decide(const tamis_smote *s, size_t class, size_t i) {
        const tamis_smote_class *c = &s->classes[class];
        uint32_t place = c->seeds[i];
        struct making m = { .class = class, .seed = c->members[place], .other = c->members[place] };
        tamis_stream stream;

        if (c->k == 0)
                return m;
        m.neighbors = c->neighbors + (size_t) place * c->k;
        tamis_stream_init(&stream, s->seed, "smote.gap", class, i);
        m.other = c->members[m.neighbors[tamis_stream_below(&stream, c->k)]];
        m.gap = tamis_stream_uniform(&stream);
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
        return decimals <= 300 ? tamis_number_round(x, decimals) : x;
}

static int make_numbers(const tamis_smote *s, const struct making *all, size_t n, tamis_batch *out, tamis_error *err) {
        const tamis_rows *rows = &s->rows;
        double *values = tamis_arena_get(&out->arena, BLOCK * sizeof *values);
        int r = values ? 0 : tamis_fail_memory(err);

        for (size_t j = 0; r == 0 && j < rows->d; j++) {
                for (size_t i = 0; i < n; i++)
                        values[i] = between(rows->numbers[all[i].seed * rows->d + j],
                                            rows->numbers[all[i].other * rows->d + j], all[i].gap, rows->decimals[j]);
                r = tamis_batch_set_numbers(out, s->numbers.at[j], values, err);
        }
        return r;
}

static uint32_t vote(const tamis_smote *s, const struct making *m, size_t column, uint32_t *votes) {
        const tamis_texts *t = &s->rows.categories;
        const tamis_smote_class *c = &s->classes[m->class];

        if (!m->neighbors)
                return t->codes[m->seed * t->width + column];
        for (size_t i = 0; i < c->k; i++)
                votes[i] = t->codes[c->members[m->neighbors[i]] * t->width + column];
        return s->smoter->vote(votes, c->k);
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
        votes = tamis_arena_get(&out->arena, s->k * sizeof *votes);
        if (!all || !votes)
                return tamis_fail_memory(err);
        decide_all(s, first, n, all);
        r = make_numbers(s, all, n, out, err);
        for (size_t row = 0; r == 0 && row < n; row++)
                r = make_texts(s, &all[row], row, votes, out, err);
        return r;
}
