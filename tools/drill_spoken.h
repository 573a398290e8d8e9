/* drill_spoken.h: answers that are spoken or typed, and what of a strong answer was in them; mock interviews.
 *
 * Questions come from the drills (the question of drill.ini and points.md) and from concepts/TOPIC.md beside them: lines `# question`, each
 * with its points below it (drill/points.h).
 */
#ifndef TOOLS_DRILL_SPOKEN_H
#define TOOLS_DRILL_SPOKEN_H

#include "drill_loop.h"

int drill_say_it(const drill_wishes *w, tamis_error *err) TAMIS_CHECKED;
/* `rounds` questions in `minutes` at most; every third asks for a pipeline, where somebody sits at a terminal. */
int drill_interview(const drill_wishes *w, unsigned rounds, double minutes, tamis_error *err) TAMIS_CHECKED;

#endif
