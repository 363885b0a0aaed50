// What other commands found, if their files were given.
const bars = (box, label, title, names, values, color = () => "--accent") => chart(box, label, space => ({
  grid: { left: 16 + widest(names, Math.min(320, space / 2.6)), right: 70, top: 12, bottom: 44 },
  xAxis: axis(title, { type: "value", scale: false, axisLabel: short }),
  yAxis: axis("", { type: "category", inverse: true, data: names, axisLabel: { fontSize: 12, width: Math.min(320, space / 2.6), overflow: "truncate", interval: 0 } }),
  tooltip: { ...tooltip(), formatter: p => `${plain(p.name)}: ${show(Number(Number(p.value).toPrecision(4)))}` },
  series: [{ type: "bar", barMaxWidth: 14, ...still, label: { show: true, position: "right", color: css("--ink"), formatter: p => show(Number(Number(p.value).toPrecision(3))) },
    data: values.map((v, i) => ({ value: v, itemStyle: paint(color(i)), label: v < 0 ? { position: "left" } : undefined })) }]
}), 4 + 1.5 * names.length + "rem");

function sensitivity() {
  const all = Array.isArray(data.sensitivity) ? data.sensitivity : [];
  const list = all.filter(r => r.kind !== "");
  if (list.length === 0) return;
  const measures = Object.keys(list[0]).filter(k => /^alone[_ ]/.test(k) && k !== "alone_samples").map(k => k.slice("alone".length));
  const box = element("div");
  let side = "alone";
  let measure = measures[0];
  const name = m => titleOf(m.slice(1));
  const better = m => isShare(m) || /cosine|sqnr/.test(m);
  const total = all.find(r => r.site === "all sites");
  const itself = all.find(r => r.site === "float against itself");
  function plot() {
    forget(box);
    const key = side + measure;
    // Alone, the most harmful first; left in float, the one that leaves the least harm.
    const sign = (better(measure) ? 1 : -1) * (side === "alone" ? 1 : -1);
    const first = list.filter(r => Number.isFinite(number(r[key]))).sort((a, b) => sign * (number(a[key]) - number(b[key]))).slice(0, 30);
    const scale = isShare(measure) ? 100 : 1;
    bars(box, "Sensitivity by site", name(measure) + (scale === 100 ? ", %" : ""), first.map(r => `${r.site} (${r.kind})`), first.map(r => scale * number(r[key])));
    if (total && itself) box.append(note(`All sites quantized: ${shown(measure, total["alone" + measure])}; float against itself: ${shown(measure, itself["alone" + measure])}.`));
  }
  section("sensitivity", "Sensitivity", note("What happens at the outputs when one site alone is quantized, or one alone left in float; at most 30."),
    element("div", { class: "controls" },
      choice("one site", [["alone", "quantized alone"], ["left", "left in float alone"]], v => { side = v; plot(); }),
      choice("measure", measures.map(m => [m, name(m)]), v => { measure = v; plot(); })), box);
  plot();
}

function doctor() {
  if (!data.diagnosed) return;
  const found = data.diagnosed.diagnoses || [];
  const ladder = data.diagnosed.ladder || [];
  // A site that was compared has a page.
  const place = d => byName.has(d.site) ? element("span", {}, element("a", { href: "#site=" + encodeURIComponent(d.site) }, d.site), ` (${d.kind})`) : `${d.site} (${d.kind})`;
  const s = section("doctor", "Doctor", note("Why sites harm the outputs, most of the noise first, and what helps."),
    texts(["site", "cause", "share of the noise", "evidence", "remedies"], found.map(d =>
      [place(d), d.cause, percent(d.share), d.evidence, (d.remedies || []).join("\n")])));
  if (ladder.length === 0) return;
  const tried = ladder.filter(r => !r.note);
  const scores = Object.keys(tried[0]?.scores || {});
  const by = scores.length ? primary(scores) : "sqnr_db";
  const of = (r, k) => k === "sqnr_db" ? r.sqnr : r.scores[k];
  s.append(element("h3", {}, "The ladder"), note("Remedies tried one after the other; those in strong colour were kept, and the next stand on them."));
  bars(s, "The ladder of remedies", titleOf(by) + (isShare(by) ? ", %" : ""), tried.map(r => r.remedy || "as it is"),
    tried.map(r => (isShare(by) ? 100 : 1) * number(of(r, by))), i => tried[i].kept ? "--accent" : "--none");
  const keys = ["sqnr_db", ...scores.filter(k => k !== "samples")];
  s.append(texts(["remedy", "kept", ...keys.map(titleOf), "recipe"], ladder.map(r =>
    [r.remedy || "as it is", r.note ? "cannot be tried: " + r.note : r.kept ? "yes" : "no", ...keys.map(k => r.note ? "–" : shown(k, of(r, k))), r.recipe])));
}

