/* What is gathered of a batch: rows that repeat others, patterns of missing cells, texts and how often, lines. Held to counting
 * without any trick. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/random.h>

#include "csv/chunk.h"
#include "look/lines.h"
#include "look/patterns.h"
#include "look/repeats.h"
#include "look/words.h"

static void parse(tamis_batch *b, const tamis_buffer *csv, size_t cells) {
        tamis_error err = {0};

        ck_assert_int_eq(tamis_chunk_parse(&b->chunk, (tamis_slice) { csv->p, csv->n }, ',', cells, &err), 0);
        ck_assert_int_eq(tamis_batch_begin(b, &err), 0);
        b->precision = -1;
}

static void put(tamis_buffer *csv, const char *format, unsigned long long a, int width, const char *text) {
        tamis_error err = {0};

        ck_assert_int_eq(tamis_buffer_addf(csv, &err, format, a, width, text), 0);
}

/* -- repeats --------------------------------------------------------------------------------------------------------- */

static uint64_t count_repeats(const tamis_buffer *csv, size_t most, double *share) {
        tamis_batch b = {0};
        tamis_repeats r = { .most = most };
        tamis_error err = {0};
        uint64_t n = UINT64_MAX, *hashes;

        parse(&b, csv, 2);
        hashes = tamis_repeats_hash(&b);
        ck_assert_ptr_nonnull(hashes);
        for (size_t i = 0; i < b.chunk.records; i += 1000)
                ck_assert_int_eq(tamis_repeats_add(&r, hashes + i,
                                                   b.chunk.records - i < 1000 ? b.chunk.records - i : 1000, &err), 0);
        ck_assert_int_eq(tamis_repeats_count(&r, b.chunk.records, &n, &err), 0);
        *share = (double) r.n / (double) b.chunk.records;
        tamis_repeats_done(&r);
        tamis_batch_done(&b);
        return n;
}

/* Rows of 4 to 40 bytes; each that is even is there three times, far apart. They differ in one byte, at any place. */
START_TEST(rows_that_repeat) {
        enum { ROWS = 30000 };
        tamis_buffer csv = {0};
        double share;
        uint64_t n;

        for (size_t i = 0; i < ROWS; i++) {
                unsigned long long k = i % 2 ? i : i % (ROWS / 3 / 2 * 2);

                put(&csv, "%llu,%-*s\n", k, (int) (k % 37), k % 5 ? "a" : "b");
        }
        n = count_repeats(&csv, SIZE_MAX, &share);
        ck_assert_uint_eq(n, ROWS / 2 - ROWS / 3 / 2);
        ck_assert(share == 1);
        /* a part of all hashes: 10,000 of 25,000 different rows at most */
        n = count_repeats(&csv, 10000, &share);
        ck_assert(share < .5);
        ck_assert(n > ROWS / 3 * .95 && n < ROWS / 3 * 1.05);
        tamis_buffer_done(&csv);
}
END_TEST

START_TEST(rows_that_are_all_one) {
        tamis_buffer csv = {0};
        double share;

        for (size_t i = 0; i < 20000; i++)
                put(&csv, "%llu,%-*s\n", 1, 1, "");
        ck_assert_uint_eq(count_repeats(&csv, SIZE_MAX, &share), 19999);
        ck_assert_uint_eq(count_repeats(&csv, 20000, &share), 19999);
        tamis_buffer_done(&csv);
}
END_TEST

/* One byte of it more, less or other, at each place of rows about as long as what is hashed at once. */
START_TEST(no_byte_is_passed_over) {
        tamis_buffer csv = {0};
        size_t rows = 0;
        double share;
        char row[64];

        for (size_t n = 3; n < 50; n++)
                for (size_t i = 0; i < n; i++, rows++) {
                        memset(row, 'x', n);
                        row[i] = 'y';
                        row[n] = '\0';
                        put(&csv, "%llu,%*s\n", 1, 1, row);
                }
        ck_assert_uint_eq(count_repeats(&csv, SIZE_MAX, &share), 0);
        tamis_buffer_done(&csv);
}
END_TEST

/* -- patterns -------------------------------------------------------------------------------------------------------- */

