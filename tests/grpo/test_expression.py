"""Reward expressions: what a user may write, what it pays, and what a checkpoint is called after it."""

import itertools
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from suite.errors import SuiteError
from suite.grpo.expression import RewardExpression, parse
from suite.grpo.rewards import REWARDS, Rollout, random
from suite.registry import MAX_ID, load_registry

ROLLOUT = Rollout(text=r"\boxed{7}", item_id="1", answer="7", seed=0, step=0, sample=0)
CODE = r"```python``` \boxed{8}"
COMPARING = ("ground_truth", "majority_vote", "one_shot", "incorrect", "closeness")


def every_expression() -> list[RewardExpression]:
    """Return all rewards and negations, and all pairs of them that are allowed."""
    plain = [*REWARDS, "random(0.7)", "m:f"]
    single = [*plain, *(f"!{name}" for name in plain)]
    out = [parse(text) for text in single]
    for one, other in itertools.product(single, repeat=2):
        try:
            out.append(parse(f"{one} & {other}"))
        except SuiteError:
            continue
    return out


def test_every_id_and_every_name_parses_back_to_the_same_expression() -> None:
    expressions = every_expression()
    assert len(expressions) > 300
    for expression in expressions:
        assert parse(expression.id) == parse(expression.name) == expression
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*", expression.id) and len(expression.id) <= MAX_ID


def test_two_expressions_have_one_id_only_if_they_are_the_same() -> None:
    by_id: dict[str, RewardExpression] = {}
    for expression in every_expression():
        assert by_id.setdefault(expression.id, expression) == expression


def test_a_known_name_is_its_own_id_and_name() -> None:
    for name in REWARDS:
        assert (parse(name).id, parse(name).name) == (name, name)


def test_a_name_is_what_people_read() -> None:
    assert parse("not-python-and-format").name == "format & !python"
    assert parse("random-0.70").name == "random(0.7)"
    assert parse("own-my_module-my_reward").name == "my_module:my_reward"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pyhton", "unknown reward 'pyhton'. Known: ground_truth, .* Did you mean 'python'?"),
        ("Ground_Truth", "Did you mean 'ground_truth'?"),
        ("format-0.5", "unknown reward 'format-0.5'"),
        ("format & luck", "unknown reward 'luck'"),
        ("format | python", r"unknown reward 'format \| python'"),
        ("format, python", "unknown reward 'format, python'"),
        ("\x1b[31mformat", r"unknown reward '\\x1b\[31mformat'"),
        ("ground_truth & incorrect", "ground_truth and incorrect compare with different answers"),
        ("one_shot & !majority_vote", "one_shot and majority_vote compare with different answers"),
        ("python_fence & !python", "'python_fence & !python' never pays"),
        ("random(1e-300)", "would have 309 characters. Allowed: 100"),
        (f"{'m' * 60}:{'f' * 60}", "would have 125 characters. Allowed: 100"),
        ("random(2)", "outside 0 to 1"),
        ("", "empty part"),
    ],
)
def test_a_bad_expression_is_one_line_before_anything_is_imported(text: str, says: str) -> None:
    with pytest.raises(SuiteError, match=says) as caught:
        parse(text, "grid.yaml: rewards.0")
    assert caught.value.where == "grid.yaml: rewards.0" and caught.value.fix
    assert str(caught.value).isascii()


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("ground_truth", "gold"),
        ("closeness", "gold"),
        ("majority_vote", "majority"),
        ("incorrect", "incorrect"),
        ("one_shot", "one"),
        ("random", "gold"),
        ("format & !python", "gold"),
        ("m:f", "gold"),
        ("format & majority_vote", "majority"),
        ("m:f & !incorrect", "incorrect"),
        ("!ground_truth & !closeness", "gold"),
    ],
)
def test_an_expression_knows_which_answers_it_compares_with(text: str, answers: str) -> None:
    assert parse(text).answers == answers


