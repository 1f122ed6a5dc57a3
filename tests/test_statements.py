"""The rules of a statement, whatever was said of it before: who may take which step, and what stops a release."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import events
from server.press import statements, steps
from server.press.document import Draft, Figure, Text
from server.press.statements import MAY, MISSING, Change, Seat, Statement, guards, missing, state
from server.press.voices import Signature, Voice, Written
from server.roles import ROLES, Refused

NAMES, MEMBERS = ("amina", "bopha", "chan"), ("first", "second", "third")
FIGURE = Figure("asof", 1496547000, "moment", upto="1-0", facts=3)
NOW, LATER = "2017-06-04T05:00:00+00:00", "2017-06-04T07:00:00+00:00"
OTHER = "0" * 64


SOME = st.frozensets(st.sampled_from(NAMES), max_size=1)
VOICES = st.builds(
    Voice,
    name=st.sampled_from((*NAMES, "dara", "ekk")),
    since=st.sampled_from([1, 1, 1, 4]),
    openers=SOME,
    vouched=st.sampled_from([True, True, True, False]),
    open=st.sampled_from([True, True, True, False]),
)


@st.composite
def stated(draw: st.DrawFn) -> Statement:
    body = st.sampled_from(["Words.", "", "[write]", "A [link](to there)."])
    texts = {language: Text("Title", draw(body)) for language in ("km", "en")}
    rehearsal = draw(st.booleans())
    whole = Statement(
        draft=Draft("st", "flash", texts, {"asof": FIGURE}, rehearsal=rehearsal),
        version=4,
        ended=draw(st.sampled_from(["", "", "", "released", "rehearsed", "withdrawn", "abandoned"])),
        written=Written(3, draw(SOME), draw(SOME)),
        wrong=draw(st.sampled_from([0, 0, 0, 1])),
        live=tuple(draw(st.sampled_from([(), (), (), ("reports",)]))),
        mixed=draw(st.sampled_from([False, False, False, True])),
        until=draw(st.sampled_from(["", "", LATER])),
        changes=tuple(Change("i", {}, {}, draw(st.booleans())) for _ in range(draw(st.sampled_from([0, 0, 0, 1])))),
    )
    hashes = st.sampled_from([whole.hash, whole.hash, OTHER])
    signed = tuple(draw(st.lists(st.builds(Signature, st.sampled_from(MEMBERS), hashes, VOICES), max_size=4)))
    accepted = frozenset(draw(st.sets(st.just("advice"))))
    checked = {"checked": draw(st.sampled_from([whole.hash, whole.hash, ""])), "checker": draw(VOICES)}
    return replace(whole, **checked, signed=signed, accepted=accepted)


SEATS = st.builds(
    Seat,
    voice=VOICES,
    role=st.sampled_from(ROLES),
    organisation=st.sampled_from(("", *MEMBERS)),
    program=st.sampled_from([False, False, True]),
    needed=st.integers(2, 3),
    now=st.just(NOW),
    must=st.sampled_from([(), (), ("n",)]),
    should=st.sampled_from([(), ("advice",)]),
)


@pytest.mark.security("S11", "publishing")
@given(stated(), SEATS)
def test_nothing_is_released_that_is_not_whole_checked_signed_and_free(whole: Statement, seat: Seat) -> None:
    document = {"rehearsal": whole.draft.rehearsal, "number": 1}
    texts = [text.body for text in whole.draft.texts.values()]
    signers = whole.signatures
    sound = "" not in texts and "[write]" not in texts and not (whole.wrong or whole.live or whole.mixed)
    checked = whole.checked == whole.hash and fit(whole, whole.checker) and apart(whole)
    agreed = checked and len(signers) >= seat.needed and not seat.must
    weighed = not seat.should or "advice" in whole.accepted
    free = not whole.ended and not whole.changes and not whole.until
    may = seat.role == "press" and not seat.program
    if all((sound, agreed, weighed, free, may)):
        event = steps.release(whole, document, seat)
        assert isinstance(event, events.StatementRehearsed) == whole.draft.rehearsal
        assert isinstance(event, events.StatementReleased) != whole.draft.rehearsal
    else:
        with pytest.raises(Refused):
            steps.release(whole, document, seat)


def fit(whole: Statement, voice: Voice | None) -> bool:
    """Is open, and neither wrote it, nor let in who did, nor was let in by them, nor came after it was begun."""
    written = whole.written
    return bool(voice and voice.open) and not (
        voice.name in written.authors | written.above or voice.openers & written.authors or voice.since > written.begun
    )


def apart(whole: Statement) -> bool:
    """No account let in both who wrote it and who checked it."""
    return not (whole.checker and whole.checker.openers & whole.written.above)


@given(stated(), SEATS)
def test_nobody_signs_or_checks_what_they_wrote_and_no_organisation_signs_twice(whole: Statement, seat: Seat) -> None:
    if not fit(whole, seat.voice):
        assert missing("sign", whole, seat)
        assert missing("check", whole, seat)
        assert missing("review", whole, seat)
    if not seat.voice.vouched or seat.voice.since > whole.written.begun:
        assert missing("unsign", whole, seat)
    if seat.voice.name in whole.written.authors:
        assert {"author"} <= set(missing("sign", whole, seat)) & set(missing("check", whole, seat))
        assert "author" in missing("review", whole, seat)
    if seat.organisation in whole.organisations:
        assert {"again", "own"} & set(missing("sign", whole, seat))
    if not missing("sign", whole, seat):
        after = replace(whole, signed=(*whole.signed, Signature(seat.organisation, whole.hash, seat.voice)))
        assert len(after.organisations) == len(whole.organisations) + 1


@given(stated())
def test_whatever_was_recorded_the_signatures_that_count_are_of_as_many_people_who_are_strangers_to_each_other(
    whole: Statement,
) -> None:
    for one in whole.signatures:
        assert one.hash == whole.hash
        assert one.voice.vouched
        assert fit(whole, one.voice)
        for other in (*whole.signatures, *([Signature("", "", whole.checker)] if whole.checker else [])):
            assert not one.voice.tied(other.voice) or one is other
    assert len({one.voice.name for one in whole.signatures}) == len(set(whole.organisations)) == len(whole.signatures)


@given(stated(), SEATS)
def test_a_program_and_a_role_that_is_not_named_take_no_step_and_a_closed_statement_takes_none_but_withdrawal(
    whole: Statement, seat: Seat
) -> None:
    for step, keys in guards(whole, seat).items():
        assert set(keys) <= set(MISSING)
        if seat.program or seat.role not in MAY[step] or (whole.ended and step != "withdraw"):
            assert keys, step


@given(stated())
def test_another_word_or_number_makes_check_and_signatures_void(whole: Statement) -> None:
    texts = {**whole.draft.texts, "en": Text("Another title", "Words.")}
    figures = {"asof": replace(FIGURE, value=FIGURE.value + 1)}
    for draft in (replace(whole.draft, texts=texts), replace(whole.draft, figures=figures)):
        after = replace(whole, draft=draft)
        assert after.organisations == ()
        assert "unchecked" in missing("release", after, SEAT)
        assert state(after, 2, NOW) in ("drafting", whole.ended)


DARA, EKK = (Voice(name, 1) for name in ("dara", "ekk"))
SEAT = Seat(DARA, "press", "first", False, 2, NOW)
PLAIN = Statement(
    Draft("st", "flash", {each: Text("Title", "Words.") for each in ("km", "en")}, {"asof": FIGURE}),
    4,
    written=Written(3),
)


def close(words: dict[str, Any]) -> str:
    return "sealed"


@pytest.mark.parametrize("rehearsal", [True, False])
def test_a_document_of_the_other_world_is_refused_by_the_rule(rehearsal: bool) -> None:
    draft = replace(PLAIN.draft, rehearsal=rehearsal)
    whole = replace(PLAIN, draft=draft)
    signed = (Signature("first", whole.hash, DARA), Signature("second", whole.hash, EKK))
    whole = replace(whole, checked=whole.hash, checker=DARA, signed=signed)
    with pytest.raises(Refused, match="rehearsal"):
        steps.release(whole, {"rehearsal": not rehearsal, "number": 1}, SEAT)


@pytest.mark.parametrize(
    ("kind", "corrected", "rehearsal"),
    [
        ("poem", None, False),
        ("correction", None, False),
        ("flash", ("a", "released", False), False),
        ("correction", ("a", "", False), False),
        ("correction", ("a", "abandoned", False), False),
        ("correction", ("a", "released", False), True),
        ("correction", ("a", "rehearsed", True), False),
    ],
)
def test_what_cannot_be_begun_is_refused(kind: str, corrected: Any, rehearsal: bool) -> None:
    with pytest.raises(Refused):
        steps.begin("st", kind, ("flash", "correction"), corrected, rehearsal)


def test_advice_that_is_not_followed_needs_a_reason() -> None:
    seat = replace(SEAT, role="analyst", should=("advice",))
    for accepted, reason in (([], "for a reason"), (["advice"], ""), (["other"], "for a reason")):
        with pytest.raises(Refused):
            steps.check(PLAIN, accepted, reason, seat, close)
    fact = steps.check(PLAIN, ["advice", "other"], "for a reason", seat, close)
    assert (fact.accepted, fact.reason) == ("advice", "sealed")


def test_every_step_names_its_roles_and_every_sentence_is_one() -> None:
    assert {role for roles in MAY.values() for role in roles} <= set(ROLES)
    assert all(sentence.endswith(".") for sentence in MISSING.values())
    assert "viewer" not in {role for roles in statements.MAY.values() for role in roles}
