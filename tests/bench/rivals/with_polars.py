"""The works of the benchmark, by Polars: with_polars.py copy|median|standard|learn|apply FILE [PREFIX [MODEL]]

Each work in the faster of Polars' two ways (POLARS_WAY=lazy|eager says otherwise): lazy and streaming, or read, worked on
and written at once. A wide file is never streamed: 2,000 columns of it do not end within minutes. Types are guessed from the
first rows as Polars does by default; all rows are looked at only where that guess fails. PREFIX begins the names of the
columns worked on. `learn` writes the constants of `apply` to MODEL, `apply` reads them.
"""
import json
import os
import sys

import polars as pl

LAZY = ["copy", "median", "standard", "apply"]
WIDE = 200      # columns

work, path = sys.argv[1:3]
prefix = sys.argv[3] if len(sys.argv) > 3 else "x"
model = sys.argv[4] if len(sys.argv) > 4 else None


def learned(frame, xs):
    medians = frame.select(pl.col(xs).median()).collect().row(0, named=True)
    filled = frame.select([pl.col(x).fill_null(medians[x]) for x in xs])
    return {"median": medians,
            "mean": filled.select(pl.col(xs).mean()).collect().row(0, named=True),
            "sd": filled.select(pl.col(xs).std(ddof=0)).collect().row(0, named=True),
            "levels": sorted(frame.select(pl.col("city").unique()).collect()["city"].to_list())}


def applied(frame, names, xs, m):
    after = names[names.index("city") + 1:]
    return frame.select(
        [(pl.col(x).fill_null(m["median"][x]) - m["mean"][x]) / m["sd"][x] for x in xs]
        + [(pl.col("city") == level).cast(pl.Int8).alias("city_" + level) for level in m["levels"]]
        + [pl.col(c) for c in after])


def run(**inference):
    schema = pl.scan_csv(path, **inference).collect_schema()
    names = schema.names()
    xs = [c for c in names if c.startswith(prefix)]
    texts = [x for x in xs if schema[x] == pl.String]
    if texts and work != "copy":        # quoted numbers are text to Polars unless it is told
        inference["schema_overrides"] = dict.fromkeys(texts, pl.Float64)
    if work == "learn":
        with open(model, "w") as f:
            json.dump(learned(pl.scan_csv(path, **inference), xs), f)
        return
    lazy = os.environ.get("POLARS_WAY", "lazy" if work in LAZY and len(names) < WIDE else "eager") == "lazy"
    frame = (pl.scan_csv if lazy else pl.read_csv)(path, **inference)
    if work == "median":
        frame = frame.with_columns(pl.col(xs).fill_null(pl.col(xs).median()))
    elif work == "standard":
        frame = frame.with_columns((pl.col(xs) - pl.col(xs).mean()) / pl.col(xs).std(ddof=0))
    elif work == "apply":
        with open(model) as f:
            frame = applied(frame, names, xs, json.load(f))
    if lazy:
        frame.sink_csv("/dev/stdout")
    else:
        frame.write_csv("/dev/stdout")


try:
    run()
except (pl.exceptions.ComputeError, pl.exceptions.InvalidOperationError):
    run(infer_schema_length=None)
