/* Drills, and what the book says of them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "drill_state.h"

static long order_of(const drill_opened *d) {
        const char *order = drill_says(d, "order");

        return *order ? strtol(order, NULL, 10) : 1000;
}

static int by_order(const void *a, const void *b) {
        const drill_opened *x = a, *y = b;

        return order_of(x) != order_of(y) ? (order_of(x) > order_of(y) ? 1 : -1) : strcmp(x->name, y->name);
}

int drill_all(drill_opened **ret, size_t *n, tamis_error *err) {
        tamis_arena arena = {0};
        const char **names;
        drill_opened *all = NULL;
        size_t count = 0, opened = 0;
        int r = drill_list(&arena, &names, &count, err);

        if (r == 0) {
                all = calloc(count + 1, sizeof *all);
                r = all ? 0 : tamis_fail_memory(err);
        }
        while (r == 0 && opened < count) {
                char *name = strdup(names[opened]);

                r = name ? drill_open(name, &all[opened], err) : tamis_fail_memory(err);
                if (name)
                        all[opened++].name = name;
        }
        tamis_arena_done(&arena);
        if (r < 0) {
                drill_all_done(all, opened);
                return r;
        }
        if (count > 1)
                qsort(all, count, sizeof *all, by_order);
        *ret = all;
        *n = count;
        return 0;
}

void drill_all_done(drill_opened *all, size_t n) {
        for (size_t i = 0; i < n; i++) {
                free((char *) all[i].name);
                drill_close(&all[i]);
        }
        free(all);
}

int drill_meant(const drill_wishes *w, char *name, tamis_error *err) {
        drill_book book;
        int r;

        if (w->name) {
                snprintf(name, DRILL_NAME, "%s", w->name);
                return 0;
        }
        r = drill_book_open(&book, err);
        if (r == 0 && !book.progress.at)
                r = tamis_fail(err, TAMIS_USAGE,
                               "no drill is begun: tamis drill list shows them, tamis drill start NAME begins one");
        if (r == 0)
                snprintf(name, DRILL_NAME, "%s", book.progress.at);
        drill_book_close(&book);
        return r;
}

int drill_note(const char *name, drill_change *what, void *arg, bool here, tamis_error *err) {
        tamis_drill_state *s = NULL;
        drill_book book;
        int r = drill_book_open(&book, err);

        if (r == 0)
                r = tamis_drill_progress_add(&book.progress, name, &s, err);
        if (r == 0) {
                what(s, arg);
                if (here)
                        book.progress.at = s->name;
                r = drill_book_save(&book, err);
        }
        drill_book_close(&book);
        return r;
}

int drill_look_up(const char *name, tamis_drill_state *ret, char *folder, tamis_error *err) {
        const tamis_drill_state *s;
        drill_book book;
        int r = drill_book_open(&book, err);

        *ret = (tamis_drill_state) { .unknown = "" };
        s = r == 0 ? tamis_drill_progress_find(&book.progress, name) : NULL;
        if (s)
                *ret = *s;
        if (folder)
                snprintf(folder, DRILL_PATH, "%s", s && s->folder ? s->folder : "");
        ret->name = ret->unknown = ret->folder = NULL;
        drill_book_close(&book);
        return r;
}

uint64_t drill_fresh_seed(const drill_wishes *w) {
        uint64_t seed = 0;

        if (w->seed > 0)
                return w->seed;
        if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
                seed = (uint64_t) getpid() * 2654435761u + (uint64_t) drill_today();
        /* short enough to be typed */
        return seed % 1000000000 + 1000;
}

int drill_where(const char *name, char folder[DRILL_PATH], tamis_error *err) {
        tamis_drill_state s;
        int r = drill_look_up(name, &s, folder, err);

        if (r < 0)
                return r;
        if (!*folder)
                return tamis_fail(err, TAMIS_USAGE, "%s is not begun: tamis drill start %s", name, name);
        if (access(folder, R_OK | X_OK) < 0)
                return tamis_fail(err, TAMIS_IO,
                                  "%s: %s: your work on %s was there (tamis drill start %s DIR begins it anew)", folder,
                                  strerror(errno), name, name);
        return 0;
}

void drill_show_state(const tamis_drill_state *s, long today, char *ret, size_t size) {
        char day[16];

        *ret = '\0';
        if (!s)
                return;
        tamis_drill_day_print(s->due, day);
        if (s->step > 0 && s->due <= today)
                snprintf(ret, size, "passed; due for review");
        else if (s->step > 0)
                snprintf(ret, size, "passed; again on %s", day);
        else if (s->gave_up)
                snprintf(ret, size, "explained, not passed");
        else if (s->started > 0)
                snprintf(ret, size, "begun, %u check%s", s->tries, s->tries == 1 ? "" : "s");
}
