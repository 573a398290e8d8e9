# p.awk: two columns behind the others of a CSV with `difference` and
# `std_error`: z, and the two-sided p value of a normal z.
#
# Complementary error function as in Numerical Recipes, off by 1.2e-7 of its
# value at most.
function p(z,   x, t) {
        x = (z < 0 ? -z : z) / sqrt(2)
        t = 1 / (1 + x / 2)
        return t * exp(-x * x - 1.26551223 + t * (1.00002368 + t * (0.37409196 \
                + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 + t * \
                (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * \
                0.17087277)))))))))
}
BEGIN { FS = OFS = "," }
NR == 1 {
        for (i = 1; i <= NF; i++)
                at[$i] = i
        print $0, "z", "p"
        next
}
{
        z = $at["difference"] / $at["std_error"]
        printf "%s,%.4f,%.6g\n", $0, z, p(z)
}
