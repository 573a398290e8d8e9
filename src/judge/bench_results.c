/* A file of results: which groups it has, and what is torn at its end. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tamis/number.h>
#include <tamis/stats.h>

#include "judge/bench.h"
#include "table/feed.h"

enum { FILE_NAME, MECHANISM, RATE, REPEAT, SEED, STRATEGY, STATUS, COLUMN, MEASURE, VALUE };

static int key_of(tamis_buffer *key, const tamis_slice parts[5], tamis_error *err) {
        int r = 0;

        key->n = 0;
        for (size_t i = 0; r == 0 && i < 5; i++) {
                r = tamis_buffer_add(key, parts[i].p, parts[i].n, err);
                if (r == 0)
                        r = tamis_buffer_add(key, "", 1, err);
        }
        return r;
}

/* Group i is code i. */
static int index_groups(const tamis_bench *b, tamis_dict *dict, tamis_error *err) {
        const tamis_bench_options *o = b->options;
        tamis_buffer key = {0};
        int r = 0;

        for (size_t i = 0; r == 0 && i < b->n_cells * o->n_strategies; i++) {
                const tamis_bench_cell *c = &b->cells[i / o->n_strategies];
                char rate[TAMIS_NUMBER_MAX], repeat[32];
                size_t code, n = tamis_number_print(c->rate, rate);
                const tamis_slice parts[] = {
                        tamis_slice_of(c->file), tamis_slice_of(c->mechanism), { rate, n },
                        { repeat, (size_t) snprintf(repeat, sizeof repeat, "%zu", c->repeat) },
                        tamis_slice_of(o->strategies[i % o->n_strategies].name),
                };

                r = key_of(&key, parts, err);
                if (r == 0)
                        r = tamis_dict_add(dict, (tamis_slice) { key.p, key.n }, 1, &code, err);
                if (r == 0 && code != i)
                        r = tamis_fail(err, TAMIS_USAGE, "the design has %s, %s, %.*s, %s twice", c->file, c->mechanism,
                                       (int) n, rate, o->strategies[i % o->n_strategies].name);
        }
        tamis_buffer_done(&key);
        return r;
}

static tamis_bench_status status_of(tamis_slice text) {
        for (size_t i = TAMIS_BENCH_OK; i <= TAMIS_BENCH_JUNK; i++)
                if (tamis_slice_equal(text, tamis_slice_of(tamis_bench_status_names[i])))
                        return (tamis_bench_status) i;
        return TAMIS_BENCH_NOT_RUN;
}

/* Its seed must be ours: else it had other holes. */
static int check_seed(const tamis_bench *b, tamis_batch *batch, size_t row, size_t group, tamis_error *err) {
        double seed;

        if (tamis_number_parse(tamis_batch_text(batch, row, SEED), &seed)
            && seed == (double) b->cells[group / b->options->n_strategies].seed)
                return 0;
        return tamis_batch_fail(batch, row, SEED, err,
                                "these results were made with another --seed: name another file");
}

static int take_row(tamis_bench *b, const tamis_dict *dict, tamis_buffer *key, tamis_batch *batch, size_t row,
                    bool *whole, tamis_error *err) {
        const tamis_slice parts[] = {
                tamis_batch_text(batch, row, FILE_NAME), tamis_batch_text(batch, row, MECHANISM),
                tamis_batch_text(batch, row, RATE),      tamis_batch_text(batch, row, REPEAT),
                tamis_batch_text(batch, row, STRATEGY),
        };
        tamis_slice measure = tamis_batch_text(batch, row, MEASURE);
        bool all = tamis_slice_equal(tamis_batch_text(batch, row, COLUMN), tamis_slice_of("*"));
        tamis_bench_group *g;
        double value;
        long at;
        int r = key_of(key, parts, err);

        *whole = all && tamis_slice_equal(measure, tamis_slice_of("seconds"));
        at = r == 0 ? tamis_dict_find(dict, (tamis_slice) { key->p, key->n }) : -1;
        if (r < 0 || at < 0)
                return r;
        r = check_seed(b, batch, row, (size_t) at, err);
        g = &b->groups[at];
        if (!tamis_number_parse(tamis_batch_text(batch, row, VALUE), &value))
                value = NAN;
        if (all && tamis_slice_equal(measure, tamis_slice_of("error")))
                g->error = value;
        if (all && tamis_slice_equal(measure, tamis_slice_of("megabytes")))
                g->megabytes = value;
        if (*whole) {
                g->seconds = value;
                g->before = true;
                g->status = status_of(tamis_batch_text(batch, row, STATUS));
        }
        return r;
}

/* *torn: rows behind the last whole group. */
static int read_rows(tamis_bench *b, const tamis_dict *dict, size_t *torn, tamis_error *err) {
        const tamis_reader_options how = { .dialect = { .delimiter = ',', .header = true } };
        tamis_missing missing = {0};
        tamis_feed feed = {0};
        tamis_buffer key = {0};
        int r = tamis_feed_open(&feed, b->options->resume, &how, &missing, err);

        *torn = 0;
        if (r == 0 && feed.schema.n != 12)
                r = tamis_fail(err, TAMIS_BAD_DATA, "%s is no file of results: its columns are others",
                               b->options->resume);
        if (r == 0)
                r = tamis_feed_next(&feed, err);
        while (r == 0 && feed.batch.n_rows > 0) {
                for (size_t row = 0; r == 0 && row < feed.batch.n_rows; row++) {
                        bool whole;

                        r = take_row(b, dict, &key, &feed.batch, row, &whole, err);
                        *torn = whole ? 0 : *torn + 1;
                }
                if (r == 0)
                        r = tamis_feed_next(&feed, err);
        }
        tamis_buffer_done(&key);
        tamis_feed_done(&feed);
        return r;
}

/* Cut `lines` whole lines off the end, and what is behind the last end of a line; of a file all of whose
 * lines are records. */
static int cut(const char *path, size_t lines, tamis_error *err) {
        int fd = open(path, O_RDWR | O_CLOEXEC), r = 0;
        off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END), at = size, keep = 0;
        char buffer[4096];

        lines++;                /* the end of the line before them */
        while (r == 0 && at > 0 && lines > 0) {
                size_t n = at < (off_t) sizeof buffer ? (size_t) at : sizeof buffer;

                at -= (off_t) n;
                if (pread(fd, buffer, n, at) != (ssize_t) n)
                        r = -1;
                for (size_t i = n; r == 0 && i-- > 0 && lines > 0;)
                        if (buffer[i] == '\n' && --lines == 0)
                                keep = at + (off_t) i + 1;
        }
        if (size < 0 || r < 0 || (keep != size && ftruncate(fd, keep) < 0))
                r = tamis_fail(err, TAMIS_IO, "%s: %s", path, strerror(errno));
        if (fd >= 0)
                close(fd);
        return r;
}

int tamis_bench_resume(tamis_bench *b, tamis_error *err) {
        tamis_dict dict = {0};
        struct stat s;
        size_t torn = 0;
        int r = index_groups(b, &dict, err);

        if (r == 0 && b->options->resume && stat(b->options->resume, &s) == 0 && s.st_size > 0) {
                r = cut(b->options->resume, 0, err);
                if (r == 0 && stat(b->options->resume, &s) == 0 && s.st_size > 0)
                        r = read_rows(b, &dict, &torn, err);
                if (r == 0 && torn > 0)
                        r = cut(b->options->resume, torn, err);
        }
        tamis_dict_done(&dict);
        return r;
}
