#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "csv/output.h"
#include "csv/pipe.h"

#define LINKS 40                /* followed at most, as Linux does */
#define TRIES 10000             /* names for the file written aside */

struct tamis_output {
        char *name;             /* as the caller wrote it, or "standard output" */
        char *target;           /* what is replaced, its links followed; NULL: written where it goes at once */
        char *aside;            /* the name of the file under way; NULL: it has none, or has its final one */
        int fd;
};

static int fail_output(const tamis_output *out, const char *doing, tamis_error *err) {
        if (errno == EPIPE)
                return tamis_fail_at(err, TAMIS_CLOSED, out->name, 0, 0, "nobody reads the output any more");
        return tamis_fail_at(err, TAMIS_IO, out->name, 0, 0, "%s%s", doing, strerror(errno));
}

void tamis_output_free(tamis_output *out) {
        if (!out)
                return;
        if (out->fd >= 0 && out->fd != STDOUT_FILENO)
                close(out->fd);
        if (out->aside)
                unlink(out->aside);
        free(out->aside);
        free(out->target);
        free(out->name);
        free(out);
}

static int open_standard(tamis_output *out, tamis_error *err) {
        out->fd = STDOUT_FILENO;
        if (fcntl(out->fd, F_GETFL) < 0)
                return tamis_fail_at(err, TAMIS_IO, out->name, 0, 0, "is closed");
        tamis_pipe_widen(out->fd);
        return 0;
}

/* The folder part of a path, with its slash; 0: the current one. */
static int folder_length(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? (int) (slash - path) + 1 : 0;
}

/* out->target becomes what its symbolic links lead to, be it there or not. */
static int follow_links(tamis_output *out, tamis_error *err) {
        char link[PATH_MAX];

        for (int i = 0; i < LINKS; i++) {
                ssize_t n = readlink(out->target, link, sizeof link - 1);
                char *next;

                if (n < 0)
                        return 0;       /* no link, or nothing there */
                link[n] = '\0';
                if (asprintf(&next, "%.*s%s", link[0] == '/' ? 0 : folder_length(out->target), out->target, link) < 0)
                        return tamis_fail_memory(err);
                free(out->target);
                out->target = next;
        }
        errno = ELOOP;
        return fail_output(out, "", err);
}

/* A file without a name: nothing is left however the program ends. Needs a file system that can, and /proc
 * to name it. */
static int open_unnamed(const tamis_output *out) {
#ifdef O_TMPFILE
        char folder[PATH_MAX];
        int n = folder_length(out->target);

        if (n >= PATH_MAX || access("/proc/self/fd", X_OK) != 0)
                return -1;
        snprintf(folder, sizeof folder, "%.*s", n ? n : 1, n ? out->target : ".");
        return open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
#else
        return -1;
#endif
}

