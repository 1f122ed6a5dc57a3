"""A statement as files: Khmer shaped, the same numbers everywhere, nothing that runs, exercises marked."""

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import uharfbuzz
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from server.press.document import canonical
from server.press.output import breaking, faces, files, marked, office, page, pdf, pictures, plain, qr, raster
from server.press.output.layout import Laid, Standing, lay
from server.press.output.worded import spoken
from tests.days import the_pack
from tests.house import House
from tests.test_press_desk import People, desk, people  # noqa: F401 - fixtures

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "statement.json").read_text("utf-8"))
HOSTILE = [
    "<script>alert(1)</script>",
    "[press](javascript:alert(2))",
    "![picture](http://evil.example/x.png)",
    "&lt;b&gt; </w:t> ]]> <!-- --> \\) EMC ET",
    '"onload="alert(3)',
]
SPACES = re.compile(r"\s+")


def squeezed(text: str) -> str:
    return SPACES.sub("", text)


def words_of_html(text: str) -> str:
    body = text.split("<body>")[1]
    return squeezed(unescape(re.sub(r"<[^>]*>", "", body)))


def pages_of(made: bytes) -> list[str]:
    """Each page's words as they are copied."""
    found = []
    for one in PdfReader(io.BytesIO(made)).pages:
        contents = one.get_contents()
        assert contents is not None
        spans = re.findall(rb"/ActualText <FEFF([0-9a-f]*)>", contents.get_data())
        found.append(squeezed("".join(bytes.fromhex(span.decode()).decode("utf-16-be") for span in spans)))
    return found


def words_of_docx(made: bytes, part: str = "word/document.xml") -> str:
    xml = zipfile.ZipFile(io.BytesIO(made)).read(part).decode()
    return squeezed(unescape("".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", xml))))


def hostile() -> dict[str, Any]:
    """An exercise with whatever may be written into it, and as long as three pages."""
    text = "\n\n".join([*HOSTILE, "\n".join(f"- {words}" for words in HOSTILE), *["A long paragraph. " * 30] * 12])
    texts = {
        language: {"title": f"{HOSTILE[0]} {HOSTILE[1]}\u202e", "markdown": f"{one['markdown']}\n\n{text}"}
        for language, one in GOLDEN["texts"].items()
    }
    signed = [{"organisation": HOSTILE[0], "at": GOLDEN["released"]}]
    return {**GOLDEN, "texts": texts, "signed": signed, "rehearsal": True, "series": "exercise"}


@pytest.fixture(scope="module")
def laid() -> Laid:
    return lay(GOLDEN, the_pack())


@pytest.fixture(scope="module")
def exercise() -> Laid:
    return lay(hostile(), the_pack(), Standing(withdrawn=HOSTILE[0]))


def drawn(laid: Laid) -> pictures.Drawn:
    return pictures.drawn(laid, the_pack())


@pytest.fixture(scope="module")
def printed(exercise: Laid) -> bytes:
    return pdf.pdf(exercise, drawn(exercise))


def glyphs(text: str) -> list[str]:
    """The names of the glyphs that the text is drawn with."""
    found = []
    for family, run in faces.runs(text):
        font = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(faces.plain()[family, 400])))
        buffer = uharfbuzz.Buffer()
        buffer.add_str(run)
        buffer.guess_segment_properties()
        uharfbuzz.shape(font, buffer)
        found += [font.glyph_to_string(each.codepoint) for each in buffer.glyph_infos]
    return found


def test_khmer_is_drawn_with_its_own_signs_and_no_line_cuts_a_syllable(laid: Laid) -> None:
    circles = {name for name in glyphs("\u17b6") if name not in glyphs("\u1780\u17b6")}
    assert circles  # a sign alone is drawn on one
    side = laid.side("km")
    for block in [*side.body, *side.method]:
        for line in breaking.lines(block.text, "km", lambda text: len(text) <= 12):
            drawn = set(glyphs(line))
            assert not drawn & {".notdef", *circles}, line


KHMER = st.text(st.sampled_from("កខងចតនបមយរលស្្ាិីុេែោះំ៉ ១២a-"), max_size=60)


@settings(max_examples=60)
@given(KHMER, st.integers(1, 20))
def test_lines_keep_every_letter_and_begin_with_none_that_hangs_on_another(text: str, most: int) -> None:
    assume(not re.search("\u17d2(\\s|$)", text))  # nobody writes half a letter
    found = list(breaking.lines(text, "km", lambda line: len(line) <= most))
    assert squeezed("".join(found)) == squeezed(text)
    for before, line in zip(found, found[1:], strict=False):
        assert line == "" or unicodedata.category(line[0]) not in ("Mn", "Mc") or before.endswith(" ") or not before
        assert not before.endswith("\u17d2")


def test_a_figure_has_the_same_numbers_in_both_languages(laid: Laid) -> None:
    def numbers(cell: str) -> list[int]:
        return sorted(int(each) for each in re.findall(r"\d+", cell.replace(",", "")))

    for name in ("figures", "coverage", "annex"):
        khmer, english = (getattr(laid.side(language), name).rows for language in ("km", "en"))
        assert [[numbers(cell) for cell in row] for row in khmer] == [
            [numbers(cell) for cell in row] for row in english
        ]
        assert khmer


