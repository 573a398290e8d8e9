/* Completion for bash and zsh, from the same tables as the help. */
#include <stdio.h>

#include "help.h"

static bool names_strategy(const offer *f, const verb *v) {
        return !f->of_run && strcmp(f->option->name, "strategy") == 0 && v->type && v->type->strategies;
}

/* The words an option's value is one of; 0: it may be anything. `divider` between them. */
static size_t print_words(const offer *f, const verb *v, const char *divider) {
        size_t n = 0;

        if (names_strategy(f, v)) {
                const tamis_strategy *const *list = v->type->strategies(&n);

                for (size_t i = 0; i < n; i++)
                        printf("%s%s", i ? divider : "", list[i]->name);
        } else if (f->option->choices) {
                for (; f->option->choices[n]; n++)
                        printf("%s%s", n ? divider : "", f->option->choices[n]);
        }
        return n;
}

/* -- bash ---------------------------------------------------------------------------------------------------------- */

static void bash_values(const offers *o, const verb *v) {
        for (size_t i = 0; i < o->n; i++) {
                const offer *f = &o->list[i];

                if (!f->option->choices && !names_strategy(f, v))
                        continue;
                printf("    %s:--%s", v->name, f->option->name);
                if (f->short_name)
                        printf("|%s:-%c", v->name, f->option->key);
                fputs(") words=\"", stdout);
                print_words(f, v, " ");
                puts("\" ;;");
        }
        /* a value that can be anything: files, by default */
        for (size_t i = 0, n = 0; i <= o->n; i++) {
                if (i == o->n) {
                        if (n)
                                puts(") return ;;");
                        break;
                }
                if (o->list[i].option->kind == TAMIS_FLAG || o->list[i].option->choices ||
                    names_strategy(&o->list[i], v))
                        continue;
                printf("%s%s:--%s", n++ ? "|" : "    ", v->name, o->list[i].option->name);
                if (o->list[i].short_name)
                        printf("|%s:-%c", v->name, o->list[i].option->key);
        }
}

static void bash_options(const offers *o, const verb *v) {
        printf("    %s) words=\"", v->name);
        for (size_t i = 0; i < o->n; i++)
                printf("%s--%s", i ? " " : "", o->list[i].option->name);
        puts("\" ;;");
}

/* What the first operand is one of. */
static void print_operands(const verb *v) {
        for (size_t i = 0; v->word(i); i++)
                printf("%s%s", i ? " " : "", v->word(i));
}

/* Call `each` for every verb with what it offers. */
static int each_verb(void (*each)(const offers *, const verb *), tamis_error *err) {
        verb_walk walk = {0};
        verb v;

        while (verb_next(&walk, &v)) {
                offers o;
                int r = offers_of(&v, &o, err);

                if (r < 0)
                        return r;
                each(&o, &v);
                offers_done(&o);
        }
        return 0;
}

static int bash(tamis_error *err) {
        verb_walk walk = {0};
        verb v;
        int r;

        puts("# bash completion for tamis\n"
             "_tamis() {\n"
             "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb= words= i\n"
             "  # --option=value comes as three words\n"
             "  if [ \"$cur\" = = ]; then cur=\n"
             "  elif [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
             "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
             "    if [ \"${COMP_WORDS[i]}\" = then ]; then verb=\n"
             "    elif [ -z \"$verb\" ]; then verb=${COMP_WORDS[i]}; fi\n"
             "  done\n"
             "  if [ -z \"$verb\" ]; then");
        fputs("    COMPREPLY=($(compgen -W \"", stdout);
        while (verb_next(&walk, &v))
                printf("%s ", v.name);
        puts("\" -- \"$cur\"))\n"
             "    return\n"
             "  fi\n"
             "  case $verb:$prev in");
        r = each_verb(bash_values, err);
        if (r < 0)
                return r;
        puts("  esac\n"
             "  if [ -z \"$words\" ]; then case $cur in\n"
             "  -*) case $verb in");
        r = each_verb(bash_options, err);
        if (r < 0)
                return r;
        fputs("    esac ;;\n  *) case $verb in\n    help) words=\"strategies columns", stdout);
        for (walk = (verb_walk) {0}; verb_next(&walk, &v);)
                printf(" %s", v.name);
        puts("\" ;;");
        for (walk = (verb_walk) {0}; verb_next(&walk, &v);) {
                if (!v.word)
                        continue;
                printf("    %s) [ \"$prev\" != %s ] || words=\"", v.name, v.name);
                print_operands(&v);
                puts("\" ;;");
        }
        puts("    esac ;;\n"
             "  esac; fi\n"
             "  [ -z \"$words\" ] || COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
             "}\n"
             "complete -o default -o bashdefault -F _tamis tamis");
        return 0;
}

