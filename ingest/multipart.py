"""A form's body as browsers pack it when a photo may be in it: its texts, byte for byte, and the photo."""

from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from ingest.gateways import decoded

MOST_PARTS = 50  # the form has a dozen
PHOTO = "photo"  # the name of the field with a file


def read(content_type: str, body: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """The names and values of the form, and the photo; what is not of this shape is left out."""
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not boundary:
        return [], b""
    decoder = MultipartDecoder(boundary.encode("utf-8", "replace"), max_parts=MOST_PARTS)
    decoder.receive_data(body)
    decoder.receive_data(None)
    texts: list[tuple[str, str]] = []
    photo, part, pieces = b"", None, list[bytes]()
    try:
        while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
            if isinstance(event, Field | File):
                part, pieces = event, []
            elif isinstance(event, Data):
                pieces.append(event.data)
                if not event.more_data and isinstance(part, File):
                    photo = b"".join(pieces) if part.name == PHOTO else photo
                elif not event.more_data and part:
                    texts.append((part.name, decoded(b"".join(pieces))))
    except (ValueError, LookupError):  # cut off, or no multipart at all
        return texts, photo
    return texts, photo
