"""A loaded set is compared with ``tasks/<task>/items.tsv``, which ships a hash of each item and no text.

A line is an item's id, a tab, and the first hex digits of its hash. ``python
tests/benchmarks/test_shipped_items.py`` rewrites these files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from suite.benchmarks.item_files import DATA_VARIABLE
from suite.benchmarks.items import Item, ItemSet
from suite.benchmarks.tasks import TaskFile
from suite.errors import SuiteError
from suite.files import shipped

_LISTED = 10
"""How many ids of a kind an error lists."""


def shipped_hashes(set_id: str) -> dict[str, str]:
    """Return item id -> short hash from the task's ``items.tsv``, in its order; empty without a file."""
    path = shipped.tasks_dir() / set_id / "items.tsv"
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


def with_shipped_ids(items: Sequence[Item], hashes: Mapping[str, str]) -> list[Item]:
    """Return the items under their shipped ids, so that ids do not depend on the dataset's row names.

    An item that does not ship keeps its own id, or gets its row number if a shipped item has that id.
    """
    id_of = {short: item_id for item_id, short in hashes.items()}
    taken = {id_of[item.short_hash] for item in items if item.short_hash in id_of}
    renamed = []
    for number, item in enumerate(items):
        spare = f"row {number}" if item.id in taken else item.id
        # Each shipped id goes to one row: the second of two equal rows is reported as one too many.
        renamed.append(replace(item, id=id_of.pop(item.short_hash, spare)))
    return renamed


def in_shipped_order(
    loaded: ItemSet, spec: TaskFile, hashes: Mapping[str, str], path: Path | None
) -> ItemSet:
    """Return the set in shipped order; raise ``SuiteError`` if an item is changed, missing or one too many.

    ``path`` is the file that the set was read from, if it was one.
    """
    items = {item.id: item for item in loaded.items}
    differing = {
        "changed": [i for i, short in hashes.items() if i in items and items[i].short_hash != short],
        "missing": [i for i in hashes if i not in items],
        "not in the set": [i for i in items if i not in hashes],
    }
    faults = "; ".join(f"{kind}: {_listed(ids)}" for kind, ids in differing.items() if ids)
    if faults:
        what = f"not the {len(hashes)} items of version {spec.metadata.version} that ship. Ids {faults}"
        where, fix = _place_and_fix(loaded, spec, path)
        raise SuiteError(what, where, fix)
    return loaded._replace(items=[items[i] for i in hashes])


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    return f"{len(ids)} ({', '.join(ids[:_LISTED])}{more})"


def _place_and_fix(loaded: ItemSet, spec: TaskFile, path: Path | None) -> tuple[str, str]:
    """Return where a set that differs came from, and what helps there."""
    readme = shipped.tasks_dir() / spec.task / "README.md"
    if path is not None:
        hub = f"leave out --data-dir and {DATA_VARIABLE} to use the Hub's, which is pinned"
        return str(path), f"Put the set there that {readme} names, or {hub}"
    if spec.metadata.source.generator:
        writer = "tests/benchmarks/test_shipped_items.py"
        fix = f"Undo the change of the generator, or rewrite items.tsv ({writer}) and raise 'version'"
        return f"task {spec.task}: {loaded.dataset}", fix
    file = f"{spec.task}.jsonl, the set that {readme} names"
    return (
        f"task {spec.task}: {loaded.dataset} at {loaded.revision}",
        f"Report it; meanwhile give --data-dir with a folder that holds {file}",
    )
