// The page's style sheet: system fonts, light and dark, a phone's width upwards. Nothing in it comes from outside, and
// nothing moves.

const COLOURS_LIGHT = `
color-scheme:light;--bg:#f5f6f8;--card:#fff;--line:#d9dee6;--soft:#eef1f5;--text:#18202c;--quiet:#525d6e;
--good:#0f6b3a;--good-bg:#dcf3e5;--bad:#a61b10;--bad-bg:#fde7e4;--warn:#7a4b00;--warn-bg:#fdf0d2;--focus:#1d5fd0;
--explicit:#b0480a;--replaced:#1d5fd0;--recreated:#7338be;--removed:#a61b10;--unknown:#525d6e;--first:#0b6e66;--band:#a61b10;`

const COLOURS_DARK = `
color-scheme:dark;--bg:#0f1319;--card:#181e27;--line:#333d4b;--soft:#202834;--text:#e8edf4;--quiet:#a6b2c3;
--good:#5fd394;--good-bg:#12301f;--bad:#ff9a90;--bad-bg:#3a1714;--warn:#f3c65a;--warn-bg:#33270b;--focus:#8ab8ff;
--explicit:#ffab5e;--replaced:#84b4ff;--recreated:#cda8ff;--removed:#ff9a90;--unknown:#a6b2c3;--first:#5fd6c9;--band:#ff9a90;`

