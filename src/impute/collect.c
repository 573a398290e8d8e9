#include <math.h>
#include <stdlib.h>

#include "impute/collect.h"

static const char too_many[] = "a column has more than 2147483647 different texts";

void tamis_collected_done(tamis_collected *c) {
        for (size_t i = 0; c->columns && i < c->n; i++) {
                free(c->columns[i].numbers);
                free(c->columns[i].codes);
                tamis_texts_done(&c->columns[i].spelling);
                tamis_dict_done(&c->columns[i].dict);
        }
        free(c->columns);
        free(c->groups);
        tamis_dict_done(&c->keys);
        *c = (tamis_collected) {0};
}

static int grow(void **array, size_t capacity, size_t size, tamis_error *err) {
        void *more = reallocarray(*array, capacity, size);

        if (!more)
                return tamis_fail_memory(err);
        *array = more;
        return 0;
}

/* Room for `more` rows of numbers or codes, as the other has them or, at the start, as the types say. */
static int reserve(tamis_collected *c, const tamis_type *types, bool grouped, size_t more, tamis_error *err) {
        size_t capacity = c->capacity ? c->capacity : more;
        int r = 0;

        while (capacity < c->rows + more)
                capacity += capacity / 2 + 1;
        if (capacity <= c->capacity)
                return 0;
        for (size_t i = 0; r == 0 && i < c->n; i++) {
                if (types[i] == TAMIS_TYPE_NUMERIC)
                        r = grow((void **) &c->columns[i].numbers, capacity, sizeof(double), err);
                else if (types[i] == TAMIS_TYPE_CATEGORICAL)
                        r = grow((void **) &c->columns[i].codes, capacity, sizeof(int32_t), err);
        }
        if (r == 0 && grouped)
                r = grow((void **) &c->groups, capacity, sizeof(int32_t), err);
        if (r == 0)
                c->capacity = capacity;
        return r;
}

static int open_columns(tamis_collected *c, size_t n, tamis_error *err) {
        if (c->columns)
                return 0;
        c->columns = calloc(n + 1, sizeof *c->columns);
        if (!c->columns)
                return tamis_fail_memory(err);
        c->n = n;
        return 0;
}

static int learn_numbers(double *into, tamis_batch *batch, size_t at, tamis_error *err) {
        const double *numbers;
        int r = tamis_batch_numbers(batch, at, &numbers, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++)
                into[row] = numbers[row] + 0.0; /* -0 is 0 */
        return r;
}

static int learn_texts(int32_t *into, tamis_dict *dict, tamis_batch *batch, size_t at, tamis_error *err) {
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, at, &missing, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                size_t code;

                into[row] = TAMIS_CODE_MISSING;
                if (missing[row])
                        continue;
                r = tamis_dict_add(dict, tamis_batch_text(batch, row, at), 1, &code, err);
                if (r == 0)
                        into[row] = (int32_t) code;
        }
        return r;
}

static int learn_spelling(tamis_texts *into, tamis_batch *batch, size_t at, tamis_error *err) {
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, at, &missing, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++)
                r = tamis_texts_add(into, missing[row] ? (tamis_slice) {0} : tamis_batch_text(batch, row, at), err);
        return r;
}

int tamis_collected_learn(tamis_collected *c, tamis_batch *batch, const tamis_columns *columns, const bool *spelled,
                          const tamis_grouping *grouping, tamis_error *err) {
        bool grouped = grouping->columns.n > 0;
        const int32_t *codes;
        int r = open_columns(c, columns->n, err);

        if (r == 0)
                r = reserve(c, columns->types, grouped, batch->n_rows, err);
        for (size_t i = 0; r == 0 && batch->n_rows > 0 && i < c->n; i++) {
                struct tamis_collected_column *into = &c->columns[i];

                if (into->numbers)
                        r = learn_numbers(into->numbers + c->rows, batch, columns->at[i], err);
                else if (into->codes)
                        r = learn_texts(into->codes + c->rows, &into->dict, batch, columns->at[i], err);
                if (r == 0 && spelled && spelled[i] && into->numbers)
                        r = learn_spelling(&into->spelling, batch, columns->at[i], err);
        }
        if (r == 0 && grouped && batch->n_rows > 0) {
                r = tamis_grouping_codes(grouping, &c->keys, batch, &codes, err);
                if (r == 0)
                        memcpy(c->groups + c->rows, codes, batch->n_rows * sizeof *codes);
        }
        if (r == 0)
                c->rows += batch->n_rows;
        return r;
}

