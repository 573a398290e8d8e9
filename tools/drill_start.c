/* Drills listed, and begun in a folder. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "drill_files.h"
#include "drill_run.h"
#include "drill_show.h"
#include "drill_state.h"
#include "say.h"

/* -- list ---------------------------------------------------------------------------------------------------------- */

static void show_topic(const drill_opened *all, size_t n, const char *topic, const drill_book *book) {
        long today = drill_today();

        printf("\n%s%s%s\n", show_bold(), topic, show_plain());
        for (size_t i = 0; i < n; i++) {
                const tamis_drill_state *s = tamis_drill_progress_find(&book->progress, all[i].name);
                bool passed = s && s->step > 0, here = book->progress.at && strcmp(book->progress.at, all[i].name) == 0;
                char state[80], line[2 * DRILL_NAME];

                if (strcmp(drill_says(&all[i], "topic"), topic) != 0)
                        continue;
                drill_show_state(s, today, state, sizeof state);
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
        char path[DRILL_PATH + 16];
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
        char from[DRILL_PATH + 16], to[DRILL_PATH + 16];
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
        char folder[DRILL_PATH];
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
                r = drill_lay_out(&d.config, d.folder, "start", folder, drill_fresh_seed(w), err);
        if (r == 0)
                r = copy_brief(&d, folder, err);
        if (r == 0)
                r = drill_note(w->name, begin, &(struct begun) { folder, drill_today() }, true, err);
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
