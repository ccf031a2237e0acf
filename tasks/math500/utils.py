"""Items of math500, for lm-eval."""

from suite.tasks import dataset


def items(**metadata: object) -> object:
    return dataset("math500", **metadata)
