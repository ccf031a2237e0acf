"""One training run of a run folder: model, reward, recipe and seed -> checkpoints that register themselves.

``rlvr-suite train micro --model micro-llama3 --reward format --out runs/mine``; a checkpoint that is there is not trained again,
and a run that was killed goes on from its last saved step.
"""

import hashlib
import importlib.util
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from suite.errors import SuiteError
from suite.files.atomic import write_atomic
from suite.files.lock import wait_for_lock
from suite.grpo.data import check_source
from suite.grpo.expression import RewardExpression, parse
from suite.grpo.labels import MAKE_LABELS, Labels, load_labels, needs_labels
from suite.grpo.launch import check_machine, run_job
from suite.grpo.recipe import Recipe, load_recipe
from suite.grpo.rows import Rows, asked, rows_of
from suite.grpo.settings import dry_run_text
from suite.grpo.train import Hooks, Job, prepare
from suite.progress import Progress, Report
from suite.registry import MAX_ID, Registry
from suite.registry.protocols import Prompt
from suite.registry.weights import locate, weights_hash
from suite.schema import Pair, content_hash
from suite.store.run_folder import RunStore

_LIBRARIES = ("torch", "transformers", "trl", "peft", "accelerate")


@dataclass(frozen=True)
class TrainingRun:
    """What to train. ``reward`` is as a user writes it, ``recipe`` a name or a file.

    ``labels`` is a file of the base's majority labels, ``data_dir`` a folder of local data. With ``allow_unchecked`` evaluated
    sets that cannot be loaded are not kept out of the training data, which is recorded.
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
        """The reward; ``SuiteError`` where it is none."""
        return parse(self.reward)

    @property
    def recipe_name(self) -> str:
        """The recipe's name: of a file that without folder and ending, however the file was named."""
        return self.recipe.rsplit("/", 1)[-1].removesuffix(".yaml")

    @property
    def checkpoint(self) -> str:
        """Id of the checkpoint at the last step."""
        return f"{self.model}-{self.expression.id}-{self.recipe_name}-s{self.seed}"

    def checkpoint_at(self, step: int, recipe: Recipe) -> str:
        """Id of the checkpoint at a step."""
        return self.checkpoint if step == recipe.steps else f"{self.checkpoint}-step{step}"


def check(run: TrainingRun, registry: Registry) -> Recipe:
    """Everything about ``run`` that can be wrong on any machine, before anything is loaded; its recipe."""
    recipe, reward, model = load_recipe(run.recipe), run.expression, registry.model(run.model, "--model")
    if model.base is not None:
        what = f"'{run.model}' is a checkpoint; a pair starts from a base"
        raise SuiteError(what, "--model", f"Train its base '{model.base}'")
    registry.protocol(recipe.protocol_of(run.model, model.protocol), f"{run.recipe}: protocols")
    check_source(recipe.data)
    _check_labels(run)
    if not 0 <= run.seed < 2**32:
        raise SuiteError(
            f"seed {run.seed} is not allowed. Allowed: 0 to {2**32 - 1}", "--seed", "Give another one"
        )
    longest = max((run.checkpoint_at(step, recipe) for step in recipe.kept), key=len)
    if len(longest) > MAX_ID:
        what = f"the checkpoint's id {longest!r} would have {len(longest)} characters. Allowed: {MAX_ID}, it names a folder"
        raise SuiteError(what, "--reward", "Shorten the name of the recipe file, or of the reward")
    reward.function()
    return recipe


def _check_labels(run: TrainingRun) -> None:
    """A file of labels goes with the rewards that compare with them, and with no other."""
    reward = run.expression
    if run.labels is None:
        if reward.is_labelled:
            raise needs_labels(reward.name)
        return
    if not reward.is_labelled:
        raise SuiteError(f"reward {reward.name} takes no labels", "--labels", "Leave it out")
    if not run.labels.is_file():
        raise SuiteError("no such file", f"--labels {run.labels}", MAKE_LABELS)