def test_every_file_says_all_that_the_statement_says(laid: Laid) -> None:
    whole = words_of_html(page.html(laid, drawn(laid)))
    for side in laid.sides:
        bars = squeezed(unescape(re.sub(r"<[^>]*>", "", pictures.bars(side))))
        assert all(squeezed(name) in bars for name, _ in side.bars)
        text = squeezed(plain.plain(laid, side.language))
        word = words_of_docx(office.docx(laid, side.language, drawn(laid)))
        for block in side.body:
            for made in (whole, text, word):
                assert squeezed(block.text) in made
        for table in (side.coverage, side.annex, side.figures):
            for row in table.rows:
                assert squeezed("".join(row)) in whole
                assert squeezed("".join(row)) in word
        for row in (*side.coverage.rows, *side.annex.rows):
            assert all(squeezed(cell) in text for cell in row)


@pytest.mark.security("S42", "print")
def test_a_pdf_can_be_searched_and_says_what_it_is(exercise: Laid, printed: bytes) -> None:
    reader, pages = PdfReader(io.BytesIO(printed)), pages_of(printed)
    text = "".join(pages)
    for side in exercise.sides:
        assert squeezed(side.title) in text
        for block in side.body:
            for sentence in block.text.split(". "):
                assert all(squeezed(word) in text for word in sentence.split())
        assert side.word("method") in {each.title for one in reader.outline if isinstance(one, list) for each in one}
    copied = squeezed("".join(one.extract_text() for one in reader.pages))  # without ActualText
    assert all(squeezed(side.title) in copied and squeezed(side.method[-1].text) in copied for side in exercise.sides)
    assert len(pages) > 6
    assert squeezed(f"{len(pages)} of {len(pages)}") in pages[-1]
    assert reader.trailer["/Root"]["/Lang"] == "km"
    assert exercise.side("en").title in str(reader.metadata.title if reader.metadata else "")
    fonts = {
        str(font.get_object()["/BaseFont"]) for one in reader.pages for font in one["/Resources"]["/Font"].values()
    }
    assert all("NotoSans" in name.replace("-", "") for name in fonts)


def test_the_same_document_gives_the_same_bytes(laid: Laid) -> None:
    side = replace(laid, sides=laid.sides[1:])
    assert pdf.pdf(side, drawn(side)) == pdf.pdf(side, drawn(side))
    assert office.docx(laid, "km", drawn(laid)) == office.docx(laid, "km", drawn(laid))


def test_an_exercise_says_so_on_every_page_of_every_file(exercise: Laid, printed: bytes) -> None:
    both, painted = [squeezed(side.word("exercise")) for side in exercise.sides], drawn(exercise)
    for one in pages_of(printed):
        assert all(band in one for band in both)
    reader = PdfReader(io.BytesIO(printed))
    assert reader.metadata
    for name in ("title", "subject"):
        assert exercise.sides[0].bands[0] in str(getattr(reader.metadata, name))
    whole = page.html(exercise, painted)
    for head in re.findall(r"<thead><tr><td class=\"bands\">(.*?)</thead>", whole):
        assert all(band in squeezed(head) for band in both)
    assert whole.count('class="bands"') == len(exercise.sides)
    for side in exercise.sides:
        made = office.docx(exercise, side.language, painted)
        assert all(band in words_of_docx(made, "word/header1.xml") for band in both)
        assert side.bands[0] in zipfile.ZipFile(io.BytesIO(made)).read("docProps/core.xml").decode()
        assert plain.plain(exercise, side.language).startswith(side.bands[0])
        svg = pictures.whole(exercise, side, painted)
        assert all(part in squeezed(re.sub(r"<[^>]*>", "", svg)) for part in (*both, squeezed(side.number)))
    assert exercise.qr.startswith("EXERCISE ")
    for kind in files.KINDS:
        assert files.name(hostile(), Standing(), kind, "km", "large").startswith("EXERCISE-statement-3")


@pytest.mark.security("S16", "statements")
@pytest.mark.security("S17", "statement files")
def test_what_is_written_into_a_statement_runs_nowhere(exercise: Laid, printed: bytes) -> None:
    painted = drawn(exercise)
    whole = page.html(exercise, painted)
    assert not re.search(r"<(script|img|iframe|a (?!href=\"#))|javascript:[^a]|\son\w+=[^&]", whole.split("<body>")[1])
    assert "script-src" not in page.policy()
    assert "default-src 'none'" in page.policy()
    assert squeezed(HOSTILE[0]) in words_of_html(whole)
    for side in exercise.sides:
        assert "<script" not in pictures.whole(exercise, side, painted)
        made = zipfile.ZipFile(io.BytesIO(office.docx(exercise, side.language, painted)))
        for part in made.namelist():
            text = made.read(part).decode("latin-1")
            assert "<script" not in text
            assert "evil.example" not in text or part == "word/document.xml"
            assert 'TargetMode="External"' not in text
        assert "\u202e" not in side.title + plain.plain(exercise, side.language)
    for name in (b"/JavaScript", b"/URI", b"/Launch", b"/OpenAction <<"):
        assert name not in printed


