#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <tamis/csv.h>

#include "drill_book.h"
#include "drill_show.h"

static int cannot(const char *path, tamis_error *err) {
        return tamis_fail(err, TAMIS_IO, "%s: %s: progress is kept there (XDG_STATE_HOME names another place)", path,
                          strerror(errno));
}

static int make_folders(char *path, tamis_error *err) {
        for (char *p = path + 1; *p; p++) {
                if (*p != '/')
                        continue;
                *p = '\0';
                if (mkdir(path, 0777) < 0 && errno != EEXIST && errno != EROFS && errno != EACCES) {
                        int r = cannot(path, err);

                        *p = '/';
                        return r;
                }
                *p = '/';
        }
        return mkdir(path, 0700) < 0 && errno != EEXIST ? cannot(path, err) : 0;
}

int drill_book_open(drill_book *book, tamis_error *err) {
        const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
        char path[5000];
        tamis_buffer text = {0};
        int r;

        *book = (drill_book) { .lock = -1, .progress = { .unknown = "" } };
        if (state && *state == '/')
                snprintf(book->folder, sizeof book->folder, "%.3000s/tamis/drill", state);
        else if (home && *home)
                snprintf(book->folder, sizeof book->folder, "%.3000s/.local/state/tamis/drill", home);
        else
                return tamis_fail(err, TAMIS_IO, "neither XDG_STATE_HOME nor HOME says where progress is to be kept");
        r = make_folders(book->folder, err);
        if (r < 0)
                return r;
        snprintf(path, sizeof path, "%s/lock", book->folder);
        book->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (book->lock < 0 || flock(book->lock, LOCK_EX) < 0)
                return cannot(path, err);
        snprintf(path, sizeof path, "%s/progress", book->folder);
        if (access(path, F_OK) < 0)
                return errno == ENOENT ? 0 : cannot(path, err);
        r = show_read(path, &text, err);
        if (r == 0)
                r = tamis_drill_progress_parse((tamis_slice) { text.p, text.n }, &book->progress, err);
        tamis_buffer_done(&text);
        return r;
}

int drill_book_save(drill_book *book, tamis_error *err) {
        tamis_output *output = NULL;
        tamis_buffer text = {0};
        char path[5000];
        int r = tamis_drill_progress_print(&book->progress, &text, err);

        snprintf(path, sizeof path, "%s/progress", book->folder);
        if (r == 0)
                r = tamis_output_new(path, &output, err);
        if (r == 0)
                r = tamis_output_write(output, text.p, text.n, err);
        if (r == 0)
                r = tamis_output_commit(output, err);
        tamis_output_free(output);
        tamis_buffer_done(&text);
        return r;
}

void drill_book_close(drill_book *book) {
        if (book->lock >= 0)
                close(book->lock);
        book->lock = -1;
        tamis_drill_progress_done(&book->progress);
}

long drill_today(void) {
        const char *said = getenv("TAMIS_DRILL_TODAY");
        long day = said ? tamis_drill_day(tamis_slice_of(said)) : -1;
        time_t now = time(NULL);
        struct tm tm;
        char text[16];

        if (day >= 0 || !localtime_r(&now, &tm))
                return day >= 0 ? day : (long) (now / 86400);
        snprintf(text, sizeof text, "%04d-%02d-%02d", (tm.tm_year + 1900) % 10000, (tm.tm_mon + 1) % 100,
                 tm.tm_mday % 100);
        return tamis_drill_day(tamis_slice_of(text));
}
