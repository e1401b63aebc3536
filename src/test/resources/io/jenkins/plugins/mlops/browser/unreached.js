// The controls of an element that a walk with the tabulator should have stopped at, and did not.
const stops = window.testStops ?? new Set();
const found = [];
for (const part of document.querySelectorAll(arguments[0])) {
  for (const control of part.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")) {
    if (!control.disabled && control.checkVisibility({ checkVisibilityCSS: true }) && !stops.has(control)) {
      found.push(control.outerHTML.slice(0, 120));
    }
  }
}
return found;
