/* What new rows there will be: how many of each class, from which seeds, and who the seeds' neighbours are. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "balance/smote.h"

/* -- what cannot be worked with ------------------------------------------------------------------------------------ */

static int check_holes(const tamis_smote *s, tamis_error *err) {
        char names[1024] = "";
        uint64_t cells = 0;
        size_t n = 0;

        if (!s->rows.missing)
                return 0;
        for (size_t j = 0; j < s->numbers.n + s->categories.n; j++) {
                const char *name = j < s->numbers.n ? s->numbers.names[j] : s->categories.names[j - s->numbers.n];

                if (s->rows.missing[j] == 0)
                        continue;
                cells += s->rows.missing[j];
                if (n < sizeof names)
                        n += (size_t) snprintf(names + n, sizeof names - n, "%s\"%s\" (%llu)", n ? ", " : "", name,
                                               (unsigned long long) s->rows.missing[j]);
        }
        if (cells == 0)
                return 0;
        return tamis_fail_at(err, TAMIS_BAD_DATA, s->rows.file, s->rows.line, s->rows.byte_column,
                             "%llu missing cell%s in train rows: %s; new rows cannot be made of them, so fill them "
                             "first (tamis impute), or leave the columns out (--columns)", (unsigned long long) cells,
                             cells == 1 ? "" : "s", names);
}

static void warn_identifiers(const tamis_smote *s, const tamis_context *context) {
        for (size_t j = 0; j < s->categories.n; j++) {
                size_t distinct = s->rows.categories.dicts[j].n;

                if (distinct > 20 && distinct > s->rows.n / 2)
                        tamis_warn(context, "column \"%s\" has %zu different texts in %zu rows: as a category it says "
                                   "little about a row (--columns '!%s' leaves it out)", s->categories.names[j],
                                   distinct, s->rows.n, s->categories.names[j]);
        }
}

/* "2 rows, and --neighbors 5 needs 6"; of strategies that look for no neighbour: "1 row, and two are needed". */
static int refuse_rare(const tamis_smote *s, const tamis_smote_class *c, int length, const char *name,
                       tamis_error *err) {
        if (!(s->smoter->takes & SMOTE_NEIGHBORS))
                return tamis_fail(err, TAMIS_BAD_DATA, "class \"%.*s\" has one row, which says nothing of how far its "
                                  "rows are apart: --rare duplicate repeats it, skip leaves it as it is", length, name);
        return tamis_fail(err, TAMIS_BAD_DATA, "class \"%.*s\" has %llu row%s, and --neighbors %llu needs %llu: --rare "
                          "reduce uses fewer neighbours, duplicate copies rows, skip leaves the class as it is",
                          length, name, (unsigned long long) c->n, c->n == 1 ? "" : "s", (unsigned long long) s->k,
                          (unsigned long long) s->k + 1);
}

/* A class of too few rows, as --rare says. */
static int treat_rare(const tamis_smote *s, const tamis_context *context, size_t class, tamis_smote_class *c,
                      tamis_error *err) {
        int length = (int) s->labels.names[class].n;
        const char *name = s->labels.names[class].p;

        if (s->rare == TAMIS_RARE_ERROR)
                return refuse_rare(s, c, length, name, err);
        if (s->rare == TAMIS_RARE_REDUCE && c->n > 1) {
                c->k = c->n - 1;
                tamis_warn(context, "class \"%.*s\" has %llu rows: %llu neighbour%s used instead of %llu", length, name,
                           (unsigned long long) c->n, (unsigned long long) c->k, c->k == 1 ? " is" : "s are",
                           (unsigned long long) s->k);
                return 0;
        }
        if (s->rare == TAMIS_RARE_REDUCE)
                return tamis_fail(err, TAMIS_BAD_DATA, "class \"%.*s\" has one row and so no neighbour to go toward: "
                                  "--rare duplicate repeats it, skip leaves it as it is", length, name);
        c->copies = s->rare == TAMIS_RARE_DUPLICATE;
        if (c->copies)
                c->k = 0;
        else
                c->made = 0;
        if (s->smoter->takes & SMOTE_NEIGHBORS)
                tamis_warn(context, "class \"%.*s\" has %llu row%s, not more than --neighbors %llu: %s", length, name,
                           (unsigned long long) c->n, c->n == 1 ? "" : "s", (unsigned long long) s->k,
                           c->copies ? "the new ones are copies" : "it is left as it is");
        else
                tamis_warn(context, "class \"%.*s\" has one row: %s", length, name,
                           c->copies ? "the new ones are copies" : "it is left as it is");
        return 0;
}

/* -- who is used --------------------------------------------------------------------------------------------------- */

