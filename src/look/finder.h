/* finder.h: what the searches for faults share: where findings go, and how their cures are spelled. */
#ifndef TAMIS_LOOK_FINDER_H
#define TAMIS_LOOK_FINDER_H

#include "look/pairs.h"

typedef struct tamis_finder {
        tamis_profile *p;
        tamis_look_frame *f;
        tamis_gather *g;
        tamis_error *err;
        int r;                          /* the first failure; nothing is added after it */
        bool disguised;                 /* the column at hand holds numbers, dates or truth, written so that
                                         * they are texts */
        char cure[1024];                /* of the next finding; tamis_cure() writes it, tamis_find() takes it */
} tamis_finder;

/* A finding, with the cure that was spelled last, if any. column -1: the table. */
void tamis_find(tamis_finder *f, tamis_look_severity severity, const char *kind, long column, uint64_t line,
                uint64_t cells, const char *format, ...) __attribute__((format(printf, 7, 8)));
/* `tamis ` + what is said + the file. */
void tamis_cure(tamis_finder *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A column's name as --columns takes it, quoted for the shell: one of eight buffers, in turn. */
const char *tamis_find_column(const tamis_finder *f, size_t column);
/* A value, for people, the same way. */
const char *tamis_find_show(tamis_slice text);
/* A value as one item of a list on the command line; NULL where it cannot be one. */
const char *tamis_find_item(tamis_slice text);
const char *tamis_find_number(double value);
/* "1 cell", "5 cells"; the same of rows; or whatever else: "5 rows are". */
const char *tamis_find_cells(uint64_t n);
const char *tamis_find_rows(uint64_t n);
const char *tamis_find_counted(uint64_t n, const char *what, const char *does);
/* The line of the first sampled row in which the column has this number; 0: none, or not all rows were sampled. */
uint64_t tamis_find_line(const tamis_finder *f, size_t column, double value);

/* Each adds what it finds. */
void tamis_find_in_texts(tamis_finder *f, size_t column);
void tamis_find_in_formats(tamis_finder *f, size_t column);
void tamis_find_variants(tamis_finder *f, size_t column);
void tamis_find_in_numbers(tamis_finder *f, size_t column);
void tamis_find_in_column(tamis_finder *f, size_t column);
void tamis_find_in_table(tamis_finder *f);
void tamis_find_in_rows(tamis_finder *f);
void tamis_find_in_pairs(tamis_finder *f);
void tamis_find_in_target(tamis_finder *f);

#endif
