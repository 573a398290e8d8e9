/* options.h: from argv to what was said, by one table.
 *
 * What a verb offers is put together from three tables of one kind: its own options, the common ones that its step type
 * takes, and those of the whole run. The same offers make the argp parser, the help text, the manual page and the
 * completion, so that none of them can say something else.
 *
 * Ownership: offers and parsed options borrow from static tables and from argv; the lists are theirs.
 */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include "verb.h"

/* The headings under which help shows options, in this order. */
enum heading { HEADING_OWN, HEADING_COLUMNS, HEADING_LEARNING, HEADING_READING, HEADING_WRITING, HEADING_RUNNING,
               HEADING_HELP, N_HEADINGS };
extern const char *const headings[N_HEADINGS];

typedef struct offer {
        const tamis_option *option;
        enum heading heading;
        int key;                /* what argp knows it by: the short name, or a number beyond characters */
        bool short_name;        /* false where another option took the letter first */
        bool of_run;            /* said to the whole run; else to the verb */
} offer;

typedef struct offers {
        offer *list;
        size_t n;
} offers;

int offers_of(const verb *verb, offers *ret, tamis_error *err) TAMIS_CHECKED;
void offers_done(offers *offers);

/* One option as it was said; value NULL for a flag. */
typedef struct said_option {
        const tamis_option *option;
        const char *value;
        bool of_run;
} said_option;

typedef struct parsed {
        said_option *said;
        size_t n_said;
        char **operands;
        size_t n_operands;
        bool help, version;     /* asked for: nothing else is to be done, nor was checked */
} parsed;

/* argv[0] is the verb's name. TAMIS_USAGE names the option that is wrong, and the nearest that is right. */
int options_parse(const verb *verb, int argc, char **argv, parsed *ret, tamis_error *err) TAMIS_CHECKED;
void options_done(parsed *parsed);

/* The value said for the option `name` of the verb itself; NULL: not said. "" for a flag. */
const char *options_value(const parsed *parsed, const char *name);

#endif
