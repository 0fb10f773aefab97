"""Commands that cannot go on say why, each fault on a line, and end with 1; a traceback is for faults of ours."""

import errno
from typing import Any

import typer
from typer.core import TyperGroup

from domain.errors import Contended, DomainError, Fault, Invalid, Unavailable


class Telling(TyperGroup):
    """The group of every command: what a command is refused with is told in its own words."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's own signature
        """Carry the command out."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as fault:
            lines = _lines(fault)
            if not lines:
                raise
            for line in lines:
                typer.echo(line, err=True)
            raise typer.Exit(1) from None


def fault_line(fault: Fault, place: str = "") -> str:
    """A fault on a line: where (`place` is a file, and perhaps its line), which, and why."""
    where = f"{place}: " if place else ""
    return f"{where}{fault.pointer or '/'}: {fault.code}: {fault.detail}"


def refusal_lines(refusal: DomainError, place: str = "") -> list[str]:
    """A refusal in its own words: each fault with its place, where it names some."""
    if isinstance(refusal, Invalid) and refusal.faults:
        return [fault_line(fault, _with_line(place, fault)) for fault in refusal.faults]
    return [f"{place}: {refusal.code}: {refusal.detail}" if place else f"{refusal.code}: {refusal.detail}"]


def _with_line(place: str, fault: Fault) -> str:
    """The place with the line of a fault that knows it: those that were found as a file was read do."""
    line = getattr(fault, "line", None)
    return place if line is None else f"{place}:{line}"


def _lines(fault: Exception) -> list[str]:
    if isinstance(fault, Unavailable):
        return ["The database cannot be reached; nothing was done."]
    if isinstance(fault, DomainError):
        return refusal_lines(fault)
    if isinstance(fault, Contended):
        return ["The database is busy; nothing was done. Try again."]
    if isinstance(fault, OSError) and fault.filename is not None and fault.errno != errno.EPIPE:
        return [f"{fault.filename}: {fault.strerror}"]
    from api.wiring.faults import said_of  # noqa: PLC0415 - only a command that failed pays for it

    said = said_of(fault)
    return [said] if said else []
