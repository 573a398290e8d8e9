/* What the cells of a batch say: numbers and holes. */
#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "csv/number_plain.h"
#include "table/cell.h"
#include "table/show.h"

enum kind { KIND_MISSING, KIND_NUMBER, KIND_OTHER };

/* For batches nobody told what is missing: the empty cell alone. */
static const tamis_missing only_empty;

static const tamis_missing *missing_of(const tamis_batch *batch) {
        return batch->missing ? batch->missing : &only_empty;
}

/* A column said to be numeric (--types) takes 007 for 7. */
static bool takes_padded(const tamis_batch *batch, size_t column) {
        const tamis_schema *s = batch->schema;

        return s && column < s->n && s->fields[column].forced && s->fields[column].type == TAMIS_TYPE_NUMERIC;
}

/* -- one value ----------------------------------------------------------------------------------------------------- */

static inline bool is_digit(char c) {
        return (unsigned char) (c - '0') < 10;
}

/* Whether a number that is trimmed may be zero padded: a first look, without a call. */
static inline bool may_be_padded(tamis_slice s) {
        size_t sign = s.p[0] == '-' || s.p[0] == '+';

        return s.n > sign + 1 && s.p[sign] == '0';
}

static inline bool may_be_number(char c) {
        return is_digit(c) || c == '-' || c == '.' || c == '+';
}

/* `s` is decoded. */
static inline enum kind judge(tamis_slice s, const tamis_missing *missing, bool padded, double *value) {
        s = tamis_trim(s);
        if (s.n == 0)
                return KIND_MISSING;
        if (missing->may_begin[(uint8_t) s.p[0]] && tamis_missing_is(missing, s))
                return KIND_MISSING;
        if (!may_be_number(s.p[0]) || !tamis_number_parse(s, value))
                return KIND_OTHER;
        if (!padded && may_be_padded(s) && tamis_number_zero_padded(s))
                return KIND_OTHER;
        return KIND_NUMBER;
}

/* `raw` begins with a quote. Decoded only where a doubled quote may belong to a missing token. */
static enum kind judge_quoted(tamis_batch *batch, tamis_slice raw, const tamis_missing *missing, bool padded,
                              double *value) {
        tamis_slice inner = { raw.p + 1, raw.n >= 2 ? raw.n - 2 : 0 }, first = tamis_trim(inner);

        if (!memchr(first.p, '"', first.n))
                return judge(first, missing, padded, value);
        if (!missing->may_begin[(uint8_t) first.p[0]])
                return KIND_OTHER;
        inner = tamis_cell_value(raw, &batch->arena);
        if (!inner.p) {
                batch->no_memory = true;
                return KIND_OTHER;
        }
        return judge(inner, missing, padded, value);
}

static inline enum kind judge_raw(tamis_batch *batch, tamis_slice raw, const tamis_missing *missing, bool padded,
                                  double *value) {
        if (raw.n > 0 && raw.p[0] == '"')
                return judge_quoted(batch, raw, missing, padded, value);
        return judge(raw, missing, padded, value);
}

/* A number that a step put there goes out as text, and may then be a token (--na -999). */
static enum kind judge_number(double number, const tamis_missing *missing) {
        char text[TAMIS_NUMBER_MAX];
        size_t n = tamis_number_print(number, text);

        if (missing->may_begin[(uint8_t) text[0]] && tamis_missing_is(missing, (tamis_slice) { text, n }))
                return KIND_MISSING;
        return KIND_NUMBER;
}

static bool has_number_tokens(const tamis_missing *missing) {
        for (const char *c = "-0123456789"; *c; c++)
                if (missing->may_begin[(uint8_t) *c])
                        return true;
        return false;
}

