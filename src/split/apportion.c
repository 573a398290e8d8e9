#include <math.h>
#include <stdlib.h>

#include "split/apportion.h"

/* What a class is still owed, in units of 1/total rows. */
struct claim {
        __int128 owed;
        size_t i;
};

static int most_owed_first(const void *x, const void *y) {
        const struct claim *a = x, *b = y;

        if (a->owed != b->owed)
                return a->owed > b->owed ? -1 : 1;
        return a->i < b->i ? -1 : 1;
}

int tamis_split_apportion(const uint64_t *counts, const uint64_t *least, const uint64_t *most, size_t n, uint64_t want,
                          uint64_t *ret, tamis_error *err) {
        struct claim *claims = calloc(n + 1, sizeof *claims);
        uint64_t total = 0, given = 0;
        bool moved = true;

        if (!claims)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < n; i++)
                total += counts[i];
        for (size_t i = 0; i < n; i++) {
                unsigned __int128 exact = (unsigned __int128) counts[i] * want;
                uint64_t whole = (uint64_t) (exact / total);

                ret[i] = whole < least[i] ? least[i] : whole > most[i] ? most[i] : whole;
                given += ret[i];
                claims[i] = (struct claim) { (__int128) exact - (__int128) ret[i] * total, i };
        }
        qsort(claims, n, sizeof *claims, most_owed_first);

        /* one round is the rule; more of them only where bounds bind */
        while (given < want && moved) {
                moved = false;
                for (size_t c = 0; c < n && given < want; c++)
                        if (ret[claims[c].i] < most[claims[c].i])
                                ret[claims[c].i]++, given++, moved = true;
        }
        while (given > want && moved) {
                moved = false;
                for (size_t c = n; c-- > 0 && given > want;)
                        if (ret[claims[c].i] > least[claims[c].i])
                                ret[claims[c].i]--, given--, moved = true;
        }
        free(claims);
        return 0;
}

uint64_t tamis_split_share(double p, uint64_t n) {
        double rows = p * (double) n;
        double nearest = nearbyint(rows);

        return (uint64_t) (fabs(rows - nearest) <= 1e-12 * rows ? nearest : ceil(rows));
}
