#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "encode/state.h"

static const char *const unknowns[] = { "error", "ignore", "other", "zeros", "missing", NULL };
static const char *const holes[] = { "zeros", "column", NULL };

const tamis_option tamis_encode_options[] = {
        { "drop-first", 0, TAMIS_FLAG, NULL, NULL, "onehot: no column for the first level, for linear models", NULL },
        { "drop-if-binary", 0, TAMIS_FLAG, NULL, NULL, "onehot: one column instead of two, the second, where "
                                                       "there would be two", NULL },
        { "max-categories", 0, TAMIS_COUNT, "N", NULL, "keep the N-1 most frequent levels, "
          "the others become one", NULL },
        { "min-count", 0, TAMIS_COUNT, "N", NULL, "levels of fewer than N rows become one", NULL },
        { "unknown", 0, TAMIS_CHOICE, "HOW", "error", "a level that was not learned: error, ignore (0 in all columns, "
          "the value of what nothing is known of, or no code), other (as the rare ones), zeros, missing (an empty cell)",
          unknowns },
        { "missing", 0, TAMIS_CHOICE, "HOW", "zeros", "onehot, a missing cell: zeros, or a column of its own", holes },
        { "counts", 0, TAMIS_FLAG, NULL, NULL, "frequency: numbers of rows instead of shares", NULL },
        { "buckets", 0, TAMIS_COUNT, "N", "8", "hash: columns", NULL },
        { "smooth", 0, TAMIS_TEXT, "N", NULL, "target, woe: so many rows speak for the mean of all (target: auto, as "
          "the spread of the target says; woe: 1)", NULL },
        { "cross-fit", 0, TAMIS_COUNT, "K", "5", "target, woe: folds; a row learned from is encoded from the others", NULL },
        { "positive", 0, TAMIS_TEXT, "CLASS", NULL, "target, woe: which of two classes counts (default: the second)", NULL },
        { NULL },
};

/* Sorted by name. */
static const tamis_strategy *const encoders[] = {
        &tamis_encoder_binary.strategy, &tamis_encoder_frequency.strategy, &tamis_encoder_hash.strategy,
        &tamis_encoder_missing_flag.strategy, &tamis_encoder_onehot.strategy, &tamis_encoder_ordinal.strategy,
        &tamis_encoder_target.strategy, &tamis_encoder_woe.strategy,
};

const tamis_strategy *const *tamis_encoders(size_t *n) {
        *n = sizeof encoders / sizeof *encoders;
        return encoders;
}

/* -- what was asked ------------------------------------------------------------------------------------------------ */

static int add_wish(tamis_slice name, tamis_slice value, void *arg, tamis_error *err) {
        struct tamis_encode *e = arg;
        const tamis_strategy *strategy;
        struct tamis_encode_wish *more = realloc(e->wishes, (e->n_wishes + 1) * sizeof *more);
        char *word;
        int r;

        if (!more)
                return tamis_fail_memory(err);
        e->wishes = more;
        word = strndup(value.p ? value.p : "", value.n);
        if (!word)
                return tamis_fail_memory(err);
        r = tamis_strategy_find(&tamis_step_encode, word, &strategy, err);
        free(word);
        if (r < 0)
                return r;
        more[e->n_wishes] = (struct tamis_encode_wish) { .encoder = (const tamis_encoder *) strategy };
        if (name.p && !tamis_slice_equal(name, tamis_slice_of("*"))) {
                more[e->n_wishes].sel = strndup(name.p, name.n);
                if (!more[e->n_wishes].sel)
                        return tamis_fail_memory(err);
        }
        e->n_wishes++;
        return 0;
}

/* An option goes with some strategies: one of them must be there. */
static int check_one(const tamis_settings *settings, const char *option, bool fits, const char *which,
                     tamis_error *err) {
        return fits || !tamis_settings_given(settings, option)
                       ? 0 : tamis_fail(err, TAMIS_USAGE, "--%s goes with %s", option, which);
}

static int check_unknown(const struct tamis_encode *e, const char *unknown, tamis_error *err) {
        bool zeros = false, cells = false;

        for (size_t i = 0; i < e->n_wishes; i++) {
                zeros |= e->wishes[i].encoder->zeros;
                cells |= !e->wishes[i].encoder->zeros && !e->wishes[i].encoder->keeps;
        }
        if (!zeros && strcmp(unknown, "zeros") == 0)
                return tamis_fail(err, TAMIS_USAGE, "%s has no zeros to write for what it does not know: "
                                  "--unknown missing", e->wishes[0].encoder->strategy.name);
        if (!cells && strcmp(unknown, "missing") == 0)
                return tamis_fail(err, TAMIS_USAGE, "%s writes zeros for what it does not know: --unknown zeros",
                                  e->wishes[0].encoder->strategy.name);
        return 0;
}

