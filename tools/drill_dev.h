/* drill_dev.h: `tamis drill dev`: for whoever writes drills.
 *
 *     dev make NAME DIR       the files of the drill and its start, from --seed
 *     dev check [NAME...]     every drill holds what it promises (src/drill/README.md)
 *     dev figures NAME        the measures of start, naive and good
 */
#ifndef TOOLS_DRILL_DEV_H
#define TOOLS_DRILL_DEV_H

#include <stdatomic.h>
#include <stdint.h>

#include <tamis/error.h>

/* `words`: what stands behind `dev`. Returns the exit status: 3 when a drill does not hold what it promises. */
int drill_dev(char *const *words, size_t n, uint64_t seed, const atomic_bool *stop, tamis_error *err) TAMIS_CHECKED;

#endif
