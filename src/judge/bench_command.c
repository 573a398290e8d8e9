#include <stdlib.h>
#include <string.h>

#include "judge/bench_command.h"

void tamis_bench_command_done(tamis_bench_command *c) {
        for (size_t i = 0; i < c->n_owned; i++)
                free(c->owned[i]);
        *c = (tamis_bench_command) {0};
}

int tamis_bench_command_add(tamis_bench_command *c, const char *const *words, tamis_error *err) {
        for (; *words; words++) {
                if (c->n + 1 >= TAMIS_BENCH_WORDS)
                        return tamis_fail(err, TAMIS_USAGE, "\"%s\" and more: too many words", *words);
                c->words[c->n++] = (char *) *words;
                c->words[c->n] = NULL;
        }
        return 0;
}

int tamis_bench_command_cut(tamis_bench_command *c, const char *text, tamis_error *err) {
        char *copy = c->n_owned < TAMIS_BENCH_WORDS ? strdup(text) : NULL, *rest = copy, *word;
        int r = 0;

        if (!copy)
                return tamis_fail_memory(err);
        c->owned[c->n_owned++] = copy;
        while (r == 0 && (word = strsep(&rest, " ")))
                if (*word)
                        r = tamis_bench_command_add(c, (const char *const []) { word, NULL }, err);
        return r;
}

int tamis_bench_command_reading(tamis_bench_command *c, const tamis_bench_options *o, bool cells, tamis_error *err) {
        const char *const said[][2] = {
                { "--delimiter", o->delimiter }, { "--na", cells ? o->na : NULL },
                { "--types", cells ? o->types : NULL },
        };
        int r = 0;

        for (size_t i = 0; r == 0 && i < sizeof said / sizeof *said; i++)
                if (said[i][1])
                        r = tamis_bench_command_add(c, (const char *const []) { said[i][0], said[i][1], NULL }, err);
        return r;
}
