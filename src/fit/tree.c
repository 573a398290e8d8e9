/* Growing: rows of a node stand side by side, with their targets; a split puts those of the left side first. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/tree.h"
#include "fit/tree_split.h"

void tamis_cart_done(tamis_cart *tree) {
        free(tree->words);
        *tree = (tamis_cart) {0};
}

/* A part that waits for its node. */
struct part {
        uint32_t first, end, depth;
        uint32_t of;                    /* the split whose right side it is; or TAMIS_CART_LEAF */
};

struct growth {
        const tamis_cart_options *options;
        tamis_cart_node_rows at;
        tamis_cart_search *search;
        uint32_t *order;                /* of predictors, for draws */
        size_t n_order;
        uint32_t *spare_rows;
        double *spare_targets;
        tamis_cart_share *spare_shares;
        struct part *parts;
        size_t n_parts;
        tamis_cart tree;
        size_t room;
        double centre, unit;            /* a target is centre + unit * what is summed */
};

/* -- words --------------------------------------------------------------------------------------------------------- */

static int reserve(struct growth *g, size_t more, tamis_error *err) {
        size_t room = g->room * 2 + 64;
        tamis_cart_word *words;

        if (g->tree.n + more <= g->room)
                return 0;
        words = g->tree.n + more < TAMIS_CART_LEAF ? realloc(g->tree.words, room * sizeof *words) : NULL;
        if (!words)
                return tamis_fail_memory(err);
        g->tree.words = words;
        g->room = room;
        return 0;
}

static void put_node(struct growth *g, uint32_t what) {
        g->tree.words[g->tree.n++].node = (typeof(g->tree.words->node)) { what, 0 };
}

static void put_leaf(struct growth *g, double value) {
        put_node(g, TAMIS_CART_LEAF);
        g->tree.words[g->tree.n++].value = value;
}

static void put_split(struct growth *g, const tamis_cart_split *s) {
        put_node(g,
                 (uint32_t) s->predictor << 10 | (uint32_t) s->missing_left << 9 | (uint32_t) s->category << 8 |
                         s->last);
        for (size_t i = 0; s->category && i < 4; i++)
                g->tree.words[g->tree.n++].set = s->left[i];
}

/* -- a node -------------------------------------------------------------------------------------------------------- */

static double leaf_value(const struct growth *g, const tamis_cart_node_sums *sums) {
        const tamis_cart_data *data = g->at.data;

        if (data->classes)
                return (double) sums->largest;
        /* all the same: that, to the last digit */
        if (!(sums->least < sums->most))
                return data->target[g->at.rows[g->at.first]];
        return (g->centre + sums->sum / sums->weight) * g->unit;
}

/* The order of predictors is shuffled as far as it is read (Fisher-Yates). */
static void search(struct growth *g, const tamis_cart_node_sums *sums, tamis_stream *stream, tamis_cart_split *best) {
        size_t tries = g->options->tries && g->options->tries < g->n_order ? g->options->tries : g->n_order;

        best->gain = 0;
        for (size_t i = 0; i < g->n_order && (i < tries || !(best->gain > 0)); i++) {
                if (tries < g->n_order) {
                        size_t k = i + tamis_stream_below(stream, g->n_order - i);
                        uint32_t swap = g->order[i];

                        g->order[i] = g->order[k];
                        g->order[k] = swap;
                }
                tamis_cart_search_predictor(g->search, &g->at, sums, g->order[i], g->options->leaf,
                                            g->options->draws ? stream : NULL, best);
        }
}

/* Those that go left first, either side in the order it had. Returns where the right side begins. */
static uint32_t part_rows(struct growth *g, const tamis_cart_split *s) {
        const uint8_t *column = g->at.data->columns[s->predictor];
        tamis_cart_node_rows *at = &g->at;
        size_t left = at->first, right = 0;

        for (size_t i = at->first; i < at->end; i++) {
                uint8_t bin = column[at->rows[i]];
                bool goes_left = s->left[bin >> 6] >> (bin & 63) & 1;

                g->spare_rows[right] = at->rows[i];
                g->spare_targets[right] = at->targets[i];
                g->spare_shares[right] = at->shares[i];
                at->rows[left] = at->rows[i];
                at->targets[left] = at->targets[i];
                at->shares[left] = at->shares[i];
                left += goes_left;
                right += !goes_left;
        }
        memcpy(at->rows + left, g->spare_rows, right * sizeof *at->rows);
        memcpy(at->targets + left, g->spare_targets, right * sizeof *at->targets);
        memcpy(at->shares + left, g->spare_shares, right * sizeof *at->shares);
        return (uint32_t) left;
}

