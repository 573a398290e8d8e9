#!/usr/bin/env python3
"""Writes number_table.h: the powers of ten that reading and printing numbers multiply by.

    src/csv/number_table.py > src/csv/number_table.h
    src/csv/number_table.py print > src/csv/number_print_table.h

10^q = 1.f * 2^p: the table holds the upper 128 bits of 1.f, rounded down, for every q a double can meet: from -342,
where nineteen digits times 10^q round to 0, to 324, by which the smallest subnormal is scaled to be printed.

The second table is by the exponent field of a double, for the fast way of printing: of the doubles m * 2^q with that
field, 2^q / 10^(k+1), where 10^k <= 2^q < 10^(k+1), times 2^128, rounded down. For 0 (subnormals) and 2047 it holds 0.
"""

from fractions import Fraction
import sys

LEAST, GREATEST, BITS = -342, 324, 128


def significand(q):
    """The 128 leading bits of 10^q, and whether they are all of it."""
    top, bottom = (10**q, 1) if q >= 0 else (1, 10**-q)
    shift = BITS - top.bit_length() + bottom.bit_length()
    if shift >= 0:
        value, rest = divmod(top << shift, bottom)
    else:
        value, rest = divmod(top, bottom << -shift)
    # the quotient of a b-bit number and a c-bit one has b - c or b - c + 1 bits: one too many at most
    if value >> BITS:
        rest = rest or value & 1
        value >>= 1
    assert value.bit_length() == BITS
    return value, not rest


def main():
    exact = [q for q in range(LEAST, GREATEST + 1) if significand(q)[1]]
    assert exact == list(range(exact[0], exact[-1] + 1)) and exact[0] == 0
    print("/* Made by number_table.py, which says what this is: do not edit. */")
    print("enum { TEN_LEAST = %d, TEN_GREATEST = %d, TEN_EXACT = %d /* 10^0 .. 10^TEN_EXACT are exact */ };"
          % (LEAST, GREATEST, exact[-1]))
    print()
    print("static const struct { uint64_t high, low; } ten[] = {")
    for q in range(LEAST, GREATEST + 1):
        value = significand(q)[0]
        # who needs it rounded up adds 1 to the lower word: that must not carry
        assert value & (2**64 - 1) != 2**64 - 1
        print("        { 0x%016x, 0x%016x }, /* %d */" % (value >> 64, value & (2**64 - 1), q))
    print("};")


def main_print():
    print("/* Made by number_table.py, which says what this is: do not edit. */")
    print("static const struct { uint64_t high, low; } units[2048] = {")
    k = -340
    for field in range(1, 2047):
        two = Fraction(2) ** (field - 1075)
        while Fraction(10) ** (k + 1) <= two:
            k += 1
        value = int(two / Fraction(10) ** (k + 1) * 2**128)
        assert Fraction(1, 10) <= Fraction(value + 1, 2**128) and value < 2**128
        print("        [%d] = { 0x%016x, 0x%016x }," % (field, value >> 64, value & (2**64 - 1)))
    print("};")


if sys.argv[1:] == ["print"]:
    main_print()
else:
    main()
