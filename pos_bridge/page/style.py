"""How the page looks: one sheet of its own, without images or fonts. Each colour on each ground has contrast
(WCAG 1.4.3: 4.5:1 or more); at 320 px rows of tables are stacked, and on paper nothing is left but the facts.
"""

INK, GROUND, QUIET, LINK, LINE = "#1b1f23", "#ffffff", "#4a5159", "#0b4f9e", "#c3c9d0"
BAND, BAND_INK = "#12304f", "#ffffff"
GROUNDS = {"stop": "#fde8e6", "mend": "#fdf0d5", "note": "#eaf1f8", "unseen": "#efeaf6", "good": "#e6f4ea"}
INKS = {"stop": "#8c1108", "mend": "#6b4300", "note": "#26456b", "unseen": "#4a2c73", "good": "#14532d"}
FOCUS = "#b45309"

# What stands on what, for the test that measures it.
PAIRS = (
    (INK, GROUND),
    (QUIET, GROUND),
    (LINK, GROUND),
    (BAND_INK, BAND),
    *((INKS[weight], GROUNDS[weight]) for weight in GROUNDS),
    *((INK, ground) for ground in GROUNDS.values()),
    *((LINK, ground) for ground in GROUNDS.values()),
)

_WEIGHTS = "\n".join(
    f".{weight} {{ background: {GROUNDS[weight]}; border-left: .35rem solid {INKS[weight]}; }}\n"
    f".badge.{weight} {{ color: {INKS[weight]}; border: 1px solid {INKS[weight]}; }}"
    for weight in GROUNDS
)

SHEET = f"""\
* {{ box-sizing: border-box; }}
html {{ font: 100%/1.5 system-ui, "DejaVu Sans", sans-serif; color: {INK}; background: {GROUND}; }}
body {{ margin: 0; }}
header {{ background: {BAND}; color: {BAND_INK}; padding: .75rem 1rem; display: flex; flex-wrap: wrap;
  gap: .5rem 1.5rem; align-items: center; }}
header p {{ margin: 0; font-weight: 700; flex: 1 1 auto; }}
header a {{ color: {BAND_INK}; }}
header form {{ margin: 0; }}
nav ul {{ list-style: none; margin: 0; padding: .5rem 1rem; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem;
  border-bottom: 1px solid {LINE}; }}
main, footer {{ max-width: 75rem; margin: 0 auto; padding: 1rem; }}
main:focus {{ outline: none; }}
h1 {{ font-size: 1.5rem; margin: .25rem 0 1rem; }}
h2 {{ font-size: 1.15rem; margin: 2rem 0 .5rem; display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }}
a {{ color: {LINK}; }}
a, button {{ display: inline-block; padding: .25rem 0; min-height: 1.5rem; }}
:focus-visible {{ outline: 3px solid {FOCUS}; outline-offset: 2px; }}
header :focus-visible, .skip:focus {{ outline-color: {BAND_INK}; }}
.skip {{ position: absolute; left: -100rem; background: {BAND}; color: {BAND_INK}; padding: .75rem 1rem; z-index: 1; }}
.skip:focus {{ left: 0; top: 0; outline-offset: -6px; }}
button {{ font: inherit; color: {BAND_INK}; background: {BAND}; border: 1px solid {BAND_INK}; border-radius: .25rem;
  padding: .4rem 1rem; cursor: pointer; }}
label {{ display: block; font-weight: 600; margin-top: 1rem; }}
input {{ font: inherit; color: {INK}; background: {GROUND}; width: 100%; max-width: 20rem; padding: .5rem;
  border: 1px solid {QUIET}; border-radius: .25rem; }}
main button {{ margin-top: 1.25rem; border-color: {BAND}; }}
.box {{ padding: .6rem .9rem; margin: .75rem 0; }}
.box p {{ margin: 0; }}
{_WEIGHTS}
.badge {{ font-size: .8rem; font-weight: 700; padding: .05rem .45rem; border-radius: .25rem; white-space: nowrap; }}
td .badge, th .badge {{ display: inline-block; }}
table {{ border-collapse: collapse; width: 100%; }}
caption {{ text-align: left; color: {QUIET}; padding: .25rem 0; }}
th, td {{ text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid {LINE}; }}
td {{ overflow-wrap: break-word; }}
thead th {{ border-bottom: 2px solid {QUIET}; }}
tbody th {{ font-weight: 600; }}
.amount {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
code {{ font: .92em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }}
.quiet, footer {{ color: {QUIET}; }}
footer {{ border-top: 1px solid {LINE}; font-size: .9rem; }}
@media (max-width: 40rem) {{
  table, tbody, tr, th, td, caption {{ display: block; width: 100%; }}
  thead {{ position: absolute; left: -100rem; }}
  tr {{ border-bottom: 1px solid {LINE}; padding: .35rem 0; }}
  th, td {{ border: 0; padding: .1rem .5rem; }}
  td[data-label]::before {{ content: attr(data-label) " \\00b7  "; color: {QUIET}; }}
  .amount {{ text-align: left; }}
}}
@media (prefers-reduced-motion: no-preference) {{ html {{ scroll-behavior: smooth; }} }}
@media print {{
  nav, .skip, form, .screen {{ display: none; }}
  header {{ color: {INK}; background: {GROUND}; }}
  tr, .box {{ break-inside: avoid; }}
}}
"""
