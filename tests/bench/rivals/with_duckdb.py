"""The works of the benchmark, by DuckDB: with_duckdb.py copy|median|standard FILE"""
import sys

import duckdb

work, path = sys.argv[1:]
db = duckdb.connect()
source = "read_csv('%s', sample_size=-1)" % path
names = [row[0] for row in db.execute("describe select * from %s" % source).fetchall()]
columns = []
for name in names:
    x = '"%s"' % name
    if work == "median" and name.startswith("x"):
        columns.append("coalesce(%s, (select median(%s) from t)) as %s" % (x, x, x))
    elif work == "standard" and name.startswith("x"):
        columns.append("(%s - (select avg(%s) from t)) / (select stddev_pop(%s) from t) as %s" % (x, x, x, x))
    else:
        columns.append(x)
db.execute("create table t as select * from %s" % source)
db.execute("copy (select %s from t) to '/dev/stdout' (format csv, header)" % ", ".join(columns))
