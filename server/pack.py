"""The country pack: the places, stations, words and hours of one election, read from data files and checked.

What several countries share, such as the English words, stands in a *bundle*: a folder beside the packs, which a pack
names in `builds_on`. The words of a pack are added to those of its bundles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from server.country import callback, registry, schedule, taxonomy, wording
from server.country.callback import Script
from server.country.packfiles import Files
from server.country.registry import Place, Station, check_digit
from server.country.schedule import Schedule
from server.country.taxonomy import Names, Taxonomy
from server.country.wording import Wording
from server.docket import levels
from server.docket.levels import Levels
from server.press import templates
from server.press.phases import hours
from server.press.templates import Templates
from server.texting import answers
from server.texting.answers import Answers
from server.work import ladder
from server.work.ladder import Ladder

__all__ = ["Pack", "PackError", "Place", "Station", "Taxonomy", "check_digit", "load"]

PACKS = Path(__file__).parent / "packs"
ABOUT = (  # field of Pack, key in pack.json, how to read it
    ("name", "name", str),
    ("title", "title", dict),
    ("day", "day", date.fromisoformat),
    ("zone", "timezone", ZoneInfo),
    ("polls_open", "polls_open", time.fromisoformat),
    ("polls_close", "polls_close", time.fromisoformat),
    ("region", "region", str),
    ("languages", "languages", tuple),
    ("spelling", "spelling", dict),
    ("facts", "facts", dict),
    ("attribution", "attribution", tuple),
)


class PackError(Exception):
    """The pack cannot be used; `problems` has a sentence for everything that is wrong with it."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n  ".join([f"The pack {name} cannot be used:", *self.problems]))


@dataclass(frozen=True)
class Pack:
    """One election. `polygons`: area -> GeoJSON MultiPolygon, all provinces; `prefixes`: station prefix -> province.

    `keywords` are the words of the taxonomy (see model/evidence.py), `folders` where its training text stands (see
    model/examples.py): those of the bundles first, its own last. `spelling` how places are written and asked for
    (see places.py), `facts` the published figures of the election.
    """

    name: str
    title: Names
    day: date
    zone: ZoneInfo
    polls_open: time
    polls_close: time
    region: str
    languages: tuple[str, ...]
    taxonomy: Taxonomy
    schedule: Schedule
    answers: Answers
    callback: Script
    ladder: Ladder
    docket: Levels
    statements: Templates
    wording: Wording = field(repr=False)
    places: Mapping[str, Place] = field(repr=False)
    stations: Mapping[str, Station] = field(repr=False)
    prefixes: Mapping[str, str] = field(repr=False)
    polygons: Mapping[str, Mapping[str, Any]] = field(repr=False)
    keywords: Mapping[str, Any] = field(repr=False)
    spelling: Mapping[str, Any] = field(repr=False)
    facts: Mapping[str, Any] = field(repr=False)
    attribution: tuple[str, ...] = field(repr=False)
    folders: tuple[Path, ...] = field(default=(), repr=False)


def load(name: str, folder: Path = PACKS) -> Pack:
    """The pack in `folder`/`name`; raises PackError, which names everything that is wrong at once."""
    files = Files(folder / name)
    about = files.json("pack.json", {})
    parts = {
        part: files.made(f"pack.json: {key}", lambda read, key: read(about[key]), read, key)
        for part, key, read in ABOUT
    }
    languages = parts["languages"] or ()
    parts |= registry.read(files, languages)
    parts["taxonomy"] = files.made("taxonomy.json", taxonomy.read, files, languages)
    stands_on = [parts[part] for part in ("day", "zone", "taxonomy")]
    if None not in stands_on:  # else their own faults are told, and nothing of it can be judged
        parts["schedule"] = files.made("checkins.json", schedule.read, files, *stands_on)
        parts["answers"] = files.made("texts.json", answers.read, files, languages, parts["taxonomy"])
        parts["callback"] = files.made(callback.FILE, callback.read, files, languages, parts["taxonomy"])
        polls = (parts["polls_open"], parts["polls_close"])
        if None not in (parts["schedule"], *polls):
            with_it = (parts["taxonomy"], parts["schedule"], parts["places"].values(), hours(*polls))
            parts["statements"] = files.made(templates.FILE, templates.read, files, languages, *with_it)
    parts["ladder"] = files.made("ladder.json", ladder.read, files, languages)
    parts["wording"] = files.made(wording.FILE, wording.read, files, languages)
    parts["docket"] = files.made(levels.FILE, levels.read, files, languages)
    bundles = [folder / str(bundle) for bundle in about.get("builds_on", ())]
    parts["keywords"] = _keywords(files, bundles, parts["taxonomy"])
    if files.wrong:
        raise PackError(name, files.wrong)
    return Pack(**parts, folders=(*bundles, files.folder))


def _keywords(files: Files, bundles: Sequence[Path], known: Taxonomy | None) -> dict[str, Any]:
    """The words of the bundles and of the pack itself, checked against the taxonomy."""
    merged: dict[str, Any] = {}
    for bundle in bundles:
        shared = Files(bundle)
        if bundle.is_dir():
            merged = added(merged, shared.json("keywords.json", {}))
            files.wrong += [f"{bundle.name}/{problem}" for problem in shared.wrong]
        else:
            files.wrong.append(f"The bundle {bundle.name}, on which the pack builds, does not exist.")
    merged = added(merged, files.json("keywords.json", {}))
    if known is not None:
        files.made("keywords.json", lambda: files.wrong.extend(_unknown(merged, known)))
    return merged


def added(less: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Two JSON objects as one: lists one behind the other, objects key by key, of anything else the second."""
    both = dict(less)
    for key, value in more.items():
        before = both.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            both[key] = added(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            both[key] = list(dict.fromkeys([*before, *value]))
        else:
            both[key] = value
    return both


def _unknown(keywords: Mapping[str, Any], known: Taxonomy) -> list[str]:
    """A sentence for each code that has words and that the taxonomy does not know."""
    codes = {
        code
        for words in keywords.values()
        if isinstance(words, dict)
        for name in ("strong", "hint")
        for code in words.get("lists", {}).get(name, ())
    }
    strange = sorted(code for code in codes if known.category_of(code) is None)
    return [f"keywords.json has words for {code}, which the taxonomy does not know." for code in strange]
