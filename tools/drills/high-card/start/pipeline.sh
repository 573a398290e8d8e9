#!/bin/sh
# Each workshop becomes the share of its repairs that came back; then a logistic
# regression. It runs. How many repairs does a workshop have?
set -e
awk -F, -v OFS=, '
        FNR == 1 { file++ }
        file == 1 && FNR > 1 { n[$2]++; s[$2] += $5; N++; S += $5 }
        file == 1 { next }
        FNR > 1 { $2 = ($2 in n) ? s[$2] / n[$2] : S / N }
        { print > (file == 2 ? "known.csv" : "coming.csv") }
' repairs.csv repairs.csv new.csv

tamis learn -q -t back --save model.json known.csv > scored.csv
tamis evaluate -q -t back -p _score scored.csv > measured.csv
awk -F, 'BEGIN { print "measure,value" }
         $1 == "auc" && $2 == "*" && $3 == "" { print "auc," $4 }' measured.csv > claim.csv

tamis apply -q model.json coming.csv |
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,score"; next }
           { print $at["id"] "," $at["_score"] }' > scores.csv
