"""What the journal says of forms, attempts and scores: ids, numbers of versions and codes, never a score."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class FormCreated(Event, kind="form.created", about="form_id"):
    """A form was laid out."""

    form_id: UUID
    program: str
    exam_code: str
    edition: str
    items: int


@dataclass(frozen=True, kw_only=True)
class FormChanged(Event, kind="form.changed", about="form_id"):
    """A draft form got other items."""

    form_id: UUID
    items: int


@dataclass(frozen=True, kw_only=True)
class FormRetired(Event, kind="form.retired", about="form_id"):
    """A form is used no more."""

    form_id: UUID


@dataclass(frozen=True, kw_only=True)
class KeyDrafted(Event, kind="form_key.drafted", about="key_id"):
    """A version of a form's key was proposed."""

    key_id: UUID
    form_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class KeyApproved(Event, kind="form_key.approved", about="key_id"):
    """A second person approved a version of a key; the one before is retired."""

    key_id: UUID
    form_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class ConversionDrafted(Event, kind="conversion.drafted", about="conversion_id"):
    """A version of a form's conversion was proposed."""

    conversion_id: UUID
    form_id: UUID
    number: int
    cut_raw: int


@dataclass(frozen=True, kw_only=True)
class ConversionApproved(Event, kind="conversion.approved", about="conversion_id"):
    """A second person approved a version of a conversion; the one before is retired."""

    conversion_id: UUID
    form_id: UUID
    number: int
    cut_raw: int


@dataclass(frozen=True, kw_only=True)
class ResponsesReceived(Event, kind="response_import.received", about="import_id"):
    """A file of responses was handed in; again, when the same bytes come a second time."""

    import_id: UUID
    form_id: UUID
    administration_id: UUID
    sha256: str
    again: bool


@dataclass(frozen=True, kw_only=True)
class ResponsesImported(Event, kind="response_import.finished", about="import_id"):
    """Every row of a file was judged."""

    import_id: UUID
    rows: int
    accepted: int
    repeated: int
    rejected: int


@dataclass(frozen=True, kw_only=True)
class AttemptImported(Event, kind="attempt.imported", about="attempt_id"):
    """A candidate's responses are stored; the registration, if any, is closed as tested.

    Scored at once by these versions where they are named.
    """

    attempt_id: UUID
    candidate_id: UUID
    authorization_id: UUID
    registration_id: UUID | None
    form_id: UUID
    administration_id: UUID
    import_id: UUID
    key_number: int | None
    conversion_number: int | None


@dataclass(frozen=True, kw_only=True)
class AttemptScored(Event, kind="attempt.scored", about="attempt_id"):
    """An attempt was scored (again) by these versions."""

    attempt_id: UUID
    key_number: int
    conversion_number: int


@dataclass(frozen=True, kw_only=True)
class HoldPlaced(Event, kind="hold.placed", about="hold_id"):
    """A score was held back; the reason stands with the hold."""

    hold_id: UUID
    attempt_id: UUID
    candidate_id: UUID
    hold: str


@dataclass(frozen=True, kw_only=True)
class HoldLifted(Event, kind="hold.lifted", about="hold_id"):
    """A reason to hold a score back is gone; `invalidated` when the attempt went with it."""

    hold_id: UUID
    attempt_id: UUID
    candidate_id: UUID
    invalidated: bool


@dataclass(frozen=True, kw_only=True)
class AttemptInvalidated(Event, kind="attempt.invalidated", about="attempt_id"):
    """An attempt gives no score; the reason stands with its hold."""

    attempt_id: UUID
    candidate_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReleaseProposed(Event, kind="score_release.proposed", about="release_id"):
    """Somebody proposed to release the scores of a form and administration."""

    release_id: UUID
    form_id: UUID
    administration_id: UUID
    attempts: int
    key_number: int
    conversion_number: int


@dataclass(frozen=True, kw_only=True)
class ReleaseDecided(Event, kind="score_release.decided", about="release_id"):
    """A second person approved a release, or somebody rejected it."""

    release_id: UUID
    approved: bool


@dataclass(frozen=True, kw_only=True)
class ReleaseDone(Event, kind="score_release.done", about="release_id"):
    """Every score of a release that was not held has left."""

    release_id: UUID
    released: int


@dataclass(frozen=True, kw_only=True)
class AttemptReleased(Event, kind="attempt.released", about="attempt_id"):
    """A candidate may see their result."""

    attempt_id: UUID
    candidate_id: UUID
    release_id: UUID
    passed: bool


@dataclass(frozen=True, kw_only=True)
class ResponseFileForgotten(Event, kind="response_file.forgotten", about="job_id"):
    """The bytes of an imported file were let go when their time was over; the digest (SHA-256, hex) remains."""

    job_id: UUID
    form_id: UUID
    sha256: str
