"""The roster of monitors: imported whole or not at all, by console and page; who is known by it, and who is blocked."""

import bz2
import csv
import gzip
import io
import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ingest import rehearse
from ingest.day import script
from server import __main__ as console
from server import events
from server.board import Board
from server.following import Following
from server.log import Log
from server.monitors import callsigns, columns, enrolment, sheets
from server.monitors import console as roster_console
from server.monitors.roll import Roll
from server.monitors.roster import Roster
from server.pack import Pack, check_digit
from server.roles import ROLES, Refused
from server.seal import Opener, Vault
from server.sections.standing import MOST_PINS
from tests import house as houses
from tests.days import PLACES, STATION, Pen, raws, report_id, the_pack
from tests.house import DESKS, House, cards, error

HEADER = ["Reference", "Name", "Organisation", "Phone 1", "Phone 2", "Station", "Language", "PIN", "Replies"]
SOK = ["A1", "Canaryname Sok", "Network A", "012345678", "010 222 333", "KD0123-7", "Khmer", "4711", "yes"]
DARA = ["A2", "Canaryname Dara", "Network A", "+85512345679", "", f"KD0124-{check_digit('KD0124')}", "en", "", "no"]
CHAN = ["B1", "Canaryname Chan", "Network B", "(012) 345-670", "", "", "", "", ""]
ONE, OTHER, STRANGER = "+85512345678", "+85510222333", "+85599777666"


