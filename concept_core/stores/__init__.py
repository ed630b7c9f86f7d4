"""Files wherever they are: folders of this machine, and objects of stores by their addresses.

``access`` has the few things that are done with them, ``addresses`` what an address is, ``retries``
what is done about a store that does not answer; ``folders``, ``s3`` and ``others`` (fsspec) do the
work.
"""

from concept_core.stores.access import (
    delete,
    exists,
    hold,
    list_files,
    local_copy,
    local_target,
    read,
    read_range,
    size,
    stream,
    write,
)
from concept_core.stores.addresses import base_name, is_address, join
from concept_core.stores.base import NoAnswerError, StoredFile

__all__ = [
    "NoAnswerError",
    "StoredFile",
    "base_name",
    "delete",
    "exists",
    "hold",
    "is_address",
    "join",
    "list_files",
    "local_copy",
    "local_target",
    "read",
    "read_range",
    "size",
    "stream",
    "write",
]
