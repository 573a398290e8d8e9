#!/bin/sh
# Outliers are removed by the usual rule, 1.5 interquartile ranges beyond the
# quartiles, before anything is added up. It runs. Look at what goes.
set -e
tamis clean -q -c sum --outliers iqr --outliers-to mark claims.csv > marked.csv

awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id"; next }
        $at["sum_outlier"] == 1 { print $at["id"] }
' marked.csv > errors.csv

awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "region,total"; next }
        $at["sum_outlier"] == 0 { total[$at["region"]] += $at["sum"] }
        END { for (r in total) printf "%s,%.2f\n", r, total[r] }
' marked.csv > totals.csv
