#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "help.h"
#include "look/profile.h"
#include "run_options.h"
#include "say.h"
#include "verb_profile.h"

enum { TARGET, COLUMNS, NA, TYPES, CSV, JSON, HTML, FAIL_ON, WIDTH };
enum { EXIT_FOUND = 3, USUAL_WIDTH = 80, LEAST_WIDTH = 60, MOST_WIDTH = 200 };

static const char *const fail_choices[] = { "never", "warning", "error", NULL };

const tamis_option verb_profile_options[] = {
        [TARGET] = { "target", 't', TAMIS_SELECTION, "COL", NULL, "the label: its balance, and what gives it away", NULL },
        [COLUMNS] = { "columns", 'c', TAMIS_SELECTION, "SEL", NULL, "columns to look at (default: all)", NULL },
        [NA] = { "na", 0, TAMIS_TEXT, "LIST", NULL, "more tokens that mean missing; =LIST: these and no others", NULL },
        [TYPES] = { "types", 0, TAMIS_TEXT, "LIST", NULL, "types that are not to be found out: 'zip=text,age=number'", NULL },
        [CSV] = { "csv", 0, TAMIS_FLAG, NULL, NULL, "write every figure as CSV: column,measure,value", NULL },
        [JSON] = { "json", 0, TAMIS_FLAG, NULL, NULL, "write everything as JSON", NULL },
        [HTML] = { "html", 0, TAMIS_FILE, "FILE", NULL, "write a page to look at into FILE, besides", NULL },
        [FAIL_ON] = { "fail-on", 0, TAMIS_CHOICE, "SEVERITY", "never", "exit with 3 where a finding is as bad "
                                                                       "as this, or worse",
                fail_choices },
        [WIDTH] = { "width", 0, TAMIS_COUNT, "N", NULL, "columns of text on a line (default: the terminal's, or 80)", NULL },
        { NULL },
};

const char verb_profile_details[] =
        "Reads the table once and shows, for each column: its type, how much is missing, how many different values, "
        "the usual figures, a small histogram, the most frequent values; for the table: where cells are missing, and "
        "which together; and what seems to be wrong, the worst first, each with the command that mends it.\n"
        "A finding is an error where a model trained on the table would most likely learn something false (a sentinel "
        "taken for a number, a feature that gives the target away), a warning where it may, a note where it is good to "
        "know. With --fail-on the exit status says so: 3.\n"
        "Quantiles, numbers of values and repeated rows are exact while they fit in memory (--memory); beyond it they "
        "are estimated, and said to be. What is of two columns at once is found in 50,000 rows drawn from the table, "
        "or in all where there are no more. Records with too few cells, or empty ones too many, are mended and found "
        "fault with, unless --ragged says otherwise.";

const char verb_profile_examples[] =
        "tamis profile titanic.csv\n"
        "tamis profile -t Survived --html titanic.html titanic.csv\n"
        "tamis profile --fail-on error -q new.csv || echo 'look at it first'\n"
        "tamis profile --csv data.csv | grep ',missing,'\n";

static bool said_flag(const parsed *said, size_t option) {
        return options_value(said, verb_profile_options[option].name) != NULL;
}

static size_t width_of(const parsed *said, bool terminal) {
        const char *text = options_value(said, verb_profile_options[WIDTH].name);
        struct winsize size;
        size_t width = USUAL_WIDTH;

        if (text)
                width = strtoull(text, NULL, 10);
        else if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
                width = size.ws_col;
        return width < LEAST_WIDTH ? LEAST_WIDTH : width > MOST_WIDTH ? MOST_WIDTH : width;
}

/* As https://no-color.org has it: set, and not empty. */
static bool may_colour(void) {
        const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

        return !(no && *no) && term && strcmp(term, "dumb") != 0;
}

static int write_file(const char *path, const tamis_buffer *text, tamis_error *err) {
        tamis_output *output = NULL;
        int r = tamis_output_new(path, &output, err);

        if (r == 0)
                r = tamis_output_write(output, text->p, text->n, err);
        if (r == 0)
                r = tamis_output_commit(output, err);
        tamis_output_free(output);
        return r;
}

