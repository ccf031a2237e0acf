"""``rlvr-suite doctor``: what this machine would use, and what is broken, each with its fix.

``examine`` looks at the machine and gathers ``Facts``; ``rows`` judges them and is pure.
"""

import json
import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypedDict

from suite import __version__
from suite.commands.flags import DEFAULT_RUN, add_json, add_out
from suite.commands.parser import DONE, FAILED, Command, Parser
from suite.errors import in_one_line
from suite.plan.engines import DEFAULT_ENGINE, ENGINES, drawing_engines

if TYPE_CHECKING:
    from packaging.requirements import Requirement

ENVIRONMENT = (
    "CUDA_VISIBLE_DEVICES", "HF_HOME", "HF_HUB_OFFLINE", "RLVR_SUITE_DATA",
    "VLLM_BATCH_INVARIANT", "VLLM_CPU_KVCACHE_SPACE", "VLLM_ENABLE_V1_MULTIPROCESSING",
)  # fmt: skip
EXTRAS = ("train", "vllm", "ray")
LEAST_FREE_GIB = 1.0
"""Less free disk than this is a warning; the samples of a whole demo need a hundredth of it."""
_SHOWN = ("torch", "transformers", "lm-eval", "peft", "math-verify", "datasets", "numpy", "scipy", "pandas")
_MEDIA = ("torchvision", "torchaudio", "torchcodec")

Status = Literal["ok", "absent", "warning", "broken"]


class Row(TypedDict):
    """One thing that was examined. ``fix`` is empty where there is nothing to fix."""

    item: str
    found: str
    status: Status
    fix: str


class EngineFact(NamedTuple):
    """One engine; all fields are empty for one that is not installed.

    ``name`` and ``device`` are those of a cell, ``built_for`` is the device that its package is built for
    where it says so, and ``fault`` why it cannot be used.
    """

    name: str = ""
    device: str = ""
    built_for: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Facts:
    """What was found.

    ``installed`` has normalised names; ``data_files`` is None where RLVR_SUITE_DATA names no folder.
    """

    python: str
    suite: str
    installed: Mapping[str, str]
    requirements: Sequence[str]
    hardware: str
    engines: Mapping[str, EngineFact]
    environment: Mapping[str, str]
    data_files: Sequence[str] | None
    run: Path
    free_gib: float
    memory_gib: float


def _add_flags(parser: Parser) -> None:
    group = parser.group("what to examine")
    add_out(group, "run folder whose disk is examined", default=DEFAULT_RUN)
    add_json(group)


def _run(args: Namespace) -> int:
    from suite.commands.terminal import print_rows

    examined = rows(examine(args.out))
    if args.json:
        print(json.dumps(examined, indent=1))
    else:
        print_rows([{"item": row["item"], "found": row["found"]} for row in examined])
        print("\n".join(["", *(problems(examined) or ["nothing is broken"])]))
    return exit_code(examined)


