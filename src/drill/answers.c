/* What the learner's pipeline wrote: its form first, and only then its cells. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <tamis/number.h>
#include <tamis/schema.h>

#include "drill/grade.h"
#include "drill/keys.h"
#include "judge/sheet.h"

enum { MOST_COLUMNS = 32, MOST_NAME = 128 };

/* One of `columns = id text, p number 0..1`. */
struct asked {
        char name[MOST_NAME];
        bool text;
        double low, high;       /* -INFINITY, INFINITY: no limits */
        size_t at;              /* in the answer */
};

struct answer {
        const tamis_drill_config *config;
        const tamis_drill_section *section;
        tamis_drill_world *world;
        char table[MOST_NAME], path[4096];
        struct asked columns[MOST_COLUMNS];
        size_t n;
        tamis_sheet sheet;
};

/* A fault of the drill. */
static int wrong(const struct answer *a, tamis_error *err, const char *what) {
        return tamis_fail_at(err, TAMIS_USAGE, a->config->file, a->section->line, 0, "[answer %s]: %s",
                             a->section->name, what);
}

/* -- what is asked for --------------------------------------------------------------------------------------------- */

static tamis_slice word_of(const char **p) {
        tamis_slice word;

        while (**p == ' ' || **p == '\t')
                ++*p;
        word = (tamis_slice) { *p, strcspn(*p, " \t,") };
        *p += word.n;
        return word;
}

static bool take_range(tamis_slice text, struct asked *c) {
        const char *dots = memmem(text.p, text.n, "..", 2);
        tamis_slice low = { text.p, dots ? (size_t) (dots - text.p) : 0 }, high;

        if (!dots)
                return false;
        high = (tamis_slice) { dots + 2, text.n - low.n - 2 };
        return (low.n == 0 || tamis_number_parse(low, &c->low)) && (high.n == 0 || tamis_number_parse(high, &c->high));
}

static int take_columns(struct answer *a, tamis_error *err) {
        const char *p = tamis_drill_config_value(a->section, "columns");

        if (!p)
                return wrong(a, err, "which columns? columns = id text, p number 0..1");
        while (*p) {
                struct asked *c = &a->columns[a->n];
                tamis_slice name = word_of(&p), type = word_of(&p), range = word_of(&p);

                if (a->n == MOST_COLUMNS || name.n == 0 || name.n >= MOST_NAME)
                        return wrong(a, err, "columns = NAME TYPE [LOW..HIGH], ... and 32 of them at most");
                *c = (struct asked) { .low = -INFINITY, .high = INFINITY };
                snprintf(c->name, sizeof c->name, "%.*s", (int) name.n, name.p);
                c->text = tamis_slice_equal(type, tamis_slice_of("text"));
                if (!c->text && !tamis_slice_equal(type, tamis_slice_of("number")))
                        return wrong(a, err, "a column is of type number or text");
                if (range.n > 0 && !take_range(range, c))
                        return wrong(a, err, "a range is LOW..HIGH; either may be left out");
                a->n++;
                while (*p == ' ' || *p == ',')
                        p++;
        }
        return 0;
}

static bool says_yes(const struct answer *a, const char *key) {
        const char *value = tamis_drill_config_value(a->section, key);

        return value && strcmp(value, "yes") == 0;
}

/* -- what came ----------------------------------------------------------------------------------------------------- */

static int open_sheet(struct answer *a, tamis_error *err) {
        const char *path = a->path;
        const tamis_reader_options how = { .paths = &path,
                                           .n_paths = 1,
                                           .dialect = { .delimiter = ',', .header = true } };
        char want[512] = "";
        size_t n = 0;
        int r = tamis_sheet_open(&a->sheet, &how, NULL, err);

        for (size_t i = 0; i < a->n && n < sizeof want; i++)
                n += (size_t) snprintf(want + n, sizeof want - n, "%s%s", i > 0 ? "," : "", a->columns[i].name);
        for (size_t i = 0; r == 0 && i < a->n; i++) {
                struct asked *c = &a->columns[i];
                long at = tamis_schema_find(&a->sheet.schema, tamis_slice_of(c->name));

                if (at < 0)
                        return tamis_fail_at(err, TAMIS_BAD_DATA, a->path, 1, 0,
                                             "no column \"%s\": its first line should be %s", c->name, want);
                c->at = (size_t) at;
                tamis_sheet_want(&a->sheet, c->at, c->text ? TAMIS_SHEET_LEVELS : TAMIS_SHEET_NUMBERS);
        }
        return r == 0 ? tamis_sheet_read(&a->sheet, err) : r;
}

/* The cell, in the arena of the world. */
static int take_text(struct answer *a, const struct asked *c, size_t row, const char **ret, tamis_error *err) {
        const tamis_sheet_column *from = &a->sheet.columns[c->at];

        *ret = NULL;
        if (from->codes[row] == TAMIS_NO_LEVEL)
                return 0;
        *ret = tamis_arena_copy(&a->world->arena, from->levels[from->codes[row]]);
        return *ret ? 0 : tamis_fail_memory(err);
}

