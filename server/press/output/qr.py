"""A statement's number and check code as a QR code, for telephones that look at paper."""

import segno

QUIET = 4  # empty squares around it, as the standard wants


def svg(text: str) -> str:
    """The code as SVG, black on white."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    size = len(rows) + 2 * QUIET
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" aria-label="QR">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{path}" shape-rendering="crispEdges"/></svg>'
    )
