/* A line for each column and measure. An empty value: not defined. */
#include <math.h>

#include <tamis/number.h>

#include "look/measures.h"

struct lines {
        tamis_buffer *out;
        const tamis_dialect *dialect;
        tamis_slice column;
};

static int write_line(const tamis_look_measure *m, void *arg, tamis_error *err) {
        const struct lines *a = arg;
        char d = a->dialect->delimiter;
        int r = tamis_cell_write(a->out, a->column, d, false, err);

        if (r == 0)
                r = tamis_buffer_addf(a->out, err, "%c%s%c", d, m->name, d);
        if (r == 0 && m->text.p)
                r = tamis_cell_write(a->out, m->text, d, false, err);
        else if (r == 0 && isfinite(m->value)) {
                r = tamis_buffer_reserve(a->out, TAMIS_NUMBER_MAX, err);
                if (r == 0)
                        a->out->n += tamis_number_print(m->value, a->out->p + a->out->n);
        }
        return r == 0 ? tamis_buffer_addf(a->out, err, "%s", a->dialect->eol) : r;
}

int tamis_profile_csv(const tamis_profile *p, tamis_buffer *out, tamis_error *err) {
        struct lines a = { out, &p->dialect, { "*", 1 } };
        char d = p->dialect.delimiter;
        int r = tamis_buffer_addf(out, err, "column%cmeasure%cvalue%s", d, d, p->dialect.eol);

        if (r == 0)
                r = tamis_look_table_measures(p, write_line, &a, err);
        for (size_t i = 0; r == 0 && i < p->n; i++) {
                a.column = p->columns[i].name;
                r = tamis_look_column_measures(&p->columns[i], write_line, &a, err);
        }
        return r;
}
