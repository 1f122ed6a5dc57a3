"""Figures in texts: how they are asked for, refused, written in one way, and put into words in both languages."""

from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pack import Pack
from server.press import tokens, words
from server.press.document import LANGUAGES, Figure, Item
from server.press.tokens import BASES, BOX, BY, KEYS, SHAPES, STATUSES, TOLD, Wrong, parse
from tests.days import the_pack

TERMS = the_pack().statements.terms
OPEN = sorted(set(TERMS.subs) - TERMS.hidden)
VALUES: dict[str, st.SearchStrategy[str]] = {
    "category": st.sampled_from(sorted(TERMS.categories)),
    "sub": st.sampled_from(OPEN),
    "severity": st.sampled_from(["1", "2", "3+", "4", "4+", "5", "5+"]),
    "status": st.sampled_from(STATUSES),
    "province": st.sampled_from(["08", "Kandal", "Kondal", "KANDAL", '"Phnom Penh"']),
    "basis": st.sampled_from(BASES),
    "from": st.just("07:00"),
    "until": st.just("15:00"),
    "checkin": st.sampled_from(TERMS.checkins),
    "of": st.just("stations-heard"),
    "top": st.integers(1, 99).map(str),
    "by": st.sampled_from(BY),
}


@st.composite
def written(draw: st.DrawFn) -> str:
    """A token as somebody may write it: any order, any spelling, defaults left out or not."""
    name = draw(st.sampled_from(sorted(SHAPES)))
    whats, keys = SHAPES[name]
    what = draw(st.sampled_from(whats))
    chosen = draw(st.permutations(draw(st.lists(st.sampled_from(keys), unique=True)))) if keys else []
    given = {key: draw(VALUES[key]) for key in chosen if key != "category" or "sub" not in chosen}
    if name == "positive":
        given = {key: value for key, value in given.items() if key != "checkin"}
        given |= {"checkin": draw(VALUES["checkin"])} if what == "came" else {}
    if "status" in given and (name != "count" or given.keys() - {"status", "category"}):
        given["status"] = draw(st.sampled_from(TOLD))
    gap = draw(st.sampled_from([" ", "  ", "\n", "\u00a0"]))
    return gap.join([name, *filter(None, [what]), *(f"{key}={value}" for key, value in given.items())])


@given(written())
def test_what_is_understood_is_written_in_one_way_and_understood_as_the_same(text: str) -> None:
    token = parse(text, TERMS)
    assert parse(str(token), TERMS) == token
    assert [key for key, _ in token.given] == [key for key in KEYS if token.get(key)]


@given(st.text(max_size=400))
def test_any_text_is_understood_or_refused_with_a_sentence_in_every_language(text: str) -> None:
    _, wrong = tokens.read(f"{{{{{text}}}}}", TERMS)
    for _, _, fault in wrong:
        for language in LANGUAGES:
            assert words.sentence(fault, language)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "name"),
        ("percent", "name"),
        ("stations", "what"),
        ("stations silent", "what"),
        ("count colour=red", "key"),
        ("count category", "what"),
        ("count category=IN category=BX", "twice"),
        ("count province=Atlantis", "province"),
        ("count severity=6", "severity"),
        ("count severity=4-", "severity"),
        ("list top=0", "top"),
        ("count from=7:00", "hour"),
        ("count from=07:10", "hour"),
        ("count until=14:50", "hour"),
        ("count from=15:00 until=07:00", "order"),
        ("count sub=OE", "hidden"),
        ("count category=ZZ", "value"),
        ("count category=BX sub=NC", "apart"),
        ("share status=unverified", "counts"),
        ("list status=false", "counts"),
        ("word count status=unconfirmed", "counts"),
        ("count status=unverified province=08", "counts"),
        ("count status=unconfirmed severity=4+", "counts"),
        ("count status=false sub=NC", "counts"),
        ("count status=unverified from=07:00", "counts"),
        ("count status=false basis=saw", "counts"),
        ("positive came", "checkin"),
        ("positive calm checkin=KB", "checkin"),
        ("positive came checkin=SOS", "hidden"),
        ("count status=dismissed", "value"),
        ("count" + " " * 400, "long"),
    ],
)
def test_what_cannot_be_asked_is_refused_for_its_reason(text: str, key: str) -> None:
    with pytest.raises(Wrong) as refused:
        parse(text, TERMS)
    assert refused.value.key == key


def test_every_restricted_code_is_refused(pack: Pack) -> None:
    for code in pack.taxonomy.restricted & set(pack.taxonomy.subs):
        with pytest.raises(Wrong, match="hidden"):
            parse(f"count sub={code}", TERMS)


