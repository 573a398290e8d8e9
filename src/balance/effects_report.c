/* What sampling did to means, spreads and correlations, as a report tells it. */
#include <math.h>

#include <tamis/number.h>

#include "balance/effects.h"

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
