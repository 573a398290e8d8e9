#include <stdlib.h>

#include <tamis/number.h>

#include "run_options.h"

enum { MOST_THREADS = 1024 };

static const char *const ragged_choices[] = { "error", "pad", "skip", NULL };
static const char *const learn_choices[] = { "train", "all", NULL };
static const char *const progress_choices[] = { "auto", "always", "never", NULL };

const run_option run_options[RUN_N] = {
        [RUN_SAVE] = { { "save", 0, TAMIS_FILE, "FILE", NULL, "save what the chain learned, for `tamis apply`", NULL },
                HEADING_LEARNING, TAKES_LEARNING },
        [RUN_LEARN_FROM] = { { "learn-from", 0, TAMIS_CHOICE, "ROWS", "train",
                "rows to learn from, where a column _split marks them", learn_choices },
                HEADING_LEARNING, TAKES_LEARNING },
        [RUN_REPORT] = { { "report", 0, TAMIS_FILE, "FILE", NULL, "write what was done as JSON", NULL },
                HEADING_WRITING, TAKES_RUN },
        [RUN_DELIMITER] = { { "delimiter", 'd', TAMIS_TEXT, "C", ",", "what stands between cells: one byte, tab or auto",
                NULL }, HEADING_READING, TAKES_INPUT },
        [RUN_NO_HEADER] = { { "no-header", 'n', TAMIS_FLAG, NULL, NULL, "the first record holds no names", NULL },
                HEADING_READING, TAKES_INPUT },
        [RUN_RAGGED] = { { "ragged", 0, TAMIS_CHOICE, "HOW", "error", "records with too few or too many cells",
                ragged_choices }, HEADING_READING, TAKES_INPUT },
        [RUN_REJECTS] = { { "rejects", 0, TAMIS_FILE, "FILE", NULL, "set malformed records aside in FILE", NULL },
                HEADING_READING, TAKES_INPUT },
        [RUN_OUTPUT] = { { "output", 'o', TAMIS_FILE, "FILE", NULL, "write to FILE, which appears when it is whole", NULL },
                HEADING_WRITING, TAKES_OUTPUT },
        [RUN_THREADS] = { { "threads", 'j', TAMIS_COUNT, "N", NULL, "threads to use (default: one per processor)", NULL },
                HEADING_RUNNING, TAKES_RUN },
        [RUN_MEMORY] = { { "memory", 0, TAMIS_TEXT, "SIZE", NULL,
                "what of a pipe is kept in memory before a temporary file is used (default: a quarter of the machine's)",
                NULL }, HEADING_RUNNING, TAKES_RUN },
        [RUN_PROGRESS] = { { "progress", 0, TAMIS_CHOICE, "WHEN", "auto", "a line on standard error that says how far",
                progress_choices }, HEADING_RUNNING, TAKES_RUN },
        [RUN_QUIET] = { { "quiet", 'q', TAMIS_FLAG, NULL, NULL, "no warnings and no progress; errors still", NULL },
                HEADING_RUNNING, TAKES_RUN },
        [RUN_VERBOSE] = { { "verbose", 'v', TAMIS_FLAG, NULL, NULL, "say at the end what was read and how long it took",
                NULL }, HEADING_RUNNING, TAKES_RUN },
        [RUN_HELP] = { { "help", 'h', TAMIS_FLAG, NULL, NULL, "show this help", NULL }, HEADING_HELP, TAKES_HELP },
        [RUN_VERSION] = { { "version", 0, TAMIS_FLAG, NULL, NULL, "show the version", NULL }, HEADING_HELP, TAKES_HELP },
};

int run_delimiter(const char *text, char *ret, tamis_error *err) {
        if (strcmp(text, "auto") == 0) {
                *ret = 0;
                return 0;
        }
        if (strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0)
                text = "\t";
        if (strlen(text) != 1)
                return tamis_fail(err, TAMIS_USAGE, "--delimiter %s: one byte is needed, or tab, or auto", text);
        if (strchr("\"\r\n", *text))
                return tamis_fail(err, TAMIS_USAGE, "--delimiter: a quote or a line end cannot stand between cells");
        *ret = *text;
        return 0;
}

