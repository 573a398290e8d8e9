/* The program: the table of verbs, and how a run ends. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "help.h"
#include "say.h"
#include "verb_bench.h"
#include "verb_drift.h"
#include "verb_drill.h"
#include "verb_evaluate.h"
#include "verb_pool.h"
#include "verb_profile.h"
#include "verb_score.h"

enum { EXIT_DATA = 1, EXIT_USAGE = 2 };

enum { TAKES_CHAIN = TAKES_INPUT | TAKES_OUTPUT | TAKES_RUN | TAKES_HELP };

/* What is no step of the registry, sorted by name. */
static const verb verbs[] = {
        { "apply", "stream rows through saved models", "MODEL... [FILE...] [then VERB...]",
          .details = verb_apply_details, .examples = verb_apply_examples, .takes = TAKES_CHAIN, .run = verb_chain },
        { "bench", "compare ways of imputing on holes whose truth is known", "FILE...",
          .details = verb_bench_details, .examples = verb_bench_examples, .options = verb_bench_options,
          .takes = TAKES_OUTPUT | TAKES_RUN | TAKES_HELP, .run = verb_bench },
        { "cat", "put tables end to end, unchanged", "[FILE...] [then VERB...]",
          .examples = "tamis cat january.csv february.csv.gz\n", .takes = TAKES_CHAIN, .run = verb_chain },
        { "drift", "compare a new table with a reference", "REFERENCE NEW",
          .details = verb_drift_details, .examples = verb_drift_examples, .options = verb_drift_options,
          .takes = TAKES_INPUT | TAKES_OUTPUT | TAKES_HELP, .run = verb_drift },
        { "drill", "practise the answers, on data that answers back", "[COMMAND [NAME]]",
          .details = verb_drill_details, .examples = verb_drill_examples, .options = verb_drill_options,
          .takes = TAKES_HELP, .word = verb_drill_word, .run = verb_drill },
        { "evaluate", "measure predictions: confusion, ranks, probabilities, costs, errors", "[FILE...]",
          .details = verb_evaluate_details, .examples = verb_evaluate_examples, .options = verb_evaluate_options,
          .takes = TAKES_INPUT | TAKES_OUTPUT | TAKES_RUN | TAKES_HELP, .run = verb_evaluate },
        { "help", "explain a verb, the strategies, or how columns are selected", "[VERB|strategies|columns]",
          .options = verb_help_options, .takes = TAKES_HELP, .run = verb_help },
        { "part", "write each part of a split to its own file", "PATTERN [FILE...]",
          .details = "The column _split, or _fold where there is none, says which part a row belongs to; it is left "
                     "out of the files. {} in PATTERN stands for the part's name.",
          .examples = "tamis split --test 0.25 in.csv then part 'in.{}.csv'\n",
          .takes = TAKES_INPUT | TAKES_RUN | TAKES_HELP, .run = verb_chain },
        { "pool", "pool estimates made from several imputations", "[FILE...]",
          .details = verb_pool_details, .examples = verb_pool_examples, .options = verb_pool_options,
          .takes = TAKES_INPUT | TAKES_OUTPUT | TAKES_HELP, .run = verb_pool },
        { "profile", "show what a table holds and what is wrong with it", "[FILE...]",
          .details = verb_profile_details, .examples = verb_profile_examples, .options = verb_profile_options,
          .takes = TAKES_INPUT | TAKES_OUTPUT | TAKES_RUN | TAKES_HELP, .run = verb_profile },
        { "score", "compare imputed cells with the truth", "TRUTH IMPUTED",
          .details = verb_score_details, .examples = verb_score_examples, .options = verb_score_options,
          .takes = TAKES_INPUT | TAKES_OUTPUT | TAKES_HELP, .run = verb_score },
        { "version", "show the version", "", .takes = TAKES_HELP, .run = verb_version },
};
static const size_t n_verbs = sizeof verbs / sizeof *verbs;

static void verb_of_step(const tamis_step_type *type, verb *ret) {
        *ret = (verb) {
                .name = type->name,
                .summary = type->summary,
                .operands = "[FILE...] [then VERB...]",
                .details = type->details,
                .examples = type->examples,
                .options = type->options,
                .takes = TAKES_CHAIN | (type->common & TAMIS_OPT_LEARN ? TAKES_LEARNING : 0u),
                .type = type,
                .run = verb_chain,
        };
}

bool verb_find(const char *name, verb *ret) {
        const tamis_step_type *type = tamis_step_find(name);

        if (type) {
                verb_of_step(type, ret);
                return true;
        }
        for (size_t i = 0; i < n_verbs; i++)
                if (strcmp(verbs[i].name, name) == 0) {
                        *ret = verbs[i];
                        return true;
                }
        return false;
}

bool verb_next(verb_walk *w, verb *ret) {
        bool own = w->own < n_verbs, step = w->step < tamis_n_steps;

        if (own && (!step || strcmp(verbs[w->own].name, tamis_steps[w->step]->name) < 0))
                *ret = verbs[w->own++];
        else if (step)
                verb_of_step(tamis_steps[w->step++], ret);
        else
                return false;
        return true;
}

int verb_fail_unknown(const char *name, const char *step, tamis_error *err) {
        tamis_slice names[64];
        verb_walk walk = {0};
        char near[256];
        size_t n = 0;
        verb v;
        int r;

        while (n < 64 && verb_next(&walk, &v))
                names[n++] = tamis_slice_of(v.name);
        say_near(name, "", names, n, near, sizeof near);
        r = tamis_fail(err, TAMIS_USAGE, "unknown verb \"%s\"%s", name, near);
        if (err)
                err->step = step;
        return r;
}

/* A descriptor that came closed would be given to the first file opened, and what is meant for the screen would end up
 * there. It is filled with one that can only fail, the wrong way round on purpose. */
static void hold_standard_descriptors(void) {
        for (int fd = 0; fd <= 2; fd++)
                if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
                        _exit(EXIT_DATA);
}

/* As every filter ends whose reader has gone: by the signal, quietly. */
static int die_of_pipe(void) {
        sigset_t pipe;

        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        signal(SIGPIPE, SIG_DFL);
        sigprocmask(SIG_UNBLOCK, &pipe, NULL);
        raise(SIGPIPE);
        return EXIT_DATA;
}

static int end(int r, const tamis_error *err) {
        if (r >= 0)
                return r;
        if (r == TAMIS_CLOSED)
                return die_of_pipe();
        say_error(err);
        return r == TAMIS_USAGE ? EXIT_USAGE : EXIT_DATA;
}

int main(int argc, char **argv) {
        tamis_error err = {0};
        verb v;

        hold_standard_descriptors();
        /* a reader that went away and a limit of file size are errors of write(), which say what is wrong
         * and clean up */
        signal(SIGPIPE, SIG_IGN);
        signal(SIGXFSZ, SIG_IGN);
        say_init();
        if (argc < 2) {
                help_usage(stderr);
                return EXIT_USAGE;
        }
        argc--, argv++;
        if (strcmp(argv[0], "--version") == 0)
                argv[0] = (char *) "version";
        else if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)
                argv[0] = (char *) "help";
        if (argv[0][0] == '-')
                return end(tamis_fail(&err, TAMIS_USAGE, "%s: a verb comes before its options", argv[0]), &err);
        if (!verb_find(argv[0], &v))
                return end(verb_fail_unknown(argv[0], NULL, &err), &err);
        return end(v.run(&v, argc, argv, &err), &err);
}
