#!/usr/bin/env python3
"""The benchmark: the same work by tamis and by its rivals, reading and writing included.

Data are made from a seed. A time counts only if the answers agree. Runs alternate (tamis, rival, tamis, rival, ...); what is
printed are medians and the median of the pairs' ratios, and whether what was set out to be reached is.

data.py makes the files (data_impute.py those to fill, data_balance.py those to resample), rivals.py finds who is there, works.py,
works_impute.py and works_balance.py say what is done (alone.py how, where a rival's computing alone is looked at), same.py compares
answers, timing.py runs and measures, report.py writes tables. `--only imputation` leaves out all but works_impute.py's, `--only
balance` all but works_balance.py's; `--only "balance smote -s nc"` is one of them.
"""
import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import report
import rivals
from works import Works
from works_balance import Balancing
from works_impute import Imputing

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def make_data(options, folder):
    """{file: (rows, bytes)}; the Python with the rivals makes the files, for it may have NumPy."""
    rows, wide, text = (100000, 200, 2000) if options.quick else (1000000, 20000, 200000)
    asked = [str(HERE / "data.py"), str(folder), str(rows), str(wide), str(text)]
    subprocess.run([options.python if rivals.output([options.python, "-c", "import numpy"]) is not None else sys.executable] + asked,
                   check=True)
    counts = {"numbers": rows, "quoted": rows, "wide": wide, "text": text, "tiny": 10}
    return {file: (n, os.path.getsize(folder / (file + ".csv"))) for file, n in counts.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, a hundredth of the wide and long ones")
    parser.add_argument("--python", default=os.environ.get("PYTHON", "python3"), help="who has the rivals (default $PYTHON, python3)")
    parser.add_argument("--tamis", default=str(ROOT / "build/tools/tamis"))
    parser.add_argument("--only", default="", help="comparisons with this in `file work rival`")
    parser.add_argument("--pairs", type=int, help="default 5, quick 3")
    parser.add_argument("--limit", type=float, default=300, help="seconds a command may take; a rival that takes more is behind")
    parser.add_argument("--null", action="store_true", help="answers go to /dev/null while times are taken, not to files")
    parser.add_argument("--csv", help="write the figures there too")
    parser.add_argument("--markdown", help="write tables there too")
    options = parser.parse_args()
    options.pairs = options.pairs or (3 if options.quick else 5)
    options.tamis = os.path.abspath(options.tamis)
    with tempfile.TemporaryDirectory(prefix="tamis-bench-") as name:
        folder = Path(name)
        alone = any(family.family in options.only for family in (Imputing, Balancing))
        sizes = {} if alone else make_data(options, folder)
        found = {} if alone else rivals.find(options.python)
        print("# rivals: %s" % (", ".join("%s (%s)" % (r, version) for r, (_, version) in found.items()) or "none"), flush=True)
        works = Works(options, folder, found, dict(os.environ, LC_ALL="C"))
        if not alone:
            works.all()
        imputing = Imputing(works, rivals.find_filling(options.python))
        imputing.all()
        balancing = Balancing(works, rivals.find_balancing(options.python))
        balancing.all()
    if options.csv:
        report.write_csv(options.csv, works.rows, imputing.done + balancing.done)
    if options.markdown:
        report.write_markdown(options.markdown, works, sizes, imputing, balancing)
    return 1 if works.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
