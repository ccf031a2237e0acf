"""What math-verify makes of two answers; ``suite.grade.workers`` calls it in a worker."""


def math_verify_equal(answer: str, gold: str) -> bool:
    """Whether math-verify takes ``answer`` for ``gold``.

    Its own timeouts are off: the worker is killed from outside.
    """
    from math_verify import parse, verify

    parsed_gold = parse(f"\\boxed{{{gold}}}", parsing_timeout=None)
    parsed_answer = parse(f"\\boxed{{{answer}}}", parsing_timeout=None)
    return bool(verify(parsed_gold, parsed_answer, timeout_seconds=None))
