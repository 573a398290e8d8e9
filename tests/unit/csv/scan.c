#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "csv/chunk.h"
#include "csv/quoted.h"
#include "csv/scan.h"

/* -- a naive state machine, one byte at a time: the reference -------------------------------------------------------- */

typedef struct cells {
        size_t starts[512], ends[512], counts[512];     /* by record; ends over all */
        size_t records, n_ends;
        size_t bad;             /* the start of the malformed record; SIZE_MAX: none */
} cells;

static void naive(const char *p, size_t n, char delimiter, cells *ret) {
        enum { RECORD, CELL, PLAIN, QUOTED, CLOSED } state = RECORD;
        size_t start = 0, row = 0;

        memset(ret, 0, sizeof *ret);
        ret->bad = SIZE_MAX;
        for (size_t i = 0; i <= n; i++) {
                bool end = i == n, eol = !end && (p[i] == '\n' || p[i] == '\r');
                bool limit = end || eol || p[i] == delimiter;

                if (state == RECORD) {
                        if (end)
                                return;
                        start = i + eol;
                        if (eol)
                                continue;
                        state = CELL;
                }
                if (state == QUOTED) {
                        if (end) {
                                ret->bad = start;
                                return;
                        }
                        if (p[i] == '"')
                                state = CLOSED;
                        continue;
                }
                if (!limit) {
                        bool quote = p[i] == '"';

                        if (state == CELL)
                                state = quote ? QUOTED : PLAIN;
                        else if (state == CLOSED && quote)
                                state = QUOTED;
                        else if (state == CLOSED || quote) {
                                ret->bad = start;
                                return;
                        }
                        continue;
                }
                ret->ends[ret->n_ends++] = i;
                row++;
                state = CELL;
                if (end || eol) {
                        ret->starts[ret->records] = start;
                        ret->counts[ret->records++] = row;
                        row = 0;
                        state = RECORD;
                }
        }
}

/* -- the scanner, over records of any number of cells, its bytes given in pieces ------------------------------------- */

static void scan_all(const tamis_scan_version *version, const char *p, size_t n, char delimiter, size_t piece,
                     cells *ret) {
        tamis_chunk chunk = { 0 };
        tamis_scan scan;
        tamis_error err;
        size_t to = 0;
        int r = 0;

        memset(ret, 0, sizeof *ret);
        ret->bad = SIZE_MAX;
        ck_assert_int_eq(tamis_buffer_add(&chunk.bytes, p, n, &err), 0);
        tamis_scan_init(&scan, delimiter, SIZE_MAX);    /* no record has so many: each one is handed over */
        scan.version = version;
        do {
                to = n - to < piece ? n : to + piece;
                while ((r = tamis_scan_run(&scan, &chunk, to, to == n, &err)) == TAMIS_SCAN_RAGGED) {
                        size_t count = scan.n_ends - scan.row, end = chunk.ends[scan.n_ends - 1];

                        ret->starts[ret->records] = scan.start;
                        ret->counts[ret->records++] = count;
                        for (size_t i = 0; i < count; i++)
                                ret->ends[ret->n_ends++] = chunk.ends[scan.row + i];
                        tamis_scan_resume(&scan, end < to ? end + 1 : end);
                }
                ck_assert_int_gt(r, 0);
                if (r == TAMIS_SCAN_QUOTE)
                        ret->bad = scan.start;
        } while (r == TAMIS_SCAN_ALL && to < n);
        tamis_chunk_done(&chunk);
}

static void same(const cells *want, const cells *got, const char *version, const char *p, size_t n) {
        bool equal = want->bad == got->bad && want->records == got->records;

        for (size_t i = 0, end = 0; equal && i < want->records; i++) {
                equal = want->starts[i] == got->starts[i] && want->counts[i] == got->counts[i];
                for (size_t c = 0; equal && c < want->counts[i]; c++, end++)
                        equal = want->ends[end] == got->ends[end];
        }
        if (!equal)
                ck_abort_msg("%s differs on %.*s (bad %zu, %zu; records %zu, %zu)", version, (int) n, p, want->bad,
                             got->bad, want->records, got->records);
}

