"""``rlvr-suite init my_method``: an overlay, a run file, a policy and a CI workflow for a new method.

The files under ``scaffold/`` work as they are on two micro families. Their method is called ``my_method``;
``init`` replaces that by the name of the new folder.
"""

import os
import re
import shlex
import shutil
import sys
from argparse import Namespace
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from suite.commands.parser import DONE, Command, Parser
from suite.errors import SuiteError
from suite.files.shipped import gate_action

TEMPLATES = Path(__file__).resolve().parent / "scaffold"
SCHEMAS = Path(__file__).resolve().parent / "json_schemas"
PLACEHOLDER = "my_method"
TARGETS = {
    "README.md": TEMPLATES / "README.md",
    "registry.yaml": TEMPLATES / "registry.yaml",
    "run.yaml": TEMPLATES / "run.yaml",
    "policy.yaml": TEMPLATES / "policy.yaml",
    "stand_ins.sh": TEMPLATES / "stand_ins.sh",
    ".github/workflows/rlvr.yml": TEMPLATES / "github_workflow.yml",  # no hidden files in the wheel
    ".github/actions/gate/action.yml": gate_action(),
    ".gitignore": TEMPLATES / "gitignore",
    "schemas/registry.json": SCHEMAS / "registry.json",
    "schemas/runfile.json": SCHEMAS / "runfile.json",
    "schemas/policy.json": SCHEMAS / "policy.json",
}
"""File of the new folder -> its template."""


def _add_flags(parser: Parser) -> None:
    parser.group("what to write").add_argument(
        "folder", metavar="DIR", type=Path, help="new folder, named like the method, e.g. my_method"
    )


def _run(args: Namespace) -> int:
    written = init(args.folder)
    print("\n".join([*map(str, written), "", "They work as they are, on two micro families. Next:", ""]))
    print("\n".join(f"  {command}" for command in next_commands(args.folder)))
    return DONE


def init(folder: Path) -> list[Path]:
    """Write all files of a method named like ``folder``, or none; return their paths.

    Raise ``SuiteError`` if the name is not allowed or one of the files exists.
    """
    home = Path(os.path.abspath(folder))  # `.` and `x/..` have a name, too
    texts = _texts(_method(home.name))
    present = [name for name in texts if os.path.lexists(home / name)]
    if present:
        what = f"already there: {', '.join(present)}; nothing was written"
        raise SuiteError(what, str(folder), "Name a folder without them, or move them away")
    try:
        _place(home, texts)
    except OSError as error:
        # The error may name the draft, a folder that the user never saw.
        in_home = Path(str(error.filename)).is_relative_to(home)
        what = f"the files cannot be written ({error.strerror or error}); none was kept"
        where = str(error.filename if in_home else folder)
        raise SuiteError(what, where, "Fix that, or name another folder") from error
    return [folder / name for name in texts]


def next_commands(folder: Path) -> list[str]:
    """Return the commands to run after ``init``: those of the new README, in its environment and folder."""
    commands = []
    if not shutil.which("rlvr-suite"):
        commands.append(f"source {shlex.quote(str(Path(sys.executable).parent / 'activate'))}")
    commands.append(f"cd {shlex.quote(str(folder))}")
    for line in TARGETS["README.md"].read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            commands.append(line.strip())
    return commands


def _method(name: str) -> str:
    """Return ``name`` if a new reward can have it; raise ``SuiteError`` otherwise."""
    from suite.registry import load_registry

    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", name):
        allowed = "at most 64 of a-z, 0-9, '.', '_' and '-', the first a letter or digit"
        what = f"{name[:80]!r} cannot be the name of a method. Allowed: {allowed}"
        raise SuiteError(what, "init", "Give the folder the method's name, e.g. my_method")
    known = load_registry().rewards
    if name in known:
        what = f"{name!r} is a reward that the suite knows. Known: {', '.join(known)}"
        raise SuiteError(what, "init", "Give the folder the name of your own method")
    return name


def _texts(method: str) -> dict[str, str]:
    """Return file of the new folder -> its text."""
    texts = {}
    for target, template in TARGETS.items():
        text = template.read_text(encoding="utf-8")
        # The schemas describe the format and hold no method's name.
        texts[target] = text if target.startswith("schemas/") else text.replace(PLACEHOLDER, method)
    return texts


def _place(home: Path, texts: Mapping[str, str]) -> None:
    """Write all files; a new folder appears at once, whole, so that not even a kill leaves a part of it."""
    from tempfile import TemporaryDirectory

    if home.exists():
        _write(home, texts)
        return
    home.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{home.name[:40]}.", dir=home.parent) as draft:
        _write(Path(draft) / home.name, texts)
        (Path(draft) / home.name).rename(home)


def _write(home: Path, texts: Mapping[str, str]) -> None:
    """Write all files and overwrite none; remove what was written if anything stops it, an interrupt too."""
    written: list[Path] = []
    made: list[Path] = []
    try:
        for name, text in texts.items():
            path = home / name
            missing = [
                folder for folder in path.parents if folder.is_relative_to(home) and not folder.exists()
            ]
            made += missing[::-1]
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                written.append(path)
                file.write(text)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        for folder in reversed(made):
            with suppress(OSError):  # not made yet, or another program's file is in it by now
                folder.rmdir()
        raise


COMMAND = Command(
    name="init",
    summary="write the files to evaluate a method of your own",
    usage="DIR",
    details=(
        "Write an overlay registry, a run file, a policy and a CI workflow for a method of your own. They"
        " work as they are, on two micro families; comments say what to replace."
    ),
    examples=("rlvr-suite init my_method",),
    add_flags=_add_flags,
    run=_run,
)
