/* Finding a step type or a strategy by name. The list of step types itself is src/registry.c, above the families. */
#include <tamis/step.h>

const tamis_step_type *tamis_step_find(const char *name) {
        for (size_t i = 0; i < tamis_n_steps; i++)
                if (strcmp(tamis_steps[i]->name, name) == 0)
                        return tamis_steps[i];
        return NULL;
}

int tamis_strategy_find(const tamis_step_type *type, const char *name, const tamis_strategy **ret, tamis_error *err) {
        size_t n, used = 0;
        const tamis_strategy *const *all = type->strategies(&n);
        tamis_slice names[64];
        char near[256], list[1024] = "";

        for (size_t i = 0; i < n; i++) {
                if (strcmp(all[i]->name, name) == 0) {
                        *ret = all[i];
                        return 0;
                }
                if (i < 64)
                        names[i] = tamis_slice_of(all[i]->name);
                if (used < sizeof list)
                        used += (size_t) snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", all[i]->name);
        }
        tamis_nearest(tamis_slice_of(name), names, n < 64 ? n : 64, near, sizeof near);
        return tamis_fail(err, TAMIS_USAGE, "no strategy \"%s\"%s%s; there are %s", name, *near ? "; near: " : "", near,
                          list);
}
