/* balance.h: steps that change how often, or how heavily, each class is seen in training.
 *
 * All touch train rows alone. Rows whose target is missing have no class: they pass through, and are counted.
 */
#ifndef BALANCE_BALANCE_H
#define BALANCE_BALANCE_H

#include <tamis/step.h>

extern const tamis_step_type tamis_step_decide;
extern const tamis_step_type tamis_step_prune;
extern const tamis_step_type tamis_step_sample;
extern const tamis_step_type tamis_step_smote;
extern const tamis_step_type tamis_step_weigh;

#endif
