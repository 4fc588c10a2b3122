/** The page's only style sheet. Contrast of text is at least 4.5 in both schemes; no font, picture or address from elsewhere. */
export const style = `
:root{color-scheme:light;--bg:#f5f6f8;--card:#fff;--ink:#17202b;--soft:#54606f;--line:#dde2e9;--accent:#0b5c8f;--warn:#8a4b00;--warnbg:#fff6e5;--warnline:#e0a030;
--critical:#9f1239;--high:#c2410c;--medium:#946200;--low:#1d5fb8;--negligible:#5b6675;--unknown:#6d3fb0;--packages:#8aa0b5;--code:#eef1f5}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;--bg:#10151c;--card:#18202a;--ink:#e6ebf1;--soft:#a4b0be;--line:#2c3745;--accent:#6cb8ec;--warn:#f3bd62;--warnbg:#2b2313;--warnline:#a8741c;
--critical:#ff7a93;--high:#ff9a62;--medium:#e9bf4b;--low:#7fb5f5;--negligible:#a4b0be;--unknown:#c3a2f5;--packages:#5e7489;--code:#222d3a}}
:root[data-theme=dark]{color-scheme:dark;--bg:#10151c;--card:#18202a;--ink:#e6ebf1;--soft:#a4b0be;--line:#2c3745;--accent:#6cb8ec;--warn:#f3bd62;--warnbg:#2b2313;--warnline:#a8741c;
--critical:#ff7a93;--high:#ff9a62;--medium:#e9bf4b;--low:#7fb5f5;--negligible:#a4b0be;--unknown:#c3a2f5;--packages:#5e7489;--code:#222d3a}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header,footer{max-width:1160px;margin:0 auto;padding:0 24px}
header{display:flex;align-items:center;gap:12px;padding-top:20px;padding-bottom:4px;color:var(--soft)}
header svg{width:26px;height:26px;color:var(--accent)}
header b{color:var(--ink);font-size:16px}
header button{margin-left:auto}
h1{font-size:28px;line-height:1.2;margin:14px 0 2px;overflow-wrap:anywhere}
h2{font-size:19px;margin:34px 0 10px}
h3,h2.lead{font-size:15px;margin:0 0 6px}details.all{margin-top:12px}details.all>summary{font-size:15px}
p{margin:0 0 8px}
a{color:var(--accent)}
code{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
pre{margin:0;padding:10px 12px;background:var(--code);border-radius:6px;white-space:pre-wrap}
button,input{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:4px 10px}
button{cursor:pointer}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.soft{color:var(--soft)}.small{font-size:13px}.num{text-align:right;font-variant-numeric:tabular-nums}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--card);padding:6px}
.card{overflow-wrap:anywhere;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px}
.verdict{display:grid;grid-template-columns:repeat(auto-fit,minmax(250px,1fr));gap:14px;margin:18px 0 14px}
.verdict .card{border-top:4px solid var(--line)}
.verdict .bad{border-top-color:var(--critical)}.verdict .do{border-top-color:var(--accent)}.verdict .dunno{border-top-color:var(--warnline)}
.verdict .card>p:first-of-type{font-size:17px;line-height:1.4;overflow-wrap:anywhere}
.counts{display:grid;grid-template-columns:repeat(6,1fr);gap:10px;margin:0;padding:0;list-style:none}
.counts li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:9px 12px;color:var(--soft);font-size:13px}
.counts b{display:block;font-size:23px;line-height:1.25;color:var(--ink);font-variant-numeric:tabular-nums}
.counts .zero b{color:var(--soft);font-weight:400}
.warn th[scope=row]{white-space:nowrap}
.critical b,b.critical,.tag.critical{color:var(--critical)}.high b,b.high,.tag.high{color:var(--high)}.medium b,b.medium,.tag.medium{color:var(--medium)}.low b,b.low,.tag.low{color:var(--low)}.negligible b,b.negligible,.tag.negligible{color:var(--negligible)}.unknown b,b.unknown,.tag.unknown{color:var(--unknown)}
.tag{display:inline-block;border:1px solid currentColor;border-radius:5px;padding:0 6px;font-size:12px;font-weight:600;white-space:nowrap}
.actions{list-style:none;margin:0;counter-reset:n}.card.actions{padding:14px 18px}
.actions li{counter-increment:n;display:grid;grid-template-columns:34px 1fr auto;gap:4px 10px;padding:12px 0;border-top:1px solid var(--line)}
.actions li:first-child{border-top:0;padding-top:2px}.actions li:last-child{padding-bottom:0}
.actions li::before{content:counter(n);grid-row:span 2;width:26px;height:26px;border-radius:50%;background:var(--accent);color:var(--card);font-weight:700;font-size:13px;display:grid;place-items:center}
.actions b{overflow-wrap:anywhere}.actions div{min-width:0}.actions .num{white-space:nowrap}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:14px}
th,td{text-align:left;vertical-align:top;padding:7px 10px;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-size:13px;font-weight:600;white-space:nowrap}
th button{border:0;background:none;padding:0;font-weight:600;color:inherit}
th[aria-sort=ascending] button::after{content:" ▲"}th[aria-sort=descending] button::after{content:" ▼"}
td{overflow-wrap:anywhere}td.id{white-space:nowrap;overflow-wrap:normal}
th.num,td.num{text-align:right}
details summary{cursor:pointer;color:var(--accent);font-size:13px}
details dl{margin:6px 0 0}dt{color:var(--soft);font-size:12px}dd{margin:0 0 4px;font-size:13px}
.layers{list-style:none;margin:0;padding:0}
.layers li{display:grid;grid-template-columns:52px minmax(0,1fr) minmax(0,1.15fr);gap:2px 14px;padding:8px 0;border-top:1px solid var(--line);align-items:center}
.layers li:first-child{border-top:0}
.layers code{display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden}
.layers svg{display:block;width:100%;height:26px}
.layers .says{font-size:12.5px;color:var(--soft)}
.base .no{border-left:4px solid var(--packages);padding-left:6px}.no{font-weight:600}
rect.critical,i.critical{fill:var(--critical);background:var(--critical)}rect.high,i.high{fill:var(--high);background:var(--high)}rect.medium,i.medium{fill:var(--medium);background:var(--medium)}rect.low,i.low{fill:var(--low);background:var(--low)}rect.negligible,i.negligible{fill:var(--negligible);background:var(--negligible)}rect.unknown,i.unknown{fill:var(--unknown);background:var(--unknown)}rect.packages,i.packages{fill:var(--packages);background:var(--packages)}rect.track{fill:var(--code)}
.key{display:flex;flex-wrap:wrap;gap:4px 14px;margin:0 0 8px;font-size:13px;color:var(--soft)}.key i{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:5px}
.gap{height:26px}.warnings{padding-left:34px}.warn{background:var(--warnbg);border:1px solid var(--warnline);border-left-width:6px}
.warn h2{margin-top:0;color:var(--warn)}.warn th,.warn td{border-color:var(--warnline)}
.tools{display:none;gap:10px;margin:0 0 10px;align-items:center}.js .tools{display:flex}.tools input{flex:1;max-width:340px}
html:not(.js) header button{display:none}
footer{color:var(--soft);font-size:13px;padding-top:26px;padding-bottom:40px}
.target{border-top:3px solid var(--line);margin-top:44px}
@media (max-width:640px){main,header,footer{padding-left:14px;padding-right:14px}h1{font-size:23px}.layers li{grid-template-columns:44px minmax(0,1fr)}.layers .bar{grid-column:2}
.counts{grid-template-columns:repeat(3,1fr)}.card{padding:13px 14px}
.actions li{grid-template-columns:34px 1fr}.actions .num{grid-column:2;text-align:left}.actions li::before{grid-row:span 3}
.findings thead{display:none}.findings,.findings tbody,.findings tr,.findings td{display:block;width:auto}.findings tr{border-top:1px solid var(--line);padding:8px 0}.findings tr:first-child{border-top:0}.findings td{border:0;padding:1px 0;text-align:left}.findings td.prio{display:none}}
@media print{:root,:root[data-theme=dark]{--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb}body{font-size:11px}header button,.tools,.skip{display:none!important}main,header,footer{max-width:none;padding:0}.card,.actions li,.layers li,tr{break-inside:avoid}h2{break-after:avoid}a{color:inherit;text-decoration:none}svg,i,.actions li::before{print-color-adjust:exact;-webkit-print-color-adjust:exact}.target{break-before:page}}
`.replaceAll('\n', '');

