"""The command line, run so that it stops for good before its so manieth write to a folder.

``python killed.py MARKER COUNT ARGUMENTS``: writes the file MARKER and waits to be killed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from vocab_builder.cli import main
from vocab_builder.publish.directory import DirectoryUpload

marker, left = Path(sys.argv[1]), int(sys.argv[2])
usual = DirectoryUpload.write


def write(upload: DirectoryUpload, name: str, content: bytes) -> None:
    global left
    if left == 0:
        # A file cut in the middle is the worst that a kill leaves.
        usual(upload, name, content[: len(content) // 2])
        marker.touch()
        time.sleep(600)
    left -= 1
    usual(upload, name, content)


DirectoryUpload.write = write  # type: ignore[method-assign]
main(sys.argv[3:])
