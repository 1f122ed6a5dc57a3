"""Whose words say that somebody of ours is in danger is held for the security lead, and hardly anybody else."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.model import calibration, weigh
from server.model.judging import Judge
from server.model.signs import FILE, OWN, PASSED_OVER, TOGETHER, Signs
from tests import fitted, measure_restricted

PACK, _ = fitted.model("kh-2017")
SIGNS = Signs(PACK)
MODEL = {"start", "suspicion", "sub-code", "quiet", "sure OB", "sure VS", "sure LG"}  # what the model itself adds


def figures(rows):
    pack, classifier = fitted.classifier("kh-2017")
    return measure_restricted.table(rows, measure_restricted.held(pack, classifier, [text for text, _, _ in rows]))


@pytest.mark.parametrize(("language", "least", "most"), [("en", 0.86, 0.2), ("sms", 0.87, 0.2), ("km", 0.94, 0.13)])
def test_of_sentences_kept_aside_those_of_danger_are_held_and_few_others(language, least, most):
    found, of, without_need, others = figures(measure_restricted.aside())[language]
    assert found >= least * of
    assert without_need <= most * others


@pytest.mark.parametrize(
    ("language", "least", "most"), [("en", 0.89, 0.1), ("km", 0.95, 0.05), ("rom", 0.85, 0.12), ("mix", 0.99, 0.12)]
)
def test_of_the_held_out_sets_likewise(language, least, most):
    found, of, without_need, others = figures(list(measure_restricted.held_out(PACK)))[language]
    assert found >= least * of
    assert without_need <= most * others


def test_of_a_rehearsal_day_few_reports_are_held_without_need_and_none_of_danger_is_shown():
    day = measure_restricted.day(PACK, 2017)
    rows = [(each.text, "day", each.code in PACK.taxonomy.restricted) for each in day]
    found, of, without_need, _ = figures(rows)["day"]
    assert found == of > 20
    assert without_need <= 50


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("They took my notebook", "own+notes+seized"),
        ("our observer had to sign that he will stop", "signed+stop"),
        ("two men follow me", "own+followed"),
        ("police are in our office", "we+office+power"),
        ("អ្នកសង្កេតការណ៍ត្រូវគេឃាត់", "own+held"),
        ("គេបង្ខំឱ្យផ្តិតមេដៃ", "signed+forced"),
    ],
)
def test_signs_are_found_alone_and_together(text, sign):
    assert sign in SIGNS.of(text)


@pytest.mark.parametrize("text", ["All rules were followed here", "no threats, nothing", "គ្មានការគំរាមទេ", "បាត់សិទ្ធិ"])
def test_what_only_looks_like_a_sign_is_passed_over(text):
    assert SIGNS.of(text).isdisjoint({"followed", "threat", "missing"})


@given(st.text())
def test_no_text_is_too_odd_for_signs(text):
    assert all(isinstance(each, str) for each in SIGNS.of(text))


def test_both_languages_have_words_for_every_sign():
    known = [set(json.loads((folder / FILE).read_text(encoding="utf-8"))) for folder in PACK.folders]
    assert known[0] == known[1]
    assert known[0] >= {sign for each in TOGETHER for sign in each if sign != "own"} | {PASSED_OVER, *OWN}


@pytest.mark.parametrize("name", ["kh-2017", "ng-2011"])
def test_every_weight_is_of_something_that_is_weighed(name):
    numbers = calibration.read(fitted.model(name)[0])
    alone = {sign for sign in json.loads((PACK.folders[0] / FILE).read_text(encoding="utf-8"))}
    assert set(numbers.danger) <= MODEL | alone | {"+".join(each) for each in TOGETHER}


def test_without_weights_the_models_suspicion_is_enough():
    _, classifier = fitted.classifier("kh-2017")
    judge, texts = Judge(*fitted.model("kh-2017")[:1], classifier.ear, fitted.model("kh-2017")[1]), ["hello"]
    heard = [classifier.ear.hear(text) for text in texts]
    judge.suspicion.numbers = replace(judge.suspicion.numbers, danger={}, suspected=-99.0)
    assert judge.judge(texts, heard)[0].restricted
    judge.suspicion.numbers = replace(judge.suspicion.numbers, suspected=99.0)
    assert not judge.judge(texts, heard)[0].restricted


def test_weights_are_found_for_what_tells_the_two_apart():
    shown = [{"suspicion": 1.0, "held": 1.0}, {"suspicion": 1.0}] * 20
    found = weigh.weights(shown, [True, False] * 20)
    assert found["held"] > 0.5
    high, low = weigh.scores(shown[:2], found)
    assert high > 0 > low
