"""A fifth family is an overlay of about ten lines and no code: that of docs/usage.md, with a model that
the suite never saw.
"""

import json
import re
from pathlib import Path

import pytest
import torch
from transformers import MistralConfig, MistralForCausalLM

from suite.commands.main import main
from suite.micro.tokenizer import build_tokenizer

PAGE = Path(__file__).resolve().parents[1] / "docs" / "usage.md"


def overlay() -> str:
    """Return the overlay that the page shows."""
    found = re.search(r"<!-- family overlay -->\n```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert found
    return found.group(1)


def save(folder: Path, seed: int) -> None:
    """An untrained model of a fifth architecture."""
    tokenizer = build_tokenizer()
    torch.manual_seed(seed)
    sizes = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
    }
    config = MistralConfig(
        vocab_size=len(tokenizer), eos_token_id=tokenizer.eos_token_id, bos_token_id=None, **sizes
    )
    MistralForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@pytest.mark.slow
def test_the_overlay_of_the_docs_brings_a_family_from_weights_to_the_board(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = overlay()
    assert len(text.splitlines()) <= 10
    registry, out = tmp_path / "mine.yaml", str(tmp_path / "run")
    registry.write_text(text, encoding="utf-8")
    for seed, folder in enumerate(("base", "rl")):
        save(tmp_path / "weights" / folder, seed)
    run_file = tmp_path / "run.yaml"
    run_file.write_text(
        "families: [mistral]\ntasks: [arithmetic_clean, micro_bench]\nlimit: 2\nk: 2\nmax_new_tokens: 6\n"
    )
    assert main(["eval", str(run_file), "--registry", str(registry), "--out", out]) == 0
    capsys.readouterr()
    assert main(["summarize", out, "--json", "--registry", str(registry)]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["families"] == {"mistral": "Mistral"}
    assert {(d["checkpoint"], d["task"]) for d in summary["deltas"]} == {
        ("my-mistral-rl", "arithmetic_clean"),
        ("my-mistral-rl", "micro_bench"),
    }
    assert all(d["comparable"] and d["control"] == [] for d in summary["deltas"])
    assert main(["list", "pairs", "--json", "--registry", str(registry), "--out", out]) == 0
    listed = {row["checkpoint"]: row["status"] for row in json.loads(capsys.readouterr().out)}
    assert listed["my-mistral-rl"] == "has results"
    assert main(["leaderboard", out, "--out", str(tmp_path / "board")]) == 0
    assert "Mistral" in (tmp_path / "board" / "index.html").read_text(encoding="utf-8")
