#pragma once

namespace alster {

/// The style sheet of reports. Colours have names: light ones, and dark ones where the reader's system asks for them.
/// In both, text has a contrast of at least 4.5 to its background, and lines one of at least 3.
inline constexpr const char* page_style = R"css(
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--text:#1b2330;--faint:#566173;--line:#dfe3ea;--grid:#e8ebf0;
--c1:#2457c5;--c2:#c2570c;--c3:#0f766e;--c4:#7c3aed;--c5:#667085;--band:#2457c526;--good:#12703a;--good-bg:#e2f5e8;
--bad:#a8201a;--bad-bg:#fdeae8;--note:#7a4b00;--note-bg:#fff3d9}
@media(prefers-color-scheme:dark){:root{--page:#0f141b;--card:#171e28;--text:#e6eaf1;--faint:#9eabbd;--line:#2b3543;
--grid:#232c38;--c1:#7aa7ff;--c2:#ff9f57;--c3:#45c8b8;--c4:#b794ff;--c5:#93a0b3;--band:#7aa7ff2e;--good:#6fdd98;
--good-bg:#12301f;--bad:#ff9d94;--bad-bg:#3b1a1a;--note:#f5c76b;--note-bg:#33280f}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",
"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1180px;margin:0 auto;padding:28px 20px 48px}
h1{font-size:28px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:19px;margin:0 0 12px;letter-spacing:-.005em}
h3{font-size:15px;margin:0 0 8px}
details{margin:10px 0}
summary{cursor:pointer;color:var(--faint);font-size:14px}
p{margin:0 0 10px;max-width:75ch}
.faint{color:var(--faint)}
.small{font-size:13px}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px;margin:18px 0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:20px 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px}
.card dt{color:var(--faint);font-size:13px}
.card dd{margin:2px 0 0;font-size:22px;font-weight:650;line-height:1.25;overflow-wrap:anywhere}
.card .small{font-weight:400;color:var(--faint);display:block;line-height:1.4}
.say{border-radius:10px;padding:10px 14px;margin:0 0 10px;max-width:none}
.good{color:var(--good);background:var(--good-bg)}
.bad{color:var(--bad);background:var(--bad-bg)}
.note{color:var(--note);background:var(--note-bg)}
.pill{border-radius:999px;padding:1px 9px;font-size:13px;white-space:nowrap}
.plain{color:var(--faint);border:1px solid var(--line)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),1fr));gap:24px 28px}
figure{margin:0;min-width:0;max-width:440px}
figcaption{font-weight:600;margin-bottom:6px}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font-size:13px;fill:var(--faint)}
svg .word{fill:var(--text)}
.axis{stroke:var(--c5);stroke-width:1}
.grid{stroke:var(--grid);stroke-width:1}
.c1{--c:var(--c1)}.c2{--c:var(--c2)}.c3{--c:var(--c3)}.c4{--c:var(--c4)}.c5{--c:var(--c5)}
polyline{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
polyline.dash{stroke-dasharray:5 4}
polygon{fill:var(--band)}
circle,rect{fill:var(--c)}
line.span{stroke:var(--c);stroke-width:2}
figure+.scroll,.charts+.scroll{margin-top:16px}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:6px 0 0;padding:0;list-style:none;font-size:13px;
color:var(--faint)}
.legend i{display:inline-block;width:14px;height:10px;border-radius:3px;background:var(--c);margin-right:6px}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{padding:6px 8px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child{text-align:left;padding-left:0}
thead th{color:var(--faint);font-weight:500;font-size:13px;vertical-align:bottom}
th:last-child,td:last-child{padding-right:2px}
tbody th{font-weight:500}
tbody tr:last-child>*{border-bottom:0}
tr .range{color:var(--faint)}
table.facts{table-layout:fixed}
table.facts td,table.facts th{white-space:normal;overflow-wrap:anywhere;text-align:left;vertical-align:top}
table.facts th{width:38%;color:var(--faint)}
.people{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),1fr));gap:18px}
.person{border:1px solid var(--line);border-radius:10px;padding:14px 16px;min-width:0}
.person ol{margin:8px 0 0;padding-left:24px}
.person li{margin:3px 0;overflow-wrap:anywhere}
.person li::marker{color:var(--faint)}
.hit{font-weight:650}
.why{display:block;font-size:13px;color:var(--faint)}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:20px 36px}
footer{color:var(--faint);font-size:13px}
@media(max-width:480px){main{padding:20px 12px 32px}section{padding:16px 14px}h1{font-size:23px}}
@media print{body{background:#fff}section,.card{break-inside:avoid}}
)css";

}  // namespace alster
