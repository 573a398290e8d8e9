#include "drill/points.h"

static tamis_slice trimmed(tamis_slice s) {
        while (s.n > 0 && (*s.p == ' ' || *s.p == '\t'))
                s.p++, s.n--;
        while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r'))
                s.n--;
        return s;
}

/* One point: all of its lines with a blank between them. */
static int take(tamis_drill_points *p, const tamis_buffer *text, tamis_error *err) {
        const char *bar = memrchr(text->p, '|', text->n);
        tamis_slice whole = { text->p, bar ? (size_t) (bar - text->p) : text->n }, terms = { NULL, 0 };
        tamis_drill_point *one = &p->points[p->n];

        if (bar)
                terms = (tamis_slice) { bar + 1, text->n - whole.n - 1 };
        one->text = tamis_arena_copy(&p->arena, trimmed(whole));
        one->terms = tamis_arena_copy(&p->arena, trimmed(terms));
        if (!one->text || !one->terms)
                return tamis_fail_memory(err);
        p->n++;
        return 0;
}

int tamis_drill_points_parse(tamis_slice text, tamis_drill_points *ret, tamis_error *err) {
        tamis_drill_points p = {0};
        tamis_buffer point = {0};
        size_t most = 1;
        int r;

        for (size_t i = 0; i < text.n; i++)
                most += text.p[i] == '\n';
        p.points = tamis_arena_get_zeroed(&p.arena, most, sizeof *p.points);
        r = p.points ? 0 : tamis_fail_memory(err);
        while (r == 0 && text.n > 0) {
                const char *end = memchr(text.p, '\n', text.n);
                tamis_slice line = { text.p, end ? (size_t) (end - text.p) : text.n }, inside = trimmed(line);
                bool begins = line.n >= 2 && line.p[0] == '-' && line.p[1] == ' ',
                     goes_on = line.n > 0 && *line.p == ' ' && point.n > 0;

                if (!goes_on && point.n > 0) {
                        r = take(&p, &point, err);
                        point.n = 0;
                }
                if (r == 0 && (begins || goes_on)) {
                        if (begins)
                                inside = trimmed((tamis_slice) { line.p + 2, line.n - 2 });
                        else
                                r = tamis_buffer_add(&point, " ", 1, err);
                        if (r == 0)
                                r = tamis_buffer_add(&point, inside.p, inside.n, err);
                }
                line.n += end != NULL;
                text.p += line.n;
                text.n -= line.n;
        }
        if (r == 0 && point.n > 0)
                r = take(&p, &point, err);
        tamis_buffer_done(&point);
        if (r < 0) {
                tamis_drill_points_done(&p);
                return r;
        }
        *ret = p;
        return 0;
}

void tamis_drill_points_done(tamis_drill_points *p) {
        tamis_arena_done(&p->arena);
        *p = (tamis_drill_points) {0};
}

/* Lower case, one blank for all that is no letter, digit or byte beyond ASCII, and one at either end. */
static int plain_words(tamis_slice text, tamis_buffer *ret, tamis_error *err) {
        int r = tamis_buffer_reserve(ret, text.n + 2, err);

        if (r < 0)
                return r;
        ret->n = 0;
        ret->p[ret->n++] = ' ';
        for (size_t i = 0; i < text.n; i++) {
                char c = text.p[i];

                c = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
                if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char) c >= 0x80)
                        ret->p[ret->n++] = c;
                else if (ret->p[ret->n - 1] != ' ')
                        ret->p[ret->n++] = ' ';
        }
        if (ret->p[ret->n - 1] != ' ')
                ret->p[ret->n++] = ' ';
        return 0;
}

/* How much of a term must be there: a last word of five letters and more may go on or lose its e ("scale" is in
 * "scaling"), a shorter one is a word of its own ("late" is not in "latency"). */
static size_t stem(const tamis_buffer *term) {
        size_t n = term->n - 1, word = 0;

        while (word < n && term->p[n - 1 - word] != ' ')
                word++;
        return word < 5 ? n + 1 : n - (term->p[n - 1] == 'e');
}

/* A short word may have an s. */
static int is_said(const tamis_buffer *answer, tamis_buffer *term, bool *ret, tamis_error *err) {
        size_t n = stem(term);
        int r = 0;

        *ret = memmem(answer->p, answer->n, term->p, n) != NULL;
        if (!*ret && n == term->n) {
                term->p[n - 1] = 's';
                r = tamis_buffer_add(term, " ", 1, err);
                *ret = r == 0 && memmem(answer->p, answer->n, term->p, term->n) != NULL;
        }
        return r;
}

static int match_one(tamis_drill_point *one, const tamis_buffer *answer, tamis_buffer *term, tamis_error *err) {
        int r = 0;

        one->made = false;
        for (const char *p = one->terms; r == 0 && *p && !one->made;) {
                size_t n = strcspn(p, ",");

                r = plain_words((tamis_slice) { p, n }, term, err);
                if (r == 0 && term->n > 2)
                        r = is_said(answer, term, &one->made, err);
                p += n + (p[n] == ',');
        }
        return r;
}

int tamis_drill_points_match(tamis_drill_points *p, tamis_slice answer, size_t *ret, tamis_error *err) {
        tamis_buffer words = {0}, term = {0};
        size_t made = 0;
        int r = plain_words(answer, &words, err);

        for (size_t i = 0; r == 0 && i < p->n; i++) {
                r = match_one(&p->points[i], &words, &term, err);
                made += r == 0 && p->points[i].made;
        }
        tamis_buffer_done(&words);
        tamis_buffer_done(&term);
        if (r == 0)
                *ret = made;
        return r;
}
