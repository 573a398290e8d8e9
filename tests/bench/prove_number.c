/* prove_number: hold tamis_number_print and tamis_number_parse to printf and strtod of the C library, and time them.
 *
 *     prove-number [PATTERNS [SEED]]          default: 1000000 1
 *
 * For each random double: the printed text reads back to it, by strtod and by us; no text with fewer digits does; and
 * of those with as many digits none that reads back is nearer. Also, digits behind the shortest ones, and decimals in
 * the middle of two doubles, parse as strtod says. Exit 1 and a line for what is not so.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <tamis/number.h>
#include <tamis/random.h>

static uint64_t bits_of(double x) {
        uint64_t bits;

        memcpy(&bits, &x, sizeof bits);
        return bits;
}

static double double_of(uint64_t bits) {
        double x;

        memcpy(&x, &bits, sizeof x);
        return x;
}

/* -- what is proven ------------------------------------------------------------------------------------------------ */

static int parses_as_strtod(const char *text) {
        double want = strtod(text, NULL), got = 0;
        bool is = tamis_number_parse(tamis_slice_of(text), &got);

        if (is == isfinite(want) && (!is || bits_of(got) == bits_of(want)))
                return 0;
        printf("parse \"%s\": %s %.17g, strtod %.17g\n", text, is ? "" : "refused,", got, want);
        return 1;
}

/* The digits of a printed number as an integer without zeros at its end, and the exponent to it. */
static uint64_t significant(const char *text, int *digits, int *exponent) {
        uint64_t d = 0;
        int zeros = 0, behind = 0;
        bool point = false;

        *digits = 0;
        *exponent = 0;
        for (; *text && *text != 'e'; text++) {
                if (*text == '.')
                        point = true;
                if (*text < '0' || *text > '9')
                        continue;
                behind += point;
                zeros++;
                if (*text == '0')
                        continue;
                *digits = d ? *digits + zeros : 1;
                for (; zeros; zeros--)
                        d *= 10;
                d += (uint64_t) (*text - '0');
        }
        if (*text == 'e')
                *exponent = atoi(text + 1);
        *exponent += zeros - behind;
        return d;
}

/* x correctly rounded to `digits` digits, and `step` units of the last one further, as d * 10^exponent. */
static bool reads_back(double x, int digits, int step, uint64_t *d, int *exponent) {
        char text[64];
        int point;

        snprintf(text, sizeof text, "%.*e", digits - 1, x);
        *d = (uint64_t) (text[0] - '0');
        for (point = 1; text[point] != 'e'; point++)
                if (text[point] != '.')
                        *d = 10 * *d + (uint64_t) (text[point] - '0');
        *d += (uint64_t) step;
        *exponent = atoi(text + point + 1) - (digits - 1);
        snprintf(text, sizeof text, "%llue%d", (unsigned long long) *d, *exponent);
        return strtod(text, NULL) == x;
}

static int prints_shortest(double x, const char *text) {
        uint64_t d, other;
        int digits, exponent, e;

        x = fabs(x);
        if (x == 0)
                return 0;
        d = significant(text, &digits, &exponent);
        for (int step = -1; digits > 1 && step <= 1; step++) {
                if (reads_back(x, digits - 1, step, &other, &e)) {
                        printf("print %a: \"%s\", but %llue%d is shorter\n", x, text, (unsigned long long) other, e);
                        return 1;
                }
        }
        if (reads_back(x, digits, 0, &other, &e) && (other != d || e != exponent)) {
                /* 9.5 rounds to 10: one digit less after all */
                for (; other % 10 == 0; other /= 10)
                        e++;
                if (other != d || e != exponent) {
                        printf("print %a: \"%s\", but %llue%d is nearer\n", x, text, (unsigned long long) other, e);
                        return 1;
                }
        }
        return 0;
}

/* Texts near x that are harder than what we print: all seventeen digits, twenty-one, and the exact middle between x and
 * the next double, as it is, a little less and a little more. */
static int parses_hard(double x) {
        char text[1200];
        int wrong, length;

        snprintf(text, sizeof text, "%.16e", x);
        wrong = parses_as_strtod(text);
        snprintf(text, sizeof text, "%.20e", x);
        wrong += parses_as_strtod(text);
        if (fabs(x) > 1e-30 && fabs(x) < 1e30) {
                long double middle = ((long double) x + (long double) nextafter(x, INFINITY)) / 2;

                length = snprintf(text, sizeof text, "%.200Lf", middle);
                wrong += parses_as_strtod(text);
                memcpy(text + length, "0000000000001", 14);
                wrong += parses_as_strtod(text);
                snprintf(text, sizeof text, "%.18Le", middle);
                wrong += parses_as_strtod(text);
        }
        return wrong;
}