static enum kind judge_cell(tamis_batch *batch, const tamis_column *c, size_t row, const tamis_missing *missing,
                            bool padded, double *value) {
        switch (tamis_cell_state_at(c, row)) {
        case TAMIS_CELL_RAW:
                return judge_raw(batch, tamis_cell_raw(batch, c, row), missing, padded, value);
        case TAMIS_CELL_NUMBER:
                *value = c->numbers[row];
                return judge_number(c->numbers[row], missing);
        case TAMIS_CELL_TEXT:
                return judge(c->texts[row], missing, padded, value);
        case TAMIS_CELL_MISSING:
                break;
        default:
                *value = tamis_cell_digit(c->state[row]);
                return judge_number(*value, missing);
        }
        return KIND_MISSING;
}

/* -- columns ------------------------------------------------------------------------------------------------------- */

struct numbers {
        double *values;
        size_t missing, nonnumbers, first_nonnumber;
};

static inline void note(struct numbers *n, size_t row, enum kind kind, double value) {
        n->values[row] = kind == KIND_NUMBER ? value : NAN;
        n->missing += kind == KIND_MISSING;
        if (kind == KIND_OTHER && n->nonnumbers++ == 0)
                n->first_nonnumber = row;
}

#if TAMIS_NUMBER_PLAIN
/* Plain numbers and empty cells from `row` on; returns the first row that is neither, or n_rows. What is called
 * missing does not matter here: no token looks like a number. Locals, so that the loop does not read the batch again
 * at every cell. */
static size_t parse_plain(const tamis_batch *batch, const tamis_column *c, size_t row, struct numbers *n) {
        const tamis_chunk *chunk = &batch->chunk;
        const char *bytes = chunk->bytes.p;
        const size_t n_rows = batch->n_rows, cells = chunk->cells, field = (size_t) c->field;
        const uint32_t *records = batch->records, *ends = chunk->ends + field;
        const uint32_t *begins = field ? ends - 1 : chunk->starts;
        const size_t step = field ? cells : 1, past = field > 0;
        double *values = n->values;
        size_t missing = 0;

        for (; row < n_rows; row++) {
                const size_t record = records ? records[row] : row;
                const size_t end = ends[record * cells], begin = begins[record * step] + past;

                if (end == begin) {
                        values[row] = NAN;
                        missing++;
                } else if (end < TAMIS_PLAIN_BYTES || !tamis_number_plain(bytes + end, end - begin, &values[row])) {
                        break;
                }
        }
        n->missing += missing;
        return row;
}
#endif

/* A column of cells as they came. */
static void parse_untouched(tamis_batch *batch, const tamis_column *c, bool padded, struct numbers *n) {
        const tamis_missing *missing = missing_of(batch);
        const bool plain = TAMIS_NUMBER_PLAIN && !has_number_tokens(missing);

        for (size_t row = 0; row < batch->n_rows; row++) {
                double value = NAN;
                enum kind kind;

#if TAMIS_NUMBER_PLAIN
                if (plain)
                        row = parse_plain(batch, c, row, n);
                if (row == batch->n_rows)
                        break;
#endif
                kind = judge_raw(batch, tamis_cell_raw(batch, c, row), missing, padded, &value);
                note(n, row, kind, value);
        }
}

static void parse_changed(tamis_batch *batch, const tamis_column *c, bool padded, struct numbers *n) {
        const tamis_missing *missing = missing_of(batch);
        bool number_tokens = has_number_tokens(missing);

        for (size_t row = 0; row < batch->n_rows; row++) {
                tamis_cell_state state = tamis_cell_state_at(c, row);
                double value = NAN;
                enum kind kind;

                if (state == TAMIS_CELL_NUMBER && !number_tokens)
                        kind = KIND_NUMBER, value = c->numbers[row];
                else if (state >= TAMIS_CELL_DIGIT && !number_tokens)
                        kind = KIND_NUMBER, value = tamis_cell_digit(state);
                else if (state == TAMIS_CELL_RAW && c->parsed && !isnan(c->parsed[row]))
                        kind = KIND_NUMBER, value = c->parsed[row];
                else
                        kind = judge_cell(batch, c, row, missing, padded, &value);
                note(n, row, kind, value);
        }
}

