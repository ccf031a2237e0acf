"""One training run of a run folder: model, reward, recipe and seed -> checkpoints that register themselves.

``rlvr-suite train micro --model micro-llama3 --reward format --out runs/mine``. A registered checkpoint is
not trained again, and a killed run resumes from its last saved step.
"""

import hashlib
import importlib.util
import json
import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from suite.benchmarks.item_files import check_data_dir
from suite.errors import SuiteError
from suite.files.atomic import write_atomic
from suite.files.lock import wait_for_lock
from suite.grpo.data import check_source
from suite.grpo.expression import RewardExpression, parse
from suite.grpo.labels import MAKE_LABELS, load_labels, needs_labels
from suite.grpo.launch import WORKER_LOG, check_machine, run_job
from suite.grpo.recipe import Recipe, load_recipe
from suite.grpo.rows import Prepared, choose_data, prepare_rows, prompted_base
from suite.grpo.settings import dry_run_text
from suite.grpo.train import Hooks, Job, prepare
from suite.progress import Progress, Report
from suite.registry import MAX_ID, Registry
from suite.registry.weights import locate, weights_hash
from suite.schema import Pair, content_hash
from suite.store.run_folder import RunStore

_LIBRARIES = ("torch", "transformers", "trl", "peft", "accelerate")
_RECORD = "training.json"
_UNCOUNTED = {"description", "keep", "save_every", "report_to", "vllm_url"}
"""Keys of a recipe that do not change the weights of the last step."""


@dataclass(frozen=True)
class TrainingRun:
    """What to train. ``reward`` is written as a user writes it; ``recipe`` is a name or a file.

    ``labels`` is a file of the base's majority labels, ``data_dir`` a folder of local data. With
    ``allow_unchecked`` the run trains even if some evaluation sets cannot be loaded and kept out of its data;
    this is recorded.
    """

    model: str
    reward: str
    recipe: str
    seed: int = 0
    labels: Path | None = None
    data_dir: Path | None = None
    allow_unchecked: bool = False

    @cached_property
    def expression(self) -> RewardExpression:
        """The parsed reward; ``SuiteError`` if it is invalid."""
        return parse(self.reward)

    @property
    def recipe_name(self) -> str:
        """The recipe's name; of a file, its name without folder and ending."""
        return self.recipe.rsplit("/", 1)[-1].removesuffix(".yaml")

    @property
    def checkpoint(self) -> str:
        """Id of the checkpoint at the last step."""
        return f"{self.model}-{self.expression.id}-{self.recipe_name}-s{self.seed}"

    def checkpoint_at(self, step: int, recipe: Recipe) -> str:
        """Return the id of the checkpoint at a step."""
        return self.checkpoint if step == recipe.steps else f"{self.checkpoint}-step{step}"


@dataclass(frozen=True)
class TrainingPlan:
    """A checked run with its recipe, and the pairs that it will register, in the order of their steps.

    The weights of the pairs are not known yet; those of the base are.
    """

    run: TrainingRun
    recipe: Recipe
    pairs: tuple[Pair, ...]

    @property
    def base_weights(self) -> str:
        """Hash of the base's weights."""
        return self.pairs[0].base_weights or ""

    @cached_property
    def made_from(self) -> str:
        """Hash of what decides the weights besides base, reward and seed.

        That is the recipe without ``_UNCOUNTED``, and the bytes of the labels, of a data file and of the
        user's own reward modules. A checkpoint with another hash is not the same training, although it has
        the same id.
        """
        run = self.run
        settings = self.recipe.model_dump(mode="json", exclude=_UNCOUNTED)
        files = [] if run.labels is None else [run.labels]
        if self.recipe.data.endswith(".jsonl"):
            files.append(Path(self.recipe.data))
        for name in run.expression.modules:
            module = importlib.util.find_spec(name)
            if module and module.origin:
                files.append(Path(module.origin))
        digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
        return content_hash({"recipe": settings, "files": digests, "allow_unchecked": run.allow_unchecked})


