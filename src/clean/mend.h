/* mend.h: cells of a column written otherwise: numbers, dates, truth, spellings, a map; and values out of bounds.
 *
 * What is done to a column is decided from the rows learned from, all of them: numbers, dates and truth are looked for
 * in columns of which nearly all present cells are of that form (in every column that --columns names), the order of
 * day and month is that of the cells that leave no doubt, the spelling kept is the most frequent one, bounds are those
 * of the train rows. A cell that is not of the form stays as it came, and is counted.
 */
#ifndef TAMIS_CLEAN_MEND_H
#define TAMIS_CLEAN_MEND_H

#include <tamis/stats.h>
#include <tamis/step.h>

#include "clean/forms.h"

typedef enum tamis_out_method { TAMIS_OUT_NONE, TAMIS_OUT_IQR, TAMIS_OUT_MAD, TAMIS_OUT_Z } tamis_out_method;
typedef enum tamis_out_action { TAMIS_OUT_CLIP, TAMIS_OUT_BLANK, TAMIS_OUT_DROP, TAMIS_OUT_MARK } tamis_out_action;

/* What was asked. */
typedef struct tamis_mend_wishes {
        bool numbers, booleans, dates, parts, flag;
        bool any;               /* one of these, or one of those below */
        char decimal;
        char **formats;         /* of --date-format */
        size_t n_formats;
        bool alike_case, alike_blanks, alike_punctuation;
        const char *map_file;
        tamis_out_method method;
        tamis_out_action action;
        double limit;
} tamis_mend_wishes;

typedef enum tamis_date_order {
        TAMIS_ORDER_NONE,
        TAMIS_ORDER_SURE,
        TAMIS_ORDER_DAY,
        TAMIS_ORDER_MONTH
} tamis_date_order;

/* What a cell of the rows learned from looks like, counted. */
typedef struct tamis_looks {
        uint64_t present, blanked, plain, formed, truths, words, dates, day_first, month_first, either;
        tamis_dict texts;       /* for spellings */
        uint64_t nonnumbers;    /* with bounds */
        tamis_quantiles *quantiles;
        tamis_moments moments;
} tamis_looks;

typedef struct tamis_mend {
        bool spells;            /* while learning: spellings are looked for */
        bool numbers, dates, booleans, parts, flag, marks;
        tamis_date_order order;
        tamis_dict from;        /* keys of spellings, or cells of the map, */
        char **to;              /* and what they become */
        size_t n_to;
        tamis_dict map;
        char **map_to;
        size_t n_map;
        bool bounded;
        double centre, low, high;

        tamis_looks looks;      /* while learning */
        _Atomic uint64_t changed[5], left[5], flagged, out;    /* by tamis_mend_kind */
} tamis_mend;

typedef enum tamis_mend_kind {
        TAMIS_MEND_MAP, TAMIS_MEND_NUMBER, TAMIS_MEND_DATE, TAMIS_MEND_BOOLEAN, TAMIS_MEND_ALIKE, TAMIS_MEND_KINDS,
        TAMIS_MEND_NOTHING = TAMIS_MEND_KINDS,
} tamis_mend_kind;

typedef struct tamis_mended {
        tamis_mend_kind kind;
        bool left;              /* not of the form: as it came */
        bool either;            /* a date of which day and month are not known */
        bool whole;             /* `date` is set */
        tamis_date date;
} tamis_mended;

void tamis_looks_done(tamis_looks *looks);
void tamis_mend_done(tamis_mend *mend);
void tamis_mend_wishes_done(tamis_mend_wishes *wishes);

/* Anything of it changes texts. */
bool tamis_mend_writes(const tamis_mend *mend);
/* What becomes of a present cell. The new text is in `room`, in the mend, or where it was. */
tamis_mended tamis_mend_cell(const tamis_mend *mend, const tamis_mend_wishes *wishes, tamis_slice *text,
                             char room[TAMIS_FORM_MAX]);

/* Look at one present cell; then, looks merged, decide. `named`: --columns names the column. */
int tamis_mend_look(const tamis_mend *mend, const tamis_mend_wishes *wishes, tamis_looks *looks, tamis_slice text,
                    tamis_error *err) TAMIS_CHECKED;
int tamis_looks_merge(tamis_looks *into, tamis_looks *from, tamis_error *err) TAMIS_CHECKED;
int tamis_mend_decide(tamis_mend *mend, const tamis_mend_wishes *wishes, const char *name, bool named,
                      const tamis_context *context, tamis_error *err) TAMIS_CHECKED;

/* The key under which spellings meet, into `key`, which has room for text.n + 2 bytes; its length. */
size_t tamis_alike_key(const tamis_mend_wishes *wishes, tamis_slice text, char *key);

/* A copy of `text` behind the n there are. */
int tamis_keep_text(char ***texts, size_t *n, tamis_slice text, tamis_error *err) TAMIS_CHECKED;

int tamis_mend_save(const tamis_mend *mend, json_t **ret, tamis_error *err) TAMIS_CHECKED;
int tamis_mend_load(tamis_mend *mend, const json_t *from, tamis_error *err) TAMIS_CHECKED;

#endif
