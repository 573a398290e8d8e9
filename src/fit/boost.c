#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/boost.h"

enum { FEWEST_TO_HOLD = 20, MANY = 500 };
static const double HELD = .1, HELD_OF_FEW = .2;

void tamis_boost_done(tamis_boost *b) {
        for (size_t i = 0; b->trees && i < b->rounds * b->width; i++)
                tamis_cart_done(&b->trees[i]);
        free(b->trees);
        free(b->known);
        free(b->base);
        *b = (tamis_boost) {0};
}

/* One boosting under way. Rows are those of the table. */
struct boosting {
        tamis_boost *b;
        const tamis_boost_options *options;
        tamis_boost_table table;
        double *target;                 /* by row: in units, or the place of its class among the known */
        uint32_t *all, *learned, *held;
        size_t n_learned, n_held;
        uint32_t *column_of;            /* per predictor */
        double *scores, *slopes, *curvatures;   /* width, of rows each */
        tamis_boost_grower **growers;   /* width */
        int *results;
        size_t round;
};

/* -- what is learned ----------------------------------------------------------------------------------------------- */

struct class {
        size_t times;
        uint32_t class;
};

static int by_times(const void *a, const void *b) {
        const struct class *x = a, *y = b;

        return x->times != y->times ? (x->times < y->times) - (x->times > y->times)
                                    : (x->class > y->class) - (x->class < y->class);
}

static int by_number(const void *a, const void *b) {
        const uint32_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

/* The classes it can name; place[class] - 1 is the place among them, 0 elsewhere. */
static int find_known(tamis_boost *b, const tamis_cart_data *data, const uint32_t *rows, size_t n, uint32_t *place,
                      tamis_error *err) {
        struct class *classes = calloc(b->classes + 1, sizeof *classes);

        b->known = calloc(TAMIS_BOOST_CLASSES, sizeof *b->known);
        if (!classes || !b->known) {
                free(classes);
                return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < b->classes; i++)
                classes[i].class = (uint32_t) i;
        for (size_t i = 0; i < n; i++)
                classes[(size_t) data->target[rows[i]]].times++;
        qsort(classes, b->classes, sizeof *classes, by_times);
        for (size_t i = 0; i < b->classes && i < TAMIS_BOOST_CLASSES && classes[i].times > 0; i++)
                b->known[b->n_known++] = classes[i].class;
        qsort(b->known, b->n_known, sizeof *b->known, by_number);
        for (size_t i = 0; i < b->n_known; i++)
                place[b->known[i]] = (uint32_t) i + 1;
        b->width = b->n_known > 2 ? b->n_known : b->n_known == 2;
        free(classes);
        return 0;
}

/* Targets and rows of the table. */
static int take_classes(struct boosting *g, const tamis_cart_data *data, const uint32_t *rows, size_t n, uint32_t *kept,
                        size_t *n_kept, tamis_error *err) {
        uint32_t *place = calloc(g->b->classes + 1, sizeof *place);
        int r = place ? find_known(g->b, data, rows, n, place, err) : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < n; i++) {
                uint32_t at = place[(size_t) data->target[rows[i]]];

                if (at == 0)
                        continue;
                g->target[*n_kept] = at - 1;
                kept[(*n_kept)++] = rows[i];
        }
        free(place);
        return r;
}

static void take_numbers(struct boosting *g, const tamis_cart_data *data, const uint32_t *rows, size_t n,
                         uint32_t *kept) {
        double largest = 0, least = INFINITY, most = -INFINITY;
        int exponent;

        for (size_t i = 0; i < n; i++) {
                double y = data->target[rows[i]];

                largest = fmax(largest, fabs(y));
                least = fmin(least, y);
                most = fmax(most, y);
        }
        (void) frexp(largest, &exponent);
        g->b->unit = ldexp(1, exponent < -1000 ? -1000 : exponent - 1);
        g->b->width = least < most;
        for (size_t i = 0; i < n; i++) {
                g->target[i] = data->target[rows[i]] / g->b->unit;
                kept[i] = rows[i];
        }
}

/* Scores before the first round: the mean, the log odds, the logs of shares. */
static void set_base(struct boosting *g, const uint32_t *rows, size_t n) {
        tamis_boost *b = g->b;
        double ones = 0;

        memset(b->base, 0, (b->width + 1) * sizeof *b->base);
        if (b->width > 1) {
                for (size_t i = 0; i < n; i++)
                        b->base[(size_t) g->target[rows[i]]]++;
                for (size_t k = 0; k < b->width; k++)
                        b->base[k] = log(fmax(b->base[k], .5) / (double) n);
                return;
        }
        for (size_t i = 0; i < n; i++)
                ones += g->target[rows[i]] / (double) n;
        b->base[0] = b->classes ? log(fmax(ones, .5 / (double) n) / fmax(1 - ones, .5 / (double) n)) : ones;
        if (!b->classes && b->width == 0)
                b->base[0] = g->target[rows[0]];
}

