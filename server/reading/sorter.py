"""Asks the model aside, and waits for it no longer than a reader may: without an answer the rules alone decide."""

import logging
import time
from collections.abc import Callable, Sequence
from threading import Event, Thread

from server.classify import Asked, Classifier, Sorting
from server.reading.effort import effort

DEADLINE = 0.5  # seconds of work for all that is asked at once, and of standing still
AT_START = 3.0  # seconds that a reader waits for its first model before it reads
PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds until the model is asked again after a failure; twice as long each time
MOST_HUNG = 8  # threads that never came back; with so many of them it is asked no more

logger = logging.getLogger(__name__)


class Question(Thread):
    """One thread that asks the model about some texts and ends. `found`: None where it did not say."""

    def __init__(self, classifier: Classifier, asked: Sequence[Asked]) -> None:
        super().__init__(name="model", daemon=True)  # one that hangs keeps no process from ending
        self._classifier, self._asked = classifier, asked
        self.found: list[Sorting | None] = [None] * len(asked)
        self.done = Event()
        self._fault: Exception | None = None

    def run(self) -> None:
        """Ask about all at once; if that fails one by one, so that one odd text spoils no other's answer."""
        try:
            self.found = self._answers(self._asked)
            if self._fault and len(self._asked) > 1:
                self.found = [self._answers([each])[0] for each in self._asked]
            if self._fault:
                logger.error("The model could not sort a report.", exc_info=self._fault)
        finally:
            self.done.set()

    def answered(self) -> bool:
        """Wait for it, while it works no longer than it may, and does not stand still: on a machine that has too much
        to do an honest answer takes its time. Whether it has answered."""
        began, left = time.monotonic(), DEADLINE
        while left > 0 and not self.done.wait(left):
            worked, waited = effort(self.native_id or 0)
            still = time.monotonic() - began - worked - waited
            left = DEADLINE - max(worked, still)
        return self.done.is_set()

    def _answers(self, asked: Sequence[Asked]) -> list[Sorting | None]:
        try:
            return [*self._classifier.read_all(asked)]
        except Exception as fault:
            self._fault = fault
            return [None] * len(asked)


class Sorter:
    """The model that readers use, loaded and asked in threads of their own.

    `wanted()` is the version to be used; `load(version)` a classifier with that model, or None while it is not there.
    """

    def __init__(
        self,
        wanted: Callable[[], str],
        load: Callable[[str], Classifier | None],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wanted, self._load, self._ticks = wanted, load, ticks
        self._used: tuple[str, Classifier | None] = ("", None)
        self._loader = Thread()
        self._next_load = self._next_question = 0.0
        self._pause = self._load_pause = PAUSE
        self._hung: list[Question] = []
        self.answered = 0  # questions

    def ready(self) -> bool:
        """Whether the model can be asked just now. What is wanted and not there yet is fetched in the background."""
        if self._wanted() != self._used[0] and not self._loader.is_alive() and self._ticks() >= self._next_load:
            self._next_load, self._load_pause = (
                self._ticks() + self._load_pause,
                min(2 * self._load_pause, LONGEST_PAUSE),
            )
            self._loader = Thread(target=self._fetch, args=[self._wanted()], name="model", daemon=True)
            self._loader.start()
        self._hung = [question for question in self._hung if question.is_alive()]
        free = len(self._hung) < MOST_HUNG and self._ticks() >= self._next_question
        return free and self._used[1] is not None

    def begin(self) -> None:
        """Have the model fetched before it is needed, and wait for it, but not for long."""
        self.ready()
        if self._loader.is_alive():
            self._loader.join(AT_START)

    def sort(self, asked: Sequence[Asked]) -> list[Sorting | None]:
        """What rules and model together say of each; None where the model did not say so in time. Never raises."""
        classifier = self._used[1] if self.ready() else None
        if classifier is None or not asked:
            return [None] * len(asked)
        question = Question(classifier, asked)
        question.start()
        if not question.answered():
            self._hung.append(question)
            return self._failed(len(asked), "does not answer in time")
        found = question.found
        if all(sorting is None for sorting in found):
            return self._failed(len(asked), "fails")
        self.answered, self._pause = self.answered + 1, PAUSE
        return found

    def _failed(self, many: int, how: str) -> list[Sorting | None]:
        logger.warning("The model %s: for %.0f s reports are read by the rules alone.", how, self._pause)
        self._next_question = self._ticks() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        return [None] * many

    def _fetch(self, version: str) -> None:
        """Load a model, and use it from now on."""
        try:
            classifier = self._load(version)
        except Exception:
            logger.exception("The model %s could not be loaded.", version)
            return
        if classifier is not None:
            self._used, self._load_pause = (version, classifier), PAUSE
            logger.info("Reports are sorted with the model %s.", version)
