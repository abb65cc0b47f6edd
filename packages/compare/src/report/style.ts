/** How the report looks: a quiet map by day, a night map in dark mode. Knows class names; knows no results. */

const day =
  '--paper:#fbfaf6;--ink:#23302f;--soft:#5b6865;--line:#dcd8cb;--grid:#e9e6db;--contour:#8a7a55;--tag:#80610f;--wash:#f3f1e8;' +
  tints(['#c9dcd6', '#d4e3d3', '#dfe8d1', '#e8ebd1', '#efecd4', '#f3ecd7', '#f5eedd', '#f7f1e4', '#f9f5ec']);
const night =
  '--paper:#11181c;--ink:#dfe6e2;--soft:#97a5a1;--line:#2d393e;--grid:#212c31;--contour:#7d8f8c;--tag:#e5c453;--wash:#182126;' +
  tints(['#0d2630', '#122a31', '#182e33', '#1e3235', '#253738', '#2c3c3b', '#33413f', '#3a4643', '#414b47']);

function tints(colours: readonly string[]): string {
  return colours.map((colour, i) => `--tint-${String(i)}:${colour}`).join(';');
}

/** The colours of ground and ink, by day, by night and on paper; for pages and for pictures that stand alone. */
export const ground = `:root{${day}}@media (prefers-color-scheme:dark){:root{${night}}}@media print{:root{${day}}}`;

/** What the marks of a figure look like. */
export const marks = `.grid{stroke:var(--grid)}.target{opacity:.75}.contour path{stroke:var(--contour);stroke-width:.45;stroke-opacity:.75}
.contour.index path{stroke-width:.9}.height{visibility:var(--heights,visible);fill:var(--contour);stroke:var(--tint-4);font-size:.86em;paint-order:stroke}.neat rect,rect.neat{stroke:var(--contour);stroke-width:.8}
.route{stroke-width:calc(1.4px*var(--bold,1))}.steps{stroke:var(--c);stroke-width:calc(2.2px*var(--bold,1));stroke-linecap:round}.cross,.chosen{fill:none}.count{font-size:.8em}`;

/** What tables look like, and the small pictures in them. */
export const tables = `.scroll{overflow-x:auto;margin:1.2rem 0;background:linear-gradient(90deg,var(--paper) 1.5rem,transparent 3rem) 0/100% local,linear-gradient(-90deg,var(--paper) 1.5rem,transparent 3rem) 0/100% local,linear-gradient(90deg,var(--wash),transparent 1.4rem) 0/100% scroll,linear-gradient(-90deg,var(--wash),transparent 1.4rem) 0/100% scroll}
table{border-collapse:collapse;font-size:.86rem;line-height:1.35;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding-bottom:.5rem}
.scroll caption{position:sticky;left:0;max-width:min(80rem,calc(100vw - 4rem))}
th,td{text-align:left;padding:.42rem .6rem;font-weight:400;white-space:nowrap;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--soft);vertical-align:bottom}
tbody th{font-weight:600}
.number{text-align:right}
th.group{text-align:center;padding-bottom:.15rem}
.overview caption span{display:block;width:0;min-width:min(34rem,calc(100vw - 3rem))}
.ranking{width:100%}
.result b{font-size:1.08em;font-weight:600}
.ranking .rank{width:1.6rem}
.swatch{flex:none;vertical-align:middle;margin-right:.55rem}
.swatch line{stroke:var(--c);stroke-width:2.4}
.rule .swatch{margin:0}
.strip{display:block;overflow:visible}
.strip .axis{stroke:var(--line)}
.strip circle{fill:var(--c);fill-opacity:.45}
.strip .median{stroke:var(--c);stroke-width:2}
.strip .lost{stroke:var(--c);stroke-width:1.6;fill:none}
span.lost{color:var(--tag)}`;

