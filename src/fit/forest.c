/* A forest: each tree is grown by whoever comes, into its place; whatever is summed is summed from the first tree
 * to the last. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/tree.h"

struct growing {
        const tamis_cart_data *data;
        const tamis_forest_options *options;
        const uint32_t *rows;
        size_t n, words;                /* words of a tree's set of rows */
        tamis_forest *forest;
        uint64_t *drawn;                /* per tree, the rows (their places in `rows`) it has drawn;
                                         * NULL: nobody asks */
        double *outside;
        int *results;                   /* per tree, or per piece of rows */
};

void tamis_forest_done(tamis_forest *forest) {
        for (size_t i = 0; forest->trees && i < forest->n; i++)
                tamis_cart_done(&forest->trees[i]);
        free(forest->trees);
        *forest = (tamis_forest) {0};
}

/* -- growing ------------------------------------------------------------------------------------------------------- */

/* Rows drawn with replacement, as many as there are; into `rows` those that came, into `times` how often. */
static size_t draw(const struct growing *g, size_t tree, tamis_stream *stream, uint32_t *rows, uint32_t *times) {
        uint64_t *drawn = g->drawn ? g->drawn + tree * g->words : NULL;
        size_t n = 0;

        for (size_t i = 0; i < g->n; i++)
                times[tamis_stream_below(stream, g->n)]++;
        for (size_t i = 0; i < g->n; i++) {
                if (times[i] == 0)
                        continue;
                if (drawn)
                        drawn[i / 64] |= UINT64_C(1) << i % 64;
                rows[n] = g->rows[i];
                times[n++] = times[i];
        }
        return n;
}

static void grow_one(void *arg, size_t tree) {
        const struct growing *g = arg;
        tamis_cart_options options = g->options->tree;
        uint32_t *rows = malloc(g->n * sizeof *rows), *times = calloc(g->n, sizeof *times);
        tamis_stream stream;

        if (rows && times) {
                size_t n;

                tamis_stream_init(&stream, g->options->seed, g->options->purpose, tree, g->options->key);
                n = draw(g, tree, &stream, rows, times);
                options.draws = g->options->mixed && tree % 2 == 1;
                g->results[tree] = tamis_cart_grow(g->data, &options, rows, times, n, &stream,
                                                   &g->forest->trees[tree], NULL);
        } else {
                g->results[tree] = TAMIS_NO_MEMORY;
        }
        free(rows);
        free(times);
}

/* -- what the trees say that have not seen a row ------------------------------------------------------------------- */

enum { PIECE = 256 };

static void ask_piece(void *arg, size_t piece) {
        const struct growing *g = arg;
        const tamis_forest_drawn drawn = { g->drawn, g->words };
        size_t width = g->data->n, first = piece * PIECE, n = g->n - first < PIECE ? g->n - first : PIECE;
        uint8_t *cells = malloc(n * width + 1);

        if (!cells) {
                g->results[piece] = TAMIS_NO_MEMORY;
                return;
        }
        for (size_t k = 0; k < width; k++)
                for (size_t i = 0; i < n; i++)
                        cells[i * width + k] =
                                g->data->columns[k] ? g->data->columns[k][g->rows[first + i]] : TAMIS_BIN_MISSING;
        g->results[piece] = tamis_forest_ask(g->forest, cells, width, n, &drawn, first, g->outside + first, NULL);
        free(cells);
}

/* -- all ----------------------------------------------------------------------------------------------------------- */

static int run(struct growing *g, size_t n, void (*work)(void *arg, size_t i), tamis_error *err) {
        int r = 0;

        if (g->options->pool)
                tamis_pool_for(g->options->pool, n, work, g);
        for (size_t i = 0; !g->options->pool && i < n; i++)
                work(g, i);
        for (size_t i = 0; i < n; i++)
                if (g->results[i] < 0)
                        r = g->results[i];
        return r < 0 ? tamis_fail_memory(err) : 0;
}

int tamis_forest_grow(const tamis_cart_data *data, const tamis_forest_options *options, const uint32_t *rows, size_t n,
                      double *outside, tamis_forest *ret, tamis_error *err) {
        size_t pieces = (n + PIECE - 1) / PIECE;
        tamis_forest forest = { .n = options->trees, .classes = data->classes };
        struct growing g = { data, options, rows, n, (n + 63) / 64, &forest, NULL, outside };
        int r;

        forest.trees = calloc(options->trees + 1, sizeof *forest.trees);
        g.results = calloc((pieces > options->trees ? pieces : options->trees) + 1, sizeof *g.results);
        g.drawn = outside ? calloc(options->trees * g.words + 1, sizeof *g.drawn) : NULL;
        r = forest.trees && g.results && (g.drawn || !outside) ? 0 : tamis_fail_memory(err);
        if (r == 0)
                r = run(&g, options->trees, grow_one, err);
        if (r == 0 && outside)
                r = run(&g, pieces, ask_piece, err);
        free(g.results);
        free(g.drawn);
        if (r < 0) {
                tamis_forest_done(&forest);
                return r;
        }
        *ret = forest;
        return 0;
}

static size_t most_votes(uint32_t *votes, size_t classes) {
        size_t best = 0;

        for (size_t class = 1; class < classes; class++)
                if (votes[class] > votes[best])
                        best = class;
        memset(votes, 0, classes * sizeof *votes);
        return best;
}

double tamis_forest_predict(const tamis_forest *forest, const uint8_t *row, uint32_t *votes) {
        double mean = 0;

        if (forest->classes) {
                for (size_t i = 0; i < forest->n; i++)
                        votes[(size_t) tamis_cart_predict(&forest->trees[i], row)]++;
                return (double) most_votes(votes, forest->classes);
        }
        for (size_t i = 0; i < forest->n; i++)
                mean = tamis_forest_mean(mean, tamis_cart_predict(&forest->trees[i], row), (double) (i + 1));
        return mean;
}
