#include <stdio.h>

#include <tamis/schema.h>

#include "table/show.h"

enum { LONGEST = 128, FEW = 3 };

static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
}

static size_t least(size_t a, size_t b) {
        return a < b ? a : b;
}

/* The optimal string alignment distance (Damerau 1964: insert, delete, change, swap neighbours; nothing edited twice),
 * letters of both cases alike. Of longer words only the beginning counts. */
static size_t distance(tamis_slice a, tamis_slice b) {
        size_t rows[3][LONGEST + 1], *before = rows[0], *last = rows[1], *now = rows[2];
        size_t n = least(a.n, LONGEST), m = least(b.n, LONGEST);

        for (size_t j = 0; j <= m; j++)
                last[j] = before[j] = j;
        for (size_t i = 1; i <= n; i++) {
                size_t *next;

                now[0] = i;
                for (size_t j = 1; j <= m; j++) {
                        char x = lower(a.p[i - 1]), y = lower(b.p[j - 1]);

                        now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (x != y));
                        if (i > 1 && j > 1 && x == lower(b.p[j - 2]) && y == lower(a.p[i - 2]))
                                now[j] = least(now[j], before[j - 2] + 1);
                }
                next = before;
                before = last;
                last = now;
                now = next;
        }
        return last[m];
}

/* `part` is in `whole`, letters of both cases alike. */
static bool holds(tamis_slice whole, tamis_slice part) {
        for (size_t i = 0; i + part.n <= whole.n; i++) {
                size_t k = 0;

                while (k < part.n && lower(whole.p[i + k]) == lower(part.p[k]))
                        k++;
                if (k == part.n)
                        return true;
        }
        return false;
}

/* How far, or SIZE_MAX where nobody would have meant it: one slip for short words, one more every three letters. A word
 * that is a part of the other is near, but behind those mistyped. */
static size_t rank(tamis_slice word, tamis_slice other) {
        size_t allowed = (word.n + 2) / 3, d;

        if (word.n == 0 || other.n == 0)
                return SIZE_MAX;
        d = distance(word, other);
        if (d <= allowed && d < other.n)
                return d;
        return word.n >= 3 && holds(other, word) ? LONGEST + 1 : SIZE_MAX;
}

void tamis_nearest(tamis_slice word, const tamis_slice *words, size_t n, char *out, size_t size) {
        size_t best[FEW], ranks[FEW], found = 0, at = 0;

        for (size_t i = 0; i < n; i++) {
                size_t r = rank(word, words[i]), place = found;
                bool twice = false;

                for (size_t k = 0; k < found; k++)
                        twice = twice || tamis_slice_equal(words[best[k]], words[i]);
                if (r == SIZE_MAX || twice)
                        continue;
                while (place > 0 && ranks[place - 1] > r)
                        place--;
                if (place == FEW)
                        continue;
                found += found < FEW;
                for (size_t k = found - 1; k > place; k--) {
                        best[k] = best[k - 1];
                        ranks[k] = ranks[k - 1];
                }
                best[place] = i;
                ranks[place] = r;
        }

        if (size > 0)
                *out = '\0';
        for (size_t k = 0; k < found; k++) {
                char shown[TAMIS_SHOW_SIZE];
                size_t length;

                tamis_show(words[best[k]], shown, sizeof shown);
                length = strlen(shown) + 2 + (at ? 2 : 0);
                if (at + length >= size)
                        continue;
                snprintf(out + at, size - at, "%s\"%s\"", at ? ", " : "", shown);
                at += length;
        }
}
