#include <math.h>
#include <stdio.h>

#include <tamis/number.h>

#include "evaluate_model.h"
#include "evaluate_plot.h"
#include "help.h"
#include "run_options.h"
#include "say.h"
#include "verb_evaluate.h"

enum { TARGET, PROBABILITY, PREDICTION, POSITIVE, TASK, THRESHOLD, COSTS, WEIGHT, SEGMENTS, BOOTSTRAP, CONF, SEED, NA,
       MODEL, PIPELINE, FOLDS, REPEATS, VERSUS, VERSUS_MODEL, COLUMNS, SCORES, SAVE, EXPLAIN, PLOT };

static const char *const task_choices[] = { "classes", "numbers", NULL };

const tamis_option verb_evaluate_options[] = {
        [TARGET] = { "target", 't', TAMIS_SELECTION, "COL", NULL, "what was so", NULL },
        [PROBABILITY] = { "probability", 'p', TAMIS_SELECTION, "SEL", NULL,
                "predicted probabilities, or scores: one column, or for more than two classes one each, whose name "
                "ends in the class",
                NULL },
        [PREDICTION] = { "prediction", 0, TAMIS_SELECTION, "COL", NULL,
                "predicted classes or numbers (default: decided by --probability)", NULL },
        [POSITIVE] = { "positive", 0, TAMIS_TEXT, "CLASS", NULL,
                "of two classes the one that probabilities are of (default: the last by text)", NULL },
        [TASK] = { "task", 0, TAMIS_CHOICE, "KIND", NULL,
                "what the target holds (default: numbers, if it has more than 20 of them or a fraction)",
                task_choices },
        [THRESHOLD] = { "threshold", 0, TAMIS_REAL, "T", "0.5",
                        "probability from which the positive class is decided for", NULL },
        [COSTS] = { "costs", 0, TAMIS_FILE, "FILE", NULL,
                    "what mistakes cost: a table actual,predicted,cost; what it leaves out is 0", NULL },
        [WEIGHT] = { "weight", 'w', TAMIS_SELECTION, "COL", NULL,
                     "how much each row counts: in the measures, or, with --model, in training alone", NULL },
        [SEGMENTS] = { "segments", 0, TAMIS_SELECTION, "SEL", NULL,
                       "columns by which to look for the rows that fare worst", NULL },
        [BOOTSTRAP] = { "bootstrap", 0, TAMIS_COUNT, "N", "0", "intervals from N resamples of the rows", NULL },
        [CONF] = { "conf", 0, TAMIS_SHARE, "P", "0.95", "the confidence of intervals", NULL },
        [SEED] = { "seed", 0, TAMIS_COUNT, "N", "1", "what draws depend on", NULL },
        [NA] = { "na", 0, TAMIS_TEXT, "LIST", NULL, "more tokens that mean missing; =LIST: these and no others", NULL },
        [MODEL] = { "model", 0, TAMIS_TEXT, "NAME", NULL,
                "train a model of `tamis learn` and measure it on rows held out; with its options: 'knn -k 9'", NULL },
        [PIPELINE] = { "pipeline", 0, TAMIS_TEXT, "STEPS", NULL,
                "steps before the model, learned anew in each fold: 'impute -s knn then smote then scale'", NULL },
        [FOLDS] = { "folds", 0, TAMIS_COUNT, "K", NULL,
                    "hold out each of K folds in turn (default: what _fold or _split says)", NULL },
        [REPEATS] = { "repeats", 0, TAMIS_COUNT, "R", "1", "--folds: draw them R times", NULL },
        [VERSUS] = { "versus", 0, TAMIS_TEXT, "STEPS", NULL,
                     "another pipeline, on the same folds; is the difference luck?", NULL },
        [VERSUS_MODEL] = { "versus-model", 0, TAMIS_TEXT, "NAME", NULL, "another model, likewise", NULL },
        [COLUMNS] = { "columns", 'c', TAMIS_SELECTION, "SEL", NULL,
                      "--model: the columns it sees (default: all but ids)", NULL },
        [SCORES] = { "scores", 0, TAMIS_FILE, "FILE", NULL, "--model: write what was predicted for each row held out",
                     NULL },
        [SAVE] = { "save", 0, TAMIS_FILE, "FILE", NULL,
                   "--model: train on all train rows at the end, and save pipeline and model", NULL },
        [EXPLAIN] = { "explain", 0, TAMIS_FILE, "FILE", NULL,
                      "--model: likewise, and write the coefficients of a linear model", NULL },
        [PLOT] = { "plot", 0, TAMIS_FILE, "FILE", NULL,
                "draw it (.svg, .png, .pdf; by gnuplot): ROC, precision and recall, reliability, confusion; numbers: "
                "against the truth",
                NULL },
        { NULL },
};

