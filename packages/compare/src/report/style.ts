/** How the report looks: a quiet map by day, a night map in dark mode. And the one thing that moves: hovering a name dims the others. */

/** The style sheet. */
export const style = `
:root{--paper:#fbfaf6;--ink:#23302f;--soft:#5f6b68;--line:#d9d6cb;--low:#dfe9dc;--high:#f3ead8;--contour:#a89f86;--tag:#8a6d1d}
@media (prefers-color-scheme:dark){:root{--paper:#11181c;--ink:#dfe6e2;--soft:#93a19d;--line:#2c383d;--low:#14242b;--high:#2a3236;--contour:#4d5f63;--tag:#e5c453}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 ui-serif,Georgia,'Times New Roman',serif}
header,main{max-width:76rem;margin:0 auto;padding:0 1.5rem}
header{padding-top:2.5rem}
header p,section>p{max-width:44rem}
.brand{letter-spacing:.18em;text-transform:uppercase;font:600 .75rem ui-sans-serif,system-ui,sans-serif;color:var(--soft);margin:0}
h1{font-size:1.9rem;line-height:1.2;margin:.3rem 0 1rem;font-weight:600}
h2{font-size:1.35rem;margin:0 0 .5rem;font-weight:600}
h4{margin:0;font:600 .95rem ui-sans-serif,system-ui,sans-serif}
section{border-top:1px solid var(--line);padding:2rem 0 1.5rem;margin-top:1.5rem}
.tag{font:600 .75rem ui-sans-serif,system-ui,sans-serif;vertical-align:middle;border:1px solid var(--tag);color:var(--tag);border-radius:1em;padding:.1em .7em}
.conclusion{font-style:italic}
a{color:inherit}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;padding:0;margin:1rem 0;font:.9rem ui-sans-serif,system-ui,sans-serif}
.legend li{display:flex;align-items:center;gap:.45rem}
.swatch{flex:none;vertical-align:middle;margin-right:.2rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font:.87rem ui-sans-serif,system-ui,sans-serif;font-variant-numeric:tabular-nums}
.note{color:var(--soft);font:.87rem ui-sans-serif,system-ui,sans-serif;margin:0 0 .4rem}
th,td{text-align:left;padding:.42rem .9rem .42rem 0;border-bottom:1px solid var(--line);white-space:nowrap;font-weight:400}
thead th{color:var(--soft);vertical-align:bottom;text-transform:none}
tbody th{font-weight:600}
small{color:var(--soft)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));gap:1.5rem 2rem;margin:1.5rem 0}
figure{margin:0}
figure svg{width:100%;height:auto;overflow:visible;font:11px ui-sans-serif,system-ui,sans-serif;font-variant-numeric:tabular-nums}
figcaption{color:var(--soft);font-size:.87rem}
details{margin-top:1rem}
summary{cursor:pointer;font:600 .9rem ui-sans-serif,system-ui,sans-serif}
.rules{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1.2rem 2rem;margin-top:1rem}
.rule{border-left:2px solid var(--line);padding-left:1rem;overflow-x:auto}
.rule p{margin:.2rem 0;font-size:.87rem;color:var(--soft)}
code{font:.85em ui-monospace,monospace}
math{font-size:1.05em}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.5rem;font-size:.92rem}
dt{color:var(--soft)}dd{margin:0}
@media (max-width:40rem){header,main{padding:0 1rem}header{padding-top:1.5rem}h1{font-size:1.5rem}dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}
@media print{.scroll{overflow:visible}details{display:block}}
`;

/** Opens the update rules before printing, since paper cannot. */
export const script = `addEventListener('beforeprint',()=>document.querySelectorAll('details').forEach((d)=>{d.open=true}));`;
