/* joint_options.h: the options of joint strategies and of series, in one table each, and which strategies take which.
 *
 * A strategy lists the long names of those it takes (joint.h); one given without such a strategy is a mistake of the
 * command line, and said. To add one: its line here.
 */
#ifndef TAMIS_IMPUTE_JOINT_OPTIONS_H
#define TAMIS_IMPUTE_JOINT_OPTIONS_H

#include "impute/joint.h"

extern const char *const tamis_joint_weights[], *const tamis_joint_metrics[], *const tamis_joint_averages[],
        *const tamis_joint_sweeps[], *const tamis_series_ends[];

#define TAMIS_JOINT_OPTIONS                                                                                            \
        { "budget", 0, TAMIS_REAL, "SECONDS", NULL,                                                                    \
          "auto tries candidates for half of them, and takes none that would take longer than the rest" },             \
        { "neighbors", 'k', TAMIS_COUNT, "K", NULL,                                                                    \
          "how many donors a hole is filled from (10; with nan-euclidean 5)" },                                        \
        { "weights", 0, TAMIS_CHOICE, "HOW", "uniform", "what a donor counts", tamis_joint_weights },                  \
        { "metric", 0, TAMIS_CHOICE, "NAME", "gower", "how far rows are from each other", tamis_joint_metrics },       \
        { "average", 0, TAMIS_CHOICE, "HOW", "mean", "knn: what a number is of its donors", tamis_joint_averages },    \
        { "max-iter", 0, TAMIS_COUNT, "N", "10", "rounds at most (em: 200; forest: 4)" },                              \
        { "tol", 0, TAMIS_REAL, "X", "0.001",                                                                          \
          "stop when a round changes less, in parts of the largest value (em: of the sd, 1e-6)" },                     \
        { "sweep", 0, TAMIS_CHOICE, "ORDER", "ascending",                                                              \
          "which columns first: by missing cells, or by name (mice: roman)", tamis_joint_sweeps },                     \
        { "nearest", 0, TAMIS_COUNT, "N", NULL, "predict from the N columns that correlate most, not from all" },      \
        { "method", 0, TAMIS_TEXT, "RULES", NULL, "how a column is drawn: 'Age=norm,*=pmm'" },                         \
        { "imputations", 'm', TAMIS_COUNT, "M", "5",                                                                   \
          "mice: completed copies of each row, told apart in column _imputation" },                                    \
        { "iterations", 0, TAMIS_COUNT, "N", "5", "rounds of the chain" },                                             \
        { "donors", 0, TAMIS_COUNT, "N", "5", "predictive mean matching draws from the N nearest" },                   \
        { "trees", 0, TAMIS_COUNT, "N", "100", "trees of a forest, or rounds of boosting" },                           \
        { "depth", 0, TAMIS_COUNT, "N", NULL, "splits one below the other at most" },                                  \
        { "rate", 0, TAMIS_REAL, "X", "0.1", "how much each round of boosting counts" },                               \
        { "match", 0, TAMIS_FLAG, NULL, NULL, "fill in an observed value near the prediction" },                       \
        { "draw", 0, TAMIS_FLAG, NULL, NULL, "a draw, not the expected value" },                                       \
        { "stochastic", 0, TAMIS_FLAG, NULL, NULL, "the prediction and a draw of its error" },                         \
        { "rank", 0, TAMIS_COUNT, "N", NULL, "rank of the completed table at most" },                                  \
        { "lambda", 0, TAMIS_REAL, "X", NULL, "shrinkage of singular values; by a held-out share, if not said" }

/* Of strategies that take one value for a column. */
#define TAMIS_SIMPLE_OPTIONS                                                                                           \
        { "trim", 0, TAMIS_SHARE, "SHARE", NULL, "mean: leave out this share of the values at either end" }

/* And those of series. */
#define TAMIS_SERIES_OPTIONS                                                                                           \
        { "order", 0, TAMIS_TEXT, "COLS", NULL,                                                                        \
          "the rows' order for ffill, bfill, interpolate and hotdeck; as they come, if not said" },                    \
        { "max-gap", 0, TAMIS_COUNT, "N", NULL, "leave a run of more than N missing cells as it is" },                 \
        { "spline", 0, TAMIS_FLAG, NULL, NULL, "interpolate on a natural cubic spline, not on lines" },                \
        { "ends", 0, TAMIS_CHOICE, "HOW", "leave",                                                                     \
          "interpolate beyond the first and last observed cell", tamis_series_ends }

typedef struct tamis_option_taker {
        const char *name;               /* of the strategy */
        const char *const *options;     /* long names, NULL-ended; may be NULL */
        bool used;
} tamis_option_taker;

/* What of these was given is taken by a strategy that is used, or TAMIS_USAGE. */
int tamis_joint_options_check(const tamis_settings *settings, const tamis_option_taker *takers, size_t n,
                              tamis_error *err) TAMIS_CHECKED;

#endif
