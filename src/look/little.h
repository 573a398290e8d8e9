/* little.h: Little's test of whether cells are missing completely at random (Little 1988).
 *
 * The means of the rows of each pattern against those of all rows, as EM under a normal model estimates them. It says
 * nothing about what the missing values themselves are: it cannot tell missing at random from missing not at random, it
 * is of numbers only, and with many rows it finds what does not matter. */
#ifndef TAMIS_LOOK_LITTLE_H
#define TAMIS_LOOK_LITTLE_H

#include "look/pairs.h"

/* Sets p->little_*; leaves them NaN where fewer than two numeric columns, or none with missing cells, are there, or the
 * columns are linearly dependent. */
int tamis_look_little(tamis_profile *p, const tamis_look_frame *f, tamis_error *err) TAMIS_CHECKED;

#endif
