"""What keeps the journal and the flags append-only, word for word as the first revision set it.

The audit compares the text of the journal's.
"""

_STATEMENTS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        (
            "CREATE TRIGGER journal_refuses_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the "
            "journal is append-only'); END"
        ),
        (
            "CREATE TRIGGER journal_refuses_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the "
            "journal is append-only'); END"
        ),
        (
            "CREATE TRIGGER journal_refuses_replace BEFORE INSERT ON journal WHEN EXISTS (SELECT 1 FROM journal "
            "WHERE seq = NEW.seq OR id = NEW.id) BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        ),
        (
            "CREATE TRIGGER journal_leaves_refuses_update BEFORE UPDATE ON journal_leaves BEGIN SELECT "
            "RAISE(ABORT, 'the journal is append-only'); END"
        ),
        (
            "CREATE TRIGGER journal_leaves_refuses_delete BEFORE DELETE ON journal_leaves BEGIN SELECT "
            "RAISE(ABORT, 'the journal is append-only'); END"
        ),
        (
            "CREATE TRIGGER journal_leaves_refuses_replace BEFORE INSERT ON journal_leaves WHEN EXISTS (SELECT 1 "
            "FROM journal_leaves WHERE leaf_index = NEW.leaf_index OR seq = NEW.seq) BEGIN SELECT RAISE(ABORT, "
            "'the journal is append-only'); END"
        ),
        (
            "CREATE TRIGGER journal_checkpoints_refuses_update BEFORE UPDATE ON journal_checkpoints BEGIN SELECT "
            "RAISE(ABORT, 'the journal is append-only'); END"
        ),
        (
            "CREATE TRIGGER journal_checkpoints_refuses_delete BEFORE DELETE ON journal_checkpoints BEGIN SELECT "
            "RAISE(ABORT, 'the journal is append-only'); END"
        ),
        (
            "CREATE TRIGGER journal_checkpoints_refuses_replace BEFORE INSERT ON journal_checkpoints WHEN EXISTS "
            "(SELECT 1 FROM journal_checkpoints WHERE size = NEW.size) BEGIN SELECT RAISE(ABORT, 'the journal is "
            "append-only'); END"
        ),
        (
            "CREATE TRIGGER irregularity_flags_refuses_update BEFORE UPDATE ON irregularity_flags BEGIN SELECT "
            "RAISE(ABORT, 'flags are append-only'); END"
        ),
        (
            "CREATE TRIGGER irregularity_flags_refuses_delete BEFORE DELETE ON irregularity_flags BEGIN SELECT "
            "RAISE(ABORT, 'flags are append-only'); END"
        ),
        (
            "CREATE TRIGGER irregularity_flags_refuses_replace BEFORE INSERT ON irregularity_flags WHEN EXISTS "
            "(SELECT 1 FROM irregularity_flags WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'flags are "
            "append-only'); END"
        ),
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'restrict_violation';
END
$body$""",
        (
            "CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal FOR EACH STATEMENT"
            " EXECUTE FUNCTION journal_is_append_only()"
        ),
        (
            "CREATE TRIGGER journal_leaves_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_leaves FOR "
            "EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
        ),
        (
            "CREATE TRIGGER journal_checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "
            "journal_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
        ),
        """CREATE OR REPLACE FUNCTION flags_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'flags are append-only' USING ERRCODE = 'restrict_violation';
END
$body$""",
        (
            "CREATE TRIGGER irregularity_flags_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON irregularity_flags "
            "FOR EACH STATEMENT EXECUTE FUNCTION flags_are_append_only()"
        ),
    ),
}
DROP_FUNCTION = "DROP FUNCTION IF EXISTS journal_is_append_only(), flags_are_append_only()"


def statements(dialect: str) -> tuple[str, ...]:
    """Every statement that guards a table, in order, for `sqlite` or `postgresql`."""
    return _STATEMENTS[dialect]
