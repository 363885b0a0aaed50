"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const main = document.querySelector("main");
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const charts = []; // each draws itself again when colours change

  // --- small helpers ----------------------------------------------------------------------------------------------
  function element(tag, attributes = {}, ...children) {
    const svg = ["svg", "path", "rect", "title", "g"].includes(tag);
    const e = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [k, v] of Object.entries(attributes)) {
      if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
      else if (v !== undefined) e.setAttribute(k, v);
    }
    e.append(...children);
    return e;
  }

  function section(id, title, ...children) {
    main.append(element("section", { id }, element("h2", {}, title), ...children));
    document.querySelector("nav").append(element("a", { href: "#" + id }, title));
  }

  const number = x => typeof x === "number" ? x : x === "" || x === null || x === undefined ? NaN : Number(x);

  function show(x) {
    if (x === null || x === undefined || x === "") return "–";
    if (typeof x === "string") return x;
    if (Number.isInteger(x)) return String(x);
    const a = Math.abs(x);
    return a !== 0 && (a < 1e-3 || a >= 1e5) ? x.toExponential(2) : Number(x.toPrecision(4)).toString();
  }

  const percent = x => (100 * x).toFixed(2) + " %";

  function table(head, rows, className) {
    return element("table", { class: className },
      element("thead", {}, element("tr", {}, ...head.map(h => element("th", { scope: "col" }, h)))),
      element("tbody", {}, ...rows.map(r => element("tr", {},
        ...r.map((c, i) => element("td", i === 0 ? { class: "text" } : {}, c))))));
  }

  function facts(map) {
    return element("table", { class: "facts" }, element("tbody", {}, ...Object.entries(map).map(([k, v]) =>
      element("tr", {}, element("th", { scope: "row" }, k), element("td", {}, v)))));
  }

  // --- charts -----------------------------------------------------------------------------------------------------
  function chart(parent, label, options, height) {
    const at = element("div", { class: "chart", role: "img", "aria-label": label });
    if (height) at.style.height = height;
    parent.append(at);
    const draw = () => {
      const old = echarts.getInstanceByDom(at);
      if (old) old.dispose();
      const c = echarts.init(at, null, { renderer: "svg" });
      c.setOption({ animation: false, textStyle: { color: css("--ink"), fontFamily: "inherit" }, ...options() });
    };
    charts.push({ at, draw });
    draw();
    return at;
  }

  function forget(parent) {
    for (let i = charts.length - 1; i >= 0; i--) {
      if (parent.contains(charts[i].at)) {
        echarts.getInstanceByDom(charts[i].at)?.dispose();
        charts.splice(i, 1);
      }
    }
    parent.replaceChildren();
  }

  const axis = (name, more = {}) => ({
    name, nameLocation: "middle", nameGap: 30, nameTextStyle: { color: css("--ink") },
    axisLabel: { color: css("--faint"), hideOverlap: true, ...(more.axisLabel || {}) },
    axisLine: { lineStyle: { color: css("--faint") } },
    splitLine: { lineStyle: { color: css("--line") } },
    ...Object.fromEntries(Object.entries(more).filter(([k]) => k !== "axisLabel"))
  });
  const short = { formatter: v => show(Number(Number(v).toPrecision(3))) };
  const frame = { left: 70, right: 24, top: 40, bottom: 48 };
  const legend = () => ({ top: 4, textStyle: { color: css("--ink") } });
  const tooltip = (trigger = "item") => ({ trigger, confine: true, backgroundColor: css("--paper"), borderColor: css("--line"), textStyle: { color: css("--ink") } });

  // --- summary ----------------------------------------------------------------------------------------------------
  function summary() {
    const box = element("div", { class: "grid" }, element("div", {}, facts(data.facts)));
    section("summary", "Summary", box);
    if (data.scores.length === 0) {
      return;
    }
    const names = Object.keys(data.scores[0].scores).filter(k => data.scores.every(s => k in s.scores));
    const right = element("div");
    box.append(right);
    const fraction = n => data.scores.every(s => Math.abs(number(s.scores[n])) <= 1);
    const cell = (n, x) => x === undefined ? "–" : fraction(n) ? percent(number(x)) : show(x);
    right.append(table(["network", ...names],
      data.scores.map(s => [s.network, ...names.map(n => cell(n, s.scores[n]))])));
    const first = names[0];
    const scale = fraction(first) ? 100 : 1;
    chart(right, first + " of the networks", () => ({
      grid: { left: 16, right: 70, top: 12, bottom: 44, containLabel: true }, tooltip: tooltip(),
      xAxis: axis(first + (scale === 100 ? ", %" : ""), { type: "value", min: 0, max: scale === 100 ? 100 : undefined, axisLabel: short }),
      yAxis: axis("", { type: "category", inverse: true, data: data.scores.map(s => s.network) }),
      series: [{ type: "bar", barMaxWidth: 22, itemStyle: { color: css("--accent") },
        label: { show: true, position: "right", color: css("--ink"), formatter: p => p.value.toFixed(2) },
        data: data.scores.map(s => scale * number(s.scores[first])) }]
    }), Math.max(8, 4 + 2 * data.scores.length) + "rem");
  }

  // --- the map ----------------------------------------------------------------------------------------------------
  const byName = new Map(data.sites.map((s, i) => [s.columns.value, i]));
  const levels = [
    ["--none", "not compared"], ["--bad", "below 10 dB, or NaN"], ["--poor", "10 to 20 dB"],
    ["--fair", "20 to 30 dB"], ["--good", "above 30 dB"]];
  function level(name) {
    const i = byName.get(name);
    if (i === undefined) return 0;
    const c = data.sites[i].columns;
    const s = number(c.sqnr_db);
    return c.nan > 0 || !(s >= 10) ? 1 : s < 20 ? 2 : s < 30 ? 3 : 4;
  }

  function map() {
    const box = element("div", { class: "map" });
    section("map", "Map",
      element("p", { class: "faint" }, "Each square is a layer, from the input on, line by line; colour is the signal-to-noise ratio of its quantized value. Choose one to see it below."),
      element("div", { class: "legend" }, ...levels.map(([c, text]) =>
        element("span", {}, element("i", { style: "background: var(" + c + ")" }), text))), box);
    const draw = () => {
      const step = 24;
      const columns = Math.max(8, Math.floor(box.clientWidth / step));
      const rows = [];
      data.map.forEach(n => {
        const row = Math.floor(n.depth / columns);
        rows[row] = Math.max(rows[row] || 1, n.lane + 1);
      });
      const top = [];
      let height = 0;
      for (let r = 0; r < rows.length; r++) {
        top[r] = height;
        height += (rows[r] || 1) * step + 14;
      }
      const place = n => [(n.depth % columns) * step + 4, top[Math.floor(n.depth / columns)] + n.lane * step + 4];
      const svg = element("svg", { viewBox: `0 0 ${columns * step} ${height}`, role: "group", "aria-label": "The layers of the network" });
      for (const n of data.map) {
        for (const r of n.reads) {
          const [x, y] = place(n);
          const from = data.map[r];
          const [a, b] = place(from);
          if (Math.floor(from.depth / columns) === Math.floor(n.depth / columns)) {
            const bend = n.depth - from.depth > 1 && n.lane === from.lane ? 16 : 0;
            svg.append(element("path", { class: "edge", d: `M${a + 16} ${b + 8} C${a + 24} ${b + 8 + bend} ${x - 8} ${y + 8 + bend} ${x} ${y + 8}` }));
          } else {
            svg.append(element("path", { class: "edge stub", d: `M${a + 16} ${b + 8} h8` }), element("path", { class: "edge stub", d: `M${x - 4} ${y + 8} h4` }));
          }
        }
      }
      for (const n of data.map) {
        const [x, y] = place(n);
        const known = byName.has(n.site);
        const text = n.site + " (" + n.op + ")" + (known ? ": " + show(data.sites[byName.get(n.site)].columns.sqnr_db) + " dB" : ": not compared");
        const node = element("rect", { class: "node", x, y, width: 16, height: 16, rx: 3, fill: "var(" + levels[level(n.site)][0] + ")",
          "data-site": n.site, "aria-label": text, role: known ? "button" : "img", tabindex: known ? 0 : undefined }, element("title", {}, text));
        if (known) {
          node.addEventListener("click", () => select(n.site, true));
          node.addEventListener("keydown", e => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); select(n.site, true); } });
        }
        svg.append(node);
      }
      box.replaceChildren(svg);
    };
    draw();
    let width = box.clientWidth;
    new ResizeObserver(() => { if (box.clientWidth !== width) { width = box.clientWidth; draw(); } }).observe(box);
  }

  // --- the table of layers ----------------------------------------------------------------------------------------
  const titles = { value: "value", op: "operator", shape: "shape", dtype: "type", scale: "scale", cosine: "cosine", mse: "MSE", l1: "L1", kl: "KL",
    sqnr_db: "SQNR, dB", atol: "Atol", rtol: "Rtol", alone_sqnr_db: "alone: SQNR, dB", alone_l1: "alone: L1", alone_cosine: "alone: cosine" };
  const texts = ["value", "op", "shape", "dtype"];
  const ahead = ["value", "op", "shape", "dtype", "sqnr_db", "alone_sqnr_db", "cosine", "l1", "mse", "kl", "atol", "rtol", "scale"];
  let rows = [];

  function layers() {
    const all = data.sites.length > 0 ? Object.keys(data.sites[0].columns) : ahead;
    const columns = [...ahead.filter(c => all.includes(c)), ...all.filter(c => !ahead.includes(c))];
    const state = { by: null, down: true };
    const body = element("tbody");
    const count = element("span", { class: "faint", role: "status" });
    const search = element("input", { type: "search", placeholder: "Filter by name or operator", "aria-label": "Filter by name or operator", id: "filter" });
    const types = [...new Set(data.sites.map(s => s.columns.dtype))].sort();
    const type = element("select", { "aria-label": "Type", id: "type" }, element("option", { value: "" }, "all types"), ...types.map(t => element("option", { value: t }, t)));
    const heads = columns.map(c => element("th", { scope: "col", class: (texts.includes(c) ? "text " : "") + (ahead.includes(c) ? "" : "wide"), "data-column": c },
      element("button", { type: "button", onclick: () => sort(c) }, titles[c] || c.replaceAll("_", " "))));
    rows = data.sites.map(s => {
      const row = element("tr", { tabindex: 0, "data-site": s.columns.value, "aria-selected": "false" },
        ...columns.map(c => element("td", { class: (texts.includes(c) ? "text " : "") + (ahead.includes(c) ? "" : "wide"), title: c === "value" ? s.columns[c] : undefined }, show(s.columns[c]))));
      row.addEventListener("click", () => select(s.columns.value));
      row.addEventListener("keydown", e => {
        if (e.key === "Enter") select(s.columns.value, true);
        if (e.key === "ArrowDown") { row.nextElementSibling?.focus(); e.preventDefault(); }
        if (e.key === "ArrowUp") { row.previousElementSibling?.focus(); e.preventDefault(); }
      });
      return row;
    });
    function sort(c) {
      state.down = state.by === c ? !state.down : !texts.includes(c);
      state.by = c;
      heads.forEach(h => h.dataset.column === c
        ? h.setAttribute("aria-sort", state.down ? "descending" : "ascending") : h.removeAttribute("aria-sort"));
      fill();
    }
    function fill() {
      const word = search.value.trim().toLowerCase();
      let shown = data.sites.map((s, i) => [s.columns, i]).filter(([c]) =>
        (type.value === "" || c.dtype === type.value) && (word === "" || (c.value + " " + c.op).toLowerCase().includes(word)));
      if (state.by) {
        const sign = state.down ? -1 : 1;
        shown.sort(([a], [b]) => {
          if (texts.includes(state.by)) return sign * String(a[state.by]).localeCompare(String(b[state.by]), "en", { numeric: true });
          const x = number(a[state.by]);
          const y = number(b[state.by]);
          if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y); // what is unknown comes last
          return x === y ? 0 : sign * (x < y ? -1 : 1);
        });
      }
      body.replaceChildren(...shown.map(([, i]) => rows[i]));
      count.textContent = shown.length + " of " + data.sites.length + " values";
    }
    search.addEventListener("input", fill);
    type.addEventListener("change", fill);
    section("layers", "Layers",
      element("p", { class: "faint" }, "Each value in float beside the quantized one, worst first. SQNR counts all error that has come together on the way; “alone” is what the layer adds by itself. Choose a row to see the value below."),
      element("div", { class: "controls" }, search, type, count),
      element("div", { class: "scroll", tabindex: 0 }, element("table", { class: "layers" }, element("thead", {}, element("tr", {}, ...heads)), body)));
    fill();
  }

  // --- one site ---------------------------------------------------------------------------------------------------
  const site = element("div", { id: "site-page" });

  function select(name, go) {
    const i = byName.get(name);
    if (i === undefined) return;
    rows.forEach((r, k) => r.setAttribute("aria-selected", String(k === i)));
    document.querySelectorAll(".node").forEach(n => n.setAttribute("aria-current", String(n.dataset.site === name)));
    draw(data.sites[i]);
    history.replaceState(null, "", "#site=" + encodeURIComponent(name));
    if (go) site.scrollIntoView({ block: "start" });
  }

  function draw(s) {
    forget(site);
    const c = s.columns;
    site.append(element("h3", { tabindex: -1 }, c.value));
    site.append(element("p", {}, `${c.op} ${c.shape}, ${c.dtype}` + (s.grid ? `: ${s.grid.bits} bits from ${show(s.grid.low)} to ${show(s.grid.high)} in steps of ${show(s.grid.step)}` : ", not quantized")));
    if (s.because) site.append(element("p", { class: "faint" }, "because: " + s.because));
    const box = element("div", { class: "grid" });
    site.append(box);
    if (s.histogram) histogram(box, s);
    if (s.points.length) scatter(box, s);
    if (s.channels) ranges(box, s);
    if (s.weights) weights(box, s);
  }

  const titled = (parent, text) => { const d = element("div"); d.append(element("h3", {}, text)); parent.append(d); return d; };

  function histogram(parent, s) {
    const h = s.histogram;
    const bars = h.counts.map((n, i) => [h.low + (i + 0.5) * h.width, n]);
    const end = h.low + h.counts.length * h.width;
    chart(titled(parent, "Float values, and the grid"), "Histogram of " + s.columns.value, () => ({
      grid: frame, tooltip: tooltip("axis"),
      xAxis: axis("value", { type: "value", min: s.grid ? Math.min(h.low, s.grid.low) : h.low, max: s.grid ? Math.max(end, s.grid.high) : end, axisLabel: short }),
      yAxis: axis("number of values", { type: "log", min: 1, nameGap: 50, axisLabel: { formatter: v => v.toExponential(0).replace("e+", "e") } }),
      series: [{ type: "bar", barWidth: "99%", barCategoryGap: 0, large: true, data: bars.filter(b => b[1] > 0), itemStyle: { color: css("--float") },
        markArea: s.grid ? { silent: true, itemStyle: { color: css("--quantized"), opacity: 0.12 }, data: [[{ xAxis: s.grid.low }, { xAxis: s.grid.high }]] } : undefined,
        markLine: s.grid ? { symbol: "none", silent: true, lineStyle: { color: css("--quantized"), type: "solid" }, label: { color: css("--ink"), position: "end", formatter: p => p.name },
          data: [{ xAxis: s.grid.low, name: "least code" }, { xAxis: s.grid.high, name: "greatest" }] } : undefined }]
    }));
  }

  function scatter(parent, s) {
    const ends = s.points.flat().map(number).filter(Number.isFinite);
    const low = ends.reduce((a, b) => Math.min(a, b), Infinity);
    const high = ends.reduce((a, b) => Math.max(a, b), -Infinity);
    chart(titled(parent, "Quantized against float, one sample"), "Scatter plot of " + s.columns.value, () => ({
      grid: frame, tooltip: tooltip(),
      xAxis: axis("float", { type: "value", scale: true, min: low, max: high, axisLabel: short }),
      yAxis: axis("quantized", { type: "value", scale: true, min: low, max: high, nameGap: 50, axisLabel: short }),
      series: [{ type: "scatter", symbolSize: 4, itemStyle: { color: css("--quantized"), opacity: 0.7 }, data: s.points },
        { type: "line", silent: true, symbol: "none", data: [[low, low], [high, high]], lineStyle: { color: css("--faint"), width: 1 } }]
    }));
  }

  function ranges(parent, s) {
    const r = s.channels;
    const line = (name, values, color, type) => ({ name, type: "line", symbol: "none", step: "middle", data: values.map((v, i) => [i, v]), lineStyle: { color, width: 1.5, type }, itemStyle: { color } });
    chart(titled(parent, "Range of each channel"), "Channel ranges of " + s.columns.value, () => ({
      grid: frame, tooltip: tooltip("axis"), legend: legend(),
      xAxis: axis("channel", { type: "value", min: 0, max: Math.max(1, r.low.length - 1), minInterval: 1 }),
      yAxis: axis("value", { type: "value", scale: true, nameGap: 50, axisLabel: short }),
      series: [line("least", r.low, css("--float")), line("greatest", r.high, css("--quantized")),
        ...(r.lowBefore.length ? [line("least before repair", r.lowBefore, css("--before"), "dotted"), line("greatest before", r.highBefore, css("--before"), "dashed")] : [])]
    }));
  }

  function weights(parent, s) {
    const w = s.weights;
    chart(titled(parent, "Largest weight of each output channel"), "Weights of " + s.columns.value, () => ({
      grid: frame, tooltip: tooltip("axis"), legend: legend(),
      xAxis: axis("output channel", { type: "value", min: -0.5, max: w.largest.length - 0.5, minInterval: 1, axisLabel: { formatter: v => Number.isInteger(v) ? v : "" } }),
      yAxis: axis("largest magnitude", { type: "value", nameGap: 50, axisLabel: short }),
      series: [{ name: "now", type: "bar", barWidth: "70%", data: w.largest.map((v, i) => [i, v]), itemStyle: { color: css("--float") } },
        ...(w.before.length ? [{ name: "before repair", type: "line", symbol: "none", step: "middle", data: w.before.map((v, i) => [i, v]), lineStyle: { color: css("--before"), width: 1.5 }, itemStyle: { color: css("--before") } }] : [])]
    }));
  }

  // --- sensitivity, doctor, tuner ---------------------------------------------------------------------------------
  function sensitivity() {
    const list = Array.isArray(data.sensitivity) ? data.sensitivity : [];
    if (list.length === 0) return;
    const measures = Object.keys(list[0]).filter(k => k.startsWith("alone_"));
    const choose = element("select", { "aria-label": "Measure" }, ...measures.map(m => element("option", { value: m }, m.replace("alone_", "").replaceAll("_", " "))));
    const box = element("div");
    section("sensitivity", "Sensitivity",
      element("p", { class: "faint" }, "What the outputs suffer when this site alone is quantized; the 30 worst."),
      element("div", { class: "controls" }, element("label", {}, "measure ", choose)), box);
    const plot = () => {
      forget(box);
      const m = choose.value;
      const better = /cosine|sqnr|top|map|miou/i.test(m);
      const worst = list.filter(r => Number.isFinite(number(r[m]))).sort((a, b) => (better ? 1 : -1) * (number(a[m]) - number(b[m]))).slice(0, 30);
      const name = r => `${r.site ?? r.name ?? r.value} (${r.kind ?? ""})`;
      chart(box, "Sensitivity by site", () => ({
        grid: { left: 16, right: 60, top: 12, bottom: 44, containLabel: true }, tooltip: tooltip(),
        xAxis: axis(m.replace("alone_", "").replaceAll("_", " "), { type: "value", axisLabel: short }),
        yAxis: axis("", { type: "category", inverse: true, data: worst.map(name), axisLabel: { width: Math.min(280, box.clientWidth / 2.5), overflow: "truncate", interval: 0 } }),
        series: [{ type: "bar", barMaxWidth: 14, itemStyle: { color: css("--accent") }, data: worst.map(r => number(r[m])) }]
      }), 4 + 1.35 * worst.length + "rem");
    };
    choose.addEventListener("change", plot);
    plot();
  }

  function doctor() {
    if (!data.diagnosed) return;
    const found = data.diagnosed.diagnoses || [];
    const ladder = data.diagnosed.ladder || [];
    const box = element("div");
    section("doctor", "Doctor", element("div", { class: "scroll", tabindex: 0 },
      element("table", {}, element("thead", {}, element("tr", {}, ...["site", "cause", "share of the noise", "evidence", "remedies"].map(h => element("th", { scope: "col", class: "text" }, h)))),
        element("tbody", {}, ...found.map(d => element("tr", {}, ...[d.site + " (" + d.kind + ")", d.cause, percent(d.share), d.evidence, (d.remedies || []).join("; ")]
          .map(t => element("td", { class: "text", style: "white-space: normal" }, t))))))), box);
    if (ladder.length) {
      box.append(element("h3", {}, "Remedies tried"), table(["remedy", "kept", "SQNR of the outputs, dB"],
        ladder.map(r => [r.remedy + (r.note ? ": " + r.note : ""), r.kept ? "yes" : "no", show(r.sqnr)])));
    }
  }

  function tuner() {
    const t = data.tuned;
    if (!t || !t.evaluated || t.evaluated.length === 0) return;
    const names = Object.keys(t.evaluated[0].measures).filter(k => k !== "int8");
    const first = names.find(k => k !== "sqnr_db") ?? names[0];
    const box = element("div");
    section("tuner", "Tuner", element("p", { class: "faint" }, "Each point is a way of quantizing that was measured; on the line are those that nothing else beats in both."), box);
    const scale = t.evaluated.every(e => Math.abs(number(e.measures[first])) <= 1) ? 100 : 1;
    const point = e => ({ value: [100 * number(e.measures.int8), scale * number(e.measures[first])], name: e.stage + ": " + e.what });
    chart(box, "Accuracy against the share of int8", () => ({
      grid: frame, legend: legend(), tooltip: { ...tooltip(), formatter: p => `${p.name}<br>${p.value[0].toFixed(1)} % int8, ${first} ${show(p.value[1])}` },
      xAxis: axis("multiply-accumulates in int8, %", { type: "value", min: 0, max: 100 }),
      yAxis: axis(first + (scale === 100 ? ", %" : ""), { type: "value", scale: true, nameGap: 50, axisLabel: short }),
      series: [
        { name: "measured", type: "scatter", symbolSize: 8, itemStyle: { color: css("--none") }, data: t.evaluated.map(point) },
        { name: "front", type: "line", symbolSize: 8, itemStyle: { color: css("--accent") }, lineStyle: { color: css("--accent") }, data: (t.front || []).map(point) },
        ...(t.float && t.float[first] !== undefined ? [{ name: "float", type: "line", symbol: "none", lineStyle: { color: css("--before"), type: "dashed" }, itemStyle: { color: css("--before") }, data: [[0, scale * number(t.float[first])], [100, scale * number(t.float[first])]].map(value => ({ value, name: "float" })) }] : [])]
    }), "24rem");
    if (t.steps) box.append(element("h3", {}, "What was kept"), table(["recipe line", "because"], t.steps.map(s => [s.recipe, s.because])));
  }

  // --- the rest ---------------------------------------------------------------------------------------------------
  function rest() {
    if (data.pictures.length) {
      section("pictures", "Pictures", element("div", { class: "grid" }, ...data.pictures.map(p =>
        element("figure", {}, element("img", { src: p.uri, alt: p.caption }), element("figcaption", { class: "faint" }, p.caption)))));
    }
    if (data.journal.length) {
      section("journal", "Journal", element("div", { class: "scroll", tabindex: 0 }, element("ul", { class: "journal" }, ...data.journal.map(j =>
        element("li", { class: j.did ? "did" : "skipped" }, (j.did ? "✓ " : "– ") + j.text)))));
    }
    if (data.recipe) {
      const status = element("span", { class: "faint", role: "status" });
      const copy = element("button", { type: "button", class: "plain", onclick: () => navigator.clipboard.writeText(data.recipe)
        .then(() => { status.textContent = "copied"; }, () => { status.textContent = "select the text and copy it"; }) }, "Copy");
      section("recipe", "Recipe", element("div", { class: "controls" }, copy, status), element("pre", { tabindex: 0 }, data.recipe));
    }
    section("environment", "Environment", facts(data.environment));
  }

  summary();
  map();
  layers();
  main.querySelector("#layers").append(site);
  sensitivity();
  doctor();
  tuner();
  rest();
  const wanted = decodeURIComponent(location.hash.replace(/^#site=/, ""));
  if (byName.has(wanted)) select(wanted);
  else if (data.sites.length) draw(data.sites[0]);

  const again = () => charts.forEach(c => c.draw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  let width = innerWidth;
  const resize = () => { if (innerWidth !== width) { width = innerWidth; charts.forEach(c => echarts.getInstanceByDom(c.at)?.resize()); } };
  addEventListener("resize", resize);
  addEventListener("beforeprint", () => charts.forEach(c => echarts.getInstanceByDom(c.at)?.resize({ width: 640 })));
  addEventListener("afterprint", () => charts.forEach(c => echarts.getInstanceByDom(c.at)?.resize({ width: "auto" })));
})();
