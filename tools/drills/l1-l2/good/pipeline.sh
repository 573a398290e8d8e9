# Scaled first, by what the training rows say: the penalty is the same for all.
tamis scale -t y -c 'f*' --save scale.json -o scaled.csv train.csv
tamis apply scale.json new.csv > new-scaled.csv

awk -f lasso.awk scaled.csv > coefficients.csv
awk -f predict.awk coefficients.csv new-scaled.csv > predictions.csv

# to choose features, a larger penalty than to predict
awk -F, 'NR == 1 { print "column" } NR > 2 && $3 != 0 { print $1 }' \
        coefficients.csv > features.csv
