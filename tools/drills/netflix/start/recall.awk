# recall.awk: of the films that each viewer watched in events.csv (columns as in
# log.csv), the share among the ten recommended in top.csv; the mean over the
# viewers in it. Who watched more than ten can have ten found.
#   awk -f recall.awk top.csv events.csv
BEGIN { FS = "," }
FNR == 1 { file++; next }
file == 1 { if ($3 <= 10) top[$1, $2] = 1; next }
!(($2, $3) in counted) {
        counted[$2, $3] = 1
        watched[$2]++
        found[$2] += ($2, $3) in top
}
END {
        for (u in watched) {
                sum += found[u] / (watched[u] < 10 ? watched[u] : 10)
                n++
        }
        printf "recall at 10: %.3f, %d viewers\n", sum / n, n
}
