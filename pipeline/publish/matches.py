"""matches.csv: one row a related pair. disagreements.csv: one row a sentence that differs."""

from pathlib import Path

from pipeline.publish.entries import Corpus
from pipeline.publish.rows import Row
from pipeline.publish.sinks import CsvSink
from pipeline.records import Match

MATCH_COLUMNS = (
    "a",
    "b",
    "relation",
    "jaccard",
    "containment_a_in_b",
    "containment_b_in_a",
    "figures",
    "disagreements",
    "raw_a",
    "raw_b",
)
DISAGREEMENT_COLUMNS = (
    "a",
    "b",
    "sentence_a",
    "sentence_b",
    "figures_a",
    "figures_b",
    "raw_a",
    "raw_b",
)


class MatchesWriter:
    """Writes matches.csv and disagreements.csv. Shares have four decimals."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._folder = folder
        self._corpus = corpus

    def add(self, _row: Row) -> None:
        """Do nothing: matches are of pairs, not of pages."""

    def close(self) -> None:
        """Write both files."""
        matches = CsvSink(self._folder / "matches.csv", MATCH_COLUMNS)
        differing = CsvSink(self._folder / "disagreements.csv", DISAGREEMENT_COLUMNS)
        for match in self._corpus.matches:
            where = (self._corpus.raw[match.a], self._corpus.raw[match.b])
            matches.add((match.a, match.b, match.relation, *_shares(match), *where))
            for found in match.disagreements:
                figures = (" ".join(found.figures_a), " ".join(found.figures_b))
                sentences = (found.sentence_a, found.sentence_b)
                differing.add((match.a, match.b, *sentences, *figures, *where))
        matches.close()
        differing.close()


def _shares(match: Match) -> tuple[str, str, str, str, int]:
    shares = (match.jaccard, *match.containment, match.figures)
    first, second, third, fourth = (f"{share:.4f}" for share in shares)
    return first, second, third, fourth, len(match.disagreements)
