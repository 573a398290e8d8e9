# predict.awk: id,prediction of rows of a CSV with a column id, by the
# column estimate of lasso.awk:  awk -f predict.awk coefficients.csv new.csv
BEGIN { FS = OFS = "," }
FNR == 1 { file++ }
file == 1 { b[$1] = $2; next }
FNR == 1 {
        for (i = 1; i <= NF; i++)
                name[i] = $i
        print "id,prediction"
        next
}
{
        y = b["(intercept)"]
        for (i = 1; i <= NF; i++)
                if (name[i] == "id")
                        id = $i
                else if (b[name[i]] + 0 != 0)
                        y += b[name[i]] * $i
        print id, y
}
