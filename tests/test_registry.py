"""The registry: what ships is whole, overlays add to it, and every mistake in one is told in one line."""

from pathlib import Path

import pytest

from suite.errors import SuiteError
from suite.registry import load_registry
from suite.weights import locate

BASES = [
    "qwen2.5-math-7b",
    "qwen2.5-math-1.5b",
    "qwen2.5-7b",
    "qwen2.5-1.5b",
    "llama3.1-8b",
    "llama3.1-8b-instruct",
    "llama3.2-3b",
    "llama3.2-3b-instruct",
    "olmo2-7b",
    "olmo2-7b-sft",
    "micro-qwen2.5-math",
    "micro-qwen2.5",
    "micro-llama3",
    "micro-olmo2",
]

GOOD = """\
families:
  mine: {name: Mine}
models:
  mine-1b: {family: mine, path: weights/mine, architecture: llama, protocol: boxed, dtype: bfloat16}
  mine-1b-rl: {family: mine, path: weights/rl, architecture: llama, protocol: boxed, dtype: bfloat16, base: mine-1b}
pairs:
  - {family: mine, base: mine-1b, checkpoint: mine-1b-rl, reward: format, recipe: own, seed: 0, step: 10}
"""


def overlay(folder: Path, content: str = GOOD, name: str = "overlay.yaml") -> Path:
    file = folder / name
    file.write_text(content)
    return file


def test_the_shipped_registry_has_all_bases_families_and_released_pairs() -> None:
    registry = load_registry()
    assert list(registry.bases()) == BASES
    names = ["qwen2.5-math", "qwen2.5", "llama3", "olmo2"]
    assert list(registry.families) == names + [f"micro-{name}" for name in names]
    assert {(p.reward, p.step) for p in registry.pairs} == {
        ("ground_truth", 150),
        ("incorrect", 50),
        ("incorrect", 100),
        ("incorrect", 150),
    }
    assert all(registry.model(p.checkpoint).hub.endswith(f"-step{p.step}") for p in registry.pairs)  # type: ignore[union-attr]
    assert {i for i, m in registry.models.items() if m.gated} == {i for i in BASES if i.startswith("llama")}


def test_micro_models_are_built_in_and_exact() -> None:
    registry = load_registry()
    for name in (n for n in BASES if n.startswith("micro-")):
        model = registry.model(name)
        assert (model.builtin, model.dtype, model.context, model.protocol) == (name, "float32", 8192, "micro_qa")


def test_an_overlay_adds_to_the_shipped_registry(tmp_path: Path) -> None:
    registry = load_registry([overlay(tmp_path)])
    assert registry.bases() == (*BASES, "mine-1b")
    assert registry.pairs[-1].checkpoint == "mine-1b-rl"
    assert registry.family("mine").name == "Mine"


def test_an_overlay_may_build_on_the_shipped_models_and_on_later_overlays(tmp_path: Path) -> None:
    line = "  {id}: {{family: {family}, hub: me/x, architecture: qwen2, protocol: none, dtype: float16, base: {base}}}\n"
    text = (
        "models:\n"
        + line.format(id="a", family="qwen2.5", base="qwen2.5-7b")
        + line.format(id="b", family="mine", base="mine-1b")
    )
    registry = load_registry([overlay(tmp_path, text), overlay(tmp_path, GOOD, "later.yaml")])
    assert registry.model("a").base == "qwen2.5-7b"


def test_a_relative_path_is_meant_from_the_overlay_and_needed_only_when_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_registry([overlay(tmp_path)]).model("mine-1b")
    monkeypatch.chdir("/")
    with pytest.raises(SuiteError, match=f"{tmp_path}/weights/mine: no model here"):
        locate("mine-1b", model)
    (tmp_path / "weights" / "mine").mkdir(parents=True)
    (tmp_path / "weights" / "mine" / "config.json").write_text("{}")
    assert locate("mine-1b", model) == tmp_path / "weights" / "mine"


def test_an_unknown_name_gets_the_closest_one() -> None:
    with pytest.raises(SuiteError, match=r"unknown model 'qwen2.5-math7b'.*Did you mean 'qwen2.5-math-7b'\?"):
        load_registry().model("qwen2.5-math7b")
    with pytest.raises(SuiteError, match=r"unknown family 'lama3'.*Did you mean 'llama3'\?"):
        load_registry().family("lama3")


