"""What a run keeps, on a disk: files that appear whole or not at all.

In: bytes, records or folders, and the path they belong to. Out: what survives a power cut.
"""

from pipeline.store.disk import (
    TEMPORARY,
    disk,
    inodes,
    make_folder,
    move,
    names_in,
    remove,
    rename,
    sync_file,
    sync_folder,
    write_bytes,
    write_link,
)
from pipeline.store.files import BytesFile, Earlier, NewFiles, SyncedFile
from pipeline.store.lock import locked
from pipeline.store.packed import (
    pack,
    read_outcome,
    read_outcomes,
    read_packed,
    read_records,
    unpack,
    write_outcomes,
    write_packed,
    write_records,
)

__all__ = [
    "TEMPORARY",
    "BytesFile",
    "Earlier",
    "NewFiles",
    "SyncedFile",
    "disk",
    "inodes",
    "locked",
    "make_folder",
    "move",
    "names_in",
    "pack",
    "read_outcome",
    "read_outcomes",
    "read_packed",
    "read_records",
    "remove",
    "rename",
    "sync_file",
    "sync_folder",
    "unpack",
    "write_bytes",
    "write_link",
    "write_outcomes",
    "write_packed",
    "write_records",
]
