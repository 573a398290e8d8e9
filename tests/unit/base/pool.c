#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <tamis/pool.h>

enum { THREADS = 4, N = 10007 };

static tamis_pool *new_pool(unsigned threads) {
        tamis_pool *pool = NULL;
        tamis_error err;

        ck_assert_int_eq(tamis_pool_new(threads, &pool, &err), 0);
        ck_assert_ptr_nonnull(pool);
        return pool;
}

static const unsigned sizes[] = { 1, 2, THREADS, 17 };

struct seen {
        atomic_int count[32];
        pthread_t id[32];
};

static void note(void *arg, unsigned thread) {
        struct seen *s = arg;

        s->count[thread]++;
        s->id[thread] = pthread_self();
}

START_TEST(run_is_once_on_each_thread) {
        tamis_pool *pool = new_pool(sizes[_i]);
        struct seen s = { 0 };

        ck_assert_uint_eq(tamis_pool_threads(pool), sizes[_i]);
        for (int run = 1; run <= 1000; run++) {
                tamis_pool_run(pool, note, &s);
                for (unsigned i = 0; i < 32; i++)
                        ck_assert_int_eq(s.count[i], i < sizes[_i] ? run : 0);
        }
        ck_assert(pthread_equal(s.id[0], pthread_self()));
        for (unsigned i = 0; i < sizes[_i]; i++)
                for (unsigned j = 0; j < i; j++)
                        ck_assert(!pthread_equal(s.id[i], s.id[j]));
        tamis_pool_free(pool);
}
END_TEST

/* Returns only if all threads are in it together. */
static void meet(void *arg, unsigned thread) {
        pthread_barrier_wait(arg);
}

START_TEST(threads_run_together) {
        tamis_pool *pool = new_pool(THREADS);
        pthread_barrier_t barrier;

        pthread_barrier_init(&barrier, NULL, THREADS);
        for (int i = 0; i < 10; i++)
                tamis_pool_run(pool, meet, &barrier);
        pthread_barrier_destroy(&barrier);
        tamis_pool_free(pool);
}
END_TEST

static atomic_int hits[N];

static void hit(void *arg, size_t i) {
        ((atomic_int *) arg)[i]++;
}

static const size_t lengths[] = { 0, 1, 2, 3, THREADS, 63, 64, 65, 127, 128, 129, 1000, N };

START_TEST(for_is_once_for_each_index) {
        for (size_t t = 0; t < sizeof sizes / sizeof *sizes; t++) {
                tamis_pool *pool = new_pool(sizes[t]);

                for (size_t i = 0; i < N; i++)
                        hits[i] = 0;
                tamis_pool_for(pool, lengths[_i], hit, hits);
                for (size_t i = 0; i < N; i++)
                        if (hits[i] != (i < lengths[_i]))
                                ck_abort_msg("%u threads, %zu of %zu: %d times", sizes[t], i, lengths[_i], hits[i]);
                tamis_pool_free(pool);
        }
}
END_TEST

static void nested(void *arg, size_t i) {
        tamis_pool_for(arg, N / 100, hit, hits);
}

START_TEST(a_loop_inside_a_loop_is_done_by_who_asks) {
        tamis_pool *pool = new_pool(THREADS);

        for (size_t i = 0; i < N; i++)
                hits[i] = 0;
        tamis_pool_for(pool, 50, nested, pool);
        for (size_t i = 0; i < N; i++)
                ck_assert_int_eq(hits[i], i < N / 100 ? 50 : 0);
        tamis_pool_for(pool, N, hit, hits);     /* and afterwards all is as before */
        ck_assert_int_eq(hits[N - 1], 1);
        tamis_pool_free(pool);
}
END_TEST

static void mask(void *arg, unsigned thread) {
        sigset_t set;

        pthread_sigmask(SIG_BLOCK, NULL, &set);
        if (thread && sigismember(&set, SIGINT))
                ++*(atomic_int *) arg;
        if (!thread && !sigismember(&set, SIGINT))
                ++*(atomic_int *) arg;
}

START_TEST(signals_stay_with_the_caller) {
        tamis_pool *pool = new_pool(THREADS);
        atomic_int right = 0;

        tamis_pool_run(pool, mask, &right);
        ck_assert_int_eq(right, THREADS);
        tamis_pool_free(pool);
}
END_TEST

START_TEST(no_number_means_one_at_least) {
        tamis_pool *pool = new_pool(0);

        ck_assert_uint_ge(tamis_pool_threads(pool), 1);
        tamis_pool_free(pool);
        tamis_pool_free(NULL);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("pool");
        Suite *suite = suite_create("pool");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, run_is_once_on_each_thread, 0, sizeof sizes / sizeof *sizes);
        tcase_add_test(tc, threads_run_together);
        tcase_add_loop_test(tc, for_is_once_for_each_index, 0, sizeof lengths / sizeof *lengths);
        tcase_add_test(tc, a_loop_inside_a_loop_is_done_by_who_asks);
        tcase_add_test(tc, signals_stay_with_the_caller);
        tcase_add_test(tc, no_number_means_one_at_least);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
