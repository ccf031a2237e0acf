"""Answers of finished cells -> compressed files beside the pages, which a page loads when it needs them.

A page opened from disk can load a script but cannot fetch, so each file is a script that hands gzipped JSON
to the page::

    rlvrAnswers.receive("items-0f3a9c12d4e5", "H4sIAAAAAAAA...");

A cell has an index (the outcome of every sample) and its texts in parts. Its items are in a separate file,
which a base shares with its checkpoints. Command: ``rlvr-suite leaderboard runs/demo --out runs/demo/board``.
"""

import base64
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from suite.benchmarks.items import SHORT_HASH
from suite.grade.stored_grades import StoredCell, over_cells
from suite.schema import OUTCOMES, Outcome, content_hash
from suite.store.cells import CellManifest, CellStore

FOLDER = "answers"
PART_CHARACTERS = 1_000_000
"""Maximum size of a file's text. Only the answers to a single item may exceed it."""
_LEVEL = 4
"""Compression level. Of 1.3 million answers: 23 s of CPU time and 182 MB at 4, 38 s and 163 MB at 6."""
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class PackedCell:
    """A finished cell's answers as files by their path in the board; ``items`` names the file of its items.

    ``outcomes`` counts samples and must equal the counts in the summary.
    """

    manifest: CellManifest
    items: str
    files: Mapping[str, bytes]
    outcomes: Mapping[Outcome, int]


def pack(cell: StoredCell) -> PackedCell:
    """Return the cell's answers as files; the same answers give the same bytes."""
    shown = [
        {
            "id": item.id,
            "problem": item.problem,
            "answer": item.answer,
            "continuation": item.continuation,
            "steps": item.steps,
        }
        for item in cell.items
    ]
    # Named by content: a base and its checkpoints were asked the same items and share their file.
    items = f"items-{content_hash([cell.manifest.cell.task, shown])[:SHORT_HASH]}"
    texts_I = [[cell.samples[item.id, s].text for s in range(cell.manifest.k)] for item in cell.items]
    starts = _starts([sum(map(len, texts)) for texts in texts_I])
    contents: dict[str, object] = {items: shown, cell.id: _index(cell, starts)}
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(texts_I)], strict=True)):
        contents[f"{cell.id}-{number}"] = texts_I[start:end]
    files = {f"{FOLDER}/{name}.js": _script(name, content) for name, content in contents.items()}
    return PackedCell(cell.manifest, items, files, Counter(grade.outcome for grade in cell.grades.values()))


def packed_cells(stores: Iterable[CellStore]) -> Iterator[PackedCell]:
    """Yield every finished cell, packed, in the order of ``stores``; a shared file comes with its first cell.

    Missing or outdated grades are computed and stored. Several processes pack many cells, but only as fast as
    the caller consumes them, because all texts together may not fit into memory.
    """
    seen: set[str] = set()
    for cell in over_cells(stores, pack):
        files = {path: content for path, content in cell.files.items() if path not in seen}
        seen.add(f"{FOLDER}/{cell.items}.js")
        yield replace(cell, files=files)


def _starts(size_I: Sequence[int]) -> list[int]:
    """Return the index of each part's first item, so that no part is too large unless it is a single item."""
    starts = [0]
    size = 0
    for index, item_size in enumerate(size_I):
        if size and size + item_size > PART_CHARACTERS:
            starts.append(index)
            size = 0
        size += item_size
    return starts


def _index(cell: StoredCell, starts: Sequence[int]) -> dict[str, object]:
    """Return the grades of all samples as columns, in item order with ``k`` entries per item.

    An item's hash is the same in every cell, so the page pairs the items of two cells by it.
    """
    keys = list(product((item.id for item in cell.items), range(cell.manifest.k)))
    grades = [cell.grades[key] for key in keys]
    samples = [cell.samples[key] for key in keys]
    number = {outcome: str(n) for n, outcome in enumerate(OUTCOMES)}
    finish = {"stop": "s", "length": "l", None: "-"}
    return {
        "k": cell.manifest.k,
        "starts": starts,
        "hashes": [item.hash[:SHORT_HASH] for item in cell.items],
        "outcomes": OUTCOMES,
        "outcome": "".join(number[grade.outcome] for grade in grades),
        "present": "".join("1" if grade.answer_present else "0" for grade in grades),
        "extracted": [grade.extracted for grade in grades],
        "finish": "".join(finish[sample.finish_reason] for sample in samples),
        "tokens": [sample.n_tokens for sample in samples],
        "errors": {index: sample.error for index, sample in enumerate(samples) if sample.error},
    }


def _script(name: str, content: object) -> bytes:
    """Return the script that hands ``content`` to the page under ``name``."""
    # ASCII JSON keeps an unpaired surrogate intact, and zlib (unlike the gzip module) writes no time into the
    # header, so the same content always gives the same bytes.
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    packed = packer.compress(json.dumps(content, separators=(",", ":")).encode("ascii")) + packer.flush()
    return b'rlvrAnswers.receive("%s", "%s");\n' % (name.encode("ascii"), base64.b64encode(packed))
