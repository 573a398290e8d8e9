/* The neighbours that -s n finds, against a look at all pairs, with shares counted class by class. */
#include <tamis/random.h>

#include "balance/balance.h"
#include "balance/smote.h"
#include "helper.h"

enum { MOST_WIDTH = 9 };

/* rows, classes, columns, categories of each, neighbours */
static const struct { size_t n, classes, width, levels[MOST_WIDTH]; const char *k; } cases[] = {
        { 60,   3,  1, { 5 },                               "2"  },
        { 1500, 3,  6, { 20, 20, 20, 20, 20, 20 },          "5"  },
        { 1500, 3,  2, { 3, 4 },                            "5"  },        /* nearly all are alike */
        { 1500, 5,  3, { 40, 2, 1 },                        "17" },
        { 3000, 4,  2, { 2000, 10 },                        "3"  },        /* too many for a table of pairs */
        { 2500, 90, 9, { 3, 30, 5, 5, 9, 2, 2, 1500, 4 },   "4"  },
        { 400,  3,  4, { 4, 4, 4, 4 },                      "60" },
        { 900,  2,  3, { 6, 7, 30 },                        "5"  },
};

static char *table(size_t which) {
        tamis_buffer out = { 0 };
        tamis_stream s;
        tamis_error err;

        tamis_stream_init(&s, 11, "test", which, 0);
        for (size_t i = 0; i < cases[which].n; i++) {
                uint64_t class =
                        tamis_stream_below(&s, 10) < 4 ? 0 : 1 + tamis_stream_below(&s, cases[which].classes - 1);

                for (size_t j = 0; j < cases[which].width; j++) {
                        uint64_t level = tamis_stream_below(&s, cases[which].levels[j]);

                        if (tamis_stream_below(&s, 2))
                                level = (level / 3 + class) % cases[which].levels[j];
                        ck_assert_int_eq(tamis_buffer_addf(&out, &err, "v%llu,", (unsigned long long) level), 0);
                }
                ck_assert_int_eq(tamis_buffer_addf(&out, &err, "c%llu\n", (unsigned long long) class), 0);
        }
        ck_assert_int_eq(tamis_buffer_add(&out, "", 1, &err), 0);
        return out.p;
}

/* shares[j][level * classes + class], as multiples of 2^-24 */
static void count(const tamis_smote *s, double *shares[MOST_WIDTH]) {
        const tamis_texts *t = &s->rows.categories;
        size_t classes = s->labels.n_classes;

        for (size_t j = 0; j < t->width; j++) {
                shares[j] = calloc(t->dicts[j].n * classes, sizeof *shares[j]);
                for (size_t row = 0; row < s->labels.n; row++)
                        shares[j][t->codes[row * t->width + j] * classes + s->labels.codes[row]]++;
                for (size_t level = 0; level < t->dicts[j].n; level++) {
                        double sum = 0, *of = shares[j] + level * classes;

                        for (size_t i = 0; i < classes; i++)
                                sum += of[i];
                        for (size_t i = 0; i < classes; i++)
                                of[i] = nearbyint(of[i] / sum * 0x1p24) * 0x1p-24;
                }
        }
}

static double square(const tamis_smote *s, double *const shares[MOST_WIDTH], uint32_t a, uint32_t b) {
        const tamis_texts *t = &s->rows.categories;
        size_t classes = s->labels.n_classes;
        double whole = 0;

        for (size_t j = 0; j < t->width; j++) {
                const double *x = shares[j] + t->codes[a * t->width + j] * classes;
                const double *y = shares[j] + t->codes[b * t->width + j] * classes;
                double sum = 0;

                for (size_t i = 0; i < classes; i++)
                        sum += fabs(x[i] - y[i]);
                whole += sum * sum;
        }
        return whole;
}

static void check_class(const tamis_smote *s, const tamis_smote_class *c, double *const shares[MOST_WIDTH]) {
        double *squares = calloc(c->n, sizeof *squares);

        for (size_t place = 0; place < c->n; place++) {
                const uint32_t *got = c->neighbors + place * c->k;

                for (size_t i = 0; i < c->n; i++)
                        squares[i] = i == place ? INFINITY : square(s, shares, c->members[place], c->members[i]);
                for (size_t i = 0; i < c->k; i++) {
                        size_t best = 0;

                        for (size_t other = 1; other < c->n; other++)
                                if (squares[other] < squares[best])
                                        best = other;
                        ck_assert_uint_eq(got[i], isinf(squares[best]) ? TAMIS_NO_NEIGHBOR : (uint32_t) best);
                        squares[best] = INFINITY;
                }
        }
        free(squares);
}

START_TEST(neighbors_are_those_of_all_pairs) {
        char header[MOST_WIDTH * 4 + 2] = "", *rows = table((size_t) _i);
        double *shares[MOST_WIDTH] = { 0 };
        struct lesson l;
        const tamis_smote *s;
        size_t checked = 0;

        for (size_t j = 0; j < cases[_i].width; j++)
                snprintf(header + strlen(header), sizeof header - strlen(header), "k%zu,", j);
        strcat(header, "y");
        ck_assert_int_eq(lesson_begin(&l, &tamis_step_smote, header, rows, 100, "target", "y", "strategy", "n",
                                      "neighbors", cases[_i].k, "rare", "skip", NULL), 0);
        s = l.state;
        count(s, shares);
        for (size_t i = 0; i < s->labels.n_classes; i++)
                if (s->classes[i].neighbors) {
                        check_class(s, &s->classes[i], shares);
                        checked++;
                }
        ck_assert_uint_gt(checked, cases[_i].classes > 2 ? 1 : 0);
        for (size_t j = 0; j < MOST_WIDTH; j++)
                free(shares[j]);
        lesson_done(&l);
        free(rows);
}
END_TEST

static void fill(TCase *t) {
        tcase_add_loop_test(t, neighbors_are_those_of_all_pairs, 0, sizeof cases / sizeof *cases);
}

int main(void) {
        return run_suite("n", fill);
}
