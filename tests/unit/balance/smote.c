/* Synthetic rows are looked at beside the rows they were made of; neighbours are found again here, by looking at
 * all. */
#include "balance/smote.h"
#include "helper.h"

#include <tamis/number.h>

/* Two numbers (one whole, one with two decimals), a category, a class: 40 of "no", 11 of "yes". */
static char *make_rows(void) {
        tamis_buffer out = { 0 };
        tamis_error err;
        tamis_stream s;

        tamis_stream_init(&s, 5, "test", 0, 0);
        for (int i = 0; i < 51; i++)
                ck_assert_int_eq(tamis_buffer_addf(&out, &err, "%d,%.2f,%c,%s\n", (int) tamis_stream_below(&s, 90),
                                                   100 * tamis_stream_uniform(&s), "pqr"[tamis_stream_below(&s, 3)],
                                                   i % 5 == 1 || i == 50 ? "yes" : "no"), 0);
        ck_assert_int_eq(tamis_buffer_add(&out, "", 1, &err), 0);
        return out.p;
}

static double square(const tamis_smote *s, const double *sds, double mismatch, uint32_t a, uint32_t b) {
        double sum = 0;

        for (size_t j = 0; j < s->rows.d; j++) {
                double gap = s->rows.numbers[a * s->rows.d + j] / sds[j] - s->rows.numbers[b * s->rows.d + j] / sds[j];

                sum += gap * gap;
        }
        for (size_t j = 0; j < s->rows.categories.width; j++)
                sum += s->rows.categories.codes[a * s->rows.categories.width + j]
                        != s->rows.categories.codes[b * s->rows.categories.width + j] ? mismatch : 0;
        return sum;
}

static double sd_of(const tamis_smote *s, const uint32_t *rows, size_t n, size_t j, double scale) {
        double sum = 0, squares = 0;

        for (size_t i = 0; i < n; i++)
                sum += s->rows.numbers[(rows ? rows[i] : i) * s->rows.d + j] / scale;
        for (size_t i = 0; i < n; i++) {
                double gap = s->rows.numbers[(rows ? rows[i] : i) * s->rows.d + j] / scale - sum / (double) n;

                squares += gap * gap;
        }
        return sqrt(squares / (double) n);
}

/* Each neighbour list against all distances: nobody outside is nearer than the last inside. */
static void check_neighbors(const tamis_smote *s, const tamis_smote_class *c) {
        double sds[2], mismatch, a, b;

        for (size_t j = 0; j < 2; j++)
                sds[j] = sd_of(s, NULL, s->rows.n, j, 1);
        a = sd_of(s, c->members, c->n, 0, sds[0]);
        b = sd_of(s, c->members, c->n, 1, sds[1]);
        mismatch = (a + b) / 2 * ((a + b) / 2);         /* the median of two */
        for (size_t i = 0; i < c->n; i++) {
                const uint32_t *near = c->neighbors + i * c->k;
                double reach = square(s, sds, mismatch, c->members[i], c->members[near[c->k - 1]]);

                for (size_t other = 0; other < c->n; other++) {
                        bool inside = false;

                        for (size_t n = 0; n < c->k; n++)
                                inside |= near[n] == other;
                        ck_assert(other != i || !inside);
                        if (other != i && !inside)
                                ck_assert(square(s, sds, mismatch, c->members[i],
                                                 c->members[other]) >= reach * (1 - 1e-9));
                }
        }
}

/* The cell's number; its decimals in *decimals. */
static double cell_number(tamis_batch *batch, size_t row, size_t column, int *decimals) {
        tamis_slice text = tamis_batch_text(batch, row, column);
        double value;

        ck_assert(tamis_number_parse(text, &value));
        *decimals = tamis_number_decimals(text);
        return value;
}

