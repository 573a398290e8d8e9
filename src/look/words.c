#include <math.h>
#include <stdlib.h>

#include "look/lines.h"
#include "look/words.h"

void tamis_words_done(tamis_words *w) {
        tamis_dict_done(&w->dict);
        tamis_distinct_done(&w->distinct);
        free(w->lines);
        free(w->files);
        *w = (tamis_words) { .most = w->most };
}

size_t tamis_characters(tamis_slice s) {
        size_t n = 0;

        for (size_t i = 0; i < s.n; i++)
                n += ((unsigned char) s.p[i] & 0xc0) != 0x80;
        return n;
}

/* Texts of few kinds come again soon: where each was put last, without a hash of all its bytes. */
struct recent {
        tamis_slice text;
        size_t code;
};

enum { RECENT = 64 };

static struct recent *recent_of(struct recent *recent, tamis_slice s) {
        uint64_t ends = s.n;

        if (s.n > 0)
                ends ^= (uint64_t) (unsigned char) s.p[0] << 8 ^ (uint64_t) (unsigned char) s.p[s.n - 1] << 16;
        return &recent[ends * UINT64_C(0x9e3779b97f4a7c15) >> 58];
}

int tamis_words_part_make(tamis_words_part *p, tamis_batch *b, size_t column, const double *numbers,
                          const uint8_t *missing, tamis_error *err) {
        size_t present = b->columns[column].nonnumbers;
        struct recent recent[RECENT] = {0};

        p->rows = tamis_arena_get(&b->arena, present * sizeof *p->rows);
        if (!p->rows)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < b->n_rows; row++) {
                size_t before = p->dict.n;
                tamis_slice text;
                struct recent *last;
                int r;

                if (numbers[row] == numbers[row] || (missing && missing[row]))
                        continue;
                text = tamis_batch_text(b, row, column);
                last = recent_of(recent, text);
                if (last->text.p && tamis_slice_equal(last->text, text)) {
                        p->dict.entries[last->code].count++;
                        continue;
                }
                r = tamis_dict_add(&p->dict, text, 1, &last->code, err);
                if (r < 0)
                        return r;
                last->text = text;
                if (last->code == before)
                        p->rows[before] = (uint32_t) row;
        }
        return b->no_memory ? tamis_fail_memory(err) : 0;
}

static int make_room(tamis_words *w, tamis_error *err) {
        size_t capacity = w->capacity ? 2 * w->capacity : 64;
        uint64_t *lines;
        const char **files;

        if (w->dict.n < w->capacity)
                return 0;
        lines = realloc(w->lines, capacity * sizeof *lines);
        if (!lines)
                return tamis_fail_memory(err);
        w->lines = lines;
        files = realloc(w->files, capacity * sizeof *files);
        if (!files)
                return tamis_fail_memory(err);
        w->files = files;
        w->capacity = capacity;
        return 0;
}

static int fill_up(tamis_words *w, tamis_error *err) {
        int r = tamis_distinct_open(&w->distinct, err);

        for (size_t i = 0; r == 0 && i < w->dict.n; i++)
                tamis_distinct_add(&w->distinct, w->dict.entries[i].hash);
        w->full = r == 0;
        return r;
}

static void measure(tamis_words *w, const struct tamis_dict_entry *e) {
        uint64_t length = tamis_characters(e->text);

        if (w->cells == 0 || length < w->shortest)
                w->shortest = length;
        if (length > w->longest)
                w->longest = length;
        w->characters += length * e->count;
        w->cells += e->count;
}

int tamis_words_merge(tamis_words *w, const tamis_words_part *p, const tamis_batch *batch, tamis_error *err) {
        tamis_lines lines = {0};
        int r = 0;

        for (size_t i = 0; r == 0 && i < p->dict.n; i++) {
                const struct tamis_dict_entry *e = &p->dict.entries[i];
                size_t code, before = w->dict.n;

                measure(w, e);
                if (!w->full && (before >= w->most || w->bytes > w->most * TAMIS_WORDS_LENGTH))
                        r = fill_up(w, err);
                if (r == 0 && w->full) {
                        long at = tamis_dict_find(&w->dict, e->text);

                        tamis_distinct_add(&w->distinct, e->hash);
                        if (at >= 0)
                                w->dict.entries[at].count += e->count;
                        continue;
                }
                r = r < 0 ? r : make_room(w, err);
                if (r == 0)
                        r = tamis_dict_add(&w->dict, e->text, e->count, &code, err);
                if (r < 0 || code != before)
                        continue;
                w->bytes += e->text.n;
                w->lines[code] = tamis_lines_at(&lines, &batch->chunk, p->rows[i], &w->files[code]);
        }
        return r;
}

uint64_t tamis_words_distinct(const tamis_words *w) {
        return w->full ? tamis_distinct_count(&w->distinct) : w->dict.n;
}
