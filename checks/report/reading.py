"""A report read for its writers: what several formats show is worked out once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.report.paper import Paper
from checks.report.paper_report import paper_of
from checks.report.plates import rows_in_order
from checks.report.texts import Words
from checks.report.view import View, view_of
from checks.report.view_findings import Row
from gis.errors import Language
from gis.once import once


class Reading:
    """One report document in one language, and what its formats share.

    It holds nothing that does not follow from the document. Each value is worked out when the
    first writer asks for it; a document must not change while it is read.
    """

    def __init__(self, report: Mapping[str, Any], language: Language = "zh") -> None:
        self.report = report
        self.language = language
        self.words = Words(language)

    @once
    def rows(self) -> list[Row]:
        """The findings in the order of the pages, with the figure numbers of the pages."""
        return rows_in_order(self.report, self.words)

    @once
    def view(self) -> View:
        """The values of the pages, figures drawn."""
        return view_of(self.report, self.words, self.rows)

    @once
    def paper(self) -> Paper:
        """The blocks of the printed documents."""
        return paper_of(self.report, self.view, self.words)
