"""The document that a statement becomes: its texts with their figures put in, and all that they are to be read with."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from server.pack import Pack
from server.press import merging, words
from server.press.document import LANGUAGES, Draft, Figure, Text, bound_hash, whole_hash
from server.press.steps import Name, station_in
from server.press.tokens import parse

FORMAT = "statement/1"
SAID = ("value", "of", "items")  # what of a figure is told when it is not as it was
VALUES = ("reports", "stations heard", "stations expected", "stations total", "monitors heard", "monitors deployed")
COVERED = {  # column of the coverage table -> the figure whose items are its rows
    "heard": "stations heard",
    "expected": "stations expected",
    "verified": "list status=verified top=99 by=province",
    "corroborated": "list status=corroborated top=99 by=province",
}
ANNEX = "list status=verified top=99 by=category"


def languages(pack: Pack) -> list[str]:
    """The languages of every statement of this pack, the first one first."""
    return [language for language in LANGUAGES if language in pack.languages]


def named(pack: Pack) -> Callable[[str, str], str]:
    """How a province, a category or a sub-code is called in a language."""
    kinds = {one.code: one.name for one in pack.taxonomy.categories} | {
        code: sub.name for code, sub in pack.taxonomy.subs.items()
    }

    def name(code: str, language: str) -> str:
        found = pack.places[code].name if code in pack.places else kinds.get(code, {})
        return found.get(language) or code

    return name


def put_in(text: str, figures: Mapping[str, Figure], pack: Pack, language: str) -> str:
    """A text of a statement with its figures put in."""
    return words.put_in(text, figures, pack.statements.terms, language, named(pack), pack.zone)


def document(
    draft: Draft,
    pack: Pack,
    number: int,
    released: str,
    signatures: Iterable[Mapping[str, str]],
    before: Mapping[str, Any] | None,
    pseudonym: Name,
) -> dict[str, Any]:
    """All that is public of a statement, as JSON; `released`: ISO 8601, UTC; `before`: the document that it corrects,
    or the last one before it."""
    template, figures, used = pack.statements.kinds[draft.kind], draft.figures, languages(pack)
    texts = {each: Text(*(put_in(part, figures, pack, each) for part in _parts(draft.texts[each]))) for each in used}
    whole = {
        **{"format": FORMAT, "pack": pack.name, "series": "exercise" if draft.rehearsal else "statement"},
        **{"number": number, "kind": draft.kind, "corrects": draft.corrects, "rehearsal": draft.rehearsal},
        **{"as_of": draft.as_of, "released": released},
        "texts": {each: {"title": text.title, "markdown": text.body} for each, text in texts.items()},
        "figures": [_figure(draft.id, figure, pack, pseudonym) for figure in figures.values()],
        "method": {each: put_in(pack.statements.method[each], figures, pack, each) for each in used}
        | {"values": {token.replace(" ", "_"): figures[token].value for token in VALUES}},
        "coverage": _coverage(figures),
        "annex": [{"category": item.name, "n": item.value} for item in figures[ANNEX].items],
        "hash": whole_hash(draft),  # what was signed: facts of signatures name it
        "signed": [{"organisation": each["organisation"], "at": each["at"]} for each in signatures],
        "next": dict(template.next),
        "contact": dict(pack.statements.contact),
    }
    return {**whole, "changes": changes(whole, before) if before else []}


def changes(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is not as it was in an earlier document: each figure that both have; of what is corrected, the lines too."""
    since, known = before["number"], {figure["token"]: figure for figure in before["figures"]}
    found: list[dict[str, Any]] = []
    for figure in now["figures"]:
        was = known.get(figure["token"])
        both = {when: {name: each[name] for name in SAID} for when, each in (("was", was), ("now", figure)) if each}
        if was and both["was"] != both["now"]:
            found.append({"since": since, "token": figure["token"], **both})
    if now["corrects"] == since:
        lines = merging.differences(_texts(before), _texts(now))
        found += [{"since": since, "language": each, "lines": one} for each, one in lines.items() if one]
    return found


def _figure(id: str, figure: Figure, pack: Pack, pseudonym: Name) -> dict[str, Any]:
    cases = sorted(pseudonym("incident", each) for each in figure.incidents)
    stations = sorted(pseudonym("station", station_in(id, figure.token, each)) for each in figure.stations)
    told = {key: value for key, value in asdict(figure).items() if key not in ("incidents", "stations", "upto")}
    rule = parse(figure.token, pack.statements.terms).name
    bound = {"cases": cases, "stations": stations, "hash": bound_hash(cases, stations)}
    return {**told, "items": list(told["items"]), "rule": rule, **bound}


def _coverage(figures: Mapping[str, Figure]) -> list[dict[str, Any]]:
    columns = {name: {item.name: item.value for item in figures[token].items} for name, token in COVERED.items()}
    provinces = sorted({province for rows in columns.values() for province in rows})
    return [{"province": each} | {name: rows.get(each, 0) for name, rows in columns.items()} for each in provinces]


def _texts(told: Mapping[str, Any]) -> dict[str, Text]:
    return {each: Text(text["title"], text["markdown"]) for each, text in told["texts"].items()}


def _parts(text: Text) -> Sequence[str]:
    return text.title, text.body