static int check_cell(const struct answer *a, const struct asked *c, size_t row, bool missing, double x,
                      tamis_error *err) {
        if (missing && !says_yes(a, "empty"))
                return tamis_fail_at(err, TAMIS_BAD_DATA, a->path, row + 2, 0,
                                     "column \"%s\" is empty; every row needs a %s", c->name,
                                     c->text ? "text" : "number");
        if (!missing && !c->text && !(x >= c->low && x <= c->high))
                return tamis_fail_at(err, TAMIS_BAD_DATA, a->path, row + 2, 0,
                                     "column \"%s\" is %g; it must lie in %g .. %g", c->name, x, c->low, c->high);
        return 0;
}

static int take_column(struct answer *a, const struct asked *c, tamis_drill_column *ret, tamis_error *err) {
        size_t n = a->sheet.rows;
        int r = 0;

        *ret = (tamis_drill_column) { .name = c->name, .text = c->text, .n = n };
        ret->number = c->text ? NULL : tamis_arena_get(&a->world->arena, (n + 1) * sizeof *ret->number);
        ret->texts = c->text ? tamis_arena_get(&a->world->arena, (n + 1) * sizeof *ret->texts) : NULL;
        if (!ret->number && !ret->texts)
                return tamis_fail_memory(err);
        for (size_t row = 0; r == 0 && row < n; row++) {
                if (c->text)
                        r = take_text(a, c, row, &ret->texts[row], err);
                else
                        ret->number[row] = a->sheet.columns[c->at].numbers[row];
                if (r == 0)
                        r = check_cell(a, c, row, c->text ? !ret->texts[row] : isnan(ret->number[row]),
                                       c->text ? 0 : ret->number[row], err);
        }
        return r;
}

/* -- rows ---------------------------------------------------------------------------------------------------------- */

static int check_count(const struct answer *a, size_t rows, tamis_error *err) {
        const char *wanted = tamis_drill_config_value(a->section, "rows");
        struct asked range = { .low = 0, .high = INFINITY };

        if (wanted && !take_range(tamis_slice_of(wanted), &range)) {
                if (!tamis_number_parse(tamis_slice_of(wanted), &range.low))
                        return wrong(a, err, "rows = N or LOW..HIGH");
                range.high = range.low;
        }
        if ((double) rows >= range.low && (double) rows <= range.high)
                return 0;
        if (range.low < range.high)
                return tamis_fail_at(err, TAMIS_BAD_DATA, a->path, 0, 0, "%zu rows; it should have %g to %g", rows,
                                     range.low, range.high);
        return tamis_fail_at(err, TAMIS_BAD_DATA, a->path, 0, 0, "%zu rows below its header; it should have %g", rows,
                             range.low);
}

/* The key for people: its separators as blanks. */
static void for_people(const char *key, char *ret, size_t size) {
        size_t n = 0;

        for (; *key && n + 1 < size; key++)
                ret[n++] = *key == TAMIS_DRILL_KEY_END ? ' ' : *key;
        while (n > 0 && ret[n - 1] == ' ')
                n--;
        ret[n] = '\0';
}

struct keyed {
        const char *key;
        size_t row;
};

static int by_key(const void *a, const void *b) {
        const struct keyed *x = a, *y = b;
        int order = strcmp(x->key, y->key);

        return order ? order : (x->row > y->row) - (x->row < y->row);
}

static int blame_row(const struct answer *a, const char *key, const char *what, size_t row, tamis_error *err) {
        char text[200];

        for_people(key, text, sizeof text);
        return tamis_fail_at(err, TAMIS_BAD_DATA, a->path, row, 0, "%s \"%s\" %s",
                             tamis_drill_config_value(a->section, "key"), text, what);
}

/* order[i]: the answer's row that the truth's row i is about. Every key once, none besides. */
static int match_rows(const struct answer *a, const char *const *truth, size_t n_truth, const char *const *keys,
                      size_t n, size_t *order, tamis_error *err) {
        struct keyed *sorted = calloc(n + 1, sizeof *sorted);
        size_t used = 0;
        int r = sorted ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < n; i++)
                sorted[i] = (struct keyed) { keys[i], i };
        if (r == 0 && n > 1)
                qsort(sorted, n, sizeof *sorted, by_key);
        for (size_t i = 1; r == 0 && i < n; i++)
                if (strcmp(sorted[i - 1].key, sorted[i].key) == 0)
                        r = blame_row(a, sorted[i].key, "is there twice; once is asked for", sorted[i].row + 2, err);
        for (size_t i = 0; r == 0 && i < n_truth; i++) {
                struct keyed wanted = { truth[i], 0 };
                size_t low = 0, high = n;

                while (low < high) {
                        size_t middle = low + (high - low) / 2;

                        if (strcmp(sorted[middle].key, wanted.key) < 0)
                                low = middle + 1;
                        else
                                high = middle;
                }
                if (low == n || strcmp(sorted[low].key, wanted.key) != 0) {
                        r = blame_row(a, truth[i], "is not in it; every one is needed", 0, err);
                } else {
                        order[i] = sorted[low].row;
                        used++;
                }
        }
        if (r == 0 && used < n)
                r = tamis_fail_at(err, TAMIS_BAD_DATA, a->path, 0, 0,
                                  "%zu rows below its header; %zu are asked for, one for each %s", n, used,
                                  tamis_drill_config_value(a->section, "key"));
        free(sorted);
        return r;
}

