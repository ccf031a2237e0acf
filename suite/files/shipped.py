"""Where the shipped files are: in a checkout the top-level ones, else those inside the wheel (``suite/_data``)."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def _data_root() -> Path:
    checkout = PACKAGE.parent
    return checkout if (checkout / "model_registry.yaml").is_file() else PACKAGE / "_data"


def registry_file() -> Path:
    """``model_registry.yaml``."""
    return _data_root() / "model_registry.yaml"


def tasks_dir() -> Path:
    """The folder of lm-eval tasks."""
    return _data_root() / "tasks"


def published_dir() -> Path:
    """The papers' figures, a file a source."""
    return _data_root() / "leaderboards" / "published"


def gate_action() -> Path:
    """The composite GitHub action that runs the gate."""
    root = _data_root()
    return (root / ".github" if root == PACKAGE.parent else root) / "actions" / "gate" / "action.yml"


def builtin_model(name: str) -> Path:
    """Folder of a shipped micro base checkpoint."""
    return PACKAGE / "micro" / "bases" / name


def policies_dir() -> Path:
    """Gate policies known by name."""
    return PACKAGE / "gate" / "policies"


def recipes_dir() -> Path:
    """GRPO recipes known by name."""
    return PACKAGE / "grpo" / "recipes"
