"""Prints the rows of the last statement of a file, with tabs between the values."""

import sys

import duckdb

for row in duckdb.connect().execute(open(sys.argv[1]).read()).fetchall():
    print(*("" if value is None else value for value in row), sep="\t")
