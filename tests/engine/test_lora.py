"""LoRA adapters as checkpoints: what an adapter on its base draws is what the merged model draws.

The vLLM part needs vLLM: ``.venv-vllm/bin/python -m pytest -m vllm tests/engine/test_lora.py``.
"""

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from peft import LoraConfig, get_peft_model
from planning import GREEDY, SAMPLED, texts
from transformers import AutoModelForCausalLM, AutoTokenizer

from suite.commands.main import main
from suite.engine.planned import planned_cells
from suite.engine.run import run_cells
from suite.engine.vllm import _rank
from suite.files.shipped import builtin_model
from suite.plan.cells import ModelToRun, PlannedCell
from suite.plan.resolve import base_to_run, checkpoint_to_run
from suite.plan.selection import Selection
from suite.progress import silent
from suite.registry import load_registry
from suite.store.run_folder import RunStore

pytestmark = pytest.mark.slow
needs_vllm = pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="vLLM is not installed here")
FAMILY = BASE = "micro-llama3"
MAX_DIFFERING = 0.02
"""Share of samples that float ties may change: vLLM adds the adapter to a layer's output."""


def make_adapter(folder: Path, seed: int = 0, **config: Any) -> Path:
    """An untrained adapter whose weights are random and not zero."""
    loaded = AutoModelForCausalLM.from_pretrained(builtin_model(BASE), dtype=torch.float32)
    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    adapted = get_peft_model(
        loaded, LoraConfig(r=8, lora_alpha=16, target_modules=targets, task_type="CAUSAL_LM", **config)
    )
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_" in name:
                weight.copy_(0.1 * torch.randn(weight.shape, generator=generator))
    adapted.save_pretrained(folder / "adapter")
    adapted.merge_and_unload().save_pretrained(folder / "merged")
    AutoTokenizer.from_pretrained(builtin_model(BASE)).save_pretrained(folder / "merged")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the adapter, the merged model, and an overlay that registers both as pairs."""
    folder = make_adapter(tmp_path_factory.mktemp("made"))
    model = {
        "family": FAMILY,
        "base": BASE,
        "architecture": "llama",
        "protocol": "micro_qa",
        "dtype": "float32",
    }
    pair = {"family": FAMILY, "base": BASE, "recipe": "none", "seed": 0, "step": 1}
    overlay = {
        "models": {name: model | {"path": name} for name in ("adapter", "merged")},
        "pairs": [pair | {"checkpoint": name, "reward": name} for name in ("adapter", "merged")],
    }
    (folder / "overlay.yaml").write_text(yaml.safe_dump(overlay))
    return folder


def of_model(store: RunStore, model_id: str) -> dict[tuple[str, str, int], str]:
    """(task, item, sample) -> text of what is stored of one model."""
    cells = [c for c in store.finished() if c.manifest and c.manifest.cell.model == model_id]
    return {
        (c.manifest.cell.task, *key): s.text for c in cells if c.manifest for key, s in c.samples().items()
    }


def test_an_adapter_draws_what_the_merged_model_draws(made: Path, tmp_path: Path) -> None:
    argv = [
        "eval",
        "--families",
        FAMILY,
        "--rewards",
        "adapter,merged",
        "--tasks",
        f"{SAMPLED},{GREEDY}",
        "--limit",
        "12",
    ]
    assert (
        main([*argv, "--engine", "hf", "--registry", str(made / "overlay.yaml"), "--out", str(tmp_path)]) == 0
    )
    store = RunStore(tmp_path)
    base, adapter, merged = (of_model(store, name) for name in (BASE, "adapter", "merged"))
    assert len(adapter) == len(base) > 24
    assert adapter == merged
    assert sum(adapter[key] != base[key] for key in base) > len(base) / 2


def to_run(made: Path, name: str) -> ModelToRun:
    registry = load_registry([made / "overlay.yaml"])
    (pair,) = (p for p in registry.pairs if p.checkpoint == name)
    return checkpoint_to_run(registry, RunStore(made / "none"), pair)


def edited(made: Path, folder: Path, **change: object) -> str:
    """Weights hash of the adapter with fields of its configuration changed."""
    shutil.copytree(made / "adapter", folder / "adapter")
    shutil.copy(made / "overlay.yaml", folder)
    path = folder / "adapter" / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    return to_run(folder, "adapter").weights_hash


def test_an_adapters_hash_is_not_its_bases_and_changes_with_the_adapter(made: Path, tmp_path: Path) -> None:
    ours = to_run(made, "adapter")
    assert ours.folder == builtin_model(BASE) and ours.adapter == made / "adapter"
    hashes = {
        ours.weights_hash,
        base_to_run(load_registry(), BASE).weights_hash,
        to_run(made, "merged").weights_hash,
    }
    (tmp_path / "other").mkdir()
    shutil.copytree(make_adapter(tmp_path / "made", seed=1) / "adapter", tmp_path / "other" / "adapter")
    shutil.copy(made / "overlay.yaml", tmp_path / "other")
    hashes.add(to_run(tmp_path / "other", "adapter").weights_hash)
    assert len(hashes) == 4


def test_an_adapters_hash_has_its_scale_and_not_the_path_of_its_base(made: Path, tmp_path: Path) -> None:
    ours = to_run(made, "adapter").weights_hash
    assert edited(made, tmp_path / "scale", lora_alpha=1) != ours
    assert edited(made, tmp_path / "moved", base_model_name_or_path="/elsewhere") == ours


def cells(made: Path, engine: str, reward: str) -> list[PlannedCell]:
    selection = Selection(
        families=(FAMILY,),
        tasks=(SAMPLED, GREEDY),
        rewards=(reward,),
        limit=40,
        temperature=0.0,
        engine=engine,
    )
    planned, failures, *_ = planned_cells(
        selection, load_registry([made / "overlay.yaml"]), RunStore(made / "none")
    )
    assert failures == []
    return [p for p in planned if p.cell.model == reward]


@pytest.mark.vllm
@needs_vllm
def test_vllm_with_the_adapter_writes_the_merged_models_greedy_text(made: Path, tmp_path: Path) -> None:
    store, ours, theirs = RunStore(tmp_path), cells(made, "vllm", "adapter"), cells(made, "hf", "merged")
    assert run_cells(store, ours, silent, "vllm") == []
    assert run_cells(store, theirs, silent, "hf") == []
    left, right = ({key[1:]: text for key, text in texts(store, part).items()} for part in (ours, theirs))
    assert left.keys() == right.keys() and len(left) == 80
    share = sum(left[key] != right[key] for key in left) / len(left)
    print(f"adapter in vLLM, merged in transformers: {share:.2%} of 80 greedy texts differ")
    assert share <= MAX_DIFFERING


@pytest.mark.vllm
@needs_vllm
def test_vllm_names_what_it_cannot_do_with_an_adapter_and_the_way_out(made: Path, tmp_path: Path) -> None:
    make_adapter(tmp_path, use_dora=True)
    shutil.copy(made / "overlay.yaml", tmp_path)
    planned = cells(tmp_path, "vllm", "adapter")
    failures = run_cells(RunStore(tmp_path / "run"), planned, silent, "vllm")
    assert len(failures) == len(planned) == 2
    assert all(
        "does not yet support DoRA" in error.what and str(tmp_path / "adapter") in error.where
        for error in failures
    )
    assert {error.fix for error in failures} == {"Merge the adapter into its base, or use --engine hf"}


@pytest.mark.parametrize(
    ("r", "pattern", "rank"), [(8, {}, 8), (4, {}, 8), (12, {}, 16), (8, {"q_proj": 20}, 32), (512, {}, 512)]
)
def test_vllm_is_set_up_for_the_largest_rank_of_the_adapter(
    r: int, pattern: dict[str, int], rank: int, tmp_path: Path
) -> None:
    (tmp_path / "adapter_config.json").write_text(json.dumps({"r": r, "rank_pattern": pattern}))
    assert _rank(tmp_path) == rank
