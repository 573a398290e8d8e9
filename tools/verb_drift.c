#include <math.h>
#include <stdio.h>

#include <tamis/number.h>

#include "drift_print.h"
#include "help.h"
#include "run_options.h"
#include "say.h"
#include "verb_drift.h"

enum { COLUMNS, TARGET, SCORE, ALPHA, EFFECT, CLASSIFIER, SAVE, LOAD, CSV, JSON, HTML, NA, TYPES, QUIET };
enum { EXIT_FOUND = 3 };

const tamis_option verb_drift_options[] = {
        [COLUMNS] = { "columns", 'c', TAMIS_SELECTION, "SEL", NULL, "columns to compare (default: all but ids)", NULL },
        [TARGET] = { "target", 't', TAMIS_TEXT, "COL", NULL, "the label: its drift is called so", NULL },
        [SCORE] = { "score", 0, TAMIS_TEXT, "COL", NULL, "a model's score: its drift is called so", NULL },
        [ALPHA] = { "alpha", 0, TAMIS_REAL, "P", "0.05", "level of the adjusted tests", NULL },
        [EFFECT] = { "effect", 0, TAMIS_REAL, "PSI", "0.1",
                     "a smaller stability index is no drift, however sure", NULL },
        [CLASSIFIER] = { "classifier", 0, TAMIS_FLAG, NULL, NULL,
                         "can a model tell the new rows from the reference's?", NULL },
        [SAVE] = { "save", 0, TAMIS_FILE, "FILE", NULL, "save what is to be known of the reference", NULL },
        [LOAD] = { "load", 0, TAMIS_FILE, "FILE", NULL, "a saved reference, instead of the table", NULL },
        [CSV] = { "csv", 0, TAMIS_FLAG, NULL, NULL, "all figures, as CSV", NULL },
        [JSON] = { "json", 0, TAMIS_FLAG, NULL, NULL, "all figures, as JSON", NULL },
        [HTML] = { "html", 0, TAMIS_FILE, "FILE", NULL, "write a page to look at into FILE, besides", NULL },
        [NA] = { "na", 0, TAMIS_TEXT, "LIST", NULL, "more tokens that mean missing; =LIST: these and no others", NULL },
        [TYPES] = { "types", 0, TAMIS_TEXT, "LIST", NULL,
                    "types that are not to be found out: 'zip=text,age=number'", NULL },
        [QUIET] = { "quiet", 'q', TAMIS_FLAG, NULL, NULL,
                "no warnings (drift has none); errors and the result still", NULL },
        { NULL },
};

const char verb_drift_details[] =
        "Compares a new table with a reference and lists the columns, those that moved most first. Exit 0: no drift; "
        "3: some column has a verdict worse than shift, or the classifier tells the rows apart.\n"
        "Verdicts: gone (not in the new table); type (numbers have become categories, or the other way round); unit "
        "(the values are the old ones in another unit); new (not in the reference); drift; shift (surely different, "
        "too little to matter); few (fewer than 20 values in a table: not compared); ok.\n"
        "Values are compared by the population stability index (PSI) over ten bins, the reference's deciles, or over "
        "levels, the rare ones together. On no drift it is about (bins - 1)(1/n + 1/m) for n and m rows, so that no "
        "fixed bar suits small tables: psi / (1/n + 1/m) is tested as chi-squared. The missing rate is tested on its "
        "own (two shares). All p-values are adjusted together (Benjamini and Hochberg); at most --alpha and a PSI of "
        "at least --effect, or a missing rate that moved by two points, is drift. So are unseen levels in half a "
        "percent of the rows, and values beyond the reference's range in one percent, where chance gives that once in "
        "a thousand times.\n"
        "Severity, from 0 to 1, is the larger of the Jensen-Shannon distances of the values and of the missing rates. "
        "Kolmogorov-Smirnov (its p-value exact up to n * m of 25 million), Wasserstein's distance by the reference's "
        "standard deviation, chi-squared and Cramer's V are told beside it, in --csv and --json.\n"
        "With --classifier, boosted trees are asked which table a row comes from, rows they have not learned from, in "
        "five folds: an AUC of 0.5 says that they cannot tell, of 1 that they always can. It finds columns that have "
        "changed together and not each alone. At most --alpha and an AUC of at least 0.6 is drift. The label and the "
        "score take no part. Columns are ranked by how much of the AUC is lost when one is shuffled.\n"
        "--save writes what is to be known of the reference, so that it need not be read again: --load gives the same "
        "verdicts, and the same figures but for those said to be approximate. It holds values, levels and up to 5,000 "
        "rows of the table.\n"
        "What is kept of a column is bounded: 131,072 different numbers (fewer each in more than 64 columns), beyond "
        "which their last digits are let go; 65,536 levels, beyond which a share of them is drawn. Figures that are "
        "approximate for it are said to be, in --csv and --json.";

