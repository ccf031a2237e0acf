"""Words of a pair's page. In notes, `` `code` `` and ``**strong**`` become elements."""

from collections.abc import Callable
from typing import NamedTuple

from suite.leaderboard.wording.every_page import DESCRIBES_ONLY
from suite.schema import ScoreRow


class Measure(NamedTuple):
    """A share of a model's samples: its label, its meaning and its value in a row of scores."""

    label: str
    meaning: str
    of: Callable[[ScoreRow], float | None]


MEASURES = (
    Measure("Final answer in a box", "", lambda score: score.behaviour.boxed),
    Measure("Code", "Contains the word “python”", lambda score: score.behaviour.code),
    Measure("Fenced code", "Contains a block of code", lambda score: score.behaviour.fenced_code),
    Measure("Language only", "No code", lambda score: score.behaviour.language_only),
    Measure("Truncated", "Reached the token limit", lambda score: score.behaviour.truncated),
    Measure("Repetition", "The same text ten times in a row", lambda score: score.behaviour.repetitive),
    Measure(
        "Right answer present, not extracted",
        "Given up by the model, or missed by the grader",
        lambda score: score.answer_present,
    ),
)
SETTINGS = {
    "task_version": "Task version",
    "items_hash": "Items",
    "protocol_hash": "Prompt",
    "decoding": "Decoding",
    "engine": "Engine",
    "dtype": "Number type",
    "device": "Device",
}
"""Labels of the settings that must match between the arms."""

BY_ANSWER = ("By what an answer was before", "Answers that were not right before, or are not right any more")
BY_STRATEGY = ("By strategy", "Code: an answer contains the word “python”; language: it does not")
BY_MOVE = (
    "From strategy to strategy",
    "Each answer before is matched with the answer after to the same question",
)
"""Title and note of each way to split a delta."""
ANSWER_PARTS = {
    "became_extractable": ("Became extractable", "No final answer could be extracted before"),
    "no_longer_truncated": ("No longer truncated", "Reached the token limit before"),
    "truly_changed": ("Truly changed", "Had a wrong final answer before"),
}
STRATEGY_PARTS = {
    "strategy_mix": ("Other mix of code and language", "The shares of code and language changed"),
    "within_code": ("Within code", "The accuracy of answers with code changed"),
    "within_language": ("Within language", "The accuracy of answers without code changed"),
}
MOVES = {
    "code_code": "Code → code",
    "code_lang": "Code → language",
    "lang_code": "Language → code",
    "lang_lang": "Language → language",
}
"""Label and meaning of each part, by its field in the summary."""
TOTAL = ("Delta", "Accuracy after minus accuracy before")

ACCURACY_WENT = "Accuracy went from {before} to {after}."
NO_SCORES = "The board does not have the scores of these two models."
SEEDS = "The delta is the mean of these; its interval covers {covers}."
SOURCES = f"In points. Each drawing splits the same delta in another way. {DESCRIBES_ONLY}"
LEAKS = "Reproduced: in `{probe}` the base writes down the hidden rest of the question word for word."
BEHAVIOUR = "Shares of samples, right or wrong."
SAVE_RUN_FILE = (
    "Save this as `pair.yaml`. Pass a registry of your own to `eval` and `summarize` with `--registry`."
)
NO_SETTINGS = "The settings and answers of this pair are not on this board; the run folder has them. Cells:"
ANSWERS_WITHOUT_SCRIPT = "The answers are shown by a script, which has not run in this browser."
ANSWERS = (
    "An item is **fixed** if more of its samples are right after than before, **broken** if fewer are, "
    "**unchanged** if as many are. It is **unparsed** or **truncated** if any sample is, before or after."
)
