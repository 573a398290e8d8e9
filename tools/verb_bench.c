#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <tamis/number.h>

#include "bench_plot.h"
#include "bench_write.h"
#include "child.h"
#include "help.h"
#include "run_options.h"
#include "say.h"
#include "verb_bench.h"

enum {
        STRATEGIES,
        WITH,
        MECHANISM,
        RATE,
        REPEATS,
        SEED,
        TARGET,
        AMPUTE,
        MEASURES,
        MODEL,
        TIMEOUT,
        RESUME,
        TABLE,
        PLOT,
        HTML,
        DELIMITER,
        NA,
        TYPES
};

const tamis_option verb_bench_options[] = {
        [STRATEGIES] = { "strategy", 's', TAMIS_TEXT, "LIST", NULL,
                "strategies of impute, with their options: mean,knn,'mice -m 5'; one with a = in it is an -s of its own", NULL },
        [WITH] = { "with", 0, TAMIS_TEXT, "NAME=CMD", NULL,
                "any program that reads a CSV and writes it filled: 'sklearn=python3 impute.py'; several "
                "times for several", NULL },
        [MECHANISM] = { "mechanism", 0, TAMIS_TEXT, "LIST", "mcar", "how holes come about: mcar,mar,mnar", NULL },
        [RATE] = { "rate", 0, TAMIS_TEXT, "LIST", ".1,.3", "shares of the cells that go", NULL },
        [REPEATS] = { "repeats", 0, TAMIS_COUNT, "N", "10", "how often each is done, with other holes", NULL },
        [SEED] = { "seed", 0, TAMIS_COUNT, "N", "1", "what draws depend on", NULL },
        [TARGET] = { "target", 't', TAMIS_TEXT, "COL", NULL, "the label: it loses no cells and fills none", NULL },
        [AMPUTE] = { "ampute", 0, TAMIS_TEXT, "OPTIONS", NULL, "more options of ampute: '-c age,income --type tail'", NULL },
        [MEASURES] = { "measures", 0, TAMIS_TEXT, "LIST", NULL, "measures of score to write (default: all)", NULL },
        [MODEL] = { "model", 0, TAMIS_TEXT, "NAME", NULL,
                    "with --target: what becomes of such a model of it, by evaluate, with five folds", NULL },
        [TIMEOUT] = { "timeout", 0, TAMIS_REAL, "SECONDS", "600", "kill who takes longer; 0: nobody", NULL },
        [RESUME] = { "resume", 0, TAMIS_FILE, "FILE", NULL,
                     "go on with the results in FILE, and add to it: rows go there as they are had, the "
                     "table to the output", NULL },
        [TABLE] = { "table", 0, TAMIS_FLAG, NULL, NULL, "write the ranked table, not the rows (default on a terminal)", NULL },
        [PLOT] = { "plot", 0, TAMIS_FILE, "DIR", NULL, "draw errors.svg, cost.svg and ranks.svg into DIR, by "
                                                       "gnuplot, besides", NULL },
        [HTML] = { "html", 0, TAMIS_FILE, "FILE", NULL, "write a page to look at into FILE, besides", NULL },
        [DELIMITER] = { "delimiter", 'd', TAMIS_TEXT, "C", ",", "what stands between cells: one byte, tab or auto", NULL },
        [NA] = { "na", 0, TAMIS_TEXT, "LIST", NULL, "more tokens that mean missing; =LIST: these and no others", NULL },
        [TYPES] = { "types", 0, TAMIS_TEXT, "LIST", NULL,
                "types that are not to be found out: 'zip=text,age=number'", NULL },
        { NULL },
};

