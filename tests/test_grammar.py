"""What counts as a code in a message, and what does not."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import grammar
from server import pack as packs
from server.classify import Classifier
from server.country import registry
from server.places import Gazetteer
from server.reading.shapes import StationCode
from tests import house

PACK = packs.load("kh-2017")
TAXONOMY = PACK.taxonomy
STATION = StationCode("KD0123", "7", True)


def parse(text: str) -> grammar.Parsed:
    return grammar.parse(text, TAXONOMY, PACK.prefixes)


LOOK_ALIKES = ("\u041aD0123-7", "\u039aD0123-7", "K\u13a00123-7", "\u212aD0123-7", "KD0\u040623-7", "KD\u041e123-7")
LOOK_ALIKES += ("KD\u202e0123-7", "KD\u0660\u0661\u0662\u0663-\u0667", "\U0001d40a\U0001d4030123-7")


@pytest.mark.security("S19", "look-alike stations")
@pytest.mark.parametrize("written", LOOK_ALIKES, ids=ascii)
def test_what_only_looks_like_a_station_is_none(written):
    """Letters of other scripts, and what turns the direction; wide ones and Khmer digits are what they look like."""
    assert parse(f"XB {written} five ballots").stations == ()
    assert parse("XB \uff2b\uff240123-7").stations == parse("XB KD\u17e0\u17e1\u17e2\u17e3-7").stations == (STATION,)


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


@pytest.mark.parametrize(
    "text",
    [
        *("SOS", "sos they hold me", "SOS! KD0123-7", "KD0123-7 SOS", "S.O.S. help", "S O S help", "!!! SOS !!!"),
        *(
            "SOS!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!",
            "SOS-KD0123-7",
            "SOSKD0123-7",
            "SOS:help",
            "S0S",
            "sosជួយ",
            "SO\u200bS",
        ),
    ],
)
def test_sos_is_heard_at_the_start_and_beside_a_station(text):
    assert parse(text).sos


@pytest.mark.parametrize(
    "text",
    ["the radio played SOS by that old band", "so sad", "sosial media", "So S. told me", "SOSO is here", "sosail"],
)
def test_sos_in_the_middle_of_a_sentence_or_a_word_is_a_word(text):
    assert not parse(text).sos


@pytest.mark.parametrize("text", ["SOS-KD0123-7", "SOSKD0123-7", "SOS!KD0123-7", "SOS KD0123-7"])
def test_a_station_may_be_glued_to_sos(text):
    assert parse(text).stations == (STATION,)


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


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("ZZ KD0123-7 5", ("ZZ",)),
        ("ZZ five men at the gate", ("ZZ",)),
        ("XB KD01-7", ("KD01-7",)),
        ("XB KD123 5", ("KD123",)),
        ("XB KD00123-7", ("KD00123-7",)),
        ("PR403 late", ("PR403",)),
        ("XB5 KD0123-7", ("XB5",)),
        ("XBPF KD0123-7", ("XBPF",)),
        ("XB KD0123-7 1O", ("1O",)),
        ("XB KD0123-7 5-6 men", ("5-6",)),
        ("XB KD0123-7 25:70", ("25:70",)),
        ("XB KD0123-7 1040", ("1040",)),
        ("XB KD0123-7 5 6", ("6",)),
        ("XB KD0123-7 10:40 11:50", ("11:50",)),
        ("KD0123-7 XB ZZ 5 QQ", ("ZZ", "QQ")),
        ("the OK came from KD", ()),
        ("they carry AK47", ()),
        ("XB KD0123-7 he has an AK47", ()),
        ("KE KD0123-7 120 98 3", ()),
    ],
)
def test_what_looks_coded_and_is_not_understood_is_told_and_stays_in_the_words(text, unread):
    assert parse(text).unread == unread
    assert all(token in parse(text).words for token in unread)


def test_nothing_is_guessed_from_what_is_not_understood():
    assert parse("XB KD0123-7 1O").count is None
    assert parse("XB KD0123-7 1040").count is None
    assert parse("XB KD0123-7 25:70").clock is None
    assert parse("XB5 KD0123-7").codes == ()
    assert parse("XB KK 0123 4").stations == (StationCode("KK0123", None, None),)


def test_a_code_that_is_also_the_head_of_a_station_is_not_taken_for_a_check_in():
    for text in ("KD 0123", "XB KD 0123", "KA kd 0123"):
        assert [station.code for station in parse(text).stations] == ["KD0123"]
        assert "KD" not in parse(text).checkins
        assert parse(text).count is None
    assert parse("KD KD0123-7").checkins == ("KD",)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "XB#KD0123-7#5#10:40",
            "XB/KD0123-7/5/10:40",
            "XB*KD0123-7*5*10:40",
            "XB+KD0123-7+5+10:40",
            "XB 5 10:40 KD0123/7",
        ),
        *("XB@KD0123-7 5 10:40", "XB(KD0123-7) 5 10:40", "XB - KD0123 - 7 - 5 - 10:40", "KD0123-7XB 5 10:40"),
        *("XB KD0123\u20137 5 10:40", "XB\nKD0123-7\n5\n10:40", "XB KD0123-7 5 1O:4O", "XB\tKD0123-7\u00a05 10:40"),
        *("\uff38\uff22 \uff2b\uff24\uff10\uff11\uff12\uff13-\uff17 5 10:40",),
    ],
)
def test_whatever_signs_and_letters_a_phone_makes_of_it_the_same_is_read(text):
    parsed = parse(text)
    assert (parsed.codes, parsed.stations, parsed.count, parsed.clock) == (("XB",), (STATION,), 5, "10:40")
    assert (parsed.words, parsed.unread) == ("", ())


@pytest.mark.parametrize(
    "text", ["XB/PF KD0123-7", "XB PF KD0123-7", "XB+PF,KD0123-7", "XB KD0123-7 PF", "PF&XB KD0123-7"]
)
def test_several_codes_may_be_parted_by_any_sign(text):
    assert set(parse(text).codes) == {"XB", "PF"}


# What other systems' grammars are known to get wrong.


@pytest.mark.parametrize("text", ["CI403794!AA1", "IR403794!AA1", "AV៤០៣៧៩៤AA1"])
def test_letters_of_a_code_are_never_taken_for_digits(text):
    """I, L and O become digits before the prefix is looked at: another observer's number, silently."""
    assert parse(text) == grammar.Parsed(words=text)


