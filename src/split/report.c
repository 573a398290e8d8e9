#include <stdlib.h>

#include "split/state.h"

static const char *mark_name(const tamis_split *s, size_t mark, char *space, size_t size) {
        static const char *const parts[] = { "train", "valid", "test", "unused" };

        if (!tamis_split_marks_folds(s))
                return parts[mark];
        snprintf(space, size, "%zu", mark);
        return space;
}

/* { "train": 668, "test": 223 } of one row of counts. */
static json_t *counts_json(const tamis_split *s, const tamis_slice *class, const uint64_t *counts, size_t n_marks) {
        json_t *o = json_object();
        char space[32];
        int r = 0;

        if (class)
                r |= json_object_set_new(o, "class", tamis_json_bytes(*class));
        for (size_t mark = 0; mark < n_marks; mark++)
                if (counts[mark] > 0 ||
                    (tamis_split_marks_folds(s) ? mark > 0
                                                : mark == TAMIS_SPLIT_TEST || mark == TAMIS_SPLIT_TRAIN ||
                                     (mark == TAMIS_SPLIT_VALID && s->plan.valid > 0)))
                        r |= json_object_set_new(o, mark_name(s, mark, space, sizeof space),
                                                 json_integer((json_int_t) counts[mark]));
        if (r < 0) {
                json_decref(o);
                return NULL;
        }
        return o;
}

static int report_classes(const tamis_split *s, size_t n_marks, json_t *into, tamis_error *err) {
        const tamis_dict *d = &s->plan.classes.dict;
        uint64_t *counts = calloc(d->n * n_marks + 1, sizeof *counts);
        size_t *order = calloc(d->n + 1, sizeof *order);
        json_t *classes = json_array(), *name = tamis_json_bytes(tamis_slice_of(s->plan.class_name));
        int r = counts && order && classes ? tamis_dict_sort(d, false, order, err) : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < s->plan.rows; row++)
                counts[s->plan.classes.codes[row] * n_marks + s->marks[row]]++;
        for (size_t i = 0; r == 0 && i < d->n; i++) {
                json_t *one = counts_json(s, &d->entries[order[i]].text, counts + order[i] * n_marks, n_marks);

                if (json_array_append_new(classes, one) < 0)
                        r = tamis_fail_memory(err);
        }
        if (r == 0 && (json_object_set(into, "stratified_by", name) < 0
                       || json_object_set(into, "classes", classes) < 0))
                r = tamis_fail_memory(err);
        json_decref(name);
        json_decref(classes);
        free(counts);
        free(order);
        return r;
}

int tamis_split_report(const void *state, json_t *into, tamis_error *err) {
        const tamis_split *s = state;
        size_t n_marks = tamis_split_n_marks(s);
        uint64_t *counts;
        int r = 0;

        if (!s->marks && !s->hashed)
                return 0;
        counts = calloc(n_marks, sizeof *counts);
        if (!counts)
                return tamis_fail_memory(err);
        for (size_t mark = 0; s->hashed && mark < n_marks; mark++)
                counts[mark] = s->hashed[mark];
        for (size_t row = 0; s->marks && row < s->plan.rows; row++)
                counts[s->marks[row]]++;
        if (json_object_set_new(into, tamis_split_marks_folds(s) ? "folds" : "parts",
                                counts_json(s, NULL, counts, n_marks)) < 0)
                r = tamis_fail_memory(err);
        if (r == 0 && s->plan.by_group
            && json_object_set_new(into, "groups", json_integer((json_int_t) s->plan.groups.dict.n)) < 0)
                r = tamis_fail_memory(err);
        if (r == 0 && s->plan.by_class)
                r = report_classes(s, n_marks, into, err);
        free(counts);
        return r;
}
