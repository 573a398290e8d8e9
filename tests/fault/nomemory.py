#!/usr/bin/env python3
"""Every allocation fails once: the program says so and leaves nothing half-made, or does without and gives the same bytes.

For each command the N-th allocation is made to fail (nomemory.c), for N from the first to the last in strides that keep
the whole short, then all from the N-th on. Run by meson; by hand, for every N:

    tests/fault/nomemory.py build/tools/tamis build/tests/fault/nomemory.so [--runs 0] [-k PART-OF-A-COMMAND]
"""
import argparse
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# {} is a folder that holds the inputs and takes the outputs
COMMANDS = [
    "ampute -t label --rate .3 --truth truth.csv --report report.json -o out.csv {holes}",
    "ampute -t label -s mnar -c age,city --type tail --truth truth.csv --report report.json -o out.csv {holes}",
    "ampute -t label -s mar --patterns {patterns} --weights {weights} --report report.json -o out.csv {holes}",
    "ampute -t label -s mar --by city --window draw -o out.csv {holes}",
    "cat {quoted}",
    "cat --ragged pad --rejects rejects.csv -o out.csv {ragged}",
    "cat -d auto -o out.csv {quoted} {quoted}",
    "clean --dedupe --trim --blank unknown --rename city=town --report report.json -o out.csv {holes}",
    "clean --drop-columns-over .5 --drop-rows-over .4 --save model.json -o out.csv {holes}",
    "drill dev make tiny .",
    "split -t label --test .25 --report report.json -o out.csv {full}",
    "split --stratify label,age --strata 3 --keep-duplicates --test .25 --report report.json -o out.csv {full}",
    "split --time age --gap 3 --group income --test .25 --report report.json -o out.csv {full}",
    "split --hash age,city --folds 3 --report report.json -o out.csv {full}",
    "split --group city --folds 3 --report report.json -o out.csv {full}",
    "impute -t label -g city --save model.json --report report.json -o out.csv {holes}",
    "impute -t label -s age=mean,city=mode,*=median --indicator -o out.csv {holes}",
    "impute -t label -s mice -m 2 --iterations 2 --method age=cart --save model.json --report report.json -o out.csv {holes}",
    "impute -t label -s softimpute -c age,income --save model.json --report report.json -o out.csv {holes}",
    "impute -t label -s @numeric=em,*=regression --draw --save model.json --report report.json -o out.csv {holes}",
    "pool --estimate age --std-error income --term city -o out.csv {full}",
    "profile -t label --html page.html -o out.csv {holes}",
    "profile --json --memory 1K -o out.csv {full}",
    "profile --csv -c age,city -o out.csv {quoted}",
    "score --holes {holes} -o out.csv {full} {holes}",
    "score --key city --holes {hollow} -o out.csv {whole} {stacked}",
    "score -o out.csv {cells} {stacked}",
    "drift -o out.csv {full} {full}",
    "drift --json --target city -o out.csv {whole} {hollow}",
    "drift --csv -c age -o out.csv {holes} {holes}",
    "evaluate -t label -p age --segments city,income --bootstrap 3 -o out.csv {full}",
    "evaluate -t city --prediction note --weight age -o out.csv {full}",
    "evaluate -t label -c age,income,city --model logistic --folds 2 --versus-model majority --scores s.csv --explain e.csv "
    "--save m.json -o out.csv {full}",
    "evaluate -t label -c age,city --model knn --pipeline 'impute then scale' --folds 2 -o out.csv {holes}",
    "evaluate -t income -c age,city --model boost --task numbers --folds 2 -o out.csv {full}",
    "learn -t label -c age,income,city -s svm --save m.json --report report.json -o out.csv {full}",
    "learn -t income -c age,city -s ridge --explain --save m.json --report report.json -o out.csv {full}",
    "learn -t city -c age,income -s knn -w age --save m.json -o out.csv {full}",
    "learn -t city -c age,income -s boost --rounds 2 --save m.json -o out.csv {full}",
    "apply {learned} -o out.csv {full}",
    "evaluate -t age --prediction income --task numbers --segments city -o out.csv {full}",
    "impute -t label -g city -s random --seed 1 --save model.json --report report.json -o out.csv {holes}",
    "impute -t label -g city -s age=interpolate,note=ffill,income=random --order income --spline --report report.json -o out.csv "
    "{holes}",
    "impute -t label -g city -s knn -k 3 --save model.json --report report.json -o out.csv {holes}",
    "impute -t label -c age,city -s auto --save model.json --report report.json -o out.csv {holes}",
    "impute -t label -s mean --trim .1 --delta age=0;+10% --original --min age=20 --round -o out.csv {holes}",
    "impute --load {joint} -o out.csv {holes}",
    "smote -t label -c age,income,city --seed 1 --report report.json -o out.csv {full}",
    "prune -t label -s enn -c age,income,city --report report.json -o out.csv {full}",
    "prune -t label -s renn --kind mode --only yes,no -c age,income -o out.csv {full}",
    "prune -t label -s oss -c age,income,city --seed 1 -o out.csv {full}",
    "prune -t label -s cnn -c age,income,city --seed 1 -o out.csv {full}",
    "prune -t label -s ncr -c age,income,city -o out.csv {full}",
    "prune -t label -s nearmiss2 -c age,income,city -o out.csv {full}",
    "prune -t label -s nearmiss3 -c age,income,city -o out.csv {full}",
    "prune -t label -s iht -c age,income,city -o out.csv {full}",
    "prune -t label -s centroids -c age,income,city -o out.csv {full}",
    "smote -t label -s adasyn -c age,income,city --provenance --mark --seed 1 --report report.json -o out.csv {full}",
    "smote -t label -s borderline2 -c age,income,city -g note --seed 1 -o out.csv {full}",
    "smote -t label -s kmeans -c age,income,city --seed 1 -o out.csv {full}",
    "smote -t note -s n -c city --rare duplicate --seed 1 -o out.csv {full}",
    "smote -t label -s n -c city,note --seed 1 -o out.csv {full}",
    "smote -t city -s n -c note,label -k 3 --rare duplicate --seed 1 --report report.json -o out.csv {full}",
    "smote -t label -s rose -c age,income,city --seed 1 -o out.csv {full}",
    "smote -t label -s svm -c age,income,city --seed 1 -o out.csv {full}",
    "sample -t label -s over --seed 1 --report report.json -o out.csv {full}",
    "sample -t label -s reservoir --each 7 --weigh-back --report report.json -o out.csv {full}",
    "sample -t label -s costing --samples 2 --cost yes=5,no=1 --weigh-back --report report.json -o out.csv {full}",
    "decide -t label -p age --best f1 --save model.json --report report.json -o out.csv {full}",
    "decide -p share --undo {under} --cost-matrix {costs} --save model.json --report report.json -o out.csv {scored}",
    "weigh -t label -s effective --report report.json -o out.csv {full}",
    "weigh -s cost --cost-column age --normalize mean --report report.json -o out.csv {full}",
    "weigh -t label -s cost --cost yes=5,no=1 --report report.json -o out.csv {full}",
    "clean --numbers --dates parts --date-format %d/%m/%Y --booleans --alike case --blank unknown --flag --save model.json "
    "--report report.json -o out.csv {holes}",
    "clean --outliers mad --outliers-to clip -c age,income --save model.json -o out.csv {holes}",
    "clean --outliers z --outliers-to drop -c age,income -o out.csv {holes}",
    "encode -t label -c city --save model.json --report report.json -o out.csv {full}",
    "encode -t label -c city,note -s city=target,note=woe --unknown ignore --save model.json --report report.json -o out.csv {holes}",
    "encode -t age -c city -s target --cross-fit 3 -o out.csv {full}",
    "encode -t city -c note,label -s note=target,label=frequency -o out.csv {full}",
    "encode -s note=hash,city=binary,*=missing-flag --save model.json -o out.csv {holes}",
    "scale -t label -s age=quantile,income=power -c age,income -g city --save model.json --report report.json -o out.csv {holes}",
    "scale -t label -s age=bins,income=winsor,*=normalize --report report.json -o out.csv {holes}",
    "scale -t label -s robust -c age,income -g city --save model.json --report report.json -o out.csv {holes}",
    "apply {chain} -o out.csv {holes}",
    "impute --load {chain} -o out.csv {holes}",
    "part --report report.json part-{{}}.csv {split}",
    "impute -t label then smote -t label --seed 1 -c age,income then encode -c city -t label then scale -t label -c age "
    "--save model.json --report report.json -o out.csv {holes}",
]

