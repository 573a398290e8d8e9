#!/bin/sh
# The mark first; everything behind it learns from the train rows alone.
set -e

tamis clean -q --rename part=_split study.csv |
  tamis impute -q -t y -c 'g*' -s median --save fill.json |
  tamis scale -q -t y -c 'g*' -s standard --save scale.json > marked.csv
genes=$(awk -v k=10 -v part=train -f select.awk marked.csv)
tamis clean -q --rename _split=part marked.csv > prepared.csv

tamis learn -q -t y -c "$genes" --save model.json marked.csv > scored.csv
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "_split") p = i } NR == 1 || $p == "test"' scored.csv |
  tamis evaluate -q -t y -p _score > measured.csv
awk -F, 'BEGIN { print "measure,value" } $1 == "auc" && $2 == "*" { print "auc," $4 }' measured.csv > claim.csv

tamis apply -q fill.json scale.json model.json new.csv |
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,score"; next }
           { print $at["id"] "," $at["_score"] }' > scores.csv
