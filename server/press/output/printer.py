"""The printer: a process that makes one file of a statement, with little time and memory, and ends.

It is handed words and pictures that stand already, and hands back bytes: it knows no country, no record and no key,
has no environment, and can write to no file once our own type is unpacked.
"""

import resource
import signal
import sys
from collections.abc import Callable, Mapping

from server.press.output import faces, office, pdf, pictures, raster
from server.press.output.printing import Job, job

MEMORY = 768 * 1024 * 1024  # bytes of address space
CPU, PATIENCE = 60, 120  # seconds of work, and of the clock
MAKERS: Mapping[str, Callable[[Job], bytes]] = {
    "pdf": lambda job: pdf.pdf(job.laid, job.drawn),
    "docx": lambda job: office.docx(job.laid, job.laid.sides[0].language, job.drawn),
    "png": lambda job: raster.png(pictures.whole(job.laid, job.laid.sides[0], job.drawn), job.size),
}


def main() -> None:
    """Print what comes in."""
    signal.alarm(PATIENCE)
    faces.plain()
    limits = {"RLIMIT_AS": MEMORY, "RLIMIT_CPU": CPU, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0, "RLIMIT_NPROC": 0}
    for name, most in limits.items():
        resource.setrlimit(getattr(resource, name), (most, most))
    asked = job(sys.stdin.buffer.read())
    sys.stdout.buffer.write(MAKERS[asked.kind](asked))


if __name__ == "__main__":
    main()
