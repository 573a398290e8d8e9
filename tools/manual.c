/* Manual pages, in roff, from the same tables as the help. */
#include <ctype.h>
#include <stdio.h>

#include "help.h"

/* Text as roff sees it: a backslash, a hyphen and a dot that begins a line mean something to it. */
static void roff(const char *text, size_t n) {
        bool at_start = true;

        for (size_t i = 0; i < n; i++) {
                if (at_start && (text[i] == '.' || text[i] == '\''))
                        fputs("\\&", stdout);
                if (text[i] == '\\')
                        fputs("\\e", stdout);
                else if (text[i] == '-')
                        fputs("\\-", stdout);
                else if (text[i] == '\'')
                        fputs("\\(aq", stdout);
                else
                        putchar(text[i]);
                at_start = text[i] == '\n';
        }
}

static void roff_text(const char *text) {
        roff(text, strlen(text));
}

/* Paragraphs are parted by an empty line. */
static void paragraphs(const char *text) {
        while (*text) {
                const char *end = strstr(text, "\n\n");
                size_t n = end ? (size_t) (end - text) : strlen(text);

                puts(".PP");
                roff(text, n);
                putchar('\n');
                text += n;
                text += strspn(text, "\n");
        }
}

static void verbatim(const char *lines) {
        puts(".PP\n.nf\n.RS 4");
        roff_text(lines);
        if (*lines && lines[strlen(lines) - 1] != '\n')
                putchar('\n');
        puts(".RE\n.fi");
}

static void head(const char *name, const char *summary) {
        fputs(".TH ", stdout);
        for (const char *p = name; *p; p++)
                putchar(toupper((unsigned char) *p));
        printf(" 1 \"\" \"tamis %s\" \"tamis manual\"\n.nh\n.ad l\n.SH NAME\n", TAMIS_VERSION);
        roff_text(name);
        fputs(" \\- ", stdout);
        roff_text(summary);
        putchar('\n');
}

static void option(const offer *f, const verb *v) {
        const tamis_option *o = f->option;
        const char *arg = o->kind == TAMIS_FLAG ? NULL : o->arg ? o->arg : "VALUE";
        char text[1024];

        puts(".TP");
        if (f->short_name)
                printf("\\fB\\-%c\\fR, ", o->key);
        fputs("\\fB\\-\\-", stdout);
        roff_text(o->name);
        fputs("\\fR", stdout);
        if (arg) {
                fputs("=\\fI", stdout);
                roff_text(arg);
                fputs("\\fR", stdout);
        }
        putchar('\n');
        help_option(f, v, text, sizeof text);
        roff_text(text);
        putchar('\n');
}

static void all_options(const offers *o, const verb *v) {
        puts(".SH OPTIONS");
        for (int h = 0; h < N_HEADINGS; h++) {
                bool first = true;

                for (size_t i = 0; i < o->n; i++) {
                        if (o->list[i].heading != (enum heading) h)
                                continue;
                        if (first)
                                printf(".SS %.*s\n", (int) strcspn(headings[h], ":"), headings[h]);
                        first = false;
                        option(&o->list[i], v);
                }
        }
}

static void strategies(const verb *v) {
        const tamis_strategy *const *list;
        size_t n = 0;

        if (!v->type || !v->type->strategies)
                return;
        list = v->type->strategies(&n);
        puts(".SH STRATEGIES");
        for (size_t i = 0; i < n; i++) {
                fputs(".TP\n\\fB", stdout);
                roff_text(list[i]->name);
                puts("\\fR");
                roff_text(list[i]->summary);
                if (list[i]->source) {
                        fputs("\n[", stdout);
                        roff_text(list[i]->source);
                        putchar(']');
                }
                putchar('\n');
        }
}

static int manual_of_verb(const verb *v, tamis_error *err) {
        offers o = {0};
        char name[64];
        int r = offers_of(v, &o, err);

        if (r < 0)
                return r;
        snprintf(name, sizeof name, "tamis-%s", v->name);
        head(name, v->summary);
        printf(".SH SYNOPSIS\n.B tamis %s\n[\\fIOPTION\\fR...] ", v->name);
        roff_text(v->operands);
        putchar('\n');
        if (v->details) {
                puts(".SH DESCRIPTION");
                paragraphs(v->details);
        }
        all_options(&o, v);
        strategies(v);
        if (v->examples) {
                puts(".SH EXAMPLES");
                verbatim(v->examples);
        }
        puts(".SH EXIT STATUS");
        verbatim(help_status);
        puts(".SH SEE ALSO\n.BR tamis (1)");
        offers_done(&o);
        return 0;
}

static void manual_of_program(void) {
        verb_walk walk = {0};
        const char *comma = "";
        verb v;

        head("tamis", "CSV filters that make messy data fit for training");
        puts(".SH SYNOPSIS\n.B tamis\n\\fIVERB\\fR [\\fIOPTION\\fR...] [\\fIFILE\\fR...] "
             "[\\fBthen\\fR \\fIVERB\\fR [\\fIOPTION\\fR...]]...\n.SH DESCRIPTION");
        paragraphs(help_about);
        paragraphs(help_chains);
        puts(".SH VERBS");
        while (verb_next(&walk, &v)) {
                printf(".TP\n\\fB%s\\fR\n", v.name);
                roff_text(v.summary);
                putchar('\n');
        }
        puts(".SH SELECTING COLUMNS\nA comma list of:");
        verbatim(help_selecting);
        puts(".SH MISSING CELLS AND TYPES");
        paragraphs(help_missing);
        puts(".SH EXIT STATUS");
        verbatim(help_status);
        puts(".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nwhen set, nothing is coloured\n.SH SEE ALSO");
        for (walk = (verb_walk) {0}; verb_next(&walk, &v); comma = ",\n")
                printf("%s.BR tamis\\-%s (1)", comma, v.name);
        putchar('\n');
}

int help_manual(const verb *v, tamis_error *err) {
        if (v)
                return manual_of_verb(v, err);
        manual_of_program();
        return 0;
}