const char verb_bench_details[] =
        "Makes holes in whole tables (ampute), lets every strategy fill the same ones, and scores them against the "
        "truth. Each runs as a process of its own, one thread, as a filter from CSV to CSV: `tamis impute -s NAME`, or "
        "any program (--with), which finds the table on its standard input. A program that hangs, crashes, prints "
        "junk, too few rows or fills only half is told of in the rows (status, message), and the rest goes on.\n"
        "Columns of a row: file, mechanism, rate, repeat, seed, strategy, status, column, measure, value, n, message. "
        "Column *: all columns. Besides score's measures there are error (the mean over columns of nrmse, or pfc for "
        "categories), seconds by the clock, and megabytes (the largest resident size). The seed repeats one cell "
        "alone: tamis ampute -s MECHANISM --rate RATE --seed SEED.\n"
        "The table ranks by error in every block (a file, mechanism and rate, repeats averaged); low and high: 95 % of "
        "the mean errors when blocks are drawn anew; Friedman's test, and Nemenyi's critical difference "
        "of mean ranks.\n"
        "Killed at any moment, a bench with --resume goes on where it was.";

const char verb_bench_examples[] =
        "tamis bench -s mean,knn,forest --rate .1,.3 --repeats 5 in.csv\n"
        "tamis bench -s auto -s '@numeric=em,*=mode' -t y --resume r.csv in.csv\n"
        "tamis bench -s knn --with 'x=python3 x.py' --timeout 60 in.csv\n";

static atomic_bool stop;

static void on_signal(int signal) {
        atomic_store(&stop, true);
}

static void watch_signals(void) {
        /* once: a second one ends the program */
        const struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int) SA_RESETHAND };

        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
        sigaction(SIGHUP, &action, NULL);
}

/* -- what was asked ------------------------------------------------------------------------------------------------ */

struct asked {
        tamis_bench_options o;
        tamis_bench_strategy *strategies;
        const char **mechanisms;
        double *rates;
        char **owned;           /* texts cut up */
        size_t n_owned;
        char program[4096];
        bench_outputs out;
};

static void asked_done(struct asked *a) {
        for (size_t i = 0; i < a->n_owned; i++)
                free(a->owned[i]);
        free(a->owned);
        free(a->strategies);
        free(a->mechanisms);
        free(a->rates);
}

static const char *value_of(const parsed *said, size_t option) {
        const char *value = options_value(said, verb_bench_options[option].name);

        return value ? value : verb_bench_options[option].fallback;
}

/* Room for all that may be said. */
static int make_room(struct asked *a, const parsed *said, tamis_error *err) {
        size_t n = 1;

        for (size_t i = 0; i < said->n_said; i++)
                n += said->said[i].value ? strlen(said->said[i].value) + 1 : 1;
        n += 16;
        a->owned = calloc(said->n_said + 4, sizeof *a->owned);
        a->strategies = calloc(n, sizeof *a->strategies);
        a->mechanisms = calloc(n, sizeof *a->mechanisms);
        a->rates = calloc(n, sizeof *a->rates);
        return a->owned && a->strategies && a->mechanisms && a->rates ? 0 : tamis_fail_memory(err);
}

static char *own(struct asked *a, const char *text, tamis_error *err) {
        char *copy = strdup(text);

        if (!copy && tamis_fail_memory(err) < 0)
                return NULL;
        return a->owned[a->n_owned++] = copy;
}

static int take_strategies(struct asked *a, const char *list, tamis_error *err) {
        char *rest, *one;

        if (strchr(list, '=')) {
                a->strategies[a->o.n_strategies++] = (tamis_bench_strategy) { list, NULL };
                return 0;
        }
        rest = own(a, list, err);
        if (!rest)
                return TAMIS_NO_MEMORY;
        while ((one = strsep(&rest, ",")))
                if (*one)
                        a->strategies[a->o.n_strategies++] = (tamis_bench_strategy) { one, NULL };
        return 0;
}

static int take_program(struct asked *a, const char *text, tamis_error *err) {
        char *name = own(a, text, err), *command;

        if (!name)
                return TAMIS_NO_MEMORY;
        command = strchr(name, '=');
        if (!command || command == name || !command[1])
                return tamis_fail(err, TAMIS_USAGE, "--with %s: a name, = and a command are needed", text);
        *command = '\0';
        a->strategies[a->o.n_strategies++] = (tamis_bench_strategy) { name, command + 1 };
        return 0;
}

