/* Every width this machine can do, against one row after another in plain C and double precision. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "neighbors/lanes.h"

enum { MOST = 40 };

static float numbers[MOST * LANES], row[MOST * LANES], boxes[2 * MOST * LANES];
static uint32_t codes[MOST * LANES], row_codes[MOST];

static const struct { size_t d, c; } cases[] = {
        { 1, 0 }, { 2, 1 }, { 3, 0 }, { 10, 4 }, { 40, 7 }, { 0, 5 }, { 7, 40 }, { 40, 0 },
};

static tamis_leaf make(size_t i) {
        tamis_stream s;

        tamis_stream_init(&s, 2, "test", i, 0);
        for (size_t j = 0; j < MOST * LANES; j++) {
                numbers[j] = (float) (20 * tamis_stream_uniform(&s) - 10);
                row[j] = (float) (20 * tamis_stream_uniform(&s) - 10);
                codes[j] = tamis_stream_below(&s, 2);
        }
        for (size_t j = 0; j < MOST; j++) {
                row_codes[j] = tamis_stream_below(&s, 2);
                for (size_t lane = 0; lane < LANES; lane++) {
                        float *low = &boxes[2 * j * LANES + lane];

                        low[0] = (float) (20 * tamis_stream_uniform(&s) - 12);
                        low[LANES] = low[0] + (float) (5 * tamis_stream_uniform(&s));
                }
        }
        return (tamis_leaf) { numbers, codes, cases[i].d, cases[i].c, 1.75F };
}

static double square_of(const tamis_leaf *leaf, size_t lane) {
        double sum = 0;

        for (size_t j = 0; j < leaf->d; j++) {
                double gap = (double) numbers[j * LANES + lane] - (double) row[j * LANES];

                sum += gap * gap;
        }
        for (size_t j = 0; j < leaf->c; j++)
                sum += codes[j * LANES + lane] != row_codes[j] ? 1.75 : 0;
        return sum;
}

static double gap_of(size_t d, size_t lane) {
        double sum = 0;

        for (size_t j = 0; j < d; j++) {
                double x = (double) row[j * LANES], low = (double) boxes[2 * j * LANES + lane];
                double high = (double) boxes[(2 * j + 1) * LANES + lane];
                double gap = x < low ? low - x : x > high ? x - high : 0;

                sum += gap * gap;
        }
        return sum;
}

/* Bit by bit: what is surely nearer than the limit is in, what is surely farther is not. */
static void check_set(const char *name, uint32_t set, const double *squares, double limit) {
        for (size_t lane = 0; lane < LANES; lane++)
                if (fabs(squares[lane] - limit) > 1e-4 * limit)
                        ck_assert_msg((set >> lane & 1) == (squares[lane] < limit), "%s: lane %zu: %g, limit %g", name,
                                      lane, squares[lane], limit);
        ck_assert_uint_eq(set >> LANES, 0);
}

START_TEST(near_rows_are_found) {
        tamis_leaf leaf = make(_i);
        const tamis_lanes *lanes;
        double squares[LANES];

        for (size_t lane = 0; lane < LANES; lane++)
                squares[lane] = square_of(&leaf, lane);
        for (size_t kind = 0; (lanes = tamis_lanes_at(kind)); kind++) {
                for (size_t lane = 0; lane < LANES; lane++) {
                        check_set(lanes->name, lanes->rows(&leaf, row, row_codes, (float) (squares[lane] * 1.001)),
                                  squares, squares[lane] * 1.001);
                        check_set(lanes->name, lanes->rows(&leaf, row, row_codes, (float) (squares[lane] * .999)),
                                  squares, squares[lane] * .999);
                }
                ck_assert_uint_eq(lanes->rows(&leaf, row, row_codes, INFINITY), 0xffff);
                ck_assert_uint_eq(lanes->rows(&leaf, row, row_codes, -1), 0);
        }
}
END_TEST

START_TEST(near_boxes_are_found) {
        tamis_leaf leaf = make(_i);
        const tamis_lanes *lanes;
        double want[LANES];
        float gaps[LANES];

        for (size_t lane = 0; lane < LANES; lane++)
                want[lane] = gap_of(leaf.d, lane);
        for (size_t kind = 0; (lanes = tamis_lanes_at(kind)); kind++) {
                for (size_t lane = 0; lane < LANES; lane++)
                        check_set(lanes->name, lanes->gaps(boxes, leaf.d, row, (float) (want[lane] * 1.001), gaps),
                                  want, want[lane] * 1.001);
                for (size_t lane = 0; lane < LANES; lane++)
                        ck_assert_msg(fabs((double) gaps[lane] - want[lane]) <= 1e-5 * want[lane],
                                      "%s: box %zu: %g, not %g", lanes->name, lane, (double) gaps[lane], want[lane]);
                ck_assert_uint_eq(lanes->gaps(boxes, leaf.d, row, INFINITY, gaps), 0xffff);
                ck_assert_uint_eq(lanes->gaps(boxes, leaf.d, row, -1, gaps), 0);
        }
}
END_TEST

int main(void) {
        Suite *suite = suite_create("lanes");
        TCase *tcase = tcase_create("lanes");
        SRunner *runner;
        int failed;

        tcase_add_loop_test(tcase, near_rows_are_found, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(tcase, near_boxes_are_found, 0, sizeof cases / sizeof *cases);
        tcase_set_timeout(tcase, 0);
        suite_add_tcase(suite, tcase);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
