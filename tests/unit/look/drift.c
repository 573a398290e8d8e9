/* Figures of two samples, wanted by SciPy 1.17 where no other source is named, to 1e-9. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "look/drift.h"

static void near(double got, double want) {
        ck_assert_msg(fabs(got - want) <= 1e-9 * fabs(want), "%.17g, not %.17g", got, want);
}

static double ks_p(uint64_t steps, size_t n, size_t m) {
        tamis_error err = {0};
        double p;

        ck_assert_int_eq(tamis_ks_p(steps, n, m, &p, &err), 0);
        return p;
}

/* Settled runs of values. */
static void fill(tamis_runs *r, const double *x, size_t n) {
        tamis_error err = {0};

        *r = (tamis_runs) { .room = 1000 };
        ck_assert_int_eq(tamis_runs_add(r, x, n, &err), 0);
        ck_assert_int_eq(tamis_runs_settle(r, &err), 0);
}

static const double fibonacci[] = { 0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89 }, powers[] = { 1, 2, 4, 8, 16, 32, 64 };

START_TEST(distances) {
        tamis_apartness a;
        tamis_runs ref, fresh;

        fill(&ref, fibonacci, 12);
        fill(&fresh, powers, 7);
        /* scipy.stats.ks_2samp(method="exact"), wasserstein_distance */
        tamis_apartness_of(&ref, &fresh, &a);
        near(a.ks, 0.13095238095238096);
        near(a.wasserstein, 4.904761904761904);
        near(ks_p(a.steps, 12, 7), 0.9999206160196874);
        tamis_apartness_of(&fresh, &ref, &a);
        near(ks_p(a.steps, 7, 12), 0.9999206160196874);
        near(ks_p(270, 30, 30), 0.13500350250095441);
        near(ks_p(1000, 40, 25), 3.0689547755990796e-18);
        ck_assert(ks_p(0, 5, 9) == 1);
        tamis_runs_done(&ref);
        tamis_runs_done(&fresh);
}
END_TEST

/* scipy.special.kolmogorov */
static const struct { double x, want; } tails[] = {
        { .2, 0.999999999999495 }, { .5, 0.9639452436648751 }, { .9, 0.3927307079406543 }, { 1, 0.26999967167735456 },
        { 1.3, 0.06809222184476636 }, { 2.5, 7.453306344157342e-06 }, { 0, 1 },
};

START_TEST(limit) {
        near(tamis_kolmogorov(tails[_i].x), tails[_i].want);
}
END_TEST

/* Too many for the exact p-value: D = .1 of 6000 and 6000 values. */
START_TEST(many) {
        near(ks_p(3600000, 6000, 6000), tamis_kolmogorov(.1 * sqrt(3000)));
}
END_TEST

START_TEST(divergences) {
        static const double ref[] = { 10, 20, 0, 30, 40 }, fresh[] = { 5, 9, 0, 3, 33 };
        tamis_divergence d;

        tamis_divergence_of(ref, fresh, 5, &d);
        ck_assert_uint_eq(d.bins, 4);
        near(d.chi2, 13.426375230815477);
        near(d.chi2_p, 0.0037996707210841024);
        near(d.v, 0.29918082860610656);
        near(d.js, 0.2943019429341674);
        near(d.psi, 0.4669826715956461);
        near(d.psi_p, 0.0013915580524738887);
        tamis_divergence_of(ref, fresh, 1, &d);
        ck_assert(d.psi == 0 && isnan(d.psi_p) && isnan(d.v));
        tamis_divergence_of(ref, fresh + 2, 1, &d);
        ck_assert(isnan(d.psi) && isnan(d.js));
}
END_TEST

