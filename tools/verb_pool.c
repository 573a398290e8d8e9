#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>
#include <tamis/rubin.h>
#include <tamis/stats.h>

#include "help.h"
#include "run_options.h"
#include "say.h"
#include "verb_pool.h"

enum { ESTIMATE, ERROR, TERM, IMPUTATION, DFCOM_COLUMN, N_COLUMNS, DFCOM = N_COLUMNS, CONF };

const tamis_option verb_pool_options[] = {
        [ESTIMATE] = { "estimate", 0, TAMIS_TEXT, "COL", "estimate", "the column of estimates", NULL },
        [ERROR] = { "std-error", 0, TAMIS_TEXT, "COL", "std.error", "the column of their standard errors", NULL },
        [TERM] = { "term", 0, TAMIS_TEXT, "COL", "term", "what is estimated; without the column, all "
                                                         "rows are of one term",
                NULL },
        [IMPUTATION] = { "imputation", 0, TAMIS_TEXT, "COL", "imputation",
                "the imputation a row is of, where that is to be checked; rows of imputation 0 are left out", NULL },
        [DFCOM_COLUMN] = { "df", 0, TAMIS_TEXT, "COL", "df.residual",
                "the column of degrees of freedom that the complete data have; the least of a term counts", NULL },
        [DFCOM] = { "dfcom", 0, TAMIS_REAL, "N", NULL,
                "the same for all terms, whatever a column says (default: without end, as of a large sample)", NULL },
        [CONF] = { "conf", 0, TAMIS_SHARE, "P", "0.95", "the confidence of the interval", NULL },
        { NULL },
};

const char verb_pool_details[] =
        "Reads a table with an estimate and a standard error in each row, some rows of each term: one for each "
        "imputation. Writes one row for each term, in the order they came, by Rubin's rules, as pool() of R's mice: "
        "the pooled estimate, its standard error, the statistic and its degrees of freedom (Barnard and Rubin's), the "
        "two-sided p value, the interval; then riv (how much what is missing adds to the variance, in parts of that "
        "within), lambda (its share of the whole), fmi (the share of the information that is missing), ubar, b and t "
        "(the variance within imputations, between them, and in all) and dfcom. A number without end is an empty cell.";

const char verb_pool_examples[] =
        "tamis pool --dfcom 197 estimates.csv\n"
        "tamis pool --estimate b --std-error se --term name -o pooled.csv fits.csv\n";

/* One term's rows so far. */
struct term {
        double *estimates, *errors;
        size_t n, capacity;
        double dfcom;
        tamis_dict imputations;
};

struct pooling {
        tamis_schema schema;
        tamis_missing missing;
        long at[N_COLUMNS];             /* -1: there is none */
        tamis_dict names;
        struct term *terms;
        double dfcom, conf;
};

static void pooling_done(struct pooling *p) {
        for (size_t i = 0; i < p->names.n; i++) {
                free(p->terms[i].estimates);
                free(p->terms[i].errors);
                tamis_dict_done(&p->terms[i].imputations);
        }
        free(p->terms);
        tamis_dict_done(&p->names);
        tamis_missing_done(&p->missing);
        tamis_schema_done(&p->schema);
}

/* -- what was asked ------------------------------------------------------------------------------------------------ */

static const char *value_of(const parsed *said, size_t option) {
        const char *value = options_value(said, verb_pool_options[option].name);

        return value ? value : verb_pool_options[option].fallback;
}

/* A column that was not named is one that may be absent, but for the two that matter. */
static int find_columns(struct pooling *p, const parsed *said, tamis_error *err) {
        for (size_t i = 0; i < N_COLUMNS; i++) {
                bool named = options_value(said, verb_pool_options[i].name) != NULL;
                char what[32];
                size_t at;
                int r;

                snprintf(what, sizeof what, "--%s", verb_pool_options[i].name);
                p->at[i] = tamis_schema_find(&p->schema, tamis_slice_of(value_of(said, i)));
                if (p->at[i] < 0 && !named && i == IMPUTATION)
                        p->at[i] = tamis_schema_find(&p->schema, tamis_slice_of("_imputation"));
                if (p->at[i] >= 0 || (!named && i != ESTIMATE && i != ERROR))
                        continue;
                if (!named)
                        return tamis_fail(err, TAMIS_USAGE, "no column \"%s\" (%s COL says which it is)",
                                          value_of(said, i), what);
                r = tamis_select_one(&p->schema, value_of(said, i), what, &at, err);
                if (r < 0)
                        return r;
                p->at[i] = (long) at;
        }
        return 0;
}

