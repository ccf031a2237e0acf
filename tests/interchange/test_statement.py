"""What flags and files state about how answers were drawn; the rest stays unstated."""

from pathlib import Path

import pytest
from plain_rows import MODEL, Refusal, manifests, rows, write_lines

from suite.benchmarks.items import Item
from suite.commands.main import main
from suite.store.cells import CellManifest


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ([*MODEL, "--protocol", "boxd"], "unknown protocol 'boxd'"),
        ([*MODEL, "--decoding", "t=0.6"], "--decoding"),
        ([*MODEL, "--decoding", "temperature=hot"], "--decoding"),
        ([*MODEL, "--decoding", "temperature=-1"], "--decoding"),
        ([*MODEL, "--decoding", "temperature=nan"], "temperature at least 0"),
        ([*MODEL, "--decoding", "temperature=inf"], "--decoding"),
        ([*MODEL, "--decoding", "top_p=0"], "top_p above 0 and at most 1"),
        ([*MODEL, "--decoding", "top_p=1.1"], "--decoding"),
        ([*MODEL, "--decoding", "max_new_tokens=0"], "max_new_tokens at least 1"),
        ([*MODEL, "--decoding", "seed=1"], "--decoding"),
        ([*MODEL, "--decoding", ""], "--decoding"),
        ([*MODEL, "--decoding", "temperature=1,top_p=1,temperature=0"], "temperature is there twice"),
        ([*MODEL, "--engine", "a,b,c,d"], "--engine"),
    ],
)
def test_a_statement_that_cannot_be_meant_is_an_error(
    flags: list[str], named: str, answers: Path, refuse: Refusal
) -> None:
    assert named in refuse(["jsonl", str(answers), *flags])


def test_stated_settings_are_kept_and_the_rest_stays_unstated(
    answers: Path, run: Path, items: list[Item], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "jsonl", str(answers), *MODEL, "--out", str(run)]) == 0
    (plain,) = manifests(run)
    assert plain.cell.unstated == ("protocol_hash", "decoding", "engine", "dtype", "device")
    assert (plain.cell.weights_hash, plain.cell.engine, plain.device_name) == (
        "unstated",
        "imported jsonl, unstated",
        "unstated",
    )
    assert "unstated: protocol, decoding, engine, dtype, device" in capsys.readouterr().out
    assert plain.source is not None and plain.source.unstated == ("finish_reason", "n_tokens")
    said = [
        "--protocol",
        "micro_qa",
        "--decoding",
        "temperature=0.6,top_p=1,max_new_tokens=96",
        "--engine",
        "vllm-0.8,bfloat16,cuda",
    ]
    made = [{**row, "finish_reason": "stop", "n_tokens": 4} for row in rows(items, {})]
    path = write_lines(tmp_path / "more.jsonl", made)
    assert main(["import", "jsonl", str(path), *MODEL, *said, "--out", str(tmp_path / "other")]) == 0
    (full,) = manifests(tmp_path / "other")
    assert full.cell.unstated == () and full.source is not None and full.source.unstated == ()
    assert (full.cell.protocol, full.cell.engine, full.cell.device) == (
        "micro_qa",
        "imported jsonl, vllm-0.8",
        "cuda",
    )
    assert full.cell == CellManifest.model_validate_json(full.model_dump_json()).cell