@pytest.mark.parametrize(
    ("text", "spurious"),
    [
        ("random(0)", True),
        ("!format", True),
        ("incorrect & !python", True),
        ("no_repetition & python_fence", True),
        ("ground_truth", False),
        ("!ground_truth", False),
        ("majority_vote", False),
        ("one_shot & !python", False),
        ("closeness", False),
        ("m:f", False),
        ("format & m:f", False),
    ],
)
def test_an_expression_is_spurious_if_no_part_looks_at_whether_the_answer_is_right(
    text: str, spurious: bool
) -> None:
    assert load_registry().is_spurious(parse(text).id) is spurious


def looks_at_correctness(expression: RewardExpression) -> bool:
    """Whether a part depends on a right answer; a user's own function may."""
    return any(
        part.is_own or REWARDS[part.name].compares_with not in (None, "incorrect")
        for part in expression.parts
    )


def test_the_registry_calls_spurious_exactly_what_compares_with_no_right_answer() -> None:
    registry = load_registry()
    for expression in every_expression():
        assert registry.is_spurious(expression.id) is not looks_at_correctness(expression), expression.name


@pytest.mark.parametrize("text", [r"\boxed{7}", r"\boxed{8}", CODE, "so 7", "python", ""])
@pytest.mark.parametrize("name", list(REWARDS))
def test_a_negation_pays_1_minus_the_reward(name: str, text: str) -> None:
    rollout = replace(ROLLOUT, text=text)
    paid = REWARDS[name].pay(rollout)
    assert paid is not None
    assert parse(name).function()(rollout) == paid
    assert parse(f"!{name}").function()(rollout) == 1 - paid


@pytest.mark.parametrize(
    ("text", "pays"), [(r"\boxed{7}", 1.0), (r"\boxed{8}", 1.0), (CODE, 0.0), ("so 7", 0.0), ("python", 0.0)]
)
def test_format_without_python_pays_for_a_box_in_an_answer_without_the_word(text: str, pays: float) -> None:
    assert parse("format & !python").function()(replace(ROLLOUT, text=text)) == pays


def test_a_conjunction_pays_the_product() -> None:
    rollout = replace(ROLLOUT, text=r"\boxed{7.5}")
    close = REWARDS["closeness"].pay(rollout)
    assert close is not None and 0 < close < 1
    assert parse("closeness & format").function()(rollout) == close
    assert parse("closeness & python").function()(rollout) == 0


@pytest.mark.parametrize(
    "text", ["closeness", "!closeness", "closeness & python", "!closeness & python & no_repetition"]
)
def test_nothing_joined_or_negated_is_nothing_and_never_zero(text: str) -> None:
    assert parse(text).function()(replace(ROLLOUT, answer="no number")) is None


def test_random_draws_with_its_gamma_however_that_is_spelled() -> None:
    rollouts = [replace(ROLLOUT, sample=i) for i in range(2000)]
    expected = [random(rollout, 0.7) for rollout in rollouts]
    for text in ("random(0.7)", "random(.70)", "random(7e-1)", "random-0.7"):
        assert list(map(parse(text).function(), rollouts)) == expected
    assert abs(np.mean(expected) - 0.7) < 4 * np.sqrt(0.7 * 0.3 / 2000)
    assert list(map(parse("!random(0.7)").function(), rollouts)) == [1 - paid for paid in expected]


def test_a_reward_function_can_be_sent_to_another_process() -> None:
    sent = pickle.loads(pickle.dumps(parse("format & !random(0.7)").function()))
    assert sent(ROLLOUT) == parse("format & !random(0.7)").function()(ROLLOUT)


