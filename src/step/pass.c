/* One reading of the input, by all threads.
 *
 * There is no reader thread and no writer thread: each thread takes a turn at reading a batch, works on it, and takes a
 * turn, in the order of the batches, at handing over what it made. Reading, working and writing overlap by themselves,
 * and no more batches are under way than there are threads.
 *
 * A step that numbers its rows needs to know how many came before the batch. Where a step before it adds or removes
 * rows that is known only when the batch before has got that far: such steps are entered in order too (`gates`).
 */
#include <stdlib.h>

#include "step/run.h"

/* The door of one link. */
struct gate {
        bool ordered;           /* batches enter one by one, in order */
        uint64_t entered;       /* batches that have */
        uint64_t rows, train;   /* rows that have */
};

struct pass {
        tamis_run *run;
        const tamis_visitor *visitor;
        size_t first, links;    /* the pass goes through links [first, links) */
        bool stored;            /* batches come from memory, not from the reader */
        bool drained;           /* or there are none but those of a link's tail */
        bool keeps;             /* and are left there for the next pass */
        bool counts;            /* each link sees each row this once */
        atomic_bool outgrown;   /* the first reading found more than there is room for: what was kept goes */

        pthread_mutex_t reading;        /* guards reader, next, read, tail_link, tail_block, ended */
        uint64_t next, read;            /* batches; bytes of them, unpacked */
        size_t tail_link, tail_block;
        bool ended;

        pthread_mutex_t lock;           /* guards all below */
        pthread_cond_t moved;
        tamis_reader_counts reached;    /* for progress: as of the last batch read */
        struct gate *gates;
        struct tamis_store kept;
        uint64_t turn;
        uint64_t failed;        /* the first batch, in order, that failed so far; UINT64_MAX: none */
        int status;
        tamis_error error;
};

/* What one thread holds. */
struct worker {
        struct pass *pass;
        tamis_batch own;        /* used again and again */
        tamis_batch *batch;     /* that one, or one that stays in memory */
        uint64_t seq;
        size_t from;            /* the first link the batch goes through */
        tamis_error error;
};

/* -- reading ------------------------------------------------------------------------------------------------------- */

/* The next block of rows that a link adds behind the last. False: there are none left. */
static bool next_tail(struct pass *p, size_t *link, size_t *block) {
        for (; p->tail_link < p->links; p->tail_link++, p->tail_block = 0) {
                const tamis_link *l = p->run->links[p->tail_link];

                /* rows for training are no part of what new rows go through */
                if (!l->type->tail || (l->loaded && (l->type->traits & TAMIS_TRAIN_ONLY)))
                        continue;
                if (p->tail_block < l->type->tail_blocks(l->state)) {
                        *link = p->tail_link;
                        *block = p->tail_block++;
                        return true;
                }
        }
        return false;
}

/* Rows that a link adds. */
static int take_tail(struct worker *w, size_t link, size_t block) {
        tamis_link *l = w->pass->run->links[link];
        int r;

        if (w->pass->keeps && w->batch == &w->own)
                w->batch = tamis_store_batch(&w->error);
        if (!w->batch)
                return TAMIS_NO_MEMORY;
        w->from = link + 1;
        w->batch->schema = &l->out;
        w->batch->missing = &l->missing;
        w->batch->precision = l->precision;
        w->batch->final = w->pass->counts;
        r = l->type->tail(l->state, block, w->batch, &w->error);
        if (r == 0 && w->batch->no_memory)
                r = tamis_fail_memory(&w->error);
        if (r < 0) {
                w->error.step = l->type->name;
                return r;
        }
        if (w->pass->counts)
                atomic_fetch_add(&l->rows_out, w->batch->n_rows);
        return 1;
}

/* Whoever shows progress must not wait for a reader who waits for a pipe: they are told here how far the reading is. */
static void note_reached(struct pass *p) {
        tamis_reader_counts reached;

        if (!p->run->options.progress)
                return;
        tamis_reader_count(p->run->reader, &reached);
        pthread_mutex_lock(&p->lock);
        p->reached = reached;
        pthread_mutex_unlock(&p->lock);
}

/* The next batch of the input into w->batch; false: there are none left. */
static bool next_batch(struct worker *w, int *r) {
        struct pass *p = w->pass;
        struct tamis_store *store = &p->run->store;

        if (p->stored) {
                if (p->next >= store->n)
                        return false;
                w->batch = store->batches[p->next];
                store->batches[p->next] = NULL;
                return true;
        }
        *r = tamis_reader_next(p->run->reader, &w->batch->chunk, &w->error);
        if (*r == 0)
                p->read += w->batch->chunk.bytes.n;
        if (p->keeps && p->links == 0 && p->read > tamis_store_room(p->run))
                p->outgrown = true;
        note_reached(p);
        return *r < 0 || w->batch->chunk.records > 0;
}

