#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "drill_dev.h"
#include "help.h"
#include "options.h"
#include "say.h"
#include "verb_drill.h"

enum { SEED };

const tamis_option verb_drill_options[] = {
        [SEED] = { "seed", 0, TAMIS_COUNT, "N", NULL, "make data from this seed, not from a fresh one", NULL },
        { NULL },
};

const char verb_drill_details[] =
        "A drill is a question somebody may be asked, data that answer back, and a pipeline to be built.";

const char verb_drill_examples[] =
        "tamis drill dev check miss30\n";

static atomic_bool stop;

static void on_signal(int signal) {
        atomic_store(&stop, true);
}

static int drill(const parsed *p, tamis_error *err) {
        const struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int) SA_RESETHAND };
        const char *seed = options_value(p, verb_drill_options[SEED].name);

        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
        if (p->n_operands > 0 && strcmp(p->operands[0], "dev") == 0)
                return drill_dev(p->operands + 1, p->n_operands - 1, seed ? strtoull(seed, NULL, 10) : 1, &stop, err);
        return tamis_fail(err, TAMIS_USAGE, "what? dev check, dev make, dev figures");
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
