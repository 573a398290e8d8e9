#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tamis/number.h>

#include "evaluate_model.h"
#include "evaluate_plot.h"

/* A pipeline with its model at the end. */
struct chain {
        const evaluate_model *m;
        pipeline steps, model;
        bool numbers, each;             /* each: a score for every class, to be gathered */
        tamis_verdicts *notes;
        bool lost;                      /* a note, for want of memory */
};

static void chain_done(struct chain *c) {
        pipeline_done(&c->steps);
        pipeline_done(&c->model);
}

const char *evaluate_model_task(const char *model) {
        size_t n = strcspn(model, " \t");

        if (n == 5 && strncmp(model, "ridge", n) == 0)
                return "numbers";
        return (n == 8 && strncmp(model, "logistic", n) == 0) || (n == 3 && strncmp(model, "svm",
                        n) == 0) ? "classes" : NULL;
}

/* -- input --------------------------------------------------------------------------------------------------------- */

static int copy_all(FILE *from, FILE *to, tamis_error *err) {
        char bytes[1 << 16];
        size_t n;

        while ((n = fread(bytes, 1, sizeof bytes, from)) > 0)
                if (fwrite(bytes, 1, n, to) != n)
                        return tamis_fail(err, TAMIS_IO, "a temporary file: %s", strerror(errno));
        if (ferror(from))
                return tamis_fail(err, TAMIS_IO, "standard input: %s", strerror(errno));
        return fflush(to) == 0 ? 0 : tamis_fail(err, TAMIS_IO, "a temporary file: %s", strerror(errno));
}

int evaluate_keep(tamis_reader_options *input, kept_input *kept, tamis_error *err) {
        const char *path = input->n_paths == 1 ? input->paths[0] : NULL;
        bool standard = input->n_paths == 0 || (path && strcmp(path, "-") == 0);
        struct stat st;
        FILE *from = stdin, *to;
        int r;

        for (size_t i = 0; !standard && i < input->n_paths; i++)
                if (strcmp(input->paths[i], "-") == 0 || (input->n_paths > 1 && stat(input->paths[i], &st) == 0
                                                          && S_ISFIFO(st.st_mode)))
                        return tamis_fail(err, TAMIS_USAGE,
                                          "the table is read more than once: of several files none can be a pipe");
        if (!standard && (!path || stat(path, &st) < 0 || !S_ISFIFO(st.st_mode)))
                return 0;
        if (!standard)
                from = fopen(path, "rb");
        if (!from)
                return tamis_fail(err, TAMIS_IO, "%s: %s", path, strerror(errno));
        to = tmpfile();
        r = to ? copy_all(from, to, err) : tamis_fail(err, TAMIS_IO, "a temporary file: %s", strerror(errno));
        if (from != stdin)
                fclose(from);
        kept->file = to;
        if (r < 0)
                return r;
        snprintf(kept->path, sizeof kept->path, "/dev/fd/%d", fileno(to));
        kept->paths[0] = kept->path;
        kept->name = standard ? "standard input" : path;
        input->paths = kept->paths;
        input->n_paths = 1;
        return 0;
}

void evaluate_keep_done(kept_input *kept) {
        if (kept->file)
                fclose(kept->file);
}

/* -- the chain ----------------------------------------------------------------------------------------------------- */

static int chain_parse(struct chain *c, const evaluate_model *m, const char *steps, const char *what, const char *model,
                       tamis_error *err) {
        tamis_buffer text = {0};
        int r = tamis_buffer_addf(&text, err, "learn -s %s", model);

        c->m = m;
        if (r == 0)
                r = tamis_buffer_add(&text, "", 1, err);
        if (r == 0)
                r = pipeline_parse(&c->steps, steps, what, m->target, err);
        if (r == 0)
                r = pipeline_parse(&c->model, text.p, "--model", m->target, err);
        tamis_buffer_done(&text);
        if (r == 0 && c->model.n != 1)
                r = tamis_fail(err, TAMIS_USAGE, "--model %s: one model, and its options", model);
        return r;
}

static int set(tamis_settings *settings, const char *name, const char *value, tamis_error *err) {
        return value && !tamis_settings_given(settings, name) ? tamis_settings_set(settings, name, value, err) : 0;
}

static int add_model(const struct chain *c, tamis_run *run, tamis_error *err) {
        tamis_settings *settings = NULL;
        int r = pipeline_settings(&c->model, 0, &settings, err);

        if (r == 0)
                r = set(settings, "task", c->numbers ? "numbers" : "classes", err);
        if (r == 0)
                r = set(settings, "columns", c->m->columns, err);
        if (r == 0)
                r = set(settings, "weight", c->m->weight, err);
        if (r == 0)
                r = set(settings, "positive", c->numbers || c->each ? NULL : c->m->positive, err);
        if (r == 0 && c->each && !c->numbers)
                r = set(settings, "each", "", err);
        if (r == 0)
                return tamis_run_add(run, settings, err);
        tamis_settings_free(settings);
        return r;
}

