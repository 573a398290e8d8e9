#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "balance/targets.h"

/* -- classes ------------------------------------------------------------------------------------------------------- */

void tamis_labels_done(tamis_labels *l) {
        tamis_dict_done(&l->dict);
        free(l->codes);
        free(l->names);
        free(l->counts);
        *l = (tamis_labels) { 0 };
}

static int reserve(tamis_labels *l, size_t more, tamis_error *err) {
        size_t capacity = l->capacity ? l->capacity : 1024;
        uint32_t *codes;

        if (l->n + more <= l->capacity)
                return 0;
        while (capacity < l->n + more)
                capacity *= 2;
        codes = reallocarray(l->codes, capacity, sizeof *codes);
        if (!codes)
                return tamis_fail_memory(err);
        l->codes = codes;
        l->capacity = capacity;
        return 0;
}

int tamis_labels_learn(tamis_labels *l, tamis_batch *batch, size_t column, bool keep_rows, tamis_error *err) {
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, column, &missing, err);

        if (r == 0 && keep_rows)
                r = reserve(l, batch->n_rows, err);
        if (r < 0)
                return r;
        for (size_t row = 0; row < batch->n_rows; row++) {
                size_t code = TAMIS_NO_CLASS;

                if (missing[row]) {
                        l->missing++;
                } else {
                        r = tamis_dict_add(&l->dict, tamis_batch_text(batch, row, column), 1, &code, err);
                        if (r < 0)
                                return r;
                }
                if (keep_rows)
                        l->codes[l->n] = (uint32_t) code;
                l->n++;
        }
        return 0;
}

int tamis_labels_merge(tamis_labels *into, const tamis_labels *from, tamis_error *err) {
        size_t *map = calloc(from->dict.n + 1, sizeof *map);
        int r = map ? tamis_dict_merge(&into->dict, &from->dict, map, err) : tamis_fail_memory(err);

        if (r == 0 && from->codes) {
                r = reserve(into, from->n, err);
                for (size_t i = 0; r == 0 && i < from->n; i++)
                        into->codes[into->n + i] = from->codes[i] == TAMIS_NO_CLASS ? TAMIS_NO_CLASS
                                                                                     : (uint32_t) map[from->codes[i]];
        }
        free(map);
        if (r < 0)
                return r;
        into->n += from->n;
        into->missing += from->missing;
        return 0;
}

static int check_classes(const tamis_labels *l, const char *target, tamis_error *err) {
        uint64_t rows = l->n - l->missing;
        double value;

        if (l->dict.n == 0)
                return tamis_fail(err, TAMIS_BAD_DATA, "column \"%s\": the target is missing in every train row",
                                  target);
        if (l->dict.n <= 50 || l->dict.n * 2 <= rows)
                return 0;
        for (size_t i = 0; i < l->dict.n; i++)
                if (!tamis_number_parse(l->dict.entries[i].text, &value))
                        return 0;
        return tamis_fail(err, TAMIS_BAD_DATA, "column \"%s\": %zu different numbers in %llu rows: the target looks "
                          "continuous, and classes are needed", target, l->dict.n,
                          (unsigned long long) rows);
}

int tamis_labels_settle(tamis_labels *l, const char *target, tamis_error *err) {
        size_t n = l->dict.n, *order;
        uint32_t *rank;
        int r = check_classes(l, target, err);

        if (r < 0)
                return r;
        free(l->names);
        free(l->counts);
        l->names = calloc(n, sizeof *l->names);
        l->counts = calloc(n, sizeof *l->counts);
        order = calloc(n, sizeof *order);
        rank = calloc(n, sizeof *rank);
        if (!l->names || !l->counts || !order || !rank)
                r = tamis_fail_memory(err);
        if (r == 0)
                r = tamis_dict_sort(&l->dict, false, order, err);
        if (r == 0) {
                l->n_classes = n;
                for (size_t i = 0; i < n; i++) {
                        l->names[i] = l->dict.entries[order[i]].text;
                        l->counts[i] = l->dict.entries[order[i]].count;
                        rank[order[i]] = (uint32_t) i;
                }
                for (size_t i = 0; l->codes && i < l->n; i++)
                        if (l->codes[i] != TAMIS_NO_CLASS)
                                l->codes[i] = rank[l->codes[i]];
        }
        free(order);
        free(rank);
        return r;
}

long tamis_labels_find(const tamis_labels *l, tamis_slice name) {
        size_t low = 0, high = l->n_classes;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = tamis_slice_compare(l->names[middle], name);

                if (order == 0)
                        return (long) middle;
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return -1;
}

/* -- class=value lists --------------------------------------------------------------------------------------------- */

