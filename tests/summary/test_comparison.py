"""Rows of deltas: controls by matched budget, the base's best prompt, published figures beside our own."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest
from builders.cells import FAMILY, right_at, write_cell
from builders.ten_items import PAIR as SEED_0
from builders.ten_items import row_of, summary, write_arms, write_seeds

from suite import stats
from suite.benchmarks.items import Item
from suite.registry import Registry, load_registry
from suite.schema import DeltaRow, Pair, ScoreRow
from suite.store.run_folder import RunStore
from suite.summary.scored_cells import scored_cells
from suite.summary.summarize import summarize

PAIR = Pair(family=FAMILY, base=FAMILY, checkpoint="mine", reward="my_method", recipe="r", seed=0, step=20)
CONTROL = PAIR.model_copy(update={"checkpoint": "coin", "reward": "random"})
RIGHT = right_at(range(3))
WRONG = right_at([])
MANY = [Item(f"i{n}", f"question {n}", str(n)) for n in range(8)]


def rows(run: RunStore, *pairs: Pair, registry: Registry | None = None) -> dict[str, DeltaRow]:
    summary = summarize(scored_cells(run.finished()), pairs, registry or load_registry())
    return {row.checkpoint: row for row in summary.deltas}


@pytest.fixture
def run(tmp_path: Path) -> RunStore:
    store = RunStore(tmp_path)
    write_cell(store, FAMILY, WRONG)
    write_cell(store, "mine", RIGHT)
    write_cell(store, "coin", WRONG)
    return store


def test_a_spurious_pair_of_the_same_budget_is_the_control(run: RunStore) -> None:
    found = rows(run, PAIR, CONTROL)
    assert found["mine"].control == ("coin",)
    assert (found["coin"].control, found["coin"].spurious) == (None, True)  # it is one itself


@pytest.mark.parametrize(
    "other",
    [{"recipe": "other"}, {"step": 10}, {"reward": "ground_truth"}, {"reward": "unlisted"}],
    ids=str,
)
def test_a_pair_of_another_budget_or_an_honest_reward_is_no_control(
    run: RunStore, other: dict[str, object]
) -> None:
    found = rows(run, PAIR, CONTROL.model_copy(update=other))
    assert found["mine"].control == ()


@pytest.mark.parametrize("recipe", ["unstated", "imported"])
def test_a_recipe_that_nobody_states_has_no_control(run: RunStore, recipe: str) -> None:
    update = {"recipe": recipe}
    assert rows(run, PAIR.model_copy(update=update), CONTROL.model_copy(update=update))["mine"].control == ()


def test_a_control_under_another_protocol_is_none(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    for protocol, model in (("boxed", FAMILY), ("micro_qa", FAMILY), ("boxed", "mine"), ("micro_qa", "coin")):
        write_cell(run, model, RIGHT, protocol=protocol)
    found = rows(run, PAIR, CONTROL)
    assert found["mine"].comparable and found["coin"].comparable
    assert found["mine"].control == ()


def test_an_overlay_says_which_rewards_are_controls(run: RunStore, tmp_path: Path) -> None:
    overlay = tmp_path / "mine.yaml"
    overlay.write_text("rewards:\n  shuffled: {description: labels of other items, spurious: true}\n")
    shuffled = CONTROL.model_copy(update={"reward": "shuffled"})
    assert rows(run, PAIR, shuffled)["mine"].control == ()
    assert rows(run, PAIR, shuffled, registry=load_registry([overlay]))["mine"].control == ("coin",)


def by_protocol(run: RunStore, right: dict[str, set[int]], after: set[int], own: str = "none") -> None:
    """Base cells under protocols, right on some of eight items, and a checkpoint under ``own``."""
    for protocol, items in right.items():
        write_cell(run, FAMILY, right_at(items, MANY), items=MANY, protocol=protocol)
    write_cell(run, "mine", right_at(after, MANY), items=MANY, protocol=own)


def test_a_gain_over_a_weak_prompt_vanishes_against_the_bases_best_prompt(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    by_protocol(run, {"none": {0}, "boxed": {0, 1, 2, 3, 4, 5}, "r1": set()}, after={0, 1, 2, 3, 4, 5})
    row = rows(run, PAIR)["mine"]
    assert row.delta == pytest.approx(62.5)
    assert row.strong_baseline_delta == pytest.approx(0)
    assert row.strong_baseline_before == pytest.approx(0.75)
    assert row.strong_baseline_chosen == ("boxed", "boxed")
    assert row.strong_baseline_protocols == ("none", "boxed", "r1")


def test_one_prompt_of_the_base_gives_no_strong_baseline(run: RunStore) -> None:
    row = rows(run, PAIR)["mine"]
    assert (row.strong_baseline_delta, row.strong_baseline_protocols) == (None, None)


def test_only_the_prompt_may_differ_from_the_strong_baseline(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    by_protocol(run, {"none": {0}}, after={0, 1})
    write_cell(run, FAMILY, right_at(range(8), MANY), items=MANY, protocol="boxed", temperature=1.0)
    assert rows(run, PAIR)["mine"].strong_baseline_delta is None


def test_a_pair_without_a_common_prompt_is_not_comparable_but_has_its_strong_baseline(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    by_protocol(run, {"none": {0}, "boxed": {0, 1}}, after={0, 1}, own="r1")
    row = rows(run, PAIR)["mine"]
    assert (row.comparable, row.differs, row.delta) == (False, ("protocol_hash",), None)
    assert row.strong_baseline_delta == pytest.approx(0)


MATH = "qwen2.5-math-7b"


def score(run: RunStore, temperature: float, protocol: str, accuracy: float) -> ScoreRow:
    """The score row of the real base on math500, right on a share of 100 hand-made items."""
    items = [Item(f"i{n}", f"question {n}", str(n)) for n in range(100)]
    write_cell(
        run,
        MATH,
        right_at(range(round(100 * accuracy)), items),
        items=items,
        task="math500",
        protocol=protocol,
        temperature=temperature,
        family="qwen2.5-math",
        base=MATH,
    )
    (row,) = summarize(scored_cells(run.finished()), [], load_registry()).scores
    return row


@pytest.mark.parametrize(("accuracy", "off"), [(0.50, False), (0.49, False), (0.72, True), (0.2, True)])
def test_a_base_that_is_off_its_published_score_by_more_than_its_interval_is_flagged(
    tmp_path: Path, accuracy: float, off: bool
) -> None:
    row = score(RunStore(tmp_path), 0.0, "chat", accuracy)
    found = {(r.accuracy, r.off) for r in row.published or () if r.source.startswith("arXiv 2506.10947")}
    assert found == {(0.494, off)}


def test_a_published_score_under_another_prompt_or_kind_of_decoding_is_not_set_beside_ours(
    tmp_path: Path,
) -> None:
    assert score(RunStore(tmp_path / "boxed"), 0.0, "boxed", 0.5).published is None
    greedy = score(RunStore(tmp_path / "greedy"), 0.0, "none", 0.5).published or ()
    sampled = score(RunStore(tmp_path / "sampled"), 0.6, "none", 0.5).published or ()
    assert {r.accuracy for r in greedy} >= {0.722} and 0.6853 not in {r.accuracy for r in greedy}
    assert {round(r.accuracy, 4) for r in sampled} == {0.6853}


def test_a_published_delta_is_a_reference_and_no_control(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    pair = Pair(
        family="qwen2.5-math", base=MATH, checkpoint="c", reward="random", recipe="r", seed=None, step=150
    )
    for model in (MATH, "c"):
        write_cell(run, model, RIGHT, task="math500", family="qwen2.5-math", base=MATH)
    (reference,) = rows(run, pair)["c"].published or ()
    assert (reference.delta, reference.step) == (21.4, 300)
    honest = pair.model_copy(update={"reward": "my_method"})
    row = rows(run, honest)["c"]
    assert (row.control, row.published) == ((), None)


def test_an_arm_that_lacks_items_is_not_comparable_and_names_the_field(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    by_protocol(run, {"none": {0}}, after={0, 1})
    (base,) = (c for c in run.finished() if c.manifest and c.manifest.cell.model == FAMILY)
    assert base.manifest is not None
    other = base.manifest.cell.model_copy(update={"items_hash": "seven of them"})
    base.finish(base.manifest.model_copy(update={"cell": other}))
    row = rows(run, PAIR)["mine"]
    assert (row.comparable, row.differs, row.delta, row.p) == (False, ("items_hash",), None, None)


def test_an_item_that_stands_twice_counts_twice_in_both_arms(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    twice = [Item("a", "same", "1"), Item("b", "same", "1"), Item("c", "other", "2")]
    write_cell(run, FAMILY, [["none"], ["none"], ["2"]], items=twice)
    write_cell(run, "mine", [["2"], ["1"], ["1"]], items=[twice[2], twice[0], twice[1]])
    row = rows(run, PAIR)["mine"]
    assert row.delta == pytest.approx(200 / 3)
    assert row.n_items == 3 and row.p == 0.5  # two items gained: two of four sign patterns go as far


def test_what_counts_as_no_change_is_stated(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    items = [Item(f"i{n}", f"question {n}", str(n)) for n in range(100)]
    for model, right in ((FAMILY, range(50)), ("mine", range(1, 51))):
        write_cell(run, model, right_at(right, items), items=items)
    found = {}
    for margin in (2.0, 8.0):
        summary = summarize(scored_cells(run.finished()), [PAIR], load_registry(), margin)
        found[summary.margin] = summary.deltas[0].finding
    assert found == {2.0: "inconclusive", 8.0: "equivalent"}


def test_one_item_has_a_delta_and_nothing_that_needs_two(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    for model, answer in ((FAMILY, "none"), ("mine", "1")):
        write_cell(run, model, [[answer]], items=[Item("a", "q", "1")])
    row = rows(run, PAIR)["mine"]
    assert (row.delta, row.interval, row.mde, row.equivalent_within, row.finding) == (
        100.0,
        None,
        None,
        None,
        "inconclusive",
    )
    assert row.p == 1.0


def test_the_p_of_several_seeds_is_where_their_interval_ends_at_zero(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    row = row_of(run, *write_seeds(run, range(6), range(5), range(7)))
    assert row.p is not None and row.p > stats.sign_flip_p(np.repeat([60.0, 0.0], 5) / 60, 1.0) / 10  # type: ignore[operator]
    score_TI = np.array([[float(n < m) for n in range(10)] for m in (6, 5, 7)])
    low, _ = stats.delta(np.zeros(10), score_TI, 1 - row.p).interval or (1.0, 1.0)
    assert low == pytest.approx(0.0, abs=1e-3)


def test_the_delta_beyond_the_best_control_is_paired_by_item(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    mine = write_seeds(run, range(8))
    coin = write_seeds(run, range(3), reward="random", name="coin")
    box = write_seeds(run, range(5), reward="format", name="box")
    rows = {row.reward: row for row in summary(run, *mine, *coin, *box).deltas if row.task == "micro_bench"}
    row = rows["my_method"]
    assert (row.control, row.adjusted_against) == (("coin-s0", "box-s0"), "format")
    assert row.adjusted_delta == pytest.approx(30.0)
    score = [np.array([float(n < m) for n in range(10)]) for m in (5, 8)]
    assert row.adjusted_interval == pytest.approx(
        stats.adjusted_delta(score[0][None], score[1][None]).interval
    )
    assert row.beats_controls is (row.adjusted_interval is not None and row.adjusted_interval[0] > 0)
    assert rows["random"].adjusted_delta is None and rows["random"].spurious is True


@pytest.mark.parametrize(
    ("base", "after"), [([], []), (range(10), range(10)), (range(5), range(5)), ([], range(10))], ids=str
)
def test_ties_all_right_and_all_wrong_have_an_interval_with_a_width_and_no_nan(
    tmp_path: Path, base: Collection[int], after: Collection[int]
) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=base, after=after)
    row = row_of(run, SEED_0)
    assert row.interval is not None and row.interval[1] - row.interval[0] > 1
    assert row.mde is not None and row.equivalent_within is not None and row.p is not None
    text = summary(run, SEED_0).to_json()
    assert "NaN" not in text and "Infinity" not in text and "null" not in text


def test_a_checkpoint_is_not_compared_with_a_base_that_it_was_not_trained_from(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[], after=range(5))
    assert row_of(run, SEED_0.model_copy(update={"base_weights": FAMILY})).delta == pytest.approx(50.0)
    older = SEED_0.model_copy(update={"base_weights": "older"})
    replaced = summarize(scored_cells(run.finished()), [older], load_registry(), weights={FAMILY: FAMILY})
    assert replaced.deltas == () and {row.model for row in replaced.scores} == {FAMILY, "mine-s0"}
