// One value: its figures, its grid over its histogram, its channels, float against quantized.
const page = element("div");
let current = null;

function value() {
  if (data.sites.length === 0) return;
  const step = by => {
    const at = order.indexOf(byName.get(current));
    const next = order[at + by];
    if (next !== undefined) select(data.sites[next].columns.value);
  };
  section("value", "Value", element("div", { class: "controls" },
    element("button", { type: "button", class: "plain", id: "previous", onclick: () => step(-1) }, "‹ previous in the table"),
    element("button", { type: "button", class: "plain", id: "next", onclick: () => step(1) }, "next ›")), page);
  fromAddress();
  if (current === null) open(data.sites[0]);
  addEventListener("hashchange", fromAddress);
}

function fromAddress() {
  const match = /^#site=(.*)$/.exec(location.hash);
  if (!match) return;
  try {
    const name = decodeURIComponent(match[1]);
    if (name !== current) select(name, true);
  } catch {
    // An address that somebody has cut off names no site.
  }
}

// go: move the reader there too.
function select(name, go) {
  const i = byName.get(name);
  if (i === undefined) return;
  open(data.sites[i]);
  history.replaceState(null, "", "#site=" + encodeURIComponent(name));
  if (go) page.querySelector("h3").focus();
}

function open(s) {
  current = s.columns.value;
  const i = byName.get(current);
  rows.forEach((r, k) => k === i ? r.setAttribute("aria-current", "true") : r.removeAttribute("aria-current"));
  document.querySelectorAll(".node[data-known]").forEach(n => n.setAttribute("aria-current", String(n.dataset.site === current)));
  const c = s.columns;
  forget(page);
  page.append(element("h3", { tabindex: -1 }, c.value));
  page.append(element("p", {}, `${c.op} ${c.shape}, ${c.dtype}` + (s.grid ? `: ${s.grid.bits} bits from ${show(s.grid.low)} to ${show(s.grid.high)} in steps of ${show(s.grid.step)}` : ", not quantized")));
  if (s.because) page.append(note("because: " + s.because));
  page.append(element("div", { class: "grid" }, element("div", {}, sides(c)), element("div", {}, facts(errors(s)))));
  const box = element("div", { class: "grid" });
  page.append(box);
  if (s.histogram) histogram(box, s);
  if (s.points.length) scatter(box, s);
  if (s.channels) ranges(box, s);
  if (s.weights) weights(box, s);
}

const sides = c => table(["", "least", "greatest", "mean", "variance"], ["float", "quantized"].map(side =>
  [side, ...["min", "max", "mean", "variance"].map(k => show(c[side + "_" + k]))]));

function errors(s) {
  const c = s.columns;
  const f = { "SQNR": decibels(c.sqnr_db) + " dB" + (c.alone_sqnr_db === "" ? "" : "; of this layer alone " + decibels(c.alone_sqnr_db) + " dB"),
    "largest difference": show(c.max_atol_diff) + (c.max_qscale_diff === "" ? "" : ", " + show(c.max_qscale_diff) + " steps") };
  if (s.clipped !== null) f["beyond the grid"] = percent(s.clipped) + " of the float values";
  if (number(c.nan) > 0) f["not a number"] = show(c.nan) + " of the quantized values";
  return f;
}

const titled = (parent, text) => { const d = element("div", { class: "titled" }, element("h4", {}, text)); parent.append(d); return d; };

function histogram(parent, s) {
  const h = s.histogram;
  const end = h.low + h.counts.length * h.width;
  const out = x => s.grid && (x < s.grid.low || x > s.grid.high);
  const bar = (n, i) => ({ value: [h.low + (i + 0.5) * h.width, n], itemStyle: out(h.low + (i + 0.5) * h.width) ? paint("--bad") : undefined });
  const codes = s.grid ? Math.round((s.grid.high - s.grid.low) / s.grid.step) : 0;
  const steps = codes > 1 && codes <= 32 ? [...Array(codes - 1)].map((_, i) => ({ xAxis: s.grid.low + (i + 1) * s.grid.step, lineStyle: { width: 0.5 } })) : [];
  chart(titled(parent, "Float values" + (s.grid ? ", the grid shaded, what it clips in red" : "")), "Histogram of " + s.columns.value, () => ({
    grid: frame, tooltip: { ...tooltip("axis"), formatter: p => `${p[0].value[1]} values about ${show(Number(p[0].value[0].toPrecision(3)))}` },
    xAxis: axis("value", { type: "value", min: s.grid ? Math.min(h.low, s.grid.low) : h.low, max: s.grid ? Math.max(end, s.grid.high) : end, axisLabel: { ...short, showMinLabel: false, showMaxLabel: false } }),
    yAxis: axis("number of values", { type: "log", min: 0.5, nameGap: 50, axisLabel: { formatter: v => v < 1 ? "" : v < 1e4 ? v : v.toExponential(0).replace("e+", "e") } }),
    series: [{ type: "bar", barWidth: "99%", ...still, data: h.counts.map(bar).filter(b => b.value[1] > 0), itemStyle: paint("--float"),
      markArea: s.grid ? { silent: true, itemStyle: paint("--quantized", { opacity: 0.12 }), data: [[{ xAxis: s.grid.low }, { xAxis: s.grid.high }]] } : undefined,
      markLine: s.grid ? { symbol: "none", silent: true, lineStyle: paint("--quantized", { type: "solid" }), label: { show: false },
        data: [{ xAxis: s.grid.low }, { xAxis: s.grid.high }, ...steps] } : undefined }]
  }));
}