/** The style sheet. */
export const style = `
${ground}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;font:17px/1.55 Charter,'Bitstream Charter','Iowan Old Style','Source Serif 4',Georgia,serif}
header,main{max-width:80rem;margin:0 auto;padding:0 2rem}
header{padding-top:3rem;display:flex;flex-wrap:wrap;gap:1rem 4rem;align-items:flex-start}
header>div:first-child{flex:1 1 34rem}
header>.scroll{flex:0 1 auto;min-width:0;max-width:100%;margin:1.3rem 0 0}
header p,section>p{max-width:43rem;text-wrap:pretty}
h1,h2,h3{line-height:1.2;font-weight:600;text-wrap:balance}
h1{font-size:2.1rem;margin:.3rem 0 1rem}
h2{font-size:1.5rem;margin:0 0 .6rem}
h3,.brand,.tag,.facts,.keys,table,summary,figcaption,.rule p,dl,.minis{font-family:ui-sans-serif,system-ui,sans-serif}
h3{font-size:.95rem;margin:2rem 0 .8rem}
.rule h3{margin:0;display:flex;align-items:center;gap:.5rem}
.brand{letter-spacing:.2em;text-transform:uppercase;font-size:.75rem;font-weight:600;color:var(--soft);margin:0}
.tag{font-size:.8rem;font-weight:600;vertical-align:.35em;border:1px solid;color:var(--tag);border-radius:1em;padding:.1em .7em;white-space:nowrap}
section{border-top:1px solid var(--line);padding:2.6rem 0 1.4rem;margin-top:2.6rem}
section>p{margin:.7rem 0}
.facts{color:var(--soft);font-size:.88rem}
.advice{font-weight:600}
.conclusion{font-style:italic}
.marks{font-size:.85rem;color:var(--soft);list-style:none;padding:0;margin:.4rem 0}
.caution{font-size:.95rem;border-left:2px solid var(--tag);padding-left:.8rem}
a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:.15em}
a:hover{text-decoration-color:currentColor}
:focus-visible{outline:2px solid var(--tag);outline-offset:2px}
abbr{text-decoration:none}
small,.none{color:var(--soft)}
small{font-size:.87em}

${tables}

.keys{border:0;padding:0;margin:1.8rem 0 1rem;display:flex;flex-wrap:wrap;gap:.2rem 1.6rem;font-size:.88rem}
.keys legend{float:left;padding:.25rem 1.2rem .25rem 0;color:var(--soft)}
.key{display:flex;align-items:center;padding:.25rem 0;cursor:pointer}
.key input{accent-color:var(--c);margin:0 .5rem 0 0}
.figures{display:grid;grid-template-columns:1.62fr 1fr;grid-template-rows:auto 1fr;gap:1.6rem 2.6rem}
.main{grid-row:span 2}
figure{margin:0;min-width:0;container-type:inline-size}
figcaption{color:var(--soft);font-size:.86rem;line-height:1.4;margin-bottom:.3rem;min-height:2.8em}
figcaption b{color:var(--ink);font-weight:600;margin-right:.35em}
figure svg{display:block;width:100%;height:auto;overflow:visible;font:14px ui-sans-serif,system-ui,sans-serif;font-variant-numeric:tabular-nums;fill:currentColor;text-anchor:middle}
@container (min-width:25rem){figure svg{font-size:12.5px}}
@container (min-width:36rem){figure svg{font-size:9.6px}}
@container (min-width:43rem){figure svg{font-size:8.4px}}
${marks}
.o{transition:opacity .12s}
.touch{pointer-events:all}
.minis{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));gap:1rem;font-size:.86rem}
.minis li{min-width:0}.minis .name{display:flex;align-items:center;white-space:nowrap;overflow:hidden}
.minis svg:not(.swatch){--bold:1.8;--heights:hidden;display:block;width:100%;height:auto;margin-top:.35rem;fill:currentColor}

details{margin-top:.9rem}
summary{cursor:pointer;font-weight:600;font-size:.92rem}
.rules{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,23rem),1fr));gap:1.8rem 2.4rem;margin:1.2rem 0}
.rule{border-left:1px solid var(--contour);padding-left:1.1rem;min-width:0;overflow-x:auto}
.rule p{margin:.3rem 0;font-size:.86rem;color:var(--soft);line-height:1.45}
code{font:.92em ui-monospace,monospace;color:var(--ink)}
math{font-size:1.05em}
math[display=block]{width:fit-content;margin:.6rem 0}
mtd{padding-inline:0}mtd:nth-child(odd){text-align:right}mtd:nth-child(even){text-align:left}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.45rem 1.6rem;font-size:.9rem;line-height:1.45;max-width:60rem}
dt{color:var(--soft)}
dd{margin:0}

@media (max-width:60rem){.figures{grid-template-columns:1fr;grid-template-rows:none}.main{grid-row:auto}figcaption{min-height:0}}
@media (max-width:40rem){
body{font-size:16px}header,main{padding:0 1.1rem}header{padding-top:1.6rem}h1{font-size:1.6rem}h2{font-size:1.3rem}section{padding-top:1.8rem;margin-top:1.8rem}
.scroll,header>.scroll{margin-inline:-1.1rem;padding-inline:1.1rem;max-width:none}header>.scroll{flex:0 0 calc(100% + 2.2rem)}header>div:first-child{flex-basis:100%}.scroll caption{left:0;max-width:calc(100vw - 2.2rem)}th,td{padding:.42rem .55rem}
.ranking{width:auto}
.minis{grid-template-columns:1fr 1fr}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.7rem}
}
@media print{
html{font-size:9pt}body{font-size:10pt}header,main{padding:0;max-width:none}.scroll{overflow:visible;background:none}.keys legend,.key input{display:none}.ranking{font-size:6.4pt}th,td{padding:.25rem .3rem}.ranking .swatch{width:22px;margin-right:.3rem}
figure,tr,.rule,.minis li{break-inside:avoid}h2,h3{break-after:avoid}.figures{grid-template-columns:1.62fr 1fr;gap:1rem}.main{grid-row:span 2}.strip{width:66px;height:auto}.rules{grid-template-columns:1fr 1fr}
}
@media (prefers-reduced-motion:reduce){.o{transition:none}}
`;

/**
 * Hovering or ticking an optimizer dims the others: rules for each pen, no script. A small map shows the large one again, with one path:
 * what it is made of is out of reach of selectors, but inherits the variables that say which pens are seen.
 */
export function highlighting(names: readonly string[]): string {
  const dim = '.problem:has(.key input:checked,.key:hover,.row:hover) .o{opacity:.1}';
  const hide = `.minis svg{${names.map((name) => `--see-${name}:hidden`).join(';')}}`;
  const rules = names.map(
    (name) =>
      `.problem:has(.key.${name} input:checked,.key.${name}:hover,.row.${name}:hover) .o.${name}{opacity:1}` +
      `.o.${name}{visibility:var(--see-${name},visible)}.minis .only-${name}{--see-${name}:visible}`,
  );
  return dim + hide + rules.join('');
}

/** Opens what is folded before printing, since paper cannot. */
export const script = `addEventListener('beforeprint',()=>document.querySelectorAll('details').forEach((d)=>{d.open=true}));`;
