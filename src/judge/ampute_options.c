#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "judge/ampute.h"

static const char *const mechanisms[] = { "mar", "mcar", "mnar", NULL };        /* as tamis_mechanism */
static const char *const types[] = { "right", "left", "mid", "tail", NULL };    /* as tamis_curve_type */
static const char *const shares_of[] = { "cells", "rows", NULL };

const tamis_option tamis_ampute_options[] = {
        { "mechanism", 0, TAMIS_CHOICE, "NAME", NULL, "the same as --strategy", mechanisms },
        { "rate", 0, TAMIS_SHARE, "SHARE", NULL, "how much goes, of --of (default: .1, or the width of --window)", NULL },
        { "of", 0, TAMIS_CHOICE, "WHAT", "cells", "what --rate is a share of: cells that are there, or "
                                                  "rows that lose one",
          shares_of },
        { "type", 0, TAMIS_CHOICE, "TYPE", "right", "whose cells go under mar and mnar: high scores (right), low "
          "(left), middling (mid), extreme (tail)", types },
        { "by", 0, TAMIS_SELECTION, "SEL", NULL, "mar: the columns that the probability hangs on; they stay whole", NULL },
        { "patterns", 0, TAMIS_FILE, "FILE", NULL, "CSV of 0 (goes) and 1 (stays) by column, a row a pattern, "
                                                   "_frequency if need be",
          NULL },
        { "weights", 0, TAMIS_FILE, "FILE", NULL, "CSV of the weights of columns in the score, a row a pattern", NULL },
        { "window", 0, TAMIS_TEXT, "LO:HI", NULL, "mar and mnar: only where the score's quantile lies there; "
          "'draw' draws where it begins", NULL },
        { "run", 0, TAMIS_COUNT, "ROWS", NULL, "mcar: so many rows of a column at a time", NULL },
        { "block", 0, TAMIS_TEXT, "ROWSxCOLS", NULL, "mcar: so many rows of so many columns side by side at a time", NULL },
        { "truth", 0, TAMIS_FILE, "FILE", NULL, "write the cells that went: row,column,value", NULL },
        { NULL },
};

static int choice(const tamis_settings *settings, const char *name, const char *const *choices) {
        const char *text = tamis_settings_text(settings, name);
        int i = 0;

        while (choices[i] && strcmp(choices[i], text) != 0)
                i++;
        return i;
}

/* -s and --mechanism are one. */
static int configure_mechanism(tamis_ampute *s, tamis_error *err) {
        const tamis_settings *settings = s->context->settings;
        const char *strategy = tamis_settings_text(settings, "strategy");
        const char *name = tamis_settings_text(settings, "mechanism");
        const tamis_strategy *found;
        int r, i = 0;

        if (name && tamis_settings_given(settings, "strategy") && strcmp(name, strategy) != 0)
                return tamis_fail(err, TAMIS_USAGE, "--strategy %s and --mechanism %s: they are one, and one is enough",
                                  strategy, name);
        r = tamis_strategy_find(s->context->type, name ? name : strategy, &found, err);
        if (r < 0)
                return r;
        while (strcmp(mechanisms[i], found->name) != 0)
                i++;
        s->mechanism = (tamis_mechanism) i;
        return 0;
}

static bool parse_share(tamis_slice text, double *ret) {
        bool percent = text.n > 0 && text.p[text.n - 1] == '%';

        text.n -= percent;
        if (!tamis_number_parse(text, ret))
                return false;
        *ret /= percent ? 100 : 1;
        return *ret >= 0 && *ret <= 1;
}

static int configure_window(tamis_ampute *s, tamis_error *err) {
        const char *text = tamis_settings_text(s->context->settings, "window"), *colon;

        if (!text)
                return 0;
        s->window = true;
        s->draws_window = strcmp(text, "draw") == 0;
        if (s->draws_window)
                return 0;
        colon = strchr(text, ':');
        if (!colon || !parse_share((tamis_slice) { text, (size_t) (colon - text) }, &s->low)
            || !parse_share(tamis_slice_of(colon + 1), &s->high) || s->low >= s->high)
                return tamis_fail(err, TAMIS_USAGE,
                                  "--window %s: two shares are needed, the lower first, as in .2:.5 or 20%%:50%%, "
                                  "or the word draw",
                                  text);
        return 0;
}

static bool parse_count(const char *text, const char *end, uint64_t *ret) {
        uint64_t n = 0;

        if (text == end || end - text > 12)
                return false;
        for (; text < end; text++) {
                if (*text < '0' || *text > '9')
                        return false;
                n = n * 10 + (uint64_t) (*text - '0');
        }
        *ret = n;
        return n > 0;
}

