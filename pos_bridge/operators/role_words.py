"""What each role is called, as it is typed and as it is told."""

from pos_bridge.domain.audit import Role
from pos_bridge.words import Words

ROLES: dict[Role, Words] = {
    Role.CASHIER: Words("caisse", "cashier"),
    Role.SUPERVISOR: Words("supervision", "supervisor"),
    Role.IT: Words("informatique", "it"),
    Role.PRIVACY_OFFICER: Words("protection", "privacy"),
    Role.SYSTEM: Words("programme", "program"),
}
