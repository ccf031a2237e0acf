"""A task's items: from a generator, from ``<data dir>/<task>.jsonl`` or from the Hub, and then as they ship.

``load_set(task("math500")).items``
"""

from collections.abc import Mapping
from pathlib import Path

from suite.benchmarks.generators import generated_set
from suite.benchmarks.hub import hub_items
from suite.benchmarks.item_files import file_items, item_file
from suite.benchmarks.items import Item, ItemSet
from suite.benchmarks.probes import cut
from suite.benchmarks.shipped_items import in_shipped_order, shipped_hashes, with_shipped_ids
from suite.benchmarks.tasks import Metadata, TaskFile, all_tasks, task
from suite.files.yaml import validate


def load_set(spec: TaskFile, data_dir: Path | None = None, seed: int | None = None) -> ItemSet:
    """Return all items of a task and where they came from, in shipped order.

    ``data_dir`` (or the environment's ``RLVR_SUITE_DATA``) takes the place of the Hub. ``seed`` gives fresh
    items of a task that is generated from a seed, and changes no other task. Raises ``SuiteError`` if items
    cannot be loaded, or are not those that ship; fresh ones are not compared.
    """
    source = spec.metadata.source
    if source.of is not None and source.fraction is not None:
        # A probe has no items of its own: it cuts those of its task, which are checked there.
        whole = load_set(task(source.of), data_dir, seed)
        return whole._replace(items=[cut(item, source.fraction) for item in whole.items])
    if seed is not None and spec.metadata.seed is not None:
        spec = with_metadata(spec, {"seed": seed}, "item_seed")
    released = all_tasks().get(spec.task, spec).metadata
    hashes = shipped_hashes(spec.task)
    path = None
    if source.generator:
        if _content(spec.metadata) != _content(released):
            hashes = {}  # fresh items: nothing ships to compare them with
        loaded = generated_set(spec.metadata, released.seed)
    elif path := item_file(spec.task, data_dir):
        loaded = file_items(path)
    else:
        loaded = hub_items(source, f"task {spec.task}", f"{spec.task}.jsonl")
        loaded = loaded._replace(items=with_shipped_ids(loaded.items, hashes))
    return in_shipped_order(loaded, spec, hashes, path) if hashes else loaded


def _content(metadata: Metadata) -> tuple[int | None, tuple[int, ...] | None, int]:
    """Return what decides which items a generator makes."""
    return metadata.seed, metadata.steps, metadata.n_items


def load_items(spec: TaskFile, data_dir: Path | None = None) -> list[Item]:
    """Return the items of ``load_set``."""
    return load_set(spec, data_dir).items


def with_metadata(spec: TaskFile, given: Mapping[str, object], where: str) -> TaskFile:
    """Return the task with other metadata; raise ``SuiteError`` at ``where`` if a value does not fit."""
    metadata = validate({**spec.metadata.model_dump(mode="json"), **given}, Metadata, where)
    return spec.model_copy(update={"metadata": metadata})
