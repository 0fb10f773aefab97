"""What `certificant analyse` shows: the figures of a form, its suspect keys, and an equating."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

Json = dict[str, Any]
SHOWN = 20
NONE = "–"
POINTS = 12
"""So many raw scores of an equating are shown."""


def fixed(value: float | None, digits: int = 3) -> str:
    """A number with so many decimals, or a dash."""
    return NONE if value is None else f"{value:.{digits}f}"


def summary(console: Console, sheet: Json) -> None:
    """The figures that every accreditor asks for."""
    told, heading = sheet["summary"], sheet["heading"]
    table = Table("", "", title=Text(f"Form {heading['form']}"), title_justify="left", show_header=False)
    rate = NONE if told["pass_rate"] is None else f"{told['passed']} ({100 * told['pass_rate']:.1f} %)"
    lines: Sequence[tuple[str, str]] = [
        ("candidates", str(told["people"])),
        ("items", f"{told['scored_items']} scored of {told['items']}"),
        ("mean, SD", f"{fixed(told['mean'], 2)}, {fixed(told['sd'], 2)}"),
        ("cut, passed", f"{told['cut_raw']}, {rate}"),
        ("alpha, lambda-2", f"{fixed(told['alpha'])}, {fixed(told['lambda2'])}"),
        ("SEM; at the cut", f"{fixed(told['sem'], 2)}; {fixed(told['csem_at_cut_raw'], 2)}"),
        ("at the cut, scaled", fixed(told["csem_at_cut_scaled"], 1)),
        ("consistency, kappa", f"{fixed(told['consistency'])}, {fixed(told['kappa'])}"),
        ("accuracy", fixed(told["accuracy"])),
        ("mean p, mean r", f"{fixed(told['mean_p'])}, {fixed(told['mean_point_biserial'])}"),
    ]
    for name, value in lines:
        table.add_row(name, value)
    console.print(table)


def suspects(console: Console, sheet: Json) -> None:
    """The keys to look at, the strongest case first."""
    found = sheet["suspect_keys"]
    if not found:
        console.print("No key is suspect.")
        return
    title = Text("Suspect keys, the strongest case first")
    table = Table("item", "key", "rival", "strength", "r, key", "r, rival", "why", title=title, title_justify="left")
    for one in found[:SHOWN]:
        key = " ".join(str(option) for option in one["key"])
        rival = NONE if one["rival"] is None else str(one["rival"])
        figures = (fixed(one["strength"], 1), fixed(one["key_correlation"]), fixed(one["rival_correlation"]))
        table.add_row(Text(one["code"]), key, rival, *figures, ", ".join(one["reasons"]).replace("_", " "))
    console.print(table)
    if len(found) > SHOWN:
        console.print(f"… and {len(found) - SHOWN} more.")


def equating(console: Console, run: Json) -> None:
    """An equating: its anchor, and the equivalents of some raw scores with their errors."""
    x, y = run["forms"]["x"], run["forms"]["y"]
    told = f"Two drawn forms, {x['items']} and {y['items']} items, {x['people']} and {y['people']} candidates"
    console.print(f"Equated by {run['method'].replace('_', ' ')}. {told}.", markup=False, soft_wrap=True)
    table = Table("raw", "equivalent", "SE")
    values, se = run["equivalents"], run["errors"]["se"]
    step = max(1, (len(values) - 1) // POINTS)
    for raw in range(0, len(values), step):
        table.add_row(str(raw), fixed(values[raw], 2), fixed(se[raw] if se else None, 2))
    console.print(table)
    drifted = (run["drift"] or {}).get("drifted", [])
    console.print(f"Anchor: {len(run['anchor'])} items; drifting: {', '.join(drifted) or 'none'}.", markup=False)
