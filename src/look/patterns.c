#include "look/patterns.h"

void tamis_patterns_done(tamis_patterns *p) {
        tamis_dict_done(&p->dict);
        *p = (tamis_patterns) { .words = p->words };
}

/* Rows that miss the same mostly come again soon: where each pattern of a few columns was put last. */
struct recent {
        uint64_t bits;          /* 0: none */
        size_t code;
};

enum { RECENT = 128 };

static int add(tamis_patterns *p, const uint64_t *bits, struct recent *recent, tamis_error *err) {
        struct recent *r = &recent[*bits * UINT64_C(0x9e3779b97f4a7c15) >> 57];
        int status;

        if (p->words == 1 && r->bits == *bits) {
                p->dict.entries[r->code].count++;
                return 0;
        }
        status = tamis_dict_add(&p->dict, (tamis_slice) { (const char *) bits, p->words * sizeof *bits }, 1, &r->code,
                                err);
        r->bits = status == 0 ? *bits : 0;
        return status;
}

int tamis_patterns_make(tamis_patterns *p, tamis_batch *b, const uint8_t *const *missing, size_t n, tamis_error *err) {
        size_t words = p->words;
        struct recent recent[RECENT] = {0};
        uint64_t *bits = tamis_arena_get_zeroed(&b->arena, b->n_rows, words * sizeof *bits);
        int r = 0;

        if (!bits)
                return tamis_fail_memory(err);
        for (size_t c = 0; c < n; c++)
                for (size_t row = 0; missing[c] && row < b->n_rows; row++)
                        bits[row * words + c / 64] |= (uint64_t) (missing[c][row] != 0) << c % 64;
        for (size_t row = 0; r == 0 && row < b->n_rows; row++) {
                const uint64_t *of = bits + row * words;
                uint64_t any = 0;

                for (size_t w = 0; w < words; w++)
                        any |= of[w];
                if (any)
                        r = add(p, of, recent, err);
                else
                        p->complete++;
        }
        return r;
}

int tamis_patterns_merge(tamis_patterns *into, const tamis_patterns *later, tamis_error *err) {
        int r = 0;

        into->complete += later->complete;
        into->others += later->others;
        for (size_t i = 0; r == 0 && i < later->dict.n; i++) {
                const struct tamis_dict_entry *e = &later->dict.entries[i];
                size_t code;

                if (into->dict.n < TAMIS_PATTERNS_MOST || tamis_dict_find(&into->dict, e->text) >= 0)
                        r = tamis_dict_add(&into->dict, e->text, e->count, &code, err);
                else
                        into->others += e->count;
        }
        return r;
}
