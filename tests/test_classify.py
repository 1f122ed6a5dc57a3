"""What a report is taken for, and why."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import grammar
from server import pack as packs
from server.classify import Classifier, Sorting
from server.reading.phrases import Finder

PACK = packs.load("kh-2017")
CLASSIFIER = Classifier(PACK)
MESSAGES = Path(__file__).parent / "data"
SAMPLES = {
    name: list(csv.DictReader((MESSAGES / f"messages-{name}.csv").read_text(encoding="utf-8").splitlines()))
    for name in ("en", "km")
}
PIECES = ["a", "no ", "ដាច់", "...", ".!", "ក", "é", "a1", "a'", "AB 1 ", "១", "\u200b", "no official "]
TEXTS = [row["text"] for rows in SAMPLES.values() for row in rows]


def read(text: str) -> Sorting:
    return CLASSIFIER.read(text, grammar.parse(text, PACK.taxonomy))


@pytest.mark.parametrize(("language", "least"), [("en", 80), ("km", 60)])
def test_most_of_our_own_examples_are_sorted_as_we_meant_them(language, least):
    rows = SAMPLES[language]
    right = [
        row
        for row in rows
        if (read(row["text"]).kind, read(row["text"]).category or "") == (row["kind"], row["category"])
    ]
    assert len(rows) >= least
    assert len(right) >= 0.95 * len(rows), [row["text"] for row in rows if row not in right]


@pytest.mark.parametrize(
    ("text", "sub"),
    [
        ("ឈ្មោះអ្នកស្លាប់នៅក្នុងបញ្ជី", "DK"),
        ("មានមនុស្សស្លាប់", "VC"),
        ("ស្លាប់", "VC"),
        ("គេបំផ្លាញហិប", "XK"),
        ("គេបំផ្លាញរថយន្ត", "VE"),
        ("មានសារឃោសនា", "BK"),
        ("មានការឃោសនា", "BF"),
        ("វត្ត", "BJ"),
        ("ដាច់ភ្លើងពេលរាប់", "CE"),
        ("ដាច់ភ្លើងការិយាល័យយើង", "LJ"),
        ("ដាច់ភ្លើង", "LC"),
    ],
)
def test_the_longest_khmer_phrase_wins(text, sub):
    assert read(text).sub == sub


@pytest.mark.parametrize("text", ["មិនបានអនុវត្តទេ", "វត្តមាន", "ប្រវត្តិ"])
def test_a_pagoda_inside_another_word_is_no_pagoda(text):
    assert read(text).sub != "BJ"


@pytest.mark.parametrize(
    "text", ["ដាច់\u200bភ្លើង", "ដាច់ ភ្លើង", "ដាច់\u200bភ្លើង\u200bពេល\u200bរាប់", "ប្ដូរទីតាំង", "អោយលុយ", "ឲ្យលុយ"]
)
def test_zero_width_characters_spaces_and_look_alikes_do_not_hide_khmer_words(text):
    assert read(text).kind == "incident"


@pytest.mark.parametrize(
    "text", ["", " ", "៛", "12", "\ud800", "។", *(piece * (65_536 // len(piece)) for piece in PIECES)]
)
def test_there_is_always_an_answer(text):
    assert isinstance(read(text), Sorting)


@given(st.text())
def test_no_text_is_too_odd(text):
    sorting = read(text)
    assert 0 <= sorting.confidence <= 1
    assert sorting.kind in {"incident", "checkin", "quiet", "tally", "noise", "unsorted"}


def test_a_code_decides_and_its_severity_is_the_taxonomys():
    sorting = read("PA KD0123-7")
    assert (sorting.kind, sorting.category, sorting.sub, sorting.severity) == ("incident", "PR", "PA", 2)
    assert sorting.because == ("PA",)
    assert sorting.confidence > 0.9


@pytest.mark.parametrize("code", sorted(PACK.taxonomy.subs))
def test_every_code_is_sorted_and_restricted_as_the_taxonomy_says(code):
    sub, sorting = PACK.taxonomy.subs[code], read(f"{code} KD0123-7")
    assert (sorting.category, sorting.sub, sorting.severity) == (sub.category, code, sub.severity)
    assert sorting.restricted == sub.restricted


def test_a_bare_family_has_a_category_and_no_sub_code():
    sorting = read("PR KD0123-7")
    assert (sorting.category, sorting.sub, sorting.severity) == ("PR", None, 3)


def test_an_exclamation_mark_raises_the_severity_by_one_and_never_over_five():
    assert read("PA! KD0123-7").severity == 3
    assert read("XB! KD0123-7").severity == 5


def test_words_against_a_code_lower_the_confidence_and_are_shown():
    agreed, against = read("DA KD0123-7 his name is missing"), read("PK KD0123-7 his name is missing from the list")
    assert (against.category, against.second) == ("PR", "ID")
    assert against.confidence < agreed.confidence
    assert any(reason.startswith("≠") and "name" in reason for reason in against.because)


def test_of_several_codes_the_most_severe_is_the_main_one():
    sorting = read("PA XB KD0123-7")
    assert (sorting.category, sorting.sub, sorting.second) == ("BX", "XB", "PR")


def test_a_check_in_is_one_unless_its_words_tell_of_an_incident():
    assert read("KB KD0123-7").kind == "checkin"
    assert read("KB KD0123-7 all calm").kind == "checkin"
    told = read("KB KD0123-7 but the ballot box has no seal")
    assert (told.kind, told.category) == ("incident", "BX")
    assert "≠ KB" in told.because


def test_sos_is_as_severe_as_can_be_and_restricted():
    sorting = read("SOS KD0123-7")
    assert (sorting.kind, sorting.severity, sorting.restricted, sorting.because) == ("incident", 5, True, ("SOS",))


@pytest.mark.parametrize(
    "text",
    [
        "they made our observer thumbprint a promise",
        "police arrested our observer",
        "two men follow me home",
        "they took my phone",
        "a woman was raped behind the school",
        "our colleague was kidnapped",
        "police came to search our office",
        "គេបង្ខំឱ្យខ្ញុំផ្តិតមេដៃ",
        "គេដកទូរស័ព្ទខ្ញុំ",
        "បៀតបៀនផ្លូវភេទ",
        "KB KD0123-7 they took my phone",
    ],
)
def test_words_of_restricted_codes_are_restricted_too(text):
    assert read(text).restricted


@pytest.mark.parametrize(
    "text", ["no violence here", "no intimidation, no fighting", "voting is peaceful", "គ្មានអំពើហិង្សា"]
)
def test_what_did_not_happen_is_no_incident(text):
    assert read(text).kind == "quiet"


def test_all_is_well_does_not_hide_what_is_not():
    assert read("voting going on peacefully but the ballot box has no seal").category == "BX"


@pytest.mark.parametrize("text", TEXTS)
def test_the_words_that_decided_stand_in_the_message(text):
    for reason in read(text).because:
        for piece in reason.removeprefix("≠ ").split(" … "):
            assert piece in text or piece.lower() in text.lower()


def test_more_evidence_never_makes_it_less_sure():
    less, more = read("no seal on it"), read("no seal on it and they stuffed the box")
    assert less.category == more.category == "BX"
    assert more.confidence > less.confidence


def test_mere_hints_are_never_graver_than_three():
    sorting = read("there is trouble")
    assert (sorting.kind, sorting.severity) == ("incident", 3) or sorting.kind == "unsorted"


@pytest.mark.parametrize("language", ["en", "km"])
def test_every_word_of_the_pack_stands_for_something_known(language):
    known = {*PACK.taxonomy.subs, *(category.code for category in PACK.taxonomy.categories)}
    lists = PACK.keywords[language]["lists"]
    for name, codes in lists.items():
        assert set(codes) <= {"strong": known, "hint": known, "quiet": {"OKAY", "TALLY", "NOISE"}}.get(name, {""})
    assert set(PACK.taxonomy.subs) <= set(lists["strong"])


@pytest.mark.parametrize("language", ["en", "km"])
def test_no_phrase_of_the_pack_is_lost(language):
    finder = Finder(PACK.keywords[language])
    for name, codes in PACK.keywords[language]["lists"].items():
        for phrases in codes.values():
            for phrase in phrases:
                words = " ".join(word.split("|")[0] for word in phrase.replace("*", "").replace(" ... ", " ").split())
                assert finder.find(words), (name, phrase)


def test_a_phrase_without_words_is_refused():
    with pytest.raises(ValueError, match="no words that count"):
        Finder({"gap": 3, "skip": ["the"], "lists": {"strong": {"PA": ["the"]}}})
