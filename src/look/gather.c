#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include <tamis/step.h>

#include "look/gather.h"
#include "table/cell.h"

/* Batches are handed over in lanes, one behind the other: while one is in the second lane, the next one is in the first. */
enum { LANES = 5, PIECES = 2 };

enum { LEAST_VALUES = 16384, LEAST_WORDS = 1000, LEAST_REPEATS = 16384, MOST_REPEATS = 4 << 20 };
static const uint64_t usual_memory = UINT64_C(1) << 30;

/* What a batch says of a column. */
struct part {
        const double *numbers;          /* NULL: no cell is a number */
        const uint8_t *missing;         /* NULL: no cell is missing */
        uint64_t n_missing, empty;
        tamis_words_part words;
};

struct reading {
        tamis_gather *g;
        pthread_mutex_t reading, lock;
        pthread_cond_t moved;
        uint64_t next, turn[LANES];
        bool ended;
        int status;
        tamis_error error;
};

/* One batch, and what it says. */
struct piece {
        tamis_batch batch;
        struct part *parts;
        const uint8_t **missing;
        tamis_patterns patterns;
        uint64_t *hashes;
        uint64_t seq;
        int status;             /* negative: reading it, or looking at it, failed */
};

/* While an earlier batch is not handed over by the others, the next one is looked at. */
struct worker {
        struct reading *reading;
        struct piece pieces[PIECES];
        size_t first, n;        /* those that wait for their turn: pieces[first], and so on around */
        tamis_error error;      /* of the first that failed */
};

/* -- one batch ------------------------------------------------------------------------------------------------------- */

static uint64_t count_empty(const tamis_batch *b, size_t column, const uint8_t *missing) {
        const tamis_column *c = &b->columns[column];
        uint64_t n = 0;

        for (size_t row = 0; row < b->n_rows; row++) {
                tamis_slice raw;
                uint64_t eight;

                if (row + sizeof eight <= b->n_rows) {          /* mostly none of eight */
                        memcpy(&eight, missing + row, sizeof eight);
                        if (eight == 0) {
                                row += sizeof eight - 1;
                                continue;
                        }
                }
                if (!missing[row])
                        continue;
                raw = tamis_trim(tamis_cell_raw(b, c, row));
                n += raw.n == 0 || (raw.n == 2 && raw.p[0] == '"');
        }
        return n;
}

static int look_at(tamis_batch *b, size_t column, struct part *p, tamis_error *err) {
        const tamis_column *c = &b->columns[column];
        int r = tamis_batch_numbers(b, column, &p->numbers, err);

        if (r == 0 && c->missing > 0)
                r = tamis_batch_missing(b, column, &p->missing, err);
        if (r < 0)
                return r;
        p->n_missing = c->missing;
        if (p->missing)
                p->empty = count_empty(b, column, p->missing);
        if (c->nonnumbers > 0)
                r = tamis_words_part_make(&p->words, b, column, p->numbers, p->missing, err);
        if (c->missing + c->nonnumbers == b->n_rows)
                p->numbers = NULL;
        return r;
}

static int look(const tamis_gather *g, struct piece *piece, tamis_error *err) {
        tamis_batch *b = &piece->batch;
        bool any = false;
        int r = tamis_batch_begin(b, err);

        b->schema = &g->schema;
        b->missing = &g->missing;
        b->precision = -1;
        for (size_t i = 0; r == 0 && i < g->columns.n; i++) {
                r = look_at(b, g->columns.columns[i], &piece->parts[i], err);
                piece->missing[i] = piece->parts[i].missing;
                any = any || piece->missing[i];
        }
        if (r == 0 && any)
                r = tamis_patterns_make(&piece->patterns, b, piece->missing, g->columns.n, err);
        else
                piece->patterns.complete = b->n_rows;
        piece->hashes = r == 0 ? tamis_repeats_hash(b) : NULL;
        if (r == 0 && !piece->hashes)
                r = tamis_fail_memory(err);
        return r;
}

/* The columns in all lanes but the last, which is for what is of whole rows. */
static int hand_over(tamis_gather *g, const struct piece *piece, unsigned lane, tamis_error *err) {
        const tamis_batch *b = &piece->batch;
        size_t n = g->columns.n, end = lane < LANES - 1 ? n * (lane + 1) / (LANES - 1) : n;
        int r = 0;

        for (size_t i = n * lane / (LANES - 1); r == 0 && i < end; i++) {
                tamis_gathered *to = &g->gathered[i];
                const struct part *p = &piece->parts[i];

                to->missing += p->n_missing;
                to->empty += p->empty;
                if (p->numbers)
                        r = tamis_runs_add(&to->runs, p->numbers, b->n_rows, err);
                if (r == 0 && p->words.dict.n > 0)
                        r = tamis_words_merge(&to->words, &p->words, b, err);
        }
        if (lane < LANES - 1 || r < 0)
                return r;
        if (r == 0)
                r = tamis_patterns_merge(&g->patterns, &piece->patterns, err);
        if (r == 0)
                r = tamis_repeats_add(&g->repeats, piece->hashes, b->n_rows, err);
        if (r == 0)
                r = tamis_sample_add(&g->sample, b, err);
        g->rows += b->n_rows;
        return r;
}

