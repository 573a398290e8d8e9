#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

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

/* Products, and what rounding takes from them: large numbers that differ little leave nothing of their correlation else, and no
 * centre is known yet that would not hang on which row comes first. */
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

/* -- the report ---------------------------------------------------------------------------------------------------- */

/* An exact sum as numbers that add up to it. */
enum { PARTS = 4 };

static int take_apart(const tamis_moments *m, double parts[PARTS]) {
        tamis_moments rest = { 0 };
        int r = tamis_moments_merge(&rest, m, NULL);

        for (size_t i = 0; r == 0 && i < PARTS; i++) {
                const double less = -(parts[i] = tamis_moments_sum(&rest));

                r = tamis_moments_add(&rest, &less, 1, NULL);
        }
        tamis_moments_done(&rest);
        return r;
}

/* Add sign * a * b for all of both. */
static int add_product(tamis_moments *to, const double *a, size_t n, const double *b, double sign) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++)
                for (size_t j = 0; r == 0 && j < PARTS; j++) {
                        const double product = a[i] * b[j];
                        const double terms[2] = { sign * product, sign * fma(a[i], b[j], -product) };

                        r = tamis_moments_add(to, terms, 2, NULL);
                }
        return r;
}

/* n * sum(x y) - sum(x) * sum(y), rounded at the end. No memory: *status is -1. */
static double comoment(const tamis_moments *x, const tamis_moments *y, const tamis_moments *xy, int *status) {
        const double n = (double) x->n;
        double a[PARTS], b[PARTS], c[PARTS], sum;
        tamis_moments all = { 0 };
        int r = take_apart(x, a);

        r = r == 0 ? take_apart(y, b) : r;
        r = r == 0 ? take_apart(xy, c) : r;
        r = r == 0 ? add_product(&all, &n, 1, c, 1) : r;
        r = r == 0 ? add_product(&all, a, PARTS, b, -1) : r;
        sum = r == 0 ? tamis_moments_sum(&all) : NAN;
        tamis_moments_done(&all);
        *status = r < 0 ? -1 : *status;
        return sum;
}

/* Pearson's, over whole rows; NaN where a column is constant. */
static double correlation(const tamis_effects_side *s, size_t a, size_t b, int *status) {
        const tamis_moments *x = &s->whole[a], *y = &s->whole[b], *xy = &s->products[a * s->k + b];
        const double n = (double) x->n, sds = tamis_moments_sd(x, 0) * tamis_moments_sd(y, 0);

        if (x->n < 2 || x->n != y->n || x->n * s->parts != xy->n || !(sds > 0))
                return NAN;
        return fmax(-1, fmin(1, comoment(x, y, xy, status) / n / n / sds));
}

static json_t *number(double value) {
        return isfinite(value) ? tamis_json_number(value) : json_null();
}

/* Nine decimals: sums are exact, but what they are sums of is not to be taken for more. */
static double tidy(double value) {
        return isfinite(value) ? tamis_number_round(value, 9) : value;
}

static int report_columns(const tamis_effects *e, json_t *into) {
        json_t *columns = tamis_json_child(into, "columns", json_array());
        int r = columns ? 0 : -1;

        for (size_t c = 0; c < e->n; c++) {
                const tamis_moments *b = &e->before->columns[c], *a = &e->after->columns[c];
                double sd = tamis_moments_sd(b, 0);
                json_t *one;

                if (e->text[c] || b->n == 0 || a->n == 0)
                        continue;
                one = tamis_json_child(columns, NULL, json_object());
                r |= json_object_set_new(one, "column", tamis_json_bytes(tamis_slice_of(e->names[c])));
                r |= json_object_set_new(one, "mean_before", number(tamis_moments_mean(b)));
                r |= json_object_set_new(one, "mean_after", number(tamis_moments_mean(a)));
                r |= json_object_set_new(one, "sd_before", number(sd));
                r |= json_object_set_new(one, "sd_after", number(tamis_moments_sd(a, 0)));
                r |= json_object_set_new(one, "shift_of_mean_in_sds",
                                         number(tidy((tamis_moments_mean(a) - tamis_moments_mean(b)) / sd)));
                if (e->makes)
                        r |= json_object_set_new(one, "values_outside", json_integer((json_int_t) e->outside[c]));
        }
        return r;
}

static int report_correlations(const tamis_effects *e, json_t *into) {
        size_t pairs = 0, most_a = 0, most_b = 0, k = e->before->k;
        double sum = 0, most = -1, before, after;
        json_t *one;
        int r = 0;

        for (size_t a = 0; a < k; a++)
                for (size_t b = a + 1; b < k; b++) {
                        double change;

                        if (e->text[a] || e->text[b])
                                continue;
                        change = fabs(correlation(e->after, a, b, &r) - correlation(e->before, a, b, &r));
                        if (isnan(change))
                                continue;
                        pairs++;
                        sum += change;
                        if (change > most) {
                                most = change;
                                most_a = a;
                                most_b = b;
                        }
                }
        one = tamis_json_child(into, "correlations", json_object());
        r |= json_object_set_new(one, "pairs", json_integer((json_int_t) pairs));
        if (pairs == 0)
                return r;
        r |= json_object_set_new(one, "mean_change", number(tidy(sum / (double) pairs)));
        r |= json_object_set_new(one, "largest_change", number(tidy(most)));
        r |= json_object_set_new(one, "of", json_pack("[o, o]", tamis_json_bytes(tamis_slice_of(e->names[most_a])),
                                                      tamis_json_bytes(tamis_slice_of(e->names[most_b]))));
        before = correlation(e->before, most_a, most_b, &r);
        after = correlation(e->after, most_a, most_b, &r);
        r |= json_object_set_new(one, "before", number(tidy(before)));
        r |= json_object_set_new(one, "after", number(tidy(after)));
        return r;
}

static int report_made(const tamis_effects *e, json_t *into) {
        uint64_t outside = 0;
        int r;

        if (!e->makes)
                return 0;
        for (size_t c = 0; c < e->n; c++)
                outside += e->outside[c];
        r = json_object_set_new(into, "nearest_of_another_class", json_integer((json_int_t) e->strangers));
        if (e->made > 0)
                r |= json_object_set_new(into, "share_nearest_of_another_class",
                                         number(tidy((double) e->strangers / (double) e->made)));
        return r | json_object_set_new(into, "values_outside", json_integer((json_int_t) outside));
}

int tamis_effects_report(const tamis_effects *e, json_t *into, tamis_error *err) {
        json_t *o;
        int r;

        if (!e->on)
                return 0;
        o = tamis_json_child(into, "effects", json_object());
        r = json_object_set_new(o, "rows_before", json_integer((json_int_t) e->before->rows));
        r |= json_object_set_new(o, "rows_after", json_integer((json_int_t) e->after->rows));
        r |= json_object_set_new(o, "duplicates", json_integer((json_int_t) e->duplicates));
        r |= report_made(e, o);
        r |= report_columns(e, o);
        r |= report_correlations(e, o);
        return r < 0 ? tamis_fail_memory(err) : 0;
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
