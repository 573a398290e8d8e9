/* The values of a row as a direction: divided by their length. Nothing is learned. */
#include "scale/extremes.h"
#include "scale/scale.h"

static const char *take(const tamis_scale_asked *asked, void *sum, tamis_scaling *ret) {
        return NULL;
}

static bool sound(const tamis_scaling *s) {
        return true;
}

static const tamis_scale_curve curve = {
        .take = take,
        .sound = sound,
        .one_way = "the length of a row is not kept",
        .along_rows = true,
};

const tamis_scaler tamis_scaler_normalize = {
        .base = {
                .name = "normalize",
                .summary = "each row's values divided by their length (--norm), over the columns with this strategy",
                .source = "scikit-learn Normalizer",
        },
        .summary = &tamis_summary_extremes,
        .curve = &curve,
};
