/* Which classes there are, which column is whose, and what follows for costs and shares. Those who know are asked in
 * this order: --classes or --positive and --negative, the target, the matrix of costs, the report to undo. */
#include <ctype.h>
#include <stdlib.h>

#include "balance/decide.h"

struct classes {
        const char *whose;      /* "the target" */
        const tamis_slice *names;
        size_t n;
};

/* What --undo says, until it is known whose it is. */
struct undone {
        tamis_slice *names;
        double *shares;
        size_t n;
};

static struct classes who_knows(const tamis_decide *d, const struct undone *u) {
        if (d->has_target)
                return (struct classes) { "the target", d->labels.names, d->labels.n_classes };
        if (d->costs.n > 0)
                return (struct classes) { "--cost-matrix", d->costs.names, d->costs.n };
        if (u->n > 0)
                return (struct classes) { "--undo", u->names, u->n };
        return (struct classes) { 0 };
}

static long find(const tamis_slice *names, size_t n, tamis_slice name) {
        for (size_t i = 0; i < n; i++)
                if (tamis_slice_equal(names[i], name))
                        return (long) i;
        return -1;
}

static int fail_unknown(const struct classes *c, const char *option, tamis_slice name, tamis_error *err) {
        char near[256];

        tamis_nearest(name, c->names, c->n, near, sizeof near);
        return tamis_fail(err, TAMIS_USAGE, "%s: %s knows no class \"%.*s\"%s%s", option, c->whose, (int) name.n,
                          name.n ? name.p : "", *near ? "; near: " : "", near);
}

static int keep_name(tamis_decide *d, size_t i, tamis_slice name, tamis_error *err) {
        const char *copy = tamis_arena_copy(&d->arena, name);

        if (!copy)
                return tamis_fail_memory(err);
        d->names[i] = (tamis_slice) { copy, name.n };
        return 0;
}

/* -- one column ---------------------------------------------------------------------------------------------------- */

static int name_two(tamis_decide *d, const struct classes *c, const tamis_settings *settings, tamis_error *err) {
        const char *said[2] = { tamis_settings_text(settings, "negative"), tamis_settings_text(settings, "positive") };
        tamis_slice names[2] = { tamis_slice_of("0"), tamis_slice_of("1") };
        int r;

        if (!c->whose && !said[0] != !said[1])
                return tamis_fail(err, TAMIS_USAGE, "--%s is needed too: what is the other class called?",
                                  said[0] ? "positive" : "negative");
        if (c->whose && c->n != 2)
                return tamis_fail(err, TAMIS_USAGE, "one column of probabilities decides between two classes, and %s "
                                  "has %zu (a column a class: --probability 'p_*')", c->whose, c->n);
        if (c->whose)
                memcpy(names, c->names, sizeof names);
        for (size_t i = 0; i < 2; i++) {
                tamis_slice name = tamis_slice_of(said[i]);
                long at = find(names, 2, name);

                if (!said[i])
                        continue;
                if (!c->whose)
                        names[i] = name;
                else if (at < 0)
                        return fail_unknown(c, i ? "--positive" : "--negative", name, err);
                else if ((size_t) at != i) {
                        names[1 - i] = names[i];
                        names[i] = name;
                }
        }
        if (tamis_slice_equal(names[0], names[1]) || (said[0] && said[1] && strcmp(said[0], said[1]) == 0))
                return tamis_fail(err, TAMIS_USAGE, "--positive and --negative are both \"%.*s\"", (int) names[0].n,
                                  names[0].p);
        r = keep_name(d, 0, names[0], err);
        return r == 0 ? keep_name(d, 1, names[1], err) : r;
}

/* The threshold, but where it is sought. */
static int settle_threshold(tamis_decide *d, tamis_error *err) {
        if (d->costs.n > 0) {
                long positive = tamis_costs_find(&d->costs, d->names[1]);

                d->mistakes = tamis_costs_mistakes(&d->costs, (size_t) positive);
                d->has_costs = true;
        }
        if (d->measure || d->has_threshold)
                return 0;
        d->threshold = .5;
        return d->has_costs ? tamis_mistakes_threshold(&d->mistakes, &d->threshold, err) : 0;
}

/* -- a column a class ---------------------------------------------------------------------------------------------- */

