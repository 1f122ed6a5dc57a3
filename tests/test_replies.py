"""Which reports are answered, and that an answer never endangers whoever sent one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import pack as packs
from server.grammar import parse
from server.monitors.roster import Monitor
from server.pack import Pack
from server.texting import replies, segments
from server.texting.answers import HINT_CODE, HINT_STATION, KINDS, RECEIPT
from server.texting.replies import Heard

PACK = packs.load("kh-2017")
NUMBER = "+85512345678"
SECRET = ("SOS", "OD", "OE", "OF", "OG", "VK", "VH", "LK")
CODES = sorted({*PACK.taxonomy.subs, *PACK.taxonomy.checkins, *(c.code for c in PACK.taxonomy.categories)})
PIECES = st.sampled_from([*CODES, "KD0123-7", "KD0123-8", "5", "10:40", "!", "ZZ", "thank you", "ខ្ញុំ", "២"])


def monitor(**more: object) -> Monitor:
    given = {"id": "m1", "organisation": "A", "language": "km", "replies": True, "aliases": ("a",), "stations": ()}
    return Monitor(**{**given, "no_signal": False, "supervisor": "", "rehearsal": False, **more})  # type: ignore[arg-type]


def heard(text: str = "KB KD0123-7", **more: object) -> Heard:
    parsed = parse(text, PACK.taxonomy)
    given = {"channel": "sms", "kind": "checkin", "restricted": False, "codes": (), "unread": (), "blocked": False}
    return Heard(**{**given, "parsed": parsed, "text": text, "number": NUMBER, "to": "1234", **more})  # type: ignore[arg-type]


def deserved(text: str = "KB KD0123-7", who: Monitor | None = monitor(), **more: object) -> tuple[str, ...]:  # noqa: B008
    return replies.deserved(heard(text, **more), who, PACK.answers, ("+855999",))


def test_a_monitor_who_wants_answers_gets_one() -> None:
    assert deserved() == (RECEIPT,)


@pytest.mark.parametrize(
    "more",
    [
        *({"who": None}, {"who": monitor(replies=False)}, {"blocked": True}, {"channel": "web"}, {"kind": "noise"}),
        *({"restricted": True}, {"codes": ("OE",)}, {"unread": ("1/2",)}, {"kind": "set_aside"}),
        *({"number": ""}, {"number": "1234"}, {"number": "KH-BANK"}, {"number": "telegram:77"}, {"number": "+855"}),
        *({"to": NUMBER}, {"to": "855 12 345 678"}, {"number": "+855999"}),
    ],
)
def test_nobody_else_does(more: dict[str, object]) -> None:
    assert deserved(**more) == ()  # type: ignore[arg-type]


@pytest.mark.security("S25", "danger")
@pytest.mark.parametrize("code", SECRET)
@pytest.mark.parametrize("text", ["{} KD0123-7", "{}", "they are at the door {} 1", "KB KD0123-7 {}", "{}! KD0123-7"])
def test_a_report_of_danger_is_never_answered(code: str, text: str) -> None:
    assert deserved(text.format(code)) == ()


@pytest.mark.security("S25", "whom never")
@given(st.lists(PIECES, max_size=8).map(" ".join), st.booleans(), st.sampled_from(["", *CODES]), st.booleans())
def test_whatever_is_sent_danger_blocked_and_unknown_sources_are_never_answered(
    text: str, restricted: bool, code: str, blocked: bool
) -> None:
    known = deserved(text, restricted=restricted, codes=(code,), blocked=blocked)
    dangerous = restricted or code in SECRET or set(text.split()) & set(SECRET)
    assert known == () or not (dangerous or blocked)
    assert deserved(text, who=None, restricted=restricted, codes=(code,)) == ()


@pytest.mark.parametrize(
    "text",
    [
        *("Auto-Reply: I am away", "I'm driving and will call you", "សារស្វ័យប្រវត្តិ"),
        *("Received, thank you. 4821-0937", "FW: received,  THANK you. 0000-1111 hello", "បានទទួលហើយ សូមអរគុណ។ 1-2"),
    ],
)
def test_a_machine_is_not_answered_nor_an_answer_of_ours(text: str) -> None:
    assert deserved(text, kind="unsorted") == ()


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("XB KD0123-8", (HINT_STATION, RECEIPT)),
        ("XB ZQ KD0123-7", (HINT_CODE, RECEIPT)),
        ("XB ZQ KD0123-8", (HINT_STATION, HINT_CODE, RECEIPT)),
        ("people are waiting in a long line", (RECEIPT,)),
    ],
)
def test_what_was_not_understood_is_told_most_useful_first(text: str, kinds: tuple[str, ...]) -> None:
    assert deserved(text) == kinds


@pytest.mark.security("S25", "short and neutral")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", PACK.languages)
def test_every_answer_fits_in_one_text_and_tells_nothing(pack: Pack, kind: str, language: str) -> None:
    said = pack.answers.text(kind, language, "4821-0937")
    assert segments.count(said) == 1
    assert said.endswith("4821-0937")
    telling = ("report", "observ", "elect", "monitor", "station", "vote", "poll", "code", "incident", "room")
    telling += ("របាយការណ៍", "សង្កេត", "ឆ្នោត", "ការិយាល័យ", "កូដ")
    assert [word for word in telling if word in said.casefold()] == []


def test_an_answer_in_a_language_that_the_pack_has_not_is_in_its_first() -> None:
    assert PACK.answers.text(RECEIPT, "fr", "1") == PACK.answers.text(RECEIPT, PACK.languages[0], "1")