static void append_codes(int32_t *into, const int32_t *from, size_t n, const size_t *map) {
        for (size_t row = 0; row < n; row++)
                into[row] = from[row] < 0 ? from[row] : (int32_t) map[from[row]];
}

static int merge_codes(tamis_collected *into, tamis_collected *from, size_t i, tamis_error *err) {
        const tamis_dict *dict = &from->columns[i].dict;
        size_t *map = calloc(dict->n + 1, sizeof *map);
        int r = map ? tamis_dict_merge(&into->columns[i].dict, dict, map, err) : tamis_fail_memory(err);

        if (r == 0 && into->columns[i].dict.n > INT32_MAX)
                r = tamis_fail(err, TAMIS_BAD_DATA, too_many);
        if (r == 0)
                append_codes(into->columns[i].codes + into->rows, from->columns[i].codes, from->rows, map);
        free(map);
        return r;
}

static int merge_groups(tamis_collected *into, const tamis_collected *from, const tamis_grouping *grouping,
                        tamis_error *err) {
        size_t *map = calloc(from->keys.n + 1, sizeof *map);

        if (!map)
                return tamis_fail_memory(err);
        for (size_t g = 0; g < from->keys.n; g++)
                map[g] = (size_t) tamis_dict_find(&grouping->keys, from->keys.entries[g].text);
        append_codes(into->groups + into->rows, from->groups, from->rows, map);
        free(map);
        return 0;
}

int tamis_collected_merge(tamis_collected *into, tamis_collected *from, const tamis_grouping *grouping,
                          tamis_error *err) {
        tamis_type *types = calloc(from->n + 1, sizeof *types);
        int r = types ? open_columns(into, from->n, err) : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < from->n; i++)
                types[i] = from->columns[i].numbers ? TAMIS_TYPE_NUMERIC
                         : from->columns[i].codes ? TAMIS_TYPE_CATEGORICAL : TAMIS_TYPE_EMPTY;
        if (r == 0)
                r = reserve(into, types, from->groups, from->rows, err);
        free(types);
        for (size_t i = 0; r == 0 && from->rows > 0 && i < from->n; i++) {
                if (from->columns[i].numbers)
                        memcpy(into->columns[i].numbers + into->rows, from->columns[i].numbers,
                               from->rows * sizeof(double));
                if (from->columns[i].codes)
                        r = merge_codes(into, from, i, err);
                else
                        r = tamis_texts_append(&into->columns[i].spelling, &from->columns[i].spelling, err);
        }
        if (r == 0 && from->groups && from->rows > 0)
                r = merge_groups(into, from, grouping, err);
        if (r == 0)
                into->rows += from->rows;
        return r;
}

/* -- the frame ----------------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b, void *arg) {
        const tamis_columns *columns = arg;
        size_t i = *(const size_t *) a, j = *(const size_t *) b;
        int order = strcmp(columns->names[i], columns->names[j]);

        return order ? order : (columns->nth[i] > columns->nth[j]) - (columns->nth[i] < columns->nth[j]);
}

int tamis_frame_order(const tamis_columns *columns, size_t **order, size_t *n, tamis_error *err) {
        size_t *all = calloc(columns->n + 1, sizeof *all), some = 0;

        if (!all)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < columns->n; i++)
                if (columns->types[i] == TAMIS_TYPE_NUMERIC || columns->types[i] == TAMIS_TYPE_CATEGORICAL)
                        all[some++] = i;
        qsort_r(all, some, sizeof *all, by_name, (void *) columns);
        *order = all;
        *n = some;
        return 0;
}

/* The column's texts in their order, and its codes by it. */
static int settle_levels(tamis_frame *f, tamis_frame_column *c, struct tamis_collected_column *from, size_t rows,
                         tamis_error *err) {
        size_t n = from->dict.n, *sorted = calloc(n + 1, sizeof *sorted), *rank = calloc(n + 1, sizeof *rank);
        tamis_slice *level = tamis_arena_get(&f->arena, n * sizeof *level);
        int r = sorted && rank && level ? tamis_dict_sort(&from->dict, false, sorted, err) : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < n; i++) {
                level[i] = from->dict.entries[sorted[i]].text;
                level[i].p = tamis_arena_copy(&f->arena, level[i]);
                if (!level[i].p)
                        r = tamis_fail_memory(err);
                rank[sorted[i]] = i;
        }
        if (r == 0) {
                append_codes(from->codes, from->codes, rows, rank);
                c->level = level;
                c->levels = n;
        }
        free(sorted);
        free(rank);
        return r;
}

