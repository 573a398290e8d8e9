#include <math.h>
#include <stdlib.h>

#include "clean/state.h"

/* -- what was asked ------------------------------------------------------------------------------------------------ */

static int add_format(tamis_mend_wishes *w, const char *format, size_t n, tamis_error *err) {
        char **more = realloc(w->formats, (w->n_formats + 1) * sizeof *more);

        if (!more)
                return tamis_fail_memory(err);
        w->formats = more;
        more[w->n_formats] = strndup(format, n);
        if (!more[w->n_formats])
                return tamis_fail_memory(err);
        if (!tamis_date_format_is_whole(more[w->n_formats++]))
                return tamis_fail(err, TAMIS_USAGE,
                                  "--date-format %.*s: a year (%%Y, %%y), a month (%%m, %%b) and a day (%%d), with "
                                  "%%H, %%M and %%S if need be",
                                  (int) n, format);
        return 0;
}

static int read_formats(tamis_mend_wishes *w, const char *list, tamis_error *err) {
        int r = 0;

        for (const char *end; list && r == 0; list = *end ? end + 1 : NULL) {
                end = strchrnul(list, '|');
                r = add_format(w, list, (size_t) (end - list), err);
        }
        return r;
}

static int read_alike(tamis_mend_wishes *w, const char *list, tamis_error *err) {
        static const char *const names[] = { "case", "blanks", "punctuation" };
        bool *const flags[] = { &w->alike_case, &w->alike_blanks, &w->alike_punctuation };

        for (const char *end; list; list = *end ? end + 1 : NULL) {
                bool known = false;

                end = strchrnul(list, ',');
                for (size_t i = 0; i < 3; i++)
                        if (tamis_slice_equal((tamis_slice) { list, (size_t) (end - list) }, tamis_slice_of(names[i])))
                                *flags[i] = known = true;
                if (!known)
                        return tamis_fail(err, TAMIS_USAGE, "--alike: \"%.*s\" is none of case, blanks, punctuation",
                                          (int) (end - list), list);
        }
        return 0;
}

static void read_outliers(tamis_mend_wishes *w, const tamis_settings *settings) {
        static const char *const methods[] = { "iqr", "mad", "z" },
                                 *const actions[] = { "clip", "blank", "drop", "mark" };
        static const double limits[] = { 0, 1.5, 3.5, 3 };
        const char *method = tamis_settings_text(settings, "outliers");
        const char *action = tamis_settings_text(settings, "outliers-to");

        for (size_t i = 0; method && i < 3; i++)
                if (strcmp(method, methods[i]) == 0)
                        w->method = (tamis_out_method) (i + 1);
        for (size_t i = 0; i < 4; i++)
                if (strcmp(action, actions[i]) == 0)
                        w->action = (tamis_out_action) i;
        w->limit = tamis_settings_real(settings, "outlier-limit");
        if (isnan(w->limit))
                w->limit = limits[w->method];
}

static int check(const tamis_mend_wishes *w, const tamis_settings *settings, tamis_error *err) {
        const char *decimal = tamis_settings_text(settings, "decimal");

        if (strcmp(decimal, ".") != 0 && strcmp(decimal, ",") != 0)
                return tamis_fail(err, TAMIS_USAGE, "--decimal: . or ,");
        if (tamis_settings_given(settings, "decimal") && !w->numbers)
                return tamis_fail(err, TAMIS_USAGE, "--decimal goes with --numbers");
        if (w->n_formats && !w->dates)
                return tamis_fail(err, TAMIS_USAGE, "--date-format goes with --dates");
        if (w->flag && !tamis_settings_given(settings, "blank"))
                return tamis_fail(err, TAMIS_USAGE, "--flag goes with --blank");
        if (w->method == TAMIS_OUT_NONE && (tamis_settings_given(settings, "outliers-to")
                                            || tamis_settings_given(settings, "outlier-limit")))
                return tamis_fail(err, TAMIS_USAGE, "--outliers-to and --outlier-limit go with --outliers");
        if (w->method != TAMIS_OUT_NONE && !(w->limit > 0))
                return tamis_fail(err, TAMIS_USAGE, "--outlier-limit: more than 0");
        return 0;
}

int tamis_mends_configure(struct tamis_clean *s, tamis_error *err) {
        const tamis_settings *settings = s->context->settings;
        const char *dates = tamis_settings_text(settings, "dates");
        tamis_mend_wishes *w = &s->wishes;
        int r;

        w->numbers = tamis_settings_flag(settings, "numbers");
        w->booleans = tamis_settings_flag(settings, "booleans");
        w->dates = dates != NULL;
        w->parts = dates && strcmp(dates, "parts") == 0;
        w->flag = tamis_settings_flag(settings, "flag");
        w->decimal = tamis_settings_text(settings, "decimal")[0];
        w->map_file = tamis_settings_text(settings, "map");
        read_outliers(w, settings);
        r = read_formats(w, tamis_settings_text(settings, "date-format"), err);
        if (r == 0)
                r = read_alike(w, tamis_settings_text(settings, "alike"), err);
        w->any = w->numbers || w->booleans || w->dates || w->flag || w->map_file || w->method || w->alike_case
                 || w->alike_blanks || w->alike_punctuation;
        return r < 0 ? r : check(w, settings, err);
}
