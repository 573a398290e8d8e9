/* A run, in its order: open, learn link by link, write, save, report, and only then give everything its name. */
#include <stdlib.h>
#include <unistd.h>

#include <gsl/gsl_errno.h>

#include <tamis/stats.h>

#include "step/run.h"

static uint64_t quarter_of_memory(void) {
        long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

        return pages > 0 && size > 0 ? (uint64_t) pages / 4 * (uint64_t) size : UINT64_C(1) << 30;
}

int tamis_run_new(const tamis_run_options *options, tamis_run **ret, tamis_error *err) {
        tamis_run *run = calloc(1, sizeof *run);
        int r;

        if (!run)
                return tamis_fail_memory(err);
        /* GSL's own handler would end the program */
        gsl_set_error_handler_off();
        run->options = *options;
        if (!run->options.input.memory)
                run->options.input.memory = quarter_of_memory();
        pthread_mutex_init(&run->notes.lock, NULL);
        run->notes.note = options->note;
        run->notes.arg = options->arg;
        r = tamis_pool_new(options->threads, &run->pool, err);
        if (r < 0) {
                tamis_run_free(run);
                return r;
        }
        *ret = run;
        return 0;
}

void tamis_run_free(tamis_run *run) {
        if (!run)
                return;
        for (size_t i = 0; i < run->n_links; i++)
                tamis_link_free(run->links[i]);
        free(run->links);
        tamis_store_done(&run->store);
        tamis_schema_done(&run->schema);
        tamis_reader_free(run->reader);
        tamis_pool_free(run->pool);
        tamis_notes_done(&run->notes);
        free(run);
}

/* -- the chain ----------------------------------------------------------------------------------------------------- */

static int add_link(tamis_run *run, tamis_settings *settings, const json_t *model, tamis_error *err) {
        tamis_link **more = realloc(run->links, (run->n_links + 1) * sizeof *more);
        tamis_link *link;
        int r;

        if (!more) {
                tamis_settings_free(settings);
                return tamis_fail_memory(err);
        }
        run->links = more;
        r = tamis_link_new(run, settings, &link, err);
        if (r < 0)
                return r;
        more[run->n_links++] = link;
        r = model ? tamis_link_load(link, model, err) : tamis_link_configure(link, err);
        if (r < 0 && err)
                err->step = link->type->name;
        return r;
}

/* The one step of that type in a saved model. */
static int pick(const json_t *model, const tamis_step_type *type, const char *path, const json_t **ret,
                tamis_error *err) {
        const json_t *steps = json_object_get(model, "steps"), *found = NULL;
        char held[256] = "";
        size_t n = 0;

        for (size_t i = 0; i < json_array_size(steps); i++) {
                const json_t *step = json_array_get(steps, i);
                const char *name = json_string_value(json_object_get(step, "step"));

                if (n < sizeof held)
                        n += (size_t) snprintf(held + n, sizeof held - n, "%s%s", i ? ", " : "", name);
                if (strcmp(name, type->name) != 0)
                        continue;
                if (found)
                        return tamis_fail(err, TAMIS_BAD_MODEL,
                                          "%s: holds several steps of %s; `tamis apply` runs them all", path,
                                          type->name);
                found = step;
        }
        if (!found)
                return tamis_fail(err, TAMIS_BAD_MODEL, "%s: a model of %s, not of %s", path, held, type->name);
        *ret = found;
        return 0;
}

int tamis_run_add(tamis_run *run, tamis_settings *settings, tamis_error *err) {
        const tamis_step_type *type = tamis_settings_type(settings);
        const char *path = tamis_settings_text(settings, "load");
        const json_t *step = NULL;
        json_t *model = NULL;
        int r;

        if (!path)
                return add_link(run, settings, NULL, err);
        r = tamis_model_read(path, &model, err);
        if (r == 0)
                r = pick(model, type, path, &step, err);
        if (r == 0)
                r = add_link(run, settings, step, err);
        else
                tamis_settings_free(settings);
        json_decref(model);
        if (r < 0 && err)
                err->step = type->name;
        return r;
}

