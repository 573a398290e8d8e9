#include <math.h>
#include <stdlib.h>

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
                c->severity,
                c->divergence.psi,
                c->q,
                c->apart.ks,
                c->ks_p,
                c->apart.wasserstein,
                c->distance,
                c->divergence.js,
                c->divergence.chi2,
                c->divergence.chi2_p,
                c->divergence.v,
                c->ref.missing / c->ref.rows,
                c->fresh.missing / c->fresh.rows,
                c->missing_p,
                c->missing_q,
                c->outside,
                c->range_p,
                c->unseen,
                !c->numeric && c->levels.n > 0 ? c->unseen_levels : NAN,
                c->unseen_p,
                c->factor > 0 ? c->factor : NAN,
                c->ref.rows - c->ref.missing,
                c->fresh.rows - c->fresh.missing,
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

/* -- for people ---------------------------------------------------------------------------------------------------- */

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

static const char *verdict_of(const tamis_drift_classifier *k, double alpha) {
        return k->alarm ? "drift" : k->p <= alpha ? "shift" : isnan(k->p) ? "few" : "ok";
}

/* The label and the score, by name. */
static int add_roles(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < report->n; i++) {
                const tamis_drift_column *c = &report->columns[i];
                char shown[TAMIS_SHOW_SIZE];

                if (*c->role == 'f')
                        continue;
                tamis_show(name_of(c), shown, sizeof shown);
                r = tamis_buffer_addf(out, err, "%s %s: %s, severity %.3f\n", c->role, shown,
                                      tamis_drift_verdicts[c->verdict], c->severity);
        }
        return r;
}

static int by_use(const void *a, const void *b) {
        const tamis_drift_column *x = *(const tamis_drift_column *const *) a,
                                 *y = *(const tamis_drift_column *const *) b;

        if (x->use != y->use)
                return x->use < y->use ? 1 : -1;
        return (x->ref.at > y->ref.at) - (x->ref.at < y->ref.at);
}

enum { MOST_USED = 5 };

static int add_used(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) {
        const tamis_drift_column **used = calloc(report->n + 1, sizeof *used);
        size_t n = 0;
        int r = used ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < report->n; i++)
                if (report->columns[i].use >= .001)
                        used[n++] = &report->columns[i];
        if (n > 0)
                qsort(used, n, sizeof *used, by_use);
        for (size_t i = 0; r == 0 && i < n && i < MOST_USED; i++) {
                char shown[TAMIS_SHOW_SIZE];

                tamis_show(name_of(used[i]), shown, sizeof shown);
                r = tamis_buffer_addf(out, err, "%s %s (%.3f)", i > 0 ? "," : "; by", shown, used[i]->use);
        }
        free(used);
        return r;
}

static int add_classifier(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) {
        const tamis_drift_classifier *k = &report->classifier;
        int r;

        if (!k->asked)
                return 0;
        if (isnan(k->auc))
                return tamis_buffer_addf(out, err, "classifier: few, too few rows or columns to tell rows apart\n");
        r = tamis_buffer_addf(out, err, "classifier: %s, AUC %.3f (%.3f to %.3f), p %.3g, %zu rows from %zu",
                              verdict_of(k, report->alpha), k->auc, k->low, k->high, k->p, k->fresh_rows, k->ref_rows);
        if (r == 0 && k->p <= report->alpha)
                r = add_used(report, out, err);
        return r == 0 ? tamis_buffer_addf(out, err, "\n") : r;
}

static int add_approximate(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) {
        size_t sketches = 0, others = 0;
        int r = 0;

        for (size_t i = 0; i < report->n; i++) {
                const tamis_drift_column *c = &report->columns[i];

                sketches += c->numeric && c->sketch && c->apart.ks >= 0;
                others += c->halved > 0 || c->ref.runs.cleared > 0 || c->fresh.runs.cleared > 0;
        }
        if (sketches > 0)
                r = tamis_buffer_addf(
                        out, err, "\nks is approximate in %zu column%s, to %.3g: the saved reference holds no more\n",
                        sketches, sketches == 1 ? "" : "s", 1. / TAMIS_DRIFT_SAVED);
        if (r == 0 && others > 0)
                r = tamis_buffer_addf(
                        out, err,
                        "%sfigures of %zu column%s with very many values are approximate: --csv says how far\n",
                        sketches ? "" : "\n", others, others == 1 ? "" : "s");
        return r;
}

