/* The design, cell by cell on all threads. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <tamis/pool.h>
#include <tamis/random.h>

#include "judge/bench.h"

const char *const tamis_bench_status_names[] = { "not run", "ok", "partial", "timeout", "failed", "junk" };

struct running {
        tamis_bench *bench;
        pthread_mutex_t lock;
        size_t next, done, ran;         /* cells; groups, in all and in this run */
        int results;                    /* the file gone on with; -1: none */
        double start;
        int r;
        tamis_error err;
};

void tamis_bench_done(tamis_bench *b) {
        for (size_t i = 0; b->groups && i < b->n_cells * b->options->n_strategies; i++)
                tamis_buffer_done(&b->groups[i].text);
        if (b->options)
                tamis_spool_done(&b->rows);
        free(b->groups);
        free(b->cells);
        *b = (tamis_bench) {0};
}

static double now(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

/* -- the design ---------------------------------------------------------------------------------------------------- */

/* 31 bits: they are read as an option again, and by anybody's program. */
static uint64_t seed_of(const tamis_bench_options *o, const tamis_bench_cell *c) {
        const char *name = strrchr(c->file, '/');
        tamis_stream stream;
        char purpose[512];

        snprintf(purpose, sizeof purpose, "bench.%.300s.%.100s.%.17g", name ? name + 1 : c->file, c->mechanism,
                 c->rate);
        tamis_stream_init(&stream, o->seed, purpose, c->repeat, 0);
        return tamis_stream_bits(&stream) >> 33;
}

static int lay_out(tamis_bench *b, tamis_error *err) {
        const tamis_bench_options *o = b->options;
        size_t i = 0;

        b->n_cells = o->n_files * o->n_mechanisms * o->n_rates * o->repeats;
        b->cells = calloc(b->n_cells + 1, sizeof *b->cells);
        b->groups = calloc(b->n_cells * o->n_strategies + 1, sizeof *b->groups);
        if (!b->cells || !b->groups)
                return tamis_fail_memory(err);
        /* who failed has no row with an error, and none is not 0 */
        for (size_t g = 0; g < b->n_cells * o->n_strategies; g++)
                b->groups[g] = (tamis_bench_group) { .error = NAN, .seconds = NAN, .megabytes = NAN };
        for (size_t f = 0; f < o->n_files; f++)
                for (size_t m = 0; m < o->n_mechanisms; m++)
                        for (size_t r = 0; r < o->n_rates; r++)
                                for (size_t k = 1; k <= o->repeats; k++, i++) {
                                        b->cells[i] =
                                                (tamis_bench_cell) { o->files[f], o->mechanisms[m], o->rates[r], k, 0 };
                                        b->cells[i].seed = seed_of(o, &b->cells[i]);
                                }
        return 0;
}

/* -- cells --------------------------------------------------------------------------------------------------------- */

static bool stopped(const struct running *g) {
        return g->bench->options->stop && atomic_load(g->bench->options->stop);
}

static void fail(struct running *g, int r, const tamis_error *err) {
        pthread_mutex_lock(&g->lock);
        if (g->r == 0) {
                g->r = r;
                g->err = *err;
        }
        pthread_mutex_unlock(&g->lock);
}

static int append(const struct running *g, const tamis_buffer *text, tamis_error *err) {
        for (size_t at = 0; g->results >= 0 && at < text->n;) {
                ssize_t n = write(g->results, text->p + at, text->n - at);

                if (n < 0 && errno != EINTR)
                        return tamis_fail(err, TAMIS_IO, "%s: %s", g->bench->options->resume, strerror(errno));
                at += n > 0 ? (size_t) n : 0;
        }
        return 0;
}

/* Rows leave memory: what this process holds when it makes another counts for the other's largest size (Linux keeps the
 * mark through exec), which would grow with every row. */
static int keep_rows(struct running *g, tamis_bench_group *group, tamis_error *err) {
        uint64_t memory = 0;
        int r = 0;

        if (g->results >= 0) {
                r = append(g, &group->text, err);
        } else {
                group->at = g->bench->rows.n;
                group->n = group->text.n;
                r = tamis_spool_add(&g->bench->rows, &memory, group->text.p, group->text.n, err);
        }
        tamis_buffer_done(&group->text);
        group->text = (tamis_buffer) {0};
        return r;
}

/* A group goes into the file whole, and in one piece where the system does so. */
static int settle(struct running *g, tamis_bench_group *group, tamis_error *err) {
        const tamis_bench_options *o = g->bench->options;
        int r;

        pthread_mutex_lock(&g->lock);
        r = keep_rows(g, group, err);
        g->done++;
        g->ran++;
        if (o->progress)
                o->progress(o->arg, g->done, g->bench->n_cells * o->n_strategies, (now() - g->start) / (double) g->ran);
        pthread_mutex_unlock(&g->lock);
        return r;
}

static void clear(const char *folder) {
        static const char *const names[] = { "holes.csv", "out.csv", "errors", "figures.csv" };
        char path[512];

        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                snprintf(path, sizeof path, "%s/%s", folder, names[i]);
                unlink(path);
        }
        rmdir(folder);
}

