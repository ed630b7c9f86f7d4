"""Benchmarks: run on purpose (``make bench``), never as part of the tests."""
