#include <stdlib.h>

#include "base/texts.h"

enum { FIRST = 64 };

void tamis_texts_done(tamis_texts *t) {
        free(t->texts);
        tamis_buffer_done(&t->far);
        *t = (tamis_texts) {0};
}

static int reserve(tamis_texts *t, size_t more, tamis_error *err) {
        size_t capacity = t->capacity ? t->capacity : FIRST;
        tamis_text *texts;

        if (more <= t->capacity - t->n)
                return 0;
        while (capacity - t->n < more)
                capacity += capacity / 2;
        texts = reallocarray(t->texts, capacity, sizeof *texts);
        if (!texts)
                return tamis_fail_memory(err);
        t->texts = texts;
        t->capacity = capacity;
        return 0;
}

/* Seven bytes of an offset: the lowest first, on any machine. */
static void put_place(tamis_text *text, uint64_t place) {
        for (size_t i = 0; i < TAMIS_TEXT_SHORT; i++)
                text->bytes[i] = (char) (place >> 8 * i);
        text->length = TAMIS_TEXT_SHORT + 1;
}

static uint64_t place_of(const tamis_text *text) {
        uint64_t place = 0;

        for (size_t i = 0; i < TAMIS_TEXT_SHORT; i++)
                place |= (uint64_t) (uint8_t) text->bytes[i] << 8 * i;
        return place;
}

static int add_far(tamis_texts *t, tamis_text *into, tamis_slice text, tamis_error *err) {
        int r = tamis_buffer_reserve(&t->far, sizeof text.n + text.n, err);

        if (r < 0)
                return r;
        put_place(into, t->far.n);
        memcpy(t->far.p + t->far.n, &text.n, sizeof text.n);
        memcpy(t->far.p + t->far.n + sizeof text.n, text.p, text.n);
        t->far.n += sizeof text.n + text.n;
        return 0;
}

int tamis_texts_add(tamis_texts *t, tamis_slice text, tamis_error *err) {
        int r = reserve(t, 1, err);

        if (r == 0 && text.n > TAMIS_TEXT_SHORT)
                r = add_far(t, &t->texts[t->n], text, err);
        if (r < 0)
                return r;
        if (text.n <= TAMIS_TEXT_SHORT) {
                t->texts[t->n] = (tamis_text) { .length = (uint8_t) text.n };
                if (text.n > 0)
                        memcpy(t->texts[t->n].bytes, text.p, text.n);
        }
        t->n++;
        return 0;
}

int tamis_texts_append(tamis_texts *t, const tamis_texts *from, tamis_error *err) {
        size_t before = t->far.n;
        int r = reserve(t, from->n, err);

        if (r == 0 && from->far.n > 0)
                r = tamis_buffer_add(&t->far, from->far.p, from->far.n, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < from->n; i++) {
                tamis_text *text = &t->texts[t->n + i];

                *text = from->texts[i];
                if (text->length > TAMIS_TEXT_SHORT)
                        put_place(text, before + place_of(text));
        }
        t->n += from->n;
        return 0;
}

tamis_slice tamis_texts_at(const tamis_texts *t, size_t i) {
        const tamis_text *text = &t->texts[i];
        tamis_slice far;

        if (text->length <= TAMIS_TEXT_SHORT)
                return (tamis_slice) { text->bytes, text->length };
        far.p = t->far.p + place_of(text);
        memcpy(&far.n, far.p, sizeof far.n);
        far.p += sizeof far.n;
        return far;
}