static int run_cell(struct running *g, size_t cell, const char *folder, tamis_error *err) {
        const tamis_bench_options *o = g->bench->options;
        tamis_bench_group *groups = g->bench->groups + cell * o->n_strategies;
        char why[256] = "";
        int r = tamis_bench_holes(o, &g->bench->cells[cell], folder, why, err);

        for (size_t s = 0; r == 0 && s < o->n_strategies && !stopped(g); s++) {
                if (groups[s].status != TAMIS_BENCH_NOT_RUN)
                        continue;
                r = tamis_bench_fill(o, &g->bench->cells[cell], folder, why, &o->strategies[s], &groups[s], err);
                if (r == 0 && groups[s].status != TAMIS_BENCH_NOT_RUN)
                        r = settle(g, &groups[s], err);
        }
        return r;
}

static bool is_done(const tamis_bench *b, size_t cell) {
        for (size_t s = 0; s < b->options->n_strategies; s++)
                if (b->groups[cell * b->options->n_strategies + s].status == TAMIS_BENCH_NOT_RUN)
                        return false;
        return true;
}

static void work(void *arg, unsigned thread) {
        struct running *g = arg;
        const char *tmp = getenv("TMPDIR");

        for (;;) {
                char folder[400];
                tamis_error err = {0};
                size_t cell;
                int r;

                pthread_mutex_lock(&g->lock);
                while (g->next < g->bench->n_cells && is_done(g->bench, g->next))
                        g->next++;
                cell = g->r == 0 && !stopped(g) ? g->next++ : g->bench->n_cells;
                pthread_mutex_unlock(&g->lock);
                if (cell >= g->bench->n_cells)
                        return;
                snprintf(folder, sizeof folder, "%.300s/tamis-bench-XXXXXX", tmp && *tmp ? tmp : "/tmp");
                r = mkdtemp(folder) ? 0 : tamis_fail(&err, TAMIS_IO, "%s: %s", folder, strerror(errno));
                if (r == 0) {
                        r = run_cell(g, cell, folder, &err);
                        clear(folder);
                }
                if (r < 0)
                        fail(g, r, &err);
        }
}

/* -- all of it ----------------------------------------------------------------------------------------------------- */

static int open_results(struct running *g, tamis_error *err) {
        const char *path = g->bench->options->resume;
        off_t size;

        g->results = -1;
        if (!path)
                return 0;
        g->results = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (g->results < 0)
                return tamis_fail(err, TAMIS_IO, "%s: %s", path, strerror(errno));
        size = lseek(g->results, 0, SEEK_END);
        if (size == 0) {
                tamis_buffer header = { .p = (char *) TAMIS_BENCH_HEADER, .n = strlen(TAMIS_BENCH_HEADER) };

                return append(g, &header, err);
        }
        return 0;
}

static int run_all(tamis_bench *b, tamis_error *err) {
        struct running g = { .bench = b, .results = -1, .start = now() };
        tamis_pool *pool = NULL;
        int r = tamis_pool_new(b->options->threads, &pool, err);

        for (size_t i = 0; i < b->n_cells * b->options->n_strategies; i++)
                g.done += b->groups[i].status != TAMIS_BENCH_NOT_RUN;
        if (r == 0)
                r = open_results(&g, err);
        pthread_mutex_init(&g.lock, NULL);
        if (r == 0) {
                tamis_pool_run(pool, work, &g);
                r = g.r;
                if (r < 0 && err)
                        *err = g.err;
        }
        pthread_mutex_destroy(&g.lock);
        if (g.results >= 0 && close(g.results) < 0 && r == 0)
                r = tamis_fail(err, TAMIS_IO, "%s: %s", b->options->resume, strerror(errno));
        tamis_pool_free(pool);
        return r;
}

int tamis_bench_rows(const tamis_bench *b, const tamis_bench_group *group, tamis_buffer *out, tamis_error *err) {
        int r = tamis_buffer_reserve(out, group->n, err);

        for (size_t left = group->n, got; r == 0 && left > 0; left -= got) {
                r = tamis_spool_read(&b->rows, group->at + group->n - left, out->p + out->n, left, &got, err);
                if (r < 0)
                        break;
                out->n += got;
        }
        return r;
}

int tamis_bench_run(const tamis_bench_options *o, tamis_bench *ret, tamis_error *err) {
        tamis_bench b = { .options = o, .rows = TAMIS_SPOOL_EMPTY };
        int r = lay_out(&b, err);

        if (r == 0)
                r = tamis_bench_resume(&b, err);
        if (r == 0)
                r = run_all(&b, err);
        if (r < 0) {
                tamis_bench_done(&b);
                return r;
        }
        *ret = b;
        return 0;
}
