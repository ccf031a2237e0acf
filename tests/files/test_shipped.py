"""The shipped files are where ``shipped`` says; tests/test_packaging.py looks inside a wheel."""

from pathlib import Path

import pytest

from suite.files import shipped


@pytest.mark.parametrize(
    ("folder", "pattern"),
    [
        (shipped.tasks_dir(), "*/*.yaml"),
        (shipped.published_dir(), "*.yaml"),
        (shipped.policies_dir(), "*.yaml"),
        (shipped.recipes_dir(), "*.yaml"),
        (shipped.builtin_model("micro-llama3"), "*.safetensors"),
    ],
    ids=str,
)
def test_a_folder_holds_what_ships_in_it(folder: Path, pattern: str) -> None:
    assert any(folder.glob(pattern))


def test_the_registry_and_the_action_are_files() -> None:
    assert shipped.registry_file().is_file()
    assert shipped.gate_action().is_file()
