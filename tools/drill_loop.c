/* From drill to drill: the next, again, what is due, and where one stopped. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "drill_show.h"
#include "drill_state.h"
#include "say.h"

/* -- next, reset, review --------------------------------------------------------------------------------------------- */

/* In the folder of the drill one is at: the next one goes beside it. */
static bool is_inside(const tamis_drill_progress *p) {
        const tamis_drill_state *s = p->at ? tamis_drill_progress_find(p, p->at) : NULL;
        char here[DRILL_PATH];

        return s && s->folder && getcwd(here, sizeof here) && strcmp(here, s->folder) == 0;
}

int drill_next(const drill_wishes *w, tamis_error *err) {
        drill_opened *all = NULL;
        drill_book book = { .lock = -1 };
        const char *found = NULL;
        char name[DRILL_NAME], beside[DRILL_NAME + 4];
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
                return tamis_fail(err, TAMIS_USAGE, "reset which? tamis drill reset DRILL_NAME forgets what you did of it");
        r = drill_open(w->name, &d, err);
        drill_close(&d);
        if (r == 0)
                r = drill_note(w->name, forget, NULL, false, err);
        if (r == 0)
                r = leave(w->name, err);
        if (r == 0)
                printf("Forgotten. Its folder stays. Again: tamis drill start %s DIR\n", w->name);
        return r;
}

int drill_review(const drill_wishes *w, tamis_error *err) {
        drill_book book;
        char name[DRILL_NAME] = "", folder[2 * DRILL_NAME], day[16];
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

/* -- bare ---------------------------------------------------------------------------------------------------------- */

int drill_go_on(const drill_wishes *w, tamis_error *err) {
        char name[DRILL_NAME] = "", folder[DRILL_PATH], state[80];
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
        r = drill_look_up(name, &s, folder, err);
        if (r == 0)
                r = drill_open(name, &d, err);
        if (r == 0) {
                drill_show_state(&s, drill_today(), state, sizeof state);
                printf("%s%s%s: %s\n", show_bold(), name, show_plain(), drill_says(&d, "title"));
                printf("%s%sin %s\n", state, *state ? "; " : "", *folder ? folder : "no folder");
                show_filled("\n", drill_says(&d, "question"));
                puts(s.step > 0 ? "\ntamis drill explain, tamis drill say, or tamis drill next"
                                : "\nEdit pipeline.sh there, then: tamis drill check   (stuck? tamis drill hint)");
        }
        drill_close(&d);
        return r;
}
