/* bench_table.h: a bench as a table for people, the best first. */
#ifndef TOOLS_BENCH_TABLE_H
#define TOOLS_BENCH_TABLE_H

#include "judge/bench.h"

int bench_table(const tamis_bench *bench, tamis_buffer *out, tamis_error *err) TAMIS_CHECKED;

#endif