static int prove(double x, bool hard) {
        char text[TAMIS_NUMBER_MAX + 1];
        double back;
        size_t n;

        if (!isfinite(x))
                return 0;
        n = tamis_number_print(x, text);
        text[n] = '\0';
        if (bits_of(strtod(text, NULL)) != bits_of(x)) {
                printf("print %a: \"%s\" reads back as another\n", x, text);
                return 1;
        }
        if (!tamis_number_parse((tamis_slice) { text, n }, &back) || bits_of(back) != bits_of(x)) {
                printf("parse \"%s\": not %a\n", text, x);
                return 1;
        }
        return prints_shortest(x, text) + (hard ? parses_hard(x) : 0);
}

/* -- what is timed ------------------------------------------------------------------------------------------------- */

enum { BATCH = 4096, ROUNDS = 500 };

static double random_bits(tamis_stream *s) {
        double x;

        do
                x = double_of(tamis_stream_bits(s));
        while (!isfinite(x));
        return x;
}

static double unit(tamis_stream *s) {
        return tamis_stream_uniform(s);
}

static double price(tamis_stream *s) {
        return (double) tamis_stream_below(s, 1000000) / 100;
}

static double measured(tamis_stream *s) {
        return (double) tamis_stream_below(s, 1000000000) / 1e6;
}

static double small_integer(tamis_stream *s) {
        return (double) tamis_stream_below(s, 10000);
}

static const struct { const char *name; double (*draw)(tamis_stream *s); } kinds[] = {
        { "random bits", random_bits }, { "uniform in [0, 1)", unit },  { "prices, 0.00 to 9999.99", price },
        { "0 to 999.999999", measured }, { "integers to 9999", small_integer },
};

static double now(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}

/* The least of several rounds: what the machine can do when nobody else is at it. */
static void measure(const char *name, double (*draw)(tamis_stream *s), uint64_t seed) {
        static double values[BATCH];
        static char texts[BATCH][TAMIS_NUMBER_MAX];
        static size_t lengths[BATCH];
        double print = INFINITY, parse = INFINITY, t0, t1, t2, value, sum = 0;
        size_t bytes = 0;
        tamis_stream s;

        tamis_stream_init(&s, seed, name, 0, 0);
        for (int i = 0; i < BATCH; i++)
                values[i] = draw(&s);
        for (int round = 0; round < ROUNDS; round++) {
                t0 = now();
                for (int i = 0; i < BATCH; i++)
                        lengths[i] = tamis_number_print(values[i], texts[i]);
                t1 = now();
                for (int i = 0; i < BATCH; i++)
                        if (tamis_number_parse((tamis_slice) { texts[i], lengths[i] }, &value))
                                sum += value;
                t2 = now();
                print = fmin(print, (t1 - t0) / BATCH);
                parse = fmin(parse, (t2 - t1) / BATCH);
        }
        for (int i = 0; i < BATCH; i++)
                bytes += lengths[i];
        printf("%-24s %5.1f bytes: print %5.1f ns, parse %5.1f ns%s\n", name, (double) bytes / BATCH, print, parse,
               sum == 0.5 ? " " : "");
}

int main(int argc, char **argv) {
        uint64_t patterns = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
        uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1, wrong = 0;
        tamis_stream s;

        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
                measure(kinds[i].name, kinds[i].draw, seed);

        tamis_stream_init(&s, seed, "prove", 0, 0);
        for (uint64_t i = 0; i < patterns && wrong < 20; i++) {
                size_t kind = i % 8 < sizeof kinds / sizeof *kinds ? i % 8 : 0;

                wrong += (uint64_t) prove(kinds[kind].draw(&s), i % 16 == 0);
        }
        for (uint64_t field = 0; field < 0x7ff && wrong < 20; field++) {
                for (int step = -2; step <= 2; step++)          /* about each power of two */
                        wrong += (uint64_t) prove(fabs(double_of((field << 52) + (uint64_t) step)), true);
                wrong += (uint64_t) prove(double_of(field < 52 ? UINT64_C(1) << field : field), true);  /* subnormals */
        }
        printf("%llu patterns from seed %llu: %s\n", (unsigned long long) patterns, (unsigned long long) seed,
               wrong ? "WRONG" : "all right");
        return wrong != 0;
}
