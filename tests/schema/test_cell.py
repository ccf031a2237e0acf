import pytest

from suite.schema import MUST_MATCH, UNSTATED, Cell, Decoding, StatedDecoding

FIELDS = {
    "model": "m", "weights_hash": "w", "task": "t", "task_version": "1", "items_hash": "i", "protocol": "boxed",
    "protocol_hash": "p", "engine": "hf-5", "dtype": "float32", "device": "cpu",
}  # fmt: skip


def cell(**changes: str) -> Cell:
    return Cell(decoding=Decoding(temperature=0.0, max_new_tokens=8), **{**FIELDS, **changes})


def test_the_id_of_a_cell_never_changes() -> None:
    assert cell().id == Cell.model_validate_json(cell().model_dump_json()).id
    assert len(cell().id) == 16


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_part_of_the_id(field: str) -> None:
    assert cell(**{field: "other"}).id != cell().id


def test_weights_and_model_may_differ_between_two_arms() -> None:
    assert {"model", "weights_hash", "task", "protocol"} == Cell.model_fields.keys() - set(MUST_MATCH)


def test_a_setting_that_imported_answers_do_not_state_is_named() -> None:
    assert cell().unstated == ()
    imported = cell(dtype=UNSTATED, engine=f"jsonl, {UNSTATED}")
    assert imported.model_copy(update={"decoding": StatedDecoding()}).unstated == (
        "decoding",
        "engine",
        "dtype",
    )
