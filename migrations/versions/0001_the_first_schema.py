"""The first schema."""

import sqlalchemy as sa
from alembic import op

from migrations import columns, guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "administrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("exam_code", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_administrations")),
        sa.UniqueConstraint("program", "code", name=op.f("uq_administrations_program_code")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("expires_at", columns.instant(), nullable=True),
        sa.Column("revoked_at", columns.instant(), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_id", name=op.f("uq_api_keys_key_id")),
    )
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_keys_organisation"), ["organisation"], unique=False)

    op.create_table(
        "approved_activities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("uan_stem", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_at", columns.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approved_activities")),
        sa.UniqueConstraint(
            "program", "uan_stem", "from_on", name=op.f("uq_approved_activities_program_uan_stem_from_on")
        ),
    )
    op.create_table(
        "audit_draws",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("seed_source", sa.String(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("population", columns.json_value(), nullable=False),
        sa.Column("population_sha256", sa.String(), nullable=False),
        sa.Column("chosen", columns.json_value(), nullable=False),
        sa.Column("drawn_at", columns.instant(), nullable=False),
        sa.Column("drawn_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_draws")),
    )
    with op.batch_alter_table("audit_draws", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_draws_program"), ["program"], unique=False)

    op.create_table(
        "candidates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("legal_name", columns.json_value(), nullable=False),
        sa.Column("search_name", columns.search_text(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("practises_in", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("past_names", columns.json_value(), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("address", columns.json_value(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["candidates.id"], name=op.f("fk_candidates_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidates")),
        sa.UniqueConstraint("number", name=op.f("uq_candidates_number")),
    )
    with op.batch_alter_table("candidates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_candidates_email"), ["email"], unique=False)
        batch_op.create_index("ix_candidates_search_name_id", ["search_name", "id"], unique=False)

    op.create_table(
        "centre_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("parked", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("finished_at", columns.instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_files")),
        sa.UniqueConstraint("vendor", "kind", "way", "number", name=op.f("uq_centre_files_vendor_kind_way_number")),
    )
    with op.batch_alter_table("centre_files", schema=None) as batch_op:
        batch_op.create_index(
            "uq_centre_files_received",
            ["vendor", "kind", "sha256"],
            unique=True,
            sqlite_where=sa.text("way = 'in'"),
            postgresql_where=sa.text("way = 'in'"),
        )

    op.create_table(
        "forms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("exam_code", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("items", columns.json_value(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forms")),
        sa.UniqueConstraint("exam_code", "code", name=op.f("uq_forms_exam_code_code")),
    )
    op.create_table(
        "item_exports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("item_ids", columns.json_value(), nullable=False),
        sa.Column("form_ids", columns.json_value(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("small", sa.Boolean(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", columns.instant(), nullable=True),
        sa.Column("decided_reason", sa.String(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("file_key", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("expires_at", columns.instant(), nullable=True),
        sa.Column("fetched_by", sa.String(), nullable=True),
        sa.Column("fetched_at", columns.instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_exports")),
        sa.UniqueConstraint("file_key", name=op.f("uq_item_exports_file_key")),
    )
    with op.batch_alter_table("item_exports", schema=None) as batch_op:
        batch_op.create_index("ix_item_exports_status_expires_at", ["status", "expires_at"], unique=False)

    op.create_table(
        "item_sets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("exam_code", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("search_code", columns.search_text(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_sets")),
        sa.UniqueConstraint("exam_code", "search_code", name=op.f("uq_item_sets_exam_code_search_code")),
    )
    op.create_table(
        "job_executors",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("beat_at", sa.Float(), nullable=False),
        sa.Column("claimed_by", sa.String(64), nullable=True),
        sa.Column("claimed_until", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_executors")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("parameters", columns.json_value(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed_rows", sa.Integer(), nullable=False),
        sa.Column("cursor", columns.json_value(), nullable=False),
        sa.Column("result", columns.json_value(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("started_at", columns.instant(), nullable=True),
        sa.Column("finished_at", columns.instant(), nullable=True),
        sa.Column("candidate_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(finished_at IS NULL) = (status IN ('queued', 'running'))", name=op.f("ck_jobs_finished")),
        sa.CheckConstraint("done >= 0 AND failed_rows >= 0 AND failed_rows <= done", name=op.f("ck_jobs_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_jobs_status"), ["status"], unique=False)

    op.create_table(
        "journal",
        sa.Column("seq", columns.big_serial(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", columns.instant(), nullable=False),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("request_id", sa.String(128), nullable=True),
        sa.Column("data", columns.json_value(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
        sa.UniqueConstraint("id", name=op.f("uq_journal_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "journal_checkpoints",
        sa.Column("size", columns.big_serial(), autoincrement=False, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", columns.instant(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_journal_checkpoints")),
    )
    op.create_table(
        "journal_leaves",
        sa.Column("leaf_index", columns.big_serial(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_journal_leaves")),
        sa.UniqueConstraint("seq", name=op.f("uq_journal_leaves_seq")),
    )
    op.create_table(
        "kept_answers",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("kept_until", columns.instant(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", columns.json_value(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_kept_answers")),
    )
    with op.batch_alter_table("kept_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_answers_kept_until"), ["kept_until"], unique=False)

    op.create_table(
        "policy_editions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("in_force_until", sa.Date(), nullable=True),
        sa.Column("document", columns.json_value(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("published_at", columns.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_editions")),
        sa.UniqueConstraint("edition", name=op.f("uq_policy_editions_edition")),
        sa.UniqueConstraint("program", "in_force_from", name=op.f("uq_policy_editions_program_in_force_from")),
    )
    op.create_table(
        "recognised_providers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("recognised_by", sa.String(), nullable=False),
        sa.Column("recognised_at", columns.instant(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", columns.instant(), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognised_providers")),
        sa.UniqueConstraint("program", "code", "from_on", name=op.f("uq_recognised_providers_program_code_from_on")),
    )
    op.create_table(
        "registry",
        sa.Column("number", sa.String(length=19), nullable=False),
        sa.Column("turns_at", sa.BigInteger(), nullable=True),
        sa.Column("turns_again_at", sa.BigInteger(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("tag", sa.String(length=16), nullable=False),
        sa.Column("payload_before", sa.LargeBinary(), nullable=False),
        sa.Column("payload_after", sa.LargeBinary(), nullable=True),
        sa.Column("payload_last", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_registry")),
    )
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", columns.instant(), nullable=False),
        sa.Column("revoked_at", columns.instant(), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
    )
    with op.batch_alter_table("role_grants", schema=None) as batch_op:
        batch_op.create_index(
            "uq_role_grants_standing",
            ["subject", "role"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "status_lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", columns.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_lists")),
        sa.UniqueConstraint("shard", "purpose", name=op.f("uq_status_lists_shard_purpose")),
    )
    op.create_table(
        "wallet_nonces",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("used_at", columns.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_nonces")),
        sa.UniqueConstraint("digest", name=op.f("uq_wallet_nonces_digest")),
    )
    with op.batch_alter_table("wallet_nonces", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wallet_nonces_used_at"), ["used_at"], unique=False)

    op.create_table(
        "watch_feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("digested_sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_feeds")),
    )
    op.create_table(
        "watch_lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("digest_email", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_lists")),
        sa.UniqueConstraint("partner", name=op.f("uq_watch_lists_partner")),
    )
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("types", columns.json_value(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("disabled_for", sa.String(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("former_until", columns.instant(), nullable=True),
        sa.Column("answered_at", columns.instant(), nullable=True),
        sa.Column("reopened_at", columns.instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
    )
    with op.batch_alter_table("webhook_endpoints", schema=None) as batch_op:
        batch_op.create_index("ix_webhook_endpoints_partner_id", ["partner", "id"], unique=False)

    op.create_table(
        "applications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("search_name", columns.search_text(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("pathway", sa.String(), nullable=True),
        sa.Column("attestations", columns.json_value(), nullable=False),
        sa.Column("requests", columns.json_value(), nullable=False),
        sa.Column("submitted_at", columns.instant(), nullable=True),
        sa.Column("reviewer", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("decided_at", columns.instant(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("determination_id", sa.Uuid(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("audited", sa.Boolean(), nullable=False),
        sa.Column("closed_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_applications_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("number", name=op.f("uq_applications_number")),
    )
    with op.batch_alter_table("applications", schema=None) as batch_op:
        batch_op.create_index("ix_applications_candidate_id", ["candidate_id"], unique=False)
        batch_op.create_index(
            "ix_applications_due_on",
            ["due_on"],
            unique=False,
            sqlite_where=sa.text("due_on IS NOT NULL"),
            postgresql_where=sa.text("due_on IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_applications_edition_status_id",
            ["edition", "status", "id"],
            unique=False,
            sqlite_where=sa.text("status IN ('draft', 'submitted', 'in_review', 'returned')"),
            postgresql_where=sa.text("status IN ('draft', 'submitted', 'in_review', 'returned')"),
        )
        batch_op.create_index(
            "ix_applications_reviewer_id",
            ["reviewer", "id"],
            unique=False,
            sqlite_where=sa.text("reviewer IS NOT NULL"),
            postgresql_where=sa.text("reviewer IS NOT NULL"),
        )
        batch_op.create_index("ix_applications_search_name_id", ["search_name", "id"], unique=False)
        batch_op.create_index("ix_applications_status_id", ["status", "id"], unique=False)
        batch_op.create_index("ix_applications_status_search_name_id", ["status", "search_name", "id"], unique=False)
        batch_op.create_index("ix_applications_status_submitted_at_id", ["status", "submitted_at", "id"], unique=False)
        batch_op.create_index("ix_applications_submitted_at_id", ["submitted_at", "id"], unique=False)
        batch_op.create_index(
            "uq_applications_under_way",
            ["candidate_id", "program"],
            unique=True,
            sqlite_where=sa.text("status IN ('draft', 'submitted', 'in_review', 'returned')"),
            postgresql_where=sa.text("status IN ('draft', 'submitted', 'in_review', 'returned')"),
        )

    op.create_table(
        "assemblies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("exam_code", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("wanted", columns.json_value(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("pool_items", sa.Integer(), nullable=False),
        sa.Column("pool_sha256", sa.String(), nullable=True),
        sa.Column("left_out", columns.json_value(), nullable=False),
        sa.Column("forms", columns.json_value(), nullable=False),
        sa.Column("objective", sa.Float(), nullable=True),
        sa.Column("bound", sa.Float(), nullable=True),
        sa.Column("gap", sa.Float(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("solver", sa.String(), nullable=True),
        sa.Column("clashes", columns.json_value(), nullable=False),
        sa.Column("form_ids", columns.json_value(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", columns.instant(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_assemblies_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assemblies")),
    )
    with op.batch_alter_table("assemblies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assemblies_created_at"), ["created_at"], unique=False)

    op.create_table(
        "charges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("fee", sa.String(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("instance", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("settled_at", columns.instant(), nullable=True),
        sa.Column("waived_by", sa.String(), nullable=True),
        sa.Column("waived_reason", sa.String(), nullable=True),
        sa.Column("refunded_minor", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_charges_amount")),
        sa.CheckConstraint("refunded_minor >= 0 AND refunded_minor <= amount_minor", name=op.f("ck_charges_refunded")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_charges_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
        sa.UniqueConstraint("about_id", "fee", "instance", name=op.f("uq_charges_about_id_fee_instance")),
    )
    with op.batch_alter_table("charges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_charges_candidate_id"), ["candidate_id"], unique=False)

    op.create_table(
        "conflicts_of_interest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("declared_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name=op.f("fk_conflicts_of_interest_candidate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts_of_interest")),
    )
    with op.batch_alter_table("conflicts_of_interest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflicts_of_interest_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index("uq_conflicts_of_interest_one", ["subject", "candidate_id"], unique=True)

    op.create_table(
        "educations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("acpe_accredited", sa.Boolean(), nullable=False),
        sa.Column("certificate_number", sa.String(), nullable=True),
        sa.Column("e_profile_id", sa.String(), nullable=True),
        sa.Column("equivalent", sa.Boolean(), nullable=True),
        sa.Column("verification", sa.String(), nullable=False),
        sa.Column("verified_at", columns.instant(), nullable=True),
        sa.Column("verified_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_educations_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_educations")),
    )
    with op.batch_alter_table("educations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_educations_candidate_id"), ["candidate_id"], unique=False)

    op.create_table(
        "equating_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("responses_sha256", sa.String(), nullable=False),
        sa.Column("reference_form_id", sa.Uuid(), nullable=False),
        sa.Column("reference_administration_id", sa.Uuid(), nullable=False),
        sa.Column("reference_key_number", sa.Integer(), nullable=False),
        sa.Column("reference_conversion_number", sa.Integer(), nullable=True),
        sa.Column("reference_people", sa.Integer(), nullable=False),
        sa.Column("reference_sha256", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("design", columns.json_value(), nullable=False),
        sa.Column("anchor", columns.json_value(), nullable=False),
        sa.Column("excluded", columns.json_value(), nullable=False),
        sa.Column("equivalents", columns.json_value(), nullable=False),
        sa.Column("result", columns.json_value(), nullable=False),
        sa.Column("software", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_equating_runs_administration_id")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_equating_runs_form_id")),
        sa.ForeignKeyConstraint(
            ["reference_administration_id"],
            ["administrations.id"],
            name=op.f("fk_equating_runs_reference_administration_id"),
        ),
        sa.ForeignKeyConstraint(["reference_form_id"], ["forms.id"], name=op.f("fk_equating_runs_reference_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equating_runs")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_equating_runs_form_id_number")),
    )
    op.create_table(
        "form_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("correct", columns.json_value(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", columns.instant(), nullable=True),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_form_keys_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_keys")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_form_keys_form_id_number")),
    )
    op.create_table(
        "groupings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("groups", columns.json_value(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_groupings_administration_id")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_groupings_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groupings")),
    )
    with op.batch_alter_table("groupings", schema=None) as batch_op:
        batch_op.create_index("ix_groupings_form_id_administration_id", ["form_id", "administration_id"], unique=False)

    op.create_table(
        "holder_profiles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("stated", columns.json_value(), nullable=False),
        sa.Column("stated_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_holder_profiles_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_profiles")),
        sa.UniqueConstraint("candidate_id", name=op.f("uq_holder_profiles_candidate_id")),
    )
    op.create_table(
        "hosted_badges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("issued_at", columns.instant(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("compact", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("kept_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_hosted_badges_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosted_badges")),
        sa.UniqueConstraint("candidate_id", "digest", name=op.f("uq_hosted_badges_candidate_id_digest")),
    )
    op.create_table(
        "identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", columns.instant(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("ended_at", columns.instant(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_identities_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
    )
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identities_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_identities_subject"), ["subject"], unique=False)
        batch_op.create_index(
            "uq_identities_candidate_id",
            ["candidate_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "uq_identities_subject",
            ["subject"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("expires_at", columns.instant(), nullable=False),
        sa.Column("used_at", columns.instant(), nullable=True),
        sa.Column("used_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_invitations_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_invitations_token_digest")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_candidate_id"), ["candidate_id"], unique=False)

    op.create_table(
        "item_set_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stimulus", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(["set_id"], ["item_sets.id"], name=op.f("fk_item_set_versions_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_set_versions")),
        sa.UniqueConstraint("set_id", "number", name=op.f("uq_item_set_versions_set_id_number")),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("exam_code", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("search_code", columns.search_text(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("objective", sa.String(), nullable=True),
        sa.Column("set_id", sa.Uuid(), nullable=True),
        sa.Column("set_place", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("options", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("authored_by", columns.json_value(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("reviewed_at", columns.instant(), nullable=True),
        sa.Column("proposed_by", sa.String(), nullable=True),
        sa.Column("proposed_at", columns.instant(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", columns.instant(), nullable=True),
        sa.Column("retired_by", sa.String(), nullable=True),
        sa.Column("retired_at", columns.instant(), nullable=True),
        sa.Column("retired_reason", sa.String(), nullable=True),
        sa.Column("for_practice", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(set_id IS NULL) = (set_place IS NULL)", name=op.f("ck_items_set_place")),
        sa.ForeignKeyConstraint(["set_id"], ["item_sets.id"], name=op.f("fk_items_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("exam_code", "search_code", name=op.f("uq_items_exam_code_search_code")),
        sa.UniqueConstraint("set_id", "set_place", name=op.f("uq_items_set_id_set_place")),
    )
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.create_index("ix_items_exam_code_status_domain", ["exam_code", "status", "domain", "id"], unique=False)
        batch_op.create_index("ix_items_search_code_id", ["search_code", "id"], unique=False)

    op.create_table(
        "job_outcomes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("values", columns.json_value(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_outcomes_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_outcomes")),
        sa.UniqueConstraint("job_id", "row", "fault", name=op.f("uq_job_outcomes_job_id_row_fault")),
    )
    op.create_table(
        "licences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("verification", sa.String(), nullable=False),
        sa.Column("verified_at", columns.instant(), nullable=True),
        sa.Column("verified_by", sa.String(), nullable=True),
        sa.Column("verified_with", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_licences_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licences")),
    )
    with op.batch_alter_table("licences", schema=None) as batch_op:
        batch_op.create_index("uq_licences_one", ["candidate_id", "jurisdiction", "number"], unique=True)

    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("parameters", columns.json_value(), nullable=False),
        sa.Column("unmet", columns.json_value(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", columns.instant(), nullable=True),
        sa.Column("last_error_code", sa.String(), nullable=True),
        sa.CheckConstraint("(sent_at IS NOT NULL) = (status = 'sent')", name=op.f("ck_notices_sent")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_notices_attempts")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_notices_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_status"), ["status"], unique=False)

    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("charge_ids", columns.json_value(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("provider_reference", sa.String(), nullable=False),
        sa.Column("started_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("received_at", columns.instant(), nullable=True),
        sa.Column("received_by", sa.String(), nullable=True),
        sa.Column("next_url", sa.String(), nullable=True),
        sa.Column("instructions", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_payments_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("provider", "provider_reference", name=op.f("uq_payments_provider_provider_reference")),
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payments_candidate_id"), ["candidate_id"], unique=False)

    op.create_table(
        "practice_exams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("items", columns.json_value(), nullable=False),
        sa.Column("answers", columns.json_value(), nullable=False),
        sa.Column("started_at", columns.instant(), nullable=False),
        sa.Column("ends_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("finished_at", columns.instant(), nullable=True),
        sa.Column("correct", sa.Integer(), nullable=True),
        sa.Column("domains", columns.json_value(), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_practice_exams_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_exams")),
    )
    with op.batch_alter_table("practice_exams", schema=None) as batch_op:
        batch_op.create_index(
            "ix_practice_exams_candidate_id_started_at", ["candidate_id", "started_at", "id"], unique=False
        )
        batch_op.create_index(
            "uq_practice_exams_under_way",
            ["candidate_id", "program"],
            unique=True,
            sqlite_where=sa.text("status = 'in_progress'"),
            postgresql_where=sa.text("status = 'in_progress'"),
        )

    op.create_table(
        "rescores",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=True),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("conversion_number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("on_lost_pass", sa.String(), nullable=False),
        sa.Column("refunds", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("list_number", sa.Integer(), nullable=False),
        sa.Column("list_job_id", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("gained", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("score_only", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", columns.instant(), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("carried", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("finished_at", columns.instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_rescores_administration_id")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_rescores_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescores")),
    )
    with op.batch_alter_table("rescores", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rescores_form_id"), ["form_id"], unique=False)
        batch_op.create_index(
            "uq_rescores_under_way",
            ["form_id"],
            unique=True,
            sqlite_where=sa.text("status = 'approved'"),
            postgresql_where=sa.text("status = 'approved'"),
        )

    op.create_table(
        "response_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_response_imports_administration_id")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_response_imports_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_imports")),
        sa.UniqueConstraint(
            "form_id", "administration_id", "sha256", name=op.f("uq_response_imports_form_id_administration_id_sha256")
        ),
    )
    op.create_table(
        "response_times",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("uploaded_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_response_times_administration_id")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_response_times_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_times")),
        sa.UniqueConstraint(
            "administration_id", "form_id", "sha256", name=op.f("uq_response_times_administration_id_form_id_sha256")
        ),
    )
    op.create_table(
        "score_releases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("conversion_number", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", columns.instant(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_score_releases_administration_id")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_score_releases_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_releases")),
    )
    with op.batch_alter_table("score_releases", schema=None) as batch_op:
        batch_op.create_index(
            "uq_score_releases_under_way",
            ["administration_id", "form_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('proposed', 'approved')"),
            postgresql_where=sa.text("status IN ('proposed', 'approved')"),
        )

    op.create_table(
        "sent_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", columns.instant(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("confirmation", sa.String(), nullable=True),
        sa.Column("confirmed_at", columns.instant(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["centre_files.id"], name=op.f("fk_sent_records_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_records")),
        sa.UniqueConstraint("vendor", "kind", "subject_id", name=op.f("uq_sent_records_vendor_kind_subject_id")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("starts_at", columns.instant(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.CheckConstraint("seats_taken >= 0 AND seats_taken <= seats", name=op.f("ck_sessions_seats")),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_sessions_administration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_administration_id"), ["administration_id"], unique=False)

    op.create_table(
        "stored_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("uploaded_at", columns.instant(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("removed_at", columns.instant(), nullable=True),
        sa.Column("removed_by", sa.String(), nullable=True),
        sa.CheckConstraint("(removed_at IS NULL) = (status = 'stored')", name=op.f("ck_stored_files_removed")),
        sa.CheckConstraint("size > 0", name=op.f("ck_stored_files_size")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_stored_files_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_files")),
        sa.UniqueConstraint("key", name=op.f("uq_stored_files_key")),
    )
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_files_candidate_id"), ["candidate_id"], unique=False)

    op.create_table(
        "watches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("watch_list_id", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("consent", columns.json_value(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("ended_at", columns.instant(), nullable=True),
        sa.ForeignKeyConstraint(["watch_list_id"], ["watch_lists.id"], name=op.f("fk_watches_watch_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
    )
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.create_index("ix_watches_number", ["number"], unique=False)
        batch_op.create_index("ix_watches_watch_list_id_id", ["watch_list_id", "id"], unique=False)
        batch_op.create_index(
            "uq_watches_watching",
            ["watch_list_id", "number"],
            unique=True,
            sqlite_where=sa.text("status = 'watching'"),
            postgresql_where=sa.text("status = 'watching'"),
        )

    op.create_table(
        "accommodations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_at", columns.instant(), nullable=False),
        sa.Column("extra_minutes", sa.Integer(), nullable=False),
        sa.Column("file_ids", columns.json_value(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", columns.instant(), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_accommodations_application_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_accommodations_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodations")),
    )
    with op.batch_alter_table("accommodations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accommodations_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_accommodations_candidate_id"), ["candidate_id"], unique=False)

    op.create_table(
        "analyses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("conversion_number", sa.Integer(), nullable=True),
        sa.Column("grouping_id", sa.Uuid(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("responses_sha256", sa.String(), nullable=False),
        sa.Column("settings", columns.json_value(), nullable=False),
        sa.Column("software", sa.String(), nullable=False),
        sa.Column("results", columns.json_value(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_analyses_administration_id")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_analyses_form_id")),
        sa.ForeignKeyConstraint(["grouping_id"], ["groupings.id"], name=op.f("fk_analyses_grouping_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analyses")),
        sa.UniqueConstraint(
            "form_id", "administration_id", "number", name=op.f("uq_analyses_form_id_administration_id_number")
        ),
    )
    op.create_table(
        "appeals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("grounds", sa.String(), nullable=False),
        sa.Column("filed_at", columns.instant(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("first_decided_by", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", columns.instant(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_appeals_application_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_appeals_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeals_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index("ix_appeals_status_due_on_id", ["status", "due_on", "id"], unique=False)
        batch_op.create_index(
            "uq_appeals_filed",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("status = 'filed'"),
            postgresql_where=sa.text("status = 'filed'"),
        )

    op.create_table(
        "authorizations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("attempt_number", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("findings", columns.json_value(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_authorizations_application_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_authorizations_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorizations")),
        sa.UniqueConstraint("number", name=op.f("uq_authorizations_number")),
    )
    with op.batch_alter_table("authorizations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authorizations_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_authorizations_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(
            "ix_authorizations_closes_on",
            ["closes_on"],
            unique=False,
            sqlite_where=sa.text("status = 'active'"),
            postgresql_where=sa.text("status = 'active'"),
        )
        batch_op.create_index(
            "uq_authorizations_active",
            ["candidate_id", "program"],
            unique=True,
            sqlite_where=sa.text("status = 'active'"),
            postgresql_where=sa.text("status = 'active'"),
        )

    op.create_table(
        "conversions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cut_raw", sa.Integer(), nullable=False),
        sa.Column("scaled", columns.json_value(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", columns.instant(), nullable=True),
        sa.Column("equated", columns.json_value(), nullable=False),
        sa.Column("equating_run_id", sa.Uuid(), nullable=True),
        sa.Column("base_cut", sa.Float(), nullable=True),
        sa.Column("base_max", sa.Integer(), nullable=True),
        sa.Column("by_lines", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["equating_run_id"], ["equating_runs.id"], name=op.f("fk_conversions_equating_run_id")),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_conversions_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversions")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_conversions_form_id_number")),
    )
    op.create_table(
        "determinations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("pathway", sa.String(), nullable=True),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.Column("facts", columns.json_value(), nullable=False),
        sa.Column("findings", columns.json_value(), nullable=False),
        sa.Column("decisions", columns.json_value(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", columns.instant(), nullable=False),
        sa.Column("on_appeal", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_determinations_application_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_determinations_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_determinations")),
    )
    with op.batch_alter_table("determinations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_determinations_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_determinations_candidate_id"), ["candidate_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("claim", columns.json_value(), nullable=False),
        sa.Column("file_ids", columns.json_value(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("judged_by", sa.String(), nullable=True),
        sa.Column("judged_at", columns.instant(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("added_at", columns.instant(), nullable=True),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_evidence_application_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_evidence_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_candidate_id"), ["candidate_id"], unique=False)

    op.create_table(
        "irregularity_screenings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("methods", columns.json_value(), nullable=False),
        sa.Column("holds_for", columns.json_value(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("dependent", sa.Boolean(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("times_id", sa.Uuid(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("software", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("inputs_sha256", sa.String(), nullable=True),
        sa.Column("figures", columns.json_value(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("finished_at", columns.instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_irregularity_screenings_administration_id")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_irregularity_screenings_form_id")),
        sa.ForeignKeyConstraint(["times_id"], ["response_times.id"], name=op.f("fk_irregularity_screenings_times_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_irregularity_screenings")),
    )
    with op.batch_alter_table("irregularity_screenings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_irregularity_screenings_administration_id"), ["administration_id"], unique=False
        )

    op.create_table(
        "item_enemies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("enemy_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.Column("declared_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(["enemy_id"], ["items.id"], name=op.f("fk_item_enemies_enemy_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_enemies_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_enemies")),
        sa.UniqueConstraint("item_id", "enemy_id", name=op.f("uq_item_enemies_item_id_enemy_id")),
    )
    with op.batch_alter_table("item_enemies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_enemies_enemy_id"), ["enemy_id"], unique=False)

    op.create_table(
        "item_exposures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("scored", sa.Boolean(), nullable=False),
        sa.Column("counted_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_item_exposures_administration_id")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_item_exposures_form_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_exposures_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_exposures")),
        sa.UniqueConstraint(
            "item_id", "form_id", "administration_id", name=op.f("uq_item_exposures_item_id_form_id_administration_id")
        ),
    )
    with op.batch_alter_table("item_exposures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_exposures_administration_id"), ["administration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_exposures_form_id"), ["form_id"], unique=False)

    op.create_table(
        "item_readings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("set_id", sa.Uuid(), nullable=True),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("read_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_readings_item_id")),
        sa.ForeignKeyConstraint(["set_id"], ["item_sets.id"], name=op.f("fk_item_readings_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_readings")),
    )
    with op.batch_alter_table("item_readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_readings_item_id"), ["item_id"], unique=False)
        batch_op.create_index("ix_item_readings_reader_read_on", ["reader", "read_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_readings_set_id"), ["set_id"], unique=False)

    op.create_table(
        "item_statistics",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("p", sa.Float(), nullable=True),
        sa.Column("point_biserial", sa.Float(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("options", columns.json_value(), nullable=False),
        sa.Column("omitted", sa.Integer(), nullable=False),
        sa.Column("not_reached", sa.Integer(), nullable=False),
        sa.Column("irt", columns.json_value(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_item_statistics_administration_id")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_item_statistics_form_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_statistics_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_statistics")),
        sa.UniqueConstraint(
            "item_id", "form_id", "administration_id", name=op.f("uq_item_statistics_item_id_form_id_administration_id")
        ),
    )
    with op.batch_alter_table("item_statistics", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_statistics_administration_id"), ["administration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_statistics_form_id"), ["form_id"], unique=False)

    op.create_table(
        "item_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("objective", sa.String(), nullable=True),
        sa.Column("content", columns.json_value(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_versions_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_versions")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_item_versions_item_id_number")),
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("charge_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("refunded_at", columns.instant(), nullable=False),
        sa.Column("refunded_by", sa.String(), nullable=False),
        sa.Column("provider_reference", sa.String(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refunds_amount")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_refunds_candidate_id")),
        sa.ForeignKeyConstraint(["charge_id"], ["charges.id"], name=op.f("fk_refunds_charge_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
    )
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refunds_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_refunds_charge_id"), ["charge_id"], unique=False)

    op.create_table(
        "centre_rows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("values", columns.json_value(), nullable=False),
        sa.Column("received_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("authorization_id", sa.Uuid(), nullable=True),
        sa.Column("candidate_id", sa.Uuid(), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("resolved_at", columns.instant(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["authorizations.id"], name=op.f("fk_centre_rows_authorization_id")
        ),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_centre_rows_candidate_id")),
        sa.ForeignKeyConstraint(["file_id"], ["centre_files.id"], name=op.f("fk_centre_rows_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_rows")),
        sa.UniqueConstraint("vendor", "kind", "digest", name=op.f("uq_centre_rows_vendor_kind_digest")),
    )
    with op.batch_alter_table("centre_rows", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_centre_rows_file_id"), ["file_id"], unique=False)
        batch_op.create_index(
            "ix_centre_rows_parked",
            ["id"],
            unique=False,
            sqlite_where=sa.text("status = 'parked'"),
            postgresql_where=sa.text("status = 'parked'"),
        )

    op.create_table(
        "registrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("authorization_id", sa.Uuid(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("booked_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reschedules", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("closed_at", columns.instant(), nullable=True),
        sa.Column("closed_reason", sa.String(), nullable=True),
        sa.Column("excused", sa.Boolean(), nullable=False),
        sa.Column("least_notice", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_registrations_administration_id")
        ),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["authorizations.id"], name=op.f("fk_registrations_authorization_id")
        ),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_registrations_candidate_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_registrations_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
        sa.UniqueConstraint("number", name=op.f("uq_registrations_number")),
    )
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registrations_administration_id"), ["administration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registrations_authorization_id"), ["authorization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registrations_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registrations_session_id"), ["session_id"], unique=False)
        batch_op.create_index(
            "uq_registrations_booked",
            ["authorization_id"],
            unique=True,
            sqlite_where=sa.text("status = 'booked'"),
            postgresql_where=sa.text("status = 'booked'"),
        )

    op.create_table(
        "standard_settings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("borderline", sa.String(), nullable=False),
        sa.Column("rounding", sa.String(), nullable=False),
        sa.Column("judges", columns.json_value(), nullable=False),
        sa.Column("panel", sa.String(), nullable=False),
        sa.Column("items", columns.json_value(), nullable=False),
        sa.Column("booklet", columns.json_value(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("centre", sa.String(), nullable=True),
        sa.Column("scale", sa.String(), nullable=False),
        sa.Column("analysis_id", sa.Uuid(), nullable=True),
        sa.Column("counts", columns.json_value(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("rounds", columns.json_value(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("result", columns.json_value(), nullable=False),
        sa.Column("cut", sa.Float(), nullable=True),
        sa.Column("cut_error", sa.Float(), nullable=True),
        sa.Column("cut_raw", sa.Integer(), nullable=True),
        sa.Column("conversion_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at", columns.instant(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("closed_at", columns.instant(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", columns.instant(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["analysis_id"], ["analyses.id"], name=op.f("fk_standard_settings_analysis_id")),
        sa.ForeignKeyConstraint(["conversion_id"], ["conversions.id"], name=op.f("fk_standard_settings_conversion_id")),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_standard_settings_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_settings")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_standard_settings_form_id_number")),
    )
    op.create_table(
        "statistics_sheets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Uuid(), nullable=False),
        sa.Column("equating_run_id", sa.Uuid(), nullable=True),
        sa.Column("content", columns.json_value(), nullable=False),
        sa.Column("csv_file", sa.String(), nullable=False),
        sa.Column("csv_sha256", sa.String(), nullable=False),
        sa.Column("pdf_file", sa.String(), nullable=False),
        sa.Column("pdf_sha256", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_statistics_sheets_administration_id")
        ),
        sa.ForeignKeyConstraint(["analysis_id"], ["analyses.id"], name=op.f("fk_statistics_sheets_analysis_id")),
        sa.ForeignKeyConstraint(
            ["equating_run_id"], ["equating_runs.id"], name=op.f("fk_statistics_sheets_equating_run_id")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_statistics_sheets_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_sheets")),
        sa.UniqueConstraint(
            "form_id", "administration_id", "number", name=op.f("uq_statistics_sheets_form_id_administration_id_number")
        ),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("authorization_id", sa.Uuid(), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("responses", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=True),
        sa.Column("conversion_number", sa.Integer(), nullable=True),
        sa.Column("raw", sa.Integer(), nullable=True),
        sa.Column("scaled", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("domain_raw", columns.json_value(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=True),
        sa.Column("released_at", columns.instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_attempts_administration_id")
        ),
        sa.ForeignKeyConstraint(["authorization_id"], ["authorizations.id"], name=op.f("fk_attempts_authorization_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_attempts_candidate_id")),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_attempts_form_id")),
        sa.ForeignKeyConstraint(["import_id"], ["response_imports.id"], name=op.f("fk_attempts_import_id")),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"], name=op.f("fk_attempts_registration_id")),
        sa.ForeignKeyConstraint(["release_id"], ["score_releases.id"], name=op.f("fk_attempts_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint(
            "candidate_id",
            "form_id",
            "administration_id",
            name=op.f("uq_attempts_candidate_id_form_id_administration_id"),
        ),
    )
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_attempts_administration_id_form_id", ["administration_id", "form_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_attempts_release_id"), ["release_id"], unique=False)

    op.create_table(
        "judge_ratings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("judge", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("values", columns.json_value(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["standard_settings.id"], name=op.f("fk_judge_ratings_study_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge_ratings")),
        sa.UniqueConstraint("study_id", "round", "judge", name=op.f("uq_judge_ratings_study_id_round_judge")),
    )
    op.create_table(
        "attempt_results",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=True),
        sa.Column("conversion_number", sa.Integer(), nullable=True),
        sa.Column("raw", sa.Integer(), nullable=False),
        sa.Column("scaled", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("domain_raw", columns.json_value(), nullable=False),
        sa.Column("released_at", columns.instant(), nullable=True),
        sa.Column("replaced_at", columns.instant(), nullable=False),
        sa.Column("rescore_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_attempt_results_attempt_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_attempt_results_candidate_id")),
        sa.ForeignKeyConstraint(["rescore_id"], ["rescores.id"], name=op.f("fk_attempt_results_rescore_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_results")),
        sa.UniqueConstraint("attempt_id", "number", name=op.f("uq_attempt_results_attempt_id_number")),
        sa.UniqueConstraint("attempt_id", "rescore_id", name=op.f("uq_attempt_results_attempt_id_rescore_id")),
    )
    op.create_table(
        "credentials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_reason", sa.String(), nullable=True),
        sa.Column("status_since", columns.instant(), nullable=True),
        sa.Column("created_at", columns.instant(), nullable=True),
        sa.Column("search_name", columns.search_text(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_credentials_application_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_credentials_attempt_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_credentials_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_credentials_attempt_id")),
        sa.UniqueConstraint("number", name=op.f("uq_credentials_number")),
    )
    with op.batch_alter_table("credentials", schema=None) as batch_op:
        batch_op.create_index("ix_credentials_candidate_id", ["candidate_id"], unique=False)
        batch_op.create_index(
            "ix_credentials_expiring",
            ["edition", "valid_until"],
            unique=False,
            sqlite_where=sa.text("status = 'active'"),
            postgresql_where=sa.text("status = 'active'"),
        )
        batch_op.create_index(
            "ix_credentials_lapsing",
            ["edition", "valid_until"],
            unique=False,
            sqlite_where=sa.text("status = 'expired'"),
            postgresql_where=sa.text("status = 'expired'"),
        )
        batch_op.create_index("ix_credentials_search_name_id", ["search_name", "id"], unique=False)

    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("placed_at", columns.instant(), nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_at", columns.instant(), nullable=True),
        sa.Column("lifted_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_holds_attempt_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_holds_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_holds_attempt_id"), ["attempt_id"], unique=False)

    op.create_table(
        "irregularity_flags",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Uuid(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("other_attempt_id", sa.Uuid(), nullable=True),
        sa.Column("other_candidate_id", sa.Uuid(), nullable=True),
        sa.Column("statistic", sa.Float(), nullable=False),
        sa.Column("p", sa.Float(), nullable=False),
        sa.Column("adjusted", sa.Float(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("evidence", columns.json_value(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_irregularity_flags_administration_id")
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_irregularity_flags_attempt_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_irregularity_flags_candidate_id")),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_irregularity_flags_form_id")),
        sa.ForeignKeyConstraint(
            ["other_attempt_id"], ["attempts.id"], name=op.f("fk_irregularity_flags_other_attempt_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_candidate_id"], ["candidates.id"], name=op.f("fk_irregularity_flags_other_candidate_id")
        ),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["irregularity_screenings.id"], name=op.f("fk_irregularity_flags_screening_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_irregularity_flags")),
    )
    with op.batch_alter_table("irregularity_flags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_irregularity_flags_attempt_id"), ["attempt_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_irregularity_flags_screening_id"), ["screening_id"], unique=False)

    op.create_table(
        "rescore_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rescore_id", sa.Uuid(), nullable=False),
        sa.Column("list_number", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_version", sa.Integer(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("old_key_number", sa.Integer(), nullable=True),
        sa.Column("old_conversion_number", sa.Integer(), nullable=True),
        sa.Column("old", columns.json_value(), nullable=False),
        sa.Column("new", columns.json_value(), nullable=False),
        sa.Column("consequences", columns.json_value(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("carried_at", columns.instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_rescore_entries_administration_id")
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_rescore_entries_attempt_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_rescore_entries_candidate_id")),
        sa.ForeignKeyConstraint(["rescore_id"], ["rescores.id"], name=op.f("fk_rescore_entries_rescore_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescore_entries")),
        sa.UniqueConstraint(
            "rescore_id", "list_number", "attempt_id", name=op.f("uq_rescore_entries_rescore_id_list_number_attempt_id")
        ),
    )
    with op.batch_alter_table("rescore_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rescore_entries_attempt_id"), ["attempt_id"], unique=False)
        batch_op.create_index(
            "ix_rescore_entries_rescore_id_list_number", ["rescore_id", "list_number", "id"], unique=False
        )

    op.create_table(
        "awards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.Column("findings", columns.json_value(), nullable=False),
        sa.Column("facts", columns.json_value(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("resolved_at", columns.instant(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_awards_application_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_awards_attempt_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_awards_candidate_id")),
        sa.ForeignKeyConstraint(["credential_id"], ["credentials.id"], name=op.f("fk_awards_credential_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_awards_attempt_id")),
    )
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_awards_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_awards_status"), ["status"], unique=False)

    op.create_table(
        "badges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("facts", columns.json_value(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("issued_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_badges_candidate_id")),
        sa.ForeignKeyConstraint(["credential_id"], ["credentials.id"], name=op.f("fk_badges_credential_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badges")),
        sa.UniqueConstraint("credential_id", "number", name=op.f("uq_badges_credential_id_number")),
    )
    with op.batch_alter_table("badges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_badges_key_id"), ["key_id"], unique=False)

    op.create_table(
        "cycles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("extended_until", sa.Date(), nullable=True),
        sa.Column("extension_reason", sa.String(), nullable=True),
        sa.Column("extensions", columns.json_value(), nullable=False),
        sa.Column("audited", sa.Boolean(), nullable=False),
        sa.Column("audit_cleared_at", columns.instant(), nullable=True),
        sa.Column("audit_cleared_by", sa.String(), nullable=True),
        sa.Column("renewed_on", sa.Date(), nullable=True),
        sa.Column("reminders", columns.json_value(), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_cycles_candidate_id")),
        sa.ForeignKeyConstraint(["credential_id"], ["credentials.id"], name=op.f("fk_cycles_credential_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles")),
        sa.UniqueConstraint("credential_id", "number", name=op.f("uq_cycles_credential_id_number")),
    )
    with op.batch_alter_table("cycles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cycles_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(
            "ix_cycles_remind_on",
            ["remind_on"],
            unique=False,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )
        batch_op.create_index(
            "uq_cycles_open",
            ["credential_id"],
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "irregularity_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("methods", columns.json_value(), nullable=False),
        sa.Column("flag_ids", columns.json_value(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", columns.instant(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_irregularity_reviews_administration_id")
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_irregularity_reviews_attempt_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_irregularity_reviews_candidate_id")),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_irregularity_reviews_form_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_irregularity_reviews_hold_id")),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["irregularity_screenings.id"], name=op.f("fk_irregularity_reviews_screening_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_irregularity_reviews")),
        sa.UniqueConstraint("screening_id", "attempt_id", name=op.f("uq_irregularity_reviews_screening_id_attempt_id")),
    )
    with op.batch_alter_table("irregularity_reviews", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_irregularity_reviews_attempt_id"), ["attempt_id"], unique=False)

    op.create_table(
        "standing_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("at", columns.instant(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_standing_changes_candidate_id")),
        sa.ForeignKeyConstraint(["credential_id"], ["credentials.id"], name=op.f("fk_standing_changes_credential_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_changes")),
        sa.UniqueConstraint("credential_id", "number", name=op.f("uq_standing_changes_credential_id_number")),
    )
    op.create_table(
        "status_places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_status_places_candidate_id")),
        sa.ForeignKeyConstraint(["credential_id"], ["credentials.id"], name=op.f("fk_status_places_credential_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_places")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_status_places_credential_id")),
        sa.UniqueConstraint("shard", "place", name=op.f("uq_status_places_shard_place")),
    )
    op.create_table(
        "wallet_offers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("code_digest", sa.String(), nullable=False),
        sa.Column("pin_digest", sa.String(), nullable=False),
        sa.Column("expires_at", columns.instant(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("wrong_pins", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(), nullable=True),
        sa.Column("token_expires_at", columns.instant(), nullable=True),
        sa.Column("notification_ids", columns.json_value(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("fetched_at", columns.instant(), nullable=True),
        sa.Column("told", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_wallet_offers_candidate_id")),
        sa.ForeignKeyConstraint(["credential_id"], ["credentials.id"], name=op.f("fk_wallet_offers_credential_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_offers")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_wallet_offers_code_digest")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_wallet_offers_token_digest")),
    )
    with op.batch_alter_table("wallet_offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wallet_offers_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_wallet_offers_credential_id"), ["credential_id"], unique=False)

    op.create_table(
        "activities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", columns.instant(), nullable=False),
        sa.Column("uan", sa.String(), nullable=True),
        sa.Column("uan_stem", sa.String(), nullable=True),
        sa.Column("file_ids", columns.json_value(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=True),
        sa.Column("judged_by", sa.String(), nullable=True),
        sa.Column("judged_at", columns.instant(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_activities_minutes")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_activities_candidate_id")),
        sa.ForeignKeyConstraint(["credential_id"], ["credentials.id"], name=op.f("fk_activities_credential_id")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_activities_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
    )
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.create_index(
            "ix_activities_claimed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("status = 'claimed'"),
            postgresql_where=sa.text("status = 'claimed'"),
        )
        batch_op.create_index(
            "ix_activities_claimed_stem",
            ["uan_stem"],
            unique=False,
            sqlite_where=sa.text("status = 'claimed'"),
            postgresql_where=sa.text("status = 'claimed'"),
        )
        batch_op.create_index(batch_op.f("ix_activities_credential_id"), ["credential_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_activities_cycle_id"), ["cycle_id"], unique=False)

    op.create_table(
        "watch_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("watch_list_id", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("watch_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("occurred_at", columns.instant(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["standing_changes.id"], name=op.f("fk_watch_events_change_id")),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], name=op.f("fk_watch_events_watch_id")),
        sa.ForeignKeyConstraint(["watch_list_id"], ["watch_lists.id"], name=op.f("fk_watch_events_watch_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_events")),
        sa.UniqueConstraint("partner", "sequence", name=op.f("uq_watch_events_partner_sequence")),
        sa.UniqueConstraint("watch_id", "change_id", name=op.f("uq_watch_events_watch_id_change_id")),
    )
    with op.batch_alter_table("watch_events", schema=None) as batch_op:
        batch_op.create_index(
            "ix_watch_events_unnumbered",
            ["watch_list_id", "id"],
            unique=False,
            sqlite_where=sa.text("sequence IS NULL"),
            postgresql_where=sa.text("sequence IS NULL"),
        )

    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("from_sequence", sa.Integer(), nullable=True),
        sa.Column("to_sequence", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", columns.instant(), nullable=True),
        sa.Column("delivered_at", columns.instant(), nullable=True),
        sa.Column("last_code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoints.id"], name=op.f("fk_webhook_deliveries_endpoint_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["watch_events.id"], name=op.f("fk_webhook_deliveries_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_webhook_deliveries_created_at", ["created_at"], unique=False)
        batch_op.create_index(
            "ix_webhook_deliveries_dead",
            ["endpoint_id", "created_at"],
            unique=False,
            sqlite_where=sa.text("status = 'failed'"),
            postgresql_where=sa.text("status = 'failed'"),
        )
        batch_op.create_index(
            "ix_webhook_deliveries_due",
            ["next_try_at"],
            unique=False,
            sqlite_where=sa.text("status = 'queued'"),
            postgresql_where=sa.text("status = 'queued'"),
        )
        batch_op.create_index("ix_webhook_deliveries_endpoint_id_id", ["endpoint_id", "id"], unique=False)
        batch_op.create_index("ix_webhook_deliveries_partner_id", ["partner", "id"], unique=False)

    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", columns.instant(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["webhook_deliveries.id"], name=op.f("fk_webhook_attempts_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempts")),
        sa.UniqueConstraint("delivery_id", "number", name=op.f("uq_webhook_attempts_delivery_id_number")),
    )
    for statement in guards.statements(op.get_context().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("webhook_attempts")
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_webhook_deliveries_partner_id")
        batch_op.drop_index("ix_webhook_deliveries_endpoint_id_id")
        batch_op.drop_index(
            "ix_webhook_deliveries_due",
            sqlite_where=sa.text("status = 'queued'"),
            postgresql_where=sa.text("status = 'queued'"),
        )
        batch_op.drop_index(
            "ix_webhook_deliveries_dead",
            sqlite_where=sa.text("status = 'failed'"),
            postgresql_where=sa.text("status = 'failed'"),
        )
        batch_op.drop_index("ix_webhook_deliveries_created_at")

    op.drop_table("webhook_deliveries")
    with op.batch_alter_table("watch_events", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_watch_events_unnumbered",
            sqlite_where=sa.text("sequence IS NULL"),
            postgresql_where=sa.text("sequence IS NULL"),
        )

    op.drop_table("watch_events")
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activities_cycle_id"))
        batch_op.drop_index(batch_op.f("ix_activities_credential_id"))
        batch_op.drop_index(
            "ix_activities_claimed_stem",
            sqlite_where=sa.text("status = 'claimed'"),
            postgresql_where=sa.text("status = 'claimed'"),
        )
        batch_op.drop_index(
            "ix_activities_claimed",
            sqlite_where=sa.text("status = 'claimed'"),
            postgresql_where=sa.text("status = 'claimed'"),
        )

    op.drop_table("activities")
    with op.batch_alter_table("wallet_offers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wallet_offers_credential_id"))
        batch_op.drop_index(batch_op.f("ix_wallet_offers_candidate_id"))

    op.drop_table("wallet_offers")
    op.drop_table("status_places")
    op.drop_table("standing_changes")
    with op.batch_alter_table("irregularity_reviews", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_irregularity_reviews_attempt_id"))

    op.drop_table("irregularity_reviews")
    with op.batch_alter_table("cycles", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_cycles_open", sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'")
        )
        batch_op.drop_index(
            "ix_cycles_remind_on", sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_cycles_candidate_id"))

    op.drop_table("cycles")
    with op.batch_alter_table("badges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_badges_key_id"))

    op.drop_table("badges")
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_awards_status"))
        batch_op.drop_index(batch_op.f("ix_awards_candidate_id"))

    op.drop_table("awards")
    with op.batch_alter_table("rescore_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_rescore_entries_rescore_id_list_number")
        batch_op.drop_index(batch_op.f("ix_rescore_entries_attempt_id"))

    op.drop_table("rescore_entries")
    with op.batch_alter_table("irregularity_flags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_irregularity_flags_screening_id"))
        batch_op.drop_index(batch_op.f("ix_irregularity_flags_attempt_id"))

    op.drop_table("irregularity_flags")
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_holds_attempt_id"))

    op.drop_table("holds")
    with op.batch_alter_table("credentials", schema=None) as batch_op:
        batch_op.drop_index("ix_credentials_search_name_id")
        batch_op.drop_index(
            "ix_credentials_lapsing",
            sqlite_where=sa.text("status = 'expired'"),
            postgresql_where=sa.text("status = 'expired'"),
        )
        batch_op.drop_index(
            "ix_credentials_expiring",
            sqlite_where=sa.text("status = 'active'"),
            postgresql_where=sa.text("status = 'active'"),
        )
        batch_op.drop_index("ix_credentials_candidate_id")

    op.drop_table("credentials")
    op.drop_table("attempt_results")
    op.drop_table("judge_ratings")
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempts_release_id"))
        batch_op.drop_index("ix_attempts_administration_id_form_id")

    op.drop_table("attempts")
    op.drop_table("statistics_sheets")
    op.drop_table("standard_settings")
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_registrations_booked",
            sqlite_where=sa.text("status = 'booked'"),
            postgresql_where=sa.text("status = 'booked'"),
        )
        batch_op.drop_index(batch_op.f("ix_registrations_session_id"))
        batch_op.drop_index(batch_op.f("ix_registrations_candidate_id"))
        batch_op.drop_index(batch_op.f("ix_registrations_authorization_id"))
        batch_op.drop_index(batch_op.f("ix_registrations_administration_id"))

    op.drop_table("registrations")
    with op.batch_alter_table("centre_rows", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_centre_rows_parked",
            sqlite_where=sa.text("status = 'parked'"),
            postgresql_where=sa.text("status = 'parked'"),
        )
        batch_op.drop_index(batch_op.f("ix_centre_rows_file_id"))

    op.drop_table("centre_rows")
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refunds_charge_id"))
        batch_op.drop_index(batch_op.f("ix_refunds_candidate_id"))

    op.drop_table("refunds")
    op.drop_table("item_versions")
    with op.batch_alter_table("item_statistics", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_statistics_form_id"))
        batch_op.drop_index(batch_op.f("ix_item_statistics_administration_id"))

    op.drop_table("item_statistics")
    with op.batch_alter_table("item_readings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_readings_set_id"))
        batch_op.drop_index("ix_item_readings_reader_read_on")
        batch_op.drop_index(batch_op.f("ix_item_readings_item_id"))

    op.drop_table("item_readings")
    with op.batch_alter_table("item_exposures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_exposures_form_id"))
        batch_op.drop_index(batch_op.f("ix_item_exposures_administration_id"))

    op.drop_table("item_exposures")
    with op.batch_alter_table("item_enemies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_enemies_enemy_id"))

    op.drop_table("item_enemies")
    with op.batch_alter_table("irregularity_screenings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_irregularity_screenings_administration_id"))

    op.drop_table("irregularity_screenings")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_candidate_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_application_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("determinations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_determinations_candidate_id"))
        batch_op.drop_index(batch_op.f("ix_determinations_application_id"))

    op.drop_table("determinations")
    op.drop_table("conversions")
    with op.batch_alter_table("authorizations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_authorizations_active",
            sqlite_where=sa.text("status = 'active'"),
            postgresql_where=sa.text("status = 'active'"),
        )
        batch_op.drop_index(
            "ix_authorizations_closes_on",
            sqlite_where=sa.text("status = 'active'"),
            postgresql_where=sa.text("status = 'active'"),
        )
        batch_op.drop_index(batch_op.f("ix_authorizations_candidate_id"))
        batch_op.drop_index(batch_op.f("ix_authorizations_application_id"))

    op.drop_table("authorizations")
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_appeals_filed", sqlite_where=sa.text("status = 'filed'"), postgresql_where=sa.text("status = 'filed'")
        )
        batch_op.drop_index("ix_appeals_status_due_on_id")
        batch_op.drop_index(batch_op.f("ix_appeals_candidate_id"))

    op.drop_table("appeals")
    op.drop_table("analyses")
    with op.batch_alter_table("accommodations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accommodations_candidate_id"))
        batch_op.drop_index(batch_op.f("ix_accommodations_application_id"))

    op.drop_table("accommodations")
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_watches_watching",
            sqlite_where=sa.text("status = 'watching'"),
            postgresql_where=sa.text("status = 'watching'"),
        )
        batch_op.drop_index("ix_watches_watch_list_id_id")
        batch_op.drop_index("ix_watches_number")

    op.drop_table("watches")
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_files_candidate_id"))

    op.drop_table("stored_files")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_administration_id"))

    op.drop_table("sessions")
    op.drop_table("sent_records")
    with op.batch_alter_table("score_releases", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_score_releases_under_way",
            sqlite_where=sa.text("status IN ('proposed', 'approved')"),
            postgresql_where=sa.text("status IN ('proposed', 'approved')"),
        )

    op.drop_table("score_releases")
    op.drop_table("response_times")
    op.drop_table("response_imports")
    with op.batch_alter_table("rescores", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_rescores_under_way",
            sqlite_where=sa.text("status = 'approved'"),
            postgresql_where=sa.text("status = 'approved'"),
        )
        batch_op.drop_index(batch_op.f("ix_rescores_form_id"))

    op.drop_table("rescores")
    with op.batch_alter_table("practice_exams", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_practice_exams_under_way",
            sqlite_where=sa.text("status = 'in_progress'"),
            postgresql_where=sa.text("status = 'in_progress'"),
        )
        batch_op.drop_index("ix_practice_exams_candidate_id_started_at")

    op.drop_table("practice_exams")
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payments_candidate_id"))

    op.drop_table("payments")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notices_status"))
        batch_op.drop_index(batch_op.f("ix_notices_candidate_id"))

    op.drop_table("notices")
    with op.batch_alter_table("licences", schema=None) as batch_op:
        batch_op.drop_index("uq_licences_one")

    op.drop_table("licences")
    op.drop_table("job_outcomes")
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.drop_index("ix_items_search_code_id")
        batch_op.drop_index("ix_items_exam_code_status_domain")

    op.drop_table("items")
    op.drop_table("item_set_versions")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitations_candidate_id"))

    op.drop_table("invitations")
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_identities_subject",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_identities_candidate_id",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_identities_subject"))
        batch_op.drop_index(batch_op.f("ix_identities_candidate_id"))

    op.drop_table("identities")
    op.drop_table("hosted_badges")
    op.drop_table("holder_profiles")
    with op.batch_alter_table("groupings", schema=None) as batch_op:
        batch_op.drop_index("ix_groupings_form_id_administration_id")

    op.drop_table("groupings")
    op.drop_table("form_keys")
    op.drop_table("equating_runs")
    with op.batch_alter_table("educations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_educations_candidate_id"))

    op.drop_table("educations")
    with op.batch_alter_table("conflicts_of_interest", schema=None) as batch_op:
        batch_op.drop_index("uq_conflicts_of_interest_one")
        batch_op.drop_index(batch_op.f("ix_conflicts_of_interest_candidate_id"))

    op.drop_table("conflicts_of_interest")
    with op.batch_alter_table("charges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_charges_candidate_id"))

    op.drop_table("charges")
    with op.batch_alter_table("assemblies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assemblies_created_at"))

    op.drop_table("assemblies")
    with op.batch_alter_table("applications", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_applications_under_way",
            sqlite_where=sa.text("status IN ('draft', 'submitted', 'in_review', 'returned')"),
            postgresql_where=sa.text("status IN ('draft', 'submitted', 'in_review', 'returned')"),
        )
        batch_op.drop_index("ix_applications_submitted_at_id")
        batch_op.drop_index("ix_applications_status_submitted_at_id")
        batch_op.drop_index("ix_applications_status_search_name_id")
        batch_op.drop_index("ix_applications_status_id")
        batch_op.drop_index("ix_applications_search_name_id")
        batch_op.drop_index(
            "ix_applications_reviewer_id",
            sqlite_where=sa.text("reviewer IS NOT NULL"),
            postgresql_where=sa.text("reviewer IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_applications_edition_status_id",
            sqlite_where=sa.text("status IN ('draft', 'submitted', 'in_review', 'returned')"),
            postgresql_where=sa.text("status IN ('draft', 'submitted', 'in_review', 'returned')"),
        )
        batch_op.drop_index(
            "ix_applications_due_on",
            sqlite_where=sa.text("due_on IS NOT NULL"),
            postgresql_where=sa.text("due_on IS NOT NULL"),
        )
        batch_op.drop_index("ix_applications_candidate_id")

    op.drop_table("applications")
    with op.batch_alter_table("webhook_endpoints", schema=None) as batch_op:
        batch_op.drop_index("ix_webhook_endpoints_partner_id")

    op.drop_table("webhook_endpoints")
    op.drop_table("watch_lists")
    op.drop_table("watch_feeds")
    with op.batch_alter_table("wallet_nonces", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wallet_nonces_used_at"))

    op.drop_table("wallet_nonces")
    op.drop_table("status_lists")
    with op.batch_alter_table("role_grants", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_role_grants_standing",
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.drop_table("role_grants")
    op.drop_table("registry")
    op.drop_table("recognised_providers")
    op.drop_table("policy_editions")
    with op.batch_alter_table("kept_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_answers_kept_until"))

    op.drop_table("kept_answers")
    op.drop_table("journal_leaves")
    op.drop_table("journal_checkpoints")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_subject_id"))

    op.drop_table("journal")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jobs_status"))
        batch_op.drop_index(batch_op.f("ix_jobs_kind"))

    op.drop_table("jobs")
    op.drop_table("job_executors")
    op.drop_table("item_sets")
    with op.batch_alter_table("item_exports", schema=None) as batch_op:
        batch_op.drop_index("ix_item_exports_status_expires_at")

    op.drop_table("item_exports")
    op.drop_table("forms")
    with op.batch_alter_table("centre_files", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_centre_files_received", sqlite_where=sa.text("way = 'in'"), postgresql_where=sa.text("way = 'in'")
        )

    op.drop_table("centre_files")
    with op.batch_alter_table("candidates", schema=None) as batch_op:
        batch_op.drop_index("ix_candidates_search_name_id")
        batch_op.drop_index(batch_op.f("ix_candidates_email"))

    op.drop_table("candidates")
    with op.batch_alter_table("audit_draws", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_draws_program"))

    op.drop_table("audit_draws")
    op.drop_table("approved_activities")
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_keys_organisation"))

    op.drop_table("api_keys")
    op.drop_table("administrations")
    if op.get_context().dialect.name == "postgresql":
        op.execute(guards.DROP_FUNCTION)
