/* What is learned, reading by reading: tamis_ampute_stage.
 *
 * learn leaves the numbers themselves in a partial, on any thread; merge sums them in the order of the rows, so that no
 * cut of the table changes a bit.
 */
#include <math.h>
#include <stdlib.h>

#include "judge/ampute.h"
#include "stats/order.h"

/* -- a batch ------------------------------------------------------------------------------------------------------- */

static int learn_ranks(const tamis_ampute *s, tamis_ampute_partial *p, tamis_batch *batch, tamis_error *err) {
        int r = 0;

        p->dicts = calloc(s->n_inputs + 1, sizeof *p->dicts);
        if (!p->dicts)
                return tamis_fail_memory(err);
        p->n_dicts = s->n_inputs;
        for (size_t i = 0; r == 0 && i < s->n_inputs; i++) {
                const uint8_t *missing;
                size_t at = s->inputs[i].at, code;

                if (!s->inputs[i].text)
                        continue;
                r = tamis_batch_missing(batch, at, &missing, err);
                for (size_t row = 0; r == 0 && row < batch->n_rows; row++)
                        if (!missing[row])
                                r = tamis_dict_add(&p->dicts[i], tamis_batch_text(batch, row, at), 1, &code, err);
        }
        return r;
}

/* Tables of doubles outlive the batch. */
static int keep(tamis_ampute_partial *p, const double *v, size_t table, size_t tables, tamis_error *err) {
        if (!p->values) {
                p->values = malloc((tables * p->rows + 1) * sizeof *p->values);
                if (!p->values)
                        return tamis_fail_memory(err);
        }
        memcpy(p->values + table * p->rows, v, p->rows * sizeof *v);
        return 0;
}

static int learn_moments(const tamis_ampute *s, tamis_ampute_partial *p, tamis_batch *batch, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < s->n_inputs; i++) {
                const double *values;

                r = tamis_ampute_values(&s->inputs[i], batch, &values, err);
                if (r == 0)
                        r = keep(p, values, i, s->n_inputs, err);
        }
        return r;
}

static int learn_missing(const tamis_ampute *s, tamis_ampute_partial *p, tamis_batch *batch, tamis_error *err) {
        int r = 0;

        p->missing = malloc(s->n_columns * p->rows + 1);
        if (!p->missing)
                return tamis_fail_memory(err);
        for (size_t j = 0; r == 0 && j < s->n_columns; j++) {
                const uint8_t *missing;

                r = tamis_batch_missing(batch, s->columns[j].at, &missing, err);
                if (r == 0)
                        memcpy(p->missing + j * p->rows, missing, p->rows);
        }
        return r;
}

static int learn_scores(const tamis_ampute *s, tamis_ampute_partial *p, tamis_batch *batch, const uint32_t *pattern,
                        tamis_error *err) {
        size_t tables = pattern ? 1 : s->n_scorers;
        double *scores;
        int r = tamis_ampute_score(s, batch, pattern, s->stage != TAMIS_AMPUTE_SUMS, &scores, err);

        for (size_t k = 0; r == 0 && k < tables; k++)
                r = keep(p, scores + k * p->rows, k, tables, err);
        if (r == 0 && !pattern && s->stage != TAMIS_AMPUTE_SUMS)
                r = learn_missing(s, p, batch, err);
        return r;
}

int tamis_ampute_learn(const void *state, void *partial, tamis_batch *batch, tamis_error *err) {
        const tamis_ampute *s = state;
        tamis_ampute_partial *p = partial;
        uint32_t *pattern = NULL;
        int r = 0;

        p->rows = batch->n_rows;
        if (s->stage == TAMIS_AMPUTE_RANKS)
                return learn_ranks(s, p, batch, err);
        if (s->way == TAMIS_BY_PATTERNS) {
                r = tamis_ampute_assign(s, batch, &pattern, err);
                if (r == 0 && !(p->pattern = malloc((p->rows + 1) * sizeof *p->pattern)))
                        r = tamis_fail_memory(err);
                if (r < 0)
                        return r;
                memcpy(p->pattern, pattern, p->rows * sizeof *pattern);
        }
        if (s->stage == TAMIS_AMPUTE_MOMENTS)
                return learn_moments(s, p, batch, err);
        return learn_scores(s, p, batch, pattern, err);
}

void tamis_ampute_partial_done(void *partial) {
        tamis_ampute_partial *p = partial;

        for (size_t i = 0; i < p->n_dicts; i++)
                tamis_dict_done(&p->dicts[i]);
        free(p->dicts);
        free(p->values);
        free(p->missing);
        free(p->pattern);
}

/* -- in order ------------------------------------------------------------------------------------------------------ */

static inline void sums_add(tamis_ampute_sums *m, double x) {
        double d;

        if (m->n++ == 0)
                m->first = x;
        d = x - m->first;
        m->sum += d;
        m->squares += d * d;
}

