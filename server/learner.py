"""Worker: fits the model anew from what analysts decide, and has readers use it when it does no worse."""

import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from server import events, logs, seal, settings
from server.gazetteer.boundaries import load as load_pack
from server.log import START, Down, Fact, Log, Raw, place, placed
from server.model import examples
from server.model.chosen import Chosen
from server.model.comparison import compare, taught
from server.model.corrections import Corrections
from server.model.examples import Example
from server.model.fitting import fit, version_of
from server.model.shelf import Shelf
from server.model.teaching import Teacher
from server.model.trained import Model
from server.outage import wait_out
from server.pack import Pack
from server.vitals.pulse import begin

NAME = "learner"
PAGE = 1000  # facts in one look
ENOUGH = 20  # new decisions after which it learns at once; and the fewest in all that it compares models by
SOON = 600.0  # seconds after which fewer are enough
LOOKS = 600.0  # seconds between looks for words that were forgotten
PAUSE = 600.0  # seconds until it fits again what could not be kept: each time costs as much as the first
LONGEST_WAIT = 5.0  # seconds
NICE = 10  # how far it stands behind whoever reads reports
logger = logging.getLogger(__name__)


class Learner:
    """Decisions in, models out. All that it knows it folds from the log, so that a death leaves nothing half: a model
    that is on the shelf and not on the log is fitted again, the same."""

    def __init__(
        self, log: Log, data_dir: Path, pack: Pack, known: list[Example], clock: Callable[[], datetime]
    ) -> None:
        """`known`: the training text that came with the program."""
        self.log, self.data_dir, self.pack, self.known, self.clock = log, data_dir, pack, known, clock
        self.chosen, self.corrections = Chosen(version_of(pack, known)), Corrections()
        self._wires = self.chosen.wires | self.corrections.wires
        self._cursor, self._upto = START, 0  # decisions up to the second place were learnt from
        self._fitted: dict[str, int] = {}  # version -> place up to which it learnt
        self._looked = self._paused = 0.0

    def step(self, wait: float = 0.0) -> bool:
        """Learn what is new on the log; when enough was decided, fit. Whether it fitted. Raises Down."""
        try:
            self._follow(wait)
            if self.clock().timestamp() - self._looked >= LOOKS:
                self._forget()
                self._looked = self.clock().timestamp()
            if not self._is_due():
                return False
            self._forget()
            return self._kept()
        except seal.Locked as fault:
            raise Down("the vault cannot be used") from fault

    def _kept(self) -> bool:
        """Fit. Whether the model could be kept; where the disk is full it is not tried again for a while."""
        self._paused = self.clock().timestamp() + PAUSE
        try:
            self._fit()
        except OSError as fault:
            logger.warning("A new model cannot be kept (%s): trying again in %.0f s.", type(fault).__name__, PAUSE)
            return False
        self._paused = 0.0
        return True

    def _follow(self, wait: float) -> None:
        raws = self.log.follow(self._cursor, wait, PAGE)
        while raws:
            for raw in raws:
                if raw.fields["wire"] in self._wires:
                    self._understand(raw)
                self._cursor = raw.id
            raws = self.log.read(self._cursor, PAGE)

    def _understand(self, raw: Raw) -> None:
        """Take a fact. What a newer program wrote may have hidden its report, which teaches nothing from then on."""
        try:
            fact = raw.fact()
        except events.Unknown:
            self.corrections.pass_over(raw.fields["about"].partition(":")[2])
            logger.warning("A newer program wrote fact %s: its report is passed over here.", raw.id)
            return
        self._take(fact)

    def _take(self, fact: Fact) -> None:
        event = fact.event
        for taker in (self.chosen, self.corrections):
            if event.wire in taker.wires:
                taker.take(fact)
        if isinstance(event, events.ModelFitted):
            self._upto = self._fitted[event.subject] = place(event.upto)
        elif isinstance(event, events.ModelChosen) and fact.by == NAME:
            self._upto = 0  # what was learnt had to go

    def _is_due(self) -> bool:
        decided = self.corrections.places()
        new = [at for at in decided if at > self._upto]
        if not self.chosen.learning or not new or len(decided) < ENOUGH or self.clock().timestamp() < self._paused:
            return False
        waited = self.clock().timestamp() - int(placed(new[0]).partition("-")[0]) / 1000
        return len(new) >= ENOUGH or waited >= SOON

    def _fit(self) -> None:
        """Compare, fit, put on the shelf, then say so."""
        vault = seal.Vault(self.data_dir)  # a new one: it opens nothing whose key was destroyed meanwhile
        shelf, upto, began = Shelf(self.data_dir, vault), self._cursor, self.clock()
        lessons = self.corrections.lessons(vault, place(upto))
        known = 0 if self.chosen.version == self.chosen.first else self._fitted.get(self.chosen.version, 0)
        before = self.corrections.lessons(vault, known)
        first = self._first(shelf)
        found = compare(self.pack, first, lessons, before)
        model = Teacher(self.pack, first).teach(taught(self.pack, lessons))
        shelf.put(model, {lesson.owner for lesson in lessons})
        fitted = events.ModelFitted(
            subject=model.version,
            upto=upto,
            corrections=len(lessons),
            rehearsal=self.corrections.rehearsal,
            agreed=found.agreed,
            agreed_before=found.agreed_before,
            worst=found.worst,
            lost=found.lost,
            taken=found.better,
        )
        self.log.append(fitted, by=NAME, once=[f"fitted:{upto}"])
        shelf.tidy({model.version, self.chosen.version, self.chosen.first})
        vault.close()
        told = (model.version, len(lessons), (self.clock() - began).total_seconds(), "" if found.better else "not ")
        logger.info("Fitted model %s from %s corrections in %.0f s; it is %staken.", *told)

    def _first(self, shelf: Shelf) -> Model:
        """The model that came with the program; fitted if nobody has needed it yet."""
        model = shelf.get(self.chosen.first)
        if model is None:
            model = fit(self.pack, self.known)
            shelf.put(model)
        return model

    def _forget(self) -> None:
        """Destroy the models that learnt from words which no key opens any more. If one of them is in use, or what is
        in use is lost, readers go back to what came with the program until it is fitted again."""
        vault = seal.Vault(self.data_dir)
        shelf, used = Shelf(self.data_dir, vault), self.chosen.version
        gone = {version for version in shelf.versions() if self.corrections.gone(shelf.learnt(version), vault)}
        if used != self.chosen.first and (used in gone or shelf.get(used) is None):
            back = events.ModelChosen(subject=self.chosen.first, learning=self.chosen.learning, reason="")
            self.log.append(back, by=NAME)
            self._follow(0)
            logger.warning("Model %s has learnt from a source that was forgotten, or is lost; it is out of use.", used)
        for version in gone:
            shelf.destroy(version)
        vault.close()


def main() -> None:
    """Learn for ever. An outage waits; a bug ends the process, which is started again."""
    logs.start()
    os.nice(NICE)
    given = settings.read(settings.environment())
    log = Log.following(given.record, given.pack, LONGEST_WAIT)
    learner = None
    while True:
        try:
            if learner is None:
                pack = load_pack(given.pack, given.data_dir)
                learner = Learner(log, given.data_dir, pack, examples.read(pack), lambda: datetime.now(UTC))
                begin(given, NAME)
            while True:
                learner.step(LONGEST_WAIT)
        except Down:
            wait_out(log, NAME)


if __name__ == "__main__":
    main()