/* Row i of the class's new rows lies between its seed and one of the seed's neighbours, both numbers at one share. */
static bool on_a_segment(const tamis_smote *s, const tamis_smote_class *c, size_t i, const double x[2]) {
        static const double half[2] = { .5 + 1e-9, .005 + 1e-9 };
        const double *a = s->rows.numbers + c->members[c->seeds[i]] * 2;

        for (size_t n = 0; n < c->k; n++) {
                const double *b = s->rows.numbers + c->members[c->neighbors[c->seeds[i] * c->k + n]] * 2;
                double low = 0, high = 1;

                for (size_t j = 0; j < 2; j++) {
                        double from = (x[j] - half[j] - a[j]) / (b[j] - a[j]);
                        double to = (x[j] + half[j] - a[j]) / (b[j] - a[j]);

                        if (a[j] == b[j]) {
                                from = fabs(x[j] - a[j]) <= half[j] ? 0 : 2;
                                to = 1;
                        }
                        low = fmax(low, fmin(from, to));
                        high = fmin(high, fmax(from, to));
                }
                if (low <= high)
                        return true;
        }
        return false;
}

START_TEST(new_rows_lie_between_a_seed_and_a_neighbour) {
        char *rows = make_rows();
        struct lesson l;
        int r = lesson_begin(&l, &tamis_step_smote, "age,pay,city,y", rows, _i ? 7 : 1000, "target", "y", "neighbors",
                             "3", "seed", "9", NULL);
        const tamis_smote *s = l.state;
        const tamis_smote_class *yes = &s->classes[1];
        tamis_batch out = { 0 };
        int decimals;

        ck_assert_msg(r == 0, "%s", l.err.message);
        ck_assert_str_eq(s->smoter->base.name, "nc");
        ck_assert_uint_eq(s->classes[0].made, 0);
        ck_assert_uint_eq(yes->n, 11);
        ck_assert_uint_eq(yes->made, 29);
        ck_assert_uint_eq(s->n_made, 29);
        check_neighbors(s, yes);
        ck_assert_uint_eq(tamis_step_smote.tail_blocks(s), 1);
        out.schema = &l.schema;
        out.precision = -1;
        ck_assert_int_eq(tamis_step_smote.tail(l.state, 0, &out, &l.err), 0);
        ck_assert_uint_eq(out.n_rows, 29);
        for (size_t i = 0; i < 29; i++) {
                double x[2];

                x[0] = cell_number(&out, i, 0, &decimals);
                ck_assert_int_eq(decimals, 0);
                x[1] = cell_number(&out, i, 1, &decimals);
                ck_assert_int_le(decimals, 2);
                ck_assert(on_a_segment(s, yes, i, x));
                ck_assert(tamis_slice_equal(tamis_batch_text(&out, i, 3), tamis_slice_of("yes")));
        }
        tamis_batch_done(&out);
        lesson_done(&l);
        free(rows);
}
END_TEST

START_TEST(rows_are_used_equally_often) {
        char *rows = make_rows();
        struct lesson l;
        unsigned used[11] = { 0 }, more = 0;
        int r = lesson_begin(&l, &tamis_step_smote, "age,pay,city,y", rows, 10, "target", "y", NULL);
        const tamis_smote_class *yes = &((tamis_smote *) l.state)->classes[1];

        ck_assert_int_eq(r, 0);
        for (size_t i = 0; i < yes->made; i++)
                used[yes->seeds[i]]++;
        for (size_t i = 0; i < 11; i++) {
                ck_assert(used[i] == 2 || used[i] == 3);
                more += used[i] == 3;
        }
        ck_assert_uint_eq(more, 29 - 2 * 11);
        lesson_done(&l);
        free(rows);
}
END_TEST

