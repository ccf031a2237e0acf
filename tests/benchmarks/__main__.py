"""Every benchmark, into build/bench.json: ours over theirs, smaller is better. ``make bench``."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import grade

OUT = Path(__file__).resolve().parents[2] / "build" / "bench.json"

if __name__ == "__main__":
    rows = grade.measure()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(rows, indent=1) + "\n")
    for name, row in rows.items():
        print(f"{name}: {row['ratio']:.3f} ({row['ours']:.3f} / {row['theirs']:.3f} {row['unit']})")