def table(*rows: list[str], header: list[str] = HEADER, separator: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([header, *rows])
    return out.getvalue().encode()


SMALL = table(SOK, DARA)
Console = Callable[..., str]


@pytest.fixture
def command(
    log: Log,
    keys: Path,
    pack: Pack,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Console:
    """Runs a command of the console on this test's log: what it printed, or its refusal."""
    for name, value in {**houses.ENV, "DATA_DIR": str(keys), "GATEWAYS": "kannel"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(roster_console, "Log", lambda record, election: log)
    monkeypatch.setattr(roster_console.packs, "load", lambda name: pack)
    monkeypatch.setattr(console, "keep_inside", lambda: None)

    def run(*words: str, file: bytes | None = None, said: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        if file is not None:
            (tmp_path / "roster.csv").write_bytes(file)
            words = (*words, str(tmp_path / "roster.csv"))
        try:
            console.main(["roster", *words])
        except SystemExit as refusal:
            return capsys.readouterr().out + str(refusal)
        return capsys.readouterr().out

    return run


def enrolled(log: Log) -> list[events.Event]:
    return [raw.fact().event for raw in log.read() if raw.fields["about"].startswith(("monitor:", "source:"))]


def alone(log: Log, vault: Vault) -> Roster:
    """The roster of whoever holds nothing else."""
    roster = Roster.alone(vault)
    roster.fold(log.read())
    return roster


def report(house: House, pen: Pen, n: int, number: str, read: bool = True, **more: Any) -> str:
    """A report from this number; its id."""
    source, pin = pen.sealer.alias(number), more.pop("pin", "")
    where = more.pop("where", STATION)
    house.log.append(pen.received(n, source=source, **more), by="gateway:kannel")
    if read:
        words = {"text": "five ballots", "sender": number, "raw_sender": number, "pin": pin, "because": []}
        reading = {**vars(pen.read(n, source=source, where=where)), "words": pen.vault.seal(f"source:{source}", words)}
        house.log.append(events.ReportRead(**reading), by="reader")
        house.log.append(pen.opened(n), by="reader")
    house.fold()
    return report_id(n)


# importing


def test_a_list_is_enrolled_once_and_only_what_changed_again(command: Console, log: Log) -> None:
    assert "2 enrolled, 0 changed, 0 as before" in command("import", file=SMALL)
    assert "0 enrolled, 0 changed, 2 as before" in command("import", file=SMALL)
    assert len(enrolled(log)) == 2
    moved = [*SOK[:5], "KD0125", *SOK[6:]]
    for turn in (moved, SOK):  # there and back: what stood there once before is a change all the same
        assert "0 enrolled, 1 changed, 1 as before" in command("import", file=table(turn, DARA))
    assert len(enrolled(log)) == 4
    assert len({event.subject for event in enrolled(log)}) == 2


@pytest.mark.security("S19", "look-alike stations")
@pytest.mark.parametrize("letter", ["\u041a", "\u017f"], ids=ascii)
def test_a_station_that_only_looks_like_one_enrols_nobody(command: Console, log: Log, pack: Pack, letter: str) -> None:
    """Letters that another program might take for K or S."""
    code = next(each for each in sorted(pack.stations) if each.startswith("S" if letter == "\u017f" else "K"))
    said = command("import", file=table([*SOK[:5], letter + code[1:], *SOK[6:]]))
    assert "is not written like" in said
    assert enrolled(log) == []


def test_one_wrong_row_and_nothing_is_enrolled_unless_the_operator_says_so(command: Console, log: Log) -> None:
    bad = ["A9", "Neary", "Network A", "0123", "", "KD0123-3", "", "", ""]
    said = command("import", file=table(SOK, bad, DARA))
    assert "Row 3: What stands under Phone 1 is no phone number." in said
    assert "Row 3: Station KD0123-3 has a slip: if it is KD0123, write KD0123-7." in said
    assert said.endswith("1 of 3 rows are wrong. Nothing was enrolled.")
    assert enrolled(log) == []
    assert "2 enrolled" in command("import", "--skip-wrong", file=table(SOK, bad, DARA))


FAULTS = [
    ({"Reference": ""}, "It has no reference"),
    ({"Organisation": ""}, "It names no organisation."),
    ({"Phone 1": "", "Phone 2": ""}, "It has no phone"),
    ({"Phone 2": "Sok's"}, "What stands under Phone 2 is no phone number."),
    ({"Phone 1": "8.55123E+10"}, "What stands under Phone 1 is no phone number."),
    ({"Station": "ZZ9999"}, "There is no station ZZ9999."),
    ({"Station": "the school"}, "Its station is not written like AB1234-5."),
    ({"Station": "KD0123-7/KD0124-0"}, f"KD0124-0 has a slip: if it is KD0124, write KD0124-{check_digit('KD0124')}."),
    ({"Language": "Latin"}, "Its language is none of en, km."),
    ({"PIN": "12"}, "Its PIN is not 4 to 20"),
    ({"Replies": "perhaps"}, "Under replies stands neither yes nor no."),
    ({"Name": "x" * 200}, "Its name has more than 120 characters."),
]


@pytest.mark.parametrize(("cells", "sentence"), FAULTS, ids=[sentence[:30] for _, sentence in FAULTS])
def test_what_is_wrong_with_a_row_is_a_sentence(cells: dict[str, str], sentence: str, pack: Pack) -> None:
    row = [cells.get(name, cell) for name, cell in zip(HEADER, SOK, strict=True)]
    sheet = sheets.read(table(DARA, row))
    checked = enrolment.check(sheet, columns.match(sheet.header, {}), pack, "")
    assert [wrong.row for wrong in checked.wrong] == [3]
    assert sentence in checked.wrong[0].says
    assert [entry.row for entry in checked.entries] == [2]


def test_two_rows_that_are_one_monitor_or_share_a_phone_are_both_wrong(command: Console, log: Log) -> None:
    twice = ["A1", *DARA[1:3], "012345000", *DARA[4:]]
    said = command("import", file=table(SOK, DARA, twice, ["A7", *SOK[1:4], "", *SOK[5:]]))
    for row, sentence in (
        (2, "reference stand in row 4"),
        (4, "reference stand in row 2"),
        (5, "phone stands in row 2"),
    ):
        assert re.search(f"Row {row}: .*{sentence}", said)
    assert enrolled(log) == []


def test_a_phone_that_is_another_monitors_is_wrong_but_two_may_exchange_theirs(
    command: Console, log: Log, pen: Pen
) -> None:
    command("import", file=SMALL)
    assert re.search(
        r"Row 2: Its phone is already that of M-\w{3}-\w{3}\.", command("import", file=table([*CHAN[:3], *SOK[3:]]))
    )
    exchanged = table([*SOK[:3], DARA[3], "", *SOK[5:]], [*DARA[:3], SOK[3], "", *DARA[5:]])
    assert "0 enrolled, 2 changed" in command("import", file=exchanged)
    roster = alone(log, pen.vault)
    phones = {monitor.language: roster.phones(monitor.id) for monitor in roster.monitors()}
    assert phones == {"km": ("+85512345679",), "en": (ONE,)}
    assert all(roster.of_alias(alias) == monitor for monitor in roster.monitors() for alias in monitor.aliases)


def test_whoever_is_not_in_the_file_of_their_organisation_is_retired_when_asked(command: Console, log: Log) -> None:
    command("import", file=table(SOK, DARA, CHAN))
    assert "0 enrolled, 0 changed, 1 as before, 1 retired." in command(
        "import", "--retire-missing", "network a", file=table(SOK)
    )
    assert isinstance(enrolled(log)[-1], events.MonitorRetired)
    assert "retired" in command("import", "--retire-missing", "Network C", file=table(SOK))
    assert len(enrolled(log)) == 4
    wrong = table(SOK, [*DARA[:3], "12", *DARA[4:]])
    assert "Correct the wrong rows first" in command(
        "import", "--skip-wrong", "--retire-missing", "Network A", file=wrong
    )
    assert "1 enrolled" in command("import", file=SMALL), "whoever was retired can come back"


KHMER = ["លេខសម្គាល់", "ឈ្មោះ", "អង្គការ", "ទូរស័ព្ទ", "ទូរស័ព្ទ ២", "ការិយាល័យ", "ភាសា", "លេខសម្ងាត់", "ឆ្លើយតប"]
IN_KHMER = [*SOK[:5], "KD០១២៣-៧", "ខ្មែរ", "៤៧១១", "បាទ"]
DIALECTS = {
    "a mark at the beginning": b"\xef\xbb\xbf" + SMALL,
    "semicolons": table(SOK, DARA, separator=";"),
    "tabs": table(SOK, DARA, separator="\t"),
    "two bytes a letter": ("\ufeff" + SMALL.decode()).encode("utf-16-le"),
    "Khmer": table(IN_KHMER, [*DARA[:8], "ទេ"], header=KHMER),
    "phones in one cell": table(
        [*SOK[:3], "012345678 / 010222333", *SOK[5:]], [*DARA[:4], *DARA[5:]], header=[*HEADER[:3], "Tel", *HEADER[5:]]
    ),
    "empty rows": b"\n\n" + SMALL.replace(b"\r\n", b"\r\n,,\r\n\r\n"),
}


@pytest.mark.parametrize("data", DIALECTS.values(), ids=list(DIALECTS))
def test_the_same_list_is_the_same_in_whatever_dialect(data: bytes, pack: Pack) -> None:
    def entries(file: bytes) -> list[dict[str, Any]]:
        sheet = sheets.read(file)
        checked = enrolment.check(sheet, columns.match(sheet.header, {}), pack, "")
        assert checked.wrong == ()
        return [{**vars(entry), "row": 0} for entry in checked.entries]

    assert entries(data) == entries(SMALL)


@pytest.mark.security("S19", "operator's screen")
def test_a_table_cannot_write_over_the_operators_screen(command: Console) -> None:
    hostile = "\x1b[2JNetwork\u202e A\x07\x9b31m"
    header = [*HEADER[:2], "Organisation", *HEADER[3:], hostile]
    said = command("import", file=table([*SOK[:2], hostile, *SOK[3:], "x"], header=header)) + command("list")
    assert "1 enrolled" in said
    assert "Network A" in said
    assert not {"\x1b", "\u202e", "\x07", "\x9b"} & set(said)


def test_the_operator_can_say_which_column_is_what(command: Console, log: Log) -> None:
    odd = table([*SOK[:2], *SOK[3:5]], header=["Nr", "Who", "Tel, day", "Night"])
    assert "No column looks like the reference or the phone." in command("import", file=odd)
    mapped = ["--map", "reference=Nr", "--map", "phone=Tel, day", "--map", "name=Who"]
    assert "Row 2: It names no organisation." in command("import", *mapped, file=odd)
    said = command("import", *mapped, "--organisation", "Network A", file=odd)
    assert "Not used: Night." in said
    assert "1 enrolled" in said
    [event] = enrolled(log)
    assert isinstance(event, events.MonitorEnrolled)
    assert len(event.aliases.split()) == 1
    assert "is no field of the roster" in command("import", "--map", "colour=Nr", file=odd)
    assert "There is no column Blue" in command("import", "--map", "phone=Blue", file=odd)
    both = table([*SOK[:4]], header=["Reference", "Name", "Monitor", "Phone"])
    assert "Name and Monitor both look like the name" in command("import", file=both)


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: (",".join(HEADER) + "\n" + text).encode("utf-8", "surrogatepass")),
    )
)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_no_file_whatever_makes_a_fault(pack: Pack, data: bytes) -> None:
    try:
        sheet = sheets.read(data)
        matched = columns.match(sheet.header, {})
    except Refused:
        return
    checked = enrolment.check(sheet, matched, pack, "")
    assert len(checked.entries) + len({wrong.row for wrong in checked.wrong}) == checked.rows == len(sheet.rows)


CELLS = st.sampled_from(
    ["", "A1", "A2", "012345678", "0102223", "KD0123-7", "KD0123-3", "km", "yes", "Network A", "4711", "x" * 90]
)


@given(st.lists(st.lists(CELLS, min_size=9, max_size=9), max_size=5))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_nothing_is_ever_half_imported(house: House, pen: Pen, rows: list[list[str]]) -> None:
    admin, before = at_page(house), house.log.head()
    answer = admin.post("/api/v1/roster/imports", data=table(*rows), content_type="text/csv")
    house.fold()
    assert answer.status_code in (202, 422)
    if answer.status_code == 422:
        assert house.log.head() == before
    else:
        again = admin.post("/api/v1/roster/checks", data=table(*rows), content_type="text/csv").json
        assert again["plan"]["wrong_rows"] == again["plan"]["new"] == again["plan"]["changed"] == 0


# the page


PAGES: dict[int, FlaskClient] = {}


def at_page(house: House) -> FlaskClient:
    return PAGES.get(id(house)) or PAGES.setdefault(id(house), house.program("administrator"))


def import_(house: House, data: bytes, **asked: str) -> Any:
    answer = house.program("administrator").post(f"/api/v1/roster/imports?{urlencode(asked)}", data=data)
    house.fold()
    return answer


def archives() -> dict[str, bytes]:
    """The small table in whatever office programs and packers make of it."""
    made: dict[str, bytes] = {}
    for name, coding in (
        ("zip", zipfile.ZIP_STORED),
        ("xlsx", zipfile.ZIP_DEFLATED),
        ("zip by bzip2", zipfile.ZIP_BZIP2),
    ):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", coding) as into:
            into.writestr("roster.csv", SMALL)
        made[name] = file.getvalue()
    for mode in ("w", "w:gz", "w:bz2", "w:xz"):
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode=mode) as tar:  # type: ignore[call-overload]
            part = tarfile.TarInfo("roster.csv")
            part.size = len(SMALL)
            tar.addfile(part, io.BytesIO(SMALL))
        made[f"tar {mode}"] = file.getvalue()
    plain = (SMALL + b"\n") * 3
    made |= {"gzip": gzip.compress(plain), "bzip2": bz2.compress(plain), "xz": lzma.compress(plain)}
    made |= {"old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + SMALL, "7z": b"7z\xbc\xaf\x27\x1c" + SMALL}
    made |= {"a table with an archive behind": SMALL + made["zip"], "an empty archive": b"PK\x05\x06" + b"\0" * 18}
    return made


ARCHIVES = archives()


@pytest.mark.security("S33", "rosters")
def test_no_archive_and_no_workbook_comes_in_as_a_roster(house: House) -> None:
    admin, before = house.program("administrator"), house.log.head()
    for name, data in ARCHIVES.items():
        for path in ("checks", "imports", "imports?skip_wrong=1"):
            answer = admin.post(f"/api/v1/roster/{path}", data=data)
            assert (answer.status_code, error(answer)["code"]) == (422, "refused"), (name, path, answer.text)
            assert "Save it as" in error(answer)["message"], (name, answer.text)
    assert house.log.head() == before
    assert import_(house, SMALL).status_code == 202


def test_a_check_says_what_would_happen_and_writes_nothing(house: House) -> None:
    admin = house.program("administrator")
    before = house.log.head()
    told = admin.post("/api/v1/roster/checks", data=table(SOK, DARA, [*CHAN[:3], "1", *CHAN[4:]])).json
    assert house.log.head() == before
    assert [one["field"] for one in told["columns"]] == [
        "reference",
        "name",
        "organisation",
        "phone",
        "phone",
        "station",
        "language",
        "pin",
        "replies",
    ]
    plan = told["plan"]
    assert (plan["rows"], plan["new"], plan["wrong_rows"], plan["organisations"]) == (3, 2, 1, ["Network A"])
    assert plan["wrong"] == [{"row": 4, "says": "What stands under Phone 1 is no phone number."}]


def test_columns_that_nobody_understands_are_asked_about(house: House) -> None:
    admin, odd = house.program("administrator"), table(SOK[:4], header=["Nr", "Name", "Organisation", "Phone"])
    told = admin.post("/api/v1/roster/checks", data=odd).json
    assert told["plan"] is None
    assert told["refused"] == "No column looks like the reference. Say which one is."
    assert [one["field"] for one in told["columns"]] == ["", "name", "organisation", "phone"]
    said = [("map", "reference=Nr"), ("map", "name=Name"), ("map", "organisation=Organisation"), ("map", "phone=Phone")]
    assert admin.post(f"/api/v1/roster/checks?{urlencode(said)}", data=odd).json["plan"]["new"] == 1
    assert (
        admin.post(f"/api/v1/roster/checks?{urlencode([*said, ('map', '=Name')])}", data=odd).json["columns"][1][
            "field"
        ]
        == ""
    )


def test_the_page_imports_counts_and_finds(house: House) -> None:
    assert import_(house, table(SOK, [*DARA[:3], "1", *DARA[4:]])).status_code == 422
    assert import_(house, SMALL).status_code == 202
    admin = house.program("administrator")
    [one] = admin.get("/api/v1/roster").json["organisations"]
    assert one["name"] == "Network A"
    assert (one["monitors"], one["stations"], one["replies"]) == (2, 2, 1)
    assert one["languages"] == {"en": 1, "km": 1}
    sign = callsigns.of_monitor(next(house.live.room.board.roster.monitors()).id)
    [found] = admin.get(f"/api/v1/roster/sources/{sign.lower().replace('-', ' ')}").json["found"]
    assert (found["source"], found["organisation"], found["known"]) == (sign, "Network A", True)
    assert admin.get("/api/v1/roster/sources/M-AAA-AAA").json["found"] == []
    assert error(admin.get("/api/v1/roster/sources/Sok"))["code"] == "refused"


def test_a_table_may_be_large_and_nothing_else(house: House) -> None:
    admin, large = house.program("administrator"), table(SOK) + b"," * 300_000
    assert admin.post("/api/v1/roster/checks", data=large).json["plan"]["new"] == 1
    assert admin.post("/api/v1/roster/checks", data=b"x" * (8 * 1024 * 1024 + 1)).status_code == 413
    assert admin.post("/api/v1/roster/blocks", data=b"x" * 300_000, content_type="application/json").status_code == 413


def test_the_roster_is_for_administrators(house: House) -> None:
    for role in set(ROLES) - {"administrator"}:
        client = house.program(role)
        for path in ("/roster", "/api/v1/roster", "/api/v1/roster/sources/M-AAA-AAA"):
            assert client.get(path).status_code == 403
        for path in ("checks", "imports", "blocks", "unblocks"):
            assert client.post(f"/api/v1/roster/{path}", data=SMALL).status_code == 403
    assert house.at_desk("Dara", "administrator").get("/roster").status_code == 200


# who is known


def test_a_monitor_is_known_by_any_phone_and_a_stranger_is_not(house: House, pen: Pen) -> None:
    import_(house, SMALL)
    for n, number in enumerate((ONE, OTHER, STRANGER)):
        report(house, pen, n, number)
    told = cards(house.program("analyst"))
    first, second, stranger = (told[report_id(n)] for n in range(3))
    assert (first["known"], first["organisation"], first["claims"]) == ("known", "Network A", None)
    assert re.fullmatch(r"M-[A-Z2-7]{3}-[A-Z2-7]{3}", first["source"])
    assert second["source"] == first["source"]
    assert (stranger["known"], stranger["organisation"]) == ("unknown", None)
    assert re.fullmatch(r"S-[A-Z2-7]{3}-[A-Z2-7]{3}", stranger["source"])


def test_cards_change_on_every_screen_when_their_source_is_enrolled_or_retired_later(house: House, pen: Pen) -> None:
    report(house, pen, 1, ONE)
    report(house, pen, 2, STRANGER, read=False)
    analyst, before = house.program("analyst"), house.live.room.board.cursor
    version = cards(analyst)[report_id(1)]["version"]
    for file, known, asked in ((SMALL, "known", {}), (table(DARA), "unknown", {"retire_missing": "Network A"})):
        import_(house, file, **asked)
        changes = analyst.get(f"/api/v1/changes?after={before}").json
        assert [(card["id"], card["known"]) for card in changes["cards"]] == [(report_id(1), known)]
        before = changes["cursor"]
    assert cards(analyst)[report_id(1)]["version"] == version, "a decision that was being written still fits"


def test_only_monitors_count_as_observers(house: House, pen: Pen) -> None:
    report(house, pen, 1, ONE)
    report(house, pen, 2, OTHER)
    report(house, pen, 3, STRANGER)
    client = house.program("analyst")
    names = ("sources", "sources_unknown", "incidents")
    assert [client.get("/api/v1/counts").json[name] for name in names] == [0, 3, 3]
    import_(house, SMALL)
    assert [client.get("/api/v1/counts").json[name] for name in names] == [1, 1, 3]


@pytest.mark.security("S23", "typed number")
@pytest.mark.parametrize("channel", ["web", "voice", "carried", "email"])
def test_a_number_that_was_only_typed_makes_nobody_known_without_the_pin(house: House, pen: Pen, channel: str) -> None:
    import_(house, SMALL)
    known = pen.sealer.alias(ONE)
    for n, pin in enumerate(("", "4712", " ៤៧១១ ", "\ud800")):
        report(house, pen, n, ONE, channel=channel, pin=pin)
    told = cards(house.program("analyst"))
    assert [told[report_id(n)]["known"] for n in range(4)] == ["unknown", "unknown", "known", "unknown"]
    monitor = callsigns.of_monitor(house.live.room.board.roster.of_alias(known).id)  # type: ignore[union-attr]
    assert (told[report_id(0)]["source"], told[report_id(0)]["claims"]) == (callsigns.of_source(known), monitor)
    assert (told[report_id(2)]["source"], told[report_id(2)]["claims"]) == (monitor, None)
    import_(house, table([*SOK[:7], "0815", SOK[8]], DARA))
    assert cards(house.program("analyst"))[report_id(2)]["known"] == "unknown", "the roster now says another PIN"
    everything = "".join(
        house.program(role).get(f"/api/v1/{path}").text
        for role in ROLES
        for path in ("cards", "changes", "cards/" + report_id(2))
    )
    for pin in ("4711", "4712", "៤៧១១"):  # alone: a moment on the record may have the same digits
        assert not re.search(rf"\b{pin}\b", everything)


@pytest.mark.security("S23", "guessed PINs")
def test_whoever_tries_many_pins_with_a_monitors_number_finds_none_that_proves(house: House, pen: Pen) -> None:
    import_(house, SMALL)
    for n in range(MOST_PINS):  # the same slip again and again uses up nothing
        report(house, pen, n, ONE, channel="web", pin="4712")
    report(house, pen, 20, ONE, channel="web", pin="4711")
    for n in range(MOST_PINS):
        report(house, pen, 30 + n, ONE, channel="web", pin=f"90{n:02d}")
    report(house, pen, 50, ONE, channel="web", pin="4711")
    report(house, pen, 51, ONE)
    told = cards(house.program("analyst"))
    assert [told[report_id(n)]["known"] for n in (20, 50, 51)] == ["known", "unknown", "known"]
    assert told[report_id(50)]["claims"] == told[report_id(51)]["source"]


def test_a_monitor_without_a_pin_is_known_by_none(house: House, pen: Pen) -> None:
    import_(house, SMALL)
    report(house, pen, 1, "+85512345679", channel="web", pin="")
    report(house, pen, 2, "+85512345679", channel="web", pin="0000")
    assert {card["known"] for card in cards(house.program("analyst")).values()} == {"unknown"}


def test_a_rehearsal_and_the_real_thing_do_not_know_each_others_monitors(house: House, pen: Pen) -> None:
    import_(house, table(SOK))
    import_(house, table(CHAN), rehearsal="1")
    invented = "+85512345670"
    for n, (number, rehearsal) in enumerate([(ONE, True), (ONE, False), (invented, True), (invented, False)]):
        report(house, pen, n, number, rehearsal=rehearsal)
    told = cards(house.program("analyst"))
    assert [told[report_id(n)]["known"] for n in range(4)] == ["unknown", "known", "known", "unknown"]


@pytest.mark.security("S2", "press and viewers")
@pytest.mark.parametrize("role", ["press", "viewer"])
def test_press_and_viewers_are_never_told_who_or_whose(house: House, pen: Pen, role: str) -> None:
    import_(house, SMALL)
    report(house, pen, 1, ONE)
    house.log.append(pen.verified(1), by="analyst:Amina")
    house.fold()
    client = house.program(role)
    paths = ("cards", "changes", "counts", "figures", "map", "cards/" + report_id(1), "cards?source=known")
    everything = "".join(client.get(f"/api/v1/{path}").text for path in paths)
    assert report_id(1) in everything
    for secret in ("Network A", "M-", "known", "claims", "KD0123"):
        assert secret not in everything.replace("unknown", ""), secret
    assert cards(client, "source=unknown").keys() == cards(client).keys() == {report_id(1)}, "nor can they ask by it"


# blocking


def decide(house: House, what: str, sign: str, reason: str = "the same advert forty times") -> Any:
    answer = house.at_desk("Dara", "administrator").post(
        f"/api/v1/roster/{what}", json={"sign": sign, "reason": reason}
    )
    house.fold()
    return answer


def test_what_a_blocked_source_sends_is_kept_and_counts_nowhere(house: House, pen: Pen) -> None:
    for n, number in enumerate((STRANGER, STRANGER, ONE)):
        report(house, pen, n, number, where=PLACES[4])
        house.log.append(pen.verified(n), by="analyst:Amina")
    house.fold()
    clients = {role: house.program(role) for role in ROLES}
    seen = clients["analyst"].get("/api/v1/counts").json
    assert decide(house, "blocks", callsigns.of_source(pen.sealer.alias(STRANGER))).status_code == 202
    report(house, pen, 3, STRANGER)
    for role, client in clients.items():
        assert cards(client).keys() == {report_id(2)}
        assert client.get("/api/v1/counts").json["incidents"] == 1
        on_map = client.get("/api/v1/map").json
        assert sum(one["incidents"] for one in on_map["by_province"].values()) + on_map["unplaced"] == 1
        figures = client.get("/api/v1/figures").json
        assert (
            sum(
                sum(bar["y"])
                for bar in figures["reports" if role in DESKS else "verified"]["data"]
                if bar["type"] == "bar"
            )
            == 1
        )
        blocked = cards(client, "source=blocked")
        assert set(blocked) == ({report_id(n) for n in (0, 1, 3)} if role in DESKS else {report_id(2)})
    assert {card["known"] for card in cards(clients["analyst"], "source=blocked").values()} == {"blocked"}
    assert clients["analyst"].get("/api/v1/counts").json["blocked"] == 3
    gone = [card for card in clients["press"].get("/api/v1/changes").json["cards"] if card.get("gone")]
    assert {card["id"] for card in gone} == {report_id(0), report_id(1)}
    assert decide(house, "unblocks", callsigns.of_source(pen.sealer.alias(STRANGER)), "a mistake").status_code == 202
    assert clients["analyst"].get("/api/v1/counts").json["incidents"] == seen["incidents"] + 1


def test_all_phones_of_a_monitor_are_blocked_together(house: House, pen: Pen) -> None:
    import_(house, SMALL)
    report(house, pen, 1, ONE)
    report(house, pen, 2, OTHER)
    sign = cards(house.program("analyst"))[report_id(1)]["source"]
    assert decide(house, "blocks", sign, "not one of ours any more").status_code == 202
    assert cards(house.program("analyst")) == {}
    told = house.program("administrator").get("/api/v1/roster").json["blocked"]
    assert {(one["source"], one["reason"], one["by"]) for one in told} == {
        (sign, "not one of ours any more", "administrator:Dara")
    }
    assert error(decide(house, "blocks", sign))["message"] == "This source is blocked already."
    assert decide(house, "unblocks", sign).status_code == 202
    assert error(decide(house, "unblocks", sign))["message"] == "This source is not blocked."


def test_a_stranger_who_types_a_monitors_number_cannot_get_the_monitor_blocked(house: House, pen: Pen) -> None:
    import_(house, SMALL)
    report(house, pen, 1, ONE, channel="web")
    sign = cards(house.program("analyst"))[report_id(1)]["source"]
    assert "This number is on the roster" in error(decide(house, "blocks", sign))["message"]


def test_nobody_is_blocked_without_a_reason_or_by_a_call_sign_of_nobody(house: House, pen: Pen) -> None:
    report(house, pen, 1, STRANGER)
    sign = callsigns.of_source(pen.sealer.alias(STRANGER))
    for asked in (
        (sign, ""),
        (sign, "x" * 501),
        ("M-AAA-AAA", "because"),
        ("+85599777666", "because"),
        ("", "because"),
    ):
        assert error(decide(house, "blocks", *asked))["code"] == "refused"
    assert enrolled(house.log) == []


def test_the_console_blocks_counts_and_lets_in_again(command: Console, log: Log, pen: Pen) -> None:
    command("import", file=SMALL)
    log.append(pen.received(1, source=pen.sealer.alias(STRANGER)), by="gateway:kannel")
    sign = callsigns.of_source(pen.sealer.alias(STRANGER))
    assert command("block", sign.lower(), said="floods the line\n") == f"{sign} is blocked.\n"
    assert isinstance(enrolled(log)[-1], events.SourceBlocked)
    assert "Say why" in command("unblock", sign)
    assert command("unblock", sign, said="it was a mistake\n") == f"{sign} is unblocked.\n"
    assert "Nobody has this call-sign." in command("block", "M-AAA-AAA", said="floods\n")
    counted = command("list")
    assert re.search(r" 2 +2 +1 +0 +0  Network A: 1 \w\w, 1 \w\w", counted)


def test_a_thousand_cards_that_change_at_once_come_in_one_piece(house: House, pen: Pen) -> None:
    source = pen.sealer.alias(STRANGER)
    for n in range(300):
        house.log.append(pen.received(n, source=source), by="x")
    house.fold()
    before = house.live.room.board.cursor
    decide(house, "blocks", callsigns.of_source(source))
    analyst, found, more = house.program("administrator"), set(), True
    while more:
        page = analyst.get(f"/api/v1/changes?after={before}").json
        found |= {card["id"] for card in page["cards"]}
        before, more = page["cursor"], page["more"]
    assert len(found) == 300


# what is kept of it


@pytest.mark.security("S1", "roster")
def test_no_name_number_or_pin_can_be_read_anywhere_after_an_import(
    command: Console, log: Log, keys: Path, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    small = SMALL.replace(SOK[7].encode(), b"canarypin")
    said = (
        command("import", file=small)
        + command("list")
        + command("import", file=table([*SOK[:3], "12 canaryname", *SOK[4:]]))
    )
    house.fold()
    decide(
        house, "blocks", callsigns.of_monitor(next(house.live.room.board.roster.monitors()).id), "Canaryname was rude"
    )
    told = house.program("administrator").get("/api/v1/roster").text.replace("Canaryname was rude", "")
    kept = str(log.read()) + str([log.client.dump(key) for key in log.client.scan_iter(match=f"{log.prefix}*")])
    files = b"".join(path.read_bytes() for path in keys.rglob("*") if path.is_file() and path.suffix != ".csv")
    for secret in ("anaryname", "12345678", "12345679", "10222333", "222 333", "canarypin", "KD0123"):
        assert secret not in kept + said + told + caplog.text, secret
        assert secret.encode() not in files, secret


@pytest.mark.security("S5", "names of the roster")
def test_a_destroyed_key_leaves_a_monitor_who_is_known_and_has_no_name(house: House, pen: Pen, keys: Path) -> None:
    import_(house, SMALL)
    monitor = house.live.room.board.roster.of_alias(pen.sealer.alias(ONE))
    assert monitor
    assert monitor.stations == ("KD0123",)
    assert house.live.room.board.roster.phones(monitor.id) == (ONE, OTHER)
    pen.vault.forget(f"monitor:{monitor.id}")
    roster = alone(house.log, Vault(keys))
    known = roster.of_alias(pen.sealer.alias(ONE))
    assert known
    assert (known.organisation, known.stations, roster.phones(known.id)) == ("Network A", (), ())


IDS, ALIASES = [f"{n:032x}" for n in range(3)], [f"{n:020x}" for n in range(4)]
CHANGES = st.one_of(
    st.builds(
        lambda subject, aliases, rehearsal: events.MonitorEnrolled(
            subject=subject,
            organisation="A",
            language="en",
            replies=True,
            aliases=" ".join(aliases),
            rehearsal=rehearsal,
            sealed="",
        ),
        st.sampled_from(IDS),
        st.lists(st.sampled_from(ALIASES), unique=True),
        st.booleans(),
    ),
    st.builds(events.MonitorRetired, subject=st.sampled_from(IDS)),
    st.builds(events.SourceBlocked, subject=st.sampled_from(ALIASES), reason=st.just("")),
    st.builds(events.SourceUnblocked, subject=st.sampled_from(ALIASES), reason=st.just("")),
)


@given(st.lists(CHANGES, max_size=12))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_roll_and_the_roster_say_the_same_of_every_alias(keys: Path, log: Log, changes: list[events.Event]) -> None:
    for event in changes:
        log.append(event, by="x")
    roll, roster = Roll(), Roster.alone(Vault(keys))
    following = Following(log, [roll])
    while not following.catch_up(3):
        pass
    while raws := log.read(roster.cursor, 5):
        roster.fold(raws)
    for alias in ALIASES:
        assert roll.is_known(alias) == (roster.of_alias(alias) is not None)
        assert roll.is_blocked(alias) == roster.is_blocked(alias)
    assert {alias for monitor in roster.monitors() for alias in monitor.aliases} == {
        alias for alias in ALIASES if roll.is_known(alias)
    }


@given(st.lists(CHANGES | st.tuples(st.sampled_from(ALIASES), st.booleans()), max_size=14), st.integers(1, 14))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cards_say_what_the_roster_says_in_whatever_order_the_facts_came(
    keys: Path, pen: Pen, changes: list[Any], size: int
) -> None:
    day = [
        pen.received(n, source=each[0], rehearsal=each[1]) if isinstance(each, tuple) else each
        for n, each in enumerate(changes)
    ]
    board, facts = Board(Opener(keys / "keys"), pen.vault, lambda text: False, the_pack()), raws(day)
    for start in range(0, len(facts), size):
        board.fold(facts[start : start + size])
    for row in board.db.execute("SELECT source, rehearsal, standing, monitor, organisation FROM cards"):
        owner = board.roster.of_alias(row["source"])
        known = owner is not None and owner.rehearsal == bool(row["rehearsal"])
        standing = "blocked" if board.roster.is_blocked(row["source"]) else "known" if known else "unknown"
        assert (row["standing"], row["monitor"]) == (standing, owner.id if owner and known else "")
        assert row["organisation"] == ("A" if known else "")


@pytest.mark.security("S19", "call-signs")
@given(st.binary(min_size=10, max_size=16), st.sampled_from([callsigns.SHORT, callsigns.LONG]))
def test_a_call_sign_leads_back_to_its_owner_however_it_is_spelt(identity: bytes, letters: int) -> None:
    own = identity.hex()
    for spell, of in ((callsigns.of_monitor, "monitor"), (callsigns.of_source, "source")):
        sign = callsigns.read(f" {spell(own, letters).lower().replace('-', ' ')} ")
        assert sign
        assert (sign.of, sign.fits(own), own.startswith(sign.beginning)) == (of, True, True)


@given(st.text(max_size=12))
def test_what_is_no_call_sign_is_none(typed: str) -> None:
    assert callsigns.read(f"+{typed}") is None


def test_what_is_sealed_together_opens_alone(keys: Path) -> None:
    one, other = Vault(keys), Vault(keys)
    kept = one.seal("monitor:b", {"n": 0})
    bodies = [(f"monitor:{letter}", {"n": n}) for n, letter in enumerate("abca")]
    for (owner, body), sealed in zip(bodies, one.seal_all(bodies), strict=True):
        assert other.open(owner, sealed) == body
    assert other.open("monitor:b", kept) == {"n": 0}
    assert one.seal_all([]) == []


def test_the_monitors_of_a_rehearsal_are_enrolled_like_any_other(
    command: Console, log: Log, pen: Pen, pack: Pack, capsys: pytest.CaptureFixture[str]
) -> None:
    rehearse.main(["--roster"])
    said = command("import", "--rehearsal", file=capsys.readouterr().out.encode())
    assert re.search(r"^[0-9]{3} enrolled, 0 changed, 0 as before", said, re.MULTILINE)
    roster = alone(log, pen.vault)
    assert all(monitor.rehearsal and monitor.stations for monitor in roster.monitors())
    day = script(pack, rehearse.plan_of(pack.name), 2017, ("kannel",))
    bursts = {pen.sealer.alias(each.sender) for each in day if each.kind in ("burst", "checkin")}
    assert bursts <= {alias for monitor in roster.monitors() for alias in monitor.aliases}
    strangers = [each for each in day if each.kind == "rumour" and each.sender]
    assert not any(roster.of_alias(pen.sealer.alias(each.sender)) for each in strangers)
