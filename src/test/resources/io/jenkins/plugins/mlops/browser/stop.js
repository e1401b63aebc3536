// What has the focus; null when the page's end was reached.
const element = document.activeElement;
if (!element || element === document.body || element === document.documentElement) {
  return null;
}
const inside = element.closest(arguments[0]) !== null;
const again = inside && window.testStops?.has(element);
window.testStops ??= new Set();
if (inside) {
  window.testStops.add(element);
  element.scrollIntoView({ block: "center", inline: "nearest" });
}
const box = element.getBoundingClientRect();
const role = element.getAttribute("role");
return {
  inside,
  again,
  what: element.tagName.toLowerCase() + (element.type ? `[${element.type}]` : "") + (role ? `[role=${role}]` : ""),
  x: Math.max(0, box.left + window.scrollX - 12),
  y: Math.max(0, box.top + window.scrollY - 12),
  width: Math.max(1, box.width + 24),
  height: Math.max(1, box.height + 24),
};
