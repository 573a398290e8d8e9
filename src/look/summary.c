#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "look/summary.h"
#include "table/cell.h"

const double tamis_look_quantiles[TAMIS_LOOK_QUANTILES] = { .01, .05, .1, .25, .5, .75, .9, .95, .99 };
const char *const tamis_look_quantile_names[TAMIS_LOOK_QUANTILES] = { "q01", "q05", "q10", "q25", "median",
                                                                      "q75", "q90", "q95", "q99" };
enum { Q25 = 3, MEDIAN = 4, Q75 = 5, SMALL = 64 };

/* -- numbers ------------------------------------------------------------------------------------------------------- */

static size_t bin_of(const tamis_profile_column *c, double width, double value) {
        double at = width > 0 && isfinite(width) ? (value - c->min) / width : 0;
        size_t bin = at > 0 ? (size_t) at : 0;

        return bin < TAMIS_LOOK_BINS ? bin : TAMIS_LOOK_BINS - 1;
}

/* Values ascend, and so do their bins: where each bin ends is searched for. */
static void draw_bins(const tamis_runs *r, tamis_profile_column *c) {
        double width = (c->max - c->min) / TAMIS_LOOK_BINS;

        c->bin_low = c->min;
        c->bin_high = c->max;
        for (size_t bin = 0, i = 0; bin < TAMIS_LOOK_BINS; bin++) {
                size_t low = i, high = r->n;

                while (low < high) {
                        size_t middle = (low + high) / 2;

                        if (bin_of(c, width, r->values[middle]) <= bin)
                                low = middle + 1;
                        else
                                high = middle;
                }
                for (; i < low; i++)
                        c->bins[bin] += r->counts[i];
        }
}

/* A value at the end, further from the next one than half of all the others reach. */
static void find_spikes(const tamis_runs *r, tamis_profile_column *c) {
        double rest;

        if (r->n < 4)
                return;
        rest = r->values[r->n - 1] - r->values[1];
        if (r->values[1] - r->values[0] > rest / 2) {
                c->low_spike = (tamis_look_spike) { r->values[0], r->counts[0] };
                c->low_next = r->values[1];
        }
        rest = r->values[r->n - 2] - r->values[0];
        if (c->low_spike.count)
                rest = r->values[r->n - 2] - r->values[1];
        if (r->values[r->n - 1] - r->values[r->n - 2] > rest / 2) {
                c->high_spike = (tamis_look_spike) { r->values[r->n - 1], r->counts[r->n - 1] };
                c->high_next = r->values[r->n - 2];
        }
}

static void look_at_whole(const tamis_runs *r, tamis_profile_column *c) {
        c->whole = true;
        for (size_t i = 0; c->whole && i < r->n; i++)
                c->whole = r->values[i] == floor(r->values[i]);
        for (size_t i = 1; c->whole && i < r->n; i++)
                c->consecutive += r->values[i] - r->values[i - 1] == 1;
}

static void summarise_numbers(const tamis_runs *r, tamis_profile_column *c) {
        double iqr;

        c->min = r->min + 0.0;
        c->max = r->max + 0.0;
        c->mean = r->powers.mean;
        c->sum = r->powers.mean * r->powers.n;
        c->sd = r->powers.n > 1 ? sqrt(r->powers.m2 / (r->powers.n - 1)) : NAN;
        c->skew = tamis_powers_skew(&r->powers);
        c->kurtosis = tamis_powers_kurtosis(&r->powers);
        for (size_t i = 0; i < TAMIS_LOOK_QUANTILES; i++)
                c->quantiles[i] = tamis_runs_quantile(r, tamis_look_quantiles[i]);
        c->mad = tamis_runs_mad(r, c->quantiles[MEDIAN]);
        c->negatives = tamis_runs_below(r, 0, false);
        c->zeros = tamis_runs_below(r, 0, true) - c->negatives;
        iqr = c->quantiles[Q75] - c->quantiles[Q25];
        c->outliers = r->total - tamis_runs_below(r, c->quantiles[Q75] + 1.5 * iqr, true) +
                      tamis_runs_below(r, c->quantiles[Q25] - 1.5 * iqr, false);
        c->far_outliers = r->total - tamis_runs_below(r, c->quantiles[Q75] + 3 * iqr, true) +
                          tamis_runs_below(r, c->quantiles[Q25] - 3 * iqr, false);
        c->quantiles_estimated = r->cleared > 0;
        c->quantile_error = r->cleared ? ldexp(1, (int) r->cleared - 52) : 0;
        draw_bins(r, c);
        find_spikes(r, c);
        look_at_whole(r, c);
}

/* -- texts --------------------------------------------------------------------------------------------------------- */