int tamis_run_add_model(tamis_run *run, const char *path, tamis_error *err) {
        json_t *model = NULL;
        int r = tamis_model_read(path, &model, err);
        const json_t *steps = json_object_get(model, "steps");

        for (size_t i = 0; r == 0 && i < json_array_size(steps); i++) {
                const json_t *step = json_array_get(steps, i);
                const tamis_step_type *type = tamis_step_find(json_string_value(json_object_get(step, "step")));
                tamis_settings *settings = NULL;

                if (type->traits & TAMIS_TRAIN_ONLY)
                        continue;
                r = tamis_settings_new(type, &settings, err);
                if (r == 0)
                        r = add_link(run, settings, step, err);
                if (r < 0 && err) {
                        char why[sizeof err->message];

                        memcpy(why, err->message, sizeof why);
                        snprintf(err->message, sizeof err->message, "%.1000s: %.1000s", path, why);
                }
        }
        json_decref(model);
        return r;
}

/* -- reading ------------------------------------------------------------------------------------------------------- */

static int warn_duplicate_names(tamis_run *run, tamis_error *err) {
        const tamis_schema *s = &run->schema;
        tamis_dict names = {0};
        char text[1024];
        int r = 0;

        for (size_t i = 0; r == 0 && i < s->n; i++) {
                tamis_slice name = { s->fields[i].name, s->fields[i].name_length };
                long before = tamis_dict_find(&names, name);
                size_t code;

                if (before >= 0 && names.entries[before].count == 1) {
                        snprintf(text, sizeof text, "several columns are called \"%.200s\"; a name means the first, "
                                 "a position any of them", s->fields[i].name);
                        tamis_notes_add(&run->notes, NULL, text);
                }
                r = tamis_dict_add(&names, name, 1, &code, err);
        }
        tamis_dict_done(&names);
        return r;
}

static void say_count(char *text, size_t size, uint64_t n, const char *what) {
        size_t used = strlen(text);

        if (n)
                snprintf(text + used, size - used, "%s%llu %s %s", used ? ", " : "", (unsigned long long) n,
                         n == 1 ? "row" : "rows", what);
}

/* What was done to rows that did not fit. */
static void note_reading(tamis_run *run) {
        const tamis_reader_counts *c = &run->counts;
        char counts[256] = "", text[1024];

        say_count(counts, sizeof counts, c->padded, "padded");
        say_count(counts, sizeof counts, c->skipped, "left out");
        say_count(counts, sizeof counts, c->rejected, "set aside");
        if (!*counts)
                return;
        snprintf(text, sizeof text, "%s; the first: %s", counts, c->first_bad);
        tamis_notes_add(&run->notes, NULL, text);
}

/* A table of one column is rare; a header with other delimiters in it is a table read with the wrong one. */
static void warn_delimiter(tamis_run *run) {
        static const struct { char byte; const char *said; } others[] = {
                { ';', "';'" }, { '\t', "tab" }, { '|', "'|'" }, { ',', "," },
        };
        const tamis_schema *s = &run->schema;
        char text[256];

        if (s->n != 1 || !s->dialect.header || tamis_reader_header(run->reader)->quoted)
                return;
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
                if (others[i].byte == s->dialect.delimiter ||
                    !memchr(s->fields[0].name, others[i].byte, s->fields[0].name_length))
                        continue;
                snprintf(text, sizeof text, "the table has one column, called \"%.100s\"; --delimiter %s would cut it",
                         s->fields[0].name, others[i].said);
                tamis_notes_add(&run->notes, NULL, text);
                return;
        }
}

static int open_input(tamis_run *run, tamis_error *err) {
        int r;

        for (size_t i = 0; i < run->n_links; i++)
                run->options.input.again |= tamis_link_learns(run->links[i]);
        r = tamis_reader_new(&run->options.input, &run->reader, err);
        if (r < 0)
                return r;
        r = tamis_schema_from_header(tamis_reader_header(run->reader), tamis_reader_dialect(run->reader), &run->schema,
                                     err);
        if (r == 0)
                r = warn_duplicate_names(run, err);
        if (r == 0)
                warn_delimiter(run);
        return r;
}

static void warn_learn_all(const tamis_run *run, const tamis_link *link) {
        if (!run->options.learn_all || link->mark < 0 || !(link->type->common & TAMIS_OPT_LEARN)
            || (link->type->traits & TAMIS_LEARNS_ALL))
                return;
        if (tamis_link_learns_all(run, link))
                tamis_warn(&link->context, "--learn-from all: it learns from the test rows too, "
                           "so scores on them will look better than they are");
        else
                tamis_warn(&link->context,
                           "--learn-from all: it may remove rows, so it learns from the train rows alone");
}

