/* An answer checked, once or at every save. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "drill_run.h"
#include "drill_show.h"
#include "drill_state.h"
#include "say.h"

/* -- check --------------------------------------------------------------------------------------------------------- */

static double figure_of(const drill_result *r, const char *name) {
        for (size_t i = 0; i < r->n; i++)
                if (strcmp(r->figures[i].name, name) == 0)
                        return r->figures[i].value;
        return NAN;
}

static void show_verdict(const drill_result *r) {
        size_t width = 12;

        for (size_t i = 0; i < r->verdict.n; i++)
                if (strlen(r->verdict.holds[i].name) > width)
                        width = strlen(r->verdict.holds[i].name);
        for (size_t i = 0; i < r->verdict.n; i++) {
                const tamis_drill_holds *h = &r->verdict.holds[i];
                double figure = figure_of(r, h->name);

                printf("  %s%s%s %-*s %s", h->holds ? show_good() : show_bad(), h->holds ? "ok" : "no", show_plain(),
                       (int) width, h->name, h->formula);
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
                return r->end == DRILL_STOPPED ? 1 : DRILL_WANTING;
        }
        show_verdict(r);
        if (!r->verdict.passed) {
                puts("\nNot yet. Edit pipeline.sh, then: tamis drill check   (stuck? tamis drill hint)");
                return DRILL_WANTING;
        }
        status = drill_look_up(name, &s, NULL, err);
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
        uint64_t seed = drill_fresh_seed(w);
        int r;

        printf("%s%s%s on fresh data (seed %llu) ...\n", show_bold(), d->name, show_plain(), (unsigned long long) seed);
        fflush(stdout);
        r = drill_run(&d->config, folder, seed, 0, w->stop, &result, err);
        if (r == 0 && result.end != DRILL_STOPPED)
                r = drill_note(d->name, come_out,
                         &(struct checked) { result.end == DRILL_MEASURED && result.verdict.passed, drill_today() },
                         true, err);
        if (r == 0)
                r = show_outcome(d->name, &result, err);
        drill_result_done(&result);
        return r;
}

int drill_check(const drill_wishes *w, tamis_error *err) {
        char name[DRILL_NAME], folder[DRILL_PATH];
        drill_opened d = {0};
        int r = drill_meant(w, name, err);

        if (r == 0)
                r = drill_open(name, &d, err);
        if (r == 0)
                r = drill_where(name, folder, err);
        if (r == 0)
                r = check_in(&d, folder, w, err);
        drill_close(&d);
        return r;
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
        char name[DRILL_NAME], folder[DRILL_PATH];
        drill_opened d = {0};
        int fd = -1, r = drill_meant(w, name, err);

        if (r == 0)
                r = drill_open(name, &d, err);
        if (r == 0)
                r = drill_where(name, folder, err);
        if (r == 0) {
                fd = inotify_init1(IN_CLOEXEC);
                if (fd < 0 || inotify_add_watch(fd, folder, IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
                        r = tamis_fail(err, TAMIS_IO, "%s cannot be watched: %s", folder, strerror(errno));
        }
        while (r == 0 || r == DRILL_WANTING) {
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
        return r == DRILL_WANTING ? 0 : r;
}
