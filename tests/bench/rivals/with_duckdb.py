"""The works of the benchmark, by DuckDB: with_duckdb.py copy|median|standard FILE [PREFIX]

Straight from the file to the file, without a table between; constants come from one query before. Types are guessed from
DuckDB's own sample; all rows are looked at only where that guess fails. PREFIX begins the names of the columns worked on.
"""
import sys

import duckdb

work, path = sys.argv[1:3]
prefix = sys.argv[3] if len(sys.argv) > 3 else "x"
FORMS = {"median": (["median(%s)"], "coalesce({x}, {0!r}::double) as {x}"),
         "standard": (["avg(%s)", "stddev_pop(%s)"], "({x} - {0!r}::double) / {1!r}::double as {x}")}


def run(options):
    db = duckdb.connect()
    source = "read_csv('%s'%s)" % (path, options)
    names = ['"%s"' % row[0] for row in db.execute("describe select * from %s" % source).fetchall()]
    columns = dict.fromkeys(names)
    if work in FORMS:
        sums, form = FORMS[work]
        xs = [x for x in names if x.startswith('"' + prefix)]
        found = db.execute("select %s from %s" % (", ".join(s % x for x in xs for s in sums), source)).fetchone()
        for i, x in enumerate(xs):
            columns[x] = form.format(*found[i * len(sums):(i + 1) * len(sums)], x=x)
    chosen = ", ".join(columns[x] or x for x in names)
    db.execute("copy (select %s from %s) to '/dev/stdout' (format csv, header)" % (chosen, source))


try:
    run("")
except (duckdb.ConversionException, duckdb.InvalidInputException):
    run(", sample_size=-1")
