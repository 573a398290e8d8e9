#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <tamis/random.h>

#include "drill/points.h"
#include "drill_book.h"
#include "drill_find.h"
#include "drill_show.h"
#include "drill_spoken.h"

enum { NAME = 256, PATH = DRILL_PATH, MOST_QUESTIONS = 512, MOST_TOPICS = 64 };

static bool stopped(const drill_wishes *w) {
        return w->stop && atomic_load(w->stop);
}

/* -- an answer ----------------------------------------------------------------------------------------------------- */

/* Lines up to an empty one. */
static int take_answer(tamis_buffer *ret, tamis_error *err) {
        char line[4096];
        int r = 0;

        while (r == 0 && fgets(line, sizeof line, stdin)) {
                if (line[0] == '\n')
                        break;
                r = tamis_buffer_add(ret, line, strlen(line), err);
        }
        return r;
}

/* A word typed behind a question; false: the input has ended. */
static bool ask(const char *question, char *ret) {
        char line[256];

        fputs(question, stdout);
        fflush(stdout);
        if (!fgets(line, sizeof line, stdin))
                return false;
        *ret = line[0];
        return true;
}

static size_t tick(tamis_drill_points *p, const drill_wishes *w) {
        size_t made = 0;

        puts("\nHere is what a strong answer holds. Did you say it? y or n, a line each.");
        for (size_t i = 0; i < p->n && !stopped(w); i++) {
                char said = 'n';

                puts("");
                show_filled("- ", p->points[i].text);
                if (!ask("  said it? ", &said))
                        break;
                p->points[i].made = said == 'y' || said == 'Y';
                made += p->points[i].made;
        }
        return made;
}

static void show_points(const tamis_drill_points *p, bool made) {
        bool any = false;

        for (size_t i = 0; i < p->n; i++) {
                if (p->points[i].made != made)
                        continue;
                if (!any)
                        printf("\n%s%s%s\n", show_bold(), made ? "You said" : "What was missing", show_plain());
                any = true;
                show_filled(made ? "+ " : "- ", p->points[i].text);
        }
}

/* The question is asked, and the answer held against its points. */
static int hold_against(const char *question, tamis_drill_points *p, const drill_wishes *w, size_t *made,
                        tamis_error *err) {
        tamis_buffer answer = {0};
        int r;

        printf("\n%s", show_bold());
        show_filled("", question);
        fputs(show_plain(), stdout);
        puts("\nSay it aloud, then press return; or type it, and end with an empty line.");
        fflush(stdout);
        r = take_answer(&answer, err);
        *made = 0;
        if (r == 0 && answer.n == 0)
                *made = tick(p, w);
        else if (r == 0)
                r = tamis_drill_points_match(p, (tamis_slice) { answer.p, answer.n }, made, err);
        if (r == 0 && !stopped(w)) {
                show_points(p, true);
                show_points(p, false);
                printf("\n%zu of %zu points.\n", *made, p->n);
                if (answer.n > 0)
                        puts("(Typed answers are matched by key words: you may have said it in others.)");
        }
        tamis_buffer_done(&answer);
        return r;
}

static int read_points(const char *folder, tamis_drill_points *ret, tamis_error *err) {
        tamis_buffer text = {0};
        char path[PATH + 16];
        int r;

        snprintf(path, sizeof path, "%s/points.md", folder);
        r = show_read(path, &text, err);
        if (r == 0)
                r = tamis_drill_points_parse((tamis_slice) { text.p, text.n }, ret, err);
        tamis_buffer_done(&text);
        return r;
}

/* -- say ----------------------------------------------------------------------------------------------------------- */

static int note_told(const char *name, size_t told, size_t points, tamis_error *err) {
        tamis_drill_state *s = NULL;
        drill_book book;
        int r = drill_book_open(&book, err);

        if (r == 0)
                r = tamis_drill_progress_add(&book.progress, name, &s, err);
        if (r == 0) {
                s->told = (unsigned) told;
                s->points = (unsigned) points;
                r = drill_book_save(&book, err);
        }
        drill_book_close(&book);
        return r;
}

