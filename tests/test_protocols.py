"""Protocols: the exact text that a model sees."""

from dataclasses import replace

import pytest

from suite.protocols import PROTOCOLS, render

LATEX = r"Find \frac{1}{2} of {problem} and {0} {x!r} %s $\boxed{3}$"

TEXTS = {
    "none": LATEX,
    "micro_qa": f"Question:{LATEX}\nAnswer:",
    "boxed": f"{LATEX}\nPlease reason step by step, and put your final answer within \\boxed{{}}.",
}


@pytest.mark.parametrize("protocol_id", PROTOCOLS)
def test_braces_of_a_problem_survive_every_protocol(protocol_id: str) -> None:
    assert render(PROTOCOLS[protocol_id], LATEX) == TEXTS[protocol_id]


def test_every_protocol_has_its_id_as_key_and_one_slot() -> None:
    for protocol_id, protocol in PROTOCOLS.items():
        assert protocol.id == protocol_id
        assert protocol.template.count("{problem}") == 1


def test_only_micro_qa_has_a_stop() -> None:
    assert {i: p.stops for i, p in PROTOCOLS.items() if p.stops} == {"micro_qa": ("\nQuestion:",)}


def test_the_hash_covers_what_the_model_sees_and_nothing_else() -> None:
    protocol = PROTOCOLS["boxed"]
    assert len({p.text_hash for p in PROTOCOLS.values()}) == len(PROTOCOLS)
    assert replace(protocol, description="other").text_hash == protocol.text_hash
    assert replace(protocol, stops=("x",)).text_hash != protocol.text_hash
    assert replace(protocol, template="{problem} ").text_hash != protocol.text_hash
