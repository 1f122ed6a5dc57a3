"""What everybody must be able to use: axe on a page, and what axe does not look at, told as lines that say where."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

HERE = Path(__file__).parent
AXE = HERE.parent / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@cache
def _script(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def look(page: Page, name: str, given: Any = None) -> Any:
    """One of the looks of accessible.js, by the debugger, which needs no other policy of the page."""
    looks = _script(HERE / "accessible.js")
    return page.evaluate(f"() => ({looks[looks.index('({') :].rstrip()}).{name}({json.dumps(given)})")


def violations(page: Page, *rules: str) -> list[str]:
    """What breaks WCAG 2.2 AA as far as axe can tell, or these of its rules: one line for each."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_script(AXE))
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": LEVELS}
    found: list[str] = look(page, "violations", only)
    return found


def misfits(page: Page) -> list[str]:
    """Lines of words that are cut, what is too small to be hit, and a page that is wider than its window."""
    wide = look(page, "wider")
    return [*look(page, "cut"), *look(page, "small"), *([f"{wide} px too wide"] if wide else [])]


def walked(page: Page, most: int) -> list[str]:
    """What was wrong on the way through the page by Tab, once around or `most` steps: hidden, not marked, a trap."""
    wrong, been = [], 0
    for _ in range(most):
        page.keyboard.press("Tab")
        before, been = been, look(page, "been")
        if been > 1 and before == been:
            wrong.append("the keyboard does not come away from here")
        if been != 1:  # the end, or once around
            break
        wrong += [said for said in [unseen(page)] if said]
    return wrong


def unseen(page: Page) -> str:
    """Why what has the keyboard cannot be seen, or nothing. What a figure pushed out of the window that was drawn just
    then is scrolled back; what lies under something stays there."""
    if not look(page, "unseen"):
        return ""
    page.wait_for_timeout(500)
    page.evaluate("document.activeElement.scrollIntoView({ block: 'nearest' })")
    return str(look(page, "unseen"))