static int take_lists(struct asked *a, const parsed *said, tamis_error *err) {
        char *mechanisms = own(a, value_of(said, MECHANISM), err), *rates = own(a, value_of(said, RATE), err), *one;

        if (!mechanisms || !rates)
                return TAMIS_NO_MEMORY;
        while ((one = strsep(&mechanisms, ","))) {
                if (strcmp(one, "mcar") != 0 && strcmp(one, "mar") != 0 && strcmp(one, "mnar") != 0)
                        return tamis_fail(err, TAMIS_USAGE,
                                          "--mechanism: no mechanism \"%s\"; there are mcar, mar, mnar", one);
                a->mechanisms[a->o.n_mechanisms++] = one;
        }
        while ((one = strsep(&rates, ","))) {
                tamis_slice text = tamis_slice_of(one);
                bool percent = text.n > 0 && text.p[text.n - 1] == '%';
                double *rate = &a->rates[a->o.n_rates++];

                text.n -= percent;
                if (!tamis_number_parse(text, rate))
                        *rate = NAN;
                *rate = percent ? *rate / 100 : *rate;
                if (!(*rate > 0 && *rate < 1))
                        return tamis_fail(err, TAMIS_USAGE, "--rate: \"%s\" is no share between 0 and 1", one);
        }
        return 0;
}

static int count_of(const parsed *said, size_t option, uint64_t *ret, tamis_error *err) {
        int r = tamis_option_check(&verb_bench_options[option], value_of(said, option), err);

        if (r == 0)
                *ret = strtoull(value_of(said, option), NULL, 10);
        return r;
}

static int take_rest(struct asked *a, const parsed *said, tamis_error *err) {
        uint64_t repeats = 0;
        ssize_t n = readlink("/proc/self/exe", a->program, sizeof a->program - 1);
        int r = count_of(said, REPEATS, &repeats, err);

        if (r == 0)
                r = count_of(said, SEED, &a->o.seed, err);
        if (r < 0)
                return r;
        if (n <= 0)
                return tamis_fail(err, TAMIS_IO, "/proc/self/exe does not say where tamis is");
        if (!tamis_number_parse(tamis_slice_of(value_of(said, TIMEOUT)), &a->o.timeout) || !(a->o.timeout >= 0))
                return tamis_fail(err, TAMIS_USAGE, "--timeout: \"%s\" are no seconds", value_of(said, TIMEOUT));
        if (repeats < 1)
                return tamis_fail(err, TAMIS_USAGE, "--repeats: at least 1 is needed");
        if (a->o.n_strategies == 0)
                return tamis_fail(err, TAMIS_USAGE, "nobody to compare: -s mean,knn,auto, or --with 'NAME=COMMAND'");
        if (said->n_operands == 0)
                return tamis_fail(err, TAMIS_USAGE, "which files? They are read several times, so a pipe will not do");
        a->o.program = a->program;
        a->o.run = child_run;
        a->o.files = said->operands;
        a->o.n_files = said->n_operands;
        a->o.strategies = a->strategies;
        a->o.mechanisms = a->mechanisms;
        a->o.rates = a->rates;
        a->o.repeats = repeats;
        a->o.target = value_of(said, TARGET);
        a->o.ampute = value_of(said, AMPUTE);
        a->o.measures = value_of(said, MEASURES);
        a->o.model = value_of(said, MODEL);
        a->o.resume = value_of(said, RESUME);
        a->out.plot = value_of(said, PLOT);
        a->out.html = value_of(said, HTML);
        a->o.delimiter = options_value(said, verb_bench_options[DELIMITER].name);
        a->o.na = value_of(said, NA);
        a->o.types = value_of(said, TYPES);
        r = run_delimiter(value_of(said, DELIMITER), &a->o.delimiter_byte, err);
        if (r < 0)
                return r;
        if (a->o.model && !a->o.target)
                return tamis_fail(err, TAMIS_USAGE, "--model: of what? -t names the target");
        return 0;
}

static int ask(struct asked *a, const parsed *said, tamis_error *err) {
        int r = make_room(a, said, err);

        for (size_t i = 0; r == 0 && i < said->n_said; i++) {
                if (said->said[i].option == &verb_bench_options[STRATEGIES])
                        r = take_strategies(a, said->said[i].value, err);
                else if (said->said[i].option == &verb_bench_options[WITH])
                        r = take_program(a, said->said[i].value, err);
        }
        if (r == 0)
                r = take_lists(a, said, err);
        return r == 0 ? take_rest(a, said, err) : r;
}

