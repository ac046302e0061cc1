"""Customers of the demo who choose to be known: enrolled, shown all that is kept about them, and erased."""

from hw_sim.demo.errors import DemoError
from hw_sim.demo.narrator import Narrator
from hw_sim.reply import Reply

MEMBER = "CHOU-20714-QX"  # nobody's, as the rest
NAME, E_MAIL = "Quillemarquis", "z.quillemarquis@kourriel.qc"
_OPERATOR = ("--operator", "12")
_WHOM = f"member {MEMBER}\n"


def enrolled(story: Narrator) -> None:
    story.say("The customer enrols, through the native API: a name, an e-mail, and offers, agreed to apart.")
    given = ("--last-name", NAME, "--email", E_MAIL)
    story.store.do("native", "enrol", MEMBER, *given, "--purpose", "programme", "--purpose", "offers")
    story.lines(story.command("person", "show", "--purpose", "offers", *_OPERATOR, "--lang", "en", typed=_WHOM))
    story.tell("that is what offers need; their name is not, and asking for it is refused, and noted")


def erased(story: Narrator, bought: Reply) -> None:
    """`bought`: what they bought as a member."""
    story.say("The member asks what is kept about them, and then to be erased.")
    folder = story.store.folder / "handed-over"
    words = ("person", "access", "--to", str(folder), "--page", "en", *_OPERATOR, "--lang", "en")
    story.lines(story.command(*words, typed=_WHOM).replace(str(story.store.folder), "..."))
    if NAME not in (folder / "access.html").read_text():
        raise DemoError("the page does not have their name")
    story.tell("a page to print and a file for a computer: what they gave, agreed to, bought, and may ask for")
    story.lines(story.command("person", "erase", "--yes", *_OPERATOR, "--lang", "en", typed=_WHOM))
    story.explain(bought, "About you: nothing.")