START_TEST(all_versions_agree_with_the_state_machine) {
        static const size_t pieces[] = { 1, 3, 63, 64, 65, SIZE_MAX };
        static const char alphabet[] = ",,\"\"\r\n\naaa;";
        const tamis_scan_version *version;
        static cells want, got;
        char text[300];

        srand(7);
        for (int round = 0; round < 4000; round++) {
                size_t n = (size_t) rand() % (round % 2 ? sizeof text : 24);
                /* now and then hardly any quotes, so that long ones are well formed */
                size_t letters = round % 3 ? sizeof alphabet - 1 : 2;

                for (size_t i = 0; i < n; i++) {
                        text[i] = alphabet[(size_t) rand() % letters];
                        if (letters == 2 && rand() % 4 == 0)
                                text[i] = "a\nb\r"[rand() % 4];
                        if (letters == 2 && rand() % 32 == 0 && i + 4 < n) {
                                memcpy(text + i, ",\"\n\",", 5);
                                i += 4;
                        }
                }
                naive(text, n, ',', &want);
                for (size_t v = 0; (version = tamis_scan_version_at(v)); v++)
                        for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
                                scan_all(version, text, n, ',', pieces[k], &got);
                                same(&want, &got, version->name, text, n);
                        }
        }
}
END_TEST

START_TEST(a_record_longer_than_a_go_is_read_in_one_piece) {
        size_t n = 3 * 4096 * 64 / 64 + 77, at;
        const tamis_scan_version *version;

        for (size_t v = 0; (version = tamis_scan_version_at(v)); v++)
                for (at = 4000; at < 4200; at++) {
                        char *text = malloc(n);
                        tamis_chunk chunk = { 0 };
                        tamis_scan scan;
                        tamis_error err;

                        ck_assert_ptr_nonnull(text);
                        memset(text, ',', n);
                        text[0] = '"';
                        text[at] = '"';         /* 1 .. at - 1 are inside */
                        ck_assert_int_eq(tamis_buffer_add(&chunk.bytes, text, n, &err), 0);
                        tamis_scan_init(&scan, ',', 0);
                        scan.version = version;
                        ck_assert_int_eq(tamis_scan_run(&scan, &chunk, n, true, &err), TAMIS_SCAN_ALL);
                        ck_assert_uint_eq(chunk.records, 1);
                        ck_assert_uint_eq(chunk.cells, n - at);
                        ck_assert_uint_eq(chunk.ends[0], at + 1);
                        ck_assert_uint_eq(chunk.ends[chunk.cells - 1], n);
                        tamis_chunk_done(&chunk);
                        free(text);
                }
}
END_TEST

/* every version counts as many lines as there are LF, CR and CRLF */
START_TEST(lines_are_counted_alike) {
        const tamis_scan_version *version;
        char text[9000];

        srand(11);
        for (int round = 0; round < 300; round++) {
                size_t n = (size_t) rand() % sizeof text;
                uint64_t want = 0;

                for (size_t i = 0; i < n; i++)
                        text[i] = round % 2 ? "\r\nab"[rand() % 4] : "\n\r"[rand() % 2];
                for (size_t i = 0; i < n; i++) {
                        if (text[i] == '\r')
                                want++;
                        else if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
                                want++;
                }
                ck_assert_uint_eq(tamis_scan_lines(text, n), want);
                for (size_t v = 0; (version = tamis_scan_version_at(v)); v++)
                        ck_assert_uint_eq(version->lines(text, n), want);
        }
}
END_TEST

/* -- record by record ------------------------------------------------------------------------------------------------ */