/* Files that cannot be read, before anything is run. */
static int look_at_files(const struct asked *a, tamis_error *err) {
        for (size_t i = 0; i < a->o.n_files; i++) {
                const char *path = a->o.files[i];
                const tamis_reader_options how = { .paths = &path, .n_paths = 1,
                                                   .dialect = { .delimiter = a->o.delimiter_byte, .header = true } };
                tamis_reader *reader = NULL;
                int r;

                if (strcmp(path, "-") == 0)
                        return tamis_fail(err, TAMIS_USAGE,
                                          "standard input: it is read several times, so it must be a file");
                r = tamis_reader_new(&how, &reader, err);
                tamis_reader_free(reader);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* -- what is told -------------------------------------------------------------------------------------------------- */

static void tell_progress(void *arg, size_t done, size_t all, double seconds) {
        const struct asked *a = arg;
        static double drawn;
        struct timespec t;
        double left = seconds * (double) (all - done);
        char line[128];

        clock_gettime(CLOCK_MONOTONIC, &t);
        if (!say_on_terminal() || (double) t.tv_sec + 1e-9 * (double) t.tv_nsec - drawn < .25)
                return;
        drawn = (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
        snprintf(line, sizeof line, "%zu of %zu done, %.0f %s left%s", done, all, left < 90 ? left : left / 60,
                 left < 90 ? "s" : "min", a->o.resume ? "" : " (no --resume)");
        say_status(line);
}

static int check_whole(const struct asked *a, const tamis_bench *b, tamis_error *err) {
        size_t all = b->n_cells * a->o.n_strategies, done = 0;

        for (size_t i = 0; i < all; i++)
                done += b->groups[i].status != TAMIS_BENCH_NOT_RUN;
        if (done == all)
                return 0;
        return tamis_fail(err, TAMIS_IO, "stopped: %zu of %zu were done%s%s%s", done, all,
                          a->o.resume ? ", and are in " : "", a->o.resume ? a->o.resume : "",
                          a->o.resume ? ": the same command goes on" : "");
}

static int bench(const parsed *said, tamis_error *err) {
        struct asked a = {0};
        tamis_run_options run = {0};
        tamis_bench b = {0};
        run_said words = {0};
        int r = ask(&a, said, err);

        for (size_t i = 0; r == 0 && i < said->n_said; i++)
                if (said->said[i].of_run)
                        r = run_say(&words, said->said[i].option, said->said[i].value, err);
        if (r == 0)
                r = run_fill(&words, &run, err);
        if (r == 0)
                r = look_at_files(&a, err);
        if (r == 0 && a.out.plot)
                r = bench_plot_check(a.out.plot, err);
        if (r == 0) {
                a.out.table = a.o.resume || options_value(said, verb_bench_options[TABLE].name) ||
                        (!run.output && isatty(STDOUT_FILENO));
                a.out.path = run.output;
                a.o.threads = run.threads;
                a.o.stop = &stop;
                a.o.arg = &a;
                if (run_progress(&words) != PROGRESS_NEVER)
                        a.o.progress = tell_progress;
                watch_signals();
                r = tamis_bench_run(&a.o, &b, err);
                say_status("");
        }
        if (r == 0)
                r = check_whole(&a, &b, err);
        if (r == 0)
                r = bench_write(&b, &a.out, err);
        tamis_bench_done(&b);
        asked_done(&a);
        return r;
}

int verb_bench(const verb *v, int argc, char **argv, tamis_error *err) {
        parsed p = {0};
        int r = options_parse(v, argc, argv, &p, err);

        if (r < 0)
                return r;
        if (p.version)
                puts("tamis " TAMIS_VERSION);
        else
                r = p.help ? help_of_verb(v, err) : bench(&p, err);
        r = r < 0 ? r : say_flush(err);
        options_done(&p);
        if (r < 0 && err && !err->step)
                err->step = v->name;
        return r;
}
