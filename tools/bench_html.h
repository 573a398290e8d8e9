/* bench_html.h: a bench as one page, whole in itself: no script, no font, no picture from elsewhere. */
#ifndef TOOLS_BENCH_HTML_H
#define TOOLS_BENCH_HTML_H

#include "bench_summary.h"
#include "look/page.h"

int bench_html(const bench_summary *summary, tamis_buffer *out, tamis_error *err) TAMIS_CHECKED;

/* bench_html_pictures.c: each with its heading. */
void bench_html_errors(struct tamis_page *g, const bench_summary *s);
void bench_html_cost(struct tamis_page *g, const bench_summary *s);
void bench_html_ranks(struct tamis_page *g, const bench_summary *s);

#endif