START_TEST(batches_do_not_show) {
        char *rows = make_rows(), *outs[3];
        static const size_t cuts[3] = { 1000, 1, 13 };

        for (size_t i = 0; i < 3; i++) {
                struct lesson l;

                ck_assert_int_eq(lesson_begin(&l, &tamis_step_smote, "age,pay,city,y", rows, cuts[i], "target", "y",
                                              "mark", "", NULL), 0);
                outs[i] = lesson_output(&l, rows);
                lesson_done(&l);
        }
        ck_assert_str_eq(outs[0], outs[1]);
        ck_assert_str_eq(outs[0], outs[2]);
        for (size_t i = 0; i < 3; i++)
                free(outs[i]);
        free(rows);
}
END_TEST

/* Votes, nearest first -> the winner. */
static const struct { uint32_t votes[6]; size_t k; uint32_t want; } votes[] = {
        { { 4 }, 1, 4 },
        { { 1, 2, 2 }, 3, 2 },
        { { 1, 2, 3 }, 3, 1 },
        { { 3, 1, 2, 2, 1 }, 5, 1 },    /* 1 and 2 twice: 1 is nearer */
        { { 5, 6, 6, 5 }, 4, 5 },
        { { 5, 6, 6, 5, 7, 6 }, 6, 6 },
};

START_TEST(the_vote_is_the_neighbours) {
        ck_assert_uint_eq(tamis_smote_vote(votes[_i].votes, votes[_i].k), votes[_i].want);
}
END_TEST

/* Columns with sd 1, 3, 0 -> median 1; with 1, 3 -> 2. By hand: -1, 1 has sd 1; -3, 3 has sd 3. */
START_TEST(a_mismatch_is_the_median_sd_squared) {
        const double three[] = { -1, -3, 5, 1, 3, 5 }, two[] = { -1, -3, 1, 3 };
        tamis_error err;
        double m;

        ck_assert_int_eq(tamis_smote_mismatch(three, 2, 3, &m, &err), 0);
        ck_assert_double_eq(m, 1);
        ck_assert_int_eq(tamis_smote_mismatch(two, 2, 2, &m, &err), 0);
        ck_assert_double_eq(m, 4);
}
END_TEST

/* (rows, options, the error holds this; NULL: none, and the output holds that) */
static const struct { const char *rows, *option, *value, *error, *out; } edges[] = {
        { "1,a\n2,a\n3,b\n", "rare", "error", "class \"b\" has 1 row, and --neighbors 5 needs 6", NULL },
        { "1,a\n2,a\n3,b\n", "rare", "reduce", "has one row", NULL },
        { "1,a\n2,a\n3,b\n", "rare", "duplicate", NULL, "1,a\n2,a\n3,b\n3,b\n" },
        { "1,a\n2,a\n3,b\n", "rare", "skip", NULL, "1,a\n2,a\n3,b\n" },
        { "1,a\n2,a\n3,a\n4,b\n4,b\n", "rare", "reduce", NULL, "1,a\n2,a\n3,a\n4,b\n4,b\n4,b\n" },
        { "1,a\n2,a\n3,b\n", "ratio", "b=1", NULL, "1,a\n2,a\n3,b\n" },
        { "1,a\n2,a\n3,b\n", "ratio", ".1", "never removes any", NULL },
        { "1,a\n2,a\n3,b\n3,b\n3,b\n", "ratio", "b=2", "never removes any", NULL },
        { "1,a\n2,a\n3,b\n", "ratio", "c=5", "no train row is of class \"c\"", NULL },
        { "1,a\n2,a\n3,b\n", "strategy", "nc", "class \"b\" has 1 row", NULL },
        { "1,a\n2,a\n3,a\n", "seed", "1", "one class only", NULL },
        { "1,a\n", "seed", "1", "one class only", NULL },
        { "1,\n2,\n", "seed", "1", "missing in every train row", NULL },
        { "1,a\n,b\n3,a\n", "seed", "1", "1 missing cell in train rows: \"x\" (1)", NULL },
        { "p,a\nq,b\nr,a\n", "strategy", "plain", "these columns are categories: \"x\"", NULL },
        { "p,a\nq,b\nr,a\n", "strategy", "nc", "no feature is a number", NULL },
        { "p,a\nq,b\nr,a\n", "seed", "1", "class \"b\" has 1 row", NULL },      /* -s n */
        { "p,a\nq,b\nr,a\n", "rare", "duplicate", NULL, "p,a\nq,b\nr,a\nq,b\n" },
        { "1,a\n2,b\n3,a\n", "strategy", "n", "these columns are numbers: \"x\"", NULL },
        { "1,a\n2,b\n3,a\n", "strategy", "rose", "one row, which says nothing of how far", NULL },
        { "1,a\n2,a\n3,b\n5,\n", "rare", "duplicate", NULL, "1,a\n2,a\n3,b\n5,\n3,b\n" },     /* no class: left alone */
        { "1,a\n2,a\n3,b\n,\n", "rare", "duplicate", NULL, "1,a\n2,a\n3,b\n,\n3,b\n" },
};