WITHOUT_THREADS = ["drift", "drill", "pool", "score"]


# a recipe with a function of every kind
DRILL = """title = tiny
seeds = 2
[table codes]
rows = 3
name = join('c', row)
[table t]
rows = 30
a = normal(0, 1)
b = choice('x', .5, 'y', .3, 'z', .2)
code = lookup(codes.name, integer(1, 3))
m = match(code, codes.name)
a = hole(a, .2)
d = if(bernoulli(logistic(a)), missing, a)
e = mean(a, b) + rank(a) + quantile(a, .3) + cumsum(a, b) + count(a > 0, b)
f = variant(join('k', zipf(100, 1.1)), .5)
f = shuffle(f)
keep = a > -1
order = shuffle(row)
[file t.csv]
table = t
where = a > 0
columns = a, b as "X, y", f
[file all.csv]
table = t
missing = NA
[pass]
always = 1
"""


def table(rows, holes):
    r = random.Random(4)
    lines = ["age,income,city,note,label"]
    for i in range(rows):
        age = "" if holes and r.random() < .2 else str(r.randint(18, 90))
        income = "NA" if holes and r.random() < .1 else "%.2f" % r.lognormvariate(10, 1)
        city = "" if holes and r.random() < .1 else r.choice(['"Aix, en"', "Bath", '"Col""m"', "unknown", " Dax", '"\xff"'])
        note = "" if holes else r.choice(["x", '"two\nlines"'])
        lines.append(",".join([age, income, city, note, "yes" if i % 5 == 0 else "no"]))
    lines += lines[1:4]
    return ("\n".join(lines) + "\n").encode("latin-1")


