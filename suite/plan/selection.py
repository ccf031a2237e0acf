"""What a user selects -> models and tasks to run: families or a pair of one's own, tasks, protocols; from flags or a run file.

A run file is YAML with the keys of ``Selection``; flags take the place of its keys.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, Self

from pydantic import Field, PrivateAttr, model_validator

from suite.benchmarks.items import ItemSet, load_set
from suite.benchmarks.tasks import expand
from suite.errors import SuiteError
from suite.files.text import did_you_mean, shown
from suite.files.yaml import Document, flag
from suite.plan.cells import ModelToRun, PlannedCell, TaskToRun, Wishes, plan, task_to_run
from suite.plan.own_pair import Given, OwnPair, own_pair
from suite.registry import ALL, Registry
from suite.registry.protocols import PLAIN, Prompt, Protocol, has_chat_template, prompt_of
from suite.registry.weights import adapter_hash, hub_revision, is_adapter, is_here, locate, weights_hash
from suite.schema import UNSTATED, Decoding, Pair, Strict
from suite.store.run_folder import RunStore

_OWN = ("before", "after", "family", "reward")


class Selection(Strict):
    """What to run: the models of ``families``, or one pair of your own, ``before`` and ``after`` (ids or folders), on ``tasks``.

    ``tasks`` may name groups, too. With "all" among ``protocols`` the bases are asked in every way that their tokenizer can
    write, the checkpoints in the other ways named. Left out, ``rewards`` and ``seeds`` are all there are; ``protocols`` is each
    base's own; ``temperature``, ``k`` and ``max_new_tokens`` are the task's. ``item_seed`` asks the tasks that are generated from
    a seed for fresh items. ``recipe``, ``seed`` and ``step`` say how your own checkpoint was trained; controls match in them.
    """

    families: tuple[str, ...] = ()
    tasks: tuple[str, ...] = Field(min_length=1)
    rewards: tuple[str, ...] | None = None
    seeds: tuple[int, ...] | None = None
    protocols: tuple[str, ...] | None = Field(default=None, min_length=1)
    limit: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    k: int | None = Field(default=None, ge=1)
    max_new_tokens: int | None = Field(default=None, ge=1)
    data_dir: str | None = None
    engine: Literal["hf", "vllm", "replay"] = "hf"
    item_seed: int | None = Field(default=None, ge=0)
    before: str | None = Field(default=None, min_length=1)
    after: str | None = Field(default=None, min_length=1)
    family: str | None = None
    reward: str | None = None
    recipe: str | None = Field(default=None, min_length=1)
    seed: int | None = Field(default=None, ge=0)
    step: int | None = Field(default=None, ge=0)
    _document: Document | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, document: Document) -> Self:
        """Return the document as a selection whose messages name the document's lines and flags."""
        selection = document.parse(cls)
        selection._document = document
        return selection

    def where(self, *key: int | str) -> str:
        """Return the place of a key for a message: its flag, or file and line; by default the flag."""
        return self._document.where(*key) if self._document else flag(*key)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        """Families of the registry, or one own pair; never both."""
        given = [name for name in _OWN if getattr(self, name) is not None]
        if given and len(given) < len(_OWN):
            lacking = ", ".join(name for name in _OWN if name not in given)
            raise ValueError(
                f"a pair of your own is before, after, family and reward together; missing: {lacking}"
            )
        if given and (self.families or self.rewards or self.seeds):
            raise ValueError(
                "a pair of your own (before, after, family, reward) goes without families, rewards and seeds"
            )
        if not given and not self.families:
            raise ValueError(
                "nothing selected. Allowed: families, or before, after, family and reward together"
            )
        if not given and (self.recipe, self.seed, self.step) != (None, None, None):
            raise ValueError(
                "recipe, seed and step describe a pair of your own: give before, after, family and reward, too"
            )
        if (self.recipe is None) != (self.step is None):
            raise ValueError(
                "recipe and step are the training budget, which controls must match: give both or neither"
            )
        return self

    @property
    def given(self) -> Given | None:
        """The pair of your own, if it is one."""
        if self.before is None or self.after is None or self.family is None or self.reward is None:
            return None
        return Given(
            self.before,
            self.after,
            self.family,
            self.reward,
            self.recipe,
            self.seed,
            self.step,
            self.where,
        )


