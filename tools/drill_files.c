#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drill_files.h"

enum { PATH = 4096, DEEPEST = 8, MOST_FILES = 1000 };
enum { MOST_BYTES = 64 << 20 };

struct copied {
        size_t files, bytes;
};

static int copy_bytes(int from, int to, const char *path, struct copied *copied, tamis_error *err) {
        char bytes[1 << 14];
        ssize_t n;

        while ((n = read(from, bytes, sizeof bytes)) > 0) {
                copied->bytes += (size_t) n;
                if (copied->bytes > MOST_BYTES)
                        return tamis_fail(
                                err, TAMIS_IO,
                                "%s: more than %d MB beside pipeline.sh: move what it does not need elsewhere", path,
                                MOST_BYTES >> 20);
                for (ssize_t at = 0; at < n;) {
                        ssize_t put = write(to, bytes + at, (size_t) (n - at));

                        if (put < 0)
                                return tamis_fail(err, TAMIS_IO, "%s: %s", path, strerror(errno));
                        at += put;
                }
        }
        return n < 0 ? tamis_fail(err, TAMIS_IO, "%s: %s", path, strerror(errno)) : 0;
}

static int copy_file(const char *from, const char *to, mode_t mode, struct copied *copied, tamis_error *err) {
        int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), out = -1, r;

        if (in >= 0)
                out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600 | (mode & 0100));
        r = out >= 0 ? copy_bytes(in, out, to, copied, err)
                     : tamis_fail(err, TAMIS_IO, "%s: %s", in < 0 ? from : to, strerror(errno));
        if (in >= 0)
                close(in);
        if (out >= 0 && close(out) < 0 && r == 0)
                r = tamis_fail(err, TAMIS_IO, "%s: %s", to, strerror(errno));
        return r;
}

static int copy_below(const char *from, const char *to, unsigned depth, struct copied *copied, tamis_error *err) {
        DIR *d = opendir(from);
        struct dirent *e;
        int r = d ? 0 : tamis_fail(err, TAMIS_IO, "%s: %s", from, strerror(errno));

        while (r == 0 && (e = readdir(d))) {
                char a[PATH], b[PATH];
                struct stat s;

                if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
                        continue;
                if (snprintf(a, PATH, "%s/%s", from, e->d_name) >= PATH ||
                    snprintf(b, PATH, "%s/%s", to, e->d_name) >= PATH)
                        r = tamis_fail(err, TAMIS_IO, "%s: a name too long", from);
                else if (lstat(a, &s) < 0)
                        continue;       /* gone meanwhile */
                else if (++copied->files > MOST_FILES)
                        r = tamis_fail(
                                err, TAMIS_IO,
                                "%s: more than %d files beside pipeline.sh: move what it does not need elsewhere", from,
                                MOST_FILES);
                else if (S_ISREG(s.st_mode))
                        r = copy_file(a, b, s.st_mode, copied, err);
                else if (S_ISDIR(s.st_mode) && depth < DEEPEST && (mkdir(b, 0700) == 0 || errno == EEXIST))
                        r = copy_below(a, b, depth + 1, copied, err);
        }
        if (d)
                closedir(d);
        return r;
}

int drill_copy_folder(const char *from, const char *to, tamis_error *err) {
        struct copied copied = {0};

        return copy_below(from, to, 0, &copied, err);
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *where) {
        remove(path);
        return 0;
}

/* A pipeline may have made a folder that cannot be looked into. */
static int open_up(const char *path, const struct stat *s, int kind, struct FTW *where) {
        if (kind == FTW_DNR || kind == FTW_D)
                chmod(path, 0700);
        return 0;
}

void drill_remove_folder(const char *folder) {
        if (!*folder)
                return;
        nftw(folder, open_up, 16, FTW_PHYS);
        nftw(folder, remove_one, 16, FTW_PHYS | FTW_DEPTH);
}
