#!/bin/sh
# The 300 with the highest scores are called; how good the order is, is measured
# on rows held out, against what a random order would have.
set -e
tamis clean -q --drop id people.csv > in.csv
tamis evaluate -q -t ill --model logistic --folds 5 --save model.json \
        in.csv > measured.csv

echo id,score,flag > scores.csv
tamis apply -q model.json new.csv then clean --keep id |
  awk -F, 'NR > 1 { printf "%s,%.12f\n", $1, $2 }' |
  sort -t, -k2,2nr -k1,1n |
  awk '{ print $0 "," (NR <= 300) }' >> scores.csv

echo measure,value > claim.csv
awk -F, '$1 == "average-precision" && $2 == "*" && $3 == "" {
        print "ap," $4
}' measured.csv >> claim.csv
awk -F, 'NR > 1 { n++; s += $5 } END { print "floor," s / n }' in.csv \
        >> claim.csv
