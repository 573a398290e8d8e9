#!/bin/sh
# The large benchmark of docs/which-imputation.md: every strategy, scikit-learn's and R's mice as programs of their own, on six
# tables, three mechanisms, three rates, ten repeats. Goes on where it was stopped.
#
#     tests/quality/bench.sh TAMIS FOLDER [OPTION OF BENCH]...
#
# FOLDER gets the tables and results.csv (all rows), summary.txt (the ranked table), bench.html and pictures. Needs python3 with pandas
# and scikit-learn ($PYTHON, else python3), and Rscript with mice; who is not there is told of as failed.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
examples=$here/../../tools/examples
tamis=$1
folder=$2
shift 2
python=${PYTHON:-python3}
mkdir -p "$folder"
"$python" "$here/sets.py" "$folder" titanic horse-colic pima mammography penguins friedman
cd "$folder"
set -- --mechanism mcar,mar,mnar --rate .1,.3,.5 --repeats 10 --measures nrmse,pfc --resume results.csv \
        -s 'mean,median,random,regression,knn,iterative,mice -m 1,forest,boost,auto' \
        -s '@numeric=em,*=mode' -s '@numeric=softimpute,*=mode' \
        --with "sklearn-knn=$python $examples/impute_sklearn.py knn" \
        --with "sklearn-iterative=$python $examples/impute_sklearn.py iterative" \
        --with "mice-R=Rscript $examples/impute_mice.R" "$@"
"$tamis" bench --table --html bench.html --plot pictures -o summary.txt "$@" \
        titanic.csv horse-colic.csv pima.csv mammography.csv penguins.csv friedman.csv
