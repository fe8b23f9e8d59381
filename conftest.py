"""What pytest looks into: modules of an extra only where the extra is installed."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("pyspark") else ["pipeline/shuffled/*"]
