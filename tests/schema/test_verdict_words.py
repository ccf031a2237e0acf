"""Words of verdicts: their order, and when nothing would decide."""

from suite.schema import VERDICT_MARKS, WORST_FIRST, Needs


def test_a_refuted_claim_is_worse_than_a_missing_one_and_one_that_holds_is_the_best() -> None:
    assert WORST_FIRST == ("refuted", "missing", "not comparable", "inconclusive", "holds")
    assert len(set(VERDICT_MARKS.values())) == len(WORST_FIRST)


def test_needs_are_empty_only_without_any_number() -> None:
    assert Needs().is_empty
    assert not any(Needs.model_validate({name: 2}).is_empty for name in ("items", "samples", "seeds"))
