"""What a report can be about: the categories, sub-codes and check-ins of a country pack, read and checked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.country.packfiles import Files

Names = Mapping[str, str]  # language -> name


@dataclass(frozen=True)
class Sub:
    """A sub-code; `severity` is 1 to 5, restricted ones are for analysts only."""

    code: str
    category: str
    name: Names
    definition: str
    severity: int
    restricted: bool


@dataclass(frozen=True)
class Category:
    """A family of sub-codes, which all begin with its `letter`."""

    code: str
    letter: str
    name: Names
    subs: tuple[Sub, ...]


@dataclass(frozen=True)
class Taxonomy:
    """All of it. `restricted` holds sub-codes and check-in codes; `common`, what the form offers first."""

    categories: tuple[Category, ...] = field(repr=False)
    checkins: Mapping[str, Names] = field(repr=False)
    restricted: frozenset[str]
    common: tuple[str, ...] = ()
    subs: Mapping[str, Sub] = field(init=False, repr=False)
    codes: frozenset[str] = field(init=False, repr=False)  # of categories, subs and checkins

    def __post_init__(self) -> None:
        object.__setattr__(self, "subs", {sub.code: sub for category in self.categories for sub in category.subs})
        codes = {category.code for category in self.categories} | {*self.subs, *self.checkins}
        object.__setattr__(self, "codes", frozenset(codes))

    def category_of(self, code: str) -> str | None:
        """The category of a sub-code, or of a category's own bare code; None for any other."""
        if code in self.subs:
            return self.subs[code].category
        return code if any(category.code == code for category in self.categories) else None


def read(files: Files, languages: Sequence[str]) -> Taxonomy:
    """From taxonomy.json; what is wrong with it is told to `files`, or raised when its shape is wrong."""
    data = files.json("taxonomy.json", {"categories": [], "checkins": [], "restricted": []})
    listed = frozenset(data["restricted"])
    categories = tuple(
        Category(
            row["code"], row["letter"], row["name"], tuple(sub_of(sub, row["code"], listed) for sub in row["subs"])
        )
        for row in data["categories"]
    )
    flagged = {sub.code for category in categories for sub in category.subs if sub.restricted}
    checkins = {row["code"]: row["name"] for row in data["checkins"]}
    found = Taxonomy(categories, checkins, listed | flagged, tuple(data.get("common", ())))
    files.wrong += problems(data, found, languages)
    return found


def sub_of(row: Mapping[str, Any], category: str, listed: frozenset[str]) -> Sub:
    """One sub-code, restricted when it says so itself or the list does."""
    restricted = bool(row.get("restricted")) or row["code"] in listed
    return Sub(row["code"], category, row["name"], row["definition"], int(row["severity"]), restricted)


def problems(data: Mapping[str, Any], taxonomy: Taxonomy, languages: Sequence[str]) -> list[str]:
    """A sentence for each wrong thing in data of the right shape."""
    subs = [row for category in data["categories"] for row in category["subs"]]
    rows = [*data["categories"], *subs, *data["checkins"]]
    codes = [row["code"] for row in rows]
    known = {*taxonomy.subs, *taxonomy.checkins}
    letters = [category.letter for category in taxonomy.categories]
    return [
        *(f"Code {code} stands for more than one thing." for code in twice(codes)),
        *(f"Letter {letter} stands for more than one category." for letter in twice(letters)),
        *(
            f"Sub-code {sub.code} does not begin with {category.letter}, the letter of {category.code}."
            for category in taxonomy.categories
            for sub in category.subs
            if not sub.code.startswith(category.letter)
        ),
        *(f"Severity of {sub.code} is not 1 to 5." for sub in taxonomy.subs.values() if not 1 <= sub.severity <= 5),
        *(f"Restricted code {code} is unknown." for code in sorted(taxonomy.restricted - known)),
        *(f"Common code {code} is no sub-code." for code in taxonomy.common if code not in taxonomy.subs),
        *(f"{row['code']} has no name in {lang}." for row in rows for lang in languages if not row["name"].get(lang)),
    ]


def twice(items: Iterable[str]) -> list[str]:
    """What occurs more than once, each named once, in order."""
    seen: dict[str, int] = {}
    for item in items:
        seen[item] = seen.get(item, 0) + 1
    return [item for item, times in seen.items() if times > 1]
