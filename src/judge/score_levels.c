/* Errors of categories. */
#include <stdlib.h>

#include "judge/score_figures.h"

/* Macro F1: the mean over all categories that are there or were filled in; one of which nothing is right
 * counts as 0. */
int tamis_levels(const double *truth, const double *filled, size_t n, size_t levels, double *figures,
                 tamis_error *err) {
        struct { size_t right, there, said; } *of;
        tamis_moments f1 = {0};         /* exact: levels come in the order of the rows, which is not to be seen */
        size_t right = 0;
        int r = 0;

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
        for (size_t l = 0; r == 0 && l < levels; l++)
                if (of[l].there + of[l].said > 0) {
                        double one = 2 * (double) of[l].right / (double) (of[l].there + of[l].said);

                        r = tamis_moments_add(&f1, &one, 1, err);
                }
        free(of);
        figures[TAMIS_SCORE_ACCURACY] = (double) right / (double) n;
        figures[TAMIS_SCORE_PFC] = (double) (n - right) / (double) n;
        figures[TAMIS_SCORE_F1] = tamis_moments_mean(&f1);
        tamis_moments_done(&f1);
        return r;
}
