#include <stdio.h>

#include "table/show.h"

static bool is_control(unsigned char c) {
        return c < 0x20 || c == 0x7f;
}

/* How many bytes of `text` to show: no more than `most`, and no UTF-8 character cut in two. */
static size_t cut(tamis_slice text, size_t most) {
        size_t n = text.n < most ? text.n : most;

        if (n < text.n)
                for (size_t back = 0; back < 3 && n > back; back++)
                        if (((unsigned char) text.p[n - back] & 0xC0) != 0x80)
                                return n - back;
        return n;
}

void tamis_show(tamis_slice text, char *out, size_t size) {
        size_t n = cut(text, TAMIS_SHOW_BYTES), at = 0;
        bool whole = n == text.n;

        for (size_t i = 0; i < n; i++) {
                unsigned char c = (unsigned char) text.p[i];
                size_t width = is_control(c) ? 4 : 1;

                if (at + width + 4 > size) {            /* room for "..." and the NUL */
                        whole = false;
                        break;
                }
                if (width == 4)
                        snprintf(out + at, 5, "\\x%02X", c);
                else
                        out[at] = (char) c;
                at += width;
        }
        snprintf(out + at, size - at, "%s", whole ? "" : "...");
}

static bool is_plain(unsigned char c) {
        return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
                || (c && strchr("_-+./:%@,\"", c));
}

/* Characters that mean something in a list: to be safe in both --na and SEL. */
static bool needs_list_quotes(tamis_slice text) {
        if (text.n == 0 || strchr("\"=!/@ \t", text.p[0]) || strchr(" \t", text.p[text.n - 1]))
                return true;
        for (size_t i = 0; i < text.n; i++)
                if (text.p[i] == ',')
                        return true;
        return false;
}

bool tamis_show_item(tamis_slice text, char *out, size_t size) {
        char item[2 * TAMIS_SHOW_BYTES + 3];
        size_t n = 0, at = 0;
        bool plain = true, quotes;

        for (size_t i = 0; i < text.n; i++)
                if (is_control((unsigned char) text.p[i]))
                        return false;
        if (text.n > TAMIS_SHOW_BYTES || size < TAMIS_SHOW_SIZE + 8)
                return false;

        quotes = needs_list_quotes(text);
        if (quotes)
                item[n++] = '"';
        for (size_t i = 0; i < text.n; i++) {
                if (quotes && text.p[i] == '"')
                        item[n++] = '"';
                item[n++] = text.p[i];
        }
        if (quotes)
                item[n++] = '"';

        for (size_t i = 0; i < n; i++)
                plain = plain && item[i] != '"' && is_plain((unsigned char) item[i]);
        if (!plain)
                out[at++] = '\'';
        for (size_t i = 0; i < n; i++) {
                if (at + 8 > size)
                        return false;
                if (item[i] == '\'') {
                        memcpy(out + at, "'\\''", 4);
                        at += 4;
                } else {
                        out[at++] = item[i];
                }
        }
        if (!plain)
                out[at++] = '\'';
        out[at] = '\0';
        return true;
}
