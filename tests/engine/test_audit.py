"""The baseline audit: the base under every prompt, real items, real model; the checkpoint under its own."""

import json
import os
from pathlib import Path

import pytest

from suite.commands.main import main
from suite.registry import load_registry
from suite.store.cells import CellManifest
from suite.store.run_folder import RunStore

BASE = "micro-qwen2.5-math"
PROTOCOLS = load_registry().protocols


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
    assert set(row["strong_baseline_protocols"]) == set(PROTOCOLS) - {
        "chat"
    }  # of qwen_math and chat, which are one text, one
