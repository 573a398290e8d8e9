/* pool.h: the one set of threads that everything shares.
 *
 * A pool runs one function on all its threads at once (the caller's is one of them) and waits. The runner drives its
 * ordered pipeline with it; a step's `finish` may use it for its own loops, since no batch is under way then.
 * Nothing a step computes may depend on the number of threads.
 */
#ifndef TAMIS_POOL_H
#define TAMIS_POOL_H

#include <stddef.h>

#include <tamis/error.h>

typedef struct tamis_pool tamis_pool;

/* `threads` >= 1 in all, the caller's included; 0: as many as the machine has processors for us. */
int tamis_pool_new(unsigned threads, tamis_pool **ret, tamis_error *err) TAMIS_CHECKED;
void tamis_pool_free(tamis_pool *pool);
unsigned tamis_pool_threads(const tamis_pool *pool);

/* Run work(arg, thread) once on each thread, thread = 0 .. threads-1, and return when all have returned. */
void tamis_pool_run(tamis_pool *pool, void (*work)(void *arg, unsigned thread), void *arg);

/* Run work(arg, i) for i = 0 .. n-1, in pieces, on all threads. The order is not defined. */
void tamis_pool_for(tamis_pool *pool, size_t n, void (*work)(void *arg, size_t i), void *arg);

#endif
