# user,item,rank: films that are watched by those who watched what the viewer
# watched (cosine of the films' viewers). Who has watched nothing gets
# the most watched films.
#   awk -f recommend.awk users.csv items.csv log.csv
# Films are numbered 1, 2, ... in items.csv.
BEGIN { FS = "," }
FNR == 1 { file++; next }
file == 1 { user[++users] = $1; next }
file == 2 { item[++items] = $1; next }
{
        count[$3]++
        n = ++watched[$2]
        seen[$2, n] = $3
        has[$2, $3] = 1
        for (k = 1; k < n; k++) {
                other = seen[$2, k]
                both[$3 * 1000 + other]++
                both[other * 1000 + $3]++
        }
}
END {
        print "user,item,rank"
        for (i = 1; i <= items; i++)
                for (j = 1; j <= items; j++)
                        if (i * 1000 + j in both)
                                alike[i * 1000 + j] = both[i * 1000 + j] / \
                                        sqrt(count[i] * count[j])
                        else
                                alike[i * 1000 + j] = 0
        for (u = 1; u <= users; u++) {
                id = user[u]
                for (i = 1; i <= items; i++)
                        score[i] = watched[id] ? 0 : count[i] + 0
                for (k = 1; k <= watched[id]; k++) {
                        j = seen[id, k]
                        base = j * 1000
                        for (i = 1; i <= items; i++)
                                score[i] += alike[base + i]
                }
                for (i = 1; i <= items; i++)
                        if ((id, item[i]) in has || !count[i])
                                score[i] = -1
                for (rank = 1; rank <= 10; rank++) {
                        best = 1
                        for (i = 2; i <= items; i++)
                                if (score[i] > score[best])
                                        best = i
                        print id "," item[best] "," rank
                        score[best] = -2
                }
        }
}
