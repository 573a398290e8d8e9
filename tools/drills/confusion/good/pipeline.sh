# Melanoma's own figures; those of the street from what does not hang on how
# many melanomas there are: sensitivity, and false alarms among the others.
tamis evaluate -t actual --prediction predicted -o report.csv photos.csv

figure() {
        awk -F, -v m="$1" -v c="$2" \
                '$1 == m && $2 == c { printf "%.4f\n", $4 }' report.csv
}

{
        echo measure,value
        echo "sensitivity,$(figure recall melanoma)"
        echo "precision,$(figure precision melanoma)"
        echo "macro_f1,$(figure f1-macro '*')"
        echo "mcc,$(figure mcc '*')"
        awk -F, '
                NR == 1 { next }
                $2 == "melanoma" { sick++; found += $3 == "melanoma" }
                $2 != "melanoma" { well++; alarms += $3 == "melanoma" }
                END {
                        true_alarms = 100 * found / sick
                        false_alarms = 9900 * alarms / well
                        all = true_alarms + false_alarms
                        printf "street_precision,%.4f\n", true_alarms / all
                        printf "street_alarms,%.1f\n", all
                }' photos.csv
} > answer.csv
