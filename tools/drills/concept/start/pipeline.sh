# Writes diagnosis.csv and predictions.csv: the old model goes on, and what has
# changed is told by the inputs alone.
#
# Begin here: how good is the old model on recent.csv, in each region?
regions='north south east west'

# the rows of a region
of() {
        awk -F, -v r="$1" 'NR == 1 || $2 == r' "$2"
}

# the model of the past, and what it says to the rows to come
tamis learn -q -t y -c x1,x2,x3 --save model.json -o old-scored.csv old.csv
tamis apply model.json next.csv > next-scored.csv
awk -F, 'NR == 1 { print "id,probability" } NR > 1 { print $1 "," $6 }' \
        next-scored.csv > predictions.csv

# have the inputs drifted?
echo region,kind > diagnosis.csv
for region in $regions; do
        of $region old.csv > a.csv
        of $region recent.csv > b.csv
        kind=none
        tamis drift -c x1,x2,x3 a.csv b.csv > drift.txt || kind=covariate
        echo $region,$kind >> diagnosis.csv
done
