#!/bin/sh
# The 300 with the highest scores are called; how good the order is, is measured
# on rows held out, against what a random order would have.
set -e
tamis clean -q --drop id people.csv > in.csv
tamis evaluate -q -t ill --model logistic --folds 5 --save model.json in.csv > measured.csv

tamis apply -q model.json new.csv |
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
           { printf "%s,%.12f\n", $at["id"], $at["_score"] }' |
  sort -t, -k2,2nr -k1,1n |
  awk -F, 'BEGIN { print "id,score,flag" } { print $0 "," (NR <= 300) }' > scores.csv

{
        echo measure,value
        awk -F, '$1 == "average-precision" && $2 == "*" && $3 == "" { print "ap," $4 }' measured.csv
        awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "ill") y = i; next }
                 { n++; s += $y } END { print "floor," s / n }' in.csv
} > claim.csv
