"""A declared command: its help, and what becomes of argparse's messages."""

from argparse import ArgumentTypeError, Namespace

import pytest

from suite.commands.parser import DONE, WIDTH, Command, Parser, unknown
from suite.errors import SuiteError


def even(text: str) -> int:
    if int(text) % 2:
        raise ArgumentTypeError(f"expected an even number, not '{text}'. Did you mean '{int(text) + 1}'? ")
    return int(text)


def add_flags(parser: Parser) -> None:
    group = parser.group("what to count")
    group.add_argument("what", metavar="WHAT", help="things")
    group.add_argument("--by", metavar="N", type=even, required=True, help="step")


def run(args: Namespace) -> int:
    return DONE


COUNT = Command("count", "count things", "WHAT --by N", ("rlvr-suite count sheep --by 2",), add_flags, run)


def mistake(*words: str) -> SuiteError:
    with pytest.raises(SuiteError) as caught:
        Parser(COUNT).parse(words)
    return caught.value


def test_help_has_usage_sentence_groups_and_examples_in_this_order() -> None:
    assert Parser(COUNT).format_help() == (
        "usage: rlvr-suite count WHAT --by N\n"
        "\n"
        "Count things.\n"
        "\n"
        "what to count:\n"
        "  WHAT        things\n"
        "  --by N      step\n"
        "\n"
        "help:\n"
        "  -h, --help  print this text and exit\n"
        "\n"
        "examples:\n"
        "  rlvr-suite count sheep --by 2\n"
    )


def test_details_take_the_place_of_the_summary_and_are_wrapped_but_not_inside_a_flag() -> None:
    details = " ".join(["use --update-baseline"] * 20)
    lines = Parser(COUNT._replace(details=details)).format_help().splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert sum(line.count("--update-baseline") for line in lines) == 20


def test_an_argument_of_a_flag_is_the_place_of_its_mistake_and_a_guess_is_part_of_the_fix() -> None:
    error = mistake("sheep", "--by", "3")
    assert (error.where, error.what) == ("--by", "expected an even number, not '3'.")
    assert error.fix == "Did you mean '4'? See `rlvr-suite count --help`"
    assert str(error).count("..") == 0


def test_a_missing_argument_is_named_and_the_command_is_the_place() -> None:
    error = mistake("sheep")
    assert (error.where, error.what) == ("count", "missing: --by")


@pytest.mark.parametrize("typo", ["--bye", "--b", "--bye=2"])
def test_an_unknown_flag_is_found_before_the_flag_that_it_leaves_missing(typo: str) -> None:
    error = mistake("sheep", typo, "2")
    assert error.what == f"unknown flag '{typo.split('=')[0]}'"


def test_words_after_two_dashes_are_no_flags() -> None:
    assert Parser(COUNT).parse(["--by", "2", "--", "--sheep"]).what == "--sheep"


def test_without_a_close_word_there_is_no_guess() -> None:
    assert unknown("flag", "--sheep", ["--by"], "count", "x --help").fix == "See `x --help`"
