"""By when somebody must have looked and called back, and who is told when nobody did; read from the pack, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server.country.packfiles import Files
from server.texting import segments

LOOK, CALL_BACK = "look", "call_back"
CLOCKS = (LOOK, CALL_BACK)
SEVERITIES = range(1, 6)
LEAD = "security_lead"  # the level that is told of danger, and must be on every ladder for it
EMPTY: dict[str, Any] = {"clocks": {}, "ladder": [], "danger": [], "told": [], "hop": 0, "pages": 0, "page": {}}


@dataclass(frozen=True)
class Ladder:
    """`limits`: severity -> clock -> how long it may take from the report on. `steps`: who works on an incident, then
    who is told, one after the other; `danger`: the same for what is restricted; `told`: who is paged at once for what
    is of severity `pages` or more. `hop`: how long whoever was told has to act. `page`: what a page says."""

    limits: Mapping[int, Mapping[str, timedelta]]
    steps: tuple[str, ...]
    danger: tuple[str, ...]
    told: tuple[str, ...]
    hop: timedelta
    pages: int
    page: str

    @property
    def levels(self) -> tuple[str, ...]:
        """Every level at which somebody may be on duty."""
        return tuple(dict.fromkeys((*self.steps, *self.danger)))

    def above(self, level: str, restricted: bool) -> str:
        """Who is told after `level` ("": after whoever works on it); "" when there is nobody else."""
        steps = self.danger if restricted else self.steps[1:]
        at = steps.index(level) + 1 if level in steps else 0
        return steps[at] if at < len(steps) else ""


def read(files: Files, languages: Sequence[str]) -> Ladder:
    """From ladder.json; what is wrong with it is told to `files`, or raised when its shape is wrong."""
    data = {**EMPTY, **files.json("ladder.json", EMPTY)}
    limits = {
        int(severity): {name: timedelta(minutes=float(minutes)) for name, minutes in clocks.items()}
        for severity, clocks in data["clocks"].items()
    }
    steps, danger, told = (tuple(map(str, data[name])) for name in ("ladder", "danger", "told"))
    words = [str(data["page"].get(language, "")).strip() for language in languages]
    hop = timedelta(minutes=float(data["hop"]))
    found = Ladder(limits, steps, danger, told, hop, int(data["pages"]), " ".join(words))
    files.wrong += [f"ladder.json {fault}." for fault in problems(found)]
    files.wrong += [
        f"ladder.json: the page has no words in {languages[n]}." for n, said in enumerate(words) if not said
    ]
    return found


def problems(ladder: Ladder) -> list[str]:
    """What is wrong with data of the right shape, each as the end of a sentence."""
    odd = [
        f"gives severity {severity} the clock {name}"
        for severity, clocks in ladder.limits.items()
        for name, limit in clocks.items()
        if severity not in SEVERITIES or name not in CLOCKS or limit <= timedelta(0)
    ]
    return [
        *(f"{each}, which is none or has no time" for each in odd),
        *(
            f"lets severity {severity} be called back about, and not looked at"
            for severity, clocks in ladder.limits.items()
            if CALL_BACK in clocks and LOOK not in clocks
        ),
        *_twice(ladder),
        *([] if len(ladder.steps) > 1 else ["needs somebody to work and somebody to tell next"]),
        *([] if LEAD in ladder.danger else [f"does not name the {LEAD} for danger"]),
        *([] if LEAD not in ladder.steps else [f"has the {LEAD} on the ladder of what is not restricted"]),
        *(f"pages {level}, who stands on no ladder" for level in ladder.told if level not in ladder.levels),
        *([] if ladder.hop > timedelta(0) else ["needs a hop of more than 0 minutes"]),
        *([] if ladder.pages in SEVERITIES else ["pages for no severity from 1 to 5"]),
        *([] if segments.count(ladder.page) == 1 else ["has a page that does not fit in one SMS"]),
    ]


def _twice(ladder: Ladder) -> list[str]:
    return [
        f"names {level} twice"
        for steps in (ladder.steps, ladder.danger)
        for level in sorted(set(steps))
        if steps.count(level) > 1
    ]
