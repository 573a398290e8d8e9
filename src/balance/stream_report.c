/* Behind the last row of a sample whose rows went out as they came: what was asked for and is not there, what is said,
 * what is reported. */
#include <stdlib.h>

#include "balance/sample.h"

static int check_listed(const tamis_sample *s, const tamis_class_values *list, const char *option, tamis_error *err) {
        const tamis_dict *seen = &s->tally.classes;

        for (size_t i = 0; i < list->n; i++) {
                tamis_slice name = list->values[i].name, names[64];
                size_t n = seen->n < 64 ? seen->n : 64;
                char near[256];

                if (tamis_dict_find(seen, name) >= 0)
                        continue;
                for (size_t j = 0; j < n; j++)
                        names[j] = seen->entries[j].text;
                tamis_nearest(name, names, n, near, sizeof near);
                return tamis_fail(err, TAMIS_USAGE, "%s: no train row is of class \"%.*s\"%s%s", option, (int) name.n,
                                  name.p,
                                  *near ? "; near: " : "", near);
        }
        return 0;
}

int tamis_sample_stream_end(tamis_sample *s, const tamis_context *context, tamis_error *err) {
        const tamis_sample_tally *t = &s->tally;
        int r = check_listed(s, &s->costs, "--cost", err);

        if (r == 0)
                r = check_listed(s, &s->shares, "--share", err);
        if (r < 0)
                return r;
        if (s->samples)
                tamis_warn(context, "%llu rows in %llu samples of %llu rows (_sample): fit a model to each, and "
                           "average them",
                           (unsigned long long) t->accepted, (unsigned long long) s->samples,
                           (unsigned long long) t->rows);
        else if (!s->has_shares)
                tamis_warn(context, "%llu of %llu rows accepted; Costing averages models of several such samples (-s "
                           "costing)",
                           (unsigned long long) t->accepted, (unsigned long long) t->rows);
        else if (s->shares.n > 0)
                tamis_evidence_say(context, TAMIS_EVIDENCE_LEFT_OUT);
        if (t->classless > 0 && !s->value_option)
                tamis_warn(context, "%llu train row%s without a \"%s\": passed through",
                           (unsigned long long) t->classless,
                           t->classless == 1 ? "" : "s", s->target.names[0]);
        return 0;
}

int tamis_sample_stream_report(const tamis_sample *s, json_t *into, tamis_error *err) {
        const tamis_sample_tally *t = &s->tally;
        json_t *classes = tamis_json_child(into, "classes", json_array());
        size_t n = t->classes.n, *order = calloc(n + 1, sizeof *order);
        int r = order && classes ? tamis_dict_sort(&t->classes, false, order, err) : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < (s->has_target ? n : 1); i++) {
                const struct tamis_dict_entry *e = s->has_target ? &t->classes.entries[order[i]] : NULL;
                json_t *one = tamis_json_child(classes, NULL, json_object());

                r |= json_object_set_new(one, "class", e ? tamis_json_bytes(e->text) : json_null());
                r |= json_object_set_new(one, "before", json_integer((json_int_t) (e ? e->count : t->rows)));
                r |= json_object_set_new(one, "after", json_integer((json_int_t) (e ? t->after[order[i]]
                                                                                  : t->accepted)));
        }
        free(order);
        r |= json_object_set_new(into, "train_rows_before", json_integer((json_int_t) t->rows));
        r |= json_object_set_new(into, "train_rows_after", json_integer((json_int_t) t->accepted));
        r |= json_object_set_new(into, "rows_without_target", json_integer((json_int_t) t->classless));
        if (s->samples)
                r |= json_object_set_new(into, "samples", json_integer((json_int_t) s->samples));
        if (!s->has_shares)
                r |= json_object_set_new(into, "greatest_cost", tamis_json_number(s->greatest));
        return r < 0 ? tamis_fail_memory(err) : 0;
}
