#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "help.h"

void help_usage(FILE *out) {
        fputs("Usage: tamis VERB [OPTION...] [FILE...] [then VERB [OPTION...]]...\n"
              "Try `tamis help` for the verbs, `tamis help VERB` for one of them.\n", out);
}

/* Words of `text`, filled to 79 columns from `column` on, later lines indented. argp does this too, but not for what
 * stands outside a parser's help. */
static void fill_on(const char *text, int column, int indent) {
        bool first = true;

        while (*text) {
                int n = (int) strcspn(text, " ");

                if (!first && column + 1 + n > 79) {
                        printf("\n%*s", indent, "");
                        column = indent;
                        first = true;
                }
                printf("%s%.*s", first ? "" : " ", n, text);
                column += !first + n;
                first = false;
                text += n;
                text += strspn(text, " ");
        }
        putchar('\n');
}

static void fill(const char *text, int indent) {
        printf("%*s", indent, "");
        fill_on(text, indent, indent);
}

static void indented(const char *lines) {
        while (*lines) {
                size_t n = strcspn(lines, "\n");

                printf("  %.*s\n", (int) n, lines);
                lines += n + (lines[n] == '\n');
        }
}

void help_overview(void) {
        verb_walk walk = {0};
        verb v;

        fputs("Usage: tamis VERB [OPTION...] [FILE...] [then VERB [OPTION...]]...\n\n", stdout);
        fill(help_about, 0);
        puts("\nVerbs:");
        while (verb_next(&walk, &v)) {
                printf("  %-10s ", v.name);
                fill_on(v.summary, 13, 13);
        }
        puts("\nChains:");
        fill(help_chains, 2);
        puts("\nMore:\n"
             "  tamis help VERB          its options, strategies and examples\n"
             "  tamis help strategies    every strategy, and where it comes from\n"
             "  tamis help columns       how columns are selected; what is missing\n"
             "\nExit status:");
        indented(help_status);
}

void help_columns(void) {
        puts("Columns (-c, -t, -g) are selected by a comma list of:\n");
        indented(help_selecting);
        putchar('\n');
        fill(help_missing, 0);
}

void help_strategies(void) {
        verb_walk walk = {0};
        bool first = true;
        verb v;

        while (verb_next(&walk, &v)) {
                const tamis_strategy *const *list;
                size_t n = 0;

                if (!v.type || !v.type->strategies)
                        continue;
                list = v.type->strategies(&n);
                printf("%s%s: %s\n", first ? "" : "\n", v.name, v.summary);
                first = false;
                for (size_t i = 0; i < n; i++) {
                        bool is_default = v.type->strategy && strcmp(list[i]->name, v.type->strategy) == 0;

                        printf("  %s%s\n", list[i]->name, is_default ? " (default)" : "");
                        fill(list[i]->summary, 6);
                        if (list[i]->source) {
                                char source[1024];

                                snprintf(source, sizeof source, "[%s]", list[i]->source);
                                fill(source, 6);
                        }
                }
        }
}

/* A line that explains its choices need not list them again. */
static bool tells_choices(const tamis_option *o) {
        for (const char *const *c = o->choices; *c; c++)
                if (!strstr(o->help, *c))
                        return false;
        return true;
}

void help_option(const offer *f, const verb *v, char *out, size_t size) {
        const tamis_option *o = f->option;
        const char *fallback = o->fallback;
        size_t n;

        if (!f->of_run && strcmp(o->name, "strategy") == 0 && v->type)
                fallback = v->type->strategy;
        n = (size_t) snprintf(out, size, "%s", o->help);
        if (o->choices && !tells_choices(o)) {
                for (const char *const *c = o->choices; *c && n < size; c++)
                        n += (size_t) snprintf(out + n, size - n, "%s%s", c == o->choices ? ": " : ", ", *c);
        }
        if (fallback && *fallback && n < size && !strstr(o->help, "(default"))
                snprintf(out + n, size - n, " (default: %s)", fallback);
}

/* -- one verb, by argp --------------------------------------------------------------------------------------------- */

