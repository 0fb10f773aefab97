"""Items leave the house: asked for by one person, agreed to by another, packed by a job, fetched once, on the record.

Locks: every verb holds the export's row. A request holds the program's editions, so that what one person takes out
without another is counted right however many requests come at once.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from domain.actors import Actor, the_service
from domain.errors import Contradiction, Fault, NotFound
from domain.items import rules
from domain.items.actions import current_version, edition_of
from domain.items.actions_sets import current_case
from domain.items.errors import ExportOver, ItemsNotFound
from domain.items.events import ExportDecided, ExportExpired, ExportFetched, ExportMade, ExportRequested
from domain.items.exchange import (
    BankDocument,
    ItemExchange,
    ItemRecord,
    SetRecord,
    TestPlace,
    TestRecord,
    TestSection,
)
from domain.items.model import ExportStatus, Item, ItemExport, ItemSet, ItemStatus
from domain.items.reading import must_not_be_sitting
from domain.items.statistics import items_on
from domain.jobs import actions as jobs
from domain.jobs.model import Batch, Job, JobRequest
from domain.ports import Files, UnitOfWork, UnitsOfWork
from domain.scores.model import Form, FormItem

EXPORT = "items.export"
"""The kind of the job. Its parameters: `export_id`."""
EXPIRE = "items.expire_exports"
"""The kind of the small task that erases packages that nobody fetched in time."""
ERASE = "items.erase_package"
"""The kind of the small task that erases the bytes of a package. Its parameters: `key`."""
AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to take out: items by id, or all that a filter finds, and forms with their items."""

    program: str
    reason: str
    item_ids: tuple[UUID, ...] = ()
    form_ids: tuple[UUID, ...] = ()
    status: ItemStatus | None = None
    domain: str | None = None


def request(uow: UnitOfWork, actor: Actor, asked: Asked) -> ItemExport:
    """Ask for items to leave. A small request is carried out at once; any other waits for a second person.

    Raises ItemsNotFound, and Contradiction for ids of nothing in this program's bank.
    """
    actor.must("item_export.request")
    edition_of(uow, asked.program, None)
    uow.policies.hold(asked.program)
    forms = _forms(uow, asked)
    items = _chosen(uow, asked, forms)
    earlier = uow.item_exports.find(requested_by=actor.subject, program=asked.program, small=True)
    before = sum(one.items for one in earlier if rules.counts_as_small(one, uow.now))
    small = rules.is_small(len(items), len(forms), before)
    export = ItemExport(
        id=uow.new_id(),
        program=asked.program,
        item_ids=tuple(item.id for item in items),
        form_ids=tuple(form.id for form in forms),
        items=len(items),
        reason=asked.reason,
        small=small,
        requested_by=actor.subject,
        requested_at=uow.now,
    )
    uow.record(ExportRequested(export_id=export.id, program=export.program, items=export.items, small=small))
    if small:
        return uow.item_exports.add(replace(export, status=ExportStatus.APPROVED, job_id=_job(uow, actor, export)))
    return uow.item_exports.add(export)


def approve(uow: UnitOfWork, actor: Actor, export_id: UUID) -> ItemExport:
    """Let items leave that somebody else asked for; a job makes the package."""
    export = uow.item_exports.lock(export_id)
    actor.must("item_export.approve", export)
    uow.record(ExportDecided(export_id=export.id, approved=True))
    return uow.item_exports.save(
        replace(
            export,
            status=ExportStatus.APPROVED,
            decided_by=actor.subject,
            decided_at=uow.now,
            job_id=_job(uow, actor, export),
        )
    )


def reject(uow: UnitOfWork, actor: Actor, export_id: UUID, reason: str) -> ItemExport:
    """Keep the items in the house; whoever asked may take the request back so too."""
    export = uow.item_exports.lock(export_id)
    actor.must("item_export.reject", export)
    uow.record(ExportDecided(export_id=export.id, approved=False))
    return uow.item_exports.save(
        replace(
            export,
            status=ExportStatus.REJECTED,
            decided_by=actor.subject,
            decided_at=uow.now,
            decided_reason=reason,
        )
    )


