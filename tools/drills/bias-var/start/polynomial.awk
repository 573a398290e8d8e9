# polynomial.awk: columns t1 .. td behind the others, polynomials of the
# column x of a CSV up to degree d (-v d=3), for x from -1 to 1.
#
# They are Chebyshev's: a linear model of t1 .. td is a polynomial of degree d
# as one of x, x^2 .. x^d is, without powers that are nearly the same.
BEGIN { FS = OFS = "," }
NR == 1 {
        for (i = 1; i <= NF; i++)
                if ($i == "x")
                        at = i
        for (k = 1; k <= d; k++)
                $0 = $0 ",t" k
        print
        next
}
{
        x = $at
        a = 1
        b = x
        for (k = 1; k <= d; k++) {
                $0 = $0 sprintf(",%.10g", b)
                c = 2 * x * b - a
                a = b
                b = c
        }
        print
}