/* The texts of columns of numbers: each once, in the order they came in, and which of them each row has. */
struct spelling {
        tamis_collected *collected;
        const size_t *order;
        tamis_frame *frame;
        tamis_error *errs;              /* for each column of the frame */
        int *failed;                    /* likewise: 0, or what tamis_fail gave */
};

static int list_spellings(struct tamis_collected_column *from, int32_t *spelling, tamis_error *err) {
        int r = 0;

        for (size_t row = 0; r == 0 && row < from->spelling.n; row++) {
                size_t code;

                spelling[row] = TAMIS_CODE_MISSING;
                if (tamis_texts_empty(&from->spelling, row))
                        continue;
                r = tamis_dict_add(&from->dict, tamis_texts_at(&from->spelling, row), 1, &code, err);
                if (r == 0 && code >= INT32_MAX)
                        r = tamis_fail(err, TAMIS_BAD_DATA, too_many);
                if (r == 0)
                        spelling[row] = (int32_t) code;
        }
        return r;
}

static void spell_column(void *arg, size_t i) {
        const struct spelling *s = arg;
        struct tamis_collected_column *from = &s->collected->columns[s->order[i]];
        tamis_frame_column *c = &s->frame->columns[i];

        if (from->spelling.n == 0)
                return;
        c->spelling = malloc(from->spelling.n * sizeof *c->spelling);
        s->failed[i] = c->spelling ? list_spellings(from, c->spelling, &s->errs[i]) : tamis_fail_memory(&s->errs[i]);
        tamis_texts_done(&from->spelling);
}

static int spell(tamis_collected *c, const size_t *order, tamis_pool *pool, tamis_frame *f, tamis_error *err) {
        struct spelling s = {
                .collected = c, .order = order, .frame = f,
                .errs = calloc(f->n + 1, sizeof *s.errs), .failed = calloc(f->n + 1, sizeof *s.failed),
        };
        int r = s.errs && s.failed ? 0 : tamis_fail_memory(err);

        if (r == 0)
                tamis_pool_for(pool, f->n, spell_column, &s);
        for (size_t i = 0; r == 0 && i < f->n; i++) {
                r = s.failed[i];
                if (r < 0 && err)
                        *err = s.errs[i];
        }
        free(s.errs);
        free(s.failed);
        return r;
}

static int settle_spelling(tamis_frame *f, tamis_frame_column *c, const tamis_dict *dict, tamis_error *err) {
        tamis_slice *spelled = tamis_arena_get(&f->arena, dict->n * sizeof *spelled);

        if (!spelled)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < dict->n; i++) {
                spelled[i] = dict->entries[i].text;
                spelled[i].p = tamis_arena_copy(&f->arena, spelled[i]);
                if (!spelled[i].p)
                        return tamis_fail_memory(err);
        }
        c->spelled = spelled;
        c->n_spelled = dict->n;
        return 0;
}

struct sorted {
        uint64_t hash;
        uint32_t row;
};

static int compare_rows(const void *a, const void *b, void *arg) {
        const struct sorted *x = a, *y = b;
        const tamis_frame *f = arg;

        if (x->hash != y->hash)
                return x->hash < y->hash ? -1 : 1;
        for (size_t i = 0; i < f->n; i++) {
                const tamis_frame_column *c = &f->columns[i];

                if (c->codes && c->codes[x->row] != c->codes[y->row])
                        return c->codes[x->row] < c->codes[y->row] ? -1 : 1;
                if (c->numbers) {
                        double p = c->numbers[x->row], q = c->numbers[y->row];

                        if (isnan(p) != isnan(q))
                                return isnan(p) ? -1 : 1;
                        if (p < q || p > q)
                                return p < q ? -1 : 1;
                }
        }
        return (x->row > y->row) - (x->row < y->row);
}

static int hash_rows(const tamis_frame *f, struct sorted *sorted, tamis_error *err) {
        for (size_t row = 0; row < f->rows; row++)
                sorted[row] = (struct sorted) { .hash = TAMIS_HASH_START, .row = (uint32_t) row };
        for (size_t i = 0; i < f->n; i++) {
                const tamis_frame_column *c = &f->columns[i];
                uint64_t *of = c->codes ? malloc((c->levels + 1) * sizeof *of) : NULL;

                if (c->codes && !of)
                        return tamis_fail_memory(err);
                for (size_t level = 0; c->codes && level < c->levels; level++)
                        of[level] = tamis_slice_hash(c->level[level]);
                for (size_t row = 0; row < f->rows; row++)
                        sorted[row].hash = tamis_hash_add(sorted[row].hash,
                                                          c->numbers ? tamis_hash_number(c->numbers[row])
                                                                  : c->codes[row] < 0 ? TAMIS_HASH_MISSING
                                                                                      : of[c->codes[row]]);
                free(of);
        }
        return 0;
}

