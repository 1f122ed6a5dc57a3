"""Which cards count, and for whom: the conditions, as SQL, that every list, map and figure has in common."""

LIVES = "(standing != 'blocked' OR backed)"  # what a blocked source sent counts nowhere, unless others tell of it, too
SCOPES = {
    "all": "kind != 'part'",
    "open": "kind != 'part' AND NOT restricted",
    "restricted": "kind != 'part' AND restricted",
    "verified": f"NOT restricted AND status = 'verified' AND {LIVES} AND stands = ''",
}  # scope -> which cards are in it; who gets which scope is decided in dashboard/views
OWN = "own:"  # before an organisation in hexadecimal: what is verified, and the reports of its own monitors
TRUST = "crowded, standing != 'known'"  # the order of equals: our monitors, then strangers, and floods last
TOLD = f"{LIVES} AND NOT copy"  # reports that count: what a blocked source sent, or copied, is kept and does not
COUNTED = f"{TOLD} AND stands = ''"  # what was joined into another incident counts there
FEWEST = 3  # monitors in a province, below which nobody outside the desks is told of its stations


def own(organisation: str) -> str:
    """The scope of whoever sees what is verified and the reports of this organisation, named so that two can be
    compared; of nobody's organisation there are none."""
    return OWN + organisation.encode().hex() if organisation else "verified"


def within(scope: str) -> str:
    """The condition, as SQL, on cards that are in scope. Raises KeyError, or ValueError, for what is no scope."""
    if not scope.startswith(OWN):
        return SCOPES[scope]
    known = bytes.fromhex(scope.removeprefix(OWN)).hex()  # digits and letters alone, whatever somebody hands in
    ours = f"organisation IN (SELECT written FROM members WHERE known = CAST(x'{known}' AS TEXT))"  # noqa: S608
    return f"(({SCOPES['verified']}) OR ({SCOPES['open']} AND {ours}))"