/* -- all of them ----------------------------------------------------------------------------------------------------- */

static void forget(struct piece *piece, size_t columns) {
        for (size_t i = 0; piece->parts && i < columns; i++) {
                tamis_dict_done(&piece->parts[i].words.dict);
                piece->parts[i] = (struct part) {0};
        }
        tamis_patterns_done(&piece->patterns);
        tamis_batch_reset(&piece->batch);
}

static void fail(struct worker *w, int status) {
        struct reading *r = w->reading;

        pthread_mutex_lock(&r->lock);
        if (r->status == 0) {
                r->status = status;
                r->error = w->error;
        }
        pthread_cond_broadcast(&r->moved);
        pthread_mutex_unlock(&r->lock);
}

static void tell(struct reading *r) {
        const tamis_profile_options *o = r->g->options;
        tamis_reader_counts counts;

        if (!o->progress)
                return;
        tamis_reader_count(r->g->reader, &counts);
        o->progress(o->arg, "reading", counts.bytes, counts.bytes_total, counts.records);
}

/* 1: a batch is there; 0: the end; negative: it failed. */
static int take(struct reading *r, struct piece *piece, tamis_error *err) {
        int status = 0;

        pthread_mutex_lock(&r->reading);
        if (!r->ended) {
                status = tamis_reader_next(r->g->reader, &piece->batch.chunk, err);
                r->ended = status < 0 || piece->batch.chunk.records == 0;
                piece->seq = r->next++;
                status = status < 0 ? status : !r->ended;
                if (status == 1)
                        tell(r);
        }
        pthread_mutex_unlock(&r->reading);
        return status;
}

static bool is_turn(struct reading *r, const struct piece *piece, unsigned lane) {
        bool is;

        pthread_mutex_lock(&r->lock);
        is = r->turn[lane] == piece->seq;
        pthread_mutex_unlock(&r->lock);
        return is;
}

/* Wait until all batches before this one are through the lane. False: one of them failed. */
static bool wait_turn(struct reading *r, const struct piece *piece, unsigned lane) {
        bool ours;

        pthread_mutex_lock(&r->lock);
        while (r->turn[lane] != piece->seq && r->status == 0)
                pthread_cond_wait(&r->moved, &r->lock);
        ours = r->turn[lane] == piece->seq && r->status == 0;
        pthread_mutex_unlock(&r->lock);
        return ours;
}

static void pass_turn(struct reading *r, unsigned lane) {
        pthread_mutex_lock(&r->lock);
        r->turn[lane]++;
        pthread_cond_broadcast(&r->moved);
        pthread_mutex_unlock(&r->lock);
}

/* The first failure in the order of the batches is the one that counts: a batch that failed waits for its turn too. False: all is
 * over. */
static bool hand_over_all(struct worker *w, struct piece *piece) {
        struct reading *reading = w->reading;

        for (unsigned lane = 0; lane < LANES; lane++) {
                int r = piece->status;

                if (!wait_turn(reading, piece, lane))
                        return false;
                if (r == 0)
                        r = hand_over(reading->g, piece, lane, &w->error);
                if (r < 0) {
                        fail(w, r);
                        return false;
                }
                pass_turn(reading, lane);
        }
        forget(piece, reading->g->columns.n);
        return true;
}

/* 1: one more waits for its turn; 0: there is none. */
static int take_another(struct worker *w) {
        struct piece *piece = &w->pieces[(w->first + w->n) % PIECES];
        int r = take(w->reading, piece, &w->error);

        if (r == 0)
                return 0;
        piece->status = r > 0 ? look(w->reading->g, piece, &w->error) : r;
        w->n++;
        return piece->status == 0;
}

static int open_pieces(struct worker *w) {
        const tamis_gather *g = w->reading->g;

        for (struct piece *p = w->pieces; p < w->pieces + PIECES; p++) {
                p->patterns.words = g->patterns.words;
                p->parts = calloc(g->columns.n + 1, sizeof *p->parts);
                p->missing = calloc(g->columns.n + 1, sizeof *p->missing);
                if (!p->parts || !p->missing)
                        return tamis_fail_memory(&w->error);
        }
        return 0;
}

