"""What packs share: the words of a bundle, to which a pack adds its own."""

import json

import pytest

from server import pack as packs
from server.pack import PackError
from tests.test_pack import FILES, tiny


def building(tmp_path, words, **bundle):
    """The pack `tiny`, which has these words and builds on the bundle `shared`."""
    about = {**FILES["pack.json"], "builds_on": ["shared"]}
    folder = tiny(tmp_path, pack_json=json.dumps(about), keywords_json=json.dumps(words))
    if bundle:
        (folder / "shared").mkdir()
        (folder / "shared" / "keywords.json").write_text(json.dumps(bundle), encoding="utf-8")
    return folder


def test_the_words_of_a_pack_are_added_to_those_of_its_bundle(tmp_path):
    own = {"en": {"gap": 5, "lists": {"strong": {"XA": ["no wax"]}}}, "sos": "BX"}
    shared = {"gap": 3, "lists": {"strong": {"XA": ["no seal"], "XB": ["stuffed"]}}}
    made = packs.load("tiny", building(tmp_path, own, en=shared))
    assert made.keywords["en"] == {"gap": 5, "lists": {"strong": {"XA": ["no seal", "no wax"], "XB": ["stuffed"]}}}
    assert made.keywords["sos"] == "BX"
    assert [folder.name for folder in made.folders] == ["shared", "tiny"]


def test_a_bundle_that_is_missing_is_named(tmp_path):
    with pytest.raises(PackError, match="The bundle shared, on which the pack builds, does not exist"):
        packs.load("tiny", building(tmp_path, {}))


def test_words_for_a_code_that_the_taxonomy_does_not_know_are_named(tmp_path):
    with pytest.raises(PackError, match="has words for ZZ, which the taxonomy does not know"):
        packs.load("tiny", building(tmp_path, {}, en={"gap": 3, "lists": {"hint": {"ZZ": ["what"]}}}))


@pytest.mark.parametrize("name", ["kh-2017", "ng-2011"])
def test_our_packs_build_on_the_english_words(name):
    made = packs.load(name)
    assert made.folders[0].name == "english"
    assert len(made.keywords["en"]["lists"]["strong"]) > 100
