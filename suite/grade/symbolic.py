"""math-verify's word on two answers, for what the suite's own reader does not know. It runs in ``suite.grade.workers``."""


def math_verify_equal(answer: str, gold: str) -> bool:
    """Whether math-verify takes ``answer`` for ``gold``. No timeouts of its own: the worker is killed from outside."""
    from math_verify import parse, verify

    sides = [parse(f"\\boxed{{{side}}}", parsing_timeout=None) for side in (gold, answer)]
    return bool(verify(*sides, timeout_seconds=None))
