"""What is told of the pages of chunks, told by executors.

In: chunks and what becomes of their pages. Out: rows, stories and chapters, in the folder that
driver and executors share. Never: a page through the driver.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from pipeline.config import OutputsConfig, TablesConfig
from pipeline.publish import Corpus
from pipeline.run import stages, told
from pipeline.run.stages import Settings
from pipeline.run.told import Untold
from pipeline.shuffled.worker import check_code, shared_out
from pipeline.store import TEMPORARY, rename


@dataclass(frozen=True, slots=True)
class Telling:
    """The function of executors; `code` names the code and rules of the driver."""

    settings: Settings
    tables: TablesConfig
    outputs: OutputsConfig
    others: Mapping[str, int]
    code: str

    def __call__(self, untold: Untold) -> int:
        """Tell of a chunk; return of how many pages."""
        if not all(file.exists() for file in untold.made):
            # Names of its own, for a task may be done twice at one time.
            ending = f".{uuid4().hex}{TEMPORARY}"
            aside = untold.into(*(file.with_name(file.name + ending) for file in untold.made))
            told.tell(aside, self._corpus)
            for made, wanted in zip(aside.made, untold.made, strict=True):
                rename(made, wanted)
        return len(untold.pages)

    def begin(self) -> None:
        """Load what each process needs once."""
        check_code(self.settings, self.code)

    @property
    def _corpus(self) -> Corpus:
        """Return what telling asks of the corpus: nothing of its pages."""
        rules = self.settings.rules
        return Corpus((), {}, rules.reasons, self.others, rules, self.tables, self.outputs)


def tell(session: Any, untold: Iterable[Untold], settings: Settings, corpus: Corpus) -> None:
    """Tell of all chunks."""
    code = stages.code(settings.rules)
    telling = Telling(settings, corpus.tables, corpus.outputs, corpus.others, code)
    session.sparkContext.setJobDescription("tell")
    for _ in shared_out(session, (one.resolved() for one in untold), telling):
        pass
