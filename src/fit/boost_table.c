#include <stdlib.h>

#include "fit/boost_table.h"

void tamis_boost_table_done(tamis_boost_table *t) {
        free(t->predictor);
        free(t->category);
        free(t->bins);
        free(t->used);
        free(t->at);
        *t = (tamis_boost_table) {0};
}

static void take_column(tamis_boost_table *t, const tamis_cart_data *data, size_t predictor, const uint32_t *rows) {
        const uint8_t *from = data->columns[predictor];
        uint8_t *to = t->bins + t->n * t->rows;
        unsigned used = 0, missing = 0;

        for (size_t i = 0; i < t->rows; i++) {
                to[i] = from[rows[i]];
                if (to[i] == TAMIS_BIN_MISSING)
                        missing = 1;
                else if (to[i] >= used)
                        used = to[i] + 1U;
        }
        for (size_t i = 0; missing && i < t->rows; i++)
                if (to[i] == TAMIS_BIN_MISSING)
                        to[i] = (uint8_t) used;
        t->predictor[t->n] = predictor;
        t->category[t->n] = data->category[predictor];
        t->used[t->n] = used;
        t->at[t->n + 1] = t->at[t->n] + used + missing;
        t->n++;
}

int tamis_boost_table_make(const tamis_cart_data *data, const uint32_t *rows, size_t n, tamis_boost_table *ret,
                           tamis_error *err) {
        tamis_boost_table t = { .rows = n };

        t.predictor = calloc(data->n + 1, sizeof *t.predictor);
        t.category = calloc(data->n + 1, sizeof *t.category);
        t.bins = malloc(data->n * n + 1);
        t.used = calloc(data->n + 1, sizeof *t.used);
        t.at = calloc(data->n + 2, sizeof *t.at);
        if (!t.predictor || !t.category || !t.bins || !t.used || !t.at) {
                tamis_boost_table_done(&t);
                return tamis_fail_memory(err);
        }
        for (size_t i = 0; i < data->n; i++)
                if (data->columns[i])
                        take_column(&t, data, i, rows);
        *ret = t;
        return 0;
}

double tamis_boost_table_predict(const tamis_boost_table *t, const uint32_t *column_of, const tamis_cart *tree,
                                 size_t row) {
        const tamis_cart_word *w = tree->words;

        while (w->node.what != TAMIS_CART_LEAF) {
                uint32_t what = w->node.what, column = column_of[what >> 10];
                unsigned bin = t->bins[column * t->rows + row];
                bool left;

                if (bin == t->used[column])
                        bin = TAMIS_BIN_MISSING;
                if (what & 1 << 8)
                        left = w[1 + (bin >> 6)].set >> (bin & 63) & 1;
                else if (bin == TAMIS_BIN_MISSING)
                        left = what >> 9 & 1;
                else
                        left = bin <= (what & 255);
                w = left ? w + (what & 1 << 8 ? 5 : 1) : tree->words + w->node.right;
        }
        return w[1].value;
}
