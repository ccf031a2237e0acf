"""What the page of a gate's verdicts says, read back from its HTML without a browser."""

import html as markup
import re

import pytest
from board_page import Page, html_of, told
from gate_reports import (
    FAMILY_WISE,
    GONE,
    HOLDS,
    ONE_ITEM,
    OPEN,
    REFUTED,
    UNCHECKED,
    UNLIKE,
    files_of,
    page_of,
    report,
    rows_of,
    verdict,
    whole_report,
)

from suite.gate.gate_report import GateReport, Verdict
from suite.leaderboard.bars import scale_of
from suite.leaderboard.gate_page import gate_view
from suite.leaderboard.links import board_view
from suite.schema import VERDICT_MARKS, NotCheckable, Summary

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}\"'"


def test_worst_verdicts_come_first_and_equals_keep_the_order_of_the_policy(summary: Summary) -> None:
    html = files_of(summary, whole_report())["gate.html"]
    assert list(rows_of(html)) == [
        "claim-beats-random", "claim-my-method", "claim-olmo-gains", "claim-llama-gains", "claim-one-item",
        "claim-families", "claim-families.micro-qwen2.5-math", "claim-families.micro-qwen2.5",
        "claim-families.micro-llama3", "claim-families.micro-olmo2", "claim-gt-gains", "claim-2",
    ]  # fmt: skip


@pytest.mark.parametrize("one", [HOLDS, REFUTED, OPEN, UNLIKE, GONE], ids=lambda one: one.verdict)
def test_every_verdict_is_a_mark_and_a_word_with_its_claim_and_reason(summary: Summary, one: Verdict) -> None:
    (row,) = rows_of(page_of(summary, one)).values()
    assert row.startswith(f"{VERDICT_MARKS[one.verdict]} {one.verdict}")
    assert one.says in row
    assert f"claim {one.claim} , expects {one.kind} , line {one.line}" in row
    assert one.detail in row
    assert f"{summary.families[one.family]} · {one.reward}" in row


def test_a_measurement_stands_in_numbers_beside_its_bar(summary: Summary) -> None:
    html = page_of(summary, HOLDS, REFUTED)
    rows = rows_of(html)
    assert "+18.3 [+14.8, +21.5] delta" in rows["claim-gt-gains"]
    assert "−6.2 [−9.9, −2.4] delta beyond micro-qwen2.5-math-random-s0" in rows["claim-beats-random"]
    assert html.count('<svg class="forest') == 2 and 'class="forest holds"' in html


def test_no_interval_and_no_number_are_said_and_not_drawn(summary: Summary) -> None:
    html = page_of(summary, ONE_ITEM, UNLIKE)
    rows = rows_of(html)
    assert "+4.0 interval undefined" in rows["claim-one-item"] and "no number" in rows["claim-olmo-gains"]
    assert html.count('<svg class="forest') == 1 and 'class="span"' not in html


def test_fields_that_differ_and_unverified_arms_are_named(summary: Summary) -> None:
    rows = rows_of(page_of(summary, UNLIKE, REFUTED))
    assert "Differs in engine , dtype" in rows["claim-olmo-gains"] and "†" not in rows["claim-olmo-gains"]
    assert rows["claim-beats-random"].startswith("✗ refuted †")
    assert "† arms unverified" in rows["claim-beats-random"]


def test_families_of_a_claim_are_folded_under_it_with_their_own_verdicts(summary: Summary) -> None:
    html = page_of(summary, FAMILY_WISE)
    rows = rows_of(html)
    assert "4 families: 1 refuted, 1 inconclusive, 2 hold" in told(html) and html.count("<details>") == 1
    assert "every family · ground_truth" in rows["claim-families"]
    assert rows["claim-families.micro-llama3"].startswith("? inconclusive Micro Llama3")
    assert "+2.7 [−0.8, +6.0]" in rows["claim-families.micro-llama3"]


def test_parts_are_named_by_what_tells_them_apart(summary: Summary) -> None:
    tasks = tuple(
        verdict("clean", "holds", task=task, step=step) for task, step in ((HOLDS.task, 1), (REFUTED.task, 1))
    )
    twins = (HOLDS, HOLDS)
    html = page_of(summary, verdict("clean", "holds", parts=tasks), verdict("twins", "holds", parts=twins))
    text, rows = told(html), rows_of(html)
    assert "2 tasks: 2 hold" in text and "2 parts: 2 hold" in text
    assert rows["claim-clean.micro_bench"].startswith("✓ holds Micro benchmark")
    assert rows["claim-twins.micro-qwen2.5-math.2"].startswith("✓ holds Micro Qwen2.5-Math · ground_truth")


def test_families_read_by_their_titles_and_a_base_of_any_family_as_itself(summary: Summary) -> None:
    joined = verdict("joined", "missing", family="micro-llama3, micro-olmo2, unknown")
    based = verdict("based", "missing", family="*", base="qwen2.5-math-7b")
    rows = rows_of(page_of(summary, joined, based))
    assert "Micro Llama3, Micro OLMo2, unknown · ground_truth" in rows["claim-joined"]
    assert "qwen2.5-math-7b · ground_truth" in rows["claim-based"] and "*" not in rows["claim-based"]


def test_the_pair_is_named_once(summary: Summary) -> None:
    pair = f"{HOLDS.checkpoint} against {HOLDS.base}"
    for detail in ("the reason", f"the reason ({pair}, step 512)"):
        (row,) = rows_of(page_of(summary, HOLDS.model_copy(update={"detail": detail}))).values()
        assert row.count(pair) == 1 and row.count("step 512") == 1