MALFORMED = [
    (
        "misspelt key",
        "protocol: boxed, dtype: bfloat16}",
        "protocl: boxed, dtype: bfloat16}",
        ":4: models.mine-1b.protocl: ",
        "'protocol'",
    ),
    ("misspelt section", "families:", "familys:", ":1: familys: ", "families, models, pairs"),
    (
        "two sources",
        "path: weights/mine,",
        "path: weights/mine, hub: a/b,",
        ":4: models.mine-1b: ",
        "hub, path, builtin",
    ),
    ("no source", "path: weights/mine,", "", ":4: models.mine-1b: ", "hub, path, builtin"),
    ("revision of a folder", "path: weights/mine,", "path: x, revision: main,", ":4: models.mine-1b: ", "hub only"),
    ("path out of the package", "path: weights/mine", "builtin: ../x", ":4: models.mine-1b.builtin: ", "pattern"),
    ("unknown dtype", "dtype: bfloat16}", "dtype: bf16}", ":4: models.mine-1b.dtype: ", "float32, bfloat16, float16"),
    (
        "unknown family",
        "family: mine, path: weights/mine",
        "family: mien, path: x",
        ":4: models.mine-1b.family: ",
        "'mine'",
    ),
    ("unknown protocol", "protocol: boxed", "protocol: boxd", ":4: models.mine-1b.protocol: ", "none, micro_qa, boxed"),
    ("unknown base", "base: mine-1b}", "base: mine-2b}", ":5: models.mine-1b-rl.base: ", "Known: mine-1b."),
    ("own base", "base: mine-1b}", "base: mine-1b-rl}", ":5: models.mine-1b-rl.base: ", "Allowed: mine-1b."),
    (
        "base of another family",
        "base: mine-1b}",
        "base: olmo2-7b}",
        ":5: models.mine-1b-rl.base: ",
        "Allowed: mine-1b.",
    ),
    (
        "cycle",
        "dtype: bfloat16}\n  mine-1b-rl",
        "dtype: bfloat16, base: mine-1b-rl}\n  mine-1b-rl",
        ":4: models.mine-1b.base: ",
        "checkpoint",
    ),
    ("upper case id", "  mine-1b:", "  Mine-1B:", ":4: models.Mine-1B: ", "a-z0-9"),
    ("id with a slash", "  mine-1b:", "  mine/1b:", ":4: models.mine/1b: ", "a-z0-9"),
    ("context as text", "dtype: bfloat16}", "dtype: bfloat16, context: 4k}", ":4: models.mine-1b.context: ", "integer"),
    (
        "context 0",
        "dtype: bfloat16}",
        "dtype: bfloat16, context: 0}",
        ":4: models.mine-1b.context: ",
        "greater than or equal to 1",
    ),
    ("shipped id", "  mine-1b:", "  olmo2-7b:", ":4: models.olmo2-7b: ", "each id once"),
    ("shipped family", "  mine: {", "  llama3: {", ":2: families.llama3: ", "each id once"),
    ("id twice", "  mine-1b-rl:", "  mine-1b:", ":5: models.mine-1b: ", "line 4"),
    ("pairs as mapping", "  - {family", "  a: {family", ":6: pairs: ", "valid list"),
    ("pair of unknown base", "base: mine-1b, ", "base: mine-2b, ", ":7: pairs.0.base: ", "'mine-1b'"),
    (
        "pair of unknown checkpoint",
        "checkpoint: mine-1b-rl",
        "checkpoint: mine-rl",
        ":7: pairs.0.checkpoint: ",
        "'mine-1b-rl'",
    ),
    ("pair of another base", "base: mine-1b, ", "base: olmo2-7b, ", ":7: pairs.0.base: ", "Allowed: mine-1b"),
    ("pair of a base", "checkpoint: mine-1b-rl", "checkpoint: mine-1b", ":7: pairs.0.base: ", "base itself"),
    ("pair of another family", "{family: mine, base", "{family: llama3, base", ":7: pairs.0.family: ", "Allowed: mine"),
    (
        "pair without seed",
        "seed: 0, ",
        "",
        ":7: pairs.0.seed: ",
        "family, base, checkpoint, reward, recipe, seed, step",
    ),
    ("family without name", "{name: Mine}", "{}", ":2: families.mine.name: ", "Allowed: name"),
]


@pytest.mark.parametrize(("old", "new", "where", "allowed"), [row[1:] for row in MALFORMED], ids=[row[0] for row in MALFORMED])
def test_a_malformed_overlay_gives_one_line_with_place_and_choice(
    tmp_path: Path, old: str, new: str, where: str, allowed: str
) -> None:
    assert old in GOOD
    file = overlay(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(SuiteError) as caught:
        load_registry([file])
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert message.startswith(f"{file}{where}"), message
    assert allowed in message, message


def test_one_pair_may_not_stand_in_two_overlays(tmp_path: Path) -> None:
    first = overlay(tmp_path)
    second = overlay(tmp_path, GOOD[GOOD.index("pairs:") :], "second.yaml")
    with pytest.raises(SuiteError, match=rf"second.yaml:2: pairs.0.checkpoint: duplicate pair .*{first}"):
        load_registry([first, second])


def test_a_missing_overlay_is_named(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"none.yaml: no such file"):
        load_registry([tmp_path / "none.yaml"])