/* (record, whether the source ends there, verdict, cells or the place of the fault) */
static const struct { const char *text; bool final; int verdict; size_t number; } records[] = {
        { "a,b\nc",        false, TAMIS_RECORD_WHOLE,    2 },
        { "a,b",           true,  TAMIS_RECORD_WHOLE,    2 },
        { "a,b",           false, TAMIS_RECORD_OPEN,     0 },
        { "a,\n",          false, TAMIS_RECORD_WHOLE,    2 },
        { ",",             true,  TAMIS_RECORD_WHOLE,    2 },
        { "\"\"\r",        false, TAMIS_RECORD_WHOLE,    1 },
        { "\"a\nb\",c\r\n", false, TAMIS_RECORD_WHOLE,   2 },
        { "\"a\"\"b\"\n",  false, TAMIS_RECORD_WHOLE,    1 },
        { "\"\"\"\"",      true,  TAMIS_RECORD_WHOLE,    1 },
        { "\"a\"",         false, TAMIS_RECORD_OPEN,     0 },
        { " \"a\"\n",      false, TAMIS_RECORD_INNER,    1 },
        { "x,a\"b\n",      false, TAMIS_RECORD_INNER,    3 },
        { "\"a\" ,b\n",    false, TAMIS_RECORD_BEHIND,   3 },
        { "x,\"a\"b\"\n",  false, TAMIS_RECORD_BEHIND,   5 },
        { "x,\"a\nb\n",    true,  TAMIS_RECORD_UNCLOSED, 2 },
        { "x,\"a\nb\n",    false, TAMIS_RECORD_OPEN,     0 },
        { "x,\"a\"\"",     true,  TAMIS_RECORD_UNCLOSED, 2 },
        { "\"",            true,  TAMIS_RECORD_UNCLOSED, 0 },
};

START_TEST(records_are_found_and_libcsv_agrees) {
        size_t n = strlen(records[_i].text);
        tamis_record_found found;
        tamis_error err;
        int verdict = tamis_record_find(records[_i].text, n, records[_i].final, ',', &found);

        ck_assert_int_eq(verdict, records[_i].verdict);
        if (verdict == TAMIS_RECORD_OPEN)
                return;
        ck_assert_uint_eq(verdict == TAMIS_RECORD_WHOLE ? found.cells : found.at, records[_i].number);
        ck_assert_int_eq(tamis_record_judge(records[_i].text, n, ',', verdict, &found, &err), 0);
}
END_TEST

/* a verdict that is not libcsv's is found out */
START_TEST(libcsv_contradicts_a_wrong_verdict) {
        tamis_record_found two = { .end = 3, .next = 3, .cells = 2 }, three = { .end = 3, .next = 3, .cells = 3 };
        tamis_record_found fault = { .at = 1 }, sound = { .end = 4, .next = 4, .cells = 1 };
        tamis_error err;

        ck_assert_int_eq(tamis_record_judge("a,b", 3, ',', TAMIS_RECORD_WHOLE, &two, &err), 0);
        ck_assert_int_eq(tamis_record_judge("a,b", 3, ',', TAMIS_RECORD_WHOLE, &three, &err), TAMIS_BAD_DATA);
        ck_assert_int_eq(tamis_record_judge("a,b", 3, ',', TAMIS_RECORD_INNER, &fault, &err), TAMIS_BAD_DATA);
        ck_assert_int_eq(tamis_record_judge("a\"bc", 4, ',', TAMIS_RECORD_INNER, &fault, &err), 0);
        ck_assert_int_eq(tamis_record_judge("a\"bc", 4, ',', TAMIS_RECORD_WHOLE, &sound, &err), TAMIS_BAD_DATA);
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("scan");
        Suite *suite = suite_create("scan");
        SRunner *runner = srunner_create(suite);
        int failed;

        tcase_set_timeout(tc, 0);
        tcase_add_test(tc, all_versions_agree_with_the_state_machine);
        tcase_add_test(tc, a_record_longer_than_a_go_is_read_in_one_piece);
        tcase_add_test(tc, lines_are_counted_alike);
        tcase_add_loop_test(tc, records_are_found_and_libcsv_agrees, 0, sizeof records / sizeof *records);
        tcase_add_test(tc, libcsv_contradicts_a_wrong_verdict);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
