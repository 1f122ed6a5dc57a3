"""The steps of a statement as facts: begun, drafted, frozen, looked at again, checked, signed, released. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from server import events
from server.incidents import reasoned
from server.press.document import Figure, Text, bound_hash, canonical, digest, text_hash
from server.press.statements import PUBLIC, Seat, Statement, missing, refuse
from server.roles import Refused

LONGEST_TITLE, LONGEST_BODY = 300, 60_000  # characters
BESIDE = ("token", "incidents", "stations", "upto", "facts")  # of a figure, in fields of their own

Close = Callable[[dict[str, Any]], str]  # closes what is said under the statement's key
Name = Callable[[str, str], str]  # (incident or station, its id) -> its pseudonym


def begin(
    id: str, kind: str, kinds: Collection[str], corrected: tuple[str, str, bool] | None, rehearsal: bool
) -> events.StatementBegun:
    """Begin a statement of one of these kinds. `corrected`: the one that it corrects, how that ended, and whether it is
    of a rehearsal. Raises Refused."""
    if kind not in kinds:
        raise Refused("Say which kind of statement: " + ", ".join(kinds) + ".")
    if (kind == "correction") != (corrected is not None):
        raise Refused("A correction says which statement it corrects, and nothing else does.")
    if corrected and corrected[1] not in (*PUBLIC, "withdrawn"):
        raise Refused("Only what was released is corrected: change the draft.")
    if corrected and corrected[2] != rehearsal:
        raise Refused("A rehearsal corrects nothing that is real, nor the other way round.")
    return events.StatementBegun(subject=id, kind=kind, corrects=corrected[0] if corrected else "", rehearsal=rehearsal)


def draft(statement: Statement, texts: Mapping[str, Text], seat: Seat, close: Close) -> events.StatementDrafted | None:
    """The text as it is to stand; None when nothing of it is new. Raises Refused."""
    refuse(missing("draft", statement, seat))
    if dict(texts) == dict(statement.draft.texts):
        return None
    return drafted(statement.draft.id, texts, close)


def drafted(id: str, texts: Mapping[str, Text], close: Close) -> events.StatementDrafted:
    """A text as a fact. Raises Refused when it is too long."""
    if any(len(text.title) > LONGEST_TITLE for text in texts.values()):
        raise Refused(f"Keep the title under {LONGEST_TITLE} characters.")
    if any(len(text.body) > LONGEST_BODY for text in texts.values()):
        raise Refused(f"Keep the text under {LONGEST_BODY} characters.")
    words = {language: asdict(text) for language, text in texts.items()}
    return events.StatementDrafted(subject=id, hash=text_hash(texts), words=close(words))


def freeze(
    statement: Statement, figures: Iterable[Figure], seat: Seat, name: Name, close: Close
) -> list[events.StatementFrozen]:
    """All figures of its text, and those of the method box, bound to one place on the log. Raises Refused."""
    refuse(missing("freeze", statement, seat))
    return [_frozen(statement.draft.id, figure, name, close) for figure in figures]


def _frozen(id: str, figure: Figure, name: Name, close: Close) -> events.StatementFrozen:
    cases = [name("incident", each) for each in figure.incidents]
    stations = [name("station", station_in(id, figure.token, each)) for each in figure.stations]
    told = {key: value for key, value in asdict(figure).items() if key not in BESIDE}
    return events.StatementFrozen(
        subject=id,
        token=figure.token,
        upto=figure.upto,
        facts=figure.facts,
        figure=canonical(told),
        incidents=" ".join(figure.incidents),
        hash=bound_hash(cases, stations),
        sealed=close({"stations": " ".join(figure.stations)}) if figure.stations else "",
    )


def station_in(statement: str, token: str, station: str) -> str:
    """What a station's pseudonym in a figure is made of: another in each, or two figures together tell of a station."""
    return f"{statement}:{token}:{station}"


def review(
    statement: Statement, incident: str, upto: str, reason: str, seat: Seat, close: Close
) -> events.StatementReviewed:
    """Keep the text although an incident that it counts has changed. Raises Refused."""
    refuse(missing("review", statement, seat))
    found = [change for change in statement.changes if change.incident == incident]
    if not found:
        raise Refused("This incident is in none of its figures, or has not changed.")
    if any(change.gone for change in found):
        refuse(["gone"])
    why = close({"reason": reasoned(reason)})
    return events.StatementReviewed(subject=statement.draft.id, incident=incident, upto=upto, reason=why)


def check(
    statement: Statement, accepted: Collection[str], reason: str, seat: Seat, close: Close
) -> events.StatementChecked:
    """Answer for the method of text and figures; `accepted`: findings that are advice, and not followed, for a reason.
    Raises Refused."""
    left = [] if set(seat.should) <= set(accepted) else ["should"]
    refuse([*missing("check", statement, seat), *left])
    kept = sorted(set(accepted) & set(seat.should))
    why = close({"reason": reasoned(reason)}) if kept else ""
    return events.StatementChecked(subject=statement.draft.id, hash=statement.hash, accepted=" ".join(kept), reason=why)


def sign(statement: Statement, organisation: str, seat: Seat) -> events.StatementSigned:
    """Sign for a member organisation, `organisation` as it is written. Raises Refused."""
    refuse(missing("sign", statement, seat))
    return events.StatementSigned(subject=statement.draft.id, hash=statement.hash, organisation=organisation.strip())


def unsign(statement: Statement, organisation: str, reason: str, seat: Seat, close: Close) -> events.StatementUnsigned:
    """Take an organisation's signature back. Raises Refused."""
    refuse(missing("unsign", statement, seat))
    why = close({"reason": reasoned(reason)})
    return events.StatementUnsigned(subject=statement.draft.id, organisation=organisation, reason=why)


def embargo(statement: Statement, until: str, seat: Seat) -> events.StatementEmbargoed:
    """Not before this moment (ISO 8601, UTC); "" lifts it. Who wrote it does not end one earlier. Raises Refused."""
    refuse(missing("embargo", statement, seat))
    if until and until <= seat.now:
        raise Refused("An embargo ends in the future.")
    if statement.until > max(until, seat.now) and seat.voice.name in statement.written.authors:
        refuse(["author"])
    return events.StatementEmbargoed(subject=statement.draft.id, hash=statement.hash, until=until)


def release(
    statement: Statement, document: Mapping[str, Any], seat: Seat
) -> events.StatementReleased | events.StatementRehearsed:
    """Make it public; what is of a rehearsal is only rehearsed, whoever asks. Raises Refused."""
    refuse(missing("release", statement, seat))
    if document["rehearsal"] != statement.draft.rehearsal:
        refuse(["rehearsal"])
    kind = events.StatementRehearsed if statement.draft.rehearsal else events.StatementReleased
    number, written = int(document["number"]), canonical(document)
    return kind(subject=statement.draft.id, number=number, hash=digest(document), document=written)


def withdraw(statement: Statement, reason: str, seat: Seat) -> events.StatementWithdrawn:
    """Say that a released statement is not to be used any more; the reason is public. Raises Refused."""
    refuse(missing("withdraw", statement, seat))
    return events.StatementWithdrawn(subject=statement.draft.id, reason=reasoned(reason))


def abandon(statement: Statement, reason: str, seat: Seat, close: Close) -> events.StatementAbandoned:
    """Say that a draft is not to be released. Raises Refused."""
    refuse(missing("abandon", statement, seat))
    return events.StatementAbandoned(subject=statement.draft.id, reason=close({"reason": reasoned(reason)}))