static int find_members(const tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err) {
        c->members = reallocarray(NULL, c->n + 1, sizeof *c->members);
        if (!c->members)
                return tamis_fail_memory(err);
        memcpy(c->members, space->by_class + space->class_starts[class], c->n * sizeof *c->members);
        return tamis_smote_order(space->s, c->members, c->n, err);
}

static int choose_seeds(tamis_smote_space *space, size_t class, tamis_smote_class *c, tamis_error *err) {
        const tamis_smoter *smoter = space->s->smoter;
        double *weights = NULL;
        int r = 0;

        if (smoter->weigh && !c->copies) {
                weights = reallocarray(NULL, c->n, sizeof *weights);
                r = weights ? 0 : tamis_fail_memory(err);
                for (size_t i = 0; r == 0 && i < c->n; i++)
                        weights[i] = 1;
                if (r == 0)
                        r = smoter->weigh(space, class, c, weights, err);
        }
        if (r == 0 && !c->why)
                r = tamis_smote_share(space->s, class, c, weights, err);
        free(weights);
        return r;
}

static int plan_class(tamis_smote *s, tamis_smote_space *space, size_t class, tamis_error *err) {
        tamis_smote_class *c = &s->classes[class];
        uint64_t fewest = s->smoter->takes & SMOTE_NEIGHBORS ? s->k + 1 : 2;
        int r = 0;

        if (c->n < fewest)
                r = treat_rare(s, space->context, class, c, err);
        if (r < 0 || c->made == 0)
                return r;
        r = find_members(space, class, c, err);
        if (r == 0 && !c->copies)
                r = s->smoter->look(space, class, c, err);
        if (r == 0)
                r = choose_seeds(space, class, c, err);
        if (c->why)
                c->made = 0;
        if (r == 0)
                s->n_made += c->made;
        return r;
}

int tamis_smote_leave(tamis_smote_class *c, tamis_error *err, const char *format, ...) {
        char text[512];
        va_list rest;

        va_start(rest, format);
        vsnprintf(text, sizeof text, format, rest);
        va_end(rest);
        c->why = strdup(text);
        return c->why ? 0 : tamis_fail_memory(err);
}

/* Some classes got no row because none of theirs can be used: an error where there is no other that did. */
static int tell_of_left(const tamis_smote *s, const tamis_context *context, tamis_error *err) {
        for (size_t class = 0; class < s->labels.n_classes; class++) {
                const tamis_slice name = s->labels.names[class];
                const char *why = s->classes[class].why;

                if (why && s->n_made == 0)
                        return tamis_fail(err, TAMIS_BAD_DATA, "class \"%.*s\": %s", (int) name.n, name.p, why);
                if (why)
                        tamis_warn(context, "class \"%.*s\": %s; it is left as it is", (int) name.n, name.p, why);
        }
        return 0;
}

static void warn_of_missing_targets(const tamis_smote *s, const tamis_context *context) {
        if (s->labels.missing > 0)
                tamis_warn(context, "%llu train row%s without a \"%s\": passed through, nothing was made of them",
                           (unsigned long long) s->labels.missing, s->labels.missing == 1 ? "" : "s",
                           s->target.names[0]);
}

static void tell_the_truth(const tamis_smote *s, const tamis_context *context) {
        if (s->n_made == 0)
                tamis_warn(context, "no rows were added");
        else
                tamis_evidence_say(context, TAMIS_EVIDENCE_SYNTHETIC);
}

int tamis_smote_plan(tamis_smote *s, const tamis_context *context, tamis_error *err) {
        uint64_t *sizes = NULL;
        tamis_smote_space space = { 0 };
        int r = tamis_labels_settle(&s->labels, s->target.names[0], err);

        if (r == 0)
                r = check_holes(s, err);
        if (r < 0)
                return r;
        sizes = calloc(s->labels.n_classes + 1, sizeof *sizes);
        s->classes = calloc(s->labels.n_classes + 1, sizeof *s->classes);
        r = sizes && s->classes ? tamis_ratio_sizes(&s->ratio, &s->labels, true, sizes, err) : tamis_fail_memory(err);
        if (r == 0)
                r = tamis_smote_space_init(&space, s, context, err);
        for (size_t class = 0; r == 0 && class < s->labels.n_classes; class++) {
                tamis_smote_class *c = &s->classes[class];

                c->n = s->labels.counts[class];
                c->made = sizes[class] - c->n;
                c->k = s->smoter->takes & SMOTE_NEIGHBORS ? s->k : 0;
                if (c->made > 0)
                        r = plan_class(s, &space, class, err);
        }
        if (r == 0)
                r = tell_of_left(s, context, err);
        if (r == 0 && context->reports)
                r = tamis_smote_see_effects(s, &space, err);
        if (r == 0) {
                warn_identifiers(s, context);
                warn_of_missing_targets(s, context);
                tell_the_truth(s, context);
        }
        free(sizes);
        tamis_smote_space_done(&space);
        return r;
}