function tuner() {
  const t = data.tuned;
  if (!t || !t.evaluated || t.evaluated.length === 0) return;
  const by = primary(Object.keys(t.evaluated[0].measures).sort());
  const scale = isShare(by) ? 100 : 1;
  const truth = t.float ? number(t.float[by]) : NaN;
  const name = e => e.stage === e.what ? e.what : e.stage + ": " + e.what;
  const point = e => ({ value: [100 * number(e.measures.int8), scale * number(e.measures[by])], name: name(e) });
  const mark = (name, type, color, list, more = {}) => ({ name, type, symbolSize: 8, ...still, itemStyle: paint(color), lineStyle: paint(color), data: list.map(point), ...more });
  const s = section("tuner", "Tuner", note("Each point is a way of quantizing that was measured; on the line are those that nothing else beats in both accuracy and share of int8."));
  chart(s, "Accuracy against the share of int8", () => ({
    grid: frame, legend: legend(), tooltip: { ...tooltip(), formatter: p => `${plain(p.name)}<br>${p.value[0].toFixed(1)} % int8, ${titleOf(by)} ${show(Number(p.value[1].toPrecision(4)))}` },
    xAxis: axis("multiply-accumulates in int8, %", { type: "value", min: 0, max: 100 }),
    yAxis: axis(titleOf(by) + (scale === 100 ? ", %" : ""), { type: "value", scale: true, nameGap: 50, axisLabel: short }),
    series: [
      mark("measured", "scatter", "--faint", t.evaluated),
      mark("front", "line", "--accent", [...(t.front || [])].sort((a, b) => a.measures.int8 - b.measures.int8)),
      ...(t.best ? [mark("kept", "scatter", "--quantized", [t.best], { symbol: "diamond", symbolSize: 16, z: 5 })] : []),
      ...(Number.isFinite(truth) ? [{ name: "float", type: "line", symbol: "none", ...still, silent: true, lineStyle: paint("--before", { type: "dashed" }), itemStyle: paint("--before"), data: [[0, scale * truth], [100, scale * truth]] }] : [])]
  }), "24rem");
  const keys = [by, ...Object.keys(t.evaluated[0].measures).sort().filter(k => ![by, "int8", "samples"].includes(k))];
  s.append(element("h3", {}, "What was measured"), texts(["stage", "what", "share in int8", ...keys.map(titleOf), "reaches the target"], t.evaluated.map(e =>
    [e.stage, e.what, percent(e.measures.int8), ...keys.map(k => shown(k, e.measures[k])), number(e.shortfall) <= 0 ? "yes" : "no"])));
  if (t.steps && t.steps.length) s.append(element("h3", {}, "What was kept"), texts(["recipe line", "because"], t.steps.map(x => [x.recipe, x.because])));
  if (t.suspects && t.suspects.length) s.append(element("h3", {}, "Suspects"), note("16 bits miss the target, so the cause is not the number of bits."), element("ul", {}, ...t.suspects.map(x => element("li", {}, x))));
}
