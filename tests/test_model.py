"""What the model makes of reports, held to our own held-out text; docs/quality.md has what it does on real messages."""

import csv
import io
import pickle
import re
import socket
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import grammar
from server.classify import RULES, Asked, Classifier
from server.model import calibrate, calibration, examples, figures, fitting
from server.model.examples import Example
from server.model.features import Features
from server.model.fitting import fit
from server.model.trained import Model
from server.pack import PACKS, Pack, PackError
from server.quality import cases, messages, sort
from tests import fitted

NAMES = ("kh-2017", "ng-2011")
FLOORS = {  # held-out file, pack -> accuracy, macro-F1, incident or not F1: a little under what docs/quality.md has
    ("kh-2017/heldout.csv", "kh-2017"): (0.83, 0.82, 0.95),
    ("english/heldout.csv", "kh-2017"): (0.79, 0.78, 0.94),
    ("english/heldout.csv", "ng-2011"): (0.75, 0.74, 0.93),
}
SURELY = 0.13  # the calibration error that is still borne on our own text
FEW = [Example("no ballot papers here", "LG", "", "LA", "en"), Example("they beat a voter", "VS", "", "VA", "en")]
FEW += [Example("all is calm and well", "OKAY"), Example("our observer was arrested", "OB", "VS", "OD", "en")]


@pytest.fixture(scope="module")
def models():
    return {name: fitted.model(name) for name in NAMES}


@pytest.fixture(scope="module")
def classifiers():
    return {name: fitted.classifier(name) for name in NAMES}


@pytest.fixture
def read(classifiers):
    def read(text, name="kh-2017"):
        chosen, classifier = classifiers[name]
        return classifier.read_all([Asked(text, grammar.parse(text, chosen.taxonomy, chosen.prefixes))])[0]

    return read


