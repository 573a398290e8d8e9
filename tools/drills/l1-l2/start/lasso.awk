# lasso.awk: least squares with an L1 penalty, of a CSV with a column y and
# features; a column id is passed over. Writes a row for (intercept), and one
# for each feature: term,estimate,sparse. An estimate of 0: it is left out.
#
#   awk -f lasso.awk train.csv      estimate: by the lambda that is best in
#                                   5-fold cross-validation; sparse: by the
#                                   largest one whose error is within a
#                                   standard error of the best one's
#   awk -v lambda=0.2 -f lasso.awk train.csv    both by this lambda
#   awk -v path=1 -f lasso.awk train.csv        the errors: lambda,mse,se
#
# It takes columns as they are; none is scaled. Coordinate descent (Friedman,
# Hastie and Tibshirani 2010): minimises squares / 2n + lambda * sum |b|.
BEGIN { FS = ","; K = 5; L = 15 }
NR == 1 {
        for (i = 1; i <= NF; i++)
                if ($i == "y")
                        target = i
                else if ($i != "id") {
                        name[++p] = $i
                        at[p] = i
                }
        at[0] = target
        next
}
{
        # sums of all products, of each fold; 0 is y, and p + 1 a constant
        k = ++n % K + 1
        size[k]++
        fold[n] = k
        for (j = 0; j <= p; j++)
                x[j] = X[n * 1000 + j] = $at[j]
        x[p + 1] = 1
        for (j = 0; j <= p + 1; j++) {
                v = x[j]
                base = k * 1000000 + j * 1000
                for (i = 0; i <= j; i++)
                        S[base + i] += v * x[i]
        }
}

# the centred products of all folds but one (0: of all), into G and g
function gather(out,   i, j, k, s) {
        m = n - (out ? size[out] : 0)
        for (j = 0; j <= p; j++) {
                s = 0
                for (k = 1; k <= K; k++)
                        if (k != out)
                                s += S[k * 1000000 + (p + 1) * 1000 + j]
                mean[j] = s / m
        }
        for (j = 0; j <= p; j++)
                for (i = 0; i <= j; i++) {
                        s = 0
                        for (k = 1; k <= K; k++)
                                if (k != out)
                                        s += S[k * 1000000 + j * 1000 + i]
                        s = s / m - mean[j] * mean[i]
                        G[j * 1000 + i] = G[i * 1000 + j] = s
                }
        for (j = 1; j <= p; j++) {
                b[j] = 0
                g[j] = G[j * 1000]
        }
}

# b for a penalty, beginning with what b is; g is kept up to date
function descend(penalty,   sweep, i, j, v, z, d, moved, base) {
        for (sweep = 1; sweep <= 100; sweep++) {
                moved = 0
                for (j = 1; j <= p; j++) {
                        v = G[j * 1000 + j]
                        z = g[j] + v * b[j]
                        if (v <= 0 || z <= penalty && z >= -penalty)
                                z = 0
                        else
                                z = (z > 0 ? z - penalty : z + penalty) / v
                        d = z - b[j]
                        if (d == 0)
                                continue
                        b[j] = z
                        base = j * 1000
                        for (i = 1; i <= p; i++)
                                g[i] -= d * G[base + i]
                        if (v * d * d > moved)
                                moved = v * d * d
                }
                if (moved < 1e-7 * G[0])
                        break
        }
}

# the squared error of rows of a fold, by the present b
function miss(out,   r, j, e, sum, used, q) {
        for (j = 1; j <= p; j++)
                if (b[j] != 0)
                        used[++q] = j
        for (r = 1; r <= n; r++) {
                if (fold[r] != out)
                        continue
                e = X[r * 1000] - mean[0]
                for (j = 1; j <= q; j++)
                        e -= b[used[j]] * \
                                (X[r * 1000 + used[j]] - mean[used[j]])
                sum += e * e
        }
        return sum / size[out]
}

END {
        if (lambda == "") {
                gather(0)
                most = 0
                for (j = 1; j <= p; j++) {
                        a = g[j] < 0 ? -g[j] : g[j]
                        most = a > most ? a : most
                }
                for (l = 1; l <= L; l++)
                        penalty[l] = most * exp(log(0.05) * (l - 1) / (L - 1))
                for (out = 1; out <= K; out++) {
                        gather(out)
                        for (l = 1; l <= L; l++) {
                                descend(penalty[l])
                                e = miss(out)
                                sum[l] += e / K
                                squares[l] += e * e / K
                        }
                }
                best = 1
                for (l = 1; l <= L; l++) {
                        se[l] = sqrt((squares[l] - sum[l] * sum[l]) / (K - 1))
                        if (sum[l] < sum[best])
                                best = l
                }
                if (path) {
                        print "lambda,mse,se"
                        for (l = 1; l <= L; l++)
                                printf "%.6g,%.6g,%.6g\n", penalty[l], \
                                        sum[l], se[l]
                        exit
                }
                lambda = penalty[best]
                limit = sum[best] + se[best]
                while (best > 1 && sum[best - 1] <= limit)
                        best--
                large = penalty[best]
        } else
                large = lambda
        gather(0)
        descend(large)
        for (j = 1; j <= p; j++)
                sparse[j] = b[j]
        descend(lambda)
        at_0 = sparse_at_0 = mean[0]
        for (j = 1; j <= p; j++) {
                at_0 -= b[j] * mean[j]
                sparse_at_0 -= sparse[j] * mean[j]
        }
        print "term,estimate,sparse"
        printf "(intercept),%.10g,%.10g\n", at_0, sparse_at_0
        for (j = 1; j <= p; j++)
                printf "%s,%.10g,%.10g\n", name[j], b[j], sparse[j]
}
