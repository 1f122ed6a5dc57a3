"""The neutrality pack: what the record says of the room's own even-handedness, and of no single incident."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import events, tables, verify
from server.pack import Pack
from server.press import method, neutrality
from tests.days import report_id
from tests.pressed import HERE, TOKENS, Press
from tests.test_publish import Console, command, day, press  # noqa: F401 - fixtures

PARTY, RARE = "CPP", "a rare canary"
SPELLED = ("cpp", "the Cambodian People's Party, its list", "គណបក្សប្រជាជន")


def described(press: Press, n: int, party: str) -> None:  # noqa: F811
    words = {"how_known": "", "benefits": party, "asked": ""}
    sealed = press.pen.vault.seal(f"incident:{report_id(n)}", words)
    given = {"basis": "saw", "affected": "", "goes_on": "", "words": sealed}
    press.say(events.IncidentDescribed(subject=report_id(n), **given))


@pytest.fixture
def busy(press: Press) -> Press:  # noqa: F811
    """Nine decided incidents, of which three are said to benefit one party and one another; two are not decided."""
    day(press)
    with press.together():
        for n in range(10, 18):
            press.report(n, who=n % 4)
            described(press, n, SPELLED[n - 10] if n < 13 else RARE if n == 13 else "")
        described(press, 12, SPELLED[2])  # again, by somebody else
        described(press, 3, "nobody decided this canary")
        press.say(*(press.pen.verified(n) for n in range(10, 15)))
    press.release(press.begin(*TOKENS))
    return press


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text().lstrip(tables.BOM), newline="")))


@pytest.mark.security("S44", "rates by party")
def test_one_command_compares_parties_and_provinces(busy: Press, command: Console, tmp_path: Path) -> None:  # noqa: F811
    assert "9 decided incidents" in command("neutrality", str(tmp_path / "out"))
    parties = {row["group"]: row for row in table(tmp_path / "out" / "parties.csv")}
    assert {name: (row["decided"], row["verified"]) for name, row in parties.items()} == {
        PARTY: ("3", "3"),
        "": ("6", "5"),
    }
    assert parties[PARTY]["published"] == "3"
    provinces = table(tmp_path / "out" / "provinces.csv")
    assert [row["decided"] for row in provinces] == ["9"], "the province with one monitor stands with all others"
    page = (tmp_path / "out" / "neutrality.en.md").read_text()
    assert "positive" in page
    assert "| គណបក្សប្រជាជនកម្ពុជា | 3 |" in (tmp_path / "out" / "neutrality.km.md").read_text()
    assert "No method was put on the record." in page


def test_whoever_was_named_last_stands_there_and_whom_the_pack_does_not_know_never(
    busy: Press,
    command: Console,  # noqa: F811
    tmp_path: Path,
) -> None:
    for n in range(10, 14):
        described(busy, n, "the Canary Front")
    command("neutrality", str(tmp_path / "out"))
    assert [row["group"] for row in table(tmp_path / "out" / "parties.csv")] == [""]
    for n in (10, 11, 12):
        described(busy, n, "GDP")
    command("neutrality", str(tmp_path / "out"))
    assert [row["group"] for row in table(tmp_path / "out" / "parties.csv")] == ["GDP", ""]


def test_before_the_polls_opened_is_by_the_hour_of_the_country(pack: Pack) -> None:
    opens = datetime.combine(pack.day, pack.polls_open, pack.zone)
    for minutes, said in ((-1, "before the polls opened"), (0, "after the polls had opened")):
        at = (opens + timedelta(minutes=minutes)).astimezone(UTC).isoformat()
        found = {"methods": [{"at": at, "hash": "", "limits": ""}], "opens": opens, "rehearsal": False}
        empty = {"all": neutrality.rates("", []), "parties": [], "provinces": [], "documents": []}
        assert f"- {at} ({said})" in neutrality.page({**found, **empty}, pack, "en")


def test_what_is_rare_restricted_or_undecided_is_in_no_file(
    busy: Press,
    command: Console,  # noqa: F811
    tmp_path: Path,
) -> None:
    command("neutrality", str(tmp_path / "out"))
    for path in (tmp_path / "out").iterdir():
        for canary in (RARE, "nobody decided", report_id(10), busy.card(10), "called back", "KD0001", "Amina"):
            assert canary not in path.read_text(), (path.name, canary)


def test_a_method_that_is_put_on_the_record_stands_there_once_with_its_time(
    busy: Press,
    command: Console,  # noqa: F811
    tmp_path: Path,
) -> None:
    assert command("method").startswith("Published: method ")
    assert command("method").startswith("Was published already")
    command("neutrality", str(tmp_path / "out"))
    page = (tmp_path / "out" / "neutrality.en.md").read_text()
    assert page.count("after the polls had opened") == 1
    busy.say()
    busy.ledger.sign(9.0)
    shown = [fact.fields for fact in verify.read(busy.proof.record(False)).facts]
    [found] = [one for one in shown if one["wire"] == "method.published"]
    assert json.loads(found["body.limits"])["two_persons_from_severity"] == 4
    assert "ladder.json=" in found["body.files"]


def test_another_list_of_the_pack_is_another_method(pack: Pack) -> None:
    assert method.in_force(pack, 2).hash == method.in_force(pack, 2).hash
    assert method.in_force(pack, 3).hash != method.in_force(pack, 2).hash


def test_the_method_is_also_how_figures_are_counted_and_texts_are_checked(pack: Pack) -> None:
    names = [each.split("=")[0] for each in method.in_force(pack, 2).files.split()]
    for path in ("incidents.py", "press/asked.py", "press/tokens.py", "press/words.json", "press/checks/fixed.py"):
        assert path in names
    assert all(any(method.CODE.glob(pattern)) for pattern in method.RULES)


def test_a_rehearsal_is_written_as_an_exercise(press: Press, command: Console, tmp_path: Path) -> None:  # noqa: F811
    day(press, rehearsal=True)
    assert "--exercise" in command("neutrality", str(tmp_path / "out"))
    command("neutrality", str(tmp_path / "out"), "--exercise")
    assert "EXERCISE" in (tmp_path / "out" / "exercise-neutrality.en.md").read_text()


CASE: dict[str, Any] = {"status": "verified", "published": 0, "opened": "", "decided": "", "province": HERE[0]}


@given(st.dictionaries(st.sampled_from(["", "a", "b", "c", "d"]), st.integers(1, 7), max_size=5))
def test_no_row_is_of_fewer_than_three_and_none_can_be_found_by_subtraction(sizes: dict[str, int]) -> None:
    rows = neutrality.together({name: [CASE] * n for name, n in sizes.items()})
    assert all(row["decided"] >= neutrality.SMALL for row in rows)
    left = sum(sizes.values()) - sum(row["decided"] for row in rows)
    assert left == 0 or not rows
