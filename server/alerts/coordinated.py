"""Coordinated: many senders who are one: the same words, numbers that lie close together, one gateway all at once.

- *same words*: a group of reports that say nearly the same (`report.likened`) has k different senders in the last
  WINDOW minutes; senders who give no number count as one. By chance each report draws q others with the same words:
  q = (1 + likened)/(20 + reports), of the day's other groups. The size of such a group has the Borel distribution of
  mean q, the total progeny of a branching process; a day has G reports that could begin one, so G·P(S ≥ k) are to be
  expected.
- *close numbers*: of m strangers who told of incidents within the window, and whose numbers share all but the last five
  digits, k lie within a span. A share σ of all other strangers' numbers of the day lies in the same span (and beside
  it), or at least what the span is of the hundred thousand: the chance is the binomial P(≥ k−1 of m−1), for each of the
  m as the first of a span, for each span and hour.
  So a block of numbers in which everybody lives, as in a rehearsal, is not unusual in itself.
- *one gateway*: of m strangers within TURN minutes, k came by one gateway, which had the share σ of all strangers of
  the day before: beta-binomial, as the day's share wavers.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from server.alerts.chance import beta_binomial, binomial, borel, of_any
from server.alerts.found import Finding
from server.alerts.told import Report

WORDS, NUMBERS, GATEWAY = "same words", "close numbers", "one gateway"
WINDOW = 60  # minutes
FEWEST = 5  # senders of one text
FEWEST_NUMBERS, FEWEST_STRANGERS = 5, 12
BLOCK = 100_000  # numbers that share all but their last five digits
SPANS = (20, 100, 500)  # how far apart numbers lie that are called close
TURN = 20  # minutes
FIRMNESS = 30.0
DAY = 13.0  # hours of an election day
TALK = (
    "incident",
    "unsorted",
    "noise",
)  # kinds of report whose copies mean something: greetings are short, results not


def same_words(groups: Mapping[str, Sequence[Report]], likened: int, reports: int, daily: float) -> Iterator[Finding]:
    """The groups of one text by too many senders. `groups`: first report -> reports of the last WINDOW minutes.

    `likened` of the day's `reports` said what another had said before; `daily`: reports that a day has.
    """
    for first, group in groups.items():
        said = [each for each in group if each.kind in TALK]
        senders = {each.source for each in said}
        if len(senders) < FEWEST:
            continue
        mean = min(0.9, (1 + max(0, likened - len(group))) / (20 + reports - len(group)))
        categories = Counter(each.category for each in said if each.category)
        yield Finding(
            kind="coordinated",
            statistic=WORDS,
            category=min(categories, key=lambda each: (-categories[each], each), default=""),
            restricted=any(each.restricted for each in said),
            mark=first,
            **_when(said),
            found=len(senders),
            expected=round(1 / (1 - mean), 2),
            chance=of_any(daily * borel(len(senders), mean)),
        )


def close_numbers(reports: Sequence[Report], fresh: Collection[str], strangers: Collection[int]) -> Iterator[Finding]:
    """The strangers of the last WINDOW minutes whose numbers lie too close together.

    `reports`: theirs, of incidents; `fresh`: ids of those that are new; `strangers`: all their numbers of the day.
    """
    blocks: dict[int, dict[int, list[Report]]] = defaultdict(lambda: defaultdict(list))
    for report in reports:
        blocks[report.number // BLOCK][report.number].append(report)
    for block, told in blocks.items():
        if len(told) < FEWEST_NUMBERS or not any(each.id in fresh for own in told.values() for each in own):
            continue
        others = sorted(number for number in strangers if number // BLOCK == block and number not in told)
        best = min(_runs(sorted(told), others), default=None)
        if best:
            often, n, expected, numbers = best
            said = [each for number in numbers for each in told[number]]
            yield Finding(
                kind="coordinated",
                statistic=NUMBERS,
                **_when(said),
                found=n,
                expected=round(expected, 3),
                chance=of_any(often),
            )


def _runs(numbers: Sequence[int], others: Sequence[int]) -> Iterator[tuple[float, int, float, Sequence[int]]]:
    """Each run of close numbers: how often a day has one like it, how many they are, how many expected, which."""
    for span in SPANS:
        for at, first in enumerate(numbers):
            run = numbers[at : bisect_left(numbers, first + span)]
            if len(run) < FEWEST_NUMBERS:
                continue
            beside = bisect_left(others, first + 2 * span) - bisect_left(others, first - span)
            share = min(0.9, max(span / BLOCK, (beside + span / BLOCK) / (len(others) + 1)))
            chance = binomial(len(run) - 1, len(numbers) - 1, share)
            yield DAY * len(SPANS) * len(numbers) * chance, len(run), share * len(numbers), run


def one_gateway(reports: Sequence[Report], before: Mapping[str, int]) -> Iterator[Finding]:
    """The gateways by which too many of the strangers of the last TURN minutes came.

    `reports`: theirs, of incidents; `before`: how many strangers came earlier that day, by gateway.
    """
    by: dict[str, dict[str, Report]] = defaultdict(dict)
    for report in reports:
        by[report.gateway][report.source or report.id] = report
    total, gateways = sum(map(len, by.values())), len({*before, *by})
    if sum(before.values()) < FEWEST_STRANGERS:
        return
    for gateway, own in by.items():
        share = (before.get(gateway, 0) + 1) / (sum(before.values()) + gateways + 1)
        if len(own) >= FEWEST_STRANGERS and len(own) > share * total:
            often = DAY * 60 / TURN * gateways * beta_binomial(len(own), total, share, FIRMNESS)
            yield Finding(
                kind="coordinated",
                statistic=GATEWAY,
                mark=gateway,
                **_when(list(own.values())),
                found=len(own),
                expected=round(share * total, 2),
                chance=of_any(often),
            )


def _when(reports: Sequence[Report]) -> dict[str, Any]:
    times = [each.at for each in reports]
    ordered = sorted(reports, key=lambda each: (each.at, each.id))
    areas = {each.area for each in reports if each.area}
    return {
        "since": int(min(times)),
        "until": int(max(times)) + 1,
        "reports": tuple(each.id for each in ordered),
        "area": areas.pop() if len(areas) == 1 else "",
    }