const char verb_drift_examples[] =
        "tamis drift january.csv february.csv\n"
        "tamis drift --save january.json january.csv\n"
        "tamis drift --load january.json --html page.html february.csv\n"
        "tamis drift -t label --score p --classifier --json train.csv today.csv\n";

static const char *value_of(const parsed *said, size_t option) {
        return options_value(said, verb_drift_options[option].name);
}

static int operands(const parsed *said, tamis_drift_options *o, tamis_error *err) {
        const size_t n = said->n_operands;

        if (o->load && o->save)
                return tamis_fail(err, TAMIS_USAGE, "--save or --load, not both");
        if (o->load && n != 1)
                return tamis_fail(err, TAMIS_USAGE, "with --load, one table is needed: NEW (- is standard input)");
        if (!o->load && n != 2 && !(o->save && n == 1))
                return tamis_fail(err, TAMIS_USAGE, "two tables are needed: REFERENCE and NEW (- is standard input)");
        o->reference = o->load ? NULL : said->operands[0];
        o->fresh = o->load ? said->operands[0] : n == 2 ? said->operands[1] : NULL;
        return 0;
}

static int options(const parsed *said, tamis_drift_options *o, tamis_error *err) {
        const char *alpha = value_of(said, ALPHA), *effect = value_of(said, EFFECT);

        *o = (tamis_drift_options) {
                .columns = value_of(said, COLUMNS),
                .target = value_of(said, TARGET),
                .score = value_of(said, SCORE),
                .na = value_of(said, NA),
                .types = value_of(said, TYPES),
                .save = value_of(said, SAVE),
                .load = value_of(said, LOAD),
                .classifier = value_of(said, CLASSIFIER) != NULL,
                .alpha = .05,
                .effect = .1,
        };
        if (alpha && (!tamis_number_parse(tamis_slice_of(alpha), &o->alpha) || !(o->alpha > 0 && o->alpha < 1)))
                return tamis_fail(err, TAMIS_USAGE, "--alpha: \"%s\" is not between 0 and 1", alpha);
        if (effect && (!tamis_number_parse(tamis_slice_of(effect), &o->effect) || !(o->effect >= 0)))
                return tamis_fail(err, TAMIS_USAGE, "--effect: \"%s\" is not a number of at least 0", effect);
        if (value_of(said, CSV) && value_of(said, JSON))
                return tamis_fail(err, TAMIS_USAGE, "--csv or --json, not both");
        return operands(said, o, err);
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

static int write_report(const parsed *said, const tamis_drift_report *report, const char *path, tamis_error *err) {
        tamis_buffer text = {0};
        int r = 0;

        if (value_of(said, HTML)) {
                r = tamis_drift_html(report, &text, err);
                if (r == 0)
                        r = write_file(value_of(said, HTML), &text, err);
                text.n = 0;
        }
        if (r == 0 && value_of(said, JSON))
                r = drift_json(report, &text, err);
        else if (r == 0 && value_of(said, CSV))
                r = drift_csv(report, &text, err);
        else if (r == 0)
                r = drift_table(report, &text, err);
        if (r == 0)
                r = write_file(path, &text, err);
        tamis_buffer_done(&text);
        return r;
}

static int drift(const parsed *said, tamis_error *err) {
        tamis_run_options run = {0};
        tamis_drift_report report = {0};
        tamis_drift_options o;
        run_said words = {0};
        int r = options(said, &o, err);

        for (size_t i = 0; r == 0 && i < said->n_said; i++)
                if (said->said[i].of_run)
                        r = run_say(&words, said->said[i].option, said->said[i].value, err);
        if (r == 0)
                r = run_fill(&words, &run, err);
        if (r < 0)
                return r;
        o.input = run.input;
        r = tamis_drift_tables(&o, &report, err);
        if (r == 0 && o.fresh)
                r = write_report(said, &report, run.output, err);
        if (r == 0 && (report.alarms > 0 || report.classifier.alarm))
                r = EXIT_FOUND;
        tamis_drift_report_done(&report);
        return r;
}

int verb_drift(const verb *v, int argc, char **argv, tamis_error *err) {
        parsed p = {0};
        int r = options_parse(v, argc, argv, &p, err);

        if (r < 0)
                return r;
        if (p.version)
                puts("tamis " TAMIS_VERSION);
        else
                r = p.help ? help_of_verb(v, err) : drift(&p, err);
        if (r >= 0) {
                int flushed = say_flush(err);

                r = flushed < 0 ? flushed : r;
        }
        options_done(&p);
        if (r < 0 && err && !err->step)
                err->step = v->name;
        return r;
}
