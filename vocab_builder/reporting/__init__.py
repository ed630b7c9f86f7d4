"""The report: everything that decides between vocabularies, on one page that needs no network."""

from __future__ import annotations

from vocab_builder.reporting.data import Subject, report_data
from vocab_builder.reporting.page import render_page

__all__ = ["Subject", "render_page", "report_data"]
