"""Records: a cell's id and what it leaves unstated, and the hash that both rest on."""

import pytest
from builders.cells import cell
from pydantic import ValidationError

from suite.schema import IMPORTED, UNSTATED, Decoding, Pair, Sample, StatedDecoding, content_hash

PAIR = Pair(family="f", base="b", checkpoint="c", reward="random", recipe="grpo", seed=0, step=300)


def test_a_hash_does_not_depend_on_the_order_of_keys_and_does_on_every_value() -> None:
    assert content_hash({"a": 1, "b": [2, 3]}) == content_hash({"b": [2, 3], "a": 1})
    assert content_hash({"a": 1, "b": [2, 3]}) != content_hash({"a": 1, "b": [3, 2]})


def test_a_cell_s_id_is_16_hex_digits_that_every_field_changes() -> None:
    known = cell("m")
    changed = [
        known.model_copy(update={field: "other"}) for field in ("model", "engine", "dtype", "items_hash")
    ]
    ids = {known.id, *(other.id for other in changed)}
    assert len(ids) == 5 and all(len(id_) == 16 and int(id_, 16) >= 0 for id_ in ids)


def test_a_cell_that_was_drawn_here_states_everything() -> None:
    assert cell("m").unstated == ()


def test_an_imported_cell_names_each_field_of_which_a_part_is_unstated() -> None:
    imported = cell(
        "m", protocol=UNSTATED, decoding=StatedDecoding(temperature=0.0), engine="jsonl, unstated"
    )
    assert imported.unstated == ("protocol_hash", "decoding", "engine")


def test_a_decoding_whose_seed_alone_is_unstated_is_stated() -> None:
    stated = StatedDecoding(temperature=0.6, top_p=1.0, max_new_tokens=8)
    assert cell("m", decoding=stated).unstated == ()


@pytest.mark.parametrize(
    "decoding", [{"temperature": -1}, {"temperature": float("inf")}, {"temperature": 0, "top_p": 0}]
)
def test_a_decoding_that_no_engine_can_do_is_refused(decoding: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Decoding.model_validate(decoding | {"max_new_tokens": 8})


def test_records_refuse_unknown_keys_and_are_frozen() -> None:
    with pytest.raises(ValidationError, match="extra"):
        Sample.model_validate({"item_id": "a", "sample": 0, "text": "", "reward": 1})
    with pytest.raises(ValidationError, match="frozen"):
        PAIR.step = 0  # type: ignore[misc]


def test_a_pair_is_imported_by_its_recipe() -> None:
    assert not PAIR.is_imported and PAIR.model_copy(update={"recipe": IMPORTED}).is_imported
