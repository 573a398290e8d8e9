#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "drill/recipe.h"
#include "drill_files.h"
#include "drill_probe.h"
#include "drill_run.h"
#include "run_options.h"

enum { PATH = 4096, SAID = 2000, LAST_BYTES = 600 };
enum { MOST_WRITTEN = 1 << 28 };        /* bytes of one file, and of what is printed */

/* Where a pipeline runs: `work` is what it sees; what it prints goes beside it. */
struct scratch {
        char folder[PATH], work[PATH], output[PATH], errors[PATH], temporary[PATH];
};

/* -- limits -------------------------------------------------------------------------------------------------------- */

static double seconds_of(const tamis_drill_config *c) {
        const char *value = tamis_drill_config_value(&c->sections[0], "time");
        double seconds = value ? strtod(value, NULL) : 0;

        return seconds > 0 ? seconds : 20;
}

static int memory_of(const tamis_drill_config *c, uint64_t *ret, tamis_error *err) {
        const char *value = tamis_drill_config_value(&c->sections[0], "memory");

        return run_size(value ? value : "1G", ret, err);
}

static size_t seeds_of(const tamis_drill_config *c) {
        const char *value = tamis_drill_config_value(&c->sections[0], "seeds");
        long seeds = value ? strtol(value, NULL, 10) : 0;

        return seeds > 0 ? (size_t) seeds : 3;
}

/* -- the folder ---------------------------------------------------------------------------------------------------- */

static int scratch_make(struct scratch *s, tamis_error *err) {
        const char *where = getenv("TMPDIR");

        snprintf(s->folder, PATH, "%.2000s/tamis-drill-XXXXXX", where && *where ? where : "/tmp");
        if (!mkdtemp(s->folder))
                return tamis_fail(err, TAMIS_IO,
                                  "%s: %s: no folder can be made for the run (TMPDIR names another place)", s->folder,
                                  strerror(errno));
        snprintf(s->work, PATH, "%.2100s/work", s->folder);
        snprintf(s->output, PATH, "%.2100s/output", s->folder);
        snprintf(s->errors, PATH, "%.2100s/errors", s->folder);
        snprintf(s->temporary, PATH, "%.2100s/tmp", s->folder);
        if (mkdir(s->work, 0700) < 0 || mkdir(s->temporary, 0700) < 0)
                return tamis_fail(err, TAMIS_IO, "%s: %s", s->work, strerror(errno));
        return 0;
}

static void remove_answers(const tamis_drill_config *c, const char *folder) {
        for (size_t i = 0; i < c->n; i++) {
                char path[2 * PATH];

                if (strcmp(c->sections[i].kind, "answer") != 0)
                        continue;
                snprintf(path, sizeof path, "%s/%s", folder, c->sections[i].name);
                unlink(path);
        }
}

/* -- the run ------------------------------------------------------------------------------------------------------- */

/* PATH with this tamis first, a folder of its own for temporary files, nothing that points at who runs it. */
struct surroundings {
        char path[2 * PATH], temporary[PATH + 16], home[PATH + 16];
        char *list[8];
};

static void surround(struct surroundings *e, const struct scratch *s) {
        char tamis[PATH];
        ssize_t n = readlink("/proc/self/exe", tamis, sizeof tamis - 1);
        char *slash;
        const char *path = getenv("PATH");

        tamis[n > 0 ? n : 0] = '\0';
        slash = strrchr(tamis, '/');
        if (slash)
                *slash = '\0';
        snprintf(e->path, sizeof e->path, "PATH=%s:%s", tamis, path ? path : "/usr/local/bin:/usr/bin:/bin");
        snprintf(e->temporary, sizeof e->temporary, "TMPDIR=%s", s->temporary);
        snprintf(e->home, sizeof e->home, "HOME=%s", s->temporary);
        e->list[0] = e->path;
        e->list[1] = e->temporary;
        e->list[2] = e->home;
        e->list[3] = (char *) "LC_ALL=C";
        e->list[4] = NULL;
}

/* The end of what it had to say, without control characters. */
static void last_words(const char *path, char *ret, size_t size) {
        char text[LAST_BYTES + 1];
        FILE *f = fopen(path, "re");
        size_t n, start = 0, at = 0;

        *ret = '\0';
        if (!f)
                return;
        if (fseek(f, -LAST_BYTES, SEEK_END) < 0)
                rewind(f);
        else
                start = 1;
        n = fread(text, 1, LAST_BYTES, f);
        fclose(f);
        if (start) {
                char *end = memchr(text, '\n', n);

                start = end ? (size_t) (end - text) + 1 : 0;
        }
        while (n > start && (text[n - 1] == '\n' || text[n - 1] == ' '))
                n--;
        for (; start < n && at + 1 < size; start++)
                ret[at++] = text[start] == '\n' || (unsigned char) text[start] >= ' ' ? text[start] : '?';
        ret[at] = '\0';
}

