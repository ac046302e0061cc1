"""Findings and reports of no till."""

from datetime import date

from pos_bridge.checkup.finding import Finding, Weight
from pos_bridge.evidence.beyond import Beyond
from pos_bridge.evidence.report import Report
from pos_bridge.evidence.requirement import Requirement, Standard, judge
from pos_bridge.evidence.seal import Signer
from pos_bridge.words import Words, same

NASTY = "<script>alert(1)</script> & \"x\" 'y' \u202e\x00\x1b[31m </td></table> {path} \udc80"


def found(check: str, weight: Weight = Weight.GOOD, words: Words | None = None, **values: str) -> Finding:
    return Finding(check, weight, words or Words(f"constat de {check}", f"finding of {check}"), tuple(values.items()))


def wanted(number: str, *checks: str, standard: Standard = Standard.PCI, **more: object) -> Requirement:
    asked = Words(f"ce que {number} regarde", f"what {number} looks at")
    commands = (same(f"look {number}"), same("ls -l '/tmp/<here>'"))
    return Requirement(standard, number, asked, checks, commands, **more)  # type: ignore[arg-type]  # fields of it


def report(*findings: Finding, poiid: str = "P400-123456789", signer: Signer | None = None) -> Report:
    """Of four rows, each in another state if nothing is said."""
    seen = {each.check: (each,) for each in findings}
    rows = (
        judge(wanted("3.3.1", "alpha", shop=Words("le papier", "paper")), seen),
        judge(wanted("10.3.4", "alpha", "beta"), seen),
        judge(wanted("11.5.2", "gamma"), seen),
        judge(wanted("23", "delta", standard=Standard.LAW_25, spoilt_by=("epsilon",)), seen),
    )
    beyond = (
        Beyond(Standard.PCI, "9", Words("Les portes <du magasin>.", "The <shop's> doors.")),
        Beyond(Standard.LAW_25, "3.1", Words("Qui est responsable.", "Who is in charge.")),
    )
    return Report(7, poiid, date(2026, 11, 23), "1.2.3", "ab" * 32, signer, findings, rows, beyond)


USUAL = (
    found("alpha"),
    found("beta", Weight.MEND, Words("{path} est ouvert.", "{path} is open."), path="/etc/<x> & 'y'"),
    found("gamma", Weight.NOTE, Words("Rien à comparer.", "Nothing to compare.")),
    found("zeta", Weight.STOP, same("42 > 41")),
)
