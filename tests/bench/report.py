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


def write_csv(path, rows):
    def number(x):
        return "" if x is None else "%.5f" % x

    with open(path, "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(["file", "work", "rival", "tamis_s", "rival_s", "ratio", "tamis_cpu_s", "rival_cpu_s", "pairs", "to_reach", "met"])
        for r in rows:
            w.writerow([r.file, r.work, r.rival, *map(number, (r.ours, r.theirs, r.ratio, r.cpu, r.its_cpu)), r.pairs,
                        r.target.text() if r.target else "", r.verdict().split(",")[0]])


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


def write_markdown(path, rows, found, notes, sizes, options):
    """One table for each file."""
    with open(path, "w") as f:
        f.write("%s. %s.\n\nMedians of up to %d pairs (one where a rival takes more than half a minute), output to %s.\n" % (
            machine(), "; ".join("%s %s" % (NAMES.get(r, r), version) for r, (_, version) in found.items()) or "No rivals",
            options.pairs, "/dev/null" if options.null else "a file"))
        for file, title in TITLES.items():
            chosen = [r for r in rows if r.file == file]
            if not chosen:
                continue
            count, size = sizes[file]
            size = "%.0f MB" % (size / 1e6) if size >= 1e6 else "%d bytes" % size
            f.write("\n### %s\n\n" % (title % ("{:,} rows ({})".format(count, size))))
            f.write("| work | rival | tamis | rival | times as fast | processor time, tamis / rival | to reach | met |\n")
            f.write("| --- | --- | --- | --- | --- | --- | --- | --- |\n")
            f.writelines(line(r) + "\n" for r in chosen)
        if any(r.alike == "sums" for r in rows):
            f.write("\n(1) Draws differ by design: rows, columns, counts of labels, means and deviations were compared.\n")
        if notes:
            f.write("\n" + "".join("- %s\n" % n for n in notes))
