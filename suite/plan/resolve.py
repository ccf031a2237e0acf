"""What a selection names -> models and tasks that can be run. All input and output of planning happens here.

``resolve(selection, registry, store)`` looks up ids, downloads and hashes weights, renders prompts with the
tokenizer's chat template and loads items. ``suite.plan.cells.plan`` then makes cells of the result without
touching the disk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from suite.benchmarks.item_files import check_data_dir
from suite.benchmarks.item_sets import load_set
from suite.benchmarks.tasks import expand
from suite.errors import SuiteError
from suite.plan.cells import ModelToRun, Overrides, TaskToRun, task_to_run
from suite.plan.own_pair import OwnPair, own_pair
from suite.plan.selection import Selection, selected_pairs
from suite.registry import ALL, Registry
from suite.registry.protocols import Prompt, Protocol, has_chat_template, prompt_of
from suite.registry.weights import adapter_hash, hub_revision, is_adapter, is_here, locate, weights_hash
from suite.schema import UNSTATED, Pair
from suite.store.pairs import known_pairs
from suite.store.run_folder import RunStore


@dataclass(frozen=True)
class Resolved:
    """The models and tasks of a selection, in the order in which they run.

    ``failures`` has an error for each model that is not available, ``notes`` what the user should know.
    ``own`` is the pair of a selection that brings its own, with the weights it has now.
    """

    models: list[ModelToRun]
    tasks: list[TaskToRun]
    failures: list[SuiteError]
    notes: list[str]
    own: OwnPair | None = None


def resolve(selection: Selection, registry: Registry, store: RunStore, *, fetch: bool = True) -> Resolved:
    """Find every model and task of the selection.

    Without ``fetch`` nothing is downloaded: a model that would have to be is planned with ``UNSTATED``
    weights. Raise the first model's error if no model is available.
    """
    check_names(selection, registry)
    protocols = selection.protocols or ()
    # The run folder remembers models that were given to it as folders; no registry file names them.
    registry = registry.with_models(store.models())
    own = None
    if selection.stated_pair:
        own = own_pair(selection.stated_pair, registry, store)
        registry = registry.with_models(own.models)
        bases = [own.pair.base]
        pairs = [own.pair]
    else:
        bases, pairs = _selected_models(selection, registry, store)
    # Items come before weights, so that a mistyped data folder is reported before gigabytes are downloaded.
    tasks = tasks_to_run(selection)
    models: list[ModelToRun] = []
    failures: list[SuiteError] = []
    for base, pair in [*((base, None) for base in bases), *((pair.base, pair) for pair in pairs)]:
        try:
            models.append(_model_to_run(registry, store, base, pair, protocols, fetch=fetch))
        except SuiteError as error:
            failures.append(error)
    # An own pair needs both of its arms; of many models the others still run.
    if failures and (own or not models):
        raise failures[0]
    notes = _notes(models, protocols, registry)
    if own and len({model.weights_hash for model in models}) < len(models):
        notes.append("before and after have the same weights: every delta will be 0")
    return Resolved(models, tasks, failures, notes, own and own.with_weights(models))


def check_names(selection: Selection, registry: Registry) -> None:
    """Raise ``SuiteError`` for a family or protocol that the registry does not have."""
    for number, family in enumerate(selection.families):
        registry.family(family, selection.where("families", number))
    for number, name in enumerate(selection.protocols or ()):
        if name != ALL:
            registry.protocol(name, selection.where("protocols", number))


def _selected_models(
    selection: Selection, registry: Registry, store: RunStore
) -> tuple[list[str], list[Pair]]:
    """Return the ids of the bases, each once, and the pairs whose checkpoints are to be run."""
    pairs = selected_pairs(selection, known_pairs(registry, store))
    # Rewards narrow the bases, too: those without any such checkpoint have nothing to be compared with.
    if selection.rewards is None:
        bases = [base for base in registry.bases() if registry.model(base).family in selection.families]
    else:
        bases = list(dict.fromkeys(pair.base for pair in pairs))
    # Imported answers have no weights to run.
    return bases, [pair for pair in pairs if not pair.is_imported]


def _model_to_run(
    registry: Registry,
    store: RunStore,
    base: str,
    pair: Pair | None,
    protocols: Sequence[str],
    *,
    fetch: bool,
) -> ModelToRun:
    """Resolve a base, or the checkpoint of ``pair``; without ``fetch``, files may be missing."""
    model_id = pair.checkpoint if pair else base
    if not fetch and _needs_download(registry, store, model_id, base, protocols):
        return _model_without_files(registry, model_id, base, protocols)
    if pair:
        return checkpoint_to_run(registry, store, pair, protocols)
    return base_to_run(registry, base, protocols)


def _needs_download(
    registry: Registry, store: RunStore, model_id: str, base: str, protocols: Sequence[str]
) -> bool:
    """Whether files that resolving the model reads are still on the Hub."""
    model = registry.models.get(model_id)
    if model is not None and not is_here(model):
        return True
    if is_here(registry.model(base)):
        return False
    # The base has the chat template, and what a LoRA adapter goes onto.
    folder = locate(model_id, model) if model else store.checkpoint(model_id)
    named, others = _protocols(registry, base, protocols, is_base=model_id == base)
    return is_adapter(folder) or any(p.chat for p in (*named.values(), *others.values()))


def base_to_run(registry: Registry, model_id: str, protocols: Sequence[str] = ()) -> ModelToRun:
    """Resolve a model of the registry, under ``protocols`` or else its own; download it if needed."""
    return _with_files(registry, model_id, locate(model_id, registry.model(model_id)), protocols)


def checkpoint_to_run(
    registry: Registry, store: RunStore, pair: Pair, protocols: Sequence[str] = ()
) -> ModelToRun:
    """Resolve a pair's checkpoint: the registry's model, else the one that the run trained."""
    model = registry.models.get(pair.checkpoint)
    folder = locate(pair.checkpoint, model) if model else store.checkpoint(pair.checkpoint)
    return _with_files(registry, pair.checkpoint, folder, protocols, pair)


def _with_files(
    registry: Registry, model_id: str, folder: Path, protocols: Sequence[str], pair: Pair | None = None
) -> ModelToRun:
    """Hash the model in ``folder`` and render its prompts.

    A pair's checkpoint takes prompts, dtype and engine settings from its base, so that both arms are equal.
    """
    model = registry.model(pair.base if pair else model_id)
    base = pair.base if pair else (model.base or model_id)
    revision = hub_revision(folder)
    adapter = None
    digest = ""
    if is_adapter(folder):
        # A LoRA adapter is loaded onto its base: both make up its identity.
        adapter = folder
        folder = locate(base, registry.model(base))
        digest = adapter_hash(folder, adapter)
    return ModelToRun(
        id=model_id,
        family=model.family,
        base=base,
        folder=folder,
        weights_hash=digest or weights_hash(folder),
        prompts=_prompts(registry, base, protocols, is_base=model_id == base),
        dtype=model.dtype,
        settings=model.engine,
        adapter=adapter,
        revision=revision,
    )


def _model_without_files(
    registry: Registry, model_id: str, base: str, protocols: Sequence[str]
) -> ModelToRun:
    """Describe a model that is not downloaded, as far as a plan needs it.

    Its weights are unstated, and its chat template is left out of the prompts.
    """
    named, others = _protocols(registry, base, protocols, is_base=model_id == base)
    prompts = tuple(Prompt(id=name, template=p.template) for name, p in {**named, **others}.items())
    model = registry.model(base)
    return ModelToRun(
        id=model_id,
        family=model.family,
        base=base,
        folder=Path(),
        weights_hash=UNSTATED,
        prompts=prompts,
        dtype=model.dtype,
        settings=model.engine,
    )


def _prompts(registry: Registry, base: str, protocols: Sequence[str], *, is_base: bool) -> tuple[Prompt, ...]:
    """Render the requested protocols, else the base's own.

    ``ALL`` gives the base itself all that its tokenizer can write.

    The checkpoint, too, gets the base's chat template: both arms see the same text.
    """
    named, others = _protocols(registry, base, protocols, is_base=is_base)
    # The tokenizer is looked at only if a chat template is needed: it may have to be downloaded.
    folder = None
    if any(protocol.chat for protocol in (*named.values(), *others.values())):
        folder = locate(base, registry.model(base))
        if not has_chat_template(folder):
            others = {name: protocol for name, protocol in others.items() if not protocol.chat}
    return tuple(prompt_of(name, protocol, folder) for name, protocol in {**named, **others}.items())


def _protocols(
    registry: Registry, base: str, protocols: Sequence[str], *, is_base: bool
) -> tuple[dict[str, Protocol], dict[str, Protocol]]:
    """Return the requested protocols, else the base's own; and those that ``ALL`` adds for a base."""
    names = [name for name in protocols if name != ALL] or [registry.model(base).protocol]
    named = {name: registry.protocol(name) for name in names}
    if ALL not in protocols or not is_base:
        return named, {}
    return named, {name: protocol for name, protocol in registry.protocols.items() if name not in named}


