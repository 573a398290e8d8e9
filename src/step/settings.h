/* settings.h: what the rest of step/ needs of settings beyond step.h: their way into a saved model and back. */
#ifndef TAMIS_STEP_SETTINGS_H
#define TAMIS_STEP_SETTINGS_H

#include <tamis/step.h>

const tamis_step_type *tamis_settings_type(const tamis_settings *settings);

/* An object, option name -> text (flags: true); files that were named are left out. NULL when memory is out. */
json_t *tamis_settings_to_json(const tamis_settings *settings);
int tamis_settings_from_json(tamis_settings *settings, const json_t *from, tamis_error *err) TAMIS_CHECKED;

#endif
