#include <stdio.h>

#include "help.h"
#include "say.h"

static const char *const shells[] = { "bash", "zsh", NULL };

const tamis_option verb_help_options[] = {
        { "man", 0, TAMIS_FLAG, NULL, NULL, "the manual page, as roff", NULL },
        { "completion", 0, TAMIS_CHOICE, "SHELL", NULL, "what a shell needs to complete command lines", shells },
        { "steps", 0, TAMIS_FLAG, NULL, NULL, "the names of the steps, one a line", NULL },
        { NULL },
};

static int help_about_word(const char *word, bool manual, tamis_error *err) {
        verb found;

        if (verb_find(word, &found))
                return manual ? help_manual(&found, err) : help_of_verb(&found, err);
        if (!manual && strcmp(word, "strategies") == 0)
                help_strategies();
        else if (!manual && strcmp(word, "columns") == 0)
                help_columns();
        else
                return verb_fail_unknown(word, "help", err);
        return 0;
}

static int answer(const verb *v, const parsed *p, tamis_error *err) {
        const char *shell = options_value(p, "completion");
        bool manual = options_value(p, "man") != NULL;
        int r;

        if (p->help)
                return help_of_verb(v, err);
        if (shell) {
                r = tamis_option_check(&verb_help_options[1], shell, err);
                return r < 0 ? r : help_completion(shell, err);
        }
        if (options_value(p, "steps")) {
                for (size_t i = 0; i < tamis_n_steps; i++)
                        puts(tamis_steps[i]->name);
                return 0;
        }
        if (p->n_operands > 1)
                return tamis_fail(err, TAMIS_USAGE, "one word at a time");
        if (p->n_operands == 1)
                return help_about_word(p->operands[0], manual, err);
        if (manual)
                return help_manual(NULL, err);
        help_overview();
        return 0;
}

int verb_help(const verb *v, int argc, char **argv, tamis_error *err) {
        parsed p = {0};
        int r;

        r = options_parse(v, argc, argv, &p, err);
        if (r < 0)
                return r;
        if (p.version)
                puts("tamis " TAMIS_VERSION);
        else
                r = answer(v, &p, err);
        options_done(&p);
        if (r < 0 && err && !err->step)
                err->step = v->name;
        return r < 0 ? r : say_flush(err);
}
