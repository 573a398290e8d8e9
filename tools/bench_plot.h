/* bench_plot.h: a bench as pictures, drawn by gnuplot: errors.svg (by mechanism and rate), cost.svg (time against
 * error), ranks.svg (mean ranks, and how far apart they must be). */
#ifndef TOOLS_BENCH_PLOT_H
#define TOOLS_BENCH_PLOT_H

#include "bench_summary.h"

/* Makes the folder where it is not there. Before anything is run. */
int bench_plot_check(const char *folder, tamis_error *err) TAMIS_CHECKED;
int bench_plot(const char *folder, const bench_summary *summary, tamis_error *err) TAMIS_CHECKED;

#endif
