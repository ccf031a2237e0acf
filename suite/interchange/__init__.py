"""Answers of other tools brought into a run, one file a format: ``rlvr-suite import lm-eval FOLDER --model ID --out RUN``.

A format module reads a file into ``AnswerSet``; ``matching`` finds the items they answer, ``statement`` holds what is said of how
they were drawn, and ``imported`` makes cells of them. Whatever does not fit is an error, and then nothing is written.
"""
