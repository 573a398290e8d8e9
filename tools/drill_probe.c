#include <stdio.h>
#include <stdlib.h>

#include <tamis/csv.h>
#include <tamis/schema.h>

#include "drill_probe.h"
#include "table/feed.h"

enum { PATH = 4096 };

/* -- whole files --------------------------------------------------------------------------------------------------- */

static bool same_files(const char *a, const char *b) {
        FILE *f = fopen(a, "re"), *g = fopen(b, "re");
        int x = 0, y = 0;

        while (f && g && x == y && x != EOF) {
                x = getc(f);
                y = getc(g);
        }
        if (f)
                fclose(f);
        if (g)
                fclose(g);
        return f && g && x == y;
}

/* -- some rows ----------------------------------------------------------------------------------------------------- */

/* The cells of the rows that have `value` in `column`, one behind the other. A file that is none has none. */
static int take_rows(const char *path, tamis_slice column, tamis_slice value, tamis_buffer *ret, tamis_error *err) {
        const tamis_reader_options how = { .dialect = { .delimiter = ',', .header = true } };
        tamis_missing missing = {0};
        tamis_feed feed = {0};
        tamis_error why = {0};
        long at = -1;
        int r = tamis_feed_open(&feed, path, &how, &missing, &why);

        if (r == 0)
                at = tamis_schema_find(&feed.schema, column);
        while (r == 0 && at >= 0) {
                r = tamis_feed_next(&feed, &why);
                if (r < 0 || feed.batch.n_rows == 0)
                        break;
                for (size_t row = 0; r == 0 && row < feed.batch.n_rows; row++) {
                        if (!tamis_slice_equal(tamis_batch_text(&feed.batch, row, (size_t) at), value))
                                continue;
                        for (size_t i = 0; r == 0 && i < feed.schema.n; i++) {
                                tamis_slice cell = tamis_batch_text(&feed.batch, row, i);

                                r = tamis_buffer_add(ret, cell.p, cell.n, &why);
                                if (r == 0)
                                        r = tamis_buffer_add(ret, "\x1f", 1, &why);
                        }
                }
        }
        tamis_feed_done(&feed);
        if (r == TAMIS_NO_MEMORY)
                return tamis_fail_memory(err);
        return 0;
}

static int same_rows(const char *a, const char *b, const char *where, bool *ret, tamis_error *err) {
        const char *blank = strchr(where, ' ');
        tamis_slice column = { where, blank ? (size_t) (blank - where) : strlen(where) },
                    value = tamis_slice_of(blank ? blank + 1 : "");
        tamis_buffer x = {0}, y = {0};
        int r = take_rows(a, column, value, &x, err);

        if (r == 0)
                r = take_rows(b, column, value, &y, err);
        *ret = r == 0 && x.n > 0 && tamis_slice_equal((tamis_slice) { x.p, x.n }, (tamis_slice) { y.p, y.n });
        tamis_buffer_done(&x);
        tamis_buffer_done(&y);
        return r;
}

int drill_probe_same(const tamis_drill_config *c, const char *before, const char *after, double *ret,
                     tamis_error *err) {
        const tamis_drill_section *s = tamis_drill_config_section(c, "probe", NULL);
        int r = 0;

        *ret = 1;
        for (size_t i = 0; r == 0 && s && i < s->n; i++) {
                const tamis_drill_entry *e = &s->entries[i];
                char a[PATH], b[PATH], key[32];
                const char *where;
                bool same;

                if (strncmp(e->key, "same", 4) != 0)
                        continue;
                snprintf(key, sizeof key, "where%.8s", e->key + 4);
                where = tamis_drill_config_value(s, key);
                snprintf(a, sizeof a, "%.3000s/%.900s", before, e->value);
                snprintf(b, sizeof b, "%.3000s/%.900s", after, e->value);
                if (where)
                        r = same_rows(a, b, where, &same, err);
                else
                        same = same_files(a, b);
                if (r == 0 && !same)
                        *ret = 0;
        }
        return r;
}