/* `_fold` alone says nothing about who is to learn from whom. */
static void warn_folds(const tamis_link *link) {
        if (link->mark < 0 && !(tamis_link_traits(link) & TAMIS_LEARNS_ALL)
            && tamis_schema_find(&link->in, tamis_slice_of("_fold")) >= 0)
                tamis_warn(&link->context, "there are folds and no parts: it learns from every row of every fold "
                           "(tamis split --folds K --fold I marks one of them as test)");
}

static int ready_link(tamis_run *run, size_t i, tamis_error *err) {
        tamis_link *link = run->links[i];
        int r = tamis_link_arrive(link, i ? &run->links[i - 1]->out : &run->schema, err);

        if (r == 0 && tamis_link_learns(link)) {
                warn_learn_all(run, link);
                warn_folds(link);
                r = tamis_link_learn(run, link, err);
        }
        if (r == 0)
                r = tamis_link_attach(link, err);
        if (r < 0 && err && !err->step)
                err->step = link->type->name;
        if (r == 0)
                run->ready = i + 1;
        return r;
}

/* -- writing ------------------------------------------------------------------------------------------------------- */

struct writing {
        tamis_run *run;
        tamis_sink *sink;
};

struct written {
        void *piece;
        size_t rows;
};

static int write_work(void *arg, tamis_batch *batch, void **result, tamis_error *err) {
        struct writing *w = arg;
        struct written *piece = calloc(1, sizeof *piece);
        int r;

        if (!piece)
                return tamis_fail_memory(err);
        piece->rows = batch->n_rows;
        r = tamis_sink_format(w->sink, batch, &piece->piece, err);
        if (r < 0) {
                free(piece);
                return r;
        }
        *result = piece;
        return 0;
}

static int write_turn(void *arg, void *result, tamis_error *err) {
        struct writing *w = arg;
        struct written *piece = result;
        int r = tamis_sink_write(w->sink, piece->piece, err);

        w->run->rows_out += piece->rows;
        free(piece);
        return r;
}

static void write_drop(void *arg, void *result) {
        struct writing *w = arg;
        struct written *piece = result;

        if (piece)
                tamis_sink_drop(w->sink, piece->piece);
        free(piece);
}

static int end_links(tamis_run *run, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < run->n_links; i++) {
                tamis_link *link = run->links[i];

                r = link->type->end ? link->type->end(link->state, &link->context, err) : 0;
                if (r < 0 && err)
                        err->step = link->type->name;
        }
        return r;
}

static int write_rows(tamis_run *run, tamis_sink **ret, tamis_error *err) {
        struct writing w = { .run = run };
        const tamis_visitor visitor = {
                .work = write_work, .turn = write_turn, .drop = write_drop, .arg = &w, .what = "writing", .final = true,
        };
        int r = tamis_sink_new(run, run->n_links ? &run->links[run->n_links - 1]->out : &run->schema, &w.sink, err);

        if (r == 0)
                r = tamis_pass(run, &visitor, err);
        if (r == 0)
                r = end_links(run, err);
        if (r < 0) {
                tamis_sink_free(w.sink);
                return r;
        }
        *ret = w.sink;
        return 0;
}

/* -- all of it ----------------------------------------------------------------------------------------------------- */

int tamis_run_go(tamis_run *run, tamis_error *err) {
        tamis_output *model = NULL, *report = NULL;
        tamis_sink *sink = NULL;
        int r = open_input(run, err);

        for (size_t i = 0; r == 0 && i < run->n_links; i++)
                r = ready_link(run, i, err);
        if (r == 0 && !run->options.no_output)
                r = write_rows(run, &sink, err);
        if (r == 0)
                note_reading(run);
        if (r == 0 && run->notes.lost)
                r = tamis_fail_memory(err);
        if (r == 0 && run->options.save)
                r = tamis_model_write(run, run->options.save, &model, err);
        if (r == 0 && run->options.report)
                r = tamis_report_write(run, run->options.report, &report, err);

        if (r == 0)
                r = tamis_reader_commit(run->reader, err);
        if (r == 0 && sink)
                r = tamis_sink_commit(sink, err);
        if (r == 0 && model)
                r = tamis_output_commit(model, err);
        if (r == 0 && report)
                r = tamis_output_commit(report, err);
        tamis_sink_free(sink);
        tamis_output_free(model);
        tamis_output_free(report);
        return r;
}
