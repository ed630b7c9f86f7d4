"""Commands that are killed, that race, and that run out of disk: what is there afterwards?

``python -m benchmarks.torture`` (``make torture``). Every verb that writes is killed at each of
its file operations, run again undisturbed, and compared byte for byte with a run that nobody
disturbed. ``docs/reliability.md`` has the figures and what is promised.
"""
