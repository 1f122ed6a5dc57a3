"""Prints how many of the spellings in tests/data lead to the right place, and what looking takes: run it by hand."""

import time
from statistics import median

from server import pack as packs
from server.places import Gazetteer
from tests.test_spellings import ROWS, TABLES, place_is_right, province_is_right

ROUNDS = 5


def main() -> None:
    """One line for each table, one for the time."""
    places = Gazetteer(packs.load("kh-2017"))
    for table in TABLES:
        rows = [(row, places.find(row.text)) for row in ROWS if row.table == table]
        said = [f"{table} ({len(rows)} spellings): province {_of([province_is_right(places, *one) for one in rows])}"]
        for level in ("province", "district", "commune"):
            named = [one for one in rows if places.pack.places[one[0].code].level == level]
            said.append(f"{level} when one is named {_of([place_is_right(places, *one) for one in named])}")
        wrong = sum(bool(found.province) and not province_is_right(places, row, found) for row, found in rows)
        print("; ".join(said), f"wrong province {wrong}", sep="; ")
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for row in ROWS:
            places.find(row.text)
        taken.append((time.perf_counter() - began) / len(ROWS))
    print(f"{median(taken) * 1e6:.0f} microseconds a text")


def _of(right: list[bool]) -> str:
    return f"{sum(right)} of {len(right)} ({sum(right) / len(right):.1%})"


if __name__ == "__main__":
    main()
