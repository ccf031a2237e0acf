"""Spurious Rewards' JSON: the question is inside a rendered chat."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plain_rows import TASK, Refusal, right

from suite.benchmarks.item_files import DATA_VARIABLE
from suite.benchmarks.item_sets import load_items
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import task
from suite.commands.main import main
from suite.store.run_folder import RunStore

CHAT = (
    "<|im_start|>system\nPlease reason step by step, and put your final answer within \\boxed{{}}."
    "<|im_end|>\n"
    "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
)
MODEL = ["--model", "qwen2.5-math-1.5b"]
OURS = {"MATH-500": "math500", "AMC": "amc83", "AIME-2024": "aime2024", "AIME-2025": "aime2025"}
needs_data = pytest.mark.skipif(not os.environ.get(DATA_VARIABLE), reason=f"{DATA_VARIABLE} is not set")


def evaluated(items: list[Item], dataset: str, rollouts: int = 2) -> dict[str, Any]:
    """What the script writes for a dataset (the shape of a published results file)."""
    entries = [
        {
            "prompt": CHAT.format(item.problem),
            "label": item.answer,
            "index": n,
            "outputs": [right(item)] * rollouts,
        }
        for n, item in enumerate(items)
    ]
    head = {
        f"avg@{rollouts}": 1.0,
        f"pass@{rollouts}": 1.0,
        "dataset": dataset,
        "model": "Qwen/Qwen2.5-Math-1.5B",
    }
    rest = {
        "temperature": 0.6,
        "rollouts": rollouts,
        "stop_string": None,
        "gpu_type": "NVIDIA H100",
        "shards": 2,
    }
    return {**head, **rest, "metadata": entries}


def write(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data, indent=4))
    return path


def test_a_results_file_comes_in_with_its_temperature_and_its_prompt(
    items: list[Item], tmp_path: Path, run: Path
) -> None:
    path = write(tmp_path / "model_set.json", evaluated(items, "my set"))
    assert main(["import", "spurious-rewards", str(path), *MODEL, "--task", TASK, "--out", str(run)]) == 0
    (store,) = RunStore(run).finished()
    manifest = store.manifest
    assert manifest is not None and (manifest.n_items, manifest.k) == (100, 2)
    assert (manifest.cell.decoding.temperature, manifest.cell.decoding.max_new_tokens) == (0.6, "unstated")
    assert (manifest.cell.protocol, manifest.cell.unstated) == (
        "imported",
        ("decoding", "engine", "dtype", "device"),
    )
    assert len(manifest.cell.protocol_hash) == 64
    assert {(s.item_id, s.text) for s in store.samples().values()} == {
        (item.id, right(item)) for item in items
    }


def test_the_first_scripts_file_states_no_stops_so_its_protocol_is_unstated(
    items: list[Item], tmp_path: Path, run: Path
) -> None:
    data = evaluated(items, "my set")
    del data["stop_string"]
    path = write(tmp_path / "model_set.json", data)
    assert main(["import", "spurious-rewards", str(path), *MODEL, "--task", TASK, "--out", str(run)]) == 0
    (store,) = RunStore(run).finished()
    assert store.manifest is not None and store.manifest.cell.protocol == "unstated"
    assert len(store.manifest.cell.protocol_hash) == 64  # what is said of the prompts is still compared


def change(place: int, **values: object) -> Callable[[dict[str, Any]], object]:
    return lambda data: data["metadata"][place].update(values)


SPOILED = [
    (
        change(2, prompt=CHAT.format("What is this?")),
        ": metadata[2]: an answer to an unknown item of 'micro_bench' ('<|im_sta",
    ),
    (change(2, label="-5"), ": metadata[2]: its gold answer '-5' is not that of item '2'"),
    (change(2, outputs=["x"]), ": metadata[2]: 1 outputs where the file says rollouts 2"),
    (change(2, outputs=["x", 1]), "Input should be a valid string at 'metadata.2.outputs.1'"),
    (
        lambda data: data["metadata"].append(data["metadata"][2]),
        ": metadata[100]: sample 0 of item '2' is there twice",
    ),
    (lambda data: data["metadata"].pop(), "no answer to 1 of the 100 items of 'micro_bench' (99)"),
    (lambda data: data["metadata"].clear(), "no answers here"),
    (lambda data: data.update(temperature=float("nan")), "Input should be a finite number at 'temperature'"),
    (lambda data: data.update(temperature=-1), "Input should be greater than or equal to 0 at 'temperature'"),
    (
        lambda data: data["metadata"][2].update(
            prompt=data["metadata"][2]["prompt"].replace("<|im_end|>", " In French.<|im_end|>")
        ),
        ": metadata[2]: the text around its question is not that of the other answers",
    ),
    (lambda data: data.pop("metadata"), "Field required at 'metadata'"),
]


@pytest.mark.parametrize(("spoil", "named"), SPOILED, ids=[named[:50] for _, named in SPOILED])
def test_an_entry_that_does_not_fit_is_named(
    spoil: Callable[[dict[str, Any]], object], named: str, items: list[Item], tmp_path: Path, refuse: Refusal
) -> None:
    data = evaluated(items, "my set")
    spoil(data)
    assert named in refuse(
        ["spurious-rewards", str(write(tmp_path / "a.json", data)), *MODEL, "--task", TASK]
    )


def test_a_file_that_is_no_json_or_of_no_known_set_is_an_error(
    items: list[Item], tmp_path: Path, refuse: Refusal
) -> None:
    (tmp_path / "a.json").write_text("{")
    assert "Invalid JSON" in refuse(["spurious-rewards", str(tmp_path / "a.json"), *MODEL])
    assert "unknown task 'my set'" in refuse(
        ["spurious-rewards", str(write(tmp_path / "b.json", evaluated(items, "my set"))), *MODEL]
    )


@needs_data
@pytest.mark.parametrize(("dataset", "our_id"), OURS.items())
def test_each_set_of_the_paper_is_ours_item_by_item(
    dataset: str, our_id: str, tmp_path: Path, run: Path
) -> None:
    real = load_items(task(our_id), Path(os.environ[DATA_VARIABLE]))
    path = write(tmp_path / "a.json", evaluated(real, dataset, 1))
    assert main(["import", "spurious-rewards", str(path), *MODEL, "--out", str(run)]) == 0
    (store,) = RunStore(run).finished()
    assert {(s.item_id, s.text) for s in store.samples().values()} == {
        (item.id, right(item)) for item in real
    }
