# Writes answer.csv. It runs, and most of what it says is wrong.
#
# Begin by reading all of the report that the first command makes:
#   cat report.csv
tamis evaluate -t actual --prediction predicted -o report.csv photos.csv

# the figure of the report with this measure and class, in 4 decimals
figure() {
        awk -F, -v m="$1" -v c="$2" \
                '$1 == m && $2 == c { printf "%.4f\n", $4 }' report.csv
}

{
        echo measure,value
        echo "sensitivity,$(figure recall naevus)"
        echo "precision,$(figure precision naevus)"
        echo "macro_f1,$(figure accuracy '*')"
        echo "mcc,$(figure mcc '*')"
        echo "street_precision,$(figure precision naevus)"
        echo "street_alarms,100"
} > answer.csv
