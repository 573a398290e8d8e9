/* Functions of whole columns, in groups where a second argument says which, and of rows of other tables. */
#include <stdint.h>
#include <stdlib.h>

#include "drill/values.h"

/* What a column comes to: sums are taken in order, so that they are the same everywhere. */
struct total {
        double n, sum, low, high;
};

typedef double total_of(const struct total *t);

static double mean_of(const struct total *t) { return t->n > 0 ? t->sum / t->n : NAN; }
static double sum_of(const struct total *t) { return t->sum; }
static double low_of(const struct total *t) { return t->n > 0 ? t->low : NAN; }
static double high_of(const struct total *t) { return t->n > 0 ? t->high : NAN; }

static int summed(const tamis_drill_call *call, total_of *of, tamis_drill_column *ret, tamis_error *err) {
        const tamis_drill_column *x = &call->arguments[0];
        struct total *totals;
        size_t *groups = NULL, n = 1;
        int r = tamis_drill_want_number(call, 0, err);

        if (r == 0 && call->n > 1)
                r = tamis_drill_groups(call, &call->arguments[1], call->rows, &groups, &n, err);
        if (r == 0)
                r = tamis_drill_numbers_new(call, groups ? call->rows : 1, ret, err);
        if (r < 0)
                return r;
        totals = calloc(n + 1, sizeof *totals);
        if (!totals)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++)
                totals[i] = (struct total) { .low = INFINITY, .high = -INFINITY };
        for (size_t row = 0; row < call->rows; row++) {
                size_t g = groups ? groups[row] : 0;
                double v = tamis_drill_number(x, row);

                if (isnan(v) || g == SIZE_MAX)
                        continue;
                totals[g].n++;
                totals[g].sum += v;
                totals[g].low = fmin(totals[g].low, v);
                totals[g].high = fmax(totals[g].high, v);
        }
        for (size_t i = 0; i < ret->n; i++)
                ret->number[i] = !groups ? of(&totals[0]) : groups[i] == SIZE_MAX ? NAN : of(&totals[groups[i]]);
        free(totals);
        return 0;
}

#define SUMMED(name, of) \
        static int name(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) { \
                return summed(call, of, ret, err); \
        }
SUMMED(mean, mean_of)
SUMMED(sum, sum_of)
SUMMED(lowest, low_of)
SUMMED(highest, high_of)

/* How many rows hold: conditions are 0 and 1, so that is their sum. */
static int count(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        tamis_drill_column truth;
        tamis_drill_call of = *call;
        tamis_drill_column arguments[2];
        int r = tamis_drill_want_number(call, 0, err);

        if (r == 0)
                r = tamis_drill_numbers_new(call, call->rows, &truth, err);
        for (size_t row = 0; r == 0 && row < call->rows; row++) {
                double v = tamis_drill_number(&call->arguments[0], row);

                truth.number[row] = !isnan(v) && v != 0;
        }
        if (r < 0)
                return r;
        arguments[0] = truth;
        if (call->n > 1)
                arguments[1] = call->arguments[1];
        of.arguments = arguments;
        return summed(&of, sum_of, ret, err);
}

/* -- two moments --------------------------------------------------------------------------------------------------- */

struct pair {
        double n, xx, xy, yy;   /* about their means */
};

static struct pair pair_of(const tamis_drill_call *call, const tamis_drill_column *x, const tamis_drill_column *y) {
        struct pair p = {0};
        double mx = 0, my = 0;

        for (int pass = 0; pass < 2; pass++) {
                for (size_t row = 0; row < call->rows; row++) {
                        double a = tamis_drill_number(x, row), b = tamis_drill_number(y, row);

                        if (isnan(a) || isnan(b))
                                continue;
                        if (pass == 0) {
                                p.n++;
                                mx += a;
                                my += b;
                                continue;
                        }
                        p.xx += (a - mx) * (a - mx);
                        p.xy += (a - mx) * (b - my);
                        p.yy += (b - my) * (b - my);
                }
                if (pass == 0) {
                        mx /= p.n;
                        my /= p.n;
                }
        }
        return p;
}

static int one_number(const tamis_drill_call *call, double x, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_numbers_new(call, 1, ret, err);

        if (r == 0)
                ret->number[0] = x;
        return r;
}

static int sd(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_numbers(call, err);
        struct pair p;

        if (r < 0)
                return r;
        p = pair_of(call, &call->arguments[0], &call->arguments[0]);
        return one_number(call, p.n > 1 ? sqrt(p.xx / (p.n - 1)) : NAN, ret, err);
}

static int correlation(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_numbers(call, err);
        struct pair p;

        if (r < 0)
                return r;
        p = pair_of(call, &call->arguments[0], &call->arguments[1]);
        return one_number(call, p.xy / sqrt(p.xx * p.yy), ret, err);
}

/* Of the first argument on the second. */
static int slope(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_numbers(call, err);
        struct pair p;

        if (r < 0)
                return r;
        p = pair_of(call, &call->arguments[1], &call->arguments[0]);
        return one_number(call, p.xy / p.xx, ret, err);
}

