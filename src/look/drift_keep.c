/* What is kept of a column, and of rows, while a table is read: bounded, and the same whatever the order of the
 * rows. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "look/distinct.h"
#include "look/drift.h"

/* -- numbers ------------------------------------------------------------------------------------------------------- */

int tamis_drift_keep_numbers(tamis_drift_side *side, const double *x, size_t n, tamis_error *err) {
        int r = tamis_runs_add(&side->runs, x, n, err);

        return r == 0 ? tamis_moments_add(&side->moments, x, n, err) : r;
}

int tamis_drift_settle(tamis_drift_side *side, tamis_error *err) {
        int r = tamis_runs_settle(&side->runs, err);

        if (r < 0)
                return r;
        side->median = tamis_drift_quantile(&side->runs, .5);
        side->iqr = tamis_drift_quantile(&side->runs, .75) - tamis_drift_quantile(&side->runs, .25);
        side->sd = tamis_moments_sd(&side->moments, 0);
        return 0;
}

void tamis_drift_bins(tamis_drift_column *c) {
        if (c->ref.runs.total == 0)
                return;
        c->n_edges = tamis_drift_edges(&c->ref.runs, c->edges);
        tamis_drift_count(&c->ref.runs, 0, c->edges, c->n_edges, c->counts);
}

/* -- levels -------------------------------------------------------------------------------------------------------- */

uint64_t tamis_drift_text_hash(tamis_slice text) {
        uint64_t hash = tamis_mix(tamis_slice_hash(text));

        return hash ? hash : 1;
}

/* Room for a beginning and sixteen digits; bytes are cut between characters. */
static tamis_slice shortened(tamis_slice text, char *room) {
        size_t n = TAMIS_DRIFT_LONGEST - 17;

        if (text.n <= TAMIS_DRIFT_LONGEST)
                return text;
        while (n > 0 && (text.p[n] & 0xc0) == 0x80)
                n--;
        memcpy(room, text.p, n);
        n += (size_t) snprintf(room + n, 18, "#%016llx", (unsigned long long) tamis_drift_text_hash(text));
        return (tamis_slice) { room, n };
}

static bool drawn(uint64_t hash, unsigned halved) {
        return halved == 0 || tamis_mix(hash) >> (64 - halved) == 0;
}

static int grow_counts(tamis_drift_column *c, size_t capacity, tamis_error *err) {
        double *counts = reallocarray(c->fresh_counts, capacity, sizeof *counts);

        if (!counts)
                return tamis_fail_memory(err);
        memset(counts + c->fresh_capacity, 0, (capacity - c->fresh_capacity) * sizeof *counts);
        c->fresh_counts = counts;
        c->fresh_capacity = capacity;
        return 0;
}

/* Too many levels: half of them go, by their hashes, as often as it takes. How often hangs on the set of levels
 * alone. */
static int thin(tamis_drift_column *c, tamis_error *err) {
        tamis_dict kept = {0};
        size_t known = 0;
        int r = 0;

        for (size_t n = SIZE_MAX; n > TAMIS_DRIFT_LEVELS; ) {
                c->halved++;
                n = 0;
                for (size_t i = 0; i < c->levels.n; i++)
                        n += drawn(c->levels.entries[i].hash, c->halved);
        }
        for (size_t i = 0; r == 0 && i < c->levels.n; i++) {
                const struct tamis_dict_entry *e = &c->levels.entries[i];
                size_t code;

                if (!drawn(e->hash, c->halved))
                        continue;
                r = tamis_dict_add(&kept, e->text, e->count, &code, err);
                if (r == 0 && i < c->fresh_capacity) {
                        double count = c->fresh_counts[i];

                        c->fresh_counts[i] = 0;
                        c->fresh_counts[code] = count;
                }
                known += i < c->known;
        }
        for (size_t i = kept.n; i < c->fresh_capacity; i++)
                c->fresh_counts[i] = 0;
        tamis_dict_done(&c->levels);
        c->levels = kept;
        c->known = known;
        return r;
}

int tamis_drift_keep_text(tamis_drift_column *c, bool fresh, tamis_slice text, tamis_error *err) {
        char room[TAMIS_DRIFT_LONGEST + 2];
        size_t code;
        int r;

        text = shortened(text, room);
        if (c->halved > 0 && !drawn(tamis_slice_hash(text), c->halved))
                return 0;
        r = tamis_dict_add(&c->levels, text, fresh ? 0 : 1, &code, err);
        if (r == 0 && fresh && code >= c->fresh_capacity)
                r = grow_counts(c, 2 * code + 16, err);
        if (r == 0 && fresh)
                c->fresh_counts[code] += 1;
        return r == 0 && c->levels.n > TAMIS_DRIFT_LEVELS ? thin(c, err) : r;
}

/* -- rows ---------------------------------------------------------------------------------------------------------- */

void tamis_drift_sample_done(tamis_drift_sample *s) {
        free(s->heap);
        free(s->cells);
        *s = (tamis_drift_sample) {0};
}

int tamis_drift_sample_open(tamis_drift_sample *s, size_t columns, tamis_error *err) {
        size_t most = TAMIS_DRIFT_CELLS / (columns + 1);

        s->most = most < TAMIS_DRIFT_ROWS ? most > 200 ? most : 200 : TAMIS_DRIFT_ROWS;
        s->heap = calloc(s->most, sizeof *s->heap);
        s->cells = calloc(s->most * (columns + 1), sizeof *s->cells);
        return s->heap && s->cells ? 0 : tamis_fail_memory(err);
}

static void sink(struct tamis_drift_row *heap, size_t n, size_t i) {
        struct tamis_drift_row row = heap[i];

        for (size_t child; (child = 2 * i + 1) < n; i = child) {
                child += child + 1 < n && heap[child + 1].hash > heap[child].hash;
                if (heap[child].hash <= row.hash)
                        break;
                heap[i] = heap[child];
        }
        heap[i] = row;
}

size_t tamis_drift_sample_slot(tamis_drift_sample *s, uint64_t row) {
        /* which rows is no matter of a seed: all that is saved of a table is alike */
        uint64_t hash = tamis_mix(row ^ UINT64_C(0x6472696674));
        size_t slot;

        if (s->n < s->most) {
                s->heap[s->n] = (struct tamis_drift_row) { hash, s->n };
                s->n++;
                for (size_t i = s->n / 2; s->n == s->most && i-- > 0; )
                        sink(s->heap, s->n, i);
                return s->n - 1;
        }
        if (hash >= s->heap[0].hash)
                return SIZE_MAX;
        slot = s->heap[0].slot;
        s->heap[0].hash = hash;
        sink(s->heap, s->n, 0);
        return slot;
}

static int by_hash(const void *a, const void *b) {
        const struct tamis_drift_row *x = a, *y = b;

        return (x->hash > y->hash) - (x->hash < y->hash);
}

void tamis_drift_sample_sort(tamis_drift_sample *s) {
        if (s->n > 0)
                qsort(s->heap, s->n, sizeof *s->heap, by_hash);
}
