/* Every step type, sorted by name. A new one is a line here: help, manual, completion and the tests over
 * all steps follow. */
#include "balance/balance.h"
#include "clean/clean.h"
#include "encode/encode.h"
#include "impute/impute.h"
#include "judge/ampute.h"
#include "learn/learn.h"
#include "scale/scale.h"
#include "split/split.h"

const tamis_step_type *const tamis_steps[] = {
        &tamis_step_ampute,
        &tamis_step_clean,
        &tamis_step_decide,
        &tamis_step_encode,
        &tamis_step_impute,
        &tamis_step_learn,
        &tamis_step_prune,
        &tamis_step_sample,
        &tamis_step_scale,
        &tamis_step_smote,
        &tamis_step_split,
        &tamis_step_weigh,
};
const size_t tamis_n_steps = sizeof tamis_steps / sizeof *tamis_steps;
