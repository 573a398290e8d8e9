"""Which rivals are installed, and how each is asked to do a work."""
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = {"polars": "Polars", "duckdb": "DuckDB", "sklearn": "pandas, scikit-learn", "R": "R", "mlr": "Miller"}
COUNTING = ["polars", "duckdb", "sklearn", "R"]     # who can do more than copy here
MODULES = {"polars": ["polars"], "duckdb": ["duckdb"], "sklearn": ["pandas", "sklearn", "imblearn"]}
COPIES = {"mlr": "mlr --csv cat %s", "xan": "xan select '*' %s", "xsv": "xsv select 1- %s", "qsv": "qsv select 1- %s"}


def output(command):
    p = subprocess.run(command, capture_output=True, text=True)
    return p.stdout.strip().split("\n")[0] if p.returncode == 0 else None


def find(python):
    """{rival: (how it is called, its version)}"""
    found = {}
    for rival, modules in MODULES.items():
        asked = "import importlib.metadata as m, %s; print(*(m.version(dict(sklearn='scikit-learn', imblearn='imbalanced-learn')" \
                ".get(x, x)) for x in '%s'.split(',')), sep=', ')" % (", ".join(modules), ",".join(modules))
        version = output([python, "-c", asked])
        if version:
            found[rival] = ("%s %s/rivals/with_%s.py" % (python, HERE, rival), version)
    for program in COPIES:
        if shutil.which(program):
            found[program] = (program, (output([program, "--version"]) or "").split(" ")[-1])
    if shutil.which("Rscript"):
        asked = "cat(as.character(getRversion()), if (requireNamespace('data.table', quietly = TRUE)) " \
                "paste('data.table', packageVersion('data.table')) else 'without data.table')"
        found["R"] = ("Rscript %s/rivals/with_r.R" % HERE, output(["Rscript", "-e", asked]))
    return found


def find_filling(python):
    """{"fill PACKAGE": (how it is called, its version)}, for the imputation works"""
    found = {}
    version = output([python, "-c", "import pandas, sklearn; print(sklearn.__version__)"])
    for name in ("KNNImputer", "IterativeImputer") if version else ():
        found["fill " + name] = ("%s %s/rivals/fill_with_sklearn.py" % (python, HERE), "scikit-learn " + version)
    for package in ("mice", "randomForest", "VIM") if shutil.which("Rscript") else ():
        version = output(["Rscript", "-e", "cat(as.character(packageVersion('%s')))" % package])
        if version:
            found["fill " + package] = ("Rscript %s/rivals/fill_with_r.R" % HERE, "%s %s" % (package, version))
    return found


def find_balancing(python):
    """{"balance CLASS": (how it is called, its version)}, for the imbalance works"""
    version = output([python, "-c", "import pandas, imblearn; print(imblearn.__version__)"])
    return {"balance " + name: ("%s %s/rivals/balance_with_imblearn.py" % (python, HERE), "imbalanced-learn " + version)
            for name in ("SMOTE", "ADASYN", "SMOTENC", "TomekLinks", "EditedNearestNeighbours") if version}
