/* Help: hints one by one, and the explanation with an answer. */
#include <stdio.h>
#include <string.h>

#include "drill_show.h"
#include "drill_state.h"
#include "say.h"

static void one_more(tamis_drill_state *s, void *arg) {
        s->hints++;
}

/* Hint `which` (from 0) of a text apart by lines of ---; the number of hints is returned. */
static size_t find_hint(tamis_slice text, size_t which, tamis_slice *ret) {
        size_t n = 0;

        *ret = (tamis_slice) { NULL, 0 };
        while (text.n > 0) {
                const char *end = memmem(text.p, text.n, "\n---\n", 5);
                size_t length = end ? (size_t) (end + 1 - text.p) : text.n, step = end ? length + 4 : length;

                if (n++ == which)
                        *ret = (tamis_slice) { text.p, length };
                text.p += step;
                text.n -= step;
        }
        return n;
}

int drill_hint(const drill_wishes *w, tamis_error *err) {
        char name[DRILL_NAME], path[DRILL_PATH + 16];
        drill_opened d = {0};
        tamis_buffer text = {0};
        tamis_drill_state s;
        tamis_slice hint;
        size_t n = 0;
        int r = drill_meant(w, name, err);

        if (r == 0)
                r = drill_open(name, &d, err);
        if (r == 0)
                r = drill_look_up(name, &s, NULL, err);
        snprintf(path, sizeof path, "%s/hints.md", d.folder);
        if (r == 0)
                r = show_read(path, &text, err);
        if (r == 0) {
                n = find_hint((tamis_slice) { text.p, text.n }, s.hints, &hint);
                if (s.hints >= n) {
                        printf("That were all %zu hints. Here is the last once more:\n\n", n);
                        find_hint((tamis_slice) { text.p, text.n }, n - 1, &hint);
                } else {
                        printf("Hint %u of %zu\n\n", s.hints + 1, n);
                        r = drill_note(name, one_more, NULL, s.started > 0, err);
                }
        }
        if (r == 0)
                r = show_text(hint, err);
        if (r == 0)
                puts(s.hints + 1 < n ? "\nThen: tamis drill check   (one more: tamis drill hint)"
                                     : "\nThen: tamis drill check   (or tamis drill explain --give-up)");
        tamis_buffer_done(&text);
        drill_close(&d);
        return r;
}

static void give_up(tamis_drill_state *s, void *arg) {
        s->gave_up |= s->step == 0;
}

static int show_file(const char *folder, const char *name, tamis_error *err) {
        tamis_buffer text = {0};
        char path[DRILL_PATH + 64];
        int r;

        snprintf(path, sizeof path, "%s/%s", folder, name);
        r = show_read(path, &text, err);
        if (r == 0)
                r = show_text((tamis_slice) { text.p, text.n }, err);
        tamis_buffer_done(&text);
        return r;
}

/* A script: what begins with # is no heading. */
static int show_as_it_stands(const char *folder, const char *name, tamis_error *err) {
        tamis_buffer text = {0};
        char path[DRILL_PATH + 64];
        int r;

        snprintf(path, sizeof path, "%s/%s", folder, name);
        r = show_read(path, &text, err);
        if (r == 0)
                fwrite(text.p, 1, text.n, stdout);
        tamis_buffer_done(&text);
        return r;
}

int drill_explain(const drill_wishes *w, tamis_error *err) {
        char name[DRILL_NAME];
        drill_opened d = {0};
        tamis_drill_state s;
        int r = drill_meant(w, name, err);

        if (r == 0)
                r = drill_open(name, &d, err);
        if (r == 0)
                r = drill_look_up(name, &s, NULL, err);
        if (r == 0 && s.step == 0 && !s.gave_up && !w->give_up)
                r = tamis_fail(
                        err, TAMIS_USAGE,
                        "the explanation comes after a pass: tamis drill check, or tamis drill hint (tamis drill explain "
                        "--give-up shows it all the same)");
        if (r == 0 && w->give_up)
                r = drill_note(name, give_up, NULL, false, err);
        if (r == 0)
                r = show_file(d.folder, "explain.md", err);
        if (r == 0) {
                printf("\n%sA good pipeline.sh%s\n\n", show_bold(), show_plain());
                r = show_as_it_stands(d.folder, "good/pipeline.sh", err);
        }
        if (r == 0)
                puts("\nNow say it: tamis drill say");
        drill_close(&d);
        return r;
}
