"""Checks of doctor that show no requirement by themselves. A test wants each check in a row or here, never both."""

OF_NO_REQUIREMENT = frozenset(
    {
        "admin",  # that whom the settings name can ask
        "disk_space",  # that the till goes on selling
        "engine",  # that it runs
        "engine_journal",  # its journal can be written: it sells
        "engine_processor",  # cards are taken
        "engine_reader",  # the same
        "init_on_free",  # a note about the kernel
        "journal_months",  # a clock that was wrong: what is kept is kept longer
        "look",  # a look that failed: it counts for each check of that look
        "operators_file",  # of the version before, until somebody logs in
        "pinned_authority",  # a fingerprint to compare, in the list of all findings
        "pinned_root",  # the same
        "refund_rule",  # money, not cards
        "reader_approval",  # a note about what readers are for
        "reader_driver",  # a name in the settings
        "reader_sealing",  # who seals, which decides the scope: a note, for the acquirer to judge
        "virtual_machine",  # what the machine is, for the acquirer to judge
        "version",  # told in the head of the report
    }
)
