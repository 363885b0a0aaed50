summary();
map();
layers();
value();
sensitivity();
doctor();
tuner();
pictures();
journal();
recipe();
section("environment", "Environment", facts(data.environment));

// A printer's page is narrower than the window, and nobody can open what is closed on it.
const closed = [];
addEventListener("beforeprint", () => {
  document.querySelectorAll("details:not([open])").forEach(d => { d.open = true; closed.push(d); });
  document.querySelectorAll(".chart").forEach(at => draw(at, at.closest(".grid:not(.head)") ? 330 : 680));
  drawMap(680);
});
addEventListener("afterprint", () => {
  closed.splice(0).forEach(d => { d.open = false; });
  document.querySelectorAll(".chart").forEach(at => draw(at));
  drawMap();
});
