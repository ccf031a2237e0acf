"""Train one checkpoint with TRL: from a work folder, into it, resuming what a killed run left there.

TRL's defaults cannot reproduce the papers (loss ``dapo``, linear decay, strictly on-policy so that the clip never fires): the
recipe's split of a rollout into updates is set explicitly, and the measured clip ratio is logged.
"""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from suite.files.atomic import write_atomic
from suite.grpo.recipe import Recipe
from suite.grpo.settings import machine_settings, trl_settings
from suite.schema import Strict


class Hooks(NamedTuple):
    """What training calls while it runs."""

    finished: Callable[[int], None]
    """With the number of each finished step."""
    kept: Callable[[int, Path], None]
    """With each step that the recipe keeps and the folder of its weights."""


class Row(Strict):
    """One prompt of a run: the text as the model sees it, ``answer`` as the reward compares it, ``gold`` as it is right."""

    prompt: str
    item_id: str
    answer: str
    gold: str


class Job(Strict):
    """Everything that decides what a run's weights become; a work folder of another job is started anew.

    ``folder`` holds the base, ``base_weights`` and ``rows_hash`` say what is in it and in ``rows.jsonl``; ``stops`` are the
    prompt's. ``versions`` are those of the libraries that train.
    """

    folder: str
    base_weights: str | None
    recipe: Recipe
    reward: str
    seed: int
    stops: tuple[str, ...]
    rows_hash: str
    versions: dict[str, str]


def prepare(work: Path, job: Job, rows: Sequence[Row]) -> None:
    """Write job and rows into ``work``, under its lock; what another job left there is removed first."""
    text = job.model_dump_json(indent=1)
    if (work / "job.json").is_file() and (work / "job.json").read_text(encoding="utf-8") == text:
        return
    (work / "job.json").unlink(
        missing_ok=True
    )  # first: a kill in between must not leave a job that looks whole
    shutil.rmtree(work, ignore_errors=True)
    write_atomic(work / "rows.jsonl", "".join(row.model_dump_json() + "\n" for row in rows).encode())
    write_atomic(work / "job.json", text.encode())


def kept_folder(work: Path, step: int) -> Path:
    """Where the weights of a kept step are handed over."""
    return work / f"step-{step}"


def train(work: Path, hooks: Hooks) -> None:
    """Train the job in ``work`` from where it stands; ``hooks.kept`` gets the weights of each step that the recipe keeps.

    A step that is handed over already is not handed over again. On several processes all call this; the first one tells.
    """
    job = Job.model_validate_json((work / "job.json").read_text(encoding="utf-8"))
    for step in job.recipe.kept:
        if (done := kept_folder(work, step)).is_dir():
            hooks.kept(step, done)
    if kept_folder(work, job.recipe.steps).is_dir():
        return
    trainer = _trainer(work, job, hooks)
    trainer.train(resume_from_checkpoint=_last_saved(work))


def _last_saved(work: Path) -> str | None:
    """TRL's newest checkpoint to go on from; one that a kill left incomplete is none."""
    saved = [path for path in work.glob("checkpoint-*") if _is_whole(path)]
    return str(max(saved, key=lambda path: int(path.name.rpartition("-")[2]))) if saved else None


def _is_whole(saved: Path) -> bool:
    """Whether optimizer, scheduler, random state and TRL's own state are there (ZeRO keeps the first in a folder)."""
    optimizer = (
        (saved / "optimizer.pt").is_file() or any(saved.glob("global_step*")) or any(saved.glob("optimizer*"))
    )
    try:
        json.loads((saved / "trainer_state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return optimizer and (saved / "scheduler.pt").is_file() and any(saved.glob("rng_state*.pth"))


def _trainer(work: Path, job: Job, hooks: Hooks) -> Any:
    from transformers import AutoTokenizer, PrinterCallback

    from suite.grpo.expression import parse
    from suite.grpo.trainer import CountSteps, Keep, SuiteTrainer, TrainLog, reward_function

    tokenizer = AutoTokenizer.from_pretrained(job.folder, padding_side="left")
    config = _config(job, work)  # before the model: sharded loading looks for it
    trainer = SuiteTrainer(
        model=_model(job),
        args=config,
        reward_funcs=[reward_function(parse(job.reward), job.seed, job.recipe, job.stops)],
        train_dataset=_dataset(work),
        processing_class=tokenizer,
        peft_config=_lora(job.recipe),
    )
    trainer.recipe = job.recipe

    def hand_over(step: int) -> None:
        """Save on all processes, then let the first one put the whole folder in its place."""
        building = work / f".step-{step}"
        trainer.save_model(str(building))
        if trainer.is_world_process_zero() and not kept_folder(work, step).is_dir():
            (building / "training_args.bin").unlink(missing_ok=True)  # a pickle, which nobody needs
            shutil.copyfile(work / "train_log.jsonl", building / "train_log.jsonl")
            os.replace(building, kept_folder(work, step))
            hooks.kept(step, kept_folder(work, step))

    trainer.remove_callback(PrinterCallback)
    for callback in (
        TrainLog(job.recipe, work / "train_log.jsonl"),
        Keep(job.recipe, hand_over),
        CountSteps(job.recipe, hooks.finished),
    ):
        trainer.add_callback(callback)
    return trainer


def _model(job: Job) -> Any:
    """Weights in float32 whatever the computation's type: an update of 5e-7 is lost in bfloat16."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(job.folder, dtype="float32")


def _lora(recipe: Recipe) -> Any:
    if recipe.lora is None:
        return None
    from peft import LoraConfig

    return LoraConfig(
        r=recipe.lora.rank, lora_alpha=recipe.lora.alpha, target_modules="all-linear", task_type="CAUSAL_LM"
    )


def _dataset(work: Path) -> Any:
    from datasets import Dataset

    with (work / "rows.jsonl").open(encoding="utf-8") as file:
        return Dataset.from_list([json.loads(line) for line in file])


def _config(job: Job, work: Path) -> Any:
    import torch
    from trl.trainer.grpo_config import GRPOConfig

    settings: dict[str, Any] = trl_settings(job.recipe, job.seed) | machine_settings(
        job.recipe, torch.cuda.is_available()
    )
    if job.stops and job.recipe.generation != "hf":
        settings["generation_kwargs"] = {"stop": list(job.stops)}
    return GRPOConfig(output_dir=str(work), **settings)
