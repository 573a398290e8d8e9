/* What is wrong with the table as such: its names, its records, rows that repeat others. */
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "look/finder.h"
#include "table/cell.h"

static const tamis_look_severity note = TAMIS_LOOK_NOTE, warning = TAMIS_LOOK_WARNING, error = TAMIS_LOOK_ERROR;
enum { FEW_ROWS = 30, MOST_NEAR = 60 };

/* -- names and records ----------------------------------------------------------------------------------------------- */

static void look_at_records(tamis_finder *f) {
        const tamis_profile *p = f->p;

        if (p->padded + p->skipped > 0) {
                uint64_t n = p->padded + p->skipped;

                tamis_cure(f, "cat --ragged=pad");
                tamis_find(f, error, "ragged", -1, 0, n, "%llu record%s too few or too many cells; the first: %s",
                           (unsigned long long) n, n == 1 ? " has" : "s have", p->first_bad);
        }
        if (p->rejected > 0)
                tamis_find(f, error, "malformed", -1, 0, p->rejected, "%llu record%s set aside; the first: %s",
                           (unsigned long long) p->rejected, p->rejected == 1 ? " was" : "s were", p->first_bad);
        if (p->rows == 0)
                tamis_find(f, error, "no-rows", -1, 0, 0, "there is no row");
        else if (p->rows < FEW_ROWS)
                tamis_find(f, note, "few-rows", -1, 0, 0, "%s: too few to tell chance from rule",
                           tamis_find_rows(p->rows));
        if (p->rows > 0 && p->rows < p->n)
                tamis_find(f, warning, "more-columns-than-rows", -1, 0, 0,
                           "%zu columns and %s: a model can learn them by heart", p->n, tamis_find_rows(p->rows));
}

static bool is_unnamed(tamis_slice name) {
        return tamis_trim(name).n == 0 || (name.n >= 8 && memcmp(name.p, "Unnamed:", 8) == 0);
}

/* The first of that name keeps it; the cure calls the others NAME_2, NAME_3. */
static void say_same_name(tamis_finder *f, size_t i) {
        const tamis_profile_column *c = f->p->columns;
        const size_t *position = f->g->columns.columns;
        size_t before = 0, first = 0;
        char other[256];
        const char *item;

        for (size_t k = i; k-- > 0;)
                if (tamis_slice_equal(c[i].name, c[k].name)) {
                        first = k;
                        before++;
                }
        if (before == 0 || is_unnamed(c[i].name))
                return;
        snprintf(other, sizeof other, "%.*s_%zu", (int) (c[i].name.n < 200 ? c[i].name.n : 200), c[i].name.p,
                 before + 1);
        item = tamis_find_item(tamis_slice_of(other));
        if (item)
                tamis_cure(f, "clean --rename=%zu=%s", position[i] + 1, item);
        tamis_find(f, error, "same-name", (long) i, 1, 0,
                   "columns %zu and %zu have the same name: what is said of one is done to both", position[first] + 1,
                   position[i] + 1);
}

static void look_at_names(tamis_finder *f) {
        const tamis_profile *p = f->p;

        for (size_t i = 0; f->p->dialect.header && i < p->n; i++) {
                tamis_slice name = p->columns[i].name;

                say_same_name(f, i);
                if (is_unnamed(name)) {
                        tamis_cure(f, "clean --drop=%zu", f->g->columns.columns[i] + 1);
                        tamis_find(f, warning, "unnamed-column", (long) i, 1, 0, "column %zu has no name%s",
                                   f->g->columns.columns[i] + 1,
                                   i == 0 ? ": the row numbers of a table saved before?" : "");
                } else if (tamis_trim(name).n != name.n) {
                        const char *item = tamis_find_item(tamis_trim(name));

                        if (item)
                                tamis_cure(f, "clean --rename=%zu=%s", f->g->columns.columns[i] + 1, item);
                        tamis_find(f, warning, "blanks-in-name", (long) i, 1, 0,
                                   "the name begins or ends with a blank: \"%s\"", tamis_find_show(name));
                }
        }
}

