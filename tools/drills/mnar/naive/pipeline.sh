#!/bin/sh
# "Missing at random given age and schooling": a good imputation, pooled.
set -e
tamis impute -q -c income --from age,schooling -s mice -m 20 \
        town.csv > filled.csv
awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        {
                g = $at["_imputation"]
                n[g]++
                s[g] += $at["income"]
                q[g] += $at["income"] ^ 2
        }
        END {
                print "term,estimate,std.error,imputation"
                for (g in n) {
                        mean = s[g] / n[g]
                        se = sqrt((q[g] / n[g] - mean ^ 2) / n[g])
                        print "mean," mean "," se "," g
                }
        }
' filled.csv > means.csv
tamis pool --conf 0.9 means.csv > pooled.csv
awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "low,high" }
        NR == 2 { print $at["conf.low"] "," $at["conf.high"] }
' pooled.csv > answer.csv
