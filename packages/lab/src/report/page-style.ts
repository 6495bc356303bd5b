/** Light, and dark where the reader's system is. */
export const pageStyle = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #57606a; --rule: #d9dee4; --muted: #a8b1bb; --tint: #f4f6f8;
  --series-0: #2563c9; --series-1: #d9480f; --series-2: #2b8a3e; --series-3: #a61e88; --series-4: #b58105;
  --series-5: #0b8c96; --series-6: #c92a3e; --series-7: #6741d9; --series-8: #6b7b0a; --series-9: #8a5a3c; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e6e9ed; --soft: #9aa5b1; --rule: #343b44; --muted: #5c6773; --tint: #1d2228;
  --series-0: #6ea8fe; --series-1: #ff922b; --series-2: #69db7c; --series-3: #f08cd8; --series-4: #ffd43b;
  --series-5: #3bc9db; --series-6: #ff8787; --series-7: #b197fc; --series-8: #c0d636; --series-9: #d8a47f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem clamp(1rem, 3vw, 3rem) 4rem; max-width: 1500px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
p { margin: .25rem 0; }
.soft, figcaption small, dt { color: var(--soft); }
.protocol { background: var(--tint); border-radius: 6px; padding: .6rem 1rem; margin: .75rem 0; font-size: .9rem; }
.protocol ul { margin: .2rem 0 0; padding-left: 1.1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; margin: .5rem 0; }
caption { caption-side: bottom; text-align: left; color: var(--soft); font-size: .8rem; padding-top: .4rem; }
th, td { padding: .3rem .7rem; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { font-weight: 600; vertical-align: bottom; white-space: normal; }
th:first-child, td:first-child { text-align: left; }
tr.baseline td { color: var(--soft); }
td.best { font-weight: 700; }
td small { color: var(--soft); }
.failed { color: var(--series-6); }
details { margin: .75rem 0; } summary { cursor: pointer; color: var(--soft); }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 1.5rem; margin-top: 1rem; align-items: start; }
figure { margin: 0; } figcaption { font-weight: 600; font-size: .95rem; margin-bottom: .4rem; } figcaption small { display: block; font-weight: 400; }
figure svg { max-width: 100%; height: auto; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; font-size: .85rem; } dd { margin: 0; }
`;