def test_markdown_is_read_as_headings_items_and_strong_words_alone() -> None:
    found = marked.blocks("# One\n\ntwo **three**\nfour\n\n- a\n  - b\n\n3. c\n\n`x` <b>y</b> [z](http://q)")
    assert [(one.kind, one.level, one.text) for one in found] == [
        ("heading", 1, "One"),
        ("plain", 0, "two three four"),
        ("item", 1, "a"),
        ("item", 2, "b"),
        ("item", 1, "c"),
        ("plain", 0, "`x` <b>y</b> [z](http://q)"),
    ]
    assert [run.text for run in found[1].runs if run.strong] == ["three"]
    assert found[4].mark == "3."


def test_a_correction_is_as_large_as_what_it_corrects_and_lists_what_changed() -> None:
    token = next(each for each in GOLDEN["figures"] if each["token"] == "count status=verified")["token"]
    changed = [
        {"since": 2, "token": token, "was": {"value": 29, "of": 34}, "now": {"value": 23, "of": 34}},
        {"since": 2, "language": "en", "lines": [" as it was", "-wrong words", "+right words"]},
    ]
    laid = lay({**GOLDEN, "corrects": 2, "changes": changed}, the_pack(), Standing(corrected=4))
    english = laid.side("en")
    assert english.corrects == "This statement corrects no. 2"
    assert english.changes == ("from 29 incidents to 23 incidents", "-wrong words", "+right words")
    assert english.bands == ("This statement was corrected by no. 4",)
    for made in (page.html(laid, drawn(laid)), plain.plain(laid, "en")):
        assert all(part in made for part in (english.corrects, *english.changes, english.bands[0]))


def test_pictures_are_drawn_on_white_in_two_sizes(laid: Laid) -> None:
    for side in laid.sides:
        svg = pictures.whole(laid, side, drawn(laid))
        for size, across in pictures.SIZES.items():
            made = raster.png(svg, size)
            assert made[:8] == b"\x89PNG\r\n\x1a\n"
            assert int.from_bytes(made[16:20]) == across
    assert qr.svg(laid.qr) == qr.svg(laid.qr) != qr.svg(laid.qr + "x")


def test_words_of_the_frame_are_the_same_in_both_languages() -> None:
    words = spoken()
    assert words["km"].keys() == words["en"].keys()
    for key, said in words["en"].items():
        assert sorted(re.findall(r"{\w+}", said)) == sorted(re.findall(r"{\w+}", words["km"][key]))


@pytest.mark.security("S42", "code")
def test_whoever_may_sign_in_gets_what_was_released_and_can_check_its_code(people: People) -> None:  # noqa: F811
    statement = people.signed()
    viewer = people.house.person("Viewer", "viewer")
    assert viewer.get("/statements/1.html").status_code == 404
    assert people.release(statement).status_code == 202
    assert viewer.get("/statements/1.html").status_code == 404  # until the ledger has signed it
    assert people.author.get("/statements/1.html").status_code == 200
    tools = people.house.app.extensions["room"]
    signs = replace(tools.press, signed=lambda document: "{}")
    people.house.app.extensions["room"] = replace(tools, press=signs)
    answers = {kind: viewer.get(f"/statements/1.{kind}?lang=en") for kind in ("html", "json", "txt", "docx", "svg")}
    assert {answer.status_code for answer in answers.values()} == {200}
    code = hashlib.sha256(answers["json"].data).hexdigest()[:16].upper()
    shown = "-".join(code[i : i + 4] for i in range(0, 16, 4))
    assert shown in answers["html"].text
    assert shown in answers["txt"].text
    assert canonical(json.loads(answers["json"].data)).encode() == answers["json"].data
    assert answers["docx"].headers["Content-Disposition"] == 'attachment; filename="statement-1-en.docx"'
    assert answers["html"].headers["Content-Security-Policy"].startswith(page.policy())
    assert "preliminary" in answers["html"].text.lower()
    for wrong in ("1.exe", "2.html", "x.html", "1.html?lang=xx", "1.png?size=huge", "exercise-1.html"):
        assert viewer.get(f"/statements/{wrong}").status_code == 404
    people.does(people.author, statement, "withdrawal", reason="A number was wrong.")
    assert "This statement was withdrawn: A number was wrong." in viewer.get("/statements/1.txt?lang=en").text


def test_a_draft_is_shown_to_those_who_write_it_and_says_so(people: People, desk: House) -> None:  # noqa: F811
    statement = people.written()
    viewer = desk.person("Viewer", "viewer")
    seen = people.author.get(f"/statements/draft/{statement}.html")
    assert seen.status_code == 200
    assert "DRAFT — not released" in seen.text
    assert "We verified 3 incidents." in seen.text
    assert "Check code" not in seen.text
    assert "statement-DRAFT" in seen.headers["Content-Disposition"]
    assert people.author.get(f"/statements/draft/{statement}.json").status_code == 404
    assert viewer.get(f"/statements/draft/{statement}.html").status_code == 403
