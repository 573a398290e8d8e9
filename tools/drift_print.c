#include <math.h>

#include <tamis/number.h>

#include "drift_print.h"
#include "table/show.h"

/* The figures of a column, in the order they are printed; what is not defined is NaN. */
static const char *const names[] = {
        "severity", "psi", "psi_q", "ks", "ks_p", "wasserstein", "wasserstein_sd", "js", "chi2", "chi2_p", "cramers_v",
        "missing_reference", "missing_new", "missing_p", "missing_q", "outside", "range_p", "unseen", "unseen_levels", "unseen_p",
        "factor", "n_reference", "n_new",
};
enum { N = sizeof names / sizeof *names };

static void figures_of(const tamis_drift_column *c, double *figures) {
        const double list[N] = {
                c->severity, c->divergence.psi, c->q, c->apart.ks, c->ks_p, c->apart.wasserstein, c->distance, c->divergence.js,
                c->divergence.chi2, c->divergence.chi2_p, c->divergence.v, c->ref.missing / c->ref.rows,
                c->fresh.missing / c->fresh.rows, c->missing_p, c->missing_q, c->outside, c->range_p, c->unseen,
                c->levels.n > 0 ? c->unseen_levels : NAN, c->unseen_p, c->factor > 0 ? c->factor : NAN,
                c->ref.rows - c->ref.missing, c->fresh.rows - c->fresh.missing,
        };

        for (size_t i = 0; i < N; i++)
                figures[i] = list[i];
}

static int add_number(tamis_buffer *out, double x, const char *none, tamis_error *err) {
        int r = tamis_buffer_reserve(out, TAMIS_NUMBER_MAX, err);

        if (r == 0 && isfinite(x))
                out->n += tamis_number_print(x, out->p + out->n);
        else if (r == 0)
                r = tamis_buffer_addf(out, err, "%s", none);
        return r;
}

static tamis_slice name_of(const tamis_drift_column *c) {
        return (tamis_slice) { c->name, c->name_length };
}

/* -- for people ------------------------------------------------------------------------------------------------------ */

/* Characters, not bytes, decide how wide a name is. */
static int width_of(const char *text) {
        int n = 0;

        for (; *text; text++)
                n += (*text & 0xc0) != 0x80;
        return n;
}

static int add_rounded(tamis_buffer *out, double x, tamis_error *err) {
        return isfinite(x) ? tamis_buffer_addf(out, err, "  %8.3f", x) : tamis_buffer_addf(out, err, "  %8s", "-");
}

int drift_table(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) {
        int widest = 6, r;
        char shown[TAMIS_SHOW_SIZE];

        for (size_t i = 0; i < report->n; i++) {
                tamis_show(name_of(&report->columns[i]), shown, sizeof shown);
                widest = width_of(shown) > widest ? width_of(shown) : widest;
        }
        r = tamis_buffer_addf(out, err, "%zu of %zu columns drifted: %.0f rows against %.0f of the reference\n\n", report->alarms,
                              report->n, report->fresh_rows, report->reference_rows);
        if (r == 0)
                r = tamis_buffer_addf(out, err, "%-*s  verdict  severity       psi         q        ks   missing  why\n", widest,
                                      "column");
        for (size_t i = 0; r == 0 && i < report->n; i++) {
                const tamis_drift_column *c = &report->columns[i];
                const bool label = *c->role != 'f';

                tamis_show(name_of(c), shown, sizeof shown);
                r = tamis_buffer_addf(out, err, "%s%*s  %-7s", shown, widest - width_of(shown), "",
                                      tamis_drift_verdicts[c->verdict]);
                if (r == 0)
                        r = add_rounded(out, c->severity, err);
                if (r == 0)
                        r = add_rounded(out, c->divergence.psi, err);
                if (r == 0)
                        r = add_rounded(out, c->q, err);
                if (r == 0)
                        r = add_rounded(out, c->apart.ks, err);
                if (r == 0)
                        r = add_rounded(out, c->fresh.missing / c->fresh.rows, err);
                if (r == 0)
                        r = tamis_buffer_addf(out, err, "%s%s%s%s%s\n", label || *c->why ? "  " : "", label ? "(" : "",
                                              label ? c->role : "", label ? *c->why ? ") " : ")" : "", c->why);
        }
        return r;
}

