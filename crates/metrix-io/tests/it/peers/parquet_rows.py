"""Prints the rows of all Parquet files in a folder, a JSON array a line, in the order of names and rows."""

import json
import sys

import duckdb

files = sys.argv[1].replace("'", "''") + "/*.parquet"
rows = duckdb.connect().execute(
    'SELECT name, epoch_us("at"), epoch_us("start"), value, tags '
    f"FROM read_parquet('{files}', filename = true, file_row_number = true) ORDER BY filename, file_row_number"
)
while batch := rows.fetchmany(1000):
    for name, at, start, value, tags in batch:
        print(json.dumps([name, at, start, repr(value), tags]))
