"""How an answer is written, whether or not it is right: pure text -> flags.

Code reasoning is the detector of Spurious Rewards (arXiv 2506.10947, section 4.2): the word "python" in any case.
"""

from suite.grade import last_boxed


def is_code(text: str) -> bool:
    """Whether ``text`` reasons in code, by the paper's detector."""
    return "python" in text.lower()


def is_boxed(text: str) -> bool:
    """Whether ``text`` holds a non-empty ``\\boxed{}``: what the format reward pays for."""
    return last_boxed(text) is not None