class Runner:
    def __init__(self, tamis, shim, folder, sanitized):
        self.tamis, self.shim, self.folder, self.sanitized = tamis, shim, folder, sanitized
        self.inputs = {name: folder / (name + ".csv") for name in ("quoted", "ragged", "holes", "full", "split")}
        self.inputs["chain"] = folder / "chain.json"
        self.inputs["joint"] = folder / "joint.json"
        self.inputs["learned"] = folder / "learned.json"
        for name, text in (("under", '{"steps": [{"step": "sample", "strategy": "under", "classes": [{"class": "no", "before": 9, '
                            '"after": 3}, {"class": "yes", "before": 2, "after": 2}]}]}'),
                           ("patterns", "age,income,_frequency\n0,1,2\n0,0,1\n"), ("weights", "city,income\n1,0\n-2,.5\n"),
                           ("costs", "is,yes,no\nno,1,0\nyes,0,7\n"),
                           ("whole", 'city,a,b\n"Col""m",1,x\nBath,2.5,"y""z"\nDax,4,x\n'),
                           ("hollow", 'city,a,b\n"Col""m",,\nBath,2.5,\nDax,,x\n'),
                           ("stacked", '_imputation,city,a,b\n1,"Col""m",2,x\n1,Bath,2.5,"y""z"\n1,Dax,3,x\n'
                            '2,Dax,5,x\n2,Bath,2.5,x\n2,"Col""m",2,"y""z"\n'),
                           ("cells", 'row,column,value\n3,a,4\n1,a,1\n2,b,7\n'), ("scored", "share\n.5\n.25\n\n.75\n")):
            self.inputs[name] = folder / name
            self.inputs[name].write_text(text)
        (folder / "drills" / "tiny" / "start").mkdir(parents=True)
        (folder / "drills" / "tiny" / "drill.ini").write_text(DRILL)
        # GSL's own, where the second allocation of its object fails
        self.leaks = folder / "leaks"
        self.leaks.write_text("leak:gsl_*_alloc\n")
        self.inputs["quoted"].write_bytes(table(60, False))
        self.inputs["full"].write_bytes(table(60, False))
        self.inputs["holes"].write_bytes(table(60, True))
        self.inputs["ragged"].write_bytes(table(60, True) + b"1,2\n1,2,3,4,5,6\n")
        subprocess.run([tamis] + "split -q --folds 3 full.csv -o split.csv".split(), cwd=folder, check=True)
        subprocess.run([tamis] + "impute -q -t label -g city then scale -t label -c age,income --save chain.json -o out.csv "
                       "holes.csv".split(), cwd=folder, check=True)
        subprocess.run([tamis] + "impute -q -t label -g city -s age=auto,*=random --save joint.json -o out.csv holes.csv".split(),
                       cwd=folder, check=True)

        subprocess.run([tamis] + "learn -q -t label -c age,city -s knn --save learned.json -o out.csv full.csv".split(), cwd=folder,
                       check=True)

    def run(self, command, failing):
        """(exit code, standard error, {name: bytes} of all that is there then, allocations)"""
        with tempfile.TemporaryDirectory(dir=self.folder) as cwd:
            count = Path(cwd) / "count"
            environment = dict(os.environ, LD_PRELOAD=self.shim, TAMIS_NOMEMORY=failing, TAMIS_NOMEMORY_COUNT=str(count),
                               LC_ALL="C", TMPDIR=cwd, TAMIS_DRILLS=str(self.folder / "drills"), MALLOC_PERTURB_="165")
            if self.sanitized:
                # AddressSanitizer cannot start a thread without memory
                if command.split()[0] not in WITHOUT_THREADS:
                    command += " -j 1"
                environment["ASAN_OPTIONS"] = "verify_asan_link_order=0:abort_on_error=1"
                environment["UBSAN_OPTIONS"] = "abort_on_error=1"
                environment["LSAN_OPTIONS"] = "print_suppressions=0:suppressions=%s" % self.leaks
            done = subprocess.run([self.tamis] + shlex.split(command.format(**self.inputs)), cwd=cwd, env=environment,
                                  stdin=subprocess.DEVNULL, capture_output=True)
            allocations = int(count.read_text()) if count.exists() else 0
            count.unlink(missing_ok=True)
            files = {path.name: path.read_bytes() for path in Path(cwd).iterdir()}
            files["standard output"] = done.stdout
            return done.returncode, done.stderr.decode(errors="replace"), files, allocations


