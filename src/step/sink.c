/* Where rows go: one output, or one a part. Formatting is any thread's work; writing keeps the order. */
#include <stdlib.h>

#include "step/run.h"

/* One file and what is due in it. */
struct mouth {
        char *value;            /* of the mark; NULL for the one output */
        tamis_output *output;
        bool open;              /* the last row came without a line ending, and waits for one */
};

struct tamis_sink {
        tamis_dialect dialect;
        const char *pattern;    /* NULL: one output */
        long mark;              /* the column that names the part */
        tamis_buffer header;
        struct mouth *mouths;
        size_t n;
        pthread_mutex_t lock;   /* guards spare */
        struct spare *spare;
};

/* Room that was written from and waits for another batch: without it the bytes of each would grow from nothing. */
struct spare {
        tamis_buffer bytes;
        struct spare *next;
};

/* The rows of one batch, by where they go. */
struct piece {
        struct run_of_rows {
                tamis_slice value;
                tamis_buffer bytes;
                bool open;
        } *runs;
        size_t n;
        tamis_buffer values;    /* holds the runs' values */
};

static int add_mouth(tamis_sink *s, tamis_slice value, const char *path, tamis_error *err) {
        struct mouth *more = realloc(s->mouths, (s->n + 1) * sizeof *more), *m;
        int r;

        if (!more)
                return tamis_fail_memory(err);
        s->mouths = more;
        m = &more[s->n];
        *m = (struct mouth) { .value = strndup(value.p ? value.p : "", value.n) };
        if (!m->value)
                return tamis_fail_memory(err);
        s->n++;
        r = tamis_output_new(path, &m->output, err);
        return r < 0 ? r : tamis_output_write(m->output, s->header.p, s->header.n, err);
}

/* 'name.{}.csv' -> 'name.train.csv' */
static int add_part(tamis_sink *s, tamis_slice value, tamis_error *err) {
        const char *hole = strstr(s->pattern, "{}");
        char *path = NULL;
        int r;

        if (value.n == 0)
                return tamis_fail(err, TAMIS_BAD_DATA, "a row has no mark: it belongs to no part");
        if (memchr(value.p, '/', value.n) || memchr(value.p, 0, value.n))
                return tamis_fail(err, TAMIS_BAD_DATA, "the mark \"%.*s\" cannot be part of a file's name",
                                  (int) value.n, value.p);
        if (asprintf(&path, "%.*s%.*s%s", (int) (hole - s->pattern), s->pattern, (int) value.n, value.p, hole + 2) < 0)
                return tamis_fail_memory(err);
        r = add_mouth(s, value, path, err);
        free(path);
        return r;
}

static int find_mark(tamis_sink *s, const tamis_schema *schema, tamis_error *err) {
        int r = 0;

        s->mark = tamis_schema_find(schema, tamis_slice_of("_split"));
        if (s->mark < 0)
                s->mark = tamis_schema_find(schema, tamis_slice_of("_fold"));
        if (!strstr(s->pattern, "{}"))
                r = tamis_fail(err, TAMIS_USAGE, "'%s' has no {} for the part's name", s->pattern);
        else if (s->mark < 0)
                r = tamis_fail(err, TAMIS_BAD_DATA,
                               "there is no column _split or _fold to part by (tamis split marks them)");
        if (r < 0 && err)
                err->step = "part";
        return r;
}

