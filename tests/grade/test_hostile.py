"""Hostile answers: bounded by their structure, so graded quickly and alike everywhere."""

import json
import random
import resource
from time import process_time

import pytest

from suite.grade import grade

HOSTILE = {
    "a tower of powers": r"\boxed{9^{9^{9^9}}}",
    "a tower in brackets": r"\boxed{((((9^9)^9)^9)^9)^9}",
    "a large factorial": r"\boxed{1000000!}",
    "a factorial of factorials": r"\boxed{((5!)!)!}",
    "factorials of a fraction": r"\boxed{0.5!!!!!!!!!!}",
    "400 nested braces": "\\boxed{" + "{" * 400 + "1" + "}" * 400 + "}",
    "400 nested brackets": "\\boxed{" + "(" * 400 + "1" + ")" * 400 + "}",
    "900 signs": "\\boxed{" + "-" * 900 + "1}",
    "140 roots of roots": "\\boxed{" + "\\sqrt" * 140 + "2}",
    "a sum of 100,000 terms": "\\boxed{" + "+".join(["1"] * 100_000) + "}",
    "a sum of 400 terms": "\\boxed{" + "+".join(["x"] * 400) + "}",
    "a sum by sign": r"\boxed{\sum_{k=1}^{100000} k^k}",
    "16,000 digits": "9" * 16_000,
    "16,000 boxed digits": "\\boxed{" + "9" * 16_000 + "}",
    "a megabyte of words": "a b " * 250_000,
    "a megabyte of numbers": "1 " * 500_000,
    "a megabyte of boxes": r"\boxed{1} " * 110_000,
    "a megabyte of open boxes": "\\boxed{" * 140_000,
    "a megabyte of cues": "the answer is " * 70_000,
    "a megabyte of hope": "final answer is $" * 60_000,
    "a megabyte of dollars": "$" * 1_000_000,
    "control characters": "\\boxed{" + "".join(map(chr, range(32))) + "1}",
    "a lone surrogate": "\\boxed{\ud83d}",
    "unbalanced boxes": r"\boxed{1}}}}{{{{ \boxed{{{{2}",
    "a box of code": "\\boxed{import os\nos.system('rm')\nfor i in range(10**9): pass}",
    "a large power of a sum": r"\boxed{(x+y)^{999}}",
    "a power of a power": r"\boxed{2^{10^{18}}}",
    "60 variables": "\\boxed{" + "+".join(f"x_{{{i}}}^{{{i}}}" for i in range(60)) + "}",
    "a large binomial": r"\boxed{\binom{100000}{50000}}",
    "exponentials": r"\boxed{e^{e^{e^{e^{10}}}}}",
    "a list of 400": "\\boxed{" + ",".join(["x"] * 400) + "}",
    "signs both ways": "\\boxed{" + "\\pm".join("123456789" * 5) + "}",
    "zero over zero": r"\boxed{\frac{0}{0}}",
    "a root of degree zero": r"\boxed{\sqrt[0]{2}}",
    "the tangent of a large number": r"\boxed{\tan{10^{300}}}",
    "an unknown macro": r"\boxed{\foo{2}^{999}+\foo{3}}",
}
GOLDS = ("5", r"\frac{1}{2}", r"x^2+\sqrt{3}", "(1,2)", r"\text{even}")
MAX_SECONDS, MAX_BYTES = 1.0, 500 * 2**20


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_an_ordinary_miss_at_no_cost(name: str) -> None:
    for gold in GOLDS:
        started, memory = process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        outcome = grade(HOSTILE[name], gold).outcome
        assert outcome in {"wrong", "unparsed"}
        assert process_time() - started < MAX_SECONDS
        assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) * 1024 < MAX_BYTES


JUMBLE = r"""
1 2 10 . x y n i e \pi \frac { } {1} ( ) [ ] \{ \} , ; + - * / ^ _ ! | \sqrt \sin \log = < > \leq \in \cup \pm
\text{and} \text{cm} \% \$ ^\circ \infty \begin{pmatrix} \end{pmatrix} & \\ \binom " ' : \overline
\left( \right) \lfloor \equiv abc apple
"""


def test_no_jumble_of_latex_breaks_the_grader() -> None:
    draw = random.Random(0)
    for _ in range(1500):
        jumble = " ".join(draw.choices(JUMBLE.split(), k=draw.choice([3, 8, 25, 80])))
        assert grade(f"\\boxed{{{jumble}}}", draw.choice(GOLDS)).outcome != "error", json.dumps(jumble)


@pytest.mark.parametrize(
    "text",
    [
        r"x^2+\sqrt3+0(10^{390}+" + "+".join(["(ix)!"] * 45) + ")",
        r"\gcd(3," + "(" * 10 + "3" + ")^3" * 10 + ")",
        r"\ln" * 240 + "2",
        "ab " * 200,
        "x " * 249,
        "-" * 240 + r"\pi",
    ],
)
def test_no_answer_makes_the_grader_work_for_long(text: str) -> None:
    for gold in (r"x^2+\sqrt{3}", "3", r"\lfloor x \rfloor + 1"):
        started = process_time()
        assert grade(f"\\boxed{{{text}}}", gold).outcome == "wrong"
        assert process_time() - started < 0.5
