"""The figures as one picture: SVG of our own, for light and dark pages.

A bar for each aim is as long as what was measured is to what must be
reached: all aims share one mark, and what ends right of it is reached.
"""

import math
from collections.abc import Sequence
from html import escape

from bench.claims import AIMS, MISSED, REACHED, Aim, Claim, verdict

_WIDTH, _ROW, _TOP, _FOOT = 860, 40, 64, 28
_LEFT, _RIGHT = 20, 840
_LOWEST, _HIGHEST = 0.25, 8.0

_STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1f2328; }
.head { font-weight: 600; font-size: 16px; }
.small { font-size: 12px; fill: #57606a; }
.end { text-anchor: end; }
.bar { fill: #1a7f37; } .missed { fill: #cf222e; } .open { fill: #6e7781; }
.line { stroke: #1f2328; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f3f6; } .small { fill: #b0bac4; }
  .bar { fill: #3fb950; } .missed { fill: #f85149; } .open { fill: #8b949e; }
  .line { stroke: #f0f3f6; }
}
"""


def picture(claims: Sequence[Claim]) -> str:
    """Return a picture of what was measured of the aims, as SVG."""
    found = {one.aim: one for one in claims if one.measured is not None}
    shown = [(aim, found[aim.name]) for aim in AIMS if aim.name in found]
    bottom = _TOP + _ROW * len(shown)
    reached = sum(verdict(*one) == REACHED for one in shown)
    title = f"{reached} of {len(shown)} aims reached"
    rows = "\n".join(
        _row(aim, claim, _TOP + _ROW * number)
        for number, (aim, claim) in enumerate(shown)
    )
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {bottom + _FOOT}"
 role="img" aria-labelledby="t d">
<title id="t">{title}</title>
<desc id="d">{_spoken(shown)}</desc>
<style>{_STYLE}</style>
<text class="head" x="{_LEFT}" y="24">What was measured, to what must be \
reached</text>
<text class="small" x="{_LEFT}" y="46">A bar that ends at its mark has just \
reached it; one twice as good ends a fifth of the way further.</text>
{rows}
</svg>
"""


def better(aim: Aim, measured: float) -> float:
    """Return how many times better than its bound something is."""
    return measured / aim.bound if aim.at_least else aim.bound / measured


def _across(times: float) -> float:
    """Return how far right of the start a number of times is drawn."""
    kept = min(max(times, _LOWEST), _HIGHEST)
    part = math.log(kept / _LOWEST) / math.log(_HIGHEST / _LOWEST)
    return part * (_RIGHT - _LEFT)


def _row(aim: Aim, claim: Claim, top: int) -> str:
    assert claim.measured is not None
    said = verdict(aim, claim)
    kind = {REACHED: "bar", MISSED: "missed"}.get(said, "open")
    goal = _LEFT + _across(1.0)
    wide = _across(better(aim, claim.measured))
    words = escape(aim.what.replace("`", ""))
    mark = "" if said == REACHED else f", {said.partition(':')[0].lower()}"
    figure = f"{aim.figure(claim.measured)} ({aim.reach}){mark}"
    return (
        f'<text x="{_LEFT}" y="{top + 14}">{words}</text>\n'
        f'<text class="end" x="{_RIGHT}" y="{top + 14}">{figure}</text>\n'
        f'<rect class="{kind}" x="{_LEFT}" y="{top + 20}" width="{wide:.1f}"'
        f' height="8"/>\n'
        f'<line class="line" x1="{goal:.1f}" x2="{goal:.1f}"'
        f' y1="{top + 18}" y2="{top + 30}"/>'
    )


def _spoken(shown: Sequence[tuple[Aim, Claim]]) -> str:
    return escape(
        "; ".join(
            f"{aim.what.replace('`', '')}: {aim.figure(claim.measured or 0)},"
            f" {aim.reach}, {verdict(aim, claim)}"
            for aim, claim in shown
        )
    )
