/* output.h: how an output that is written aside is made, for the tests: they want both ways on any file system. */
#ifndef TAMIS_CSV_OUTPUT_H
#define TAMIS_CSV_OUTPUT_H

#include <tamis/csv.h>

/* As tamis_output_new; `named`: the file written aside has a name from the start, as where the file system knows no
 * file without one. */
int tamis_output_open(const char *path, bool named, tamis_output **ret, tamis_error *err) TAMIS_CHECKED;

#endif
