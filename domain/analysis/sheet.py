"""The statistics sheet of a form: what accreditors ask for each year, told from an analysis. Plain values alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

NEEDED = ("scores", "items", "reliability", "decisions")
"""The parts of an analysis without which there is no sheet."""
P_EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
R_EDGES = (-1.0, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 1.0)
MOST_TRACED = 12
"""So many items are shown with the traces of their options: the suspect keys, then the weakest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the sheet is about, and what it refers to.

    `standard_setting` and `equating` say where the cut and the scale come from; None where nothing is on file. Numbers
    are None where the sheet was made of files alone.
    """

    body: str
    program: str
    exam: str
    exam_title: str
    form: str
    administration: str
    window: tuple[str, str]
    made_on: str
    number: int | None
    analysis_number: int | None
    key_number: int | None
    conversion_number: int | None
    software: str
    responses_sha256: str
    scale: Mapping[str, int]
    cut_raw: int | None
    scaled: Sequence[int] = ()
    standard_setting: Json | None = None
    equating: Json | None = None


def sheet_of(heading: Heading, results: Mapping[str, Any]) -> Json:
    """The sheet: heading, summary, quality of decisions, items, domains, subgroups, models, references."""
    items: list[Json] = results["items"].get("items", [])
    return {
        "heading": _heading(heading),
        "summary": _summary(heading, results, items),
        "decisions": results["decisions"],
        "scores": results["scores"],
        "scaled": list(heading.scaled),
        "conditional": results["reliability"].get("conditional"),
        "difficulty": _histogram([item["p"] for item in items if item["counted"]], P_EDGES),
        "discrimination": _histogram([item["point_biserial"] for item in items if item["counted"]], R_EDGES),
        "domains": _domains(items, results),
        "items": [_row(item, results) for item in items],
        "suspect_keys": results["items"].get("suspect_keys", []),
        "traces": _traced(items, results["items"].get("suspect_keys", [])),
        "speededness": results.get("speededness"),
        "subgroups": _subgroups(results.get("dif")),
        "models": _models(results),
        "references": {
            "standard_setting": heading.standard_setting,
            "equating": heading.equating,
        },
    }


def _heading(heading: Heading) -> Json:
    return {
        "body": heading.body,
        "program": heading.program,
        "exam": heading.exam,
        "exam_title": heading.exam_title,
        "form": heading.form,
        "administration": heading.administration,
        "opens_on": heading.window[0],
        "closes_on": heading.window[1],
        "made_on": heading.made_on,
        "number": heading.number,
        "analysis_number": heading.analysis_number,
        "key_number": heading.key_number,
        "conversion_number": heading.conversion_number,
        "software": heading.software,
        "responses_sha256": heading.responses_sha256,
        "scale": dict(heading.scale),
    }


def _summary(heading: Heading, results: Mapping[str, Any], items: Sequence[Json]) -> Json:
    """The figures that every accreditor asks for, each None where the data do not allow it."""
    scores, whole, decisions = results["scores"], results["reliability"], results["decisions"]
    chosen = _method(decisions)
    at_cut = (whole.get("conditional") or {}).get("at_cut") or {}
    counted = [item for item in items if item["counted"]]
    return {
        "people": scores.get("people"),
        "items": len(items),
        "scored_items": len(counted),
        "dropped_items": sum(not item["key"] for item in items),
        "pretest_items": sum(bool(item["key"]) and not item["counted"] for item in items),
        "passed": decisions.get("passed"),
        "pass_rate": decisions.get("pass_rate"),
        "cut_raw": decisions.get("cut", heading.cut_raw),
        "cut_scaled": heading.scale.get("passing") if heading.cut_raw is not None else None,
        "mean": scores.get("mean"),
        "sd": scores.get("sd"),
        "lowest": scores.get("lowest"),
        "highest": scores.get("highest"),
        "mean_scaled": _mean_scaled(scores, heading.scaled),
        "alpha": whole.get("alpha"),
        "lambda2": whole.get("lambda2"),
        "kr21": whole.get("kr21"),
        "reliability_reason": whole.get("reason"),
        "sem": whole.get("sem"),
        "csem_at_cut_raw": at_cut.get("raw"),
        "csem_at_cut_scaled": at_cut.get("scaled"),
        "decision_method": chosen,
        **_quality(decisions, chosen),
        "mean_p": _mean([item["p"] for item in counted]),
        "mean_point_biserial": _mean([item["point_biserial"] for item in counted]),
    }


def _method(decisions: Json) -> str | None:
    """The first of the methods that the data allowed, the most general first."""
    methods = decisions.get("methods", {})
    return next((name for name in methods if methods[name].get("consistency") is not None), None)


def _quality(decisions: Json, chosen: str | None) -> Json:
    names = ("consistency", "kappa", "accuracy", "false_passes", "false_fails")
    found = decisions["methods"][chosen] if chosen else {}
    return {name: found.get(name) for name in names}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _mean_scaled(scores: Json, scaled: Sequence[int]) -> float | None:
    counts = scores.get("counts") or []
    if not scaled or len(counts) != len(scaled) or not sum(counts):
        return None
    whole = sum(int(count) * value for count, value in zip(counts, scaled, strict=True))
    return whole / sum(int(count) for count in counts)


def _histogram(values: Sequence[float | None], edges: Sequence[float]) -> Json:
    """How many values lie from each edge up to, not including, the next; the last bin includes its end."""
    known = [value for value in values if value is not None]
    last = len(edges) - 2
    counts = [0] * (last + 1)
    for value in known:
        counts[max(place for place in range(last + 1) if value >= edges[place] or place == 0)] += 1
    ordered = sorted(known)
    return {
        "edges": list(edges),
        "counts": counts,
        "without": len(values) - len(known),
        "lowest": ordered[0] if ordered else None,
        "median": ordered[len(ordered) // 2] if ordered else None,
        "highest": ordered[-1] if ordered else None,
    }


def _domains(items: Sequence[Json], results: Mapping[str, Any]) -> list[Json]:
    counts = Counter(item["domain"] for item in items if item["counted"])
    found = results["reliability"].get("domains", {})
    return [
        {
            "domain": name,
            "items": counts[name],
            "mean_p": _mean([item["p"] for item in items if item["counted"] and item["domain"] == name]),
            "mean": found.get(name, {}).get("mean"),
            "sd": found.get(name, {}).get("sd"),
            "alpha": found.get(name, {}).get("alpha"),
            "sem": found.get(name, {}).get("sem"),
            "reason": found.get(name, {}).get("reason"),
        }
        for name in counts
    ]


def _row(item: Json, results: Mapping[str, Any]) -> Json:
    """One item without its options, with its place on the Rasch scale where there is one."""
    names = ("place", "code", "domain", "counted", "key", "p", "point_biserial", "biserial", "reason", "warnings")
    fitted = _by_code(results.get("rasch")).get(item["code"], {})
    return {
        **{name: item[name] for name in names},
        "b": fitted.get("b"),
        "se_b": fitted.get("se_b"),
        "infit": fitted.get("infit"),
        "outfit": fitted.get("outfit"),
        "misfits": fitted.get("misfits"),
    }


def _by_code(part: Json | None) -> dict[str, Json]:
    return {row["code"]: row for row in (part or {}).get("items", [])}


def _traced(items: Sequence[Json], suspects: Sequence[Json]) -> list[Json]:
    """Items with the share of each fifth of the people that chose each option."""
    first = [one["code"] for one in suspects]
    known = [item for item in items if item["counted"] and item["point_biserial"] is not None]
    weakest = [item["code"] for item in sorted(known, key=lambda item: item["point_biserial"])]
    codes = list(dict.fromkeys([*first, *weakest]))[:MOST_TRACED]
    by_code = {item["code"]: item for item in items}
    return [
        {
            "code": code,
            "p": by_code[code]["p"],
            "point_biserial": by_code[code]["point_biserial"],
            "suspect": code in first,
            "options": [
                {"option": one["option"], "right": one["right"], "traces": one["traces"]}
                for one in by_code[code]["options"]
                if one["count"]
            ],
        }
        for code in codes
    ]


def _subgroups(part: Json | None) -> Json | None:
    if part is None or part.get("reason"):
        return part
    return {
        "reference": part["reference"],
        "groups": part["groups"],
        "too_small": part["too_small"],
        "comparisons": [_comparison(one) for one in part["comparisons"]],
    }


def _comparison(one: Json) -> Json:
    if one.get("reason"):
        return one
    graded = [item for item in one["items"] if (item["grade"] or "A")[0] in "BC"]
    told = [{name: item[name] for name in ("code", "grade", "delta", "p_dif")} for item in graded]
    return {
        "focal": one["focal"],
        "people": one["people"],
        "impact": one["impact"],
        "grades": one["grades"],
        "items": sorted(told, key=lambda item: (-abs(item["delta"]), item["code"])),
    }


def _models(results: Mapping[str, Any]) -> Json:
    return {name: _model(results[name]) for name in ("rasch", "two_parameter") if name in results}


def _model(part: Json) -> Json:
    if part.get("reason"):
        return part
    return {
        "log_likelihood": part["log_likelihood"],
        "aic": part["aic"],
        "bic": part["bic"],
        "slope": part["slope"],
        "free_parameters": part["free_parameters"],
        "left_out": part["left_out"],
        "misfitting_items": [row["code"] for row in part["items"] if row["misfits"]],
        "people_flagged": part["person_fit"]["flagged"],
        "theta_at_cut": part.get("theta_at_cut"),
        "information_at_cut": part.get("information_at_cut"),
        "ability_counts": part["ability_counts"],
    }
