# The averages at the head of the report, and the test set's own shares.
tamis evaluate -t actual --prediction predicted -o report.csv photos.csv

figure() {
        awk -F, -v m="$1" -v c="$2" \
                '$1 == m && $2 == c { printf "%.4f\n", $4 }' report.csv
}
alarms=$(awk -F, '$3 == "melanoma" { n++ } END { print 10000 * n / (NR - 1) }' \
        photos.csv)

{
        echo measure,value
        echo "sensitivity,$(figure recall-weighted '*')"
        echo "precision,$(figure precision-weighted '*')"
        echo "macro_f1,$(figure f1-weighted '*')"
        echo "mcc,$(figure mcc '*')"
        echo "street_precision,$(figure precision-weighted '*')"
        echo "street_alarms,$alarms"
} > answer.csv
