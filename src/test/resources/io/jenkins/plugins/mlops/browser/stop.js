// What has the focus; null when nothing has: at the page's end, or when the page has taken away what had it.
const element = document.activeElement;
if (!element || element === document.body || element === document.documentElement) {
  return null;
}
const inside = element.closest(arguments[0]) !== null;
window.testStops ??= new Set();
const again = window.testStops.has(element);
window.testStops.add(element);
if (inside) {
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
