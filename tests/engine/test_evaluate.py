"""One lm-eval call holds every protocol of a task: the baseline audit, on real items."""

import json
import os
import shutil
from pathlib import Path

import pytest

from suite.commands.main import main
from suite.files.shipped import builtin_model
from suite.registry import load_registry
from suite.schema import Pair
from suite.store.cells import CellManifest
from suite.store.run_folder import RunStore

BASE = "micro-qwen2.5-math"
PROTOCOLS = load_registry().protocols


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """A run with one checkpoint, the base's own weights."""
    store = RunStore(tmp_path / "run")
    shutil.copytree(builtin_model(BASE), store.checkpoint("c"))
    store.add_pair(
        Pair(family=BASE, base=BASE, checkpoint="c", reward="my_method", recipe="r", seed=0, step=1)
    )
    return store


def manifests(store: RunStore) -> list[CellManifest]:
    return [m for m in (cell.manifest for cell in store.finished()) if m]


@pytest.mark.slow
@pytest.mark.skipif("RLVR_SUITE_DATA" not in os.environ, reason="RLVR_SUITE_DATA is not set")
def test_every_protocol_runs_on_real_items_and_the_summary_has_the_strong_baseline(
    store: RunStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_file = tmp_path / "audit.yaml"
    run_file.write_text(
        f"families: [{BASE}]\ntasks: [math500]\nprotocols: [all]\nlimit: 2\nmax_new_tokens: 8\n"
    )
    out = str(store.root)
    assert main(["eval", str(run_file), "--data-dir", os.environ["RLVR_SUITE_DATA"], "--out", out]) == 0
    found = {m.cell.protocol: m for m in manifests(store) if m.cell.model == BASE}
    assert set(found) == set(PROTOCOLS)
    for name, manifest in found.items():
        assert manifest.prompt is not None and manifest.prompt.text_hash == manifest.cell.protocol_hash
        assert PROTOCOLS[name].template in manifest.prompt.template
    capsys.readouterr()
    assert main(["summarize", out, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["deltas"]
    assert (row["protocol"], row["delta"], row["control"]) == ("micro_qa", 0.0, [])
    # qwen_math and chat are one text here, so only one of them counts.
    assert set(row["strong_baseline_protocols"]) == set(PROTOCOLS) - {"chat"}
