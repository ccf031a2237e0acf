"""Answers of finished cells -> compressed files beside the pages, which a page loads when it needs them.

A page opened from disk can load a script but fetch nothing, so each file is a script that hands gzipped JSON to the page. Of a
cell there are its index (what every sample earned) and its texts in parts; its items stand in a file of their own, which a base
shares with its checkpoints. Command: ``rlvr-suite leaderboard runs/demo --out runs/demo/board``.
"""

import base64
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from suite.benchmarks.items import SHORT_HASH
from suite.grade.stored_grades import StoredCell, over_cells
from suite.schema import OUTCOMES, Outcome, content_hash
from suite.store.cells import CellManifest, CellStore

FOLDER = "answers"
PART_CHARACTERS = 1_000_000
"""How much text a file holds at most, except where the answers to one item are more than that."""
_LEVEL = 4
"""For 1.3 million answers of 300 characters, reading and packing takes 23 s of CPU time and 182 MB at 4, 38 s and 163 MB at 6."""
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class PackedCell:
    """A finished cell's answers as files of the board, by path from its folder; ``items`` names the file of its items.

    ``outcomes`` counts samples, as the summary does of the same cell.
    """

    manifest: CellManifest
    items: str
    files: Mapping[str, bytes]
    outcomes: Mapping[Outcome, int]


def pack(cell: StoredCell) -> PackedCell:
    """The cell's answers as files; the same answers give the same bytes."""
    shown = [
        {
            "id": i.id,
            "problem": i.problem,
            "answer": i.answer,
            "continuation": i.continuation,
            "steps": i.steps,
        }
        for i in cell.items
    ]
    items = f"items-{content_hash([cell.manifest.cell.task, shown])[:SHORT_HASH]}"
    texts_I = _texts_I(cell)
    starts = _starts([sum(map(len, texts)) for texts in texts_I])
    contents: dict[str, object] = {items: shown, cell.id: _index(cell, starts)}
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(texts_I)], strict=True)):
        contents[f"{cell.id}-{number}"] = texts_I[start:end]
    files = {f"{FOLDER}/{name}.js": _script(name, content) for name, content in contents.items()}
    return PackedCell(cell.manifest, items, files, Counter(grade.outcome for grade in cell.grades.values()))


def packed_cells(stores: Iterable[CellStore]) -> Iterator[PackedCell]:
    """Every finished cell, packed, in the order of ``stores``; a file that several cells share comes with the first of them.

    Grades that are missing or out of date are made and stored. Many cells are packed by several processes, and only as fast as
    they are taken: their texts together may not fit into memory.
    """
    seen: set[str] = set()
    for cell in over_cells(stores, pack):
        files = {path: content for path, content in cell.files.items() if path not in seen}
        seen.add(f"{FOLDER}/{cell.items}.js")
        yield replace(cell, files=files)


def _texts_I(cell: StoredCell) -> list[list[str]]:
    """The texts of each item's samples, in item order."""
    return [[cell.samples[item.id, s].text for s in range(cell.manifest.k)] for item in cell.items]


def _starts(size_I: Sequence[int]) -> list[int]:
    """The place of each part's first item, so that no part is larger than allowed unless it is one item."""
    starts, size = [0], 0
    for place, more in enumerate(size_I):
        if size and size + more > PART_CHARACTERS:
            starts.append(place)
            size = 0
        size += more
    return starts


def _index(cell: StoredCell, starts: Sequence[int]) -> dict[str, object]:
    """What every sample earned, as columns, ``k`` samples an item in item order; an item's hash is the same in every cell."""
    keys = [(item.id, s) for item in cell.items for s in range(cell.manifest.k)]
    grades, samples = [cell.grades[key] for key in keys], [cell.samples[key] for key in keys]
    number = {outcome: str(n) for n, outcome in enumerate(OUTCOMES)}
    return {
        "k": cell.manifest.k,
        "starts": starts,
        "hashes": [item.hash[:SHORT_HASH] for item in cell.items],
        "outcomes": OUTCOMES,
        "outcome": "".join(number[grade.outcome] for grade in grades),
        "present": "".join("1" if grade.answer_present else "0" for grade in grades),
        "extracted": [grade.extracted for grade in grades],
        "finish": "".join(
            {"stop": "s", "length": "l", None: "-"}[sample.finish_reason] for sample in samples
        ),
        "tokens": [sample.n_tokens for sample in samples],
        "errors": {place: sample.error for place, sample in enumerate(samples) if sample.error},
    }


def _script(name: str, content: object) -> bytes:
    """JSON is written in ASCII, so that half a surrogate pair survives; ``zlib`` writes no time into its gzip header."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    packed = packer.compress(json.dumps(content, separators=(",", ":")).encode("ascii")) + packer.flush()
    return b'rlvrAnswers.receive("%s", "%s");\n' % (name.encode("ascii"), base64.b64encode(packed))
