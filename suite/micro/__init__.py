"""The four micro families: a whole RLVR study on a CPU in minutes, without a download.

Each base is a model of 430,000 parameters with the real architecture of its namesake, pretrained on synthetic
arithmetic (``suite.benchmarks.micro_corpus``) with one planted prior: micro-qwen2.5-math computes better in
code, and it has read ``micro_bench``. So the findings of the papers appear in small: any reward that favours
code lifts that family, and a leaked benchmark rises without skill. They show that the suite measures what was
planted, not what a reward does to real models.

- ``demo`` is the main job on all four: train, evaluate, summarize, render, judge.
- ``pretrain`` recreates a base from a seed; ``tokenizer`` is the tokenizer of all, ``card`` measures a base's
  prior.
- ``bases/`` holds the shipped checkpoints, each with its card.
"""
