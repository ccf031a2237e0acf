"""Data that does not fit its type: one line in the words of a person who writes YAML, with what is
allowed.
"""

from typing import Annotated, Literal

import pytest
from pydantic import Field

from suite.errors import SuiteError
from suite.files.misfit import dotted, short
from suite.files.yaml import validate
from suite.schema import Strict

AS_A_LIST = "behind '- ', or all of them as [one, two]"


class Leaf(Strict):
    kind: Literal["small", "large"]
    sizes: tuple[int, ...] = ()


class Tree(Strict):
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()
    named: dict[str, Annotated[Leaf, Field(description="a leaf")]] = Field(default_factory=dict)
    note: str = ""
    flat: bool = False


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({"leaf": {"knd": 1}}, "x: leaf.knd: unknown key 'knd'. Allowed: kind, sizes (1 more after this)."),
        ({"leaves": [{}]}, "x: leaves.0.kind: key 'kind' is missing. Allowed: kind, sizes."),
        ({"named": {"a": {"kind": "b"}}}, 'x: named.a.kind: unknown value "b". Allowed: small, large.'),
        ({"leaf": {"kind": "small", "sizes": 3}}, "x: leaf.sizes: must be a valid list; got 3."),
        ({"named": []}, "x: named: must be a mapping of keys to values; got []."),
        ({"flat": "yes"}, 'x: flat: must be true or false; got "yes".'),
        ({"note": 3}, "x: note: must be a valid string; got 3."),
        ({"note": None}, "x: note: must be a valid string; got null."),
    ],
)  # fmt: skip
def test_a_misfit_is_reported_in_yaml_words(data: object, line: str) -> None:
    with pytest.raises(SuiteError) as caught:
        validate(data, Tree, "x")
    assert str(caught.value).startswith(line)


@pytest.mark.parametrize(
    ("data", "fix"),
    [
        ({"leaf": {"knd": "small"}}, "Did you mean 'kind'? Rename or remove 'knd'"),
        ({"leaves": [{}]}, "Add 'kind'"),
        ({"leaves": [3]}, "Correct this entry"),
        ({"named": {"a": {"kind": "smal"}}}, "Did you mean 'small'? Correct 'kind'"),
        ({"leaf": {"kind": "small", "sizes": 3}}, f"Write every entry of 'sizes' {AS_A_LIST}"),
        ({"note": 3}, "Put the value of 'note' in quotes"),
        ({"note": ["a"]}, "Correct 'note'"),
        ({"note": None}, "Give 'note' a value, or leave it out"),
        (3, "Correct the values"),
    ],
)  # fmt: skip
def test_a_misfit_says_what_to_do(data: object, fix: str) -> None:
    with pytest.raises(SuiteError) as caught:
        validate(data, Tree, "x")
    assert caught.value.fix == fix


def test_a_key_path_and_a_given_text_are_short_and_printable() -> None:
    assert dotted(("a", 0, "b\x1b")) == "a.0.b\\x1b"
    assert short("x" * 100, 20) == "x" * 17 + "..."
