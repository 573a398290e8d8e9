/* A model that learned from rows of which some classes were thinned out at random gives probabilities for such rows.
 * What they are for all rows follows from the shares kept (Dal Pozzolo, Caelen, Johnson & Bontempi 2015,
 * "Calibrating probability with undersampling for unbalanced classification", equation 4; for classes beyond two
 * Saerens, Latinne & Decaestecker 2002): each class's odds are divided by its share. With one class thinned out to
 * b: p = b ps / ((b - 1) ps + 1).
 *
 * That holds where a row of a class was as likely to be kept as any other of it, and in no other case. */
#include <math.h>
#include <stdlib.h>

#include "balance/decide.h"
#include "step/run.h"

double tamis_undo_positive(double p, const double *shares) {
        double b = shares[0] / shares[1];

        return b * p / ((b - 1) * p + 1);
}

void tamis_undo(double *p, const double *shares, size_t n) {
        double sum = 0;

        for (size_t i = 0; i < n; i++)
                sum += p[i] / shares[i];
        for (size_t i = 0; sum > 0 && i < n; i++)
                p[i] = p[i] / shares[i] / sum;
}

static int refuse(const char *path, const char *what, const char *why, tamis_error *err) {
        return tamis_fail(err, TAMIS_USAGE, "--undo %s: it tells of %s, and %s; calibrate on rows that were held out "
                          "instead",
                          path, what, why);
}

/* Why a step of a report cannot be undone, or 0. */
static int check_step(const char *path, const json_t *step, bool *sample, tamis_error *err) {
        static const struct { const char *strategy, *why; } others[] = {
                { "over", "some models learn repeated rows by heart, so that no formula fits what comes of them" },
                { "cost", "its rows are for a model whose probabilities are weighed by cost: deciding at .5 is what "
                          "it is for" },
                { "costing", "its rows are for models whose votes are averaged: deciding at .5 is what it is for" },
                { "weighted", "its rows are draws, some of them several times" },
        };
        const char *type = json_string_value(json_object_get(step, "step"));
        const char *strategy = json_string_value(json_object_get(step, "strategy"));
        char what[128];

        *sample = false;
        if (!type)
                return 0;
        snprintf(what, sizeof what, "%.32s -s %.64s", type, strategy ? strategy : "?");
        if (strcmp(type, "smote") == 0)
                return refuse(path, what, "synthetic rows are from no population that a formula could lead back from",
                              err);
        if (strcmp(type, "prune") == 0)
                return refuse(path, what, "rows were taken away for where they lie, not at random", err);
        if (strcmp(type, "sample") != 0)
                return 0;
        for (size_t i = 0; strategy && i < sizeof others / sizeof *others; i++)
                if (strcmp(strategy, others[i].strategy) == 0)
                        return refuse(path, what, others[i].why, err);
        if (!strategy || (strcmp(strategy, "under") != 0 && strcmp(strategy, "bernoulli") != 0
                          && strcmp(strategy, "reservoir") != 0))
                return refuse(path, what, "that is no sampling this version knows of", err);
        *sample = true;
        return 0;
}

struct kept {
        tamis_slice name;
        double share;
};

static int by_name(const void *a, const void *b) {
        return tamis_slice_compare(((const struct kept *) a)->name, ((const struct kept *) b)->name);
}

static int read_class(const char *path, const json_t *one, tamis_arena *arena, struct kept *ret, tamis_error *err) {
        uint64_t before, after;
        tamis_slice name;
        tamis_error why;

        if (json_is_null(json_object_get(one, "class")))
                return tamis_fail(err, TAMIS_USAGE, "--undo %s: the rows were taken without regard to a target: there "
                                  "is nothing to put right", path);
        if (tamis_json_bytes_get(json_object_get(one, "class"), arena, &name, &why) < 0
            || tamis_json_count(one, "before", &before, &why) < 0 || tamis_json_count(one, "after", &after, &why) < 0)
                return why.code == TAMIS_NO_MEMORY ? tamis_fail_memory(err)
                        : tamis_fail(err, TAMIS_BAD_DATA, "--undo %s: the classes of sample: %.1000s", path,
                                     why.message);
        if (after == 0 || after > before)
                return tamis_fail(err, TAMIS_USAGE, "--undo %s: class \"%.*s\" was left %llu of %llu rows: there is "
                                  "no way back from that", path, (int) name.n, name.n ? name.p : "",
                                  (unsigned long long) after,
                                  (unsigned long long) before);
        *ret = (struct kept) { name, (double) after / (double) before };
        return 0;
}

/* The classes of one step; times those of the steps before it. */
static int read_step(const char *path, const json_t *step, tamis_arena *arena, struct kept **kept, size_t *n,
                     tamis_error *err) {
        const json_t *classes = json_object_get(step, "classes");
        size_t m = json_array_size(classes);
        struct kept *these = m ? calloc(m, sizeof *these) : NULL;
        int r = m < 1 ? tamis_fail(err, TAMIS_BAD_DATA, "--undo %s: sample says nothing of its classes", path)
                : these ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < m; i++)
                r = read_class(path, json_array_get(classes, i), arena, &these[i], err);
        if (r == 0)
                qsort(these, m, sizeof *these, by_name);
        for (size_t i = 0; r == 0 && *kept && i < m; i++) {
                if (m != *n || !tamis_slice_equal(these[i].name, (*kept)[i].name))
                        r = tamis_fail(err, TAMIS_BAD_DATA, "--undo %s: its steps of sample have different classes",
                                       path);
                else
                        these[i].share *= (*kept)[i].share;
        }
        if (r < 0) {
                free(these);
                return r;
        }
        free(*kept);
        *kept = these;
        *n = m;
        return 0;
}

static int read_steps(const char *path, const json_t *report, tamis_arena *arena, struct kept **kept, size_t *n,
                      tamis_error *err) {
        const json_t *steps = json_object_get(report, "steps");

        if (!json_is_array(steps))
                return tamis_fail(err, TAMIS_BAD_DATA, "--undo %s: not a report of tamis (--report): it has no "
                                  "\"steps\"", path);
        for (size_t i = 0; i < json_array_size(steps); i++) {
                bool sample;
                int r = check_step(path, json_array_get(steps, i), &sample, err);

                if (r == 0 && sample)
                        r = read_step(path, json_array_get(steps, i), arena, kept, n, err);
                if (r < 0)
                        return r;
        }
        if (!*kept)
                return tamis_fail(err, TAMIS_USAGE, "--undo %s: it tells of no sampling; what is wanted is the report "
                                  "of `tamis sample -s under --report FILE`", path);
        return 0;
}

int tamis_undo_read(const char *path, tamis_arena *arena, tamis_slice **names, double **shares, size_t *n,
                    tamis_error *err) {
        struct kept *kept = NULL;
        json_error_t why;
        json_t *report;
        int r;

        tamis_json_watch_memory();
        report = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
        if (tamis_json_ran_out()) {
                json_decref(report);
                return tamis_fail_memory(err);
        }
        if (!report)
                return tamis_fail(err, TAMIS_BAD_DATA, "--undo %s: not a report of tamis: %s", path, why.text);
        r = read_steps(path, report, arena, &kept, n, err);
        if (r == 0) {
                *names = calloc(*n, sizeof **names);
                *shares = calloc(*n, sizeof **shares);
                if (!*names || !*shares)
                        r = tamis_fail_memory(err);
        }
        for (size_t i = 0; r == 0 && i < *n; i++) {
                (*names)[i] = kept[i].name;
                (*shares)[i] = kept[i].share;
        }
        free(kept);
        json_decref(report);
        return r;
}