static bool same_letters(tamis_slice a, const char *b) {
        size_t n = strlen(b);

        for (size_t i = 0; a.n == n && i < n; i++)
                if ((a.p[i] | 0x20) != b[i])
                        return false;
        return a.n == n;
}

static bool infinite(tamis_slice s) {
        s = tamis_trim(s);
        if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'))
                s.p++, s.n--;
        return same_letters(s, "inf") || same_letters(s, "infinity");
}

static void summarise_texts(const tamis_words *w, tamis_profile_column *c) {
        c->texts = w->cells;
        c->shortest = w->shortest;
        c->longest = w->longest;
        c->length = (double) w->characters / (double) w->cells;
        c->text_line = w->dict.n > 0 ? w->lines[0] : 0;
        c->text_file = w->dict.n > 0 ? w->files[0] : NULL;
        for (size_t i = 0; i < w->dict.n; i++)
                if (infinite(w->dict.entries[i].text))
                        c->infinities += w->dict.entries[i].count;
}

/* -- both ---------------------------------------------------------------------------------------------------------- */

static double entropy(const tamis_gathered *g, double total) {
        double sum = 0, of[SMALL];              /* most counts are small: their part once */

        for (size_t i = 1; i < SMALL; i++)
                of[i] = (double) i * log2((double) i);
        for (size_t i = 0; i < g->runs.n; i++) {
                uint64_t n = g->runs.counts[i];

                if (n > 1)
                        sum += n < SMALL ? of[n] : (double) n * log2((double) n);
        }
        for (size_t i = 0; i < g->words.dict.n; i++) {
                double n = (double) g->words.dict.entries[i].count;

                sum += n * log2(n);
        }
        return total > 0 ? log2(total) - sum / total : 0;
}

static tamis_type type_of(const tamis_profile_column *c) {
        if (c->numbers + c->texts == 0)
                return TAMIS_TYPE_EMPTY;
        return c->texts == 0 ? TAMIS_TYPE_NUMERIC : TAMIS_TYPE_CATEGORICAL;
}

int tamis_summary(tamis_gathered *g, tamis_profile_column *c, tamis_error *err) {
        int r = tamis_runs_settle(&g->runs, err);

        if (r < 0)
                return r;
        c->missing = g->missing;
        c->empty = g->empty;
        c->numbers = g->runs.total;
        if (c->numbers > 0)
                summarise_numbers(&g->runs, c);
        if (g->words.cells > 0)
                summarise_texts(&g->words, c);
        if (c->type == TAMIS_TYPE_UNKNOWN)
                c->type = type_of(c);
        c->distinct = tamis_runs_distinct(&g->runs) + tamis_words_distinct(&g->words);
        c->distinct_estimated = g->runs.cleared > 0 || g->words.full;
        c->top_estimated = c->distinct_estimated;
        c->entropy = c->distinct_estimated ? NAN : entropy(g, (double) (c->numbers + c->texts));
        return 0;
}

/* Where in the list of the most frequent a count belongs; the list is short. Ties: who came first in the order of the
 * values stays before. */
static void offer(tamis_look_value *top, size_t *n, tamis_slice text, uint64_t count) {
        size_t at = *n;

        while (at > 0 && (top[at - 1].count < count ||
                          (top[at - 1].count == count && tamis_slice_compare(top[at - 1].text, text) > 0)))
                at--;
        if (at == TAMIS_LOOK_TOP)
                return;
        if (*n < TAMIS_LOOK_TOP)
                (*n)++;
        memmove(top + at + 1, top + at, (*n - at - 1) * sizeof *top);
        top[at] = (tamis_look_value) { text, count };
}

int tamis_summary_top(const tamis_gathered *g, tamis_profile_column *c, tamis_arena *arena, tamis_error *err) {
        size_t n = 0;

        for (size_t i = 0; i < g->runs.n; i++) {
                char text[TAMIS_NUMBER_MAX];
                tamis_slice s = { text, 0 };

                if (n == TAMIS_LOOK_TOP && g->runs.counts[i] <= c->top[n - 1].count)
                        continue;
                s.n = tamis_number_print(g->runs.values[i], text);
                s.p = tamis_arena_copy(arena, s);
                if (!s.p)
                        return tamis_fail_memory(err);
                offer(c->top, &n, s, g->runs.counts[i]);
        }
        for (size_t i = 0; i < g->words.dict.n; i++) {
                const struct tamis_dict_entry *e = &g->words.dict.entries[i];

                if (n < TAMIS_LOOK_TOP || e->count >= c->top[n - 1].count)
                        offer(c->top, &n, e->text, e->count);
        }
        for (size_t i = 0; i < n; i++) {
                const char *p = tamis_arena_copy(arena, c->top[i].text);

                if (!p)
                        return tamis_fail_memory(err);
                c->top[i].text.p = p;
        }
        c->n_top = n;
        return 0;
}
