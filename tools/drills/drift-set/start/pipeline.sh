# Writes drifted.csv: every column whose test has p < 0.05, or whose stability
# index is above 0.1.
#
# Begin here, by looking at what has been listed, and why:
#   tamis drift last_week.csv this_week.csv
#   tamis drift yesterday.csv today.csv
drifted() {
        tamis drift --csv "$2" "$3" | awk -F, -v pair="$1" '
                NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
                ($at["psi"] > 0.1 ||
                 $at["ks_p"] != "" && $at["ks_p"] < 0.05 ||
                 $at["chi2_p"] != "" && $at["chi2_p"] < 0.05) {
                        print pair "," $1
                }'
        return 0
}

{
        echo pair,column
        drifted week last_week.csv this_week.csv
        drifted day yesterday.csv today.csv
} > drifted.csv
