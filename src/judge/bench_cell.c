/* One strategy in one cell: run, judged, told. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tamis/number.h>

#include "judge/bench.h"
#include "judge/bench_command.h"
#include "judge/score.h"
#include "table/feed.h"

enum { PATH = 512, MESSAGE = 256 };
enum { TIMES = 64, SPARE = 1 << 26 };   /* what a program may write: so many times the holes, and so many bytes more */

struct paths {
        char holes[PATH], out[PATH], errors[PATH], figures[PATH];
};

static struct paths paths_in(const char *folder) {
        struct paths p;

        snprintf(p.holes, PATH, "%.400s/holes.csv", folder);
        snprintf(p.out, PATH, "%.400s/out.csv", folder);
        snprintf(p.errors, PATH, "%.400s/errors", folder);
        snprintf(p.figures, PATH, "%.400s/figures.csv", folder);
        return p;
}

/* -- what a program said ------------------------------------------------------------------------------------------- */

/* The last line that is not blank, without what would end a line of ours. */
static void last_line(const char *path, char *ret, size_t size) {
        char text[4096];
        FILE *f = fopen(path, "re");
        size_t n = 0, start;

        *ret = '\0';
        if (!f)
                return;
        if (fseek(f, -(long) sizeof text, SEEK_END) < 0)
                rewind(f);
        n = fread(text, 1, sizeof text, f);
        fclose(f);
        while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' ' || text[n - 1] == '\r'))
                n--;
        for (start = n; start > 0 && text[start - 1] != '\n';)
                start--;
        snprintf(ret, size, "%.*s", (int) (n - start), text + start);
        for (char *p = ret; *p; p++)
                if ((unsigned char) *p < ' ')
                        *p = ' ';
}

static void tell_end(const tamis_child_end *end, const char *errors, double timeout, char *ret, size_t size) {
        char line[MESSAGE - 64];

        last_line(errors, line, sizeof line);
        if (end->timed_out)
                snprintf(ret, size, "killed after %g s", timeout);
        else if (WIFSIGNALED(end->status))
                snprintf(ret, size, "signal %d (%s)%s%s", WTERMSIG(end->status), strsignal(WTERMSIG(end->status)),
                         *line ? ": " : "", line);
        else
                snprintf(ret, size, "exit status %d%s%s", WEXITSTATUS(end->status), *line ? ": " : "", line);
}

/* Names of the scratch folder say nothing to anybody. */
static void without_folder(char *text, const char *folder) {
        size_t n = strlen(folder);

        for (char *p; (p = strstr(text, folder)) != NULL;)
                memmove(p, p[n] == '/' ? p + n + 1 : p + n, strlen(p[n] == '/' ? p + n + 1 : p + n) + 1);
        for (char *p = text; *p; p++)
                if ((unsigned char) *p < ' ')
                        *p = ' ';
}

/* -- holes --------------------------------------------------------------------------------------------------------- */

int tamis_bench_holes(const tamis_bench_options *o, const tamis_bench_cell *cell, const char *folder, char why[256],
                      tamis_error *err) {
        struct paths p = paths_in(folder);
        char seed[32], rate[TAMIS_NUMBER_MAX + 1], line[MESSAGE];
        const char *const words[] = { o->program, "ampute", "-q",     "-j", "1",  "-s",    cell->mechanism,
                                      "--rate",   rate,     "--seed", seed, "-o", p.holes, o->target ? "-t" : NULL,
                                      o->target,  NULL };
        tamis_bench_command c = {0};
        tamis_child_end end = {0};
        int r;

        snprintf(seed, sizeof seed, "%llu", (unsigned long long) cell->seed);
        rate[tamis_number_print(cell->rate, rate)] = '\0';
        r = tamis_bench_command_add(&c, words, err);
        if (r == 0)
                r = tamis_bench_command_reading(&c, o, true, err);
        if (r == 0 && o->ampute)
                r = tamis_bench_command_cut(&c, o->ampute, err);
        if (r == 0)
                r = tamis_bench_command_add(&c, (const char *const []) { cell->file, NULL }, err);
        if (r == 0)
                r = o->run(&(tamis_child) { .argv = c.words, .output = p.out, .errors = p.errors, .stop = o->stop },
                           &end, err);
        tamis_bench_command_done(&c);
        if (r == 0 && end.status != 0) {
                tell_end(&end, p.errors, 0, line, sizeof line);
                snprintf(why, 256, "no holes: %.200s", line);
                without_folder(why, folder);
        }
        return r;
}

