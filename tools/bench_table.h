/* bench_table.h: a bench as a table for people, the best first. */
#ifndef TOOLS_BENCH_TABLE_H
#define TOOLS_BENCH_TABLE_H

#include "bench_summary.h"

int bench_table(const bench_summary *summary, tamis_buffer *out, tamis_error *err) TAMIS_CHECKED;

#endif
