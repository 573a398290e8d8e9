# Writes found.csv and winners.csv. Everything below 0.05 counts.
#
# Begin here: how many experiments in which nothing works have a metric below
# 0.05, by chance alone?
awk -f p.awk metrics.csv | awk -F, -v OFS=, '
        NR == 1 { print "experiment,metric,found"; next }
        { print $1, $2, ($6 < 0.05) }' > found.csv

# a test is won at the first look with |z| > 1.96
awk -F, -v OFS=, '
        NR == 1 { print "test,winner"; next }
        $3 > 1.96 || $3 < -1.96 { won[$1] = 1 }
        $2 == 10 { print $1, won[$1] + 0 }' looks.csv > winners.csv