START_TEST(edges_are_defined) {
        struct lesson l;
        int r = lesson_begin(&l, &tamis_step_smote, "x,y", edges[_i].rows, 100, "target", "y", edges[_i].option,
                             edges[_i].value, NULL);
        char *out;

        if (edges[_i].error) {
                ck_assert_int_lt(r, 0);
                ck_assert_msg(strstr(l.err.message, edges[_i].error) != NULL, "%s", l.err.message);
        } else {
                ck_assert_msg(r == 0, "%s", l.err.message);
                out = lesson_output(&l, edges[_i].rows);
                ck_assert_str_eq(out, edges[_i].out);
                free(out);
        }
        lesson_done(&l);
}
END_TEST

START_TEST(a_hole_is_placed) {
        struct lesson l;
        int r = lesson_begin(&l, &tamis_step_smote, "x,z,y", "1,2,a\n2,,a\n,4,b\n", 1, "target", "y", NULL);

        ck_assert_int_eq(r, TAMIS_BAD_DATA);
        ck_assert_str_eq(l.err.file, "t.csv");
        ck_assert_uint_eq(l.err.line, 3);
        ck_assert_uint_eq(l.err.column, 3);
        ck_assert_msg(strstr(l.err.message, "2 missing cells in train rows: \"x\" (1), \"z\" (1)") != NULL, "%s",
                      l.err.message);
        lesson_done(&l);
}
END_TEST

/* A constant column stays as it is, whatever the others do; marks of the seed go with the new row, but _split is
 * train. */
START_TEST(marks_go_along) {
        static const char rows[] = "1,7.50,f1,train,a\n2,7.50,f1,train,a\n3,7.50,f2,train,b\n";
        struct lesson l;
        char *out;

        ck_assert_int_eq(lesson_begin(&l, &tamis_step_smote, "x,c,_fold,_split,y", rows, 100, "target", "y", "rare",
                                      "duplicate", "mark", "", NULL), 0);
        out = lesson_output(&l, rows);
        ck_assert_str_eq(out, "1,7.50,f1,train,a,0\n2,7.50,f1,train,a,0\n3,7.50,f2,train,b,0\n3,7.5,f2,train,b,1\n");
        free(out);
        lesson_done(&l);
}
END_TEST

static void fill(TCase *t) {
        tcase_add_loop_test(t, new_rows_lie_between_a_seed_and_a_neighbour, 0, 2);
        tcase_add_test(t, rows_are_used_equally_often);
        tcase_add_test(t, batches_do_not_show);
        tcase_add_loop_test(t, the_vote_is_the_neighbours, 0, sizeof votes / sizeof *votes);
        tcase_add_test(t, a_mismatch_is_the_median_sd_squared);
        tcase_add_loop_test(t, edges_are_defined, 0, sizeof edges / sizeof *edges);
        tcase_add_test(t, a_hole_is_placed);
        tcase_add_test(t, marks_go_along);
}

int main(void) {
        return run_suite("smote", fill);
}
