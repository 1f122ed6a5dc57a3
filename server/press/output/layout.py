"""What every file of a statement shows, in words of each language: made once from its document, then only set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from server.pack import Pack
from server.press import public, words
from server.press.document import Figure, canonical
from server.press.output import tabled
from server.press.output.marked import Block, blocks
from server.press.output.tabled import Table
from server.press.output.worded import said
from server.press.written import clean


@dataclass(frozen=True)
class Standing:
    """What became of a statement: a `draft` still, with the `mark` of whoever took it out, `withdrawn` for a reason,
    `corrected` by another number."""

    draft: bool = False
    withdrawn: str = ""
    corrected: int | None = None
    mark: str = ""


@dataclass(frozen=True)
class Side:
    """A statement in one language. `bands` go on every page; `bars`: (what, how many); `land`: province -> how many."""

    language: str
    bands: tuple[str, ...]
    number: str
    head: tuple[str, ...]
    title: str
    corrects: str
    changes: tuple[str, ...]
    body: tuple[Block, ...]
    method: tuple[Block, ...]
    coverage: Table
    annex: Table
    figures: Table
    beside: str
    close: tuple[tuple[str, str], ...]  # label, words
    code: str
    bars: tuple[tuple[str, int], ...]
    land: Mapping[str, int]

    def word(self, key: str, **values: Any) -> str:
        """A word of the frame around the statement, in its language."""
        return said(self.language, key, **values)


@dataclass(frozen=True)
class Laid:
    """`at`: when it was released; `code` and what its `qr` says: "" of a draft."""

    at: datetime
    code: str
    qr: str
    sides: tuple[Side, ...]

    def side(self, language: str) -> Side:
        """In this language. Raises KeyError."""
        return {side.language: side for side in self.sides}[language]


def lay(document: Mapping[str, Any], pack: Pack, standing: Standing = Standing()) -> Laid:  # noqa: B008 - frozen
    """A statement's document as it is to be shown."""
    number, exercise = document["number"], document["rehearsal"]
    code = "" if standing.draft else short(document)
    told = f"{'EXERCISE ' if exercise else ''}STATEMENT {number} {document['pack'].upper()} {code}"
    sides = tuple(_side(document, pack, standing, language, code) for language in document["texts"])
    return Laid(datetime.fromisoformat(document["released"]), code, told if code else "", sides)


def stem(document: Mapping[str, Any], standing: Standing) -> str:
    """What the names of its files begin with."""
    which = "DRAFT" if standing.draft else str(document["number"])
    return "-".join([*(["EXERCISE"] if document["rehearsal"] else []), "statement", which])


def short(document: Mapping[str, Any]) -> str:
    """The first 16 digits of the document's hash, by fours."""
    whole = sha256(canonical(document).encode()).hexdigest()[:16].upper()
    return "-".join(whole[i : i + 4] for i in range(0, 16, 4))


def _side(document: Mapping[str, Any], pack: Pack, standing: Standing, language: str, code: str) -> Side:
    text, values = document["texts"][language], document["method"]["values"]
    counts = {name: words.number(values[f"stations_{name}"], language) for name in ("heard", "expected")}
    bands = _bands(document, standing, language)
    return Side(
        language=language,
        bands=bands,
        number=_number(document, standing, language),
        head=_head(document, pack, standing, language),
        title=clean(text["title"]).replace("\n", " "),
        corrects=_numbered("corrects", document["corrects"], language),
        changes=_changes(document, pack, language) if document["corrects"] else (),
        body=blocks(text["markdown"]),
        method=tuple(block for line in _lines(document["method"][language]) for block in blocks(line)),
        coverage=tabled.coverage(document, pack, language),
        annex=tabled.annex(document, pack, language),
        figures=tabled.figures(document, pack, language),
        beside=said(language, "beside", **counts),
        close=_close(document, pack, language),
        code=said(language, "code", code=code) if code else "",
        bars=tuple((public.named(pack)(row["category"], language), row["n"]) for row in document["annex"]),
        land={row["province"]: row["verified"] for row in document["coverage"]},
    )


def _bands(document: Mapping[str, Any], standing: Standing, language: str) -> tuple[str, ...]:
    always = (("exercise", document["rehearsal"]), ("draft", standing.draft))  # in every language, whatever the page's
    found = [" / ".join(said(each, key) for each in document["texts"]) for key, holds in always if holds]
    found += [standing.mark] if standing.mark else []
    found += [said(language, "withdrawn", reason=clean(standing.withdrawn))] if standing.withdrawn else []
    found += [_numbered("corrected", standing.corrected, language)] if standing.corrected else []
    return tuple(found)


def _number(document: Mapping[str, Any], standing: Standing, language: str) -> str:
    kind = "number.draft" if standing.draft else "number.exercise" if document["rehearsal"] else "number"
    return said(language, kind, n=words.number(document["number"], language))


def _head(document: Mapping[str, Any], pack: Pack, standing: Standing, language: str) -> tuple[str, ...]:
    found = [said(language, "preliminary")]
    if document["as_of"]:
        found.append(said(language, "as_of", at=_moment(document["as_of"], pack, language)))
    if not standing.draft:
        found.append(said(language, "released", at=_moment(document["released"], pack, language)))
    return (pack.title.get(language, pack.name), *found)


def _moment(at: str, pack: Pack, language: str) -> str:
    figure = Figure("asof", int(datetime.fromisoformat(at).timestamp()), "moment")
    return words.shown(figure, language, public.named(pack), pack.zone)


def _numbered(key: str, n: int | None, language: str) -> str:
    return said(language, key, n=words.number(n, language)) if n else ""


def _changes(document: Mapping[str, Any], pack: Pack, language: str) -> tuple[str, ...]:
    """Figures that are not as they were, and lines that came or went."""
    found = []
    known = {figure["token"]: figure for figure in document["figures"]}
    for change in document["changes"]:
        if "token" in change and change["token"] not in tabled.LISTED:
            both = [tabled.shown({**known[change["token"]], **change[when]}, pack, language) for when in ("was", "now")]
            found.append(said(language, "changed", was=both[0], now=both[1]))
        elif change.get("language") == language:
            found += [clean(line) for line in change["lines"] if line[:1] in "+-"]
    return tuple(found)


def _close(document: Mapping[str, Any], pack: Pack, language: str) -> tuple[tuple[str, str], ...]:
    signed = "; ".join(clean(each["organisation"]) for each in document["signed"])
    told = {"signed": signed, "next": document["next"][language], "contact": document["contact"][language]}
    return tuple((said(language, key), words) for key, words in told.items() if words)


def _lines(told: str | list[str]) -> list[str]:
    return told.split("\n") if isinstance(told, str) else told
