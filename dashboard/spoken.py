"""In which language whoever asks reads, and what a refusal says in it: the sentences of the rules are the keys."""

import json
import re
from functools import cache
from pathlib import Path

from flask import request

from dashboard.words import words_for
from server.guard import room, someone
from server.log import Down

FOLDER = Path(__file__).parent / "words" / "refusals"
GUARDS = "guard."  # words for what a verdict still needs, which screens say before it is asked for


def language() -> str:
    """The reader's language, as they chose it; else the first of the pack."""
    chosen = request.cookies.get("lang", "")
    return chosen if chosen in room().pack.languages else room().pack.languages[0]


def told(fault: Exception) -> str:
    """Why something was refused, or could not be done: to a person in their language, to a program in English."""
    if isinstance(fault, Down):
        return words_for(language())["error.down"]
    return sentence(str(fault))


def sentence(english: str) -> str:
    """A sentence of the rules, as whoever asks reads it."""
    person = someone()
    return english if person and person.program else in_words(english, language())


def in_words(sentence: str, language: str) -> str:
    """A sentence of the rules in this language; as it is where we have none for it."""
    for pattern, said in _known(language):
        if found := pattern.fullmatch(sentence):
            return said.format(*found.groups())
    return sentence


@cache
def _known(language: str) -> list[tuple[re.Pattern[str], str]]:
    path = FOLDER / f"{language}.json"
    table: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    english, own = words_for("en"), words_for(language)
    table |= {english[key]: own[key] for key in english if key.startswith(GUARDS)}
    return [
        (re.compile(re.escape(key).replace(r"\{\}", "(.+)")), said) for key, said in table.items() if key != "_note"
    ]
