"""Pictures in points: SVG drawn on white with our own type."""

from functools import lru_cache

from resvg_py import svg_to_bytes

from server.press.output import faces
from server.press.output.pictures import SIZES


@lru_cache(maxsize=16)
def png(svg: str, size: str = "large") -> bytes:
    """A picture in points: SIZES across. Kept: the QR code is in a file once for each language."""
    made = svg_to_bytes(
        svg_string=svg,
        width=SIZES[size],
        background="white",
        skip_system_fonts=True,
        font_files=[*faces.plain().values()],
        font_family="Noto Sans",
        sans_serif_family="Noto Sans",
    )
    return bytes(made)
