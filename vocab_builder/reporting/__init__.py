"""The report: everything that decides between vocabularies, on one page that needs no network."""

from __future__ import annotations

from vocab_builder.reporting.data import Subject, release_folder, report_data
from vocab_builder.reporting.page import render_page

__all__ = ["Subject", "release_folder", "render_page", "report_data"]
