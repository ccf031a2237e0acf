"""Items of micro_bench, for lm-eval."""

from suite.tasks import dataset


def items(**metadata: object) -> object:
    return dataset("micro_bench", **metadata)


def probe_items(**metadata: object) -> object:
    return dataset("micro_bench_partial", **metadata)
