"""``rlvr-suite list``: what there is, from the registry, its overlays and a run folder."""

import json
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from suite.commands.flags import DEFAULT_RUN, add_json, add_out, add_registry, one_of
from suite.commands.parser import DONE, Command, Parser

if TYPE_CHECKING:
    from suite.registry import Registry
    from suite.schema import Pair

Row = Mapping[str, object]

HAS_RESULTS = "has results"
EXISTS = "exists"
TRAINABLE = "can be trained"
"""Status of a pair: both arms are evaluated in the run, its checkpoint is known, or a recipe can make it."""


def _add_flags(parser: Parser) -> None:
    what = parser.group("what to list")
    what.add_argument("what", metavar="WHAT", type=one_of(list(LISTINGS)), help=", ".join(LISTINGS))
    add_json(what)
    files = parser.group("files")
    add_out(files, "run folder whose checkpoints and results count", default=DEFAULT_RUN)
    add_registry(files)


def _run(args: Namespace) -> int:
    from suite.commands.terminal import print_rows

    rows = LISTINGS[args.what](args.registry, args.out)
    if args.json:
        print(json.dumps(rows, indent=1))
        return DONE
    print_rows(rows)
    if args.what == "pairs":
        print()
        print_rows(pair_grid(rows, args.registry))
    return DONE


def _families(overlays: Sequence[Path], _run: Path) -> list[Row]:
    from suite.registry import load_registry

    families = load_registry(overlays).families
    return [{"family": family_id, "name": family.name} for family_id, family in families.items()]


def _models(overlays: Sequence[Path], run: Path) -> list[Row]:
    from suite.registry import load_registry
    from suite.store.run_folder import RunStore

    rows: list[Row] = []
    models = load_registry(overlays).with_models(RunStore(run).models()).models
    for model_id, model in models.items():
        rows.append(
            {
                "model": model_id,
                "family": model.family,
                "base": model.base or "",
                "source": model.source,
                "gated": "gated" if model.gated else "",
                "protocol": model.protocol,
                "context": model.context or "",
                "dtype": model.dtype,
                "released": model.released or "",
            }
        )
    return rows


def _pairs(overlays: Sequence[Path], run: Path) -> list[Row]:
    from suite.registry import load_registry
    from suite.store.pairs import known_pairs
    from suite.store.run_folder import RunStore

    registry = load_registry(overlays)
    store = RunStore(run)
    # A pair has results once both of its arms have a finished cell in the run, whatever the task.
    evaluated = {manifest.cell.model for cell in store.finished() if (manifest := cell.manifest)}
    known = known_pairs(registry, store)
    status = {}
    for pair in known:
        status[pair.checkpoint] = HAS_RESULTS if {pair.base, pair.checkpoint} <= evaluated else EXISTS
    # A slot of a recipe is listed until some checkpoint fills it, whatever its training seed.
    filled = {(pair.base, pair.reward, pair.recipe) for pair in known}
    slots = [pair for pair in _slots(registry) if (pair.base, pair.reward, pair.recipe) not in filled]
    order = list(registry.families)

    def place(pair: "Pair") -> tuple[int, str]:
        return (order.index(pair.family) if pair.family in order else len(order)), pair.base

    rows: list[Row] = []
    for pair in sorted([*known, *slots], key=place):
        fields = pair.model_dump(exclude={"base_weights", "weights"})
        rows.append({**fields, "status": status.get(pair.checkpoint, TRAINABLE)})
    return rows


def _slots(registry: "Registry") -> list["Pair"]:
    """Return every pair that a recipe of the registry can make, with the first training seed."""
    from suite.grpo.job import TrainingRun
    from suite.grpo.recipe import load_recipe
    from suite.schema import Pair

    pairs = []
    for slot in registry.slots:
        step = load_recipe(slot.recipe).steps
        for family in slot.families:
            for base in registry.bases(family):
                for reward in slot.rewards:
                    checkpoint = TrainingRun(base, reward, slot.recipe).checkpoint
                    pairs.append(
                        Pair(
                            family=family,
                            base=base,
                            checkpoint=checkpoint,
                            reward=reward,
                            recipe=slot.recipe,
                            seed=0,
                            step=step,
                        )
                    )
    return pairs


def pair_grid(rows: Sequence[Row], overlays: Sequence[Path]) -> list[Row]:
    """Return a grid, bases by rewards: how many pairs of ``rows`` have results, exist or can be trained."""
    from suite.registry import load_registry

    registry = load_registry(overlays)
    rewards = dict.fromkeys([*registry.rewards, *(str(row["reward"]) for row in rows)])
    bases = dict.fromkeys([*registry.bases(), *(str(row["base"]) for row in rows)])
    # Bases and rewards without a pair have their row and column, too: the gaps are the point.
    grid: list[Row] = []
    for base in bases:
        of_base = [row for row in rows if row["base"] == base]
        cells = {reward: _counts([row for row in of_base if row["reward"] == reward]) for reward in rewards}
        grid.append({"base": base, **cells})
    return grid


def _counts(rows: Sequence[Row]) -> str:
    """Return how many pairs have each status: ``results 2, recipe``."""
    words = []
    for word, status in (("results", HAS_RESULTS), ("exists", EXISTS), ("recipe", TRAINABLE)):
        count = sum(row["status"] == status for row in rows)
        if count:
            words.append(f"{word} {count}" if count > 1 else word)
    return ", ".join(words) or "-"


def _tasks(_overlays: Sequence[Path], _run: Path) -> list[Row]:
    from suite.benchmarks.tasks import all_tasks

    rows: list[Row] = []
    for task in all_tasks().values():
        rows.append(
            {
                "task": task.task,
                "title": task.metadata.title,
                "items": task.metadata.n_items,
                "k": task.k,
                "version": task.metadata.version,
                "groups": ", ".join(task.tag),
            }
        )
    return rows


def _rewards(overlays: Sequence[Path], _run: Path) -> list[Row]:
    """List the rewards that can be trained here, then those that only the literature or an overlay knows."""
    from suite.grpo.rewards import REWARDS
    from suite.registry import load_registry

    known = load_registry(overlays).rewards
    rows: list[Row] = []
    for name in dict.fromkeys([*REWARDS, *known]):
        rows.append(
            {
                "reward": name,
                "pays": known[name].description,
                "control": "spurious" if known[name].spurious else "",
                "train": "yes" if name in REWARDS else "not here yet",
            }
        )
    return rows


def _protocols(overlays: Sequence[Path], _run: Path) -> list[Row]:
    from suite.registry import load_registry

    rows: list[Row] = []
    for name, protocol in load_registry(overlays).protocols.items():
        template = json.dumps(protocol.template, ensure_ascii=False)
        rows.append(
            {
                "protocol": name,
                "description": protocol.description
                + (" (reconstruction)" if protocol.reconstruction else ""),
                "prompt": ("chat template of " if protocol.chat else "") + template,
                "stops": " ".join(map(repr, protocol.stops)),
                "source": protocol.source or "",
            }
        )
    return rows


LISTINGS: dict[str, Callable[[Sequence[Path], Path], list[Row]]] = {
    "families": _families,
    "models": _models,
    "pairs": _pairs,
    "tasks": _tasks,
    "rewards": _rewards,
    "protocols": _protocols,
}
"""What can be listed -> its rows, given the overlays and a run folder."""

COMMAND = Command(
    name="list",
    summary="list families, models, pairs, tasks, rewards or protocols",
    usage="WHAT [FLAGS]",
    examples=("rlvr-suite list tasks", "rlvr-suite list pairs --registry mine.yaml --json"),
    add_flags=_add_flags,
    run=_run,
)