bool tamis_percent_parse(tamis_slice text, double *value) {
        if (text.n < 2 || text.p[text.n - 1] != '%')
                return tamis_number_parse(text, value);
        if (!tamis_number_parse((tamis_slice) { text.p, text.n - 1 }, value))
                return false;
        *value /= 100;
        return true;
}

void tamis_class_values_done(tamis_class_values *list) {
        free(list->values);
        tamis_arena_done(&list->arena);
        *list = (tamis_class_values) { 0 };
}

struct parsing {
        tamis_class_values *list;
        const char *option;
};

static int take_pair(tamis_slice name, tamis_slice value, void *arg, tamis_error *err) {
        struct parsing *p = arg;
        tamis_class_values *list = p->list;
        struct tamis_class_value *more;
        double number;
        char *copy;

        if (!name.p)
                return tamis_fail(err, TAMIS_USAGE, "%s: \"%.*s\" is no class=number", p->option, (int) value.n,
                                  value.p ? value.p : "");
        if (!tamis_percent_parse(value, &number) || number < 0)
                return tamis_fail(err, TAMIS_USAGE, "%s: \"%.*s\" of class \"%.*s\" is no number of 0 or more",
                                  p->option, (int) value.n, value.p ? value.p : "", (int) name.n, name.p);
        for (size_t i = 0; i < list->n; i++)
                if (tamis_slice_equal(list->values[i].name, name))
                        return tamis_fail(err, TAMIS_USAGE, "%s: class \"%.*s\" is given twice", p->option,
                                          (int) name.n, name.p);
        more = reallocarray(list->values, list->n + 1, sizeof *more);
        if (!more)
                return tamis_fail_memory(err);
        list->values = more;
        copy = tamis_arena_copy(&list->arena, name);
        if (!copy)
                return tamis_fail_memory(err);
        more[list->n++] = (struct tamis_class_value) { { copy, name.n }, number };
        return 0;
}

int tamis_class_values_parse(tamis_class_values *list, const char *text, const char *option, tamis_error *err) {
        struct parsing p = { list, option };
        int r = tamis_pairs(text, option, take_pair, &p, err);

        if (r == 0 && list->n == 0)
                return tamis_fail(err, TAMIS_USAGE, "%s: a list class=number,... is needed", option);
        return r;
}

int tamis_class_values_apply(const tamis_class_values *list, const tamis_labels *labels, const char *option,
                             double *values, tamis_error *err) {
        for (size_t i = 0; i < list->n; i++) {
                tamis_slice name = list->values[i].name;
                long at = tamis_labels_find(labels, name);
                char near[256];

                if (at < 0) {
                        tamis_nearest(name, labels->names, labels->n_classes, near, sizeof near);
                        return tamis_fail(err, TAMIS_USAGE, "%s: no train row is of class \"%.*s\"%s%s", option,
                                          (int) name.n, name.p, *near ? "; near: " : "", near);
                }
                values[at] = list->values[i].value;
        }
        return 0;
}

/* -- sizes --------------------------------------------------------------------------------------------------------- */

void tamis_ratio_done(tamis_ratio *ratio) {
        tamis_class_values_done(&ratio->counts);
        *ratio = (tamis_ratio) { 0 };
}

int tamis_ratio_parse(tamis_ratio *ratio, const char *text, tamis_error *err) {
        int r;

        ratio->text = text;
        if (strcmp(text, "auto") == 0) {
                ratio->kind = TAMIS_RATIO_AUTO;
                return 0;
        }
        if (tamis_percent_parse(tamis_slice_of(text), &ratio->share)) {
                ratio->kind = TAMIS_RATIO_SHARE;
                if (ratio->share > 0 && ratio->share <= 1)
                        return 0;
                return tamis_fail(err, TAMIS_USAGE, "--ratio %s: it is smaller class / larger class, above 0 and at "
                                  "most 1", text);
        }
        ratio->kind = TAMIS_RATIO_COUNTS;
        r = tamis_class_values_parse(&ratio->counts, text, "--ratio", err);
        for (size_t i = 0; r == 0 && i < ratio->counts.n; i++) {
                double rows = ratio->counts.values[i].value;

                if (rows != floor(rows) || rows >= UINT32_MAX)
                        return tamis_fail(err, TAMIS_USAGE, "--ratio %s: a number of rows is needed for class \"%s\"",
                                          text, ratio->counts.values[i].name.p);
        }
        return r;
}

