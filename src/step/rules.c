#include <stdlib.h>

#include "step/rules.h"

void tamis_rules_done(tamis_rules *rules) {
        for (size_t i = 0; i < rules->n; i++) {
                free(rules->rules[i].item);
                free(rules->rules[i].value);
        }
        free(rules->rules);
        *rules = (tamis_rules) {0};
}

static int add_rule(tamis_slice name, tamis_slice value, void *arg, tamis_error *err) {
        tamis_rules *rules = arg;
        bool rest = !name.p || tamis_slice_equal(name, tamis_slice_of("*"));
        tamis_rule *more;

        for (size_t i = 0; rest && i < rules->n; i++)
                if (!rules->rules[i].item)
                        return tamis_fail(err, TAMIS_USAGE,
                                          "%s: both \"%s\" and \"%.*s\" are for all other columns (NAME=VALUE is for "
                                          "one; a name with a comma in it is quoted)",
                                          rules->what, rules->rules[i].value, (int) value.n, value.p);
        more = realloc(rules->rules, (rules->n + 1) * sizeof *more);
        if (!more)
                return tamis_fail_memory(err);
        rules->rules = more;
        more[rules->n] = (tamis_rule) {
                .item = rest ? NULL : strndup(name.p, name.n), .value = strndup(value.p ? value.p : "", value.n),
        };
        rules->n++;
        return (rest || more[rules->n - 1].item) && more[rules->n - 1].value ? 0 : tamis_fail_memory(err);
}

int tamis_rules_parse(const char *text, const char *what, tamis_rules *ret, tamis_error *err) {
        tamis_rules rules = { .what = what };
        int r = tamis_pairs(text, what, add_rule, &rules, err);

        if (r < 0) {
                tamis_rules_done(&rules);
                return r;
        }
        *ret = rules;
        return 0;
}

static bool contains(const tamis_selection *s, size_t column) {
        for (size_t i = 0; i < s->n; i++)
                if (s->columns[i] == column)
                        return true;
        return false;
}

static int resolve_one(const tamis_rules *rules, size_t rule, tamis_schema *schema, const tamis_selection *columns,
                       long *which, tamis_error *err) {
        const char *item = rules->rules[rule].item;
        tamis_selection matched = {0};
        size_t met = 0;
        int r = tamis_select(schema, item, &matched, err);

        if (r < 0)
                return r == TAMIS_USAGE && strchr(item, '@') ? 0 : r;
        for (size_t i = 0; i < columns->n; i++) {
                if (!contains(&matched, columns->columns[i]))
                        continue;
                met++;
                if (which[i] < 0)
                        which[i] = (long) rule;
        }
        tamis_selection_done(&matched);
        if (met == 0 && !strchr(item, '@'))
                return tamis_fail(err, TAMIS_USAGE, "%s %s=%s: \"%s\" is not among the columns that are worked on",
                                  rules->what, item, rules->rules[rule].value, item);
        return 0;
}

int tamis_rules_resolve(const tamis_rules *rules, tamis_schema *schema, const tamis_selection *columns, long *which,
                        tamis_error *err) {
        long rest = -1;

        for (size_t i = 0; i < columns->n; i++)
                which[i] = -1;
        for (size_t rule = 0; rule < rules->n; rule++) {
                int r = 0;

                if (rules->rules[rule].item)
                        r = resolve_one(rules, rule, schema, columns, which, err);
                else
                        rest = (long) rule;
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < columns->n; i++)
                if (which[i] < 0)
                        which[i] = rest;
        return 0;
}
