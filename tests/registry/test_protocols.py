"""Protocols: the exact text that a model sees, and where it is stopped."""

import hashlib
import json
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from suite.errors import SuiteError
from suite.files.shipped import builtin_model
from suite.micro.tokenizer import build_tokenizer
from suite.registry import load_registry
from suite.registry.protocols import PLAIN, SLOT, Prompt, Protocol, has_chat_template, prompt_of

PROTOCOLS = load_registry().protocols
LATEX = r"Find \frac{1}{2} of {problem} and {0} {x!r} %s $\boxed{3}$"
GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "golden_prompts.json").read_text(encoding="utf-8"))
"""Protocol id -> its whole prompt for ``GOLDEN["problem"]``; chat templates are those of
micro-qwen2.5-math.
"""
CHATTY = builtin_model("micro-qwen2.5-math")

AUTHORS_TEXTS = {
    "r1": ("0a832cd946d1c6ce", "{}"),
    "r1_drgrpo": ("56213732da87e12a", "{question}"),
    "qwen_math": ("9516370d683fa6ed", "{input}"),
    "qwen_boxed": ("a16c3b73f538a640", "{input}"),
    "sober": ("294b88abff0633d7", "{Question}"),
}
"""Start of the SHA-256 of the literal in the authors' code (formatted once), and what they write for the
slot.
"""


def made(protocol_id: str, folder: Path | None = CHATTY) -> Prompt:
    return prompt_of(protocol_id, PROTOCOLS[protocol_id], folder)


def tokenizer_with(template: str | None, folder: Path, **special: str) -> Path:
    tokenizer = build_tokenizer()
    tokenizer.chat_template = template
    tokenizer.add_special_tokens(special)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("protocol_id", PROTOCOLS)
def test_every_protocol_gives_its_golden_prompt(protocol_id: str) -> None:
    assert made(protocol_id).render(GOLDEN["problem"]) == GOLDEN["prompts"][protocol_id]


def test_every_golden_prompt_is_of_a_protocol_that_ships() -> None:
    assert set(GOLDEN["prompts"]) == set(PROTOCOLS)


@pytest.mark.parametrize("protocol_id", AUTHORS_TEXTS)
def test_a_prompt_of_a_paper_is_its_authors_text_to_the_byte(protocol_id: str) -> None:
    digest, slot = AUTHORS_TEXTS[protocol_id]
    theirs = PROTOCOLS[protocol_id].template.replace(SLOT, slot)
    assert hashlib.sha256(theirs.encode()).hexdigest().startswith(digest)


@pytest.mark.parametrize("protocol_id", PROTOCOLS)
def test_braces_of_a_problem_survive_every_protocol(protocol_id: str) -> None:
    assert LATEX in made(protocol_id).render(LATEX)


def test_an_id_is_one_text_and_a_text_one_id_but_for_the_chat_templates() -> None:
    plain = [made(name).text_hash for name, protocol in PROTOCOLS.items() if not protocol.chat]
    assert len(set(plain)) == len(plain)
    assert made("chat").text_hash == made("qwen_math").text_hash  # the template's own text, spelled out


def test_only_what_no_paper_prints_is_marked_as_a_reconstruction() -> None:
    assert {name for name, protocol in PROTOCOLS.items() if protocol.reconstruction} == {
        "math_problem",
        "lipsum",
    }


def test_the_r1_prompts_stop_at_the_closing_tag_and_keep_it() -> None:
    assert {name: (p.stops, p.keep_stop) for name, p in PROTOCOLS.items() if p.stops} == {
        "micro_qa": (("\nQuestion:",), False),
        "r1": (("</answer>",), True),
        "r1_drgrpo": (("</answer>",), True),
    }


def test_the_hash_covers_what_the_model_sees_and_nothing_else() -> None:
    prompt = made("boxed")
    assert prompt.model_copy(update={"id": "other"}).text_hash == prompt.text_hash
    for change in ({"stops": ("x",)}, {"template": "{problem} "}, {"keep_stop": True}, {"strips": True}):
        assert prompt.model_copy(update=change).text_hash != prompt.text_hash