def examine(run: Path) -> Facts:
    """Examine this machine; imports torch, and vLLM in a process of its own."""
    from importlib.metadata import distributions

    from suite.store import provenance

    installed = {_normal(d.name): d.version for d in distributions() if d.name}
    data = Path(os.environ.get("RLVR_SUITE_DATA", ""))
    # The run folder need not exist yet; its disk is that of the nearest folder above.
    at = run.absolute()
    existing = next(folder for folder in (at, *at.parents) if folder.exists())
    return Facts(
        python=provenance.python_version(),
        suite=f"{__version__}, git {provenance.git_state()}",
        installed=installed,
        requirements=_requirements(),
        hardware=_hardware(),
        engines={name: _engine(name, installed) for name in drawing_engines()},
        environment={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
        data_files=sorted(path.name for path in data.glob("*.jsonl")) if data.is_dir() else None,
        run=run,
        free_gib=shutil.disk_usage(existing).free / 2**30,
        memory_gib=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30,
    )


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _requirements() -> list[str]:
    """Return the requirements in the suite's metadata; none in a checkout that was not installed."""
    from importlib.metadata import PackageNotFoundError, requires

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
    except Exception as error:  # importing a broken torch raises anything
        return f"unknown ({in_one_line(error, 300)})"


def _engine(name: str, installed: Mapping[str, str]) -> EngineFact:
    """Import what the engine needs, as far as its entry says how."""
    from importlib import import_module

    from suite.engine.start import identity

    entry = ENGINES[name]
    if name != DEFAULT_ENGINE and not installed.keys() & set(entry.distributions):
        return EngineFact()
    try:
        engine = identity(name)
        if entry.late_import:
            import_module(entry.late_import)
    except Exception as error:  # importing a broken package raises anything
        return EngineFact(fault=in_one_line(error, 300))
    fact = EngineFact(engine.name, engine.device)
    return _probed(fact, entry.probe) if entry.probe else fact


def _probed(fact: EngineFact, program: str) -> EngineFact:
    """Run the program, and add the device that it prints, or its fault."""
    import subprocess

    environment = {**os.environ, "VLLM_LOGGING_LEVEL": "CRITICAL"}
    command = [sys.executable, "-c", program]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    except subprocess.TimeoutExpired:
        return fact._replace(fault="importing it took more than 300 s")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        return fact._replace(fault=lines[-1][:300])
    return fact._replace(built_for=(done.stdout.split() or [""])[-1])


def rows(facts: Facts) -> list[Row]:
    """Judge the facts, a row each."""
    packages = [f"{name} {facts.installed[name]}" for name in _SHOWN if name in facts.installed]
    return [
        _row("python", facts.python),
        _row("rlvr-suite", facts.suite),
        _row("packages", ", ".join(packages)),
        *_unmet(facts),
        _row("device", facts.hardware),
        *(_engine_row(facts, name) for name in facts.engines),
        *(_extra_row(facts, extra) for extra in EXTRAS),
        _row("memory", f"{facts.memory_gib:.0f} GiB"),
        _disk_row(facts),
        *(_environment_row(facts, name) for name in ENVIRONMENT),
    ]


def _row(item: str, found: str, status: Status = "ok", fix: str = "") -> Row:
    return {"item": item, "found": found, "status": status, "fix": fix}


def _required(facts: Facts, extra: str = "") -> Iterator["Requirement"]:
    """Yield the requirements of an extra alone; without one those of the suite itself."""
    from packaging.requirements import Requirement

    for text in facts.requirements:
        requirement = Requirement(text)
        marker = requirement.marker
        # A requirement of an extra has a marker that holds only with that extra.
        is_plain = marker is None or marker.evaluate({"extra": ""})
        in_extra = not is_plain and marker is not None and marker.evaluate({"extra": extra})
        if in_extra if extra else is_plain:
            yield requirement


def _version(facts: Facts, name: str) -> str | None:
    """Return the installed version of a distribution, or of an engine in whichever build it is installed."""
    distributions = ENGINES[name].distributions if name in ENGINES else (_normal(name),)
    for distribution in distributions:
        if distribution in facts.installed:
            return facts.installed[distribution]
    return None


def _faults(facts: Facts, extra: str = "") -> Iterator[Row]:
    """Yield a row for each requirement that is not installed, or installed outside the required range."""
    for requirement in _required(facts, extra):
        version = _version(facts, requirement.name)
        fix = f"pip install '{requirement.name}{requirement.specifier}'"
        if version is None:
            yield _row(requirement.name, "not installed", "broken", fix)
        elif not requirement.specifier.contains(version, prereleases=True):
            yield _row(requirement.name, f"{version}, outside {requirement.specifier}", "broken", fix)


def _unmet(facts: Facts) -> list[Row]:
    """Return the faults of the suite's own requirements."""
    if not facts.requirements:
        not_checked = "not checked: the suite is not installed here"
        return [_row("requirements", not_checked, "warning", "pip install -e .")]
    return list(_faults(facts))


def _import_fix(facts: Facts, otherwise: str) -> str:
    """Return the fix of an import that fails: media packages built for another torch break transformers."""
    media = [name for name in _MEDIA if name in facts.installed]
    return f"pip uninstall -y {' '.join(media)}" if media else otherwise


def _engine_row(facts: Facts, name: str) -> Row:
    item = f"--engine {name}"
    entry = ENGINES[name]
    fact = facts.engines[name]
    if fact == EngineFact():
        return _row(item, f"not usable: {entry.title} is not installed", "absent")
    if fact.fault:
        install = entry.install
        if name != DEFAULT_ENGINE:
            install = f"{entry.install} again, or use --engine {DEFAULT_ENGINE}"
        return _row(item, f"not usable: {fact.fault}", "broken", _import_fix(facts, install))
    if not entry.probe:
        return _row(item, f"{fact.name} on {fact.device}")
    if fact.built_for != fact.device:
        built_for = fact.built_for or "another device"
        cpu_build = entry.distributions[-1]
        fix = f"Use --engine {DEFAULT_ENGINE}, or install {cpu_build} (docs/engines.md)"
        if fact.device == "cuda":
            fix = f"pip uninstall -y {cpu_build}, then {entry.install}"
        what = f"not usable: {entry.title} is built for {built_for}, the device is {fact.device}"
        return _row(item, what, "broken", fix)
    return _row(item, f"{fact.name} on {fact.device} ({entry.title} {_version(facts, name)})")


def _extra_row(facts: Facts, extra: str) -> Row:
    item = f"[{extra}]"
    found = []
    for requirement in _required(facts, extra):
        if version := _version(facts, requirement.name):
            found.append(f"{requirement.name} {version}")
    if not found:
        return _row(item, "not installed", "absent")
    faults = list(_faults(facts, extra))
    if faults:
        what = "; ".join(f"{row['item']} {row['found']}" for row in faults)
        return _row(item, what, "broken", faults[0]["fix"])
    return _row(item, ", ".join(found))


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
        fix = "Name a folder of <task>.jsonl files, or unset it"
        return _row(name, f"{value}: no such folder", "warning", fix)
    return _row(name, f"{value}: {', '.join(facts.data_files) or 'no .jsonl file'}")


def problems(examined: Sequence[Row]) -> list[str]:
    """Return one line for each row that is broken or a warning."""
    lines = []
    for row in examined:
        if row["status"] in ("broken", "warning"):
            lines.append(f"{row['status']}: {row['item']}: {row['found']}. Fix: {row['fix']}")
    return lines


def exit_code(examined: Sequence[Row]) -> int:
    """Return 1 if something is broken, else 0."""
    return FAILED if any(row["status"] == "broken" for row in examined) else DONE


COMMAND = Command(
    name="doctor",
    summary="report what this machine would use; exit 1 if broken",
    usage="[FLAGS]",
    details=(
        "Report the packages, engines, device, disk and environment that the suite would use on this "
        "machine, with a fix for what is broken. Exit code 1: something is broken."
    ),
    examples=("rlvr-suite doctor",),
    add_flags=_add_flags,
    run=_run,
)