/** The page's only script: theme, sorting, filter. The page is whole without it; its hash is the only script that the policy lets run. */
export const script = `
(function(){var d=document,r=d.documentElement;r.classList.add('js');
d.getElementById('theme').addEventListener('click',function(){var dark=r.dataset.theme?r.dataset.theme==='dark':matchMedia('(prefers-color-scheme: dark)').matches;r.dataset.theme=dark?'light':'dark'});
d.querySelectorAll('table.findings').forEach(function(t){var b=t.tBodies[0],hs=[].slice.call(t.tHead.rows[0].cells);
hs.forEach(function(h,i){var x=d.createElement('button');x.type='button';x.textContent=h.textContent;h.textContent='';h.appendChild(x);
x.addEventListener('click',function(){var up=h.getAttribute('aria-sort')!=='ascending';hs.forEach(function(o){o.removeAttribute('aria-sort')});h.setAttribute('aria-sort',up?'ascending':'descending');
var k=function(o){var c=o.cells[i];return c.dataset.k===undefined?c.textContent:+c.dataset.k};
[].slice.call(b.rows).map(function(o){return[k(o),o]}).sort(function(p,q){return(p[0]<q[0]?-1:p[0]>q[0]?1:0)*(up?1:-1)}).forEach(function(p){b.appendChild(p[1])})})});
var f=t.parentNode.parentNode.querySelector('.tools input'),n=t.parentNode.parentNode.querySelector('.tools output');
if(f)f.addEventListener('input',function(){var w=f.value.toLowerCase(),m=0;[].forEach.call(b.rows,function(o){o.hidden=o.textContent.toLowerCase().indexOf(w)<0;if(!o.hidden)m++});n.textContent=m+' shown'})})})()
`.replaceAll('\n', '');
