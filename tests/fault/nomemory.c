/* Memory that runs out when it is told to: preloaded (LD_PRELOAD), it makes one allocation fail, or all from that one on.
 *
 *     TAMIS_NOMEMORY=N        the N-th allocation since main() fails, as malloc would: NULL and ENOMEM
 *     TAMIS_NOMEMORY=N+       so do all that follow
 *     TAMIS_NOMEMORY_COUNT=F  how many there were is written to the file F when the program ends
 *
 * What the loader and the libraries do before main() is not counted: that is not ours to mend. The allocator behind it is
 * the next one found, so that it works over AddressSanitizer's too (ASAN_OPTIONS=verify_asan_link_order=0).
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int main_function(int, char **, char **);

static atomic_ulong counted;
static atomic_bool counts;
static unsigned long fails_at;
static bool fails_on;

static bool fails(void) {
        unsigned long i;

        if (!atomic_load(&counts))
                return false;
        i = atomic_fetch_add(&counted, 1) + 1;
        if (fails_at == 0 || (fails_on ? i < fails_at : i != fails_at))
                return false;
        errno = ENOMEM;
        return true;
}

/* The allocator behind: looked up by its name at every first call. */
#define NEXT(name, pointer) do { \
                if (!pointer) \
                        *(void **) &pointer = dlsym(RTLD_NEXT, name); \
        } while (0)

void *malloc(size_t n) {
        static void *(*next)(size_t);

        NEXT("malloc", next);
        return fails() ? NULL : next(n);
}

void *calloc(size_t count, size_t size) {
        static void *(*next)(size_t, size_t);

        NEXT("calloc", next);
        return fails() ? NULL : next(count, size);
}

void *realloc(void *p, size_t n) {
        static void *(*next)(void *, size_t);

        NEXT("realloc", next);
        return fails() ? NULL : next(p, n);
}

void *aligned_alloc(size_t alignment, size_t n) {
        static void *(*next)(size_t, size_t);

        NEXT("aligned_alloc", next);
        return fails() ? NULL : next(alignment, n);
}

int posix_memalign(void **ret, size_t alignment, size_t n) {
        static int (*next)(void **, size_t, size_t);

        NEXT("posix_memalign", next);
        return fails() ? ENOMEM : next(ret, alignment, n);
}

static void tell(void) {
        const char *path = getenv("TAMIS_NOMEMORY_COUNT");
        char line[32];
        int fd, n;

        atomic_store(&counts, false);
        if (!path)
                return;
        n = snprintf(line, sizeof line, "%lu\n", atomic_load(&counted));
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (fd < 0 || write(fd, line, (size_t) n) != n)
                _exit(125);
        close(fd);
}

int __libc_start_main(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

/* All libraries are there when the program's start code comes here. */
int __libc_start_main(main_function *program, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end) {
        const char *at = getenv("TAMIS_NOMEMORY");
        char *end;
        int (*next)(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

        *(void **) &next = dlsym(RTLD_NEXT, "__libc_start_main");
        fails_at = at ? strtoul(at, &end, 10) : 0;
        fails_on = at && *end == '+';
        atexit(tell);
        atomic_store(&counts, true);
        return next(program, argc, argv, init, fini, rtld_fini, stack_end);
}
