#include <math.h>
#include <stdio.h>

#include "look/measures.h"

struct teller {
        tamis_look_each *each;
        void *arg;
        tamis_error *err;
        int r;
};

static void tell(struct teller *t, const char *name, double value) {
        tamis_look_measure m = { .name = name, .value = value };

        if (t->r == 0)
                t->r = t->each(&m, t->arg, t->err);
}

static void tell_if(struct teller *t, const char *name, bool value) {
        tamis_look_measure m = { .name = name, .value = value, .yes_no = true };

        if (t->r == 0)
                t->r = t->each(&m, t->arg, t->err);
}

static void tell_text(struct teller *t, const char *name, tamis_slice text) {
        tamis_look_measure m = { .name = name, .text = text };

        if (!m.text.p)
                m.text.p = "";
        if (t->r == 0)
                t->r = t->each(&m, t->arg, t->err);
}

static void tell_count(struct teller *t, const char *name, uint64_t value) {
        tell(t, name, (double) value);
}

static void numbers(struct teller *t, const tamis_profile_column *c) {
        tell(t, "min", c->min);
        tell(t, "max", c->max);
        tell(t, "mean", c->mean);
        tell(t, "sd", c->sd);
        tell(t, "skew", c->skew);
        tell(t, "kurtosis", c->kurtosis);
        for (size_t i = 0; i < TAMIS_LOOK_QUANTILES; i++)
                tell(t, tamis_look_quantile_names[i], c->quantiles[i]);
        tell(t, "mad", c->mad);
        tell_count(t, "zeros", c->zeros);
        tell_count(t, "negatives", c->negatives);
        tell_count(t, "outliers", c->outliers);
        tell_count(t, "far_outliers", c->far_outliers);
        tell_if(t, "whole", c->whole);
        tell_if(t, "quantiles_estimated", c->quantiles_estimated);
        for (size_t i = 0; i < TAMIS_LOOK_BINS; i++) {
                char name[32];

                snprintf(name, sizeof name, "bin_%zu", i + 1);
                tell_count(t, name, c->bins[i]);
        }
}

int tamis_look_column_measures(const tamis_profile_column *c, tamis_look_each *each, void *arg, tamis_error *err) {
        struct teller t = { each, arg, err, 0 };

        tell_text(&t, "type", tamis_slice_of(tamis_type_name(c->type)));
        tell_count(&t, "n", c->rows - c->missing);
        tell_count(&t, "missing", c->missing);
        tell_count(&t, "empty", c->empty);
        tell_count(&t, "numbers", c->numbers);
        tell_count(&t, "texts", c->texts);
        tell_count(&t, "infinities", c->infinities);
        tell_count(&t, "distinct", c->distinct);
        tell_if(&t, "distinct_estimated", c->distinct_estimated);
        tell(&t, "entropy", c->entropy);
        if (c->numbers > 0)
                numbers(&t, c);
        if (c->texts > 0) {
                tell_count(&t, "shortest", c->shortest);
                tell_count(&t, "longest", c->longest);
                tell(&t, "length", c->length);
        }
        for (size_t i = 0; i < c->n_top; i++) {
                char name[32];

                snprintf(name, sizeof name, "top_%zu", i + 1);
                tell_text(&t, name, c->top[i].text);
                snprintf(name, sizeof name, "top_%zu_n", i + 1);
                tell_count(&t, name, c->top[i].count);
        }
        return t.r;
}

int tamis_look_table_measures(const tamis_profile *p, tamis_look_each *each, void *arg, tamis_error *err) {
        struct teller t = { each, arg, err, 0 };

        tell_count(&t, "rows", p->rows);
        tell_count(&t, "columns", p->n);
        tell_count(&t, "missing", p->missing_cells);
        tell_count(&t, "complete_rows", p->complete_rows);
        tell_count(&t, "patterns", p->n_patterns);
        tell_count(&t, "duplicates", p->duplicates);
        tell_if(&t, "duplicates_estimated", p->duplicates_estimated);
        tell_count(&t, "sample_rows", p->sample_rows);
        tell(&t, "little_chi2", p->little_chi2);
        tell(&t, "little_df", p->little_df);
        tell(&t, "little_p", p->little_p);
        return t.r;
}
