#include <tamis/csv.h>

tamis_slice tamis_cell_value(tamis_slice raw, tamis_arena *arena) {
        tamis_slice inner;
        const char *from, *end, *quote;
        char *to;

        if (raw.n < 2 || raw.p[0] != '"')
                return raw;
        inner = (tamis_slice) { raw.p + 1, raw.n - 2 };
        quote = inner.n ? memchr(inner.p, '"', inner.n) : NULL;
        if (!quote)
                return inner;

        to = tamis_arena_get(arena, inner.n);
        if (!to)
                return (tamis_slice) { NULL, inner.n };
        from = inner.p, end = inner.p + inner.n, inner.p = to;
        while (quote) {
                size_t run = (size_t) (quote - from) + 1;       /* with one of the two quotes */

                memcpy(to, from, run);
                to += run;
                from = quote + 2 < end ? quote + 2 : end;
                quote = from < end ? memchr(from, '"', (size_t) (end - from)) : NULL;
        }
        memcpy(to, from, (size_t) (end - from));
        to += end - from;
        return (tamis_slice) { inner.p, (size_t) (to - inner.p) };
}

static bool needs_quotes(tamis_slice value, char delimiter, bool only) {
        if (only && (value.n == 0 || (value.n >= 3 && memcmp(value.p, "\xEF\xBB\xBF", 3) == 0)))
                return true;
        for (size_t i = 0; i < value.n; i++) {
                char c = value.p[i];

                if (c == delimiter || c == '"' || c == '\n' || c == '\r')
                        return true;
        }
        return false;
}

int tamis_cell_write(tamis_buffer *out, tamis_slice value, char delimiter, bool only, tamis_error *err) {
        char *to;
        int r;

        if (!needs_quotes(value, delimiter, only))
                return tamis_buffer_add(out, value.p, value.n, err);
        if (value.n > SIZE_MAX / 2 - 2)
                return tamis_fail_memory(err);
        r = tamis_buffer_reserve(out, 2 * value.n + 2, err);
        if (r < 0)
                return r;
        to = out->p + out->n;
        *to++ = '"';
        for (size_t i = 0; i < value.n; i++) {
                if (value.p[i] == '"')
                        *to++ = '"';
                *to++ = value.p[i];
        }
        *to++ = '"';
        out->n = (size_t) (to - out->p);
        return 0;
}
