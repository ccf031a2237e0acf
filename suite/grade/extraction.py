"""The answer that a text gives. Every step is linear in the text's length, whatever the text.

Order (Spurious Rewards, ``qwen_math_parser.py``): "final answer is $..$. I hope", the last ``\\boxed{}``, "the answer is",
"final answer is", the Chinese cue, the last number of the text. One step is ours, after the box: what stands between ``<answer>``
tags, which R1-style prompts ask for.
"""

import re

_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+(?![\d])|\d+)(?:\.\d+)?")
_BOX = re.compile(r"\\(?:boxed|fbox)\b\s*")
_CUES = ("he answer is", "final answer is", "答案是")
_FINAL = "final answer is $"
_FORMULA = re.compile(r"(?:[a-z]+,? )?(?:\$([^$]+)\$|\\\((.+?)\\\))")
_END = re.compile(
    r"\.(?:\s|$)|。|</|<\||!(?:\s|$)|,? (?:because|since|as|so|which)\b| \((?:because|since|as)\b"
)
_BRACE = re.compile(r"\\[{}]|[{}]")
MAX_BOXES = 50
_INLINE = re.compile(r"\$([^$]+)\$(?!\d)|\\\((.+?)\\\)|\\\[(.+?)\\\]")
"""A formula within a line; "$5 or $6" is money."""
_TO_COMPUTE = re.compile(r"\\(?:div|times)\b")
_TAG = "<answer>"
_SENTENCE = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,} [a-zA-Z]{2,}")
"""Two words in a row: prose, and no expression."""
_LINE_CHARS = 2000
"""At most so many last characters are the last line."""
_TAIL_CHARS = 100_000
"""The last number is looked for in so many last characters."""


def closing_brace(text: str, opening: int, end: int | None = None) -> int:
    """Index of the brace that closes the one at ``opening`` before ``end``; -1 if none does. ``\\{`` and ``\\}`` do not count."""
    depth = 0
    for match in _BRACE.finditer(text, opening, len(text) if end is None else end):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if depth == 0:
            return match.start()
    return -1


def _braced(text: str, opening: int, end: int | None = None) -> str | None:
    """What stands between the brace at ``opening`` and the one that closes it before ``end``; None if nothing or none does."""
    closing = closing_brace(text, opening, end)
    return text[opening + 1 : closing].strip() or None if closing >= 0 else None


def boxes(text: str) -> list[str]:
    """Contents of the last ``MAX_BOXES`` closed, non-empty ``\\boxed{...}`` that hold no further box, in their order."""
    starts = [match.end() for match in _BOX.finditer(text) if text[match.end() : match.end() + 1] == "{"][
        -MAX_BOXES:
    ]
    found = [_braced(text, start, end) for start, end in zip(starts, [*starts[1:], len(text)], strict=False)]
    return [content for content in found if content]


def last_boxed(text: str) -> str | None:
    """Content of the last ``\\boxed{...}`` with balanced braces; None if there is none or it is empty."""
    start = max(text.rfind("\\boxed"), text.rfind("\\fbox"))
    if start < 0:
        return None
    match = _BOX.match(text, start)
    if match and text[match.end() : match.end() + 1] == "{":
        return _braced(text, match.end())
    bare = re.match(r"-?[\w.]+", text[match.end() :]) if match else None  # \boxed 5
    return bare.group() if bare else None


def _hoped(text: str) -> str | None:
    """Minerva's closing formula: "The final answer is $..$. I hope it is correct."; the last one of the text."""
    end = text.rfind("$. I hope")
    start = text.rfind(_FINAL, 0, end) if end >= 0 else -1
    answer = text[start + len(_FINAL) : end] if start >= 0 else ""
    return answer.strip() or None if "$" not in answer else None


def after_cue(text: str) -> str | None:
    """What the last cue phrase announces: a formula that follows at once, or the rest of its sentence or line."""
    for cue in _CUES:
        if cue in text:
            line = text.rsplit(cue, 1)[1].lstrip(" :：\n*")[:2000].split("\n", 1)[0]
            formula = _FORMULA.match(line)
            if formula:
                return (formula.group(1) or formula.group(2)).strip() or None
            answer = _END.split(line, maxsplit=1)[0].strip(" :$*。!")
            return answer if answer and "\\boxed" not in answer else None
    return None


def tagged(text: str) -> str | None:
    """What the last ``<answer>`` tag holds: its one formula or what its cue announces; of another sentence the last number."""
    if _TAG not in text:
        return None
    content = text.rsplit(_TAG, 1)[1][:_LINE_CHARS].split("</answer", 1)[0].strip()
    formulas = ["".join(groups).strip() for groups in _INLINE.findall(content)]
    if len(formulas) == 1 and formulas[0]:
        return formulas[0]
    cued = after_cue(content)
    return cued or (last_number(content) if _SENTENCE.search(content) else content) or None


def last_number(text: str) -> str | None:
    """The last number that ``text`` names."""
    numbers = _NUMBER.findall(text[-_TAIL_CHARS:])
    return numbers[-1] if numbers else None


def extract(text: str) -> str | None:
    """The answer that ``text`` gives, or None (the order stands at the top of the module)."""
    return _hoped(text) or last_boxed(text) or tagged(text) or after_cue(text) or last_number(text)


def _without_boxes(text: str) -> str:
    """``text`` with a blank for every box; one that is not closed reaches to the end."""
    out, rest = "", text
    while match := _BOX.search(rest):
        out += rest[: match.start()] + " "
        rest = rest[match.end() :]
        if rest.startswith("{"):
            closing = closing_brace(rest, 0)
            rest = rest[closing + 1 :] if closing >= 0 else ""
        else:
            rest = re.sub(r"^-?[\w.]+", "", rest)
    return out + rest


def _stated(formula: str) -> list[str]:
    """What a formula gives as an answer: of "2+2=4" the equation and "4", of "6 \\div 3", still to be computed, nothing."""
    if "=" in formula:
        return [formula, formula.rsplit("=", 1)[1]]
    return [] if _TO_COMPUTE.search(formula) else [formula]


def candidates(text: str) -> list[str]:
    """What might have been meant as the answer: every box, what a cue announces, and formulas and numbers of the last line.

    A number inside a box or a formula is none by itself: 2 is no answer of ``\\boxed{2^{10} \\mod 7}``.
    """
    cued = after_cue(text)
    last_line = _without_boxes(text.rstrip()[-_LINE_CHARS:]).rsplit("\n", 1)[-1]
    formulas = ["".join(groups) for groups in _INLINE.findall(last_line)]
    stated = [part.strip() for formula in formulas for part in _stated(formula)]
    return [
        *boxes(text),
        *([cued] if cued else []),
        *filter(None, stated),
        *_NUMBER.findall(_INLINE.sub(" ", last_line)),
    ]
