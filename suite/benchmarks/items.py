"""A task's items: from a generator, from ``<data dir>/<task>.jsonl`` (fields id, problem, answer) or from the Hub.

Wherever they come from, they are compared with ``tasks/<task>/items.tsv``, which ships the hash of each and no text.
``python tests/benchmarks/test_items.py`` writes these files anew.
"""

import difflib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from suite.benchmarks import arithmetic
from suite.benchmarks.tasks import Metadata, Source, TaskFile, all_tasks, task
from suite.errors import SuiteError
from suite.files import json_lines, shipped
from suite.files.yaml import validate
from suite.schema import Strict, content_hash

DATA_VARIABLE = "RLVR_SUITE_DATA"
SHORT_HASH = 16
"""Hex digits of an item's hash in ``items.tsv``."""
_NAMED = 10
"""How many ids of a kind an error lists."""
_HUB_SECONDS = 10.0
"""How long the Hub may take to answer whether it is there."""
_SETTABLE = ("seed", "steps", "n_items", "data_dir")
"""What lm-eval's ``--metadata`` may set."""
_NEAR = 0.75
"""From which similarity on (difflib's ratio) a key is taken for a mistyped one: "sead" is, vLLM's "download_dir" is not."""
_NUMBER = re.compile(r"[+-]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)")
_DEGREES = re.compile(r"\s*(?:\^\s*(?:\\circ|\{\s*\\circ\s*\})|°)$")


def plain_answer(answer: str) -> str:
    """One spelling for a plain number: "142.0", "$142$" and "142" are one, "025" and "25", "336^\\circ" and "336".

    Any other answer keeps its text, with white space as single blanks. This is about identity of items and knows nothing of
    grading, so that no change of the grader changes what an item is.
    """
    text = _DEGREES.sub("", answer.strip().strip("$"))
    if not _NUMBER.fullmatch(text):
        return " ".join(answer.split())
    value = Decimal(text.replace(",", ""))
    digits = format(value, "f") if value else "0"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


@dataclass(frozen=True)
class Item:
    """One question. ``problem`` is what the model is shown; ``continuation`` the hidden rest of it, for a contamination probe.

    ``steps`` is the number of operations of a generated arithmetic item, its level; 0 for any other.
    """

    id: str
    problem: str
    answer: str
    continuation: str = ""
    steps: int = 0

    @property
    def hash(self) -> str:
        """Content hash of the question, with white space as single blanks, and the ``plain_answer``."""
        question = " ".join((self.problem + self.continuation).split())
        return hashlib.sha256(f"{question}\0{plain_answer(self.answer)}".encode()).hexdigest()


class ItemSet(NamedTuple):
    """Items and where they came from: a dataset id, a file's name or a generator, with the revision where there is one.

    ``revision`` is the Hub's commit; for a file it is "sha256:" and the hash of its bytes.
    """

    items: list[Item]
    dataset: str
    revision: str | None = None


def items_hash(items: Sequence[Item]) -> str:
    """Hash of an item set: order and ids do not count."""
    return content_hash(sorted(item.hash for item in items))


def _cut(item: Item, fraction: float) -> Item:
    """``item`` as a probe: the first ``fraction`` of the question's characters, back to the last whole word."""
    shown = item.problem[: int(len(item.problem) * fraction)]
    if not item.problem[len(shown)].isspace():
        shown = re.sub(r"\S+$", "", shown) or shown  # a question of one word is cut inside it
    head = shown.rstrip()
    return replace(item, problem=head, continuation=item.problem[len(head) :])


def _word_problems(metadata: Metadata) -> list[Item]:
    from suite.benchmarks import micro_corpus, micro_world

    if metadata.source.generator == "micro_bench":
        problems = micro_corpus.bench_problems()
    else:
        steps = metadata.steps or micro_corpus.EVAL_STEPS
        held_out = frozenset(p.text for p in micro_corpus.bench_problems())
        problems = micro_world.word_problems(metadata.seed or 0, metadata.n_items, steps, held_out)
    return [Item(str(i), p.text, str(p.answer)) for i, p in enumerate(problems)]


