"""The grammar of rewards: one meaning, one id, whatever is typed."""

import random
import re

import pytest

from suite.errors import SuiteError
from suite.registry.reward_ids import MAX_PARTS, MAX_TEXT, Part, id_of, names, parts


@pytest.mark.parametrize(
    ("text", "reward_id"),
    [
        ("format", "format"),
        (" format\n", "format"),
        ("!format", "not-format"),
        ("! format", "not-format"),
        ("random", "random"),
        ("random(0.5)", "random"),
        ("random( .50 )", "random"),
        ("random(5e-1)", "random"),
        ("random-0.5", "random"),
        ("random(0.7)", "random-0.7"),
        ("random(1E-3)", "random-0.001"),
        ("random(1)", "random-1"),
        ("random(1.000)", "random-1"),
        ("random(-0)", "random-0"),
        ("!random(0.3)", "not-random-0.3"),
        ("format & !python", "format-and-not-python"),
        ("!python&format", "format-and-not-python"),
        ("format-and-not-python", "format-and-not-python"),
        ("not-python-and-format", "format-and-not-python"),
        ("format & not-python", "format-and-not-python"),
        ("my_module:my_reward", "own-my_module-my_reward"),
        ("!a.b_c.d2:_f & random(0.25)", "random-0.25-and-not-own-a.b_c.d2-_f"),
        ("own:own", "own-own-own"),
        ("dr-grpo.v2", "dr-grpo.v2"),
    ],
)
def test_every_spelling_of_a_reward_has_the_one_id(text: str, reward_id: str) -> None:
    assert id_of(parts(text, "here")) == reward_id
    assert parts(reward_id, "here") == parts(text, "here")


def test_a_part_says_what_it_is() -> None:
    assert parts("!random(0.7) & m:f", "here") == (Part("m:f"), Part("random", 0.7, negated=True))
    assert [part.is_own for part in parts("!random(0.7) & m:f", "here")] == [True, False]
    assert [part.text for part in parts("!random(0.70) & m:f & !n.o:g", "here")] == [
        "m:f",
        "!n.o:g",
        "!random(0.7)",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "'' has an empty part"),
        ("format &", "'format &' has an empty part"),
        ("&&", "'&&' has an empty part"),
        ("!", "'!' has an empty part"),
        ("not-", "'not-' has an empty part"),
        ("!!format", "'!!format' is negated twice"),
        ("not-!format", "'not-!format' is negated twice"),
        ("random()", "'', which is not a number"),
        ("random(half)", "'half', which is not a number"),
        ("random(nan)", "'nan', which is not a number"),
        ("random(0_1)", "'0_1', which is not a number"),
        ("random(0,5)", "'0,5', which is not a number"),
        ("random(\u0660.\u0665)", "which is not a number"),
        ("random-0.5.1", "'0.5.1', which is not a number"),
        ("random(1.0001)", "'1.0001', which is outside 0 to 1"),
        ("random(-0.1)", "'-0.1', which is outside 0 to 1"),
        ("random(1e999)", "'1e999', which is outside 0 to 1"),
        ("random-2", "'2', which is outside 0 to 1"),
        ("format(0.5)", "'format' takes no number; got '0.5'"),
        ("random(0.7", r"'random\(0.7' is no reward"),
        ("!(format & python)", r"'\(format' is no reward"),
        ("format & format", "'format' appears twice"),
        ("random & random(0.7)", "'random' appears twice"),
        ("m:f & own-m-f", "'m:f' appears twice"),
        ("format & !format", "'format' appears both plain and negated"),
        ("a&b&c&d&e", "joins 5 rewards. Allowed: 4"),
        ("My:f", "'My:f' names no function"),
        ("m:", "'m:' names no function"),
        (":f", "':f' names no function"),
        ("m:f:g", "'m:f:g' names no function"),
        ("m.:f", r"'m\.:f' names no function"),
        ("../m:f", r"names no function"),
        ("class:f", "'class:f' names no function"),
        ("m:and", "'m:and' names no function"),
        ("own-m", "'own-m' names no function"),
        ("own-m-f-g", "'own-m-f-g' names no function"),
        ("\u0441:f", r"'\\u0441:f' names no function"),
        ("m\0:f", r"'m\\x00:f' names no function"),
        ("x" * 10**6, "1000000 characters. Allowed: 300"),
    ],
)
def test_a_malformed_reward_is_one_line_with_what_where_allowed_and_fix(text: str, says: str) -> None:
    with pytest.raises(SuiteError, match=says) as caught:
        parts(text, "sweep.yaml:3")
    assert "Allowed: " in caught.value.what and caught.value.fix
    assert caught.value.where == "sweep.yaml:3"
    assert str(caught.value).isascii() and len(str(caught.value)) < 400


def random_part(rng: random.Random, number: int) -> str:
    gamma = rng.choice([repr(rng.random()), "0", "1", f"{rng.random():.2f}", f"{rng.random():e}"])
    name = rng.choice(["format", "no_repetition", "a-b.c", "not_x", "and_y", "m.n_o:f", "not_m:and_f"])
    return "!" * rng.randrange(2) + (
        f"random({gamma})" if number == 0 and rng.random() < 0.5 else f"{name}{number}"
    )


def test_every_id_reads_back_as_the_same_parts() -> None:
    rng = random.Random(0)
    for _ in range(3000):
        pieces = [random_part(rng, number) for number in range(rng.randint(1, MAX_PARTS))]
        found = parts(" & ".join(pieces), "here")
        rng.shuffle(pieces)
        assert parts(id_of(found), "here") == parts("&".join(pieces), "here") == found
        assert parts(" & ".join(part.text for part in found), "here") == found
        assert set(id_of(found)) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")


def test_any_text_gives_parts_or_one_error() -> None:
    rng = random.Random(1)
    pieces = re.findall("[^|]+", "!|&|not-|-and-|own-|:|(|)|-|.|random|format|0.5|e9|_|A| |\ud800")
    for _ in range(5000):
        text = "".join(rng.choices(pieces, k=rng.randint(0, 12)))
        try:
            found = parts(text, "here")
        except SuiteError:
            assert names(text) == (text,)
        else:
            assert parts(id_of(found), "here") == found and names(text) == tuple(part.name for part in found)


def test_the_longest_text_is_read_at_once() -> None:
    for unit in ("!", "&", "not-", "-and-", "(", "random(", "own-", "a.", "a:", "-0.", " "):
        names((unit * MAX_TEXT)[:MAX_TEXT])
