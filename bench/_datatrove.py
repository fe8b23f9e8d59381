"""The whole job as datatrove's documentation has it: WARC, trafilatura, MinHash in four stages.

In: a folder of WARC files and a folder to write to. Out: JSON lines of what is kept, in kept/, and
of what is a copy, in removed/. Runs in an environment of its own; local executors, two workers.
"""

import sys
from pathlib import Path

from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.dedup import MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
)
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.readers import JsonlReader, WarcReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.hashing import HashConfig
from datatrove.utils.typeshelper import Languages

#: Seconds for a page; datatrove's 1.0 loses pages on a machine that others use too.
TIMEOUT = 10.0


def main() -> None:
    """Run the stages one after the other."""
    warcs, out, workers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    files = len(list(warcs.glob("*.warc")))
    chosen = MinhashConfig(hash_config=HashConfig(precision=64))
    language = Languages.mandarin_chinese

    def run(name: str, tasks: int, *steps: PipelineStep) -> None:
        LocalPipelineExecutor(
            pipeline=list(steps), tasks=tasks, workers=workers, logging_dir=f"{out}/logs/{name}"
        ).run()

    texts = f"{out}/texts"
    run(
        "extract",
        files,
        WarcReader(str(warcs), glob_pattern="*.warc"),
        Trafilatura(favour_precision=True, timeout=TIMEOUT),
        JsonlWriter(texts),
    )
    signatures = MinhashDedupSignature(f"{out}/signatures", config=chosen, language=language)
    run("signatures", files, JsonlReader(texts), signatures)
    buckets = MinhashDedupBuckets(f"{out}/signatures", f"{out}/buckets", config=chosen)
    run("buckets", chosen.num_buckets, buckets)
    run("clusters", 1, MinhashDedupCluster(f"{out}/buckets", f"{out}/ids", config=chosen))
    removed = JsonlWriter(f"{out}/removed", compression=None)
    run(
        "filter",
        files,
        JsonlReader(texts),
        MinhashDedupFilter(f"{out}/ids", exclusion_writer=removed),
        JsonlWriter(f"{out}/kept", compression=None),
    )


if __name__ == "__main__":
    main()
