"""The kinds of long work, and under which action of the table of rights each is begun."""

LONG_WORK: dict[str, str] = {
    "policy.compare": "policy.publish",
    "scores.import": "form.import_responses",
    "scores.score": "form.score",
    "scores.release": "score_release.approve",
    "analyses.analyse": "analysis.request",
    "analyses.equate": "equating_run.request",
    "analyses.make_sheet": "statistics_sheet.request",
    "assembly.search": "assembly.request",
    "test_centres.export": "centre_file.export",
    "test_centres.receive": "centre_file.receive",
    "irregularities.screen": "irregularity.screen",
    "rescores.list": "rescore.relist",
    "rescores.carry_out": "rescore.approve",
    "items.export": "item_export.approve",
}
"""The action under which each kind of long work was begun, for those who stop it or take it up again."""