START_TEST(bins) {
        static const double want[] = { 1, 1.2, 2.3, 3.8, 6.5, 11, 18.6, 31.4, 52.9 };  /* numpy.quantile */
        double v[] = { 0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89 }, edges[TAMIS_DRIFT_BINS], counts[TAMIS_DRIFT_BINS];
        static const double few[] = { 2, 2, 2, 4, 4, 9 }, other[] = { -5, 2, 3, 3.5, 100 };

        tamis_runs ref, fresh, once;

        fill(&ref, v, 12);
        fill(&fresh, few, 6);
        fill(&once, few, 3);
        /* eleven different values: deciles; */
        ck_assert_uint_eq(tamis_drift_edges(&ref, edges), 9);
        for (size_t i = 0; i < 9; i++)
                ck_assert_double_eq_tol(edges[i], want[i], 1e-12);
        /* fewer: halfway between */
        ck_assert_uint_eq(tamis_drift_edges(&fresh, edges), 2);
        ck_assert(edges[0] == 3 && edges[1] == 6.5);
        tamis_runs_done(&ref);
        fill(&ref, other, 5);
        tamis_drift_count(&ref, 0, edges, 2, counts);
        ck_assert(counts[0] == 3 && counts[1] == 1 && counts[2] == 1);
        ck_assert_uint_eq(tamis_drift_edges(&once, edges), 0);
        tamis_runs_done(&ref);
        tamis_runs_done(&fresh);
        tamis_runs_done(&once);
}
END_TEST

START_TEST(shares) {
        /* fisher_exact; the z-test by norm.sf; hypergeom for the others */
        near(tamis_shares_p(1, 50, 6, 40), 0.04155151317276306);
        near(tamis_shares_p(49, 50, 34, 40), 0.04155151317276306);
        near(tamis_shares_p(0, 500, 3, 200), 0.023073720308000964);
        near(tamis_shares_p(30, 200, 60, 250), 0.01770606580736664);
        ck_assert(isnan(tamis_shares_p(0, 10, 0, 10)) && isnan(tamis_shares_p(10, 10, 10, 10)) &&
                  isnan(tamis_shares_p(0, 0, 1, 2)));
        near(tamis_range_p(1, 10, 5), 0.5714285714285714);
        near(tamis_range_p(3, 200, 50), 0.026121778481301462);
        near(tamis_range_p(5, 20, 5), 0.00011293054771315642);
        near(tamis_range_p(12, 200, 5000), 0.9130750234484692);
        ck_assert(tamis_range_p(0, 10, 10) == 1 && isnan(tamis_range_p(3, 1, 10)));
        near(tamis_unseen_p(0, 500, 3, 200), 0.023073720308000964);
        near(tamis_unseen_p(3, 500, 5, 200), 0.04658674038006476);
        ck_assert(tamis_unseen_p(3, 500, 0, 200) == 1);
}
END_TEST

/* scipy.stats.false_discovery_control */
START_TEST(adjusted) {
        static const double p[] = { .01, .04, NAN, .03, .5, .005 }, want[] = { .025, .05, 0, .05, .5, .025 };
        tamis_error err = {0};
        double q[6];

        ck_assert_int_eq(tamis_adjust(p, 6, q, &err), 0);
        for (size_t i = 0; i < 6; i++)
                if (i == 2)
                        ck_assert(isnan(q[i]));
                else
                        near(q[i], want[i]);
}
END_TEST

/* -- what is kept ---------------------------------------------------------------------------------------------------- */