static int add_steps(void *arg, tamis_run *run, tamis_error *err) {
        const struct chain *c = arg;
        int r = pipeline_add(&c->steps, run, err);

        if (r == 0)
                r = add_model(c, run, err);
        if (r < 0 && err && !err->step)
                err->step = "learn";
        return r;
}

/* What a step has to say it says in every fold, with other figures: once is enough. */
enum { ALIKE = 40 };

static void note(void *arg, const char *step, const char *text) {
        struct chain *c = arg;
        tamis_error err;
        char all[600];

        snprintf(all, sizeof all, "%s%s%s", step ? step : "", step ? ": " : "", text);
        for (size_t i = 0; i < c->notes->n_notes; i++)
                if (strncmp(c->notes->notes[i], all, ALIKE) == 0)
                        return;
        c->lost |= tamis_verdicts_note(c->notes, &err, "%s", all) < 0;
}

/* -- files --------------------------------------------------------------------------------------------------------- */

static int write_file(const tamis_buffer *text, const char *path, tamis_error *err) {
        tamis_output *output = NULL;
        int r = tamis_output_new(path, &output, err);

        if (r == 0)
                r = tamis_output_write(output, text->p, text->n, err);
        if (r == 0)
                r = tamis_output_commit(output, err);
        tamis_output_free(output);
        return r;
}

static int add_number(tamis_buffer *text, double x, tamis_error *err) {
        int r = tamis_buffer_reserve(text, TAMIS_NUMBER_MAX + 1, err);

        if (r == 0) {
                text->p[text->n++] = ',';
                text->n += tamis_number_print(x, text->p + text->n);
        }
        return r;
}

static int add_class(tamis_buffer *text, const tamis_slice *class, tamis_error *err) {
        int r = tamis_buffer_add(text, ",", 1, err);

        return r == 0 && class->p ? tamis_cell_write(text, *class, ',', false, err) : r;
}

static int scores_header(const tamis_subject *s, bool fold, tamis_buffer *text, tamis_error *err) {
        int r = tamis_buffer_addf(text, err, "row%s,actual,predicted", fold ? ",fold" : "");

        for (size_t c = 0; r == 0 && !s->numbers && c < s->k; c++) {
                tamis_buffer name = {0};

                r = tamis_buffer_addf(&name, err, "score_%.*s", (int) s->classes[c].n,
                                      s->classes[c].p ? s->classes[c].p : "");
                if (r == 0)
                        r = add_class(text, &(tamis_slice) { name.p, name.n }, err);
                tamis_buffer_done(&name);
        }
        return r == 0 ? tamis_buffer_add(text, "\n", 1, err) : r;
}

static int scores_row(const tamis_subject *s, const tamis_trial_plan *plan, size_t i, tamis_buffer *text,
                      tamis_error *err) {
        int r = tamis_buffer_addf(text, err, "%u", s->row[i] + 1);

        if (r == 0 && !plan->one_part)
                r = tamis_buffer_addf(text, err, ",%u", plan->fold[s->row[i]] + 1U);
        if (s->numbers) {
                if (r == 0)
                        r = add_number(text, s->y[i], err);
                if (r == 0)
                        r = add_number(text, s->predicted[i], err);
        } else {
                if (r == 0)
                        r = add_class(text, &s->classes[s->actual[i]], err);
                if (r == 0)
                        r = add_class(text, &s->classes[s->decided[i]], err);
                for (size_t c = 0; r == 0 && c < s->k; c++)
                        r = add_number(text, s->p[i * s->k + c], err);
        }
        return r == 0 ? tamis_buffer_add(text, "\n", 1, err) : r;
}

static int write_scores(const char *path, const tamis_subject *s, const tamis_trial_plan *plan, const uint8_t *tested,
                        tamis_error *err) {
        tamis_buffer text = {0};
        int r = scores_header(s, !plan->one_part, &text, err);

        for (size_t i = 0; r == 0 && i < s->n; i++)
                if (tested[i])
                        r = scores_row(s, plan, i, &text, err);
        if (r == 0)
                r = write_file(&text, path, err);
        tamis_buffer_done(&text);
        return r;
}