/* The columns of the key, as a table that has their names alone. */
static int key_names(const struct answer *a, tamis_drill_column names[MOST_COLUMNS], tamis_drill_table *ret,
                     tamis_error *err) {
        const char *p = tamis_drill_config_value(a->section, "key");

        *ret = (tamis_drill_table) { .columns = names };
        while (*p) {
                tamis_slice word = word_of(&p);
                char *name = tamis_arena_copy(&a->world->arena, word);

                if (!name)
                        return tamis_fail_memory(err);
                if (word.n == 0 || ret->n == MOST_COLUMNS)
                        return wrong(a, err, "key = COL[, COL]");
                names[ret->n++] = (tamis_drill_column) { .name = name };
                while (*p == ' ' || *p == ',')
                        p++;
        }
        return 0;
}

/* Into the truth's order. */
static int arrange(struct answer *a, tamis_drill_table *t, tamis_error *err) {
        const char *of = tamis_drill_config_value(a->section, "truth");
        const tamis_drill_table *truth = of ? tamis_drill_world_table(a->world, of) : NULL;
        tamis_drill_column names[MOST_COLUMNS];
        tamis_drill_table like;
        const char **keys = NULL, **wanted = NULL;
        size_t *order;
        int r;

        if (!truth)
                return wrong(a, err, "truth = NAME of the table that has its keys");
        order = tamis_arena_get(&a->world->arena, (truth->rows + 1) * sizeof *order);
        r = order ? key_names(a, names, &like, err) : tamis_fail_memory(err);
        if (r == 0)
                r = tamis_drill_row_keys(a->world, t, &like, &keys, err);
        if (r == 0)
                r = tamis_drill_row_keys(a->world, truth, &like, &wanted, err);
        if (r == 0)
                r = match_rows(a, wanted, truth->rows, keys, t->rows, order, err);
        return r == 0 ? tamis_drill_table_rows(a->world, t, order, truth->rows, err) : r;
}

/* ------------------------------------------------------------------------------------------------------------------ */

static int read_answer(struct answer *a, tamis_error *err) {
        tamis_drill_table *t = NULL;
        int r = take_columns(a, err);

        if (r < 0)
                return r;
        if (access(a->path, F_OK) < 0) {
                if (!says_yes(a, "optional"))
                        return tamis_fail_at(err, TAMIS_BAD_DATA, a->path, 0, 0,
                                             "it is not there; pipeline.sh should write it");
                r = tamis_drill_world_add(a->world, a->table, 0, &t, err);
                if (r == 0)
                        t->absent = true;
                return r;
        }
        r = open_sheet(a, err);
        if (r == 0 && !tamis_drill_config_value(a->section, "key"))
                r = check_count(a, a->sheet.rows, err);
        if (r == 0)
                r = tamis_drill_world_add(a->world, a->table, a->sheet.rows, &t, err);
        for (size_t i = 0; r == 0 && i < a->n; i++) {
                tamis_drill_column c;

                r = take_column(a, &a->columns[i], &c, err);
                if (r == 0)
                        r = tamis_drill_table_set(a->world, t, a->columns[i].name, &c, err);
        }
        return r == 0 && tamis_drill_config_value(a->section, "key") ? arrange(a, t, err) : r;
}

/* Names of the scratch folder say nothing to anybody. */
static void without_folder(tamis_error *err, const char *folder) {
        size_t n = strlen(folder);

        if (err && strncmp(err->file, folder, n) == 0 && err->file[n] == '/')
                memmove(err->file, err->file + n + 1, strlen(err->file + n + 1) + 1);
}

int tamis_drill_answers_read(const tamis_drill_config *c, tamis_drill_world *w, const char *folder, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < c->n; i++) {
                struct answer a = { .config = c, .section = &c->sections[i], .world = w };

                if (strcmp(c->sections[i].kind, "answer") != 0)
                        continue;
                snprintf(a.table, sizeof a.table, "%.*s", (int) strcspn(a.section->name, "."), a.section->name);
                snprintf(a.path, sizeof a.path, "%.3000s/%.900s", folder, a.section->name);
                r = read_answer(&a, err);
                tamis_sheet_done(&a.sheet);
        }
        if (r < 0)
                without_folder(err, folder);
        /* what cannot be read is the learner's to mend, too */
        return r == TAMIS_IO ? TAMIS_BAD_DATA : r;
}
