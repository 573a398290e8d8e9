#include <argp.h>
#include <stdlib.h>

#include "options.h"
#include "run_options.h"
#include "say.h"

const char *const headings[N_HEADINGS] = {
        [HEADING_OWN] = "Its own:",
        [HEADING_COLUMNS] = "Columns and strategy:",
        [HEADING_LEARNING] = "Learning:",
        [HEADING_READING] = "Reading:",
        [HEADING_WRITING] = "Writing:",
        [HEADING_RUNNING] = "Running:",
        [HEADING_HELP] = "Help:",
};

/* -- offers -------------------------------------------------------------------------------------------------------- */

static enum heading heading_of_common(unsigned bit) {
        switch (bit) {
        case TAMIS_OPT_SEED:
                return HEADING_RUNNING;
        case TAMIS_OPT_LEARN:
                return HEADING_LEARNING;
        case TAMIS_OPT_MISSING:
                return HEADING_READING;
        case TAMIS_OPT_PRECISION:
                return HEADING_WRITING;
        default:
                return HEADING_COLUMNS;
        }
}

/* The first to come takes a name or a letter: a step's own options come first. */
static void offer_one(offers *o, const tamis_option *option, enum heading heading, bool of_run) {
        bool letter = option->key != 0;

        for (size_t i = 0; i < o->n; i++) {
                if (strcmp(o->list[i].option->name, option->name) == 0)
                        return;
                if (o->list[i].key == option->key)
                        letter = false;
        }
        o->list[o->n] = (offer) {
                .option = option,
                .heading = heading,
                .key = letter ? option->key : 0x100 + (int) o->n,
                .short_name = letter,
                .of_run = of_run,
        };
        o->n++;
}

int offers_of(const verb *v, offers *ret, tamis_error *err) {
        offers o = {0};
        size_t room = RUN_N;

        for (size_t i = 0; v->options && v->options[i].name; i++)
                room++;
        for (size_t i = 0; v->type && tamis_common_options[i].name; i++)
                room++;
        o.list = calloc(room, sizeof *o.list);
        if (!o.list)
                return tamis_fail_memory(err);

        for (size_t i = 0; v->options && v->options[i].name; i++)
                offer_one(&o, &v->options[i], HEADING_OWN, false);
        for (size_t i = 0; v->type && tamis_common_options[i].name; i++)
                if (v->type->common & tamis_common_bits[i])
                        offer_one(&o, &tamis_common_options[i], heading_of_common(tamis_common_bits[i]), false);
        for (size_t i = 0; i < RUN_N; i++)
                if (v->takes & run_options[i].takes)
                        offer_one(&o, &run_options[i].option, run_options[i].heading, true);
        *ret = o;
        return 0;
}

void offers_done(offers *o) {
        free(o->list);
}

/* -- checking before argp: it could not say what is wrong with an option, nor what was meant ----------------------- */

static int fail_unknown(const offers *o, const char *name, tamis_error *err) {
        tamis_slice names[96];
        size_t n = 0;
        char near[256];

        for (size_t i = 0; i < o->n && n < 96; i++)
                names[n++] = tamis_slice_of(o->list[i].option->name);
        say_near(name, "--", names, n, near, sizeof near);
        return tamis_fail(err, TAMIS_USAGE, "unknown option --%s%s", name, near);
}

/* Unambiguous beginnings count, as everywhere with getopt_long. */
static int find_long(const offers *o, const char *name, size_t length, const offer **ret, tamis_error *err) {
        const offer *found = NULL;
        char all[256] = "", alone[128];
        size_t n = 0, matches = 0;

        for (size_t i = 0; i < o->n; i++) {
                const char *other = o->list[i].option->name;

                if (strncmp(other, name, length) != 0)
                        continue;
                if (!other[length]) {
                        *ret = &o->list[i];
                        return 0;
                }
                found = &o->list[i];
                if (n < sizeof all)
                        n += (size_t) snprintf(all + n, sizeof all - n, "%s--%s", matches ? ", " : "", other);
                matches++;
        }
        snprintf(alone, sizeof alone, "%.*s", (int) (length < 100 ? length : 100), name);
        if (matches == 0 || length == 0)
                return fail_unknown(o, alone, err);
        if (matches > 1)
                return tamis_fail(err, TAMIS_USAGE, "--%s is short for more than one: %s", alone, all);
        *ret = found;
        return 0;
}

static const offer *find_letter(const offers *o, char letter) {
        for (size_t i = 0; i < o->n; i++)
                if (o->list[i].short_name && o->list[i].key == letter)
                        return &o->list[i];
        return NULL;
}

static void note_asked(const offer *f, parsed *p) {
        if (f->of_run && f->option == &run_options[RUN_HELP].option)
                p->help = true;
        if (f->of_run && f->option == &run_options[RUN_VERSION].option)
                p->version = true;
}

