#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "drill/config.h"

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\r';
}

static tamis_slice trimmed(tamis_slice s) {
        while (s.n > 0 && is_blank(*s.p))
                s.p++, s.n--;
        while (s.n > 0 && is_blank(s.p[s.n - 1]))
                s.n--;
        return s;
}

static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A # begins one at the start of a line or behind a blank, but not within 'quotes' of a formula. */
static tamis_slice without_comment(tamis_slice s) {
        bool quoted = false;

        for (size_t i = 0; i < s.n; i++) {
                quoted ^= s.p[i] == '\'' && (quoted || i == 0 || !is_letter(s.p[i - 1]));
                if (s.p[i] == '#' && !quoted && (i == 0 || is_blank(s.p[i - 1])))
                        return (tamis_slice) { s.p, i };
        }
        return s;
}

static int read_whole(const char *path, tamis_buffer *text, tamis_error *err) {
        FILE *f = fopen(path, "re");
        size_t got = 1;
        int r = f ? 0 : tamis_fail_at(err, TAMIS_IO, path, 0, 0, "%s", strerror(errno));

        while (r == 0 && got > 0) {
                r = tamis_buffer_reserve(text, 1 << 14, err);
                got = r == 0 ? fread(text->p + text->n, 1, 1 << 14, f) : 0;
                text->n += got;
        }
        if (r == 0 && ferror(f))
                r = tamis_fail_at(err, TAMIS_IO, path, 0, 0, "it cannot be read");
        if (f)
                fclose(f);
        return r;
}

/* Sections and entries lie in one array each, as many as there are lines at most. */
struct reading {
        tamis_drill_config *c;
        tamis_drill_entry *entries;
        size_t n_entries;
};

static int begin_section(struct reading *r, tamis_slice s, size_t line, tamis_error *err) {
        tamis_drill_section *section = &r->c->sections[r->c->n];
        tamis_slice inside = trimmed((tamis_slice) { s.p + 1, s.n - 1 }), kind = { inside.p, 0 };

        if (s.p[s.n - 1] != ']')
                return tamis_fail_at(err, TAMIS_BAD_DATA, r->c->file, line, 0, "\"%.*s\": a section ends with ]",
                                     (int) s.n, s.p);
        inside = trimmed((tamis_slice) { inside.p, inside.n - 1 });
        while (kind.n < inside.n && !is_blank(inside.p[kind.n]))
                kind.n++;
        section->kind = tamis_arena_copy(&r->c->arena, kind);
        section->name = tamis_arena_copy(&r->c->arena, trimmed((tamis_slice) { inside.p + kind.n, inside.n - kind.n }));
        section->line = line;
        section->entries = r->entries + r->n_entries;
        if (!section->kind || !section->name)
                return tamis_fail_memory(err);
        r->c->n++;
        return 0;
}

static int go_on(struct reading *r, tamis_slice s, size_t line, tamis_error *err) {
        tamis_drill_section *section = &r->c->sections[r->c->n - 1];
        tamis_drill_entry *last;
        size_t n;
        char *both;

        if (section->n == 0)
                return tamis_fail_at(err, TAMIS_BAD_DATA, r->c->file, line, 0,
                                     "a line that begins with a blank goes on with the value above it, and there is "
                                     "none");
        last = &section->entries[section->n - 1];
        n = strlen(last->value);
        both = tamis_arena_get(&r->c->arena, n + s.n + 2);
        if (!both)
                return tamis_fail_memory(err);
        memcpy(both, last->value, n);
        both[n] = ' ';
        memcpy(both + n + 1, s.p, s.n);
        both[n + 1 + s.n] = '\0';
        last->value = n > 0 ? both : both + 1;
        return 0;
}

