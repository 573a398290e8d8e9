/* segments.h: among which rows are the predictions worst?
 *
 * A segment is a level of one column; of numbers, a quarter of their values. Small segments have large means by luck
 * alone, so that a segment is ranked by its mean loss as it would be with `prior` more rows of the mean loss of all
 * (an estimate shrunk as in Morris 1983, "Parametric empirical Bayes inference"), and one below `least` rows is not
 * ranked at all.
 */
#ifndef JUDGE_SEGMENTS_H
#define JUDGE_SEGMENTS_H

#include <stddef.h>
#include <stdint.h>

#include <tamis/error.h>

#define TAMIS_NO_SEGMENT UINT32_MAX     /* a missing cell */

typedef struct tamis_segment {
        size_t column;                  /* SIZE_MAX: no segment is large enough */
        uint32_t level;
        size_t rows;
        double loss, shrunk;            /* weighted means */
} tamis_segment;

typedef struct tamis_segments {
        size_t n;
        const double *loss, *weight;    /* n; weight NULL: all 1 */
        size_t columns;
        const uint32_t *const *level;   /* [columns][n] */
        const size_t *levels;           /* [columns] */
        size_t least;
        double prior;
} tamis_segments;

/* The segment with the largest shrunken loss; ties to the larger, then to the first. */
int tamis_segments_worst(const tamis_segments *s, tamis_segment *ret, tamis_error *err) TAMIS_CHECKED;

/* Quarters of x[0..n), NaN left out: 0 up to the first quartile, it included, ...; quartiles[3] are type 7. */
int tamis_segments_quarters(const double *x, size_t n, uint32_t *level, double quartiles[3],
                            tamis_error *err) TAMIS_CHECKED;

#endif
