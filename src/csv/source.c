#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "csv/pipe.h"
#include "csv/source.h"
#include "csv/spool.h"
#include "csv/unpack.h"

#define PACKED_BYTES ((size_t) 128 << 10)

struct tamis_source {
        const char *path;       /* NULL: standard input */
        const char *name;
        bool keep, is_file, was_open;
        struct stat file;       /* what it was when it was first met */
        off_t first;            /* standard input that is a file begins here */
        int fd;                 /* -1: closed */
        bool ended;             /* the descriptor has no more bytes */
        tamis_spool spool;
        uint64_t *budget;
        uint64_t position;      /* bytes taken from the descriptor or the spool since the source was opened */

        tamis_unpacker *unpacker;       /* NULL: plain */
        char *packed;           /* bytes read ahead: packed ones, or the first few of a plain source */
        size_t packed_at, packed_n;
};

static int io_error(const tamis_source *s, tamis_error *err) {
        return tamis_fail_at(err, TAMIS_IO, s->name, 0, 0, "%s", strerror(errno));
}

static int look(tamis_source *s, tamis_error *err) {
        int r = s->path ? stat(s->path, &s->file) : fstat(STDIN_FILENO, &s->file);

        if (r < 0 && errno == EBADF)
                return tamis_fail_at(err, TAMIS_IO, s->name, 0, 0, "is closed");
        if (r < 0)
                return io_error(s, err);
        if (S_ISDIR(s->file.st_mode))
                return tamis_fail_at(err, TAMIS_IO, s->name, 0, 0, "is a directory");
        s->is_file = S_ISREG(s->file.st_mode);
        if (s->is_file && !s->path) {
                s->first = lseek(STDIN_FILENO, 0, SEEK_CUR);
                if (s->first < 0)
                        return io_error(s, err);
        }
        return 0;
}

