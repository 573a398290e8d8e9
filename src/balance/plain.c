/* SMOTE as published: numbers alone. */
#include <stdio.h>

#include "balance/smote.h"

static int suits(const tamis_smote *s, tamis_error *err) {
        char names[1024] = "";
        size_t n = 0;

        for (size_t i = 0; i < s->categories.n && n < sizeof names; i++)
                n += (size_t) snprintf(names + n, sizeof names - n, "%s\"%s\"", i ? ", " : "", s->categories.names[i]);
        if (s->categories.n == 0)
                return 0;
        return tamis_fail(err, TAMIS_USAGE, "plain SMOTE takes numbers, and these columns are categories: %s (-s nc "
                          "takes them, --columns leaves them out)", names);
}

static int mismatch(const double *numbers, size_t n, size_t d, double *ret, tamis_error *err) {
        *ret = 0;
        return 0;
}

const tamis_smoter tamis_smoter_plain = {
        .base = {
                .name    = "plain",
                .summary = "between a row and one of its neighbours; numbers alone",
                .source  = "Chawla et al. 2002; one gap a row, as imbalanced-learn",
        },
        .takes = SMOTE_NEIGHBORS | SMOTE_NUMBERS,
        .suits = suits, .mismatch = mismatch, .vote = tamis_smote_vote, .look = tamis_smote_look_inside,
};