def test_statements_that_cannot_be_checked_are_listed_with_the_reason(summary: Summary) -> None:
    text = told(files_of(summary, whole_report())["gate.html"])
    assert f"{UNCHECKED.claim} {UNCHECKED.why}" in text and "1 not checkable" in text
    assert "not checkable" not in told(page_of(summary, HOLDS))


def test_policy_and_provenance_are_the_reports(summary: Summary) -> None:
    gate = whole_report()
    text = told(files_of(summary, gate)["gate.html"])
    for piece in (
        gate.policy,
        gate.description,
        gate.policy_file,
        gate.suite_version,
        gate.generated,
        gate.samples_hash,
    ):
        assert piece and piece in text
    assert "other samples" not in text
    other = gate.model_copy(update={"samples_hash": "6" * 64})
    assert "other samples" in files_of(summary, other)["gate.html"]


def test_the_leaderboard_links_to_the_verdicts_and_says_how_they_came_out(summary: Summary) -> None:
    files = files_of(summary, whole_report())
    link = re.search(r'<a class="gate failed" href="gate.html">(.*?)</a>', files["index.html"], re.S)
    counts = "1 refuted, 1 missing, 1 not comparable, 3 inconclusive, 2 hold"
    assert link and told(link[1]) == f"✗ Gate failed policy micro_claims : {counts}"
    assert GateReport.model_validate_json(files["verdict.json"]) == whole_report()
    assert list(files)[-1] == "index.html"


def test_without_a_report_there_is_no_page_and_no_link(summary: Summary) -> None:
    assert [name for name in files_of(summary, None) if "/" not in name] == [
        "summary.json",
        "deltas.csv",
        "index.html",
    ]
    assert "gate.html" not in html_of(summary)


def test_a_task_is_linked_to_its_tab_where_it_has_one(summary: Summary) -> None:
    html = page_of(summary, HOLDS, ONE_ITEM)
    assert re.findall(r'href="(index.html#[^"]*)"[^>]*>([^<]*)', html) == [
        ("index.html#task=micro_arithmetic_clean", "Clean arithmetic")
    ]
    assert board_view(task="a b/ö&x") == "index.html#task=a+b%2F%C3%B6%26x"


def test_every_verdict_has_an_anchor_of_its_own_and_a_claim_of_several_one_more(summary: Summary) -> None:
    several = (
        verdict("every", "holds", family="a"),
        verdict("every", "holds", family="b"),
        verdict("every", "refuted", family="c"),
    )
    steps = [
        verdict("steps", "holds", step=step, protocol=protocol)
        for step, protocol in ((1, "r1"), (1, "none"), (2, "r1"))
    ]
    clash = (verdict("x y", "holds"), verdict("x/y", "holds"), verdict("x" * 500, "holds"))
    html = page_of(summary, *several, *steps, *clash)
    ids = re.findall(r' id="(claim-[^"]*)"', html)
    assert len(ids) == len(set(ids)) and max(map(len, ids)) < 200
    assert ids[:4] == ["claim-every.c", "claim-every", "claim-every.a", "claim-every.b"]
    assert ids[4:8] == ["claim-steps.r1.1", "claim-steps", "claim-steps.none.1", "claim-steps.r1.2"]
    assert ids[8:10] == ["claim-x-y", "claim-x-y.2"]
    assert {load[1:] for load in Page(html).loads if load.startswith("#claim-")} == set(ids) - {
        "claim-every",
        "claim-steps",
    }


def test_hostile_names_stay_text(summary: Summary) -> None:
    names = (
        "claim",
        "says",
        "family",
        "base",
        "reward",
        "task",
        "protocol",
        "checkpoint",
        "detail",
        "quantity",
    )
    bad = FAMILY_WISE.model_copy(update={**dict.fromkeys(names, HOSTILE), "differs": (HOSTILE,)})
    bad = bad.model_copy(update={"points": 1.0, "parts": (bad,)})
    reported = ("policy", "policy_file", "description", "suite_version", "generated", "samples_hash")
    gate = report(
        bad, not_checkable=(NotCheckable(claim=HOSTILE, why=HOSTILE),), **dict.fromkeys(reported, HOSTILE)
    )
    titled = summary.tasks[0].model_copy(update={"task": HOSTILE, "title": HOSTILE})
    score = summary.scores[0].model_copy(update={"task": HOSTILE})
    files = files_of(summary.model_copy(update={"tasks": (titled,), "scores": (score,), "deltas": ()}), gate)
    for name in ("gate.html", "index.html"):
        page = Page(files[name])
        assert "img" not in page.tags and HOSTILE in markup.unescape(files[name])
        assert all(
            load.startswith(
                (
                    "#",
                    "gate.html",
                    "index.html",
                    "verdict.json",
                    "summary.json",
                    "deltas.csv",
                    "assets/",
                    "pairs/",
                )
            )
            for load in page.loads
        )
    assert all(re.fullmatch(r"[\w.-]+", name) for name in re.findall(r' id="([^"]*)"', files["gate.html"]))


def test_the_page_of_verdicts_carries_no_script_and_stays_small(summary: Summary) -> None:
    html = files_of(summary, whole_report())["gate.html"]
    assert "script-src &#39;self&#39;" in html and len(html) < 100_000
    assert all(text == "" for _, text in Page(html).scripts)


def test_the_scale_holds_the_families_of_a_claim(summary: Summary) -> None:
    assert gate_view(report(FAMILY_WISE), summary).scale == scale_of((-9.0, 21.5))
    assert gate_view(report(GONE), summary).scale is None and "<svg" not in page_of(summary, GONE)
