"""Marek's credential is suspended, and the suspension lifted; a year later it is revoked, and its number says so."""

from datetime import date, timedelta

from tests.journeys.cast import Candidate, Refusal, Speaker, credential_office
from tests.journeys.stage import Stage
from tests.journeys.usual_way import RESULT, certified

SUSPENDED, LIFTED, REVOKED = date(2026, 9, 1), date(2026, 10, 15), date(2027, 11, 30)
DAY = timedelta(days=1)


def test_a_suspension_is_lifted_and_a_revocation_is_for_good(either_stage: Stage) -> None:
    stage, officer = either_stage, credential_office(either_stage)
    marek, _ = certified(stage, "Marek", "Kowalski")
    number, path = marek.credential["number"], marek.held
    assert stage.registry(number)["holder_name"] == "Marek Kowalski"

    is_suspended(marek, officer)
    stage.on(LIFTED)
    lifted = officer.does(f"{path}/lift", {"reason": "The board closed its proceedings."}, of=path)
    assert (lifted["status"], lifted["valid_until"]) == ("active", "2029-04-20")
    assert stage.registry(number)["valid"] is True
    assert marek.letters() == ["credential_reinstated"]
    is_revoked(marek, officer)

    # Any day can be asked about, and answers as it was.
    stage.on(REVOKED + DAY)
    days = (RESULT, SUSPENDED - DAY, SUSPENDED, LIFTED - DAY, LIFTED, REVOKED - DAY, REVOKED)
    assert [status for status, _ in stage.standing(number, *days)] == [
        "active", "active", "suspended", "suspended", "active", "active", "revoked"
    ]  # fmt: skip
    history = marek.all_of(f"{path}/history")
    assert [one["standing"] for one in history] == ["active", "suspended", "active", "revoked"]
    assert all(one["reason"] for one in history)

    there_is_no_way_on(marek, officer)
    stage.on(date(2029, 8, 1))
    assert stage.registry(number)["status"] == "revoked"
    assert marek.letters() == []
    assert marek.balance() == {"charged": 49500, "settled": 49500, "received": 49500}
    happened = stage.happened()
    assert happened >= {
        "credential.issued", "credential.suspended", "credential.suspension_lifted", "credential.revoked",
    }  # fmt: skip
    assert "credential.expired" not in happened
    assert stage.audit().intact


def is_suspended(marek: Candidate, officer: Speaker) -> None:
    """The record says so at once; he is told why, and to cease using it; and why is nobody else's business."""
    stage, number, path = marek.stage, marek.credential["number"], marek.held
    stage.on(SUSPENDED)
    assert officer.is_refused(f"{path}/suspension", {"reason": ""}, of=path).status == 422
    officer.does(f"{path}/suspension", {"reason": "The state board opened proceedings."}, of=path)
    assert (stage.registry(number)["status"], stage.registry(number)["valid"]) == ("suspended", False)
    page = stage.page(number)
    assert "Suspended" in page
    assert "proceedings" not in page
    assert marek.letters() == ["credential_suspended"]
    told = marek.letter("credential_suspended")
    assert "Why: The state board opened proceedings." in told
    assert "you must not use the credential" in told
    assert marek.may_not_renew() == Refusal(409, "wrong_state")


def is_revoked(marek: Candidate, officer: Speaker) -> None:
    """For good. The number stays public, and says so."""
    stage, number, path = marek.stage, marek.credential["number"], marek.held
    stage.on(REVOKED)
    revoked = officer.does(f"{path}/revocation", {"reason": "The degree was not his."}, of=path)
    assert revoked["allowed_actions"] == []
    assert marek.letters() == ["credential_revoked"]
    told = marek.letter("credential_revoked")
    assert "Why: The degree was not his." in told
    assert "you must not use the credential in any way" in told
    public = stage.registry(number)
    assert (public["status"], public["valid"], public["status_since"]) == ("revoked", False, "2027-11-30")
    page = stage.page(number)
    assert "Revoked" in page
    assert "degree" not in page


def there_is_no_way_on(marek: Candidate, officer: Speaker) -> None:
    """No renewal, no fee, no activity, no lift: not even when the window would be open."""
    path = marek.held
    marek.stage.on(date(2029, 2, 1))
    for verb, body in (("renewals", None), ("reinstatements", None), ("retirement", {"reason": "Mine."})):
        assert marek.is_refused(f"{path}/{verb}", body, of=path).code == "wrong_state"
    assert marek.is_refused(f"{path}/renewal-charges").code == "wrong_state"
    course = {"title": "Law", "provider": "ASHP", "minutes": 60, "completed_on": "2029-01-15", "category": "law"}
    assert marek.is_refused(f"{path}/activities", course).code == "wrong_state"
    assert officer.is_refused(f"{path}/lift", {"reason": "An error."}, of=path) == Refusal(409, "wrong_state")