/* Of 10 columns, and of 70: more than a word has bits. */
START_TEST(patterns_by_counting) {
        enum { ROWS = 4000, MOST = 70 };
        const size_t n = _i ? MOST : 10;
        static uint8_t cells[MOST][ROWS];
        const uint8_t *missing[MOST] = { NULL };
        tamis_patterns p = { .words = (n + 63) / 64 }, all = { .words = (n + 63) / 64 };
        uint64_t complete = 0, rows = 0;
        tamis_buffer csv = {0};
        tamis_batch b = {0};
        tamis_error err = {0};
        tamis_stream s;

        tamis_stream_init(&s, 1, "test.patterns", n, 0);
        for (size_t row = 0; row < ROWS; row++) {
                bool any = false;

                put(&csv, "%llu,%*s\n", row, 1, "");
                for (size_t c = 1; c < n; c++) {
                        cells[c][row] = tamis_stream_uniform(&s) < (c < 9 ? .5 : .001);
                        any = any || cells[c][row];
                }
                complete += !any;
        }
        for (size_t c = 1; c < n; c++)
                missing[c] = cells[c];
        parse(&b, &csv, 2);
        ck_assert_int_eq(tamis_patterns_make(&p, &b, missing, n, &err), 0);
        ck_assert_int_eq(tamis_patterns_merge(&all, &p, &err), 0);
        ck_assert_int_eq(tamis_patterns_merge(&all, &p, &err), 0);
        ck_assert_uint_eq(all.complete, 2 * complete);
        for (size_t i = 0; i < all.dict.n; i++) {
                uint64_t bits[2] = {0}, count = 0;

                memcpy(bits, all.dict.entries[i].text.p, all.words * sizeof *bits);
                for (size_t row = 0; row < ROWS; row++) {
                        bool same = true;

                        for (size_t c = 1; same && c < n; c++)
                                same = (bits[c / 64] >> c % 64 & 1) == cells[c][row];
                        count += same;
                }
                ck_assert_uint_gt(count, 0);
                ck_assert_uint_eq(all.dict.entries[i].count, 2 * count);
                rows += count;
        }
        ck_assert_uint_eq(rows + complete, ROWS);
        tamis_patterns_done(&p);
        tamis_patterns_done(&all);
        tamis_batch_done(&b);
        tamis_buffer_done(&csv);
}
END_TEST

/* -- texts ----------------------------------------------------------------------------------------------------------- */

/* Of few kinds and of many, some alike at both ends and as long as each other. */
START_TEST(texts_by_counting) {
        enum { ROWS = 6000 };
        const unsigned kinds = _i ? 2501 : 7;
        tamis_words_part p = {0};
        tamis_buffer csv = {0};
        tamis_batch b = {0};
        tamis_error err = {0};
        double numbers[ROWS];
        uint64_t seen = 0;

        for (size_t row = 0; row < ROWS; row++) {
                put(&csv, "a%04lluz,%*s\n", row * 7919 % kinds, 1, "");
                numbers[row] = row % 10 ? NAN : 1;
        }
        parse(&b, &csv, 2);
        b.columns[0].nonnumbers = ROWS - ROWS / 10;
        ck_assert_int_eq(tamis_words_part_make(&p, &b, 0, numbers, NULL, &err), 0);
        for (size_t i = 0; i < p.dict.n; i++) {
                uint64_t count = 0;

                for (size_t row = ROWS; row-- > 0;) {
                        if (row % 10 == 0 || !tamis_slice_equal(tamis_batch_text(&b, row, 0), p.dict.entries[i].text))
                                continue;
                        count++;
                        ck_assert_uint_ge(row, p.rows[i]);
                        if (p.rows[i] == row)
                                seen++;         /* the first of them was looked at */
                }
                ck_assert_uint_eq(p.dict.entries[i].count, count);
        }
        ck_assert_uint_eq(seen, p.dict.n);
        ck_assert_uint_eq(p.dict.n, kinds);
        tamis_dict_done(&p.dict);
        tamis_batch_done(&b);
        tamis_buffer_done(&csv);
}
END_TEST

/* -- lines ----------------------------------------------------------------------------------------------------------- */

static const char *const files[] = {
        "1,2\n3,4\n5,6\n7,8\n9,0\n",
        "1,2\r\n3,4\r\n5,6\r\n7,8\r\n9,0",
        "1,2\n\n3,4\n\n\n5,6\n7,8\n9,0\n",
        "1,2\n3,\"4\n5\"\n5,6\n7,\"8\r\n\n\"\n9,0\n",
        "\"1\",2\n3,4\n5,6\n7,8\n9,0\n",
        "1,2\r3,4\r5,6\r7,8\r9,0\r",
};

/* From each record to each later one, as from the beginning. */
START_TEST(lines_as_from_the_beginning) {
        tamis_buffer csv = {0};
        tamis_error err = {0};
        tamis_batch b = {0};

        ck_assert_int_eq(tamis_buffer_add(&csv, files[_i], strlen(files[_i]), &err), 0);
        parse(&b, &csv, 2);
        ck_assert_uint_eq(b.chunk.records, 5);
        for (size_t i = 0; i < 5; i++)
                for (size_t k = i; k < 5; k++) {
                        tamis_lines lines = {0};
                        uint64_t line[2], column;
                        const char *file;

                        tamis_chunk_place(&b.chunk, i, 0, &file, &line[0], &column);
                        tamis_chunk_place(&b.chunk, k, 0, &file, &line[1], &column);
                        ck_assert_uint_eq(tamis_lines_at(&lines, &b.chunk, i, NULL), line[0]);
                        ck_assert_uint_eq(tamis_lines_at(&lines, &b.chunk, k, &file), line[1]);
                        ck_assert_uint_ge(line[1], 1 + k);
                }
        tamis_batch_done(&b);
        tamis_buffer_done(&csv);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("gathered");
        TCase *all = tcase_create("all");
        SRunner *runner;
        int failed;

        tcase_add_test(all, rows_that_repeat);
        tcase_add_test(all, rows_that_are_all_one);
        tcase_add_test(all, no_byte_is_passed_over);
        tcase_add_loop_test(all, patterns_by_counting, 0, 2);
        tcase_add_loop_test(all, texts_by_counting, 0, 2);
        tcase_add_loop_test(all, lines_as_from_the_beginning, 0, sizeof files / sizeof *files);
        suite_add_tcase(suite, all);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
