#include <stdio.h>
#include <stdlib.h>

#include "look/groups.h"
#include "table/show.h"

enum { LEAST = 5, NAMED = 4, RUN = 3 };

/* -- the column in a command --------------------------------------------------------------------------------------- */

/* The next `-c ITEM` or `--drop=ITEM` from `at` on: where the item begins; NULL: there is none. */
static const char *item_at(const char *at, const char *item) {
        static const char *const before[] = { "-c ", "--drop=" };
        size_t n = strlen(item);

        for (; *at; at++)
                for (size_t i = 0; i < 2; i++) {
                        size_t k = strlen(before[i]);

                        if (strncmp(at, before[i], k) == 0 && strncmp(at + k, item, n) == 0 &&
                            (at[k + n] == ' ' || !at[k + n]))
                                return at + k;
                }
        return NULL;
}

/* As a cure spells it: by name, or by its position where a name will not do. */
static const char *item_of(const tamis_profile *p, long column, char out[TAMIS_SHOW_SIZE + 64]) {
        const tamis_profile_column *c = &p->columns[column];

        if (!tamis_show_item(c->name, out, TAMIS_SHOW_SIZE + 64))
                snprintf(out, TAMIS_SHOW_SIZE + 64, "%zu", c->position + 1);
        return out;
}

/* The cure with `with` in the place of the finding's column. */
static int replace(const tamis_profile *p, const tamis_look_finding *f, const char *with, tamis_buffer *out,
                   tamis_error *err) {
        char item[TAMIS_SHOW_SIZE + 64];
        const char *at = f->cure, *next;
        int r = 0;

        if (f->column >= 0)
                item_of(p, f->column, item);
        while (r == 0 && f->column >= 0 && (next = item_at(at, item))) {
                r = tamis_buffer_add(out, at, (size_t) (next - at), err);
                if (r == 0)
                        r = tamis_buffer_add(out, with, strlen(with), err);
                at = next + strlen(item);
        }
        return r == 0 ? tamis_buffer_add(out, at, strlen(at) + 1, err) : r;
}

