"""A pair of your own by ids or folders: what it becomes, and what is refused in one line."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from suite.commands.main import main
from suite.engine.planned import planned_cells
from suite.errors import SuiteError
from suite.files.shipped import builtin_model
from suite.plan.own_pair import OwnPair, StatedPair, own_pair
from suite.plan.selection import Selection
from suite.registry import Registry, load_registry
from suite.schema import UNSTATED, Pair
from suite.store.pairs import known_pairs
from suite.store.run_folder import RunStore

BASE = "micro-llama3"
GIVEN = StatedPair(BASE, "after", BASE, "my_method")


@pytest.fixture
def after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(builtin_model(BASE), tmp_path / "after"))


def made(given: StatedPair, store: RunStore | None = None, registry: Registry | None = None) -> OwnPair:
    return own_pair(given, registry or load_registry(), store or RunStore(Path("none")))


def test_a_folder_becomes_a_checkpoint_with_everything_else_its_bases(after: Path) -> None:
    own, base = made(GIVEN), load_registry().model(BASE)
    (name,) = own.models
    assert name == own.pair.checkpoint == "micro-llama3-my_method-after"
    model = own.models[name]
    assert (model.path, model.base, model.builtin) == (str(after), BASE, None)
    assert (model.protocol, model.dtype, model.engine, model.family) == (
        base.protocol,
        base.dtype,
        base.engine,
        BASE,
    )
    assert (own.pair.recipe, own.pair.seed, own.pair.step, own.pair.reward) == (
        UNSTATED,
        None,
        0,
        "my_method",
    )


def test_what_is_said_of_the_training_is_in_pair_and_id(after: Path) -> None:
    own = made(replace(GIVEN, recipe="grpo", seed=3, step=150))
    assert own.pair.checkpoint == "micro-llama3-my_method-after-step150-s3"
    assert (own.pair.recipe, own.pair.seed, own.pair.step) == ("grpo", 3, 150)


def test_a_base_may_be_a_folder_too_and_takes_the_protocol_of_its_family(after: Path) -> None:
    own = made(replace(GIVEN, before=str(after)))
    assert set(own.models) == {"micro-llama3-after", "micro-llama3-after-my_method-after"}
    base = own.models["micro-llama3-after"]
    assert (base.architecture, base.protocol, base.dtype, base.base) == ("llama", "micro_qa", "float32", None)


def test_a_family_without_models_takes_the_type_of_the_weights_and_the_boxed_prompt(
    after: Path, tmp_path: Path
) -> None:
    overlay = tmp_path / "mine.yaml"
    overlay.write_text("families:\n  mine: {name: Mine}\n")
    own = made(replace(GIVEN, before=str(after), family="mine"), registry=load_registry([overlay]))
    base = own.models["mine-after"]
    assert (base.protocol, base.dtype) == ("boxed", json.loads((after / "config.json").read_text())["dtype"])


def test_a_model_of_the_registry_can_be_named_by_its_id() -> None:
    given = StatedPair("qwen2.5-math-7b", "qwen2.5-math-7b-incorrect-step50", "qwen2.5-math", "incorrect")
    own = made(given)
    assert own.models == {}
    assert own.pair in load_registry().pairs  # what the registry says of it stays


def test_a_pair_that_the_run_trained_stays_what_it_is(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    trained = Pair(family=BASE, base=BASE, checkpoint="c", reward="format", recipe="micro", seed=0, step=20)
    store.add_pair(trained)
    assert made(replace(GIVEN, after="c", reward="format"), store).pair == trained
    with pytest.raises(SuiteError, match=r"--reward: 'c' is known with 'format' here, not 'my_method'"):
        made(replace(GIVEN, after="c"), store)


REFUSED = [
    ({"after": "nowhere"}, r"--after: neither a model id nor a folder: 'nowhere'"),
    ({"after": "micro-llama"}, r"Did you mean 'micro-llama3'\?"),
    ({"before": "nowhere"}, r"--before: neither a model id nor a folder"),
    ({"family": "lama"}, r"unknown family 'lama'"),
    (
        {"family": "micro-olmo2"},
        r"--family: 'micro-llama3' is of family 'micro-llama3'.*Write 'micro-llama3'",
    ),
    ({"reward": "My Method"}, r"--reward: reward 'My Method' cannot be part of an id"),
    (
        {"after": "micro-olmo2"},
        r"--after: 'micro-olmo2' is not trained from 'micro-llama3' but from nothing: it is a base",
    ),
    (
        {"before": "qwen2.5-math-7b-incorrect-step50"},
        r"--before: .*is a checkpoint.*Name its base, qwen2.5-math-7b",
    ),
]


@pytest.mark.parametrize(("update", "message"), REFUSED)
def test_what_does_not_fit_is_one_line_that_names_the_flag(
    after: Path, update: dict[str, str], message: str
) -> None:
    with pytest.raises(SuiteError, match=message) as caught:
        made(replace(GIVEN, **update))
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_model_and_one_with_shards_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SuiteError, match=r"config\.json is missing.*save_pretrained wrote \(--after\)"):
        made(replace(GIVEN, after=str(tmp_path / "empty")))
    (tmp_path / "fsdp").mkdir()
    (tmp_path / "fsdp" / "model_world_size_2_rank_0.pt").write_bytes(b"")
    with pytest.raises(SuiteError, match=r"python -m verl\.model_merger merge"):
        made(replace(GIVEN, after=str(tmp_path / "fsdp")))


def test_an_adapter_is_no_base(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(SuiteError, match=r"--before: a LoRA adapter cannot be a base"):
        made(replace(GIVEN, before=str(tmp_path)))


def test_two_folders_of_one_name_are_not_mixed(after: Path, tmp_path: Path) -> None:
    store, own = RunStore(tmp_path / "run"), made(GIVEN)
    store.add_own_pair(own.models, own.pair)
    assert made(GIVEN, store).pair == own.pair  # the same folder again
    other = Path(shutil.copytree(after, tmp_path / "elsewhere" / "after"))
    with pytest.raises(SuiteError, match=r"--after: the id 'micro-llama3-my_method-after'.*seed or step"):
        made(replace(GIVEN, after=str(other)), store)
    assert made(replace(GIVEN, after=str(other), seed=1), store).pair.checkpoint.endswith("-s1")


def test_the_run_knows_its_own_pair_afterwards_with_the_weights_of_both_arms(
    after: Path, tmp_path: Path
) -> None:
    store = RunStore(tmp_path / "run")
    selection = Selection(
        before=BASE, after=str(after), family=BASE, reward="my_method", tasks=("micro_bench",)
    )
    planned = planned_cells(selection, load_registry(), store)
    assert [p.cell.model for p in planned.cells] == [BASE, "micro-llama3-my_method-after"]
    assert (
        planned.own is not None
        and planned.own.pair.base_weights == planned.own.pair.weights == planned.cells[0].cell.weights_hash
    )
    store.add_own_pair(planned.own.models, planned.own.pair)
    again = planned_cells(Selection(families=(BASE,), tasks=("micro_bench",)), load_registry(), store)
    assert [p.cell.id for p in again.cells] == [p.cell.id for p in planned.cells]


@pytest.mark.slow
def test_one_command_without_a_registry_evaluates_a_pair(
    after: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = ["--before", BASE, "--after", "after", "--family", BASE, "--reward", "my_method"]
    rest = ["--tasks", "micro_bench", "--limit", "3", "--out", "run"]
    assert main(["eval", *pair, *rest]) == 0
    assert main(["summarize", "run", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out.partition("\n{")[2].join(["{", ""]))["deltas"]
    assert (row["reward"], row["delta"], row["control"]) == ("my_method", 0.0, [])
    assert main(["list", "pairs", "--json", "--out", "run"]) == 0
    listed = {r["checkpoint"]: r["status"] for r in json.loads(capsys.readouterr().out)}
    assert listed["micro-llama3-my_method-after"] == "has results"
    assert main(["plan", *pair, *rest]) == 0
    assert "2 cells: 2 done, 0 to run" in capsys.readouterr().out


def test_an_overlays_pair_given_by_its_ids_is_known_once(tmp_path: Path, after: Path) -> None:
    line = (
        "{family: micro-llama3, base: micro-llama3, path: after, "
        "architecture: llama, protocol: micro_qa, dtype: float32}"
    )
    pair = (
        "{family: micro-llama3, base: micro-llama3, checkpoint: mine, reward: m, recipe: r, seed: 0, step: 1}"
    )
    (tmp_path / "mine.yaml").write_text(f"models:\n  mine: {line}\npairs:\n  - {pair}\n")
    registry, store = load_registry([tmp_path / "mine.yaml"]), RunStore(tmp_path / "run")
    own = made(replace(GIVEN, after="mine", reward="m"), store, registry)
    store.add_own_pair(own.models, own.pair)
    assert [p.checkpoint for p in known_pairs(registry, store)].count("mine") == 1
    with pytest.raises(SuiteError, match=r"step: 'mine' is known with 1 here, not 2"):
        made(replace(GIVEN, after="mine", reward="m", step=2), store, registry)


@pytest.mark.parametrize(
    ("after_text", "reward", "message"),
    [
        ("~nosuchuser/x", "m", "names an unknown home folder"),
        ("after", "m" * 120, "at most 100 are allowed"),
    ],
)
def test_an_odd_path_or_a_long_name_is_one_line(
    after: Path, after_text: str, reward: str, message: str
) -> None:
    with pytest.raises(SuiteError, match=message):
        made(replace(GIVEN, after=after_text, reward=reward))


def test_one_folder_spelled_in_two_ways_is_one_model(after: Path, tmp_path: Path) -> None:
    store, own = RunStore(tmp_path / "run"), made(GIVEN)
    store.add_own_pair(own.models, own.pair)
    assert made(replace(GIVEN, after="./after/../after/"), store).pair == own.pair


def test_nothing_is_drawn_for_a_pair_of_which_one_arm_cannot_be_had(
    after: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (after / "model.safetensors").unlink()
    pair = ["--before", BASE, "--after", "after", "--family", BASE, "--reward", "m"]
    assert main(["eval", *pair, "--tasks", "micro_bench", "--out", "run"]) == 2
    assert "no safetensors weights here" in capsys.readouterr().err
    assert not Path("run/cells").exists() and not Path("run/checkpoints").exists()


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--families", BASE, "--seeds", "99"], "no checkpoint was trained with seed 99 here. Known: none"),
        (["--families", BASE, "--rewards", ""], "--rewards: names nothing"),
        (["--families", "nosuch", "--engine", "replay"], "unknown family 'nosuch'"),
        (["--families", BASE, "--protocols", "boxd"], "Did you mean 'boxed'?"),
    ],
)
def test_a_selection_of_nothing_is_one_line(
    tmp_path: Path, argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", *argv, "--tasks", "micro_bench", "--out", str(tmp_path / "run")]) == 2
    err = capsys.readouterr().err
    assert message in err and err.count("\n") == 1


def test_flags_take_the_place_of_a_run_files_keys_before_it_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_file = tmp_path / "tasks.yaml"
    run_file.write_text("tasks: [micro_bench]\nlimit: 2\n")
    assert main(["plan", str(run_file), "--families", BASE, "--out", str(tmp_path / "run")]) == 0
    assert main(["plan", str(run_file), "--out", str(tmp_path / "run")]) == 2
    assert f"{run_file}:1: nothing selected" in capsys.readouterr().err