int drill_say_it(const drill_wishes *w, tamis_error *err) {
        tamis_drill_points points = {0};
        drill_opened d = {0};
        char name[NAME];
        size_t made = 0;
        int r = drill_meant(w, name, err);

        if (r == 0)
                r = drill_open(name, &d, err);
        if (r == 0)
                r = read_points(d.folder, &points, err);
        if (r == 0)
                r = hold_against(drill_says(&d, "question"), &points, w, &made, err);
        if (r == 0 && !stopped(w))
                r = note_told(name, made, points.n, err);
        if (r == 0 && !stopped(w))
                puts("\nOnce more: tamis drill say   The next drill: tamis drill next   Under a clock: tamis drill interview");
        tamis_drill_points_done(&points);
        drill_close(&d);
        return r == 0 && stopped(w) ? 1 : r;
}

/* -- questions of an interview --------------------------------------------------------------------------------------- */

struct question {
        char *text, *topic;
        char *drill;                    /* NULL: a concept */
        tamis_drill_points points;
};

struct interview {
        struct question *questions;
        size_t n;
        struct { const char *topic; size_t made, all; double seconds; } topics[MOST_TOPICS];
        size_t n_topics;
};

static void interview_done(struct interview *v) {
        for (size_t i = 0; i < v->n; i++) {
                free(v->questions[i].text);
                free(v->questions[i].topic);
                free(v->questions[i].drill);
                tamis_drill_points_done(&v->questions[i].points);
        }
        free(v->questions);
}

static int add_question(struct interview *v, tamis_slice text, const char *topic, const char *drill,
                        struct question **ret, tamis_error *err) {
        struct question *q = &v->questions[v->n];

        if (v->n == MOST_QUESTIONS)
                return tamis_fail(err, TAMIS_USAGE, "more than %d questions", MOST_QUESTIONS);
        *q = (struct question) { .text = strndup(text.p, text.n), .topic = strdup(topic), .drill = drill ? strdup(drill) : NULL };
        v->n++;
        *ret = q;
        return q->text && q->topic && (!drill || q->drill) ? 0 : tamis_fail_memory(err);
}

static int take_drills(struct interview *v, tamis_error *err) {
        drill_opened *all = NULL;
        struct question *q;
        size_t n = 0;
        int r = drill_all(&all, &n, err);

        for (size_t i = 0; r == 0 && i < n; i++) {
                r = add_question(v, tamis_slice_of(drill_says(&all[i], "question")), drill_says(&all[i], "topic"),
                                 all[i].name, &q, err);
                if (r == 0)
                        r = read_points(all[i].folder, &q->points, err);
        }
        drill_all_done(all, n);
        return r;
}

/* A file of `# question` lines, each with points below it. */
static int take_concepts(struct interview *v, tamis_slice text, const char *topic, tamis_error *err) {
        int r = 0;

        while (r == 0 && text.n > 0) {
                const char *next = text.n > 1 ? memmem(text.p + 1, text.n - 1, "\n# ", 3) : NULL,
                           *end = memchr(text.p, '\n', text.n);
                size_t length = next ? (size_t) (next + 1 - text.p) : text.n;
                struct question *q;

                if (text.n > 2 && text.p[0] == '#' && text.p[1] == ' ' && end) {
                        r = add_question(v, (tamis_slice) { text.p + 2, (size_t) (end - text.p) - 2 }, topic, NULL, &q,
                                         err);
                        if (r == 0)
                                r = tamis_drill_points_parse((tamis_slice) { end, length - (size_t) (end - text.p) },
                                                             &q->points, err);
                }
                text.p += length;
                text.n -= length;
        }
        return r;
}

