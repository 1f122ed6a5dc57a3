"""A wall in a browser, and what it holds in memory after many pictures."""

import json
from copy import deepcopy
from random import Random
from typing import Any

from playwright.sync_api import Page, Route

from server.guard import Room

QUICK = (
    "{ const real = setTimeout; window.setTimeout = (work, ms, ...more) => real(work, ms === 1000 ? 0 : ms, ...more); }"
)
SAME = 5  # pictures that are the same, before anything is measured
LIVE = "[data-testid=wall][data-state=live]"


def hang(page: Page, address: str, room: Room, language: str = "en", theme: str = "dark") -> str:
    """Open a wall on this page by a link of its own; the link's word."""
    word, _ = room.walls.make("The hall", language, theme, by="administrator:Dara")
    page.goto(f"{address}/wall/open?t={word}")
    page.click("button.primary")
    page.wait_for_selector(LIVE)
    return word


class Many:
    """Answers a wall with another picture each time, without a pause between two: hours of a day in seconds."""

    def __init__(self, page: Page) -> None:
        self.page, self.n, self._until, self._chance = page, 0, 0, Random(5)  # noqa: S311 - made-up numbers
        self._first: dict[str, Any] = page.evaluate("fetch('/api/v1/wall').then(answer => answer.json())")
        self._session = page.context.new_cdp_session(page)
        for domain in ("HeapProfiler", "Performance"):
            self._session.send(f"{domain}.enable")
        page.add_init_script(QUICK)
        page.route("**/api/v1/wall?*", self._answer)
        page.reload()

    def after(self, n: int) -> dict[str, float]:
        """What the page holds after so many pictures, and then the same one: nodes, listeners, bytes of the heap."""
        self._until = n
        while self.n < n + SAME:
            self.page.wait_for_timeout(50)
        self._session.send("HeapProfiler.collectGarbage")
        found = self._session.send("Performance.getMetrics")["metrics"]
        return {each["name"]: each["value"] for each in found}

    def _answer(self, route: Route) -> None:
        self.n += 1
        chance = self._chance if self.n < self._until else Random(5)  # noqa: S311 - made-up numbers
        body = {"tag": f"{self.n}", "hour": self._first["hour"], "picture": self._another(chance)}
        route.fulfill(content_type="application/json", body=json.dumps(body))

    def _another(self, chance: Random) -> dict[str, Any]:
        picture: dict[str, Any] = deepcopy(self._first["picture"])
        for one in picture["provinces"].values():
            one |= {"verified": chance.randrange(30), "per_100": chance.choice([None, round(chance.random() * 9, 2)])}
        for pair in picture["numbers"].values():
            pair[:] = chance.randrange(9000), 9000 + chance.randrange(9000)
        line = {"category": "BX", "severity": 4, "at": "2017-06-04T03:00Z"}
        codes = chance.sample(list(picture["provinces"]), chance.randrange(8))
        picture["headlines"] = [{**line, "province": code} for code in codes]
        gate = {"state": chance.choice(["lively", "slow", "silent"]), "last": "2017-06-04T03:00Z"}
        picture["gateways"] = [{**gate, "name": f"g{n}"} for n in range(chance.randrange(9))]
        picture["balance"] |= {"missing": chance.choice([0, 0, 3]), "minutes": chance.randrange(9)}
        return picture | {"rehearsal": chance.random() < 0.5, "empty": chance.random() < 0.1}
