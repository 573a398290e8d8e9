/* Donors from the leaves of a tree, or of ten (Doove, van Buuren & Dusseldorp 2014). */
#include <stdlib.h>

#include "impute/mice.h"

int tamis_mice_trees(tamis_mice_work *w, size_t column, tamis_mice_regression *g, tamis_error *err) {
        (void) w, (void) column, (void) g;
        return tamis_fail(err, TAMIS_USAGE, "not yet");
}

double tamis_mice_leaf(const tamis_mice *m, size_t column, const tamis_mice_regression *g, const double *row,
                       tamis_stream *s) {
        (void) m, (void) column, (void) g, (void) row, (void) s;
        return 0;
}

void tamis_mice_trees_free(void *trees) {
        free(trees);
}
