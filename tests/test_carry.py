"""Reports that are carried here by hand: wrong rows are told first, nothing is doubled, each keeps its time."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ingest import carry
from ingest.handed import ANYWHERE, Hand
from server import events, settings
from server.log import Log
from server.pack import Pack
from server.seal import Sealer
from tests import days, doors
from tests.doors import Door

NOW = datetime(2017, 6, 4, 12, 0, tzinfo=UTC)
FILE = """time,phone,station,text
07:45,012345678,KD0123-7,PA opened late
2017-06-04 10:40,,KD0123-7,"XB 5 ""many"", they said
and ran"
,,,ទាហានចូលក្នុងសាលារៀន
07:45,012345678,KD0123-7,PA opened late
"""


@pytest.fixture
def door(keys: Path, log: Log) -> Door:
    return doors.build(keys, log)


@pytest.fixture
def hand(door: Door, monkeypatch: pytest.MonkeyPatch) -> Hand:
    return handing_in_at(door, monkeypatch)


def handing_in_at(door: Door, monkeypatch: pytest.MonkeyPatch) -> Hand:
    """Hands in at the door without a network."""
    made = Hand(settings.read({**doors.ENV, "DATA_DIR": str(door.folder)}), Sealer(door.folder / "keys"))

    class Connection:
        def __init__(self, host: str, port: int, timeout: float) -> None:
            assert host not in ANYWHERE

        def request(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
            self.answer = door.client.open(path, method=method, data=body, headers=headers)

        def getresponse(self) -> "Connection":
            return self

        def __enter__(self) -> "Connection":
            return self

        def __exit__(self, *_: object) -> None:
            """Nothing to close."""

        def read(self) -> bytes:
            return self.answer.data

        @property
        def status(self) -> int:
            return self.answer.status_code

        def close(self) -> None:
            """Nothing to close."""

    monkeypatch.setattr("ingest.handed.http.client.HTTPConnection", Connection)
    return made


def pile(folder: Path, content: str | bytes, pack: Pack) -> carry.Pile:
    path = folder / "reports"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return carry.read(path, pack, NOW)


def test_every_row_comes_in_as_it_stands_with_its_own_time(door, hand, pack, capsys):
    found = pile(door.folder, "\ufeff" + FILE, pack)
    assert (found.wrong, found.odd) == ([], [])
    assert carry.hand_in(found.entries, hand)
    reports, bodies = door.reports(), door.bodies()
    assert [report.sent_at[:16] for report in reports] == [
        "2017-06-04T00:45",
        "2017-06-04T03:40",
        "",
        "2017-06-04T00:45",
    ]
    assert {(report.channel, report.gateway, report.rehearsal) for report in reports} == {("carried", "desk", False)}
    assert bodies[1]["text"] == 'XB 5 "many", they said\nand ran'
    assert [body["sender"] for body in bodies] == ["+85512345678", "", "", "+85512345678"]
    assert bodies[0]["entered_by"] == "console"
    told = capsys.readouterr().out
    assert all(events.reference(report.subject) in told for report in reports)
    assert "12345678" not in told
    assert "opened" not in told


def test_who_wrote_the_same_twice_meant_it_and_who_carries_the_file_twice_did_not(door, hand, pack):
    for _ in range(3):
        assert carry.hand_in(pile(door.folder, FILE, pack).entries, hand)
    assert len(door.reports()) == 4


def test_a_file_that_has_grown_or_was_sorted_brings_only_what_is_new(door, hand, pack):
    head, *rows = FILE.replace("\nand ran", " and ran").strip().split("\n")
    carry.hand_in(pile(door.folder, "\n".join([head, *rows]), pack).entries, hand)
    carry.hand_in(pile(door.folder, "\n".join([head, ",,,one more", *reversed(rows)]), pack).entries, hand)
    assert len(door.reports()) == 5


def test_what_is_wrong_is_told_at_once_and_nothing_is_sent(keys, door, hand, pack, monkeypatch, capsys):
    rows = ["time,text", "07:45,", "later,XB", "25:10,XB", "2017-06-04 23:00,XB", "2017-02-31,XB", "10:40,XB fine"]
    found = pile(keys, "\n".join(rows), pack)
    assert [sentence.split()[1].rstrip(":") for sentence in found.wrong] == ["1", "2", "3", "4", "5"]
    monkeypatch.setattr(carry.settings, "environment", lambda: {**doors.ENV, "DATA_DIR": str(keys)})
    (keys / "rows.csv").write_text("time,text\n07:45,\n10:40,XB fine")
    with pytest.raises(SystemExit, match="Nothing was sent. Correct 1 of 2 rows"):
        carry.main([str(keys / "rows.csv")])
    assert "Row 1 has no text." in capsys.readouterr().out
    assert door.reports() == []
    (keys / "rows.csv").write_text("time,text\n10:40,XB fine")
    carry.main([str(keys / "rows.csv")])
    assert len(door.reports()) == 1


def test_a_station_that_is_odd_is_told_and_sent_all_the_same(door, hand, pack):
    found = pile(door.folder, "station,text\nKD0123-8,XB\nKD9999,XB\nsomewhere,XB\nkd0123-7,XB\nKD0123,XB", pack)
    assert [sentence.split()[1] for sentence in found.odd] == ["1:", "2:", "3:"]
    assert found.wrong == []
    assert [entry.station for entry in found.entries][:3] == ["KD0123-8", "KD9999", "somewhere"]


def test_json_is_read_like_a_table(door, pack):
    rows = [{"Text": "XB", "time": "07:45", "phone": 12345678}, {"text": "PA", "station": None}]
    found = pile(door.folder, json.dumps(rows), pack)
    assert [(entry.text, entry.sender, entry.at[:16]) for entry in found.entries] == [
        ("XB", "12345678", "2017-06-04T07:45"),
        ("PA", "", ""),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "no column named text"),
        ("a,b\n1,2", "no column named text"),
        ("text\n", "no column named text"),
        ("[1, 2]", "no JSON list of objects"),
        ('[{"text": 1]', "no JSON list of objects"),
        ("[" * 100_000, "no JSON list of objects"),
        ("text\n" + '"' + "x" * (carry.LONGEST_FIELD + 9), "a field is too long"),
    ],
)
def test_what_is_no_list_of_reports_is_refused_with_a_sentence(keys, pack, content, sentence):
    with pytest.raises(SystemExit, match=sentence):
        pile(keys, content, pack)
    with pytest.raises(SystemExit, match="cannot be read"):
        carry.read(keys / "nowhere", pack, NOW)


def test_columns_that_are_not_used_are_named(keys, pack, capsys):
    pile(keys, "text,name,station\nXB,Sok,KD0123-7", pack)
    assert capsys.readouterr().out == "Not used: name.\n"


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_no_bytes_are_too_odd_and_none_is_lost(keys, octets):
    text = octets.replace(b'"', b"'").replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\0", b" ").strip() or b"x"
    found = pile(keys, b'text\n"' + text + b'"', days.the_pack())
    assert found.entries[0].text == text.decode("utf-8", "surrogateescape").strip()


def test_a_door_that_goes_away_is_told_with_how_many_rows_are_safe(door, hand, pack, monkeypatch, capsys):
    entries = pile(door.folder, FILE, pack).entries
    send, calls = hand._send, []

    def sometimes(*args: object) -> int:
        calls.append(args)
        return 503 if len(calls) == 3 else send(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(hand, "_send", sometimes)
    assert not carry.hand_in(entries, hand)
    assert (
        "Row 3 was not taken: The public door could not keep it just now. 2 of 4 rows are safe."
        in capsys.readouterr().out
    )
    assert carry.hand_in(entries, hand)
    assert len(door.reports()) == 4


def test_hundreds_of_rows_of_one_phone_are_over_nobodys_share(door, hand, pack):
    rows = "\n".join(f"012345678,PA late {n}" for n in range(40))
    assert carry.hand_in(pile(door.folder, f"phone,text\n{rows}", pack).entries, hand)
    assert not any(report.crowded for report in door.reports())