/* The numbers of a column, in `place` or (NULL) in an array of their own. What is `parsed` must be right for `padded`
 * (check_views). */
static int parse(tamis_batch *batch, size_t column, bool padded, double *place, struct numbers *ret, tamis_error *err) {
        const tamis_column *c = &batch->columns[column];
        struct numbers n = { .values = place };

        if (batch->n_rows > SIZE_MAX / sizeof *n.values)
                return tamis_fail_memory(err);
        /* a number may be called missing */
        if (!place || (place == c->numbers && has_number_tokens(missing_of(batch))))
                n.values = tamis_arena_get(&batch->arena, batch->n_rows * sizeof *n.values);
        if (!n.values)
                return tamis_fail_memory(err);
        if (c->state || c->parsed)
                parse_changed(batch, c, padded, &n);
        else
                parse_untouched(batch, c, padded, &n);
        if (batch->no_memory)
                return tamis_fail_memory(err);
        *ret = n;
        return 0;
}

static bool same_tokens(const tamis_missing *a, const tamis_missing *b) {
        if (a->n != b->n)
                return false;
        for (size_t i = 0; i < a->n; i++)
                if (!tamis_slice_equal(a->tokens[i], b->tokens[i]))
                        return false;
        return true;
}

/* Views made for an earlier step of the chain hold while both call the same things missing, and numbers. */
static void check_views(tamis_batch *batch, tamis_column *c, bool padded) {
        const tamis_missing *missing = missing_of(batch);

        if (!c->number_view && !c->missing_view && !c->parsed)
                return;
        if (c->picked && tamis_column_pick_views(batch, c, NULL) < 0)
                tamis_column_drop_views(c);     /* made again, if there is memory for that */
        if (c->view_missing != missing && !same_tokens(c->view_missing, missing)) {
                c->number_view = c->parsed = NULL;
                c->missing_view = NULL;
        }
        c->view_missing = missing;
        if (c->view_padded && !padded)
                c->number_view = c->parsed = NULL;
        else if (c->number_view && c->view_padded != padded && c->nonnumbers > 0)
                tamis_column_drop_views(c);
}

int tamis_batch_numbers(tamis_batch *batch, size_t column, const double **ret, tamis_error *err) {
        tamis_column *c = &batch->columns[column];
        bool padded = takes_padded(batch, column);
        struct numbers n;
        int r;

        check_views(batch, c, padded);
        if (!c->number_view) {
                /* what was parsed before some cells changed becomes the new view, where nobody else sees it */
                r = parse(batch, column, padded, c->shared ? NULL : c->parsed, &n, err);
                if (r < 0)
                        return r;
                c->number_view = n.values;
                c->view_padded = padded;
                c->view_missing = missing_of(batch);
                c->missing = n.missing;
                c->nonnumbers = n.nonnumbers;
                c->first_nonnumber = n.first_nonnumber;
        }
        *ret = c->number_view;
        return 0;
}

static int fail_nonnumber(tamis_batch *batch, size_t row, size_t column, tamis_error *err) {
        tamis_slice text = tamis_batch_text(batch, row, column);
        char shown[TAMIS_SHOW_SIZE], item[TAMIS_SHOW_SIZE + 8];

        tamis_show(text, shown, sizeof shown);
        if (!tamis_show_item(tamis_trim(text), item, sizeof item))
                return tamis_batch_fail(batch, row, column, err, "\"%s\" is not a number", shown);
        return tamis_batch_fail(batch, row, column, err, "\"%s\" is not a number (--na %s treats it as missing)", shown,
                                item);
}

int tamis_batch_numbers_only(tamis_batch *batch, size_t column, const double **ret, tamis_error *err) {
        const tamis_column *c = &batch->columns[column];
        const double *values;
        struct numbers n;
        int r = tamis_batch_numbers(batch, column, &values, err);

        if (r < 0)
                return r;
        if (c->nonnumbers > 0) {
                r = parse(batch, column, true, NULL, &n, err);
                if (r < 0)
                        return r;
                if (n.nonnumbers > 0)
                        return fail_nonnumber(batch, n.first_nonnumber, column, err);
                values = n.values;
        }
        *ret = values;
        return 0;
}