static int say(drill_result *ret, drill_end end, const char *what, const char *words, tamis_error *err) {
        char text[SAID + LAST_BYTES];

        snprintf(text, sizeof text, "%s%s%s", what, *words ? ". It said:\n" : "", words);
        free(ret->said);
        ret->said = strdup(text);
        ret->end = end;
        return ret->said ? 0 : tamis_fail_memory(err);
}

static bool too_long(const char *path) {
        struct stat s;

        return stat(path, &s) == 0 && s.st_size >= MOST_WRITTEN;
}

/* What came of it: DRILL_MEASURED means that it ended well. */
static int tell_end(const struct scratch *s, const tamis_child_end *end, double limit, drill_result *ret,
                    tamis_error *err) {
        char words[LAST_BYTES + 1], what[SAID];
        int status = WIFSIGNALED(end->status) ? 128 + WTERMSIG(end->status) : WEXITSTATUS(end->status);

        last_words(s->errors, words, sizeof words);
        if (end->stopped)
                return say(ret, DRILL_STOPPED, "stopped", "", err);
        if (end->timed_out) {
                snprintf(what, sizeof what, "pipeline.sh took more than the %g seconds a run may take, and was ended",
                         limit);
                return say(ret, DRILL_TIMED_OUT, what, words, err);
        }
        if (status == 128 + SIGXFSZ || too_long(s->output) || too_long(s->errors)) {
                snprintf(what, sizeof what,
                         "pipeline.sh wrote more than %d MB into one file, or printed that much, and was ended",
                         MOST_WRITTEN >> 20);
                return say(ret, DRILL_TOO_MUCH, what, words, err);
        }
        if (status != 0) {
                snprintf(what, sizeof what, "pipeline.sh ended with status %d%s", status,
                         status == 127 ? " (a command was not found)" : status == 137 ? " (it was killed)" : "");
                return say(ret, DRILL_EXITED, what, words, err);
        }
        ret->end = DRILL_MEASURED;
        return 0;
}

static int run_pipeline(const tamis_drill_config *c, const struct scratch *s, const atomic_bool *stop,
                        drill_result *ret, tamis_error *err) {
        char *const argv[] = { (char *) "/bin/sh", (char *) "pipeline.sh", NULL };
        struct surroundings around;
        tamis_child_end end = {0};
        uint64_t memory = 0;
        char path[2 * PATH];
        int r = memory_of(c, &memory, err);

        snprintf(path, sizeof path, "%s/pipeline.sh", s->work);
        if (r == 0 && access(path, R_OK) < 0)
                return say(ret, DRILL_EXITED, "there is no pipeline.sh that can be read", "", err);
        surround(&around, s);
        if (r == 0)
                r = child_run(&(tamis_child) { .argv = argv,
                                              .output = s->output,
                                              .errors = s->errors,
                                              .timeout = seconds_of(c),
                                              .most = MOST_WRITTEN,
                                              .memory = memory,
                                              .folder = s->work,
                                              .environment = around.list,
                                              .stop = stop },
                              &end, err);
        if (r < 0)
                return r;
        ret->seconds = fmax(ret->seconds, end.seconds);
        return tell_end(s, &end, seconds_of(c), ret, err);
}

/* One run of one seed in a scratch folder of its own, which the caller removes; the world is made, whatever becomes of the rest. */
static int run_once(const tamis_drill_config *c, const char *work, tamis_drill_world *w, struct scratch *s,
                    const atomic_bool *stop, drill_result *ret, tamis_error *err) {
        int r = scratch_make(s, err);

        if (r == 0)
                r = drill_copy_folder(work, s->work, err);
        if (r == 0)
                remove_answers(c, s->work);
        if (r == 0)
                r = tamis_drill_recipe_make(c, w, err);
        if (r == 0)
                r = tamis_drill_recipe_write(c, w, s->work, err);
        return r == 0 ? run_pipeline(c, s, stop, ret, err) : r;
}

/* The same seed with other held-out rows: whether what must not hang on them is the same. */
static int look_for_leaks(const tamis_drill_config *c, const char *work, uint64_t seed, const struct scratch *first,
                          const atomic_bool *stop, drill_result *ret, double *probe, tamis_error *err) {
        struct scratch s = {0};
        tamis_drill_world w;
        drill_end before = ret->end;
        int r;

        *probe = 1;
        if (!tamis_drill_config_section(c, "probe", NULL))
                return 0;
        tamis_drill_world_init(&w, seed, true);
        r = run_once(c, work, &w, &s, stop, ret, err);
        /* that it fails on other rows is a way of hanging on them */
        if (r == 0 && ret->end == DRILL_MEASURED)
                r = drill_probe_same(c, first->work, s.work, probe, err);
        else if (r == 0 && ret->end != DRILL_STOPPED)
                *probe = 0;
        if (ret->end != DRILL_STOPPED)
                ret->end = before;
        tamis_drill_world_done(&w);
        drill_remove_folder(s.folder);
        return r;
}