/* Whether a column is called `class`, or ends with it behind something that is no letter or digit: p_yes, score.yes. */
static bool is_of(const char *column, tamis_slice class) {
        size_t n = strlen(column);

        if (n < class.n || memcmp(column + n - class.n, class.p, class.n) != 0)
                return false;
        return n == class.n || !isalnum((unsigned char) column[n - class.n - 1]);
}

/* owner[class] = column */
static int find_owners(const tamis_decide *d, const struct classes *c, size_t *owner, tamis_error *err) {
        for (size_t i = 0; i < c->n; i++)
                owner[i] = SIZE_MAX;
        for (size_t column = 0; column < d->scores.n; column++) {
                size_t best = SIZE_MAX;

                for (size_t i = 0; i < c->n; i++)
                        if (is_of(d->scores.names[column], c->names[i])
                            && (best == SIZE_MAX || c->names[i].n > c->names[best].n))
                                best = i;
                if (best == SIZE_MAX || owner[best] != SIZE_MAX)
                        return tamis_fail(err, TAMIS_USAGE, "--probability: column \"%s\" is %s of %s; --classes "
                                          "names the columns' classes in their order", d->scores.names[column],
                                          best == SIZE_MAX ? "called after no class" : "the second of a class",
                                          c->whose);
                owner[best] = column;
        }
        return 0;
}

struct listing {
        tamis_slice *names;
        size_t n, most;
};

static int take_name(tamis_slice name, tamis_slice value, void *arg, tamis_error *err) {
        struct listing *l = arg;

        if (name.p)
                return tamis_fail(err, TAMIS_USAGE, "--classes is a list of names, without =");
        if (l->n < l->most)
                l->names[l->n] = value;
        l->n++;
        return 0;
}

static int by_text(const void *a, const void *b) {
        return tamis_slice_compare(*(const tamis_slice *) a, *(const tamis_slice *) b);
}

/* Classes by their text, and owner[class] = column. */
static int name_columns(tamis_decide *d, const struct classes *c, const char *said, size_t *owner, tamis_error *err) {
        size_t n = d->scores.n;
        tamis_slice *given = calloc(n, sizeof *given);
        struct listing l = { given, 0, n };
        int r = !given ? tamis_fail_memory(err) : said ? tamis_pairs(said, "--classes", take_name, &l, err) : 0;

        if (r == 0 && said && l.n != n)
                r = tamis_fail(err, TAMIS_USAGE, "--classes names %zu classes, and there are %zu columns of "
                               "probabilities", l.n, n);
        if (r == 0 && c->whose && c->n != n)
                r = tamis_fail(err, TAMIS_USAGE, "there are %zu columns of probabilities, and %s has %zu classes%s", n,
                               c->whose, c->n, d->has_target ? "; leave --target out and name the columns' own with "
                               "--classes to decide between those alone" : "");
        if (r == 0 && !said && c->whose)
                r = find_owners(d, c, owner, err);
        for (size_t i = 0; r == 0 && i < n; i++) {
                tamis_slice name = said ? given[i] : c->whose ? c->names[i] : tamis_slice_of(d->scores.names[i]);

                if (said && c->whose && find(c->names, c->n, name) < 0)
                        r = fail_unknown(c, "--classes", name, err);
                if (r == 0)
                        r = keep_name(d, i, name, err);
                if (r == 0)
                        given[i] = d->names[i];
        }
        if (r == 0)
                qsort(d->names, n, sizeof *d->names, by_text);
        for (size_t i = 0; r == 0 && i < n; i++) {
                if (i > 0 && tamis_slice_equal(d->names[i - 1], d->names[i]))
                        r = tamis_fail(err, TAMIS_USAGE, "two columns of probabilities are of class \"%.*s\"",
                                       (int) d->names[i].n, d->names[i].p);
                if (said || !c->whose)
                        owner[i] = (size_t) find(given, n, d->names[i]);
        }
        free(given);
        return r;
}