const char verb_evaluate_details[] =
        "Writes a line for each figure: measure,class,segment,value,low,high,n. Class *: all classes together; no "
        "segment: all rows; low and high: the interval, with --bootstrap; n: rows it is of. An empty value: not "
        "defined here (the area under a curve where one class has no rows).\n"
        "Classes: accuracy, balanced-accuracy, precision, recall and F1 (macro, weighted, and of each class with its "
        "support), mcc, kappa, gmean, the confusion matrix. With probabilities also auc, average-precision, log-loss, "
        "brier (of two classes, that of the positive one; of more, the sum over classes), ece (expected calibration "
        "error, with bins of equal width and, -quantile, of equal numbers of rows), the reliability table, and the "
        "threshold with the best F1. With --costs the mean cost, the cheapest threshold, and the one that costs alone "
        "give if probabilities are right (Elkan's); an empty threshold: never decide for the positive class. Of more "
        "than two classes auc and average-precision are means of each against the rest. What is called a probability "
        "and is not between 0 and 1 is a score, with the measures of ranks alone.\n"
        "Numbers: rmse, mae, median-absolute-error, r2, bias.\n"
        "Definitions are scikit-learn's. Every distinct score is a point of a curve, and ties count as ties.\n"
        "--segments: the mean loss by the levels of each column (of numbers, quarters), and the worst segment of 10 "
        "rows or more, ranked by its mean loss drawn towards that of all rows as by 20 rows more.";

const char verb_evaluate_examples[] =
        "tamis evaluate -t Survived --probability score scored.csv\n"
        "tamis evaluate -t fraud -p score --costs costs.csv --segments country in.csv\n"
        "tamis evaluate -t price --prediction predicted scored.csv\n";

/* -- what was asked ------------------------------------------------------------------------------------------------ */

static const char *value_of(const parsed *said, size_t option) {
        const char *value = options_value(said, verb_evaluate_options[option].name);

        return value ? value : verb_evaluate_options[option].fallback;
}

static int check(const parsed *said, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && verb_evaluate_options[i].name; i++)
                if (options_value(said, verb_evaluate_options[i].name))
                        r = tamis_option_check(&verb_evaluate_options[i], value_of(said, i), err);
        return r;
}

/* One that was checked. */
static double number_of(const parsed *said, size_t option) {
        tamis_slice text = tamis_slice_of(value_of(said, option));
        bool percent = text.n > 0 && text.p[text.n - 1] == '%';
        double x = NAN;

        text.n -= percent;
        return tamis_number_parse(text, &x) && percent ? x / 100 : x;
}

static int options_of(const parsed *said, tamis_subject_options *subject, tamis_evaluate_options *o, tamis_error *err) {
        int r = check(said, err);

        if (r < 0)
                return r;
        *subject = (tamis_subject_options) {
                .target = value_of(said, TARGET), .probability = value_of(said, PROBABILITY),
                .prediction = value_of(said, PREDICTION), .positive = value_of(said, POSITIVE), .costs = value_of(said,
                                COSTS),
                .weight = value_of(said, WEIGHT), .segments = value_of(said, SEGMENTS), .task = value_of(said, TASK),
                .threshold = number_of(said, THRESHOLD),
        };
        *o = (tamis_evaluate_options) {
                .bootstrap = (size_t) number_of(said, BOOTSTRAP), .conf = number_of(said, CONF),
                .seed = (uint64_t) number_of(said, SEED), .segment = tamis_slice_of(""),
        };
        if (!(o->conf > 0 && o->conf < 1))
                return tamis_fail(err, TAMIS_USAGE, "--conf %s: between 0 and 1", value_of(said, CONF));
        return 0;
}