/* Columns beside one another are `a:z`, where both names stand for one column and need no quotes; else `3:9`. */
static bool is_plain(const tamis_profile *p, long column) {
        tamis_slice name = p->columns[column].name;
        bool digits = true;

        for (size_t i = 0; i < name.n; i++) {
                char c = name.p[i], small = (char) (c | 0x20);

                if (!((small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '_'))
                        return false;
                digits = digits && c >= '0' && c <= '9';
        }
        for (size_t i = 0; i < p->n; i++)
                if ((long) i != column && tamis_slice_equal(p->columns[i].name, name))
                        return false;
        return name.n > 0 && name.n <= TAMIS_SHOW_BYTES && !digits;
}

/* A position that is no column's name: a name comes first. */
static bool is_free(const tamis_profile *p, size_t position) {
        char digits[32];
        int n = snprintf(digits, sizeof digits, "%zu", position);

        for (size_t i = 0; i < p->n; i++)
                if (tamis_slice_equal(p->columns[i].name, (tamis_slice) { digits, (size_t) n }))
                        return false;
        return true;
}

static int add_items(const tamis_profile *p, const tamis_look_group *g, tamis_buffer *out, tamis_error *err) {
        const tamis_look_finding *const *m = (const tamis_look_finding *const *) g->members;
        int r = 0;

        for (size_t i = 0, end, n; r == 0 && i < g->n; i = end) {
                long first = m[i]->column, last = first;
                char a[TAMIS_SHOW_SIZE + 64], b[TAMIS_SHOW_SIZE + 64];

                for (end = i, n = 1; end < g->n; end++) {
                        if (m[end]->column == last)
                                continue;
                        if (p->columns[m[end]->column].position != p->columns[last].position + 1)
                                break;
                        last = m[end]->column;
                        n++;
                }
                if (n >= RUN && is_plain(p, first) && is_plain(p, last)) {
                        r = tamis_buffer_addf(out, err, "%s%s:%s", i ? "," : "", item_of(p, first, a),
                                              item_of(p, last, b));
                } else if (n >= RUN && is_free(p, p->columns[first].position + 1) &&
                           is_free(p, p->columns[last].position + 1)) {
                        r = tamis_buffer_addf(out, err, "%s%zu:%zu", i ? "," : "", p->columns[first].position + 1,
                                              p->columns[last].position + 1);
                } else {
                        for (end = i + 1; end < g->n && m[end]->column == first; end++)
                                ;
                        r = tamis_buffer_addf(out, err, "%s%s", i ? "," : "", item_of(p, first, a));
                }
        }
        return r == 0 ? tamis_buffer_add(out, "", 1, err) : r;
}

/* -- groups -------------------------------------------------------------------------------------------------------- */

struct member {
        size_t at;
        const char *key;                /* severity, kind, and the cure but for the column */
        size_t first;                   /* the first finding with that key, and how many there are */
        size_t n;
};

static int by_key(const void *a, const void *b) {
        const struct member *x = a, *y = b;
        int order = strcmp(x->key, y->key);

        return order ? order : x->at < y->at ? -1 : 1;
}

static int by_place(const void *a, const void *b) {
        const struct member *x = a, *y = b;

        return x->at < y->at ? -1 : 1;
}

static int find_keys(const tamis_profile *p, tamis_arena *arena, struct member *list, tamis_error *err) {
        tamis_buffer b = {0};
        int r = 0;

        for (size_t i = 0; r == 0 && i < p->n_findings; i++) {
                const tamis_look_finding *f = &p->findings[i];

                b.n = 0;
                r = tamis_buffer_addf(&b, err, "%d %d %s ", (int) f->severity, f->column < 0, f->kind);
                if (r == 0)
                        r = replace(p, f, "\x01", &b, err);
                list[i] = (struct member) { .at = i,
                                           .key = r == 0 ? tamis_arena_copy(arena, (tamis_slice) { b.p, b.n - 1 })
                                                         : NULL };
                if (r == 0 && !list[i].key)
                        r = tamis_fail_memory(err);
        }
        tamis_buffer_done(&b);
        return r;
}

static int finish(const tamis_profile *p, tamis_look_groups *to, tamis_look_group *g, tamis_error *err) {
        tamis_buffer items = {0}, cure = {0};
        int r = 0;

        g->most = g->members[0];
        g->cure = g->members[0]->cure;
        for (size_t i = 0; i < g->n; i++) {
                g->n_columns += i == 0 || g->members[i]->column != g->members[i - 1]->column;
                g->differ = g->differ || g->members[i]->cells != g->members[0]->cells;
                if (g->members[i]->cells > g->most->cells)
                        g->most = g->members[i];
        }
        if (g->n_columns < 2 || !*g->cure)
                return 0;
        r = add_items(p, g, &items, err);
        if (r == 0)
                r = replace(p, g->members[0], items.p, &cure, err);
        if (r == 0 && !(g->cure = tamis_arena_copy(&to->arena, tamis_slice_of(cure.p))))
                r = tamis_fail_memory(err);
        tamis_buffer_done(&items);
        tamis_buffer_done(&cure);
        return r;
}

/* From the members in the order of keys to groups in the order of their first finding. */
static int make_groups(const tamis_profile *p, struct member *list, tamis_look_groups *ret, tamis_error *err) {
        size_t n = p->n_findings, *group_of = malloc((n + 1) * sizeof *group_of);
        const tamis_look_finding **members = tamis_arena_get(&ret->arena, (n + 1) * sizeof *members);
        int r = 0;

        ret->groups = calloc(n + 1, sizeof *ret->groups);
        if (!group_of || !members || !ret->groups)
                r = tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < n; i++) {
                bool alone = list[i].n < LEAST;

                if (!alone && list[i].first != i) {
                        tamis_look_group *g = &ret->groups[group_of[list[i].first]];

                        g->members[g->n++] = &p->findings[i];
                        continue;
                }
                ret->groups[ret->n] = (tamis_look_group) { .members = members, .n = 1 };
                members[0] = &p->findings[i];
                members += alone ? 1 : list[i].n;
                group_of[i] = ret->n++;
        }
        for (size_t i = 0; r == 0 && i < ret->n; i++)
                r = finish(p, ret, &ret->groups[i], err);
        free(group_of);
        return r;
}

int tamis_look_group_findings(const tamis_profile *p, tamis_look_groups *ret, tamis_error *err) {
        struct member *list = malloc((p->n_findings + 1) * sizeof *list);
        int r = list ? find_keys(p, &ret->arena, list, err) : tamis_fail_memory(err);

        if (r == 0)
                qsort(list, p->n_findings, sizeof *list, by_key);
        for (size_t i = 0, end; r == 0 && i < p->n_findings; i = end) {
                for (end = i + 1; end < p->n_findings && strcmp(list[i].key, list[end].key) == 0; end++)
                        ;
                for (size_t k = i; k < end; k++) {
                        list[k].first = list[i].at;
                        list[k].n = end - i;
                }
        }
        if (r == 0) {
                qsort(list, p->n_findings, sizeof *list, by_place);
                r = make_groups(p, list, ret, err);
        }
        free(list);
        return r;
}

void tamis_look_groups_done(tamis_look_groups *g) {
        free(g->groups);
        tamis_arena_done(&g->arena);
        *g = (tamis_look_groups) {0};
}

const char *tamis_look_group_names(const tamis_profile *p, const tamis_look_group *g, char *out, size_t size) {
        size_t at = 0, named = 0;

        out[0] = '\0';
        for (size_t i = 0; i < g->n && named < NAMED; i++) {
                char name[TAMIS_SHOW_SIZE];

                if (i > 0 && g->members[i]->column == g->members[i - 1]->column)
                        continue;
                tamis_show(p->columns[g->members[i]->column].name, name, sizeof name);
                at += (size_t) snprintf(out + at, size - at, "%s%s", named ? ", " : "", name);
                named++;
        }
        if (named < g->n_columns)
                snprintf(out + at, size - at, " and %zu more", g->n_columns - named);
        return out;
}
