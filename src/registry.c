/* Every step type, sorted by name. A new one is a line here: help, manual, completion and the tests over all steps follow. */
#include <tamis/step.h>

const tamis_step_type *const tamis_steps[] = {
        NULL,
};
const size_t tamis_n_steps = sizeof tamis_steps / sizeof *tamis_steps - 1;