def _calculations(metadata: Metadata) -> list[Item]:
    """Levels in turn, so that any first part of the set holds them alike; the id is level and number, such as "12-0"."""
    levels = metadata.steps or tuple(range(1, arithmetic.MAX_STEPS + 1))
    each = -(-metadata.n_items // len(levels))
    drawn = [arithmetic.expressions(metadata.seed or 0, steps, each) for steps in levels]
    in_turn = [(number, level[number]) for number in range(each) for level in drawn]
    return [
        Item(f"{e.steps}-{number}", arithmetic.PROMPT + e.latex, arithmetic.label(e.value), steps=e.steps)
        for number, e in in_turn[: metadata.n_items]
    ]


def _released(spec: TaskFile) -> Metadata:
    """The metadata of the task as it ships, whatever seed, levels or number are asked of it."""
    return all_tasks().get(spec.task, spec).metadata


def _generated(spec: TaskFile) -> ItemSet:
    """Items of another seed than the task's own have it in their ids, such as "s7-12-0", so that no two seeds share an id."""
    metadata = spec.metadata
    made = (_calculations if metadata.source.generator == "random_calculation" else _word_problems)(metadata)
    if metadata.seed != _released(spec).seed:
        made = [replace(item, id=f"s{metadata.seed}-{item.id}") for item in made]
    seed = "" if metadata.seed is None else f", seed {metadata.seed}"
    return ItemSet(made, f"generator {metadata.source.generator}{seed}")


class _Row(Strict):
    id: str
    problem: str
    answer: str
    difficulty: int | None = None


def file_items(path: Path) -> ItemSet:
    """The items of a file of JSON lines, with the hash of its bytes as the revision."""
    out: dict[str, Item] = {}
    content = json_lines.content(path)
    for where, row in json_lines.rows(content, _Row, path, "id, problem, answer (all text)"):
        if row.id in out:
            raise SuiteError(f"item id '{row.id}' appears twice", where, "Give each item its own id")
        out[row.id] = Item(row.id, row.problem, row.answer)
    if not out:
        raise SuiteError("no items", str(path), "Put one JSON object a line (id, problem, answer)")
    return ItemSet(list(out.values()), path.name, f"sha256:{hashlib.sha256(content).hexdigest()}")


def _commit(source: Source) -> str | None:
    """The commit that the source's revision stands for; a full commit hash is one already, so nobody is asked."""
    if source.revision and re.fullmatch(r"[0-9a-f]{40}", source.revision):
        return source.revision
    from huggingface_hub import HfApi

    return HfApi().dataset_info(str(source.hub), revision=source.revision).sha


@cache
def _is_hub_reachable() -> bool:
    """One request that is not tried again: the client itself retries each of its own for half a minute."""
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=_HUB_SECONDS)
    except (
        Exception
    ):  # of the client, whose kinds change with its version: no route, no answer in time, told to be offline
        return False
    return True


@contextmanager
def _from_cache_alone() -> Iterator[None]:
    """Within it ``datasets`` asks its cache only, as under HF_DATASETS_OFFLINE=1 (which it reads once, on import)."""
    from datasets import config

    before, config.HF_HUB_OFFLINE = config.HF_HUB_OFFLINE, True
    try:
        yield
    finally:
        config.HF_HUB_OFFLINE = before


def _hub_rows(source: Source, where: str, file: str) -> tuple[list[Mapping[str, object]], str | None]:
    """The dataset's rows, one configuration after another, and the commit that they are of."""
    from datasets import load_dataset

    is_here = Path(str(source.hub)).is_dir() or _is_hub_reachable()
    try:
        with nullcontext() if is_here else _from_cache_alone():
            commit = _commit(source)
            parts = [
                load_dataset(source.hub, name, split=source.split, revision=commit)
                for name in source.configs or (None,)
            ]
    except Exception as error:  # the Hub client raises many kinds: offline, gated, gone
        why = (
            f"cannot be loaded ({type(error).__name__})"
            if is_here
            else "are not in the cache, and the Hub cannot be reached"
        )
        way = "Ask for access on its page" if is_here else "Go online"
        fix = f"{way}, or give --data-dir or {DATA_VARIABLE} with a folder that holds {file}"
        raise SuiteError(f"the items of '{source.hub}' {why}", where, fix) from error
    return [row for part in parts for row in part], commit


