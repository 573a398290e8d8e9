#!/bin/sh
# Nearest neighbours hang on scales, so all columns are brought to 0..1 first.
# It runs. Begin with: tamis profile known.csv
set -e
tamis scale -q -s minmax -c length,height,fin,depth,water,salt known.csv \
  then learn -q -t kind -s knn -k 15 --save model.json > learned.csv

tamis apply -q model.json new.csv > scored.csv
awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,kind"; next }
        { print $at["id"] "," $at["_predicted"] }
' scored.csv > kinds.csv