int drift_table(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) {
        int widest = 6, r;
        char shown[TAMIS_SHOW_SIZE];

        for (size_t i = 0; i < report->n; i++) {
                tamis_show(name_of(&report->columns[i]), shown, sizeof shown);
                widest = width_of(shown) > widest ? width_of(shown) : widest;
        }
        r = tamis_buffer_addf(out, err, "%zu of %zu columns drifted: %.0f rows against %.0f of the reference\n",
                              report->alarms, report->n, report->fresh_rows, report->reference_rows);
        if (r == 0)
                r = add_roles(report, out, err);
        if (r == 0)
                r = add_classifier(report, out, err);
        if (r == 0)
                r = tamis_buffer_addf(out, err,
                                      "\n%-*s  verdict  severity       psi         q        ks   missing  why\n",
                                      widest, "column");
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
        return r == 0 ? add_approximate(report, out, err) : r;
}

/* -- for programs -------------------------------------------------------------------------------------------------- */

/* A last line, of no column. */
static int csv_classifier(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) {
        const tamis_drift_classifier *k = &report->classifier;
        const double list[] = { k->auc, k->low, k->high, k->p };
        int r = tamis_buffer_addf(out, err, ",classifier,%s", verdict_of(k, report->alpha));

        for (size_t i = 0; r == 0 && i < N - 2; i++)
                r = tamis_buffer_add(out, ",", 1, err);
        if (r == 0)
                r = tamis_buffer_addf(out, err, ",%zu,%zu,", k->ref_rows, k->fresh_rows);
        for (size_t i = 0; r == 0 && i < sizeof list / sizeof *list; i++) {
                r = tamis_buffer_add(out, ",", 1, err);
                if (r == 0)
                        r = add_number(out, list[i], "", err);
        }
        return r == 0 ? tamis_buffer_addf(out, err, ",,\n") : r;
}

int drift_csv(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) {
        int r = tamis_buffer_addf(out, err, "column,role,verdict");

        for (size_t i = 0; r == 0 && i < N; i++)
                r = tamis_buffer_addf(out, err, ",%s", names[i]);
        if (r == 0)
                r = tamis_buffer_addf(out, err, "%s,approximate,why\n",
                                      report->classifier.asked ? ",use,auc,auc_low,auc_high,auc_p" : "");
        for (size_t k = 0; r == 0 && k < report->n; k++) {
                const tamis_drift_column *c = &report->columns[k];
                double figures[N];
                char text[160];

                figures_of(c, figures);
                r = tamis_cell_write(out, name_of(c), ',', false, err);
                if (r == 0)
                        r = tamis_buffer_addf(out, err, ",%s,%s", c->role, tamis_drift_verdicts[c->verdict]);
                for (size_t i = 0; r == 0 && i < N; i++) {
                        r = tamis_buffer_add(out, ",", 1, err);
                        if (r == 0)
                                r = add_number(out, figures[i], "", err);
                }
                if (r == 0 && report->classifier.asked)
                        r = tamis_buffer_add(out, ",", 1, err);
                if (r == 0 && report->classifier.asked)
                        r = add_number(out, c->use, "", err);
                if (r == 0)
                        r = tamis_buffer_addf(out, err, "%s,%s,", report->classifier.asked ? ",,,," : "",
                                              tamis_drift_approximate(c, text, sizeof text));
                if (r == 0)
                        r = tamis_cell_write(out, tamis_slice_of(c->why), ',', false, err);
                if (r == 0)
                        r = tamis_buffer_add(out, "\n", 1, err);
        }
        return r == 0 && report->classifier.asked ? csv_classifier(report, out, err) : r;
}