function scatter(parent, s) {
  const ends = s.points.flat().map(number).filter(Number.isFinite);
  const low = ends.reduce((a, b) => Math.min(a, b), Infinity);
  const high = ends.reduce((a, b) => Math.max(a, b), -Infinity);
  chart(titled(parent, "Quantized against float, one sample"), "Scatter plot of " + s.columns.value, () => ({
    grid: frame, tooltip: { ...tooltip(), formatter: p => `float ${show(p.value[0])}, quantized ${show(p.value[1])}` },
    xAxis: axis("float", { type: "value", scale: true, axisLabel: short }),
    yAxis: axis("quantized", { type: "value", scale: true, nameGap: 50, axisLabel: short }),
    series: [{ type: "line", silent: true, symbol: "none", ...still, data: [[low, low], [high, high]], lineStyle: paint("--faint", { width: 1 }) },
      { type: "scatter", symbolSize: 4, ...still, itemStyle: paint("--quantized", { opacity: 0.7 }), data: s.points.map(p => p.map(number)).filter(p => p.every(Number.isFinite)) }]
  }));
}

// Beside each other, each on a scale of its own: what was uneven before is even now.
function ranges(parent, s) {
  const r = s.channels;
  const band = (low, high, color) => ({ type: "custom", ...still, itemStyle: paint(color), encode: { x: 0, y: [1, 2] }, data: low.map((v, i) => [i, number(v), number(high[i])]),
    renderItem: (p, api) => {
      const a = api.coord([api.value(0) - 0.5, api.value(2)]);
      const b = api.coord([api.value(0) + 0.5, api.value(1)]);
      const width = Math.max(1, (b[0] - a[0]) * 0.8);
      return { type: "rect", shape: { x: a[0], y: a[1], width, height: Math.max(1, b[1] - a[1]) }, style: { fill: css(color) } };
    } });
  const one = (title, low, high, color, grid) => chart(titled(parent, title), title + " of " + s.columns.value, () => ({
    grid: frame, tooltip: { ...tooltip(), formatter: p => `channel ${p.value[0] * r.together}: ${show(p.value[1])} to ${show(p.value[2])}` },
    xAxis: axis(r.together > 1 ? `channel, ${r.together} to a bar` : "channel", { type: "value", min: -0.5, max: low.length - 0.5, minInterval: 1, axisLabel: { showMinLabel: false, showMaxLabel: false, formatter: v => Number.isInteger(v) ? v * r.together : "" }, splitLine: { show: false } }),
    yAxis: axis("range", { type: "value", nameGap: 50, axisLabel: short }),
    series: [{ ...band(low, high, color),
      markLine: grid ? { symbol: "none", silent: true, lineStyle: paint("--quantized", { type: "solid" }), label: { show: false }, data: [{ yAxis: grid.low }, { yAxis: grid.high }] } : undefined }]
  }));
  if (r.lowBefore.length) one("Range of each channel before repair", r.lowBefore, r.highBefore, "--before");
  one("Range of each channel" + (r.lowBefore.length ? " after repair" : ""), r.low, r.high, "--float", s.grid);
}

function weights(parent, s) {
  const w = s.weights;
  const before = w.before.length > 0;
  const points = values => values.map((v, i) => [i, number(v)]).filter(p => p[1] > 0);
  chart(titled(parent, "Largest weight of each output channel"), "Weights of " + s.columns.value, () => ({
    grid: frame, tooltip: { ...tooltip(), formatter: p => `channel ${p.value[0] * w.together}: ${show(p.value[1])}` }, legend: before ? legend() : undefined,
    xAxis: axis(w.together > 1 ? `output channel, ${w.together} to a point` : "output channel", { type: "value", min: -0.5, max: w.largest.length - 0.5, minInterval: 1, axisLabel: { showMinLabel: false, showMaxLabel: false, formatter: v => Number.isInteger(v) ? v * w.together : "" }, splitLine: { show: false } }),
    yAxis: axis("largest magnitude", { type: "log", nameGap: 50, axisLabel: { formatter: v => show(v) } }),
    series: [...(before ? [{ name: "before repair", type: "scatter", symbol: "diamond", symbolSize: 5, ...still, data: points(w.before), itemStyle: paint("--before", { opacity: 0.75 }) }] : []),
      { name: before ? "after repair" : "now", type: "scatter", symbolSize: 5, ...still, data: points(w.largest), itemStyle: paint("--float") }]
  }));
}
