"""What counts as a code in a message, and what does not."""

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import grammar, registry
from server import pack as packs
from server.shapes import StationCode

TAXONOMY = packs.load("kh-2017").taxonomy
STATION = StationCode("KD0123", "7", True)


def parse(text: str) -> grammar.Parsed:
    return grammar.parse(text, TAXONOMY)


def test_the_parts_of_a_coded_message_are_found_in_the_usual_order():
    assert parse("XB KD0123-7 5 10:40 one man, many ballots") == grammar.Parsed(
        codes=("XB",), stations=(STATION,), count=5, clock="10:40", words="one man, many ballots"
    )


@pytest.mark.parametrize(
    "text",
    ["5 KD0123-7 10:40 XB", "10:40 XB 5 KD0123-7", "KD0123-7,XB,5,10:40", "xb kd0123-7 5 10:40", "Xb KD0123-7 5 10.40"],
)
def test_order_separators_and_small_letters_do_not_matter(text):
    parsed = parse(text)
    assert (parsed.codes, parsed.stations, parsed.count, parsed.clock) == (("XB",), (STATION,), 5, "10:40")
    assert parsed.words == ""


@pytest.mark.parametrize(
    "text",
    [
        "XB KD០១២៣-៧ ៥ ១០:៤០",
        "XB KD0\u200b123-7 5 10\u200d:40",
        "XB KDO123-7 5 10:40",
        "XB KD0l23-7 5 10:40",
        "XB KD01237 5 10h40",
    ],
)
def test_khmer_digits_zero_width_characters_and_slips_in_a_station_are_understood(text):
    parsed = parse(text)
    assert (parsed.codes, parsed.stations, parsed.count, parsed.clock) == (("XB",), (STATION,), 5, "10:40")


@pytest.mark.parametrize(
    "text", ["XB KD 0123-7", "XB KD0123 7", "XBKD0123-7", "XB-KD0123-7", "XB:KD0123-7", "KD-0123-7 XB"]
)
def test_a_code_and_its_station_may_be_glued_or_parted(text):
    assert (parse(text).codes, parse(text).stations) == (("XB",), (STATION,))


def test_a_wrong_check_digit_is_told_and_a_missing_one_is_not_held_against_it():
    assert parse("XB KD0123-8").stations == (StationCode("KD0123", "8", False),)
    assert parse("XB KD0123").stations == (StationCode("KD0123", None, None),)


def test_several_codes_and_stations_stand_in_the_order_they_were_written():
    parsed = parse("PA PF KD0123-7 XD KK0456-1 PA")
    assert parsed.codes == ("PA", "PF", "XD")
    assert [station.code for station in parsed.stations] == ["KD0123", "KK0456"]


def test_check_ins_are_kept_apart_from_codes():
    assert parse("KC KD0123-7 214") == grammar.Parsed(checkins=("KC",), stations=(STATION,), count=214)
    assert parse("KD KD0123-7").checkins == ("KD",)
    assert parse("KB").checkins == ("KB",)


@pytest.mark.parametrize("text", ["SOS", "sos they hold me", "SOS! KD0123-7", "KD0123-7 SOS", "S.O.S. help"])
def test_sos_is_heard_at_the_start_and_beside_a_station(text):
    assert parse(text).sos


def test_sos_in_the_middle_of_a_sentence_is_a_word():
    assert not parse("the radio played SOS by that old band").sos


@pytest.mark.parametrize("text", ["XB! KD0123-7", "XB KD0123-7 !", "! XB KD0123-7", "XB KD0123-7 5!"])
def test_an_exclamation_mark_among_the_codes_makes_it_urgent(text):
    assert parse(text).urgent


def test_an_exclamation_mark_in_the_words_does_not():
    assert not parse("XB KD0123-7 they came back!").urgent


SHOUTED = [
    "NO BALLOT PAPERS AT ALL IN DA STATION",
    "ON GOING TROUBLE AT THE GATE",
    "IN THIS STATION DA CHIEF IS PRESENT",
    "ID CARDS WERE TAKEN AT 10 PM",
    "VE NOT SEEN THE STAFF",
    "PC ARRIVED LATE",
    "NA SO DEM DEY DO AM",
]


