"""The registry: what ships is whole, overlays add to it, and every mistake in one is told in one line."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from malformed_registries import FILES, GOOD, RELATIONS, SHAPES

from suite.commands.main import main
from suite.errors import SuiteError
from suite.registry import load_registry
from suite.registry.weights import locate

ROOT = Path(__file__).resolve().parents[2]
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


def overlay(folder: Path, content: str | bytes = GOOD, name: str = "overlay.yaml") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
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
    # type: ignore[union-attr]
    assert all(registry.model(p.checkpoint).hub.endswith(f"-step{p.step}") for p in registry.pairs)
    assert {i for i, m in registry.models.items() if m.gated} == {i for i in BASES if i.startswith("llama")}


def test_micro_models_are_built_in_and_exact() -> None:
    registry = load_registry()
    for name in (n for n in BASES if n.startswith("micro-")):
        model = registry.model(name)
        assert (model.builtin, model.dtype, model.context, model.protocol) == (
            name,
            "float32",
            8192,
            "micro_qa",
        )


def test_an_overlay_adds_to_the_shipped_registry(tmp_path: Path) -> None:
    registry = load_registry([overlay(tmp_path)])
    assert registry.bases() == (*BASES, "mine-1b")
    assert registry.pairs[-1].checkpoint == "mine-1b-rl"
    assert registry.family("mine").name == "Mine"


def test_an_overlay_may_build_on_the_shipped_models_and_on_later_overlays(tmp_path: Path) -> None:
    line = "  {id}: {{family: {family}, hub: me/x, architecture: qwen2, protocol: {protocol}, dtype: bfloat16, base: {base}}}\n"
    text = (
        "models:\n"
        + line.format(id="a", family="qwen2.5", base="qwen2.5-7b", protocol="boxed")
        + line.format(id="b", family="mine", base="mine-1b", protocol="terse")
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


CONTENTS: dict[str, tuple[str | bytes, str, str]] = {
    **{name: (row.content, row.place, row.says) for name, row in {**SHAPES, **RELATIONS}.items()},
    **FILES,
}
FIX = re.compile(
    r"[.?] (Add|Correct|Flatten|Give|Indent|Keep|Name|Put|Quote|Remove|Rename|Save|Split|Write) [^\n]+\.$"
)


def one_fault(text: str, file: Path, place: str, says: str) -> None:
    """``text`` is one printable line that says where, what and, as its last sentence, what to do."""
    assert text.endswith("\n") and text[:-1].isprintable(), text
    assert text.startswith(f"rlvr-suite: {file}{place}: "), text
    assert says in text, text
    assert FIX.search(text[:-1]), text
    assert len(text) < 1500


@pytest.mark.parametrize("name", CONTENTS)
def test_a_malformed_overlay_is_one_line_with_place_and_choice(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, place, says = CONTENTS[name]
    file = overlay(tmp_path, content)
    assert main(["list", "models", "--registry", str(file)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    one_fault(err, file, place, says)


@pytest.mark.parametrize("name", ["half of a character", "family with a Cyrillic letter"])
def test_a_malformed_overlay_is_one_line_in_a_terminal_without_unicode_too(name: str, tmp_path: Path) -> None:
    content, place, says = CONTENTS[name]
    file = overlay(tmp_path, content)
    command = [sys.executable, "-m", "suite", "list", "models", "--registry", file, "--out", tmp_path]
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env, cwd=ROOT)
    assert (done.returncode, done.stdout) == (2, "")
    one_fault(done.stderr, file, place, says)


def test_the_overlay_that_the_table_breaks_is_good_itself_with_a_byte_order_mark_too(tmp_path: Path) -> None:
    registry = load_registry([overlay(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())])
    assert registry.models["mine-1b-rl"].base == "mine-1b"
    assert registry.is_spurious("luck")
    assert registry.is_spurious("luck-and-not-python") and not registry.is_spurious(
        "luck-and-not-ground_truth"
    )


@pytest.mark.parametrize(
    ("reward", "spurious"),
    [
        *(("random", True), ("random-0.7", True), ("not-format", True), ("format-and-not-python", True)),
        *(("no_repetition-and-python_fence", True), ("incorrect-and-random-0.25-and-not-python", True)),
        *(
            ("ground_truth", False),
            ("not-ground_truth", False),
            ("format-and-ground_truth", False),
            ("not-closeness", False),
        ),
        *(
            ("my_method", False),
            ("format-and-my_method", False),
            ("own-random-format", False),
            ("format-and-own-m-f", False),
        ),
        *(
            ("random-2", False),
            ("format-0.5", False),
            ("format-and-format", False),
            ("format-and-", False),
            ("", False),
        ),
    ],
)
def test_a_compound_reward_is_a_control_if_every_part_is(reward: str, spurious: bool) -> None:
    assert load_registry().is_spurious(reward) is spurious


def test_an_absolute_path_and_one_that_stays_inside_are_fine(tmp_path: Path) -> None:
    for given, meant in (
        ("/srv/w", "/srv/w"),
        ("a/../b", f"{tmp_path}/b"),
        (".", str(tmp_path)),
        ("~", str(Path.home())),
    ):
        file = overlay(tmp_path, GOOD.replace("weights/mine", given if given != "~" else "'~'"))
        assert load_registry([file]).model("mine-1b").path == meant


def test_numbers_and_days_are_what_they_look_like(tmp_path: Path) -> None:
    content = GOOD.replace("12.5", "1e3").replace(
        "context: 4096", "context: +4096, released: 2024-02-29, revision: null"
    )
    registry = load_registry([overlay(tmp_path, content)])
    model, stated = registry.model("mine-1b-rl"), registry.throughput("mine-1b")
    assert (model.context, model.released, model.revision) == (4096, "2024-02-29", None)
    assert stated is not None and stated.tokens_per_s == 1000


def test_one_pair_may_not_stand_in_two_overlays(tmp_path: Path) -> None:
    first = overlay(tmp_path)
    second = overlay(tmp_path, GOOD[GOOD.index("pairs:") :], "second.yaml")
    with pytest.raises(SuiteError, match=rf"second.yaml:2: pairs.0.checkpoint: duplicate pair .*{first}"):
        load_registry([first, second])


def test_a_missing_overlay_is_named(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"none.yaml: no such file"):
        load_registry([tmp_path / "none.yaml"])
