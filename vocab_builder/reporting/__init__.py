"""The report: everything that decides between vocabularies, on one page that needs no network."""

from __future__ import annotations

from vocab_builder.reporting.data import Subject, report_data
from vocab_builder.reporting.page import render_page
from vocab_builder.reporting.run import explained_page, report

__all__ = ["Subject", "explained_page", "render_page", "report", "report_data"]
