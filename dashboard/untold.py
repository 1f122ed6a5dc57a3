"""Areas with so few monitors that whoever knows the area knows the monitor: who is no desk is not told of them."""

from server import heard
from server.measures.scopes import FEWEST
from server.pack import Pack
from server.sections.attendance import Attendance

# a province where nobody monitors gives nobody away; of a district nothing is told unless there are enough
FREE = {"province": 0, "district": -1}


def untold(attendance: Attendance, pack: Pack, rehearsal: bool, code: str) -> bool:
    """Whether a place is such an area, or lies below the areas that are told of at all."""
    place = pack.places.get(code)
    if place is None or place.level not in FREE:
        return code != ""
    monitors = heard.crowd(attendance, attendance.version, rehearsal).get(code, 0)
    return FREE[place.level] < monitors < FEWEST