static void work(void *arg, unsigned thread) {
        struct worker w = { .reading = arg };
        bool more = open_pieces(&w) == 0;

        (void) thread;
        if (!more)
                fail(&w, TAMIS_NO_MEMORY);
        while (more || w.n > 0) {
                if (more && (w.n == 0 || (w.n < PIECES && !is_turn(w.reading, &w.pieces[w.first], 0)))) {
                        more = take_another(&w) == 1;
                        continue;
                }
                if (!hand_over_all(&w, &w.pieces[w.first]))
                        break;
                w.first = (w.first + 1) % PIECES;
                w.n--;
        }
        for (struct piece *p = w.pieces; p < w.pieces + PIECES; p++) {
                forget(p, w.reading->g->columns.n);
                tamis_batch_done(&p->batch);
                free(p->parts);
                free(p->missing);
        }
}

int tamis_gather_read(tamis_gather *g, tamis_error *err) {
        struct reading r = { .g = g };

        pthread_mutex_init(&r.reading, NULL);
        pthread_mutex_init(&r.lock, NULL);
        pthread_cond_init(&r.moved, NULL);
        tamis_pool_run(g->pool, work, &r);
        pthread_cond_destroy(&r.moved);
        pthread_mutex_destroy(&r.lock);
        pthread_mutex_destroy(&r.reading);
        if (r.status < 0 && err)
                *err = r.error;
        return r.status < 0 ? r.status : tamis_reader_commit(g->reader, err);
}

/* -- before and after ------------------------------------------------------------------------------------------------ */

static uint64_t memory_of(const tamis_gather *g) {
        return g->options->input.memory ? g->options->input.memory : usual_memory;
}

static size_t values_of(const tamis_gather *g) {
        uint64_t values = memory_of(g) / 2 / sizeof(double) / (g->columns.n + 1);

        return values < LEAST_VALUES ? LEAST_VALUES : values > SIZE_MAX / 64 ? SIZE_MAX / 64 : (size_t) values;
}

static int select_columns(tamis_gather *g, tamis_error *err) {
        if (g->options->columns)
                return tamis_select(&g->schema, g->options->columns, &g->columns, err);
        g->columns.columns = calloc(g->schema.n + 1, sizeof *g->columns.columns);
        if (!g->columns.columns)
                return tamis_fail_memory(err);
        g->columns.n = g->schema.n;
        for (size_t i = 0; i < g->schema.n; i++)
                g->columns.columns[i] = i;
        return 0;
}

static size_t words_of(const tamis_gather *g) {
        uint64_t words = memory_of(g) / 4 / (g->columns.n + 1) / (2 * TAMIS_WORDS_LENGTH);

        return words < LEAST_WORDS ? LEAST_WORDS : words > TAMIS_WORDS_MOST ? TAMIS_WORDS_MOST : (size_t) words;
}

/* Twice as much is needed to count them. */
static size_t repeats_of(const tamis_gather *g) {
        uint64_t hashes = memory_of(g) / 16 / (2 * sizeof(uint64_t));

        return hashes < LEAST_REPEATS ? LEAST_REPEATS : hashes > MOST_REPEATS ? MOST_REPEATS : (size_t) hashes;
}

int tamis_gather_open(tamis_gather *g, const tamis_profile_options *o, tamis_error *err) {
        int r;

        g->options = o;
        r = tamis_missing_init(&g->missing, o->na, err);
        if (r == 0)
                r = tamis_reader_new(&o->input, &g->reader, err);
        if (r == 0)
                r = tamis_schema_from_header(tamis_reader_header(g->reader), tamis_reader_dialect(g->reader),
                                             &g->schema, err);
        if (r == 0 && o->types)
                r = tamis_types_force(&g->schema, o->types, false, err);
        if (r == 0)
                r = select_columns(g, err);
        if (r == 0)
                r = tamis_pool_new(o->threads, &g->pool, err);
        if (r < 0)
                return r;
        g->gathered = calloc(g->columns.n + 1, sizeof *g->gathered);
        if (!g->gathered)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < g->columns.n; i++) {
                g->gathered[i].runs.room = values_of(g);
                g->gathered[i].words.most = words_of(g);
        }
        g->patterns.words = (g->columns.n + 63) / 64;
        g->repeats.most = repeats_of(g);
        g->sample.most = TAMIS_SAMPLE_CELLS / (g->schema.n + 1);
        if (g->sample.most > TAMIS_SAMPLE_ROWS)
                g->sample.most = TAMIS_SAMPLE_ROWS;
        if (g->sample.most < 1000)
                g->sample.most = 1000;
        return 0;
}

void tamis_gather_done(tamis_gather *g) {
        for (size_t i = 0; g->gathered && i < g->columns.n; i++) {
                tamis_runs_done(&g->gathered[i].runs);
                tamis_words_done(&g->gathered[i].words);
        }
        free(g->gathered);
        tamis_patterns_done(&g->patterns);
        tamis_repeats_done(&g->repeats);
        tamis_sample_done(&g->sample);
        tamis_selection_done(&g->columns);
        tamis_missing_done(&g->missing);
        tamis_schema_done(&g->schema);
        tamis_reader_free(g->reader);
        tamis_pool_free(g->pool);
}