/* -- order --------------------------------------------------------------------------------------------------------- */

struct place {
        double x;
        size_t row;
};

static int by_value(const void *a, const void *b) {
        const struct place *x = a, *y = b;

        return x->x != y->x ? (x->x < y->x ? -1 : 1) : (x->row > y->row) - (x->row < y->row);
}

/* The cells that are there, in order. */
static int in_order(const tamis_drill_call *call, const tamis_drill_column *x, struct place **ret, size_t *n,
                    tamis_error *err) {
        struct place *places = calloc(call->rows + 1, sizeof *places);

        if (!places)
                return tamis_fail_memory(err);
        *n = 0;
        for (size_t row = 0; row < call->rows; row++)
                if (!isnan(tamis_drill_number(x, row)))
                        places[(*n)++] = (struct place) { tamis_drill_number(x, row), row };
        if (*n > 1)
                qsort(places, *n, sizeof *places, by_value);
        *ret = places;
        return 0;
}

static int at_share(const tamis_drill_call *call, double q, tamis_drill_column *ret, tamis_error *err) {
        struct place *places = NULL;
        size_t n = 0;
        double found = NAN;
        int r = in_order(call, &call->arguments[0], &places, &n, err);

        if (r == 0 && n > 0 && q >= 0 && q <= 1) {
                double at = q * (double) (n - 1);
                size_t below = (size_t) at, above = below + 1 < n ? below + 1 : below;

                found = places[below].x + (at - (double) below) * (places[above].x - places[below].x);
        }
        free(places);
        return r == 0 ? one_number(call, found, ret, err) : r;
}

static int median(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_numbers(call, err);

        return r < 0 ? r : at_share(call, .5, ret, err);
}

static int quantile(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        int r = tamis_drill_want_numbers(call, err);

        if (r == 0 && call->arguments[1].n != 1)
                r = tamis_fail(err, TAMIS_BAD_DATA, "the share must be one number");
        return r < 0 ? r : at_share(call, call->arguments[1].number[0], ret, err);
}

/* The share of rows at or below; ties have the mean of theirs. */
static int rank(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        tamis_drill_call of = *call;
        struct place *places = NULL;
        size_t n = 0;
        int r = tamis_drill_want_numbers(call, err);

        of.rows = tamis_drill_all_rows(call);
        if (r == 0)
                r = in_order(&of, &call->arguments[0], &places, &n, err);
        if (r == 0)
                r = tamis_drill_numbers_new(call, of.rows, ret, err);
        for (size_t row = 0; r == 0 && row < of.rows; row++)
                ret->number[row] = NAN;
        for (size_t i = 0, end; r == 0 && i < n; i = end) {
                for (end = i + 1; end < n && places[end].x == places[i].x;)
                        end++;
                for (size_t k = i; k < end; k++)
                        ret->number[places[k].row] = (double) (i + 1 + end) / 2 / (double) n;
        }
        free(places);
        return r;
}

static int cumsum(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        size_t *groups = NULL, n = 1, rows = tamis_drill_all_rows(call);
        double *sums;
        int r = tamis_drill_want_number(call, 0, err);

        if (r == 0 && call->n > 1)
                r = tamis_drill_groups(call, &call->arguments[1], rows, &groups, &n, err);
        if (r == 0)
                r = tamis_drill_numbers_new(call, rows, ret, err);
        if (r < 0)
                return r;
        sums = calloc(n + 1, sizeof *sums);
        if (!sums)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < rows; row++) {
                double v = tamis_drill_number(&call->arguments[0], row);
                size_t g = groups ? groups[row] : 0;

                if (g == SIZE_MAX) {
                        ret->number[row] = NAN;
                        continue;
                }
                sums[g] += isnan(v) ? 0 : v;
                ret->number[row] = sums[g];
        }
        free(sums);
        return 0;
}

/* -- rows ---------------------------------------------------------------------------------------------------------- */

static void set_cell(tamis_drill_column *to, size_t row, const tamis_drill_column *from, size_t at, bool there) {
        if (to->text)
                to->texts[row] = there ? tamis_drill_text(from, at) : NULL;
        else
                to->number[row] = there ? tamis_drill_number(from, at) : NAN;
}

static int cells_new(const tamis_drill_call *call, const tamis_drill_column *like, size_t n, tamis_drill_column *ret,
                     tamis_error *err) {
        return like->text ? tamis_drill_texts_new(call, n, ret, err) : tamis_drill_numbers_new(call, n, ret, err);
}

