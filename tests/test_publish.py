"""The public page and the files beside it: by one command, from the redacted record alone."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from server import __main__ as console
from server import events, report, tables, verify
from server.log import Log
from server.pack import Pack
from server.press import exports, method, neutrality, pages
from server.press.told import told
from tests import house as houses
from tests.days import report_id
from tests.pressed import HERE, THERE, TOKENS, Press
from tests.test_record import HIDDEN, everything_told

Console = Callable[..., str]


@pytest.fixture
def command(log: Log, keys: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    """Runs a command of the console on this test's log: what it printed, or its refusal."""
    for name, value in {**houses.ENV, "DATA_DIR": str(keys), "GATEWAYS": "kannel"}.items():
        monkeypatch.setenv(name, value)
    for module in (report, method, neutrality):
        monkeypatch.setattr(module, "Log", lambda record, election: log)
    monkeypatch.setattr(console, "keep_inside", lambda: None)

    def run(*words: str) -> str:
        try:
            console.main([*words])
        except SystemExit as refusal:
            return capsys.readouterr().out + str(refusal)
        return "".join(capsys.readouterr())

    return run


def day(press: Press, *, rehearsal: bool = False) -> None:
    """Four stations, six incidents, of which one is restricted and one of a province with one monitor."""
    with press.together():
        press.enrol(HERE, 4)
        press.enrol(THERE, 1, first=10)
        for n in range(4):
            press.report(n, who=n, minute=n * 10, rehearsal=rehearsal)
        press.report(4, who=10, province=THERE, rehearsal=rehearsal)
        press.report(5, who=0, category="OB", sub="OE", restricted=True, rehearsal=rehearsal)
        press.say(*(press.pen.verified(n) for n in (0, 1, 4, 5)), press.pen.rejected(2))


@pytest.fixture
def press(log: Log, keys: Path) -> Press:
    return Press(keys, log)


