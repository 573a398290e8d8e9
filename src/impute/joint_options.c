#include <stdio.h>

#include "impute/joint_options.h"

const char *const tamis_joint_weights[] = { "uniform", "distance", NULL };
const char *const tamis_joint_metrics[] = { "gower", "nan-euclidean", NULL };
const char *const tamis_joint_averages[] = { "mean", "median", NULL };
const char *const tamis_joint_sweeps[] = { "ascending", "descending", "roman", "arabic", NULL };

const char *const tamis_series_ends[] = { "leave", "nearest", "extend", NULL };

static const tamis_option options[] = { TAMIS_SIMPLE_OPTIONS, TAMIS_SERIES_OPTIONS, TAMIS_JOINT_OPTIONS };

static bool takes(const tamis_option_taker *taker, const char *name) {
        for (const char *const *o = taker->options; o && *o; o++)
                if (strcmp(*o, name) == 0)
                        return true;
        return false;
}

int tamis_joint_options_check(const tamis_settings *settings, const tamis_option_taker *takers, size_t n,
                              tamis_error *err) {
        for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
                const char *name = options[i].name;
                char all[256] = "";
                size_t length = 0;
                bool taken = !tamis_settings_given(settings, name);

                for (size_t k = 0; k < n; k++) {
                        if (!takes(&takers[k], name))
                                continue;
                        taken |= takers[k].used;
                        if (length < sizeof all)
                                length += (size_t) snprintf(all + length, sizeof all - length, "%s%s",
                                                            length ? ", " : "", takers[k].name);
                }
                if (!taken)
                        return tamis_fail(err, TAMIS_USAGE, "--%s goes with strategy %s", name,
                                          length ? all : "(none yet)");
        }
        return 0;
}
