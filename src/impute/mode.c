/* The most frequent value. Ties go to the smallest: numbers by value, texts bytewise. Numbers are told apart by value,
 * so 1, 1.0 and 1e0 are one. */
#include <math.h>

#include <tamis/stats.h>

#include "impute/impute.h"

static int add_numbers(void *sum, const double *x, size_t n, tamis_error *err) {
        for (size_t i = 0; i < n; i++) {
                double v = x[i] + 0.0;  /* -0 is 0 */
                size_t code;
                int r;

                if (isnan(v))
                        continue;
                r = tamis_dict_add(sum, (tamis_slice) { (const char *) &v, sizeof v }, 1, &code, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_texts(void *sum, const tamis_slice *texts, size_t n, tamis_error *err) {
        for (size_t i = 0; i < n; i++) {
                size_t code;
                int r = tamis_dict_add(sum, texts[i], 1, &code, err);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int merge(void *into, void *from, tamis_error *err) {
        return tamis_dict_merge(into, from, NULL, err);
}

static void done(void *sum) {
        tamis_dict_done(sum);
}

static void number(const void *sum, tamis_fill *ret) {
        const tamis_dict *d = sum;
        uint64_t most = 0;
        double best = NAN;

        for (size_t i = 0; d && i < d->n; i++) {
                double v;

                memcpy(&v, d->entries[i].text.p, sizeof v);
                if (d->entries[i].count > most || (d->entries[i].count == most && v < best)) {
                        most = d->entries[i].count;
                        best = v;
                }
        }
        if (most > 0)
                *ret = (tamis_fill) { .kind = TAMIS_FILL_NUMBER, .number = best };
}

static void text(const void *sum, tamis_fill *ret) {
        const tamis_dict *d = sum;
        long mode = d ? tamis_dict_mode(d) : -1;

        if (mode >= 0)
                *ret = (tamis_fill) { .kind = TAMIS_FILL_TEXT, .text = d->entries[mode].text };
}

static const tamis_summary numbers = {
        .size = sizeof(tamis_dict), .add_numbers = add_numbers, .merge = merge, .done = done,
};
static const tamis_summary texts = {
        .size = sizeof(tamis_dict), .add_texts = add_texts, .merge = merge, .done = done,
};

const tamis_filler tamis_filler_mode_of_numbers = { .name = "mode", .summary = &numbers, .value = number };
const tamis_filler tamis_filler_mode_of_texts = { .name = "mode", .summary = &texts, .value = text };

const tamis_imputer tamis_imputer_mode = {
        .base = {
                .name = "mode",
                .summary = "the most frequent value of the column, the smallest of those that tie",
                .source = "scikit-learn SimpleImputer (most_frequent)",
        },
        .numbers = &tamis_filler_mode_of_numbers,
        .texts = &tamis_filler_mode_of_texts,
};
