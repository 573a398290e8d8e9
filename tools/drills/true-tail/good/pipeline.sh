#!/bin/sh
# A sum is wrong where it is not that of its parts, however large or small it is.
# There the parts are believed; all other claims stay as they are.
set -e
awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id" > "errors.csv"; next }
        {
                sum = $at["sum"]
                parts = $at["material"] + $at["labour"]
                if (sum > 1.01 * parts + 0.05 || sum < 0.99 * parts - 0.05) {
                        print $at["id"] > "errors.csv"
                        sum = parts
                }
                total[$at["region"]] += sum
        }
        END { print "region,total"; for (r in total) printf "%s,%.2f\n", r, total[r] }
' claims.csv > totals.csv
