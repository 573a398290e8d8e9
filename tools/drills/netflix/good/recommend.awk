# user,item,rank: what is watched of late, the more so if it is of a genre the
# viewer watches, and not what he or she has seen.
#   awk -f recommend.awk users.csv items.csv log.csv
BEGIN { FS = "," }
FNR == 1 { file++; next }
file == 1 { user[++users] = $1; next }
file == 2 { item[++items] = $1; genre[$1] = $2; next }
{
        late[$3] += exp(($4 - 90) / 6)          # an older day counts less
        of[$2, genre[$3]]++
        watched[$2]++
        all[genre[$3]]++
        log_rows++
        seen[$2, $3] = 1
}
END {
        print "user,item,rank"
        for (u = 1; u <= users; u++) {
                id = user[u]
                # the share of each genre, drawn towards that of all viewers by
                # as much as five films would
                for (g in all) {
                        share = all[g] / log_rows
                        likes[g] = (of[id, g] + 5 * share) / share / \
                                (watched[id] + 5)
                }
                for (i = 1; i <= items; i++)
                        score[i] = (id, item[i]) in seen ? -1 : \
                                late[item[i]] * likes[genre[item[i]]]
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