def test_the_tokens_of_a_text_are_found_where_they_stand_and_braces_without_a_counterpart_are_named() -> None:
    text = "We heard {{stations heard}} and {{ count  category=in }}, {{oops}} and {{ left }"
    found, wrong = tokens.read(text, TERMS)
    assert list(found) == ["stations heard", "count category=IN status=verified"]
    assert [(text[start:end], fault.key) for start, end, fault in wrong] == [("{{oops}}", "name"), ("{{", "braces")]


def test_the_palette_and_the_method_box_are_written_as_they_are_understood() -> None:
    offered = tokens.palette(TERMS)
    assert len({str(token) for token in offered}) == len(offered)
    assert [str(parse(text, TERMS)) for text in BOX] == list(BOX)


def names(code: str, language: str) -> str:
    return {"km": "ខេត្ត", "en": "Province"}[language] + code


SHOWN: list[tuple[dict[str, Any], str, str]] = [
    (
        {"token": "count", "value": 1, "unit": "incidents", "of": 412, "of_unit": "stations_heard"},
        "1 incident",
        "ហេតុការណ៍ ១",
    ),
    (
        {"token": "share", "value": 12, "unit": "stations", "of": 412, "of_unit": "stations_heard"},
        "12 of 412 stations heard from",
        "ការិយាល័យបោះឆ្នោត ១២ ក្នុងចំណោម ៤១២ ដែលយើងបានទទួលព័ត៌មាន",
    ),
    ({"token": "reports", "value": 71234, "unit": "reports"}, "71,234 reports", "របាយការណ៍ ៧១,២៣៤"),
    (
        {"token": "word share", "value": 3, "unit": "stations", "of": 412, "of_unit": "stations_heard"},
        "a few stations (3 of 412 stations heard from)",
        "ការិយាល័យបោះឆ្នោត បន្តិចបន្តួច (៣ ក្នុងចំណោម ៤១២ ដែលយើងបានទទួលព័ត៌មាន)",
    ),
    (
        {"token": "list top=2", "value": 7, "unit": "incidents", "items": (Item("08", 5), Item("12", 2))},
        "Province08 (5), Province12 (2)",
        "ខេត្ត08 (៥) ខេត្ត12 (២)",
    ),
    ({"token": "list top=2", "value": 0, "unit": "incidents"}, "none", "គ្មាន"),
    (
        {"token": "word count status=verified", "value": 6, "unit": "incidents", "of": 5, "of_unit": "stations_heard"},
        "some incidents (6)",
        "ហេតុការណ៍ មួយចំនួន (៦)",
    ),
    (
        {"token": "asof", "value": 1496547000, "unit": "moment"},
        "10:30 on 4 June 2017",
        "ម៉ោង ១០:៣០ ថ្ងៃទី៤ ខែមិថុនា ឆ្នាំ២០១៧",
    ),
]


@pytest.mark.parametrize(("figure", "en", "km"), SHOWN)
def test_a_figure_is_put_into_words_with_its_unit_and_denominator(figure: dict[str, Any], en: str, km: str) -> None:
    zone = timezone(timedelta(hours=7))
    assert words.shown(Figure(**figure), "en", names, zone) == en
    assert words.shown(Figure(**figure), "km", names, zone) == km


@pytest.mark.parametrize(
    ("value", "of", "word"),
    [
        *((0, 100, "none"), (1, 100, "a_few"), (5, 100, "a_few"), (6, 100, "some"), (10, 100, "some")),
        *((11, 100, "many"), (50, 100, "many"), (51, 100, "most"), (95, 100, "most"), (96, 100, "nearly_all")),
        *((5, 6, "a_few"), (6, 6, "nearly_all"), (7, None, "some")),
    ],
)
def test_the_fixed_words_stand_for_the_number(value: int, of: int | None, word: str) -> None:
    assert words.fixed(value, of) == word


@given(st.text(max_size=200), st.text(max_size=50))
def test_putting_figures_in_leaves_every_other_word_as_it_is(before: str, after: str) -> None:
    before, after = before.replace("{", "").replace("}", ""), after.replace("{", "").replace("}", "")
    figure = Figure("reports", 3, "reports")
    text = f"{before}{{{{ reports }}}}{after}{{{{monitors heard}}}}"
    put = words.put_in(text, {"reports": figure}, TERMS, "en", names)
    assert put == f"{before}3 reports{after}{{{{monitors heard}}}}"