/* -- rows ---------------------------------------------------------------------------------------------------------- */

struct telling {
        const tamis_bench_cell *cell;
        const char *strategy, *message;
        tamis_bench_group *group;
};

static int add_number(tamis_buffer *text, double x, tamis_error *err) {
        int r = tamis_buffer_reserve(text, TAMIS_NUMBER_MAX, err);

        if (r == 0 && isfinite(x))
                text->n += tamis_number_print(x, text->p + text->n);
        return r;
}

static int add_cell(tamis_buffer *text, tamis_slice cell, char behind, tamis_error *err) {
        int r = tamis_cell_write(text, cell, ',', false, err);

        return r == 0 ? tamis_buffer_add(text, &behind, 1, err) : r;
}

/* The message is said once, in the group's last row. */
static int tell(const struct telling *t, tamis_slice column, const char *measure, double value, double n, bool last,
                tamis_error *err) {
        tamis_buffer *text = &t->group->text;
        int r = add_cell(text, tamis_slice_of(t->cell->file), ',', err);

        if (r == 0)
                r = add_cell(text, tamis_slice_of(t->cell->mechanism), ',', err);
        if (r == 0)
                r = add_number(text, t->cell->rate, err);
        if (r == 0)
                r = tamis_buffer_addf(text, err, ",%zu,%llu,", t->cell->repeat, (unsigned long long) t->cell->seed);
        if (r == 0)
                r = add_cell(text, tamis_slice_of(t->strategy), ',', err);
        if (r == 0)
                r = tamis_buffer_addf(text, err, "%s,", tamis_bench_status_names[t->group->status]);
        if (r == 0)
                r = add_cell(text, column, ',', err);
        if (r == 0)
                r = tamis_buffer_addf(text, err, "%s,", measure);
        if (r == 0)
                r = add_number(text, value, err);
        if (r == 0)
                r = tamis_buffer_add(text, ",", 1, err);
        if (r == 0)
                r = add_number(text, n, err);
        if (r == 0)
                r = tamis_buffer_add(text, ",", 1, err);
        return r == 0 ? add_cell(text, tamis_slice_of(last ? t->message : ""), '\n', err) : r;
}

/* -- judging ------------------------------------------------------------------------------------------------------- */

/* The mean over columns of NRMSE, or of the share of wrong levels. */
static double error_of(const tamis_scores *s, double *columns) {
        double sum = 0;

        *columns = 0;
        for (size_t i = 0; i < s->n; i++) {
                const tamis_score *one = &s->lines[i];

                if (tamis_slice_equal(one->column, tamis_slice_of("*")) || !isfinite(one->value)
                    || (strcmp(one->measure, "nrmse") != 0 && strcmp(one->measure, "pfc") != 0))
                        continue;
                sum += one->value;
                ++*columns;
        }
        return *columns > 0 ? sum / *columns : NAN;
}

static bool left_any(const tamis_scores *s) {
        for (size_t i = 0; i < s->n; i++)
                if (strcmp(s->lines[i].measure, "left") == 0 && s->lines[i].value > 0)
                        return true;
        return false;
}

static bool is_wanted(const char *list, const char *measure) {
        size_t n = strlen(measure);

        for (const char *p = list; p; p = strchr(p, ','), p += p != NULL)
                if (strncmp(p, measure, n) == 0 && (p[n] == '\0' || p[n] == ','))
                        return true;
        return !list;
}

