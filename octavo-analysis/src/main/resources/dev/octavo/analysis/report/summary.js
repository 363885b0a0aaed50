// The head of the page, and what stands at its end.
function summary() {
  const box = element("div", { class: "grid head" }, element("div", {}, facts(data.facts)));
  section("summary", "Summary", ...data.warnings.map(w => element("p", { class: "warning", role: "note" }, w)), box);
  if (data.scores.length === 0) return;
  const known = Object.keys(data.scores[0].scores);
  const names = [...new Set(data.scores.flatMap(s => Object.keys(s.scores)))].filter(n => n !== "samples");
  const first = primary(known);
  const others = names.filter(n => n !== first);
  const right = element("div");
  box.append(right);
  const gained = s => {
    const d = s.difference[first];
    if (!d) return "–";
    const sign = x => (x < 0 ? "\u2212" : "+") + Math.abs(100 * x).toFixed(2);
    return `${sign(number(s.scores[first]) - number(data.scores[0].scores[first]))} (${sign(number(d.low))} to ${sign(number(d.high))})`;
  };
  right.append(
    table(["network", titleOf(first), "gained", ...others.map(titleOf)],
      data.scores.map(s => [s.network, shown(first, s.scores[first]), gained(s), ...others.map(n => shown(n, s.scores[n]))])),
    note("In brackets, where 95 % of such sets of samples would have the difference from float, in points."));
  const scale = isShare(first) ? 100 : 1;
  chart(right, titleOf(first) + " of the networks", space => ({
    grid: { left: 16 + widest(data.scores.map(s => s.network), space / 3), right: 70, top: 12, bottom: 44 },
    xAxis: axis(titleOf(first) + (scale === 100 ? ", %" : ""), { type: "value", min: 0, max: scale === 100 ? 100 : undefined, axisLabel: short }),
    yAxis: axis("", { type: "category", inverse: true, data: data.scores.map(s => s.network) }),
    series: [{ type: "bar", barMaxWidth: 22, ...still, itemStyle: paint("--accent"),
      label: { show: true, position: "right", color: css("--ink"), formatter: p => Number(p.value).toFixed(2) },
      data: data.scores.map(s => scale * number(s.scores[first])) }]
  }), Math.max(8, 4 + 2 * data.scores.length) + "rem");
}

function pictures() {
  if (data.pictures.length === 0) return;
  section("pictures", "Pictures", note("The samples on which the quantized network says something else than the float one, most different first."),
    element("div", { class: "pictures" }, ...data.pictures.map(p =>
      element("figure", {}, ...(p.uri ? [element("img", { src: p.uri, alt: p.caption })] : []), element("figcaption", {}, p.caption)))));
}

function journal() {
  if (data.journal.length === 0) return;
  const passes = new Map();
  for (const j of data.journal) {
    const at = j.text.indexOf(": ");
    const pass = at > 0 ? j.text.slice(0, at) : "";
    if (!passes.has(pass)) passes.set(pass, []);
    passes.get(pass).push({ did: j.did, text: at > 0 ? j.text.slice(at + 2) : j.text });
  }
  const count = list => {
    const did = list.filter(j => j.did).length;
    return `${did} done` + (list.length > did ? `, ${list.length - did} left alone` : "");
  };
  section("journal", "Journal", note("What every pass did (✓), and what it left alone (–) and why."),
    ...[...passes].map(([pass, list]) => element("details", list.length <= 12 ? { open: "" } : {},
      element("summary", {}, element("b", {}, pass), " ", element("span", { class: "faint" }, count(list))),
      element("ul", { class: "journal" }, ...list.map(j =>
        element("li", { class: j.did ? "did" : "skipped" }, (j.did ? "✓ " : "– ") + j.text))))));
}

function recipe() {
  if (!data.recipe) return;
  const status = element("span", { class: "faint", role: "status" });
  const text = element("pre", { tabindex: 0, "aria-label": "The recipe" }, data.recipe);
  const mark = () => { getSelection().selectAllChildren(text); status.textContent = "selected: copy it with Ctrl+C"; };
  const copy = element("button", { type: "button", class: "plain", onclick: () => {
    if (!navigator.clipboard) return mark();
    navigator.clipboard.writeText(data.recipe).then(() => { status.textContent = "copied"; }, mark);
  } }, "Copy");
  section("recipe", "Recipe", element("div", { class: "controls" }, copy, status), text);
}
