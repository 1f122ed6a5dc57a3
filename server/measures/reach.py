"""From how many stations anything was heard so far, by province and district: what incidents are set against."""

from collections import Counter
from dataclasses import dataclass

from server.heard import View

ENOUGH = 30  # of fewer there is no rate and no percentage, wherever it stands: one more would change it by points


@dataclass(frozen=True)
class Reach:
    """Place code -> stations with a monitor (`expected`), and those that anything was heard from (`heard`)."""

    expected: dict[str, int]
    heard: dict[str, int]

    def rate(self, place: str, n: int) -> float | None:
        """`n` per 100 stations heard from; None when these are fewer than ENOUGH."""
        heard = self.heard.get(place, 0)
        return n * 100 / heard if heard >= ENOUGH else None


def reach(view: View) -> Reach:
    """Of every province and district that the view takes in."""
    where, values = view.where()
    rows = view.ask(
        "SELECT province, district, count(*) AS expected, count(*) FILTER (WHERE heard <= :now) AS heard"  # noqa: S608
        f" FROM units WHERE {where} GROUP BY province, district",
        **values,
    )
    expected, heard = Counter[str](), Counter[str]()
    for row in rows:
        for place in {row["province"], row["district"]} - {""}:
            expected[place] += row["expected"]
            heard[place] += row["heard"]
    return Reach(dict(expected), dict(heard))