@pytest.mark.parametrize(
    ("stops", "keep", "text", "cut"),
    [
        (("</a>",), True, "x</a>y</a>", "x</a>"),
        (("</a>",), False, "x</a>y", "x"),
        (("b", "a"), False, "xxaab", "xx"),
        (("b", "a"), True, "xxbab", "xxb"),
        (("q",), True, "xyz", "xyz"),
        ((), False, "xyz", "xyz"),
    ],
)
def test_an_answer_is_cut_at_its_first_stop(stops: tuple[str, ...], keep: bool, text: str, cut: str) -> None:
    assert Prompt(id="p", template=SLOT, stops=stops, keep_stop=keep).cut(text) == cut


def test_a_chat_template_is_filled_in_as_transformers_fills_it_in() -> None:
    ours = made("chat").render(LATEX)
    tokenizer = AutoTokenizer.from_pretrained(CHATTY)
    theirs = tokenizer.apply_chat_template(
        [{"role": "user", "content": LATEX}], tokenize=False, add_generation_prompt=True
    )
    assert ours == theirs


def test_the_message_of_a_chat_protocol_goes_into_the_template_whole(tmp_path: Path) -> None:
    folder = tokenizer_with("[{{ messages[0].content }}]", tmp_path)
    protocol = Protocol(description="d", template="Solve: {problem}\nThink.", chat=True, stops=("]",))
    assert prompt_of("mine", protocol, folder) == Prompt(
        id="mine", template="[Solve: {problem}\nThink.]", stops=("]",)
    )


@pytest.mark.parametrize("problem", ["  padded \n", "plain"])
def test_a_template_that_trims_a_message_trims_the_problem_too(tmp_path: Path, problem: str) -> None:
    folder = tokenizer_with("<{{ messages[0]['content'] | trim }}>", tmp_path)
    prompt = made("chat", folder)
    assert prompt.render(problem) == f"<{problem.strip()}>"
    assert made("chat").render(problem).count(problem) == 1  # one that does not trim gives it back as it is


def test_the_date_in_a_template_is_the_same_on_every_day(tmp_path: Path) -> None:
    today = "{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% else %}undated{% endif %}"
    folder = tokenizer_with(today + "{{ messages[0].content }}", tmp_path)
    assert made("chat", folder).template == "26 Jul 2024{problem}"


def test_the_beginning_of_text_token_of_a_template_is_part_of_the_prompt(tmp_path: Path) -> None:
    folder = tokenizer_with("{{ bos_token }}{{ messages[0].content }}", tmp_path, bos_token="<s>")
    assert made("chat", folder).template == "<s>{problem}"


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        (None, "has no chat template"),
        ("nothing", "prints the question 0 times"),
        ("{{ messages[0].content }}{{ messages[0].content }}", "prints the question 2 times"),
        ("{{ raise_exception('no user turns here') }}", "no user turns here"),
        ("{{ messages[", "cannot be used"),
    ],
)
def test_a_template_that_cannot_be_used_is_one_line(tmp_path: Path, template: str | None, fault: str) -> None:
    folder = tokenizer_with(template, tmp_path)
    with pytest.raises(SuiteError, match=fault) as caught:
        made("chat", folder)
    assert str(caught.value).startswith(str(tmp_path)) and "\n" not in str(caught.value)


def test_a_tokenizer_that_cannot_be_loaded_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="the tokenizer cannot be loaded"):
        made("chat", tmp_path)


def test_a_chat_protocol_without_a_model_is_one_line() -> None:
    with pytest.raises(SuiteError, match="needs a tokenizer's chat template"):
        made("chat", None)


def test_the_bases_of_qwen_have_a_chat_template_and_those_of_llama_and_olmo_none() -> None:
    has = {
        name: has_chat_template(builtin_model(name))
        for name in ("micro-qwen2.5", "micro-llama3", "micro-olmo2")
    }
    assert has == {"micro-qwen2.5": True, "micro-llama3": False, "micro-olmo2": False}


def test_a_probe_is_asked_with_the_question_alone() -> None:
    assert PLAIN.text_hash == made("none").text_hash