/* The sd divides by n - 1, as R's scale(); what does not spread, or spreads beyond a double, has no z-scores but 0. */
static void sums_finish(tamis_ampute_sums *m) {
        double n = (double) m->n, variance = n > 1 ? (m->squares - m->sum * m->sum / n) / (n - 1) : 0;

        m->mean = n > 0 ? m->first + m->sum / n : 0;
        m->scale = isfinite(variance) && variance > 0 && isfinite(1 / sqrt(variance)) ? 1 / sqrt(variance) : 0;
        /* what is left of a constant, or of numbers whose spread is below their last digits */
        if (variance <= 1e-30 * m->mean * m->mean)
                m->scale = 0;
}

static inline void add_input(tamis_ampute_scorer *scorer, size_t i, const tamis_ampute_partial *p, size_t row) {
        double x = p->values[scorer->inputs[i] * p->rows + row];

        if (!isnan(x))
                sums_add(&scorer->sums[i], x);
}

static void merge_moments(tamis_ampute *s, const tamis_ampute_partial *p) {
        if (p->pattern) {
                for (size_t row = 0; row < p->rows; row++)
                        for (size_t i = 0; i < s->scorers[p->pattern[row]].n; i++)
                                add_input(&s->scorers[p->pattern[row]], i, p, row);
                return;
        }
        for (size_t k = 0; k < s->n_scorers; k++)
                for (size_t i = 0; i < s->scorers[k].n; i++)
                        for (size_t row = 0; row < p->rows; row++)
                                add_input(&s->scorers[k], i, p, row);
}

static void merge_sums(tamis_ampute *s, const tamis_ampute_partial *p) {
        for (size_t k = 0; k < (p->pattern ? 1 : s->n_scorers); k++)
                for (size_t row = 0; row < p->rows; row++) {
                        double x = p->values[k * p->rows + row];

                        if (!isnan(x))
                                sums_add(&s->scorers[p->pattern ? p->pattern[row] : k].total, x);
                }
}

static int keep_score(tamis_ampute_scorer *scorer, double x, tamis_error *err) {
        if (scorer->n_kept == scorer->kept_capacity) {
                size_t capacity = scorer->kept_capacity ? scorer->kept_capacity * 2 : 1024;
                double *more = realloc(scorer->kept, capacity * sizeof *more);

                if (!more)
                        return tamis_fail_memory(err);
                scorer->kept = more;
                scorer->kept_capacity = capacity;
        }
        scorer->kept[scorer->n_kept++] = x;
        return 0;
}

/* Cell by cell: whether curve j is asked about this row. */
static bool is_candidate(const tamis_ampute_partial *p, size_t j, size_t row) {
        return !p->missing[j * p->rows + row];
}

static const double *scores_of(const tamis_ampute *s, const tamis_ampute_partial *p, size_t curve) {
        return p->values + (s->n_scorers == 1 ? 0 : curve * p->rows);
}

static int merge_score(tamis_ampute *s, size_t j, double score, tamis_error *err) {
        if (s->window)
                return keep_score(&s->scorers[j], score, err);
        return tamis_curve_add(&s->curves[j], score, err);
}

static int merge_curves(tamis_ampute *s, const tamis_ampute_partial *p, tamis_error *err) {
        /* a scorer that all curves share keeps each row's score once */
        size_t n = s->window ? s->n_scorers : s->n_curves;
        bool all = n < s->n_curves;
        int r = 0;

        for (size_t row = 0; p->pattern && r == 0 && row < p->rows; row++)
                r = merge_score(s, p->pattern[row], p->values[row], err);
        for (size_t j = 0; !p->pattern && j < n; j++)
                for (size_t row = 0; r == 0 && row < p->rows; row++)
                        if (all || is_candidate(p, j, row))
                                r = merge_score(s, j, scores_of(s, p, j)[row], err);
        return r;
}

static void count_inside(tamis_ampute *s, size_t j, double score) {
        const tamis_ampute_scorer *scorer = &s->scorers[s->n_scorers == 1 ? 0 : j];

        s->candidates[j]++;
        s->inside[j] += score >= scorer->low && score <= scorer->high;
}

static void merge_inside(tamis_ampute *s, const tamis_ampute_partial *p) {
        for (size_t row = 0; p->pattern && row < p->rows; row++)
                count_inside(s, p->pattern[row], p->values[row]);
        for (size_t j = 0; !p->pattern && j < s->n_curves; j++)
                for (size_t row = 0; row < p->rows; row++)
                        if (is_candidate(p, j, row))
                                count_inside(s, j, scores_of(s, p, j)[row]);
}

int tamis_ampute_merge(void *state, void *partial, tamis_error *err) {
        tamis_ampute *s = state;
        tamis_ampute_partial *p = partial;
        int r = 0;

        switch (s->stage) {
        case TAMIS_AMPUTE_RANKS:
                for (size_t i = 0; r == 0 && i < s->n_inputs; i++)
                        r = tamis_dict_merge(&s->inputs[i].dict, &p->dicts[i], NULL, err);
                return r;
        case TAMIS_AMPUTE_MOMENTS:
                merge_moments(s, p);
                return 0;
        case TAMIS_AMPUTE_SUMS:
                merge_sums(s, p);
                return 0;
        case TAMIS_AMPUTE_CURVES:
                return merge_curves(s, p, err);
        default:
                merge_inside(s, p);
                return 0;
        }
}