/* Figures are added up. */
static int measure_once(const tamis_drill_config *c, const char *work, uint64_t seed, bool probing,
                        const atomic_bool *stop, drill_result *ret, tamis_error *err) {
        tamis_drill_figure figures[DRILL_MOST_FIGURES];
        struct scratch s = {0};
        tamis_drill_world w;
        double probe = 1;
        int r;

        tamis_drill_world_init(&w, seed, false);
        r = run_once(c, work, &w, &s, stop, ret, err);
        if (r == 0 && ret->end == DRILL_MEASURED) {
                tamis_error form = {0};

                r = tamis_drill_answers_read(c, &w, s.work, &form);
                if (r == TAMIS_BAD_DATA) {
                        char what[SAID];

                        if (form.line > 0)
                                snprintf(what, sizeof what, "%.200s, line %llu: %.1500s", form.file,
                                         (unsigned long long) form.line, form.message);
                        else
                                snprintf(what, sizeof what, "%.200s: %.1500s", form.file, form.message);
                        r = say(ret, DRILL_BAD_FORM, what, "", err);
                } else if (r < 0 && err) {
                        *err = form;
                }
        }
        if (r == 0 && ret->end == DRILL_MEASURED && probing)
                r = look_for_leaks(c, work, seed, &s, stop, ret, &probe, err);
        if (r == 0 && ret->end == DRILL_MEASURED)
                r = tamis_drill_measure(c, &w, probe, figures, err);
        for (size_t i = 0; r == 0 && ret->end == DRILL_MEASURED && i < ret->n; i++) {
                ret->figures[i].name = figures[i].name;
                ret->figures[i].value += figures[i].value;
        }
        tamis_drill_world_done(&w);
        drill_remove_folder(s.folder);
        return r;
}

int drill_run(const tamis_drill_config *c, const char *work, uint64_t seed, size_t seeds, const atomic_bool *stop,
              drill_result *ret, tamis_error *err) {
        enum { PROBED = 2 };    /* seeds that are looked at for leaks: a leak shows in any of them */
        drill_result of = { .seed = seed, .n = tamis_drill_measures_count(c) };
        size_t done = 0;
        int r = 0;

        if (of.n > DRILL_MOST_FIGURES)
                return tamis_fail_at(err, TAMIS_USAGE, c->file, 0, 0, "%zu measures; %d are possible", of.n - 1,
                                     DRILL_MOST_FIGURES - 1);
        prctl(PR_SET_DUMPABLE, 0);      /* what is in our memory is not for the pipeline */
        seeds = seeds > 0 ? seeds : seeds_of(c);
        while (r == 0 && of.end == DRILL_MEASURED && done < seeds) {
                r = measure_once(c, work, seed + done, done < PROBED, stop, &of, err);
                done++;
        }
        if (r == 0 && of.end == DRILL_MEASURED) {
                for (size_t i = 0; i < of.n; i++)
                        of.figures[i].value /= (double) seeds;
                /* of the probed ones alone: 1 only when none of them leaked */
                of.figures[0].value = of.figures[0].value * (double) seeds >= (double) seeds - .5 ? 1 : 0;
                r = tamis_drill_judge(c, of.figures, of.n, &of.verdict, err);
        }
        if (r < 0) {
                drill_result_done(&of);
                return r;
        }
        *ret = of;
        return 0;
}

void drill_result_done(drill_result *r) {
        free(r->said);
        tamis_drill_verdict_done(&r->verdict);
        *r = (drill_result) {0};
}

int drill_lay_out(const tamis_drill_config *c, const char *drill, const char *part, const char *folder, uint64_t seed,
                  tamis_error *err) {
        tamis_drill_world w;
        char path[PATH];
        int r;

        snprintf(path, sizeof path, "%.3000s/start", drill);
        r = drill_copy_folder(path, folder, err);
        snprintf(path, sizeof path, "%.3000s/%.100s", drill, part);
        if (r == 0 && strcmp(part, "start") != 0)
                r = drill_copy_folder(path, folder, err);
        tamis_drill_world_init(&w, seed, false);
        if (r == 0)
                r = tamis_drill_recipe_make(c, &w, err);
        if (r == 0)
                r = tamis_drill_recipe_write(c, &w, folder, err);
        tamis_drill_world_done(&w);
        return r;
}
