/* score.h: imputed cells compared with what was there.
 *
 * Three tables say it: the truth, the imputed one, and the one with the holes, whose missing cells are the ones judged
 * (without it, every cell that the truth has). The truth may also be a list of the cells themselves,
 * `row,column,value`. A table of several imputations has them one behind the other or row by row, told apart by a
 * column _imputation; each measure is then the mean of what it is for each of them.
 *
 * How: score_cells.h reads truth and holes once and keeps the judged cells, column by column; then it reads the imputed
 * table once and puts beside each what was filled in. What is kept grows with the judged cells, not with the table (but
 * for the keys, where rows are matched by one). Everything is then computed from those columns, by what score_figures.h
 * lists. Only score_whole.c and score_apart.c look at whole rows: they are fed while the tables go by.
 *
 * Ownership: the scores own their lines, names and notes; options borrow.
 */
#ifndef TAMIS_JUDGE_SCORE_H
#define TAMIS_JUDGE_SCORE_H

#include <tamis/csv.h>

typedef struct tamis_score_options {
        tamis_reader_options input;     /* how each of the tables is read; the paths in it do not count */
        const char *truth, *imputed;
        const char *holes;              /* NULL: every cell of the truth is judged */
        const char *key;                /* NULL: rows are matched by position */
        const char *columns;            /* SEL; NULL: all but reserved ones, the key and ids */
        const char *na, *types;         /* as --na and --types; NULL: nothing was said */
        const char *measures;           /* a comma list; NULL: all */
} tamis_score_options;

/* One figure. */
typedef struct tamis_score {
        tamis_slice column;             /* "*": overall */
        const char *measure;            /* static */
        double value;                   /* not finite: it has none here */
        double n;                       /* of what it is: cells, but rows or pairs for measures of whole tables */
} tamis_score;

typedef struct tamis_scores {
        tamis_score *lines;
        size_t n, capacity;
        char **notes;                   /* what a person should know, in the order it was found */
        size_t n_notes;
        tamis_dialect dialect;          /* of the first table read */
        tamis_arena arena;
} tamis_scores;

void tamis_scores_done(tamis_scores *scores);

/* Read the tables and judge. TAMIS_BAD_DATA: rows that do not agree, a column that is not there, a number
 * that is none. */
int tamis_score_tables(const tamis_score_options *options, tamis_scores *ret, tamis_error *err) TAMIS_CHECKED;

#endif
