#include <stdlib.h>

#include "table/feed.h"

void tamis_feed_done(tamis_feed *f) {
        tamis_batch_done(&f->batch);
        tamis_schema_done(&f->schema);
        tamis_reader_free(f->reader);
        *f = (tamis_feed) {0};
}

const char *tamis_feed_name(const tamis_feed *f) {
        return strcmp(f->path, "-") == 0 ? "standard input" : f->path;
}

int tamis_feed_open(tamis_feed *f, const char *path, const tamis_reader_options *how, const tamis_missing *missing,
                    tamis_error *err) {
        tamis_reader_options o = *how;
        int r;

        *f = (tamis_feed) { .path = path, .missing = missing };
        o.paths = &f->path;
        o.n_paths = 1;
        o.again = true;         /* types are found out on the way, and may turn out otherwise */
        r = tamis_reader_new(&o, &f->reader, err);
        if (r == 0)
                r = tamis_schema_from_header(tamis_reader_header(f->reader), tamis_reader_dialect(f->reader),
                                             &f->schema, err);
        return r;
}

int tamis_feed_next(tamis_feed *f, tamis_error *err) {
        size_t before = f->batch.n_rows;
        int r;

        if (f->batch.no_memory)
                return tamis_fail_memory(err);
        tamis_batch_reset(&f->batch);
        f->first += before;
        f->at = 0;
        r = tamis_reader_next(f->reader, &f->batch.chunk, err);
        if (r == 0)
                r = tamis_batch_begin(&f->batch, err);
        f->batch.schema = &f->schema;
        f->batch.missing = f->missing;
        f->batch.precision = -1;
        return r;
}

int tamis_feed_rewind(tamis_feed *f, tamis_error *err) {
        tamis_batch_reset(&f->batch);
        f->batch.n_rows = 0;
        f->first = 0;
        f->at = 0;
        return tamis_reader_rewind(f->reader, err);
}

int tamis_feed_rows(tamis_feed *f, size_t *ret, tamis_error *err) {
        int r = f->at == f->batch.n_rows ? tamis_feed_next(f, err) : 0;

        if (r == 0)
                *ret = f->batch.n_rows - f->at;
        return r;
}

int tamis_feed_types(tamis_feed *f, tamis_error *err) {
        tamis_typing *typings = calloc(f->schema.n + 1, sizeof *typings);
        int r = typings ? tamis_feed_next(f, err) : tamis_fail_memory(err);

        while (r == 0 && f->batch.n_rows > 0) {
                for (size_t i = 0; r == 0 && i < f->schema.n; i++)
                        r = tamis_typing_learn(&typings[i], &f->batch, i, err);
                if (r == 0)
                        r = tamis_feed_next(f, err);
        }
        for (size_t i = 0; r == 0 && i < f->schema.n; i++) {
                if (!f->schema.fields[i].forced)
                        f->schema.fields[i].type = tamis_typing_type(&typings[i]);
                f->schema.fields[i].has_missing = typings[i].missing > 0;
        }
        free(typings);
        return r == 0 ? tamis_feed_rewind(f, err) : r;
}
