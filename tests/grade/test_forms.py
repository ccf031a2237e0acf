"""What an answer is: the form that is read from its spelling."""

import pytest

from suite.grade.forms import Form, Group, Matrix, Raw, Relation, Union, Value, interval_of, read


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (r"\frac{1}{2}", Value),
        ("(x+1)", Value),
        ("(1, 2)", Group),
        (r"\{1\}", Group),
        ("1, 2", Group),
        ("1:2", Group),
        (r"x = 1 \pm 2", Relation),
        (r"1 \pm 2", Group),
        (r"\mathbb{R}", Group),
        (r"(0,1) \cup (2,3)", Union),
        (r"(0,9) \setminus \{3\}", Union),
        (r"\begin{pmatrix} 1 & 2 \end{pmatrix}", Matrix),
        ("x < 2", Relation),
        (r"x \in (0,1)", Group),
        (r"1/3 \approx 0.33", Value),
        ('"even"', Raw),
        (r"\{x : x > 1\}", Raw),
        (r"\foo", Raw),
    ],
)
def test_an_answer_is_read_as_what_it_is(text: str, kind: type[Form]) -> None:
    assert isinstance(read(text), kind)


def test_a_comma_separates_before_an_equals_sign_does() -> None:
    form = read("x = 1, y = 2")
    assert isinstance(form, Group)
    assert form.items == (Relation(("x", "1"), ("=",)), Relation(("y", "2"), ("=",)))


def test_plus_or_minus_is_two_items_and_two_independent_signs_are_not_read() -> None:
    form = read(r"1, 2 \pm 3")
    assert isinstance(form, Group) and len(form.items) == 3
    assert isinstance(read(r"\pm 1 \pm 2"), Raw)


def test_a_set_without_points_is_the_intervals_between_them() -> None:
    form = read(r"[0,9] \setminus \{6, 3\}")
    assert isinstance(form, Union)
    ends = [
        (part.opening, [item.text for item in part.items if isinstance(item, Value)], part.closing)
        for part in form.items
        if isinstance(part, Group)
    ]
    assert ends == [("[", ["0", "3"], ")"), ("(", ["3", "6"], ")"), ("(", ["6", "9"], "]")]


def test_inequalities_all_point_the_same_way() -> None:
    assert read("3 > x") == read("x < 3") == Relation(("x", "3"), ("<",))


@pytest.mark.parametrize(
    ("text", "brackets"), [("x < 2", "()"), (r"0 < x \leq 1", "(]"), (r"x \geq 0", "[)")]
)
def test_an_inequality_of_one_variable_is_an_interval(text: str, brackets: str) -> None:
    relation = read(text)
    assert isinstance(relation, Relation)
    named = interval_of(relation)
    assert named is not None and named.name == "x"
    assert named.interval.opening + named.interval.closing == brackets


@pytest.mark.parametrize("text", ["x = 1", "x < y", "1 < 2"])
def test_any_other_relation_is_no_interval(text: str) -> None:
    relation = read(text)
    assert isinstance(relation, Relation) and interval_of(relation) is None
