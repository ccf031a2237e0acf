"""``rlvr-suite micro pretrain``: mistakes cost no import of torch. What it makes: tests/micro."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_mistyped_base_is_reported_before_torch_is_loaded(tmp_path: Path) -> None:
    argv = ["micro", "pretrain", "--model", "micro-lama3", "--out", str(tmp_path / "made")]
    code = f"import sys; from suite.commands.main import main; print(main({argv!r}), 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "2 False\n"
    assert "Did you mean 'micro-llama3'? Correct --model." in done.stderr
