/* How far apart two distributions are: what was there, and what was filled in, whichever cell it is in. */
#include <math.h>

#include "judge/score_figures.h"
#include "stats/order.h"

/* All three are read off the difference of the two distribution functions F and G, a step function: its greatest
 * height, the area of |F - G|, and the root of twice that of its square (Szekely & Rizzo 2013; in one dimension that is
 * the energy distance). Between two neighbouring values the difference is a whole number of n-ths. */
int tamis_distances(double *truth, double *filled, size_t n, double *figures, tamis_error *err) {
        size_t i = 0, j = 0, highest = 0;
        double area = 0, square = 0;
        int r;

        if (n == 0)
                return 0;
        r = tamis_order_sort(truth, n, err);
        if (r == 0)
                r = tamis_order_sort(filled, n, err);
        if (r < 0)
                return r;
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
        figures[TAMIS_SCORE_KS] = (double) highest / (double) n;
        figures[TAMIS_SCORE_WASSERSTEIN] = area;
        figures[TAMIS_SCORE_ENERGY] = sqrt(2 * square);
        return 0;
}