/* -- the end of a reading ------------------------------------------------------------------------------------------ */

/* Most frequent first, ties by their bytes: the order of the rows does not matter. */
static int finish_ranks(tamis_ampute_input *input, tamis_error *err) {
        const tamis_dict *d = &input->dict;
        size_t *order = calloc(d->n + 1, sizeof *order), *other = calloc(d->n + 1, sizeof *other);
        int r = order && other ? tamis_dict_sort(d, false, order, err) : tamis_fail_memory(err);

        input->ranks = calloc(d->n + 1, sizeof *input->ranks);
        if (r == 0 && !input->ranks)
                r = tamis_fail_memory(err);
        /* merge sort: stable, so ties stay by their bytes */
        for (size_t width = 1; r == 0 && width < d->n; width *= 2) {
                size_t *was = order;

                for (size_t from = 0; from < d->n; from += 2 * width) {
                        size_t middle = from + width < d->n ? from + width : d->n,
                               to = middle + width < d->n ? middle + width : d->n;

                        for (size_t i = from, a = from, b = middle; i < to; i++) {
                                bool left = a < middle &&
                                        (b >= to || d->entries[order[a]].count >= d->entries[order[b]].count);

                                other[i] = left ? order[a++] : order[b++];
                        }
                }
                order = other;
                other = was;
        }
        for (size_t i = 0; r == 0 && i < d->n; i++)
                input->ranks[order[i]] = (double) i;
        free(order);
        free(other);
        return r;
}

/* The ranks inside: [floor(low n), ceil(high n)), or as many as the share asks for from a drawn one on. */
static void window_ranks(const tamis_ampute *s, size_t k, uint64_t n, uint64_t *first, uint64_t *last) {
        uint64_t all = (uint64_t) ceil(s->share * (double) n - 1e-9);
        double u;

        if (s->draws_window) {
                tamis_ampute_uniform(s->context->seed, "ampute.window",
                                     s->way == TAMIS_BY_CELLS && s->mechanism == TAMIS_MNAR ? s->columns[k].key : k, 0,
                                     1, &u);
                *first = (uint64_t) (u * (double) (n - all + 1));
                *last = *first + all;
        } else {
                *first = (uint64_t) floor(s->low * (double) n + 1e-9);
                *last = (uint64_t) ceil(s->high * (double) n - 1e-9);
        }
        *first = *first < n ? *first : n - 1;
        *last = *last > *first ? *last - 1 : *first;
        *last = *last < n ? *last : n - 1;
}

static void finish_window(const tamis_ampute *s, size_t k) {
        tamis_ampute_scorer *scorer = &s->scorers[k];
        uint64_t ranks[2];

        scorer->low = scorer->high = NAN;
        if (scorer->n_kept > 0 && s->share > 0) {
                window_ranks(s, k, scorer->n_kept, &ranks[0], &ranks[1]);
                tamis_order_select(scorer->kept, scorer->n_kept, ranks, ranks[0] < ranks[1] ? 2 : 1);
                scorer->low = scorer->kept[ranks[0]];
                scorer->high = scorer->kept[ranks[1]];
        }
        free(scorer->kept);
        scorer->kept = NULL;
}

static void finish_curves(tamis_ampute *s) {
        for (size_t k = 0; s->window && k < s->n_scorers; k++)
                finish_window(s, k);
        for (size_t j = 0; !s->window && j < s->n_curves; j++)
                tamis_curve_solve(&s->curves[j], s->share);
}

static void finish_inside(tamis_ampute *s) {
        for (size_t j = 0; j < s->n_curves; j++) {
                const tamis_ampute_scorer *scorer = &s->scorers[s->n_scorers == 1 ? 0 : j];

                tamis_curve_window(&s->curves[j], scorer->low, scorer->high, s->inside[j], s->candidates[j], s->share);
        }
}

int tamis_ampute_finish(void *state, const tamis_context *context, bool *again, tamis_error *err) {
        tamis_ampute *s = state;
        int r = 0;

        (void) context;
        switch (s->stage) {
        case TAMIS_AMPUTE_RANKS:
                for (size_t i = 0; r == 0 && i < s->n_inputs; i++)
                        r = finish_ranks(&s->inputs[i], err);
                break;
        case TAMIS_AMPUTE_MOMENTS:
                for (size_t k = 0; k < s->n_scorers; k++)
                        for (size_t i = 0; i < s->scorers[k].n; i++)
                                sums_finish(&s->scorers[k].sums[i]);
                break;
        case TAMIS_AMPUTE_SUMS:
                for (size_t k = 0; k < s->n_scorers; k++)
                        sums_finish(&s->scorers[k].total);
                break;
        case TAMIS_AMPUTE_CURVES:
                finish_curves(s);
                s->stage += !s->window;
                break;
        default:
                finish_inside(s);
                break;
        }
        s->stage++;
        *again = r == 0 && s->stage < TAMIS_AMPUTE_READY;
        return r;
}
