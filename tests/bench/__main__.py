"""Every benchmark, or those named, into build/bench.json: ours over theirs, smaller is better. ``make
bench``.

``python tests/bench grade`` measures one; rows of the others stay as they were.
"""

import importlib
import json
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "build" / "bench.json"
MODULES = ("grade", "engines", "summarize", "train", "board")

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[1]))  # tests, for their builders
    rows = json.loads(OUT.read_text()) if OUT.exists() else {}
    for name in sys.argv[1:] or MODULES:
        for key, row in importlib.import_module(name).measure().items():
            rows[key] = row
            print(
                f"{key}: {row['ratio']:.3f} ({row['ours']:.3f} / {row['theirs']:.3f} {row['unit']})",
                flush=True,
            )
            OUT.parent.mkdir(exist_ok=True)
            OUT.write_text(json.dumps(rows, indent=1) + "\n")