/* Bytes that are no UTF-8 and control characters are shown as in messages. */
static int add_text(tamis_buffer *out, tamis_slice text, tamis_error *err) {
        int r = tamis_buffer_add(out, "\"", 1, err);

        for (size_t i = 0; r == 0 && i < text.n; ) {
                unsigned char c = (unsigned char) text.p[i];
                size_t length = c < 0x80        ? 1
                        : c >= 0xf0 && c < 0xf5 ? 4
                        : c >= 0xe0 && c < 0xf0 ? 3
                        : c >= 0xc2 && c < 0xe0 ? 2
                                                : 0;

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

static int add_column(const tamis_drift_column *c, bool classifier, tamis_buffer *out, tamis_error *err) {
        double figures[N];
        char text[160];
        int r = tamis_buffer_addf(out, err, "    {\"column\": ");

        figures_of(c, figures);
        if (r == 0)
                r = add_text(out, name_of(c), err);
        if (r == 0)
                r = tamis_buffer_addf(out, err, ", \"role\": \"%s\", \"verdict\": \"%s\"", c->role,
                                      tamis_drift_verdicts[c->verdict]);
        for (size_t i = 0; r == 0 && i < N; i++) {
                r = tamis_buffer_addf(out, err, ", \"%s\": ", names[i]);
                if (r == 0)
                        r = add_number(out, figures[i], "null", err);
        }
        if (r == 0 && classifier)
                r = tamis_buffer_addf(out, err, ", \"use\": ");
        if (r == 0 && classifier)
                r = add_number(out, c->use, "null", err);
        if (r == 0 && *tamis_drift_approximate(c, text, sizeof text))
                r = tamis_buffer_addf(out, err, ", \"approximate\": \"%s\"", text);
        if (r == 0)
                r = tamis_buffer_addf(out, err, ", \"why\": ");
        if (r == 0)
                r = add_text(out, tamis_slice_of(c->why), err);
        return r == 0 ? tamis_buffer_addf(out, err, "}") : r;
}

static int json_classifier(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) {
        const tamis_drift_classifier *k = &report->classifier;
        const struct { const char *name; double value; } list[] = {
                { "auc", k->auc }, { "auc_low", k->low }, { "auc_high", k->high }, { "auc_p", k->p },
        };
        int r = tamis_buffer_addf(out, err, "  \"classifier\": {\"verdict\": \"%s\"", verdict_of(k, report->alpha));

        for (size_t i = 0; r == 0 && i < sizeof list / sizeof *list; i++) {
                r = tamis_buffer_addf(out, err, ", \"%s\": ", list[i].name);
                if (r == 0)
                        r = add_number(out, list[i].value, "null", err);
        }
        return r == 0
                ? tamis_buffer_addf(out, err, ", \"features\": %zu, \"rows_reference\": %zu, \"rows_new\": %zu},\n",
                                    k->columns, k->ref_rows, k->fresh_rows)
                : r;
}

int drift_json(const tamis_drift_report *report, tamis_buffer *out, tamis_error *err) {
        int r = tamis_buffer_addf(out, err, "{\n  \"drift\": %s,\n  \"drifted\": %zu,\n  \"rows_reference\": %.0f,\n"
                                  "  \"rows_new\": %.0f,\n", report->alarms || report->classifier.alarm ? "true" : "false",
                                  report->alarms, report->reference_rows, report->fresh_rows);

        if (r == 0 && report->classifier.asked)
                r = json_classifier(report, out, err);
        if (r == 0)
                r = tamis_buffer_addf(out, err, "  \"columns\": [");
        for (size_t i = 0; r == 0 && i < report->n; i++) {
                r = tamis_buffer_addf(out, err, i ? ",\n" : "\n");
                if (r == 0)
                        r = add_column(&report->columns[i], report->classifier.asked, out, err);
        }
        return r == 0 ? tamis_buffer_addf(out, err, "\n  ]\n}\n") : r;
}
