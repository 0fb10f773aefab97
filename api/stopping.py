"""A command that cannot go on: it says why, on lines, and ends with 1."""

from collections.abc import Iterable
from typing import NoReturn

from rich.console import Console

from domain.errors import DomainError, Invalid


class Stopped(Exception):
    """The command ends here; the lines say why."""

    def __init__(self, *lines: str) -> None:
        """Say these lines."""
        super().__init__(*lines)
        self.lines = lines


def stop(*lines: str) -> NoReturn:
    """End the command, saying these lines."""
    raise Stopped(*lines)


def lines_of(refusal: DomainError) -> tuple[str, ...]:
    """A refusal in its own words: each fault and its place, where it names some."""
    faults = refusal.faults if isinstance(refusal, Invalid) else ()
    return tuple(f"{fault.pointer}: {fault.detail}" for fault in faults) or (refusal.detail,)


def said(console: Console, lines: Iterable[str]) -> int:
    """Print the lines as they stand; the 1 that the command ends with."""
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return 1