/* -- zsh ----------------------------------------------------------------------------------------------------------- */

/* Inside '...' of a specification of _arguments. */
static void zsh_text(const char *text) {
        for (; *text; text++) {
                if (*text == '\'')
                        fputs("'\\''", stdout);
                else if (strchr("[]:\\", *text))
                        printf("\\%c", *text);
                else
                        putchar(*text);
        }
}

static void zsh_option(const offer *f, const verb *v) {
        const tamis_option *o = f->option;
        bool flag = o->kind == TAMIS_FLAG;

        fputs(" \\\n        ", stdout);
        if (f->short_name)
                printf("'(-%c --%s)'{-%c%s,--%s%s}'[", o->key, o->name, o->key, flag ? "" : "+", o->name,
                       flag ? "" : "=");
        else
                printf("'--%s%s[", o->name, flag ? "" : "=");
        zsh_text(o->help);
        putchar(']');
        if (!flag) {
                putchar(':');
                zsh_text(o->arg ? o->arg : "value");
                putchar(':');
                if (o->choices || names_strategy(f, v)) {
                        putchar('(');
                        print_words(f, v, " ");
                        putchar(')');
                } else if (o->kind == TAMIS_FILE) {
                        fputs("_files", stdout);
                }
        }
        putchar('\'');
}

static void zsh_verb(const offers *o, const verb *v) {
        printf("    %s)\n      _arguments -s", v->name);
        for (size_t i = 0; i < o->n; i++)
                zsh_option(&o->list[i], v);
        if (v->word) {
                fputs(" \\\n        '1:command:(", stdout);
                print_operands(v);
                fputs(")'", stdout);
        }
        fputs(" \\\n        '*::", stdout);
        puts(strcmp(v->name, "help") == 0 ? "verb:_tamis_verbs' ;;" : "file:_files' ;;");
}

static int zsh(tamis_error *err) {
        verb_walk walk = {0};
        verb v;
        int r;

        puts("#compdef tamis\n"
             "_tamis_verbs() {\n"
             "  local -a verbs=(");
        while (verb_next(&walk, &v)) {
                printf("    '%s:", v.name);
                zsh_text(v.summary);
                puts("'");
        }
        puts("  )\n"
             "  _describe verb verbs\n"
             "}\n"
             "_tamis() {\n"
             "  local -i i start=1\n"
             "  for (( i = 2; i < CURRENT; i++ )); do [[ $words[i] == then ]] && start=i; done\n"
             "  words=(\"${(@)words[start,-1]}\")\n"
             "  (( CURRENT -= start - 1 ))\n"
             "  if (( CURRENT == 2 )); then _tamis_verbs; return; fi\n"
             "  words=(\"${(@)words[2,-1]}\")\n"
             "  (( CURRENT-- ))\n"
             "  case $words[1] in");
        r = each_verb(zsh_verb, err);
        if (r < 0)
                return r;
        puts("  esac\n"
             "}\n"
             "_tamis \"$@\"");
        return 0;
}

int help_completion(const char *shell, tamis_error *err) {
        return strcmp(shell, "bash") == 0 ? bash(err) : zsh(err);
}
