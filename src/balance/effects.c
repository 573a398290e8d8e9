#include <math.h>
#include <stdlib.h>

#include "balance/effects.h"

/* Products grow as the square of the columns. */
enum { MOST_CORRELATED = 30 };

static void side_free(tamis_effects_side *s, size_t n) {
        if (!s)
                return;
        for (size_t i = 0; s->columns && i < n; i++)
                tamis_moments_done(&s->columns[i]);
        for (size_t i = 0; s->whole && i < s->k; i++)
                tamis_moments_done(&s->whole[i]);
        for (size_t i = 0; s->products && i < s->k * s->k; i++)
                tamis_moments_done(&s->products[i]);
        free(s->columns);
        free(s->whole);
        free(s->products);
        free(s);
}

static tamis_effects_side *side_new(size_t n) {
        tamis_effects_side *s = calloc(1, sizeof *s);

        if (!s)
                return NULL;
        s->k = n < MOST_CORRELATED ? n : MOST_CORRELATED;
        s->columns = calloc(n + 1, sizeof *s->columns);
        s->whole = calloc(s->k + 1, sizeof *s->whole);
        s->products = calloc(s->k * s->k + 1, sizeof *s->products);
        if (s->columns && s->whole && s->products)
                return s;
        side_free(s, n);
        return NULL;
}

void tamis_effects_done(tamis_effects *e) {
        if (e->on)
                pthread_mutex_destroy(&e->lock);
        side_free(e->before, e->n);
        side_free(e->after, e->n);
        free(e->at);
        free(e->names);
        free(e->text);
        free(e->outside);
        free(e->centres);
        tamis_arena_done(&e->arena);
        *e = (tamis_effects) { 0 };
}

/* Room for `most` columns. */
static int begin(tamis_effects *e, size_t most, tamis_error *err) {
        tamis_effects_done(e);
        pthread_mutex_init(&e->lock, NULL);
        e->on = true;
        e->at = calloc(most + 1, sizeof *e->at);
        e->names = calloc(most + 1, sizeof *e->names);
        e->text = calloc(most + 1, 1);
        return e->at && e->names && e->text ? 0 : tamis_fail_memory(err);
}

static int add_column(tamis_effects *e, tamis_slice name, size_t at, tamis_error *err) {
        e->names[e->n] = tamis_arena_copy(&e->arena, name);
        if (!e->names[e->n])
                return tamis_fail_memory(err);
        e->at[e->n++] = at;
        return 0;
}

static int begin_sides(tamis_effects *e, tamis_error *err) {
        e->before = side_new(e->n);
        e->after = side_new(e->n);
        if (!e->before || !e->after)
                return tamis_fail_memory(err);
        e->before->parts = e->after->parts = e->makes ? 1 : 2;
        return 0;
}

int tamis_effects_begin(tamis_effects *e, const tamis_schema *schema, long target, tamis_error *err) {
        int r = begin(e, schema->n, err);

        for (size_t i = 0; r == 0 && i < schema->n; i++) {
                const tamis_slice name = { schema->fields[i].name, schema->fields[i].name_length };

                if ((long) i != target && !tamis_reserved(name) && !tamis_names_id(name))
                        r = add_column(e, name, i, err);
        }
        return r == 0 ? begin_sides(e, err) : r;
}

int tamis_effects_begin_made(tamis_effects *e, char *const *names, size_t n, tamis_error *err) {
        int r = begin(e, n, err);

        for (size_t i = 0; r == 0 && i < n; i++)
                r = add_column(e, tamis_slice_of(names[i]), i, err);
        e->makes = true;
        if (r == 0)
                r = begin_sides(e, err);
        e->outside = calloc(n + 1, sizeof *e->outside);
        e->centres = calloc(n + 1, sizeof *e->centres);
        return r < 0 ? r : e->outside && e->centres ? 0 : tamis_fail_memory(err);
}

/* -- counting ------------------------------------------------------------------------------------------------------ */

/* One batch. */
struct look {
        size_t n_rows;
        const double **columns;         /* NULL: text, in this batch */
        uint32_t *rows;                 /* which row, as often as it is there */
        uint32_t *whole;                /* of them, those without a hole */
        double *values;
};

/* x[rows] into m. */
static int add(tamis_moments *m, const double *x, const uint32_t *rows, size_t n, double *values, tamis_error *err) {
        for (size_t i = 0; i < n; i++)
                values[i] = x[rows[i]];
        return tamis_moments_add(m, values, n, err);
}

/* Products, and what rounding takes from them: large numbers that differ little leave nothing of their correlation
 * else, and no centre is known yet that would not hang on which row comes first. */
static int add_products(tamis_moments *m, const double *x, const double *y, const uint32_t *rows, size_t n,
                        double *values, tamis_error *err) {
        int r;

        /* what overflows is no number of a table that anyone correlates */
        for (size_t i = 0; i < n; i++) {
                values[i] = x[rows[i]] * y[rows[i]];
                values[i] = isfinite(values[i]) ? values[i] : NAN;
        }
        r = tamis_moments_add(m, values, n, err);
        for (size_t i = 0; i < n; i++)
                values[i] = fma(x[rows[i]], y[rows[i]], -values[i]);
        return r == 0 ? tamis_moments_add(m, values, n, err) : r;
}

