"""``rlvr-suite label``: its flags. The labels: tests/grpo/test_labelling.py."""

from suite.commands.label import COMMAND
from suite.commands.parser import Parser
from suite.plan.engines import drawing_engines


def test_the_default_is_64_samples_of_every_item_by_the_default_engine() -> None:
    args = Parser(COMMAND).parse(["micro", "--model", "micro-llama3", "--out", "labels.jsonl"])
    assert (args.samples, args.items, args.seed, args.engine) == (64, None, 0, "hf")


def test_only_engines_that_draw_can_be_named() -> None:
    text = Parser(COMMAND).format_help()
    assert f"--engine {'|'.join(drawing_engines())} " in text
    assert "replay" not in text
