"""The answer that a text gives. Every step is linear in the text's length, whatever the text.

The order is that of Spurious Rewards (``qwen_math_parser.py``): "final answer is $..$. I hope", the last
``\\boxed{}``, "the answer is", "final answer is", the Chinese cue, the last number of the text. One step is
ours, after the box: the content of ``<answer>`` tags, which R1-style prompts ask for.

>>> extract("I think 3. So \\\\boxed{4}, not 5"), extract("Hence the answer is $x+1$, as 2 shows")
('4', 'x+1')
"""

import re

MAX_BOXES = 50
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+(?![\d])|\d+)(?:\.\d+)?")
_BOX = re.compile(r"\\(?:boxed|fbox)\b\s*")
_BARE_BOX = re.compile(r"-?[\w.]+")
"""What a box without braces holds: ``\\boxed 5``."""
_BRACE = re.compile(r"\\[{}]|[{}]")
_HOPED = "final answer is $"
_CUES = ("he answer is", "final answer is", "答案是")
_CUED_FORMULA = re.compile(r"(?:[a-z]+,? )?(?:\$([^$]+)\$|\\\((.+?)\\\))")
_CUE_END = re.compile(
    r"\.(?:\s|$)|。|</|<\||!(?:\s|$)|,? (?:because|since|as|so|which)\b| \((?:because|since|as)\b"
)
"""Where the announced answer ends: the sentence does, or its reason begins."""
_TAG = "<answer>"
_INLINE = re.compile(r"\$([^$]+)\$(?!\d)|\\\((.+?)\\\)|\\\[(.+?)\\\]")
"""A formula within a line; "$5 or $6" is money."""
_TO_COMPUTE = re.compile(r"\\(?:div|times)\b")
_SENTENCE = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,} [a-zA-Z]{2,}")
"""Two words in a row: prose, so not an expression."""
_LINE_CHARS = 2000
"""How many last characters may count as the last line."""
_TAIL_CHARS = 100_000
"""The last number is looked for in so many last characters."""


def extract(text: str) -> str | None:
    """Return the answer that ``text`` gives, or None (the order is at the top of the module)."""
    return _hoped(text) or last_boxed(text) or tagged(text) or after_cue(text) or last_number(text)


def _hoped(text: str) -> str | None:
    """Return the last of Minerva's closing formulas, "The final answer is $..$. I hope it is correct"."""
    end = text.rfind("$. I hope")
    start = text.rfind(_HOPED, 0, end) if end >= 0 else -1
    if start < 0:
        return None
    answer = text[start + len(_HOPED) : end]
    return answer.strip() or None if "$" not in answer else None


def last_boxed(text: str) -> str | None:
    """Return the content of the last ``\\boxed{...}``; None if it is missing, empty or not closed."""
    start = max(text.rfind("\\boxed"), text.rfind("\\fbox"))
    match = _BOX.match(text, start) if start >= 0 else None
    if match is None:
        return None
    if text[match.end() : match.end() + 1] == "{":
        return _braced(text, match.end())
    bare = _BARE_BOX.match(text, match.end())
    return bare.group() if bare else None


def tagged(text: str) -> str | None:
    """Return what the last ``<answer>`` tag holds.

    Its one formula, or what its cue announces; of another sentence the last number.
    """
    if _TAG not in text:
        return None
    # The tag may stay open, when the text was cut off.
    content = text.rsplit(_TAG, 1)[1][:_LINE_CHARS].split("</answer", 1)[0].strip()
    formulas = _inline_formulas(content)
    if len(formulas) == 1 and formulas[0].strip():
        return formulas[0].strip()
    cued = after_cue(content)
    if cued:
        return cued
    # "They meet after 12 miles" is a sentence; anything else is the answer as it stands.
    return (last_number(content) if _SENTENCE.search(content) else content) or None


def after_cue(text: str) -> str | None:
    """Return what the last cue announces: the formula after it, or the rest of its sentence or line."""
    for cue in _CUES:
        if cue in text:
            line = text.rsplit(cue, 1)[1].lstrip(" :：\n*")[:_LINE_CHARS].split("\n", 1)[0]
            formula = _CUED_FORMULA.match(line)
            if formula:
                return (formula.group(1) or formula.group(2)).strip() or None
            answer = _CUE_END.split(line, maxsplit=1)[0].strip(" :$*。!")
            return answer if answer and "\\boxed" not in answer else None
    return None


def last_number(text: str) -> str | None:
    """Return the last number that ``text`` names."""
    numbers = _NUMBER.findall(text[-_TAIL_CHARS:])
    return numbers[-1] if numbers else None


def candidates(text: str) -> list[str]:
    """Return what might have been meant as the answer.

    These are all boxes, what a cue announces, and the formulas and numbers of the last line. A number inside
    a box or a formula is not one by itself: 2 is no answer of ``\\boxed{2^{10} \\mod 7}``.
    """
    found = boxes(text)
    cued = after_cue(text)
    if cued:
        found.append(cued)
    last_line = _without_boxes(text.rstrip()[-_LINE_CHARS:]).rsplit("\n", 1)[-1]
    for formula in _inline_formulas(last_line):
        found += filter(None, map(str.strip, _stated(formula)))
    return found + _NUMBER.findall(_INLINE.sub(" ", last_line))


def boxes(text: str) -> list[str]:
    """Return the contents of the last ``MAX_BOXES`` boxes, in their order.

    They are closed, not empty, and hold no further box.
    """
    ends = [match.end() for match in _BOX.finditer(text)]
    starts = [end for end in ends if text[end : end + 1] == "{"][-MAX_BOXES:]
    contents = []
    for start, next_start in zip(starts, [*starts[1:], len(text)], strict=False):
        # Up to the next box only: an outer box is not closed there, and the search stays linear.
        content = _braced(text, start, next_start)
        if content:
            contents.append(content)
    return contents


def _inline_formulas(line: str) -> list[str]:
    return ["".join(groups) for groups in _INLINE.findall(line)]


def _stated(formula: str) -> list[str]:
    """Return what a formula gives as an answer.

    Of "2+2=4" these are the equation and "4"; "6 \\div 3" is still to be computed and gives nothing.
    """
    if "=" in formula:
        return [formula, formula.rsplit("=", 1)[1]]
    return [] if _TO_COMPUTE.search(formula) else [formula]


def _without_boxes(text: str) -> str:
    """Return ``text`` with a blank for every box; one that is not closed reaches to the end."""
    kept = ""
    while match := _BOX.search(text):
        kept += text[: match.start()] + " "
        text = text[match.end() :]
        if text.startswith("{"):
            closing = closing_brace(text, 0)
            text = text[closing + 1 :] if closing >= 0 else ""
        else:
            bare = _BARE_BOX.match(text)
            text = text[bare.end() :] if bare else text
    return kept + text


def closing_brace(text: str, opening: int, end: int | None = None) -> int:
    """Return the index of the brace that closes the one at ``opening``, before ``end``; -1 if none does.

    ``\\{`` and ``\\}`` do not count.
    """
    depth = 0
    for match in _BRACE.finditer(text, opening, len(text) if end is None else end):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if depth == 0:
            return match.start()
    return -1


def _braced(text: str, opening: int, end: int | None = None) -> str | None:
    """Return the text from the brace at ``opening`` to its closing one; None if empty or open."""
    closing = closing_brace(text, opening, end)
    return text[opening + 1 : closing].strip() or None if closing >= 0 else None
