/* Every step type, sorted by name. A new one is a line here: help, manual, completion and the tests over all steps follow. */
#include <tamis/step.h>

#include "balance/balance.h"

const tamis_step_type *const tamis_steps[] = {
        &tamis_step_sample, &tamis_step_smote, &tamis_step_weigh,
        NULL,
};
const size_t tamis_n_steps = sizeof tamis_steps / sizeof *tamis_steps - 1;
