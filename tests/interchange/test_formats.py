"""The table of formats: every module that reads one is listed, and listing them costs nothing."""

import importlib
import pkgutil
import subprocess
import sys

from suite import interchange
from suite.interchange.formats import FORMATS


def test_every_module_that_reads_a_format_is_an_entry() -> None:
    names = [module.name for module in pkgutil.iter_modules(interchange.__path__)]
    modules = {name: importlib.import_module(f"suite.interchange.{name}") for name in names}
    readers = {name for name, module in modules.items() if callable(getattr(module, "read", None))}
    assert readers == {entry.module for entry in FORMATS.values()}


def test_listing_the_formats_loads_no_reader() -> None:
    check = (
        "import sys, suite.interchange.formats; "
        "sys.exit(any(m in sys.modules for m in ('pydantic', 'mpmath', 'suite.interchange.answers')))"
    )
    assert subprocess.run([sys.executable, "-c", check]).returncode == 0
