"""The pages of the press desk: all statements, and one of them to be written, checked, signed and released."""

from typing import Any

from flask import Blueprint, render_template

from dashboard.views import DRAFTS
from server.desk.stated import found
from server.guard import me, room
from server.press import public
from server.press.output import printing
from server.press.output.files import KINDS, WHOLE
from server.press.statements import CHECKERS, REVIEWERS, SIGNERS, WITHDRAWERS, WRITERS
from server.roles import ROLES, allow

press_page = Blueprint("press_page", __name__)


@press_page.get("/press")
@allow(*ROLES)
def every() -> str:
    """Every statement; the screen fetches them."""
    return render_template("press.html", kinds=_kinds(), writes=me().role in WRITERS, files=_files())


@press_page.get("/press/<statement>")
@allow(*DRAFTS)
def one(statement: str) -> str:
    """One statement, its text in each language side by side."""
    found(statement)
    return render_template(
        "statement.html",
        statement=statement,
        spoken=public.languages(room().pack),
        files=_files(),
        kinds=_kinds(),
        role=me().role,
        writers=WRITERS,
        checkers=CHECKERS,
        reviewers=REVIEWERS,
        signers=SIGNERS,
        withdrawers=WITHDRAWERS,
    )


def _files() -> dict[str, Any]:
    """Which files there are: of all languages, of each, those that take seconds; and the languages."""
    kinds = [kind for kind in KINDS if kind != "json"]
    return {
        "whole": [kind for kind in kinds if kind in WHOLE],
        "single": [kind for kind in kinds if kind not in WHOLE],
        "printed": list(printing.KINDS),
        "spoken": public.languages(room().pack),
    }


def _kinds() -> dict[str, Any]:
    return {kind: template.name for kind, template in room().pack.statements.kinds.items() if kind != "correction"}
