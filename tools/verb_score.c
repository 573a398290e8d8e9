#include <math.h>
#include <stdio.h>

#include <tamis/number.h>

#include "help.h"
#include "judge/score.h"
#include "run_options.h"
#include "say.h"
#include "verb_score.h"

enum { HOLES, KEY, COLUMNS, MEASURES, NA, TYPES, QUIET };

const tamis_option verb_score_options[] = {
        [HOLES] = { "holes", 0, TAMIS_FILE, "FILE", NULL,
                "the table before it was filled: the cells it misses are judged (default: every cell of TRUTH)", NULL },
        [KEY] = { "key", 0, TAMIS_TEXT, "COL", NULL, "match rows by this column (default: by position)", NULL },
        [COLUMNS] = { "columns", 'c', TAMIS_SELECTION, "SEL", NULL, "columns to judge (default: all but ids)", NULL },
        [MEASURES] = { "measures", 0, TAMIS_TEXT, "LIST", NULL, "measures to compute (default: all)", NULL },
        [NA] = { "na", 0, TAMIS_TEXT, "LIST", NULL, "more tokens that mean missing; =LIST: these and no others", NULL },
        [TYPES] = { "types", 0, TAMIS_TEXT, "LIST", NULL, "types that are not to be found out: 'zip=text,age=number'", NULL },
        [QUIET] = { "quiet", 'q', TAMIS_FLAG, NULL, NULL, "no warnings; errors still", NULL },
        { NULL },
};

const char verb_score_details[] =
        "Compares a table whose missing cells were filled in with the truth, and writes a line for each column and "
        "measure: column,measure,value,n, with n the number of cells it is of; at the end those of all columns "
        "together, as column *. An empty value: not defined here (a variance of one cell).\n"
        "TRUTH is the whole table, or a list of the cells that were taken out: a CSV with the columns "
        "row,column,value, where row counts from 1 and column is a name. Rows are matched by position unless --key "
        "names a column. A cell judged that is still missing is counted (left) and is in no other measure.\n"
        "Numbers: rmse; nrmse (rmse by the standard deviation of the true values judged, as missForest); mae; bias "
        "(mean of imputed - true); percent-bias (of the mean, without its sign); r2; and, as distances between the "
        "distributions of true and imputed values, ks (Kolmogorov-Smirnov), wasserstein, energy. Categories: accuracy; "
        "pfc (share falsely classified); f1 (macro). Overall, rmse, nrmse, mae, bias, accuracy and pfc are of all "
        "cells pooled, whatever their units; f1 is the mean of the columns' and n their number; energy is that of "
        "whole rows (those with a number judged, each column by its standard deviation). corr-max, corr-mean and "
        "corr-frobenius are the largest and the mean absolute difference between the correlations of the numeric "
        "columns in TRUTH and in IMPUTED, and the Frobenius norm of the difference of the two matrices.\n"
        "Several imputations, told apart by a column _imputation (0 is left out): a measure is the mean of what it is "
        "for each. Then coverage is the share of cells whose true value lies in the interval mean -+ t(m-1, .975) * s "
        "* sqrt(1 + 1/m) of the cell's m values (s their standard deviation), and width the mean width of "
        "these intervals.";

const char verb_score_examples[] =
        "tamis score truth.csv imputed.csv --holes holes.csv\n"
        "tamis impute holes.csv | tamis score cells.csv - --measures nrmse,pfc\n"
        "tamis score truth.csv imputed.csv --holes holes.csv --key name -c age,pay\n";

/* Not finite: an empty cell. */
static int write_number(tamis_buffer *out, double x, tamis_error *err) {
        int r = tamis_buffer_reserve(out, TAMIS_NUMBER_MAX, err);

        if (r == 0 && isfinite(x))
                out->n += tamis_number_print(x, out->p + out->n);
        return r;
}

static int write_line(const tamis_score *s, char delimiter, const char *eol, tamis_buffer *out, tamis_error *err) {
        int r = tamis_cell_write(out, s->column, delimiter, false, err);

        if (r == 0)
                r = tamis_buffer_addf(out, err, "%c%s%c", delimiter, s->measure, delimiter);
        if (r == 0)
                r = write_number(out, s->value, err);
        if (r == 0)
                r = tamis_buffer_add(out, &delimiter, 1, err);
        if (r == 0)
                r = write_number(out, s->n, err);
        return r == 0 ? tamis_buffer_add(out, eol, strlen(eol), err) : r;
}

static int write_scores(const tamis_scores *s, const char *path, tamis_error *err) {
        const char d = s->dialect.delimiter, *eol = s->dialect.eol;
        tamis_output *output = NULL;
        tamis_buffer text = {0};
        int r = tamis_buffer_addf(&text, err, "column%cmeasure%cvalue%cn%s", d, d, d, eol);

        for (size_t i = 0; r == 0 && i < s->n; i++)
                r = write_line(&s->lines[i], d, eol, &text, err);
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

static int score(const parsed *said, tamis_error *err) {
        tamis_run_options run = {0};
        tamis_score_options o = {
                .holes = options_value(said, verb_score_options[HOLES].name),
                .key = options_value(said, verb_score_options[KEY].name),
                .columns = options_value(said, verb_score_options[COLUMNS].name),
                .measures = options_value(said, verb_score_options[MEASURES].name),
                .na = options_value(said, verb_score_options[NA].name),
                .types = options_value(said, verb_score_options[TYPES].name),
        };
        tamis_scores scores = {0};
        run_said words = {0};
        int r = 0;

        if (said->n_operands != 2)
                return tamis_fail(err, TAMIS_USAGE, "two tables are needed: TRUTH and IMPUTED (- is standard input)");
        o.truth = said->operands[0];
        o.imputed = said->operands[1];
        for (size_t i = 0; r == 0 && i < said->n_said; i++)
                if (said->said[i].of_run)
                        r = run_say(&words, said->said[i].option, said->said[i].value, err);
        if (r == 0)
                r = run_fill(&words, &run, err);
        if (r < 0)
                return r;
        o.input = run.input;
        r = tamis_score_tables(&o, &scores, err);
        if (r == 0 && !options_value(said, verb_score_options[QUIET].name))
                for (size_t i = 0; i < scores.n_notes; i++)
                        say_note("score", scores.notes[i]);
        if (r == 0)
                r = write_scores(&scores, run.output, err);
        tamis_scores_done(&scores);
        return r;
}

int verb_score(const verb *v, int argc, char **argv, tamis_error *err) {
        parsed p = {0};
        int r = options_parse(v, argc, argv, &p, err);

        if (r < 0)
                return r;
        if (p.version)
                puts("tamis " TAMIS_VERSION);
        else
                r = p.help ? help_of_verb(v, err) : score(&p, err);
        r = r < 0 ? r : say_flush(err);
        options_done(&p);
        if (r < 0 && err && !err->step)
                err->step = v->name;
        return r;
}