int tamis_source_new(const char *path, bool keep, uint64_t *budget, tamis_source **ret, tamis_error *err) {
        tamis_source *s = calloc(1, sizeof *s);
        int r;

        if (!s)
                return tamis_fail_memory(err);
        s->path = path && strcmp(path, "-") != 0 ? path : NULL;
        s->name = s->path ? path : "standard input";
        s->keep = keep;
        s->budget = budget;
        s->fd = -1;
        s->spool = (tamis_spool) TAMIS_SPOOL_EMPTY;
        r = look(s, err);
        if (r < 0) {
                tamis_source_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

static void close_descriptor(tamis_source *s) {
        if (s->fd >= 0 && s->path)
                close(s->fd);
        s->fd = -1;
}

void tamis_source_free(tamis_source *s) {
        if (!s)
                return;
        close_descriptor(s);
        tamis_unpacker_free(s->unpacker);
        tamis_spool_done(&s->spool);
        free(s->packed);
        free(s);
}

const char *tamis_source_name(const tamis_source *s) {
        return s->name;
}

uint64_t tamis_source_size(const tamis_source *s) {
        return s->is_file && s->file.st_size > s->first ? (uint64_t) (s->file.st_size - s->first) : 0;
}

uint64_t tamis_source_position(const tamis_source *s) {
        return s->position;
}

bool tamis_source_is_file(const tamis_source *s) {
        return s->is_file;
}

static int open_descriptor(tamis_source *s, tamis_error *err) {
        struct stat now;

        s->fd = s->path ? open(s->path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
        if (s->fd < 0 || fstat(s->fd, &now) < 0)
                return io_error(s, err);
        if (S_ISFIFO(now.st_mode))
                tamis_pipe_widen(s->fd);
        if (!s->is_file)
                return 0;
        if (!s->was_open)
                s->file = now;
        if (now.st_ino != s->file.st_ino || now.st_dev != s->file.st_dev || now.st_size != s->file.st_size ||
            now.st_mtim.tv_sec != s->file.st_mtim.tv_sec || now.st_mtim.tv_nsec != s->file.st_mtim.tv_nsec)
                return tamis_fail_at(err, TAMIS_IO, s->name, 0, 0, "changed while it was read");
        if (!s->path && lseek(s->fd, s->first, SEEK_SET) < 0)
                return io_error(s, err);
        (void) posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
        return 0;
}

/* 0 .. n bytes as they lie in the file; 0 at its end. */
static int read_raw(tamis_source *s, char *p, size_t n, size_t *got, tamis_error *err) {
        ssize_t done;
        int r;

        if (s->position < s->spool.n) {
                r = tamis_spool_read(&s->spool, s->position, p, n, got, err);
                if (r == 0)
                        s->position += *got;
                return r;
        }
        *got = 0;
        if (s->ended)
                return 0;
        done = read(s->fd, p, n);
        while (done < 0 && (errno == EINTR || errno == EAGAIN)) {
                struct pollfd ready = { .fd = s->fd, .events = POLLIN };

                if (errno == EAGAIN)
                        (void) poll(&ready, 1, -1);
                done = read(s->fd, p, n);
        }
        if (done < 0)
                return io_error(s, err);
        s->ended = done == 0;
        if (s->keep && !s->is_file && done > 0) {
                r = tamis_spool_add(&s->spool, s->budget, p, (size_t) done, err);
                if (r < 0)
                        return r;
        }
        s->position += (size_t) done;
        *got = (size_t) done;
        return 0;
}

/* Read ahead at least `want` bytes into s->packed, or all there are. */
static int read_ahead(tamis_source *s, size_t want, tamis_error *err) {
        size_t got = 1;
        int r = 0;

        if (s->packed_at == s->packed_n)
                s->packed_at = s->packed_n = 0;
        while (r == 0 && got > 0 && s->packed_n - s->packed_at < want) {
                /* a peek at a plain file takes no more than it must: the rest goes straight to the chunk */
                r = read_raw(s, s->packed + s->packed_n, s->unpacker ? PACKED_BYTES - s->packed_n : want - s->packed_n,
                             &got, err);
                if (r == 0)
                        s->packed_n += got;
        }
        return r;
}

void tamis_source_once(tamis_source *s) {
        s->keep = false;
}

int tamis_source_open(tamis_source *s, tamis_error *err) {
        int r = 0;

        if (!s->packed) {
                s->packed = malloc(PACKED_BYTES);
                if (!s->packed)
                        return tamis_fail_memory(err);
        }
        /* a pipe is opened once and then lives on until its end, behind what the spool has */
        if (s->is_file || !s->was_open) {
                close_descriptor(s);
                s->ended = false;
                r = open_descriptor(s, err);
                if (r < 0)
                        return r;
        }
        s->was_open = true;
        s->position = s->packed_at = s->packed_n = 0;
        tamis_unpacker_free(s->unpacker);
        s->unpacker = NULL;
        r = read_ahead(s, TAMIS_UNPACK_PEEK, err);
        if (r < 0)
                return r;
        return tamis_unpacker_new(s->name, s->packed, s->packed_n, &s->unpacker, err);
}

void tamis_source_close(tamis_source *s) {
        tamis_unpacker_free(s->unpacker);
        s->unpacker = NULL;
        free(s->packed);
        s->packed = NULL;
        if (s->is_file || s->ended)
                close_descriptor(s);
}

static int read_packed(tamis_source *s, char *p, size_t n, size_t *got, tamis_error *err) {
        size_t in, out = 0;
        int r = 0;

        while (r == 0 && out == 0) {
                r = read_ahead(s, 1, err);
                if (r < 0)
                        return r;
                in = s->packed_n - s->packed_at;
                out = n;
                /* with no bytes left the unpacker may still hold some back */
                r = tamis_unpacker_run(s->unpacker, s->packed + s->packed_at, &in, p, &out, err);
                if (r < 0)
                        return r;
                s->packed_at += in;
                if (in == 0 && out == 0) {
                        if (s->packed_at < s->packed_n)
                                continue;
                        *got = 0;
                        return tamis_unpacker_end(s->unpacker, err);
                }
        }
        *got = out;
        return r;
}

int tamis_source_read(tamis_source *s, char *p, size_t n, size_t *got, tamis_error *err) {
        if (s->unpacker)
                return read_packed(s, p, n, got, err);
        if (s->packed_at < s->packed_n) {
                *got = s->packed_n - s->packed_at < n ? s->packed_n - s->packed_at : n;
                memcpy(p, s->packed + s->packed_at, *got);
                s->packed_at += *got;
                return 0;
        }
        return read_raw(s, p, n, got, err);
}
