/* apportion.h: seats to parties, rows of a part to classes.
 *
 * Largest remainder (Hamilton): every class gets the whole rows of its exact share, and the rows left over go to the
 * largest remainders, ties to the class that stands first. Counted in integers, so that a tie is a tie. It is what
 * scikit-learn's stratified splitters do, but for their ties, which they draw. Here each class has bounds as well, so
 * that a small one is not missed by a part (scikit-learn #18424).
 */
#ifndef TAMIS_SPLIT_APPORTION_H
#define TAMIS_SPLIT_APPORTION_H

#include <stdbool.h>
#include <stddef.h>

#include <tamis/error.h>

/* Deal `want` rows among n classes of counts[i] rows (at least one row in all), least[i] <= ret[i] <= most[i]. The
 * bounds go before `want`: sum(ret) is `want` unless they forbid it. */
int tamis_split_apportion(const uint64_t *counts, const uint64_t *least, const uint64_t *most, size_t n, uint64_t want,
                          uint64_t *ret, tamis_error *err) TAMIS_CHECKED;

/* Rows that the share p of n rows is: ceil(p n) as scikit-learn has it, but 0.07 of 100 is 7, whatever doubles say. */
uint64_t tamis_split_share(double p, uint64_t n);

#endif