def test_letters_are_digits_only_inside_the_digits_of_a_station_or_a_clock():
    assert parse("OL KO0123-7").stations == (StationCode("KO0123", "7", False),)
    assert parse("LC KDOI23-7").codes == ("LC",)
    assert parse("LC KDOI23-7").stations == (STATION,)
    assert parse("lO men, IO officials").words == "lO men, IO officials"


def test_free_words_need_no_sign_before_them():
    """Without `@` the words are glued into the answers."""
    assert parse("XB KD0123-7 soldiers are here").words == "soldiers are here"
    assert parse("XB KD0123-7 @ soldiers are here").words == "soldiers are here"
    assert parse("XB KD0123-7 សន្លឹកឆ្នោត៥សន្លឹក").words == "សន្លឹកឆ្នោត៥សន្លឹក"


def test_khmer_digits_anywhere_spoil_nothing():
    """One Khmer digit makes the whole message invalid."""
    parsed = parse("XB ៥ KD០១២៣-៧ ១០:៤០ គេដាក់ ៣ សន្លឹក")
    assert (parsed.codes, parsed.stations, parsed.count, parsed.clock) == (("XB",), (STATION,), 5, "10:40")
    assert parsed.words == "គេដាក់ ៣ សន្លឹក"


def test_a_part_that_is_wrong_does_not_take_the_rest_with_it():
    """All or nothing: one bad answer refuses the message."""
    parsed = parse("XB ZZ KD0123-8 5 25:70 one man")
    assert (parsed.codes, parsed.count, parsed.words) == (("XB",), 5, "ZZ 25:70 one man")
    assert parsed.stations == (StationCode("KD0123", "8", False),)
    assert parsed.unread == ("ZZ", "25:70")


def test_a_strange_token_is_never_skipped_so_that_the_rest_means_something_else():
    """`7#A#1#2` is accepted without the A and files a wrong case."""
    assert parse("7#A#1#2") == grammar.Parsed(words="7#A#1#2")


