# Benjamini and Hochberg within each experiment: of its m p values, sorted, the
# first k are discoveries, k the last with p <= 0.05 k / m.
awk -f p.awk metrics.csv | tail -n +2 | sort -t, -k1,1n -k6,6g |
        awk -F, -v OFS=, '
        function decide(   i, last) {
                last = 0
                for (i = 1; i <= m; i++)
                        if (p[i] <= 0.05 * i / m)
                                last = i
                for (i = 1; i <= m; i++)
                        print experiment, metric[i], (i <= last)
                m = 0
        }
        BEGIN { print "experiment,metric,found" }
        $1 != experiment { decide(); experiment = $1 }
        { metric[++m] = $2; p[m] = $6 }
        END { decide() }' > found.csv

# Ten looks, each at 2.555 in place of 1.96 (Pocock): 0.05 for all together.
awk -F, -v OFS=, '
        NR == 1 { print "test,winner"; next }
        $3 > 2.555 || $3 < -2.555 { won[$1] = 1 }
        $2 == 10 { print $1, won[$1] + 0 }' looks.csv > winners.csv
