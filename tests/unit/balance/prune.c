/* Small tables by hand; the rules that hang on an order beside themselves done one row after the other; and what cannot be a
 * table at all. */
#include "balance/prune.h"
#include "helper.h"

/* The first cells of what goes out, one behind the other: "1 2 5". The caller frees it. */
static char *first_cells(const char *out) {
        char *cells = calloc(strlen(out) + 2, 1), *at = cells;

        for (const char *line = out; *line; line = strchr(line, '\n') + 1) {
                size_t n = strcspn(line, ",\n");

                memcpy(at, line, n);
                at += n;
                *at++ = ' ';
        }
        if (at > cells)
                at[-1] = 0;
        return cells;
}

/* A number x and a class y: the x of the rows that stay. */
static const struct { const char *strategy, *option, *value, *rows, *want; } cases[] = {
        /* 2 and 3 are each other's nearest, and 9 and 8.5; the a of each pair goes; 5 has no partner */
        { "tomek", NULL, NULL, "0,a\n0.5,a\n2,a\n3,b\n5,a\n8.5,b\n9,a\n", "0 0.5 3 5 8.5" },
        { "tomek", "only", "b", "0,a\n0.5,a\n2,a\n3,b\n5,a\n8.5,b\n9,a\n", "0 0.5 2 5 9" },
        { "tomek", "only", "*", "0,a\n0.5,a\n2,a\n3,b\n5,a\n8.5,b\n9,a\n", "0 0.5 5" },
        /* a twin is a neighbour: the two 1s and the two 4s point at each other, so 4 and 4.5 are no link */
        { "tomek", NULL, NULL, "1,a\n1,a\n4,a\n4,a\n4.5,b\n", "1 1 4 4 4.5" },
        /* the nearest of a 3 is 3.5, a b; of 1, 1.2 */
        { "enn", "neighbors", "1", "1,a\n1.2,a\n3,a\n3.5,b\n9,a\n9.1,a\n", "1 1.2 3.5 9 9.1" },
        /* the 3 nearest of 3 are 3.5 (b), 1.2 and 1: most are a */
        { "enn", "kind", "mode", "1,a\n1.2,a\n3,a\n3.5,b\n9,a\n9.1,a\n", "1 1.2 3 3.5 9 9.1" },
        /* any: 1, 1.2, 3 see 3.5 among their three; 9.1 and 9 see 9.3, 8.9, and 3.5 is the fourth */
        { "enn", NULL, NULL, "1,a\n1.2,a\n3,a\n3.5,b\n8.9,a\n9,a\n9.1,a\n9.3,a\n", "3.5 8.9 9 9.1 9.3" },
        /* the smallest class is 10 and 11: means of distances to both: 8.5, 9.5, 3.5, .7 and 1.5 */
        { "nearmiss1", "neighbors", "2", "2,a\n1,a\n7,a\n9.8,a\n12,a\n10,b\n11,b\n", "9.8 12 10 11" },
        { "nearmiss2", "neighbors", "1", "2,a\n1,a\n7,a\n9.8,a\n12.1,a\n10,b\n11,b\n", "9.8 12.1 10 11" },
        /* the nearest two of 10 are 9.8 and 8.9, of 11 they are 9.8 and 12.5; sums of distances: 3.2, 1.4, 4 */
        { "nearmiss3", "neighbors", "2", "2,a\n1,a\n8.9,a\n9.8,a\n12.5,a\n10,b\n11,b\n", "8.9 12.5 10 11" },
        /* two neighbours of 5 are b, one of 4 and of 6, none of the others */
        { "iht", "neighbors", "2", "1,a\n1.1,a\n1.2,a\n4.9,b\n5,a\n5.1,b\n5.2,b\n", "1 1.1 1.2 4.9 5.1 5.2" },
        /* three heaps, and of each the row in its middle */
        { "centroids", NULL, NULL, "0,a\n1,a\n2.1,a\n50,b\n100,a\n101,a\n102.1,a\n51,b\n200,a\n201.1,a\n202,a\n52,b\n",
          "1 50 101 51 201.1 52" },
        /* 2 goes in the first round; in the second 2.4 is one of the two nearest of 1 */
        { "allknn", NULL, NULL, "1,a\n2,a\n2.4,b\n20,a\n20.1,a\n20.2,a\n20.3,a\n", "2.4 20 20.1 20.2 20.3" },
};

