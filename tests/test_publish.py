"""The public page and the files beside it: by one command, from the redacted record alone."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from server import __main__ as console
from server import events, report, tables, verify
from server.log import Log
from server.pack import Pack
from server.press import exports, method, neutrality, pages
from server.press.document import canonical
from server.press.output import layout
from server.press.public import changes
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


def record_in(site: Path) -> Path:
    """The one record that was published there."""
    [path] = site.glob("public-facts-*.jsonl")
    return path


def test_one_command_writes_all_that_outsiders_need(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    press.release(press.begin(*TOKENS))
    site = tmp_path / "site"
    assert "1 statements and 3 incidents" in command("publish", str(site))
    names = {path.name for path in site.iterdir()}
    assert names == {
        *("index.html", "km.html", "en.html", "statement-1.json", "statement-1.proof.json", "verify.py"),
        *("statement-1.proof.json.minisig", "minisign.pub"),
        *("incidents.csv", "incidents.hxl.csv", "provinces.geojson", record_in(site).name),
    }
    asked = [sys.executable, "-I", "verify.py", "statement-1.proof.json", record_in(site).name]
    assert subprocess.run(asked, cwd=site, capture_output=True).returncode == 0


@pytest.mark.security("S1", "exports")
@pytest.mark.security("S2", "published files")
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


@pytest.mark.security("S43", "pages made again")
def test_anybody_can_make_the_page_again_from_the_record(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    press.release(press.begin(*TOKENS))
    command("publish", str(tmp_path / "site"))
    command("publish", str(tmp_path / "again"), "--record", str(record_in(tmp_path / "site")))
    for path in (tmp_path / "site").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_an_altered_record_makes_no_page(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    press.ledger.sign(1.0)
    command("publish", str(tmp_path / "site"))
    path = record_in(tmp_path / "site")
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
    record = str(record_in(tmp_path / "site"))
    assert "--exercise" in command("publish", str(tmp_path / "again"), "--record", record)


def test_what_is_real_is_published_without_what_is_rehearsed(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    press.report(7, who=1, rehearsal=True)
    press.say(press.pen.verified(7))
    press.ledger.sign(1.0)
    command("publish", str(tmp_path / "site"))
    assert press.card(0) in record_in(tmp_path / "site").read_text()
    assert press.card(7) not in record_in(tmp_path / "site").read_text()


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


def test_a_withdrawn_correction_corrects_nothing(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    first = press.begin(*TOKENS)
    press.release(first)
    press.say(press.pen.verified(3))
    second = press.begin(*TOKENS, corrects=first)
    document = press.document(second, 2)
    press.made_public(second, document | {"changes": changes(document, press.document(first))})
    command("publish", str(tmp_path / "site"))
    page = (tmp_path / "site" / "en.html").read_text()
    assert "Corrected by statement 2" in page
    assert "This corrects statement 1." in page
    shown = layout.lay(document | {"changes": changes(document, press.document(first))}, press.pack).side("en").changes
    assert "from Ballot stuffing (2) to Ballot stuffing (3)" in shown
    assert all(each in page for each in shown), "what changed stands there, not only that something did"
    press.say(events.StatementWithdrawn(subject=second, reason="the first was right"), by="press:Sok")
    press.ledger.sign(1_496_580_000.0)
    command("publish", str(tmp_path / "site"))
    assert "Corrected by statement 2" not in (tmp_path / "site" / "en.html").read_text()
    assert len(list((tmp_path / "site").glob("public-facts-*.jsonl"))) == 2, "the earlier record stays"


def test_a_line_ends_where_it_was_signed_to_end(press: Press, command: Console, tmp_path: Path) -> None:
    """Some programs end lines at signs that are none here; the page has the blocks that the printed statement has."""
    day(press)
    id = press.begin(*TOKENS[:1], words="a canary\u2028# heading\u0085# heading\x0b# heading\n#12 in **cages**")
    press.release(id)
    command("publish", str(tmp_path / "site"))
    page = (tmp_path / "site" / "en.html").read_text()
    body = layout.lay(press.document(id), press.pack).side("en").body
    assert page.count("<h4>") == 1 + sum(block.kind == "heading" for block in body)
    assert "#12 in " in page
    assert "<strong>cages</strong>" in page
    assert "1 statements" in command("publish", str(tmp_path / "again"), "--record", str(record_in(tmp_path / "site")))
    assert (tmp_path / "again" / "en.html").read_text() == page


def test_the_file_of_a_statement_is_that_of_the_room_and_its_hash_begins_with_the_code_on_paper(
    press: Press, command: Console, tmp_path: Path
) -> None:
    day(press)
    id = press.begin(*TOKENS)
    press.release(id)
    command("publish", str(tmp_path / "site"))
    content = (tmp_path / "site" / "statement-1.json").read_bytes()
    assert content == canonical(press.document(id)).encode()
    code = layout.short(json.loads(content))
    assert sha256(content).hexdigest().upper().startswith(code.replace("-", ""))
    assert code in (tmp_path / "site" / "en.html").read_text()


def test_a_statement_that_does_not_hold_is_named_and_has_no_proof(
    press: Press, command: Console, tmp_path: Path
) -> None:
    day(press)
    press.release(press.begin(*TOKENS))
    id = press.begin(*TOKENS)
    document = press.document(id, 2)
    press.made_public(id, document | {"signed": [{**document["signed"][0], "organisation": "Third Canary League"}]})
    said = command("publish", str(tmp_path / "site"))
    assert "Statement 2 does not hold there" in said
    assert "Third Canary League" in said
    page = (tmp_path / "site" / "en.html").read_text()
    assert page.count("cannot be proved by the record beside this page") == 1
    assert "verify.py statement-1.proof.json" in page
    assert {path.name for path in (tmp_path / "site").glob("*.proof.json")} == {"statement-1.proof.json"}


def test_only_proofs_of_its_own_statements_are_taken_over_with_a_record(
    press: Press, command: Console, tmp_path: Path
) -> None:
    day(press)
    press.release(press.begin(*TOKENS))
    site = tmp_path / "site"
    command("publish", str(site))
    for name in ("statement-9.proof.json", "statement-x.json", "statement-1.proof.json.old"):
        (site / name).write_text("canary")
    command("publish", str(tmp_path / "again"), "--record", str(record_in(site)))
    assert not [path for path in (tmp_path / "again").iterdir() if "canary" in path.read_text().split()]
    (site / "statement-1.proof.json").write_text("{}")
    assert "Statement 1 does not hold" in command("publish", str(tmp_path / "b"), "--record", str(record_in(site)))
    (site / "statement-1.proof.json").unlink()
    assert "does not lie beside" in command("publish", str(tmp_path / "c"), "--record", str(record_in(site)))
    assert (tmp_path / "c" / "statement-1.json").exists()


def test_a_statement_that_minisign_could_not_check_is_not_published(
    press: Press, command: Console, tmp_path: Path
) -> None:
    day(press)
    press.release(press.begin(*TOKENS))
    for path in (press.folder / "ledger" / "signatures").iterdir():
        path.unlink()
    assert "Statement 1 is not signed for minisign" in command("publish", str(tmp_path / "site"))
    assert not (tmp_path / "site").exists()


def test_no_record_is_written_over_another(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    press.ledger.sign(1.0)
    command("publish", str(tmp_path / "site"))
    record = record_in(tmp_path / "site")
    record.write_text("somebody counts by this")
    (tmp_path / "site" / "en.html").unlink()
    assert "Another record was published" in command("publish", str(tmp_path / "site"))
    assert record.read_text() == "somebody counts by this"
    assert not (tmp_path / "site" / "en.html").exists()


def test_the_sealed_copy_itself_is_no_record_and_makes_no_page(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    press.ledger.sign(1.0)
    private = press.folder / "ledger" / "private-facts.jsonl"
    assert "this is no record" in command("publish", str(tmp_path / "site"), "--record", str(private))
    assert not (tmp_path / "site").exists()


def test_the_page_needs_no_script_and_asks_no_other_host(press: Press, command: Console, tmp_path: Path) -> None:
    day(press)
    press.ledger.sign(1.0)
    command("publish", str(tmp_path / "site"))
    page = (tmp_path / "site" / "index.html").read_text()
    assert re.findall(r"<script|\son\w+=|https?://|(?:src|href)=\"//", page) == []
    assert "default-src 'none'" in page


@pytest.mark.security("S18", "published files")
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


def test_an_incident_that_becomes_restricted_is_in_no_later_record_unless_a_statement_counted_it(
    press: Press, command: Console, tmp_path: Path
) -> None:
    day(press)
    press.release(press.begin("count sub=NC"))  # of its box are all that were verified until now
    press.report(6, who=2, minute=50)
    press.say(press.pen.verified(6), press.pen.recategorised(6, restricted=True))
    press.say(press.pen.recategorised(0, restricted=True))
    press.ledger.sign(2.0)
    said = command("publish", str(tmp_path / "site"))
    assert "3 incidents" in said
    assert "does not hold" not in said
    record = verify.read(record_in(tmp_path / "site").read_text().splitlines(keepends=True))
    shown, listed = {fact.fields.get("case") for fact in record.facts}, tmp_path / "site" / "incidents.csv"
    assert press.card(0) in shown
    assert press.card(0) in listed.read_text()
    assert press.card(6) not in shown
    assert press.card(6) not in listed.read_text()