def check(run: TrainingRun, registry: Registry) -> Recipe:
    """Return the recipe of ``run``; raise ``SuiteError`` for what is wrong on any machine; load nothing."""
    recipe = load_recipe(run.recipe)
    reward = run.expression
    model = registry.model(run.model, "--model")
    if model.base is not None:
        what = f"'{run.model}' is a checkpoint; a pair starts from a base"
        raise SuiteError(what, "--model", f"Train its base '{model.base}'")
    registry.protocol(recipe.protocol_of(run.model, model.protocol), f"{run.recipe}: protocols")
    check_source(recipe.data)
    check_data_dir(run.data_dir)
    _check_labels(run)
    if not 0 <= run.seed < 2**32:
        what = f"seed {run.seed} is not allowed. Allowed: 0 to {2**32 - 1}"
        raise SuiteError(what, "--seed", "Use another seed")
    # An id names a folder, and a kept step makes it longer.
    longest = max((run.checkpoint_at(step, recipe) for step in recipe.kept), key=len)
    if len(longest) > MAX_ID:
        length = f"would have {len(longest)} characters. Allowed: {MAX_ID}, because it names a folder"
        fix = "Shorten the name of the recipe file, or of the reward"
        raise SuiteError(f"the checkpoint's id {longest!r} {length}", "--reward", fix)
    # Import the user's own reward now: a mistake in it shows before the base is loaded.
    reward.function()
    return recipe


def _check_labels(run: TrainingRun) -> None:
    """Raise ``SuiteError`` unless a label file is given exactly when the reward compares with labels."""
    reward = run.expression
    if run.labels is None:
        if reward.is_labelled:
            raise needs_labels(reward.name)
        return
    if not reward.is_labelled:
        raise SuiteError(f"reward {reward.name} takes no labels", "--labels", "Remove it")
    if not run.labels.is_file():
        raise SuiteError("no such file", f"--labels {run.labels}", MAKE_LABELS)


def dry_run(run: TrainingRun, registry: Registry, out: Path) -> str:
    """Return the settings that ``run`` would train with, as text; needs no weights, GPU or network."""
    recipe = check(run, registry)
    model = registry.model(run.model)
    answers = {"gold": "the data's", "one": "of one item"}
    about = {
        "model": run.model,
        "weights": model.hub or model.path or f"ships with the suite ({model.builtin})",
        "reward": run.expression.name,
        "answers": answers.get(run.expression.answers, f"labels of {run.labels}"),
        "data": f"{recipe.data}, order of seed {recipe.data_seed}",
        "protocol": recipe.protocol_of(run.model, model.protocol),
        "checkpoints": ", ".join(run.checkpoint_at(step, recipe) for step in recipe.kept),
        "run folder": str(out),
    }
    try:
        check_machine(recipe, run.recipe)
        notes = []
    except SuiteError as error:
        notes = [f"this machine cannot train it: {error}"]
    return dry_run_text(recipe, run.seed, about, notes)


def plan_training(run: TrainingRun, registry: Registry) -> TrainingPlan:
    """Check ``run``, hash its base's weights, and return the plan; raise ``SuiteError`` as ``check`` does."""
    recipe = check(run, registry)
    model = registry.model(run.model)
    base_weights = weights_hash(locate(run.model, model))
    # The same base, reward, recipe and seed at each step; the last step's id has no step in it.
    pairs: list[Pair] = []
    for step in recipe.kept:
        pair = Pair(
            family=model.family,
            base=run.model,
            checkpoint=run.checkpoint_at(step, recipe),
            reward=run.expression.id,
            recipe=run.recipe_name,
            seed=run.seed,
            step=step,
            base_weights=base_weights,
        )
        pairs.append(pair)
    return TrainingPlan(run, recipe, tuple(pairs))


def trained_pair(run: TrainingRun, registry: Registry, store: RunStore) -> Pair | None:
    """Return the pair of the last step if the run folder has all checkpoints of ``run``, else None.

    Checkpoints of other base weights do not count. Raise ``SuiteError`` if a checkpoint of one of the ids was
    trained with other settings, data or labels.
    """
    return _registered(plan_training(run, registry), store)


def _registered(plan: TrainingPlan, store: RunStore) -> Pair | None:
    known = {pair.checkpoint: pair for pair in store.pairs()}
    for pair in plan.pairs:
        # Equal except for the weights, which are unknown before training: base weights, seed and step count.
        registered = known.get(pair.checkpoint)
        if registered is None or registered.model_copy(update={"weights": None}) != pair:
            return None
        # The id does not carry the settings: a checkpoint of other settings is neither taken nor replaced.
        record = store.checkpoint(pair.checkpoint) / _RECORD
        if record.is_file() and json.loads(record.read_text(encoding="utf-8"))["made_from"] != plan.made_from:
            changed = "recipe, labels, data or the reward's code have changed"
            what = f"{pair.checkpoint} exists and was trained with other settings: {changed}"
            fix = "Name another --out, rename the recipe's file, or delete the checkpoint's folder"
            raise SuiteError(what, str(record), fix)
    return known[plan.pairs[-1].checkpoint]


