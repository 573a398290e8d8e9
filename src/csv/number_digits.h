/* number_digits.h (private): whole numbers to text, eight digits at once.
 *
 * In a header, so that both who print the shortest digits (number_print.c) and who print a given number of them
 * (number_fixed.c) have it within their own code: there is a call of it for every number.
 */
#ifndef TAMIS_CSV_NUMBER_DIGITS_H
#define TAMIS_CSV_NUMBER_DIGITS_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ZEROS UINT64_C(0x3030303030303030)

/* The eight digits of n < 10^8 as bytes 0..9, the first in the lowest: halves, quarters, all at once. */
static inline uint64_t eight_bytes(uint32_t n) {
        uint64_t v = n / 10000 | (uint64_t) (n % 10000) << 32, hundreds, tens;

        hundreds = (v * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
        v = hundreds | (v - hundreds * 100) << 16;
        tens = (v * 103 >> 10) & UINT64_C(0x000f000f000f000f);
        return tens | (v - tens * 10) << 8;
}

/* Writes as many as 24 bytes. Not `inline`: the compiler would unroll the call of itself, for nothing. */
static size_t put_integer(char *out, uint64_t n) {
        size_t digits = 0;
        uint64_t v;
        int zeros;

        if (n >= 100000000) {
                digits = put_integer(out, n / 100000000);
                n %= 100000000;
        }
        v = eight_bytes((uint32_t) n);
        zeros = digits ? 0 : __builtin_ctzll(v | UINT64_C(1) << 56) / 8;        /* one zero stays */
        v = htole64((v | ZEROS) >> 8 * zeros);
        memcpy(out + digits, &v, 8);
        return digits + 8 - (size_t) zeros;
}

#endif
