/* Errors of categories. */
#include <stdlib.h>

#include "judge/figures.h"

/* Macro F1: the mean over all categories that are there or were filled in; one of which nothing is right counts as 0. */
int tamis_levels(const double *truth, const double *filled, size_t n, size_t levels, double *figures, tamis_error *err) {
        struct { size_t right, there, said; } *of;
        size_t right = 0, met = 0;
        double sum = 0;

        if (n == 0)
                return 0;
        of = calloc(levels + 1, sizeof *of);
        if (!of)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++) {
                of[(size_t) truth[i]].there++;
                of[(size_t) filled[i]].said++;
                if (truth[i] == filled[i]) {
                        of[(size_t) truth[i]].right++;
                        right++;
                }
        }
        for (size_t l = 0; l < levels; l++)
                if (of[l].there + of[l].said > 0) {
                        sum += 2 * (double) of[l].right / (double) (of[l].there + of[l].said);
                        met++;
                }
        free(of);
        figures[TAMIS_ACCURACY] = (double) right / (double) n;
        figures[TAMIS_PFC] = (double) (n - right) / (double) n;
        figures[TAMIS_F1] = sum / (double) met;
        return 0;
}