def judge(usual, code, said, files):
    """What is wrong with how the program ended, or None."""
    usual_said, usual_files = usual
    if code not in (0, 1):
        return "exit %d: %s" % (code, said[-1500:])
    if code == 0:
        for name in sorted(set(files) | set(usual_files)):
            if files.get(name) != usual_files.get(name):
                return "exit 0, but other bytes: %s: %s" % (name, said[-500:])
        return None if said == usual_said else "exit 0, but other messages: %r, not %r" % (said, usual_said)
    if "memory" not in said and "thread" not in said:
        return "exit 1 without saying why: %r" % said[-1500:]
    for name, content in files.items():
        if name == "standard output":
            if not usual_files[name].startswith(content):
                return "other bytes on standard output"
        elif content != usual_files.get(name):
            return "%s is left, and not whole" % name
    return None


def sweep(runner, pool, command, runs):
    """Failures, and how many runs said that memory was out."""
    code, said, files, n = runner.run(command, "0")
    if code != 0:
        return ["it does not work with memory: exit %d: %s" % (code, said)], 0, n
    stride = max(1, -(-n // runs)) if runs else 1
    failing = [str(i) for i in range(1, n + 1, stride)] + ["%d+" % i for i in range(1, n + 1, 2 * stride)]
    wrong, ended = [], 0
    for at, (code, out, left, _) in zip(failing, pool.map(lambda at: runner.run(command, at), failing)):
        why = judge((said, files), code, out, left)
        ended += code == 1
        if why:
            wrong.append("allocation %s: %s" % (at, why))
    if ended == 0:
        wrong.append("no failed allocation was felt")
    return wrong, ended, n


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tamis", type=os.path.abspath)
    parser.add_argument("shim", type=os.path.abspath)
    parser.add_argument("sanitized", nargs="?", choices=["sanitized"], help="tamis was built with AddressSanitizer")
    parser.add_argument("--runs", type=int, help="about how many allocations of a command fail; 0: each")
    parser.add_argument("-k", default="", help="only commands that hold this")
    options = parser.parse_args()
    runs = options.runs if options.runs is not None else 60 if options.sanitized else 200
    folder = Path(tempfile.mkdtemp(prefix="tamis-nomemory-"))
    try:
        runner = Runner(options.tamis, options.shim, folder, options.sanitized)
        commands = [command for command in COMMANDS if options.k in command]
        print("TAP version 13\n1..%d" % len(commands))
        failed = 0
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for i, command in enumerate(commands):
                wrong, ended, n = sweep(runner, pool, command, runs)
                failed += bool(wrong)
                print("%sok %d - tamis %s (%d allocations, %d times an orderly end)" % ("not " if wrong else "", i + 1, command, n,
                                                                                   ended), flush=True)
                for why in wrong[:20]:
                    print("# " + why.replace("\n", "\n# "), flush=True)
        return 1 if failed else 0
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