/* Take a name beside the target that is free: for the unnamed file, or for a new one. */
static int make_aside(tamis_output *out, bool link_it, tamis_error *err) {
        char from[64], *name;
        int fd;

        snprintf(from, sizeof from, "/proc/self/fd/%d", out->fd);
        for (unsigned i = 0; i < TRIES; i++) {
                if (asprintf(&name, "%s.%ld-%u~", out->target, (long) getpid(), i) < 0)
                        return tamis_fail_memory(err);
                if (link_it)
                        fd = linkat(AT_FDCWD, from, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
                else
                        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
                if (fd >= 0) {
                        if (!link_it)
                                out->fd = fd;
                        out->aside = name;
                        return 0;
                }
                free(name);
                if (errno != EEXIST)
                        break;
        }
        return fail_output(out, "", err);
}

static int open_aside(tamis_output *out, bool named, const struct stat *old, tamis_error *err) {
        int r;

        /* a rename needs no leave of the file it replaces: ask for it as any other program would */
        if (old && access(out->target, W_OK) != 0)
                return fail_output(out, "", err);
        out->fd = named ? -1 : open_unnamed(out);
        if (out->fd < 0) {
                r = make_aside(out, false, err);
                if (r < 0)
                        return r;
        }
        if (!old)
                return 0;
        /* where the owner cannot be kept, another's file becomes ours */
        if (fchown(out->fd, old->st_uid, old->st_gid) < 0)
                r = fchown(out->fd, (uid_t) -1, old->st_gid);
        r = fchmod(out->fd, old->st_mode & 0777);
        return r < 0 ? fail_output(out, "", err) : 0;
}

static int open_path(tamis_output *out, const char *path, bool named, tamis_error *err) {
        struct stat old;
        bool exists;
        int r;

        out->target = strdup(path);
        if (!out->target)
                return tamis_fail_memory(err);
        exists = stat(path, &old) == 0;
        if (exists && S_ISDIR(old.st_mode)) {
                errno = EISDIR;
                return fail_output(out, "", err);
        }
        if (exists && !S_ISREG(old.st_mode)) {
                free(out->target);
                out->target = NULL;
                out->fd = open(path, O_WRONLY | O_CLOEXEC);
                return out->fd < 0 ? fail_output(out, "", err) : 0;
        }
        r = follow_links(out, err);
        return r < 0 ? r : open_aside(out, named, exists ? &old : NULL, err);
}

int tamis_output_open(const char *path, bool named, tamis_output **ret, tamis_error *err) {
        bool standard = !path || strcmp(path, "-") == 0;
        tamis_output *out = calloc(1, sizeof *out);
        int r;

        if (!out)
                return tamis_fail_memory(err);
        out->fd = -1;
        out->name = strdup(standard ? "standard output" : path);
        if (!out->name)
                r = tamis_fail_memory(err);
        else
                r = standard ? open_standard(out, err) : open_path(out, path, named, err);
        if (r < 0) {
                tamis_output_free(out);
                return r;
        }
        *ret = out;
        return 0;
}

int tamis_output_new(const char *path, tamis_output **ret, tamis_error *err) {
        return tamis_output_open(path, false, ret, err);
}

int tamis_output_write(tamis_output *out, const void *p, size_t n, tamis_error *err) {
        const char *from = p;

        while (n > 0) {
                ssize_t done = write(out->fd, from, n);

                if (done >= 0) {
                        from += done;
                        n -= (size_t) done;
                } else if (errno == EAGAIN) {
                        struct pollfd ready = { .fd = out->fd, .events = POLLOUT };

                        (void) poll(&ready, 1, -1);
                } else if (errno != EINTR) {
                        return fail_output(out, "cannot write: ", err);
                }
        }
        return 0;
}

/* What the kernel held back may fail as late as this. */
static int close_output(tamis_output *out, tamis_error *err) {
        int fd = out->fd == STDOUT_FILENO ? dup(out->fd) : out->fd;

        out->fd = -1;
        if (close(fd) < 0 && errno != EINTR)
                return fail_output(out, "cannot write: ", err);
        return 0;
}

/* The new name is to outlive a power cut as well; a file system that cannot do this is none of our business. */
static void sync_folder(const tamis_output *out) {
        char folder[PATH_MAX];
        int n = folder_length(out->target), fd;

        if (n >= PATH_MAX)
                return;
        snprintf(folder, sizeof folder, "%.*s", n ? n : 1, n ? out->target : ".");
        fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return;
        (void) fsync(fd);
        close(fd);
}

int tamis_output_commit(tamis_output *out, tamis_error *err) {
        int r;

        if (out->fd < 0)
                return 0;
        if (!out->target)
                return close_output(out, err);
        if (fsync(out->fd) < 0 && errno != EINVAL && errno != EROFS)
                return fail_output(out, "cannot write: ", err);
        if (!out->aside) {
                r = make_aside(out, true, err);
                if (r < 0)
                        return r;
        }
        r = close_output(out, err);
        if (r < 0)
                return r;
        if (rename(out->aside, out->target) < 0)
                return fail_output(out, "", err);
        free(out->aside);
        out->aside = NULL;
        sync_folder(out);
        return 0;
}