def fetch(uow: UnitOfWork, actor: Actor, files: Files, export_id: UUID) -> tuple[ItemExport, bytes]:
    """The package, once, for who asked for it; the bytes are erased when this transaction has committed.

    Raises ExportOver when its time is over.
    """
    export = uow.item_exports.lock(export_id)
    actor.must("item_export.fetch", export)
    if export.requested_by != actor.subject or export.file_key is None:
        raise NotFound
    if export.expires_at is None or uow.now >= export.expires_at:
        raise ExportOver
    must_not_be_sitting(uow, actor)
    content = files.get(export.file_key)
    fetched = uow.item_exports.save(
        replace(
            export,
            status=ExportStatus.DOWNLOADED,
            file_key=None,
            fetched_by=actor.subject,
            fetched_at=uow.now,
        )
    )
    uow.enqueue(ERASE, {"key": export.file_key}, unique_key=export.file_key)
    uow.record(ExportFetched(export_id=export.id, items=export.items, sha256=export.sha256 or ""))
    return fetched, content


def step(files: Files, exchange: ItemExchange) -> jobs.Reckoning:
    """Make the package of an approved export, in one batch; no transaction waits while it is packed."""

    def pack(reading: jobs.Reading, job: Job) -> jobs.Step:
        with reading() as uow:
            export = uow.item_exports.get(UUID(str(job.parameters["export_id"])))
            if export.status is not ExportStatus.APPROVED:
                return _nothing_to_pack
            document, key = document_of(uow, export), _key(uow.random(16))
        content = exchange.write(document)
        files.put(key, content)
        return partial(_packed, key=key, sha256=_sha256(content), size=len(content))

    return jobs.Reckoning(pack)


def _packed(uow: UnitOfWork, job: Job, *, key: str, sha256: str, size: int) -> Batch:
    """The export with its package; one that was packed by another worker meanwhile keeps that one's."""
    export = uow.item_exports.lock(UUID(str(job.parameters["export_id"])))
    if export.status is not ExportStatus.APPROVED:
        uow.enqueue(ERASE, {"key": key}, unique_key=key)
        return _nothing_to_pack(uow, job)
    expires_at = uow.now + rules.PACKAGE_WAITS
    uow.item_exports.save(
        replace(export, status=ExportStatus.READY, file_key=key, sha256=sha256, size=size, expires_at=expires_at)
    )
    uow.record(ExportMade(export_id=export.id, items=export.items, sha256=sha256, size=size))
    done = job.advanced(rows=export.items, cursor={"done": True}, total=export.items)
    return Batch(done.succeeded(uow.now, {"export_id": str(export.id), "items": export.items, "sha256": sha256}))


def _nothing_to_pack(uow: UnitOfWork, job: Job) -> Batch:
    return Batch(job.succeeded(uow.now, {"export_id": str(job.parameters["export_id"])}))


def expire(units: UnitsOfWork, files: Files, parameters: Mapping[str, Any]) -> None:
    """Erase the packages that nobody fetched in time. Safe to repeat."""
    del parameters
    with units.begin(the_service(EXPIRE)) as uow:
        keys = []
        for export in uow.item_exports.find(status=ExportStatus.READY)[:AT_ONCE]:
            if export.expires_at is not None and export.expires_at <= uow.now:
                keys.append(export.file_key)
                uow.item_exports.save(replace(export, status=ExportStatus.EXPIRED, file_key=None))
                uow.record(ExportExpired(export_id=export.id))
    for key in keys:
        if key is not None:
            files.delete(key)


def erase(units: UnitsOfWork, files: Files, parameters: Mapping[str, Any]) -> None:
    """Erase the bytes of a package that was fetched. Safe to repeat."""
    del units
    files.delete(str(parameters["key"]))


def document_of(uow: UnitOfWork, export: ItemExport) -> BankDocument:
    """What an export takes out, as a document: sets first met first, items in their order, forms as tests."""
    items = {item.id: item for item in uow.items.find(id=list(export.item_ids))}
    chosen = [items[id_] for id_ in export.item_ids if id_ in items]
    set_ids = list(dict.fromkeys(item.set_id for item in chosen if item.set_id is not None))
    sets = {one.id: one for one in uow.item_sets.find(id=set_ids)} if set_ids else {}
    enemies = _enemies(uow, chosen)
    return BankDocument(
        items=tuple(_item_record(uow, item, sets, enemies) for item in chosen),
        sets=tuple(_set_record(uow, sets[id_]) for id_ in set_ids),
        tests=tuple(_test_record(uow, uow.forms.get(id_)) for id_ in export.form_ids),
    )