/* -- a round ------------------------------------------------------------------------------------------------------- */

static void softmax(const struct boosting *g, size_t row) {
        size_t rows = g->table.rows, width = g->b->width;
        double most = -INFINITY, sum = 0;

        for (size_t k = 0; k < width; k++)
                most = fmax(most, g->scores[k * rows + row]);
        for (size_t k = 0; k < width; k++) {
                double share = exp(g->scores[k * rows + row] - most);

                g->slopes[k * rows + row] = share;
                sum += share;
        }
        for (size_t k = 0; k < width; k++) {
                double share = g->slopes[k * rows + row] / sum;

                g->slopes[k * rows + row] = (g->target[row] == (double) k) - share;
                g->curvatures[k * rows + row] = share * (1 - share);
        }
}

static void find_slopes(const struct boosting *g) {
        for (size_t i = 0; i < g->n_learned; i++) {
                uint32_t row = g->learned[i];
                double y = g->target[row], share;

                if (!g->b->classes) {
                        g->slopes[row] = y - g->scores[row];
                } else if (g->b->width == 1) {
                        share = 1 / (1 + exp(-g->scores[row]));
                        g->slopes[row] = y - share;
                        g->curvatures[row] = share * (1 - share);
                } else {
                        softmax(g, row);
                }
        }
}

static void grow_one(void *arg, size_t k) {
        struct boosting *g = arg;
        size_t at = k * g->table.rows;
        tamis_cart *tree = &g->b->trees[g->round * g->b->width + k];

        g->results[k] = tamis_boost_tree(g->growers[k], g->slopes + at, g->b->classes ? g->curvatures + at : NULL,
                                         g->scores + at, tree, NULL);
        if (g->results[k] < 0)
                return;
        for (size_t i = 0; i < g->n_held; i++)
                g->scores[at + g->held[i]] += tamis_boost_table_predict(&g->table, g->column_of, tree, g->held[i]);
}

static int grow_round(struct boosting *g, tamis_error *err) {
        int r = 0;

        find_slopes(g);
        if (g->options->pool && g->b->width > 1)
                tamis_pool_for(g->options->pool, g->b->width, grow_one, g);
        else
                for (size_t k = 0; k < g->b->width; k++)
                        grow_one(g, k);
        for (size_t k = 0; k < g->b->width; k++)
                if (g->results[k] < 0)
                        r = tamis_fail_memory(err);
        g->round++;
        g->b->rounds = g->round;
        return r;
}

static double row_loss(const struct boosting *g, size_t row) {
        double y = g->target[row], s = g->scores[row], most = -INFINITY, sum = 0;

        if (!g->b->classes)
                return (y - s) * (y - s);
        if (g->b->width == 1)
                return (y > 0 ? 0 : s) + (s > 0 ? log1p(exp(-s)) : log1p(exp(s)) - s);
        for (size_t k = 0; k < g->b->width; k++)
                most = fmax(most, g->scores[k * g->table.rows + row]);
        for (size_t k = 0; k < g->b->width; k++)
                sum += exp(g->scores[k * g->table.rows + row] - most);
        return log(sum) + most - g->scores[(size_t) y * g->table.rows + row];
}

static double held_loss(const struct boosting *g) {
        double sum = 0;

        for (size_t i = 0; i < g->n_held; i++)
                sum += row_loss(g, g->held[i]);
        return sum / (double) g->n_held;
}

/* -- all rounds ---------------------------------------------------------------------------------------------------- */

static void forget(struct boosting *g) {
        for (size_t k = 0; g->growers && k < g->b->width; k++) {
                tamis_boost_grower_free(g->growers[k]);
                g->growers[k] = NULL;
        }
        for (size_t i = 0; g->b->trees && i < g->b->rounds * g->b->width; i++)
                tamis_cart_done(&g->b->trees[i]);
        g->b->rounds = g->round = 0;
}

/* Rounds on `learned`, watching `held`. *best: as many as were best there, all if nothing is held. */
static int boost(struct boosting *g, size_t rounds, size_t *best, tamis_error *err) {
        size_t width = g->b->width, n = g->table.rows, bad = 0;
        double least;
        int r = 0;

        set_base(g, g->learned, g->n_learned);
        for (size_t k = 0; r == 0 && k < width; k++) {
                for (size_t i = 0; i < n; i++)
                        g->scores[k * n + i] = g->b->base[k];
                r = tamis_boost_grower_new(&g->table, &g->options->shape, g->learned, g->n_learned,
                                           width == 1 ? g->options->pool : NULL, &g->growers[k], err);
        }
        least = r == 0 && g->n_held ? held_loss(g) : INFINITY;
        *best = 0;
        while (r == 0 && g->round < rounds && !(g->n_held && bad >= g->options->patience)) {
                r = grow_round(g, err);
                if (r < 0)
                        return r;
                if (g->n_held) {
                        double loss = held_loss(g);

                        bad = loss < least ? 0 : bad + 1;
                        if (loss < least) {
                                least = loss;
                                *best = g->round;
                        }
                }
        }
        if (g->n_held)
                g->b->loss = g->b->classes ? least : least * g->b->unit * g->b->unit;
        else
                *best = g->round;
        return r;
}

