#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tamis/pool.h>

struct tamis_pool {
        pthread_mutex_t lock;
        pthread_cond_t wake;    /* a run begins, or the end */
        pthread_cond_t idle;    /* the last thread has returned */
        void (*work)(void *arg, unsigned thread);
        void *arg;
        unsigned long run;      /* which run it is: threads wait for it to change */
        unsigned busy;          /* threads still at it, the caller's not counted */
        bool quit;
        unsigned threads;       /* the caller's included */
        struct worker {
                tamis_pool *pool;
                pthread_t id;
                unsigned number;
        } workers[];            /* threads - 1 of them */
};

/* The pool this thread is working for just now: a run inside a run is done by the thread that asks. */
static _Thread_local const tamis_pool *inside;

static void *worker_main(void *arg) {
        struct worker *w = arg;
        tamis_pool *pool = w->pool;
        unsigned long seen = 0;

        inside = pool;
        pthread_mutex_lock(&pool->lock);
        for (;;) {
                while (pool->run == seen && !pool->quit)
                        pthread_cond_wait(&pool->wake, &pool->lock);
                if (pool->quit)
                        break;
                seen = pool->run;
                pthread_mutex_unlock(&pool->lock);
                pool->work(pool->arg, w->number);
                pthread_mutex_lock(&pool->lock);
                if (--pool->busy == 0)
                        pthread_cond_signal(&pool->idle);
        }
        pthread_mutex_unlock(&pool->lock);
        return NULL;
}

static unsigned processors(void) {
        cpu_set_t set;
        long n;

        if (sched_getaffinity(0, sizeof set, &set) == 0)
                n = CPU_COUNT(&set);
        else
                n = sysconf(_SC_NPROCESSORS_ONLN);      /* more processors than a cpu_set_t holds */
        return n > 1 ? (unsigned) n : 1;
}

/* Start the workers, up to `threads` in all; pool->threads says how many there are. Signals stay with the caller's
 * thread. 0, or what pthread_create says. */
static int start_workers(tamis_pool *pool, unsigned threads) {
        sigset_t all, old;
        int error = 0;

        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &old);
        while (error == 0 && pool->threads < threads) {
                struct worker *w = &pool->workers[pool->threads - 1];

                w->pool = pool;
                w->number = pool->threads;
                error = pthread_create(&w->id, NULL, worker_main, w);
                if (error == 0)
                        pool->threads++;
        }
        pthread_sigmask(SIG_SETMASK, &old, NULL);
        return error;
}

int tamis_pool_new(unsigned threads, tamis_pool **ret, tamis_error *err) {
        unsigned want = threads ? threads : processors();
        tamis_pool *pool;
        int error;

        pool = calloc(1, sizeof *pool + (want - 1) * sizeof pool->workers[0]);
        if (!pool)
                return tamis_fail_memory(err);
        pool->threads = 1;
        pthread_mutex_init(&pool->lock, NULL);
        pthread_cond_init(&pool->wake, NULL);
        pthread_cond_init(&pool->idle, NULL);
        error = start_workers(pool, want);
        if (error && threads) {         /* who asked for no number takes what there is */
                unsigned got = pool->threads;

                tamis_pool_free(pool);
                return tamis_fail(err, TAMIS_NO_MEMORY, "cannot start thread %u of %u: %s", got + 1, threads,
                                  strerror(error));
        }
        *ret = pool;
        return 0;
}

void tamis_pool_free(tamis_pool *pool) {
        if (!pool)
                return;
        pthread_mutex_lock(&pool->lock);
        pool->quit = true;
        pthread_cond_broadcast(&pool->wake);
        pthread_mutex_unlock(&pool->lock);
        for (unsigned i = 0; i + 1 < pool->threads; i++)
                pthread_join(pool->workers[i].id, NULL);
        pthread_cond_destroy(&pool->idle);
        pthread_cond_destroy(&pool->wake);
        pthread_mutex_destroy(&pool->lock);
        free(pool);
}

unsigned tamis_pool_threads(const tamis_pool *pool) {
        return pool->threads;
}

void tamis_pool_run(tamis_pool *pool, void (*work)(void *arg, unsigned thread), void *arg) {
        const tamis_pool *outer = inside;

        if (outer == pool || pool->threads == 1) {
                for (unsigned i = 0; i < pool->threads; i++)
                        work(arg, i);
                return;
        }
        pthread_mutex_lock(&pool->lock);
        pool->work = work;
        pool->arg = arg;
        pool->busy = pool->threads - 1;
        pool->run++;
        pthread_cond_broadcast(&pool->wake);
        pthread_mutex_unlock(&pool->lock);

        inside = pool;
        work(arg, 0);
        inside = outer;

        pthread_mutex_lock(&pool->lock);
        while (pool->busy)
                pthread_cond_wait(&pool->idle, &pool->lock);
        pthread_mutex_unlock(&pool->lock);
}

/* -- loops --------------------------------------------------------------------------------------------------------- */

struct loop {
        void (*work)(void *arg, size_t i);
        void *arg;
        size_t n, piece;
        atomic_size_t next;     /* the first index nobody has taken */
};

static void loop_main(void *arg, unsigned thread) {
        struct loop *l = arg;
        size_t first, end;

        for (;;) {
                first = atomic_fetch_add_explicit(&l->next, l->piece, memory_order_relaxed);
                if (first >= l->n)
                        return;
                end = l->n - first < l->piece ? l->n : first + l->piece;
                for (size_t i = first; i < end; i++)
                        l->work(l->arg, i);
        }
}

void tamis_pool_for(tamis_pool *pool, size_t n, void (*work)(void *arg, size_t i), void *arg) {
        struct loop l = { .work = work, .arg = arg, .n = n };

        if (n <= 1 || pool->threads == 1 || inside == pool) {
                for (size_t i = 0; i < n; i++)
                        work(arg, i);
                return;
        }
        /* sixteen pieces a thread: uneven work evens out, and the counter stays cold */
        l.piece = n / ((size_t) pool->threads * 16);
        if (l.piece == 0)
                l.piece = 1;
        tamis_pool_run(pool, loop_main, &l);
}
