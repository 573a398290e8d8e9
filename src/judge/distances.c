/* How far apart two distributions are: what was there, and what was filled in, whichever cell it is in. */
#include <math.h>
#include <stdlib.h>

#include "judge/figures.h"

static int ascending(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

/* All three are read off the difference of the two distribution functions F and G, a step function: its greatest height, the
 * area of |F - G|, and the root of twice that of its square (Szekely & Rizzo 2013; in one dimension that is the energy
 * distance). Between two neighbouring values the difference is a whole number of n-ths. */
void tamis_distances(double *truth, double *filled, size_t n, double *figures) {
        size_t i = 0, j = 0, highest = 0;
        double area = 0, square = 0;

        if (n == 0)
                return;
        qsort(truth, n, sizeof *truth, ascending);
        qsort(filled, n, sizeof *filled, ascending);
        while (i < n || j < n) {
                double at = j == n || (i < n && truth[i] <= filled[j]) ? truth[i] : filled[j], next, height;
                size_t steps;

                while (i < n && truth[i] == at)
                        i++;
                while (j < n && filled[j] == at)
                        j++;
                if (i == n && j == n)
                        break;
                next = j == n || (i < n && truth[i] <= filled[j]) ? truth[i] : filled[j];
                steps = i > j ? i - j : j - i;
                height = (double) steps / (double) n;
                highest = steps > highest ? steps : highest;
                area += height * (next - at);
                square += height * height * (next - at);
        }
        figures[TAMIS_KS] = (double) highest / (double) n;
        figures[TAMIS_WASSERSTEIN] = area;
        figures[TAMIS_ENERGY] = sqrt(2 * square);
}