static enum kind judge_missing(tamis_batch *batch, const tamis_column *c, size_t row, const tamis_missing *missing) {
        tamis_slice raw, s;
        double value;

        if (tamis_cell_state_at(c, row) != TAMIS_CELL_RAW)
                return judge_cell(batch, c, row, missing, true, &value);
        raw = tamis_cell_raw(batch, c, row);
        if (raw.n > 0 && raw.p[0] == '"')
                return judge_quoted(batch, raw, missing, true, &value);
        s = tamis_trim(raw);
        return s.n == 0 || (missing->may_begin[(uint8_t) s.p[0]] && tamis_missing_is(missing, s)) ? KIND_MISSING
                : KIND_OTHER;
}

/* In a column of cells as they came nearly every cell is told by its first byte: not blank, no quote, no
 * token begins so. */
static size_t find_missing(tamis_batch *batch, const tamis_column *c, uint8_t *view) {
        const tamis_missing *missing = missing_of(batch);
        uint8_t unclear[256];
        size_t n = 0;

        memcpy(unclear, missing->may_begin, sizeof unclear);
        unclear[' '] = unclear['\t'] = unclear['"'] = 1;
        for (size_t row = 0; row < batch->n_rows; row++) {
                tamis_slice raw = tamis_cell_raw(batch, c, row);

                view[row] = raw.n == 0 || (unclear[(uint8_t) raw.p[0]] &&
                                           judge_missing(batch, c, row, missing) == KIND_MISSING);
                n += view[row];
        }
        return n;
}

static size_t find_missing_changed(tamis_batch *batch, const tamis_column *c, uint8_t *view) {
        size_t n = 0;

        for (size_t row = 0; row < batch->n_rows; row++) {
                view[row] = judge_missing(batch, c, row, missing_of(batch)) == KIND_MISSING;
                n += view[row];
        }
        return n;
}

static size_t find_missing_numbers(const tamis_batch *batch, const tamis_column *c, uint8_t *view) {
        for (size_t row = 0; row < batch->n_rows; row++)
                view[row] = isnan(c->number_view[row]);
        return c->missing;
}

int tamis_batch_missing(tamis_batch *batch, size_t column, const uint8_t **ret, tamis_error *err) {
        tamis_column *c = &batch->columns[column];
        size_t n;
        uint8_t *view;

        check_views(batch, c, takes_padded(batch, column));
        if (!c->missing_view) {
                view = tamis_arena_get(&batch->arena, batch->n_rows);
                if (!view)
                        return tamis_fail_memory(err);
                if (c->number_view && c->nonnumbers == 0)
                        n = find_missing_numbers(batch, c, view);
                else
                        n = c->state ? find_missing_changed(batch, c, view) : find_missing(batch, c, view);
                if (batch->no_memory)
                        return tamis_fail_memory(err);
                c->missing_view = view;
                c->view_missing = missing_of(batch);
                c->missing = n;
        }
        *ret = c->missing_view;
        return 0;
}

/* -- cells --------------------------------------------------------------------------------------------------------- */

bool tamis_batch_cell_missing(tamis_batch *batch, size_t row, size_t column) {
        tamis_column *c = &batch->columns[column];

        check_views(batch, c, takes_padded(batch, column));
        if (c->missing_view)
                return c->missing_view[row];
        return judge_missing(batch, c, row, missing_of(batch)) == KIND_MISSING;
}

int tamis_batch_decimals(tamis_batch *batch, size_t row, size_t column) {
        double value;

        if (judge_cell(batch, &batch->columns[column], row, missing_of(batch), true, &value) != KIND_NUMBER)
                return 0;
        return tamis_number_decimals(tamis_trim(tamis_batch_text(batch, row, column)));
}
