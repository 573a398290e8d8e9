#include <stdio.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "scale/scale.h"
#include "scale/values.h"

/* Edges that are the same are one: there is nothing between them. scikit-learn drops those within 1e-8 as well, and
 * with them all bins of a column in small units. */
static const char *take(const tamis_scale_asked *asked, void *sum, tamis_scaling *ret) {
        tamis_values *v = sum;
        size_t k = asked->bins, n = 0;
        double low, high, *edges = calloc(k + 2, sizeof *edges);

        if (!edges || !tamis_values_sort(v->x, v->n)) {
                free(edges);
                return tamis_scale_no_memory;
        }
        low = v->x[0];
        high = v->x[v->n - 1];
        for (size_t i = 0; i <= k; i++) {
                double share = (double) i / (double) k, edge;

                if (i == k)
                        edge = high;
                else if (asked->equal_widths)
                        edge = high - low < 1e300 ? low + (double) i * ((high - low) / (double) k)
                                                  : low * (1 - share) + high * share;
                else
                        edge = tamis_values_quantile(v->x, v->n, share);
                if (n == 0 || edge > edges[n - 1])
                        edges[n++] = edge;
        }
        if (n == 1)
                edges[n++] = high;
        ret->values = edges;
        ret->n = n;
        return NULL;
}

static bool sound(const tamis_scaling *s) {
        for (size_t i = 1; i < s->n; i++)
                if (!(s->values[i - 1] < s->values[i]) && s->n > 2)
                        return false;
        return s->n >= 2 && s->values[0] <= s->values[1];
}

/* How many inner edges are at or below x: bins hold their lower edge. */
static size_t bin_of(const tamis_scaling *s, double x) {
        size_t low = 1, high = s->n - 1;

        while (low < high) {
                size_t at = low + (high - low) / 2;

                if (s->values[at] <= x)
                        low = at + 1;
                else
                        high = at;
        }
        return low - 1;
}

static double middle(const tamis_scaling *s, size_t bin) {
        return s->values[bin] / 2 + s->values[bin + 1] / 2;
}

static void forward(const tamis_scale_asked *asked, const tamis_scaling *s, const double *x, double *y, size_t n) {
        for (size_t i = 0; i < n; i++) {
                size_t bin = bin_of(s, x[i]);

                y[i] = x[i] != x[i] ? x[i] : asked->middle ? middle(s, bin) : (double) bin;
        }
}

static void backward(const tamis_scale_asked *asked, const tamis_scaling *s, const double *x, double *y, size_t n) {
        double last = (double) (s->n - 2);

        for (size_t i = 0; i < n; i++)
                y[i] = asked->middle || x[i] != x[i] ? x[i]
                       : middle(s, (size_t) (x[i] < 0 ? 0 : x[i] > last ? last : x[i]));
}

/* `below 10`, `10 to 20`, `20 and above`: the outer bins hold all that lies beyond, too. */
static size_t print_bin(const tamis_scaling *s, size_t bin, char *out) {
        char low[TAMIS_NUMBER_MAX + 1], high[TAMIS_NUMBER_MAX + 1];

        low[tamis_number_print(s->values[bin], low)] = '\0';
        high[tamis_number_print(s->values[bin + 1], high)] = '\0';
        if (s->n == 2)
                return (size_t) sprintf(out, "any");
        if (bin == 0)
                return (size_t) sprintf(out, "below %s", high);
        return (size_t) (bin + 2 == s->n ? sprintf(out, "%s and above", low) : sprintf(out, "%s to %s", low, high));
}

/* The texts, one behind the other, behind where each begins and how long it is. */
static const char *ready(const tamis_scale_asked *asked, tamis_scaling *s) {
        enum { ROOM = 2 * TAMIS_NUMBER_MAX + 16 };
        size_t n = s->n - 1;
        tamis_slice *texts;
        char *at;

        if (!asked->text)
                return NULL;
        texts = malloc(n * (sizeof *texts + ROOM));
        if (!texts)
                return tamis_scale_no_memory;
        at = (char *) (texts + n);
        for (size_t i = 0; i < n; i++, at += ROOM)
                texts[i] = (tamis_slice) { at, print_bin(s, i, at) };
        s->ready = texts;
        return NULL;
}

static tamis_slice say(const tamis_scaling *s, double y) {
        return ((const tamis_slice *) s->ready)[(size_t) y];
}

static const tamis_scale_curve curve = {
        .list = "edges", .take = take, .ready = ready, .sound = sound, .forward = forward, .backward = backward, .say = say,
};

const tamis_scaler tamis_scaler_bins = {
        .base = {
                .name = "bins",
                .summary = "the number of the bin, from 0; back to the middle of it",
                .source = "scikit-learn KBinsDiscretizer",
        },
        .summary = &tamis_summary_values,
        .curve = &curve,
};
