"""The packaged spelling rules, loaded once for all tests of the normalizer."""

from pathlib import Path

import pipeline.rules
from pipeline.rules.spelling import load

FILE = Path(pipeline.rules.__file__).with_name("spelling.toml")
RULES = load([FILE])