def tasks_to_run(selection: Selection) -> list[TaskToRun]:
    """Load the items of the selected tasks, with the selection's overrides of their decoding."""
    data_dir = Path(selection.data_dir) if selection.data_dir else None
    check_data_dir(data_dir, selection.where("data_dir"))
    specs = expand(selection.tasks, selection.where)
    if selection.item_seed is not None and not any(spec.metadata.seed is not None for spec in specs):
        what = "no task of the selection is generated from a seed"
        fix = "Leave it out, or add a task such as arithmetic_clean"
        raise SuiteError(what, selection.where("item_seed"), fix)
    overrides = Overrides(selection.limit, selection.temperature, selection.k, selection.max_new_tokens)
    tasks = []
    for spec in specs:
        loaded = load_set(spec, data_dir, selection.item_seed)
        run = task_to_run(spec, loaded.items, overrides)
        tasks.append(replace(run, dataset=loaded.dataset, dataset_revision=loaded.revision))
    return tasks


def _notes(models: Iterable[ModelToRun], protocols: Sequence[str], registry: Registry) -> list[str]:
    """Return which protocols ``ALL`` leaves out for which base, and which models are not downloaded."""
    notes = []
    for model in models:
        left_out = set(registry.protocols) - {prompt.id for prompt in model.prompts}
        if ALL in protocols and left_out and model.id == model.base:
            notes.append(f"{model.id} has no chat template; left out: {', '.join(sorted(left_out))}")
        if model.weights_hash == UNSTATED:
            notes.append(f"{model.id} is not downloaded yet; its cells count as to run")
    return notes