/* Take the next batch. 1: there is one; 0: the end; negative: it failed, and has its place in the order
 * all the same. */
static int take(struct worker *w) {
        struct pass *p = w->pass;
        size_t link = 0, block = 0;
        bool tail = false, ended;
        int r = 0;

        tamis_batch_reset(&w->own);
        w->batch = &w->own;
        if (p->keeps && !p->stored && !p->outgrown) {
                w->batch = tamis_store_batch(&w->error);
                r = w->batch ? 0 : TAMIS_NO_MEMORY;
        }
        pthread_mutex_lock(&p->reading);
        ended = p->ended;
        if (!ended && r == 0 && p->tail_link == SIZE_MAX && !next_batch(w, &r))
                p->tail_link = p->first;
        if (!ended && r == 0 && p->tail_link != SIZE_MAX) {
                tail = next_tail(p, &link, &block);
                p->ended = ended = !tail;
        }
        if (r < 0)
                p->ended = true;
        w->seq = p->next;
        p->next += !ended;
        pthread_mutex_unlock(&p->reading);
        if (r < 0 || ended)
                return r < 0 && !ended ? r : 0;
        if (tail)
                return take_tail(w, link, block);
        w->from = p->first;
        if (p->stored)
                return 1;
        r = tamis_batch_begin(w->batch, &w->error);
        return r < 0 ? r : 1;
}

/* The batch is done with: it stays in memory, or its room is used again. */
static int let_go(struct worker *w, bool keep) {
        tamis_batch *batch = w->batch;

        w->batch = NULL;
        if (batch == &w->own || !batch)
                return 0;
        if (keep)
                return tamis_store_add(&w->pass->kept, batch, &w->error);
        tamis_store_drop(batch);
        return 0;
}

/* -- through the links --------------------------------------------------------------------------------------------- */

/* Number the batch's rows at a door, waiting for the batch before where order decides. Negative: an earlier batch
 * failed. Tails begin behind some doors, but no batch that follows them is to enter there, so the order has no hole. */
static int enter(struct worker *w, size_t link) {
        struct pass *p = w->pass;
        struct gate *g = &p->gates[link];
        int r = 0;

        if (!g->ordered) {
                w->batch->first_row = w->batch->first_train = TAMIS_NOT_NUMBERED;
                return 0;
        }
        pthread_mutex_lock(&p->lock);
        while (g->entered != w->seq && p->failed > w->seq)
                pthread_cond_wait(&p->moved, &p->lock);
        if (g->entered == w->seq) {
                w->batch->first_row = g->rows;
                w->batch->first_train = g->train;
                g->rows += w->batch->n_rows;
                g->train += w->batch->n_train;
                g->entered++;
                pthread_cond_broadcast(&p->moved);
        } else {
                r = -1;
        }
        pthread_mutex_unlock(&p->lock);
        return r;
}

static int through(struct worker *w, size_t i) {
        struct pass *p = w->pass;
        tamis_link *l = p->run->links[i];
        int r = tamis_link_greet(p->run, l, w->batch, &w->error);

        if (r < 0)
                return r;
        if (enter(w, i) < 0)
                return tamis_fail(&w->error, TAMIS_BAD_DATA, "an earlier batch failed");
        if (p->counts)
                atomic_fetch_add(&l->rows_in, w->batch->n_rows);
        if (l->type->apply && !(l->loaded && (l->type->traits & TAMIS_TRAIN_ONLY)))
                r = l->type->apply(l->state, w->batch, &w->error);
        if (r == 0 && w->batch->no_memory)
                r = tamis_fail_memory(&w->error);
        if (r < 0) {
                w->error.step = l->type->name;
                return r;
        }
        if (p->counts)
                atomic_fetch_add(&l->rows_out, w->batch->n_rows);
        return 0;
}

/* -- in order ------------------------------------------------------------------------------------------------------ */

static void fail(struct worker *w, int status) {
        struct pass *p = w->pass;

        pthread_mutex_lock(&p->lock);
        if (w->seq < p->failed) {
                p->failed = w->seq;
                p->status = status;
                p->error = w->error;
        }
        pthread_cond_broadcast(&p->moved);
        pthread_mutex_unlock(&p->lock);
        pthread_mutex_lock(&p->reading);
        p->ended = true;
        pthread_mutex_unlock(&p->reading);
}

