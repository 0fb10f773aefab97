"""What `certificant import-responses` shows: a bar while it works, the rows that were not taken, and a summary."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from domain.scores import rules
from domain.scores.responses import FileFault
from domain.scores.sittings import Figures

SHOWN = 50
"""How many rows that were not taken are listed."""

Refusal = tuple[int, str, str]
"""A row's number, the code of the reason, and the column, if it lies in one."""
Moved = Callable[[int, int | None], None]


@contextmanager
def bar(console: Console, title: str, total: int | None = None) -> Iterator[Moved]:
    """A progress bar for the block; it is told how many of how many are done."""
    columns = (TextColumn(f"{title:11}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(title, total=total)

        def moved(done: int, of: int | None) -> None:
            progress.update(task, completed=done, total=of)

        yield moved


def fault_line(fault: FileFault) -> str:
    """A fault of the whole file, on a line."""
    where = [f"line {fault.row}"] if fault.row else []
    where += [f"column {fault.column}"] if fault.column else []
    return f"{fault.code}: {fault.detail}" + (f" ({', '.join(where)})" if where else "")


def refusals(console: Console, refused: Sequence[Refusal]) -> None:
    """The rows that were refused, one by one as far as they can be shown, and then by reason."""
    if not refused:
        return
    table = Table("row", "column", "code", "why", title="Rows that were not taken", title_justify="left")
    for row, code, column in refused[:SHOWN]:
        table.add_row(str(row), Text(column[:40]), code, rules.REASONS.get(code, ""))
    console.print(table)
    if len(refused) > SHOWN:
        counts = Counter(code for _, code, _ in refused)
        reasons = ", ".join(f"{count} {code}" for code, count in counts.most_common())
        console.print(f"… {len(refused)} in all: {reasons}.")


def summary(console: Console, title: str, lines: Sequence[tuple[str, object]]) -> None:
    """What came of it all."""
    table = Table("", "", title=Text(title), title_justify="left", show_header=False)
    for name, value in lines:
        table.add_row(name, Text(str(value)))
    console.print(table)


def figures_lines(figures: Figures) -> list[tuple[str, object]]:
    """A form in an administration, in numbers."""
    if figures.mean is None:
        return [("attempts", figures.attempts), ("scored", 0)]
    spread = "" if figures.deviation is None else f", SD {figures.deviation:.2f}"
    rate = 100 * figures.passed / figures.scored
    return [
        ("attempts", figures.attempts),
        ("raw score", f"mean {figures.mean:.2f}{spread}"),
        ("passed", f"{figures.passed} of {figures.scored} ({rate:.1f} %)"),
        ("released", figures.released),
    ]
