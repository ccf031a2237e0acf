"""Resolving: which models, prompts and items a selection names, and what is not available."""

import shutil
from pathlib import Path

import pytest

from suite.errors import SuiteError
from suite.files.shipped import builtin_model
from suite.plan.cells import EngineIdentity, plan
from suite.plan.resolve import resolve
from suite.plan.selection import Selection
from suite.registry import load_registry
from suite.schema import UNSTATED, Pair
from suite.store.run_folder import RunStore

BASE = "micro-qwen2.5-math"
LLAMA = "micro-llama3"
ENGINE = EngineIdentity("hf-5.19", "cpu")
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


def protocols_of(store: RunStore, family: str, *protocols: str) -> dict[str, list[str]]:
    """Model -> protocols of its planned cells."""
    selection = Selection(
        families=(family,), tasks=("micro_bench", "micro_bench_partial"), protocols=protocols or None
    )
    resolved = resolve(selection, load_registry(), store)
    found: dict[str, list[str]] = {}
    for planned in plan(resolved.models, resolved.tasks, ENGINE):
        found.setdefault(planned.cell.model, []).append(planned.cell.protocol)
    return found


def test_by_default_both_arms_run_under_the_bases_own_protocol(store: RunStore) -> None:
    # The probe has no protocol.
    assert protocols_of(store, BASE) == {BASE: ["micro_qa", "none"], "c": ["micro_qa", "none"]}


def test_named_protocols_are_for_both_arms(store: RunStore) -> None:
    assert protocols_of(store, BASE, "r1", "chat") == {
        BASE: ["r1", "chat", "none"],
        "c": ["r1", "chat", "none"],
    }


def test_all_is_for_the_base_and_leaves_the_checkpoint_its_own(store: RunStore) -> None:
    found = protocols_of(store, BASE, "all")
    assert found["c"] == ["micro_qa", "none"]
    assert sorted(found[BASE]) == sorted([*PROTOCOLS, "none"])
    assert protocols_of(store, BASE, "boxed", "all")["c"] == ["boxed", "none"]


def test_all_leaves_out_and_notes_what_the_tokenizer_cannot_write(store: RunStore) -> None:
    selection = Selection(families=("micro-llama3",), tasks=("micro_bench",), protocols=("all",))
    resolved = resolve(selection, load_registry(), store)
    (base, *_) = resolved.models
    assert {prompt.id for prompt in base.prompts} == {name for name, p in PROTOCOLS.items() if not p.chat}
    assert resolved.notes == ["micro-llama3 has no chat template; left out: chat, sober_chat"]


def test_a_chat_template_that_is_requested_and_missing_is_an_error(store: RunStore) -> None:
    with pytest.raises(SuiteError, match="has no chat template"):
        protocols_of(store, "micro-llama3", "chat")


def test_an_unknown_protocol_is_one_line_with_the_closest(store: RunStore) -> None:
    with pytest.raises(SuiteError, match=r"unknown protocol 'boxd'.*Did you mean 'boxed'\?"):
        protocols_of(store, BASE, "boxd")


def test_a_checkpoints_own_chat_template_does_not_make_its_prompt_another(store: RunStore) -> None:
    (store.checkpoint("c") / "chat_template.jinja").write_text("{{ messages[0].content }}!")
    selection = Selection(families=(BASE,), tasks=("micro_bench",), protocols=("chat",))
    base, checkpoint = resolve(selection, load_registry(), store).models
    assert base.prompts == checkpoint.prompts


@pytest.mark.parametrize("rewards", [None, ("random", "format")])
def test_the_base_of_two_checkpoints_is_planned_once(tmp_path: Path, rewards: tuple[str, ...] | None) -> None:
    store = RunStore(tmp_path)
    for reward in ("random", "format"):
        pair = Pair(
            family=LLAMA,
            base=LLAMA,
            checkpoint=reward,
            reward=reward,
            recipe="micro",
            seed=0,
            step=20,
        )
        shutil.copytree(builtin_model(LLAMA), store.checkpoint(reward))
        store.add_pair(pair)
    selection = Selection(families=(LLAMA,), tasks=("micro_bench",), rewards=rewards)
    models = resolve(selection, load_registry(), store).models
    assert [model.id for model in models] == [LLAMA, "format", "random"]
    assert {prompt.id for model in models for prompt in model.prompts} == {"micro_qa"}


def test_a_model_that_is_not_available_is_a_failure_beside_the_others(store: RunStore) -> None:
    next(store.checkpoint("c").glob("*.safetensors")).unlink()
    selection = Selection(families=(BASE,), tasks=("micro_bench",))
    resolved = resolve(selection, load_registry(), store)
    assert [model.id for model in resolved.models] == [BASE]
    assert [error.what for error in resolved.failures] == ["no safetensors weights here"]


def test_if_no_model_is_available_the_first_failure_is_the_error(tmp_path: Path) -> None:
    overlay = tmp_path / "mine.yaml"
    overlay.write_text(
        "families:\n  mine: {name: Mine}\n"
        "models:\n"
        "  gone: {family: mine, path: nowhere, architecture: llama, protocol: boxed, dtype: float32}\n"
    )
    selection = Selection(families=("mine",), tasks=("micro_bench",))
    with pytest.raises(SuiteError, match=r"config\.json is missing"):
        resolve(selection, load_registry([overlay]), RunStore(tmp_path / "run"))


def test_without_fetching_a_model_that_is_not_here_has_no_weights_and_a_note(tmp_path: Path) -> None:
    selection = Selection(families=("llama3",), tasks=("micro_bench",), protocols=("chat",))
    resolved = resolve(selection, load_registry(), RunStore(tmp_path), fetch=False)
    assert {model.weights_hash for model in resolved.models} == {UNSTATED}
    assert all("is not downloaded yet" in note for note in resolved.notes)
    assert len(resolved.notes) == len(resolved.models) > 0


@pytest.mark.parametrize(("protocol", "has_weights"), [("boxed", True), ("chat", False)])
def test_without_fetching_a_local_checkpoint_whose_base_is_not_here_downloads_no_base(
    tmp_path: Path, protocol: str, has_weights: bool
) -> None:
    """A chat template is the base's, so a checkpoint that needs it is planned without files, too."""
    model = "architecture: llama, protocol: boxed, dtype: float32"
    (tmp_path / "mine.yaml").write_text(
        "families:\n  mine: {name: Mine}\n"
        "models:\n"
        f"  far: {{family: mine, hub: no-such-owner/no-such-model, {model}}}\n"
        f"  near: {{family: mine, base: far, path: near, {model}}}\n"
        "pairs:\n"
        "  - {family: mine, base: far, checkpoint: near, reward: r, recipe: r, seed: 0, step: 1}\n"
    )
    shutil.copytree(builtin_model(LLAMA), tmp_path / "near")
    registry = load_registry([tmp_path / "mine.yaml"])
    selection = Selection(families=("mine",), tasks=("micro_bench",), protocols=(protocol,))
    resolved = resolve(selection, registry, RunStore(tmp_path / "run"), fetch=False)
    assert resolved.failures == []
    far, near = resolved.models
    assert far.weights_hash == UNSTATED
    assert (near.weights_hash != UNSTATED) == has_weights


def test_a_missing_data_folder_is_reported_before_any_weights_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("suite.plan.resolve.weights_hash", lambda _: pytest.fail("weights were read"))
    selection = Selection(families=(LLAMA,), tasks=("micro_bench",), data_dir=str(tmp_path / "none"))
    with pytest.raises(SuiteError, match="no such folder"):
        resolve(selection, load_registry(), RunStore(tmp_path))
