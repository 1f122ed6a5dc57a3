"""Whatever a photo carries besides the picture goes, in whatever kind of file; and drawing it takes little memory."""

import struct
import subprocess
import sys
import zlib
from functools import partial
from io import BytesIO
from math import isqrt

import pytest
from PIL import Image, PngImagePlugin
from PIL.ExifTags import Base

from ingest import darkroom
from tests.test_photos import CANARY, bomb, picture, text_bomb

MOST = 300 * 1024  # kilobytes that drawing may take
MEASURES = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-I", {path!r}], stdin=sys.stdin.buffer, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_maxrss, used.ru_utime + used.ru_stime)
"""


def segment(mark: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, mark, len(data) + 2) + data


def with_segments(*segments: bytes) -> bytes:
    """A JPEG with these behind its first mark."""
    plain = picture()
    return plain[:2] + b"".join(segments) + plain[2:]


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_chunks(*chunks: bytes) -> bytes:
    """A PNG with these behind its head."""
    plain, head = picture("PNG"), 33
    return plain[:head] + b"".join(chunks) + plain[head:]


def exif() -> bytes:
    made = Image.Exif()
    made[Base.Make], made[Base.ImageDescription] = CANARY.decode(), CANARY.decode()
    return made.tobytes()


def thumbnail() -> bytes:
    """An EXIF block whose second directory holds a small picture of its own, with a comment."""
    small = picture(size=(16, 16), comment=CANARY)
    first = struct.pack("<HI", 0, 14)
    second = struct.pack("<HHHIIHHIII", 2, 0x201, 4, 1, 44, 0x202, 4, 1, len(small), 0)
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + first + second + small


def many_in_one() -> bytes:
    out = BytesIO()
    two = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue")]
    two[0].save(out, "MPO", save_all=True, append_images=two[1:], exif=exif())
    return out.getvalue()


def texts() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", CANARY.decode())
    info.add_text("Raw profile type exif", CANARY.decode(), zip=True)
    info.add_itxt("XML:com.adobe.xmp", CANARY.decode(), zip=True)
    return info


XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + CANARY + b"</x:xmpmeta>"
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(CANARY) + 5) + b"\x1c\x02\x78\0\x16" + CANARY
PROGRAM = b"<script>/*" + CANARY + b"*/alert(1)</script>"
CORPUS = {
    "EXIF": picture(exif=exif()),
    "EXIF twice": with_segments(segment(0xE1, exif()), segment(0xE1, exif())),
    "EXIF with a thumbnail": with_segments(segment(0xE1, thumbnail())),
    "EXIF that ends nowhere": with_segments(segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff" + CANARY)),
    "XMP": with_segments(segment(0xE1, XMP)),
    "XMP in pieces": with_segments(segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + CANARY)),
    "IPTC": with_segments(segment(0xED, IPTC)),
    "a colour profile": picture(icc_profile=CANARY * 9),
    "a comment": picture(comment=CANARY),
    "a part of a maker's own": with_segments(*(segment(0xE0 + n, CANARY) for n in range(1, 16))),
    "words of JFIF's thumbnail": with_segments(segment(0xE0, b"JFXX\0\x10" + picture(size=(8, 8), comment=CANARY))),
    "an archive behind": picture() + b"PK\x03\x04" + CANARY,
    "a document behind": picture() + b"%PDF-1.4\n" + CANARY,
    "a page in its comment": picture(comment=PROGRAM),
    "a document before its end": with_segments(segment(0xFE, b"%PDF-1.4\n" + CANARY)),
    "PNG's EXIF": picture("PNG", exif=exif()),
    "PNG's texts": picture("PNG", pnginfo=texts()),
    "PNG's colour profile": picture("PNG", icc_profile=CANARY * 9),
    "PNG's hour": with_chunks(chunk(b"tIME", b"\x07\xe1\x06\x04\x08\x00\x00")),
    "PNG's own kinds": with_chunks(chunk(b"caNv", CANARY), chunk(b"prVt", CANARY)),
    "a page behind a PNG": picture("PNG") + PROGRAM,
    "WebP's EXIF": picture("WEBP", exif=exif()),
    "WebP's XMP": picture("WEBP", xmp=XMP),
    "WebP's colour profile": picture("WEBP", icc_profile=CANARY * 9),
    "WebP without loss": picture("WEBP", lossless=True, exif=exif(), xmp=XMP),
    "an archive behind a WebP": picture("WEBP") + b"PK\x03\x04" + CANARY,
}
REFUSED = {
    "two pictures in one": many_in_one(),
    "GIF": picture("GIF", comment=CANARY),
    "GIF that is a script": b"GIF89a/*" + picture("GIF")[8:] + b"*/=1;" + CANARY,
    "a document that is a JPEG further on": b"%PDF-1.4\n" + picture(comment=CANARY),
    "an archive that is a JPEG further on": b"PK\x03\x04" + picture(comment=CANARY),
    "WebP that moves": picture("WEBP", save_all=True, append_images=[Image.new("RGB", (60, 40), "blue")]),
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + CANARY,
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + CANARY,
}


@pytest.mark.security("S32", "wide corpus")
@pytest.mark.parametrize("what", CORPUS)
def test_nothing_but_the_picture_comes_out(what):
    raw = CORPUS[what]
    try:
        fresh = darkroom.develop(raw)
    except darkroom.NoPhoto:
        assert what in ("EXIF that ends nowhere",), "a phone may well send this"
        return
    shown = Image.open(BytesIO(fresh))
    shown.load()
    assert shown.format == "JPEG"
    assert max(shown.size) == 60
    assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert [mark for mark, _ in shown.applist] == ["APP0"]
    assert not any(word in fresh for word in (CANARY, b"Exif", b"xmp", b"8BIM", b"ICC_PROFILE", b"PK\x03\x04", b"%PDF"))
    assert fresh.endswith(b"\xff\xd9")
    assert fresh.count(b"\xff\xd8\xff") == 1


@pytest.mark.security("S32", "wide corpus")
@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_one_picture_is_refused(what):
    with pytest.raises(darkroom.NoPhoto):
        darkroom.develop(REFUSED[what])


def large(kind: str, mode: str = "RGB") -> bytes:
    """A picture of as many pixels as we take."""
    out, side = BytesIO(), isqrt(darkroom.MOST_PIXELS[kind])
    Image.new(mode, (side, side), 200 if mode in "PL1" else (200,) * len(mode)).save(out, kind)
    return out.getvalue()


def used(raw: bytes) -> tuple[int, float]:
    """Kilobytes and seconds of work that drawing this took, in a process that drew nothing else."""
    measures = MEASURES.format(path=darkroom.__file__)
    done = subprocess.run([sys.executable, "-c", measures], input=raw, capture_output=True, check=True)
    most, seconds = done.stdout.split()
    return int(most), float(seconds)


@pytest.mark.security("S32", "memory measured")
@pytest.mark.parametrize(
    "make",
    [
        bomb,
        text_bomb,
        *(partial(large, "JPEG", mode) for mode in ("L", "RGB", "CMYK")),
        *(partial(large, "PNG", mode) for mode in ("1", "P", "L", "LA", "RGB", "RGBA")),
        partial(large, "WEBP"),
    ],
)
def test_drawing_the_largest_and_the_worst_stays_within_its_memory_and_time(make):
    memory, work = used(make())
    assert memory < MOST
    assert work <= darkroom.CPU


@pytest.mark.security("S32", "memory measured")
def test_a_bomb_costs_hardly_more_than_a_small_picture():
    assert used(bomb())[1] < used(picture())[1] + 2, "seconds of work, not of waiting"
