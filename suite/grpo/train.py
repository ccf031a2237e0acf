"""Train one checkpoint with TRL in a work folder, resuming what a killed run left there.

``train(work, Hooks(finished, kept))``. A work folder holds ``job.json``, ``rows.jsonl`` (one prompt per line,
for example ``{"prompt": "Question: ...", "item_id": "7", "answer": "12", "gold": "12"}``), TRL's
``checkpoint-N`` to resume from, ``train_log.jsonl``, and ``step-N`` with the weights of a kept step until
they are registered.

TRL's defaults cannot reproduce the papers (loss ``dapo``, linear decay, strictly on-policy so that the clip
never fires). So the recipe's split of a rollout into updates is set explicitly, and the measured clip ratio
is logged.
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
    """The functions that training calls while it runs."""

    finished: Callable[[int], None]
    """Takes the number of each finished step."""
    kept: Callable[[int, Path], None]
    """Takes each step that the recipe keeps, and the folder of its weights."""


class TrainingRow(Strict):
    """One prompt of a run, with the ``answer`` that the reward compares with and the item's own, ``gold``."""

    prompt: str
    item_id: str
    answer: str
    gold: str


class Job(Strict):
    """Everything that decides a run's weights; the work folder of another job is emptied, not resumed.

    ``folder`` holds the base. ``base_weights`` and ``rows_hash`` stand for the content of ``folder`` and of
    ``rows.jsonl``; ``stops`` are the prompt's stop strings, ``versions`` those of the libraries that train.
    """

    folder: str
    base_weights: str | None
    recipe: Recipe
    reward: str
    seed: int
    stops: tuple[str, ...]
    rows_hash: str
    versions: dict[str, str]


def prepare(work: Path, job: Job, rows: Sequence[TrainingRow]) -> None:
    """Write job and rows into ``work``, under its lock; remove first what another job left there."""
    text = job.model_dump_json(indent=1)
    job_file = work / "job.json"
    if job_file.is_file() and job_file.read_text(encoding="utf-8") == text:
        return
    # The job file goes first and comes last: wherever a kill falls, a job that looks whole is whole.
    job_file.unlink(missing_ok=True)
    shutil.rmtree(work, ignore_errors=True)
    write_atomic(work / "rows.jsonl", "".join(row.model_dump_json() + "\n" for row in rows).encode())
    write_atomic(job_file, text.encode())


def kept_folder(work: Path, step: int) -> Path:
    """Return where the weights of a kept step are handed over."""
    return work / f"step-{step}"


def train(work: Path, hooks: Hooks) -> None:
    """Train the job in ``work`` from its last saved step; hand over the weights of the steps to keep.

    A step whose weights were handed over before is not trained again. With several processes, each calls this
    function; only the first one calls ``hooks``.
    """
    job = Job.model_validate_json((work / "job.json").read_text(encoding="utf-8"))
    # A kill may have come between handing weights over and registering them.
    for step in job.recipe.kept:
        handed_over = kept_folder(work, step)
        if handed_over.is_dir():
            hooks.kept(step, handed_over)
    if kept_folder(work, job.recipe.steps).is_dir():
        return
    trainer = _trainer(work, job, hooks)
    trainer.train(resume_from_checkpoint=_last_saved(work))


def _last_saved(work: Path) -> str | None:
    """Return TRL's newest checkpoint to resume from; one that a kill left incomplete does not count."""
    # TRL writes a save in place, file by file; its own search would take the newest, whole or not.
    saved = [path for path in work.glob("checkpoint-*") if _is_whole(path)]
    return str(max(saved, key=lambda path: int(path.name.rpartition("-")[2]))) if saved else None


def _is_whole(saved: Path) -> bool:
    """Whether optimizer, scheduler, random state and TRL's own state are saved."""
    # ZeRO saves the optimizer as a folder.
    optimizer = (saved / "optimizer.pt").is_file()
    optimizer = optimizer or any(saved.glob("global_step*")) or any(saved.glob("optimizer*"))
    try:
        json.loads((saved / "trainer_state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return optimizer and (saved / "scheduler.pt").is_file() and any(saved.glob("rng_state*.pth"))


def _trainer(work: Path, job: Job, hooks: Hooks) -> Any:
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer, PrinterCallback

    from suite.grpo.expression import parse
    from suite.grpo.trainer import CountSteps, Keep, SuiteTrainer, TrainLog, reward_function

    # The settings come before the model: sharded loading looks them up.
    config = _config(job, work)
    with (work / "rows.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    trainer = SuiteTrainer(
        # float32 whatever the type of the computation: an update of 5e-7 would be lost in bfloat16.
        model=AutoModelForCausalLM.from_pretrained(job.folder, dtype="float32"),
        args=config,
        reward_funcs=[reward_function(parse(job.reward), job.seed, job.recipe, job.stops)],
        train_dataset=Dataset.from_list(rows),
        processing_class=AutoTokenizer.from_pretrained(job.folder, padding_side="left"),
        peft_config=_lora(job.recipe),
    )
    trainer.recipe = job.recipe

    def hand_over(step: int) -> None:
        """Save on all processes; the first one then renames the whole folder into place."""
        building = work / f".step-{step}"
        trainer.save_model(str(building))  # sharded weights are gathered, so all processes take part
        if trainer.is_world_process_zero() and not kept_folder(work, step).is_dir():
            (building / "training_args.bin").unlink(missing_ok=True)  # a pickle, which nothing needs
            shutil.copyfile(work / "train_log.jsonl", building / "train_log.jsonl")
            os.replace(building, kept_folder(work, step))
            hooks.kept(step, kept_folder(work, step))

    # The order matters: the log's line of an update comes before the weights that are kept after it.
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(TrainLog(job.recipe, work / "train_log.jsonl"))
    trainer.add_callback(Keep(job.recipe, hand_over))
    trainer.add_callback(CountSteps(job.recipe, hooks.finished))
    return trainer


def _lora(recipe: Recipe) -> Any:
    if recipe.lora is None:
        return None
    from peft import LoraConfig

    return LoraConfig(
        r=recipe.lora.rank, lora_alpha=recipe.lora.alpha, target_modules="all-linear", task_type="CAUSAL_LM"
    )


def _config(job: Job, work: Path) -> Any:
    import torch
    from trl.trainer.grpo_config import GRPOConfig

    settings: dict[str, Any] = trl_settings(job.recipe, job.seed)
    settings |= machine_settings(job.recipe, torch.cuda.is_available())
    # transformers' generation gets no stop strings: there the reward cuts the answer itself.
    if job.stops and job.recipe.generation != "hf":
        settings["generation_kwargs"] = {"stop": list(job.stops)}
    return GRPOConfig(output_dir=str(work), **settings)
