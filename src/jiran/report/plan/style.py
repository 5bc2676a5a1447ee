"""The style sheet of a plan's page: one A4 page for a council, the annex on those that follow."""

STYLE = """
:root { color-scheme: light dark; --ink: #1e2a2f; --paper: #fff; --soft: #55656b; --line: #d9e0de; --tile: #eef4f2;
  --trouble: #fbe3b0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eeec; --paper: #10171a; --soft: #a3b3b1; --line: #2f3c40;
  --tile: #1a2529; --trouble: #5e4510; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; line-height: 1.25; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
.first { font-size: 1.15rem; font-weight: 600; margin: .8rem 0; } .soft, caption, footer { color: var(--soft); }
.note { background: var(--trouble); padding: .4rem .7rem; border-radius: .3rem; font-size: .9rem; margin: .5rem 0; }
ul { padding-left: 1.2rem; margin: .5rem 0; } li { margin: .15rem 0; }
dl.tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem; margin: .8rem 0; }
@media (max-width: 34rem) { dl.tiles { grid-template-columns: repeat(2, 1fr); } }
dl.tiles div { background: var(--tile); border-radius: .4rem; padding: .45rem .7rem; }
dl.tiles dt { font-size: .8rem; color: var(--soft); } dl.tiles dd { margin: 0; font-size: 1.1rem; font-weight: 600; }
dl.long { display: grid; grid-template-columns: minmax(8rem, 13rem) 1fr; gap: .2rem 1rem; font-size: .9rem; }
dl.long dt { color: var(--soft); } dl.long dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .82rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .5rem; border-bottom: 1px solid var(--line); text-align: right; }
th { font-weight: 600; } thead th { vertical-align: bottom; } th:first-child, .word { text-align: left; }
tbody th { white-space: nowrap; } td { white-space: nowrap; } td.word { white-space: normal; }
/* of assumptions: what one is has the room, its name may break */
tbody th:has(~ td.word) { white-space: normal; } td.word:not(:last-child) { min-width: 15rem; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--ink); font-size: 11px; }
svg .line { stroke: var(--line); } svg .zero { stroke: var(--ink); } svg .case { stroke: var(--soft); stroke-dasharray: 5 4;
  stroke-width: 1.5; }
dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .35rem 1rem; font-size: .9rem;
  margin: .8rem 0; } dl.facts dt { font-size: .8rem; color: var(--soft); } dl.facts dd { margin: 0; }
.legend { font-size: .85rem; margin: .2rem 0; } .spot { display: inline-block; width: .8em; height: .8em; border-radius: .15em; }
.dash { display: inline-block; width: 1.6em; border-top: 2px dashed var(--soft); vertical-align: middle; }
pre { overflow-x: auto; font-size: .8rem; } pre.file { max-height: 24rem; overflow: auto; border: 1px solid var(--line);
  padding: .5rem; border-radius: .3rem; }
@page { size: A4; margin: 14mm; }
@media print { :root { --ink: #000; --paper: #fff; --soft: #444; --line: #bbb; --tile: #f0f0f0; --trouble: #eee; }
  body { max-width: none; margin: 0; padding: 0; font-size: 11px; } h1 { font-size: 17px; margin-top: 0; } h2 { font-size: 13px;
  margin: .9rem 0 .3rem; } table { font-size: 9px; } th, td { padding: .15rem .35rem; } .annex { break-before: page; }
  .first { font-size: 14px; } .note { font-size: 10px; padding: .3rem .6rem; } .note ul, body > ul { margin: .25rem 0; } li { margin: .08rem 0; }
  body { line-height: 1.36; } dl.tiles { gap: .3rem; margin: .5rem 0; } dl.tiles div { padding: .3rem .5rem; } dl.tiles dt { font-size: 10px; } dl.tiles dd { font-size: 13px; }
  .note, dl.tiles div, svg rect { print-color-adjust: exact; } dl.tiles { grid-template-columns: repeat(3, 1fr); }
  dl.tiles div, svg, tr, h2 { break-inside: avoid; } h2 { break-after: avoid; } .course { max-width: 10cm; }
  .wide { overflow: visible; } dl.long, pre { font-size: 9px; }
  pre.file { max-height: none; white-space: pre-wrap; font-size: 8px; border: 0; padding: 0; columns: 3; }
  .spot { print-color-adjust: exact; } dl.facts { font-size: 10px; grid-template-columns: repeat(4, 1fr); gap: .2rem .8rem; }
  dl.facts dt { font-size: 9px; } .legend { font-size: 9px; } }
"""
