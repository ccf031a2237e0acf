"""The forms that entries of a registry file must have, one entry at a time."""

import pytest
from pydantic import TypeAdapter, ValidationError

from suite.errors import SuiteError
from suite.registry.entries import MAX_ID, EngineSettings, HubId, Id, Model, id_part

MODEL = {"family": "mine", "architecture": "llama", "protocol": "boxed", "dtype": "float32"}


@pytest.mark.parametrize("text", ["a", "qwen2.5-math-7b", "0_x", "a" * MAX_ID])
def test_an_id_is_kept_as_it_is(text: str) -> None:
    assert TypeAdapter(Id).validate_python(text) == text


@pytest.mark.parametrize("text", ["", "A", "-a", ".a", "a b", "a/b", "a\n", "é", "a" * (MAX_ID + 1)])
def test_what_cannot_be_a_folder_name_is_no_id(text: str) -> None:
    with pytest.raises(ValidationError, match="Allowed: lower-case letters"):
        TypeAdapter(Id).validate_python(text)


@pytest.mark.parametrize("text", ["org", "org/", "/name", "org/name/more", "../name", "org/ name"])
def test_a_hub_id_is_owner_and_name(text: str) -> None:
    with pytest.raises(ValidationError, match="owner/name"):
        TypeAdapter(HubId).validate_python(text)


@pytest.mark.parametrize("source", [{}, {"hub": "me/x", "path": "out"}, {"path": "out", "builtin": "x"}])
def test_weights_come_from_exactly_one_place(source: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="exactly one of hub, path, builtin"):
        Model.model_validate({**MODEL, **source})


def test_only_a_hub_model_has_a_revision() -> None:
    Model.model_validate({**MODEL, "hub": "me/x", "revision": "main"})
    with pytest.raises(ValidationError, match="'revision' is allowed with hub only; given: path"):
        Model.model_validate({**MODEL, "path": "out", "revision": "main"})


@pytest.mark.parametrize("day", ["2024-02-30", "2024-13-01"])
def test_a_release_day_is_in_the_calendar(day: str) -> None:
    with pytest.raises(ValidationError, match="not a day of the calendar"):
        Model.model_validate({**MODEL, "path": "out", "released": day})


def test_an_engine_block_with_a_wrong_size_is_refused() -> None:
    assert EngineSettings().batch_size == 128
    for wrong in ({"batch_size": 0}, {"gpu_memory": 1.5}, {"tensor_parallel": 0}):
        with pytest.raises(ValidationError):
            EngineSettings.model_validate(wrong)


def test_a_reward_that_cannot_be_in_an_id_is_the_flags_mistake() -> None:
    assert id_part("my_reward-2.0") == "my_reward-2.0"
    with pytest.raises(SuiteError) as caught:
        id_part("My Reward")
    assert caught.value.where == "--reward"
