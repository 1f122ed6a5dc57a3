"""What makes of a fact as an earlier program wrote it one as it is written now, a version at a time."""

from typing import Any

UPCASTERS: dict[tuple[str, int], Any] = {
    ("account.opened", 1): lambda body: {**body, "organisation": ""},
    ("act.asked", 1): lambda body: {**body, "reports": "", "channels": ""},
    ("incident.proposed", 1): lambda body: {**body, "kind": ""},
    ("incident.rejected", 1): lambda body: {**body, "verdict": "unconfirmed", "basis": "", "second": ""},
    ("incident.verified", 1): lambda body: {**body, "verdict": "verified", "basis": "", "second": ""},
    ("report.received", 1): lambda body: {**body, "part": "", "whole": "", "crowded": False},
}  # (wire, v) -> what makes of a body that of one version up
