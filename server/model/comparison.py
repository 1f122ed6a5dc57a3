"""Whether a model that learnt more does better, asked only about reports that neither it nor the older one learnt from.

Both are taught once for each fold of the corrections so far: the newer all of them but that fold, the older what it
knew when it was taught, and nothing of that fold either. Then both sort it. So two states of knowledge are compared, on
the same reports that are new to both; the models themselves have seen theirs, and would show how well they remember.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from hashlib import sha256

from server import grammar
from server.classify import Asked, Classifier
from server.model import decisions
from server.model.corrections import Lesson
from server.model.examples import Example
from server.model.judging import Judge
from server.model.teaching import Teacher
from server.model.trained import Model
from server.pack import Pack

FOLDS = 5
MANY = 20  # corrections of a category, from which on it may not lose more than MARGIN
MARGIN = 0.05  # of F1


@dataclass(frozen=True)
class Compared:
    """Shares of unseen corrections that come out right, 0 to 1; `worst`: the category with MANY corrections that loses
    most of its F1 by the newer model, "" when none does, and how much it `lost`."""

    agreed: float
    agreed_before: float
    worst: str
    lost: float

    @property
    def better(self) -> bool:
        """Whether the newer one may be taken: not worse over all, and no category loses more than MARGIN."""
        return self.agreed >= self.agreed_before and self.lost <= MARGIN


def compare(pack: Pack, first: Model, lessons: Sequence[Lesson], before: Sequence[Lesson]) -> Compared:
    """How `first`, the model that came with the program, does once it is taught these `lessons`, beside the same model
    taught the lessons `before`."""
    teacher, rules = Teacher(pack, first), Classifier(pack)
    pairs: dict[str, list[tuple[str, str]]] = {"now": [], "before": []}
    for n in range(FOLDS):
        held = [lesson for lesson in lessons if _fold(lesson) == n]
        if held:
            texts, truth = [lesson.text for lesson in held], [lesson.category for lesson in held]
            for name, known in (("now", lessons), ("before", before)):
                unseen = teacher.teach(taught(pack, [lesson for lesson in known if _fold(lesson) != n]))
                pairs[name] += zip(truth, sorted_by(using(rules, pack, unseen), texts, pack), strict=True)
    return _compared(pairs["now"], pairs["before"])


def taught(pack: Pack, lessons: Iterable[Lesson]) -> list[Example]:
    """What a model learns from these: the words as the reader hands them to it, without codes; none where none are."""
    found = [Example(_words(lesson.text, pack), lesson.category, lesson.second, lesson.sub, "") for lesson in lessons]
    return [example for example in found if any(char.isalpha() for char in example.text)]


def sorted_by(classifier: Classifier, texts: Sequence[str], pack: Pack) -> list[str]:
    """What rules and model take each text for: a category, OKAY, TALLY, NONE or "" for nothing."""
    asked = [Asked(text, grammar.parse(text, pack.taxonomy, pack.prefixes)) for text in texts]
    return [decisions.label(one.kind, one.category or "") for one in classifier.read_all(asked)]


def using(classifier: Classifier, pack: Pack, model: Model) -> Classifier:
    """The same rules with another model; reading the pack's phrases again would take longer than sorting."""
    other = copy(classifier)
    other.judge = Judge(pack, classifier.ear, model)
    return other


def _words(text: str, pack: Pack) -> str:
    parsed = grammar.parse(text, pack.taxonomy, pack.prefixes)
    return parsed.words if parsed.codes or parsed.checkins or parsed.sos else text


def _fold(lesson: Lesson) -> int:
    """Always the same for a report and its copies."""
    return sha256(lesson.first.encode()).digest()[0] % FOLDS


def _compared(now: list[tuple[str, str]], before: list[tuple[str, str]]) -> Compared:
    many = [code for code, count in Counter(truth for truth, _ in now).items() if count >= MANY]
    lost = {code: f1(before, code) - f1(now, code) for code in sorted(many)}
    worst = max(lost, key=lambda code: lost[code], default="")
    most = round(lost.get(worst, 0.0), 3)
    right, right_before = (
        round(sum(truth == said for truth, said in pairs) / max(1, len(pairs)), 4) for pairs in (now, before)
    )
    return Compared(right, right_before, worst if most > 0 else "", max(0.0, most))


def f1(pairs: Sequence[tuple[str, str]], code: str) -> float:
    """The F1 of a category over pairs of what is true and what was said."""
    hits = sum(truth == said == code for truth, said in pairs)
    told = sum((truth == code) + (said == code) for truth, said in pairs)
    return 2 * hits / told if told else 0.0
