/* Every width this machine can do, against one donor after another in plain C: the same bits. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "impute/knn_lanes.h"

enum { MOST = 40 };

static float numbers[MOST * KNN_LEAF], high[MOST * KNN_FAN], number[MOST];
static int32_t codes[MOST * KNN_LEAF], high_codes[MOST * KNN_FAN], number_masks[MOST * KNN_LEAF],
        code_masks[MOST * KNN_LEAF], code[MOST];
static uint32_t places[MOST];

static const struct { size_t numbers, codes; } cases[] = {
        { 1, 0 }, { 0, 1 }, { 3, 2 }, { 10, 0 }, { 16, 3 }, { 17, 0 }, { 33, 5 }, { 40, 40 },
};

static tamis_knn_query make(size_t which) {
        tamis_stream s;

        tamis_stream_init(&s, 2, "test", which, 0);
        for (size_t i = 0; i < MOST * KNN_LEAF; i++) {
                numbers[i] = (float) (20 * tamis_stream_uniform(&s) - 10);
                codes[i] = (int32_t) tamis_stream_below(&s, 3);
                number_masks[i] = tamis_stream_below(&s, 4) ? -1 : 0;
                code_masks[i] = tamis_stream_below(&s, 4) ? -1 : 0;
        }
        for (size_t i = 0; i < MOST * KNN_FAN; i++) {
                high[i] = numbers[i] + (float) (5 * tamis_stream_uniform(&s));
                high_codes[i] = codes[i] + (int32_t) tamis_stream_below(&s, 2);
        }
        for (size_t i = 0; i < MOST; i++) {
                number[i] = (float) (20 * tamis_stream_uniform(&s) - 10);
                code[i] = (int32_t) tamis_stream_below(&s, 4) - (i % 7 == 6 ? 4 : 0);
                places[i] = (uint32_t) ((i * 7 + 3) % MOST);
        }
        return (tamis_knn_query) { cases[which].numbers, cases[which].codes, places, places, number, code };
}

static float term(float gap, size_t metric) {
        return metric ? fabsf(gap) : gap * gap;
}

static float sum_of(const tamis_knn_query *q, size_t donor, size_t metric, bool masked, float *shared) {
        float sum = 0, differing = 0;

        *shared = 0;
        for (size_t i = 0; i < q->numbers; i++) {
                size_t at = places[i] * KNN_LEAF + donor;

                if (masked && !number_masks[at])
                        continue;
                *shared += 1;
                sum += term(numbers[at] - number[i], metric);
        }
        for (size_t i = 0; i < q->codes; i++) {
                size_t at = places[i] * KNN_LEAF + donor;

                if (masked && !code_masks[at])
                        continue;
                *shared += 1;
                differing += codes[at] != code[i];
        }
        return sum + differing;
}

START_TEST(sums_are_the_same_bits) {
        tamis_knn_query q = make(_i);
        const tamis_knn_leaf leaf = { numbers, codes, number_masks, code_masks };
        const tamis_knn_lanes *lanes;

        for (size_t kind = 0; (lanes = tamis_knn_lanes_at(kind)); kind++)
                for (size_t how = 0; how < 4; how++) {
                        bool masked = how & 1;
                        size_t metric = how >> 1;
                        float got[KNN_LEAF], want[KNN_LEAF], shared, each = masked ? 5 : 0, base;
                        uint64_t near, expected;

                        /* a limit that some donor meets exactly, and one just below all */
                        base = sum_of(&q, 17, metric, masked, &shared) - each * shared;
                        for (int lower = 0; lower < 2; lower++) {
                                expected = 0;
                                for (size_t i = 0; i < KNN_LEAF; i++) {
                                        want[i] = sum_of(&q, i, metric, masked, &shared);
                                        expected |= (uint64_t) (want[i] <= shared * each + base) << i;
                                }
                                near = (masked ? lanes->look_masked : lanes->look)[metric](&leaf, &q, each, base, got);
                                ck_assert_msg(near == expected, "%s, %zu: %llx, not %llx", lanes->name, how,
                                              (unsigned long long) near, (unsigned long long) expected);
                                for (size_t i = 0; i < KNN_LEAF; i++)
                                        ck_assert_msg(!(near >> i & 1) || got[i] == want[i], "%s, %zu: %a, not %a",
                                                      lanes->name, how, (double) got[i], (double) want[i]);
                                base = -1000;
                        }
                }
}
END_TEST

START_TEST(gaps_are_the_same_bits) {
        tamis_knn_query q = make(_i);
        const tamis_knn_block block = { numbers, high, codes, high_codes };
        const tamis_knn_lanes *lanes;

        for (size_t kind = 0; (lanes = tamis_knn_lanes_at(kind)); kind++)
                for (size_t metric = 0; metric < 2; metric++) {
                        float got[KNN_FAN], want[KNN_FAN];
                        uint32_t expected = 0;

                        for (size_t lane = 0; lane < KNN_FAN; lane++) {
                                float outside = 0;

                                want[lane] = 0;
                                for (size_t i = 0; i < q.numbers; i++) {
                                        size_t at = places[i] * KNN_FAN + lane;

                                        want[lane] += term(
                                                fmaxf(0, fmaxf(numbers[at] - number[i], number[i] - high[at])), metric);
                                }
                                for (size_t i = 0; i < q.codes; i++) {
                                        size_t at = places[i] * KNN_FAN + lane;

                                        outside += code[i] < codes[at] || code[i] > high_codes[at];
                                }
                                want[lane] += outside;
                        }
                        for (size_t lane = 0; lane < KNN_FAN; lane++)
                                expected |= (uint32_t) (want[lane] <= want[5]) << lane;
                        ck_assert_uint_eq(lanes->gaps[metric](&block, &q, want[5], got), expected);
                        for (size_t lane = 0; lane < KNN_FAN; lane++)
                                ck_assert_msg(got[lane] == want[lane], "%s: %a, not %a", lanes->name,
                                              (double) got[lane], (double) want[lane]);
                }
}
END_TEST

int main(void) {
        Suite *s = suite_create("knn_lanes");
        TCase *t = tcase_create("knn_lanes");
        SRunner *r;
        int failed;

        tcase_add_loop_test(t, sums_are_the_same_bits, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(t, gaps_are_the_same_bits, 0, sizeof cases / sizeof *cases);
        suite_add_tcase(s, t);
        r = srunner_create(s);
        srunner_run_all(r, CK_ENV);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