static int configure_runs(tamis_ampute *s, tamis_error *err) {
        const tamis_settings *settings = s->context->settings;
        const char *block = tamis_settings_text(settings, "block"), *x = block ? strchr(block, 'x') : NULL;

        if (tamis_settings_given(settings, "run")) {
                s->run = tamis_settings_count(settings, "run");
                if (s->run < 1 || s->run > UINT32_MAX)
                        return tamis_fail(err, TAMIS_USAGE, "--run %s: from 1 to 4294967295 rows",
                                          tamis_settings_text(settings, "run"));
                s->way = TAMIS_BY_RUNS;
        }
        if (block && (!x || !parse_count(block, x, &s->run) || !parse_count(x + 1, block + strlen(block), &s->across)
                      || s->run > UINT32_MAX || s->across > UINT32_MAX))
                return tamis_fail(err, TAMIS_USAGE, "--block %s: rows and columns are needed, as in 50x3", block);
        if (block)
                s->way = TAMIS_BY_RUNS;
        return 0;
}

/* What does not go together, and what to do instead. */
static int refuse(const tamis_ampute *s, tamis_error *err) {
        static const struct { const char *a, *b, *why; } pairs[] = {
                { "run", "block", "a run is a block of one column" },
                { "run", "patterns", "runs choose cells by themselves" },
                { "block", "patterns", "blocks choose cells by themselves" },
                { "run", "of", "runs are of cells" },
                { "block", "of", "blocks are of cells" },
                { "columns", "patterns", "the patterns say which columns lose cells" },
                { "by", "weights", "the weights name their columns" },
                { "type", "window", "inside a window one cell is as good as another" },
        };
        static const char *const scored[] = { "type", "by", "weights", "window" };
        const tamis_settings *settings = s->context->settings;

        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
                if (tamis_settings_given(settings, pairs[i].a) && tamis_settings_given(settings, pairs[i].b))
                        return tamis_fail(err, TAMIS_USAGE, "--%s and --%s: %s", pairs[i].a, pairs[i].b, pairs[i].why);
        for (size_t i = 0; i < sizeof scored / sizeof *scored; i++)
                if (s->mechanism == TAMIS_MCAR && tamis_settings_given(settings, scored[i]))
                        return tamis_fail(err, TAMIS_USAGE, "--%s: under mcar holes hang on nothing (-s mar, -s mnar)",
                                          scored[i]);
        if (s->way == TAMIS_BY_RUNS && s->mechanism != TAMIS_MCAR)
                return tamis_fail(err, TAMIS_USAGE, "--%s goes with -s mcar", s->across ? "block" : "run");
        if (s->mechanism == TAMIS_MNAR && tamis_settings_given(settings, "by"))
                return tamis_fail(err, TAMIS_USAGE,
                                  "--by goes with -s mar: under mnar holes hang on the cells that go");
        if (s->way == TAMIS_BY_CELLS && s->mechanism == TAMIS_MNAR && tamis_settings_given(settings, "weights"))
                return tamis_fail(err, TAMIS_USAGE,
                                  "--weights with -s mnar needs --patterns or --of rows: cell by cell, holes hang "
                                  "on the cell alone");
        return 0;
}

int tamis_ampute_configure(void *state, const tamis_context *context, tamis_error *err) {
        tamis_ampute *s = state;
        const tamis_settings *settings = context->settings;
        const char *truth = tamis_settings_text(settings, "truth");
        int r;

        s->context = context;
        s->of_rows = choice(settings, "of", shares_of) == 1;
        s->type = (tamis_curve_type) choice(settings, "type", types);
        s->way = s->of_rows || tamis_settings_given(settings, "patterns") ? TAMIS_BY_PATTERNS : TAMIS_BY_CELLS;
        r = configure_mechanism(s, err);
        if (r == 0)
                r = configure_window(s, err);
        if (r == 0)
                r = configure_runs(s, err);
        if (r == 0)
                r = refuse(s, err);
        if (r < 0)
                return r;
        s->rate = tamis_settings_real(settings, "rate");
        if (isnan(s->rate))
                s->rate = s->window && !s->draws_window ? s->high - s->low : .1;
        if (truth && strcmp(truth, "-") == 0)
                return tamis_fail(err, TAMIS_USAGE, "--truth -: standard output is for the table; a file is needed");
        return 0;
}