/* The columns in the order of their classes, so that sums and ties do not hang on the order of the table. */
static int order_columns(tamis_columns *columns, const size_t *owner, tamis_error *err) {
        size_t n = columns->n;
        tamis_columns old = {
                .names = calloc(n, sizeof *old.names), .nth = calloc(n, sizeof *old.nth),
                .types = calloc(n, sizeof *old.types),
                .at = calloc(n, sizeof *old.at),
        };
        int r = old.names && old.nth && old.types && old.at ? 0 : tamis_fail_memory(err);

        for (int pass = 0; r == 0 && pass < 2; pass++)
                for (size_t i = 0; i < n; i++) {
                        tamis_columns *to = pass ? columns : &old, *from = pass ? &old : columns;
                        size_t j = pass ? owner[i] : i;

                        to->names[i] = from->names[j];
                        to->nth[i] = from->nth[j];
                        to->types[i] = from->types[j];
                        to->at[i] = from->at[j];
                }
        free(old.names);
        free(old.nth);
        free(old.types);
        free(old.at);
        return r;
}

static int settle_matrix(tamis_decide *d, tamis_error *err) {
        size_t n = d->n_classes;

        if (d->costs.n == 0)
                return 0;
        d->matrix = calloc(n * n, sizeof *d->matrix);
        if (!d->matrix)
                return tamis_fail_memory(err);
        memcpy(d->matrix, d->costs.cost, n * n * sizeof *d->matrix);   /* both by text */
        d->has_costs = true;
        return 0;
}

/* -- all of it ----------------------------------------------------------------------------------------------------- */

/* The others must know the same classes. */
static int check_others(const tamis_decide *d, const struct undone *u, tamis_error *err) {
        const struct classes all[] = {
                { "the matrix of costs", d->costs.names, d->costs.n }, { "the report", u->names, u->n },
        };

        for (size_t i = 0; i < 2; i++) {
                const char *option = i ? "--undo" : "--cost-matrix";

                if (all[i].n > 0 && all[i].n != d->n_classes)
                        return tamis_fail(err, TAMIS_USAGE, "%s: %s has %zu classes, and there are %zu", option,
                                          all[i].whose,
                                          all[i].n, d->n_classes);
                for (size_t c = 0; all[i].n > 0 && c < d->n_classes; c++)
                        if (find(all[i].names, all[i].n, d->names[c]) < 0)
                                return fail_unknown(&all[i], option, d->names[c], err);
        }
        return 0;
}

static int take_shares(tamis_decide *d, const struct undone *u, tamis_error *err) {
        if (u->n == 0)
                return 0;
        d->shares = calloc(d->n_classes, sizeof *d->shares);
        if (!d->shares)
                return tamis_fail_memory(err);
        for (size_t c = 0; c < d->n_classes; c++)
                d->shares[c] = u->shares[find(u->names, u->n, d->names[c])];
        return 0;
}

static int settle(tamis_decide *d, const struct undone *u, const tamis_settings *settings, tamis_error *err) {
        const struct classes known = who_knows(d, u);
        bool one = d->scores.n == 1;
        size_t *owner;
        int r;

        d->n_classes = one ? 2 : d->scores.n;
        d->names = calloc(d->n_classes, sizeof *d->names);
        owner = calloc(d->n_classes, sizeof *owner);
        if (!d->names || !owner)
                r = tamis_fail_memory(err);
        else if (one)
                r = name_two(d, &known, settings, err);
        else
                r = name_columns(d, &known, tamis_settings_text(settings, "classes"), owner, err);
        if (r == 0 && !one)
                r = order_columns(&d->scores, owner, err);
        free(owner);
        if (r == 0)
                r = check_others(d, u, err);
        if (r == 0)
                r = take_shares(d, u, err);
        if (r == 0)
                r = one ? settle_threshold(d, err) : settle_matrix(d, err);
        return r;
}

int tamis_decide_settle(tamis_decide *d, const tamis_context *context, tamis_error *err) {
        const char *matrix = tamis_settings_text(context->settings, "cost-matrix");
        struct undone u = { 0 };
        int r = 0;

        if (d->has_target)
                r = tamis_labels_settle(&d->labels, d->target.names[0], err);
        if (r == 0 && d->fold.n > 0 && d->folds.dict.n > 0)
                r = tamis_labels_settle(&d->folds, "_fold", err);
        if (r == 0 && matrix)
                r = tamis_costs_read(&d->costs, matrix, err);
        if (r == 0 && d->undo)
                r = tamis_undo_read(d->undo, &d->arena, &u.names, &u.shares, &u.n, err);
        if (r == 0)
                r = settle(d, &u, context->settings, err);
        free(u.names);
        free(u.shares);
        return r;
}
