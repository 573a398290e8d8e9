/* forms.h: what people write for numbers, dates and truth, as texts that programs read.
 *
 * Nothing is guessed: a text is of the form or it is not, and what is not is left to the caller as it came.
 */
#ifndef TAMIS_CLEAN_FORMS_H
#define TAMIS_CLEAN_FORMS_H

#include <stdbool.h>

#include <tamis/memory.h>

enum { TAMIS_FORM_MAX = 64 };           /* no text longer than this is of any form */

typedef enum tamis_form {
        TAMIS_FORM_NONE,
        TAMIS_FORM_PLAIN,               /* it is what it should be already */
        TAMIS_FORM_CHANGED,             /* `out` has the new text */
} tamis_form;

/* `1,234.50` -> 1234.50, `12%` -> 0.12, `$5` -> 5, `(5)` -> -5, `1 234` -> 1234 (also with no-break blanks and '), with
 * `decimal` ',' `1.234,5` -> 1234.5. Groups have exactly three digits, so that `1,5` is not taken for 15. */
tamis_form tamis_form_number(tamis_slice text, char decimal, char out[TAMIS_FORM_MAX], size_t *n);

/* yes no, true false, y n, t f, on off, 1 0 -> 1, 0; capitals do not matter. */
tamis_form tamis_form_boolean(tamis_slice text, char out[TAMIS_FORM_MAX], size_t *n);

typedef struct tamis_date {
        int year, month, day;
        char time[16];                  /* "", or "T10:00", "T10:00:30" */
} tamis_date;

typedef enum tamis_date_kind {
        TAMIS_DATE_NONE,
        TAMIS_DATE_SURE,                /* one reading: year first, a month by name, points (day first), day = month */
        TAMIS_DATE_EITHER,              /* 03/04/2020: read as day first */
        TAMIS_DATE_DAY_FIRST,           /* 25/12/2020 */
        TAMIS_DATE_MONTH_FIRST,         /* 12/25/2020 */
} tamis_date_kind;

tamis_date_kind tamis_date_read(tamis_slice text, tamis_date *date);
/* By a format: %Y %y (69 .. 99 are 19xx) %m %d %b (%B: a month's English name, long or short) %H %M %S, %%; a blank
 * stands for any run of them. */
bool tamis_date_parse(tamis_slice text, const char *format, tamis_date *date);
/* True when the format names a year, a month and a day, and nothing that is not known. */
bool tamis_date_format_is_whole(const char *format);
/* 2020-12-25, with its time if there is one. */
size_t tamis_date_print(const tamis_date *date, char out[TAMIS_FORM_MAX]);
int tamis_date_weekday(const tamis_date *date);         /* 1 Monday .. 7 Sunday */

#endif