/* More numbers than there is room for, from either end. */
START_TEST(bits_go_alike) {
        enum { N = 40000 };
        tamis_drift_column c = { .ref.runs.room = 4096 }, d = { .ref.runs.room = 4096 };
        tamis_error err = {0};
        double exact = 0;

        for (size_t i = 0; i < N; i++) {
                double x = (double) i, y = (double) (N - 1 - i);

                ck_assert_int_eq(tamis_drift_keep_numbers(&c.ref, &x, 1, &err), 0);
                ck_assert_int_eq(tamis_drift_keep_numbers(&d.ref, &y, 1, &err), 0);
        }
        ck_assert_int_eq(tamis_drift_settle(&c.ref, &err), 0);
        ck_assert_int_eq(tamis_drift_settle(&d.ref, &err), 0);
        tamis_drift_bins(&c);
        tamis_drift_bins(&d);
        ck_assert_uint_le(c.ref.runs.n, 2048);
        ck_assert_uint_gt(c.ref.runs.cleared, 0);
        ck_assert_uint_eq(c.n_edges, 9);
        for (size_t i = 0; i < 10; i++) {
                ck_assert(c.counts[i] == d.counts[i] && (i == 9 || c.edges[i] == d.edges[i]));
                exact += c.counts[i];
                /* a tenth each, but for a cell at either end, the widest of which is this part of the greatest value */
                ck_assert_double_eq_tol(c.counts[i], N / 10, N * ldexp(1, (int) c.ref.runs.cleared - 52));
        }
        ck_assert(ldexp(1, (int) c.ref.runs.cleared - 52) < .01);
        ck_assert(exact == N && c.ref.runs.min == 0 && c.ref.runs.max == N - 1);
        ck_assert_double_eq_tol(c.ref.sd, sqrt(((double) N * N - 1) / 12), 1e-9);
        tamis_drift_column_done(&c);
        tamis_drift_column_done(&d);
}
END_TEST

/* A value with many rows on an edge, where bits have gone on one side or on both: it is in the bin below, in both. */
START_TEST(edges_lose_bits_too) {
        tamis_runs one = { .room = 1000 }, other = { .room = 4096 };
        tamis_error err = {0};
        double counts[TAMIS_DRIFT_BINS], edges[] = { -9.99, 9.99 };

        for (int i = 0; i < 3000; i++) {
                double x[] = { 9.99, -9.99, 20 + i / 7., -20 - i / 7. };

                ck_assert_int_eq(tamis_runs_add(&one, x, 2, &err), 0);
                ck_assert_int_eq(tamis_runs_add(&other, x, 4, &err), 0);
        }
        ck_assert_int_eq(tamis_runs_settle(&one, &err), 0);
        ck_assert_int_eq(tamis_runs_settle(&other, &err), 0);
        ck_assert(one.cleared == 0 && other.cleared > 0);
        tamis_drift_count(&other, 0, edges, 2, counts);
        ck_assert(counts[0] == 6000 && counts[1] == 3000 && counts[2] == 3000);
        tamis_drift_count(&one, other.cleared, edges, 2, counts);
        ck_assert(counts[0] == 3000 && counts[1] == 3000 && counts[2] == 0);
        tamis_runs_done(&one);
        tamis_runs_done(&other);
}
END_TEST

static int keep_level(tamis_drift_column *c, bool fresh, size_t i) {
        char text[32];
        tamis_error err = {0};

        return tamis_drift_keep_text(c, fresh,
                                     (tamis_slice) { text, (size_t) snprintf(text, sizeof text, "level %zu", i) }, &err);
}

/* 150,000 levels, twice each in the reference, once in the new table: those kept are the same ones in any order, with all their
 * rows. */
START_TEST(levels_go_alike) {
        enum { N = 150000 };
        tamis_drift_column c = {0}, d = {0};
        size_t other;

        for (size_t i = 0; i < 2 * N; i++)
                ck_assert(keep_level(&c, false, i % N) == 0 && keep_level(&d, false, (2 * N - 1 - i) / 2) == 0);
        c.known = c.levels.n;
        d.known = d.levels.n;
        for (size_t i = 0; i < N; i++)
                ck_assert(keep_level(&c, true, i) == 0 && keep_level(&d, true, N - 1 - i) == 0);
        ck_assert_uint_eq(c.halved, 2);
        ck_assert_uint_eq(d.halved, 2);
        ck_assert_uint_le(c.levels.n, TAMIS_DRIFT_LEVELS);
        ck_assert_uint_eq(c.levels.n, d.levels.n);
        ck_assert_double_eq_tol((double) c.levels.n, N / 4., 1000);
        ck_assert(c.known == c.levels.n);
        for (size_t i = 0; i < c.levels.n; i++) {
                long at = tamis_dict_find(&d.levels, c.levels.entries[i].text);

                ck_assert(at >= 0 && c.levels.entries[i].count == 2 && d.levels.entries[at].count == 2);
                ck_assert(c.fresh_counts[i] == 1 && d.fresh_counts[at] == 1);
        }
        /* new ones halve again, of both */
        for (size_t i = N; i < 3 * N; i++)
                ck_assert(keep_level(&c, true, i) == 0);
        ck_assert_uint_eq(c.halved, 3);
        other = c.known;
        for (size_t i = 0; i < c.levels.n; i++)
                ck_assert(i < other ? c.levels.entries[i].count == 2 && c.fresh_counts[i] == 1
                                    : c.levels.entries[i].count == 0 && c.fresh_counts[i] == 1);
        ck_assert_double_eq_tol((double) other, N / 8., 800);
        tamis_drift_column_done(&c);
        tamis_drift_column_done(&d);
}
END_TEST

