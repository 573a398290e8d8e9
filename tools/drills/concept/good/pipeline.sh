# The old model is measured on recent rows, region by region. It ranks worse:
# concept. It ranks well, but its mean is not the share of y: prior. It is right
# on other inputs: covariate.
regions='north south east west'

of() {
        awk -F, -v r="$1" 'NR == 1 || $2 == r' "$2"
}

tamis learn -q -t y -c x1,x2,x3 --save model.json -o old-scored.csv old.csv
tamis apply model.json recent.csv > recent-scored.csv
tamis apply model.json next.csv > next-scored.csv
before=$(awk -F, 'NR > 1 { y += $6 } END { print y / (NR - 1) }' old.csv)

echo region,kind > diagnosis.csv
echo id,probability > predictions.csv
for region in $regions; do
        of $region old.csv > a.csv
        of $region recent.csv > b.csv
        of $region recent-scored.csv > scored.csv
        of $region next-scored.csv > new.csv
        auc=$(tamis evaluate -q -t y -p _score scored.csv |
                awk -F, '$1 == "auc" { print $4 }')
        # the share of y, and the mean of what the model said
        read -r now said <<END
$(awk -F, 'NR > 1 { y += $6; p += $7; n++ }
        END { print y / n, p / n }' scored.csv)
END
        drifted=no
        tamis drift -c x1,x2,x3 a.csv b.csv > drift.txt || drifted=yes

        kind=$(awk -v auc="$auc" -v now="$now" -v said="$said" -v d=$drifted '
                BEGIN {
                        off = now - said
                        if (auc < 0.65) print "concept"
                        else if (off > 0.08 || off < -0.08) print "prior"
                        else if (d == "yes") print "covariate"
                        else print "none"
                }')
        echo $region,$kind >> diagnosis.csv

        case $kind in
        concept)        # learn anew from what is recent
                tamis learn -q -t y -c x1,x2,x3 --save new.json \
                        -o b-scored.csv b.csv
                of $region next.csv | tamis apply new.json |
                        awk -F, 'NR > 1 { print $1 "," $6 }' ;;
        prior)          # the odds, by the ratio of the new odds and the old
                awk -F, -v now="$now" -v before="$before" '
                        NR > 1 {
                                ratio = now / (1 - now) * (1 - before) / before
                                odds = $6 / (1 - $6) * ratio
                                print $1 "," odds / (1 + odds)
                        }' new.csv ;;
        *)              # the old model is still right
                awk -F, 'NR > 1 { print $1 "," $6 }' new.csv ;;
        esac >> predictions.csv
done
