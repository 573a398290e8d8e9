#include <stdlib.h>

#include "pipeline.h"

void pipeline_done(pipeline *p) {
        for (size_t i = 0; i < p->n; i++)
                options_done(&p->links[i].parsed);
        free(p->links);
        free(p->words);
        free(p->text);
        *p = (pipeline) {0};
}

/* Cut in place; false: a quote is not closed. */
static bool cut(char *text, char **words, int *n) {
        char *to = text;

        for (char *from = text; *from;) {
                while (*from == ' ' || *from == '\t' || *from == '\n')
                        from++;
                if (!*from)
                        break;
                words[(*n)++] = to;
                while (*from && *from != ' ' && *from != '\t' && *from != '\n') {
                        char quote = *from;

                        if (quote != '\'' && quote != '"') {
                                *to++ = *from++;
                                continue;
                        }
                        for (from++; *from && *from != quote;)
                                *to++ = *from++;
                        if (!*from++)
                                return false;
                }
                from += *from != 0;
                *to++ = 0;
        }
        return true;
}

static int add_link(pipeline *p, int argc, char **argv, const char *what, tamis_error *err) {
        struct pipeline_link *l = &p->links[p->n];
        int r;

        if (argc == 0)
                return tamis_fail(err, TAMIS_USAGE, "%s: a step is needed on both sides of then", what);
        if (!verb_find(argv[0], &l->verb))
                return verb_fail_unknown(argv[0], NULL, err);
        if (!l->verb.type)
                return tamis_fail(err, TAMIS_USAGE, "%s: %s is no step", what, argv[0]);
        /* what is held out would tell the others */
        if (l->verb.type->traits & TAMIS_LEARNS_ALL)
                return tamis_fail(err, TAMIS_USAGE,
                                  "%s: %s learns from all rows, those held out too: it belongs before", what, argv[0]);
        r = options_parse(&l->verb, argc, argv, &l->parsed, err);
        if (r < 0)
                return r;
        p->n++;
        if (l->parsed.n_operands > 0)
                return tamis_fail(err, TAMIS_USAGE, "%s: %s: no files in a pipeline: \"%s\"", what, argv[0],
                                  l->parsed.operands[0]);
        if (l->parsed.help || l->parsed.version)
                return tamis_fail(err, TAMIS_USAGE, "%s: %s: ask the step itself for help", what, argv[0]);
        for (size_t i = 0; i < l->parsed.n_said; i++)
                if (l->parsed.said[i].of_run)
                        return tamis_fail(err, TAMIS_USAGE, "%s: %s: --%s is not for a pipeline", what, argv[0],
                                          l->parsed.said[i].option->name);
        return 0;
}

int pipeline_parse(pipeline *p, const char *text, const char *what, const char *target, tamis_error *err) {
        size_t length = text ? strlen(text) : 0;
        int n = 0, first = 0, r = 0;

        p->target = target;
        if (!text)
                return 0;
        p->text = strdup(text);
        p->words = calloc(length + 2, sizeof *p->words);
        p->links = calloc(length + 2, sizeof *p->links);
        if (!p->text || !p->words || !p->links)
                return tamis_fail_memory(err);
        if (!cut(p->text, p->words, &n))
                return tamis_fail(err, TAMIS_USAGE, "%s: a quote is not closed", what);
        for (int i = 0; r == 0 && i <= n; i++)
                if (i == n || strcmp(p->words[i], "then") == 0) {
                        r = add_link(p, i - first, p->words + first, what, err);
                        first = i + 1;
                }
        return r;
}

int pipeline_settings(const pipeline *p, size_t i, tamis_settings **ret, tamis_error *err) {
        const struct pipeline_link *l = &p->links[i];
        tamis_settings *settings;
        bool has_target = options_value(&l->parsed, "target");
        int r = tamis_settings_new(l->verb.type, &settings, err);

        if (r < 0)
                return r;
        for (size_t k = 0; r == 0 && k < l->parsed.n_said; k++)
                r = tamis_settings_set(settings, l->parsed.said[k].option->name, l->parsed.said[k].value, err);
        if (r == 0 && !has_target && (l->verb.type->common & TAMIS_OPT_TARGET))
                r = tamis_settings_set(settings, "target", p->target, err);
        if (r < 0)
                tamis_settings_free(settings);
        else
                *ret = settings;
        return r;
}

int pipeline_add(const pipeline *p, tamis_run *run, tamis_error *err) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < p->n; i++) {
                tamis_settings *settings;

                r = pipeline_settings(p, i, &settings, err);
                if (r == 0)
                        r = tamis_run_add(run, settings, err);
                if (r < 0 && err && !err->step)
                        err->step = p->links[i].verb.name;
        }
        return r;
}