def test_the_letters_of_another_form_are_no_answer_of_ours():
    assert parse("1.5 2.yes 3.no").codes == ()
    assert parse("1.5 2.yes 3.no").words == "1.5 2.yes 3.no"


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


PIECES = [
    "XB",
    "kb",
    "SOS",
    "KD0123",
    "-7",
    "0123",
    "10:40",
    "5",
    "!",
    "#",
    "-",
    "/",
    " ",
    "\n",
    "KD",
    "ក",
    "១",
    "\u200b",
]


@pytest.mark.security("S53", "any text")
@given(
    st.text()
    | st.binary().map(lambda octets: octets.decode("latin-1"))
    | st.binary().map(lambda octets: octets.decode("utf-8", "surrogateescape"))
    | st.lists(st.sampled_from(PIECES)).map("".join)
)
def test_no_text_is_too_odd_and_every_word_of_it_is_somewhere(text):
    """Each letter and digit stands in the words or in something that was understood."""
    parsed = parse(text)
    assert isinstance(parsed, grammar.Parsed)
    if not (parsed.codes or parsed.checkins or parsed.sos or parsed.stations):
        assert parsed.words == text


def calls(read: Callable[[str], Any], text: str) -> int:
    """How many calls reading it takes; a count, so that the machine's mood does not matter."""
    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1

    sys.setprofile(count)
    try:
        read(text)
    finally:
        sys.setprofile(None)
    return seen


@pytest.mark.security("S53", "linear codes")
@pytest.mark.parametrize(
    "piece",
    [
        *(
            "XB ",
            "KD0123-7 ",
            "1:",
            "A",
            "! ",
            "AA-",
            "KD 0123 ",
            "១",
            "ក",
            "\u200b",
            "0O1l",
            "word ",
            "S O S ",
            "SOS!",
        ),
        *(
            "XB/",
            "- 7 ",
            "KD0123 - ",
            "XB#KD0123-7#",
            "#",
            "( ",
            "10:4O ",
            "XBPF ",
            "KD0123-7XB ",
            "\uff10",
            "5 6 ",
            "\0",
        ),
    ],
)
def test_twice_the_text_is_about_twice_the_work(piece):
    once, twice = (piece * (length // len(piece)) for length in (8_000, 16_000))
    assert calls(parse, twice) < 2.2 * calls(parse, once) + 50
    assert isinstance(parse(piece * (65_536 // len(piece))), grammar.Parsed)


@pytest.mark.security("S53", "linear places")
@pytest.mark.parametrize(
    "piece", ["XB KD0123-7 ", "threatened voters ", "កណ្តាល", "AB 12 ", "Kandal ", "ស្លាប់", "\xad", "a1"]
)
def test_places_and_subject_of_twice_the_text_are_about_twice_the_work(piece):
    gazetteer, classifier = house.kept(Gazetteer)(PACK), house.kept(Classifier)(PACK)

    def understand(text: str) -> None:
        gazetteer.find(text)
        classifier.read(text, parse(text))

    understand(piece * 50)  # what is looked up once for all
    once, twice = (piece * (length // len(piece)) for length in (8_000, 16_000))
    assert calls(understand, twice) < 2.2 * calls(understand, once) + 500


def test_a_wrong_check_digit_is_told_with_what_it_could_be():
    """The code as it stands, one digit that is another, or two that were swapped."""
    meant = registry.could_be("KD0123", "8", PACK.stations)
    assert meant[0] == "KD0123-7"
    assert all(registry.check_digit(code.partition("-")[0]) == code[-1] for code in meant)
    assert all(code.partition("-")[0] in PACK.stations for code in meant)
    assert all(code.endswith("-8") for code in meant[1:])


@given(st.sampled_from(sorted(PACK.stations)), st.integers(2, 5), st.integers(0, 9))
def test_whoever_mistyped_one_digit_finds_the_right_station_among_them(code, at, digit):
    wrong = f"{code[:at]}{digit}{code[at + 1 :]}"
    right = registry.check_digit(code)
    if wrong != code:
        assert f"{code}-{right}" in registry.could_be(wrong, right, PACK.stations)
