// What is wrong with how a page is built, that axe-core does not ask: its first heading, its tables, boxes that scroll and charts.
const faults = [];
const named = (element) => {
  const ids = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter((id) => id);
  const text = ids.map((id) => document.getElementById(id)?.textContent ?? "").join("") + (element.getAttribute("aria-label") ?? "");
  return text.trim() !== "" || element.querySelector(":scope > caption")?.textContent.trim();
};
const firsts = [...document.querySelectorAll("h1")].filter((heading) => heading.getClientRects().length > 0);
if (firsts.length !== 1) {
  faults.push(`${firsts.length} headings of the first level`);
}
for (const part of document.querySelectorAll(arguments[0])) {
  for (const table of part.querySelectorAll("table")) {
    if (!named(table)) {
      faults.push("a table without a name");
    }
    if (![...table.querySelectorAll("thead th")].every((head) => head.scope === "col") || !table.querySelector("thead th")) {
      faults.push("a table whose columns have no heads");
    }
    if (!table.closest(".mlops-wide")) {
      faults.push("a table that does not scroll when it is wide");
    }
  }
  for (const box of part.querySelectorAll(".mlops-wide")) {
    if (box.tabIndex !== 0 || box.getAttribute("role") !== "group" || !named(box)) {
      faults.push("a box that scrolls, and is not in the walk of the keyboard with a name");
    }
  }
  for (const chart of part.querySelectorAll(".mlops-chart")) {
    const inTable = (chart.closest("figure") ?? document).querySelector("table") || part.querySelector("a[href$='mlops/']");
    if (!inTable) {
      faults.push("a chart whose numbers are in no table");
    }
  }
  for (const image of part.querySelectorAll("img")) {
    if (!image.alt && image.getAttribute("role") !== "presentation") {
      faults.push("a picture without a text");
    }
  }
}
return faults;
