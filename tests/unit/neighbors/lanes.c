/* Every width this machine can do, against one row after another in plain C: the same bits. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "neighbors/lanes.h"

enum { MOST = 40 };

static double numbers[MOST * LANES_LEAF], row[MOST], box[2 * MOST];
static float rough[MOST * LANES_LEAF], rough_row[3 * MOST];
static uint32_t codes[MOST * LANES_LEAF], row_codes[MOST];

static const struct { size_t padded, d, c; } cases[] = {
        { 16, 1, 0 }, { 32, 2, 1 }, { 48, 3, 0 }, { 64, 10, 4 }, { 48, 40, 7 }, { 64, 0, 5 }, { 32, 7, 40 },
        { 16, 40, 0 },
};

static tamis_leaf make(size_t i) {
        tamis_stream s;

        tamis_stream_init(&s, 2, "test", i, 0);
        for (size_t j = 0; j < MOST * LANES_LEAF; j++) {
                numbers[j] = 20 * tamis_stream_uniform(&s) - 10;
                rough[j] = (float) numbers[j];
                codes[j] = tamis_stream_below(&s, 2);
        }
        for (size_t j = 0; j < MOST; j++) {
                row[j] = 20 * tamis_stream_uniform(&s) - 10;
                rough_row[3 * j] = (float) row[j];
                row_codes[j] = tamis_stream_below(&s, 2);
                box[j] = 10 * tamis_stream_uniform(&s) - 10;
        }
        for (size_t j = 0; j < cases[i].d; j++)
                box[cases[i].d + j] = box[j] + 5 * tamis_stream_uniform(&s);
        return (tamis_leaf) { numbers, rough, codes, cases[i].padded, cases[i].d, cases[i].c, 1.7 };
}

START_TEST(squares_are_the_same_bits) {
        tamis_leaf leaf = make(_i);
        const tamis_lanes *lanes;

        for (size_t kind = 0; (lanes = tamis_lanes_at(kind)); kind++) {
                double got[LANES_LEAF], least = INFINITY;

                ck_assert(lanes->squares(&leaf, row, row_codes, INFINITY, got));
                for (size_t i = 0; i < leaf.padded; i++) {
                        double want = tamis_leaf_square(&leaf, row, row_codes, i);

                        ck_assert_msg(got[i] == want, "%s: row %zu: %a, not %a", lanes->name, i, got[i], want);
                        least = fmin(least, want);
                }
                /* near enough is <=, to the last bit */
                ck_assert(lanes->squares(&leaf, row, row_codes, least, got));
                ck_assert(!lanes->squares(&leaf, row, row_codes, nextafter(least, -1), got));
        }
}
END_TEST

START_TEST(rough_squares_are_near) {
        tamis_leaf leaf = make(_i);
        const tamis_lanes *lanes;

        for (size_t kind = 0; (lanes = tamis_lanes_at(kind)); kind++) {
                float got[LANES_LEAF], least = INFINITY;

                ck_assert(lanes->rough(&leaf, rough_row, 3, row_codes, INFINITY, got));
                for (size_t i = 0; i < leaf.padded; i++) {
                        double want = tamis_leaf_square(&leaf, row, row_codes, i);

                        ck_assert_msg(fabs(got[i] - want) <= 1e-5 * want, "%s: row %zu: %g, not %g", lanes->name, i,
                                      got[i], want);
                        least = fminf(least, got[i]);
                }
                ck_assert(lanes->rough(&leaf, rough_row, 3, row_codes, least, got));
                ck_assert(!lanes->rough(&leaf, rough_row, 3, row_codes, nextafterf(least, -1), got));
        }
}
END_TEST

START_TEST(gaps_are_the_same_bits) {
        tamis_leaf leaf = make(_i);
        const tamis_lanes *lanes;

        for (size_t kind = 0; (lanes = tamis_lanes_at(kind)); kind++) {
                double got[LANES_LEAF];

                lanes->gaps(&leaf, box, got);
                for (size_t i = 0; i < leaf.padded; i++) {
                        double want = 0;

                        for (size_t j = 0; j < leaf.d; j++) {
                                double x = numbers[j * leaf.padded + i];
                                double gap = x < box[j] ? box[j] - x : x > box[leaf.d + j] ? x - box[leaf.d + j] : 0;

                                want += gap * gap;
                        }
                        ck_assert_msg(got[i] == want, "%s: row %zu: %a, not %a", lanes->name, i, got[i], want);
                }
        }
}
END_TEST

int main(void) {
        Suite *suite = suite_create("lanes");
        TCase *tcase = tcase_create("lanes");
        SRunner *runner;
        int failed;

        tcase_add_loop_test(tcase, squares_are_the_same_bits, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(tcase, rough_squares_are_near, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(tcase, gaps_are_the_same_bits, 0, sizeof cases / sizeof *cases);
        tcase_set_timeout(tcase, 0);
        suite_add_tcase(suite, tcase);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
