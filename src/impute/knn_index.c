#include <math.h>
#include <stdlib.h>

#include <tamis/stats.h>

#include "impute/knn_index.h"
#include "impute/knn_layout.h"

/* Fewer rows than this with a pattern are not worth a group of their own. */
enum { FEWEST = 32, BLOCK = 512 };

void tamis_knn_index_done(tamis_knn_index *x) {
        for (size_t g = 0; x->groups && g < x->n_groups; g++)
                tamis_knn_group_done(&x->groups[g]);
        free(x->column);
        free(x->numbers);
        free(x->codes);
        free(x->centre);
        free(x->range);
        free(x->half);
        free(x->order);
        free(x->groups);
        free(x->patterns);
        free(x->donors);
        free(x->roots);
        free(x->sample);
        *x = (tamis_knn_index) {0};
}

/* -- cells --------------------------------------------------------------------------------------------------------- */

static int allocate(tamis_knn_index *x, tamis_error *err) {
        size_t all = x->d + x->c;

        x->words = all / 64 + 1;
        x->column = calloc(all + 1, sizeof *x->column);
        x->numbers = reallocarray(NULL, x->rows * x->d + 1, sizeof *x->numbers);
        x->codes = reallocarray(NULL, x->rows * x->c + 1, sizeof *x->codes);
        x->centre = calloc(x->d + 1, sizeof *x->centre);
        x->range = calloc(x->d + 1, sizeof *x->range);
        x->half = calloc(x->d + 1, sizeof *x->half);
        x->order = calloc(x->rows + 1, sizeof *x->order);
        x->donors = calloc(all + 1, sizeof *x->donors);
        x->roots = calloc(all + 1, sizeof *x->roots);
        x->sample = calloc(all + 1, KNN_SAMPLE * sizeof *x->sample);
        if (x->column && x->numbers && x->codes && x->centre && x->range && x->half && x->order && x->donors && x->roots
            && x->sample)
                return 0;
        return tamis_fail_memory(err);
}

/* Rows a block at a time: what is written column by column stays in the cache until it is full. */
static void copy_column(tamis_knn_index *x, const tamis_frame_column *from, size_t i, size_t first, size_t end) {
        for (size_t row = first; row < end; row++) {
                if (i < x->d) {
                        x->numbers[row * x->d + i] = from->numbers[row];
                        x->donors[i] += !isnan(from->numbers[row]);
                } else {
                        x->codes[row * x->c + i - x->d] = from->codes[row];
                        x->donors[i] += from->codes[row] >= 0;
                }
        }
}

static void copy_cells(tamis_knn_index *x, const tamis_frame *frame) {
        size_t d = 0, c = x->d;

        for (size_t i = 0; i < frame->n; i++) {
                if (frame->columns[i].type == TAMIS_TYPE_NUMERIC)
                        x->column[d++] = (uint32_t) i;
                else if (x->gower)
                        x->column[c++] = (uint32_t) i;
        }
        for (size_t first = 0; first < x->rows; first += BLOCK)
                for (size_t i = 0; i < x->d + x->c; i++)
                        copy_column(x, &frame->columns[x->column[i]], i, first,
                                    first + BLOCK < x->rows ? first + BLOCK : x->rows);
}

/* The middle value, so that an outlier makes itself alone rough. */
static void find_centre(tamis_knn_index *x, const double *numbers, size_t i, double *room) {
        double low = INFINITY, high = -INFINITY;
        size_t n = 0;

        x->half[i] = 1;
        x->range[i] = INFINITY;
        for (size_t row = 0; row < x->rows; row++) {
                double value = numbers[row];

                room[n] = value;
                n += value == value;
                low = value < low ? value : low;
                high = value > high ? value : high;
        }
        if (n == 0)
                return;
        x->centre[i] = tamis_quantile(room, n, .5);
        if (!isfinite(x->centre[i]))
                x->centre[i] = 0;
        if (!x->gower)
                return;
        /* without a range the distance is 0: half of any difference is finite, and an infinite part of it nothing */
        if (high == low || isinf(high - low))
                x->half[i] = .5;
        if (high > low)
                x->range[i] = high * x->half[i] - low * x->half[i];
        x->centre[i] *= x->half[i];
}

/* -- groups -------------------------------------------------------------------------------------------------------- */

struct sorting {
        const uint64_t *bits;
        size_t words;
};

