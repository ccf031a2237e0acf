"""The baseline audit: the base under every prompt, real items, real model; the checkpoint under its own."""

import json
import os
import shutil
from pathlib import Path

import pytest

from suite.commands.main import main
from suite.engine.planned import planned_cells
from suite.errors import SuiteError
from suite.files.shipped import builtin_model
from suite.plan.selection import Selection
from suite.registry import load_registry
from suite.schema import Pair
from suite.store.cells import CellManifest
from suite.store.run_folder import RunStore

BASE = "micro-qwen2.5-math"
PROTOCOLS = load_registry().protocols


def manifests(store: RunStore) -> list[CellManifest]:
    return [m for m in (cell.manifest for cell in store.finished()) if m]


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """A run with one checkpoint, the base's own weights."""
    store = RunStore(tmp_path / "run")
    shutil.copytree(builtin_model(BASE), store.checkpoint("c"))
    store.add_pair(
        Pair(family=BASE, base=BASE, checkpoint="c", reward="my_method", recipe="r", seed=0, step=1)
    )
    return store


def asked(store: RunStore, family: str, *protocols: str) -> dict[str, list[str]]:
    """Model -> protocols of its planned cells."""
    selection = Selection(
        families=(family,), tasks=("micro_bench", "micro_bench_partial"), protocols=protocols or None
    )
    out: dict[str, list[str]] = {}
    for planned in planned_cells(selection, load_registry(), store).cells:
        out.setdefault(planned.cell.model, []).append(planned.cell.protocol)
    return out


def test_without_a_wish_both_arms_are_asked_in_the_bases_own_way(store: RunStore) -> None:
    assert asked(store, BASE) == {
        BASE: ["micro_qa", "none"],
        "c": ["micro_qa", "none"],
    }  # the probe has no protocol


def test_named_protocols_are_for_both_arms(store: RunStore) -> None:
    assert asked(store, BASE, "r1", "chat") == {BASE: ["r1", "chat", "none"], "c": ["r1", "chat", "none"]}


def test_all_is_for_the_base_and_leaves_the_checkpoint_its_own(store: RunStore) -> None:
    found = asked(store, BASE, "all")
    assert found["c"] == ["micro_qa", "none"]
    assert sorted(found[BASE]) == sorted([*PROTOCOLS, "none"])
    assert asked(store, BASE, "boxed", "all")["c"] == ["boxed", "none"]


def test_all_leaves_out_and_tells_what_the_tokenizer_cannot_write(store: RunStore) -> None:
    selection = Selection(families=("micro-llama3",), tasks=("micro_bench",), protocols=("all",))
    planned = planned_cells(selection, load_registry(), store)
    assert {p.cell.protocol for p in planned.cells} == {name for name, p in PROTOCOLS.items() if not p.chat}
    assert planned.notes == ["micro-llama3 has no chat template; left out: chat, sober_chat"]


def test_a_chat_template_that_is_asked_for_and_not_there_is_an_error(store: RunStore) -> None:
    with pytest.raises(SuiteError, match="has no chat template"):
        asked(store, "micro-llama3", "chat")


def test_an_unknown_protocol_is_one_line_with_the_closest(store: RunStore) -> None:
    with pytest.raises(SuiteError, match=r"unknown protocol 'boxd'.*Did you mean 'boxed'\?"):
        asked(store, BASE, "boxd")


def test_a_checkpoints_own_chat_template_does_not_make_its_prompt_another(store: RunStore) -> None:
    (store.checkpoint("c") / "chat_template.jinja").write_text("{{ messages[0].content }}!")
    selection = Selection(families=(BASE,), tasks=("micro_bench",), protocols=("chat",))
    base, checkpoint = planned_cells(selection, load_registry(), store).cells
    assert base.cell.protocol_hash == checkpoint.cell.protocol_hash


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
