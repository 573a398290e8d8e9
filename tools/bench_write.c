#include <string.h>

#include "bench_html.h"
#include "bench_plot.h"
#include "bench_table.h"
#include "bench_write.h"

static int write_file(const char *path, const tamis_buffer *text, tamis_error *err) {
        tamis_output *output = NULL;
        int r = tamis_output_new(path, &output, err);

        if (r == 0)
                r = tamis_output_write(output, text->p, text->n, err);
        if (r == 0)
                r = tamis_output_commit(output, err);
        tamis_output_free(output);
        return r;
}

static int write_rows(const tamis_bench *b, const char *path, tamis_error *err) {
        tamis_output *output = NULL;
        tamis_buffer text = {0};
        int r = tamis_output_new(path, &output, err);

        if (r == 0)
                r = tamis_output_write(output, TAMIS_BENCH_HEADER, strlen(TAMIS_BENCH_HEADER), err);
        for (size_t i = 0; r == 0 && i < b->n_cells * b->options->n_strategies; i++) {
                text.n = 0;
                r = tamis_bench_rows(b, &b->groups[i], &text, err);
                if (r == 0)
                        r = tamis_output_write(output, text.p, text.n, err);
        }
        if (r == 0)
                r = tamis_output_commit(output, err);
        tamis_output_free(output);
        tamis_buffer_done(&text);
        return r;
}

/* Rows or table first: they are there whatever becomes of the pictures. */
int bench_write(const tamis_bench *b, const bench_outputs *o, tamis_error *err) {
        bench_summary summary = {0};
        tamis_buffer text = {0};
        int r = o->table ? 0 : write_rows(b, o->path, err);

        if (r == 0 && (o->table || o->html || o->plot))
                r = bench_summary_make(b, &summary, err);
        if (r == 0 && o->table)
                r = bench_table(&summary, &text, err);
        if (r == 0 && o->table)
                r = write_file(o->path, &text, err);
        text.n = 0;
        if (r == 0 && o->html)
                r = bench_html(&summary, &text, err);
        if (r == 0 && o->html)
                r = write_file(o->html, &text, err);
        if (r == 0 && o->plot)
                r = bench_plot(o->plot, &summary, err);
        bench_summary_done(&summary);
        tamis_buffer_done(&text);
        return r;
}
