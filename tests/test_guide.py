"""The printed SMS guide: one page in each language, with everything that a monitor may send."""

import re
from dataclasses import replace

import pytest
from markupsafe import escape

from server import __main__ as console
from server import grammar, guide
from server.pack import Pack
from server.roles import ROLES
from tests import browser
from tests.house import ENV, House


def test_there_is_one_in_every_language_of_the_pack(pack: Pack) -> None:
    assert guide.languages(pack) == pack.languages


@pytest.mark.parametrize("language", ["en", "km"])
def test_it_has_every_code_with_its_name_and_every_check_in_with_its_hour(pack: Pack, language: str) -> None:
    page = guide.page(pack, language)
    for family in pack.taxonomy.categories:
        assert family.code in page
        assert family.name[language] in page
    for code, sub in pack.taxonomy.subs.items():
        assert f"<dt>{code}</dt><dd>{escape(sub.name[language])}</dd>" in page
    for checkin in pack.schedule.checkins:
        row = re.search(rf"<th>{checkin.code}</th><td class=\"due\">([\d:]*)</td><td>([^<]+)</td>", page)
        assert row
        assert row[1] == f"{checkin.due:%H:%M}"
        assert row[2] == pack.taxonomy.checkins[checkin.code][language]
    assert "SOS" in page


@pytest.mark.parametrize("language", ["en", "km"])
def test_restricted_codes_stand_among_the_others_and_are_marked_by_nothing(pack: Pack, language: str) -> None:
    """Monitors need them most; whoever finds the paper is not told which of them we keep to ourselves."""
    page = guide.page(pack, language)
    rows = {code: re.search(rf"<div><dt>{code}</dt><dd>[^<]*</dd></div>", page) for code in pack.taxonomy.subs}
    assert all(rows.values())
    assert "restricted" not in page


def test_what_it_shows_as_a_message_is_read_as_it_says(pack: Pack) -> None:
    pieces = re.findall(r"<div><b>([^<]+)</b>", guide.page(pack, "en"))
    parsed = grammar.parse(" ".join(pieces), pack.taxonomy, pack.prefixes)
    assert parsed.codes == (pieces[0],)
    assert parsed.stations[0].right
    assert (parsed.count, parsed.clock, parsed.words, parsed.unread) == (5, "10:40", "", ())
    shown = re.findall(r"<code>([^<]+)</code>", guide.page(pack, "en"))
    assert {"!", "PA PF", "SOS"} == set(shown)
    assert grammar.parse("PA PF", pack.taxonomy).codes == ("PA", "PF")


@pytest.mark.security("S16", "names of a pack")
def test_names_of_a_pack_are_text_and_no_markup(pack: Pack) -> None:
    hostile = replace(pack, title={"en": "x", "km": "x"})
    family = replace(pack.taxonomy.categories[0], name={"en": "<script>alert(1)</script>"})
    taxonomy = replace(pack.taxonomy, categories=(family,))
    page = guide.page(replace(hostile, taxonomy=taxonomy), "en")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_every_role_may_print_it_and_nobody_else(house: House) -> None:
    for role in ROLES:
        assert house.program(role).get("/guide?lang=km").status_code == 200
    assert house.program("viewer").get("/guide?lang=xx").status_code == 404
    assert house.program("viewer").get("/guide").status_code == 200
    assert house.app.test_client().get("/guide").status_code == 303
    assert house.app.test_client().get("/guide.css").mimetype == "text/css"


def test_the_console_prints_it_whole_or_says_which_languages_there_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.settings, "environment", lambda: ENV)
    console.main(["guide", "km"])
    printed = capsys.readouterr().out
    assert "font/woff2;base64" in printed
    assert not re.findall(r"(?:src|href)=", printed)
    with pytest.raises(SystemExit, match="There is a guide in en and km only."):
        console.main(["guide", "fr"])


@pytest.mark.browser
def test_it_is_one_side_of_paper_in_each_language(pack: Pack) -> None:
    browser.needed()
    with browser.chromium() as chromium:
        for language in pack.languages:
            sheet = chromium.new_page()
            sheet.set_content(guide.page(pack, language, alone=True))
            sheet.evaluate("document.fonts.ready")
            pdf = sheet.pdf(prefer_css_page_size=True)
            assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1, language
            box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf)
            assert box
            assert [round(float(side)) for side in box.groups()] == [595, 842], "A4"
            size = sheet.evaluate("parseFloat(getComputedStyle(document.querySelector('dd')).fontSize)")
            assert size * 0.75 >= 8.5, "points"
