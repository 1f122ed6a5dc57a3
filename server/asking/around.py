"""What the values of a query are judged by: the country, the hour, who asks and what their role is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from server.places import Gazetteer


@dataclass(frozen=True)
class Around:
    """`now` is the room's hour, `finest` the finest level of place that the role is told of, `people` and
    `organisations` are all there are, `alert(id)` the ids of the reports that an alert rests on, `untold(code)` whether
    whoever asks must not learn of an area."""

    gazetteer: Gazetteer
    now: datetime
    me: str
    desk: bool
    finest: str
    people: tuple[str, ...]
    organisations: tuple[str, ...]
    alert: Callable[[str], tuple[str, ...]]
    untold: Callable[[str], bool]
