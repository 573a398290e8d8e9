/* The verbs that move a table: every step, cat, apply and part, one of them or several with `then` between.
 *
 * A chain is read in three goes: words into links, options of the run and the files gathered from all of them,
 * then the run.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "help.h"
#include "run_options.h"
#include "say.h"
#include "verb_apply.h"

/* One verb of the chain. */
struct link {
        struct verb verb;
        struct parsed parsed;
        tamis_settings *settings;       /* of a step; NULL when the run has taken them */
        size_t n_models;                /* of apply: the first operands */
};

struct chain {
        struct link *links;
        size_t n;
        run_said said;
        const char *parts;
        char **files;
        size_t n_files;
        const char *files_of;           /* the verb they stand behind */
        bool answered;                  /* help or the version was asked for, and printed */
};

static bool is(const verb *v, const char *name) {
        return !v->type && strcmp(v->name, name) == 0;
}

static void chain_done(struct chain *c) {
        for (size_t i = 0; i < c->n; i++) {
                options_done(&c->links[i].parsed);
                tamis_settings_free(c->links[i].settings);
        }
        free(c->links);
}

/* -- words into links ---------------------------------------------------------------------------------------------- */

/* Its own options into settings, those of the run to the chain. */
static int take_options(struct chain *c, struct link *l, tamis_error *err) {
        int r = l->verb.type ? tamis_settings_new(l->verb.type, &l->settings, err) : 0;

        for (size_t i = 0; r == 0 && i < l->parsed.n_said; i++) {
                const said_option *s = &l->parsed.said[i];

                r = s->of_run ? run_say(&c->said, s->option, s->value, err)
                              : tamis_settings_set(l->settings, s->option->name, s->value, err);
        }
        return r;
}

static int take_parts(struct chain *c, const char *pattern, tamis_error *err) {
        if (!strstr(pattern, "{}"))
                return tamis_fail(err, TAMIS_USAGE, "'%s' has no {} where the part's name goes", pattern);
        c->parts = pattern;
        return 0;
}

/* What stands behind the options: a pattern for part, models for apply, files. */
static int take_operands(struct chain *c, struct link *l, bool last, tamis_error *err) {
        const parsed *p = &l->parsed;
        const char *out = l->verb.type ? options_value(p, "out") : NULL;
        size_t used = 0;
        int r = 0;

        if (is(&l->verb, "part") || out) {
                if (!last)
                        return tamis_fail(err, TAMIS_USAGE, "%s writes the parts' files: nothing can come behind it",
                                          out ? "--out" : "part");
                if (!out && p->n_operands == 0)
                        return tamis_fail(err, TAMIS_USAGE,
                                          "a pattern for the parts' files is needed, such as 'name.{}.csv'");
                used = !out;
                r = take_parts(c, out ? out : p->operands[0], err);
        } else if (is(&l->verb, "apply")) {
                used = l->n_models = apply_models(p);
                if (used == 0)
                        return tamis_fail(err, TAMIS_USAGE, "a saved model is needed (--save writes one)");
        }
        if (r < 0 || p->n_operands == used)
                return r;
        if (c->files)
                return tamis_fail(err, TAMIS_USAGE,
                                  "files stand behind %s already: name them all behind one verb of the chain",
                                  c->files_of);
        c->files = p->operands + used;
        c->n_files = p->n_operands - used;
        c->files_of = l->verb.name;
        return 0;
}

