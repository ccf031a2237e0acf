"""Units and counting words at the end of an answer."""

import pytest

from suite.grade.units import Spelled, canonical_unit, same_units, without_units


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ('5 "cm"', Spelled("5", ("cm",))),
        ('5 "square inches"', Spelled("5", ("in^2",))),
        ('15 "cm" ^2', Spelled("15", ("cm^2",))),
        (r"\$36", Spelled("36", ("dollar",))),
        (r"90^\circ", Spelled("90", ("degree",))),
        (r"50\%", Spelled("50", (), percent=True)),
        ('5 "million dollars"', Spelled("(5)*1000000", ("dollar",))),
        ('12 "apples"', Spelled("12", ("apple",))),
        (r"\sin 30^\circ", Spelled(r"\sin (30\pi/180)")),
    ],
)
def test_a_unit_at_the_end_is_taken_off(text: str, spelled: Spelled) -> None:
    assert without_units(text) == spelled


@pytest.mark.parametrize("text", ['5 "more"', 'x "apples"', '"even"', '7 "is prime"'])
def test_words_that_change_what_is_before_them_are_no_unit(text: str) -> None:
    assert without_units(text) == Spelled(text)


@pytest.mark.parametrize(
    ("words", "power", "name"),
    [("inches", None, "in"), ("in.", None, "in"), ("sq. ft", None, "ft^2"), ("meters", "3", "m^3")],
)
def test_a_unit_has_one_name(words: str, power: str | None, name: str) -> None:
    assert canonical_unit(words, power) == name


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        (("cm",), ("cm",), True),
        ((), ("cm",), True),
        (("cm",), ("m",), False),
        (("cm",), ("cm^2",), False),
        (("unit",), ("m",), True),
        (("apple",), ("red apple",), True),
    ],
)
def test_a_unit_left_out_contradicts_nothing_and_another_unit_does(
    ours: tuple[str, ...], theirs: tuple[str, ...], same: bool
) -> None:
    assert same_units(ours, theirs) is same
