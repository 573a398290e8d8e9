/* Any bytes as a drill.ini whose values are formulas: a column of as many rows as the table has, or of one, the same
 * every time; or an error with words. Never a step beyond the text, nor below the stack. */
#include <math.h>
#include <stdlib.h>

#include "drill/formula.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 7 };

/* x: numbers, one missing; t: texts, one missing; codes: another table. */
static int make(tamis_drill_world *w, tamis_error *err) {
        static double x[ROWS] = { 1, 2.5, -3, NAN, 0, 1e9, 1 }, code[2] = { 7, 8 };
        static const char *t[ROWS] = { "a", "b", "", NULL, "a", "long er", "7" };
        tamis_drill_table *table;
        int r = tamis_drill_world_add(w, "codes", 2, &table, err);

        if (r == 0)
                r = tamis_drill_table_set(w, table, "code", &(tamis_drill_column) { .n = 2, .number = code }, err);
        if (r == 0)
                r = tamis_drill_world_add(w, "t", ROWS, &table, err);
        if (r == 0)
                r = tamis_drill_table_set(w, table, "x", &(tamis_drill_column) { .n = ROWS, .number = x }, err);
        if (r == 0)
                r = tamis_drill_table_set(w, table, "t", &(tamis_drill_column) { .n = ROWS, .text = true, .texts = t },
                                          err);
        return r;
}

static void same(const tamis_drill_column *a, const tamis_drill_column *b) {
        if (a->n != b->n || a->text != b->text || (a->n != 1 && a->n != ROWS))
                abort();
        for (size_t i = 0; i < a->n; i++) {
                if (!a->text && a->number[i] != b->number[i] && !(isnan(a->number[i]) && isnan(b->number[i])))
                        abort();
                if (a->text && (!a->texts[i] != !b->texts[i] || (a->texts[i] && strcmp(a->texts[i], b->texts[i]) != 0)))
                        abort();
        }
}

static void try(tamis_drill_world *w, const tamis_drill_entry *e) {
        tamis_drill_scope scope = { .world = w, .table = tamis_drill_world_table(w, "t"), .may_draw = true, .file = "f",
                                    .line = e->line };
        tamis_drill_column c, again;
        tamis_error err = {0};
        int r = tamis_drill_formula(&scope, e->key, e->value, &c, &err);

        if (r < 0 && !err.message[0])
                abort();
        if (tamis_drill_formula(&scope, e->key, e->value, &again, &err) != r)
                abort();
        if (r == 0)
                same(&c, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        tamis_drill_config c;
        tamis_drill_world w;
        tamis_error err = {0};
        int r = tamis_drill_config_parse("f", (tamis_slice) { (const char *) data, size }, &c, &err);

        if (r < 0) {
                if (!err.message[0])
                        abort();
                return 0;
        }
        tamis_drill_world_init(&w, 1, size % 2 == 1);
        if (make(&w, &err) == 0)
                for (size_t i = 0; i < c.n; i++)
                        for (size_t k = 0; k < c.sections[i].n; k++)
                                try(&w, &c.sections[i].entries[k]);
        tamis_drill_world_done(&w);
        tamis_drill_config_done(&c);
        return 0;
}