/* The header once more, in the middle: files put end to end. */
static void look_for_headers(tamis_finder *f) {
        uint64_t line = 0;
        size_t n = 0;

        for (size_t i = 0; i < f->p->n; i++) {
                const tamis_words *w = &f->g->gathered[i].words;
                long at = tamis_dict_find(&w->dict, f->p->columns[i].name);

                if (at < 0 || (n > 0 && w->lines[at] != line))
                        continue;
                line = w->lines[at];
                n++;
        }
        if (n >= 2 && n * 2 > f->p->n && f->p->dialect.header)
                tamis_find(f, error, "header-again", -1, line, 0,
                           "the header stands among the rows again: files put end to end "
                           "(tamis cat does it right)");
}

void tamis_find_in_table(tamis_finder *f) {
        look_at_records(f);
        look_at_names(f);
        look_for_headers(f);
}

/* -- rows ------------------------------------------------------------------------------------------------------------ */

/* A set of 64-bit keys, each with the row it came with. */
struct set {
        struct { uint64_t key; uint32_t row; } *slots;
        size_t n;
};

static int set_init(struct set *s, size_t rows, tamis_error *err) {
        for (s->n = 64; s->n < 2 * rows; s->n *= 2)
                ;
        s->slots = calloc(s->n, sizeof *s->slots);
        return s->slots ? 0 : tamis_fail_memory(err);
}

/* The row that had the key before; or `row` itself, which now has it. */
static uint32_t set_add(struct set *s, uint64_t key, uint32_t row) {
        size_t at;

        key = key ? key : 1;
        for (at = tamis_mix(key) & (s->n - 1); s->slots[at].key; at = (at + 1) & (s->n - 1))
                if (s->slots[at].key == key)
                        return s->slots[at].row;
        s->slots[at].key = key;
        s->slots[at].row = row;
        return row;
}

static uint64_t cell_key(const tamis_look_frame *f, size_t i, size_t row) {
        uint64_t u = 0;

        if (f->codes[i])
                u = f->codes[i][row];
        else if (f->numbers[i][row] == f->numbers[i][row]) {
                double x = f->numbers[i][row] + 0.0;

                memcpy(&u, &x, sizeof u);
                u ^= 0x5555;
        }
        return tamis_mix(u ^ tamis_mix(i + 1));
}

static uint64_t first_repeat(const tamis_look_frame *f, const uint64_t *keys, struct set *s) {
        for (size_t row = 0; row < f->rows; row++)
                if (set_add(s, keys[row], (uint32_t) row) != row)
                        return f->lines[row];
        return 0;
}

static const char *rows_that(uint64_t n, const char *does, const char *many_do) {
        return tamis_find_counted(n, n == 1 ? "row" : "rows", n == 1 ? does : many_do);
}

static void say_duplicates(tamis_finder *f, const uint64_t *keys, struct set *s) {
        tamis_profile *p = f->p;

        if (p->duplicates == 0)
                return;
        p->duplicate_line = f->g->sample.halved ? 0 : first_repeat(f->f, keys, s);
        tamis_cure(f, "clean --dedupe");
        tamis_find(f, warning, "duplicate-rows", -1, p->duplicate_line, p->duplicates,
                   "%s%s the same as an earlier one, byte for "
                   "byte: in training and test alike they flatter a model",
                   p->duplicates_estimated ? "about " : "", rows_that(p->duplicates, "is", "are"));
}

/* Rows that are the same in all columns but one. The key of a row is the sum of its cells': one column is left out by taking
 * its part away. */
struct near {
        const tamis_finder *f;
        const uint64_t *keys;
        uint64_t pairs[MOST_NEAR], lines[MOST_NEAR];    /* by column: how many, and where the first is */
        atomic_bool no_memory;
};