int tamis_sink_new(const tamis_run *run, const tamis_schema *schema, tamis_sink **ret, tamis_error *err) {
        tamis_sink *s = calloc(1, sizeof *s);
        tamis_schema out = {0};
        int r;

        if (!s)
                return tamis_fail_memory(err);
        pthread_mutex_init(&s->lock, NULL);
        s->dialect = schema->dialect;
        s->pattern = run->options.parts;
        if (!s->pattern && run->options.output && strstr(run->options.output, "{}")) {
                tamis_sink_free(s);
                return tamis_fail(err, TAMIS_USAGE,
                                  "--output %s: one file for each part is what `tamis split --out PATTERN` and "
                                  "`tamis part PATTERN` write",
                                  run->options.output);
        }
        s->mark = -1;
        r = tamis_schema_copy(schema, &out, err);
        if (r == 0 && s->pattern)
                r = find_mark(s, schema, err);
        if (r == 0 && s->mark >= 0)
                tamis_schema_remove(&out, (size_t) s->mark);
        if (r == 0)
                r = tamis_schema_print(&out, tamis_reader_header(run->reader), &s->header, err);
        if (r == 0 && !s->pattern)
                r = add_mouth(s, (tamis_slice) {0}, run->options.output, err);
        tamis_schema_done(&out);
        if (r < 0) {
                tamis_sink_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

void tamis_sink_free(tamis_sink *s) {
        if (!s)
                return;
        for (size_t i = 0; i < s->n; i++) {
                tamis_output_free(s->mouths[i].output);
                free(s->mouths[i].value);
        }
        free(s->mouths);
        while (s->spare) {
                struct spare *one = s->spare;

                s->spare = one->next;
                tamis_buffer_done(&one->bytes);
                free(one);
        }
        pthread_mutex_destroy(&s->lock);
        tamis_buffer_done(&s->header);
        free(s);
}

static tamis_buffer take_spare(tamis_sink *s) {
        tamis_buffer bytes = {0};
        struct spare *one;

        pthread_mutex_lock(&s->lock);
        one = s->spare;
        if (one)
                s->spare = one->next;
        pthread_mutex_unlock(&s->lock);
        if (one)
                bytes = one->bytes;
        free(one);
        bytes.n = 0;
        return bytes;
}

static void leave_spare(tamis_sink *s, tamis_buffer *bytes) {
        struct spare *one = bytes->capacity ? malloc(sizeof *one) : NULL;

        if (!one) {
                tamis_buffer_done(bytes);
                return;
        }
        *one = (struct spare) { .bytes = *bytes };
        *bytes = (tamis_buffer) {0};
        pthread_mutex_lock(&s->lock);
        one->next = s->spare;
        s->spare = one;
        pthread_mutex_unlock(&s->lock);
}

void tamis_sink_drop(tamis_sink *s, void *piece) {
        struct piece *p = piece;

        if (!p)
                return;
        for (size_t i = 0; i < p->n; i++)
                leave_spare(s, &p->runs[i].bytes);
        free(p->runs);
        tamis_buffer_done(&p->values);
        free(p);
}

static int end_row(const tamis_sink *s, tamis_buffer *bytes, bool *open, tamis_error *err) {
        if (!*open)
                return 0;
        *open = false;
        return tamis_buffer_add(bytes, s->dialect.eol, strlen(s->dialect.eol), err);
}

static int format_run(tamis_sink *s, struct piece *p, tamis_batch *batch, size_t first, size_t last, tamis_slice value,
                      tamis_error *err) {
        struct run_of_rows *run = NULL;

        for (size_t i = 0; i < p->n && !run; i++)
                if (tamis_slice_equal(p->runs[i].value, value))
                        run = &p->runs[i];
        if (!run) {
                struct run_of_rows *more = realloc(p->runs, (p->n + 1) * sizeof *more);

                if (!more)
                        return tamis_fail_memory(err);
                p->runs = more;
                run = &more[p->n++];
                *run = (struct run_of_rows) { .value = value, .bytes = take_spare(s) };
        }
        return tamis_batch_print(batch, first, last, &s->dialect, &run->bytes, &run->open, err);
}

/* The marks must outlive the batch, whose column goes before it is printed. */
static int format_parts(tamis_sink *s, struct piece *p, tamis_batch *batch, tamis_error *err) {
        size_t *lengths = calloc(batch->n_rows + 1, sizeof *lengths);
        size_t offset = 0, first = 0;
        int r = lengths ? 0 : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                tamis_slice mark = tamis_batch_text(batch, row, (size_t) s->mark);

                lengths[row] = mark.n;
                r = tamis_buffer_add(&p->values, mark.p, mark.n, err);
        }
        tamis_batch_remove_column(batch, (size_t) s->mark);
        for (size_t row = 1; r == 0 && row <= batch->n_rows; row++) {
                tamis_slice value = { p->values.p + offset, lengths[first] };

                offset += lengths[row - 1];
                if (row < batch->n_rows
                    && tamis_slice_equal(value, (tamis_slice) { p->values.p + offset, lengths[row] }))
                        continue;
                /* a row without a line ending has one when another row of the table follows, in whichever part */
                for (size_t i = 0; r == 0 && i < p->n; i++)
                        r = end_row(s, &p->runs[i].bytes, &p->runs[i].open, err);
                if (r == 0)
                        r = format_run(s, p, batch, first, row, value, err);
                first = row;
        }
        free(lengths);
        return r;
}

int tamis_sink_format(tamis_sink *s, tamis_batch *batch, void **piece, tamis_error *err) {
        struct piece *p = calloc(1, sizeof *p);
        int r;

        if (!p)
                return tamis_fail_memory(err);
        r = s->pattern ? format_parts(s, p, batch, err)
                       : format_run(s, p, batch, 0, batch->n_rows, (tamis_slice) { 0 }, err);
        if (r < 0) {
                tamis_sink_drop(s, p);
                return r;
        }
        *piece = p;
        return 0;
}

static int write_run(tamis_sink *s, const struct run_of_rows *run, tamis_error *err) {
        struct mouth *m = NULL;

        if (run->bytes.n == 0)
                return 0;
        for (size_t i = 0; i < s->n && !m; i++)
                if (tamis_slice_equal(tamis_slice_of(s->mouths[i].value), run->value))
                        m = &s->mouths[i];
        if (!m) {
                int r = add_part(s, run->value, err);

                if (r < 0)
                        return r;
                m = &s->mouths[s->n - 1];
        }
        m->open = run->open;
        return tamis_output_write(m->output, run->bytes.p, run->bytes.n, err);
}

/* The same across batches. */
static int end_rows(tamis_sink *s, tamis_error *err) {
        for (size_t i = 0; i < s->n; i++) {
                struct mouth *m = &s->mouths[i];
                int r = m->open ? tamis_output_write(m->output, s->dialect.eol, strlen(s->dialect.eol), err) : 0;

                if (r < 0)
                        return r;
                m->open = false;
        }
        return 0;
}

int tamis_sink_write(tamis_sink *s, void *piece, tamis_error *err) {
        struct piece *p = piece;
        bool rows = false;
        int r = 0;

        for (size_t i = 0; i < p->n; i++)
                rows |= p->runs[i].bytes.n > 0;
        if (rows)
                r = end_rows(s, err);
        for (size_t i = 0; r == 0 && i < p->n; i++)
                r = write_run(s, &p->runs[i], err);
        tamis_sink_drop(s, p);
        return r;
}

int tamis_sink_commit(tamis_sink *s, tamis_error *err) {
        for (size_t i = 0; i < s->n; i++) {
                int r = tamis_output_commit(s->mouths[i].output, err);

                if (r < 0)
                        return r;
        }
        return 0;
}
