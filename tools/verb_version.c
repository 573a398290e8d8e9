#include <stdio.h>

#include "help.h"
#include "say.h"

int verb_version(const verb *v, int argc, char **argv, tamis_error *err) {
        parsed p = {0};
        int r;

        r = options_parse(v, argc, argv, &p, err);
        if (r < 0)
                return r;
        if (p.help)
                r = help_of_verb(v, err);
        else
                puts("tamis " TAMIS_VERSION);
        options_done(&p);
        return r < 0 ? r : say_flush(err);
}