export const STYLE: string = `
:root{${COLOURS_LIGHT}}
@media (prefers-color-scheme:dark){:root{${COLOURS_DARK}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:70rem;margin:0 auto;padding:0 1rem}
header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 1.5rem;padding-top:1rem}
header p,footer p{margin:0 0 .5rem}
.brand{font-weight:700;font-size:1.1rem}
.brand .host{font-weight:400;color:var(--quiet)}
.logo{display:inline-block;width:.8em;height:.8em;margin-right:.45em;border-radius:50%;border:.22em solid var(--focus);vertical-align:-.05em}
main{display:grid;gap:1rem;grid-template-columns:minmax(0,1fr)}
section,.verdict{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.1rem 1.25rem;min-width:0}
h1,h2,h3{line-height:1.25;text-wrap:pretty}
h1{font-size:clamp(1.25rem,1.05rem + 1vw,1.7rem);margin:0 0 .5rem}
h2{font-size:1.2rem;margin:0 0 .35rem}
h3{font-size:1.05rem;margin:0 0 .5rem}
p{margin:.35rem 0}
.lead,.quiet,.on,dt,caption,figcaption,.legend{color:var(--quiet)}
.lead{margin-bottom:.75rem}
.quiet,.on,.legend{font-size:.9rem}
figcaption strong{color:var(--text);font-size:1rem}
code{font:.92em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;background:var(--soft);border-radius:.25rem;padding:.05em .3em}
.skip{position:absolute;left:-100vw;top:0;background:var(--card);color:var(--text);padding:.5rem 1rem}
.skip:focus{left:.5rem;z-index:1}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:.25rem}
.unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.shapes{position:absolute}

.verdict{border-left-width:.5rem;padding-left:1.1rem}
.verdict.well{border-left-color:var(--good)}
.verdict.well h1{color:var(--good)}
.verdict.bad{border-left-color:var(--bad)}
.verdict.bad h1{color:var(--bad)}
.verdict.warn{border-left-color:var(--warn)}
.verdict.warn h1{color:var(--warn)}
.also{margin-top:1.1rem}
.steps{margin:.3rem 0 .6rem;padding-left:1.2rem}
.concerns{list-style:none;margin:.5rem 0;padding:0;display:grid;gap:.5rem}
.concerns li.bad,.concerns li.warn,.concerns li.note{border-left:.25rem solid var(--line);padding-left:.75rem}
.concerns li.bad{border-color:var(--bad)}
.concerns li.warn{border-color:var(--warn)}
.unreadable{border-color:var(--warn)}

.cards{list-style:none;margin:0;padding:0;display:grid;gap:.75rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr))}
.card{border:1px solid var(--line);border-left:.35rem solid var(--quiet);border-radius:.5rem;padding:.6rem .8rem;min-width:0}
.card p{margin:.1rem 0}
.state{font-weight:700;color:var(--quiet);display:flex;align-items:center;gap:.45rem}
.who strong{font-size:1.05rem}
.dot{width:.7rem;height:.7rem;border-radius:50%;border:2px solid currentColor}
.state-attached{border-left-color:var(--good)}
.state-attached .state{color:var(--good)}
.state-attached .dot{background:currentColor}
.state-detached,.state-blocked,.state-unreachable{border-left-color:var(--bad);background:var(--bad-bg)}
.state-detached .state,.state-blocked .state,.state-unreachable .state{color:var(--bad)}
:is(.state-detached,.state-blocked,.state-unreachable) :is(.quiet,.on){color:var(--text)}
.state-waiting{border-left-color:var(--warn)}
.state-waiting .state{color:var(--warn)}
.badge{display:inline-block;background:var(--bad-bg);color:var(--bad);border:1px solid currentColor;border-radius:1rem;padding:0 .6rem;font-size:.8rem;font-weight:600;line-height:1.5;vertical-align:.1em}
.badge.over{background:var(--soft);color:var(--quiet)}

.legend{list-style:none;margin:.25rem 0 .75rem;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.1rem}
.legend svg{vertical-align:-.1em;margin-right:.2rem}
.lane{margin:0 0 .5rem;padding:.6rem 0 0;border-top:1px solid var(--line)}
.chart{display:block;overflow:visible;margin:.25rem 0}
.chart text{font:12px system-ui,sans-serif;fill:var(--quiet)}
.chart .count,.chart .tick[class~=tick]{font-variant-numeric:tabular-nums}
.count,.tick,.mark-text{text-anchor:middle}
.count,.many{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.chart .many{font-weight:600}
.tick[text-anchor=start]{text-anchor:start}
.tick[text-anchor=end]{text-anchor:end}
.plot{display:grid;grid-template-columns:42px minmax(0,1fr)}
.chart .level{font-size:11px;text-anchor:end}
.axis{stroke:var(--quiet);stroke-width:1}
.grid{stroke:var(--line);stroke-width:1;stroke-dasharray:2 4}
.stem{stroke:currentColor;stroke-width:1.5}
[class^=mark-]{fill:currentColor}
.mark-explicit{color:var(--explicit)}
.mark-replaced{color:var(--replaced)}
.mark-network-recreated{color:var(--recreated)}
.mark-network-removed{color:var(--removed)}
.mark-unknown{color:var(--unknown)}
.mark-first{color:var(--first)}
.chart use{stroke:var(--card);stroke-width:1;paint-order:stroke}
.unhealed{fill:none;stroke:var(--bad);stroke-width:2}
.off-healed{fill:var(--warn)}
.off-open{fill:var(--bad)}
.band{fill:var(--band);fill-opacity:.12;stroke:var(--band);stroke-width:1;stroke-dasharray:4 3}
.chart .band-text{fill:var(--bad);font-weight:600}
.bar{fill:var(--replaced)}
.mark-line{stroke:var(--text);stroke-width:1.5;stroke-dasharray:4 3}
.chart .mark-text{fill:var(--text);color:var(--text)}

.loop{border:1px solid var(--line);border-left:.35rem solid var(--bad);border-radius:.5rem;padding:.8rem 1rem;margin:.6rem 0}
.loop.is-over{border-left-color:var(--quiet)}
.facts,.tiles{display:grid;gap:.5rem 1.25rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,8.5rem),1fr));margin:.6rem 0}
.tiles{grid-template-columns:repeat(auto-fit,minmax(7rem,1fr))}
dt{font-size:.85rem}
.facts .wide{grid-column:1/-1}
dd{margin:0}
.tiles dd{font-size:1.4rem;font-weight:650;line-height:1.2}
.remedy{background:var(--soft);border-radius:.5rem;padding:.55rem .75rem}

details{margin-top:.6rem}
summary{cursor:pointer;color:var(--quiet);font-size:.9rem;padding:.3rem 0;width:fit-content}
details[open]>summary{margin-bottom:.35rem}
.scroll{overflow:auto;max-height:34rem;border:1px solid var(--line);border-radius:.5rem}
table{border-collapse:collapse;font-size:.88rem}
.scroll table{min-width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .7rem;border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
thead th{color:var(--quiet);font-weight:600;background:var(--soft);white-space:normal}
tbody th{font-weight:400}
tbody th,tbody .number{white-space:nowrap}
time{font-variant-numeric:tabular-nums}
.number{text-align:right;font-variant-numeric:tabular-nums}
.entries{list-style:none;margin:0;padding:0}
.entries li{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.4rem 0;border-top:1px solid var(--line);font-size:.92rem}
.entries li>span{flex:1 1 18rem}
.entries time{color:var(--quiet)}
.name{min-width:9rem;max-width:18rem}
.evidence{min-width:14rem}
.outcome-failed,.outcome-left,.outcome-open,.word-degraded,.word-outage,.word-missing{color:var(--bad);font-weight:600}
.outcome-healed,.word-well{color:var(--good)}

.months{display:flex;flex-wrap:wrap;gap:1rem 2rem}
.month th,.month td{border:0;padding:1px;text-align:center;background:none;font-weight:400}
.month thead th{font-size:.75rem}
.month caption{text-align:left;font-weight:600;padding:.1rem}
.day{position:relative;display:inline-block;min-width:2.2rem;height:1.9rem;line-height:1.8rem;border:1px solid transparent;border-radius:.3rem;text-align:center;font-size:.82rem;font-variant-numeric:tabular-nums}
.legend .day{min-width:1.6rem;height:1.5rem;line-height:1.4rem}
.months .day{padding-right:.6rem}
.day i{position:absolute;right:.12rem;top:-.3rem;font-size:.68rem;font-style:normal}
.day.well{background:var(--good-bg);color:var(--good)}
.day.outage{background:var(--warn-bg);color:var(--warn);border-color:currentColor;border-style:dashed}
.day.degraded{background:var(--warn-bg);color:var(--warn);border-color:currentColor}
.day.missing{background:var(--bad-bg);color:var(--bad);border:1px dashed currentColor}
.day.pending{color:var(--quiet);border:1px dotted currentColor}
.day.before{color:var(--quiet)}

footer{padding-top:1rem;padding-bottom:1.5rem;color:var(--quiet);font-size:.9rem;display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1.5rem}
@media (max-width:30rem){
header,main,footer{padding-left:.6rem;padding-right:.6rem}
section,.verdict{padding:.9rem .8rem}
.loop{padding:.7rem}
}
@media print{
:root{${COLOURS_LIGHT}}
body{background:none}
section,.verdict,.card,.loop{break-inside:avoid;border-color:#999}
.scroll{max-height:none;overflow:visible}
.skip{display:none}
}
`
