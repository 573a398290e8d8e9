/* child.h: any program run as a filter from one file to another, timed, and ended when it takes too long.
 *
 * It gets a process group of its own, and all of that is killed when the time is up, when the bench is told to stop,
 * and when the program has ended and left something behind. Should tamis itself die, the kernel kills the program.
 */
#ifndef TOOLS_CHILD_H
#define TOOLS_CHILD_H

#include "judge/bench_child.h"

int child_run(const tamis_child *child, tamis_child_end *ret, tamis_error *err) TAMIS_CHECKED;

#endif