START_TEST(by_hand) {
        struct lesson l;
        int r = lesson_begin(&l, &tamis_step_prune, "x,y", cases[_i].rows, 3, "target", "y", "metric", "raw",
                             "strategy", cases[_i].strategy, cases[_i].option, cases[_i].value, NULL);
        char *out, *got;

        ck_assert_msg(r == 0, "%s", l.err.message);
        out = lesson_output(&l, cases[_i].rows);
        got = first_cells(out);
        ck_assert_str_eq(got, cases[_i].want);
        free(got);
        free(out);
        lesson_done(&l);
}
END_TEST

/* -- one row after the other ---------------------------------------------------------------------------------------- */

/* 3000 rows of three classes, the third the smallest; two numbers, and a category whose mismatch counts .3. */
static tamis_pruning make(const tamis_context *context, bool ties) {
        static const uint64_t counts[3] = { 1900, 800, 300 };
        tamis_pruning p = {
                .n = 3000, .d = 2, .c = 1, .mismatch = .3, .n_classes = 3, .smallest = 2, .counts = counts, .k = 3,
                .context = context,
                .numbers = calloc(6000, sizeof(double)), .codes = calloc(3000, sizeof(uint32_t)),
                .class = calloc(3000, sizeof(uint32_t)), .row = calloc(3000, sizeof(uint32_t)),
                .touched = calloc(3, sizeof(bool)), .sizes = calloc(3, sizeof(uint64_t)), .goes = calloc(3000, 1),
        };
        tamis_stream s;

        tamis_stream_init(&s, 8, "test", ties, 0);
        for (size_t i = 0; i < p.n; i++) {
                p.class[i] = i % 30 < 19 ? 0 : i % 30 < 27 ? 1 : 2;
                for (size_t j = 0; j < 2; j++)
                        p.numbers[i * 2 + j] = ties ? (double) tamis_stream_below(&s, 12)
                                : .4 * p.class[i] * (double) j + tamis_stream_uniform(&s);
                p.codes[i] = (uint32_t) tamis_stream_below(&s, 3);
        }
        p.touched[0] = p.touched[1] = true;
        return p;
}

static void unmake(tamis_pruning *p) {
        free(p->numbers);
        free(p->codes);
        free(p->class);
        free(p->row);
        free(p->touched);
        free(p->sizes);
        free(p->goes);
}

/* The class of the nearest row of `held`; of rows equally far the first. */
static uint32_t class_of(const tamis_pruning *p, size_t row, const uint8_t *held) {
        double least = INFINITY;
        uint32_t class = UINT32_MAX;

        for (size_t i = 0; i < p->n; i++) {
                double square = 0;

                if (!held[i])
                        continue;
                for (size_t j = 0; j < 2; j++) {
                        double gap = p->numbers[i * 2 + j] - p->numbers[row * 2 + j];

                        square += gap * gap;
                }
                square += p->codes[i] != p->codes[row] ? .3 : 0;
                if (square < least) {
                        least = square;
                        class = p->class[i];
                }
        }
        return class;
}

START_TEST(condensing_is_one_row_after_the_other) {
        tamis_context context = { 0 };
        tamis_error err = { 0 };
        tamis_pruning p = make(&context, _i);

        ck_assert_int_eq(tamis_pool_new(2, &context.pool, &err), 0);
        ck_assert_int_eq(tamis_pruner_cnn.decide(&p, &err), 0);
        for (uint32_t class = 0; class < 2; class++) {
                uint8_t held[3000] = { 0 };
                size_t n = 0;
                bool first = true;

                for (size_t i = 0; i < p.n; i++)
                        held[i] = p.class[i] == 2;
                for (size_t i = 0; i < p.n; i++)
                        if (p.class[i] == class && (first || class_of(&p, i, held) != class)) {
                                held[i] = true;
                                first = false;
                        }
                for (size_t i = 0; i < p.n; i++)
                        if (p.class[i] == class) {
                                ck_assert_uint_eq(p.goes[i], !held[i]);
                                n += held[i];
                        }
                ck_assert(n > 10 && n < p.counts[class]);
        }
        for (size_t i = 0; i < p.n; i++)
                ck_assert(p.class[i] != 2 || !p.goes[i]);
        tamis_pool_free(context.pool);
        unmake(&p);
}
END_TEST

