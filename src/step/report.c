/* What a run did, as JSON. */
#include <stdlib.h>

#include <tamis/number.h>

#include "step/run.h"

/* jansson writes 17 digits, which read back exactly and look like 0.10000000000000001; here the shortest that do. */
static int shorten_numbers(const char *text, tamis_buffer *out, tamis_error *err) {
        while (*text) {
                size_t n = strcspn(text, "\"-0123456789");
                double value;
                int r = tamis_buffer_add(out, text, n, err);

                text += n;
                n = 0;
                if (*text == '"') {
                        for (n = 1; text[n] != '"'; n++)
                                n += text[n] == '\\';
                        n++;
                } else if (*text) {
                        n = strspn(text, "-+.eE0123456789");
                }
                if (r == 0 && *text != '"' && memchr(text, '.', n)
                    && tamis_number_parse((tamis_slice) { text, n }, &value)) {
                        char shortest[TAMIS_NUMBER_MAX];
                        size_t length = tamis_number_print(value, shortest);

                        r = tamis_buffer_add(out, shortest, length, err);
                        /* 1e+22 and 28 stay numbers with a point, so that they are read back as such */
                        if (r == 0 && !memchr(shortest, '.', length) && !memchr(shortest, 'e', length))
                                r = tamis_buffer_add(out, ".0", 2, err);
                } else if (r == 0) {
                        r = tamis_buffer_add(out, text, n, err);
                }
                if (r < 0)
                        return r;
                text += n;
        }
        return 0;
}

int tamis_json_write(const json_t *json, const char *path, tamis_output **ret, tamis_error *err) {
        tamis_buffer shortened = {0};
        tamis_output *out = NULL;
        char *text;
        int r;

        tamis_json_watch_memory();
        text = json_dumps(json, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
        r = !text || tamis_json_ran_out() ? tamis_fail_memory(err) : shorten_numbers(text, &shortened, err);
        if (r == 0)
                r = tamis_output_new(path, &out, err);
        if (r == 0)
                r = tamis_output_write(out, shortened.p, shortened.n, err);
        if (r == 0)
                r = tamis_output_write(out, "\n", 1, err);
        tamis_buffer_done(&shortened);
        free(text);
        if (r < 0) {
                tamis_output_free(out);
                return r;
        }
        *ret = out;
        return 0;
}

static int report_link(const tamis_run *run, const tamis_link *link, json_t *steps, tamis_error *err) {
        json_t *step = tamis_json_child(steps, NULL, json_object());
        int r = json_object_set_new(step, "step", json_string(link->type->name));

        r |= json_object_set_new(step, "options", tamis_settings_to_json(link->settings));
        if (link->type->traits & TAMIS_LEARNS)
                r |= json_object_set_new(step, "rows_learned_from", json_integer((json_int_t) link->learned_rows));
        if (!run->options.no_output) {          /* counted as rows go out */
                r |= json_object_set_new(step, "rows_in", json_integer((json_int_t) link->rows_in));
                r |= json_object_set_new(step, "rows_out", json_integer((json_int_t) link->rows_out));
        }
        if (r < 0)
                return tamis_fail_memory(err);
        return link->type->report ? link->type->report(link->state, step, err) : 0;
}

static int report_input(const tamis_run *run, json_t *report) {
        const tamis_reader_counts *c = &run->counts;
        int r = 0;

        r |= json_object_set_new(report, "rows_in", json_integer((json_int_t) c->records));
        r |= json_object_set_new(report, "rows_out", json_integer((json_int_t) run->rows_out));
        if (c->padded)
                r |= json_object_set_new(report, "rows_padded", json_integer((json_int_t) c->padded));
        if (c->skipped)
                r |= json_object_set_new(report, "rows_skipped", json_integer((json_int_t) c->skipped));
        if (c->rejected)
                r |= json_object_set_new(report, "rows_rejected", json_integer((json_int_t) c->rejected));
        return r;
}

static int report_notes(const tamis_run *run, json_t *report) {
        json_t *warnings = tamis_json_child(report, "warnings", json_array());
        int r = warnings ? 0 : -1;

        for (size_t i = 0; i < run->notes.n; i++) {
                const struct tamis_note *n = &run->notes.notes[i];
                json_t *one = tamis_json_child(warnings, NULL, json_object());

                r |= json_object_set_new(one, "step", n->step ? json_string(n->step) : json_null());
                r |= json_object_set_new(one, "text", tamis_json_bytes(tamis_slice_of(n->text)));
        }
        return r;
}

int tamis_run_report(const tamis_run *run, json_t **ret, tamis_error *err) {
        json_t *report = json_object(), *steps;
        int r = json_object_set_new(report, "tamis", json_string(TAMIS_VERSION));

        r |= report_input(run, report);
        steps = tamis_json_child(report, "steps", json_array());
        if (r < 0 || !steps)
                r = tamis_fail_memory(err);
        for (size_t i = 0; i < run->n_links && r == 0; i++)
                r = report_link(run, run->links[i], steps, err);
        if (r == 0 && report_notes(run, report) < 0)
                r = tamis_fail_memory(err);
        if (r < 0) {
                json_decref(report);
                return r;
        }
        *ret = report;
        return 0;
}

int tamis_report_write(const tamis_run *run, const char *path, tamis_output **ret, tamis_error *err) {
        json_t *report = NULL;
        int r = tamis_run_report(run, &report, err);

        if (r == 0)
                r = tamis_json_write(report, path, ret, err);
        json_decref(report);
        return r;
}
