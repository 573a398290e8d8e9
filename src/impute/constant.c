/* What --fill says: there is nothing to learn, so a column that was empty when learned is filled as well. */
#include "impute/impute.h"

const tamis_filler tamis_filler_constant = { .name = "constant" };

const tamis_imputer tamis_imputer_constant = {
        .base = {
                .name = "constant",
                .summary = "the value of --fill",
                .source = "scikit-learn SimpleImputer",
        },
        .numbers = &tamis_filler_constant,
        .texts = &tamis_filler_constant,
        .given = true,
};
