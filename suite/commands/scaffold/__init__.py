"""``rlvr-suite init my_method``: an overlay registry, a run file, a gate policy and a CI workflow for a method of one's own.

The files under ``templates/`` work as they are on two micro families; their method is called ``my_method``, and ``init`` puts the
chosen name in its place.
"""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from suite.commands.json_schemas import FOLDER as SCHEMAS
from suite.errors import SuiteError
from suite.files.shipped import gate_action
from suite.registry import load_registry

TEMPLATES = Path(__file__).resolve().parent / "templates"
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
"""What is written -> what it is made from."""


def init(folder: Path) -> list[Path]:
    """Write the files of a method called like ``folder``, all or none; their paths. ``SuiteError`` if any is there already."""
    home = Path(os.path.abspath(folder))  # `.` and `x/..` have a name, too
    texts = _texts(_method(home.name))
    present = [name for name in texts if os.path.lexists(home / name)]
    if present:
        what = f"already there: {', '.join(present)}; nothing was written"
        raise SuiteError(what, str(folder), "Name a folder without them, or move them away")
    try:
        _place(home, texts)
    except OSError as error:
        at = (
            error.filename if Path(str(error.filename)).is_relative_to(home) else folder
        )  # never the draft's own name
        what = f"the files cannot be written ({error.strerror or error}); none was kept"
        raise SuiteError(what, str(at), "Mend that, or name another folder") from error
    return [folder / name for name in texts]


def next_commands(folder: Path) -> list[str]:
    """What to run after ``init``: into the environment if ``rlvr-suite`` is not on the path, then as the new README says."""
    environment = (
        []
        if shutil.which("rlvr-suite")
        else [f"source {shlex.quote(str(Path(sys.executable).parent / 'activate'))}"]
    )
    lines = TARGETS["README.md"].read_text(encoding="utf-8").splitlines()
    return [
        *environment,
        f"cd {shlex.quote(str(folder))}",
        *(line.strip() for line in lines if line.startswith("    ")),
    ]


def _method(name: str) -> str:
    """``name`` if a reward of one's own can be called that."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", name):
        allowed = "a-z, 0-9, '.', '_' and '-', a letter or digit first, 64 at most"
        what = f"{name[:80]!r} cannot be the name of a method. Allowed: {allowed}"
        raise SuiteError(what, "rlvr-suite init", "Give the folder the method's name, such as my_method")
    if name in (known := load_registry().rewards):
        what = f"{name!r} is a reward that the suite knows. Known: {', '.join(known)}"
        raise SuiteError(what, "rlvr-suite init", "Give the folder the name of your own method")
    return name


def _texts(method: str) -> dict[str, str]:
    """Target -> its content; the schemas know nothing of the method."""
    texts = {target: source.read_text(encoding="utf-8") for target, source in TARGETS.items()}
    return {
        t: text if t.startswith("schemas/") else text.replace(PLACEHOLDER, method)
        for t, text in texts.items()
    }


def _place(home: Path, texts: Mapping[str, str]) -> None:
    """Write all files; a new folder appears at once, whole, so that not even a kill leaves a part of it."""
    if home.exists():
        _write(home, texts)
        return
    home.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{home.name[:40]}.", dir=home.parent) as draft:
        _write(Path(draft) / home.name, texts)
        (Path(draft) / home.name).rename(home)


def _write(home: Path, texts: Mapping[str, str]) -> None:
    """Write all files and no file of another; whatever stops it, an interrupt too, takes back what was written."""
    paths = {home / name: text for name, text in texts.items()}
    folders = {
        folder
        for path in paths
        for folder in path.parents
        if folder.is_relative_to(home) and not folder.exists()
    }
    written: list[Path] = []
    try:
        for path, text in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                written.append(path)
                file.write(text)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        for folder in sorted(folders, reverse=True):
            with suppress(OSError):  # not made yet, or another's file is in it by now
                folder.rmdir()
        raise