static int read_numbers(struct pooling *p, const parsed *said, tamis_error *err) {
        const char *dfcom = value_of(said, DFCOM), *conf = value_of(said, CONF);
        size_t n = strlen(conf);
        bool percent = n > 0 && conf[n - 1] == '%';
        int r = tamis_option_check(&verb_pool_options[CONF], conf, err);

        p->dfcom = INFINITY;
        if (r == 0 && dfcom)
                r = tamis_option_check(&verb_pool_options[DFCOM], dfcom, err);
        if (r < 0)
                return r;
        if (dfcom && (!tamis_number_parse(tamis_slice_of(dfcom), &p->dfcom) || p->dfcom <= 0))
                return tamis_fail(err, TAMIS_USAGE, "--dfcom %s: a number above 0 is needed", dfcom);
        (void) tamis_number_parse((tamis_slice) { conf, n - percent }, &p->conf);
        p->conf /= percent ? 100 : 1;
        if (p->conf <= 0 || p->conf >= 1)
                return tamis_fail(err, TAMIS_USAGE, "--conf %s: between 0 and 1", conf);
        return 0;
}

/* -- the table in -------------------------------------------------------------------------------------------------- */

static int term_of(struct pooling *p, tamis_slice name, struct term **ret, tamis_error *err) {
        size_t code, before = p->names.n;
        int r = tamis_dict_add(&p->names, name, 1, &code, err);

        if (r == 0 && p->names.n > before) {
                struct term *more = realloc(p->terms, p->names.n * sizeof *more);

                if (!more) {
                        p->names.n--;   /* as many as there are terms to free */
                        return tamis_fail_memory(err);
                }
                p->terms = more;
                p->terms[code] = (struct term) { .dfcom = INFINITY };
        }
        *ret = r == 0 ? &p->terms[code] : NULL;
        return r;
}

static int add(struct term *t, double estimate, double error, tamis_error *err) {
        if (t->n == t->capacity) {
                size_t capacity = t->capacity ? 2 * t->capacity : 8;
                double *estimates = realloc(t->estimates, capacity * sizeof *estimates), *errors;

                if (!estimates)
                        return tamis_fail_memory(err);
                t->estimates = estimates;
                errors = realloc(t->errors, capacity * sizeof *errors);
                if (!errors)
                        return tamis_fail_memory(err);
                t->errors = errors;
                t->capacity = capacity;
        }
        t->estimates[t->n] = estimate;
        t->errors[t->n++] = error;
        return 0;
}

/* Each imputation once a term. */
static int check_imputation(struct pooling *p, struct term *t, tamis_batch *b, size_t row, bool *skip,
                            tamis_error *err) {
        tamis_slice text = tamis_batch_text(b, row, (size_t) p->at[IMPUTATION]);
        size_t before = t->imputations.n, code;
        int r;

        *skip = tamis_slice_equal(text, tamis_slice_of("0"));
        r = tamis_dict_add(&t->imputations, text, 1, &code, err);
        if (r == 0 && t->imputations.n == before)
                return tamis_batch_fail(b, row, (size_t) p->at[IMPUTATION], err,
                                        "\"%.*s\" is there twice for the same term", (int) text.n, text.p);
        return r;
}

static int add_row(struct pooling *p, tamis_batch *b, size_t row, const double *const *numbers, tamis_error *err) {
        tamis_slice name = p->at[TERM] < 0 ? tamis_slice_of("") : tamis_batch_text(b, row, (size_t) p->at[TERM]);
        bool skip = false;
        struct term *t = NULL;
        int r = term_of(p, name, &t, err);

        if (r == 0 && p->at[IMPUTATION] >= 0)
                r = check_imputation(p, t, b, row, &skip, err);
        if (r < 0 || skip)
                return r;
        for (size_t i = ESTIMATE; i <= ERROR; i++)
                if (isnan(numbers[i][row]))
                        return tamis_batch_fail(b, row, (size_t) p->at[i], err,
                                                "missing: every imputation must have been "
                                                "estimated");
        if (numbers[ERROR][row] < 0)
                return tamis_batch_fail(b, row, (size_t) p->at[ERROR], err, "a standard error below 0");
        if (numbers[DFCOM_COLUMN] && numbers[DFCOM_COLUMN][row] <= 0)
                return tamis_batch_fail(b, row, (size_t) p->at[DFCOM_COLUMN], err,
                                        "degrees of freedom must be above 0");
        if (numbers[DFCOM_COLUMN] && numbers[DFCOM_COLUMN][row] < t->dfcom)
                t->dfcom = numbers[DFCOM_COLUMN][row];
        return add(t, numbers[ESTIMATE][row], numbers[ERROR][row], err);
}

static int add_batch(struct pooling *p, tamis_batch *b, tamis_error *err) {
        const double *numbers[N_COLUMNS] = { NULL };
        int r = tamis_batch_begin(b, err);

        b->schema = &p->schema;
        b->missing = &p->missing;
        b->precision = -1;
        for (size_t i = 0; r == 0 && i < N_COLUMNS; i++)
                if (p->at[i] >= 0 && i != TERM && i != IMPUTATION)
                        r = tamis_batch_numbers_only(b, (size_t) p->at[i], &numbers[i], err);
        for (size_t row = 0; r == 0 && row < b->n_rows; row++)
                r = add_row(p, b, row, numbers, err);
        return r == 0 && b->no_memory ? tamis_fail_memory(err) : r;
}

