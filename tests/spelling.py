"""The packaged spelling rules, loaded once for all tests of the normalizer."""

from pathlib import Path

import pipeline.rules
from pipeline.rules.spelling import SpellingRules

FILE = Path(pipeline.rules.__file__).with_name("spelling.toml")
RULES = SpellingRules.load([FILE])
