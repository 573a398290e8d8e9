# fit.awk: linear regression (least squares) of one column on others.
#
#   awk -v y=score -v x=training,sleep -f fit.awk data.csv
#
# prints a line per term: term,estimate,std.error,imputation. Rows with an
# empty cell are left out, as most programs do. If there is a column
# _imputation, each of its values is fitted by itself.
BEGIN {
        FS = ","
        k = split(x, xs, ",") + 1
        term[1] = "intercept"
        for (i = 2; i <= k; i++) term[i] = xs[i - 1]
}
NR == 1 {
        sub(/\r$/, "")
        for (i = 1; i <= NF; i++) at[$i] = i
        print "term,estimate,std.error,imputation"
        next
}
{
        sub(/\r$/, "")
        if ($at[y] == "") next
        v[1] = 1
        for (i = 2; i <= k; i++) {
                if ($at[term[i]] == "") next
                v[i] = $at[term[i]]
        }
        g = ("_imputation" in at) ? $at["_imputation"] : 1
        if (!(g in n)) order[++groups] = g
        n[g]++
        yy[g] += $at[y] ^ 2
        for (i = 1; i <= k; i++) {
                xy[g, i] += v[i] * $at[y]
                for (j = 1; j <= k; j++) xx[g, i, j] += v[i] * v[j]
        }
}
END { for (o = 1; o <= groups; o++) fit(order[o]) }

function fit(g,    i, j, l, p, t, m, b, rss) {
        # [X'X | I] becomes [I | inverse] (Gauss and Jordan, with pivots)
        for (i = 1; i <= k; i++)
                for (j = 1; j <= k; j++) {
                        m[i, j] = xx[g, i, j]
                        m[i, k + j] = (i == j)
                }
        for (i = 1; i <= k; i++) {
                p = i
                for (l = i + 1; l <= k; l++)
                        if (m[l, i] ^ 2 > m[p, i] ^ 2) p = l
                if (m[p, i] == 0) {
                        print "fit.awk: a column is constant, or made of others"
                        exit 1
                }
                for (j = 1; j <= 2 * k; j++) {
                        t = m[i, j]; m[i, j] = m[p, j]; m[p, j] = t
                }
                t = m[i, i]
                for (j = 1; j <= 2 * k; j++) m[i, j] /= t
                for (l = 1; l <= k; l++) if (l != i) {
                        t = m[l, i]
                        for (j = 1; j <= 2 * k; j++) m[l, j] -= t * m[i, j]
                }
        }
        rss = yy[g]
        for (i = 1; i <= k; i++) {
                b[i] = 0
                for (j = 1; j <= k; j++) b[i] += m[i, k + j] * xy[g, j]
                rss -= b[i] * xy[g, i]
        }
        for (i = 1; i <= k; i++)
                printf "%s,%.10g,%.10g,%s\n", term[i], b[i],
                        sqrt(m[i, k + i] * rss / (n[g] - k)), g
}
