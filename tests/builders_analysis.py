"""Forms taken by people whom a response model made up, in arrays and in the store."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np

from domain.analysis import actions, equating, sheets
from domain.analysis.model import SOFTWARE
from domain.analysis.sheet import Heading
from domain.analysis.taken import Taken
from domain.scores.model import Attempt, Form, FormItem
from tests.builders import cpom
from tests.builders_scores import Scores

OPTIONS = 4


def answers_of_model(
    rng: np.random.Generator, people: int, items: int, *, ability: float = 0.0, b: "np.typing.ArrayLike | None" = None
) -> "np.typing.NDArray[np.uint8]":
    """uint8[N, I]: Rasch people; the right option is 1, the wrong ones are drawn at random."""
    theta = rng.normal(ability, 1.0, people)
    places = np.linspace(-1.5, 1.5, items) if b is None else np.asarray(b)
    right = rng.random((people, items)) < 1 / (1 + np.exp(-(theta[:, None] - places)))
    wrong = rng.integers(2, OPTIONS + 1, (people, items))
    return np.where(right, 1, wrong).astype(np.uint8)


def form_items(codes: Sequence[str]) -> tuple[FormItem, ...]:
    """Items of these codes, in the domains of CPOM's outline in turn."""
    domains = [domain.code for domain in cpom().exam.domains]
    return tuple(FormItem(code=code, domain=domains[place % len(domains)]) for place, code in enumerate(codes))


def a_taken(answers: "np.typing.NDArray[np.uint8]", codes: Sequence[str] | None = None, **fields: Any) -> Taken:
    """A form as it was taken, whose right options are all 1."""
    people, items = answers.shape
    named = codes or [f"I{number + 1}" for number in range(items)]
    good: dict[str, Any] = {
        "items": form_items(named),
        "keys": ((1,),) * items,
        "answers": answers,
        "people": tuple(f"p{number:05}" for number in range(people)),
    }
    return Taken(**{**good, **fields})


def a_pair(
    seed: int = 1, people: int = 600, unique: int = 20, common: int = 12, *, gap: float = 0.3
) -> tuple[Taken, Taken]:
    """Two forms with a common anchor, taken by groups whose abilities differ by `gap`."""
    rng = np.random.default_rng(seed)
    b = rng.normal(0, 1, 2 * unique + common)
    anchor = [f"A{number}" for number in range(common)]
    places = {f"X{n}": b[n] for n in range(unique)} | {f"Y{n}": b[unique + n] for n in range(unique)}
    places |= {code: b[2 * unique + n] for n, code in enumerate(anchor)}
    forms = []
    for letter, ability in (("X", gap), ("Y", 0.0)):
        codes = [f"{letter}{n}" for n in range(unique)] + anchor
        made = answers_of_model(rng, people, len(codes), ability=ability, b=[places[code] for code in codes])
        forms.append(a_taken(made, codes))
    return forms[0], forms[1]


def stored(scores: Scores, answers: "np.typing.NDArray[np.uint8]", form: Form | None = None) -> list[UUID]:
    """Attempts with these answers, put into the store as they stand once imported; their ids."""
    sitters = scores.sitters(len(answers), booked=False)
    with scores.unit() as uow:
        made = [
            Attempt(
                id=uow.new_id(),
                candidate_id=sitter.candidate_id,
                authorization_id=sitter.authorization.id,
                registration_id=None,
                administration_id=scores.administration_id,
                form_id=(form or scores.form).id,
                import_id=None,
                taken_on=uow.today,
                responses=row.tobytes(),
                created_at=uow.now,
            )
            for sitter, row in zip(sitters, answers, strict=True)
        ]
        uow.attempts.add_all(made)
    return [one.id for one in made]


def steps(scores: Scores) -> dict[str, Any]:
    """The steps of the jobs of analyses."""
    from adapters.reports.press import ReportPress  # noqa: PLC0415 - few tests need the press

    return {
        actions.ANALYSE: actions.step(scores.files),
        equating.EQUATE: equating.step(),
        sheets.MAKE: sheets.step(scores.files, ReportPress()),
    }


def a_heading(form: Taken, **fields: Any) -> Heading:
    """What the sheet of this form is about."""
    good: dict[str, Any] = {
        "body": "CPS",
        "program": "CPOM",
        "exam": "POM-001",
        "exam_title": "Certified Pharmacy Operations Manager",
        "form": "B",
        "administration": "2026-B",
        "window": ("2026-01-01", "2026-03-01"),
        "made_on": "2026-03-02",
        "number": 1,
        "analysis_number": 1,
        "key_number": 1,
        "conversion_number": None,
        "software": SOFTWARE,
        "responses_sha256": form.digest,
        "scale": {"minimum": 100, "passing": 720, "maximum": 900},
        "cut_raw": None,
    }
    return Heading(**{**good, **fields})
