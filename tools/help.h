/* help.h: help, manual pages and completion, all made from the verbs, their options and the strategies.
 *
 * Everything goes to standard output; whoever calls flushes it.
 */
#ifndef TOOLS_HELP_H
#define TOOLS_HELP_H

#include "options.h"

/* The few lines for somebody who typed `tamis` alone. */
void help_usage(FILE *out);
/* All verbs, and how a chain is made. */
void help_overview(void);
int help_of_verb(const verb *verb, tamis_error *err) TAMIS_CHECKED;
/* Every strategy of every step: its name, what it does, where it comes from. */
void help_strategies(void);
/* How columns are selected. */
void help_columns(void);

/* Roff: of the program where verb is NULL. */
int help_manual(const verb *verb, tamis_error *err) TAMIS_CHECKED;

/* shell: "bash" or "zsh". */
int help_completion(const char *shell, tamis_error *err) TAMIS_CHECKED;

/* What help says of an option beyond its line: its choices, its value when not given. Into `out`. */
void help_option(const offer *offer, const verb *verb, char *out, size_t size);

/* The texts that more than one form of help holds. Lines of at most 78 columns. */
extern const char help_about[], help_chains[], help_selecting[], help_missing[], help_status[];

#endif