/* Score takes what `error` and `status` are made of whether it was asked for or not. */
static int judge(const tamis_bench_options *o, const struct paths *p, const char *folder, struct telling *t,
                 char message[MESSAGE], tamis_error *err) {
        char measures[MESSAGE];
        tamis_score_options how = {
                .input = { .dialect = { .delimiter = o->delimiter_byte, .header = true } },
                .na = o->na, .types = o->types, .truth = t->cell->file, .imputed = p->out, .holes = p->holes, .measures = o->measures ? measures : NULL,
        };
        tamis_scores scores = {0};
        tamis_error junk = {0};
        double columns;
        int r;

        snprintf(measures, sizeof measures, "left,nrmse,pfc,%.200s", o->measures ? o->measures : "");
        r = tamis_score_tables(&how, &scores, &junk);
        if (r == TAMIS_NO_MEMORY || r == TAMIS_USAGE) {
                *err = junk;
                return r;
        }
        if (r < 0) {
                t->group->status = TAMIS_BENCH_JUNK;
                snprintf(message, MESSAGE, "%.*s", MESSAGE - 1, junk.message);
                without_folder(message, folder);
                return 0;
        }
        t->group->status = left_any(&scores) ? TAMIS_BENCH_PARTIAL : TAMIS_BENCH_OK;
        t->group->error = error_of(&scores, &columns);
        r = 0;
        for (size_t i = 0; r == 0 && i < scores.n; i++)
                if (is_wanted(o->measures, scores.lines[i].measure))
                        r = tell(t, scores.lines[i].column, scores.lines[i].measure, scores.lines[i].value,
                                 scores.lines[i].n, false, err);
        if (r == 0)
                r = tell(t, tamis_slice_of("*"), "error", t->group->error, columns, false, err);
        tamis_scores_done(&scores);
        return r;
}

/* -- downstream ---------------------------------------------------------------------------------------------------- */

static int take_figures(const tamis_bench_options *o, const char *path, const struct telling *t, tamis_error *err) {
        const tamis_reader_options how = { .dialect = { .delimiter = o->delimiter_byte, .header = true } };
        tamis_missing missing = {0};
        tamis_feed feed = {0};
        int r = tamis_feed_open(&feed, path, &how, &missing, err);

        if (r == 0)
                r = tamis_feed_next(&feed, err);
        /* measure,class,segment,value,low,high,n */
        for (size_t row = 0; r == 0 && row < feed.batch.n_rows; row++) {
                double value = NAN, n = NAN;
                char name[128];

                if (!tamis_slice_equal(tamis_batch_text(&feed.batch, row, 1), tamis_slice_of("*"))
                    || tamis_batch_text(&feed.batch, row, 2).n > 0)
                        continue;
                snprintf(name, sizeof name, "model-%.*s", (int) tamis_batch_text(&feed.batch, row, 0).n,
                         tamis_batch_text(&feed.batch, row, 0).p);
                if (!tamis_number_parse(tamis_batch_text(&feed.batch, row, 3), &value))
                        value = NAN;
                if (!tamis_number_parse(tamis_batch_text(&feed.batch, row, 6), &n))
                        n = NAN;
                r = tell(t, tamis_slice_of(o->target), name, value, n, false, err);
        }
        tamis_feed_done(&feed);
        return r;
}

/* A model of the target, by five folds of the table that was filled. That it cannot be had is said, and no more. */
static int evaluate(const tamis_bench_options *o, const struct paths *p, const char *folder, struct telling *t,
                    char message[MESSAGE], tamis_error *err) {
        char seed[32];
        const char *const words[] = { o->program, "evaluate", "-q", "-j",     "1",  "-t", o->target,  "--model",
                                      o->model,   "--folds",  "5",  "--seed", seed, "-o", p->figures, NULL };
        tamis_bench_command c = {0};
        tamis_child_end end = {0};
        int r;

        snprintf(seed, sizeof seed, "%llu", (unsigned long long) t->cell->seed);
        r = tamis_bench_command_add(&c, words, err);
        if (r == 0)
                r = tamis_bench_command_reading(&c, o, false, err);
        if (r == 0)
                r = tamis_bench_command_add(&c, (const char *const []) { p->out, NULL }, err);
        if (r == 0)
                r = o->run(&(tamis_child) { .argv = c.words,
                                           .output = "/dev/null",
                                           .errors = p->errors,
                                           .stop = o->stop,
                                           .timeout = o->timeout },
                           &end, err);
        tamis_bench_command_done(&c);
        if (r == 0 && end.status == 0)
                return take_figures(o, p->figures, t, err);
        if (r == 0) {
                char line[MESSAGE];

                tell_end(&end, p->errors, o->timeout, line, sizeof line);
                snprintf(message, MESSAGE, "--model: %.240s", line);
                without_folder(message, folder);
        }
        return r;
}

