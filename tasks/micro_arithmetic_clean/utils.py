"""Items of micro_arithmetic_clean, for lm-eval."""

from suite.tasks import dataset


def items(**metadata: object) -> object:
    return dataset("micro_arithmetic_clean", **metadata)