static int add_side(const tamis_effects *e, tamis_effects_side *side, const struct look *l, size_t n,
                    tamis_error *err) {
        size_t whole = 0;
        int r = 0;

        side->rows += n;
        for (size_t i = 0; i < n; i++) {
                bool has_hole = false;

                for (size_t c = 0; c < side->k; c++)
                        has_hole |= l->columns[c] && isnan(l->columns[c][l->rows[i]]);
                l->whole[whole] = l->rows[i];
                whole += !has_hole;
        }
        for (size_t c = 0; r == 0 && c < e->n; c++)
                if (l->columns[c])
                        r = add(&side->columns[c], l->columns[c], l->rows, n, l->values, err);
        for (size_t c = 0; r == 0 && c < side->k; c++) {
                if (!l->columns[c])
                        continue;
                r = add(&side->whole[c], l->columns[c], l->whole, whole, l->values, err);
                for (size_t b = c + 1; r == 0 && b < side->k; b++)
                        if (l->columns[b])
                                r = add_products(&side->products[c * side->k + b], l->columns[c], l->columns[b],
                                                 l->whole, whole, l->values, err);
        }
        return r;
}

static size_t list(const uint32_t *times, size_t n_rows, uint32_t *rows) {
        size_t n = 0;

        for (size_t row = 0; times && row < n_rows; row++)
                for (uint32_t i = 0; i < times[row]; i++)
                        rows[n++] = (uint32_t) row;
        return n;
}

static size_t total(const uint32_t *times, size_t n) {
        size_t sum = 0;

        for (size_t i = 0; times && i < n; i++)
                sum += times[i];
        return sum;
}

static int look_at(tamis_effects *e, tamis_batch *batch, struct look *l, size_t most, tamis_error *err) {
        l->n_rows = batch->n_rows;
        l->columns = tamis_arena_get_zeroed(&batch->arena, e->n + 1, sizeof *l->columns);
        l->rows = tamis_arena_get(&batch->arena, (most + 1) * sizeof *l->rows);
        l->whole = tamis_arena_get(&batch->arena, (most + 1) * sizeof *l->whole);
        l->values = tamis_arena_get(&batch->arena, (most + 1) * sizeof *l->values);
        if (!l->columns || !l->rows || !l->whole || !l->values)
                return tamis_fail_memory(err);
        for (size_t c = 0; c < e->n; c++) {
                int r = tamis_batch_numbers(batch, e->at[c], &l->columns[c], err);

                if (r < 0)
                        return r;
                if (batch->columns[e->at[c]].nonnumbers > 0)
                        l->columns[c] = NULL;
        }
        return 0;
}

int tamis_effects_add(tamis_effects *e, tamis_batch *batch, const uint32_t *before, const uint32_t *after,
                      tamis_error *err) {
        size_t n_before = total(before, batch->n_rows), n_after = total(after, batch->n_rows);
        struct look l;
        int r;

        if (!e->on || n_before + n_after == 0)
                return 0;
        r = look_at(e, batch, &l, n_before > n_after ? n_before : n_after, err);
        if (r < 0)
                return r;
        pthread_mutex_lock(&e->lock);
        for (size_t c = 0; c < e->n; c++)
                e->text[c] |= !l.columns[c];
        for (size_t row = 0; before && after && row < batch->n_rows; row++)
                e->duplicates += before[row] > 0 && after[row] > before[row] ? after[row] - before[row] : 0;
        r = add_side(e, e->before, &l, list(before, batch->n_rows, l.rows), err);
        if (r == 0)
                r = add_side(e, e->after, &l, list(after, batch->n_rows, l.rows), err);
        pthread_mutex_unlock(&e->lock);
        return r;
}

/* -- the evidence -------------------------------------------------------------------------------------------------- */

/* Elor & Averbuch-Elor 2022 ("To SMOTE, or not to SMOTE?"): balancing helps weak learners, and hardly where the
 * threshold is tuned; van den Goorbergh, van Smeden, Timmerman & Van Calster 2022 ("The harm of class imbalance
 * corrections for risk prediction models"): probabilities come out too high; Dal Pozzolo et al. 2015: what
 * under-sampling does to them. */
void tamis_evidence_say(const tamis_context *context, tamis_evidence of) {
        static const char *const known[] = {
                [TAMIS_EVIDENCE_SYNTHETIC] = "synthetic rows help weak learners, seldom strong ones, and spoil "
                                             "predicted probabilities",
                [TAMIS_EVIDENCE_REPEATED] = "repeated rows make a model overstate the smaller classes' probabilities",
                [TAMIS_EVIDENCE_LEFT_OUT] = "rows that are left out teach nothing, and probabilities learned without "
                                            "them are too high for the smaller classes (tamis decide --undo corrects "
                                            "them)",
                [TAMIS_EVIDENCE_PICKED] = "rows that are left out teach nothing; probabilities learned without them "
                                          "are too high for the classes that kept theirs, and cannot be corrected, "
                                          "since rows went for where they lie",
        };

        tamis_warn(context, "%s; class weights (tamis weigh) or a moved decision threshold (tamis decide) often do as "
                   "well",
                   known[of]);
}