def _chosen(uow: UnitOfWork, asked: Asked, forms: Sequence[Form]) -> list[Item]:
    """The items asked for, by code; those of a set by their place in it."""
    if asked.item_ids:
        found = uow.items.find(id=list(asked.item_ids), program=asked.program)
        if len(found) != len(set(asked.item_ids)):
            raise Contradiction(Fault("/item_ids", "unknown_item", "Not every one of these is an item of the bank."))
    elif forms and asked.status is None and asked.domain is None:
        found = []
    else:
        filters = {"program": asked.program, "status": asked.status, "domain": asked.domain}
        found = uow.items.find(**{name: value for name, value in filters.items() if value is not None})
    of_forms = [item for form in forms for item in items_on(uow, form).values()]
    unique = {item.id: item for item in (*found, *of_forms)}
    if not unique:
        raise ItemsNotFound
    return sorted(unique.values(), key=lambda item: (str(item.set_id or ""), item.set_place or 0, item.search_code))


def _forms(uow: UnitOfWork, asked: Asked) -> list[Form]:
    found = uow.forms.find(id=list(asked.form_ids), program=asked.program) if asked.form_ids else []
    if len(found) != len(set(asked.form_ids)):
        raise Contradiction(Fault("/form_ids", "unknown_form", "Not every one of these is a form of the program."))
    return found


def _job(uow: UnitOfWork, actor: Actor, export: ItemExport) -> UUID:
    wanted = JobRequest(kind=EXPORT, parameters={"export_id": str(export.id)}, total=export.items)
    return jobs.request(uow, actor, wanted).id


def _enemies(uow: UnitOfWork, chosen: Sequence[Item]) -> dict[UUID, tuple[str, ...]]:
    """The codes of each item's enemies, on either side of the pair, sorted."""
    ids = [item.id for item in chosen]
    pairs = [*uow.item_enemies.find(item_id=ids), *uow.item_enemies.find(enemy_id=ids)]
    others = {id_ for pair in pairs for id_ in (pair.item_id, pair.enemy_id)}
    codes = {item.id: item.code for item in (uow.items.find(id=list(others)) if others else [])}
    of: dict[UUID, set[str]] = {}
    for pair in pairs:
        of.setdefault(pair.item_id, set()).add(codes[pair.enemy_id])
        of.setdefault(pair.enemy_id, set()).add(codes[pair.item_id])
    return {id_: tuple(sorted(names)) for id_, names in of.items()}


def _item_record(
    uow: UnitOfWork, item: Item, sets: Mapping[UUID, ItemSet], enemies: Mapping[UUID, tuple[str, ...]]
) -> ItemRecord:
    return ItemRecord(
        code=item.code,
        content=current_version(uow, item).content,
        domain=item.domain,
        objective=item.objective,
        set_code=None if item.set_id is None else sets[item.set_id].code,
        status=item.status.value,
        enemies=enemies.get(item.id, ()),
    )


def _set_record(uow: UnitOfWork, found: ItemSet) -> SetRecord:
    version = current_case(uow, found)
    return SetRecord(code=found.code, title=found.title, stimulus=version.stimulus, language=version.language)


def _test_record(uow: UnitOfWork, form: Form) -> TestRecord:
    """A form as a test, its sections the runs of places of one exam domain. Places that the bank lacks are left out."""
    exam = uow.policies.named(form.edition).exam
    titles = {domain.code: domain.title for domain in exam.domains}
    known = items_on(uow, form)
    held = [place for place in form.items if place.code.casefold() in known]
    return TestRecord(
        code=form.code,
        title=f"{exam.title}, {form.code}",
        minutes=exam.minutes,
        sections=tuple(
            TestSection(title=titles.get(domain, domain), places=tuple(_test_place(place) for place in run))
            for domain, run in groupby(held, key=lambda place: place.domain)
        ),
    )


def _test_place(place: FormItem) -> TestPlace:
    return TestPlace(code=place.code, scored=place.scored)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _key(randomness: bytes) -> str:
    """A name that says nothing, in folders of two characters, so that none grows large."""
    name = randomness.hex()
    return f"{name[:2]}/{name}"
