/* Many rows at once: tree after tree, each while it is in the cache, and some rows side by side, so that none waits for
 * where the one before turned. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/tree.h"

enum { LANES = 8, VOTES = 1 << 16 };

/* One step down, without a branch to guess wrong; a leaf stays. Behind any split lie four words at least, its own or
 * those of its sides, so what would be a category's set can be read of a number, too. */
static uint32_t step(const tamis_cart_word *words, uint32_t at, const uint8_t *row) {
        uint32_t what = words[at].node.what, right = words[at].node.right;
        uint32_t inner = -(uint32_t) (what != TAMIS_CART_LEAF), category = what >> 8 & 1;       /* all ones, or none */
        uint32_t bin = row[(what >> 10) & inner];
        uint32_t in_set = (uint32_t) (words[at + ((1 + (bin >> 6)) & inner)].set >> (bin & 63));
        uint32_t below = (uint32_t) (bin <= (what & 255)) | ((uint32_t) (bin == TAMIS_BIN_MISSING) & (what >> 9));
        uint32_t left = -(((in_set & category) | (below & ~category)) & 1);
        uint32_t next = ((at + 1 + 4 * category) & left) | (right & ~left);

        return (next & inner) | (at & ~inner);
}

/* What the tree says of the rows `which`; their number is made up to LANES with the last of them. */
static void walk(const tamis_cart *tree, const uint8_t *cells, size_t stride, const uint16_t *which, size_t n,
                 double *ret) {
        const uint8_t *rows[LANES];
        uint32_t at[LANES] = {0}, before;

        for (size_t k = 0; k < LANES; k++)
                rows[k] = cells + which[k < n ? k : n - 1] * stride;
        do {
                before = 0;
                for (size_t k = 0; k < LANES; k++) {
                        uint32_t next = step(tree->words, at[k], rows[k]);

                        before |= next ^ at[k];
                        at[k] = next;
                }
        } while (before);
        for (size_t k = 0; k < n; k++)
                ret[k] = tree->words[at[k] + 1].value;
}

struct said {
        double mean[TAMIS_FOREST_BLOCK], n[TAMIS_FOREST_BLOCK];
        uint16_t which[TAMIS_FOREST_BLOCK];
        uint32_t *votes;                /* of each row, by class */
};

static void count(const tamis_forest *forest, const tamis_cart *tree, const uint8_t *cells, size_t stride, size_t asked,
                  struct said *said) {
        for (size_t k = 0; k < asked; k += LANES) {
                double values[LANES];
                size_t n = asked - k < LANES ? asked - k : LANES;

                walk(tree, cells, stride, said->which + k, n, values);
                for (size_t i = 0; i < n; i++) {
                        size_t row = said->which[k + i];

                        said->n[row]++;
                        if (forest->classes)
                                said->votes[row * forest->classes + (size_t) values[i]]++;
                        else
                                said->mean[row] = tamis_forest_mean(said->mean[row], values[i], said->n[row]);
                }
        }
}

static double most_voted(const uint32_t *votes, size_t classes) {
        size_t best = 0;

        for (size_t class = 1; class < classes; class++)
                if (votes[class] > votes[best])
                        best = class;
        return (double) best;
}

/* n <= TAMIS_FOREST_BLOCK, and few enough for the votes. */
static void ask_block(const tamis_forest *forest, const uint8_t *cells, size_t stride, size_t n,
                      const tamis_forest_drawn *drawn, size_t first, struct said *said, double *ret) {
        memset(said->mean, 0, n * sizeof *said->mean);
        memset(said->n, 0, n * sizeof *said->n);
        memset(said->votes, 0, n * forest->classes * sizeof *said->votes);
        for (size_t tree = 0; tree < forest->n; tree++) {
                const uint64_t *set = drawn ? drawn->sets + tree * drawn->words : NULL;
                size_t asked = 0;

                for (size_t i = 0; i < n; i++) {
                        said->which[asked] = (uint16_t) i;
                        asked += !set || !(set[(first + i) / 64] >> (first + i) % 64 & 1);
                }
                count(forest, &forest->trees[tree], cells, stride, asked, said);
        }
        for (size_t i = 0; i < n; i++) {
                if (!(said->n[i] > 0))
                        ret[i] = NAN;
                else if (forest->classes)
                        ret[i] = most_voted(said->votes + i * forest->classes, forest->classes);
                else
                        ret[i] = said->mean[i];
        }
}

int tamis_forest_ask(const tamis_forest *forest, const uint8_t *cells, size_t stride, size_t n,
                     const tamis_forest_drawn *drawn, size_t first, double *ret, tamis_error *err) {
        size_t block = TAMIS_FOREST_BLOCK;
        struct said *said = malloc(sizeof *said);
        uint32_t *votes;

        if (forest->classes > VOTES / TAMIS_FOREST_BLOCK)
                block = forest->classes < VOTES ? VOTES / forest->classes : 1;
        votes = malloc((block * forest->classes + 1) * sizeof *votes);
        if (!said || !votes) {
                free(said);
                free(votes);
                return tamis_fail_memory(err);
        }
        said->votes = votes;
        for (size_t i = 0; i < n; i += block)
                ask_block(forest, cells + i * stride, stride, n - i < block ? n - i : block, drawn, first + i, said,
                          ret + i);
        free(said);
        free(votes);
        return 0;
}
