/* targets.h: the classes of a target, how many rows each has, and how many each is to have.
 *
 * Classes are known by their text and ordered by it, bytewise, so that nothing depends on which class came first.
 *
 * Ownership: everything here is embedded; {0} is empty, _done frees it.
 */
#ifndef BALANCE_TARGETS_H
#define BALANCE_TARGETS_H

#include <tamis/random.h>
#include <tamis/stats.h>
#include <tamis/step.h>

#define TAMIS_NO_CLASS UINT32_MAX       /* the target is missing */

/* -- classes ------------------------------------------------------------------------------------------------------- */

typedef struct tamis_labels {
        tamis_dict dict;
        uint32_t *codes;        /* per train row: its class, or TAMIS_NO_CLASS; NULL where rows are not kept */
        size_t n, capacity;     /* train rows */
        uint64_t missing;       /* of them without a class */

        /* after tamis_labels_settle: the classes by text; codes[] then counts in this order too */
        size_t n_classes;
        tamis_slice *names;
        uint64_t *counts;
} tamis_labels;

void tamis_labels_done(tamis_labels *labels);
int tamis_labels_learn(tamis_labels *labels, tamis_batch *batch, size_t column, bool keep_rows, tamis_error *err)
        TAMIS_CHECKED;
int tamis_labels_merge(tamis_labels *into, const tamis_labels *from, tamis_error *err) TAMIS_CHECKED;
/* Sort the classes. TAMIS_BAD_DATA when there is none, or when they look like measurements: numbers, more than 50 of
 * them, and more than half as many as rows. `target` is the column's name. */
int tamis_labels_settle(tamis_labels *labels, const char *target, tamis_error *err) TAMIS_CHECKED;
/* The class of that text after settling, or -1. */
long tamis_labels_find(const tamis_labels *labels, tamis_slice name);

/* -- class=value lists --------------------------------------------------------------------------------------------- */

typedef struct tamis_class_values {
        struct tamis_class_value { tamis_slice name; double value; } *values;
        size_t n;
        tamis_arena arena;
} tamis_class_values;

void tamis_class_values_done(tamis_class_values *list);
/* A number, or one in hundredths: 30%. */
bool tamis_percent_parse(tamis_slice text, double *value);
/* 'yes=5,no=1': finite numbers >= 0; 'yes=30%' is .3. `option` is what was given, for messages. */
int tamis_class_values_parse(tamis_class_values *list, const char *text, const char *option, tamis_error *err)
        TAMIS_CHECKED;
/* values[class] for every listed class; the others are left alone. A class there are no rows of is TAMIS_USAGE. */
int tamis_class_values_apply(const tamis_class_values *list, const tamis_labels *labels, const char *option,
                             double *values, tamis_error *err) TAMIS_CHECKED;

/* -- sizes --------------------------------------------------------------------------------------------------------- */

typedef struct tamis_ratio {
        enum { TAMIS_RATIO_AUTO, TAMIS_RATIO_SHARE, TAMIS_RATIO_COUNTS } kind;
        const char *text;               /* as given; borrowed from the settings */
        double share;                   /* smaller / larger, when all is done */
        tamis_class_values counts;      /* rows a class is to have */
} tamis_ratio;

void tamis_ratio_done(tamis_ratio *ratio);
/* auto, a number in (0, 1], or class=rows,... */
int tamis_ratio_parse(tamis_ratio *ratio, const char *text, tamis_error *err) TAMIS_CHECKED;

/* sizes[class] when rows are only added (`raise`) or only taken away:
 *
 *           raise                                           else
 *   auto    every class to the largest                      every class to the smallest
 *   R       every class below it to R * largest             every class above it to smallest / R
 *   c=n     these classes to n                              these classes to n
 *
 * rounded to nearest. What would have to go the other way is TAMIS_USAGE. */
int tamis_ratio_sizes(const tamis_ratio *ratio, const tamis_labels *labels, bool raise, uint64_t *sizes,
                      tamis_error *err) TAMIS_CHECKED;

/* `total` rows shared among the classes as they stand, by largest remainder; ties to the first class. */
void tamis_share_out(uint64_t total, const uint64_t *counts, size_t n, uint64_t *sizes);

/* Add 1 to `chosen` of the `among` places times[rows[i]] (rows NULL: times[i]), each choice equally likely. */
void tamis_choose(tamis_stream *stream, const uint32_t *rows, size_t among, size_t chosen, uint32_t *times);

#endif