static int show(const parsed *said, const tamis_profile *p, const char *path, tamis_buffer *out, tamis_error *err) {
        bool terminal = (!path || strcmp(path, "-") == 0) && isatty(STDOUT_FILENO);

        if (said_flag(said, CSV))
                return tamis_profile_csv(p, out, err);
        if (said_flag(said, JSON))
                return tamis_profile_json(p, out, err);
        return tamis_profile_text(p, width_of(said, terminal), terminal && may_colour(), out, err);
}

static int write_all(const parsed *said, const tamis_run_options *run, const tamis_profile *p, tamis_error *err) {
        const char *html = options_value(said, verb_profile_options[HTML].name);
        tamis_buffer text = {0};
        int r = 0;

        if (html)
                r = tamis_profile_html(p, &text, err);
        if (r == 0 && html)
                r = write_file(html, &text, err);
        text.n = 0;
        if (r == 0 && run->report)
                r = tamis_profile_json(p, &text, err);
        if (r == 0 && run->report)
                r = write_file(run->report, &text, err);
        text.n = 0;
        if (r == 0)
                r = show(said, p, run->output, &text, err);
        if (r == 0)
                r = write_file(run->output, &text, err);
        tamis_buffer_done(&text);
        return r;
}

static int status_of(const parsed *said, const tamis_profile *p) {
        const char *on = options_value(said, verb_profile_options[FAIL_ON].name);
        tamis_look_severity least = on && strcmp(on, "warning") == 0 ? TAMIS_LOOK_WARNING : TAMIS_LOOK_ERROR;

        if (!on || strcmp(on, "never") == 0)
                return 0;
        return p->n_findings > 0 && p->findings[0].severity >= least ? EXIT_FOUND : 0;
}

static int profile(const parsed *said, tamis_error *err) {
        tamis_run_options run = { .input = { .paths = (const char *const *) said->operands,
                                             .n_paths = said->n_operands } };
        tamis_profile_options o = {
                .target = options_value(said, verb_profile_options[TARGET].name),
                .columns = options_value(said, verb_profile_options[COLUMNS].name),
                .na = options_value(said, verb_profile_options[NA].name),
                .types = options_value(said, verb_profile_options[TYPES].name),
                .progress = progress_report,
        };
        tamis_profile p = {0};
        run_said words = {0};
        int r = 0;

        if (said_flag(said, CSV) && said_flag(said, JSON))
                return tamis_fail(err, TAMIS_USAGE, "--csv and --json: one of them");
        for (size_t i = 0; r == 0 && i < said->n_said; i++)
                if (said->said[i].of_run)
                        r = run_say(&words, said->said[i].option, said->said[i].value, err);
        if (r == 0)
                r = run_fill(&words, &run, err);
        if (r < 0)
                return r;
        o.input = run.input;
        o.threads = run.threads;
        if (!words.value[RUN_RAGGED])
                o.input.ragged = TAMIS_RAGGED_PAD;
        progress_start(run_progress(&words));
        r = tamis_profile_table(&o, &p, err);
        progress_end();
        if (r == 0)
                r = write_all(said, &run, &p, err);
        if (r == 0 && words.value[RUN_VERBOSE])
                progress_summary();
        if (r == 0)
                r = status_of(said, &p);
        tamis_profile_done(&p);
        return r;
}

int verb_profile(const verb *v, int argc, char **argv, tamis_error *err) {
        parsed p = {0};
        int r = options_parse(v, argc, argv, &p, err), flushed;

        if (r < 0)
                return r;
        if (p.version)
                puts("tamis " TAMIS_VERSION);
        else
                r = p.help ? help_of_verb(v, err) : profile(&p, err);
        flushed = r < 0 ? 0 : say_flush(err);
        r = flushed < 0 ? flushed : r;
        options_done(&p);
        if (r < 0 && err && !err->step)
                err->step = v->name;
        return r;
}
