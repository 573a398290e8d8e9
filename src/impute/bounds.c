/* What is filled in lies between --min and --max, and shows no more decimals than the column does (--round). */
#include <math.h>

#include <tamis/number.h>

#include "impute/impute.h"

/* More digits than tamis_number_round() knows: there is nothing left to round. */
enum { MOST_DECIMALS = 300 };

double tamis_impute_settle(const tamis_impute_column *c, double value) {
        if (c->decimals >= 0 && c->decimals <= MOST_DECIMALS)
                value = tamis_number_round(value, c->decimals);
        return value < c->least ? c->least : value > c->most ? c->most : value;
}

static int parse(const tamis_rules *rules, long which, double none, double *ret, tamis_error *err) {
        const char *text = which < 0 ? NULL : rules->rules[which].value;

        *ret = none;
        if (text && !tamis_number_parse(tamis_slice_of(text), ret))
                return tamis_fail(err, TAMIS_USAGE, "%s: \"%s\" is not a number", rules->what, text);
        return 0;
}

int tamis_impute_bounds(tamis_impute *m, tamis_schema *schema, const tamis_selection *features, long *which,
                        tamis_error *err) {
        int r = tamis_impute_resolve(m, &m->least, schema, features, which, err);

        for (size_t i = 0; r == 0 && i < m->columns.n; i++)
                r = parse(&m->least, which[i], -INFINITY, &m->column[i].least, err);
        if (r == 0)
                r = tamis_impute_resolve(m, &m->most, schema, features, which, err);
        for (size_t i = 0; r == 0 && i < m->columns.n; i++) {
                r = parse(&m->most, which[i], INFINITY, &m->column[i].most, err);
                if (r == 0 && m->column[i].least > m->column[i].most)
                        r = tamis_fail(err, TAMIS_USAGE, "column \"%s\": --min is more than --max",
                                       m->columns.names[i]);
                m->joints.wishes[i].least = m->column[i].least;
                m->joints.wishes[i].most = m->column[i].most;
        }
        return r;
}
