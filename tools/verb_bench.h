/* verb_bench.h: ways of imputing compared on holes whose truth is known. */
#ifndef TOOLS_VERB_BENCH_H
#define TOOLS_VERB_BENCH_H

#include "verb.h"

extern const tamis_option verb_bench_options[];
extern const char verb_bench_details[], verb_bench_examples[];

#endif
