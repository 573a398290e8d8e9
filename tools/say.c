#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <tamis/schema.h>

#include "say.h"

static struct {
        pthread_mutex_t lock;
        bool terminal, colour;
        bool drawn;             /* a progress line is on the screen */
} say = { .lock = PTHREAD_MUTEX_INITIALIZER };

void say_init(void) {
        const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");

        say.terminal = isatty(STDERR_FILENO);
        say.colour = say.terminal && !(no_colour && *no_colour) && term && strcmp(term, "dumb") != 0;
}

bool say_on_terminal(void) {
        return say.terminal;
}

/* A line of text in the making, cut where it would not fit. */
struct line {
        char text[4096];
        size_t n;
};

static void add(struct line *l, const char *text) {
        size_t n = strlen(text);

        if (n > sizeof l->text - l->n)
                n = sizeof l->text - l->n;
        memcpy(l->text + l->n, text, n);
        l->n += n;
}

/* Names of columns and files are anybody's: none of them may move the cursor. */
static void add_plain(struct line *l, const char *text) {
        for (; *text; text++) {
                unsigned char c = (unsigned char) *text;
                char shown[8];

                if (c < 0x20 || c == 0x7f)
                        snprintf(shown, sizeof shown, "\\x%02x", c);
                else
                        snprintf(shown, sizeof shown, "%c", c);
                add(l, shown);
        }
}

static void add_head(struct line *l, const char *step, const char *colour) {
        if (say.drawn)
                add(l, "\r\033[K");
        say.drawn = false;
        if (say.colour)
                add(l, colour);
        add(l, "tamis");
        if (step) {
                add(l, " ");
                add_plain(l, step);
        }
        add(l, ":");
        if (say.colour)
                add(l, "\033[0m");
        add(l, " ");
}

static void put(struct line *l) {
        if (l->n == sizeof l->text)
                l->n--;
        l->text[l->n++] = '\n';
        fwrite(l->text, 1, l->n, stderr);
}

void say_error(const tamis_error *err) {
        struct line l = {0};
        char place[64];

        pthread_mutex_lock(&say.lock);
        add_head(&l, err->step, "\033[1;31m");
        if (*err->file) {
                add_plain(&l, err->file);
                if (err->line) {
                        snprintf(place, sizeof place, ":%llu", (unsigned long long) err->line);
                        add(&l, place);
                }
                if (err->line && err->column) {
                        snprintf(place, sizeof place, ":%llu", (unsigned long long) err->column);
                        add(&l, place);
                }
                add(&l, ": ");
        }
        add_plain(&l, err->message);
        put(&l);
        pthread_mutex_unlock(&say.lock);
}

void say_note(const char *step, const char *text) {
        struct line l = {0};

        pthread_mutex_lock(&say.lock);
        add_head(&l, step, "\033[33m");
        add_plain(&l, text);
        put(&l);
        pthread_mutex_unlock(&say.lock);
}

void say_status(const char *text) {
        pthread_mutex_lock(&say.lock);
        if (*text)
                fprintf(stderr, "\r%s\033[K", text);
        else if (say.drawn)
                fputs("\r\033[K", stderr);
        say.drawn = *text != 0;
        pthread_mutex_unlock(&say.lock);
}

int say_flush(tamis_error *err) {
        struct pollfd out = { .fd = STDOUT_FILENO };

        errno = 0;
        if (fflush(stdout) == 0 && !ferror(stdout))
                return 0;
        /* what went wrong may have gone wrong in an earlier write, whose errno is gone */
        if (errno == EPIPE || (poll(&out, 1, 0) == 1 && (out.revents & POLLERR)))
                return tamis_fail(err, TAMIS_CLOSED, "standard output is closed");
        if (errno == EBADF)
                return tamis_fail(err, TAMIS_IO, "standard output is closed");
        return tamis_fail(err, TAMIS_IO, "standard output: cannot write: %s", strerror(errno ? errno : EIO));
}

void say_near(const char *word, const char *prefix, const tamis_slice *words, size_t n, char *out, size_t size) {
        char near[256], *p = near;
        bool inside = false;
        size_t used;

        *out = 0;
        tamis_nearest(tamis_slice_of(word), words, n, near, sizeof near);
        if (!*near)
                return;
        /* the names of columns come quoted; these need no quotes */
        used = (size_t) snprintf(out, size, "; near: ");
        for (; *p && used < size; p++) {
                if (*p != '"')
                        used += (size_t) snprintf(out + used, size - used, "%c", *p);
                else if ((inside = !inside))
                        used += (size_t) snprintf(out + used, size - used, "%s", prefix);
        }
}