START_TEST(long_levels) {
        tamis_drift_column c = {0};
        tamis_error err = {0};
        char text[1000];

        memset(text, 'a', sizeof text);
        ck_assert_int_eq(tamis_drift_keep_text(&c, false, (tamis_slice) { text, sizeof text }, &err), 0);
        ck_assert_int_eq(tamis_drift_keep_text(&c, false, (tamis_slice) { text, sizeof text }, &err), 0);
        text[999] = 'b';
        ck_assert_int_eq(tamis_drift_keep_text(&c, false, (tamis_slice) { text, sizeof text }, &err), 0);
        ck_assert_uint_eq(c.levels.n, 2);
        ck_assert(c.levels.entries[0].count == 2 && c.levels.entries[0].text.n == TAMIS_DRIFT_LONGEST);
        tamis_drift_column_done(&c);
}
END_TEST

/* The rows kept are those with the smallest hashes, each once. */
START_TEST(rows) {
        const size_t n = _i == 0 ? 30000 : 4 * (size_t) _i + 3;        /* and of few, where the last ones are seen to be right */
        tamis_drift_sample s = {0}, all = {0};
        tamis_error err = {0};
        size_t *row_of = calloc(TAMIS_DRIFT_ROWS, sizeof *row_of);

        ck_assert_int_eq(tamis_drift_sample_open(&s, 3, &err), 0);
        ck_assert_uint_eq(s.most, TAMIS_DRIFT_ROWS);
        if (_i > 0)
                s.most = 3;
        all.most = n;
        all.heap = calloc(n, sizeof *all.heap);
        for (size_t i = 0; i < n; i++) {
                size_t slot = tamis_drift_sample_slot(&s, i);

                ck_assert(slot == SIZE_MAX || slot < s.most);
                if (slot != SIZE_MAX)
                        row_of[slot] = i;
                ck_assert_uint_eq(tamis_drift_sample_slot(&all, i), i);
        }
        tamis_drift_sample_sort(&s);
        tamis_drift_sample_sort(&all);
        for (size_t i = 0; i < s.most; i++)
                ck_assert(s.heap[i].hash == all.heap[i].hash && row_of[s.heap[i].slot] == all.heap[i].slot);
        tamis_drift_sample_done(&s);
        tamis_drift_sample_done(&all);
        free(row_of);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("drift");
        TCase *tc = tcase_create("figures");
        SRunner *runner;
        int failed;

        tcase_add_test(tc, distances);
        tcase_add_loop_test(tc, limit, 0, (int) (sizeof tails / sizeof *tails));
        tcase_add_test(tc, many);
        tcase_add_test(tc, divergences);
        tcase_add_test(tc, bins);
        tcase_add_test(tc, shares);
        tcase_add_test(tc, adjusted);
        tcase_add_test(tc, bits_go_alike);
        tcase_add_test(tc, edges_lose_bits_too);
        tcase_add_test(tc, levels_go_alike);
        tcase_add_test(tc, long_levels);
        tcase_add_loop_test(tc, rows, 0, 60);
        suite_add_tcase(suite, tc);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
