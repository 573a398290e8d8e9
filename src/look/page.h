/* page.h: pieces of a page of HTML. Nothing is written after the first failure. */
#ifndef TAMIS_LOOK_PAGE_H
#define TAMIS_LOOK_PAGE_H

#include "look/profile.h"

struct tamis_page {
        const tamis_profile *p;         /* NULL: a page of something else, of which the first five may be used */
        tamis_buffer *out;
        tamis_error *err;
        int r;
};

/* What every page looks like, by day and by night. */
extern const char tamis_page_style[];

/* As it stands. */
void tamis_page_put(struct tamis_page *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Made harmless: &, <, >, quotes; bytes that are no UTF-8 become U+FFFD. */
void tamis_page_text(struct tamis_page *g, tamis_slice text);

/* Into `out`, of 64 and 32 bytes. */
const char *tamis_page_count(uint64_t n, char *out);
const char *tamis_page_share(double part, double whole, char *out);
const char *tamis_page_figure(double x, char *out);

void tamis_page_missing(struct tamis_page *g);
void tamis_page_correlations(struct tamis_page *g);

#endif
