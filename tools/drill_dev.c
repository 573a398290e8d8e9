#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "drill_dev.h"
#include "drill_files.h"
#include "drill_find.h"
#include "drill_run.h"

enum { PATH = DRILL_PATH, TEN = 10, ELSEWHERE = 900 };

static const atomic_bool *stopped;

static size_t seeds_of(const drill_opened *d) {
        const char *value = tamis_drill_config_value(&d->config.sections[0], "seeds");
        long seeds = value ? strtol(value, NULL, 10) : 0;

        return seeds > 0 ? (size_t) seeds : 3;
}

static int temporary(char folder[PATH], tamis_error *err) {
        const char *where = getenv("TMPDIR");

        snprintf(folder, PATH, "%.2000s/tamis-dev-XXXXXX", where && *where ? where : "/tmp");
        return mkdtemp(folder) ? 0 : tamis_fail(err, TAMIS_IO, "%s: %s", folder, strerror(errno));
}

/* -- pipelines nobody should pass with ------------------------------------------------------------------------------- */

typedef enum variant { AS_WRITTEN, EMPTY, CONSTANT, COPY, REPLAYED, N_VARIANTS } variant;
static const char *const variant_names[] = { "", "empty answers", "constant answers", "copies of the input",
                                             "answers to other data" };

/* An answer of one row is the same all the way down as it is: when there is no other, the pipeline fails, and is replayed instead. */
static const char constant_awk[] =
        "awk -F, -v keys='%s' 'BEGIN { n = split(keys, k, /, */); for (i = 1; i <= n; i++) is[k[i]] = 1 }\n"
        "  NR == 1 { for (i = 1; i <= NF; i++) key[i] = ($i in is); print; next }\n"
        "  NR == 2 { for (i = 1; i <= NF; i++) first[i] = $i }\n"
        "  { OFS = \",\"; for (i = 1; i <= NF; i++) if (!key[i]) $i = first[i]; $1 = $1; print }' '%s' > spoilt\n"
        "[ \"$(wc -l < spoilt)\" -le 2 ] || several=yes\nmv spoilt '%s'\n";

static void spoil(const drill_opened *d, variant v, const tamis_drill_section *answer, FILE *f) {
        const tamis_drill_section *file = tamis_drill_config_section(&d->config, "file", NULL);
        const char *key = tamis_drill_config_value(answer, "key");

        switch (v) {
        case EMPTY: fprintf(f, ": > '%s'\n", answer->name); break;
        case CONSTANT: fprintf(f, constant_awk, key ? key : "", answer->name, answer->name); break;
        case COPY: fprintf(f, "cp '%s' '%s'\n", file ? file->name : "pipeline.sh", answer->name); break;
        case REPLAYED: fprintf(f, "cp 'before-%s' '%s'\n", answer->name, answer->name); break;
        default: break;
        }
}

/* Good's answers to data of another seed are kept as before-answer.csv. */
static int keep_answers(const drill_opened *d, const char *folder, tamis_error *err) {
        char *const argv[] = { (char *) "/bin/sh", (char *) "pipeline.sh", NULL };
        tamis_child_end end;
        int r = child_run(&(tamis_child) { .argv = argv,
                                          .output = "/dev/null",
                                          .errors = "/dev/null",
                                          .timeout = 60,
                                          .folder = folder,
                                          .stop = stopped },
                          &end, err);

        for (size_t i = 0; r == 0 && i < d->config.n; i++) {
                char from[2 * PATH], to[2 * PATH];

                if (strcmp(d->config.sections[i].kind, "answer") != 0)
                        continue;
                snprintf(from, sizeof from, "%s/%s", folder, d->config.sections[i].name);
                snprintf(to, sizeof to, "%s/before-%s", folder, d->config.sections[i].name);
                rename(from, to);
        }
        return r;
}

static int spoil_pipeline(const drill_opened *d, variant v, const char *folder, tamis_error *err) {
        char path[PATH + 16];
        FILE *f;
        int r = v == REPLAYED ? keep_answers(d, folder, err) : 0;

        if (r < 0)
                return r;
        snprintf(path, sizeof path, "%s/pipeline.sh", folder);
        f = fopen(path, v == CONSTANT ? "ae" : "we");
        if (!f)
                return tamis_fail(err, TAMIS_IO, "%s: %s", path, strerror(errno));
        fputs("\n", f);
        for (size_t i = 0; i < d->config.n; i++)
                if (strcmp(d->config.sections[i].kind, "answer") == 0)
                        spoil(d, v, &d->config.sections[i], f);
        if (v == CONSTANT)
                fputs("[ -n \"$several\" ]\n", f);
        fclose(f);
        return 0;
}