static int permute_spelling(tamis_frame_column *c, const struct sorted *sorted, size_t n, tamis_error *err) {
        int32_t *spelling = malloc((n + 1) * sizeof *spelling);

        if (!spelling)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < n; row++)
                spelling[row] = c->spelling[sorted[row].row];
        free(c->spelling);
        c->spelling = spelling;
        return 0;
}

/* Put the cells in the order of the rows; one column more than there is is held at a time. */
static int permute(tamis_frame *f, const struct sorted *sorted, tamis_error *err) {
        for (size_t i = 0; i < f->n; i++) {
                tamis_frame_column *c = &f->columns[i];
                double *numbers = c->numbers ? malloc((f->rows + 1) * sizeof *numbers) : NULL;
                int32_t *codes = c->codes ? malloc((f->rows + 1) * sizeof *codes) : NULL;

                if (!numbers && !codes)
                        return tamis_fail_memory(err);
                c->missing = 0;
                for (size_t row = 0; row < f->rows; row++) {
                        if (numbers) {
                                numbers[row] = c->numbers[sorted[row].row];
                                c->missing += isnan(numbers[row]);
                        } else {
                                codes[row] = c->codes[sorted[row].row];
                                c->missing += codes[row] < 0;
                        }
                }
                free(c->numbers);
                free(c->codes);
                c->numbers = numbers;
                c->codes = codes;
                if (c->spelling && permute_spelling(c, sorted, f->rows, err) < 0)
                        return TAMIS_NO_MEMORY;
        }
        return 0;
}

static int sort_rows(tamis_frame *f, uint32_t *place, tamis_error *err) {
        struct sorted *sorted = calloc(f->rows + 1, sizeof *sorted);
        int r = sorted ? hash_rows(f, sorted, err) : tamis_fail_memory(err);

        if (r == 0) {
                qsort_r(sorted, f->rows, sizeof *sorted, compare_rows, f);
                r = permute(f, sorted, err);
        }
        for (size_t row = 0; r == 0 && row < f->rows; row++) {
                place[sorted[row].row] = (uint32_t) row;
                f->keys[row] = row;
        }
        free(sorted);
        return r;
}

static int make(tamis_collected *c, const tamis_columns *columns, const size_t *order, tamis_frame *f,
                tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < f->n; i++) {
                struct tamis_collected_column *from = &c->columns[order[i]];
                tamis_frame_column *column = &f->columns[i];

                column->type = columns->types[order[i]];
                column->least = -INFINITY;
                column->most = INFINITY;
                column->name = tamis_arena_copy(&f->arena, tamis_slice_of(columns->names[order[i]]));
                r = column->name ? 0 : tamis_fail_memory(err);
                if (r == 0 && from->codes)
                        r = settle_levels(f, column, from, f->rows, err);
                if (r == 0 && column->spelling)
                        r = settle_spelling(f, column, &from->dict, err);
                tamis_dict_done(&from->dict);
                column->numbers = from->numbers;
                column->codes = from->codes;
                from->numbers = NULL;
                from->codes = NULL;
        }
        return r;
}

int tamis_collected_frame(tamis_collected *c, const tamis_columns *columns, const size_t *order, size_t n,
                          tamis_pool *pool, tamis_frame *ret, uint32_t **place, tamis_error *err) {
        tamis_frame f = { .rows = c->rows, .n = n };
        uint32_t *places = NULL;
        int r = 0;

        if (c->rows > UINT32_MAX)
                return tamis_fail(err, TAMIS_BAD_DATA, "there are more than 4294967295 rows to learn from");
        f.columns = calloc(n + 1, sizeof *f.columns);
        f.keys = malloc((c->rows + 1) * sizeof *f.keys);
        places = malloc((c->rows + 1) * sizeof *places);
        if (!f.columns || !f.keys || !places)
                r = tamis_fail_memory(err);
        if (r == 0)
                r = spell(c, order, pool, &f, err);
        if (r == 0)
                r = make(c, columns, order, &f, err);
        if (r == 0)
                r = sort_rows(&f, places, err);
        if (r < 0) {
                tamis_frame_done(&f);
                free(places);
                return r;
        }
        *ret = f;
        *place = places;
        return 0;
}