def hub_items(source: Source, where: str, file: str) -> ItemSet:
    """The dataset's items under its own ids or row numbers; ``file`` is the one that could take its place in a data folder."""
    rows, commit = _hub_rows(source, where, file)
    columns = source.columns
    needed = {column for column in (columns.id, columns.problem, columns.answer) if column}
    if missing := sorted(needed - rows[0].keys()) if rows else []:
        what = f"'{source.hub}' has no column {', '.join(missing)}. It has: {', '.join(rows[0])}"
        fix = f"Report it; meanwhile give --data-dir or {DATA_VARIABLE} with a folder that holds {file}"
        raise SuiteError(what, where, fix)
    own = [
        Item(
            str(row[columns.id] if columns.id else number),
            str(row[columns.problem]),
            str(row[columns.answer]),
        )
        for number, row in enumerate(rows)
    ]
    return ItemSet(own, str(source.hub), commit)


def _from_hub(spec: TaskFile, shipped: Mapping[str, str]) -> ItemSet:
    """The dataset's items; one that ships takes its shipped id, so ids do not hang on what the dataset calls its rows."""
    loaded = hub_items(spec.metadata.source, f"task {spec.task}", f"{spec.task}.jsonl")
    return loaded._replace(items=_named_as_shipped(loaded.items, shipped))


def _named_as_shipped(items: Sequence[Item], shipped: Mapping[str, str]) -> list[Item]:
    """Items that ship take their shipped ids; any other keeps its own, or its row number where that id is taken."""
    id_of = {short: item_id for item_id, short in shipped.items()}
    taken = {id_of[item.hash[:SHORT_HASH]] for item in items if item.hash[:SHORT_HASH] in id_of}
    out = []
    for number, item in enumerate(items):
        spare = f"row {number}" if item.id in taken else item.id
        out.append(replace(item, id=id_of.pop(item.hash[:SHORT_HASH], spare)))
    return out


def shipped_hashes(set_id: str) -> dict[str, str]:
    """Item id -> short hash, as the task's ``items.tsv`` has them, in its order; empty where no such file ships."""
    path = shipped.tasks_dir() / set_id / "items.tsv"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