@pytest.mark.parametrize("text", SHOUTED)
def test_words_in_capitals_are_not_codes(text):
    parsed = parse(text)
    assert (parsed.codes, parsed.checkins, parsed.stations, parsed.words) == ((), (), (), text)


@pytest.mark.parametrize("text", ["IN KD0123-7 SOLDIERS AT THE GATE", "NO PAPERS IN KD0123-7", "ON KD0123-7 LIST"])
def test_an_ordinary_word_beside_a_station_is_not_a_code_where_all_is_capitals(text):
    assert parse(text).codes == ()
    assert parse(text).stations == (STATION,)


def test_the_same_word_is_a_code_where_capitals_mean_something():
    assert parse("IN KD0123-7 soldiers at the gate").codes == ("IN",)
    assert parse("ID KD0123-7 many names missing").codes == ("ID",)
    assert parse("BE KD0123-7").codes == ("BE",)


@pytest.mark.parametrize(
    "text", ["KD0123-7 ID cards were taken", "at 10:40 PM KD0123-7", "the OK came", "AM here, all well"]
)
def test_words_that_are_always_capitals_are_not_codes_before_a_word_or_after_a_clock(text):
    assert parse(text).codes == ()


def test_a_code_opens_a_message_without_a_station():
    assert parse("NC five men at the gate").codes == ("NC",)
    assert parse("PA 8:15 still closed").codes == ("PA",)
    assert parse("five men NC at the gate").codes == ()


def test_a_message_of_codes_alone_is_coded_whatever_they_mean_elsewhere():
    assert parse("IN").codes == ("IN",)
    assert parse("ID 5").codes == ("ID",)


def test_what_looks_like_a_code_and_is_none_is_told():
    assert parse("ZZ KD0123-7 5").unread == ("ZZ",)
    assert parse("XB KD01-7").unread == ("KD01-7",)
    assert parse("the OK came from KD").unread == ()


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("XB KD0123-7 1040h", "10:40"),
        ("XB KD0123-7 2 pm", "14:00"),
        ("XB KD0123-7 12:05 am", "00:05"),
        ("they came at 9:05 and left", "09:05"),
        ("they came at 2:05 pm and left", "14:05"),
        ("it cost 10.40", None),
        ("code 12:16:01:008", None),
        ("ម៉ោង១០:៤០ គេមក", "10:40"),
        ("XB KD0123-7 1040", None),
    ],
)
def test_a_clock_is_read_with_care(text, clock):
    assert parse(text).clock == clock


def test_a_number_in_the_words_is_no_count():
    assert parse("there were 5 soldiers").count is None
    assert parse("XB KD0123-7 he carried 5 papers").count is None
    assert parse("KE KD0123-7 120 98 3").words == "98 3"


def test_words_stay_as_they_were_sent():
    assert parse("XB KD0123-7 ដាក់\u200bសន្លឹក  ៥ នាក់").words == "ដាក់\u200bសន្លឹក  ៥ នាក់"
    assert parse("  nothing coded, at all ").words == "  nothing coded, at all "


@given(st.sampled_from(sorted(TAXONOMY.subs)), st.integers(0, 9999), st.integers(1, 99))
def test_every_sub_code_beside_a_station_is_read(code, number, count):
    station = f"KD{number:04d}"
    parsed = parse(f"{code} {station}-{registry.check_digit(station)} {count} as seen")
    assert (parsed.codes, parsed.count) == ((code,), count)
    assert parsed.stations[0].right


@given(st.text() | st.binary().map(lambda octets: octets.decode("latin-1")))
def test_no_text_is_too_odd(text):
    assert isinstance(parse(text), grammar.Parsed)


def calls(text: str) -> int:
    """How many calls reading it takes; a count, so that the machine's mood does not matter."""
    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1

    sys.setprofile(count)
    try:
        parse(text)
    finally:
        sys.setprofile(None)
    return seen


@pytest.mark.parametrize(
    "piece", ["XB ", "KD0123-7 ", "1:", "A", "! ", "AA-", "KD 0123 ", "១", "ក", "\u200b", "0O1l", "word "]
)
def test_twice_the_text_is_about_twice_the_work(piece):
    once, twice = (piece * (length // len(piece)) for length in (8_000, 16_000))
    assert calls(twice) < 2.2 * calls(once) + 50
    assert isinstance(parse(piece * (65_536 // len(piece))), grammar.Parsed)