static void hold_out(struct boosting *g) {
        size_t n = g->table.rows;
        double share = n < MANY ? HELD_OF_FEW : HELD;
        tamis_stream stream;

        g->n_learned = 0;
        tamis_stream_init(&stream, g->options->seed, g->options->purpose, g->options->key, n);
        for (size_t i = 0; i < n; i++) {
                if (tamis_stream_uniform(&stream) < share && g->n_held + 1 < n)
                        g->held[g->n_held++] = (uint32_t) i;
                else
                        g->learned[g->n_learned++] = (uint32_t) i;
        }
}

static int run(struct boosting *g, tamis_error *err) {
        size_t n = g->table.rows, rounds = g->options->rounds, best;
        int r = 0;

        if (g->options->patience && n >= FEWEST_TO_HOLD) {
                hold_out(g);
                if (g->n_held)
                        r = boost(g, rounds, &rounds, err);
                forget(g);
                g->n_held = 0;
        }
        memcpy(g->learned, g->all, n * sizeof *g->all);
        g->n_learned = n;
        if (r == 0)
                r = boost(g, rounds, &best, err);
        return r;
}

static int open(struct boosting *g, const tamis_cart_data *data, const uint32_t *rows, size_t n, tamis_error *err) {
        size_t width, kept = n;
        int r = 0;

        g->target = malloc(n * sizeof *g->target);
        g->all = malloc(3 * n * sizeof *g->all);
        g->column_of = calloc(data->n + 1, sizeof *g->column_of);
        if (!g->target || !g->all || !g->column_of)
                return tamis_fail_memory(err);
        g->learned = g->all + n;
        g->held = g->learned + n;
        if (data->classes) {
                kept = 0;
                r = take_classes(g, data, rows, n, g->all, &kept, err);
        } else {
                take_numbers(g, data, rows, n, g->all);
        }
        if (r == 0)
                r = tamis_boost_table_make(data, g->all, kept, &g->table, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < kept; i++)
                g->all[i] = (uint32_t) i;
        for (size_t i = 0; i < g->table.n; i++)
                g->column_of[g->table.predictor[i]] = (uint32_t) i;
        width = g->b->width + 1;
        g->scores = malloc(3 * width * kept * sizeof *g->scores + 1);
        g->growers = calloc(width, sizeof *g->growers);
        g->results = calloc(width, sizeof *g->results);
        g->b->base = calloc(width, sizeof *g->b->base);
        g->b->trees = calloc(g->options->rounds * width + 1, sizeof *g->b->trees);
        if (!g->scores || !g->growers || !g->results || !g->b->base || !g->b->trees)
                return tamis_fail_memory(err);
        g->slopes = g->scores + width * kept;
        g->curvatures = g->slopes + width * kept;
        return 0;
}

int tamis_boost_grow(const tamis_cart_data *data, const tamis_boost_options *options, const uint32_t *rows, size_t n,
                     tamis_boost *ret, tamis_error *err) {
        tamis_boost b = { .classes = data->classes, .unit = 1, .loss = NAN };
        struct boosting g = { .b = &b, .options = options };
        int r = open(&g, data, rows, n, err);

        if (r == 0 && b.width > 0)
                r = run(&g, err);
        else if (r == 0)
                set_base(&g, g.all, g.table.rows);
        for (size_t k = 0; g.growers && k < b.width; k++)
                tamis_boost_grower_free(g.growers[k]);
        tamis_boost_table_done(&g.table);
        free(g.target);
        free(g.all);
        free(g.column_of);
        free(g.scores);
        free(g.growers);
        free(g.results);
        if (r < 0) {
                tamis_boost_done(&b);
                return r;
        }
        *ret = b;
        return 0;
}

double tamis_boost_predict(const tamis_boost *b, const uint8_t *row, double *scores) {
        size_t width = b->width ? b->width : 1, best = 0;

        if (b->classes && b->width == 0)
                return b->known[0];
        memcpy(scores, b->base, width * sizeof *scores);
        for (size_t round = 0; round < b->rounds; round++)
                for (size_t k = 0; k < width; k++)
                        scores[k] += tamis_cart_predict(&b->trees[round * width + k], row);
        if (!b->classes)
                return scores[0] * b->unit;
        if (b->width == 1)
                return b->known[scores[0] > 0];
        for (size_t k = 1; k < width; k++)
                if (scores[k] > scores[best])
                        best = k;
        return b->known[best];
}
