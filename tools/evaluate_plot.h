/* evaluate_plot.h: an evaluation as a picture, drawn by gnuplot. */
#ifndef TOOLS_EVALUATE_PLOT_H
#define TOOLS_EVALUATE_PLOT_H

#include "judge/evaluate_subject.h"

/* TAMIS_USAGE: the name ends in none of .svg, .png, .pdf. Before anything is read. */
int evaluate_plot_check(const char *path, tamis_error *err) TAMIS_CHECKED;

/* Classes with probabilities: ROC, precision and recall, reliability, confusion; decisions alone: confusion; numbers:
 * what was predicted against what was so. The file gets its name when it is whole. */
int evaluate_plot(const char *path, const tamis_subject *s, tamis_error *err) TAMIS_CHECKED;

#endif
