// The table of compared values: sorted by any column, filtered by name and type.
const heads = { value: "value", op: "operator", shape: "shape", dtype: "type", scale: "scale", cosine: "cosine", mse: "MSE", l1: "L1", kl: "KL",
  sqnr_db: "SQNR, dB", atol: "Atol", rtol: "Rtol", alone_sqnr_db: "alone: SQNR, dB", alone_l1: "alone: L1", alone_cosine: "alone: cosine" };
const named = ["value", "op", "shape", "dtype"];
const ahead = ["value", "op", "shape", "dtype", "sqnr_db", "alone_sqnr_db", "cosine", "l1", "mse", "kl", "atol", "rtol", "scale"];
const headOf = c => heads[c] || c.replaceAll("_", " ");
const cellOf = (c, x) => /_db$/.test(c) ? decibels(x) : show(x);
let rows = [];
let order = []; // of the sites shown now

function layers() {
  const all = data.sites.length > 0 ? Object.keys(data.sites[0].columns) : ahead;
  const columns = [...ahead.filter(c => all.includes(c)), ...all.filter(c => !ahead.includes(c))];
  const kind = c => (named.includes(c) ? "text " : "") + (ahead.includes(c) ? "" : "wide");
  const state = { by: null, down: true };
  const body = element("tbody");
  const count = element("span", { class: "faint", role: "status" });
  const search = element("input", { type: "search", placeholder: "Name or operator", "aria-label": "Filter by name or operator", id: "filter", oninput: fill });
  const types = [...new Set(data.sites.map(s => s.columns.dtype))].sort();
  const type = element("select", { "aria-label": "Type", id: "type", onchange: fill }, element("option", { value: "" }, "all types"), ...types.map(t => element("option", { value: t }, t)));
  const head = columns.map(c => element("th", { scope: "col", class: kind(c), "data-column": c },
    element("button", { type: "button", onclick: () => sort(c) }, headOf(c))));
  rows = data.sites.map((s, i) => {
    const row = element("tr", { tabindex: -1, "data-site": s.columns.value },
      ...columns.map(c => c === "value" ? element("th", { scope: "row", class: "text", title: s.columns[c] }, s.columns[c]) : element("td", { class: kind(c) }, cellOf(c, s.columns[c]))));
    row.addEventListener("click", () => select(s.columns.value));
    row.addEventListener("keydown", e => key(e, i));
    return row;
  });

  function key(e, i) {
    const at = order.indexOf(i);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: order.length - 1, PageDown: Math.min(order.length - 1, at + 15), PageUp: Math.max(0, at - 15) }[e.key];
    if (e.key === "Enter") select(data.sites[i].columns.value, true);
    else if (to === undefined || order[to] === undefined) return;
    else { stop(order[to]); rows[order[to]].focus(); }
    e.preventDefault();
  }

  // One stop for the tab key in all the table.
  function stop(i) {
    body.querySelectorAll("tr[tabindex='0']").forEach(r => r.setAttribute("tabindex", -1));
    if (i !== undefined) rows[i].setAttribute("tabindex", 0);
  }

  function sort(c) {
    state.down = state.by === c ? !state.down : !named.includes(c);
    state.by = c;
    head.forEach(h => h.dataset.column === c
      ? h.setAttribute("aria-sort", state.down ? "descending" : "ascending") : h.removeAttribute("aria-sort"));
    fill();
  }

  function fill() {
    const word = search.value.trim().toLowerCase();
    const list = data.sites.map((s, i) => [s.columns, i]).filter(([c]) =>
      (type.value === "" || c.dtype === type.value) && (word === "" || (c.value + " " + c.op).toLowerCase().includes(word)));
    if (state.by) list.sort(([a], [b]) => compare(a[state.by], b[state.by]));
    order = list.map(([, i]) => i);
    body.replaceChildren(...order.map(i => rows[i]));
    stop(order[0]);
    count.textContent = order.length + " of " + data.sites.length + " values";
  }

  function compare(a, b) {
    const sign = state.down ? -1 : 1;
    if (named.includes(state.by)) return sign * String(a).localeCompare(String(b), "en", { numeric: true });
    const x = number(a);
    const y = number(b);
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y); // what is unknown comes last
    return x === y ? 0 : sign * (x < y ? -1 : 1);
  }

  section("layers", "Layers",
    note("Each value in float beside the quantized one, worst first. SQNR counts all error that has come together on the way; “alone” is what the layer adds by itself. Choose a row to see the value below."),
    element("div", { class: "controls" }, search, type, count),
    element("div", { class: "scroll tall", role: "region", "aria-label": "Layers" },
      element("table", { class: "layers" }, element("thead", {}, element("tr", {}, ...head)), body)));
  fill();
}
