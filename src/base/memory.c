#include <endian.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/memory.h>

/* -- slices -------------------------------------------------------------------------------------------------------- */

int tamis_slice_compare(tamis_slice a, tamis_slice b) {
        size_t n = a.n < b.n ? a.n : b.n;
        int order = n ? memcmp(a.p, b.p, n) : 0;

        return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* Bytes are read in little-endian order everywhere, so that hashes may be written to files. */
static uint64_t load(const char *p) {
        uint64_t word;

        memcpy(&word, p, sizeof word);
        return le64toh(word);
}

/* 1 .. 7 bytes as one word, in loads of fixed size: a memcpy of n bytes was half the time of counting short texts. */
static uint64_t load_some(const char *p, size_t n) {
        uint32_t low, high;

        if (n < 4)
                return (uint64_t) (uint8_t) p[0] | (uint64_t) (uint8_t) p[n / 2] << 8 * (n / 2)
                        | (uint64_t) (uint8_t) p[n - 1] << 8 * (n - 1);
        memcpy(&low, p, sizeof low);
        memcpy(&high, p + n - 4, sizeof high);
        return le32toh(low) | (uint64_t) le32toh(high) << 8 * (n - 4);
}

/* Each step is a bijection of the state for a given word and of the word for a given state: nothing is lost on the way,
 * whatever the bytes are. */
static uint64_t absorb(uint64_t h, uint64_t word) {
        word *= UINT64_C(0x9e3779b97f4a7c15);
        word ^= word >> 32;
        h = (h ^ word) * UINT64_C(0xd6e8feb86659fd93);
        return h ^ h >> 29;
}

uint64_t tamis_slice_hash(tamis_slice s) {
        uint64_t h = absorb(UINT64_C(0x243f6a8885a308d3), s.n);
        size_t i = 0;

        for (; s.n - i >= 8; i += 8)
                h = absorb(h, load(s.p + i));
        if (i < s.n)
                h = absorb(h, load_some(s.p + i, s.n - i));

        /* the finaliser of SplitMix64 (Steele, Lea & Flood 2014, variant 13 of Stafford): every bit moves every bit */
        h = (h ^ h >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        h = (h ^ h >> 27) * UINT64_C(0x94d049bb133111eb);
        return h ^ h >> 31;
}

/* -- buffers ------------------------------------------------------------------------------------------------------- */

int tamis_buffer_reserve(tamis_buffer *b, size_t more, tamis_error *err) {
        size_t need, capacity;
        char *p;

        if (more <= b->capacity - b->n)
                return 0;
        if (__builtin_add_overflow(b->n, more, &need) || need > PTRDIFF_MAX)
                return tamis_fail_memory(err);
        capacity = b->capacity > PTRDIFF_MAX / 2 ? PTRDIFF_MAX : 2 * b->capacity;
        if (capacity < 64)
                capacity = 64;
        if (capacity < need)
                capacity = need;
        p = realloc(b->p, capacity);
        if (!p)
                return tamis_fail_memory(err);
        b->p = p;
        b->capacity = capacity;
        return 0;
}

int tamis_buffer_add(tamis_buffer *b, const void *p, size_t n, tamis_error *err) {
        int r;

        if (n == 0)
                return 0;
        r = tamis_buffer_reserve(b, n, err);
        if (r < 0)
                return r;
        memcpy(b->p + b->n, p, n);
        b->n += n;
        return 0;
}

int tamis_buffer_addf(tamis_buffer *b, tamis_error *err, const char *format, ...) {
        va_list args, again;
        int n, r;

        va_start(args, format);
        va_copy(again, args);
        n = vsnprintf(NULL, 0, format, args);
        if (n < 0)
                r = tamis_fail_memory(err);
        else
                r = tamis_buffer_reserve(b, (size_t) n + 1, err);
        if (r == 0) {
                vsnprintf(b->p + b->n, (size_t) n + 1, format, again);
                b->n += (size_t) n;
        }
        va_end(again);
        va_end(args);
        return r;
}

void tamis_buffer_done(tamis_buffer *b) {
        if (!b)
                return;
        free(b->p);
        *b = (tamis_buffer) { 0 };
}

/* -- arenas -------------------------------------------------------------------------------------------------------- */

enum { ARENA_ALIGN = _Alignof(max_align_t), ARENA_FIRST = 4096, ARENA_LARGEST = 1 << 20 };

/* Pieces are cut off the first block; the others are full, or hold one large piece. */
typedef struct tamis_arena_block {
        struct tamis_arena_block *next;
        size_t size, used;      /* of `bytes` */
        _Alignas(max_align_t) char bytes[];
} block;

/* A new block for a piece of n bytes. Blocks double with what is held, so that there are few; a piece that would take
 * most of one gets a block of its own, behind the first, which stays in use. */
static block *arena_grow(tamis_arena *a, size_t n) {
        size_t usual = a->held < ARENA_FIRST ? ARENA_FIRST : a->held > ARENA_LARGEST ? ARENA_LARGEST : a->held;
        size_t size = n > usual / 2 ? n : usual;
        block *b;

        if (size > PTRDIFF_MAX - sizeof *b)
                return NULL;
        b = malloc(sizeof *b + size);
        if (!b)
                return NULL;
        b->size = size;
        b->used = 0;
        a->held += sizeof *b + size;
        if (size == n && a->blocks) {
                b->next = a->blocks->next;
                a->blocks->next = b;
        } else {
                b->next = a->blocks;
                a->blocks = b;
        }
        return b;
}

void *tamis_arena_get(tamis_arena *a, size_t n) {
        block *b = a->blocks;
        char *p;

        if (n > PTRDIFF_MAX - ARENA_ALIGN)
                return NULL;
        n = n ? (n + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN : ARENA_ALIGN;
        if (!b || b->size - b->used < n)
                b = arena_grow(a, n);
        if (!b)
                return NULL;
        p = b->bytes + b->used;
        b->used += n;
        return p;
}

void *tamis_arena_get_zeroed(tamis_arena *a, size_t count, size_t size) {
        size_t n;
        void *p;

        if (__builtin_mul_overflow(count, size, &n))
                return NULL;
        p = tamis_arena_get(a, n);
        if (p && n)
                memset(p, 0, n);
        return p;
}

char *tamis_arena_copy(tamis_arena *a, tamis_slice s) {
        char *p = s.n < SIZE_MAX ? tamis_arena_get(a, s.n + 1) : NULL;

        if (!p)
                return NULL;
        if (s.n)
                memcpy(p, s.p, s.n);
        p[s.n] = '\0';
        return p;
}

/* What is filled again will need about as much: one block for all of it, so that its pages are not given back and
 * faulted in each time. */
void tamis_arena_reset(tamis_arena *a) {
        size_t held = a->held;

        if (a->blocks && a->blocks->next) {
                tamis_arena_done(a);
                if (held <= PTRDIFF_MAX - sizeof(block))
                        a->blocks = malloc(sizeof(block) + held);
                if (!a->blocks)
                        return;
                a->held = sizeof(block) + held;
                *a->blocks = (block) { .size = held };
        } else if (a->blocks) {
                a->blocks->used = 0;
        }
}

void tamis_arena_done(tamis_arena *a) {
        block *b, *next;

        if (!a)
                return;
        for (b = a->blocks; b; b = next) {
                next = b->next;
                free(b);
        }
        *a = (tamis_arena) { 0 };
}
