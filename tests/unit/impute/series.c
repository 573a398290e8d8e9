/* What is filled from the rows around a hole, worked out by hand: groups, gaps, the order of the rows, curves. */
#include "../table/helper.h"

#include "impute/impute.h"

#define N NAN

/* -- tables: in each group by t, the file's order being another ----------------------------------------------------- */

static const char names[] = "g,t,x,k\n";
/* by group and t:  g1  t 1  2  3  4  5      g2  t 1  2  4     g3  t 1
 *                      x 10 .  .  .  50         x .  7  .         x .
 *                      k a  b  .  .  .          k .  z  .         k .     and a row that is in no group */
static const char rows[] = "g1,3,,\n"
                           "g1,1,10,a\n"
                           "g2,1,,\n"
                           "g1,2,,b\n"
                           "g1,5,50,\n"
                           "g2,2,7,z\n"
                           "g1,4,,\n"
                           "g3,1,,\n"
                           "g2,4,,\n"
                           ",1,,\n";
enum { ROWS = 10 };

/* (strategy, --ends, --max-gap, what goes into x and into k, row by row of the file; "": nothing, or no hole) */
static const struct {
        const tamis_series *series;
        const char *ends;
        uint64_t max_gap;
        const char *x[ROWS], *k[ROWS];
} tables[] = {
        { &tamis_series_ffill, NULL, 0,
          { "10", "", "", "10", "", "", "10", "", "7", "" }, { "b", "", "", "", "b", "", "b", "", "z", "" } },
        { &tamis_series_ffill, NULL, 3,
          { "10", "", "", "10", "", "", "10", "", "7", "" }, { "b", "", "", "", "b", "", "b", "", "z", "" } },
        { &tamis_series_ffill, NULL, 2,
          { "", "", "", "", "", "", "", "", "7", "" }, { "", "", "", "", "", "", "", "", "z", "" } },
        { &tamis_series_bfill, NULL, 0,
          { "50", "", "7", "50", "", "", "50", "", "", "" }, { "", "", "z", "", "", "", "", "", "", "" } },
        { &tamis_series_bfill, NULL, 1,
          { "", "", "7", "", "", "", "", "", "", "" }, { "", "", "z", "", "", "", "", "", "", "" } },
        { &tamis_series_hotdeck, NULL, 0,
          { "10", "", "7", "10", "", "", "10", "", "7", "" }, { "b", "", "z", "", "b", "", "b", "", "z", "" } },
        { &tamis_series_hotdeck, NULL, 2,
          { "", "", "7", "", "", "", "", "", "7", "" }, { "", "", "z", "", "", "", "", "", "z", "" } },
        { &tamis_series_interpolate, NULL, 0,
          { "30", "", "", "20", "", "", "40", "", "", "" }, { NULL } },
        { &tamis_series_interpolate, NULL, 2,
          { "", "", "", "", "", "", "", "", "", "" }, { NULL } },
        { &tamis_series_interpolate, "nearest", 0,
          { "30", "", "7", "20", "", "", "40", "", "7", "" }, { NULL } },
        { &tamis_series_interpolate, "extend", 0,
          { "30", "", "7", "20", "", "", "40", "", "7", "" }, { NULL } },
};

static void bind(tamis_columns *c, size_t n, const char *const *bound, const tamis_type *types, const size_t *at) {
        *c = (tamis_columns) {
                .n = n, .names = calloc(n, sizeof *c->names), .nth = calloc(n, sizeof *c->nth),
                .types = calloc(n, sizeof *c->types), .at = calloc(n, sizeof *c->at),
        };
        for (size_t i = 0; i < n; i++) {
                c->names[i] = strdup(bound[i]);
                c->types[i] = types[i];
                c->at[i] = at[i];
        }
}

static tamis_settings *settings_of(const char *ends, bool spline) {
        tamis_settings *s;

        ck_assert_int_eq(tamis_settings_new(&tamis_step_impute, &s, NULL), 0);
        if (ends)
                ck_assert_int_eq(tamis_settings_set(s, "ends", ends, NULL), 0);
        if (spline)
                ck_assert_int_eq(tamis_settings_set(s, "spline", NULL, NULL), 0);
        return s;
}

struct world {
        tamis_context context;
        tamis_settings *settings;
        tamis_columns columns;
        tamis_grouping grouping;
        tamis_serial serial;
};

static void open_world(struct world *w, const tamis_series *series, const char *ends) {
        *w = (struct world) { .settings = settings_of(ends, false) };
        w->context.settings = w->settings;
        bind(&w->columns, 2, (const char *const[]) { "x", "k" },
             (tamis_type[]) { TAMIS_TYPE_NUMERIC, TAMIS_TYPE_CATEGORICAL }, (size_t[]){ 2, 3 });
        bind(&w->grouping.columns, 1, (const char *const[]) { "g" }, (tamis_type[]) { TAMIS_TYPE_CATEGORICAL },
             (size_t[]){ 0 });
        ck_assert_int_eq(tamis_serial_open(&w->serial, &w->context, &w->columns, &w->grouping, NULL), 0);
        bind(&w->serial.order, 1, (const char *const[]) { "t" }, (tamis_type[]) { TAMIS_TYPE_NUMERIC }, (size_t[]){ 1 });
        for (size_t i = 0; i < (series->numbers ? 1 : 2); i++) {
                w->serial.wishes[i] = series;
                w->serial.of[w->serial.n++] = i;
        }
}

static void close_world(struct world *w) {
        tamis_serial_done(&w->serial);
        tamis_columns_done(&w->columns);
        tamis_grouping_done(&w->grouping);
        tamis_settings_free(w->settings);
}

