"""Workers: killed when they hang, replaced when they end, and of one process alone."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from suite.grade.workers import Workers


def test_a_worker_starts_without_torch() -> None:
    check = "import sys, math_verify, suite.grade.workers; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check]).returncode == 0


@pytest.mark.slow
def test_a_worker_that_does_not_end_is_killed_and_the_others_answer() -> None:
    workers = Workers(2)
    pairs = [("9^{9^{9^9}}", "5"), ("x+1", "1+x"), ("x+1", "x+2"), ("10000000!", "5")]
    assert workers.equal(pairs) == [None, True, False, None]
    assert workers.equal(pairs[1:3]) == [True, False]
    workers.close()


@pytest.mark.slow
def test_a_worker_that_was_killed_from_outside_is_replaced() -> None:
    workers = Workers(1)
    assert workers.equal([("2", "2")]) == [True]
    workers.idle[0].process.kill()
    assert workers.equal([("x+1", "1+x")]) == [True]
    workers.close()


@pytest.mark.slow
def test_a_forked_process_has_workers_of_its_own() -> None:
    workers = Workers(1)
    assert workers.equal([("x+1", "1+x")]) == [True]
    with ThreadPoolExecutor(2) as pool:
        assert (
            list(pool.map(lambda pair: workers.equal([pair])[0], [("2", "3"), ("x+1", "1+x")] * 3))
            == [False, True] * 3
        )
    child = os.fork()
    if child == 0:
        right = workers.equal([("2", "3"), ("x+1", "1+x")]) == [False, True]
        workers.close()
        os._exit(0 if right else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert workers.equal([("2", "3"), ("x+1", "1+x")]) == [False, True]
    workers.close()