/* The result is the caller's to free. */
static int try(const drill_opened *d, const char *part, variant v, uint64_t seed, size_t seeds, drill_result *ret,
               tamis_error *err) {
        char folder[PATH] = "";
        int r = temporary(folder, err);

        if (r == 0)
                r = drill_lay_out(&d->config, d->folder, part, folder, v == REPLAYED ? ELSEWHERE : seed, err);
        if (r == 0 && v != AS_WRITTEN)
                r = spoil_pipeline(d, v, folder, err);
        if (r == 0)
                r = drill_run(&d->config, folder, seed, seeds, stopped, ret, err);
        drill_remove_folder(folder);
        return r;
}

/* -- check --------------------------------------------------------------------------------------------------------- */

static const char *end_of(const drill_result *r) {
        static const char *const names[] = {
                "measured", "wrong form", "exit status", "too slow", "too much", "stopped"
        };

        return names[r->end];
}

static bool passed(const drill_result *r) {
        return r->end == DRILL_MEASURED && r->verdict.passed;
}

static void show_figures(const drill_result *r) {
        for (size_t i = 1; r->end == DRILL_MEASURED && i < r->n; i++)
                printf("%s%s=%.4g", i > 1 ? " " : "", r->figures[i].name, r->figures[i].value);
        if (r->end != DRILL_MEASURED)
                printf("%s: %s", end_of(r), r->said ? r->said : "");
}

static void complain(const drill_opened *d, const char *what, const drill_result *r) {
        printf("not ok - %s: %s: ", d->name, what);
        show_figures(r);
        for (size_t i = 0; r->end == DRILL_MEASURED && i < r->verdict.n; i++)
                if (!r->verdict.holds[i].holds)
                        printf("; not %s", r->verdict.holds[i].formula);
        puts("");
}

/* What must fail, by itself; `measured`: it must run and have the form that is asked for. */
static int must_fail(const drill_opened *d, const char *part, variant v, const char *what, bool measured, bool *ok,
                     tamis_error *err) {
        drill_result result = {0};
        size_t seeds = v == AS_WRITTEN && strcmp(part, "naive") == 0 && seeds_of(d) < TEN ? TEN : 0;
        int r = try(d, part, v, 1, seeds, &result, err);
        const char *which = NULL;

        if (r == 0 && strcmp(part, "naive") == 0 && v == AS_WRITTEN && result.end == DRILL_MEASURED)
                r = tamis_drill_bands(&d->config, "naive", result.figures, result.n, &which, err);
        if (r == 0 && (passed(&result) || (measured && result.end != DRILL_MEASURED) || which)) {
                char said[200];

                snprintf(said, sizeof said,
                         passed(&result) ? "%s passes"
                                 : which ? "%s: %s is outside of its band"
                                         : "%s does not run",
                         what, which ? which : "");
                complain(d, said, &result);
                *ok = false;
        }
        if (r == 0 && measured && !passed(&result) && result.verdict.n_comments == 0) {
                printf("not ok - %s: %s fails without a comment\n", d->name, what);
                *ok = false;
        }
        drill_result_done(&result);
        return r;
}

static int good_passes(const drill_opened *d, bool *ok, double *longest, tamis_error *err) {
        size_t seeds = seeds_of(d);
        int r = 0;

        for (size_t done = 0; r == 0 && done < TEN; done += seeds) {
                drill_result result = {0};
                const char *which = NULL;

                r = try(d, "good", AS_WRITTEN, 1 + done, 0, &result, err);
                if (r == 0 && result.end == DRILL_MEASURED)
                        r = tamis_drill_bands(&d->config, "good", result.figures, result.n, &which, err);
                if (r == 0 && (!passed(&result) || which)) {
                        char said[200];

                        snprintf(said, sizeof said,
                                 which ? "good, seeds from %zu: %s is outside of its band"
                                       : "good fails, seeds from %zu",
                                 1 + done, which);
                        complain(d, said, &result);
                        *ok = false;
                }
                *longest = fmax(*longest, result.seconds);
                drill_result_done(&result);
        }
        return r;
}