static int read_table(struct pooling *p, const parsed *said, const tamis_reader_options *options, tamis_reader **reader,
                      tamis_error *err) {
        tamis_batch b = {0};
        int r = tamis_reader_new(options, reader, err);

        if (r == 0)
                r = tamis_schema_from_header(tamis_reader_header(*reader), tamis_reader_dialect(*reader), &p->schema,
                                             err);
        if (r == 0)
                r = find_columns(p, said, err);
        if (r == 0)
                r = tamis_missing_init(&p->missing, NULL, err);
        while (r == 0) {
                tamis_batch_reset(&b);
                r = tamis_reader_next(*reader, &b.chunk, err);
                if (r < 0 || b.chunk.records == 0)
                        break;
                r = add_batch(p, &b, err);
        }
        tamis_batch_done(&b);
        return r == 0 ? tamis_reader_commit(*reader, err) : r;
}

/* -- the table out ------------------------------------------------------------------------------------------------- */

static int write_number(tamis_buffer *out, char delimiter, double x, tamis_error *err) {
        int r = tamis_buffer_reserve(out, TAMIS_NUMBER_MAX + 1, err);

        if (r < 0)
                return r;
        out->p[out->n++] = delimiter;
        if (isfinite(x))
                out->n += tamis_number_print(x, out->p + out->n);
        return 0;
}

static int write_term(const struct pooling *p, size_t i, const tamis_dialect *dialect, tamis_buffer *out,
                      tamis_error *err) {
        tamis_slice name = p->names.entries[i].text;
        const struct term *t = &p->terms[i];
        tamis_rubin a;
        int r;

        if (t->n == 0)
                return 0;
        if (t->n < 2)
                return tamis_fail(err, TAMIS_BAD_DATA,
                                  "%s%.*s%s: one estimate; pooling needs those of two imputations at least",
                                  name.n ? "term \"" : "the table", (int) name.n, name.p, name.n ? "\"" : "");
        r = tamis_rubin_pool(t->estimates, t->errors, t->n, isinf(p->dfcom) ? t->dfcom : p->dfcom, p->conf, &a, err);
        if (r == 0)
                r = tamis_cell_write(out, name, dialect->delimiter, false, err);
        if (r == 0) {
                const double cells[] = { (double) a.m, a.estimate, a.error, a.statistic, a.df, a.p, a.low,  a.high,
                                         a.riv,        a.lambda,   a.fmi,   a.ubar,      a.b,  a.t, a.dfcom };

                for (size_t k = 0; r == 0 && k < sizeof cells / sizeof *cells; k++)
                        r = write_number(out, dialect->delimiter, cells[k], err);
        }
        return r == 0 ? tamis_buffer_add(out, dialect->eol, strlen(dialect->eol), err) : r;
}

static int write_table(const struct pooling *p, const tamis_dialect *dialect, const char *path, tamis_error *err) {
        static const char *const names[] = { "term",    "m",        "estimate",  "std.error", "statistic", "df",
                                             "p.value", "conf.low", "conf.high", "riv",       "lambda",    "fmi",
                                             "ubar",    "b",        "t",         "dfcom" };
        size_t n = sizeof names / sizeof *names;
        tamis_output *output = NULL;
        tamis_buffer text = {0};
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++)
                r = i + 1 < n ? tamis_buffer_addf(&text, err, "%s%c", names[i], dialect->delimiter)
                              : tamis_buffer_addf(&text, err, "%s%s", names[i], dialect->eol);
        for (size_t i = 0; r == 0 && i < p->names.n; i++)
                r = write_term(p, i, dialect, &text, err);
        if (r == 0)
                r = tamis_output_new(path, &output, err);
        if (r == 0)
                r = tamis_output_write(output, text.p, text.n, err);
        if (r == 0)
                r = tamis_output_commit(output, err);
        tamis_output_free(output);
        tamis_buffer_done(&text);
        return r;
}

static int pool(const parsed *said, tamis_error *err) {
        tamis_run_options o = {
                .input = { .paths = (const char *const *) said->operands, .n_paths = said->n_operands },
        };
        tamis_reader *reader = NULL;
        struct pooling p = {0};
        run_said run = {0};
        int r = read_numbers(&p, said, err);

        for (size_t i = 0; r == 0 && i < said->n_said; i++)
                if (said->said[i].of_run)
                        r = run_say(&run, said->said[i].option, said->said[i].value, err);
        if (r == 0)
                r = run_fill(&run, &o, err);
        if (r == 0)
                r = read_table(&p, said, &o.input, &reader, err);
        if (r == 0)
                r = write_table(&p, tamis_reader_dialect(reader), o.output, err);
        tamis_reader_free(reader);
        pooling_done(&p);
        return r;
}

int verb_pool(const verb *v, int argc, char **argv, tamis_error *err) {
        parsed p = {0};
        int r = options_parse(v, argc, argv, &p, err);

        if (r < 0)
                return r;
        if (p.version)
                puts("tamis " TAMIS_VERSION);
        else
                r = p.help ? help_of_verb(v, err) : pool(&p, err);
        r = r < 0 ? r : say_flush(err);
        options_done(&p);
        if (r < 0 && err && !err->step)
                err->step = v->name;
        return r;
}
