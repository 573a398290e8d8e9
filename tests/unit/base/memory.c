#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/memory.h>

/* -- slices -------------------------------------------------------------------------------------------------------- */

static const struct { const char *a, *b; int order; } pairs[] = {
        { "", "", 0 }, { "a", "a", 0 }, { "", "a", -1 }, { "a", "b", -1 }, { "ab", "abc", -1 }, { "b", "abc", 1 },
        { "a", "\xff", -1 }, { "A", "a", -1 }, { "10", "9", -1 },
};

START_TEST(slices_are_ordered_by_their_bytes) {
        tamis_slice a = tamis_slice_of(pairs[_i].a), b = tamis_slice_of(pairs[_i].b);
        int forth = tamis_slice_compare(a, b), back = tamis_slice_compare(b, a);

        ck_assert_int_eq((forth > 0) - (forth < 0), pairs[_i].order);
        ck_assert_int_eq((back > 0) - (back < 0), -pairs[_i].order);
        ck_assert_int_eq(tamis_slice_equal(a, b), pairs[_i].order == 0);
}
END_TEST

START_TEST(a_nul_is_a_byte_and_null_is_empty) {
        tamis_slice a = { "x\0y", 3 }, b = { "x\0z", 3 }, none = { NULL, 0 };

        ck_assert(!tamis_slice_equal(a, b));
        ck_assert_int_lt(tamis_slice_compare(a, b), 0);
        ck_assert(tamis_slice_equal(none, tamis_slice_of("")));
        ck_assert(tamis_slice_equal(none, tamis_slice_of(NULL)));
        ck_assert_int_eq(tamis_slice_compare(none, tamis_slice_of("")), 0);
        ck_assert_int_lt(tamis_slice_compare(none, a), 0);
        ck_assert_uint_eq(tamis_slice_hash(none), tamis_slice_hash(tamis_slice_of("")));
}
END_TEST

/* One bit changed anywhere changes about half of the hash's bits: 32 of 64, sd 4, so never fewer than 8. */
START_TEST(every_bit_moves_the_hash) {
        char bytes[40] = "what is the hash of this sentence, then";

        for (size_t n = 1; n <= sizeof bytes; n++) {
                uint64_t whole = tamis_slice_hash((tamis_slice) { bytes, n });
                int moved = 0;

                for (size_t bit = 0; bit < 8 * n; bit++) {
                        uint64_t other;
                        int bits;

                        bytes[bit / 8] ^= (char) (1 << bit % 8);
                        other = tamis_slice_hash((tamis_slice) { bytes, n });
                        bytes[bit / 8] ^= (char) (1 << bit % 8);
                        bits = __builtin_popcountll(whole ^ other);
                        ck_assert_int_ge(bits, 8);
                        moved += bits;
                }
                ck_assert_int_ge(moved, (int) (28 * 8 * n));
                ck_assert_uint_ne(whole, tamis_slice_hash((tamis_slice) { bytes, n - 1 }));
        }
}
END_TEST

static int by_value(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

        return (x > y) - (x < y);
}

/* 100000 short numbers, in the upper and in the lower 32 bits: 1.2 pairs that meet by chance, 15 at most. */
START_TEST(hashes_of_like_texts_do_not_meet) {
        enum { N = 100000 };
        uint64_t *low = malloc(N * sizeof *low), *high = malloc(N * sizeof *high);
        int met_low = 0, met_high = 0;

        ck_assert(low && high);
        for (int i = 0; i < N; i++) {
                char text[16];
                uint64_t h = tamis_slice_hash((tamis_slice) { text, (size_t) snprintf(text, sizeof text, "%d", i) });

                low[i] = (uint32_t) h;
                high[i] = h >> 32;
        }
        qsort(low, N, sizeof *low, by_value);
        qsort(high, N, sizeof *high, by_value);
        for (int i = 1; i < N; i++) {
                met_low += low[i] == low[i - 1];
                met_high += high[i] == high[i - 1];
        }
        ck_assert_int_lt(met_low, 15);
        ck_assert_int_lt(met_high, 15);
        free(low);
        free(high);
}
END_TEST

