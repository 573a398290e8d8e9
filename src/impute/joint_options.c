#include <stdio.h>

#include "impute/joint_options.h"

const char *const tamis_joint_weights[] = { "uniform", "distance", NULL };
const char *const tamis_joint_metrics[] = { "gower", "nan-euclidean", NULL };
const char *const tamis_joint_sweeps[] = { "ascending", "descending", "roman", "arabic", NULL };

static const tamis_option options[] = { TAMIS_JOINT_OPTIONS };

static bool takes(const tamis_joint *joint, const char *name) {
        for (const char *const *o = joint->options; o && *o; o++)
                if (strcmp(*o, name) == 0)
                        return true;
        return false;
}

static bool any_takes(const tamis_joint *const *joints, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++)
                if (takes(joints[i], name))
                        return true;
        return false;
}

int tamis_joint_options_check(const tamis_settings *settings, const tamis_joint *const *used, size_t n,
                              const tamis_joint *const *all, size_t n_all, tamis_error *err) {
        for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
                const char *name = options[i].name;
                char takers[256] = "";
                size_t length = 0;

                if (!tamis_settings_given(settings, name) || any_takes(used, n, name))
                        continue;
                for (size_t k = 0; k < n_all; k++)
                        if (takes(all[k], name) && length < sizeof takers)
                                length += (size_t) snprintf(takers + length, sizeof takers - length, "%s%s",
                                                            length ? ", " : "", all[k]->base.name);
                return tamis_fail(err, TAMIS_USAGE, "--%s goes with another strategy (-s: %s)", name,
                                  length ? takers : "none has it yet");
        }
        return 0;
}