def run_training(run: TrainingRun, registry: Registry, store: RunStore, progress: Progress) -> Pair:
    """Train and register the checkpoints of ``run`` unless they exist; return the last step's pair."""
    plan = plan_training(run, registry)
    work = store.checkpoint(f".{run.checkpoint}.training")
    lock = store.root / ".training" / f"{run.checkpoint}.lock"
    # A second process with the same run waits here and then finds the checkpoints of the first. So does a
    # restart: a killed run's worker may outlive it for a moment.
    with wait_for_lock(lock):
        pair = _registered(plan, store)
        if pair is None:
            _train(plan, registry, store, work, progress)
            pair = _registered(plan, store)
        # What several processes print goes to a log in the work folder; a user's reward may have said
        # something there.
        if (work / WORKER_LOG).is_file():
            os.replace(work / WORKER_LOG, lock.with_suffix(".log"))
        # What a resume needs lies in the work folder, so it goes only once nothing is left to train.
        shutil.rmtree(work, ignore_errors=True)
    if pair is None:
        what = "the run ended without its last checkpoint"
        raise SuiteError(what, str(store.root), "Run the same command again")
    return pair


def _train(plan: TrainingPlan, registry: Registry, store: RunStore, work: Path, progress: Progress) -> None:
    """Train the plan in the folder ``work``; register each checkpoint once its weights are handed over."""
    run = plan.run
    recipe = plan.recipe
    # What this machine lacks is reported before the data is loaded.
    check_machine(recipe, run.recipe)
    base = prompted_base(recipe, run.model, registry)
    labels = None if run.labels is None else load_labels(run.labels, run.model, plan.base_weights)
    choice = choose_data(recipe, run.data_dir, run.allow_unchecked, reward=run.expression)
    prepared = prepare_rows(recipe, run.expression, base, choice, labels)
    # The job is what a resume compares: all that decides the weights, the base and the rows as hashes.
    job = Job(
        folder=str(base.folder),
        base_weights=plan.base_weights,
        recipe=recipe,
        reward=run.expression.name,
        seed=run.seed,
        stops=base.prompt.stops,
        rows_hash=prepared.rows_hash,
        versions={name: version(name) for name in _LIBRARIES},
    )
    pair_at = {pair.step: pair for pair in plan.pairs}

    def finished(step: int) -> None:
        progress(Report(run.checkpoint, f"training on {run.expression.name}", step, recipe.steps, "steps"))

    def kept(step: int, weights: Path) -> None:
        # Record and pair are in the folder before it moves to its place, so no checkpoint is without them.
        _write_record(weights, plan, job, prepared)
        pair = pair_at[step].model_copy(update={"weights": weights_hash(weights)})
        store.take_checkpoint(weights, pair)

    # A work folder of the same job is kept: training resumes there. One of another job is emptied first.
    prepare(work, job, prepared.rows)
    run_job(work, recipe, Hooks(finished, kept))


def _write_record(folder: Path, plan: TrainingPlan, job: Job, prepared: Prepared) -> None:
    """Write, next to the weights, what they were trained on and how, and what was left out of the data."""
    data = prepared.data
    prompt = prepared.base.prompt
    record = {
        "made_from": plan.made_from,
        "reward": job.reward,
        "seed": job.seed,
        "protocol": prompt.id,
        "prompt_hash": prompt.text_hash,
        "recipe": job.recipe.model_dump(mode="json"),
        "data": {
            "source": data.source,
            "revision": data.revision,
            "items_hash": data.items_hash,
            "items": len(data.items),
            "before": data.n_before,
            "in_evaluated_sets": len(data.removed),
            "too_long": len(prepared.too_long),
            "unchecked": list(data.unchecked),
        },
        "versions": job.versions,
    }
    write_atomic(folder / _RECORD, (json.dumps(record, indent=1) + "\n").encode())
    if left_out := prepared.left_out():
        write_atomic(folder / "left_out.jsonl", left_out.encode())


def clip_note(store: RunStore, pair: Pair, recipe: Recipe) -> str | None:
    """Return a warning if a recipe that should clip never did: its updates were not off-policy then."""
    log = store.checkpoint(pair.checkpoint) / "train_log.jsonl"
    if not recipe.can_clip or not log.is_file():
        return None
    for line in log.read_text(encoding="utf-8").splitlines():
        if json.loads(line).get("clip_ratio", 0.0) > 0:
            return None
    never = f"no token was ever clipped (epsilon {recipe.clip:g})"
    return f"{pair.checkpoint}: {never}, so this run says nothing about clipping"
