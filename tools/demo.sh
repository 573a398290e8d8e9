#!/bin/sh
# Build, then take a messy table through the main job, and show what it was and what became of it.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
sh "$root/tools/setup.sh"
cd "$root"
PATH=$root/build/tools:$PATH
export PATH
rm -rf build/demo
mkdir -p build/demo

# Print a command, then run it.
run() {
        printf '\n\033[1m$ %s\033[0m\n' "$1" | if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then cat; else sed 's/\x1b\[[0-9]*m//g'; fi
        eval "$1"
}

echo "A table as it comes: holes, twice the same row, one in ten of the customers left."
run "head -n 4 testdata/demo.csv"
run "demo_summary left testdata/demo.csv"

printf '\nEvery filter after split learns from the train rows alone.\n'
run "tamis clean --dedupe --blank n/a testdata/demo.csv |
  tamis split -t left --test 0.25 --seed 7 |
  tamis clean --drop id,name,zip |
  tamis impute -t left -s 'city=mode,*=median' --save build/demo/fill.json |
  tamis smote -t left --seed 7 |
  tamis encode -t left -s onehot -c city,plan |
  tamis scale -t left -s robust -c age,income,calls --precision 4 |
  tamis part 'build/demo/demo.{}.csv'"

printf '\nNo holes, numbers on one scale, the classes even in the train part; the test part keeps its own.\n'
run "demo_summary left build/demo/demo.train.csv build/demo/demo.test.csv"
run "head -n 4 build/demo/demo.train.csv"

printf '\nWhat was learned fills new rows, one or a million.\n'
run "printf 'age,income,calls,city,plan,left\n,31000,2,,pro,\n' | tamis apply build/demo/fill.json"
