"""A GRPO recipe: the settings of one training run, read from YAML. A step is one rollout phase, not one optimizer update."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from suite.errors import SuiteError
from suite.files.shipped import recipes_dir
from suite.files.text import did_you_mean, shown
from suite.files.yaml import Document, read_document
from suite.schema import Strict

Positive = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
Beta = Annotated[float, Field(ge=0, lt=1)]


class Lora(Strict):
    """A low-rank adapter in place of all weights: ``rank``, ``alpha`` (scale alpha / rank), on every linear layer."""

    rank: int = Field(ge=1)
    alpha: int = Field(ge=1)


class Launch(Strict):
    """Where a run trains: ``processes`` (one a device), sharded by ``accelerate`` where there are several.

    ``samples_per_device`` is how many samples a device takes at once; an update is made of as many rounds as it needs. ``nodes``
    are machines, among which the processes are divided; ``host`` is the address of the first, for the others to meet.
    """

    processes: int = Field(default=1, ge=1)
    nodes: int = Field(default=1, ge=1)
    host: str | None = None
    accelerate: Literal["ddp", "fsdp", "zero3"] = "ddp"
    samples_per_device: int | None = Field(default=None, ge=1)


class Recipe(Strict):
    """Settings of a GRPO run; names follow the papers. A rollout is ``prompts`` x ``group_size`` samples.

    A rollout is learned from in ``minibatches`` updates, ``passes`` times over. ``clip`` is epsilon; null turns clipping off and
    leaves the updates off-policy. ``data`` is a source of problems (``suite.grpo.data``), in an order of ``data_seed``.
    ``gradient_checkpointing`` saves memory and costs time.

    Three things that the authors' code does and TRL does not: ``whitening`` (all advantages of a rollout shifted and scaled
    again, weighted by tokens), ``exact_advantages`` (the group's standard deviation without TRL's 1e-4), and, the other way
    round, ``importance_correction`` (TRL weighs samples by how far vLLM's probabilities are off; the authors' code does not).

    ``protocols`` says how a base is asked, by its id or ``*`` for all others; one that it leaves out is asked as in the registry.

    ``keep`` are steps whose checkpoints are registered, the last one always; ``save_every`` steps a killed run can go on.
    ``vllm_memory`` is the share of a GPU that ``vllm_colocate`` takes, ``vllm_url`` the address of a ``vllm_server``.
    ``dtype`` is that of the computation; weights and optimizer are float32, because at 5e-7 an update is lost in bfloat16.
    """

    description: str
    data: str = Field(min_length=1)
    data_seed: int
    optimizer: Literal["sgd", "adamw_torch"]
    adam_betas: tuple[Beta, Beta] = (0.9, 0.999)
    learning_rate: Positive
    weight_decay: float = Field(default=0.0, ge=0, le=1)
    max_grad_norm: Positive
    steps: int = Field(ge=1, le=100_000)
    prompts: int = Field(ge=1, le=100_000)
    group_size: int = Field(ge=2, le=100_000)
    minibatches: int = Field(ge=1)
    passes: int = Field(ge=1)
    clip: Positive | None
    kl: float = Field(ge=0, le=1000)
    temperature: Positive
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_prompt_tokens: int | None = Field(default=None, ge=1)
    max_new_tokens: int = Field(ge=1)
    whitening: bool = False
    exact_advantages: bool = False
    importance_correction: bool = False
    dtype: Literal["float32", "bfloat16"] = "float32"
    generation: Literal["hf", "vllm_colocate", "vllm_server"] = "hf"
    vllm_memory: float = Field(default=0.4, gt=0, le=1)
    vllm_url: str | None = None
    gradient_checkpointing: bool = False
    lora: Lora | None = None
    launch: Launch = Launch()
    protocols: dict[str, str] = Field(default_factory=dict)
    keep: tuple[int, ...] = ()
    save_every: int | None = Field(default=None, ge=1)
    report_to: tuple[Literal["tensorboard", "trackio", "wandb"], ...] = ()

    @property
    def rollout_size(self) -> int:
        """Samples drawn in one step."""
        return self.prompts * self.group_size

    @property
    def update_size(self) -> int:
        """Samples in one optimizer update."""
        return self.rollout_size // self.minibatches

    @property
    def updates_per_step(self) -> int:
        return self.minibatches * self.passes

    @property
    def per_device(self) -> int:
        """Samples that one device takes at once."""
        return self.launch.samples_per_device or self.update_size // self.launch.processes

    @property
    def rounds(self) -> int:
        """Rounds of all devices that make one update."""
        return self.update_size // (self.per_device * self.launch.processes)

    def protocol_of(self, base: str, own: str) -> str:
        """The protocol in which ``base`` is asked; ``own`` is its own in the registry."""
        return self.protocols.get(base, self.protocols.get("*", own))

    @property
    def kept(self) -> tuple[int, ...]:
        """Steps whose checkpoints are registered, in order; the last one is among them."""
        return tuple(sorted({*self.keep, self.steps}))

    @property
    def can_clip(self) -> bool:
        """Whether some update is off-policy and has a clip; where none is, the clip ratio is zero by construction."""
        return self.clip is not None and self.updates_per_step > 1


def recipe_names() -> list[str]:
    """The recipes that ship."""
    return sorted(path.stem for path in recipes_dir().glob("*.yaml"))


def load_recipe(name_or_file: str, where: str = "RECIPE") -> Recipe:
    """Return a recipe that ships, by name, or one from a file; raise ``SuiteError`` if it cannot be trained.

    ``where`` is the argument, or the file, line and key, that names it.
    """
    path = recipes_dir() / f"{name_or_file}.yaml"
    if not path.is_file():
        path = Path(name_or_file)
    if not path.is_file():
        known = recipe_names()
        what = f"unknown recipe {shown(name_or_file)}. Known: {', '.join(known)}"
        fix = f"{did_you_mean(name_or_file, known)}Name one of them, or a YAML file that exists"
        raise SuiteError(what, where, fix)
    document = read_document(path)
    recipe = document.parse(Recipe)
    _check_split(document, recipe)
    _check_steps(document, recipe)
    return recipe


def _check_split(document: Document, recipe: Recipe) -> None:
    """A rollout divides into updates as large as whole groups, an update into rounds of all devices."""
    if recipe.rollout_size % recipe.minibatches or recipe.update_size % recipe.group_size:
        what = f"minibatches {recipe.minibatches} does not divide the {recipe.prompts} prompts"
        raise SuiteError(what, document.where("minibatches"), f"Use a divisor of prompts ({recipe.prompts})")
    at_once = recipe.per_device * recipe.launch.processes
    if at_once == 0 or recipe.update_size % at_once:
        of = f"{recipe.launch.processes} processes x {recipe.launch.samples_per_device or 'an even share of'} samples"
        what = f"{of} do not divide an update of {recipe.update_size} samples"
        raise SuiteError(
            what,
            document.where("launch"),
            f"Make processes x samples_per_device a divisor of {recipe.update_size}",
        )
    if (recipe.launch.nodes > 1) != (recipe.launch.host is not None):
        what = "several nodes and 'host', the address of the first, go together"
        raise SuiteError(what, document.where("launch"), "Give both, or neither")
    if recipe.launch.processes % recipe.launch.nodes:
        what = f"{recipe.launch.processes} processes cannot be divided among {recipe.launch.nodes} nodes"
        raise SuiteError(what, document.where("launch", "nodes"), "Use a divisor of processes")


def _check_steps(document: Document, recipe: Recipe) -> None:
    for n, step in enumerate(recipe.keep):
        if not 1 <= step <= recipe.steps:
            what = f"step {step} cannot be kept; the run has steps 1 to {recipe.steps}"
            raise SuiteError(what, document.where("keep", n), "Name a step of the run")
