"""The page of figures and the report after the day: drawing, sentence, table, file and paper, for each role."""

import csv
import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from unittest import mock

import plotly.graph_objects as go
import pytest
from playwright.sync_api import Browser, expect

from dashboard import figures_page
from dashboard.drawn.sheet import Desk
from dashboard.drawn.whole import ground, whole
from dashboard.words import languages, words_for
from server import tables
from server.measures.after import after
from server.pack import Pack
from server.report import as_json, page
from server.roles import ROLES
from tests.browser import needed, screen
from tests.crowded_room import Crowded, crowded_room
from tests.days import Pen
from tests.house import DESKS, Eyes, House
from tests.test_openapi import described, fits

EVERY = [
    *("reports", "incidents", "where", "districts", "look", "call", "verdict", "flow", "coverage"),
    *("organisations", "gateways", "agreement"),
]
PUBLIC = ["verified", "where", "coverage"]
NOW = datetime.fromisoformat("2017-06-04T12:00:00+00:00")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_its_figures_each_with_a_question_a_sentence_and_a_table(
    furnished: House, eyes: Eyes, role: str
) -> None:
    answer = eyes[role].get("/api/v1/figures/whole?lang=en").json
    schema = described()["paths"]["/figures/whole"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    fits(answer, schema)
    assert sorted(answer["figures"]) == sorted(EVERY if role in DESKS else PUBLIC)
    shown = re.findall(r'data-figure="(\w+)"', eyes[role].get("/figures").text)
    assert shown == list(answer["figures"])
    for name, sheet in answer["figures"].items():
        assert sheet["shows"].endswith((".", ")")), name
        assert "{" not in sheet["shows"]
        assert all(len(row) == len(sheet["columns"]) for row in sheet["rows"]), name


@pytest.mark.parametrize("role", ["press", "viewer"])
def test_press_and_viewers_get_no_word_of_what_is_not_verified(furnished: House, eyes: Eyes, role: str) -> None:
    answer = eyes[role].get("/api/v1/figures/whole")
    for secret in ("kannel", "canary", "restricted"):
        assert f'"{secret}' not in answer.text
    where = answer.json["figures"]["where"]
    assert {row[where["columns"].index("OB")] for row in where["rows"]} == {0}
    for name in set(EVERY) - set(PUBLIC):
        assert eyes[role].get(f"/figures/{name}.csv").status_code == 404
    assert eyes[role].get("/report").status_code == eyes[role].get("/report.json").status_code == 403


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("role", ["analyst", "press"])
def test_plotly_accepts_every_figure_in_every_language(furnished: House, pack: Pack, role: str, language: str) -> None:
    board = furnished.live.room.board
    for sheet in whole(board, role, pack, language, NOW, ground(board, role, pack, NOW)).values():
        go.Figure({"data": sheet.data, "layout": sheet.layout})
        json.dumps(sheet.told(), allow_nan=False)


def test_the_figures_agree_with_the_counts_of_the_room(furnished: House, eyes: Eyes) -> None:
    counts = eyes["analyst"].get("/api/v1/counts").json
    sheets = eyes["analyst"].get("/api/v1/figures/whole").json["figures"]
    every = [row[-2] for row in sheets["incidents"]["rows"]]
    assert sum(every) == sum(row[4] for row in sheets["where"]["rows"]) == counts["incidents"] > 0
    ends = [row for row in sheets["flow"]["rows"] if row[0] == "Opened"]
    assert sum(row[2] for row in ends) == counts["incidents"]
    waiting = sum(row[1] + row[6] for row in sheets["look"]["rows"])
    assert waiting == sum(n for severity, n in counts["by_severity"].items() if int(severity) > 1)


def test_fifty_screens_cost_one_computation_a_second(furnished: House, eyes: Eyes) -> None:
    furnished.app.extensions.pop("figures", None)
    at = [NOW]
    with (
        mock.patch.object(figures_page, "now", side_effect=lambda: at[0]),
        mock.patch.object(figures_page, "whole", wraps=figures_page.whole) as computed,
    ):
        for _ in range(25):
            for role in ("analyst", "administrator"):
                assert eyes[role].get("/api/v1/figures/whole?lang=en").status_code == 200
        assert computed.call_count == 1
        at[0] += figures_page.REST
        tag = eyes["analyst"].get("/api/v1/figures/whole?lang=en").json["tag"]
        assert computed.call_count == 2
        assert eyes["analyst"].get(f"/api/v1/figures/whole?lang=en&have={tag}").json == {"tag": tag}
        assert len(eyes["press"].get("/api/v1/figures/whole?lang=en").json["figures"]) == len(PUBLIC)
        assert computed.call_count == 3, "what desks are told is not what press is told"


def test_the_answer_is_squeezed_for_whoever_takes_it_so(furnished: House, eyes: Eyes) -> None:
    plain = eyes["analyst"].get("/api/v1/figures/whole").data
    small = eyes["analyst"].get("/api/v1/figures/whole", headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < len(plain) / 3


@pytest.mark.security("S18", "as on the page")
@pytest.mark.parametrize("name", EVERY)
def test_a_table_downloads_as_csv_with_what_the_page_shows(furnished: House, eyes: Eyes, name: str) -> None:
    answer = eyes["analyst"].get(f"/figures/{name}.csv?lang=km")
    sheet = eyes["analyst"].get("/api/v1/figures/whole?lang=km").json["figures"][name]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert re.search(rf"kh-2017-{name}-\d{{4}}-\d\d-\d\dT\d{{4}}\.csv", answer.headers["Content-Disposition"])
    head, *rows, [mark] = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert head == sheet["columns"]
    assert re.fullmatch("T(-[A-Z2-7]{4}){2}", mark)
    assert rows == [["" if cell is None else str(cell) for cell in row] for row in sheet["rows"]]


@pytest.mark.parametrize("rehearsal", [True, False])
def test_the_page_of_a_rehearsal_and_whatever_is_saved_of_it_say_so(house: House, pen: Pen, rehearsal: bool) -> None:
    house.log.append(pen.received(1, rehearsal=rehearsal), by="gateway:kannel")
    house.fold()
    analyst = house.program("analyst")
    band = re.search(r'<div class="rehearsal-band"[^>]*>', analyst.get("/figures").text)
    assert band
    assert (" hidden" not in band[0]) is rehearsal
    assert ("-rehearsal-" in analyst.get("/figures/reports.csv").headers["Content-Disposition"]) is rehearsal
    whole = analyst.get("/api/v1/figures/whole").json
    assert whole
    assert whole["pack"] == ("kh-2017-rehearsal" if rehearsal else "kh-2017")


@pytest.mark.security("S18", "figures")
@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r+", " =", "\n=", "\u00a0=", "\u200b@", "＝", "＠"])
def test_no_cell_of_a_csv_is_a_formula(begin: str) -> None:
    name = f'{begin}HYPERLINK("x")'
    [_, row] = csv.reader(io.StringIO(tables.written([["a", "b"], [name, -3]]), newline=""))
    assert row == ["'" + re.sub("[\t\r\n]", " ", name), "-3"], "a number is none"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("n", [0, 1, 2, 1234])
def test_every_sentence_is_right_for_none_one_and_many(pack: Pack, language: str, n: int) -> None:
    words = words_for(language)
    desk = Desk(words, language, pack.zone, NOW)
    keys = {
        key.rsplit(".", 1)[0] for key in words if key.startswith("fig.") and key.endswith((".none", ".one", ".many"))
    }
    for key in keys:
        assert all(f"{key}.{form}" in words for form in ("none", "one", "many")), key
        values = dict.fromkeys(re.findall(r"{(\w+)}", words[f"{key}.many"]), "x") | {"n": ""}
        values.pop("n")
        said = desk.say(key, n, **values)
        assert ("1,234" in said) == (n == 1234 and "{n}" in words[f"{key}.many"])


def test_the_report_is_the_same_on_the_page_from_the_console_and_as_json(furnished: House, eyes: Eyes) -> None:
    board, pack = furnished.live.room.board, furnished.live.room.pack
    found = after(board, pack, NOW)
    told = json.loads(as_json(found))
    assert told["reports"]["accepted"] == sum(
        told["reports"][name] for name in ("shown", "joined", "set_aside", "noise")
    )
    assert sum(told["incidents"].values()) == eyes["analyst"].get("/api/v1/counts").json["incidents"]
    for role in DESKS:
        assert set(eyes[role].get("/report.json").json) == {*told, "mark"}
        assert "<style>" not in eyes[role].get("/report?lang=km").text, "the page's policy allows no inline style"
    assert eyes["analyst"].get("/report?lang=xx").status_code == 404
    for language in pack.languages:
        alone = page(found, pack, language, alone=True)
        assert "/static/" not in alone, "a file prints without the room"
        assert "@page { size: A4" in alone
        for secret in ("canary", "12345678", "S-J5PR"):
            assert secret not in alone + json.dumps(told)


def test_the_command_reads_the_record_itself(
    redis_server: str,
    keys: Path,
    house: House,
    pen,
    tmp_path: Path,  # type: ignore[no-untyped-def]
) -> None:
    from server.__main__ import main  # here, for it is a program
    from tests import days

    days.furnish(house.log, pen)
    house.fold()
    env = {"DATA_DIR": str(keys), "REDIS_URL": f"unix://{redis_server}"}
    out = tmp_path / "report.html"
    given = mock.Mock(record=redis_server, pack="kh-2017", data_dir=keys)
    with (
        mock.patch("server.report.settings.read", return_value=given),
        mock.patch("server.report.Log", return_value=house.log),
        mock.patch("server.__main__.keep_inside"),
        mock.patch.dict(os.environ, env),
        mock.patch("sys.stdout", io.StringIO()) as printed,
    ):
        main(["report", "--json", "--out", str(out)])
    told = json.loads(printed.getvalue())
    assert told["incidents"] == after(house.live.room.board, house.live.room.pack, NOW)["incidents"]
    assert "<h1>" in out.read_text()


@pytest.fixture(scope="module")
def crowd(redis_server: str, pack: Pack) -> Iterator[Crowded]:
    """A room with some hundred incidents."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    with crowded_room(os.path.abspath(redis_server), folder, pack, {"Amina": "analyst"}, 300, 900) as made:
        yield made
    shutil.rmtree(folder)


@pytest.mark.browser
def test_an_analyst_reads_a_figure_as_table_and_takes_it_home_as_a_picture(
    crowd: Crowded, browser: Browser, tmp_path: Path
) -> None:
    shown = screen(browser)
    crowd.sign_in(shown.page, "Amina")
    shown.page.goto(f"{crowd.address}/figures#where")
    where = shown.page.locator("#where")
    expect(where.locator("[data-testid=plot] .main-svg").first).to_be_visible()
    expect(where.locator("[data-testid=shows]")).to_contain_text("incidents in")
    where.locator("[data-do=table]").click()
    expect(where.locator("table tbody tr").first).to_be_visible()
    where.locator("[data-do=table]").click()
    begins = {"png": b"\x89PNG", "svg": b"<svg", "csv": b"\xef\xbb\xbf"}
    for kind, first in begins.items():
        with shown.page.expect_download() as download:
            where.locator(f"[data-do={kind}]").click()
        assert re.fullmatch(rf"kh-2017-rehearsal-where-[\d-]+T\d{{4}}\.{kind}", download.value.suggested_filename)
        file = tmp_path / kind
        download.value.save_as(file)
        assert file.read_bytes().startswith(first)
        assert file.stat().st_size > (20_000 if kind == "png" else 100)
    assert "@font-face" in (tmp_path / "svg").read_text(), "a file knows nothing of the fonts of a page"
    assert shown.complaints == []
    shown.leave()


@pytest.mark.browser
def test_every_figure_of_the_page_is_drawn_under_its_policy(crowd: Crowded, browser: Browser) -> None:
    shown = screen(browser)
    crowd.sign_in(shown.page, "Amina")
    shown.page.goto(f"{crowd.address}/figures")
    for name in EVERY:
        section = shown.page.locator(f"#{name}")
        section.scroll_into_view_if_needed()
        expect(section.locator("[data-testid=plot] .main-svg, [data-testid=empty]:visible").first).to_be_visible()
        expect(section.locator("[data-testid=shows]")).not_to_be_empty()
    assert shown.complaints == []
    shown.leave()
