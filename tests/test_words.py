"""Every word that a screen says comes from the words of its language: nothing is untranslated, in any file."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.spoken import in_words
from server.cases import MISSING
from tests.house import House, error

ROOT = Path(__file__).parent.parent
KHMER = re.compile(r"[\u1780-\u17ff]")
LETTERS = re.compile(r"[A-Za-z]{2,}|[\u1780-\u17ff]{2,}")
NAMES = {"EN", "ខ្មែរ", "CSV", "PNG", "SVG", "JSON", "SOS", "Ctrl", "Enter", "M-4KQ-7MD"}  # the same in all languages
SAYING = r"title|aria-label|placeholder|alt|label|data-say"  # attributes that are read out or shown
TEMPLATES = sorted(
    path for folder in ("dashboard", "ingest", "server") for path in (ROOT / folder).glob("templates/*.html")
)
SCRIPTS = sorted([*(ROOT / "dashboard" / "static").glob("*.js"), *(ROOT / "ingest" / "static").glob("*.js")])
SCREENS = sorted((ROOT / "dashboard").rglob("*.py"))
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
NO_WORDS = {"Escape", "Esc", "Enter", "Tab", "Backspace", "Delete", "Home", "End", "Shift"}  # keys of a keyboard
NO_WORDS |= {"Noto Sans", "Noto Sans Khmer"}


def spoken(markup: str) -> set[str]:
    """What a template says by itself, beside what it asks the words for."""
    bare = re.sub(r"{#.*?#}|<!--.*?-->|<style>.*?</style>", "", markup, flags=re.S)
    bare = re.sub(r"{%.*?%}|{{.*?}}", "", bare, flags=re.S)
    said = [*re.findall(r">([^<]*)<", bare), *re.findall(rf'\s(?:{SAYING})="([^"]*)"', bare)]
    return {one.strip() for one in said if LETTERS.search(one)} - NAMES


def written(script: str) -> set[str]:
    """What a script says by itself: literals that look like words for a person, not like names for a machine."""
    code = re.sub(r"(?ms)(^|\s)//[^\n]*$|/\*.*?\*/|new Error\([^)]*\)|https?://[\w./]*", "", script)
    found = set()
    for match in LITERAL.finditer(code):
        text = re.sub(r"\$\{[^}]*\}", "", match[1] if match[1] is not None else match[2])
        words = re.findall(r"(?<![\w.#\[=:/+-])[A-Za-z]{2,}(?![\w\]=(:/+-])", text)
        sentence = len(words) > 2 or bool(re.match(r"[A-Z][a-z]+([ .,!?:…]|$)", text))
        if (
            (KHMER.search(text) or sentence)
            and text not in NO_WORDS
            and not re.search(r"[\[\]>{}]|^[MmLl0-9 .-]+$", text)
        ):
            found.add(text)
    return found


def sentences(source: str) -> set[str]:
    """What a module of the screens says by itself, outside docstrings, refusals and the log."""
    tree = ast.parse(source)
    quiet = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr | ast.Raise) or (isinstance(node, ast.Call) and quoted(node))
        for inner in ast.walk(node)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in quiet
        and (KHMER.search(node.value) or re.match(r"[A-Z][\w' -]+ .*[.!?]$", node.value))
    }


def quoted(call: ast.Call) -> bool:
    """Whether it tells a program, or refuses."""
    return ast.unparse(call.func).split(".")[0] in ("logger", "Refused", "ValueError")


def tables(folder: str) -> Iterator[tuple[str, str, str]]:
    """Key, English, Khmer."""
    english, khmer = (json.loads((ROOT / folder / "words" / f"{name}.json").read_text()) for name in ("en", "km"))
    yield from ((key, english[key], khmer[key]) for key in english if key != "_note" and isinstance(english[key], str))


@pytest.mark.parametrize("folder", ["dashboard", "ingest", "server"])
def test_every_text_is_in_the_language_of_its_table(folder: str) -> None:
    for key, english, khmer in tables(folder):
        bare = re.sub(r"{\w*}|\b(?:n|min|h|s|SMS|CSV|PIN|JSON|SOS)\b", "", khmer)
        assert not KHMER.search(english), key
        assert KHMER.search(khmer) or not LETTERS.search(bare), key


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_by_itself(path: Path) -> None:
    assert spoken(path.read_text()) == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_nothing_by_itself(path: Path) -> None:
    assert written(path.read_text()) == set()


@pytest.mark.parametrize("path", SCREENS, ids=lambda path: path.stem)
def test_a_module_of_the_screens_says_nothing_by_itself(path: Path) -> None:
    assert sentences(path.read_text()) == set()


def test_these_looks_find_what_somebody_forgot() -> None:
    assert spoken('<p title="Close it">{{ t("a") }}</p><b>Saved</b>') == {"Close it", "Saved"}
    assert written('make("p", { class: "a b" }, "Saved"); x.textContent = `You have ${n} of them`;') == {
        "Saved",
        "You have  of them",
    }
    assert written('hook("a"); make("p", {}, "បាន");') == {"បាន"}
    assert sentences('"""A docstring."""\ndef f():\n    return "This is said."\n') == {"This is said."}


def test_whoever_reads_khmer_is_refused_in_khmer_and_a_program_in_english(furnished: House) -> None:
    client = furnished.app.test_client()
    client.set_cookie("lang", "km")
    wrong = client.post("/sign-in", data={"name": "Nobody", "passphrase": "not this one, surely"})
    assert in_words("This name, pass-phrase and code do not match.", "km") in wrong.text
    dara = furnished.at_desk("Dara", "administrator")
    dara.set_cookie("lang", "km")
    body = {"name": "Sok", "role": "analyst", "passphrase": "short"}
    assert KHMER.search(error(dara.post("/api/v1/accounts", json=body))["message"])
    program = furnished.program("administrator")
    program.set_cookie("lang", "km")
    assert not KHMER.search(error(program.post("/api/v1/accounts", json=body))["message"])


def test_the_sentences_that_are_translated_are_said_by_a_rule() -> None:
    """A sentence that a rule says otherwise since would quietly be English again."""
    source = "".join(path.read_text() for folder in ("server", "dashboard") for path in (ROOT / folder).rglob("*.py"))
    pieces = re.sub(r"\s+", " ", source)
    for key in json.loads((ROOT / "dashboard" / "words" / "refusals" / "km.json").read_text()):
        if key != "_note":
            assert all(piece in pieces for piece in key.split("{}")), key


@pytest.mark.parametrize("name", MISSING)
def test_what_a_verdict_lacks_is_said_alike_before_and_after_it_is_asked_for(name: str) -> None:
    assert KHMER.search(in_words(MISSING[name], "km"))