/* A table for argp in the making; its texts are in the arena. */
struct table {
        struct argp_option *options;
        size_t n;
        tamis_arena arena;
};

static void add_heading(struct table *t, const char *text, int group) {
        t->options[t->n++] = (struct argp_option) { .doc = text, .group = group };
}

static int add_offers(struct table *t, const offers *o, const verb *v, tamis_error *err) {
        for (int h = 0; h < N_HEADINGS; h++) {
                int group = h == HEADING_HELP ? -1 : h + 1;      /* argp has them there: at the end */
                bool first = true;

                for (size_t i = 0; i < o->n; i++) {
                        const offer *f = &o->list[i];
                        char text[1024];
                        const char *copy;

                        if (f->heading != (enum heading) h)
                                continue;
                        if (first)
                                add_heading(t, headings[h], group);
                        first = false;
                        help_option(f, v, text, sizeof text);
                        copy = tamis_arena_copy(&t->arena, tamis_slice_of(text));
                        if (!copy)
                                return tamis_fail_memory(err);
                        t->options[t->n++] = (struct argp_option) {
                                .name = f->option->name,
                                .key = f->key,
                                .arg = f->option->kind == TAMIS_FLAG ? NULL : f->option->arg ? f->option->arg : "VALUE",
                                .doc = copy,
                                .group = group,
                        };
                }
        }
        return 0;
}

static void add_strategies(struct table *t, const tamis_strategy *const *list, size_t n) {
        if (n)
                add_heading(t, "Strategies:", N_HEADINGS + 1);
        for (size_t i = 0; i < n; i++)
                t->options[t->n++] = (struct argp_option) {
                        .name = list[i]->name, .flags = OPTION_DOC, .doc = list[i]->summary, .group = N_HEADINGS + 1,
                };
}

/* Before \v: the summary; behind the options: details and examples. */
static int add_texts(tamis_buffer *b, const verb *v, tamis_error *err) {
        int r = tamis_buffer_addf(b, err, "%s", v->summary);

        if (r == 0 && (v->details || v->examples))
                r = tamis_buffer_addf(b, err, "\v");
        if (r == 0 && v->details)
                r = tamis_buffer_addf(b, err, "%s\n", v->details);
        if (r == 0 && v->examples)
                r = tamis_buffer_addf(b, err, "%sExamples:\n", v->details ? "\n" : "");
        for (const char *line = v->examples; r == 0 && line && *line;) {
                int n = (int) strcspn(line, "\n");

                r = tamis_buffer_addf(b, err, "  %.*s\n", n, line);
                line += n + (line[n] == '\n');
        }
        return r == 0 ? tamis_buffer_add(b, "", 1, err) : r;
}

int help_of_verb(const verb *v, tamis_error *err) {
        const tamis_strategy *const *list = NULL;
        size_t n_list = 0;
        struct table t = {0};
        tamis_buffer texts = {0};
        offers o = {0};
        char name[64];
        int r;

        if (v->type && v->type->strategies)
                list = v->type->strategies(&n_list);
        r = offers_of(v, &o, err);
        if (r < 0)
                goto out;
        t.options = calloc(o.n + n_list + N_HEADINGS + 2, sizeof *t.options);
        if (!t.options) {
                r = tamis_fail_memory(err);
                goto out;
        }
        r = add_offers(&t, &o, v, err);
        if (r == 0)
                r = add_texts(&texts, v, err);
        if (r < 0)
                goto out;
        add_strategies(&t, list, n_list);

        /* nobody who reads -o, --output=FILE needs to be told that -o takes a FILE */
        setenv("ARGP_HELP_FMT", "no-dup-args-note", 1);
        snprintf(name, sizeof name, "tamis %s", v->name);
        argp_help(&(struct argp) { .options = t.options, .args_doc = v->operands, .doc = texts.p }, stdout,
                  ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, name);
out:
        offers_done(&o);
        free(t.options);
        tamis_arena_done(&t.arena);
        tamis_buffer_done(&texts);
        return r;
}
