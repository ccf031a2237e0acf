"""Folders of weights: what is hashed, and what is said of a folder that training left and nothing can
load.
"""

import shutil
from pathlib import Path

import huggingface_hub.constants
import pytest

from suite.engine.planned import planned_cells
from suite.engine.run import run_cells
from suite.errors import SuiteError
from suite.files.shipped import builtin_model
from suite.plan.selection import Selection
from suite.progress import silent
from suite.registry import Model, load_registry
from suite.registry.weights import adapter_hash, hub_revision, is_adapter, is_here, locate, weights_hash
from suite.store.run_folder import RunStore

MODEL = Model(family="f", path="placeholder", architecture="llama", protocol="none", dtype="float32")
SHARDS = [
    ("pytorch_model_fsdp_0/__0_0.distcp", "accelerate merge-weights {folder}/pytorch_model_fsdp_0 OUT"),
    ("__0_0.distcp", "accelerate merge-weights {folder} OUT"),
    (
        "global_step5/mp_rank_00_model_states.pt",
        "python {folder}/zero_to_fp32.py {folder} OUT --safe_serialization",
    ),
    (
        "global_step5/zero_pp_rank_0_mp_rank_00_optim_states.pt",
        "python {folder}/zero_to_fp32.py {folder} OUT",
    ),
    (
        "model_world_size_8_rank_0.pt",
        "python -m verl.model_merger merge --backend fsdp --local_dir {folder} --target_dir OUT",
    ),
    ("actor/model_world_size_8_rank_0.pt", "--local_dir {folder}/actor --target_dir OUT"),
]
"""A file that a trainer leaves, and the command that makes a model of it."""


@pytest.mark.parametrize(("shard", "command"), SHARDS)
@pytest.mark.parametrize("has_config", [True, False])
def test_training_shards_are_told_with_the_command_that_merges_them(
    shard: str, command: str, has_config: bool, tmp_path: Path
) -> None:
    (tmp_path / shard).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / shard).touch()
    if has_config:
        (tmp_path / "config.json").write_text("{}")
    with pytest.raises(SuiteError) as caught:
        weights_hash(locate("mine", MODEL.model_copy(update={"path": str(tmp_path)})))
    assert caught.value.where == str(tmp_path)
    assert command.format(folder=tmp_path) in caught.value.fix
    assert ("config.json is missing" in caught.value.what) != has_config


def test_a_folder_without_weights_and_without_shards_is_told_what_to_save(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(
        SuiteError, match=r"no safetensors weights here\. Save the model with save_pretrained"
    ):
        weights_hash(tmp_path)


def test_a_merge_command_can_be_pasted_where_the_path_has_blanks(tmp_path: Path) -> None:
    folder = tmp_path / "my run"
    folder.mkdir()
    (folder / "__0_0.distcp").touch()
    with pytest.raises(SuiteError, match=r"merge-weights '.*/my run' OUT"):
        weights_hash(folder)


def _write(folder: Path, weights: bytes, config: str) -> Path:
    folder.mkdir()
    (folder / "adapter_model.safetensors").write_bytes(weights)
    (folder / "adapter_config.json").write_text(config)
    return folder


def test_an_adapters_hash_is_of_base_weights_and_configuration(tmp_path: Path) -> None:
    bases = [tmp_path / name for name in ("one", "two")]
    for base in bases:
        base.mkdir()
        (base / "model.safetensors").write_bytes(base.name.encode())
    first = _write(tmp_path / "a", b"w", '{"r": 8, "lora_alpha": 16, "base_model_name_or_path": "/here"}')
    others = [
        _write(tmp_path / "b", b"x", '{"r": 8, "lora_alpha": 16}'),
        _write(tmp_path / "c", b"w", '{"r": 8, "lora_alpha": 8}'),
    ]
    same = _write(tmp_path / "d", b"w", '{"lora_alpha": 16, "r": 8, "base_model_name_or_path": "/there"}')
    assert is_adapter(first) and not is_adapter(bases[0])
    hashes = [adapter_hash(bases[0], adapter) for adapter in (first, *others)] + [
        adapter_hash(bases[1], first)
    ]
    assert len({*hashes, *map(weights_hash, bases)}) == 6
    assert adapter_hash(bases[0], same) == hashes[0]


def test_a_damaged_adapter_configuration_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").touch()
    adapter = _write(tmp_path / "a", b"w", "{")
    with pytest.raises(SuiteError, match=r"adapter_config\.json: damaged"):
        adapter_hash(tmp_path, adapter)


COMMIT = "c0ffee" + "0" * 34


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the Hub with one repository, me/tiny, and no network."""
    repository = tmp_path / "hub" / "models--me--tiny"
    shutil.copytree(builtin_model("micro-llama3"), repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    return repository


def test_a_branch_of_the_hub_is_resolved_to_its_commit(hub: Path, tmp_path: Path) -> None:
    model = MODEL.model_copy(update={"path": None, "hub": "me/tiny"})
    assert is_here(model)
    folder = locate("tiny", model)
    assert (folder, hub_revision(folder)) == (hub / "snapshots" / COMMIT, COMMIT)
    assert hub_revision(tmp_path) is None


def test_what_is_not_in_the_cache_is_known_without_asking_the_network(hub: Path) -> None:
    assert not is_here(MODEL.model_copy(update={"path": None, "hub": "me/other"}))
    assert not is_here(MODEL.model_copy(update={"path": None, "hub": "me/tiny", "revision": "v2"}))


@pytest.mark.slow
def test_the_revision_that_a_model_had_at_its_first_load_is_recorded_with_its_cells(
    hub: Path, tmp_path: Path
) -> None:
    overlay, store = tmp_path / "mine.yaml", RunStore(tmp_path / "run")
    line = "{family: mine, hub: me/tiny, revision: null, architecture: llama, protocol: micro_qa, dtype: float32}"
    overlay.write_text(f"families:\n  mine: {{name: Mine}}\nmodels:\n  tiny: {line}\n")
    selection = Selection(families=("mine",), tasks=("micro_bench",), limit=1, k=1, max_new_tokens=2)
    planned = planned_cells(selection, load_registry([overlay]), store)
    assert run_cells(store, planned.cells, silent) == []
    (manifest,) = (cell.manifest for cell in store.finished())
    assert manifest is not None and manifest.model_revision == COMMIT
