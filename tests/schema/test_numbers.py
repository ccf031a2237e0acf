import pytest

from suite.schema.numbers import MINUS, duration, percent_interval, points, points_interval, signed


@pytest.mark.parametrize("value", [0.0, -0.0, 0.04, -0.04])
def test_a_value_that_rounds_to_zero_has_no_sign(value: float) -> None:
    assert points(value) == points(value, minus=MINUS) == "0.0"


@pytest.mark.parametrize("value", [0.0, -0.0, 0.4, -0.4])
def test_a_change_in_whole_units_that_rounds_to_zero_has_no_sign(value: float) -> None:
    assert signed(value, 0, minus=MINUS) == "0"


def test_a_page_has_a_true_minus_and_a_terminal_a_hyphen() -> None:
    assert points(-3.21, minus=MINUS) == "\N{MINUS SIGN}3.2"
    assert points_interval((-3.21, 0.01)) == "[-3.2, 0.0]"


def test_an_interval_that_does_not_exist_is_undefined() -> None:
    assert points_interval(None) == percent_interval(None) == "undefined"


@pytest.mark.parametrize(
    ("seconds", "text"), [(119, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2.0 h")]
)
def test_a_duration_is_in_the_largest_readable_unit(seconds: float, text: str) -> None:
    assert duration(seconds) == text
