"""Values of query words that stand in a list, and what each of them means."""

from collections.abc import Callable

from server.asking.around import Around
from server.asking.conditions import Condition
from server.asking.said import Said, Wrong
from server.incidents import UNDECIDED, VERDICTS

Read = Callable[[Said, Around], Condition]  # what a word's values mean. Raises Wrong
SHOWN = {  # what a list may be of -> kinds of card
    "attention": ("incident", "unsorted", "raw", "set_aside"),
    "incident": ("incident",),
    "unsorted": ("unsorted", "raw", "crowded", "set_aside"),
    "checkin": ("checkin", "quiet", "tally"),
    "noise": ("noise",),
    "all": (),
}
STATUSES = {
    **{status: (status,) for status in (*UNDECIDED, *VERDICTS, "dismissed")},
    "open": UNDECIDED,
    "decided": VERDICTS,
    "waiting": ("", *UNDECIDED),  # reports, too
}
PROPOSED = (*VERDICTS, "dismissed")  # what may wait for a second person
CHANNELS = ("sms", "web", "voice", "carried", "email", "telegram", "whatsapp", "messenger", "instagram", "signal")
STANDINGS = ("known", "unknown", "blocked")
BASES = ("saw", "told", "public", "media", "social")
YES = ("yes", "no")
CLOCKS = {"overdue": ("overdue",), "running": ("running", "overdue"), "none": ("none",)}
ANY, ME, NONE = "any", "me", "none"


def one_of(field: str, choices: dict[str, tuple[str, ...]]) -> Read:
    """Values that stand in a list."""

    def read(said: Said, around: Around) -> Condition:
        for value in said.values:
            if value.lower() not in choices:
                raise Wrong("value", key=said.key, value=value, near=", ".join(choices))
        return Condition(field, tuple(each for value in said.values for each in choices[value.lower()]))

    return read


def itself(*values: str) -> dict[str, tuple[str, ...]]:
    """Values that mean what they are."""
    return {value: (value,) for value in values}