class Planned(NamedTuple):
    """The cells of a selection in the order in which they run; what is wrong with models that cannot be had; what to tell.

    ``own`` is the pair of a selection that brings one, with the weights it has now.
    """

    cells: list[PlannedCell]
    failures: list[SuiteError]
    notes: list[str]
    own: OwnPair | None = None


def known_pairs(registry: Registry, store: RunStore) -> list[Pair]:
    """The registry's pairs and those of the run's own checkpoints, each once, with the weights that were last seen.

    The base's weights are those that the checkpoint was trained from, where that is known.
    """
    now = store.weights()
    known = {pair.checkpoint: pair for pair in (*store.pairs(), *registry.pairs)}
    return [
        pair.model_copy(
            update={
                "base_weights": pair.base_weights or now.get(pair.base),
                "weights": now.get(pair.checkpoint) or pair.weights,
            }
        )
        for pair in known.values()
    ]


def selected_pairs(selection: Selection, pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs of the selected families, rewards and seeds; a reward that no such pair has is an error."""
    of_families = [p for p in pairs if p.family in selection.families]
    known = sorted({p.reward for p in of_families})
    for number, reward in enumerate(selection.rewards or ()):
        if reward not in known:
            what = f"no checkpoint was trained on reward {shown(reward)} here. Known: {', '.join(known) or 'none'}"
            fix = f"{did_you_mean(reward, known)}Train one with `rlvr-suite train`"
            raise SuiteError(what, selection.where("rewards", number), fix)
    seeds = sorted({p.seed for p in of_families if p.seed is not None})
    for number, seed in enumerate(selection.seeds or ()):
        if seed not in seeds:
            what = f"no checkpoint was trained with seed {seed} here. Known: {', '.join(map(str, seeds)) or 'none'}"
            raise SuiteError(
                what, selection.where("seeds", number), "Name one of them, or leave out the seeds"
            )
    return [
        p
        for p in of_families
        if (selection.rewards is None or p.reward in selection.rewards)
        and (selection.seeds is None or p.seed in selection.seeds)
    ]


def _to_run(
    registry: Registry, model_id: str, folder: Path, asked: Sequence[str] = (), pair: Pair | None = None
) -> ModelToRun:
    """A model with its files at hand; a pair's checkpoint keeps its base's prompts, dtype and engine block: equal arms."""
    model = registry.model(pair.base if pair else model_id)
    base_id = pair.base if pair else (model.base or model_id)
    adapter, revision = (folder if is_adapter(folder) else None), hub_revision(folder)
    if adapter:
        folder = locate(base_id, registry.model(base_id))
    return ModelToRun(
        id=model_id,
        family=model.family,
        base=base_id,
        folder=folder,
        weights_hash=adapter_hash(folder, adapter) if adapter else weights_hash(folder),
        prompts=_prompts(registry, base_id, asked, is_base=model_id == base_id),
        dtype=model.dtype,
        settings=model.engine,
        adapter=adapter,
        revision=revision,
    )


def _prompts(registry: Registry, base_id: str, asked: Sequence[str], *, is_base: bool) -> tuple[Prompt, ...]:
    """The prompts that are asked for, else the base's own; with ``ALL`` the base itself gets all that its tokenizer can write.

    A chat template is the base's for the checkpoint, too: both arms see the same text.
    """
    named, others = _protocols(registry, base_id, asked, is_base=is_base)
    folder = None
    if any(protocol.chat for protocol in (*named.values(), *others.values())):
        folder = locate(base_id, registry.model(base_id))
        if not has_chat_template(folder):
            others = {name: protocol for name, protocol in others.items() if not protocol.chat}
    return tuple(prompt_of(name, protocol, folder) for name, protocol in {**named, **others}.items())


def _protocols(
    registry: Registry, base_id: str, asked: Sequence[str], *, is_base: bool
) -> tuple[dict[str, Protocol], dict[str, Protocol]]:
    """Those asked for, else the base's own; and the others, which ``ALL`` adds for the base itself."""
    names = [name for name in asked if name != ALL] or [registry.model(base_id).protocol]
    named = {name: registry.protocol(name) for name in names}
    others = registry.protocols if ALL in asked and is_base else {}
    return named, {name: protocol for name, protocol in others.items() if name not in named}


def base_to_run(registry: Registry, model_id: str, asked: Sequence[str] = ()) -> ModelToRun:
    """A model of the registry with its files at hand, under the protocols ``asked`` for (default: its own)."""
    return _to_run(registry, model_id, locate(model_id, registry.model(model_id)), asked)


def checkpoint_to_run(
    registry: Registry, store: RunStore, pair: Pair, asked: Sequence[str] = ()
) -> ModelToRun:
    """A pair's checkpoint: the registry's, else the one that the run trained."""
    known = registry.models.get(pair.checkpoint)
    folder = locate(pair.checkpoint, known) if known else store.checkpoint(pair.checkpoint)
    return _to_run(registry, pair.checkpoint, folder, asked, pair)


def _wanted(selection: Selection, registry: Registry, store: RunStore) -> tuple[list[str], list[Pair]]:
    """Ids of the bases, each once, and the pairs whose checkpoints are to be run."""
    pairs = selected_pairs(selection, known_pairs(registry, store))
    if selection.rewards is None:
        bases = [base for base in registry.bases() if registry.model(base).family in selection.families]
    else:
        bases = list(dict.fromkeys(p.base for p in pairs))
    return bases, [
        p for p in pairs if not p.is_imported
    ]  # answers that came from elsewhere have no weights to run


def _unseen(registry: Registry, model_id: str, base_id: str, asked: Sequence[str]) -> ModelToRun:
    """A model whose files are not here, as far as a plan needs it: no weights, and of a chat template only that there is one."""
    base = registry.model(base_id)
    named, others = _protocols(registry, base_id, asked, is_base=model_id == base_id)
    prompts = tuple(
        Prompt(id=name, template=protocol.template) for name, protocol in {**named, **others}.items()
    )
    return ModelToRun(model_id, base.family, base_id, Path(), UNSTATED, prompts, base.dtype, base.engine)


def _models(
    bases: Iterable[str],
    pairs: Iterable[Pair],
    asked: Sequence[str],
    registry: Registry,
    store: RunStore,
    *,
    fetch: bool,
) -> tuple[list[ModelToRun], list[SuiteError]]:
    """Bases first, then the checkpoints; and what is wrong with those whose files cannot be had.

    Without ``fetch`` nothing is downloaded: a model of the Hub that is not here is planned unseen.
    """
    wanted = [(base, base, partial(base_to_run, registry, base, asked)) for base in bases]
    wanted += [
        (pair.checkpoint, pair.base, partial(checkpoint_to_run, registry, store, pair, asked))
        for pair in pairs
    ]
    models, failures = [], []
    for model_id, base_id, find in wanted:
        known = registry.models.get(model_id)
        try:
            seen = fetch or known is None or is_here(known)
            models.append(find() if seen else _unseen(registry, model_id, base_id, asked))
        except SuiteError as error:
            failures.append(error)
    return models, failures


def tasks_to_run(selection: Selection) -> list[TaskToRun]:
    """The selected tasks with their items and the selection's wishes on decoding."""
    data_dir = Path(selection.data_dir) if selection.data_dir else None
    if data_dir and not data_dir.is_dir():
        what = f"no such folder: {data_dir}"
        raise SuiteError(what, selection.where("data_dir"), "Name a folder of <task>.jsonl files")
    wishes = Wishes(selection.limit, selection.temperature, selection.k, selection.max_new_tokens)
    specs = expand(selection.tasks, selection.where)
    if selection.item_seed is not None and not any(spec.metadata.seed is not None for spec in specs):
        what = "no task of the selection is generated from a seed"
        raise SuiteError(
            what, selection.where("item_seed"), "Leave it out, or add a task such as arithmetic_clean"
        )
    loaded = [(spec, load_set(spec, data_dir, selection.item_seed)) for spec in specs]
    return [_with_origin(task_to_run(spec, items.items, wishes), items) for spec, items in loaded]


def _with_origin(run: TaskToRun, items: ItemSet) -> TaskToRun:
    return replace(run, dataset=items.dataset, dataset_revision=items.revision)


def _stored_cells(selection: Selection, store: RunStore) -> list[PlannedCell]:
    """The finished cells of the selection, as they were planned: what the replay engine serves."""
    specs = {spec.task: spec for spec in expand(selection.tasks, selection.where)}
    families = selection.families or (selection.family,)
    out = []
    for cell_store in store.finished():
        m = cell_store.manifest
        if m is None or m.source is not None or m.family not in families or m.cell.task not in specs:
            continue
        prompt = m.prompt or PLAIN.model_copy(update={"id": m.cell.protocol})
        model = ModelToRun(
            m.cell.model, m.family, m.base, Path(), m.cell.weights_hash, (prompt,), m.cell.dtype
        )
        decoding = Decoding.model_validate(m.cell.decoding.model_dump())
        task = TaskToRun(specs[m.cell.task], cell_store.items(), decoding, m.k, m.dataset, m.dataset_revision)
        out.append(PlannedCell(m.cell, model, task, prompt))
    return sorted(out, key=lambda p: p.model.id)


def _notes(models: Iterable[ModelToRun], asked: Sequence[str], registry: Registry) -> list[str]:
    """Which protocols ``ALL`` leaves out for which base, and which models are planned unseen."""
    out = []
    for model in models:
        left_out = set(registry.protocols) - {prompt.id for prompt in model.prompts}
        if ALL in asked and left_out and model.id == model.base:
            out.append(f"{model.id} has no chat template; left out: {', '.join(sorted(left_out))}")
        if model.weights_hash == UNSTATED:
            out.append(f"{model.id} is not downloaded yet; its cells count as to run")
    return out


def planned_cells(
    selection: Selection, registry: Registry, store: RunStore, *, fetch: bool = True
) -> Planned:
    """Every cell of the selection, in the order in which it runs; without ``fetch`` nothing is downloaded for it.

    A selection of which no model can be had is an error, the first model's.
    """
    for number, family in enumerate(selection.families):
        registry.family(family, selection.where("families", number))
    if selection.engine == "replay":
        return Planned(_stored_cells(selection, store), [], [])
    from suite.engine import identity

    asked = selection.protocols or ()
    for number, name in enumerate(asked):
        if name != ALL:
            registry.protocol(name, selection.where("protocols", number))
    registry = registry.with_models(store.models())
    given, own = selection.given, None
    if given:
        own = own_pair(given, registry, store)
        registry = registry.with_models(own.models)
    bases, pairs = ([own.pair.base], [own.pair]) if own else _wanted(selection, registry, store)
    tasks: Sequence[TaskToRun] = tasks_to_run(selection)
    models, failures = _models(bases, pairs, asked, registry, store, fetch=fetch)
    if failures and (own or not models):
        raise failures[0]  # of a pair of one's own both arms are needed, and nothing is drawn without them
    cells, notes = plan(models, tasks, identity(selection.engine)), _notes(models, asked, registry)
    if own and len({model.weights_hash for model in models}) < len(models):
        notes.append("before and after have the same weights: every delta will be 0")
    return Planned(cells, failures, notes, own and own.with_weights(models))