/* -- all of it ----------------------------------------------------------------------------------------------------- */

static int run(const tamis_bench_options *o, const tamis_bench_cell *cell, const struct paths *p,
               const tamis_bench_strategy *strategy, tamis_child_end *end, tamis_error *err) {
        char seed[32];
        const char *const own[] = { o->program, "impute", "-q", "-j", "1", "--seed", seed, NULL };
        tamis_bench_command c = {0};
        struct stat s = {0};
        int r = 0;

        snprintf(seed, sizeof seed, "%llu", (unsigned long long) cell->seed);
        if (strategy->command) {
                r = tamis_bench_command_add(&c, (const char *const[]) { "/bin/sh", "-c", strategy->command, NULL }, err);
        } else {
                r = tamis_bench_command_add(&c, own, err);
                if (r == 0)
                        r = tamis_bench_command_reading(&c, o, true, err);
                if (r == 0 && o->target)
                        r = tamis_bench_command_add(&c, (const char *const []) { "-t", o->target, NULL }, err);
                if (r == 0)
                        r = tamis_bench_command_add(&c, (const char *const []) { "-s", NULL }, err);
                if (r == 0)
                        r = tamis_bench_command_cut(&c, strategy->name, err);
        }
        if (r == 0 && stat(p->holes, &s) < 0)
                s.st_size = 0;
        if (r == 0)
                r = o->run(&(tamis_child) { .argv = c.words, .input = p->holes, .output = p->out, .errors = p->errors,
                                                     .timeout = o->timeout, .most = (uint64_t) s.st_size * TIMES + SPARE,
                                                     .stop = o->stop }, end, err);
        tamis_bench_command_done(&c);
        return r;
}

int tamis_bench_fill(const tamis_bench_options *o, const tamis_bench_cell *cell, const char *folder, const char *why,
                     const tamis_bench_strategy *strategy, tamis_bench_group *group, tamis_error *err) {
        char message[MESSAGE] = "";
        struct paths p = paths_in(folder);
        struct telling t = { .cell = cell, .strategy = strategy->name, .message = message, .group = group };
        tamis_child_end end = { .seconds = NAN, .megabytes = NAN };
        int r = 0;

        *group = (tamis_bench_group) { .error = NAN };
        if (*why)
                snprintf(message, sizeof message, "%s", why);
        else
                r = run(o, cell, &p, strategy, &end, err);
        if (r < 0 || end.stopped)
                return r;
        group->seconds = end.seconds;
        group->megabytes = end.megabytes;
        if (*why || end.timed_out || end.status != 0) {
                group->status = end.timed_out ? TAMIS_BENCH_TIMEOUT : TAMIS_BENCH_FAILED;
                if (!*why)
                        tell_end(&end, p.errors, o->timeout, message, sizeof message);
                without_folder(message, folder);
        } else {
                r = judge(o, &p, folder, &t, message, err);
                if (r == 0 && o->model && group->status <= TAMIS_BENCH_PARTIAL)
                        r = evaluate(o, &p, folder, &t, message, err);
        }
        if (r == 0)
                r = tell(&t, tamis_slice_of("*"), "megabytes", group->megabytes, NAN, false, err);
        return r == 0 ? tell(&t, tamis_slice_of("*"), "seconds", group->seconds, NAN, true, err) : r;
}
