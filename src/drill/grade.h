/* grade.h: what a pipeline left is read, measured, and judged. It runs nothing: tools/drill_run.c does.
 *
 * An answer of the wrong form is TAMIS_BAD_DATA, and its message is for the learner; a fault of the
 * drill is TAMIS_USAGE.
 */
#ifndef TAMIS_DRILL_GRADE_H
#define TAMIS_DRILL_GRADE_H

#include "drill/formula.h"

/* The [answer]s in `folder`, as tables of the world. */
int tamis_drill_answers_read(const tamis_drill_config *c, tamis_drill_world *w, const char *folder,
                             tamis_error *err) TAMIS_CHECKED;

/* The [measure]s of one seed. `ret` has room for tamis_drill_measures_count(c); names belong to the config. `probe`:
 * 1 or 0. */
size_t tamis_drill_measures_count(const tamis_drill_config *c);
int tamis_drill_measure(const tamis_drill_config *c, tamis_drill_world *w, double probe, tamis_drill_figure *ret,
                        tamis_error *err) TAMIS_CHECKED;

/* One line of [pass]: its name, whether it holds, and the formula, for people. */
typedef struct tamis_drill_holds {
        const char *name;
        const char *formula;
        bool holds;
} tamis_drill_holds;

enum { TAMIS_DRILL_COMMENTS = 3 };

typedef struct tamis_drill_verdict {
        bool passed;
        size_t n;
        tamis_drill_holds *holds;       /* in the verdict's arena, as the comments are */
        size_t n_comments;
        const char *comments[TAMIS_DRILL_COMMENTS];
        tamis_arena arena;
} tamis_drill_verdict;

/* What the measures, averaged over the seeds, come to. A measure that is missing fails whatever asks for it. */
int tamis_drill_judge(const tamis_drill_config *c, const tamis_drill_figure *figures, size_t n,
                      tamis_drill_verdict *ret, tamis_error *err) TAMIS_CHECKED;
void tamis_drill_verdict_done(tamis_drill_verdict *v);

/* Whether every figure that [naive] or [good] (`kind`) names lies in its band; where one does not,
 * `*which` names it. */
int tamis_drill_bands(const tamis_drill_config *c, const char *kind, const tamis_drill_figure *figures, size_t n,
                      const char **which, tamis_error *err) TAMIS_CHECKED;

#endif
