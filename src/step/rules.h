/* rules.h: a word for each column: `Age=median,"Home, dest"=mode,*=mean`.
 *
 * What stands before the = is an item of SEL; the first item that matches a column decides. `*`, or a word without =,
 * is for the columns that nothing else matched, wherever it stands.
 *
 * Ownership: rules own their texts.
 */
#ifndef TAMIS_STEP_RULES_H
#define TAMIS_STEP_RULES_H

#include <tamis/step.h>

typedef struct tamis_rule {
        char *item;             /* NULL: for the rest */
        char *value;
} tamis_rule;

typedef struct tamis_rules {
        tamis_rule *rules;
        size_t n;
        const char *what;       /* the option, for messages; static */
} tamis_rules;

void tamis_rules_done(tamis_rules *rules);
int tamis_rules_parse(const char *text, const char *what, tamis_rules *ret, tamis_error *err) TAMIS_CHECKED;

/* which[i]: the rule for the i-th of `columns`, or -1. An item that names a column that is not there, or none of
 * `columns`, is TAMIS_USAGE; but for @numeric and the like: whether they match is known when all rows are read. */
int tamis_rules_resolve(const tamis_rules *rules, tamis_schema *schema, const tamis_selection *columns, long *which,
                        tamis_error *err) TAMIS_CHECKED;

#endif