/* The first row of each class stands for it; then Tomek links among what is left, by looking at all pairs. */
START_TEST(one_side_is_selected) {
        tamis_context context = { 0 };
        tamis_error err = { 0 };
        tamis_pruning p = make(&context, false);
        uint8_t kept[3000] = { 0 };
        uint32_t near[3000];

        ck_assert_int_eq(tamis_pool_new(2, &context.pool, &err), 0);
        ck_assert_int_eq(tamis_pruner_oss.decide(&p, &err), 0);
        for (uint32_t class = 0; class < 3; class++) {
                uint8_t held[3000];
                size_t first = 0;

                while (p.class[first] != class)
                        first++;
                for (size_t i = 0; i < p.n; i++)
                        held[i] = p.class[i] == 2 || i == first;
                for (size_t i = 0; i < p.n; i++)
                        if (p.class[i] == class)
                                kept[i] = class == 2 || i == first || class_of(&p, i, held) != class;
        }
        for (size_t i = 0; i < p.n; i++) {
                double least = INFINITY;

                near[i] = UINT32_MAX;
                for (size_t j = 0; kept[i] && j < p.n; j++)
                        if (j != i && kept[j] && tamis_prune_square(&p, i, j) < least) {
                                least = tamis_prune_square(&p, i, j);
                                near[i] = (uint32_t) j;
                        }
        }
        for (size_t i = 0; i < p.n; i++) {
                bool link = kept[i] && near[near[i]] == i && p.class[near[i]] != p.class[i];

                ck_assert_uint_eq(p.goes[i], !kept[i] || (link && p.class[i] != 2));
        }
        tamis_pool_free(context.pool);
        unmake(&p);
}
END_TEST

/* -- one row after the other, with ties: every strategy of rounds and neighbours --------------------------------------- */

/* Rows by (distance, place in the table), the plainest way. */
static void sort_near(const tamis_pruning *p, size_t row, const uint8_t *goes, size_t k, uint32_t *near) {
        double squares[16];
        size_t n = 0;

        for (size_t i = 0; i < p->n; i++) {
                double square = tamis_prune_square(p, row, i);
                size_t at = n < k ? n : k - 1;

                if (i == row || goes[i] || (n == k && square >= squares[k - 1]))
                        continue;
                for (; at > 0 && squares[at - 1] > square; at--) {
                        squares[at] = squares[at - 1];
                        near[at] = near[at - 1];
                }
                squares[at] = square;
                near[at] = (uint32_t) i;
                n += n < k;
        }
        for (; n < k; n++)
                near[n] = TAMIS_NO_NEIGHBOR;
}

static bool disliked(const tamis_pruning *p, size_t row, const uint8_t *goes, size_t k) {
        uint32_t near[16], votes[3] = { 0 };
        bool any = false;

        sort_near(p, row, goes, k, near);
        for (size_t j = 0; j < k; j++) {
                any |= p->class[near[j]] != p->class[row];
                votes[p->class[near[j]]]++;
        }
        if (!p->mode)
                return any;
        for (uint32_t class = 0; class < 3; class++)
                if (votes[class] > votes[p->class[row]] ||
                    (votes[class] == votes[p->class[row]] && class < p->class[row]))
                        return true;
        return false;
}

/* Ties everywhere. k = 1, 2, 3 is allknn; the same k again and again renn. */
START_TEST(rounds_are_what_they_say) {
        const tamis_pruner *const pruners[] = { &tamis_pruner_enn, &tamis_pruner_renn, &tamis_pruner_allknn };
        const tamis_pruner *pruner = pruners[_i / 4];
        tamis_context context = { 0 };
        tamis_error err = { 0 };
        tamis_pruning p = make(&context, _i % 2);
        uint8_t *goes = calloc(p.n, 1), *next = calloc(p.n, 1);
        bool changed = true, enough = false;

        p.mode = _i / 2 % 2;
        ck_assert_int_eq(tamis_pool_new(2, &context.pool, &err), 0);
        ck_assert_int_eq(pruner->decide(&p, &err), 0);
        for (size_t round = 1; changed && !enough && (pruner == &tamis_pruner_renn || round <= (_i / 4 ? 3 : 1));
             round++) {
                uint64_t left[3] = { 0 };

                changed = pruner != &tamis_pruner_renn;
                for (size_t i = 0; i < p.n; i++) {
                        next[i] = goes[i] || (p.class[i] != 2 && disliked(&p, i, goes, _i / 4 == 2 ? round : 3));
                        changed |= next[i] != goes[i];
                        left[p.class[i]] += !next[i];
                }
                memcpy(goes, next, p.n);
                enough = left[0] < 300 || left[1] < 300;
        }
        ck_assert_mem_eq(p.goes, goes, p.n);
        free(goes);
        free(next);
        tamis_pool_free(context.pool);
        unmake(&p);
}
END_TEST