/* -- for programs ---------------------------------------------------------------------------------------------------- */

int drift_csv(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) {
        int r = tamis_buffer_addf(out, err, "column,role,verdict");

        for (size_t i = 0; r == 0 && i < N; i++)
                r = tamis_buffer_addf(out, err, ",%s", names[i]);
        if (r == 0)
                r = tamis_buffer_addf(out, err, ",why\n");
        for (size_t k = 0; r == 0 && k < report->n; k++) {
                const tamis_drift_column *c = &report->columns[k];
                double figures[N];

                figures_of(c, figures);
                r = tamis_cell_write(out, name_of(c), ',', false, err);
                if (r == 0)
                        r = tamis_buffer_addf(out, err, ",%s,%s", c->role, tamis_drift_verdicts[c->verdict]);
                for (size_t i = 0; r == 0 && i < N; i++) {
                        r = tamis_buffer_add(out, ",", 1, err);
                        if (r == 0)
                                r = add_number(out, figures[i], "", err);
                }
                if (r == 0)
                        r = tamis_buffer_add(out, ",", 1, err);
                if (r == 0)
                        r = tamis_cell_write(out, tamis_slice_of(c->why), ',', false, err);
                if (r == 0)
                        r = tamis_buffer_add(out, "\n", 1, err);
        }
        return r;
}

/* Bytes that are no UTF-8 and control characters are shown as in messages. */
static int add_text(tamis_buffer *out, tamis_slice text, tamis_error *err) {
        int r = tamis_buffer_add(out, "\"", 1, err);

        for (size_t i = 0; r == 0 && i < text.n; ) {
                unsigned char c = (unsigned char) text.p[i];
                size_t length = c < 0x80 ? 1 : c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xc2 && c < 0xe0 ? 2 : 0;

                for (size_t k = 1; k < length; k++)
                        if (i + k >= text.n || (text.p[i + k] & 0xc0) != 0x80)
                                length = 0;
                if (length == 0 || c < 0x20)
                        r = tamis_buffer_addf(out, err, c < 0x20 ? "\\u%04x" : "\\\\x%02x", c);
                else if (c == '"' || c == '\\')
                        r = tamis_buffer_addf(out, err, "\\%c", c);
                else
                        r = tamis_buffer_add(out, text.p + i, length, err);
                i += length ? length : 1;
        }
        return r == 0 ? tamis_buffer_add(out, "\"", 1, err) : r;
}

static int add_column(const tamis_drift_column *c, tamis_buffer *out, tamis_error *err) {
        double figures[N];
        int r = tamis_buffer_addf(out, err, "    {\"column\": ");

        figures_of(c, figures);
        if (r == 0)
                r = add_text(out, name_of(c), err);
        if (r == 0)
                r = tamis_buffer_addf(out, err, ", \"role\": \"%s\", \"verdict\": \"%s\"", c->role, tamis_drift_verdicts[c->verdict]);
        for (size_t i = 0; r == 0 && i < N; i++) {
                r = tamis_buffer_addf(out, err, ", \"%s\": ", names[i]);
                if (r == 0)
                        r = add_number(out, figures[i], "null", err);
        }
        if (r == 0)
                r = tamis_buffer_addf(out, err, ", \"why\": ");
        if (r == 0)
                r = add_text(out, tamis_slice_of(c->why), err);
        return r == 0 ? tamis_buffer_addf(out, err, "}") : r;
}

int drift_json(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) {
        int r = tamis_buffer_addf(out, err, "{\n  \"drift\": %s,\n  \"drifted\": %zu,\n  \"rows_reference\": %.0f,\n"
                                  "  \"rows_new\": %.0f,\n  \"columns\": [", report->alarms ? "true" : "false", report->alarms,
                                  report->reference_rows, report->fresh_rows);

        for (size_t i = 0; r == 0 && i < report->n; i++) {
                r = tamis_buffer_addf(out, err, i ? ",\n" : "\n");
                if (r == 0)
                        r = add_column(&report->columns[i], out, err);
        }
        return r == 0 ? tamis_buffer_addf(out, err, "\n  ]\n}\n") : r;
}
