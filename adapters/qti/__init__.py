"""QTI 3.0 in and out: items, stimuli, tests and packages, and result reports.

The format: 1EdTech Question and Test Interoperability 3.0 (assessment, section and item; results reporting; content
packaging). Only what this bank can hold without loss is read; anything else is refused with its place.
"""

from collections.abc import Sequence

from domain.items.exchange import BankDocument, ReportedResponses, ResultRecord
from domain.scores.model import FormItem


class QtiExchange:
    """The port `ItemExchange`. lxml is loaded when something is first read or written."""

    def read(self, content: bytes) -> BankDocument:
        """What a package, or a single item, holds.

        Raises:
            Invalid: with faults at `/file`; each detail names the file, the line and the element.
            PackageTooLarge: it is, or unpacks to, more than the bounds of `adapters.qti.package`.

        """
        from adapters.qti.reading import read_document  # noqa: PLC0415 - lxml, where it is used

        return read_document(content)

    def write(self, document: BankDocument) -> bytes:
        """A package; the same document gives the same bytes."""
        from adapters.qti.writing import write_package  # noqa: PLC0415 - as above

        return write_package(document)

    def read_result(self, content: bytes, items: Sequence[FormItem], form_code: str) -> ReportedResponses:
        """The answers that an `assessmentResult` reports for a form; raises Invalid with the place of each fault."""
        from adapters.qti.results import read_result  # noqa: PLC0415 - as above

        return read_result(content, items, form_code)

    def write_result(self, record: ResultRecord) -> bytes:
        """An `assessmentResult`."""
        from adapters.qti.results import write_result  # noqa: PLC0415 - as above

        return write_result(record)