def held_out(name):
    return list(csv.DictReader((PACKS / name).read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(("file", "name"), FLOORS)
def test_the_figures_on_our_held_out_text_are_not_under_their_floors(classifiers, file, name):
    chosen, classifier = classifiers[name]
    rows = messages(PACKS / file)
    measured = cases(rows, sort(classifier, chosen, [row.text for row in rows])[0])
    accuracy, macro, incident = FLOORS[file, name]
    assert len(rows) >= 250
    assert figures.accuracy(measured) >= accuracy
    assert figures.macro_f1(measured) >= macro
    assert figures.incident_f1(measured) >= incident
    assert figures.calibration_error(measured) <= SURELY


@pytest.mark.parametrize(("file", "name"), FLOORS)
def test_what_is_an_incident_is_seldom_taken_for_none(classifiers, file, name):
    chosen, classifier = classifiers[name]
    rows = [row for row in messages(PACKS / file) if row.labels[0] not in examples.QUIET]
    sortings, _ = sort(classifier, chosen, [row.text for row in rows])
    hidden = [row for row, each in zip(rows, sortings, strict=True) if each.kind in ("quiet", "tally", "noise")]
    assert len(hidden) <= 0.07 * len(rows)


@pytest.mark.parametrize(("file", "least"), [("kh-2017/heldout.csv", 0.7), ("english/heldout.csv", 0.75)])
def test_restricted_reports_are_recognised_and_few_others_are_taken_for_them(classifiers, file, least):
    chosen, classifier = classifiers["kh-2017"]
    rows = held_out(file)
    sortings, _ = sort(classifier, chosen, [row["text"] for row in rows])
    pairs = [
        (row["sub"] in chosen.taxonomy.restricted, each.restricted) for row, each in zip(rows, sortings, strict=True)
    ]
    truly, others = [said for true, said in pairs if true], [said for true, said in pairs if not true]
    assert len(truly) >= 8
    assert sum(truly) >= least * len(truly)
    assert sum(others) <= 0.15 * len(others)


def test_held_out_text_is_not_in_the_training_text(models):
    plain = {re.sub(r"\W", "", each.text.lower()) for chosen, _ in models.values() for each in examples.read(chosen)}
    for name in ("kh-2017/heldout.csv", "english/heldout.csv"):
        seen = [row["text"] for row in held_out(name) if re.sub(r"\W", "", row["text"].lower()) in plain]
        assert [text for text in seen if len(text) > 20] == []


def test_the_same_text_gives_the_same_model_and_other_text_another(pack):
    one, same, other = fit(pack, FEW * 3), fit(pack, FEW * 3), fit(pack, FEW * 3, [Example("new words", "CT")])
    assert one.dump() == same.dump()
    assert re.fullmatch(r"[0-9a-f]{8}", one.version)
    assert one.version == same.version != other.version


def test_a_correction_counts_more_than_an_example(pack):
    text = "the grey door again"
    against = [Example(text, "LG"), Example(text, "LG"), *FEW]
    model = fit(pack, against, [Example(text, "BX")])
    classifier = Classifier(pack, model)
    assert classifier.read_all([Asked(text, grammar.parse(text, pack.taxonomy))])[0].category == "BX"


def test_a_model_that_was_kept_says_the_same(models):
    chosen, model = models["kh-2017"]
    again = Model.load(model.dump())
    texts = [row["text"] for row in held_out("kh-2017/heldout.csv")[:60]]
    assert again.version == model.version
    assert sort(Classifier(chosen, again), chosen, texts)[0] == sort(Classifier(chosen, model), chosen, texts)[0]


@pytest.mark.security("S35", "models")
def test_what_was_kept_is_never_run():
    class Evil:
        def __reduce__(self):
            return (pytest.fail, ("it was run",))

    kept = io.BytesIO()
    np.savez(kept, about=np.array([Evil()], dtype=object))
    for dumped in (pickle.dumps(Evil()), kept.getvalue(), b""):
        with pytest.raises((ValueError, KeyError, EOFError)):
            Model.load(dumped)


@given(st.lists(st.text(), max_size=4))
def test_no_text_is_too_odd_for_the_model(classifiers, texts):
    chosen, classifier = classifiers["kh-2017"]
    sortings, _ = sort(classifier, chosen, texts)
    assert len(sortings) == len(texts)
    assert all(0 <= each.confidence <= 1 for each in sortings)


@pytest.mark.parametrize("text", ["", " ", "៛", "12", "\ud800", "។", "ABC" * 30_000, "ដាច់" * 9_000, "no " * 30_000])
def test_there_is_always_an_answer(read, text):
    assert read(text).kind in {"incident", "checkin", "quiet", "tally", "noise", "unsorted"}


def test_a_text_of_which_no_word_is_known_stays_unsorted(read):
    assert read("Ⴇℵ").kind == "unsorted"


def test_a_report_is_read_the_same_alone_and_among_others(classifiers):
    chosen, classifier = classifiers["kh-2017"]
    texts = [row["text"] for row in held_out("kh-2017/heldout.csv")[:40]]
    together, _ = sort(classifier, chosen, texts)
    for text, among in zip(texts, together, strict=True):
        alone = sort(classifier, chosen, [text])[0][0]
        assert replace(alone, confidence=0.0) == replace(among, confidence=0.0)
        assert abs(alone.confidence - among.confidence) <= 0.001


def test_the_version_of_rules_and_model_stands_on_each_sorting(models, read):
    assert read("no ballot papers").reader == f"{RULES}+{models['kh-2017'][1].version}"
    assert read("PA KD0123-7").reader == f"{RULES}+{models['kh-2017'][1].version}"


def test_rules_alone_are_quick_to_answer_and_say_so(classifiers):
    chosen, classifier = classifiers["kh-2017"]
    sorting = classifier.read("no ballot papers", grammar.parse("no ballot papers", chosen.taxonomy))
    assert (sorting.category, sorting.reader) == ("LG", RULES)


def test_a_code_beats_words_and_the_contradiction_is_flagged(read):
    sorting = read("PK KD0123-7 his name is missing from the voter list")
    assert (sorting.category, sorting.sub, sorting.second, sorting.contradicted) == ("PR", "PK", "ID", True)
    assert any(reason.startswith("≠ ") for reason in sorting.because)
    agreed = read("DA KD0123-7 his name is missing from the voter list")
    assert (agreed.category, agreed.contradicted) == ("ID", False)
    assert agreed.confidence > sorting.confidence


def test_a_check_in_whose_words_tell_of_an_incident_is_flagged(read):
    sorting = read("KB KD0123-7 but thugs beat two voters with sticks")
    assert (sorting.kind, sorting.category, sorting.contradicted) == ("incident", "VS", True)
    assert read("KB KD0123-7 all calm").kind == "checkin"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Accreditation started at 8:05am, all calm", "quiet"),
        ("Result of unit 5: ABC 120, XYZ 77, void 3", "tally"),
        ("Good morning, may God bless this country", "noise"),
        ("No INEC official here as at 11am", "incident"),
    ],
)
def test_all_is_well_tallies_and_noise_are_no_incidents(read, text, kind):
    assert read(text, "ng-2011").kind == kind


