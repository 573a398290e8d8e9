"""The figures as CSV, and as the tables of docs/BENCHMARKS.md."""
import csv
import os
import platform

from rivals import NAMES

TITLES = {"numbers": "numbers.csv: %s of ten numbers, a category and a label, five columns with 10 %% empty cells",
          "quoted": "quoted.csv: %s, the same with 20 %% of the cells quoted, commas and newlines in some",
          "wide": "wide.csv: %s of 2,000 numbers",
          "text": "text.csv: %s with 2 kB of text in each",
          "tiny": "tiny.csv: %s; and starting up"}


def write_csv(path, rows, alone):
    def number(x):
        return "" if x is None else "%.5f" % x

    with open(path, "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(["file", "work", "rival", "tamis_s", "rival_s", "ratio", "tamis_cpu_s", "rival_cpu_s", "pairs", "to_reach", "met",
                    "tamis_mb", "rival_mb"])
        for r in rows:
            w.writerow([r.file, r.work, r.rival, *map(number, (r.ours, r.theirs, r.ratio, r.cpu, r.its_cpu)), r.pairs,
                        r.target.text() if r.target else "", r.verdict().split(",")[0], "", ""])
        for r in alone:
            theirs = r.theirs or (None, None, None)
            w.writerow(["%dx%d" % (r.rows, r.work.width), r.work.name, r.work.needs,
                        *map(number, (r.ours[0], theirs[0], r.ratio, r.ours[1], theirs[1])), r.pairs, r.wanted(), r.met(),
                        *map(number, (r.ours[2], theirs[2]))])


def machine():
    model, memory = platform.machine(), 0
    try:
        with open("/proc/cpuinfo") as f:
            model = next((x.split(":")[1].strip() for x in f if x.startswith("model name")), model)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except OSError:
        pass
    return "%d cores (%s), %.0f GB of memory, %s" % (os.cpu_count(), model, memory, platform.system())


def seconds(x):
    return "%.2f s" % x if x < 10 else "%.1f s" % x


def line(r):
    to_reach = r.target.text() if r.target else ""
    rival = NAMES.get(r.rival, r.rival) + (" (1)" if r.alike == "sums" else "")
    if r.target and r.target.of == "ms":
        return "| `%s` | | %.1f ms | | | | %s | %s |" % (r.work, r.ours * 1000, to_reach, r.verdict())
    if r.ratio is None:
        return "| `%s` | %s | %s | more than %.0f s | | | %s | %s |" % (r.work, rival, seconds(r.ours), r.limit, to_reach, r.verdict())
    return "| `%s` | %s | %s | %s | %.2f | %.2f / %.2f s | %s | %s |" % (
        r.work, rival, seconds(r.ours), seconds(r.theirs), r.ratio, r.cpu, r.its_cpu, to_reach, r.verdict())


def write_works(f, works, sizes):
    """One table for each file."""
    for file, title in TITLES.items():
        chosen = [r for r in works.rows if r.file == file]
        if not chosen:
            continue
        count, size = sizes[file]
        size = "%.0f MB" % (size / 1e6) if size >= 1e6 else "%d bytes" % size
        f.write("\n### %s\n\n" % (title % ("{:,} rows ({})".format(count, size))))
        f.write("| work | rival | tamis | rival | times as fast | processor time, tamis / rival | to reach | met |\n")
        f.write("| --- | --- | --- | --- | --- | --- | --- | --- |\n")
        f.writelines(line(r) + "\n" for r in chosen)
    if any(r.alike == "sums" for r in works.rows):
        f.write("\n(1) Draws differ by design: rows, columns, counts of labels, means and deviations were compared.\n")


def alone_line(r):
    begin = "| `%s`, %s x %d | %s | %s |" % (r.work.name, format(r.rows, ","), r.work.width, r.work.needs, seconds(r.ours[0]))
    if r.ratio is None:
        return begin + " stopped | | %s / | %.0f MB / | %s | | |" % (seconds(r.ours[1]), r.ours[2], r.wanted())
    return begin + " %s | %.1f | %.2f / %.2f s, %.1f | %.0f / %.0f MB, %.0f | %s | %s | %s |" % (
        seconds(r.theirs[0]), r.ratio, r.ours[1], r.theirs[1], r.cpu_ratio, r.ours[2], r.theirs[2], r.theirs[2] / r.ours[2],
        r.wanted(), r.met(), r.said)


def write_alone(f, title, family):
    """Against the rival's computing alone."""
    if family.done:
        f.write("\n### %s: %s\n\n" % (title, "; ".join(sorted({version for _, version in family.found.values()}))))
        f.write("| work | rival | tamis, all of it | rival, computing alone | times as fast | processor time, ratio | peak memory, ratio "
                "| to reach | met | answers |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
        f.writelines(alone_line(r) + "\n" for r in family.done)


def write_grown(f, imputing):
    if imputing.grown:
        f.write("\n| `knn --metric nan-euclidean` | rows | seconds | processor time | peak memory | exponent of growth | of the processor time "
                "|\n| --- | --- | --- | --- | --- | --- | --- |\n")
        for r in imputing.grown:
            f.write("| %d columns | %s | %s | %s | %.0f MB | | |\n" % (
                r.width, format(r.rows[0], ","), seconds(r.took[0][0]), seconds(r.took[0][1]), r.took[0][2]))
            f.write("| | %s | %s | %s | %.0f MB | %.2f | %.2f |\n" % (
                format(r.rows[1], ","), seconds(r.took[1][0]), seconds(r.took[1][1]), r.took[1][2], r.exponent(0), r.exponent(1)))


def write_markdown(path, works, sizes, imputing, balancing):
    options = works.options
    with open(path, "w") as f:
        f.write("%s. %s.\n\nMedians of up to %d pairs (one where a rival takes more than half a minute), output to %s.\n" % (
            machine(), "; ".join("%s %s" % (NAMES.get(r, r), version) for r, (_, version) in works.found.items())
            or "No rivals but those named below",
            options.pairs, "/dev/null" if options.null else "a file"))
        write_works(f, works, sizes)
        write_alone(f, "Imputation", imputing)
        write_grown(f, imputing)
        write_alone(f, "Imbalance", balancing)
        if works.notes:
            f.write("\n" + "".join("- %s\n" % n for n in works.notes))
