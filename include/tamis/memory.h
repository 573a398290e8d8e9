/* memory.h: byte slices, growing buffers and arenas.
 *
 * A slice borrows: it says where bytes lie, and whoever made it says how long they stay. A buffer owns one growing
 * run of bytes. An arena owns many small pieces that all die together: a batch has one, so that nothing is
 * allocated per cell.
 */
#ifndef TAMIS_MEMORY_H
#define TAMIS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <tamis/error.h>

typedef struct tamis_slice {
        const char *p;          /* not NUL-terminated; may be NULL when n is 0 */
        size_t n;
} tamis_slice;

static inline tamis_slice tamis_slice_of(const char *text) {
        return (tamis_slice) { text, text ? strlen(text) : 0 };
}

static inline bool tamis_slice_equal(tamis_slice a, tamis_slice b) {
        return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Bytewise order, a prefix first: <0, 0, >0. */
int tamis_slice_compare(tamis_slice a, tamis_slice b);

/* 64 bits that depend on every byte; the same on every machine. */
uint64_t tamis_slice_hash(tamis_slice s);

/* A growing run of bytes. {0} is an empty one; tamis_buffer_done frees it. */
typedef struct tamis_buffer {
        char *p;
        size_t n, capacity;
} tamis_buffer;

/* Room for `more` bytes after the n there are; n stays. Doubles, so that appending is O(1) in the mean. */
int tamis_buffer_reserve(tamis_buffer *b, size_t more, tamis_error *err) TAMIS_CHECKED;
int tamis_buffer_add(tamis_buffer *b, const void *p, size_t n, tamis_error *err) TAMIS_CHECKED;
int tamis_buffer_addf(tamis_buffer *b, tamis_error *err, const char *format, ...)
        __attribute__((format(printf, 3, 4))) TAMIS_CHECKED;
void tamis_buffer_done(tamis_buffer *b);

/* Many pieces that are freed together. {0} is an empty arena. */
typedef struct tamis_arena {
        struct tamis_arena_block *blocks;
        size_t held;            /* bytes of all blocks */
} tamis_arena;

/* `n` bytes, aligned for any type, not cleared; NULL when memory is out. n of 0 gives a valid pointer. */
void *tamis_arena_get(tamis_arena *a, size_t n);
/* The same, cleared; count * size is checked for overflow. */
void *tamis_arena_get_zeroed(tamis_arena *a, size_t count, size_t size);
/* A NUL-terminated copy. */
char *tamis_arena_copy(tamis_arena *a, tamis_slice s);
/* Forget every piece; keep as much memory for the next use, where there is any to be had. */
void tamis_arena_reset(tamis_arena *a);
void tamis_arena_done(tamis_arena *a);

#endif
