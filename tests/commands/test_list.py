"""``rlvr-suite list``: what there is, as a table and as JSON."""

import json
from pathlib import Path

import pytest

from suite.commands.list import EXISTS, HAS_RESULTS, LISTINGS, TRAINABLE, pair_grid
from suite.commands.main import main

OVERLAY = """\
rewards:
  mine: {description: pays for prime answers}
models:
  mine-1:
    {family: micro-llama3, base: micro-llama3, path: w,
     architecture: llama, protocol: micro_qa, dtype: float32}
pairs:
  - {family: micro-llama3, base: micro-llama3, checkpoint: mine-1,
     reward: mine, recipe: micro, seed: 1, step: 20}
"""


def listed(what: str, capsys: pytest.CaptureFixture[str], *flags: str) -> list[dict[str, object]]:
    assert main(["list", what, "--json", *flags]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert isinstance(rows, list)
    return rows


@pytest.mark.parametrize("what", LISTINGS)
def test_a_list_is_printed_as_json_and_as_a_table(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = listed(what, capsys)
    assert rows and all(set(row) == set(rows[0]) for row in rows)
    assert main(["list", what]) == 0
    assert next(iter(rows[0])) in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_pair_of_an_overlay_exists_and_the_recipes_other_rewards_can_be_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = tmp_path / "mine.yaml"
    overlay.write_text(OVERLAY)
    rows = listed("pairs", capsys, "--registry", str(overlay), "--out", str(tmp_path / "run"))
    of_base = {(row["reward"], row["status"]) for row in rows if row["base"] == "micro-llama3"}
    assert ("mine", EXISTS) in of_base
    assert ("random", TRAINABLE) in of_base


def test_the_rewards_of_an_overlay_are_listed_with_their_description(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = tmp_path / "mine.yaml"
    overlay.write_text(OVERLAY)
    rows = {row["reward"]: row for row in listed("rewards", capsys, "--registry", str(overlay))}
    assert rows["mine"]["pays"] == "pays for prime answers"
    assert rows["mine"]["train"] == "not here yet"
    assert rows["random"]["control"] == "spurious"
    assert not any("``float``" in str(row["pays"]) or ":func:" in str(row["pays"]) for row in rows.values())


def test_the_grid_counts_the_pairs_of_a_base_and_a_reward() -> None:
    def pair(status: str) -> dict[str, object]:
        return {"base": "micro-llama3", "reward": "format", "status": status}

    rows = [pair(HAS_RESULTS), pair(HAS_RESULTS), pair(TRAINABLE)]
    grid = {row["base"]: row for row in pair_grid(rows, [])}
    assert grid["micro-llama3"]["format"] == "results 2, recipe"
    assert grid["micro-llama3"]["random"] == "-"
