"""A file in the wrong administration: seats that are booked elsewhere stay as they are; on both engines."""

from functools import partial

import pytest

from adapters.db.engine import Contended
from domain.errors import AlreadyExists, Stale
from domain.jobs.model import Job
from domain.scores.sittings import Identifier
from tests.builders_exams import stored_administration
from tests.builders_scores import Scores, a_file, another_form, answers
from tests.racing import at_once


@pytest.fixture
def elsewhere(either_scores: Scores) -> Scores:
    """Another administration, as good as the first, with the same form."""
    with either_scores.unit() as uow:
        administration = stored_administration(uow)
    return Scores(either_scores.units, administration.id, either_scores.form, either_scores.files)


def _codes(scores: Scores, job: Job) -> list[str]:
    return [one.code for one in scores.outcomes(job)]


@pytest.mark.parametrize("identifies", [Identifier.CANDIDATE, Identifier.AUTHORIZATION])
def test_a_file_of_the_wrong_administration_leaves_a_seat_booked_elsewhere_alone(
    either_scores: Scores, elsewhere: Scores, identifies: Identifier
) -> None:
    ann = elsewhere.sitters(1)[0]
    name = ann.number if identifies is Identifier.CANDIDATE else ann.authorization.number
    content = a_file({name: answers(12)})

    wrong = either_scores.imported(content, identifies=identifies)
    with either_scores.unit() as uow:
        assert ann.registration is not None
        kept = uow.authorizations.get(ann.authorization.id), uow.registrations.get(ann.registration.id)
    right = elsewhere.imported(content, identifies=identifies)

    assert _codes(either_scores, wrong) == ["booked_elsewhere"]
    assert kept == (ann.authorization, ann.registration)
    assert _codes(either_scores, right) == []
    stored = [one.administration_id for one in either_scores.attempts().values()]
    assert stored == [elsewhere.administration_id]


def test_files_of_two_administrations_at_once_use_one_authorization_once(
    either_scores: Scores, elsewhere: Scores
) -> None:
    ann = elsewhere.sitters(1)[0]
    elsewhere.form = another_form(elsewhere).form  # so that the two do not wait for one form's row
    content = a_file({ann.number: answers(12)})
    jobs = [(where, where.request(content)) for where in (either_scores, elsewhere)]

    ended = at_once(*(partial(_to_its_end, where, job) for where, job in jobs))

    assert [job.result["accepted"] for job in ended] == [0, 1]
    with either_scores.unit() as uow:
        assert [one.administration_id for one in uow.attempts.find()] == [elsewhere.administration_id]


def _to_its_end(scores: Scores, job: Job) -> Job:
    """Carry a job to its end; a batch that lost against another is done again, as a worker would."""
    for _ in range(8):
        try:
            return scores.run(job)
        except (Stale, AlreadyExists, Contended):
            continue
    return scores.job(job.id)
