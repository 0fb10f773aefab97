"""When a certificate or badge may be made. Pure: facts in, ruling out."""

from typing import Final

from domain.credentials.model import Credential, Standing
from domain.ruling import Finding, Ruling, Source

_FOUND: Final = {
    Standing.ACTIVE: "It is in good standing.",
    Standing.SUSPENDED: "It is suspended.",
    Standing.EXPIRED: "It is past its last day.",
    Standing.LAPSED: "It was not renewed in time.",
    Standing.REVOKED: "It was withdrawn.",
    Standing.RETIRED: "It was given up by its holder.",
}

_BY_SOMEBODY: Final = frozenset({Standing.SUSPENDED, Standing.REVOKED, Standing.RETIRED})


def may_make(credential: Credential, *, valid: bool) -> Ruling:
    """May a certificate or badge of this credential, as it stands today, be made?

    `valid` says whether its holder may call themselves certified today: an expired credential counts where its edition
    keeps it valid during the grace. The reason recorded for a standing that stands in the way is told.
    """
    found = _FOUND[credential.status]
    if credential.status in _BY_SOMEBODY and credential.status_reason:
        found = f"{found} The reason recorded is: {credential.status_reason}"
    return Ruling(
        (
            Finding(
                clause="credential_stands",
                met=valid,
                code="met" if valid else f"credential_{credential.status.value}",
                asked="The credential stands on the day of the certificate.",
                found=found,
                source=Source(edition=credential.edition, paragraph="certificates"),
                evidence=(str(credential.id),),
            ),
        )
    )
