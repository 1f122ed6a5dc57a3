"""Figures of how well messages were sorted: precision, recall, F1, calibration, confusion."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FAMILIES = ("IN", "VS", "ID", "PR", "BU", "BX", "CT", "LG")  # the average is taken over these
QUIET = ("OKAY", "TALLY", "NONE", "?")  # no incident
BINS = 10


@dataclass(frozen=True)
class Case:
    """A message: any of `labels` is right; what was `said`, and how surely, 0 to 1."""

    labels: tuple[str, ...]
    second: str
    said: str
    sure: float
    text: str

    @property
    def right(self) -> bool:
        """Whether the main label was said."""
        return self.said in self.labels

    @property
    def truth(self) -> str:
        """The right label; of several, the one that was said."""
        return self.said if self.right else self.labels[0]


def accuracy(cases: Sequence[Case], second: bool = False) -> float:
    """The share that is right; with `second`, saying the second label is right too."""
    return sum(case.right or (second and case.said == case.second) for case in cases) / max(1, len(cases))


def scores(cases: Sequence[Case], label: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of a label; 0 where there is none."""
    hits = sum(case.truth == case.said == label for case in cases)
    said, true = sum(case.said == label for case in cases), sum(case.truth == label for case in cases)
    return hits / max(1, said), hits / max(1, true), 2 * hits / max(1, said + true)


def macro_f1(cases: Sequence[Case]) -> float:
    """The mean F1 of the eight families."""
    return sum(scores(cases, label)[2] for label in FAMILIES) / len(FAMILIES)


def incident_f1(cases: Sequence[Case]) -> float:
    """F1 of telling incidents from what is none; unsorted counts as none."""
    pairs = [(case.truth not in QUIET, case.said not in QUIET) for case in cases]
    hits = sum(true and said for true, said in pairs)
    return 2 * hits / max(1, sum(true + said for true, said in pairs))


def reliability(cases: Sequence[Case]) -> list[tuple[int, float, float]]:
    """For each tenth of confidence that occurs: how many messages, mean confidence, share that is right."""
    bins: dict[int, list[Case]] = {}
    for case in cases:
        bins.setdefault(min(int(case.sure * BINS), BINS - 1), []).append(case)
    return [(len(of), sum(case.sure for case in of) / len(of), accuracy(of)) for _, of in sorted(bins.items())]


def calibration_error(cases: Sequence[Case]) -> float:
    """The expected calibration error: the mean distance of confidence and share, each tenth by its messages."""
    return sum(count * abs(sure - right) for count, sure, right in reliability(cases)) / max(1, len(cases))


def short(cases: Sequence[Case]) -> str:
    """The main figures in one line."""
    return (
        f"accuracy {accuracy(cases):.3f}, with the second label {accuracy(cases, second=True):.3f}, "
        f"macro-F1 {macro_f1(cases):.3f}, incident or not F1 {incident_f1(cases):.3f}, "
        f"calibration error {calibration_error(cases):.3f}"
    )


def lines(cases: Sequence[Case]) -> Iterator[str]:
    """All figures, for a screen of 120 columns."""
    labels = sorted({case.truth for case in cases} | {case.said for case in cases})
    yield short(cases)
    yield f"\n{'':6}{'right':>6}{'said':>6}{'prec.':>8}{'recall':>8}{'F1':>8}"
    true, said = Counter(case.truth for case in cases), Counter(case.said for case in cases)
    for label in labels:
        row = "".join(f"{value:8.2f}" for value in scores(cases, label))
        yield f"{label:6}{true[label]:6}{said[label]:6}{row}"
    yield "\nconfidence: messages, mean confidence, share right"
    for count, sure, right in reliability(cases):
        yield f"{count:6}{sure:8.2f}{right:8.2f}"
    yield f"\nright \\ said{''.join(f'{label:>6}' for label in labels)}"
    pairs = Counter((case.truth, case.said) for case in cases)
    for label in labels:
        yield f"{label:12}" + "".join(f"{pairs[label, other] or '.':>6}" for other in labels)


def worst(cases: Sequence[Case], most: int) -> Iterator[str]:
    """The errors that were made most surely, with their text in one line; without its control characters."""
    wrong = sorted((case for case in cases if not case.right and case.said != case.second), key=lambda case: -case.sure)
    for case in wrong[:most]:
        text = "".join(char if char.isprintable() else " " for char in case.text)
        yield f"{'|'.join(case.labels):8}{case.said:7}{case.sure:5.2f}  {text[:200]}"