/* Each thread's share of the columns. */
static void look_for_near(void *arg, unsigned thread) {
        struct near *near = arg;
        const tamis_look_frame *t = near->f->f;
        const uint64_t *keys = near->keys;
        struct set s;

        if (set_init(&s, t->rows, NULL) < 0) {
                near->no_memory = true;
                return;
        }
        for (size_t i = thread; i < t->n; i += tamis_pool_threads(near->f->g->pool)) {
                memset(s.slots, 0, s.n * sizeof *s.slots);
                for (size_t row = 0; row < t->rows; row++) {
                        uint64_t key = keys[row] - cell_key(t, i, row);
                        uint32_t first = set_add(&s, key, (uint32_t) row);

                        if (first == row || keys[first] == keys[row])
                                continue;
                        near->lines[i] = near->pairs[i]++ ? near->lines[i] : t->lines[row];
                }
        }
        free(s.slots);
}

static void say_near(tamis_finder *f, size_t i, uint64_t pairs, uint64_t line) {
        bool id = f->p->columns[i].distinct * 50 >= f->p->rows * 49, target = (long) i == f->p->target;

        /* with few values each, rows are alike by chance */
        if (pairs == 0 || pairs * 5 > f->f->rows * (id ? 5 : 1))
                return;
        if (id && !target)
                tamis_cure(f, "clean --drop=%s then clean --dedupe", tamis_find_column(f, i));
        tamis_find(f, target || id ? warning : note,
                   target       ? "label-conflicts"
                           : id ? "duplicates-but-for-id"
                                : "near-duplicate-rows",
                   (long) i, line, pairs, "%s the same as an earlier one in all columns but this%s%s",
                   rows_that(pairs, "is", "are"), f->p->sampled ? " (of those drawn)" : "",
                   target ? ": one of the labels is wrong, or the features do not decide it" : "");
}

static void find_near(tamis_finder *f, const uint64_t *keys) {
        const tamis_look_frame *t = f->f;
        struct near near = { .f = f, .keys = keys };
        double present = 0;

        for (size_t i = 0; i < t->n; i++)
                present += t->n_missing[i] * 2 < t->rows;
        if (t->n < 4 || present < 4 || t->n > MOST_NEAR)
                return;
        tamis_pool_run(f->g->pool, look_for_near, &near);
        if (near.no_memory)
                f->r = tamis_fail_memory(f->err);
        for (size_t i = 0; f->r == 0 && i < t->n; i++)
                say_near(f, i, near.pairs[i], near.lines[i]);
}

static void look_for_hollow(tamis_finder *f) {
        const tamis_profile *p = f->p;
        uint64_t empty = 0, hollow = 0;

        for (size_t i = 0; i < p->n_patterns; i++) {
                size_t n = 0;

                for (size_t c = 0; c < p->n; c++)
                        n += p->patterns[i].bits[c / 64] >> c % 64 & 1;
                empty += n == p->n ? p->patterns[i].rows : 0;
                hollow += n < p->n && n * 2 > p->n ? p->patterns[i].rows : 0;
        }
        if (empty > 0) {
                tamis_cure(f, "clean --drop-rows-over=0.99");
                tamis_find(f, warning, "empty-rows", -1, 0, empty, "%s every cell", rows_that(empty, "misses", "miss"));
        }
        if (hollow > 0) {
                tamis_cure(f, "clean --drop-rows-over=0.5");
                tamis_find(f, warning, "hollow-rows", -1, 0, hollow, "%s more than half of their cells",
                           rows_that(hollow, "misses", "miss"));
        }
}

void tamis_find_in_rows(tamis_finder *f) {
        const tamis_look_frame *t = f->f;
        uint64_t *keys = calloc(t->rows + 1, sizeof *keys);
        struct set s = {0};

        if (!keys || set_init(&s, t->rows, f->err) < 0)
                f->r = tamis_fail_memory(f->err);
        for (size_t i = 0; f->r == 0 && i < t->n; i++)
                for (size_t row = 0; row < t->rows; row++)
                        keys[row] += cell_key(t, i, row);
        if (f->r == 0) {
                say_duplicates(f, keys, &s);
                find_near(f, keys);
                look_for_hollow(f);
        }
        free(keys);
        free(s.slots);
}
