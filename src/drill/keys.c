#include <math.h>

#include <tamis/number.h>

#include "drill/keys.h"

static int add_cell(const tamis_drill_column *c, size_t row, tamis_buffer *key, tamis_error *err) {
        char room[TAMIS_NUMBER_MAX + 1];
        size_t at = c->n == 1 ? 0 : row;
        tamis_slice text = { room, 0 };
        const char end = TAMIS_DRILL_KEY_END;
        int r;

        if (c->text)
                text = tamis_slice_of(c->texts[at] ? c->texts[at] : "");
        else if (!isnan(c->number[at]))
                text.n = tamis_number_print(c->number[at], room);
        r = tamis_buffer_add(key, text.p, text.n, err);
        return r == 0 ? tamis_buffer_add(key, &end, 1, err) : r;
}

int tamis_drill_row_keys(tamis_drill_world *w, const tamis_drill_table *t, const tamis_drill_table *like,
                         const char ***ret, tamis_error *err) {
        const char **keys = tamis_arena_get(&w->arena, (t->rows + 1) * sizeof *keys);
        tamis_buffer key = {0};
        int r = keys ? 0 : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < t->rows; row++) {
                key.n = 0;
                for (size_t i = 0; r == 0 && i < like->n; i++) {
                        const tamis_drill_column *c = tamis_drill_table_column(t, like->columns[i].name);

                        r = c ? add_cell(c, row, &key, err)
                              : tamis_fail(err, TAMIS_BAD_DATA, "table \"%s\" has no column \"%s\"", t->name,
                                           like->columns[i].name);
                }
                if (r == 0)
                        r = tamis_buffer_add(&key, "", 1, err);
                if (r == 0 && !(keys[row] = tamis_arena_copy(&w->arena, tamis_slice_of(key.p))))
                        r = tamis_fail_memory(err);
        }
        tamis_buffer_done(&key);
        if (r == 0)
                *ret = keys;
        return r;
}
