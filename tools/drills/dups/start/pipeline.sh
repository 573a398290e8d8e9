#!/bin/sh
# Rows that are the same in every column are found, and then a model that asks the
# most similar customer is measured. It runs. Are these all, and who is held out?
set -e
tail -n +2 customers.csv | sort -t, -k2,8 -k1,1n | awk -F, '
        BEGIN { print "first,second" }
        { row = $0; sub(/^[^,]*,/, "", row); if (row == before) print id "," $1 }
        { before = row; id = $1 }
' > pairs.csv

tamis clean -q --drop id,name,born customers.csv > in.csv
tamis evaluate -q -t left --model 'knn -k 1' --folds 5 --save model.json in.csv \
  > measured.csv
awk -F, 'BEGIN { print "measure,value" }
         $1 == "accuracy" && $2 == "*" && $3 == "" { print "accuracy," $4 }' \
  measured.csv > claim.csv

tamis apply -q model.json new.csv > scored.csv
awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,left"; next }
        { print $at["id"] "," $at["_predicted"] }
' scored.csv > predictions.csv
