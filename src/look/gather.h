/* gather.h: the one reading of the table. */
#ifndef TAMIS_LOOK_GATHER_H
#define TAMIS_LOOK_GATHER_H

#include "look/patterns.h"
#include "look/profile.h"
#include "look/repeats.h"
#include "look/sample.h"
#include "look/words.h"

typedef struct tamis_gathered {
        uint64_t missing, empty;
        tamis_runs runs;
        tamis_words words;
} tamis_gathered;

typedef struct tamis_gather {
        const tamis_profile_options *options;
        tamis_reader *reader;
        tamis_schema schema;
        tamis_missing missing;
        tamis_selection columns;        /* those that are looked at */
        tamis_gathered *gathered;       /* one for each of these */
        tamis_patterns patterns;
        tamis_repeats repeats;
        tamis_sample sample;
        uint64_t rows;
        tamis_pool *pool;
} tamis_gather;

int tamis_gather_open(tamis_gather *g, const tamis_profile_options *options, tamis_error *err) TAMIS_CHECKED;
int tamis_gather_read(tamis_gather *g, tamis_error *err) TAMIS_CHECKED;
void tamis_gather_done(tamis_gather *g);

#endif