/* -- buffers ------------------------------------------------------------------------------------------------------- */

START_TEST(a_buffer_takes_what_is_added) {
        tamis_buffer b = { 0 };
        tamis_error err;
        char want[4000];

        for (int i = 0; i < 1000; i++) {
                memcpy(want + 4 * i, "abc", 3);
                want[4 * i + 3] = (char) ('0' + i % 10);
                ck_assert_int_eq(tamis_buffer_add(&b, "abc", 3, &err), 0);
                ck_assert_int_eq(tamis_buffer_addf(&b, &err, "%d", i % 10), 0);
                ck_assert_int_eq(tamis_buffer_add(&b, NULL, 0, &err), 0);
        }
        ck_assert_uint_eq(b.n, sizeof want);
        ck_assert_mem_eq(b.p, want, sizeof want);
        ck_assert_uint_ge(b.capacity, b.n);
        tamis_buffer_done(&b);
        ck_assert(b.p == NULL && b.n == 0 && b.capacity == 0);
        tamis_buffer_done(&b);
        tamis_buffer_done(NULL);
}
END_TEST

START_TEST(reserving_keeps_n_and_doubles) {
        tamis_buffer b = { 0 };
        size_t grown = 0, capacity = 0;

        ck_assert_int_eq(tamis_buffer_reserve(&b, 100, NULL), 0);
        ck_assert_uint_eq(b.n, 0);
        ck_assert_uint_ge(b.capacity, 100);
        memset(b.p, 'x', 100);
        for (int i = 0; i < 100000; i++) {
                ck_assert_int_eq(tamis_buffer_add(&b, "y", 1, NULL), 0);
                grown += b.capacity != capacity;
                capacity = b.capacity;
        }
        ck_assert_uint_lt(grown, 20);
        tamis_buffer_done(&b);
}
END_TEST

START_TEST(a_buffer_too_large_is_an_error_and_changes_nothing) {
        tamis_buffer b = { 0 };
        tamis_error err = { 0 };

        ck_assert_int_eq(tamis_buffer_add(&b, "abc", 3, &err), 0);
        ck_assert_int_eq(tamis_buffer_reserve(&b, SIZE_MAX, &err), TAMIS_NO_MEMORY);
        ck_assert_int_eq(err.code, TAMIS_NO_MEMORY);
        ck_assert_int_eq(tamis_buffer_reserve(&b, SIZE_MAX - 1, NULL), TAMIS_NO_MEMORY);
        ck_assert_int_eq(tamis_buffer_reserve(&b, (size_t) PTRDIFF_MAX, NULL), TAMIS_NO_MEMORY);
        ck_assert_uint_eq(b.n, 3);
        ck_assert_mem_eq(b.p, "abc", 3);
        tamis_buffer_done(&b);
}
END_TEST

/* -- arenas -------------------------------------------------------------------------------------------------------- */

/* Sizes from 0 to far more than a block: pieces are aligned and keep what was written to them. */
START_TEST(pieces_do_not_touch) {
        enum { N = 2000 };
        tamis_arena a = { 0 };
        unsigned char *pieces[N];
        size_t sizes[N], all = 0;

        for (size_t round = 0; round < 3; round++) {
                for (size_t i = 0; i < N; i++) {
                        sizes[i] = i % 100 == 99 ? 5000 * (i / 100) : i * 7 % 61;
                        pieces[i] = tamis_arena_get(&a, sizes[i]);
                        ck_assert_ptr_nonnull(pieces[i]);
                        ck_assert_uint_eq((uintptr_t) pieces[i] % _Alignof(max_align_t), 0);
                        memset(pieces[i], (int) (i & 0xff), sizes[i]);
                        all += sizes[i];
                }
                for (size_t i = 0; i < N; i++)
                        for (size_t j = 0; j < sizes[i]; j++)
                                if (pieces[i][j] != (i & 0xff))
                                        ck_abort_msg("piece %zu, byte %zu", i, j);
                ck_assert_uint_ge(a.held, all / (round + 1));
                tamis_arena_reset(&a);
        }
        tamis_arena_done(&a);
        ck_assert_uint_eq(a.held, 0);
        tamis_arena_done(&a);
        tamis_arena_done(NULL);
}
END_TEST

