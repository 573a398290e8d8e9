/* gnuplot.h: pictures, drawn by gnuplot. */
#ifndef TOOLS_GNUPLOT_H
#define TOOLS_GNUPLOT_H

#include <stddef.h>

#include <tamis/memory.h>

/* A text as gnuplot quotes it, of at most GNUPLOT_LONGEST bytes. */
enum { GNUPLOT_LONGEST = 40 };
int gnuplot_quote(tamis_buffer *out, tamis_slice text, tamis_error *err) TAMIS_CHECKED;
/* A line of data; ? for what is not finite (set datafile missing '?'). */
int gnuplot_numbers(tamis_buffer *out, const double *numbers, size_t n, tamis_error *err) TAMIS_CHECKED;

/* Carries out the commands; the picture gets its name when it is whole. */
int gnuplot_draw(const char *path, const char *terminal, const tamis_buffer *commands, tamis_error *err) TAMIS_CHECKED;

#endif