static int grow_node(struct growth *g, const struct part *p, tamis_stream *stream, tamis_error *err) {
        const tamis_cart_options *o = g->options;
        tamis_cart_node_sums sums;
        tamis_cart_split best;
        uint32_t node = (uint32_t) g->tree.n, middle;
        int r = reserve(g, 6, err);

        if (r < 0)
                return r;
        g->at.first = p->first;
        g->at.end = p->end;
        if (p->of != TAMIS_CART_LEAF)
                g->tree.words[p->of].node.right = node;
        tamis_cart_sum(g->search, &g->at, &sums);
        best.gain = 0;
        if (sums.least < sums.most && (o->depth == 0 || p->depth < o->depth) && sums.weight >= (double) o->split
            && sums.weight >= 2 * (double) o->leaf)
                search(g, &sums, stream, &best);
        if (!(best.gain > 0)) {
                put_leaf(g, leaf_value(g, &sums));
                return 0;
        }
        put_split(g, &best);
        middle = part_rows(g, &best);
        g->parts[g->n_parts++] = (struct part) { middle, p->end, p->depth + 1, node };
        g->parts[g->n_parts++] = (struct part) { p->first, middle, p->depth + 1, TAMIS_CART_LEAF };
        return 0;
}

/* -- a tree -------------------------------------------------------------------------------------------------------- */

/* Targets as small numbers around 0, so that no sum of squares overflows or loses digits to a large mean. A class stays
 * as it is. */
static void centre_targets(struct growth *g, const uint32_t *times, size_t n) {
        const tamis_cart_data *data = g->at.data;
        double largest = 0, mean = 0, all = 0;
        int exponent;

        g->unit = 1;
        for (size_t i = 0; i < n; i++)
                g->at.targets[i] = data->target[g->at.rows[i]];
        if (data->classes)
                return;
        for (size_t i = 0; i < n; i++)
                largest = fmax(largest, fabs(g->at.targets[i]));
        (void) frexp(largest, &exponent);
        if (exponent < -1000)
                exponent = -1000;
        g->unit = ldexp(1, exponent - 1);
        for (size_t i = 0; i < n; i++) {
                g->at.targets[i] /= g->unit;
                mean += g->at.targets[i] * times[i];
                all += times[i];
        }
        g->centre = mean / all;
        for (size_t i = 0; i < n; i++)
                g->at.targets[i] -= g->centre;
}

static int open(struct growth *g, const uint32_t *rows, const uint32_t *times, size_t n, tamis_error *err) {
        const tamis_cart_data *data = g->at.data;
        int r;

        g->at.rows = malloc(2 * n * sizeof *g->at.rows);
        g->at.targets = malloc(2 * n * sizeof *g->at.targets);
        g->at.shares = malloc(2 * n * sizeof *g->at.shares);
        g->order = malloc((data->n + 1) * sizeof *g->order);
        g->parts = malloc((n + 2) * sizeof *g->parts);
        if (!g->at.rows || !g->at.targets || !g->at.shares || !g->order || !g->parts)
                return tamis_fail_memory(err);
        g->spare_rows = g->at.rows + n;
        g->spare_targets = g->at.targets + n;
        g->spare_shares = g->at.shares + n;
        memcpy(g->at.rows, rows, n * sizeof *rows);
        for (size_t i = 0; i < data->n; i++)
                if (data->columns[i])
                        g->order[g->n_order++] = (uint32_t) i;
        centre_targets(g, times, n);
        for (size_t i = 0; i < n; i++)
                g->at.shares[i] = (tamis_cart_share) { times[i] * g->at.targets[i], times[i] };
        r = tamis_cart_search_new(n, data->classes, &g->search, err);
        return r;
}

int tamis_cart_grow(const tamis_cart_data *data, const tamis_cart_options *options, const uint32_t *rows,
                    const uint32_t *times, size_t n, tamis_stream *stream, tamis_cart *ret, tamis_error *err) {
        struct growth g = { .options = options, .at.data = data };
        int r = open(&g, rows, times, n, err);

        if (r == 0)
                g.parts[g.n_parts++] = (struct part) { 0, (uint32_t) n, 0, TAMIS_CART_LEAF };
        while (r == 0 && g.n_parts > 0) {
                struct part p = g.parts[--g.n_parts];

                r = grow_node(&g, &p, stream, err);
        }
        tamis_cart_search_free(g.search);
        free(g.at.rows);
        free(g.at.targets);
        free(g.at.shares);
        free(g.order);
        free(g.parts);
        if (r < 0) {
                tamis_cart_done(&g.tree);
                return r;
        }
        *ret = g.tree;
        return 0;
}

double tamis_cart_predict(const tamis_cart *tree, const uint8_t *row) {
        const tamis_cart_word *w = tree->words;

        while (w->node.what != TAMIS_CART_LEAF) {
                uint32_t what = w->node.what;
                uint8_t bin = row[what >> 10];
                bool left;

                if (what & 1 << 8)
                        left = w[1 + (bin >> 6)].set >> (bin & 63) & 1;
                else if (bin == TAMIS_BIN_MISSING)
                        left = what >> 9 & 1;
                else
                        left = bin <= (what & 255);
                if (left)
                        w += what & 1 << 8 ? 5 : 1;
                else
                        w = tree->words + w->node.right;
        }
        return w[1].value;
}
