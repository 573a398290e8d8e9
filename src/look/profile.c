#include <math.h>
#include <stdlib.h>

#include <tamis/step.h>

#include "look/findings.h"
#include "look/gather.h"
#include "look/pairs.h"
#include "look/summary.h"

void tamis_profile_done(tamis_profile *p) {
        free(p->findings);
        tamis_arena_done(&p->arena);
        *p = (tamis_profile) {0};
}

struct summing {
        tamis_gather *g;
        tamis_profile *p;
        tamis_look_frame *f;
        int *status;
        tamis_error error;      /* of the sample; the others fail for want of memory alone */
};

/* What is of all rows, of the sample, and of each column, side by side: that of columns comes last, for it is the shortest. */
enum { ROWS, SAMPLE, COLUMNS };

static void sum_up(void *arg, size_t i) {
        struct summing *s = arg;

        if (i == ROWS)
                s->status[i] = tamis_repeats_count(&s->g->repeats, s->g->rows, &s->p->duplicates, NULL);
        else if (i == SAMPLE)
                s->status[i] = tamis_look_frame_make(s->f, s->g, &s->error);
        else
                s->status[i] = tamis_summary(&s->g->gathered[i - COLUMNS], &s->p->columns[i - COLUMNS], NULL);
}

static int find_target(tamis_profile *p, tamis_gather *g, tamis_error *err) {
        size_t at;
        int r;

        p->target = -1;
        if (!g->options->target)
                return 0;
        r = tamis_select_one(&g->schema, g->options->target, "--target", &at, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < g->columns.n; i++)
                if (g->columns.columns[i] == at)
                        p->target = (long) i;
        return p->target >= 0 ? 0
                              : tamis_fail(err, TAMIS_USAGE, "--target %s is not among --columns", g->options->target);
}

static int begin(tamis_profile *p, tamis_gather *g, tamis_error *err) {
        p->n = g->columns.n;
        p->columns = tamis_arena_get_zeroed(&p->arena, p->n + 1, sizeof *p->columns);
        if (!p->columns)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < p->n; i++) {
                const tamis_field *f = &g->schema.fields[g->columns.columns[i]];
                tamis_profile_column *c = &p->columns[i];

                c->position = g->columns.columns[i];
                c->name = (tamis_slice) { tamis_arena_copy(&p->arena, (tamis_slice) { f->name, f->name_length }),
                                          f->name_length };
                if (!c->name.p)
                        return tamis_fail_memory(err);
                c->type = f->forced ? f->type : TAMIS_TYPE_UNKNOWN;
        }
        return find_target(p, g, err);
}

static int name_files(tamis_profile *p, const tamis_reader_options *o, tamis_error *err) {
        tamis_buffer b = {0};
        int r = 0;

        for (size_t i = 0; r == 0 && i < o->n_paths; i++)
                r = tamis_buffer_addf(&b, err, "%s%s", i ? " " : "", o->paths[i]);
        if (r == 0 && o->n_paths == 0)
                r = tamis_buffer_addf(&b, err, "-");
        if (r == 0) {
                p->names = tamis_arena_copy(&p->arena, (tamis_slice) { b.p, b.n });
                r = p->names ? 0 : tamis_fail_memory(err);
        }
        tamis_buffer_done(&b);
        return r;
}

static int more_rows(const void *a, const void *b) {
        const tamis_look_pattern *x = a, *y = b;

        return (x->rows < y->rows) - (x->rows > y->rows);
}

static int take_patterns(tamis_profile *p, const tamis_gather *g, tamis_error *err) {
        size_t words = g->patterns.words;

        p->complete_rows = g->patterns.complete;
        p->rows_in_no_pattern = g->patterns.others;
        p->n_patterns = g->patterns.dict.n;
        p->patterns = tamis_arena_get(&p->arena, (p->n_patterns + 1) * sizeof *p->patterns);
        if (!p->patterns)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < p->n_patterns; i++) {
                uint64_t *bits = tamis_arena_get(&p->arena, (words + 1) * sizeof *bits);

                if (!bits)
                        return tamis_fail_memory(err);
                memcpy(bits, g->patterns.dict.entries[i].text.p, words * sizeof *bits);
                p->patterns[i] = (tamis_look_pattern) { bits, g->patterns.dict.entries[i].count };
        }
        /* equal counts: whichever came first; merge sort keeps that order */
        qsort(p->patterns, p->n_patterns, sizeof *p->patterns, more_rows);
        return 0;
}

static int sum_all(tamis_profile *p, tamis_gather *g, tamis_look_frame *f, tamis_error *err) {
        struct summing s = { g, p, f, calloc(COLUMNS + p->n, sizeof *s.status), {0} };
        int r = 0;

        if (!s.status)
                return tamis_fail_memory(err);
        tamis_pool_for(g->pool, COLUMNS + p->n, sum_up, &s);
        for (size_t i = 0; r == 0 && i < COLUMNS + p->n; i++)
                r = s.status[i];
        if (r < 0 && s.status[SAMPLE] == r && err)
                *err = s.error;
        else if (r < 0)
                r = tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < p->n; i++) {
                r = tamis_summary_top(&g->gathered[i], &p->columns[i], &p->arena, err);
                p->columns[i].rows = g->rows;
                p->columns[i].target = (long) i == p->target;
                p->missing_cells += p->columns[i].missing;
        }
        free(s.status);
        return r;
}

static int sum_table(tamis_profile *p, tamis_gather *g, tamis_look_frame *f, tamis_error *err) {
        tamis_reader_counts counts;
        int r;

        tamis_reader_count(g->reader, &counts);
        p->rows = g->rows;
        p->bytes = counts.bytes;
        p->padded = counts.padded;
        p->skipped = counts.skipped;
        p->rejected = counts.rejected;
        memcpy(p->first_bad, counts.first_bad, sizeof p->first_bad);
        p->dialect = *tamis_reader_dialect(g->reader);
        p->sampled = g->sample.halved > 0;
        p->sample_rows = g->sample.n;
        p->duplicates_estimated = g->repeats.halved > 0;
        r = sum_all(p, g, f, err);
        return r == 0 ? take_patterns(p, g, err) : r;
}

int tamis_profile_table(const tamis_profile_options *o, tamis_profile *ret, tamis_error *err) {
        tamis_gather g = {0};
        tamis_profile p = {0};
        tamis_look_frame f = {0};
        int r = tamis_gather_open(&g, o, err);

        if (r == 0)
                r = begin(&p, &g, err);
        if (r == 0)
                r = name_files(&p, &o->input, err);
        if (r == 0)
                r = tamis_gather_read(&g, err);
        if (r == 0)
                r = sum_table(&p, &g, &f, err);
        if (r == 0)
                r = tamis_look_pairs(&p, &f, &g, err);
        if (r == 0)
                r = tamis_look_findings(&p, &f, &g, err);
        tamis_look_frame_done(&f);
        tamis_gather_done(&g);
        if (r == 0)
                *ret = p;
        else
                tamis_profile_done(&p);
        return r;
}
