/* bracket.h: one quantile of a stream, in one pass and little room, when the rows come in no particular order.
 *
 * Of the values seen so far those around the wanted one are held, and how many lie below them is counted. When the room
 * is full, the half of them that lies farther off goes: what is left is nearly always wide enough, as the wanted value
 * moves ever less. The answer is exact, or it is known that there is none (the rows were sorted, say): `lost`.
 */
#ifndef TAMIS_STATS_BRACKET_H
#define TAMIS_STATS_BRACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tamis/error.h>

typedef struct tamis_bracket {
        double low, high;       /* the held ones are all that lie here, but for equals of the limits */
        uint64_t below;
        double *held;
        size_t n, room;
        bool lost;
} tamis_bracket;

void tamis_bracket_done(tamis_bracket *b);
/* Around the p-quantile of values[0..n), n > 0, the first that were seen; they are reordered. `room` >= 4. */
int tamis_bracket_open(tamis_bracket *b, double p, double *values, size_t n, size_t room,
                       tamis_error *err) TAMIS_CHECKED;
/* n more, none missing, behind `seen` ones. */
void tamis_bracket_add(tamis_bracket *b, double p, uint64_t seen, const double *x, size_t n);
/* The p-quantile of the `seen`, or false. Reorders what is held. */
bool tamis_bracket_get(tamis_bracket *b, double p, uint64_t seen, double *ret);

#endif
