"""The answer that a text gives. Every step is linear in the text's length, whatever the text.

Order (Spurious Rewards, ``qwen_math_parser.py``): "final answer is $..$. I hope", the last ``\\boxed{}``, "the answer is",
"final answer is", the Chinese cue, the last number of the text.
"""

import re

_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+(?![\d])|\d+)(?:\.\d+)?")
_BOX = re.compile(r"\\(?:boxed|fbox)\b\s*")
_CUES = ("he answer is", "final answer is", "答案是")
_BRACE = re.compile(r"\\[{}]|[{}]")
MAX_BOXES = 50
_TAIL_CHARS = 100_000
"""The last number is looked for in so many last characters."""


def _braced(text: str, opening: int, end: int) -> str | None:
    """What stands between the brace at ``opening`` and the one that closes it before ``end``; None if nothing or none does."""
    depth = 0
    for match in _BRACE.finditer(text, opening, end):
        token = match.group()
        if len(token) == 1:
            depth += 1 if token == "{" else -1
            if depth == 0:
                return text[opening + 1 : match.start()].strip() or None
    return None


def boxes(text: str) -> list[str]:
    """Contents of the last ``MAX_BOXES`` closed, non-empty ``\\boxed{...}`` that hold no further box, in their order."""
    starts = [match.end() for match in _BOX.finditer(text) if text[match.end() : match.end() + 1] == "{"][-MAX_BOXES:]
    found = [_braced(text, start, end) for start, end in zip(starts, [*starts[1:], len(text)], strict=False)]
    return [content for content in found if content]


def last_boxed(text: str) -> str | None:
    """Content of the last ``\\boxed{...}`` with balanced braces; None if there is none or it is empty."""
    start = max(text.rfind("\\boxed"), text.rfind("\\fbox"))
    if start < 0:
        return None
    match = _BOX.match(text, start)
    if match and text[match.end() : match.end() + 1] == "{":
        return _braced(text, match.end(), len(text))
    bare = re.match(r"-?[\w.]+", text[match.end() :]) if match else None  # \boxed 5
    return bare.group() if bare else None


def _hoped(text: str) -> str | None:
    """Minerva's closing formula: "The final answer is $..$. I hope it is correct."."""
    parts = text.split("final answer is $", 1)
    if len(parts) == 1 or "$. I hope" not in parts[1]:
        return None
    return parts[1].split("$. I hope", 1)[0].strip() or None


def after_cue(text: str) -> str | None:
    """What the last cue phrase announces, up to the end of its sentence or line."""
    for cue in _CUES:
        if cue in text:
            line = text.rsplit(cue, 1)[1].lstrip(" :：\n")[:2000].split("\n", 1)[0]
            answer = re.split(r"\.(?:\s|$)|。", line, maxsplit=1)[0].strip(" :$*。")
            return answer if answer and "\\boxed" not in answer else None
    return None


def last_number(text: str) -> str | None:
    """The last number that ``text`` names."""
    numbers = _NUMBER.findall(text[-_TAIL_CHARS:])
    return numbers[-1] if numbers else None


def extract(text: str) -> str | None:
    """The answer that ``text`` gives, or None (the order stands at the top of the module)."""
    return _hoped(text) or last_boxed(text) or after_cue(text) or last_number(text)


def candidates(text: str) -> list[str]:
    """What might have been meant as the answer: every box, what a cue announces, and formulas and numbers of the last line."""
    last_line = text.rstrip()[-2000:].rsplit("\n", 1)[-1]
    cued = after_cue(text)
    return [*boxes(text), *([cued] if cued else []), *re.findall(r"\$([^$]+)\$", last_line), *_NUMBER.findall(last_line)]
