"""What the script of a rehearsal says about coverage: who should have been heard, and was, reckoned from it alone."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.day import FORM, Delivery
from server.pack import Pack

Counts = Mapping[tuple[str, str, str], int]  # ("province" or "organisation", which, state) -> stations


@dataclass(frozen=True)
class Post:
    """Where one monitor of the rehearsal is; everybody in it has one station."""

    number: str
    station: str
    province: str
    organisation: str


def posts(roster: str, pack: Pack) -> list[Post]:
    """The monitors of a rehearsal's own table (cast.Cast.roster)."""
    return [
        Post(row["phone"], code := row["station"].partition("-")[0], pack.prefixes[code[:2]], row["organisation"])
        for row in csv.DictReader(roster.splitlines())
    ]


def counts(deliveries: Sequence[Delivery], everybody: Iterable[Post], pack: Pack, hour: datetime) -> Counts:
    """How many stations each area should have in each state at this hour (aware), and where the last check-in `came`.

    It is reckoned without the server's own rules, so that they can be held against it.
    """
    said = heard(deliveries)
    found: Counter[tuple[str, str, str]] = Counter()
    for post in everybody:
        until_now = [(at, code) for at, code in said[post.number] if at <= hour]
        states = [state(until_now, pack, hour), *(["came"] if came(until_now, pack, hour) else [])]
        found.update(("province", post.province, each) for each in states)
        found.update(("organisation", post.organisation, each) for each in states)
    return found


def heard(deliveries: Sequence[Delivery]) -> defaultdict[str, list[tuple[datetime, str]]]:
    """Number -> when it was heard, and the check-in that it meant ("" for anything else).

    What a gateway repeats counts once, from the first time on; a number typed into the form is nobody's for sure.
    """
    first: dict[str, Delivery] = {}
    for each in deliveries:
        if each.sender and each.door != FORM:
            first.setdefault(each.id, each)
    said = defaultdict(list)
    for each in first.values():
        said[each.sender].append((told_at(each), each.code if each.kind == "checkin" else ""))
    return said


def state(said: Sequence[tuple[datetime, str]], pack: Pack, hour: datetime) -> str:
    """The state of a station of which this, and no more, was heard so far."""
    due = [one for one in pack.schedule.checkins if one.due <= hour]
    over = [one for one in due if one.until <= hour]
    order = [one.code for one in pack.schedule.checkins]
    opens = {one.code: one.opens for one in pack.schedule.checkins}

    def answered(code: str, since: datetime) -> bool:
        later = order[order.index(code) :]
        return any(at >= since or (meant in later and at >= opens[meant]) for at, meant in said)

    if not said:
        return "never" if over else "late" if due else "not_due"
    if over and not answered(over[-1].code, over[-1].due):
        return "silent"
    return "heard" if not due or answered(due[-1].code, due[-1].due) else "late"


def came(said: Sequence[tuple[datetime, str]], pack: Pack, hour: datetime) -> bool:
    """Whether the check-in that was due last came itself."""
    due = [one for one in pack.schedule.checkins if one.due <= hour]
    return bool(due) and any(code == due[-1].code and at >= due[-1].opens for at, code in said)


def told_at(delivery: Delivery) -> datetime:
    """The hour of a delivery as the doors are told it, in milliseconds."""
    return delivery.at.replace(microsecond=delivery.at.microsecond // 1000 * 1000)