/* class,term,coefficient of the last step of a run. */
static int write_coefficients(const char *path, const json_t *report, const tamis_subject *s, tamis_error *err) {
        const json_t *steps = json_object_get(report, "steps"),
                     *step = json_array_get(steps, json_array_size(steps) - 1);
        json_t *list = json_object_get(step, "coefficients");
        size_t n = json_array_size(list), skip = s->k > n ? s->k - n : 0;
        tamis_buffer text = {0};
        int r = tamis_buffer_addf(&text, err, "class,term,coefficient\n");

        if (!list)
                r = tamis_fail(err, TAMIS_USAGE, "--explain goes with linear models: logistic, ridge, svm");
        for (size_t v = 0; r == 0 && v < n; v++) {
                const tamis_slice all = tamis_slice_of("*"), *class = s->numbers ? &all : &s->classes[v + skip];
                const char *key;
                json_t *value;

                json_object_foreach(json_array_get(list, v), key, value) {
                        if (r == 0 && class->p)
                                r = tamis_cell_write(&text, *class, ',', false, err);
                        if (r == 0)
                                r = add_class(&text, &(tamis_slice) { key, strlen(key) }, err);
                        if (r == 0)
                                r = add_number(&text, json_number_value(value), err);
                        if (r == 0)
                                r = tamis_buffer_add(&text, "\n", 1, err);
                }
        }
        if (r == 0)
                r = write_file(&text, path, err);
        tamis_buffer_done(&text);
        return r;
}

static int plot(const char *path, const tamis_subject *s, const uint8_t *tested, tamis_error *err) {
        tamis_subject some = {0};
        int r = tamis_subject_some(s, tested, &some, err);

        if (r == 0)
                r = evaluate_plot(path, &some, err);
        tamis_subject_done(&some);
        return r;
}

/* Once more on all train rows, for whoever wants the model itself. */
static int train_all(struct chain *c, const tamis_run_options *from, const tamis_subject *s, tamis_error *err) {
        tamis_run_options o = *from;
        tamis_run *run = NULL;
        json_t *report = NULL;
        int r;

        c->each = false;
        o.output = o.report = o.parts = NULL;
        o.save = c->m->save;
        o.no_output = true;
        r = tamis_run_new(&o, &run, err);
        if (r == 0)
                r = add_steps(c, run, err);
        if (r == 0)
                r = tamis_run_go(run, err);
        if (r == 0 && c->m->explain)
                r = tamis_run_report(run, &report, err);
        if (r == 0 && c->m->explain)
                r = write_coefficients(c->m->explain, report, s, err);
        json_decref(report);
        tamis_run_free(run);
        return r;
}

/* -- all of it ----------------------------------------------------------------------------------------------------- */

static int trials(struct chain *a, struct chain *b, const tamis_run_options *run, const tamis_sheet *sheet,
                  tamis_subject *s,
                  const tamis_evaluate_options *o, tamis_verdicts *ret, tamis_error *err) {
        const evaluate_model *m = a->m;
        tamis_trial first = { .run = *run, .target = m->target, .steps = add_steps, .arg = a }, second = first;
        tamis_trial_plan plan = {0};
        tamis_contest contest = { .first = &first, .plan = &plan, .evaluate = o, .sheet = sheet };
        uint8_t *tested = malloc(s->n + 1);
        int r = tested ? tamis_trial_plan_make(s, sheet, m->folds, m->repeats, o->seed, &plan,
                                               err) : tamis_fail_memory(err);

        first.run.note = second.run.note = note;
        first.run.arg = a;
        second.run.arg = second.arg = b;
        contest.second = b->m ? &second : NULL;
        if (r == 0)
                r = tamis_contest_run(&contest, s, tested, ret, err);
        if (r == 0 && m->scores)
                r = write_scores(m->scores, s, &plan, tested, err);
        if (r == 0 && m->plot)
                r = plot(m->plot, s, tested, err);
        if (r == 0 && (m->save || m->explain))
                r = train_all(a, &first.run, s, err);
        if (r == 0 && (a->lost || b->lost))
                r = tamis_fail_memory(err);
        tamis_trial_plan_done(&plan);
        free(tested);
        return r;
}

int evaluate_model_run(const evaluate_model *m, const tamis_run_options *run, const tamis_sheet *sheet,
                       tamis_subject *s, const tamis_evaluate_options *o, tamis_verdicts *ret, tamis_error *err) {
        struct chain a = { .numbers = s->numbers, .each = true, .notes = ret }, b = a;
        int r = chain_parse(&a, m, m->pipeline, "--pipeline", m->model, err);

        if (r == 0 && (m->versus || m->versus_model))
                r = chain_parse(&b, m, m->versus ? m->versus : m->pipeline, "--versus",
                                m->versus_model ? m->versus_model : m->model, err);
        if (r == 0)
                r = trials(&a, &b, run, sheet, s, o, ret, err);
        chain_done(&a);
        chain_done(&b);
        return r;
}
