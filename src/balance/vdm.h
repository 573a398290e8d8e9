/* vdm.h: how far categories are apart by what they say of the class: the value difference metric (Stanfill & Waltz
 * 1986), as SMOTE-N has it:
 *
 *     distance^2 = sum over columns of (sum over classes of |P(class | a) - P(class | b)|)^2
 *
 * Shares are held as multiples of 2^-24: what is done with them is then exact (sums of eight columns at the least), and
 * two distances that are equal by the formula are equal, in whatever order the classes or columns come.
 *
 * Of each category only the classes are held that its rows have, so that many classes cost no more than many rows; of a
 * column of few categories, the squares of all pairs.
 */
#ifndef BALANCE_VDM_H
#define BALANCE_VDM_H

#include "balance/smote.h"

struct tamis_vdm_share {
        uint32_t class;
        double share;
};

struct tamis_vdm_column {
        size_t levels;
        size_t *starts;                 /* levels + 1: where its shares begin, classes ascending */
        struct tamis_vdm_share *shares;
        double *squares;                /* levels * levels, or NULL */
};

typedef struct tamis_vdm {
        size_t width;
        struct tamis_vdm_column *columns;
} tamis_vdm;

/* Of every row that has a class. */
int tamis_vdm_new(const tamis_smote_space *space, tamis_vdm **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_vdm_free(tamis_vdm *vdm);

double tamis_vdm_square_of(const struct tamis_vdm_column *column, uint32_t a, uint32_t b);
/* The share of class 0. */
double tamis_vdm_first_share(const struct tamis_vdm_column *column, uint32_t level);

/* The square of the distance of two rows, by the codes of their categories. */
static inline double tamis_vdm_square(const tamis_vdm *vdm, const uint32_t *a, const uint32_t *b) {
        double sum = 0;

        for (size_t j = 0; j < vdm->width; j++) {
                const struct tamis_vdm_column *column = &vdm->columns[j];

                sum += column->squares ? column->squares[a[j] * column->levels + b[j]]
                        : tamis_vdm_square_of(column, a[j], b[j]);
        }
        return sum;
}

#endif