static int lag(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        const tamis_drill_column *x = &call->arguments[0], *k = &call->arguments[1];
        size_t rows = tamis_drill_all_rows(call);
        int r = tamis_drill_want_number(call, 1, err);

        if (r == 0 && k->n != 1)
                r = tamis_fail(err, TAMIS_BAD_DATA, "how far must be one number");
        if (r == 0)
                r = cells_new(call, x, rows, ret, err);
        for (size_t row = 0; r == 0 && row < rows; row++) {
                double at = (double) row - k->number[0];
                bool there = at >= 0 && at < (double) rows;

                set_cell(ret, row, x, there ? (size_t) at : 0, there);
        }
        return r;
}

/* lookup(table.column, i): the first argument has rows of its own. */
static int lookup(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        const tamis_drill_column *from = &call->arguments[0], *i = &call->arguments[1];
        int r = tamis_drill_want_number(call, 1, err);

        if (r == 0)
                r = cells_new(call, from, i->n, ret, err);
        for (size_t row = 0; r == 0 && row < i->n; row++) {
                double at = i->number[row];
                bool there = at >= 1 && at < (double) from->n + 1;

                set_cell(ret, row, from, there ? (size_t) at - 1 : 0, there);
        }
        return r;
}

struct word {
        const char *text;
        size_t row;
};

static int by_text(const void *a, const void *b) {
        const struct word *x = a, *y = b;
        int order = strcmp(x->text, y->text);

        return order ? order : (x->row > y->row) - (x->row < y->row);
}

static int match_texts(const tamis_drill_call *call, const tamis_drill_column *x, const tamis_drill_column *in,
                       tamis_drill_column *ret,
                       tamis_error *err) {
        struct word *sorted = calloc(in->n + 1, sizeof *sorted);
        size_t n = 0;

        if (!sorted)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < in->n; i++)
                if (in->texts[i]) {
                        sorted[n].text = in->texts[i];
                        sorted[n++].row = i;
                }
        if (n > 1)
                qsort(sorted, n, sizeof *sorted, by_text);
        for (size_t row = 0; row < x->n; row++) {
                size_t low = 0, high = n;

                ret->number[row] = NAN;
                while (x->texts[row] && low < high) {
                        size_t middle = low + (high - low) / 2;

                        if (strcmp(sorted[middle].text, x->texts[row]) < 0)
                                low = middle + 1;
                        else
                                high = middle;
                }
                if (x->texts[row] && low < n && strcmp(sorted[low].text, x->texts[row]) == 0)
                        ret->number[row] = (double) (sorted[low].row + 1);
        }
        free(sorted);
        return 0;
}

static int match_numbers(const tamis_drill_call *call, const tamis_drill_column *x, const tamis_drill_column *in,
                         tamis_drill_column *ret,
                         tamis_error *err) {
        tamis_drill_call of = *call;
        struct place *sorted = NULL;
        size_t n = 0;
        int r;

        of.rows = in->n;
        r = in_order(&of, in, &sorted, &n, err);
        for (size_t row = 0; r == 0 && row < x->n; row++) {
                size_t low = 0, high = n;

                while (low < high) {
                        size_t middle = low + (high - low) / 2;

                        if (sorted[middle].x < x->number[row])
                                low = middle + 1;
                        else
                                high = middle;
                }
                ret->number[row] = low < n && sorted[low].x == x->number[row] ? (double) (sorted[low].row + 1) : NAN;
        }
        free(sorted);
        return r;
}

/* match(x, table.column): the second argument has rows of its own. */
static int match(const tamis_drill_call *call, tamis_drill_column *ret, tamis_error *err) {
        const tamis_drill_column *x = &call->arguments[0], *in = &call->arguments[1];
        int r = tamis_drill_numbers_new(call, x->n, ret, err);

        if (r == 0 && (tamis_drill_is_nothing(x) || tamis_drill_is_nothing(in))) {
                for (size_t row = 0; row < x->n; row++)
                        ret->number[row] = NAN;
                return 0;
        }
        if (r == 0 && x->text != in->text)
                r = tamis_fail(err, TAMIS_BAD_DATA, "texts are looked for among texts, numbers among numbers");
        if (r < 0)
                return r;
        return x->text ? match_texts(call, x, in, ret, err) : match_numbers(call, x, in, ret, err);
}

const tamis_drill_function tamis_drill_wholes[] = {
        { "mean", 1, 2, mean, false, 0 },
        { "sum", 1, 2, sum, false, 0 },
        { "count", 1, 2, count, false, 0 },
        { "lowest", 1, 2, lowest, false, 0 },
        { "highest", 1, 2, highest, false, 0 },
        { "sd", 1, 1, sd, false, 0 },
        { "median", 1, 1, median, false, 0 },
        { "quantile", 2, 2, quantile, false, 0 },
        { "rank", 1, 1, rank, false, 0 },
        { "cumsum", 1, 2, cumsum, false, 0 },
        { "correlation", 2, 2, correlation, false, 0 },
        { "slope", 2, 2, slope, false, 0 },
        { "lag", 2, 2, lag, false, 0 },
        { "lookup", 2, 2, lookup, false, 0, true },
        { "match", 2, 2, match, false, 0, true },
        { NULL, 0, 0, NULL, false, 0 },
};