def dry_run(run: TrainingRun, registry: Registry, out: Path) -> str:
    """What ``run`` would be given, as text; loads no weights and needs neither GPU nor network."""
    recipe, model = check(run, registry), registry.model(run.model)
    about = {
        "model": run.model,
        "weights": model.hub or model.path or f"ships with the suite ({model.builtin})",
        "reward": run.expression.name,
        "answers": {"gold": "the data's", "one": "of one item"}.get(
            run.expression.answers, f"labels of {run.labels}"
        ),
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


def _wanted(run: TrainingRun, registry: Registry, recipe: Recipe) -> list[Pair]:
    """The pairs that ``run`` makes, in order of their steps, but for the weights, which nobody knows before."""
    model = registry.model(run.model)
    base_weights = weights_hash(locate(run.model, model))
    return [
        Pair(
            family=model.family,
            base=run.model,
            checkpoint=run.checkpoint_at(step, recipe),
            reward=run.expression.id,
            recipe=run.recipe_name,
            seed=run.seed,
            step=step,
            base_weights=base_weights,
        )
        for step in recipe.kept
    ]


def trained_pair(run: TrainingRun, registry: Registry, store: RunStore) -> Pair | None:
    """The pair of the last step if the run folder has the checkpoints, trained from the base's present weights; else None.

    ``SuiteError`` where a checkpoint of that id was trained with other settings, data or labels.
    """
    recipe = check(run, registry)
    return _registered(run, recipe, _wanted(run, registry, recipe), store)


def _registered(run: TrainingRun, recipe: Recipe, wanted: Sequence[Pair], store: RunStore) -> Pair | None:
    """The last of the wanted pairs, if all are there; see ``trained_pair``."""
    known = {pair.checkpoint: pair for pair in store.pairs()}
    made_from = _made_from(run, recipe)
    for pair in wanted:
        found = known.get(pair.checkpoint)
        if found is None or found.model_copy(update={"weights": None}) != pair:
            return None
        record = store.checkpoint(pair.checkpoint) / "training.json"
        if record.is_file() and json.loads(record.read_text(encoding="utf-8"))["made_from"] != made_from:
            changed = "recipe, labels, data or the reward's code have changed"
            what = f"{pair.checkpoint} is there, trained with other settings: {changed}"
            raise SuiteError(
                what,
                str(record),
                "Name another --out, rename the recipe's file, or delete the checkpoint's folder",
            )
    return known[wanted[-1].checkpoint]


def run_training(run: TrainingRun, registry: Registry, store: RunStore, progress: Progress) -> Pair:
    """Train and register the checkpoints unless they are there; ``progress`` counts the steps."""
    recipe, work = check(run, registry), store.checkpoint(f".{run.checkpoint}.training")
    wanted = _wanted(run, registry, recipe)
    # A killed run's worker may outlive it for a moment, so this waits.
    with wait_for_lock(store.root / ".training" / f"{run.checkpoint}.lock"):
        done = _registered(run, recipe, wanted, store)
        if done is None:
            _train(run, recipe, wanted, registry, store, work, progress)
            done = _registered(run, recipe, wanted, store)
        shutil.rmtree(work, ignore_errors=True)
    if done is None:
        raise SuiteError(
            "the run ended without its last checkpoint", str(store.root), "Run the same command again"
        )
    return done


def _train(
    run: TrainingRun,
    recipe: Recipe,
    wanted: Sequence[Pair],
    registry: Registry,
    store: RunStore,
    work: Path,
    progress: Progress,
) -> None:
    """Train what is wanted in the folder ``work``, and register each checkpoint as it is handed over."""
    check_machine(recipe, run.recipe)
    folder, prompt = asked(recipe, run.model, registry)
    weights, pairs = wanted[0].base_weights or "", {pair.step: pair for pair in wanted}
    rows = rows_of(
        recipe,
        run.expression,
        prompt,
        folder,
        _labels(run, weights),
        data_dir=run.data_dir,
        allow_unchecked=run.allow_unchecked,
    )
    job = _job(run, recipe, folder, weights, prompt, rows)

    def kept(step: int, trained: Path) -> None:
        _record(trained, run, job, prompt, rows)
        store.take_checkpoint(trained, pairs[step].model_copy(update={"weights": weights_hash(trained)}))

    def finished(step: int) -> None:
        progress(Report(run.checkpoint, f"training on {run.reward}", step, recipe.steps, "steps"))

    prepare(work, job, rows.rows)
    run_job(work, recipe, Hooks(finished, kept))


def _made_from(run: TrainingRun, recipe: Recipe) -> str:
    """Hash of what decides a run's weights beside base, reward and seed: settings, labels, a file's data, a reward's own code."""
    settings = recipe.model_dump(
        mode="json", exclude={"description", "keep", "save_every", "report_to", "vllm_url"}
    )
    files = [
        path for path in (run.labels, Path(recipe.data) if recipe.data.endswith(".jsonl") else None) if path
    ]
    files += [
        Path(found.origin)
        for name in run.expression.modules
        if (found := importlib.util.find_spec(name)) and found.origin
    ]
    read = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    return content_hash({"recipe": settings, "files": read, "allow_unchecked": run.allow_unchecked})


def _labels(run: TrainingRun, base_weights: str) -> Labels | None:
    return None if run.labels is None else load_labels(run.labels, run.model, base_weights)


def _job(
    run: TrainingRun, recipe: Recipe, folder: Path, weights: str | None, prompt: Prompt, rows: Rows
) -> Job:
    return Job(
        folder=str(folder),
        base_weights=weights,
        recipe=recipe,
        reward=run.expression.name,
        seed=run.seed,
        stops=prompt.stops,
        rows_hash=content_hash([row.model_dump() for row in rows.rows]),
        versions={name: version(name) for name in _LIBRARIES},
    )


def _record(folder: Path, run: TrainingRun, job: Job, prompt: Prompt, rows: Rows) -> None:
    """Beside the weights: what they were trained on and how, and what was left out of the data."""
    data = rows.data
    told = {
        "made_from": _made_from(run, job.recipe),
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
            "too_long": len(rows.too_long),
            "unchecked": list(data.unchecked),
        },
        "versions": job.versions,
    }
    write_atomic(folder / "training.json", (json.dumps(told, indent=1) + "\n").encode())
    if left_out := rows.left_out():
        write_atomic(folder / "left_out.jsonl", left_out.encode())


def clip_note(store: RunStore, pair: Pair, recipe: Recipe) -> str | None:
    """What is wrong where a recipe that should clip never does: then its updates were not off-policy."""
    log = store.checkpoint(pair.checkpoint) / "train_log.jsonl"
    if not recipe.can_clip or not log.is_file():
        return None
    ratios = [
        json.loads(line).get("clip_ratio", 0.0) for line in log.read_text(encoding="utf-8").splitlines()
    ]
    if max(ratios, default=0.0) > 0:
        return None
    return f"{pair.checkpoint}: no token was ever clipped (epsilon {recipe.clip:g}), so this run says nothing about clipping"
