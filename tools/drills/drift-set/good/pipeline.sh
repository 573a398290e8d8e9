# What `tamis drift` calls worse than a shift: sure after all tests of a table
# are corrected together, and large enough to matter. Units, missing
# cells and new levels have verdicts of their own.
drifted() {
        tamis drift --csv "$2" "$3" | awk -F, -v pair="$1" '
                NR > 1 && $3 != "ok" && $3 != "shift" && $3 != "few" {
                        print pair "," $1
                }'
        return 0
}

{
        echo pair,column
        drifted week last_week.csv this_week.csv
        drifted day yesterday.csv today.csv
} > drifted.csv
