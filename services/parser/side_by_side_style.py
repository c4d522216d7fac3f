"""How a reading looks beside its page: light and dark, on a desk and on a phone, without a script or a font to load."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --sheet: #ffffff; --ink: #1c1b19; --soft: #5c5850; --line: #dedad1;
  --gone: #6a655c; --tag: #8a2c0d; --tag-paper: #f8e6de; --kept: #2f6f4f; --link: #0a558c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #141517; --sheet: #1c1d20; --ink: #ebe8e2; --soft: #aaa59b; --line: #35363a;
    --gone: #9b968c; --tag: #ffb899; --tag-paper: #40241a; --kept: #7cc79f; --link: #8cc4f2;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere;
}
header, main { max-width: 88rem; margin: 0 auto; padding: 1.5rem clamp(1rem, 3vw, 2.5rem); }
header { padding-bottom: 0; }
main { display: grid; gap: 1.5rem; }
h1 { margin: 0; font-size: 1rem; letter-spacing: .02em; }
h2, h3, h4, p, ol, ul, dl, dd, figure, blockquote { margin: 0; padding: 0; }
a { color: var(--link); }
.sum, .name { color: var(--soft); font-size: .9rem; }
.rules { display: flex; flex-wrap: wrap; gap: .4rem; margin-top: .6rem; list-style: none; }
.tag {
  display: inline-block; padding: .1rem .5rem; border-radius: 1rem; background: var(--tag-paper); color: var(--tag);
  font-size: .8rem; line-height: 1.4;
}
.pane { min-width: 0; padding: clamp(1rem, 2.5vw, 2rem); background: var(--sheet); border: 1px solid var(--line);
  border-radius: .6rem; }
.name { margin-bottom: 1rem; font: 600 .9rem/1.6 system-ui, sans-serif; }
.lines { list-style: none; font-size: .95rem; line-height: 1.5; counter-reset: line; }
.lines > li { padding: .35rem 0 .35rem .9rem; border-left: 3px solid var(--kept); }
.lines > .gone { border-color: var(--line); color: var(--gone); }
.lines p + p { margin-top: .3rem; }
.lines p { position: relative; padding-left: 2.5rem; }
.lines p::before {
  counter-increment: line; content: counter(line); position: absolute; left: 0; width: 1.8rem; text-align: right;
  color: var(--soft); font-size: .75rem; line-height: 1.9; font-variant-numeric: tabular-nums;
}
.lines .tag { margin-left: 2.5rem; }
.lines .kept .tag { background: none; color: var(--kept); }
del { text-decoration-thickness: 1px; }
.article { font: 1.1rem/1.65 "Iowan Old Style", Charter, Georgia, "DejaVu Serif", serif; }
.article > * { max-width: 42rem; }
.article > * + * { margin-top: 1rem; }
h2.headline { font-size: clamp(1.5rem, 1.2rem + 1.4vw, 2.1rem); line-height: 1.2; text-wrap: balance; }
.dek { color: var(--soft); font-size: 1.2rem; line-height: 1.45; }
.facts {
  display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; font: .88rem/1.5 system-ui, sans-serif;
}
.facts dt { color: var(--soft); }
.article > .facts { padding: .8rem 0; border-block: 1px solid var(--line); }
.article h3 { margin-top: 1.8rem; font-size: 1.2rem; line-height: 1.3; }
.article ul { padding-left: 1.3rem; }
blockquote, .turn { padding-left: 1rem; border-left: 3px solid var(--line); }
.table { font: .9rem/1.5 ui-monospace, monospace; }
figure {
  padding: 1rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--paper); font-size: .95rem;
}
figure .tag { margin-bottom: .5rem; background: var(--line); color: var(--ink); font-family: system-ui, sans-serif; }
figure .facts { margin-top: .6rem; }
.award { padding: .9rem 0 0; border-top: 1px solid var(--line); font: .95rem/1.5 system-ui, sans-serif; }
.award h4 { font-size: 1rem; }
.award .facts { margin-top: .3rem; }
.odd { padding: 0 .25rem; border: 1px solid currentColor; border-radius: .25rem; font: .75em ui-monospace, monospace; }
@media (min-width: 62rem) {
  main { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); align-items: start; }
  .sum a { display: none; }
}
"""
