// What all parts of the page use: elements, numbers, charts.
const data = JSON.parse(document.getElementById("data").textContent);
const main = document.querySelector("main");

// Charts take their colours from the style sheet too: light, dark and print need no drawing again.
const css = name => `var(${name})`;

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
  const s = element("section", { id, "aria-labelledby": id + "-title" }, element("h2", { id: id + "-title" }, title), ...children);
  main.append(s);
  document.querySelector("nav").append(element("a", { href: "#" + id }, title));
  return s;
}

const note = text => element("p", { class: "faint" }, text);

const choice = (label, options, changed) => {
  const select = element("select", { onchange: () => changed(select.value) },
    ...options.map(([value, text]) => element("option", { value }, text)));
  return element("label", {}, label + " ", select);
};

// Numbers that JSON cannot say come as texts: "NaN", "Infinity", "-Infinity".
const number = x => typeof x === "number" ? x : x === "" || x === null || x === undefined ? NaN : Number(x);

const minus = text => text.replace(/^-/, "\u2212");

function show(x) {
  if (x === null || x === undefined || x === "") return "–";
  if (typeof x === "string") return minus(x);
  if (Number.isInteger(x)) return minus(String(x));
  const a = Math.abs(x);
  return minus(a !== 0 && (a < 1e-3 || a >= 1e5) ? x.toExponential(2) : Number(x.toPrecision(4)).toString());
}

const decibels = x => Number.isFinite(number(x)) ? minus(number(x).toFixed(1)) : show(x);
const percent = x => Number.isFinite(number(x)) ? minus((100 * number(x)).toFixed(2)) + "\u00a0%" : show(x);

// Scores of tasks are shares, to be shown in percent; these are not.
const titles = { l1: "L1", atol: "largest difference", cosine: "cosine", top1: "top-1", top5: "top-5", mapArea: "mAP (area)", mapElevenPoint: "mAP (11-point)", mapCoco: "mAP@[.5:.95]", miou: "mIoU",
  pixelAccuracy: "pixel accuracy", meanAccuracy: "class accuracy", frequencyWeightedIou: "frequency-weighted IoU", agreement: "same class as float",
  sqnr_db: "SQNR of the outputs, dB", int8: "share in int8" };
const titleOf = key => titles[key] || key.replaceAll("_", " ");
const isShare = key => !/(^|_)(samples|nan|change|l1|mse|atol|rtol|kl|cosine|sqnr_db)$/.test(key);
const shown = (key, x) => isShare(key) ? percent(x) : /_db$/.test(key) ? decibels(x) : show(x);

// Of several scores the one that the task goes by.
const primary = keys => ["top1", "mapArea", "mapElevenPoint", "miou"].find(k => keys.includes(k))
  ?? keys.find(k => isShare(k) && k !== "int8") ?? keys.find(k => k === "sqnr_db") ?? keys[0];

function table(head, rows, className) {
  return element("table", { class: className },
    element("thead", {}, element("tr", {}, ...head.map((h, i) => element("th", { scope: "col", class: i === 0 ? "text" : undefined }, h)))),
    element("tbody", {}, ...rows.map(r => element("tr", {},
      ...r.map((c, i) => i === 0 ? element("th", { scope: "row", class: "text" }, c) : element("td", {}, c))))));
}

const texts = (head, rows) => element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": head[0] + " table" },
  element("table", { class: "prose" },
    element("thead", {}, element("tr", {}, ...head.map(h => element("th", { scope: "col", class: "text" }, h)))),
    element("tbody", {}, ...rows.map(r => element("tr", {}, ...r.map(c => element("td", { class: "text" }, c)))))));

const facts = map => element("table", { class: "facts" }, element("tbody", {}, ...Object.entries(map).map(([k, v]) =>
  element("tr", {}, element("th", { scope: "row" }, k), element("td", {}, v)))));

// --- charts: drawn once they have a size, fitted when it changes ---
const sizes = new ResizeObserver(entries => entries.forEach(e => {
  if (e.contentRect.width > 0) draw(e.target);
}));
const options = new WeakMap();

function draw(at, size) { // size: a width in pixels, if not its own
  const c = echarts.getInstanceByDom(at) || echarts.init(at, null, { renderer: "svg" });
  c.resize({ width: size || "auto" });
  c.setOption(options.get(at)(size || at.clientWidth));
  c.getZr().flush(); // at once: a printer does not wait for the next frame
}

function chart(parent, label, option, height) {
  const at = element("div", { class: "chart", role: "img", "aria-label": label });
  if (height) at.style.height = height;
  options.set(at, width => ({ animation: false, textStyle: { color: css("--ink"), fontFamily: getComputedStyle(document.body).fontFamily }, ...option(width) }));
  parent.append(at);
  sizes.observe(at);
  return at;
}

function forget(parent) {
  parent.querySelectorAll(".chart").forEach(at => { sizes.unobserve(at); echarts.getInstanceByDom(at)?.dispose(); });
  parent.replaceChildren();
}

const axis = (name, more = {}) => ({
  name, nameLocation: "middle", nameGap: 30, nameTextStyle: { color: css("--ink") },
  axisLine: { onZero: false, lineStyle: { color: css("--faint") } },
  axisTick: { lineStyle: { color: css("--faint") } },
  splitLine: { lineStyle: { color: css("--line") } },
  ...more,
  axisLabel: { color: css("--faint"), hideOverlap: true, ...(more.axisLabel || {}) }
});
// The labels of bars stand left of them, in at most so many pixels.
const measure = document.createElement("canvas").getContext("2d");
function widest(names, most) {
  measure.font = "12px " + getComputedStyle(document.body).fontFamily;
  return Math.ceil(names.reduce((w, n) => Math.max(w, Math.min(most, measure.measureText(n).width)), 0));
}

const short = { formatter: v => show(Number(Number(v).toPrecision(3))) };
const frame = { left: 70, right: 24, top: 40, bottom: 48 };
const legend = () => ({ top: 4, itemWidth: 18, textStyle: { color: css("--ink") }, inactiveColor: css("--none") });
const tooltip = (trigger = "item") => ({ trigger, confine: true, backgroundColor: css("--paper"), borderColor: css("--line"), textStyle: { color: css("--ink") } });
const still = { emphasis: { disabled: true }, blur: {}, select: { disabled: true } };
const paint = (color, more = {}) => ({ color: css(color), ...more });

// Text in a tooltip is HTML: names of networks are not.
const plain = text => String(text).replace(/[&<>"']/g, c => "&#" + c.charCodeAt(0) + ";");