static int check_one(const char *name, bool *ok, tamis_error *err) {
        struct timespec a, b;
        double longest = 0;
        drill_opened d;
        int r = drill_open(name, &d, err);

        *ok = true;
        clock_gettime(CLOCK_MONOTONIC, &a);
        if (r == 0)
                r = must_fail(&d, "start", AS_WRITTEN, "the start", true, ok, err);
        if (r == 0)
                r = must_fail(&d, "naive", AS_WRITTEN, "naive", true, ok, err);
        if (r == 0)
                r = good_passes(&d, ok, &longest, err);
        for (int v = EMPTY; r == 0 && v < N_VARIANTS; v++)
                r = must_fail(&d, "good", (variant) v, variant_names[v], false, ok, err);
        clock_gettime(CLOCK_MONOTONIC, &b);
        if (r == 0 && *ok)
                printf("ok - %s: %.1f s in all, the longest run %.2f s\n", name,
                       (double) (b.tv_sec - a.tv_sec) + 1e-9 * (double) (b.tv_nsec - a.tv_nsec), longest);
        fflush(stdout);
        drill_close(&d);
        return r;
}

static int check(char *const *names, size_t n, tamis_error *err) {
        tamis_arena arena = {0};
        const char **all;
        size_t bad = 0;
        int r = 0;

        if (n == 0)
                r = drill_list(&arena, &all, &n, err);
        else
                all = (const char **) names;
        for (size_t i = 0; r == 0 && i < n && !(stopped && atomic_load(stopped)); i++) {
                tamis_error why = {0};
                bool ok = false;

                r = check_one(all[i], &ok, &why);
                if (r < 0 && r != TAMIS_NO_MEMORY) {
                        printf("not ok - %s: %s%s%llu: %s\n", all[i], why.file, *why.file ? ":" : "",
                               (unsigned long long) why.line, why.message);
                        r = 0;
                } else if (r < 0 && err) {
                        *err = why;
                }
                bad += !ok;
        }
        tamis_arena_done(&arena);
        return r < 0 ? r : bad > 0 ? 3 : 0;
}

/* -- figures, make ------------------------------------------------------------------------------------------------- */

static int figures(const char *name, uint64_t seed, tamis_error *err) {
        static const char *const parts[] = { "start", "naive", "good" };
        drill_result results[3] = {0};
        drill_opened d;
        size_t seeds;
        int r = drill_open(name, &d, err);

        seeds = r == 0 && seeds_of(&d) > TEN ? seeds_of(&d) : TEN;
        for (size_t i = 0; r == 0 && i < 3; i++)
                r = try(&d, parts[i], AS_WRITTEN, seed, seeds, &results[i], err);
        if (r == 0) {
                printf("%-14s %10s %10s %10s   (means over %zu seeds)\n", "measure", parts[0], parts[1], parts[2],
                       seeds);
                for (size_t k = 0; k < results[2].n; k++) {
                        if (k == 0 && !tamis_drill_config_section(&d.config, "probe", NULL))
                                continue;
                        printf("%-14s", results[2].figures[k].name);
                        for (size_t i = 0; i < 3; i++)
                                if (results[i].end == DRILL_MEASURED)
                                        printf(" %10.4g", results[i].figures[k].value);
                                else
                                        printf(" %10s", "-");
                        puts("");
                }
                printf("%-14s", "passes");
                for (size_t i = 0; i < 3; i++)
                        printf(" %10s", passed(&results[i]) ? "yes" : "no");
                puts("");
        }
        for (size_t i = 0; i < 3; i++)
                drill_result_done(&results[i]);
        drill_close(&d);
        return r;
}

static int make(const char *name, const char *folder, uint64_t seed, tamis_error *err) {
        drill_opened d;
        int r = drill_open(name, &d, err);

        if (r == 0 && mkdir(folder, 0777) < 0 && errno != EEXIST)
                r = tamis_fail(err, TAMIS_IO, "%s: %s", folder, strerror(errno));
        if (r == 0)
                r = drill_lay_out(&d.config, d.folder, "start", folder, seed, err);
        drill_close(&d);
        return r;
}

int drill_dev(char *const *words, size_t n, uint64_t seed, const atomic_bool *stop, tamis_error *err) {
        stopped = stop;
        if (n == 3 && strcmp(words[0], "make") == 0)
                return make(words[1], words[2], seed, err);
        if (n >= 1 && strcmp(words[0], "check") == 0)
                return check(words + 1, n - 1, err);
        if (n == 2 && strcmp(words[0], "figures") == 0)
                return figures(words[1], seed, err);
        return tamis_fail(err, TAMIS_USAGE, "dev make NAME DIR, dev check [NAME...], or dev figures NAME");
}