static void progress(struct pass *p) {
        tamis_reader_counts reached;

        if (!p->run->options.progress)
                return;
        pthread_mutex_lock(&p->lock);
        reached = p->reached;
        pthread_mutex_unlock(&p->lock);
        p->run->options.progress(p->run->options.arg, p->visitor->what, reached.bytes, reached.bytes_total,
                                 reached.records);
}

/* Wait for our turn and hand over. 0, or negative when this batch failed or an earlier one did. */
static int hand_over(struct worker *w, void *result) {
        struct pass *p = w->pass;
        bool ours;
        int r;

        pthread_mutex_lock(&p->lock);
        while (p->turn != w->seq && p->failed > w->seq)
                pthread_cond_wait(&p->moved, &p->lock);
        ours = p->turn == w->seq;
        pthread_mutex_unlock(&p->lock);
        if (!ours) {
                p->visitor->drop(p->visitor->arg, result);
                return -1;
        }

        /* nobody else has this turn: no lock is held while writing */
        r = p->visitor->turn(p->visitor->arg, result, &w->error);
        if (p->outgrown)
                tamis_store_done(&p->kept);
        if (r == 0)
                r = let_go(w, p->keeps && !p->outgrown);
        if (r < 0) {
                fail(w, r);
                return r;
        }
        progress(p);
        pthread_mutex_lock(&p->lock);
        p->turn++;
        pthread_cond_broadcast(&p->moved);
        pthread_mutex_unlock(&p->lock);
        return 0;
}

static int work_on(struct worker *w) {
        struct pass *p = w->pass;
        void *result = NULL;
        int r = 0;

        w->batch->final = p->counts;
        for (size_t i = w->from; i < p->links && r == 0; i++)
                r = through(w, i);
        if (r == 0 && p->visitor->learner) {
                r = tamis_link_greet(p->run, p->visitor->learner, w->batch, &w->error);
                if (r == 0 && enter(w, p->links) < 0)
                        r = tamis_fail(&w->error, TAMIS_BAD_DATA, "an earlier batch failed");
        }
        if (r == 0)
                r = p->visitor->work(p->visitor->arg, w->batch, &result, &w->error);
        if (r < 0) {
                fail(w, r);
                return r;
        }
        return hand_over(w, result);
}

static void work(void *arg, unsigned thread) {
        struct pass *p = arg;
        struct worker w = { .pass = p };
        int r;

        while ((r = take(&w)) > 0)
                if (work_on(&w) < 0)
                        break;
        if (r < 0)
                fail(&w, r);
        (void) let_go(&w, false);
        tamis_batch_done(&w.own);
}

/* Where this pass begins, and what it leaves behind. */
static int plan(struct pass *p, tamis_error *err) {
        tamis_run *run = p->run;

        const tamis_link *learner = p->visitor->learner;
        bool drains = learner && tamis_link_drains(learner);

        p->stored = run->store.n > 0;
        p->drained = !p->stored && run->drained > 0;
        p->first = p->stored ? run->store.level : p->drained ? run->drained - 1 : 0;
        if (p->drained)
                p->tail_link = p->first;
        p->keeps = !p->visitor->final && !drains && (p->stored || tamis_store_worthwhile(run));
        p->counts = p->visitor->final || p->keeps || drains;
        run->passes++;
        return !p->stored && !p->drained && run->options.input.again ? tamis_reader_rewind(run->reader, err) : 0;
}

int tamis_pass(tamis_run *run, const tamis_visitor *visitor, tamis_error *err) {
        struct pass p = {
                .run = run, .visitor = visitor, .links = run->ready, .tail_link = SIZE_MAX, .failed = UINT64_MAX,
        };
        int r = plan(&p, err);

        if (r < 0)
                return r;
        p.gates = calloc(run->n_links + 1, sizeof *p.gates);
        if (!p.gates)
                return tamis_fail_memory(err);
        for (size_t i = p.first; i < p.links + (visitor->learner != NULL); i++)
                p.gates[i].ordered = tamis_link_numbers(run->links[i]);
        pthread_mutex_init(&p.reading, NULL);
        pthread_mutex_init(&p.lock, NULL);
        pthread_cond_init(&p.moved, NULL);

        tamis_pool_run(run->pool, work, &p);

        pthread_cond_destroy(&p.moved);
        pthread_mutex_destroy(&p.lock);
        pthread_mutex_destroy(&p.reading);
        free(p.gates);
        if (!p.stored && !p.drained) {
                tamis_reader_count(run->reader, &run->counts);
                run->table_bytes = p.read;
        }
        tamis_store_done(&run->store);
        if (p.status < 0 || p.outgrown)
                tamis_store_done(&p.kept);      /* not the whole table */
        run->store = p.kept;
        run->store.level = p.links;
        if (p.status < 0 && err)
                *err = p.error;
        return p.status;
}