/* -- what is hardly a table ------------------------------------------------------------------------------------------ */

static const char *const strategies[] = {
        "allknn", "centroids", "cnn", "enn", "iht", "ncr", "nearmiss1", "nearmiss2", "nearmiss3", "oss", "renn", "tomek",
};
enum { N_STRATEGIES = sizeof strategies / sizeof *strategies };

/* 200 classes, of 1 to 5 rows, but for the last; a constant column, a category, and rows that are the same. */
static char *odd_rows(void) {
        tamis_buffer out = { 0 };
        tamis_error err;

        for (int class = 0; class < 200; class++)
                for (int i = 0; i < (class == 199 ? 30 : 1 + class % 5); i++)
                        ck_assert_int_eq(tamis_buffer_addf(&out, &err, "%d,7,%c,c%d\n", class / 2 * 3 % 50,
                                                           "pq"[class % 2], class),
                                         0);
        ck_assert_int_eq(tamis_buffer_add(&out, "", 1, &err), 0);
        return out.p;
}

/* However the rows are cut; and -k beyond every class. The smallest class, c0, is whole, and nothing else is asked of it. */
START_TEST(odd_tables_are_taken) {
        char *rows = odd_rows(), *out[2];

        for (int i = 0; i < 2; i++) {
                bool k = strcmp(strategies[_i], "tomek") != 0 && strcmp(strategies[_i], "cnn") != 0
                        && strcmp(strategies[_i], "oss") != 0 && strcmp(strategies[_i], "centroids") != 0;
                struct lesson l;
                int r = lesson_begin(&l, &tamis_step_prune, "x,same,city,y", rows, i ? 7 : 1000, "target", "y",
                                     "strategy", strategies[_i], k ? "neighbors" : NULL, "2000", NULL);

                ck_assert_msg(r == 0, "%s", l.err.message);
                out[i] = lesson_output(&l, rows);
                ck_assert_ptr_nonnull(strstr(out[i], ",c0\n"));
                lesson_done(&l);
        }
        ck_assert_str_eq(out[0], out[1]);
        free(out[0]);
        free(out[1]);
        free(rows);
}
END_TEST

START_TEST(one_class_is_an_error) {
        struct lesson l;
        int r = lesson_begin(&l, &tamis_step_prune, "x,y", "1,a\n2,a\n", 9, "target", "y", "strategy", strategies[_i],
                             NULL);

        ck_assert_int_eq(r, TAMIS_BAD_DATA);
        ck_assert_ptr_nonnull(strstr(l.err.message, "one class only, \"a\""));
        lesson_done(&l);
}
END_TEST

/* A row of each class: the smallest is the first by text, and the other is all there is to compare with. */
START_TEST(two_rows) {
        struct lesson l;
        int r = lesson_begin(&l, &tamis_step_prune, "x,y", "1,b\n2,a\n", 9, "target", "y", "strategy", strategies[_i],
                             NULL);
        char *out;

        ck_assert_msg(r == 0, "%s", l.err.message);
        out = lesson_output(&l, "1,b\n2,a\n");
        ck_assert_ptr_nonnull(strstr(out, "2,a"));
        free(out);
        lesson_done(&l);
}
END_TEST

static void fill(TCase *tcase) {
        tcase_add_loop_test(tcase, by_hand, 0, sizeof cases / sizeof *cases);
        tcase_add_loop_test(tcase, condensing_is_one_row_after_the_other, 0, 2);
        tcase_add_test(tcase, one_side_is_selected);
        tcase_add_loop_test(tcase, rounds_are_what_they_say, 0, 12);
        tcase_add_loop_test(tcase, odd_tables_are_taken, 0, N_STRATEGIES);
        tcase_add_loop_test(tcase, one_class_is_an_error, 0, N_STRATEGIES);
        tcase_add_loop_test(tcase, two_rows, 0, N_STRATEGIES);
}

int main(void) {
        return run_suite("prune", fill);
}