int run_size(const char *text, uint64_t *ret, tamis_error *err) {
        static const char units[] = "KMGT";
        tamis_slice number = tamis_slice_of(text);
        double factor = 1, v;
        const char *unit = NULL;

        if (number.n > 1 && (number.p[number.n - 1] == 'B' || number.p[number.n - 1] == 'b'))
                number.n--;
        if (number.n > 1)
                unit = strchr(units, number.p[number.n - 1] & ~0x20);
        if (unit && *unit) {
                number.n--;
                for (const char *u = units; u <= unit; u++)
                        factor *= 1024;
        }
        if (!tamis_number_parse(number, &v) || !(v > 0) || v * factor >= 0x1p63)
                return tamis_fail(err, TAMIS_USAGE, "--memory %s: a size is needed, such as 512M or 4G", text);
        *ret = (uint64_t) (v * factor);
        return 0;
}

static int check(size_t which, const char *value, tamis_error *err) {
        uint64_t size;
        char delimiter;

        switch (which) {
        case RUN_DELIMITER:
                return run_delimiter(value, &delimiter, err);
        case RUN_MEMORY:
                return run_size(value, &size, err);
        case RUN_THREADS:
                if (tamis_option_check(&run_options[which].option, value, NULL) == 0 && strtoull(value, NULL, 10) > 0 &&
                    strtoull(value, NULL, 10) <= MOST_THREADS)
                        return 0;
                return tamis_fail(err, TAMIS_USAGE, "--threads %s: a whole number from 1 to %d is needed", value,
                                  MOST_THREADS);
        default:
                return tamis_option_check(&run_options[which].option, value, err);
        }
}

int run_say(run_said *said, const tamis_option *option, const char *value, tamis_error *err) {
        size_t which = 0;
        int r;

        while (which < RUN_N && option != &run_options[which].option)
                which++;
        if (which == RUN_N)
                return tamis_fail(err, TAMIS_USAGE, "--%s is no option of a run", option->name);
        if (option->kind == TAMIS_FLAG)
                value = "";
        r = check(which, value, err);
        if (r < 0)
                return r;
        if (said->value[which] && strcmp(said->value[which], value) != 0)
                return tamis_fail(err, TAMIS_USAGE, "--%s is given twice: %s and %s", option->name, said->value[which],
                                  value);
        said->value[which] = value;
        return 0;
}

static const char *value_of(const run_said *said, size_t which) {
        return said->value[which] ? said->value[which] : run_options[which].option.fallback;
}

static int choice_of(const run_said *said, size_t which) {
        const char *value = value_of(said, which);
        int i = 0;

        while (strcmp(run_options[which].option.choices[i], value) != 0)
                i++;
        return i;
}

int run_fill(const run_said *said, tamis_run_options *ret, tamis_error *err) {
        int r;

        r = run_delimiter(value_of(said, RUN_DELIMITER), &ret->input.dialect.delimiter, err);
        if (r == 0 && said->value[RUN_MEMORY])
                r = run_size(said->value[RUN_MEMORY], &ret->input.memory, err);
        if (r < 0)
                return r;
        ret->input.dialect.header = !said->value[RUN_NO_HEADER];
        ret->input.ragged = (tamis_ragged) choice_of(said, RUN_RAGGED);
        ret->input.rejects = said->value[RUN_REJECTS];
        ret->output = said->value[RUN_OUTPUT];
        ret->save = said->value[RUN_SAVE];
        ret->report = said->value[RUN_REPORT];
        ret->learn_all = choice_of(said, RUN_LEARN_FROM) == 1;
        if (said->value[RUN_THREADS])
                ret->threads = (unsigned) strtoul(said->value[RUN_THREADS], NULL, 10);
        return 0;
}

progress_mode run_progress(const run_said *said) {
        return said->value[RUN_QUIET] ? PROGRESS_NEVER : (progress_mode) choice_of(said, RUN_PROGRESS);
}