/* No class goes the way it should: say what the ratio is now. */
static int fail_direction(const tamis_ratio *ratio, uint64_t smallest, uint64_t largest, bool raise, tamis_error *err) {
        return tamis_fail(err, TAMIS_USAGE, "--ratio %s: smallest and largest class are at %llu / %llu = %.3g already; "
                          "this %s rows and never %s any (%s)", ratio->text, (unsigned long long) smallest,
                          (unsigned long long) largest, (double) smallest / (double) largest,
                          raise ? "adds" : "removes", raise ? "removes" : "adds",
                          raise ? "`tamis sample -s under` does" : "`-s over` does");
}

static int counted_sizes(const tamis_ratio *ratio, const tamis_labels *labels, bool raise, uint64_t *sizes,
                         tamis_error *err) {
        double *wanted = calloc(labels->n_classes + 1, sizeof *wanted);
        int r;

        if (!wanted)
                return tamis_fail_memory(err);
        for (size_t c = 0; c < labels->n_classes; c++)
                wanted[c] = (double) labels->counts[c];
        r = tamis_class_values_apply(&ratio->counts, labels, "--ratio", wanted, err);
        for (size_t c = 0; r == 0 && c < labels->n_classes; c++) {
                sizes[c] = (uint64_t) wanted[c];
                if (raise ? sizes[c] < labels->counts[c] : sizes[c] > labels->counts[c])
                        r = tamis_fail(err, TAMIS_USAGE, "--ratio: class \"%.*s\" has %llu rows, and %llu are %s; this "
                                       "%s rows and never %s any", (int) labels->names[c].n, labels->names[c].p,
                                       (unsigned long long) labels->counts[c], (unsigned long long) sizes[c],
                                       raise ? "fewer" : "more", raise ? "adds" : "removes",
                                       raise ? "removes" : "adds");
        }
        free(wanted);
        return r;
}

int tamis_ratio_sizes(const tamis_ratio *ratio, const tamis_labels *labels, bool raise, uint64_t *sizes,
                      tamis_error *err) {
        uint64_t smallest = UINT64_MAX, largest = 0, goal;
        double exact;

        if (labels->n_classes < 2)
                return tamis_fail(err, TAMIS_BAD_DATA, "the target has one class only, \"%.*s\": there is nothing to "
                                  "balance", (int) labels->names[0].n, labels->names[0].p);
        if (ratio->kind == TAMIS_RATIO_COUNTS)
                return counted_sizes(ratio, labels, raise, sizes, err);
        for (size_t c = 0; c < labels->n_classes; c++) {
                smallest = labels->counts[c] < smallest ? labels->counts[c] : smallest;
                largest = labels->counts[c] > largest ? labels->counts[c] : largest;
        }
        exact = ratio->kind == TAMIS_RATIO_AUTO ? (double) (raise ? largest : smallest)
                : raise ? ratio->share * (double) largest : (double) smallest / ratio->share;
        if (!raise && exact > (double) largest + .5)
                return fail_direction(ratio, smallest, largest, raise, err);
        goal = (uint64_t) llround(exact);
        if (raise && goal < smallest)
                return fail_direction(ratio, smallest, largest, raise, err);
        for (size_t c = 0; c < labels->n_classes; c++) {
                bool moves = raise ? labels->counts[c] < goal : labels->counts[c] > goal;

                sizes[c] = moves ? goal : labels->counts[c];
        }
        return 0;
}

void tamis_share_out(uint64_t total, const uint64_t *counts, size_t n, uint64_t *sizes) {
        unsigned __int128 all = 0;
        uint64_t given = 0;

        for (size_t c = 0; c < n; c++)
                all += counts[c];
        for (size_t c = 0; c < n; c++) {
                sizes[c] = all ? (uint64_t) ((unsigned __int128) total * counts[c] / all) : 0;
                given += sizes[c];
        }
        /* fewer than n rows are left: the largest remainder that has not had one gets the next */
        for (; all && given < total; given++) {
                size_t best = n;
                unsigned __int128 most = 0;

                for (size_t c = 0; c < n; c++) {
                        unsigned __int128 exact = (unsigned __int128) total * counts[c];

                        if (exact >= (unsigned __int128) sizes[c] * all && exact - sizes[c] * all > most) {
                                most = exact - sizes[c] * all;
                                best = c;
                        }
                }
                if (best == n)
                        return;
                sizes[best]++;
        }
}

/* Knuth's algorithm S (TAOCP 3.4.2): one draw a place, the order kept. */
void tamis_choose(tamis_stream *stream, const uint32_t *rows, size_t among, size_t chosen, uint32_t *times) {
        for (size_t i = 0; i < among && chosen > 0; i++)
                if (tamis_stream_below(stream, among - i) < chosen) {
                        times[rows ? rows[i] : i]++;
                        chosen--;
                }
}