START_TEST(a_reset_arena_allocates_no_more) {
        tamis_arena a = { 0 };
        size_t held;

        for (int i = 0; i < 1000; i++)
                ck_assert_ptr_nonnull(tamis_arena_get(&a, 100));
        tamis_arena_reset(&a);
        held = a.held;
        ck_assert_uint_gt(held, 0);
        for (int i = 0; i < 100; i++) {
                for (int j = 0; j < 200; j++)
                        ck_assert_ptr_nonnull(tamis_arena_get(&a, 100));
                ck_assert_uint_eq(a.held, held);
                tamis_arena_reset(&a);
        }
        tamis_arena_done(&a);
        tamis_arena_reset(&a);
        ck_assert_uint_eq(a.held, 0);
}
END_TEST

START_TEST(a_large_piece_does_not_end_the_block_in_use) {
        tamis_arena a = { 0 };
        char *first = tamis_arena_get(&a, 16), *next;

        ck_assert_ptr_nonnull(first);
        ck_assert_ptr_nonnull(tamis_arena_get(&a, 1 << 20));
        next = tamis_arena_get(&a, 16);
        ck_assert_ptr_eq(next, first + 16);
        tamis_arena_done(&a);
}
END_TEST

START_TEST(a_reset_arena_keeps_its_largest_block) {
        tamis_arena a = { 0 };

        ck_assert_ptr_nonnull(tamis_arena_get(&a, 16));
        ck_assert_ptr_nonnull(tamis_arena_get(&a, 1 << 20));
        tamis_arena_reset(&a);
        ck_assert_uint_ge(a.held, 1 << 20);
        ck_assert_uint_lt(a.held, 2 << 20);
        tamis_arena_done(&a);
}
END_TEST

START_TEST(zeroed_and_copied) {
        tamis_arena a = { 0 };
        char *dirty = tamis_arena_get(&a, 4096), *p;
        static const char zeros[100];

        ck_assert_ptr_nonnull(dirty);
        memset(dirty, 'x', 4096);
        tamis_arena_reset(&a);
        p = tamis_arena_get_zeroed(&a, 25, 4);
        ck_assert_ptr_nonnull(p);
        ck_assert_mem_eq(p, zeros, 100);
        ck_assert_ptr_nonnull(tamis_arena_get_zeroed(&a, 0, 4));
        ck_assert_ptr_null(tamis_arena_get_zeroed(&a, SIZE_MAX / 2, 3));
        ck_assert_ptr_null(tamis_arena_get_zeroed(&a, SIZE_MAX, 1));
        ck_assert_ptr_null(tamis_arena_get(&a, SIZE_MAX));

        p = tamis_arena_copy(&a, (tamis_slice) { "abcdef", 3 });
        ck_assert_str_eq(p, "abc");
        p = tamis_arena_copy(&a, (tamis_slice) { NULL, 0 });
        ck_assert_str_eq(p, "");
        tamis_arena_done(&a);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("memory");
        Suite *suite = suite_create("memory");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, slices_are_ordered_by_their_bytes, 0, sizeof pairs / sizeof *pairs);
        tcase_add_test(tc, a_nul_is_a_byte_and_null_is_empty);
        tcase_add_test(tc, every_bit_moves_the_hash);
        tcase_add_test(tc, hashes_of_like_texts_do_not_meet);
        tcase_add_test(tc, a_buffer_takes_what_is_added);
        tcase_add_test(tc, reserving_keeps_n_and_doubles);
        tcase_add_test(tc, a_buffer_too_large_is_an_error_and_changes_nothing);
        tcase_add_test(tc, pieces_do_not_touch);
        tcase_add_test(tc, a_reset_arena_allocates_no_more);
        tcase_add_test(tc, a_large_piece_does_not_end_the_block_in_use);
        tcase_add_test(tc, a_reset_arena_keeps_its_largest_block);
        tcase_add_test(tc, zeroed_and_copied);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
