"""An organisation's table against the roster: what is new, changed, the same or gone; and all of it onto the log."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from server import events
from server.log import Draft, Log, Stale
from server.monitors import callsigns
from server.monitors.enrolment import Checked, Entry, Wrong
from server.monitors.roster import Roster, digest, owner_of
from server.roles import Refused
from server.seal import Sealer, Vault

CHUNK = 250  # monitors in one step: short enough for whoever shares the process


@dataclass(frozen=True)
class Candidate:
    """An entry with the keyed ids under which the record knows it."""

    entry: Entry
    id: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What the operator said. `skip_wrong`: enrol the right rows although others are wrong. `retire_missing`: the
    organisation whose monitors are retired if they are not in the file."""

    rehearsal: bool = False
    skip_wrong: bool = False
    retire_missing: str = ""


@dataclass(frozen=True)
class Plan:
    """What an import would do. `enrol`: with the version of the roster that it was judged on; `retire` the same."""

    rows: int
    enrol: tuple[tuple[Candidate, int], ...]
    retire: tuple[tuple[str, int], ...]
    new: int
    changed: int
    same: int
    wrong: tuple[Wrong, ...]
    rehearsal: bool

    def must_be_right(self, asked: Asked) -> None:
        """Raises Refused while a row is wrong, unless the operator said otherwise."""
        n = len({each.row for each in self.wrong})
        if n and asked.retire_missing:
            raise Refused("Correct the wrong rows first: somebody whose row is wrong would be retired.")
        if n and not asked.skip_wrong:
            raise Refused(f"{n} of {self.rows} rows are wrong. Nothing was enrolled.")


def candidates(checked: Checked, sealer: Sealer, rehearsal: bool) -> tuple[Candidate, ...]:
    """The entries with their ids: by organisation and reference, so that a corrected row is the same monitor."""
    return tuple(
        Candidate(entry, _identity(entry, sealer, rehearsal), tuple(map(sealer.alias, entry.sealed["phones"])))
        for entry in checked.entries
    )


def plan(checked: Checked, found: tuple[Candidate, ...], roster: Roster, asked: Asked) -> Plan:
    """What these entries change on the roster as it is now."""
    retire = tuple(_missing(found, roster, asked))
    taken = list(_taken(found, roster, {monitor for monitor, _ in retire}))
    bad = {each.row for each in taken}
    states = [(each, roster.state(each.id)) for each in found if each.entry.row not in bad]
    fresh = [(each, state) for each, state in states if state[:2] != (True, written(each.entry, asked.rehearsal))]
    return Plan(
        rows=checked.rows,
        enrol=tuple((each, version) for each, (_, _, version) in fresh),
        retire=retire,
        new=sum(not enrolled for _, (enrolled, _, _) in fresh),
        changed=sum(enrolled for _, (enrolled, _, _) in fresh),
        same=len(states) - len(fresh),
        wrong=tuple(sorted([*checked.wrong, *taken], key=lambda each: each.row)),
        rehearsal=asked.rehearsal,
    )


def write(plan: Plan, log: Log, vault: Vault, by: str, tell: Callable[[int, int], None] = lambda done, of: None) -> str:
    """Put the plan on the log; `tell(done, of)` after each step. The place of the last fact, "" when there was none.

    Raises Refused when the roster changed since; Down, Locked when it could not go on: run it again, it goes on there.
    """
    drafts, last, done = _drafts(plan, vault, by), "", 0
    of = len(plan.enrol) + len(plan.retire)
    while chunk := list(islice(drafts, CHUNK)):
        try:
            last = log.append_all(chunk)[-1].id
        except Stale:
            raise Refused("The roster changed meanwhile. Check the file again; what was enrolled stays.") from None
        done += len(chunk)
        tell(done, of)
    return last


def written(entry: Entry, rehearsal: bool) -> str:
    """The digest that the roster has of an entry once it is enrolled."""
    return digest((entry.organisation, entry.language, entry.replies, rehearsal), entry.sealed)


def _identity(entry: Entry, sealer: Sealer, rehearsal: bool) -> str:
    whose = (entry.organisation.casefold(), entry.sealed["reference"].casefold())
    return sealer.identity("monitor", "rehearsal" if rehearsal else "", *whose)


def _taken(found: tuple[Candidate, ...], roster: Roster, leaving: set[str]) -> Iterator[Wrong]:
    """Phones of monitors whom the file does not name, and who stay on the roster."""
    named = {each.id for each in found} | leaving
    for each in found:
        for alias in each.aliases:
            owner = roster.whose(alias)
            if owner and owner not in named:
                yield Wrong(each.entry.row, f"Its phone is already that of {callsigns.of_monitor(owner)}.")


def _missing(found: tuple[Candidate, ...], roster: Roster, asked: Asked) -> Iterator[tuple[str, int]]:
    if not asked.retire_missing:
        return
    wanted = asked.retire_missing.casefold()
    if not any(each.entry.organisation.casefold() == wanted for each in found):
        raise Refused(f"The file has no monitor of {asked.retire_missing}, so nobody is retired.")
    named = {each.id for each in found}
    for monitor in roster.monitors():
        same = monitor.organisation.casefold() == wanted and monitor.rehearsal == asked.rehearsal
        if same and monitor.id not in named:
            yield monitor.id, roster.state(monitor.id)[2]


def _drafts(plan: Plan, vault: Vault, by: str) -> Iterator[Draft]:
    # who is retired gives a phone free that somebody else may have now
    for monitor, version in plan.retire:
        yield Draft(events.MonitorRetired(subject=monitor), by, expect=version)
    for at in range(0, len(plan.enrol), CHUNK):
        chunk = plan.enrol[at : at + CHUNK]
        sealed = vault.seal_all([(owner_of(each.id), each.entry.sealed) for each, _ in chunk])
        for (each, version), closed in zip(chunk, sealed, strict=True):
            yield Draft(_enrolled(each, plan.rehearsal, closed), by, expect=version)


def _enrolled(each: Candidate, rehearsal: bool, sealed: str) -> events.MonitorEnrolled:
    return events.MonitorEnrolled(
        subject=each.id,
        organisation=each.entry.organisation,
        language=each.entry.language,
        replies=each.entry.replies,
        aliases=" ".join(each.aliases),
        rehearsal=rehearsal,
        sealed=sealed,
    )
