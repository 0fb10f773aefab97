"""Statistics sheets in print: what is written there, and that what does not exist leaves a gap."""

from io import BytesIO
from typing import Any

import numpy as np
import pypdfium2
import pytest

from adapters.reports.pages import exam_named, pages
from adapters.reports.press import ReportPress
from domain.analysis.compute import Question, figures
from domain.analysis.model import Part
from domain.analysis.sheet import sheet_of
from domain.analysis.taken import Taken
from domain.scores.conversion import two_segments
from tests.builders import cpom
from tests.builders_analysis import a_heading, a_taken

PARTS = tuple(Part)


def a_sheet(form: Taken) -> dict[str, Any]:
    """The sheet of a form, with every part."""
    cut = form.raw_max // 2
    scaled = two_segments(form.raw_max, cut, cpom().scale).scaled
    results = {part.value: figures(part, form, Question(cut=cut, scaled=scaled)) for part in PARTS}
    return sheet_of(a_heading(form, cut_raw=cut, conversion_number=1, scaled=scaled), results)


def printed(sheet: dict[str, Any]) -> str:
    document = pypdfium2.PdfDocument(BytesIO(ReportPress().pdf(sheet)))
    return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


def with_a_gap() -> Taken:
    """Sixty people of three scores: the first, the third and the last fifth; nobody stands in the others."""
    right = np.repeat([[0] * 6, [1] * 3 + [0] * 3, [1] * 6], [20, 20, 20], axis=0)
    return a_taken(np.where(right == 1, 1, 2).astype(np.uint8))


@pytest.mark.parametrize(
    ("title", "code", "named"),
    [
        ("CPOM (POM-001)", "POM-001", "CPOM (POM-001)"),
        ("Certified Pharmacy Operations Manager", "POM-001", "Certified Pharmacy Operations Manager (POM-001)"),
        ("POM-001", "POM-001", "POM-001"),
    ],
)
def test_an_exam_bears_its_code_once(title: str, code: str, named: str) -> None:
    assert exam_named(title, code) == named


def test_the_printed_heading_bears_the_code_once() -> None:
    sheet = a_sheet(with_a_gap())
    sheet["heading"] |= {"exam": "POM-001", "exam_title": "CPOM (POM-001)"}

    assert printed(sheet).startswith("Statistics of form B CPOM (POM-001), CPOM · administration 2026-B")


def test_a_trace_is_broken_where_a_fifth_is_empty() -> None:
    sheet = a_sheet(with_a_gap())

    (trace, *_) = pages(sheet)["traces"]

    fifths = [[fifth for fifth, _ in part] for part in trace["lines"][0]["parts"]]
    assert fifths == [[1], [3], [5]]


def test_a_sheet_of_people_who_all_have_one_score_is_printed() -> None:
    everyone = a_taken(np.array([[1, 2, 1, 2, 1, 2]] * 30, np.uint8))

    assert "Options of the items to look at" in printed(a_sheet(everyone))