static int compare(const struct sorting *s, uint32_t a, uint32_t b) {
        const uint64_t *x = s->bits + a * s->words, *y = s->bits + b * s->words;

        for (size_t w = 0; w < s->words; w++)
                if (x[w] != y[w])
                        return x[w] > y[w] ? -1 : 1;
        return 0;
}

static int compare_first_rows(const void *a, const void *b, void *arg) {
        return compare(arg, *(const uint32_t *) a, *(const uint32_t *) b);
}

static int compare_groups(const void *a, const void *b) {
        const tamis_knn_group *x = a, *y = b;

        if (x->masked != y->masked)
                return x->masked ? 1 : -1;
        if (x->n != y->n)
                return x->n > y->n ? -1 : 1;
        return x->first < y->first ? -1 : 1;
}

static void find_patterns(const tamis_knn_index *x, uint64_t *bits) {
        for (size_t row = 0; row < x->rows; row++) {
                uint64_t *own = bits + row * x->words;

                for (size_t i = 0; i < x->d; i++)
                        own[i / 64] |= (uint64_t) !isnan(x->numbers[row * x->d + i]) << i % 64;
                for (size_t i = 0; i < x->c; i++)
                        own[(x->d + i) / 64] |= (uint64_t) (x->codes[row * x->c + i] >= 0) << (x->d + i) % 64;
        }
}

static bool is_empty(const tamis_knn_index *x, const uint64_t *bits) {
        uint64_t any = 0;

        for (size_t w = 0; w < x->words; w++)
                any |= bits[w];
        return any == 0;
}

/* Runs of the sorted rows: those with a pattern of their own in front, the others behind; returns how many stay in all.
 * Without `groups` they are counted only. */
static size_t take_runs(tamis_knn_index *x, const struct sorting *s, const uint32_t *sorted, bool take) {
        size_t at = 0, groups = 0;

        for (int rare = 0; rare < 2; rare++) {
                size_t first = at;
                uint64_t *pattern = take ? x->patterns + groups * x->words : NULL;

                for (size_t i = 0, end; i < x->rows; i = end) {
                        const uint64_t *bits = s->bits + sorted[i] * x->words;

                        for (end = i + 1; end < x->rows && compare(s, sorted[i], sorted[end]) == 0; end++)
                                ;
                        if (is_empty(x, bits) || (end - i < FEWEST) != rare)
                                continue;
                        if (take) {
                                memcpy(x->order + at, sorted + i, (end - i) * sizeof *sorted);
                                if (!rare)
                                        pattern = x->patterns + groups * x->words;
                                for (size_t w = 0; w < x->words; w++)
                                        pattern[w] |= bits[w];
                                if (!rare)
                                        x->groups[groups] = (tamis_knn_group) { .pattern = pattern, .first = at,
                                                                                .n = end - i };
                        }
                        at += end - i;
                        groups += !rare;
                }
                if (rare && at > first) {
                        if (take)
                                x->groups[groups] = (tamis_knn_group) {
                                        .pattern = pattern, .first = first, .n = at - first, .masked = true
                                };
                        groups++;
                }
        }
        return groups;
}

static size_t hash_of(const uint64_t *bits, size_t words) {
        uint64_t h = 0;

        for (size_t w = 0; w < words; w++)
                h = (h ^ bits[w]) * UINT64_C(0x9e3779b97f4a7c15) >> 7 ^ h >> 29;
        return (size_t) h;
}

/* Rows by pattern, and those of one in their order: patterns are told apart in a hash table, sorted by their first
 * rows, and the rows counted into their places. */
static int sort_rows(const struct sorting *s, size_t rows, uint32_t *ret, tamis_error *err) {
        size_t room = 64, patterns = 0, at = 0;
        uint32_t *table, *first = NULL, *count = NULL, *start = NULL, *of = NULL;
        int r = 0;

        while (room < rows * 2)
                room *= 2;
        table = calloc(room, sizeof *table);                    /* one more than the number of a pattern */
        first = reallocarray(NULL, rows + 1, sizeof *first);    /* its first row */
        count = calloc(rows + 1, sizeof *count);                /* by first row */
        start = reallocarray(NULL, rows + 1, sizeof *start);
        of = reallocarray(NULL, rows + 1, sizeof *of);          /* by row, the first row of its pattern */
        if (!table || !first || !count || !start || !of)
                r = tamis_fail_memory(err);
        for (size_t row = 0; r == 0 && row < rows; row++) {
                size_t place = hash_of(s->bits + row * s->words, s->words) & (room - 1);

                while (table[place] && compare(s, first[table[place] - 1], (uint32_t) row) != 0)
                        place = (place + 1) & (room - 1);
                if (!table[place]) {
                        first[patterns++] = (uint32_t) row;
                        table[place] = (uint32_t) patterns;
                }
                of[row] = first[table[place] - 1];
                count[of[row]]++;
        }
        if (r == 0)
                qsort_r(first, patterns, sizeof *first, compare_first_rows, (void *) s);
        for (size_t i = 0; r == 0 && i < patterns; i++) {
                start[first[i]] = (uint32_t) at;
                at += count[first[i]];
        }
        for (size_t row = 0; r == 0 && row < rows; row++)
                ret[start[of[row]]++] = (uint32_t) row;
        free(table);
        free(first);
        free(count);
        free(start);
        free(of);
        return r;
}

