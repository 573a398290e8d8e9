#include <math.h>

#include <tamis/number.h>

#include "clean/state.h"

/* The column's values as they will be. */
static int values_of(const struct tamis_clean *s, size_t column, tamis_batch *batch, double *values,
                     uint64_t *nonnumbers, tamis_error *err) {
        const double *numbers;
        int r;

        if (!tamis_clean_changes(s, column)) {
                r = tamis_batch_numbers(batch, column, &numbers, err);
                if (r < 0)
                        return r;
                memcpy(values, numbers, batch->n_rows * sizeof *values);
                *nonnumbers += batch->columns[column].nonnumbers;
                return 0;
        }
        for (size_t row = 0; row < batch->n_rows; row++) {
                char room[TAMIS_FORM_MAX];
                tamis_slice text = tamis_clean_text(s, batch, row, column, room);

                values[row] = NAN;
                if (tamis_missing_is(batch->missing, text))
                        continue;
                if (!tamis_number_parse(text, &values[row]) || tamis_number_zero_padded(text)) {
                        values[row] = NAN;
                        ++*nonnumbers;
                }
        }
        return 0;
}

int tamis_bounds_learn(const struct tamis_clean *s, size_t i, tamis_looks *looks, tamis_batch *batch, double *values,
                        tamis_error *err) {
        const tamis_mend *m = &s->mends[i];
        int r = values_of(s, s->mended.at[i], batch, values, &looks->nonnumbers, err);

        if (r < 0)
                return r;
        if (s->wishes.method == TAMIS_OUT_Z)
                return tamis_moments_add(&looks->moments, values, batch->n_rows, err);
        if (s->phase == TAMIS_CLEAN_SPREADS)
                for (size_t row = 0; row < batch->n_rows; row++)
                        values[row] = fabs(values[row] - m->centre);
        r = tamis_quantiles_partial(m->looks.quantiles, &looks->quantiles, err);
        return r < 0 ? r : tamis_quantiles_add(looks->quantiles, values, batch->n_rows, err);
}

/* -- bounds -------------------------------------------------------------------------------------------------------- */

int tamis_bounds_ask(struct tamis_clean *s, bool fences, tamis_error *err) {
        static const double quarters[] = { .25, .75 }, half[] = { .5 };
        int r = 0;

        for (size_t i = 0; i < s->n_mends && r == 0; i++) {
                tamis_quantiles_free(s->mends[i].looks.quantiles);
                s->mends[i].looks.quantiles = NULL;
                r = tamis_quantiles_new(fences ? quarters : half, fences ? 2 : 1, (size_t) 64 << 20,
                                        &s->mends[i].looks.quantiles, err);
        }
        return r;
}

int tamis_bounds_settle(struct tamis_clean *s, bool *again, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; i < s->n_mends && r == 0; i++) {
                bool more = false;

                s->mends[i].looks.nonnumbers = *again ? 0 : s->mends[i].looks.nonnumbers;
                r = tamis_quantiles_settle(s->mends[i].looks.quantiles, &more, err);
                *again |= more;
        }
        return r;
}

static void set_bounds(struct tamis_clean *s, tamis_mend *m, const char *name, double centre, double low, double high) {
        const tamis_looks *l = &m->looks;

        if (m->dates || l->nonnumbers > 0) {
                if (s->picks.chosen && !m->dates)
                        tamis_warn(s->context,
                                   "column \"%s\" has cells that are no numbers: no outliers are looked for", name);
                return;
        }
        if (isnan(low) || isnan(high))
                return;                 /* no cell is there */
        if (!(high > low)) {
                tamis_warn(s->context, "column \"%s\": most cells are %g: no cell can be called an outlier by %s", name,
                           centre, tamis_settings_text(s->context->settings, "outliers"));
                return;
        }
        m->bounded = true;
        m->low = low;
        m->high = high;
        m->marks = s->wishes.action == TAMIS_OUT_MARK;
}

void tamis_bounds_finish(struct tamis_clean *s) {
        double k = s->wishes.limit;

        for (size_t i = 0; i < s->n_mends; i++) {
                tamis_mend *m = &s->mends[i];
                const tamis_quantiles *q = m->looks.quantiles;
                const char *name = s->mended.names[i];

                if (s->wishes.method == TAMIS_OUT_Z) {
                        double mean = tamis_moments_mean(&m->looks.moments),
                               sd = tamis_moments_sd(&m->looks.moments, 0);

                        set_bounds(s, m, name, mean, mean - k * sd, mean + k * sd);
                } else if (s->wishes.method == TAMIS_OUT_IQR) {
                        double a = tamis_quantiles_get(q, 0), b = tamis_quantiles_get(q, 1);

                        set_bounds(s, m, name, a, b > a ? a - k * (b - a) : a, b > a ? b + k * (b - a) : a);
                } else {        /* 0.6745, the normal's third quartile, makes a sd of a MAD (Iglewicz & Hoaglin 1993) */
                        double spread = k * tamis_quantiles_get(q, 0) / 0.6744897501960817;

                        set_bounds(s, m, name, m->centre, m->centre - spread, m->centre + spread);
                }
        }
}
