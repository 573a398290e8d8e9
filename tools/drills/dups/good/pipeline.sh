#!/bin/sh
# A customer is who has this name, written in whatever way, and this date of
# birth. Of each the first row is kept, and what is measured is measured on those.
set -e
awk -F, -v OFS=, '
        NR == 1 { print > "unique.csv"; print "first,second"; next }
        {
                name = tolower($2)
                gsub(/ +/, " ", name); sub(/^ /, "", name); sub(/ $/, "", name)
                who = name SUBSEP $3
                if (who in seen) print seen[who], $1
                else { seen[who] = $1; print > "unique.csv" }
        }
' customers.csv > pairs.csv

tamis clean -q --drop id,name,born unique.csv > in.csv
tamis evaluate -q -t left --model logistic --folds 5 --save model.json in.csv \
  > measured.csv
awk -F, 'BEGIN { print "measure,value" }
         $1 == "accuracy" && $2 == "*" && $3 == "" { print "accuracy," $4 }' \
  measured.csv > claim.csv

tamis apply -q model.json new.csv > scored.csv
awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,left"; next }
        { print $at["id"] "," $at["_predicted"] }
' scored.csv > predictions.csv
