"""Items from a dataset of the Hugging Face Hub, at one commit; from the local cache without a network."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path

from suite.benchmarks.item_files import DATA_VARIABLE
from suite.benchmarks.items import Item, ItemSet
from suite.benchmarks.tasks import ItemSource
from suite.errors import SuiteError

_HUB_SECONDS = 10.0
"""How long the Hub may take to answer whether it is there."""


def hub_items(source: ItemSource, where: str, file: str) -> ItemSet:
    """Return the dataset's items under its own ids or row numbers.

    ``file`` is the name of the file that could take the dataset's place in a data folder. Raises
    ``SuiteError`` at ``where`` if the dataset cannot be loaded or lacks a column.
    """
    rows, commit = _rows(source, where, file)
    columns = source.columns
    needed = {column for column in (columns.id, columns.problem, columns.answer) if column}
    missing = sorted(needed - rows[0].keys()) if rows else []
    if missing:
        what = f"'{source.hub}' has no column {', '.join(missing)}. It has: {', '.join(rows[0])}"
        fix = f"Report it; meanwhile give --data-dir or {DATA_VARIABLE} with a folder that holds {file}"
        raise SuiteError(what, where, fix)
    items = []
    for number, row in enumerate(rows):
        item_id = str(row[columns.id] if columns.id else number)
        items.append(Item(item_id, str(row[columns.problem]), str(row[columns.answer])))
    return ItemSet(items, str(source.hub), commit)


def _rows(source: ItemSource, where: str, file: str) -> tuple[list[Mapping[str, object]], str | None]:
    """Return the dataset's rows, one configuration after another, and their commit."""
    from datasets import load_dataset

    # Without a network the client retries each request for half a minute before it looks into its cache.
    is_here = Path(str(source.hub)).is_dir() or _is_hub_reachable()
    rows: list[Mapping[str, object]] = []
    try:
        with nullcontext() if is_here else _from_cache_alone():
            commit = resolved_commit(source)
            for name in source.configs or (None,):
                rows += load_dataset(source.hub, name, split=source.split, revision=commit)
    except Exception as error:  # the Hub client raises many kinds: offline, gated, gone
        if is_here:
            why = f"cannot be loaded ({type(error).__name__})"
            way = "Ask for access on its page"
        else:
            why = "are not in the cache, and the Hub cannot be reached"
            way = "Go online"
        fix = f"{way}, or give --data-dir or {DATA_VARIABLE} with a folder that holds {file}"
        raise SuiteError(f"the items of '{source.hub}' {why}", where, fix) from error
    return rows, commit


def resolved_commit(source: ItemSource) -> str | None:
    """Return the commit that the source's revision means; a full commit hash needs no request."""
    if source.revision and re.fullmatch(r"[0-9a-f]{40}", source.revision):
        return source.revision
    from huggingface_hub import HfApi

    return HfApi().dataset_info(str(source.hub), revision=source.revision).sha


@cache
def _is_hub_reachable() -> bool:
    """Whether the Hub answers one request; the client itself would retry each for half a minute."""
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=_HUB_SECONDS)
    except Exception:
        # No route, no answer in time, set offline: the client's error types change with its version.
        return False
    return True


@contextmanager
def _from_cache_alone() -> Iterator[None]:
    """Make ``datasets`` use its cache only, as HF_DATASETS_OFFLINE=1 does, which it reads once, on import."""
    from datasets import config

    before = config.HF_HUB_OFFLINE
    config.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        config.HF_HUB_OFFLINE = before