@pytest.mark.parametrize("name", ["kh-2017/heldout.csv", "english/heldout.csv"])
def test_the_words_that_decided_stand_in_the_message(classifiers, name):
    chosen, classifier = classifiers["kh-2017"]
    texts = [row["text"] for row in held_out(name)]
    sortings, _ = sort(classifier, chosen, texts)
    for text, sorting in zip(texts, sortings, strict=True):
        for reason in sorting.because:
            for piece in reason.removeprefix("≠ ").split(" … "):
                assert piece in text
    said = [each for each in sortings if each.kind == "incident"]
    assert sum(bool(each.because) for each in said) >= 0.9 * len(said)


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("polls closed early", "kh-2017", "PR"),
        ("soldiers are here", "kh-2017", "IN"),
        ("Top up 5 dollars get double", "kh-2017", None),
        ("accreditation started at 10.24", "ng-2011", "PR"),
        ("accreditation started at 9.25", "ng-2011", None),
        ("no election materials", "ng-2011", "LG"),
        ("no election", "ng-2011", "PR"),
    ],
)
def test_short_reports_that_look_alike_are_told_apart(read, text, name, says):
    assert read(text, name).category == says


def test_a_single_letter_is_no_reason(read):
    found = [reason for text in ("shutters r still closed", "u c d soldiers r here") for reason in read(text).because]
    assert found
    assert all(len(reason) > 1 for reason in found)


def test_nothing_is_asked_of_anybody(classifiers, monkeypatch):
    def refused(*_):
        pytest.fail("a connection was opened")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    chosen, classifier = classifiers["kh-2017"]
    model = fit(chosen, FEW * 3)
    assert Model.load(model.dump()).version == model.version
    assert sort(classifier, chosen, ["they beat a voter"])[0][0].category == "VS"


def test_a_batch_is_sorted_about_as_quickly_as_its_codes_are_read(classifiers):
    chosen, classifier = classifiers["ng-2011"]
    texts = [row["text"] for row in held_out("english/heldout.csv")] * 2
    sort(classifier, chosen, texts)
    ratios = []
    for _ in range(5):
        before = time.process_time()
        asked = [Asked(text, grammar.parse(text, chosen.taxonomy, chosen.prefixes)) for text in texts]
        between = time.process_time()
        classifier.read_all(asked)
        ratios.append((time.process_time() - between) / (between - before))
    assert min(ratios) < 5


@pytest.mark.parametrize("name", NAMES)
def test_the_calibration_of_a_pack_is_of_codes_that_its_model_has(models, name):
    chosen, model = models[name]
    numbers = calibration.read(chosen)
    assert set(numbers.offset) <= set(model.codes)
    shares = numbers.probabilities(np.zeros((2, len(model.codes))), model.codes, [True, False])
    assert np.allclose(shares.sum(axis=1), 1)


def test_calibrating_finds_how_sure_scores_make():
    right = ["A", "A", "A", "B"] * 50  # what has a score of 1 is right three times of four
    rows = np.array([[1.0, 0.0]] * 200)
    slope, offsets = calibrate.found(rows, right, ["A", "B"], offsets=False)
    assert 1 / (1 + np.exp(-slope)) == pytest.approx(0.75, abs=0.01)
    assert offsets == {}


def test_examples_that_cannot_be_are_all_named(tmp_path, pack):
    (tmp_path / "examples.csv").write_text(
        "text,category,second,sub,language\nok then,OKAY,,,en\nwhat,XX,,,en\nwho,PR,,DA,en\n", encoding="utf-8"
    )
    with pytest.raises(PackError) as fault:
        examples.in_folder(tmp_path, pack)
    assert len(fault.value.problems) == 2


@pytest.mark.parametrize("name", NAMES)
def test_every_category_has_varied_examples_in_the_languages_of_its_pack(models, name):
    chosen: Pack = models[name][0]
    for folder in chosen.folders:
        of = examples.in_folder(folder, chosen)
        for code in (*(category.code for category in chosen.taxonomy.categories), *examples.QUIET):
            assert len({each.text for each in of if each.category == code}) >= 80, (folder.name, code)


def test_rows_are_as_long_however_long_the_text(pack):
    model = fit(pack, FEW * 3)
    rows = model.features.rows([])
    assert rows.shape == (0, model.features.size)
    assert isinstance(model.features, Features)
    assert fitting.version_of(pack, FEW) == fitting.version_of(pack, list(FEW))
