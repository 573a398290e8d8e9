#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tamis/number.h>
#include <tamis/schema.h>

#include "drill_dev.h"
#include "drill_loop.h"
#include "drill_spoken.h"
#include "help.h"
#include "options.h"
#include "say.h"
#include "verb_drill.h"

enum { SEED, GIVE_UP, ROUNDS, MINUTES };

const tamis_option verb_drill_options[] = {
        [SEED] = { "seed", 0, TAMIS_COUNT, "N", NULL, "make data (or draw questions) from this seed, not "
                                                      "from a fresh one", NULL },
        [GIVE_UP] = { "give-up", 0, TAMIS_FLAG, NULL, NULL, "explain what is not passed yet", NULL },
        [ROUNDS] = { "rounds", 0, TAMIS_COUNT, "K", "6", "questions of an interview", NULL },
        [MINUTES] = { "minutes", 0, TAMIS_REAL, "M", "30", "how long an interview lasts at most", NULL },
        { NULL },
};

const char verb_drill_details[] =
        "A drill is a question that may be asked of somebody who works with data, data that answer back, and a "
        "pipeline.sh to be built. Every check runs it on fresh data whose truth is known, and says what came of it, "
        "with the figure that shows it.\n\n"
        "Without a COMMAND: where one stopped.\n"
        "list: all drills by topic, and how far one is.\n"
        "start NAME [DIR]: lay out brief.md, data and a pipeline.sh that runs and fails, in DIR (default: NAME).\n"
        "check [NAME]: run pipeline.sh on fresh data, and grade it. Exit status 3: not passed.\n"
        "hint [NAME]: one more. explain [NAME]: what happens and why, after a pass, or with --give-up.\n"
        "say [NAME]: answer the question aloud or typed, and see what a strong answer would have held.\n"
        "next [DIR]: begin the next drill. review: begin what is due again (after 1, 3, 7, 16 and 35 days), "
        "with fresh data.\n"
        "watch [NAME]: check whenever something in the folder is saved. reset NAME: forget what was done of it.\n"
        "interview: a mock round of questions on a clock, then strengths and gaps.\n"
        "dev check [NAME...], dev figures NAME, dev make NAME DIR: for whoever writes drills.\n\n"
        "Progress is one file of text, ${XDG_STATE_HOME:-~/.local/state}/tamis/drill/progress. TAMIS_DRILLS names "
        "another folder of drills.";

const char verb_drill_examples[] =
        "tamis drill list\n"
        "tamis drill start miss30 && cd miss30 && tamis drill check\n"
        "tamis drill interview --rounds 4 --minutes 20\n";

static atomic_bool stop;

static void on_signal(int signal) {
        atomic_store(&stop, true);
}

/* A name, and a folder where there may be one. */
static const struct {
        const char *name;
        int (*run)(const drill_wishes *w, tamis_error *err);
        size_t most;                    /* words behind it */
} commands[] = {
        { "check", drill_check, 1 },
        { "explain", drill_explain, 1 },
        { "hint", drill_hint, 1 },
        { "list", drill_show_list, 0 },
        { "next", drill_next, 1 },
        { "reset", drill_reset, 1 },
        { "review", drill_review, 0 },
        { "say", drill_say_it, 1 },
        { "start", drill_start, 2 },
        { "watch", drill_watch, 1 },
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

/* Those that are run with something else than a name come last. */
const char *verb_drill_word(size_t i) {
        static const char *const others[] = { "interview", "dev", NULL };

        return i < N_COMMANDS ? commands[i].name : others[i - N_COMMANDS];
}

static int unknown(const char *name, tamis_error *err) {
        tamis_slice words[N_COMMANDS + 2];
        char near[128] = "";
        size_t n = 0;

        for (; verb_drill_word(n); n++)
                words[n] = tamis_slice_of(verb_drill_word(n));
        tamis_nearest(tamis_slice_of(name), words, n, near, sizeof near);
        return tamis_fail(err, TAMIS_USAGE, "no command \"%s\"%s%s (tamis drill --help shows them)", name,
                          *near ? "; near are " : "", near);
}

static const char *said(const parsed *p, size_t option) {
        const char *value = options_value(p, verb_drill_options[option].name);

        return value ? value : verb_drill_options[option].fallback;
}

static int hold_interview(const parsed *p, const drill_wishes *w, tamis_error *err) {
        double minutes;

        if (!tamis_number_parse(tamis_slice_of(said(p, MINUTES)), &minutes) || !(minutes > 0))
                return tamis_fail(err, TAMIS_USAGE, "--minutes: \"%s\" are no minutes", said(p, MINUTES));
        if (strtoul(said(p, ROUNDS), NULL, 10) < 1)
                return tamis_fail(err, TAMIS_USAGE, "--rounds: at least 1 is needed");
        return drill_interview(w, (unsigned) strtoul(said(p, ROUNDS), NULL, 10), minutes, err);
}

static int drill(const parsed *p, tamis_error *err) {
        const struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int) SA_RESETHAND };
        const char *seed = said(p, SEED), *command = p->n_operands > 0 ? p->operands[0] : NULL;
        drill_wishes w = {
                .name = p->n_operands > 1 ? p->operands[1] : NULL, .folder = p->n_operands > 2 ? p->operands[2] : NULL,
                .seed = seed ? strtoull(seed, NULL, 10) : 0, .give_up = options_value(p, verb_drill_options[GIVE_UP].name), .stop = &stop,
        };

        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
        if (!command)
                return drill_go_on(&w, err);
        if (strcmp(command, "dev") == 0)
                return drill_dev(p->operands + 1, p->n_operands - 1, w.seed > 0 ? w.seed : 1, &stop, err);
        if (strcmp(command, "interview") == 0)
                return hold_interview(p, &w, err);
        for (size_t i = 0; i < N_COMMANDS; i++) {
                if (strcmp(commands[i].name, command) != 0)
                        continue;
                if (p->n_operands > commands[i].most + 1)
                        return tamis_fail(err, TAMIS_USAGE, "%s: \"%s\" is one word too many", command,
                                          p->operands[commands[i].most + 1]);
                return commands[i].run(&w, err);
        }
        return unknown(command, err);
}

int verb_drill(const verb *v, int argc, char **argv, tamis_error *err) {
        parsed p = {0};
        int r = options_parse(v, argc, argv, &p, err);

        if (r < 0)
                return r;
        if (p.version)
                puts("tamis " TAMIS_VERSION);
        else
                r = p.help ? help_of_verb(v, err) : drill(&p, err);
        if (r >= 0) {
                int flushed = say_flush(err);

                r = flushed < 0 ? flushed : r;
        }
        options_done(&p);
        if (r < 0 && err && !err->step)
                err->step = v->name;
        return r;
}
