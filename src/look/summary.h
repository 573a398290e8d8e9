/* summary.h: from what was gathered of a column to what is said of it. */
#ifndef TAMIS_LOOK_SUMMARY_H
#define TAMIS_LOOK_SUMMARY_H

#include "look/gather.h"

/* `runs` is settled here. Texts are copied into the arena, which is not shared between threads: `top` is left to
 * tamis_summary_top. */
int tamis_summary(tamis_gathered *g, tamis_profile_column *c, tamis_error *err) TAMIS_CHECKED;
int tamis_summary_top(const tamis_gathered *g, tamis_profile_column *c, tamis_arena *arena,
                      tamis_error *err) TAMIS_CHECKED;

#endif
