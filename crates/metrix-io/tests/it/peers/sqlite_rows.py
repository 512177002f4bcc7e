"""Prints the elements of a store of SQLite, a JSON array a line, in the order of their times."""

import json
import sqlite3
import sys

store = sqlite3.connect(sys.argv[1])
[(sound,)] = store.execute("PRAGMA integrity_check")
assert sound == "ok", sound
rows = store.execute("SELECT name, at, start, value, tags FROM points JOIN series ON series = id ORDER BY at")
for name, at, start, value, tags in rows:
    print(json.dumps([name, at, None if start == "" else start, repr(value), json.loads(tags)]))
