#include "judge/ampute.h"

static json_t *whole(uint64_t n) {
        return json_integer((json_int_t) n);
}

static json_t *share_of(uint64_t part, uint64_t all) {
        return tamis_json_figure(all ? (double) part / (double) all : 0);
}

static int report_columns(const tamis_ampute *s, json_t *into) {
        json_t *columns = tamis_json_child(into, "columns", json_array());
        uint64_t there = 0, holes = 0;
        int r = 0;

        for (size_t j = 0; j < s->n_columns; j++) {
                const tamis_ampute_column *c = &s->columns[j];
                json_t *one = tamis_json_child(columns, NULL, json_object());

                r |= json_object_set_new(one, "column", tamis_json_bytes(tamis_slice_of(c->name)));
                r |= json_object_set_new(one, "present", whole(c->there));
                r |= json_object_set_new(one, "holes", whole(c->holes));
                r |= json_object_set_new(one, "share", share_of(c->holes, c->there));
                there += c->there;
                holes += c->holes;
        }
        r |= json_object_set_new(into, "cells_present", whole(there));
        r |= json_object_set_new(into, "holes", whole(holes));
        r |= json_object_set_new(into, "share_of_cells", share_of(holes, there));
        r |= json_object_set_new(into, "rows_with_holes", whole(s->rows_hit));
        return r | json_object_set_new(into, "share_of_rows", share_of(s->rows_hit, s->rows));
}

static int report_patterns(const tamis_ampute *s, json_t *into) {
        json_t *patterns = tamis_json_child(into, "patterns", json_array());
        int r = 0;

        for (size_t k = 0; k < s->patterns.n; k++) {
                json_t *one = tamis_json_child(patterns, NULL, json_object()),
                       *holes = tamis_json_child(one, "columns", json_array());

                for (size_t j = 0; j < s->n_columns; j++)
                        if (s->patterns.holes[k * s->n_columns + j])
                                r |= json_array_append_new(holes, tamis_json_bytes(tamis_slice_of(s->columns[j].name)));
                r |= json_object_set_new(one, "rows", whole(s->patterns.rows[k]));
                r |= json_object_set_new(one, "rows_with_holes", whole(s->patterns.hit[k]));
        }
        return r;
}

/* What the probabilities are: by column, or by pattern. */
static int report_curves(const tamis_ampute *s, json_t *into) {
        json_t *by = tamis_json_child(into, "by", json_array()),
               *curves = tamis_json_child(into, "curves", json_array());
        int r = 0;

        for (size_t i = 0; i < s->n_inputs; i++)
                r |= json_array_append_new(by, tamis_json_bytes(tamis_slice_of(s->inputs[i].name)));
        for (size_t j = 0; j < s->n_curves; j++) {
                const tamis_curve *c = &s->curves[j];
                json_t *one = tamis_json_child(curves, NULL, json_object());

                if (s->way == TAMIS_BY_PATTERNS)
                        r |= json_object_set_new(one, "pattern", whole(j + 1));
                else
                        r |= json_object_set_new(one, "column", tamis_json_bytes(tamis_slice_of(s->columns[j].name)));
                if (c->window) {
                        r |= json_object_set_new(one, "from_score", tamis_json_figure(c->min));
                        r |= json_object_set_new(one, "to_score", tamis_json_figure(c->max));
                        r |= json_object_set_new(one, "probability", tamis_json_figure(c->share));
                } else if (c->flat) {
                        r |= json_object_set_new(one, "probability", tamis_json_figure(c->share));
                } else {
                        r |= json_object_set_new(one, "b", tamis_json_figure(c->b));
                }
                r |= json_object_set_new(one, "expected", tamis_json_figure(c->reached));
        }
        return r;
}

int tamis_ampute_report(const void *state, json_t *into, tamis_error *err) {
        static const char *const mechanisms[] = { "mar", "mcar", "mnar" };
        static const char *const types[] = { "right", "left", "mid", "tail" };
        const tamis_ampute *s = state;
        int r = json_object_set_new(into, "mechanism", json_string(mechanisms[s->mechanism]));

        if (s->mechanism != TAMIS_MCAR && !s->window)
                r |= json_object_set_new(into, "type", json_string(types[s->type]));
        r |= json_object_set_new(into, "rate", tamis_json_figure(s->rate));
        r |= json_object_set_new(into, "of", json_string(s->of_rows ? "rows" : "cells"));
        r |= report_columns(s, into);
        if (s->way == TAMIS_BY_PATTERNS)
                r |= report_patterns(s, into);
        if (s->mechanism != TAMIS_MCAR)
                r |= report_curves(s, into);
        return r < 0 ? tamis_fail_memory(err) : 0;
}
