"""Every fact keeps its name and shape on the wire for ever."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import events

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
WORDS = st.sampled_from(["", "XB KD0123-7", "កណ្តាល", 'a "quote" and \\', "\x00\n\t", "k1.c2VhbGVk", "0b1c", "🗳️"])
OF_TYPE = {str: WORDS, int: st.integers(0, 5), float: st.floats(0, 1), bool: st.booleans()}


@st.composite
def facts(draw: st.DrawFn) -> events.Event:
    kind = draw(st.sampled_from(list(events.KINDS.values())))
    return kind(**{field.name: draw(OF_TYPE[field.type]) for field in fields(kind)})


def test_there_is_a_golden_sample_for_every_version_of_every_fact() -> None:
    wanted = {f"{wire}.v{v}" for wire, kind in events.KINDS.items() for v in range(1, kind.v + 1)}
    assert {path.stem for path in GOLDEN} == wanted


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
@pytest.mark.survival("R40", "older facts")
def test_a_fact_that_was_once_written_can_still_be_read(path: Path) -> None:
    sample = json.loads(path.read_text())
    assert path.stem == f"{sample['wire']}.v{sample['v']}"
    about, _, subject = sample["about"].partition(":")
    event = events.decode(sample["wire"], sample["v"], subject, json.dumps(sample["body"]))
    assert (event.about, event.of, event.wire) == (about, sample["about"], sample["wire"])
    if sample["v"] == event.v:
        assert json.loads(events.encode(event)) == sample["body"]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_golden_samples_say_something_in_every_field(path: Path) -> None:
    sample = json.loads(path.read_text())
    if sample["v"] == events.KINDS[sample["wire"]].v:
        named = {field.name for field in fields(events.KINDS[sample["wire"]])} - {"subject"}
        assert set(sample["body"]) == named


@given(facts())
def test_what_is_encoded_is_decoded_as_it_was(event: events.Event) -> None:
    assert events.decode(event.wire, event.v, event.subject, events.encode(event)) == event


def test_no_two_facts_share_a_name() -> None:
    assert len(events.KINDS) == len(events.Event.__subclasses__())
    assert all(wire == kind.wire and wire.startswith(f"{kind.about}.") for wire, kind in events.KINDS.items())


@pytest.mark.survival("R40", "newer facts")
def test_a_fact_of_a_newer_program_is_unknown_and_not_misread() -> None:
    with pytest.raises(events.Unknown):
        events.decode("report.invented", 1, "x", "{}")
    with pytest.raises(events.Unknown):
        events.decode("report.received", events.ReportReceived.v + 1, "x", "{}")


def test_a_field_that_this_program_does_not_know_is_passed_over() -> None:
    event = events.decode("account.opened", 1, "Amina", '{"role": "analyst", "colour": "blue"}')
    assert event == events.AccountOpened(subject="Amina", role="analyst", organisation="")


def test_a_reference_is_eight_digits_and_always_the_same() -> None:
    report = "0b1c5f0e-6a53-5d0c-9e54-0f2b6f3e7a10"
    assert events.reference(report) == events.reference(report.upper())
    assert [len(part) for part in events.reference(report).split("-")] == [4, 4]
    assert events.reference(report).replace("-", "").isdigit()
