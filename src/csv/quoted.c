#include <csv.h>

#include "csv/quoted.h"

typedef struct cell {
        size_t end;             /* where its raw bytes end */
        size_t length;          /* of its value */
        size_t at;              /* a fault */
} cell;

enum { BY_DELIMITER = 100, BY_EOL, BY_END };    /* what ended a cell; else a TAMIS_RECORD_ fault */

static inline bool is_eol(char c) {
        return c == '\n' || c == '\r';
}

static int ended_by(const char *p, size_t n, size_t at, char delimiter) {
        if (at == n)
                return BY_END;
        if (is_eol(p[at]))
                return BY_EOL;
        return p[at] == delimiter ? BY_DELIMITER : 0;
}

static int quoted_cell(const char *p, size_t n, size_t begin, char delimiter, cell *ret) {
        size_t at = begin + 1, doubled = 0;
        const char *quote = n > at ? memchr(p + at, '"', n - at) : NULL;
        int by;

        while (quote) {
                at = (size_t) (quote - p) + 1;
                if (at == n || p[at] != '"')
                        break;
                doubled++;
                at++;
                quote = n > at ? memchr(p + at, '"', n - at) : NULL;
        }
        if (!quote) {
                ret->at = begin;
                return TAMIS_RECORD_UNCLOSED;
        }
        by = ended_by(p, n, at, delimiter);
        if (!by) {
                ret->at = at;
                return TAMIS_RECORD_BEHIND;
        }
        ret->end = at;
        ret->length = at - begin - 2 - doubled;
        return by;
}

/* The cell that begins at p[begin]. */
static int next_cell(const char *p, size_t n, size_t begin, char delimiter, cell *ret) {
        size_t at = begin;
        int by;

        if (begin < n && p[begin] == '"')
                return quoted_cell(p, n, begin, delimiter, ret);
        while (!(by = ended_by(p, n, at, delimiter))) {
                if (p[at] == '"') {
                        ret->at = at;
                        return TAMIS_RECORD_INNER;
                }
                at++;
        }
        ret->end = at;
        ret->length = at - begin;
        return by;
}

int tamis_record_find(const char *p, size_t n, bool final, char delimiter, tamis_record_found *found) {
        cell c = { 0 };
        size_t begin = 0;
        int by;

        *found = (tamis_record_found) { 0 };
        while ((by = next_cell(p, n, begin, delimiter, &c)) == BY_DELIMITER) {
                found->cells++;
                begin = c.end + 1;
        }
        if (!final && (by == BY_END || by == TAMIS_RECORD_UNCLOSED))
                return TAMIS_RECORD_OPEN;
        if (by < BY_DELIMITER) {
                found->at = c.at;
                return by;
        }
        found->cells++;
        found->end = found->next = c.end;
        if (by == BY_EOL)
                found->next += p[c.end] == '\r' && c.end + 1 < n && p[c.end + 1] == '\n' ? 2 : 1;
        return TAMIS_RECORD_WHOLE;
}

/* -- the authority ------------------------------------------------------------------------------------------------- */

typedef struct comparison {
        const char *p;
        size_t n, begin, cells, rows;
        char delimiter;
        bool differs;
} comparison;

static int no_blank(unsigned char c) {
        return 0;
}

static void compare_cell(void *value, size_t length, void *data) {
        comparison *k = data;
        cell c = { 0 };

        if (k->differs || k->begin > k->n || next_cell(k->p, k->n, k->begin, k->delimiter, &c) < BY_DELIMITER ||
            c.length != length) {
                k->differs = true;
                return;
        }
        k->begin = c.end + 1;
        k->cells++;
}

static void count_row(int c, void *data) {
        comparison *k = data;

        k->rows++;
}

int tamis_record_judge(const char *p, size_t n, char delimiter, int verdict, const tamis_record_found *found,
                       tamis_error *err) {
        size_t length = verdict == TAMIS_RECORD_WHOLE ? found->end
                : verdict == TAMIS_RECORD_UNCLOSED    ? n
                                                      : found->at + 1;
        comparison k = { .p = p, .n = length, .delimiter = delimiter };
        struct csv_parser parser;
        bool refused, memory, agrees;

        if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
                return tamis_fail_memory(err);
        csv_set_delim(&parser, (unsigned char) delimiter);
        csv_set_space_func(&parser, no_blank);
        csv_set_blk_size(&parser, length / 4 + 4096);   /* it grows by this much at a time */
        refused = csv_parse(&parser, p, length, compare_cell, count_row, &k) != length ||
                  csv_fini(&parser, compare_cell, count_row, &k) != 0;
        memory = csv_error(&parser) == CSV_ENOMEM;
        csv_free(&parser);
        if (memory)
                return tamis_fail_memory(err);
        if (verdict == TAMIS_RECORD_WHOLE)
                agrees = !refused && !k.differs && k.rows == 1 && k.cells == found->cells;
        else
                agrees = refused && !k.differs && k.rows == 0;
        return agrees ? 0 : tamis_fail(err, TAMIS_BAD_DATA, "libcsv reads the quotes of this record differently");
}

const char *tamis_record_fault(int verdict) {
        switch (verdict) {
        case TAMIS_RECORD_INNER:
                return "a quote inside an unquoted cell; quote the whole cell and double the quote inside";
        case TAMIS_RECORD_BEHIND:
                return "a quoted cell goes on behind its closing quote; double a quote that belongs to the cell";
        case TAMIS_RECORD_UNCLOSED:
                return "the quote opened here is never closed";
        default:
                return "a malformed quote";
        }
}