static int take_entry(struct reading *r, tamis_slice s, size_t line, tamis_error *err) {
        const char *equal = memchr(s.p, '=', s.n);
        tamis_drill_entry *entry = &r->entries[r->n_entries];
        size_t at = equal ? (size_t) (equal - s.p) : 0;

        if (!equal || at == 0)
                return tamis_fail_at(err, TAMIS_BAD_DATA, r->c->file, line, 0,
                                     "\"%.*s\" is neither [kind name] nor key = value", (int) s.n, s.p);
        entry->key = tamis_arena_copy(&r->c->arena, trimmed((tamis_slice) { s.p, at }));
        entry->value = tamis_arena_copy(&r->c->arena, trimmed((tamis_slice) { equal + 1, s.n - at - 1 }));
        entry->line = line;
        if (!entry->key || !entry->value)
                return tamis_fail_memory(err);
        r->n_entries++;
        r->c->sections[r->c->n - 1].n++;
        return 0;
}

static int take_lines(struct reading *r, tamis_slice text, tamis_error *err) {
        size_t line = 0;
        int status = 0;

        for (size_t at = 0; status == 0 && at < text.n;) {
                const char *end = memchr(text.p + at, '\n', text.n - at);
                tamis_slice whole = { text.p + at, end ? (size_t) (end - text.p) - at : text.n - at };
                tamis_slice s = trimmed(without_comment(whole));

                line++;
                at += whole.n + 1;
                if (s.n == 0)
                        continue;
                if (is_blank(*whole.p))
                        status = go_on(r, s, line, err);
                else
                        status = *s.p == '[' ? begin_section(r, s, line, err) : take_entry(r, s, line, err);
        }
        return status;
}

int tamis_drill_config_parse(const char *file, tamis_slice text, tamis_drill_config *ret, tamis_error *err) {
        tamis_drill_config c = {0};
        struct reading reading = { .c = &c };
        size_t lines = 2;
        int r = 0;

        for (size_t i = 0; i < text.n; i++)
                lines += text.p[i] == '\n';
        c.file = tamis_arena_copy(&c.arena, tamis_slice_of(file));
        c.sections = tamis_arena_get_zeroed(&c.arena, lines, sizeof *c.sections);
        reading.entries = tamis_arena_get_zeroed(&c.arena, lines, sizeof *reading.entries);
        if (!c.file || !c.sections || !reading.entries)
                r = tamis_fail_memory(err);
        if (r == 0 && text.n > 0 && memchr(text.p, '\0', text.n))
                r = tamis_fail_at(err, TAMIS_BAD_DATA, file, 0, 0, "it is no text: there is a byte 0 in it");
        if (r == 0) {
                c.sections[c.n++] = (tamis_drill_section) { .kind = "", .name = "", .line = 1,
                                                            .entries = reading.entries };
                r = take_lines(&reading, text, err);
        }
        if (r < 0) {
                tamis_arena_done(&c.arena);
                return r;
        }
        *ret = c;
        return 0;
}

int tamis_drill_config_read(const char *path, tamis_drill_config *ret, tamis_error *err) {
        tamis_buffer text = {0};
        int r = read_whole(path, &text, err);

        if (r == 0)
                r = tamis_drill_config_parse(path, (tamis_slice) { text.p, text.n }, ret, err);
        tamis_buffer_done(&text);
        return r;
}

void tamis_drill_config_done(tamis_drill_config *c) {
        tamis_arena_done(&c->arena);
        *c = (tamis_drill_config) {0};
}

const tamis_drill_section *tamis_drill_config_section(const tamis_drill_config *c, const char *kind, const char *name) {
        for (size_t i = 0; i < c->n; i++)
                if (strcmp(c->sections[i].kind, kind) == 0 && (!name || strcmp(c->sections[i].name, name) == 0))
                        return &c->sections[i];
        return NULL;
}

const char *tamis_drill_config_value(const tamis_drill_section *s, const char *key) {
        for (size_t i = s ? s->n : 0; i-- > 0;)
                if (strcmp(s->entries[i].key, key) == 0)
                        return s->entries[i].value;
        return NULL;
}
