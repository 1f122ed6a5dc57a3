"""How often reader and people agree: as a figure beside the others, and as a page with the models that there are."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template

from dashboard import views
from server.desk.models import models
from server.roles import allow

agreed = Blueprint("agreed", __name__)
OTHERS = {"OKAY": "kind.quiet", "TALLY": "kind.tally", "NONE": "kind.noise"}  # what is no category -> its words
SHARES = ("agreed", "second", "other")  # how the reader had it, the best first


@agreed.get("/model")
@allow(*views.DESKS)
def page() -> str:
    """How well reports are sorted, and by which model."""
    return render_template("model.html")


def figure(counts: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """A Plotly dictionary of server.sections.agreement's figures; `sum`: the same in all, and the version in use."""
    data, layout = drawing(counts, words)
    whole = {name: counts[name] for name in ("decided", "agreed", "either")}
    of = {**whole, "in_use": models().chosen.version}
    return {"says": "figures.agreement.says", "data": data, "layout": layout, "sum": of}


def drawing(counts: Mapping[str, Any], words: Mapping[str, str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What people decided, and how the reader had it, as Plotly's data and layout."""
    rows = sorted(counts["by_category"].items(), key=lambda row: (row[1]["decided"], row[0]))
    names = [named(code, words) for code, _ in rows]
    had = {
        "agreed": [row["agreed"] for _, row in rows],
        "second": [row["either"] - row["agreed"] for _, row in rows],
        "other": [row["decided"] - row["either"] for _, row in rows],
    }
    data = [_bar(share, words[f"agreement.{share}"], names, had[share]) for share in SHARES] if rows else []
    axes = {"xaxis": {"title": {"text": words["agreement.n"]}}, "yaxis": {"title": {"text": ""}, "type": "category"}}
    return data, {"margin": {"l": 8, "r": 8, "t": 4, "b": 4}, "barmode": "stack", **axes}


def named(code: str, words: Mapping[str, str]) -> str:
    """What people decided, as it is shown: a category's code, or the words for what is none."""
    return words[OTHERS[code]] if code in OTHERS else code


def _bar(share: str, name: str, names: list[str], values: list[int]) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": names,
        "x": values,
        "hovertemplate": f"%{{y}} · {name}: %{{x}}<extra></extra>",
        "meta": {"share": share},
    }
