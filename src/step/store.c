#include <stdlib.h>

#include "step/run.h"

/* Bytes of a batch for each byte of its text: the text, where cells end, parsed columns, changed columns. Measured: 5.2
 * on a table of 12 columns through seven steps. */
enum { SWELLS = 7 };

uint64_t tamis_store_room(const tamis_run *run) {
        return run->options.input.memory / SWELLS;
}

/* One step alone keeps its promise of little memory. How large the table is, is known after one reading; before that it
 * is tried, unless steps are at work that count what they do and must not do it twice. */
bool tamis_store_worthwhile(const tamis_run *run) {
        tamis_reader_counts counts;
        size_t learners = 0;

        for (size_t i = 0; i < run->n_links; i++)
                learners += (run->links[i]->type->traits & TAMIS_LEARNS) && !run->links[i]->loaded;
        if (learners < 2)
                return false;
        if (run->passes > 0)
                return run->table_bytes <= tamis_store_room(run);
        tamis_reader_count(run->reader, &counts);
        return run->ready == 0 && counts.bytes_total <= tamis_store_room(run);
}

int tamis_store_add(struct tamis_store *store, tamis_batch *batch, tamis_error *err) {
        if (store->n == store->capacity) {
                size_t capacity = store->capacity ? store->capacity * 2 : 64;
                tamis_batch **more = realloc(store->batches, capacity * sizeof *more);

                if (!more) {
                        tamis_store_drop(batch);
                        return tamis_fail_memory(err);
                }
                store->batches = more;
                store->capacity = capacity;
        }
        store->batches[store->n++] = batch;
        return 0;
}

void tamis_store_done(struct tamis_store *store) {
        for (size_t i = 0; i < store->n; i++)
                tamis_store_drop(store->batches[i]);
        free(store->batches);
        *store = (struct tamis_store) {0};
}

tamis_batch *tamis_store_batch(tamis_error *err) {
        tamis_batch *batch = calloc(1, sizeof *batch);

        if (!batch)
                (void) tamis_fail_memory(err);
        else
                tamis_batch_reset(batch);
        return batch;
}

void tamis_store_drop(tamis_batch *batch) {
        if (batch)
                tamis_batch_done(batch);
        free(batch);
}
