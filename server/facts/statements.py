"""Facts about statements: begun, drafted, figures frozen, looked at again, checked, signed, released, withdrawn."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class StatementBegun(Event):
    """Somebody began a text that is to be made public."""

    about, wire = "statement", "statement.begun"

    kind: str  # a template of the pack: flash, opening, mid_day, closing, preliminary, thematic, correction
    corrects: str  # the statement that it corrects; "" when it is no correction
    rehearsal: bool  # of a rehearsal: it can be rehearsed, and never released


@dataclass(frozen=True, kw_only=True)
class StatementDrafted(Event):
    """The text as it stands now, whole."""

    about, wire = "statement", "statement.drafted"

    hash: str  # of titles and texts (press/document.text_hash): what is checked and signed is this
    words: str  # sealed under the statement's key: {language: {title, body}}


@dataclass(frozen=True, kw_only=True)
class StatementFrozen(Event):
    """A figure of it is bound to a place on the log, and does not move any more."""

    about, wire = "statement", "statement.frozen"

    token: str  # the question, as press/tokens writes it
    upto: str  # the last fact that it takes in
    facts: int  # how many facts the log held up to there
    figure: str  # JSON: value, of, and what they count (press/document.Figure without its incidents)
    incidents: str  # those that were counted, space-separated, sorted; "" for figures that count none
    hash: str  # over what was counted, by pseudonyms (press/document.bound_hash)
    sealed: str  # sealed under the statement's key: which stations were counted; "" for figures that count none


@dataclass(frozen=True, kw_only=True)
class StatementReviewed(Event):
    """Somebody looked again at an incident that it cites and that has changed since, and keeps the text."""

    about, wire = "statement", "statement.reviewed"

    incident: str
    upto: str  # the last fact about that incident that was looked at
    reason: str  # sealed under the statement's key


@dataclass(frozen=True, kw_only=True)
class StatementChecked(Event):
    """Somebody answers for the method: every check that must hold does, and what is only advised was weighed."""

    about, wire = "statement", "statement.checked"

    hash: str  # of text and figures (press/document.whole_hash)
    accepted: str  # findings that were accepted, space-separated
    reason: str  # sealed under the statement's key: why they were


@dataclass(frozen=True, kw_only=True)
class StatementSigned(Event):
    """A member organisation stands behind this very text with these very figures."""

    about, wire = "statement", "statement.signed"

    hash: str  # as of statement.checked
    organisation: str


@dataclass(frozen=True, kw_only=True)
class StatementUnsigned(Event):
    """A member organisation takes its signature back, before the release."""

    about, wire = "statement", "statement.unsigned"

    organisation: str
    reason: str  # sealed under the statement's key


@dataclass(frozen=True, kw_only=True)
class StatementEmbargoed(Event):
    """It is signed and complete, and is not to be public before a moment."""

    about, wire = "statement", "statement.embargoed"

    hash: str  # as of statement.checked
    until: str  # ISO 8601, UTC; "" lifts it


@dataclass(frozen=True, kw_only=True)
class StatementReleased(Event):
    """It is public, for ever as it is here: a later word is a correction with a number of its own."""

    about, wire = "statement", "statement.released"

    number: int  # in the series of this election, 1 is the first
    hash: str  # of the document
    document: str  # canonical JSON: all that is public of it


@dataclass(frozen=True, kw_only=True)
class StatementRehearsed(Event):
    """A statement of a rehearsal came to where another would be released. It is an exercise, and says so."""

    about, wire = "statement", "statement.rehearsed"

    number: int
    hash: str
    document: str


@dataclass(frozen=True, kw_only=True)
class StatementWithdrawn(Event):
    """A released statement is not to be used any more; what was said, and that it was said, stays on record."""

    about, wire = "statement", "statement.withdrawn"

    reason: str  # public


@dataclass(frozen=True, kw_only=True)
class StatementAbandoned(Event):
    """A draft is not to be released."""

    about, wire = "statement", "statement.abandoned"

    reason: str  # sealed under the statement's key
