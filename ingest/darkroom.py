"""Photos are drawn anew here, each in a process that has little time, little memory, no files and no network.

What comes out is a fresh JPEG: turned upright, at most LONGEST_SIDE long, without a word about where, when or with
which camera it was taken. The process is this same file, run by itself.
"""

import os
import resource
import subprocess
import sys

LONGEST_SIDE = 1600  # pixels
MOST_PIXELS = {"JPEG": 25_000_000, "PNG": 25_000_000, "WEBP": 16_000_000}  # what 300 MB are enough for
MOST_BYTES = 10 * 1024 * 1024  # of what comes in
EVEN = ("L", "LA", "RGB", "RGBA", "CMYK")  # modes that can be made smaller as they are
QUALITY = 80
MEMORY = 512 * 1024 * 1024  # bytes of address space: what 25 million pixels need, and Python
CPU = 8  # seconds
PATIENCE = 40  # seconds until a machine counts as too busy for this
NO_PHOTO = 3  # how the process ends when it was given no photo


class NoPhoto(Exception):
    """No picture that we take: another kind, too large, or damaged. Sending it again does not help."""


class Busy(Exception):
    """The machine has no time for it just now."""


def develop(raw: bytes) -> bytes:
    """The picture as a fresh JPEG. Raises NoPhoto, Busy."""
    if not raw or len(raw) > MOST_BYTES:
        raise NoPhoto
    command = [sys.executable, "-I", __file__]
    try:
        done = subprocess.run(  # noqa: S603 - our own file
            command, input=raw, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, timeout=PATIENCE
        )
    except Exception:  # no process to be had, or no patience left: under eventlet that is another TimeoutExpired
        raise Busy from None
    if done.returncode or not done.stdout.startswith(b"\xff\xd8\xff"):
        raise NoPhoto
    return done.stdout


def _draw() -> None:
    """Photo in, JPEG out. Runs alone; an end by one of the limits is as good as any other."""
    from io import BytesIO

    from PIL import Image, ImageOps, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin  # noqa: F401 - while files open

    Image.preinit()
    Image.MAX_IMAGE_PIXELS = None  # counted below, before anything is decoded
    limits = {"RLIMIT_AS": MEMORY, "RLIMIT_CPU": CPU, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0, "RLIMIT_NPROC": 0}
    for name, most in {**limits, "RLIMIT_NOFILE": 0}.items():
        resource.setrlimit(getattr(resource, name), (most, most))
    try:
        with Image.open(BytesIO(sys.stdin.buffer.read(MOST_BYTES)), formats=list(MOST_PIXELS)) as opened:
            if opened.width * opened.height > MOST_PIXELS[opened.format or ""] or getattr(opened, "n_frames", 1) > 1:
                os._exit(NO_PHOTO)
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            plain = opened if opened.mode in EVEN else opened.convert("RGBA")
            plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # before all else: each copy of the whole takes 100 MB
            whole = ImageOps.exif_transpose(plain).convert("RGBA")
        fresh = Image.new("RGB", whole.size, "white")
        fresh.paste(whole, mask=whole)
        out = BytesIO()
        fresh.save(out, "JPEG", quality=QUALITY, optimize=False)
        sys.stdout.buffer.write(out.getvalue())
        sys.stdout.buffer.flush()
    except Exception:  # whatever a stranger's bytes do to a decoder
        os._exit(NO_PHOTO)


if __name__ == "__main__":
    _draw()