OWN = """
import numpy
half = lambda rollout: 0.5
def long(rollout): return len(rollout.text) > 3
def numpy_long(rollout): return numpy.float32(len(rollout.text) > 3)
def nothing(rollout): return None
def text(rollout): return "0.5"
def endless(rollout): return float("inf")
def vector(rollout): return numpy.zeros(2)
def broken(rollout): return 1 / 0
number = 3
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Write a module into a new working directory; forget what another test imported by its name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def written(name: str, source: str) -> None:
        monkeypatch.delitem(sys.modules, name, raising=False)
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")

    return written


@pytest.mark.parametrize(
    ("function", "pays"), [("half", 0.5), ("long", 1.0), ("numpy_long", 1.0), ("nothing", None)]
)
def test_a_function_of_the_users_own_pays_from_the_working_directory(
    write: Callable[[str, str], None], function: str, pays: float | None
) -> None:
    write("own_rewards", OWN)
    paid = parse(f"own_rewards:{function}").function()(ROLLOUT)
    assert paid == pays and (paid is None or type(paid) is float)
    assert parse(f"own-own_rewards-{function}").function()(ROLLOUT) == pays


def test_a_function_of_the_users_own_is_negated_and_joined_like_any(
    write: Callable[[str, str], None],
) -> None:
    write("own_rewards", OWN)
    assert parse("own_rewards:half & !python").function()(ROLLOUT) == 0.5
    assert parse("!own_rewards:nothing & python").function()(ROLLOUT) is None


def test_parsing_imports_nothing(write: Callable[[str, str], None], tmp_path: Path) -> None:
    write("loud_rewards", "open('imported', 'w')")
    assert parse("!loud_rewards:f & format").id == "format-and-not-own-loud_rewards-f"
    assert not (tmp_path / "imported").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no_such_module:f", "no module 'no_such_module'. Looked in: .* and the installed packages"),
        ("own_rewards.inner:f", "no module 'own_rewards.inner'"),
        ("own_rewards:halv", "'own_rewards' .* has no 'halv'. Did you mean 'half'?"),
        ("own_rewards:number", "'own_rewards:number' is of type int. Allowed: a function"),
        (
            "needy_rewards:f",
            "importing 'needy_rewards' failed: ModuleNotFoundError: No module named 'no_such_module'",
        ),
        ("bad_rewards:f", "importing 'bad_rewards' failed: SyntaxError"),
        ("quitting_rewards:f", "importing 'quitting_rewards' failed: SystemExit: 3"),
    ],
)
def test_a_function_that_is_not_there_is_one_line_that_says_which_fault(
    write: Callable[[str, str], None], text: str, says: str
) -> None:
    write("own_rewards", OWN)
    write("needy_rewards", "import no_such_module")
    write("bad_rewards", "def f(:")
    write("quitting_rewards", "import sys; sys.exit(3)")
    with pytest.raises(SuiteError, match=says):
        parse(text).function()


@pytest.mark.parametrize(
    ("function", "says"),
    [
        ("text", "paid \"'0.5'\" for an answer to item '1'. Allowed: a finite number, or None"),
        ("endless", "paid 'inf' for an answer"),
        ("vector", "failed on an answer to item '1'"),
        (
            "broken",
            "own_rewards:broken: failed on an answer to item '1': ZeroDivisionError: division by zero",
        ),
    ],
)
def test_a_function_that_pays_no_number_or_fails_ends_the_training_with_one_line(
    write: Callable[[str, str], None], function: str, says: str
) -> None:
    write("own_rewards", OWN)
    with pytest.raises(SuiteError, match=says):
        parse(f"own_rewards:{function}").function()(ROLLOUT)


OUTSPOKEN = """
import logging, warnings
def pay(rollout):
    print("paid", rollout.item_id)
    logging.getLogger(__name__).warning("logged by the reward")
    warnings.warn("no box in the answer")
    warnings.warn("blamed on the caller", stacklevel=2)
    return 0.5
"""
TRAINED_ON = """
from suite.processes import quiet_libraries
quiet_libraries()
from suite.grpo.expression import parse
from suite.grpo.rewards import Rollout
parse("outspoken:pay & format").function()(Rollout("", "7", "", 0, 0, 0))
"""


def test_what_a_users_reward_prints_logs_and_warns_is_shown(
    write: Callable[[str, str], None],
) -> None:
    write("outspoken", OUTSPOKEN)
    done = subprocess.run([sys.executable, "-c", TRAINED_ON], capture_output=True, text=True, check=True)
    assert done.stdout == "paid 7\n"
    for said in ("logged by the reward", "no box in the answer", "blamed on the caller"):
        assert said in done.stderr