static int add_link(struct chain *c, int argc, char **argv, bool last, tamis_error *err) {
        struct link *l = &c->links[c->n];
        int r;

        if (argc == 0)
                return tamis_fail(err, TAMIS_USAGE, "a verb is needed on both sides of then");
        if (!verb_find(argv[0], &l->verb))
                return verb_fail_unknown(argv[0], NULL, err);
        if (l->verb.run != verb_chain)
                return tamis_fail(err, TAMIS_USAGE, "%s cannot stand in a chain", argv[0]);
        r = options_parse(&l->verb, argc, argv, &l->parsed, err);
        if (r < 0)
                return r;
        c->n++;
        if (l->parsed.help || l->parsed.version) {
                c->answered = true;
                if (l->parsed.version)
                        puts("tamis " TAMIS_VERSION);
                return l->parsed.version ? 0 : help_of_verb(&l->verb, err);
        }
        r = take_options(c, l, err);
        if (r == 0)
                r = take_operands(c, l, last, err);
        if (r < 0 && err)
                err->step = l->verb.name;
        return r;
}

static int read_words(struct chain *c, int argc, char **argv, tamis_error *err) {
        int first = 0, r = 0;

        c->links = calloc((size_t) argc, sizeof *c->links);
        if (!c->links)
                return tamis_fail_memory(err);
        for (int i = 0; r == 0 && !c->answered && i <= argc; i++)
                if (i == argc || strcmp(argv[i], "then") == 0) {
                        r = add_link(c, i - first, argv + first, i == argc, err);
                        first = i + 1;
                }
        return r;
}

/* -- the run ------------------------------------------------------------------------------------------------------- */

static bool is_standard(const char *path) {
        return path && strcmp(path, "-") == 0;
}

/* What cannot go well is said before anything is read. */
static int check_outputs(const struct chain *c, const tamis_run_options *o, tamis_error *err) {
        bool rows = !c->parts && (!o->output || is_standard(o->output));
        int flags;

        if (c->parts && o->output)
                return tamis_fail(err, TAMIS_USAGE, "rows go to the parts' files: --output has nothing to write");
        if (rows + is_standard(o->save) + is_standard(o->report) > 1)
                return tamis_fail(err, TAMIS_USAGE,
                                  "only one thing can go to standard output: rows, --save or --report");
        if (!rows)
                return 0;
        flags = fcntl(STDOUT_FILENO, F_GETFL);
        if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
                return tamis_fail(err, TAMIS_IO, "standard output is closed");
        return 0;
}

static void note(void *arg, const char *step, const char *text) {
        const struct chain *c = arg;

        if (!c->said.value[RUN_QUIET])
                say_note(step ? step : c->links[0].verb.name, text);
}

static int add_steps(struct chain *c, tamis_run *run, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < c->n; i++) {
                struct link *l = &c->links[i];
                tamis_settings *settings = l->settings;

                l->settings = NULL;
                if (settings)
                        r = tamis_run_add(run, settings, err);
                for (size_t m = 0; r == 0 && m < l->n_models; m++)
                        r = tamis_run_add_model(run, l->parsed.operands[m], err);
                if (r < 0 && err && !err->step)
                        err->step = l->verb.name;
        }
        return r;
}

static int go(struct chain *c, tamis_error *err) {
        tamis_run_options o = {
                .input = { .paths = (const char *const *) c->files, .n_paths = c->n_files },
                .parts = c->parts,
                .progress = progress_report,
                .note = note,
                .arg = c,
        };
        tamis_run *run = NULL;
        int r = run_fill(&c->said, &o, err);

        if (r == 0)
                r = check_outputs(c, &o, err);
        if (r < 0)
                return r;
        progress_start(run_progress(&c->said));
        r = tamis_run_new(&o, &run, err);
        if (r == 0)
                r = add_steps(c, run, err);
        if (r == 0)
                r = tamis_run_go(run, err);
        tamis_run_free(run);
        progress_end();
        if (r == 0 && c->said.value[RUN_VERBOSE])
                progress_summary();
        return r;
}

int verb_chain(const verb *v, int argc, char **argv, tamis_error *err) {
        struct chain c = {0};
        int r = read_words(&c, argc, argv, err);

        if (r == 0)
                r = c.answered ? say_flush(err) : go(&c, err);
        if (r < 0 && err && !err->step && c.n)
                err->step = v->name;
        chain_done(&c);
        return r;
}
