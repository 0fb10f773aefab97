"""A lapsed credential comes back, by hours and a fee or by a new examination."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from domain.actors import Actor
from domain.credentials import rules
from domain.credentials.actions_standing import end_cycles, recorded, tell
from domain.credentials.events import CredentialReinstated
from domain.credentials.model import Credential, Standing
from domain.notices.model import NoticeKind
from domain.ports import UnitOfWork
from domain.programs.policy import Policy
from domain.renewals.cycles import opened
from domain.renewals.model import CycleStatus


def reinstated(
    uow: UnitOfWork,
    actor: Actor,
    lapsed: Credential,
    policy: Policy,
    on: date,
    *,
    by_exam: bool,
    keep: Collection[str] = (),
) -> Credential:
    """A lapsed credential, its row held, valid for a fresh term from a day under an edition, with a fresh cycle.

    The caller has judged that it may come back. The ledger that it came back by is closed. Of the cycle that lapsed
    only the fees of the codes in `keep` are still due, where they are not settled.
    """
    end_cycles(uow, lapsed.id, CycleStatus.REINSTATED, keep=keep)
    back = recorded(
        uow,
        actor,
        replace(
            lapsed,
            status=Standing.ACTIVE,
            edition=policy.edition,
            valid_until=rules.ends(policy, on),
        ),
        on,
        "A new examination was passed." if by_exam else "The terms of reinstatement are met.",
    )
    opened(uow, back, policy, 1 + uow.cycles.count(credential_id=back.id), on)
    uow.record(
        CredentialReinstated(
            credential_id=back.id,
            candidate_id=back.candidate_id,
            effective_on=on,
            valid_until=back.valid_until,
            by_exam=by_exam,
        )
    )
    tell(uow, NoticeKind.CREDENTIAL_REINSTATED, back, effective_on=on, valid_until=back.valid_until)
    return back
