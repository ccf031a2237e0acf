"""Probes: a question is cut between words, and the rest is what was cut off."""

import pytest
from small_set import HUB_SETS, needs_data, real

from suite.benchmarks.item_sets import load_items
from suite.benchmarks.items import Item, items_hash
from suite.benchmarks.probes import cut
from suite.benchmarks.tasks import task


@pytest.mark.parametrize("name", ["micro_bench_partial"])
def test_a_probe_is_the_question_cut_between_words(name: str) -> None:
    whole = load_items(task(name.removesuffix("_partial")))
    fraction = task(name).metadata.source.fraction or 0
    for probe, item in zip(load_items(task(name)), whole, strict=True):
        assert probe.problem + probe.continuation == item.problem
        assert probe.problem and not probe.problem[-1].isspace() and probe.continuation[0].isspace()
        assert len(probe.problem) <= fraction * len(item.problem)
        assert (probe.id, probe.answer, probe.hash) == (item.id, item.answer, item.hash)


@pytest.mark.parametrize("text", ["one\ntwothree", "one\tlongword"])
def test_a_probe_is_cut_at_any_white_space(text: str) -> None:
    probe = cut(Item("1", text, "1"), 0.6)
    assert (probe.problem, probe.problem + probe.continuation) == ("one", text)


@needs_data
@pytest.mark.parametrize("name", HUB_SETS)
def test_a_probe_has_the_ids_answers_and_hash_of_its_set(name: str) -> None:
    whole = real(name)
    for percent in (80, 60, 40):
        probe = real(f"{name}_partial_{percent}")
        assert [(i.id, i.answer) for i in probe] == [(i.id, i.answer) for i in whole]
        assert items_hash(probe) == items_hash(whole)
        assert all(
            len(p.problem) <= percent / 100 * len(w.problem) for p, w in zip(probe, whole, strict=True)
        )