static int check(const struct tamis_encode *e, const tamis_settings *settings, tamis_error *err) {
        bool onehot = false, frequency = false, hash = false, woe = false;
        int r = check_unknown(e, tamis_settings_text(settings, "unknown"), err);

        for (size_t i = 0; i < e->n_wishes; i++) {
                onehot |= e->wishes[i].encoder == &tamis_encoder_onehot;
                frequency |= e->wishes[i].encoder == &tamis_encoder_frequency;
                hash |= e->wishes[i].encoder == &tamis_encoder_hash;
                woe |= e->wishes[i].encoder == &tamis_encoder_woe;
        }
        if (r == 0 && !onehot && (e->options.drop_first || e->options.missing_column))
                return tamis_fail(err, TAMIS_USAGE, "--%s goes with onehot",
                                  e->options.drop_first ? "drop-first" : "missing column");
        if (r == 0)
                r = check_one(settings, "drop-if-binary", onehot, "onehot", err);
        if (r == 0 && e->options.drop_first && e->options.drop_binary)
                r = tamis_fail(
                        err, TAMIS_USAGE,
                        "--drop-first drops a column of every two already: --drop-if-binary does not go with it");
        if (r == 0)
                r = check_one(settings, "counts", frequency, "frequency", err);
        if (r == 0)
                r = check_one(settings, "buckets", hash, "hash", err);
        if (r == 0)
                r = check_one(settings, "smooth", e->supervised, "target and woe", err);
        if (r == 0)
                r = check_one(settings, "cross-fit", e->supervised, "target and woe", err);
        if (r == 0)
                r = check_one(settings, "positive", e->supervised, "target and woe", err);
        if (r < 0)
                return r;
        if (tamis_settings_given(settings, "max-categories") && e->options.max_slots == 0)
                return tamis_fail(err, TAMIS_USAGE, "--max-categories 0: at least 1");
        if (e->options.buckets < 1 || e->options.buckets > TAMIS_MAX_LEVELS)
                return tamis_fail(err, TAMIS_USAGE, "--buckets: 1 to %d", TAMIS_MAX_LEVELS);
        if (e->options.folds < 2 || e->options.folds > TAMIS_MAX_LEVELS)
                return tamis_fail(err, TAMIS_USAGE, "--cross-fit: 2 to %d folds", TAMIS_MAX_LEVELS);
        if (woe && e->options.smooth == 0)
                return tamis_fail(err, TAMIS_USAGE,
                                  "--smooth 0: with woe, a level of one class alone would be infinite");
        return 0;
}

static int read_smooth(struct tamis_encode *e, const char *text, tamis_error *err) {
        e->options.smooth = NAN;
        if (!text || strcmp(text, "auto") == 0)
                return 0;
        if (!tamis_number_parse(tamis_slice_of(text), &e->options.smooth) || e->options.smooth < 0)
                return tamis_fail(err, TAMIS_USAGE, "--smooth %s: auto, or a number from 0 on", text);
        return 0;
}

int tamis_encode_configure(void *state, const tamis_context *context, tamis_error *err) {
        struct tamis_encode *e = state;
        const tamis_settings *settings = context->settings;
        const char *unknown = tamis_settings_text(settings, "unknown");
        int r;

        e->context = context;
        e->options.drop_first = tamis_settings_flag(settings, "drop-first");
        e->options.drop_binary = tamis_settings_flag(settings, "drop-if-binary");
        e->options.max_slots = tamis_settings_count(settings, "max-categories");
        e->options.min_count = tamis_settings_count(settings, "min-count");
        e->options.pass_unknown = strcmp(unknown, "error") != 0;
        e->options.unknown_is_rare = strcmp(unknown, "other") == 0;
        e->unknown_missing = strcmp(unknown, "missing") == 0;
        e->options.missing_column = strcmp(tamis_settings_text(settings, "missing"), "column") == 0;
        e->options.counts = tamis_settings_flag(settings, "counts");
        e->options.buckets = tamis_settings_count(settings, "buckets");
        e->options.folds = tamis_settings_count(settings, "cross-fit");
        e->options.seed = context->seed;
        e->limited = !e->options.max_slots && !e->options.min_count;
        r = tamis_pairs(tamis_settings_text(settings, "strategy"), "--strategy", add_wish, e, err);
        for (size_t i = 0; i < e->n_wishes; i++)
                e->supervised |= e->wishes[i].encoder->supervised;
        if (r == 0)
                r = read_smooth(e, tamis_settings_text(settings, "smooth"), err);
        return r < 0 ? r : check(e, settings, err);
}

/* Folds are drawn, by the number of the row. */
unsigned tamis_encode_also(const void *state) {
        return ((const struct tamis_encode *) state)->supervised ? TAMIS_RANDOM | TAMIS_HOLDS_ROWS : 0;
}