def test_one_command_writes_all_that_outsiders_need(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    press.release(press.begin(*TOKENS))
    site = tmp_path / "site"
    assert "1 statements and 3 incidents" in command("publish", str(site))
    names = {path.name for path in site.iterdir()}
    assert names == {
        *("index.html", "km.html", "en.html", "facts.jsonl", "statement-1.json", "verify.py"),
        *("incidents.csv", "incidents.hxl.csv", "provinces.geojson"),
    }
    asked = [sys.executable, "-I", "verify.py", "statement-1.json", "facts.jsonl"]
    assert subprocess.run(asked, cwd=site, capture_output=True).returncode == 0


def test_nothing_personal_or_restricted_is_in_any_file(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    press.release(press.begin(*TOKENS))
    command("publish", str(tmp_path / "site"))
    for path in (tmp_path / "site").iterdir():
        if path.name == "verify.py":
            continue
        text = re.sub(r"<style>.*?</style>", "", path.read_text(), flags=re.DOTALL)
        known = [
            canary for canary in everything_told(press) if canary not in ("Network of Canaries", "11.4", "called back")
        ]
        for canary in [*known, report_id(5), press.card(5)]:
            assert canary not in text, (path.name, canary)
        if path.suffix in (".csv", ".geojson"):
            assert not [code for code in HIDDEN if re.search(rf"\b{code}\b", text)], path.name


def test_anybody_can_make_the_page_again_from_the_record(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    press.release(press.begin(*TOKENS))
    command("publish", str(tmp_path / "site"))
    command("publish", str(tmp_path / "again"), "--record", str(tmp_path / "site" / "facts.jsonl"))
    for path in (tmp_path / "site").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_an_altered_record_makes_no_page(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    press.ledger.sign(1.0)
    command("publish", str(tmp_path / "site"))
    path = tmp_path / "site" / "facts.jsonl"
    path.write_text(path.read_text().replace("verified", "verifiee", 1))
    said = command("publish", str(tmp_path / "again"), "--record", str(path))
    assert said.startswith("Facts.jsonl, line")
    assert not (tmp_path / "again" / "index.html").exists()


def test_a_rehearsal_is_published_as_an_exercise_or_not_at_all(press: Press, command: Console, tmp_path: Path) -> None:
    day(press, rehearsal=True)
    press.release(press.begin("count status=verified", rehearsal=True))
    assert "--exercise" in command("publish", str(tmp_path / "site"))
    assert not (tmp_path / "site" / "index.html").exists()
    command("publish", str(tmp_path / "site"), "--exercise")
    for name in ("index.html", "km.html", "en.html"):
        page = (tmp_path / "site" / name).read_text()
        language = "en" if name == "en.html" else "km"
        words = json.loads((Path(pages.__file__).parent.parent / "words" / f"{language}.json").read_text())
        assert page.count(words["public.exercise"]) >= 2
    assert "EXERCISE" in (tmp_path / "site" / "incidents.csv").read_text()
    record = str(tmp_path / "site" / "facts.jsonl")
    assert "--exercise" in command("publish", str(tmp_path / "again"), "--record", record)


def test_what_is_real_is_published_without_what_is_rehearsed(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    press.report(7, who=1, rehearsal=True)
    press.say(press.pen.verified(7))
    press.ledger.sign(1.0)
    command("publish", str(tmp_path / "site"))
    assert press.card(0) in (tmp_path / "site" / "facts.jsonl").read_text()
    assert press.card(7) not in (tmp_path / "site" / "facts.jsonl").read_text()


def test_nothing_is_published_before_it_is_signed(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    assert "Nothing was signed yet" in command("publish", str(tmp_path / "site"))


def test_a_withdrawn_statement_and_a_correction_stay_on_the_page_and_say_so(
    press: Press, command: Console, tmp_path: Path
) -> None:
    day(press)
    id = press.begin(*TOKENS)
    press.release(id)
    press.say(events.StatementWithdrawn(subject=id, reason="a wrong <b>denominator</b>"), by="press:Sok")
    press.ledger.sign(2.0)
    command("publish", str(tmp_path / "site"))
    page = (tmp_path / "site" / "en.html").read_text()
    assert "WITHDRAWN" in page
    assert "a wrong &lt;b&gt;denominator&lt;/b&gt;" in page
    assert "Canary-free title en" in page


def test_the_page_needs_no_script_and_asks_no_other_host(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    press.ledger.sign(1.0)
    command("publish", str(tmp_path / "site"))
    page = (tmp_path / "site" / "index.html").read_text()
    assert re.findall(r"<script|\son\w+=|https?://|(?:src|href)=\"//", page) == []
    assert "default-src 'none'" in page


def test_no_cell_is_a_formula_whatever_a_place_is_called(press: Press, pack: Pack) -> None:
    day(press)
    press.ledger.sign(1.0)
    found = told(verify.read(press.proof.record(False)))
    hostile = {**pack.places, HERE[0]: replace(pack.places[HERE[0]], name={"en": '=HYPERLINK("x")', "km": "@x"})}
    made = exports.files(found, replace(pack, places=hostile), exercise=False)
    for name in ("incidents.csv", "incidents.hxl.csv"):
        rows = list(csv.DictReader(io.StringIO(made[name].lstrip(tables.BOM), newline="")))
        assert any(row["province_name"] == '\'=HYPERLINK("x")' for row in rows)
        assert not [cell for row in rows for cell in row.values() if cell.startswith(tables.FORMULA)]


def test_the_exports_have_the_incidents_of_the_record_and_no_finer_place(press: Press, pack: Pack) -> None:
    day(press)
    press.ledger.sign(1.0)
    made = exports.files(told(verify.read(press.proof.record(False))), pack, exercise=False)
    rows = list(csv.DictReader(io.StringIO(made["incidents.csv"].lstrip(tables.BOM), newline="")))
    assert {row["case"] for row in rows} == {press.card(n) for n in (0, 1, 4)}
    assert {row["province"] for row in rows} == {"08", ""}, "of a province with one monitor nothing is said"
    tagged = made["incidents.hxl.csv"].splitlines()[1].split(",")
    assert all(re.fullmatch(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*", tag) for tag in tagged)
    features = json.loads(made["provinces.geojson"])["features"]
    assert {each["properties"]["province"]: each["properties"]["incidents"] for each in features} == {"": 1, "08": 2}
    place = pack.places["08"]
    assert [each["geometry"] for each in features if each["geometry"]] == [
        {"type": "Point", "coordinates": [place.lon, place.lat]}
    ]


def test_an_incident_that_becomes_restricted_is_in_no_later_record_and_the_command_says_what_no_longer_holds(
    press: Press, command: Console, tmp_path: Path
) -> None:
    day(press)
    press.release(press.begin(*TOKENS))
    press.say(press.pen.recategorised(0, restricted=True))
    press.ledger.sign(2.0)
    said = command("publish", str(tmp_path / "site"))
    assert "2 incidents" in said
    assert "statement-1.json does not hold in this record: count status=verified" in said
    record = verify.read((tmp_path / "site" / "facts.jsonl").read_text().splitlines(keepends=True))
    assert press.card(0) not in {fact.fields.get("case") for fact in record.facts}
    assert press.card(0) not in (tmp_path / "site" / "incidents.csv").read_text()
