#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drill_book.h"
#include "drill_find.h"
#include "drill_loop.h"
#include "drill_run.h"
#include "drill_show.h"
#include "say.h"

enum { NAME = 256, PATH = DRILL_PATH, WANTING = 3 };

/* -- drills and state ------------------------------------------------------------------------------------------------ */

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
                snprintf(name, NAME, "%s", w->name);
                return 0;
        }
        r = drill_book_open(&book, err);
        if (r == 0 && !book.progress.at)
                r = tamis_fail(err, TAMIS_USAGE,
                               "no drill is begun: tamis drill list shows them, tamis drill start NAME begins one");
        if (r == 0)
                snprintf(name, NAME, "%s", book.progress.at);
        drill_book_close(&book);
        return r;
}

/* A change of one drill's state, written at once. */
typedef void change(tamis_drill_state *s, void *arg);

static int note(const char *name, change *what, void *arg, bool here, tamis_error *err) {
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

/* The state as it is now; texts are copied into `folder` (NULL: not wanted). All 0: never begun. */
static int look_up(const char *name, tamis_drill_state *ret, char *folder, tamis_error *err) {
        const tamis_drill_state *s;
        drill_book book;
        int r = drill_book_open(&book, err);

        *ret = (tamis_drill_state) { .unknown = "" };
        s = r == 0 ? tamis_drill_progress_find(&book.progress, name) : NULL;
        if (s)
                *ret = *s;
        if (folder)
                snprintf(folder, PATH, "%s", s && s->folder ? s->folder : "");
        ret->name = ret->unknown = ret->folder = NULL;
        drill_book_close(&book);
        return r;
}

static uint64_t fresh_seed(const drill_wishes *w) {
        uint64_t seed = 0;

        if (w->seed > 0)
                return w->seed;
        if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
                seed = (uint64_t) getpid() * 2654435761u + (uint64_t) drill_today();
        /* short enough to be typed */
        return seed % 1000000000 + 1000;
}

/* -- list ---------------------------------------------------------------------------------------------------------- */

static void show_state(const tamis_drill_state *s, long today, char *ret, size_t size) {
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

static void show_topic(const drill_opened *all, size_t n, const char *topic, const drill_book *book) {
        long today = drill_today();

        printf("\n%s%s%s\n", show_bold(), topic, show_plain());
        for (size_t i = 0; i < n; i++) {
                const tamis_drill_state *s = tamis_drill_progress_find(&book->progress, all[i].name);
                bool passed = s && s->step > 0, here = book->progress.at && strcmp(book->progress.at, all[i].name) == 0;
                char state[80], line[2 * NAME];

                if (strcmp(drill_says(&all[i], "topic"), topic) != 0)
                        continue;
                show_state(s, today, state, sizeof state);
                printf(" %s%s%s %-12s ", passed ? show_good() : "", passed ? "x" : s && s->started > 0 ? "~" : " ",
                       passed ? show_plain() : "", all[i].name);
                snprintf(line, sizeof line, "%s%s%s%s", drill_says(&all[i], "title"), *state ? " (" : "", state,
                         *state ? ")" : "");
                show_behind(16, line);
                if (here)
                        printf("   %-12s ^ you are here\n", "");
        }
}

int drill_show_list(const drill_wishes *w, tamis_error *err) {
        drill_opened *all = NULL;
        drill_book book = { .lock = -1 };
        size_t n = 0, passed = 0;
        int r = drill_all(&all, &n, err);

        if (r == 0)
                r = drill_book_open(&book, err);
        for (size_t i = 0; r == 0 && i < n; i++) {
                const char *topic = drill_says(&all[i], "topic");
                const tamis_drill_state *s = tamis_drill_progress_find(&book.progress, all[i].name);
                bool first = true;

                for (size_t k = 0; k < i; k++)
                        first &= strcmp(drill_says(&all[k], "topic"), topic) != 0;
                if (first)
                        show_topic(all, n, topic, &book);
                passed += s && s->step > 0;
        }
        if (r == 0) {
                printf("\n%zu of %zu passed. ", passed, n);
                puts(book.progress.at ? "Go on: tamis drill" : "Begin: tamis drill start miss30");
        }
        drill_book_close(&book);
        drill_all_done(all, n);
        return r;
}

/* -- start --------------------------------------------------------------------------------------------------------- */

static bool is_empty(const char *folder) {
        DIR *d = opendir(folder);
        struct dirent *e;
        bool empty = true;

        while (d && (e = readdir(d)))
                empty &= strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
        if (d)
                closedir(d);
        return empty;
}

static int make_folder(const char *wanted, char *ret, tamis_error *err) {
        if (mkdir(wanted, 0777) < 0 && errno != EEXIST)
                return tamis_fail(err, TAMIS_IO, "%s: %s", wanted, strerror(errno));
        if (!is_empty(wanted))
                return tamis_fail(
                        err, TAMIS_USAGE,
                        "%s is there already, and what is in it is yours: name another folder (tamis drill start NAME "
                        "DIR), or go on there (tamis drill)",
                        wanted);
        if (!realpath(wanted, ret))
                return tamis_fail(err, TAMIS_IO, "%s: %s", wanted, strerror(errno));
        return strchr(ret, '\n')
                ? tamis_fail(err, TAMIS_USAGE, "a folder with a line's end in its name cannot be remembered")
                : 0;
}

static int show_brief(const char *folder, tamis_error *err) {
        tamis_buffer text = {0};
        char path[PATH + 16];
        int r;

        snprintf(path, sizeof path, "%s/brief.md", folder);
        r = show_read(path, &text, err);
        if (r == 0)
                r = show_text((tamis_slice) { text.p, text.n }, err);
        tamis_buffer_done(&text);
        return r;
}

struct begun {
        const char *folder;
        long today;
};

static void begin(tamis_drill_state *s, void *arg) {
        const struct begun *b = arg;

        s->started = s->started > 0 ? s->started : b->today;
        s->folder = b->folder;
}

static int copy_brief(const drill_opened *d, const char *folder, tamis_error *err) {
        tamis_buffer text = {0};
        char from[PATH + 16], to[PATH + 16];
        FILE *f;
        int r;

        snprintf(from, sizeof from, "%s/brief.md", d->folder);
        snprintf(to, sizeof to, "%s/brief.md", folder);
        r = show_read(from, &text, err);
        if (r == 0) {
                f = fopen(to, "we");
                if (!f || fwrite(text.p, 1, text.n, f) != text.n || fclose(f) != 0)
                        r = tamis_fail(err, TAMIS_IO, "%s: %s", to, strerror(errno));
        }
        tamis_buffer_done(&text);
        return r;
}

static int can_remember(tamis_error *err) {
        drill_book book;
        int r = drill_book_open(&book, err);

        if (r == 0)
                r = drill_book_save(&book, err);
        drill_book_close(&book);
        return r;
}

int drill_start(const drill_wishes *w, tamis_error *err) {
        drill_opened d = {0};
        char folder[PATH];
        int r;

        if (!w->name)
                return tamis_fail(
                        err, TAMIS_USAGE,
                        "start which? tamis drill list shows them; tamis drill start miss30 begins the first");
        r = drill_open(w->name, &d, err);
        /* before anything is made: what cannot be remembered is not begun */
        if (r == 0)
                r = can_remember(err);
        if (r == 0)
                r = make_folder(w->folder ? w->folder : w->name, folder, err);
        if (r == 0)
                r = drill_lay_out(&d.config, d.folder, "start", folder, fresh_seed(w), err);
        if (r == 0)
                r = copy_brief(&d, folder, err);
        if (r == 0)
                r = note(w->name, begin, &(struct begun) { folder, drill_today() }, true, err);
        if (r == 0)
                r = show_brief(folder, err);
        if (r == 0) {
                printf("\n%sIt is in %s%s\n", show_bold(), w->folder ? w->folder : w->name, show_plain());
                puts("Edit pipeline.sh there (this text is brief.md), then: tamis drill check\n"
                     "Stuck? tamis drill hint");
        }
        drill_close(&d);
        return r;
}

/* -- check --------------------------------------------------------------------------------------------------------- */

static double figure_of(const drill_result *r, const char *name) {
        for (size_t i = 0; i < r->n; i++)
                if (strcmp(r->figures[i].name, name) == 0)
                        return r->figures[i].value;
        return NAN;
}

static void show_verdict(const drill_result *r) {
        for (size_t i = 0; i < r->verdict.n; i++) {
                const tamis_drill_holds *h = &r->verdict.holds[i];
                double figure = figure_of(r, h->name);

                printf("  %s%s%s %-12s %s", h->holds ? show_good() : show_bad(), h->holds ? "ok" : "no", show_plain(),
                       h->name, h->formula);
                if (!isnan(figure))
                        printf("   (yours: %.3g)", figure);
                puts("");
        }
        for (size_t i = 0; i < r->verdict.n_comments && !r->verdict.passed; i++) {
                puts("");
                show_filled("* ", r->verdict.comments[i]);
        }
}

struct checked {
        bool passed;
        long today;
};

static void come_out(tamis_drill_state *s, void *arg) {
        const struct checked *c = arg;

        if (c->passed)
                tamis_drill_passed(s, c->today);
        else
                tamis_drill_failed(s, c->today);
}

static int show_outcome(const char *name, const drill_result *r, tamis_error *err) {
        tamis_drill_state s;
        char day[16];
        int status;

        if (r->end != DRILL_MEASURED) {
                show_filled("", r->said);
                puts(r->end == DRILL_STOPPED ? "" : "\nMend it, then: tamis drill check");
                return r->end == DRILL_STOPPED ? 1 : WANTING;
        }
        show_verdict(r);
        if (!r->verdict.passed) {
                puts("\nNot yet. Edit pipeline.sh, then: tamis drill check   (stuck? tamis drill hint)");
                return WANTING;
        }
        status = look_up(name, &s, NULL, err);
        if (status < 0)
                return status;
        tamis_drill_day_print(s.due, day);
        printf("\n%sPassed.%s It comes back on %s.\n", show_good(), show_plain(), day);
        puts("What happened, and why: tamis drill explain\n"
             "Say it as you would to somebody who asks: tamis drill say\n"
             "The next one: tamis drill next");
        return 0;
}

static int check_in(const drill_opened *d, const char *folder, const drill_wishes *w, tamis_error *err) {
        drill_result result = {0};
        uint64_t seed = fresh_seed(w);
        int r;

        printf("%s%s%s on fresh data (seed %llu) ...\n", show_bold(), d->name, show_plain(), (unsigned long long) seed);
        fflush(stdout);
        r = drill_run(&d->config, folder, seed, 0, w->stop, &result, err);
        if (r == 0 && result.end != DRILL_STOPPED)
                r = note(d->name, come_out,
                         &(struct checked) { result.end == DRILL_MEASURED && result.verdict.passed, drill_today() },
                         true, err);
        if (r == 0)
                r = show_outcome(d->name, &result, err);
        drill_result_done(&result);
        return r;
}

static int where_is(const char *name, char folder[PATH], tamis_error *err) {
        tamis_drill_state s;
        int r = look_up(name, &s, folder, err);

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

int drill_check(const drill_wishes *w, tamis_error *err) {
        char name[NAME], folder[PATH];
        drill_opened d = {0};
        int r = drill_meant(w, name, err);

        if (r == 0)
                r = drill_open(name, &d, err);
        if (r == 0)
                r = where_is(name, folder, err);
        if (r == 0)
                r = check_in(&d, folder, w, err);
        drill_close(&d);
        return r;
}

/* -- hint, explain --------------------------------------------------------------------------------------------------- */

static void one_more(tamis_drill_state *s, void *arg) {
        s->hints++;
}

/* Hint `which` (from 0) of a text apart by lines of ---; the number of hints is returned. */
static size_t find_hint(tamis_slice text, size_t which, tamis_slice *ret) {
        size_t n = 0;

        *ret = (tamis_slice) { NULL, 0 };
        while (text.n > 0) {
                const char *end = memmem(text.p, text.n, "\n---\n", 5);
                size_t length = end ? (size_t) (end + 1 - text.p) : text.n, step = end ? length + 4 : length;

                if (n++ == which)
                        *ret = (tamis_slice) { text.p, length };
                text.p += step;
                text.n -= step;
        }
        return n;
}

int drill_hint(const drill_wishes *w, tamis_error *err) {
        char name[NAME], path[PATH + 16];
        drill_opened d = {0};
        tamis_buffer text = {0};
        tamis_drill_state s;
        tamis_slice hint;
        size_t n = 0;
        int r = drill_meant(w, name, err);

        if (r == 0)
                r = drill_open(name, &d, err);
        if (r == 0)
                r = look_up(name, &s, NULL, err);
        snprintf(path, sizeof path, "%s/hints.md", d.folder);
        if (r == 0)
                r = show_read(path, &text, err);
        if (r == 0) {
                n = find_hint((tamis_slice) { text.p, text.n }, s.hints, &hint);
                if (s.hints >= n) {
                        printf("That were all %zu hints. Here is the last once more:\n\n", n);
                        find_hint((tamis_slice) { text.p, text.n }, n - 1, &hint);
                } else {
                        printf("Hint %u of %zu\n\n", s.hints + 1, n);
                        r = note(name, one_more, NULL, s.started > 0, err);
                }
        }
        if (r == 0)
                r = show_text(hint, err);
        if (r == 0)
                puts(s.hints + 1 < n ? "\nThen: tamis drill check   (one more: tamis drill hint)"
                                     : "\nThen: tamis drill check   (or tamis drill explain --give-up)");
        tamis_buffer_done(&text);
        drill_close(&d);
        return r;
}

static void give_up(tamis_drill_state *s, void *arg) {
        s->gave_up |= s->step == 0;
}

static int show_file(const char *folder, const char *name, tamis_error *err) {
        tamis_buffer text = {0};
        char path[PATH + 64];
        int r;

        snprintf(path, sizeof path, "%s/%s", folder, name);
        r = show_read(path, &text, err);
        if (r == 0)
                r = show_text((tamis_slice) { text.p, text.n }, err);
        tamis_buffer_done(&text);
        return r;
}

/* A script: what begins with # is no heading. */
static int show_as_it_stands(const char *folder, const char *name, tamis_error *err) {
        tamis_buffer text = {0};
        char path[PATH + 64];
        int r;

        snprintf(path, sizeof path, "%s/%s", folder, name);
        r = show_read(path, &text, err);
        if (r == 0)
                fwrite(text.p, 1, text.n, stdout);
        tamis_buffer_done(&text);
        return r;
}

int drill_explain(const drill_wishes *w, tamis_error *err) {
        char name[NAME];
        drill_opened d = {0};
        tamis_drill_state s;
        int r = drill_meant(w, name, err);

        if (r == 0)
                r = drill_open(name, &d, err);
        if (r == 0)
                r = look_up(name, &s, NULL, err);
        if (r == 0 && s.step == 0 && !s.gave_up && !w->give_up)
                r = tamis_fail(
                        err, TAMIS_USAGE,
                        "the explanation comes after a pass: tamis drill check, or tamis drill hint (tamis drill explain "
                        "--give-up shows it all the same)");
        if (r == 0 && w->give_up)
                r = note(name, give_up, NULL, false, err);
        if (r == 0)
                r = show_file(d.folder, "explain.md", err);
        if (r == 0) {
                printf("\n%sA good pipeline.sh%s\n\n", show_bold(), show_plain());
                r = show_as_it_stands(d.folder, "good/pipeline.sh", err);
        }
        if (r == 0)
                puts("\nNow say it: tamis drill say");
        drill_close(&d);
        return r;
}

/* -- next, reset, review --------------------------------------------------------------------------------------------- */

/* In the folder of the drill one is at: the next one goes beside it. */
static bool is_inside(const tamis_drill_progress *p) {
        const tamis_drill_state *s = p->at ? tamis_drill_progress_find(p, p->at) : NULL;
        char here[PATH];

        return s && s->folder && getcwd(here, sizeof here) && strcmp(here, s->folder) == 0;
}

int drill_next(const drill_wishes *w, tamis_error *err) {
        drill_opened *all = NULL;
        drill_book book = { .lock = -1 };
        const char *found = NULL;
        char name[NAME], beside[NAME + 4];
        bool inside = false;
        size_t n = 0;
        int r = drill_all(&all, &n, err);

        if (r == 0)
                r = drill_book_open(&book, err);
        for (size_t i = 0; r == 0 && i < n && !found; i++) {
                const tamis_drill_state *s = tamis_drill_progress_find(&book.progress, all[i].name);

                if (!s || (s->step == 0 && s->started == 0))
                        found = all[i].name;
        }
        if (found)
                snprintf(name, sizeof name, "%s", found);
        if (r == 0)
                inside = is_inside(&book.progress);
        drill_book_close(&book);
        drill_all_done(all, n);
        if (r == 0 && !found) {
                puts("All drills are begun. tamis drill list shows which are open; tamis drill review, which are due.");
                return 0;
        }
        if (r < 0)
                return r;
        snprintf(beside, sizeof beside, "../%s", name);
        return drill_start(&(drill_wishes) { .name = name, .folder = w->name ? w->name : inside ? beside : NULL, .seed = w->seed,
                                             .stop = w->stop }, err);
}

static void forget(tamis_drill_state *s, void *arg) {
        *s = (tamis_drill_state) { .name = s->name, .unknown = s->unknown };
}

/* One is at it no more. */
static int leave(const char *name, tamis_error *err) {
        drill_book book;
        int r = drill_book_open(&book, err);

        if (r == 0 && book.progress.at && strcmp(book.progress.at, name) == 0) {
                book.progress.at = NULL;
                r = drill_book_save(&book, err);
        }
        drill_book_close(&book);
        return r;
}

int drill_reset(const drill_wishes *w, tamis_error *err) {
        drill_opened d = {0};
        int r;

        if (!w->name)
                return tamis_fail(err, TAMIS_USAGE, "reset which? tamis drill reset NAME forgets what you did of it");
        r = drill_open(w->name, &d, err);
        drill_close(&d);
        if (r == 0)
                r = note(w->name, forget, NULL, false, err);
        if (r == 0)
                r = leave(w->name, err);
        if (r == 0)
                printf("Forgotten. Its folder stays. Again: tamis drill start %s DIR\n", w->name);
        return r;
}

int drill_review(const drill_wishes *w, tamis_error *err) {
        drill_book book;
        char name[NAME] = "", folder[2 * NAME], day[16];
        long today = drill_today(), first = 0;
        size_t due = 0;
        int r = drill_book_open(&book, err);

        for (size_t i = 0; r == 0 && i < book.progress.n; i++) {
                const tamis_drill_state *s = &book.progress.drills[i];

                if (s->step == 0)
                        continue;
                if (s->due > today) {
                        first = first == 0 || s->due < first ? s->due : first;
                        continue;
                }
                tamis_drill_day_print(s->due, day);
                printf("%-12s due since %s\n", s->name, day);
                if (due++ == 0)
                        snprintf(name, sizeof name, "%s", s->name);
        }
        drill_book_close(&book);
        if (r < 0)
                return r;
        if (due == 0) {
                tamis_drill_day_print(first, day);
                printf(first > 0 ? "Nothing is due before %s. A new one: tamis drill next\n"
                                 : "Nothing is passed yet, so nothing is due. tamis "
                                   "drill list\n",
                       day);
                return 0;
        }
        tamis_drill_day_print(today, day);
        snprintf(folder, sizeof folder, "%s-%s", name, day);
        for (int again = 2; access(folder, F_OK) == 0 && again < 1000; again++)
                snprintf(folder, sizeof folder, "%s-%s-%d", name, day, again);
        puts("");
        return drill_start(
                &(drill_wishes){
                        .name = name, .folder = w->folder ? w->folder : folder, .seed = w->seed, .stop = w->stop },
                err);
}

/* -- watch --------------------------------------------------------------------------------------------------------- */

/* Until pipeline.sh, or anything beside it, was written; false: stopped. */
static bool wait_for_save(int fd, const atomic_bool *stop) {
        bool saved = false;

        while (!saved && !(stop && atomic_load(stop))) {
                struct pollfd p = { .fd = fd, .events = POLLIN };
                char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

                if (poll(&p, 1, 200) <= 0)
                        continue;
                /* an editor writes, renames, removes: all that is there belongs to one save */
                usleep(100000);
                saved = read(fd, events, sizeof events) > 0;
        }
        return saved;
}

int drill_watch(const drill_wishes *w, tamis_error *err) {
        char name[NAME], folder[PATH];
        drill_opened d = {0};
        int fd = -1, r = drill_meant(w, name, err);

        if (r == 0)
                r = drill_open(name, &d, err);
        if (r == 0)
                r = where_is(name, folder, err);
        if (r == 0) {
                fd = inotify_init1(IN_CLOEXEC);
                if (fd < 0 || inotify_add_watch(fd, folder, IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
                        r = tamis_fail(err, TAMIS_IO, "%s cannot be watched: %s", folder, strerror(errno));
        }
        while (r == 0 || r == WANTING) {
                printf("\nWaiting for you to save something in %s (^C ends it)\n", folder);
                fflush(stdout);
                if (!wait_for_save(fd, w->stop))
                        break;
                r = check_in(&d, folder, w, err);
                if (r == 0)
                        break;
        }
        if (fd >= 0)
                close(fd);
        drill_close(&d);
        return r == WANTING ? 0 : r;
}

/* -- bare ---------------------------------------------------------------------------------------------------------- */

int drill_go_on(const drill_wishes *w, tamis_error *err) {
        char name[NAME] = "", folder[PATH], state[80];
        tamis_drill_state s;
        drill_opened d = {0};
        drill_book book;
        int r = drill_book_open(&book, err);

        if (r == 0 && book.progress.at)
                snprintf(name, sizeof name, "%s", book.progress.at);
        drill_book_close(&book);
        if (r < 0)
                return r;
        if (!*name) {
                show_filled(
                        "",
                        "Questions about data, answered by building the pipeline: you get data with a fault and a script that does the obvious; "
                        "every check runs it on fresh data whose truth is known, and says what came of it.");
                puts("\n  tamis drill list            what there is\n"
                     "  tamis drill start miss30    begin with the first\n"
                     "  tamis drill --help          all that can be said");
                return 0;
        }
        r = look_up(name, &s, folder, err);
        if (r == 0)
                r = drill_open(name, &d, err);
        if (r == 0) {
                show_state(&s, drill_today(), state, sizeof state);
                printf("%s%s%s: %s\n", show_bold(), name, show_plain(), drill_says(&d, "title"));
                printf("%s%sin %s\n", state, *state ? "; " : "", *folder ? folder : "no folder");
                show_filled("\n", drill_says(&d, "question"));
                puts(s.step > 0 ? "\ntamis drill explain, tamis drill say, or tamis drill next"
                                : "\nEdit pipeline.sh there, then: tamis drill check   (stuck? tamis drill hint)");
        }
        drill_close(&d);
        return r;
}
