"""A GRPO recipe: the settings of one training run, read from YAML.

A step is one rollout phase, not one update. ``load_recipe("micro")``; two ship, in ``suite/grpo/recipes``.
Lines of a recipe file::

    data: micro_world
    learning_rate: 0.1
    steps: 20
    prompts: 16
    group_size: 8
    minibatches: 4
"""

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
    """A low-rank adapter on every linear layer instead of all weights; its scale is ``alpha`` / ``rank``."""

    rank: int = Field(ge=1)
    alpha: int = Field(ge=1)


class Launch(Strict):
    """Where a run trains: ``processes``, one per device; ``accelerate`` says how several share the work.

    ``samples_per_device`` is how many samples a device takes at once; an update takes as many rounds as it
    needs. The processes are divided among ``nodes`` machines; ``host`` is the address of the first, where
    they meet.
    """

    processes: int = Field(default=1, ge=1)
    nodes: int = Field(default=1, ge=1)
    host: str | None = None
    accelerate: Literal["ddp", "fsdp", "zero3"] = "ddp"
    samples_per_device: int | None = Field(default=None, ge=1)


class Recipe(Strict):
    """Settings of a GRPO run; names follow the papers. A rollout is ``prompts`` x ``group_size`` samples.

    Each rollout is split into ``minibatches`` updates, ``passes`` times over. ``clip`` is epsilon; null turns
    clipping off and leaves the updates off-policy. ``data`` is a source of problems (``suite.grpo.data``),
    ordered by ``data_seed``. ``gradient_checkpointing`` saves memory and costs time.

    Three switches for differences between the authors' code and TRL. The authors do, and TRL does not:
    ``whitening`` (shift and scale all advantages of a rollout again, weighted by tokens) and
    ``exact_advantages`` (the group's standard deviation without TRL's 1e-4). TRL does, and the authors do
    not: ``importance_correction`` (weight samples by how far vLLM's probabilities are off).

    ``protocols`` maps the id of a base, or ``*`` for all others, to its protocol; a base that it does not
    cover uses its own of the registry.

    ``keep`` lists steps whose checkpoints are registered; the last step always is. A killed run resumes at a
    multiple of ``save_every`` steps. ``vllm_memory`` is the share of a GPU that ``vllm_colocate`` takes,
    ``vllm_url`` the address of a ``vllm_server``. ``dtype`` is the type of the computation; weights and
    optimizer are float32, because bfloat16 would lose an update of 5e-7.
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
        """Optimizer updates that one rollout is split into, all passes together."""
        return self.minibatches * self.passes

    @property
    def per_device(self) -> int:
        """Samples that one device takes at once."""
        return self.launch.samples_per_device or self.update_size // self.launch.processes

    @property
    def rounds(self) -> int:
        """Rounds of all devices in one update."""
        return self.update_size // (self.per_device * self.launch.processes)

    def protocol_of(self, base: str, own: str) -> str:
        """Return the protocol for ``base``, whose own in the registry is ``own``."""
        return self.protocols.get(base, self.protocols.get("*", own))

    @property
    def kept(self) -> tuple[int, ...]:
        """Steps whose checkpoints are registered, in order, including the last step."""
        return tuple(sorted({*self.keep, self.steps}))

    @property
    def can_clip(self) -> bool:
        """Whether some update is off-policy and has a clip; otherwise the clip ratio is 0 by construction."""
        return self.clip is not None and self.updates_per_step > 1


def recipe_names() -> list[str]:
    """Return the names of the recipes that ship."""
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
    for n, step in enumerate(recipe.keep):
        if not 1 <= step <= recipe.steps:
            what = f"step {step} cannot be kept; the run has steps 1 to {recipe.steps}"
            raise SuiteError(what, document.where("keep", n), "Name a step of the run")
    return recipe


def _check_split(document: Document, recipe: Recipe) -> None:
    """Raise ``SuiteError`` unless a rollout divides into updates of whole groups, and updates into rounds."""
    launch = recipe.launch
    if recipe.rollout_size % recipe.minibatches or recipe.update_size % recipe.group_size:
        what = f"minibatches {recipe.minibatches} does not divide the {recipe.prompts} prompts"
        raise SuiteError(what, document.where("minibatches"), f"Use a divisor of prompts ({recipe.prompts})")
    per_round = recipe.per_device * launch.processes
    if per_round == 0 or recipe.update_size % per_round:
        samples = launch.samples_per_device or "an even share of"
        what = f"{launch.processes} processes x {samples} samples do not divide an update"
        fix = f"Make processes x samples_per_device a divisor of {recipe.update_size}"
        raise SuiteError(f"{what} of {recipe.update_size} samples", document.where("launch"), fix)
    if (launch.nodes > 1) != (launch.host is not None):
        what = "several nodes and 'host', the address of the first, go together"
        raise SuiteError(what, document.where("launch"), "Give both, or neither")
    if launch.processes % launch.nodes:
        what = f"{launch.processes} processes cannot be divided among {launch.nodes} nodes"
        raise SuiteError(what, document.where("launch", "nodes"), "Use a divisor of processes")
