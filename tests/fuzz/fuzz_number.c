/* fuzz_number: tamis_number_parse against the grammar of number.h, written out once more and slowly, and strtod; and,
 * of the same bytes taken as a double, printing and parsing it again.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <tamis/number.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t skip(const char *text, const char *set) {
        return strspn(text, set);
}

/* blanks [+-] (digits [. [digits]] | . digits) [(e|E) [+-] digits] blanks; what strtod is to read is at *number. */
static bool grammar(const char *text, size_t size, const char **number, int64_t *decimals, bool *padded) {
        const char *p = text, *digits = "0123456789";
        size_t whole, fraction = 0, exponent;
        bool negative;
        int64_t e;

        if (strlen(text) != size)
                return false;
        p += skip(p, " \t");
        *number = p;
        p += *p == '+' || *p == '-';
        whole = skip(p, digits);
        *padded = whole > 1 && *p == '0';
        p += whole;
        if (*p == '.') {
                fraction = skip(++p, digits);
                p += fraction;
        }
        if (whole + fraction == 0)
                return false;
        *decimals = (int64_t) fraction;
        if (*p == 'e' || *p == 'E') {
                p++;
                negative = *p == '-';
                p += *p == '+' || *p == '-';
                exponent = skip(p, digits);
                if (exponent == 0)
                        return false;
                e = strtoll(p, NULL, 10);       /* saturates */
                e = e < INT32_MAX ? e : INT32_MAX;
                *decimals += negative ? e : -e;
                p += exponent;
        }
        *decimals = *decimals < 0 ? 0 : *decimals < INT32_MAX ? *decimals : INT32_MAX;
        p += skip(p, " \t");
        return *p == '\0';
}

static void fail(const char *what, const char *text) {
        fprintf(stderr, "%s: \"%s\"\n", what, text);
        abort();
}

static void check_text(const uint8_t *data, size_t size) {
        char *text = malloc(size + 1), *bare = malloc(size ? size : 1);
        tamis_slice slice = { bare, size };
        double value = 17, want = 0;
        const char *number;
        int64_t decimals;
        bool is, padded;

        if (!text || !bare)
                abort();
        if (size) {
                memcpy(text, data, size);
                memcpy(bare, data, size);       /* ends where the memory ends */
        }
        text[size] = '\0';
        is = grammar(text, size, &number, &decimals, &padded);
        if (is)
                want = strtod(number, NULL);
        if (tamis_number_parse(slice, &value) != (is && isfinite(want)))
                fail(is ? "refused" : "taken for a number", text);
        if (is && isfinite(want) && (value != want || signbit(value) != signbit(want)))
                fail("another double than strtod's", text);
        if ((!is || !isfinite(want)) && value != 17)
                fail("an output without success", text);
        if (is && tamis_number_zero_padded(slice) != padded)
                fail("zero padding", text);
        if (is && tamis_number_decimals(slice) != decimals)
                fail("decimals", text);
        free(bare);
        free(text);
}

static void check_double(double x, int decimals) {
        char text[330 + 300], want[800];
        size_t n = tamis_number_print(x, text);
        double value;

        text[n] = '\0';
        if (!tamis_number_parse((tamis_slice) { text, n }, &value) || value != x || signbit(value) != signbit(x))
                fail("printed and parsed is another", text);
        if (strtod(text, NULL) != x)
                fail("printed reads back as another", text);

        n = tamis_number_print_fixed(x, decimals, text);
        text[n] = '\0';
        snprintf(want, sizeof want, "%.*f", decimals, x);
        if (strcmp(text, want) != 0 && !(want[0] == '-' && strcmp(text, want + 1) == 0 && strtod(want, NULL) == 0))
                fail("fixed", text);
        if (tamis_number_round(x, decimals) != strtod(want, NULL))
                fail("rounded", text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        check_text(data, size);
        if (size == 9) {
                double x;

                memcpy(&x, data, 8);
                if (isfinite(x))
                        check_double(x, data[8]);
        }
        return 0;
}
