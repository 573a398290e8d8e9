#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "csv/spool.h"

static int open_unlinked(tamis_error *err) {
        const char *folder = getenv("TMPDIR");
        char path[PATH_MAX];
        int fd = -1;

        if (!folder || !*folder)
                folder = "/tmp";
#ifdef O_TMPFILE
        fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
#endif
        if (fd < 0) {
                if (snprintf(path, sizeof path, "%s/tamis-XXXXXX", folder) >= (int) sizeof path)
                        return tamis_fail(err, TAMIS_IO, "the name of the folder for temporary files is too long");
                fd = mkostemp(path, O_CLOEXEC);
                if (fd >= 0)
                        unlink(path);
        }
        if (fd < 0)
                return tamis_fail_at(err, TAMIS_IO, folder, 0, 0, "cannot make a temporary file here: %s",
                                     strerror(errno));
        return fd;
}

static int write_all(int fd, const char *p, size_t n, uint64_t at, tamis_error *err) {
        while (n > 0) {
                ssize_t done = pwrite(fd, p, n, (off_t) at);

                if (done < 0 && errno != EINTR)
                        return tamis_fail(err, TAMIS_IO, "cannot keep the input in a temporary file (TMPDIR): %s",
                                          strerror(errno));
                if (done > 0)
                        p += done, n -= (size_t) done, at += (size_t) done;
        }
        return 0;
}

int tamis_spool_add(tamis_spool *spool, uint64_t *budget, const void *p, size_t n, tamis_error *err) {
        size_t here = spool->fd >= 0 ? 0 : n < *budget ? n : (size_t) *budget;
        int r;

        r = tamis_buffer_add(&spool->head, p, here, err);
        if (r < 0)
                return r;
        *budget -= here;
        if (here < n) {
                if (spool->fd < 0)
                        spool->fd = open_unlinked(err);
                if (spool->fd < 0)
                        return spool->fd;
                r = write_all(spool->fd, (const char *) p + here, n - here, spool->n + here - spool->head.n, err);
                if (r < 0)
                        return r;
        }
        spool->n += n;
        return 0;
}

int tamis_spool_read(const tamis_spool *spool, uint64_t at, void *p, size_t n, size_t *got, tamis_error *err) {
        ssize_t done;

        if (n > spool->n - at)
                n = (size_t) (spool->n - at);
        if (at < spool->head.n) {
                if (n > spool->head.n - at)
                        n = spool->head.n - (size_t) at;
                memcpy(p, spool->head.p + at, n);
                *got = n;
                return 0;
        }
        do
                done = pread(spool->fd, p, n, (off_t) (at - spool->head.n));
        while (done < 0 && errno == EINTR);
        if (done <= 0)
                return tamis_fail(err, TAMIS_IO, "cannot read the temporary file: %s",
                                  done < 0 ? strerror(errno) : "it has become shorter");
        *got = (size_t) done;
        return 0;
}

void tamis_spool_done(tamis_spool *spool) {
        if (!spool)
                return;
        tamis_buffer_done(&spool->head);
        if (spool->fd >= 0)
                close(spool->fd);
        spool->fd = -1;
}
