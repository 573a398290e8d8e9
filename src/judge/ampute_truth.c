#include <pthread.h>
#include <stdlib.h>

#include "judge/ampute_truth.h"
#include "table/cell.h"

/* Lines that came before their turn. */
struct early {
        struct early *next;
        uint64_t first;
        size_t rows;
        tamis_buffer lines;
};

struct tamis_ampute_truth {
        pthread_mutex_t lock;
        tamis_output *out;
        uint64_t due;           /* the row that comes next */
        struct early *early;
};

int tamis_ampute_truth_new(const char *path, tamis_ampute_truth **ret, tamis_error *err) {
        static const char header[] = "row,column,value\n";
        tamis_ampute_truth *t = calloc(1, sizeof *t);
        int r;

        if (!t)
                return tamis_fail_memory(err);
        pthread_mutex_init(&t->lock, NULL);
        r = tamis_output_new(path, &t->out, err);
        if (r == 0)
                r = tamis_output_write(t->out, header, sizeof header - 1, err);
        if (r < 0) {
                tamis_ampute_truth_free(t);
                return r;
        }
        *ret = t;
        return 0;
}

void tamis_ampute_truth_free(tamis_ampute_truth *truth) {
        if (!truth)
                return;
        while (truth->early) {
                struct early *e = truth->early;

                truth->early = e->next;
                tamis_buffer_done(&e->lines);
                free(e);
        }
        tamis_output_free(truth->out);
        pthread_mutex_destroy(&truth->lock);
        free(truth);
}

/* -- one cell ------------------------------------------------------------------------------------------------------ */

/* Bytes that read back as this very cell where the delimiter is a comma. */
static bool stands_as_it_is(tamis_slice raw) {
        if (raw.n > 0 && raw.p[0] == '"')
                return true;
        for (size_t i = 0; i < raw.n; i++)
                if (raw.p[i] == ',' || raw.p[i] == '"' || raw.p[i] == '\n' || raw.p[i] == '\r')
                        return false;
        return true;
}

static int write_value(tamis_batch *batch, size_t row, size_t column, tamis_buffer *out, tamis_error *err) {
        const tamis_column *c = &batch->columns[column];

        if (tamis_cell_state_at(c, row) == TAMIS_CELL_RAW) {
                tamis_slice raw = tamis_cell_raw(batch, c, row);

                if (stands_as_it_is(raw))
                        return tamis_buffer_add(out, raw.p, raw.n, err);
        }
        return tamis_cell_write(out, tamis_batch_text(batch, row, column), ',', false, err);
}

int tamis_ampute_truth_line(tamis_batch *batch, size_t row, size_t column, tamis_buffer *out, tamis_error *err) {
        const tamis_field *f = &batch->schema->fields[column];
        int r = tamis_buffer_addf(out, err, "%llu,", (unsigned long long) (batch->first_row + row + 1));

        if (r == 0)
                r = tamis_cell_write(out, (tamis_slice) { f->name, f->name_length }, ',', false, err);
        if (r == 0)
                r = tamis_buffer_add(out, ",", 1, err);
        if (r == 0)
                r = write_value(batch, row, column, out, err);
        return r < 0 ? r : tamis_buffer_add(out, "\n", 1, err);
}

/* -- in order ------------------------------------------------------------------------------------------------------ */

static int write_lines(tamis_ampute_truth *t, const tamis_buffer *lines, size_t rows, tamis_error *err) {
        int r = lines->n ? tamis_output_write(t->out, lines->p, lines->n, err) : 0;

        t->due += rows;
        return r;
}

static int put_off(tamis_ampute_truth *t, uint64_t first, size_t rows, tamis_buffer *lines, tamis_error *err) {
        struct early *e = calloc(1, sizeof *e);

        if (!e)
                return tamis_fail_memory(err);
        *e = (struct early) { .next = t->early, .first = first, .rows = rows, .lines = *lines };
        *lines = (tamis_buffer) {0};
        t->early = e;
        return 0;
}

/* What was early and is due now. *any: there was such. */
static int write_due(tamis_ampute_truth *t, bool *any, tamis_error *err) {
        *any = false;
        for (struct early **at = &t->early; *at; at = &(*at)->next) {
                struct early *e = *at;
                int r;

                if (e->first != t->due)
                        continue;
                *any = true;
                *at = e->next;
                r = write_lines(t, &e->lines, e->rows, err);
                tamis_buffer_done(&e->lines);
                free(e);
                return r;
        }
        return 0;
}

int tamis_ampute_truth_add(tamis_ampute_truth *truth, uint64_t first, size_t rows, tamis_buffer *lines,
                           tamis_error *err) {
        bool more = true;
        int r = 0;

        if (rows == 0)
                return 0;
        pthread_mutex_lock(&truth->lock);
        if (first != truth->due) {
                r = put_off(truth, first, rows, lines, err);
        } else {
                r = write_lines(truth, lines, rows, err);
                while (r == 0 && more)
                        r = write_due(truth, &more, err);
        }
        pthread_mutex_unlock(&truth->lock);
        tamis_buffer_done(lines);
        return r;
}

int tamis_ampute_truth_commit(tamis_ampute_truth *truth, tamis_error *err) {
        if (truth->early)
                return tamis_fail(err, TAMIS_IO,
                                  "rows are missing from the truth: the input has changed while it was read");
        return tamis_output_commit(truth->out, err);
}
