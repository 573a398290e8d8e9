#include "drill/world.h"

void tamis_drill_world_init(tamis_drill_world *w, uint64_t seed, bool altered) {
        *w = (tamis_drill_world) { .seed = seed, .altered = altered };
}

void tamis_drill_world_done(tamis_drill_world *w) {
        tamis_arena_done(&w->arena);
        *w = (tamis_drill_world) {0};
}

tamis_drill_table *tamis_drill_world_table(const tamis_drill_world *w, const char *name) {
        for (size_t i = 0; i < w->n; i++)
                if (strcmp(w->tables[i].name, name) == 0)
                        return &w->tables[i];
        return NULL;
}

tamis_drill_column *tamis_drill_table_column(const tamis_drill_table *t, const char *name) {
        for (size_t i = 0; i < t->n; i++)
                if (strcmp(t->columns[i].name, name) == 0)
                        return &t->columns[i];
        return NULL;
}

/* A longer copy of an array of `n` things; the arena keeps the old one, of a few hundred bytes. */
static void *longer(tamis_drill_world *w, const void *old, size_t n, size_t size) {
        char *ret = tamis_arena_get_zeroed(&w->arena, n + 1, size);

        if (ret && n > 0)
                memcpy(ret, old, n * size);
        return ret;
}

int tamis_drill_world_add(tamis_drill_world *w, const char *name, size_t rows, tamis_drill_table **ret,
                          tamis_error *err) {
        tamis_drill_table *tables = longer(w, w->tables, w->n, sizeof *tables);
        char *copy = tamis_arena_copy(&w->arena, tamis_slice_of(name));

        if (!tables || !copy)
                return tamis_fail_memory(err);
        w->tables = tables;
        tables[w->n] = (tamis_drill_table) { .name = copy, .rows = rows };
        *ret = &tables[w->n++];
        return 0;
}

int tamis_drill_table_set(tamis_drill_world *w, tamis_drill_table *t, const char *name, const tamis_drill_column *c,
                          tamis_error *err) {
        tamis_drill_column *there = tamis_drill_table_column(t, name);

        if (!there) {
                tamis_drill_column *columns = longer(w, t->columns, t->n, sizeof *columns);
                char *copy = tamis_arena_copy(&w->arena, tamis_slice_of(name));

                if (!columns || !copy)
                        return tamis_fail_memory(err);
                t->columns = columns;
                there = &columns[t->n++];
                there->name = copy;
        }
        name = there->name;
        *there = *c;
        there->name = name;
        return 0;
}

int tamis_drill_table_rows(tamis_drill_world *w, tamis_drill_table *t, const size_t *which, size_t n,
                           tamis_error *err) {
        for (size_t i = 0; i < t->n; i++) {
                tamis_drill_column *c = &t->columns[i], of = *c;

                of.n = n;
                of.number = c->text ? NULL : tamis_arena_get(&w->arena, (n + 1) * sizeof *of.number);
                of.texts = c->text ? tamis_arena_get(&w->arena, (n + 1) * sizeof *of.texts) : NULL;
                if (!of.number && !of.texts)
                        return tamis_fail_memory(err);
                for (size_t k = 0; k < n; k++) {
                        if (c->text)
                                of.texts[k] = c->texts[which[k]];
                        else
                                of.number[k] = c->number[which[k]];
                }
                *c = of;
        }
        t->rows = n;
        return 0;
}
