"""The tables and the three checks, from the errors of the study."""
import pandas as pd

CELL = ["set", "mechanism", "rate"]
RIVALS = ["missForest", "ExtraTrees", "VIM", "mice-R"]
PAIRS = [("forest", "missForest"), ("forest", "ExtraTrees"), ("knn", "VIM"), ("mice", "mice-R")]
WITHIN = 1.02


def markdown(frame, out):
    out.append("| " + " | ".join(frame.columns) + " |")
    out.append("| " + " | ".join("---:" if pd.api.types.is_numeric_dtype(frame[c]) else "---" for c in frame) + " |")
    for row in frame.itertuples(index=False):
        out.append("| " + " | ".join("" if v != v else "%.3f" % v if isinstance(v, float) else str(v) for v in row) + " |")
    out.append("")


def auto(means, out):
    """Check (a): data sets, cells and ranks."""
    own = means.drop(columns=[c for c in RIVALS if c in means]).dropna(axis=1, how="all").dropna()
    by_set = own.groupby(level="set", sort=False).mean()
    single = by_set.drop(columns="auto")
    shown = pd.DataFrame({"data set": by_set.index, "best single": single.idxmin(axis=1).to_numpy(),
                          "its error": single.min(axis=1).to_numpy(), "auto": by_set["auto"].to_numpy()})
    shown["ratio"] = shown["auto"] / shown["its error"]
    shown["within 2 %"] = ["yes" if r <= WITHIN else "no" for r in shown["ratio"]]
    markdown(shown, out)
    ratio = own["auto"] / own.drop(columns="auto").min(axis=1)
    out.append("Of %d cells of the design, auto is within 2 %% of that cell's best single strategy in %d; the worst is %.3f times (%s)."
               % (len(ratio), (ratio <= WITHIN).sum(), ratio.max(), " ".join(map(str, ratio.idxmax()))))
    out.append("")
    ranks = own.rank(axis=1).mean().sort_values()
    markdown(pd.DataFrame({"strategy": ranks.index, "mean rank": ranks.to_numpy(), "mean error": own.mean()[ranks.index].to_numpy()}), out)


def pairs(errors, out):
    """Checks (b) and (c): on the tables that both filled."""
    rows = []
    for ours, theirs in PAIRS:
        if not {ours, theirs} <= set(errors):
            continue
        both = errors[[ours, theirs]].dropna().groupby(level=CELL, sort=False).mean()
        if not len(both):
            continue
        ratio = both[ours] / both[theirs]
        rows.append([ours, theirs, len(both), both[ours].mean(), both[theirs].mean(), both[ours].mean() / both[theirs].mean(),
                     "%d of %d" % ((ratio <= 1).sum(), len(ratio))])
    if rows:
        markdown(pd.DataFrame(rows, columns=["tamis", "rival", "cells", "its error", "rival's", "ratio", "no worse in"]), out)
        of_sets = []
        for ours, theirs in PAIRS:
            if {ours, theirs} <= set(errors):
                both = errors[[ours, theirs]].dropna().groupby(level="set", sort=False).mean()
                of_sets.append((both[ours] / both[theirs]).rename("%s / %s" % (ours, theirs)))
        markdown(pd.concat(of_sets, axis=1).rename_axis("data set").reset_index(), out)


def write(path, into):
    long = pd.read_csv(path, keep_default_na=False, na_values=[""])
    errors = long.pivot_table(index=CELL + ["repeat"], columns="strategy", values="error", sort=False)
    means = errors.groupby(level=CELL, sort=False).mean()
    out = ["%d repeats." % (long["repeat"].max() + 1), ""]
    if "auto" in errors:
        auto(means, out)
    pairs(errors, out)
    markdown(means.reset_index(), out)
    with open(into, "w") as f:
        f.write("\n".join(out))
