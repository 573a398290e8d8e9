/* drift_print.h: a report of drift as a table for people, as CSV and as JSON. */
#ifndef TOOLS_DRIFT_PRINT_H
#define TOOLS_DRIFT_PRINT_H

#include "look/drift.h"

int drift_table(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) TAMIS_CHECKED;
int drift_csv(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) TAMIS_CHECKED;
int drift_json(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) TAMIS_CHECKED;

#endif
