/* feed.h: a table read batch by batch, outside of a run of steps.
 *
 * Ownership: embedded; {0} is empty; _done frees it. The path and the missing tokens are borrowed.
 */
#ifndef TAMIS_TABLE_FEED_H
#define TAMIS_TABLE_FEED_H

#include <tamis/batch.h>


typedef struct tamis_feed {
        const char *path;
        tamis_reader *reader;
        tamis_schema schema;
        const tamis_missing *missing;
        tamis_batch batch;
        uint64_t first;         /* rows before this batch */
        size_t at;              /* the first row of the batch not yet dealt with; the caller's to move */
} tamis_feed;

void tamis_feed_done(tamis_feed *feed);
int tamis_feed_open(tamis_feed *feed, const char *path, const tamis_reader_options *how, const tamis_missing *missing,
                    tamis_error *err) TAMIS_CHECKED;
/* The next batch; batch.n_rows = 0 at the end. */
int tamis_feed_next(tamis_feed *feed, tamis_error *err) TAMIS_CHECKED;
int tamis_feed_rewind(tamis_feed *feed, tamis_error *err) TAMIS_CHECKED;
/* How many rows are at hand; reads the next batch when there are none. 0: the end. */
int tamis_feed_rows(tamis_feed *feed, size_t *ret, tamis_error *err) TAMIS_CHECKED;
/* Find out every column's type and whether it has missing cells, then go back to the start. */
int tamis_feed_types(tamis_feed *feed, tamis_error *err) TAMIS_CHECKED;

/* "truth.csv", or what stands for the standard input in messages. */
const char *tamis_feed_name(const tamis_feed *feed);

#endif
