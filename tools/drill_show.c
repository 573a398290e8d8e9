#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "drill_show.h"

enum { USUAL = 80, WIDEST = 100, NARROWEST = 30, MOST_BYTES = 1 << 20, NOT_FOUND = 127 };

static bool coloured(void) {
        const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

        return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

const char *show_bold(void) {
        return coloured() ? "\033[1m" : "";
}

const char *show_good(void) {
        return coloured() ? "\033[32m" : "";
}

const char *show_bad(void) {
        return coloured() ? "\033[31m" : "";
}

const char *show_plain(void) {
        return coloured() ? "\033[0m" : "";
}

static void size_of(size_t *columns, size_t *rows) {
        struct winsize size = {0};
        const char *said = getenv("COLUMNS");

        *columns = USUAL;
        *rows = 0;
        if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
                *columns = size.ws_col > 0 ? size.ws_col : USUAL;
                *rows = size.ws_row;
        } else if (said && atoi(said) > 0) {
                *columns = (size_t) atoi(said);
        }
        if (*columns < NARROWEST)
                *columns = NARROWEST;
}

/* How many columns a word takes: bytes that go on with a character of UTF-8 take none. */
static size_t width_of(const char *text, size_t n) {
        size_t width = 0;

        for (size_t i = 0; i < n; i++)
                width += ((unsigned char) text[i] & 0xc0) != 0x80;
        return width;
}

/* Filled into `width` columns. `begun` of the first line are taken already; further ones begin with `indent` blanks. */
static void fill(FILE *f, const char *text, size_t n, size_t begun, size_t indent, size_t width) {
        size_t at = begun;
        bool first = true;

        for (size_t i = 0; i < n;) {
                size_t word = 0;

                while (i < n && (text[i] == ' ' || text[i] == '\n'))
                        i++;
                while (i + word < n && text[i + word] != ' ' && text[i + word] != '\n')
                        word++;
                if (word == 0)
                        break;
                if (!first && at + 1 + width_of(text + i, word) > width) {
                        fprintf(f, "\n%*s", (int) indent, "");
                        at = indent;
                        first = true;
                }
                fprintf(f, "%s%.*s", first ? "" : " ", (int) word, text + i);
                at += !first + width_of(text + i, word);
                first = false;
                i += word;
        }
        fputc('\n', f);
}

void show_filled(const char *first, const char *text) {
        size_t columns, rows, begun = width_of(first, strlen(first));

        size_of(&columns, &rows);
        fputs(first, stdout);
        fill(stdout, text, strlen(text), begun, begun, columns < WIDEST ? columns : WIDEST);
}

void show_behind(size_t begun, const char *text) {
        size_t columns, rows;

        size_of(&columns, &rows);
        fill(stdout, text, strlen(text), begun, begun, columns < WIDEST ? columns : WIDEST);
}

static void write_text(FILE *f, tamis_slice text, size_t columns) {
        while (text.n > 0) {
                const char *end = memchr(text.p, '\n', text.n);
                size_t n = end ? (size_t) (end - text.p) : text.n, blanks = 0;

                while (blanks < n && text.p[blanks] == ' ')
                        blanks++;
                if (*text.p == '#' && n > 2)
                        fprintf(f, "%s%.*s%s\n", show_bold(), (int) (n - strspn(text.p, "# ")),
                                text.p + strspn(text.p, "# "), show_plain());
                else if (width_of(text.p, n) <= columns || blanks >= 4)
                        fprintf(f, "%.*s\n", (int) n, text.p);
                else {
                        fprintf(f, "%*s", (int) blanks, "");
                        fill(f, text.p + blanks, n - blanks, blanks, blanks + (text.p[blanks] == '-' ? 2 : 0), columns);
                }
                text.p += n + (end != NULL);
                text.n -= n + (end != NULL);
        }
}

int show_text(tamis_slice text, tamis_error *err) {
        const char *pager = getenv("PAGER");
        size_t columns, rows, lines = 0;
        FILE *f = NULL;

        size_of(&columns, &rows);
        for (size_t i = 0; i < text.n; i++)
                lines += text.p[i] == '\n';
        if (rows > 0 && lines + 2 > rows && isatty(STDIN_FILENO)) {
                fflush(stdout);
                setenv("LESS", "FRX", 0);
                f = popen(pager && *pager ? pager : "less", "w");
        }
        write_text(f ? f : stdout, text, columns);
        /* a pager that is not there has shown nothing */
        if (f && pclose(f) == NOT_FOUND << 8)
                write_text(stdout, text, columns);
        return 0;
}

int show_read(const char *path, tamis_buffer *ret, tamis_error *err) {
        FILE *f = fopen(path, "re");
        size_t got = 1;
        int r = f ? 0 : tamis_fail_at(err, TAMIS_IO, path, 0, 0, "%s", strerror(errno));

        while (r == 0 && got > 0 && ret->n < MOST_BYTES) {
                r = tamis_buffer_reserve(ret, 4096, err);
                got = r == 0 ? fread(ret->p + ret->n, 1, 4095, f) : 0;
                ret->n += got;
        }
        if (r == 0 && ferror(f))
                r = tamis_fail_at(err, TAMIS_IO, path, 0, 0, "it cannot be read: %s", strerror(errno));
        if (r == 0)
                ret->p[ret->n] = '\0';
        if (f)
                fclose(f);
        return r;
}
