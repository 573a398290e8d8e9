# Writes top.csv and ratings.csv: the ten most watched films for everybody, and
# the mean of all ratings.
#
# Begin here: which films were watched on days 81 to 90, by those who then came?
awk -F, '
        FILENAME == "users.csv" { if (FNR > 1) user[++users] = $1; next }
        FNR > 1 { seen[$3]++ }
        END {
                print "user,item,rank"
                for (rank = 1; rank <= 10; rank++) {
                        most = 0
                        for (item in seen)
                                if (!(item in taken) && seen[item] > most) {
                                        most = seen[item]
                                        best = item
                                }
                        taken[best] = 1
                        for (u = 1; u <= users; u++)
                                print user[u] "," best "," rank
                }
        }' users.csv log.csv > top.csv

awk -F, '
        FNR == 1 { file++; next }
        file == 1 { if ($5 != "") { sum += $5; n++ } next }
        $5 == "" { rating[++m] = $1 }
        END {
                print "id,rating"
                for (i = 1; i <= m; i++)
                        printf "%s,%.4f\n", rating[i], sum / n
        }' log.csv log.csv > ratings.csv
