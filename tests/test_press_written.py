"""A statement's text is one text: what is saved is what the checks read, what is signed, and what is printed."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.press.checks.page import read
from server.press.output.marked import blocks
from server.press.tokens import Terms
from server.press.written import clean
from tests.house import House
from tests.test_press_desk import TEXTS, People, desk  # noqa: F401 - a fixture

SPACES = "\t\x0b\x0c\x1c\x1f\x85\xa0\u1680\u2000\u2003\u2007\u2009\u200a\u2028\u2029\u202f\u205f\u2800\u3000\ufffc"
UNSEEN = (
    "\0\x1b\xad\u034f\u061c\u115f\u17b4\u180e\u200b\u200d\u200e\u202e\u2060\u2061\u2066\u3164\ufe0f\ufeff\uffa0\ue000"
)
NO_TERMS = Terms(frozenset(), {}, frozenset(), {}, (), ())
PLAIN = "0123456789abc \n"


@pytest.mark.parametrize("space", SPACES)
def test_any_space_between_two_numbers_is_printed_as_one(space: str) -> None:
    assert [one.text for one in blocks(f"On 4 June 2017{space}31 of 412")] == ["On 4 June 2017 31 of 412"]


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_cannot_be_seen_parts_no_number_and_hides_no_word(unseen: str) -> None:
    assert clean(f"fra{unseen}ud 1{unseen}2") == "fraud 12"


def test_khmer_keeps_the_signs_that_say_where_it_may_be_broken() -> None:
    khmer = "ការបោះឆ្នោត\u200bឃុំ\u200bសង្កាត់\u200cABC"
    assert clean(khmer) == khmer
    assert clean("១\u200b២") == "១២"


@given(st.text(st.sampled_from(PLAIN + SPACES + UNSEEN), max_size=60))
def test_what_is_printed_is_what_the_checks_read(text: str) -> None:
    printed = [word for block in blocks(text) for word in block.text.split()]
    assert printed == clean(text).split()
    assert printed == read(text, "en", "body", {}, NO_TERMS).text.split()


@given(st.text(max_size=60))
def test_a_clean_text_stays_as_it_is_and_is_all_to_be_seen(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert {unicodedata.category(char) for char in re.sub("[\n\u200b-\u200d]", "", once)}.isdisjoint(
        ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )


def test_what_is_saved_is_the_clean_text_and_the_same_again_is_no_new_version(house: House, desk: House) -> None:  # noqa: F811
    people = People(house)
    statement = people.written()
    pasted = {**TEXTS, "en": {"title": "Flash\u00a0update\u200e", "body": "As of {{asof}}.\r\n\r\nfra\u2061ud"}}
    first = people.does(people.author, statement, "draft", base=people.show(statement)["base"], texts=pasted)
    kept = people.show(statement)["texts"]["en"]
    assert kept == {"title": "Flash update", "body": "As of {{asof}}.\n\nfraud"}
    again = people.does(people.author, statement, "draft", base=people.show(statement)["base"], texts=pasted)
    assert (first["base"], first["texts"]["en"]) == (again["base"], kept)
