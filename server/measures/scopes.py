"""Which cards count, and for whom: the conditions, as SQL, that every list, map and figure has in common."""

LIVES = "(standing != 'blocked' OR backed)"  # what a blocked source sent counts nowhere, unless others tell of it, too
SCOPES = {
    "all": "kind != 'part'",
    "open": "kind != 'part' AND NOT restricted",
    "restricted": "kind != 'part' AND restricted",
    "verified": f"NOT restricted AND status = 'verified' AND {LIVES} AND stands = ''",
}  # scope -> which cards are in it; who gets which scope is decided in dashboard/views
TRUST = "crowded, standing != 'known'"  # the order of equals: our monitors, then strangers, and floods last
TOLD = f"{LIVES} AND NOT copy"  # reports that count: what a blocked source sent, or copied, is kept and does not
COUNTED = f"{TOLD} AND stands = ''"  # what was joined into another incident counts there
FEWEST = 3  # monitors in a province, below which nobody outside the desks is told of its stations