/* -- the table out ------------------------------------------------------------------------------------------------- */

/* Not finite: an empty cell. */
static int write_number(tamis_buffer *out, char delimiter, double x, tamis_error *err) {
        int r = tamis_buffer_reserve(out, TAMIS_NUMBER_MAX + 1, err);

        if (r < 0)
                return r;
        out->p[out->n++] = delimiter;
        if (isfinite(x))
                out->n += tamis_number_print(x, out->p + out->n);
        return 0;
}

static int write_line(const tamis_verdict *v, const tamis_dialect *dialect, tamis_buffer *out, tamis_error *err) {
        const double numbers[] = { v->value, v->low, v->high, v->n };
        const char d = dialect->delimiter;
        int r = tamis_buffer_addf(out, err, "%s%c", v->measure, d);

        if (r == 0)
                r = tamis_cell_write(out, v->class, d, false, err);
        if (r == 0)
                r = tamis_buffer_add(out, &d, 1, err);
        if (r == 0)
                r = tamis_cell_write(out, v->segment, d, false, err);
        for (size_t i = 0; r == 0 && i < 4; i++)
                r = write_number(out, d, numbers[i], err);
        return r == 0 ? tamis_buffer_add(out, dialect->eol, strlen(dialect->eol), err) : r;
}

static int write_verdicts(const tamis_verdicts *v, const tamis_dialect *dialect, const char *path, tamis_error *err) {
        const char d = dialect->delimiter;
        tamis_output *output = NULL;
        tamis_buffer text = {0};
        int r = tamis_buffer_addf(&text, err, "measure%cclass%csegment%cvalue%clow%chigh%cn%s", d, d, d, d, d, d,
                                  dialect->eol);

        for (size_t i = 0; r == 0 && i < v->n; i++)
                r = write_line(&v->lines[i], dialect, &text, err);
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

/* -- the work ------------------------------------------------------------------------------------------------------ */

static int model_of(const parsed *said, evaluate_model *m, tamis_subject_options *subject, tamis_error *err) {
        static const int only[] = { PIPELINE, FOLDS, REPEATS, VERSUS, VERSUS_MODEL, COLUMNS, SCORES, SAVE, EXPLAIN };

        for (size_t i = 0; !value_of(said, MODEL) && i < sizeof only / sizeof *only; i++)
                if (options_value(said, verb_evaluate_options[only[i]].name))
                        return tamis_fail(err, TAMIS_USAGE, "--%s goes with --model",
                                          verb_evaluate_options[only[i]].name);
        *m = (evaluate_model) {
                .target = subject->target, .model = value_of(said, MODEL), .pipeline = value_of(said, PIPELINE),
                .versus = value_of(said, VERSUS), .versus_model = value_of(said,
                                VERSUS_MODEL), .columns = value_of(said, COLUMNS),
                .weight = subject->weight, .positive = subject->positive, .repeats = (size_t) number_of(said, REPEATS),
                .folds = value_of(said, FOLDS) ? (size_t) number_of(said, FOLDS) : 0, .scores = value_of(said, SCORES),
                .save = value_of(said, SAVE), .explain = value_of(said, EXPLAIN), .plot = value_of(said, PLOT),
        };
        if (m->plot && evaluate_plot_check(m->plot, err) < 0)
                return TAMIS_USAGE;
        if (!m->model)
                return 0;
        if (subject->probability || subject->prediction)
                return tamis_fail(err, TAMIS_USAGE,
                                  "--model makes the predictions: --probability and --prediction do not go with it");
        if (value_of(said, FOLDS) && (m->folds < 2 || m->repeats < 1 || m->repeats > 1000))
                return tamis_fail(err, TAMIS_USAGE, "--folds: 2 or more; --repeats: from 1 to 1000");
        if (value_of(said, NA))
                return tamis_fail(err, TAMIS_USAGE, "--na is not for --model: say it to the steps of --pipeline");
        subject->predicted_elsewhere = true;
        subject->weight = NULL;
        if (!options_value(said, verb_evaluate_options[THRESHOLD].name))
                subject->threshold = NAN;
        if (!subject->task)
                subject->task = evaluate_model_task(m->model);
        return 0;
}

static int judge(const parsed *said, const evaluate_model *m, const tamis_subject_options *subject,
                 tamis_evaluate_options *o, const tamis_run_options *run,
                 tamis_verdicts *verdicts, tamis_dialect *dialect, tamis_error *err) {
        tamis_sheet sheet = {0};
        tamis_subject s = {0};
        int r = tamis_sheet_open(&sheet, &run->input, value_of(said, NA), err);

        if (r == 0)
                *dialect = sheet.schema.dialect;
        if (r == 0)
                r = tamis_subject_want(&s, subject, &sheet, err);
        if (r == 0 && m->model)
                r = tamis_trial_plan_want(&sheet, m->folds, err);
        if (r == 0)
                r = tamis_sheet_read(&sheet, err);
        if (r == 0)
                r = tamis_subject_make(&s, subject, &sheet, verdicts, err);
        if (r == 0)
                r = m->model ? evaluate_model_run(m, run, &sheet, &s, o, verdicts, err) : tamis_evaluate(&s, &sheet, o,
                                verdicts, err);
        if (r == 0 && !m->model && m->plot)
                r = evaluate_plot(m->plot, &s, err);
        tamis_subject_done(&s);
        tamis_sheet_done(&sheet);
        return r;
}

static int evaluate(const parsed *said, tamis_error *err) {
        tamis_run_options run = {
                .input = { .paths = (const char *const *) said->operands, .n_paths = said->n_operands },
        };
        tamis_subject_options subject;
        tamis_evaluate_options o;
        evaluate_model model = {0};
        kept_input kept = {0};
        tamis_verdicts verdicts = {0};
        tamis_dialect dialect = {0};
        tamis_pool *pool = NULL;
        run_said words = {0};
        int r = options_of(said, &subject, &o, err);

        if (r == 0)
                r = model_of(said, &model, &subject, err);
        for (size_t i = 0; r == 0 && i < said->n_said; i++)
                if (said->said[i].of_run)
                        r = run_say(&words, said->said[i].option, said->said[i].value, err);
        if (r == 0)
                r = run_fill(&words, &run, err);
        if (r == 0)
                r = tamis_pool_new(run.threads, &pool, err);
        if (r == 0 && model.model)
                r = evaluate_keep(&run.input, &kept, err);
        o.pool = pool;
        if (r == 0)
                r = judge(said, &model, &subject, &o, &run, &verdicts, &dialect, err);
        if (r == 0 && !words.value[RUN_QUIET])
                for (size_t i = 0; i < verdicts.n_notes; i++)
                        say_note("evaluate", verdicts.notes[i]);
        if (r == 0)
                r = write_verdicts(&verdicts, &dialect, run.output, err);
        /* a person knows nothing of where it was kept */
        if (r < 0 && err && kept.file && strcmp(err->file, kept.path) == 0)
                snprintf(err->file, sizeof err->file, "%s", kept.name);
        tamis_pool_free(pool);
        evaluate_keep_done(&kept);
        tamis_verdicts_done(&verdicts);
        return r;
}

int verb_evaluate(const verb *v, int argc, char **argv, tamis_error *err) {
        parsed p = {0};
        int r = options_parse(v, argc, argv, &p, err);

        if (r < 0)
                return r;
        if (p.version)
                puts("tamis " TAMIS_VERSION);
        else
                r = p.help ? help_of_verb(v, err) : evaluate(&p, err);
        r = r < 0 ? r : say_flush(err);
        options_done(&p);
        if (r < 0 && err && !err->step)
                err->step = v->name;
        return r;
}
