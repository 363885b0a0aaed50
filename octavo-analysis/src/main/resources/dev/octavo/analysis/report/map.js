// The network as a map, a square per layer.
const byName = new Map(data.sites.map((s, i) => [s.columns.value, i]));
const levels = [
  ["--none", "not compared"], ["--bad", "below 10 dB, or NaN"], ["--poor", "10 to 20 dB"],
  ["--fair", "20 to 30 dB"], ["--good", "above 30 dB"]];

function level(name, by) {
  const i = byName.get(name);
  if (i === undefined) return 0;
  const c = data.sites[i].columns;
  if (by === "sqnr_db" && number(c.nan) > 0) return 1;
  if (by !== "sqnr_db" && c[by] === "") return 0;
  const s = number(c[by]);
  return !(s >= 10) ? 1 : s < 20 ? 2 : s < 30 ? 3 : 4;
}

let drawMap = () => {};

function map() {
  const box = element("div", { class: "map" });
  let by = "sqnr_db";
  section("map", "Map",
    note("Each square is a layer, from the input on, line by line; its colour is the signal-to-quantization-noise ratio of what it gives. Choose one to see it below."),
    element("div", { class: "controls" }, choice("colour by", [["sqnr_db", "all error so far"], ["alone_sqnr_db", "the layer's own error"]], v => { by = v; draw(); })),
    element("div", { class: "legend" }, ...levels.map(([c, text]) =>
      element("span", {}, element("i", { style: "background: var(" + c + ")" }), text))), box);

  function draw(space = box.clientWidth) {
    const step = 26;
    const columns = Math.max(8, Math.floor(space / step));
    const rows = [];
    data.map.forEach(n => {
      const row = Math.floor(n.depth / columns);
      rows[row] = Math.max(rows[row] || 1, n.lane + 1);
    });
    const top = [];
    let height = 0;
    for (let r = 0; r < rows.length; r++) {
      top[r] = height;
      height += (rows[r] || 1) * step + 12;
    }
    const place = n => [(n.depth % columns) * step + 4, top[Math.floor(n.depth / columns)] + n.lane * step + 4];
    const width = columns * step;
    const svg = element("svg", { viewBox: `0 0 ${width} ${Math.max(step, height)}`, width, role: "group", "aria-label": "The layers of the network" });
    for (const n of data.map) n.reads.forEach(r => edge(svg, data.map[r], n));
    const nodes = data.map.map(n => square(n, ...place(n)));
    svg.append(...nodes);
    box.replaceChildren(svg);
    walk(nodes.filter(n => n.hasAttribute("data-known")));

    function edge(svg, from, to) {
      const [a, b] = place(from);
      const [x, y] = place(to);
      if (Math.floor(from.depth / columns) !== Math.floor(to.depth / columns)) {
        svg.append(element("path", { class: "edge stub", d: `M${a + 18} ${b + 9} h8` }), element("path", { class: "edge stub", d: `M${x - 4} ${y + 9} h4` }));
        return;
      }
      const bend = to.depth - from.depth > 1 && to.lane === from.lane ? 16 : 0;
      svg.append(element("path", { class: "edge", d: `M${a + 18} ${b + 9} C${a + 26} ${b + 9 + bend} ${x - 8} ${y + 9 + bend} ${x} ${y + 9}` }));
    }
  }

  function square(n, x, y) {
    const i = byName.get(n.site);
    const known = i !== undefined;
    const text = n.site + " (" + n.op + "): " + (known ? decibels(data.sites[i].columns[by]) + " dB" : "not compared");
    return element("rect", { class: "node", x, y, width: 18, height: 18, rx: 3, fill: css(levels[level(n.site, by)][0]), "data-site": n.site,
      "data-known": known ? "" : undefined, "aria-label": text, role: known ? "button" : "img", "aria-current": known ? String(n.site === current) : undefined,
      onclick: () => select(n.site, true) }, element("title", {}, text));
  }

  // One stop for the tab key; arrows go from square to square.
  function walk(nodes) {
    nodes.forEach((n, i) => {
      n.setAttribute("tabindex", i === 0 ? 0 : -1);
      n.addEventListener("keydown", e => {
        const to = { ArrowRight: i + 1, ArrowDown: i + 1, ArrowLeft: i - 1, ArrowUp: i - 1, Home: 0, End: nodes.length - 1 }[e.key];
        if (e.key === "Enter" || e.key === " ") select(n.dataset.site, true);
        else if (to === undefined || !nodes[to]) return;
        else { n.setAttribute("tabindex", -1); nodes[to].setAttribute("tabindex", 0); nodes[to].focus(); }
        e.preventDefault();
      });
    });
  }

  drawMap = draw;
  draw();
  let width = box.clientWidth;
  new ResizeObserver(() => { if (box.clientWidth !== width) { width = box.clientWidth; draw(); } }).observe(box);
}
