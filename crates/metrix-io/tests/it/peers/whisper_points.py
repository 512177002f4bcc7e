"""Reads Graphite's files by Graphite's own library, as whisper-fetch does, but all of them: whisper_points.py FOLDER, with Debian's Python.

For each series it prints a line of JSON, [path within the folder, [[second, value], ...]].
"""

import json
import os
import struct
import sys
import time

import whisper

folder, now = sys.argv[1], int(time.time())
for place, _, names in os.walk(folder):
    for name in names:
        path = os.path.join(place, name)
        try:
            (begin, end, step), values = whisper.fetch(path, 0, now, now)
        except (whisper.CorruptWhisperFile, struct.error):
            # It is being made.
            continue
        points = [[second, value] for second, value in zip(range(begin, end, step), values) if value is not None]
        print(json.dumps([os.path.relpath(path, folder), points]))
