/* search.h: the one search, which all questions to an index are made of.
 *
 * Sixteen rows that lie together go down the tree together, each with its own limit: what it touches is read once for
 * all of them, and each goes only where its own limit lets it. Any order of going gives the same answer.
 */
#ifndef NEIGHBORS_SEARCH_H
#define NEIGHBORS_SEARCH_H

#include "neighbors/tree.h"

typedef struct tamis_search {
        const tamis_tree *tree, *queries;
        bool self;              /* both are the same rows: none is its own neighbour */
        const uint32_t *own;    /* unless NULL: which row of the index a query is, and no neighbour of */
        size_t k;
        uint32_t *rows;         /* k a query */
        double *squares;        /* NULL: not wanted */

        /* Unless NULL: only rows nearer than that count, and with k of them a row's search is over. */
        const double *within;
        const uint32_t *within_row;
} tamis_search;

int tamis_search_run(tamis_search *search, tamis_pool *pool, tamis_error *err) TAMIS_CHECKED;

#endif