static int find_groups(tamis_knn_index *x, tamis_error *err) {
        uint64_t *bits = calloc(x->rows * x->words + 1, sizeof *bits);
        uint32_t *sorted = calloc(x->rows + 1, sizeof *sorted);
        struct sorting s = { bits, x->words };
        int r = bits && sorted ? 0 : tamis_fail_memory(err);

        if (r == 0) {
                find_patterns(x, bits);
                r = sort_rows(&s, x->rows, sorted, err);
        }
        if (r == 0) {
                x->n_groups = take_runs(x, &s, sorted, false);
                x->groups = calloc(x->n_groups + 1, sizeof *x->groups);
                x->patterns = calloc(x->n_groups * x->words + 1, sizeof *x->patterns);
                if (x->groups && x->patterns)
                        take_runs(x, &s, sorted, true);
                else
                        r = tamis_fail_memory(err);
        }
        if (r == 0)
                qsort(x->groups, x->n_groups, sizeof *x->groups, compare_groups);
        free(bits);
        free(sorted);
        return r;
}

static bool has_cell(const tamis_knn_index *x, size_t row, size_t coordinate) {
        return coordinate < x->d ? !isnan(x->numbers[row * x->d + coordinate])
                                 : x->codes[row * x->c + coordinate - x->d] >= 0;
}

/* Where a search for donors of a coordinate begins. */
static void find_roots(tamis_knn_index *x) {
        for (size_t i = 0; i < x->d + x->c; i++) {
                size_t g = 0, step, n = 0, taken = 0;

                while (g < x->n_groups && (x->groups[g].masked || !tamis_knn_has(x->groups[g].pattern, i)))
                        g++;
                x->roots[i] = (uint32_t) g;
                if (g < x->n_groups || x->donors[i] == 0)
                        continue;
                step = (x->donors[i] + KNN_SAMPLE - 1) / KNN_SAMPLE;
                for (size_t row = 0; row < x->rows; row++)
                        if (has_cell(x, row, i) && n++ % step == 0)
                                x->sample[i * KNN_SAMPLE + taken++] = (uint32_t) row;
                for (; taken < KNN_SAMPLE; taken++)
                        x->sample[i * KNN_SAMPLE + taken] = UINT32_MAX;
        }
}

int tamis_knn_index_init(tamis_knn_index *ret, const tamis_frame *frame, bool gower, tamis_error *err) {
        tamis_knn_index x = { .gower = gower, .rows = frame->rows };
        double *room = NULL;
        int r;

        if (frame->rows >= UINT32_MAX)
                return tamis_fail(err, TAMIS_BAD_DATA, "%zu rows are too many to search for donors", frame->rows);
        for (size_t i = 0; i < frame->n; i++) {
                x.d += frame->columns[i].type == TAMIS_TYPE_NUMERIC;
                x.c += gower && frame->columns[i].type != TAMIS_TYPE_NUMERIC;
        }
        r = allocate(&x, err);
        if (r == 0) {
                room = malloc((x.rows + 1) * sizeof *room);
                r = room ? 0 : tamis_fail_memory(err);
        }
        if (r == 0) {
                copy_cells(&x, frame);
                for (size_t i = 0; i < x.d; i++)
                        find_centre(&x, frame->columns[x.column[i]].numbers, i, room);
                r = find_groups(&x, err);
        }
        for (size_t g = 0; r == 0 && g < x.n_groups; g++)
                r = tamis_knn_group_lay_out(&x, &x.groups[g], err);
        if (r == 0)
                find_roots(&x);
        free(room);
        if (r < 0) {
                tamis_knn_index_done(&x);
                return r;
        }
        *ret = x;
        return 0;
}
