"""`certificant analyse`: a form analysed, equated and written down, from files alone or from the store."""

from pathlib import Path
from typing import Annotated

import typer


def analyse(  # noqa: PLR0913 - as many as the command has options
    responses: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, help="Responses, as CSV.")] = None,
    key: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The form's key, as CSV.")] = None,
    column: Annotated[str | None, typer.Option(help="The heading of the candidates' column.")] = None,
    groups: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Candidates and their groups, as CSV.")
    ] = None,
    form: Annotated[str, typer.Option(help="The form's code: with --administration, one in the store.")] = "",
    administration: Annotated[str, typer.Option(help="The administration's code in the store.")] = "",
    *,
    edition: Annotated[str, typer.Option(help="Whose outline and scale: a file of the policies.")] = "cpom-2026",
    cut_percent: Annotated[float, typer.Option(min=1, max=100, help="The cut, where none is stored.")] = 65.0,
    two_parameter: Annotated[bool, typer.Option("--two-parameter", help="Fit that model too.")] = False,
    anchor: Annotated[int, typer.Option(min=0, help="Draw two forms with so many common items, and equate them.")] = 0,
    method: Annotated[str, typer.Option(help="How they are equated.")] = "chained_equipercentile",
    replications: Annotated[int, typer.Option(min=0, max=5000, help="Of the bootstrap.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Of the draw and of the bootstrap.")] = 1,
    standard_setting: Annotated[str | None, typer.Option(help="The study that the cut comes from.")] = None,
    out: Annotated[Path | None, typer.Option(file_okay=False, help="Where the sheet is written.")] = None,
) -> None:
    """Analyse a form: print its figures and suspect keys, equate it, write its statistics sheet.

    From files alone: RESPONSES and --key. From the store: --form and --administration. With --out, `sheet.json`,
    `sheet.csv`, `sheet.pdf`, `analysis.json` and `equating.json` are written there.
    """
    from api.analysing import Wish, analysed  # noqa: PLC0415 - only this command pays for it
    from api.cli_service import service  # noqa: PLC0415 - as above

    wish = Wish(
        responses=responses,
        key=key,
        column=column,
        groups=groups,
        form=form,
        administration=administration,
        edition=edition,
        cut_percent=cut_percent,
        two_parameter=two_parameter,
        anchor=anchor,
        method=method,
        replications=replications,
        seed=seed,
        standard_setting=standard_setting,
        out=out,
    )
    raise typer.Exit(analysed(service(), wish))
