"""Where the shipped files are: at the top level of a checkout, in ``suite/_data`` of the wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def _data_root() -> Path:
    checkout = PACKAGE.parent
    return checkout if (checkout / "model_registry.yaml").is_file() else PACKAGE / "_data"


def registry_file() -> Path:
    """Return ``model_registry.yaml``."""
    return _data_root() / "model_registry.yaml"


def tasks_dir() -> Path:
    """Return the folder of lm-eval tasks."""
    return _data_root() / "tasks"


def published_dir() -> Path:
    """Return the folder of the papers' figures, one file for each source."""
    return _data_root() / "leaderboards" / "published"


def gate_action() -> Path:
    """Return the composite GitHub action that runs the gate."""
    root = _data_root()
    folder = root / ".github" if root == PACKAGE.parent else root
    return folder / "actions" / "gate" / "action.yml"


def builtin_model(name: str) -> Path:
    """Return the folder of a shipped micro base checkpoint."""
    return PACKAGE / "micro" / "bases" / name


def policies_dir() -> Path:
    """Return the folder of the gate policies that are known by name."""
    return PACKAGE / "gate" / "policies"


def recipes_dir() -> Path:
    """Return the folder of the GRPO recipes that are known by name."""
    return PACKAGE / "grpo" / "recipes"