def _list_of(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return f"{len(ids)} ({', '.join(ids[:_NAMED])}{more})"


def _place_and_fix(loaded: ItemSet, spec: TaskFile, path: Path | None) -> tuple[str, str]:
    """Where a set that is not the one that ships came from, by path if it is a file, and what helps there."""
    readme = shipped.tasks_dir() / spec.task / "README.md"
    if path:
        fix = f"Put the set there that {readme} names, or use the Hub's, which is pinned: without --data-dir and {DATA_VARIABLE}"
        return str(path), fix
    if spec.metadata.source.generator:
        writer = "tests/benchmarks/test_items.py"
        fix = f"Undo the change of the generator; if it is meant, write items.tsv anew ({writer}) and raise 'version'"
        return f"task {spec.task}: {loaded.dataset}", fix
    place = f"task {spec.task}: {loaded.dataset} at {loaded.revision}"
    return (
        place,
        f"Report it; meanwhile give --data-dir with a folder that holds {spec.task}.jsonl, the set that {readme} names",
    )


def _as_shipped(loaded: ItemSet, spec: TaskFile, shipped: Mapping[str, str], path: Path | None) -> ItemSet:
    """The set in shipped order; an item that differs from what ships, is missing or is one too many is an error.

    ``path`` is the file that the set was read from, if it was one.
    """
    found = {item.id: item for item in loaded.items}
    differing = {
        "changed": [i for i, short in shipped.items() if i in found and found[i].hash[:SHORT_HASH] != short],
        "missing": [i for i in shipped if i not in found],
        "not in the set": [i for i in found if i not in shipped],
    }
    if any(differing.values()):
        faults = "; ".join(f"{kind}: {_list_of(ids)}" for kind, ids in differing.items() if ids)
        what = f"not the items of version {spec.metadata.version}, of which {len(shipped)} ship. Ids {faults}"
        raise SuiteError(what, *_place_and_fix(loaded, spec, path))
    return loaded._replace(items=[found[i] for i in shipped])


def _file(spec: TaskFile, data_dir: Path | None) -> Path | None:
    """The file that takes the place of the Hub; None where none is asked for, and for a generated task."""
    folder = data_dir or (Path(os.environ[DATA_VARIABLE]) if os.environ.get(DATA_VARIABLE) else None)
    if folder is None or spec.metadata.source.generator:
        return None
    path = folder / f"{spec.task}.jsonl"
    if not path.is_file():
        raise SuiteError(
            f"no items of '{spec.task}' here",
            str(path),
            "Put the file there, or name another folder with --data-dir",
        )
    return path


def _is_fresh(spec: TaskFile) -> bool:
    """Whether the task generates other items than those that ship: another seed, other levels, another number of them."""
    asked = [(m.seed, m.steps, m.n_items) for m in (spec.metadata, _released(spec))]
    return spec.metadata.source.generator is not None and asked[0] != asked[1]


def load_set(spec: TaskFile, data_dir: Path | None = None, seed: int | None = None) -> ItemSet:
    """All items of a task and where they came from, in shipped order.

    ``data_dir`` (or the environment's ``RLVR_SUITE_DATA``) takes the place of the Hub. ``seed`` asks a task that is generated
    from a seed for fresh items; it changes no other task. Raises SuiteError where items cannot be had, or are not those that
    ship; fresh ones are compared with nothing.
    """
    source = spec.metadata.source
    if source.of is not None and source.fraction is not None:
        whole = load_set(task(source.of), data_dir, seed)
        return whole._replace(items=[_cut(item, source.fraction) for item in whole.items])
    if seed is not None and spec.metadata.seed is not None:
        spec = _with_metadata(spec, {"seed": seed}, "item_seed")
    shipped = {} if _is_fresh(spec) else shipped_hashes(spec.task)
    path = _file(spec, data_dir)
    loaded = file_items(path) if path else _generated(spec) if source.generator else _from_hub(spec, shipped)
    return _as_shipped(loaded, spec, shipped, path) if shipped else loaded


def load_items(spec: TaskFile, data_dir: Path | None = None) -> list[Item]:
    """The items of ``load_set``."""
    return load_set(spec, data_dir).items


def _with_metadata(spec: TaskFile, given: Mapping[str, object], where: str) -> TaskFile:
    metadata = validate({**spec.metadata.model_dump(mode="json"), **given}, Metadata, where)
    return spec.model_copy(update={"metadata": metadata})


def _refuse_near_miss(key: str) -> None:
    """``item_seed`` is what the suite's own run files call the seed; no model argument of lm-eval 0.4.13 is so near."""
    known = (*_SETTABLE, "task_id", "item_seed")
    near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=_NEAR)
    if near and key not in (*_SETTABLE, "task_id"):
        meant = "seed" if near[0] == "item_seed" else near[0]
        raise SuiteError(
            f"unknown key '{key}'. Known: {', '.join(_SETTABLE)}", "--metadata", f"Write '{meant}'"
        )


def dataset(task_id: str, **metadata: object) -> "dict[str, Dataset]":  # type: ignore[name-defined]  # noqa: F821 (heavy import)
    """lm-eval's ``custom_dataset``: the items as a ``test`` split; ``--metadata`` may set seed, steps, n_items and data_dir.

    lm-eval adds the model's arguments and the task's own metadata, so that an unknown key is no mistake; a near miss is.
    """
    for key in metadata:
        _refuse_near_miss(key)
    given: dict[str, object] = {key: metadata[key] for key in _SETTABLE if key in metadata}
    spec = _with_metadata(task(task_id), given, "--metadata")
    data_dir = spec.metadata.data_dir
    return as_dataset(load_items(spec, Path(data_dir) if data_dir else None))


def as_dataset(items: Sequence[Item]) -> "dict[str, Dataset]":  # type: ignore[name-defined]  # noqa: F821 (heavy import)
    """Items as the ``test`` split that lm-eval reads."""
    from datasets import Dataset

    return {"test": Dataset.from_list([asdict(item) for item in items])}
