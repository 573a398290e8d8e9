/* What the chains did: methods, traces of convergence (mean and sd of what was filled in, by column, chain and
 * iteration), and what was left out of the regressions. */
#include "impute/mice.h"

static int add_trace(const tamis_mice *m, size_t column, const char *what, json_t *into, bool sd) {
        json_t *chains = tamis_json_child(into, what, json_array());
        int r = 0;

        for (size_t i = 0; i < m->options.imputations; i++) {
                const double *from = sd ? m->chains[i].sd : m->chains[i].mean;
                json_t *one = tamis_json_child(chains, NULL, json_array());

                for (size_t k = 0; k < m->options.iterations; k++)
                        r |= json_array_append_new(one, tamis_json_figure(from[k * m->train.n + column]));
        }
        return r | (chains ? 0 : -1);
}

/* Of a place: the column, and the level it stands for. */
static int name_place(const tamis_mice *m, size_t place, json_t *into) {
        const tamis_mice_column *c = &m->columns[m->owner[place]];
        const tamis_frame_column *f = &m->train.columns[m->owner[place]];
        int r = json_object_set_new(into, "predictor", tamis_json_bytes(tamis_slice_of(f->name)));

        for (size_t i = 0; c->place && i < f->levels; i++)
                if (c->place[i] >= 0 && c->at + (size_t) c->place[i] == place)
                        r |= json_object_set_new(into, "level", tamis_json_bytes(f->level[i]));
        return r;
}

static int add_dropped(const tamis_mice *m, size_t column, json_t *into) {
        static const char *const why[] = { "constant", "alike", "collinear" };
        int r = 0;

        for (size_t place = 0; place < m->q; place++)
                for (size_t reason = 0; reason < TAMIS_MICE_N_REASONS; reason++) {
                        json_int_t times = 0;
                        json_t *one;

                        for (size_t i = 0; i < m->options.imputations; i++)
                                if (m->chains[i].dropped)
                                        times += m->chains[i].dropped[(column * m->q + place) * TAMIS_MICE_N_REASONS
                                                              + reason];
                        if (times == 0)
                                continue;
                        one = tamis_json_child(into, NULL, json_object());
                        r |= json_object_set_new(one, "column",
                                                 tamis_json_bytes(tamis_slice_of(m->train.columns[column].name)));
                        r |= name_place(m, place, one);
                        r |= json_object_set_new(one, "why", json_string(why[reason]));
                        r |= json_object_set_new(one, "times", json_integer(times));
                }
        return r;
}

int tamis_mice_report(const void *model, json_t *into, tamis_error *err) {
        const tamis_mice *m = model;
        json_t *methods = tamis_json_child(into, "methods", json_object());
        json_t *trace = tamis_json_child(into, "trace", json_object());
        json_t *dropped = tamis_json_child(into, "dropped", json_array());
        int r = methods && trace && dropped ? 0 : -1;

        r |= json_object_set_new(into, "imputations", json_integer((json_int_t) m->options.imputations));
        r |= json_object_set_new(into, "iterations", json_integer((json_int_t) m->options.iterations));
        for (size_t v = 0; r == 0 && v < m->n_visit; v++) {
                size_t j = m->visit[v];
                const char *name = m->train.columns[j].name;
                json_t *one;

                r |= json_object_set_new_nocheck(methods, name, json_string(tamis_mice_methods[m->columns[j].method]));
                if (!m->ran)
                        continue;
                one = tamis_json_child(trace, name, json_object());
                r |= add_trace(m, j, "mean", one, false);
                r |= add_trace(m, j, "sd", one, true);
                r |= add_dropped(m, j, dropped);
        }
        return r < 0 ? tamis_fail_memory(err) : 0;
}