static int take_concept_files(struct interview *v, tamis_error *err) {
        const char *folder;
        char path[PATH + NAME], topic[NAME];
        struct dirent **files = NULL;
        int n, r = drill_find_all(&folder, err);

        if (r < 0)
                return r;
        snprintf(path, sizeof path, "%.3000s/concepts", folder);
        n = scandir(path, &files, NULL, alphasort);
        for (int i = 0; i < n; i++) {
                const char *dot = strstr(files[i]->d_name, ".md");
                tamis_buffer text = {0};

                if (r == 0 && dot && dot != files[i]->d_name) {
                        snprintf(path, sizeof path, "%.3000s/concepts/%.200s", folder, files[i]->d_name);
                        snprintf(topic, sizeof topic, "%.*s", (int) (dot - files[i]->d_name), files[i]->d_name);
                        r = show_read(path, &text, err);
                        if (r == 0)
                                r = take_concepts(v, (tamis_slice) { text.p, text.n }, topic, err);
                        tamis_buffer_done(&text);
                }
                free(files[i]);
        }
        free(files);
        return r;
}

/* -- the round ------------------------------------------------------------------------------------------------------- */

static double now(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static void count(struct interview *v, const char *topic, size_t made, size_t all, double seconds) {
        size_t i = 0;

        while (i < v->n_topics && strcmp(v->topics[i].topic, topic) != 0)
                i++;
        if (i == MOST_TOPICS)
                return;
        if (i == v->n_topics) {
                v->topics[i].topic = topic;
                v->n_topics++;
        }
        v->topics[i].made += made;
        v->topics[i].all += all;
        v->topics[i].seconds += seconds;
}

/* Where one was before the interview began something else. */
struct place {
        char at[NAME], folder[PATH];    /* "": nowhere */
};

static int remember_place(const char *drill, struct place *ret, tamis_error *err) {
        const tamis_drill_state *s;
        drill_book book;
        int r = drill_book_open(&book, err);

        *ret = (struct place) {0};
        if (r == 0) {
                s = tamis_drill_progress_find(&book.progress, drill);
                snprintf(ret->at, sizeof ret->at, "%s", book.progress.at ? book.progress.at : "");
                snprintf(ret->folder, sizeof ret->folder, "%s", s && s->folder ? s->folder : "");
        }
        drill_book_close(&book);
        return r;
}

static int go_back(const char *drill, const struct place *place, tamis_error *err) {
        tamis_drill_state *s;
        drill_book book;
        int r = drill_book_open(&book, err);

        s = r == 0 ? tamis_drill_progress_find(&book.progress, drill) : NULL;
        if (r == 0) {
                book.progress.at = *place->at ? place->at : book.progress.at;
                if (s && *place->folder)
                        s->folder = place->folder;
                r = drill_book_save(&book, err);
        }
        drill_book_close(&book);
        return r;
}

/* A pipeline: begun in a folder of its own, checked when the learner says so. */
static int ask_for_pipeline(struct interview *v, const struct question *q, const drill_wishes *w, tamis_error *err) {
        char folder[2 * NAME], day[16], said = 's';
        double begin = now();
        struct place place;
        drill_wishes of = { .name = q->drill, .folder = folder, .stop = w->stop };
        int r;

        tamis_drill_day_print(drill_today(), day);
        snprintf(folder, sizeof folder, "%s-interview-%s", q->drill, day);
        for (int again = 2; access(folder, F_OK) == 0 && again < 1000; again++)
                snprintf(folder, sizeof folder, "%s-interview-%s-%d", q->drill, day, again);
        puts("\nThis one is to be shown.\n");
        r = remember_place(q->drill, &place, err);
        if (r == 0)
                r = drill_start(&of, err);
        if (r == 0 &&
            (!ask("\nPress return when pipeline.sh is ready; s and return skips it. ", &said) || said == 's')) {
                count(v, q->topic, 0, 1, now() - begin);
                return go_back(q->drill, &place, err);
        }
        if (r == 0) {
                of.folder = NULL;
                r = drill_check(&of, err);
                if (r >= 0)
                        count(v, q->topic, r == 0, 1, now() - begin);
        }
        return r < 0 ? r : go_back(q->drill, &place, err);
}

static void report(const struct interview *v, size_t asked, double seconds) {
        printf("\n%sHow it went%s: %zu question%s in %.0f minutes\n\n", show_bold(), show_plain(), asked,
               asked == 1 ? "" : "s", seconds / 60);
        for (int weak = 0; weak < 2; weak++) {
                bool any = false;

                for (size_t i = 0; i < v->n_topics; i++) {
                        double share =
                                (double) v->topics[i].made / (double) (v->topics[i].all > 0 ? v->topics[i].all : 1);

                        if ((share < .6) != weak)
                                continue;
                        if (!any)
                                printf("%s\n", weak ? "Gaps" : "Strengths");
                        any = true;
                        printf("  %-20s %zu of %zu points, %.0f s\n", v->topics[i].topic, v->topics[i].made,
                               v->topics[i].all, v->topics[i].seconds);
                        for (size_t k = 0; weak && k < v->n; k++)
                                if (v->questions[k].drill && strcmp(v->questions[k].topic, v->topics[i].topic) == 0)
                                        printf("    practise: tamis drill start %s\n", v->questions[k].drill);
                }
        }
        puts("\nOnce more, with other questions: tamis drill interview");
}

/* Which to ask, in an order that the seed alone decides: drills and concepts in turn. */
static size_t draw(const struct interview *v, uint64_t seed, size_t round, const bool *used) {
        bool concept = round % 2 == 1;
        size_t best = v->n;
        uint64_t most = 0;

        for (int pass = 0; pass < 2 && best == v->n; pass++)
                for (size_t i = 0; i < v->n; i++) {
                        tamis_stream s;
                        uint64_t bits;

                        if (used[i] || (pass == 0 && (v->questions[i].drill == NULL) != concept))
                                continue;
                        tamis_stream_init(&s, seed, "drill.interview", 0, i);
                        bits = tamis_stream_bits(&s) | 1;
                        if (best == v->n || bits > most) {
                                best = i;
                                most = bits;
                        }
                }
        return best;
}

int drill_interview(const drill_wishes *w, unsigned rounds, double minutes, tamis_error *err) {
        bool used[MOST_QUESTIONS] = {0};
        struct interview v = { .questions = calloc(MOST_QUESTIONS, sizeof *v.questions) };
        double begin = now();
        size_t asked = 0;
        int r = v.questions ? take_drills(&v, err) : tamis_fail_memory(err);

        if (r == 0)
                r = take_concept_files(&v, err);
        if (r == 0)
                printf("%u questions, %g minutes. Begin each answer with what you would ask back.\n", rounds, minutes);
        while (r == 0 && asked < rounds && asked < v.n && !stopped(w) && !feof(stdin)) {
                double left = minutes * 60 - (now() - begin), start = now();
                size_t which = draw(&v, w->seed > 0 ? w->seed : (uint64_t) time(NULL), asked, used), made = 0;
                struct question *q = &v.questions[which];

                if (left <= 0) {
                        puts("\nTime is up.");
                        break;
                }
                used[which] = true;
                asked++;
                printf("\n%sQuestion %zu of %u%s (%.0f minutes left)\n", show_bold(), asked, rounds, show_plain(),
                       left / 60);
                if (q->drill && asked % 3 == 0 && isatty(STDIN_FILENO)) {
                        r = ask_for_pipeline(&v, q, w, err);
                        continue;
                }
                r = hold_against(q->text, &q->points, w, &made, err);
                count(&v, q->topic, made, q->points.n, now() - start);
        }
        if (r == 0)
                report(&v, asked, now() - begin);
        interview_done(&v);
        return r;
}