/* One argument that begins with a dash; *skip when the next one is its value. */
static int check_one(const offers *o, const char *arg, bool last, parsed *p, bool *skip, tamis_error *err) {
        const offer *f;
        int r;

        if (arg[1] == '-') {
                size_t length = strcspn(arg + 2, "=");

                r = find_long(o, arg + 2, length, &f, err);
                if (r < 0)
                        return r;
                note_asked(f, p);
                if (f->option->kind == TAMIS_FLAG)
                        return arg[2 + length] ? tamis_fail(err, TAMIS_USAGE, "--%s takes no value", f->option->name)
                                               : 0;
                *skip = !arg[2 + length];
                return *skip && last ? tamis_fail(err, TAMIS_USAGE, "--%s needs a value", f->option->name) : 0;
        }
        for (arg++; *arg; arg++) {
                f = find_letter(o, *arg);
                if (!f)
                        return tamis_fail(err, TAMIS_USAGE, "unknown option -%c", *arg);
                note_asked(f, p);
                if (f->option->kind == TAMIS_FLAG)
                        continue;
                *skip = !arg[1];
                return *skip && last ? tamis_fail(err, TAMIS_USAGE, "-%c needs a value", *arg) : 0;
        }
        return 0;
}

static int check_all(const offers *o, int argc, char **argv, parsed *p, tamis_error *err) {
        for (int i = 1; i < argc && !p->help && !p->version; i++) {
                bool skip = false;
                int r;

                if (strcmp(argv[i], "--") == 0)
                        return 0;
                if (argv[i][0] != '-' || !argv[i][1])
                        continue;
                r = check_one(o, argv[i], i + 1 == argc, p, &skip, err);
                if (r < 0)
                        return r;
                i += skip;
        }
        return 0;
}

/* -- argp ---------------------------------------------------------------------------------------------------------- */

struct parse {
        const offers *offers;
        parsed *parsed;
};

static error_t parse_one(int key, char *arg, struct argp_state *state) {
        struct parse *parse = state->input;
        parsed *p = parse->parsed;

        if (key == ARGP_KEY_ARG) {
                p->operands[p->n_operands++] = arg;
                return 0;
        }
        for (size_t i = 0; i < parse->offers->n; i++) {
                const offer *f = &parse->offers->list[i];
                said_option *more;

                if (f->key != key)
                        continue;
                more = realloc(p->said, (p->n_said + 1) * sizeof *more);
                if (!more)
                        return ENOMEM;
                p->said = more;
                p->said[p->n_said++] = (said_option) { f->option, arg, f->of_run };
                return 0;
        }
        return ARGP_ERR_UNKNOWN;
}

/* In order whatever POSIXLY_CORRECT says: files and options may be mixed. */
static int run_argp(const offers *o, int argc, char **argv, parsed *p, tamis_error *err) {
        struct argp_option *options = calloc(o->n + 1, sizeof *options);
        struct parse parse = { o, p };
        struct argp argp = { .options = options, .parser = parse_one };
        error_t e;

        if (!options)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < o->n; i++) {
                const offer *f = &o->list[i];

                options[i] = (struct argp_option) {
                        .name = f->option->name,
                        .key = f->key,
                        .arg = f->option->kind == TAMIS_FLAG ? NULL : f->option->arg ? f->option->arg : "VALUE",
                };
        }
        e = argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_IN_ORDER, NULL, &parse);
        free(options);
        if (e == ENOMEM)
                return tamis_fail_memory(err);
        if (e)
                return tamis_fail(err, TAMIS_USAGE, "the options cannot be understood");
        return 0;
}

int options_parse(const verb *v, int argc, char **argv, parsed *ret, tamis_error *err) {
        parsed p = {0};
        offers o = {0};
        int r;

        p.operands = calloc((size_t) argc + 1, sizeof *p.operands);
        if (!p.operands) {
                r = tamis_fail_memory(err);
                goto out;
        }
        r = offers_of(v, &o, err);
        if (r == 0)
                r = check_all(&o, argc, argv, &p, err);
        if (r == 0 && !p.help && !p.version)
                r = run_argp(&o, argc, argv, &p, err);
        if (r < 0)
                goto out;
        *ret = p, p = (parsed) {0};
out:
        if (r < 0 && err)
                err->step = v->name;
        offers_done(&o);
        options_done(&p);
        return r;
}

void options_done(parsed *p) {
        free(p->said);
        free(p->operands);
}

const char *options_value(const parsed *p, const char *name) {
        for (size_t i = 0; i < p->n_said; i++)
                if (!p->said[i].of_run && strcmp(p->said[i].option->name, name) == 0)
                        return p->said[i].value ? p->said[i].value : "";
        return NULL;
}
