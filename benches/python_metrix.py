"""What a send costs with Python metrix: 100 series in random order, three tags each call, five aggregates, a null sink.

It prints one JSON object: the version of streamz below it, and nanoseconds a value in batches of 1000 and in windows of
10 ms. `cargo compare send` runs it, and the page has what it prints, if the interpreter has the package:

    python3 benches/python_metrix.py
"""

import json
import random
import statistics
import sys
import time

import metrix
import streamz

SERIES = 100
SPAN = 2.0  # seconds a way of grouping, after as long as it takes to know how many values that is
PART = 1000  # values between two looks at the clock; a batch


def count(values):
    return sum(1 for _ in values)


AGGREGATES = {"count": count, "sum": sum, "min": min, "max": max, "mean": statistics.fmean}


def load():
    """Values, each with the tags of one of the series."""
    choose = random.Random(5)
    tags = [
        {"host": f"web-{i:05}", "section": f"section-{i % 10}", "lang": f"lang-{i // 10 % 10}"} for i in range(SERIES)
    ]
    return [(choose.random() * 10, tags[choose.randrange(SERIES)]) for _ in range(16 * PART)]


def nanos(values, **grouping):
    """Nanoseconds a value; every batch that is full must have come out."""
    counted = []
    stream = metrix.MStream("n", agg=AGGREGATES, **grouping)
    stream.stream.sink(lambda element: counted.append(element.value) if element.name == "n.count" else None)
    sent, started = 0, time.perf_counter()
    while (took := time.perf_counter() - started) < SPAN:
        at = sent % len(values)
        for value, tags in values[at : at + PART]:
            stream.send(value, tags=tags)
        sent += PART
    if "batch_size" in grouping and sum(counted) != sent:
        sys.exit(f"{sent} values were sent, and {sum(counted)} counted")
    return took / sent * 1e9


def main():
    values = load()
    measured = {
        "streamz": streamz.__version__,
        "batches": nanos(values, batch_size=PART),
        "windows": nanos(values, window_size=0.01),
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