/* Rows `text`, as a batch of their own. */
static void teach(struct world *w, const char *text, size_t length) {
        tamis_serial_rows some = {0};
        const uint8_t *train;
        struct table t;

        table_begin_n(&t, names, (tamis_slice) { text, length }, NULL);
        assert_ok(tamis_serial_learn(&w->serial, &some, &t.batch, &train, &t.err));
        ck_assert_ptr_null(train);
        assert_ok(tamis_serial_merge(&w->serial, &some, &t.err));
        tamis_serial_rows_done(&some);
        table_done(&t);
}

/* `filled` is "10", or nothing where `want` is "". */
static void compare(const struct world *w, size_t column, size_t row, const char *want) {
        tamis_slice text = {0};
        char number[64];
        double value = N;

        if (!tamis_serial_value(&w->serial, column, row, &value, &text)) {
                ck_assert_msg(!*want, "row %zu of column %zu got nothing, not %s", row, column, want);
                return;
        }
        if (!text.p) {
                snprintf(number, sizeof number, "%.12g", value);
                text = tamis_slice_of(number);
        }
        ck_assert_msg(slice_is(text, want), "row %zu of column %zu got \"%.*s\", not \"%s\"", row, column, (int) text.n,
                      text.p, want);
}

START_TEST(by_group_and_order) {
        /* in one batch, and cut in two anywhere */
        for (const char *cut = rows; cut; cut = *cut ? strchr(cut, '\n') + 1 : NULL) {
                struct world w;

                open_world(&w, tables[_i].series, tables[_i].ends);
                w.serial.max_gap = tables[_i].max_gap;
                if (cut > rows)
                        teach(&w, rows, (size_t) (cut - rows));
                if (*cut)
                        teach(&w, cut, strlen(cut));
                ck_assert_int_eq(tamis_serial_finish(&w.serial, NULL), 0);
                for (size_t row = 0; row < ROWS; row++) {
                        compare(&w, 0, row, tables[_i].x[row]);
                        if (!tables[_i].series->numbers)
                                compare(&w, 1, row, tables[_i].k[row]);
                }
                compare(&w, 0, ROWS, "");       /* there is no such row */
                close_world(&w);
        }
}
END_TEST

/* -- curves ----------------------------------------------------------------------------------------------------------- */

/* (where, what, options, what goes in). The natural spline through (0, 0), (1, 1), (2, 0): its second derivative at 1 is M with
 * 2 (1 + 1) M = 6 (-1 - 1), so -3; halfway that makes 1/2 + 3 (1/2 - 1/8) / 6 = .6875; its slope is 1 + 3/6 at 0 and -1.5 at 2. */
static const struct {
        double x[6], y[6];
        size_t n;
        const char *ends;
        bool spline;
        double want[6];
} curves[] = {
        { { 0, .5, 1, 1.5, 2 },     { 0, N, 1, N, 0 },    5, NULL,      false, { N, .5, N, .5, N } },
        { { 0, .5, 1, 1.5, 2 },     { 0, N, 1, N, 0 },    5, NULL,      true,  { N, .6875, N, .6875, N } },
        { { -1, 0, 1, 2, 3 },       { N, 0, 1, 0, N },    5, "leave",   true,  { N, N, N, N, N } },
        { { -1, 0, 1, 2, 3 },       { N, 0, 1, 0, N },    5, "nearest", true,  { 0, N, N, N, 0 } },
        { { -1, 0, 1, 2, 3 },       { N, 0, 1, 0, N },    5, "extend",  true,  { -1.5, N, N, N, -1.5 } },
        { { -1, 0, 1, 2, 3 },       { N, 0, 1, 0, N },    5, "extend",  false, { -1, N, N, N, -1 } },
        /* two knots are a line for a spline too */
        { { 0, 1, 4 },              { 2, N, 10 },         3, NULL,      true,  { N, 4, N } },
        /* several at one place: their mean, there and for the line */
        { { 0, 1, 1, 1, 2, 3 },     { 0, 4, 8, N, N, 10 }, 6, NULL,     false, { N, N, N, 6, 8, N } },
        /* who has no place gets nothing, and tells nothing */
        { { 0, 1, 2, N, N },        { 0, N, 2, 9, N },    5, "nearest", false, { N, 1, N, N, N } },
        /* a slope that is no number fills nothing */
        { { 0, .5, 1 },             { 1, N, 2 },          3, NULL,      false, { N, 1.5, N } },
        { { 0, 1, 2 },              { N, N, N },          3, "nearest", true,  { N, N, N } },
        { { 0, 1, 1e308 },          { -1.7e308, 1.7e308, N }, 3, "extend", false, { N, N, N } },
};

START_TEST(curves_by_hand) {
        tamis_settings *settings = settings_of(curves[_i].ends, curves[_i].spline);
        tamis_context context = { .settings = settings };
        uint8_t present[6];
        double filled[6];
        size_t donors[6];
        tamis_sequence q = { .n = curves[_i].n,
                             .x = curves[_i].x,
                             .values = curves[_i].y,
                             .present = present,
                             .context = &context,
                             .filled = filled,
                             .donors = donors };

        for (size_t i = 0; i < q.n; i++) {
                present[i] = !isnan(q.values[i]);
                filled[i] = N;
        }
        ck_assert_int_eq(tamis_series_interpolate.fill(&q, NULL), 0);
        for (size_t i = 0; i < q.n; i++) {
                if (isnan(curves[_i].want[i]))
                        ck_assert_msg(isnan(filled[i]), "place %zu got %g", i, filled[i]);
                else
                        ck_assert_double_eq_tol(filled[i], curves[_i].want[i], 1e-12);
        }
        tamis_settings_free(settings);
}
END_TEST

TEST_MAIN("series", TESTS(by_group_and_order, tables) TESTS(curves_by_hand, curves))
