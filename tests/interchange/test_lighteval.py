"""lighteval's details: parquet with ``doc``, ``metric`` and ``model_response``, as it writes them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from plain_rows import TASK, Refusal, right

from suite.benchmarks.items import Item
from suite.commands.main import main
from suite.store.run_folder import RunStore

QUERY = "Solve the following math problem efficiently and clearly. Think step by step before answering.\n\n{}"
MODEL = ["--model", "micro-llama3"]


def details(items: list[Item], task: str = f"lighteval|{TASK}|0") -> list[dict[str, Any]]:
    """Rows of ``asdict(DetailsLogger.Detail)``; as for MATH-500, the gold is a whole solution."""
    return [
        {
            "doc": {
                "query": QUERY.format(item.problem),
                "choices": [f"Count them one by one, from 3: $\\boxed{{{item.answer}}}$."],
                "gold_index": 0,
                "id": str(n),
                "task_name": task,
                "generation_size": 256,
                "stop_sequences": ["</s>"],
                "num_samples": 2,
            },
            "metric": {"pass@k:k=1&n=2": 1.0},
            "model_response": {
                "input": f"<user>{QUERY.format(item.problem)}<assistant>",
                "text": [right(item), "The answer is -1"],
                "output_tokens": [[5, 6, 7], [5, 6]],
                "text_post_processed": None,
            },
        }
        for n, item in enumerate(items)
    ]


def write(
    folder: Path,
    rows: list[dict[str, Any]],
    name: str = f"details_{TASK}|0_2025-11-21T16-11-50.335335.parquet",
) -> Path:
    """As ``EvaluationTracker.save``: a Dataset with its columns sorted."""
    dataset = Dataset.from_list(rows)
    dataset.select_columns(sorted(dataset.column_names)).to_parquet(folder / name)
    return folder / name


def test_details_come_in_with_their_tokens_and_without_a_finish_reason(
    items: list[Item], tmp_path: Path, run: Path
) -> None:
    assert main(["import", "lighteval", str(write(tmp_path, details(items))), *MODEL, "--out", str(run)]) == 0
    (store,) = RunStore(run).finished()
    manifest = store.manifest
    assert manifest is not None and (manifest.n_items, manifest.k, manifest.cell.engine) == (
        100,
        2,
        "imported lighteval, unstated",
    )
    assert (manifest.cell.decoding.temperature, manifest.cell.decoding.max_new_tokens) == ("unstated", 256)
    assert manifest.source is not None and manifest.source.unstated == ("finish_reason",)
    assert manifest.cell.protocol == "imported"
    sample = store.samples()["7", 0]
    assert (sample.text, sample.n_tokens, sample.finish_reason, sample.seed) == (
        right(items[7]),
        3,
        None,
        None,
    )


def test_the_file_name_gives_the_task_if_no_row_does(items: list[Item], tmp_path: Path, run: Path) -> None:
    path = write(tmp_path, details(items, task=""))
    assert main(["import", "lighteval", str(path), *MODEL, "--out", str(run)]) == 0
    (store,) = RunStore(run).finished()
    assert store.manifest is not None and store.manifest.cell.task == TASK


def test_chat_messages_as_input_leave_the_protocol_unstated(
    items: list[Item], tmp_path: Path, run: Path
) -> None:
    rows = details(items)
    for row in rows:
        row["model_response"]["input"] = [{"role": "user", "content": row["doc"]["query"]}]
        row["model_response"]["output_tokens"] = []
    assert main(["import", "lighteval", str(write(tmp_path, rows)), *MODEL, "--out", str(run)]) == 0
    (store,) = RunStore(run).finished()
    assert store.manifest is not None and store.manifest.cell.protocol_hash == "unstated"
    assert store.samples()["7", 0].n_tokens is None


def change(part: str, **values: object) -> Callable[[list[dict[str, Any]]], object]:
    return lambda rows: rows[2][part].update(values)


SPOILED = [
    (
        change("doc", query=QUERY.format("What is this?")),
        ": row 2: an answer to an unknown item of 'micro_bench'",
    ),
    (
        lambda rows: rows[2]["doc"].update(query=rows[2]["doc"]["query"] + " Double it."),
        ": row 2: the text around its question is not that of the other answers",
    ),
    (change("doc", choices=["-5"]), ": row 2: its gold answer '-5' is not that of item '2'"),
    (change("doc", gold_index=1), ": row 2: gold_index 1 is not one of the choices"),
    (change("doc", task_name="other|0"), ": row 2: rows of several tasks"),
    (change("model_response", text=["x"]), "1 of 200 samples are missing, such as item '2' sample 1"),
    (lambda rows: rows.append(rows[2]), ": row 100: sample 0 of item '2' is there twice"),
    (lambda rows: rows.pop(), "no answer to 1 of the 100 items"),
]


@pytest.mark.parametrize(("spoil", "named"), SPOILED, ids=[named[:50] for _, named in SPOILED])
def test_a_row_that_does_not_fit_is_named(
    spoil: Callable[[list[dict[str, Any]]], object],
    named: str,
    items: list[Item],
    tmp_path: Path,
    refuse: Refusal,
) -> None:
    rows = details(items)
    spoil(rows)
    assert named in refuse(["lighteval", str(write(tmp_path, rows)), *MODEL])


def test_an_older_or_another_file_is_refused_by_name(
    items: list[Item], tmp_path: Path, refuse: Refusal
) -> None:
    older = write(
        tmp_path, [{"full_prompt": "q", "predictions": ["a"], "gold": ["1"]}], "details_old.parquet"
    )
    assert "an older lighteval wrote this file: columns full_prompt, gold," in refuse(
        ["lighteval", str(older), *MODEL]
    )
    strings = write(
        tmp_path, [{key: str(value) for key, value in details(items)[0].items()}], "details_text.parquet"
    )
    assert ": row 0: Input should be" in refuse(["lighteval", str(strings), *MODEL])
    other = write(tmp_path, [{"x": 1}], "details_x.parquet")
    assert "these are not lighteval's details" in refuse(["lighteval", str(other), *MODEL])
    other.write_text("no parquet")
    assert "not a parquet file" in refuse(["lighteval", str(other), *MODEL])
