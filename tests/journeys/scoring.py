"""The two who score an exam: they lay out its form, hand in the file of responses, and release what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from domain.actors import Role
from tests.builders import cpom
from tests.journeys.cast import Json, Refusal, Speaker
from tests.journeys.stage import Stage

Right = tuple[int, int, int, int]
"""How many items someone has right in each exam domain, of 36, 30, 36 and 18."""

CUT = 80
PASSES: Right = (30, 25, 30, 15)
"""One hundred of 120."""
FAILS: Right = (12, 20, 30, 10)
"""Seventy-two of 120: weak in two domains, near the standard in one, at it in one."""


@dataclass(frozen=True)
class Sitting:
    """A form in a testing window: what is imported, scored and released together."""

    administration: str
    form: str
    code: str

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/exam-administrations/{self.administration}/forms/{self.form}"

    def sheet(self, results: Mapping[str, Right]) -> bytes:
        """The file of responses: a row by candidate number, every right answer a 1, every wrong one a 2."""
        sizes = [domain.items for domain in cpom().exam.domains]
        lines = [["candidate_id", *(item_code(self.code, place) for place in range(sum(sizes)))]]
        for number, right in results.items():
            rows = [["1"] * hits + ["2"] * (size - hits) for size, hits in zip(sizes, right, strict=True)]
            lines.append([number, *chain.from_iterable(rows)])
        return "\r\n".join(",".join(line) for line in [*lines, []]).encode()


class Scorers:
    """Pia proposes, and Paul approves."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.pia, self.paul = (
            Speaker(stage.world, stage.world.token(Role.PSYCHOMETRICIAN, subject=name)) for name in ("pia", "paul")
        )

    def lay_out(self, administration: str, code: str) -> Sitting:
        """A form of 120 items whose right answer is 1, its cut at 80; key and conversion are approved by the other."""
        domains = [domain.code for domain in cpom().exam.domains for _ in range(domain.items)]
        items = [{"code": item_code(code, place), "domain": domain} for place, domain in enumerate(domains)]
        form = self.pia.does("/forms", {"program": "CPOM", "code": code, "items": items})["id"]
        key = self.pia.does(f"/forms/{form}/keys", {"correct": [[1]] * len(items)})
        self._approved(f"/form-keys/{key['id']}")
        conversion = self.pia.does(f"/forms/{form}/conversions", {"cut": CUT})
        self._approved(f"/conversions/{conversion['id']}")
        return Sitting(administration, form, code)

    def imports(self, sitting: Sitting, results: Mapping[str, Right]) -> Json:
        """Hand in a file of responses; the job, done."""
        file = ("responses.csv", sitting.sheet(results), "text/csv")
        return self.done(self.pia.hands_in(f"{sitting.path}/response-imports", file)["id"])

    def releases(self, sitting: Sitting) -> None:
        """One proposes the release, and may not approve it; the other does, and a job carries it out."""
        path = f"/score-releases/{self.pia.does(f'{sitting.path}/score-releases')['id']}"
        alone = self.pia.is_refused(f"{path}/approval", of=path)
        assert alone == Refusal(403, "separation_of_duties")
        approved = self.paul.does(f"{path}/approval", of=path)
        self.done(approved["job_id"])
        assert self.pia.sees(path)["status"] == "done"

    def done(self, job_id: str) -> Json:
        """A job that the worker has carried to its end."""
        self.stage.work()
        job = self.pia.sees(f"/jobs/{job_id}")
        assert job["status"] == "succeeded", job
        return job

    def _approved(self, path: str) -> None:
        assert self.pia.is_refused(f"{path}/approval", of=path) == Refusal(403, "separation_of_duties")
        self.paul.does(f"{path}/approval", of=path)


def item_code(form: str, place: int) -> str:
    """The code of the item at a place, from 0."""
    return f"{form}-{place + 1:03}"
