# select.awk: the columns that go best with y, by themselves.
#
#   awk -v k=10 -f select.awk table.csv              of all rows
#   awk -v k=10 -v part=train -f select.awk table.csv    of the rows of one part
#
# prints their names with commas between. Columns whose name begins with g are
# looked at; rows with an empty cell count for the others.
BEGIN { FS = "," }
NR == 1 {
        for (i = 1; i <= NF; i++) {
                name[i] = $i
                if ($i == "y") y = i
                if ($i == "part" || $i == "_split") p = i
        }
        next
}
part == "" || $p == part {
        for (i = 1; i <= NF; i++) {
                if (name[i] !~ /^g/ || $i == "") continue
                n[i]++
                sx[i] += $i; sxx[i] += $i * $i
                sy[i] += $y; syy[i] += $y * $y
                sxy[i] += $i * $y
        }
}
END {
        # The square of the correlation.
        for (i in n) {
                vx = sxx[i] - sx[i] * sx[i] / n[i]
                vy = syy[i] - sy[i] * sy[i] / n[i]
                c = sxy[i] - sx[i] * sy[i] / n[i]
                good[i] = (vx > 0 && vy > 0) ? c * c / (vx * vy) : 0
        }
        for (j = 1; j <= k; j++) {
                best = 0
                for (i = 1; i <= NF; i++)
                        if ((i in good) && !(i in taken) &&
                            (best == 0 || good[i] > good[best])) best = i
                if (best == 0) break
                taken[best] = 1
                printf "%s%s", (j > 1) ? "," : "", name[best]
        }
        print ""
}
